"""Which kind of massage suits whom, as shipped, and the rules it must never break."""

import copy
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import textstat
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.care.opening import REASONS
from bot.care.safety import BLOCKING, Verdict, judge, safety_table
from bot.care.techniques import (
    STANDINGS,
    Standing,
    Suited,
    TechniqueProblem,
    suit,
    technique_table,
    technique_word_faults,
)

ROOT = Path(__file__).parent.parent
NOBODY: frozenset[str] = frozenset()


def read(path: str) -> Any:
    return yaml.load((ROOT / path).read_text(encoding="utf-8"), yaml.BaseLoader)


SAFETY = safety_table(read("content/rules/safety.yaml"))
RAW = read("content/rules/techniques.yaml")
WORDS = read("content/en/techniques.yaml")
SOURCES = read("content/sources.yaml")
TABLE = technique_table(RAW, SAFETY, REASONS)
FINDINGS = sorted(SAFETY.findings)
PAIRS = [frozenset(pair) for pair in combinations(FINDINGS, 2)]
EVERYTHING_SINGLE_AND_IN_PAIRS = [NOBODY, *(frozenset({f}) for f in FINDINGS), *PAIRS]

# What each limit of the safety check asks of each technique at the least, written from the evidence and not from the
# table: F-077, F-081, F-084, F-086, F-087, F-091 to F-094, F-139, F-172, F-230, F-279, F-280, F-284.
AT_LEAST: dict[str, dict[str, Standing]] = {
    "light_only": dict.fromkeys(("swedish", "aroma", "effleurage", "oil"), "caution"),
    "fragile_bones": {"swedish": "refuse", "effleurage": "caution", "oil": "caution"},
    "thin_skin": {"swedish": "caution", "effleurage": "caution", "oil": "caution"},
    "bruises_easily": {"swedish": "caution", "effleurage": "caution", "oil": "caution"},
    "no_lymph_drainage": {"lymph": "refuse"},
    "no_neck_drainage": {"lymph": "caution"},
    "no_scent": {"aroma": "refuse", "oil": "caution", "swedish": "caution", "effleurage": "caution"},
    "no_essential_oils": {"aroma": "refuse"},
    "no_chamomile": {"aroma": "caution", "oil": "caution"},
    "no_wintergreen": {"aroma": "caution", "oil": "caution"},
    "no_camphor_oils": {"aroma": "caution", "oil": "caution"},
    "no_citrus_oils": {"aroma": "caution"},
    "oxygen_fire": {"aroma": "refuse", "oil": "caution", "swedish": "caution", "effleurage": "caution"},
    "no_home_test": {"aroma": "refuse", "oil": "caution"},
    "no_belly": {"swedish": "caution", "effleurage": "caution", "oil": "caution"},
}


def standings(*ticked: str, closed: str = "") -> dict[str, Standing]:
    found = suits(frozenset(ticked), closed)
    return {each.technique: each.standing for each in found}


def suits(ticked: frozenset[str], closed: str = "") -> tuple[Suited, ...]:
    return suit(ticked, judge(ticked, NOBODY, SAFETY), closed, TABLE)


def reasons(technique: str, *ticked: str) -> list[str]:
    return [rule.reason for each in suits(frozenset(ticked)) if each.technique == technique for rule in each.because]


def no_better_than(one: Standing, other: Standing) -> bool:
    return STANDINGS.index(one) <= STANDINGS.index(other)


# What never happens, for every finding and every pair of them.


def test_nothing_is_offered_that_the_safety_check_blocks() -> None:
    for ticked in EVERYTHING_SINGLE_AND_IN_PAIRS:
        verdict = judge(ticked, NOBODY, SAFETY)
        for each in suit(ticked, verdict, "", TABLE):
            if verdict.level in BLOCKING:
                assert each.standing == "refuse", (ticked, each.technique)
            elif verdict.asks:
                assert each.standing != "offer", (ticked, each.technique)


def test_every_limit_of_the_safety_check_is_kept_by_every_technique_it_concerns() -> None:
    for ticked in EVERYTHING_SINGLE_AND_IN_PAIRS:
        verdict = judge(ticked, NOBODY, SAFETY)
        for each in suit(ticked, verdict, "", TABLE):
            for limit in verdict.limits:
                least = AT_LEAST.get(limit, {}).get(each.technique, "offer")
                assert no_better_than(each.standing, least), (ticked, each.technique, limit)


