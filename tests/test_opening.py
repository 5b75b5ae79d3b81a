"""What opens sessions, and until when a clinician's answer counts."""

import copy
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.care.clinician import (
    AGES,
    KINDS,
    ROLES,
    View,
    ViewProblem,
    last_day,
    outdated_by,
    stale,
    view_table,
)
from bot.care.opening import OPENING, REASONS, Opening, opening
from bot.care.safety import BLOCKING, LEVELS, Level, Verdict, judge, safety_table

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 22)


def read(path: str) -> Any:
    return yaml.load((ROOT / path).read_text(encoding="utf-8"), yaml.BaseLoader)


SAFETY = safety_table(read("content/rules/safety.yaml"))
RAW = read("content/rules/clinician.yaml")
TABLE = view_table(RAW, SAFETY.findings)
NOTHING = judge(frozenset(), frozenset(), SAFETY)
YES = View("yes", "dermatologist", TODAY)


def verdict(level: Level) -> Verdict:
    return replace(NOTHING, level=level)


verdicts = st.sampled_from([None, *map(verdict, LEVELS)])
views = st.none() | st.builds(View, st.sampled_from(KINDS), st.sampled_from(ROLES), st.just(TODAY))
ages = st.sampled_from([None, *AGES])
findings = st.frozensets(st.sampled_from(sorted(SAFETY.findings)), max_size=5)


# What opens, case by case.


@pytest.mark.parametrize(
    ("level", "counts", "view", "age", "held", "expected"),
    [
        ("gentle", True, None, None, False, Opening(True, "gentle")),
        ("gentle", True, YES, None, False, Opening(True, "gentle")),
        ("gentle", True, YES, "months", False, Opening(True, "gentle")),
        ("gentle", True, replace(YES, kind="limits"), None, False, Opening(True, "clinician_limits")),
        ("gentle", True, replace(YES, kind="no"), None, False, Opening(False, "clinician_no")),
        ("gentle", True, replace(YES, kind="undecided"), None, False, Opening(False, "clinician_undecided")),
        ("gentle", False, None, None, False, Opening(False, "expired")),
        ("gentle", True, YES, None, True, Opening(False, "held")),
        ("ask_first", True, None, None, False, Opening(False, "ask_first")),
        ("ask_first", True, YES, None, False, Opening(True, "clinician_yes")),
        ("ask_first", True, replace(YES, kind="limits"), None, False, Opening(True, "clinician_limits")),
        ("ask_first", True, YES, "months", False, Opening(False, "clinician_stale")),
        ("ask_first", True, YES, "flare", False, Opening(False, "clinician_stale")),
        ("ask_first", False, YES, None, False, Opening(False, "expired")),
        ("ask_first", True, replace(YES, kind="no"), "months", False, Opening(False, "clinician_no")),
        ("not_now", True, YES, None, False, Opening(False, "not_now")),
        ("today", True, YES, None, True, Opening(False, "today")),
        ("emergency", True, replace(YES, kind="no"), None, True, Opening(False, "emergency")),
        (None, False, YES, None, False, Opening(False, "no_check")),
        (None, False, replace(YES, kind="no"), None, False, Opening(False, "clinician_no")),
    ],
)
def test_check_and_answer_together_open_or_close(
    level: Level | None, counts: bool, view: View | None, age: Any, held: bool, expected: Opening
) -> None:
    assert opening(verdict(level) if level else None, counts, view, age, held) == expected


# What holds whatever somebody reports.


@given(st.sampled_from(BLOCKING), views, ages, st.booleans(), st.booleans())
def test_no_answer_of_a_clinician_opens_a_check_that_blocks(
    level: Level, view: View | None, age: Any, counts: bool, held: bool
) -> None:
    assert not opening(verdict(level), counts, view, age, held).open


@given(st.sampled_from(LEVELS), st.sampled_from(LEVELS), views, ages, st.booleans())
def test_a_worse_check_never_opens_more(one: Level, other: Level, view: View | None, age: Any, held: bool) -> None:
    worse, better = sorted((one, other), key=LEVELS.index)
    if opening(verdict(worse), True, view, age, held).open:
        assert opening(verdict(better), True, view, age, held).open


@given(findings, findings, views, ages)
def test_one_more_tick_never_opens_more(
    ticked: frozenset[str], more: frozenset[str], view: View | None, age: Any
) -> None:
    fewer, all_of_them = (judge(ticks, frozenset(), SAFETY) for ticks in (ticked, ticked | more))
    if opening(all_of_them, True, view, age, held=False).open:
        assert opening(fewer, True, view, age, held=False).open