def test_one_more_tick_never_makes_a_technique_suit_better() -> None:
    alone = {f: suits(frozenset({f})) for f in FINDINGS}
    for pair in PAIRS:
        for found in zip(suits(pair), *(alone[f] for f in pair), strict=True):
            both, *singles = found
            assert all(no_better_than(both.standing, one.standing) for one in singles), pair


def test_a_marked_place_is_never_passed_over() -> None:
    for finding in FINDINGS:
        verdict = judge(frozenset({finding}), NOBODY, SAFETY)
        if verdict.areas and not verdict.blocks:
            assert all("areas" in reasons(t, finding) or standings(finding)[t] == "refuse" for t in TABLE.techniques)


@given(st.frozensets(st.sampled_from(FINDINGS), max_size=8), st.sampled_from(["", *REASONS]))
def test_whatever_is_ticked_each_technique_has_a_standing_and_a_reason(ticked: frozenset[str], closed: str) -> None:
    found = suits(ticked, closed)
    assert [each.technique for each in found] == list(TABLE.techniques)
    for each in found:
        assert each.because
        assert each.because[0].says == each.standing
        if each.standing == "refuse":
            assert {rule.says for rule in each.because} == {"refuse"}


def test_a_tick_this_release_does_not_know_blocks_like_one_that_needs_help_today() -> None:
    ticked = frozenset({"from_another_release"})
    assert {each.standing for each in suits(ticked)} == {"refuse"}


# Cases by name.


def test_someone_with_nothing_ticked_may_have_the_three_plain_kinds_and_the_other_two_with_care() -> None:
    assert standings() == {
        "swedish": "offer",
        "aroma": "caution",
        "effleurage": "offer",
        "oil": "offer",
        "lymph": "caution",
    }


@pytest.mark.parametrize("finding", ["blood_thinner", "bleeding"])
def test_with_a_blood_thinner_only_light_kinds_are_left(finding: str) -> None:
    assert standings(finding)["swedish"] == "refuse"
    assert "light_only" in reasons("effleurage", finding)


@pytest.mark.parametrize("finding", ["bones", "steroid_tablets"])
def test_fragile_bones_rule_out_tapping(finding: str) -> None:
    assert standings(finding)["swedish"] == "refuse"


def test_a_daisy_allergy_rules_out_chamomile() -> None:
    assert "no_chamomile" in reasons("aroma", "daisy")


@pytest.mark.parametrize("finding", ["fragrance", "asthma", "pregnant", "oxygen", "severe_reaction"])
def test_scent_is_refused_where_it_may_harm(finding: str) -> None:
    assert standings(finding)["aroma"] == "refuse"


def test_light_treatment_asks_for_another_day_and_no_burning_oils() -> None:
    assert "light_day" in reasons("effleurage", "light")
    assert {"light_oils", "light_day"} <= set(reasons("aroma", "light"))
    assert "before_light" in reasons("oil", "light")


@pytest.mark.parametrize("finding", ["failure", "cancer", "lump", "skin_infection"])
def test_lymph_drainage_is_refused_where_the_evidence_refuses_it(finding: str) -> None:
    assert standings(finding)["lymph"] == "refuse"


def test_lymph_drainage_on_the_neck_waits_for_a_doctor() -> None:
    assert "neck_drainage" in reasons("lymph", "vessels")


@pytest.mark.parametrize(
    ("finding", "reason"),
    [
        ("nuts", "nut_oils"),
        ("peanut", "nut_oils"),
        ("soya", "nut_oils"),
        ("coconut", "coconut"),
        ("sesame", "base_oils"),
        ("lanolin", "base_oils"),
        ("latex", "latex"),
        ("epilepsy", "epilepsy"),
        ("aspirin", "wintergreen"),
    ],
)
def test_an_allergy_or_illness_is_named_where_the_oil_is_chosen(finding: str, reason: str) -> None:
    assert reason in reasons("oil", finding)


def test_a_wish_for_deep_massage_is_answered_and_not_granted() -> None:
    assert "not_deep" in reasons("swedish", "deep")


def test_a_past_that_hurts_makes_nothing_unsuitable() -> None:
    assert standings("trauma") == standings()
    assert "your_say" in reasons("effleurage", "trauma")


@pytest.mark.parametrize("closed", ["held", "clinician_no", "clinician_undecided"])
def test_a_hold_or_a_clinicians_no_refuses_every_kind(closed: str) -> None:
    assert set(standings(closed=closed).values()) == {"refuse"}


# The words.


def test_every_name_has_its_words() -> None:
    assert list(technique_word_faults(TABLE, WORDS)) == []


def test_every_rule_rests_on_facts_and_on_sources_that_exist() -> None:
    for rule in (*TABLE.rules, TABLE.never):
        assert rule.facts and rule.grade
        assert set(rule.sources) <= SOURCES.keys()


def test_the_words_read_at_grade_eight_or_below() -> None:
    said = " ".join(entry["says"] for entry in WORDS["reasons"].values())
    assert textstat.flesch_kincaid_grade(said) <= 8


def test_nobody_is_told_to_stop_skip_or_change_a_medicine_here() -> None:
    said = " ".join(entry["says"] for entry in WORDS["reasons"].values())
    assert not re.search(r"\b(?:stop|skip|change|reduce)\b[^.]*\b(?:medicine|tablet|treatment|cream)", said, re.I)


def test_a_button_shows_the_technique_and_its_standing_whole() -> None:
    for technique in WORDS["techniques"].values():
        for standing in WORDS["standings"].values():
            assert len(f"{technique['name']}: {standing['label']}") <= 38


# The table.


def with_rule(**change: Any) -> dict[str, Any]:
    raw = copy.deepcopy(RAW)
    rule = next(rule for rule in raw["rules"] if rule["reason"] == "light_only")
    rule.update(change)
    return raw


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (
            with_rule(says="maybe"),
            "techniques: «light_only» says «maybe»; it must be one of refuse, caution, offer.",
        ),
        (
            with_rule(when=["blood_thiner"]),
            "techniques: «light_only» names the finding «blood_thiner», which does not exist.",
        ),
        (
            with_rule(limits=["heavy_only"]),
            "techniques: «light_only» names the limit «heavy_only», which does not exist.",
        ),
        (
            with_rule(limits=["heavy_only"]),
            "techniques: no technique keeps to the limit «light_only» of the safety check.",
        ),
        (
            with_rule(**{"for": ["reiki"]}),
            "techniques: «light_only» names the technique «reiki», which does not exist.",
        ),
        (with_rule(levels=["fine"]), "techniques: «light_only» names the level «fine», which does not exist."),
        (
            with_rule(by=["weather"]),
            "techniques: «light_only» names the reason of care/opening.py «weather», which does not exist.",
        ),
        (with_rule(areas="no"), "techniques: «light_only» says «areas: no»; write yes or leave it out."),
        (with_rule(sources=[]), "techniques: «light_only» needs «sources», a list of names."),
        (with_rule(because="x"), "techniques: «light_only» says «because», which nobody reads."),
        (
            with_rule(grade="sure"),
            "techniques: «light_only» has the grade «sure»; begin each part with high, moderate, low, very low, "
            "expert opinion, no evidence.",
        ),
        (with_rule(reason="gliding"), "techniques: swedish: «gliding» stands twice."),
        ({**RAW, "rules": "none"}, "techniques: the table needs «rules», a list."),
        ({**RAW, "never": {}}, "techniques: the table needs «never», with names and what belongs to them."),
        ({}, "techniques: the table needs «techniques», a list of names."),
    ],
)
def test_an_editor_is_told_each_mistake_in_one_sentence(raw: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TechniqueProblem) as problem:
        technique_table(raw, SAFETY, REASONS)
    assert sentence in problem.value.faults


def test_an_editor_is_told_which_words_are_missing() -> None:
    words = copy.deepcopy(WORDS)
    del words["reasons"]["light_only"]
    words["techniques"]["reiki"] = {"name": "Reiki"}
    words["standings"]["offer"] = {"label": "yes"}
    assert set(technique_word_faults(TABLE, words)) == {
        "technique words: reasons «light_only» is missing.",
        "technique words: techniques «reiki» has no place in the rules.",
        "technique words: standings «offer» has no «says».",
    }


def test_the_verdict_alone_decides_nothing_more_than_its_level_limits_and_places() -> None:
    verdict: Verdict = judge(frozenset({"cancer"}), NOBODY, SAFETY)
    assert {each.standing for each in suit(NOBODY, verdict, "", TABLE)} <= {"refuse", "caution"}