@given(verdicts, views, ages)
def test_an_expired_check_or_a_hold_never_opens(found: Verdict | None, view: View | None, age: Any) -> None:
    assert not opening(found, False, view, age, held=False).open
    assert not opening(found, True, view, age, held=True).open


@given(verdicts, st.booleans(), views, ages)
def test_growing_old_never_opens_more_and_never_drops_limits(
    found: Verdict | None, counts: bool, view: View | None, age: Any
) -> None:
    fresh, old = opening(found, counts, view, None, False), opening(found, counts, view, age, False)
    assert fresh.open or not old.open
    if fresh.because == "clinician_limits" and old.open:
        assert old.because == "clinician_limits"


@given(verdicts, st.booleans(), views, ages, st.booleans())
def test_a_no_or_an_open_question_closes_whatever_the_check_says(
    found: Verdict | None, counts: bool, view: View | None, age: Any, held: bool
) -> None:
    if view and view.kind in ("no", "undecided"):
        assert not opening(found, counts, view, age, held).open


@given(verdicts, st.booleans(), views, ages, st.booleans())
def test_every_reason_is_a_known_one_and_says_whether_it_opens(
    found: Verdict | None, counts: bool, view: View | None, age: Any, held: bool
) -> None:
    result = opening(found, counts, view, age, held)
    assert result.because in REASONS
    assert result.open == (result.because in OPENING)


# Until when an answer counts.


@pytest.mark.parametrize(
    ("on", "until"),
    [
        (date(2026, 11, 20), date(2027, 5, 20)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2027, 8, 31), date(2028, 2, 29)),
        (date(2026, 6, 30), date(2026, 12, 30)),
        (date(2026, 12, 31), date(2027, 6, 30)),
    ],
)
def test_an_answer_counts_for_six_months(on: date, until: date) -> None:
    view = replace(YES, on=on)
    assert last_day(on, TABLE) == until
    assert stale(view, until - timedelta(days=1), TABLE) is None
    assert stale(view, until, TABLE) == "months"


def test_a_flare_or_a_new_medicine_in_a_later_check_ends_it_at_once() -> None:
    assert outdated_by(frozenset(), frozenset({"flare"}), TABLE) == "flare"
    assert outdated_by(frozenset(), frozenset({"new_medicine"}), TABLE) == "new_medicine"
    assert stale(replace(YES, outdated="flare"), TODAY, TABLE) == "flare"


@pytest.mark.parametrize("medicine", ["methotrexate", "immune", "jak", "acitretin", "steroid_tablets"])
def test_a_systemic_medicine_counts_as_new_only_when_the_check_before_did_not_have_it(medicine: str) -> None:
    ticked = frozenset({medicine})
    assert outdated_by(frozenset({"cracked"}), ticked, TABLE) == "new_medicine"
    assert outdated_by(ticked, ticked, TABLE) is None
    assert outdated_by(None, ticked, TABLE) is None


def test_nothing_new_leaves_the_answer_as_it_is() -> None:
    assert outdated_by(frozenset({"flare"}), frozenset({"cracked", "blood_thinner"}), TABLE) is None


# The table.


def altered(change: dict[str, Any]) -> dict[str, Any]:
    return {**copy.deepcopy(RAW), **change}


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (altered({"months": "soon"}), "clinician: months is «soon»; write a number from 1 to 24."),
        (altered({"months": "0"}), "clinician: months is «0»; write a number from 1 to 24."),
        (
            altered({"ticked": {"flare": ["flair"]}}),
            "clinician: ticked names the finding «flair», which does not exist.",
        ),
        (
            altered({"newly_ticked": {"moon": ["flare"]}}),
            "clinician: newly_ticked names the reason «moon», which does not exist.",
        ),
        (altered({"ticked": "flare"}), "clinician: the table needs «ticked», with names and what belongs to them."),
        (altered({"moths": "6"}), "clinician: the table says «moths», which nobody reads."),
        ({}, "clinician: the table needs «sources», a list of names."),
    ],
)
def test_an_editor_is_told_what_is_wrong_with_the_table(raw: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ViewProblem) as problem:
        view_table(raw, SAFETY.findings)
    assert sentence in problem.value.faults
