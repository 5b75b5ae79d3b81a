"""The patch test: every order of applying, half applying, missing and reacting leads to one verdict and one advice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.care.patch_rules import patch_table
from bot.care.patch_test import (
    REACTIONS,
    Half,
    PatchTest,
    Protocol,
    advanced,
    advice,
    counted,
    days_ahead,
    in_reach,
    lapse,
    looked,
    looks_due,
    missed,
    open_boxes,
    phase,
    running,
    spots_resting,
    standing,
    stopped,
    tick,
    trial_days,
    untick,
    verdict_on,
)
from bot.care.safety import safety_table

ROOT = Path(__file__).parent.parent
RULES = Protocol()
FIRST = date(2026, 11, 23)
NEW = PatchTest("t", "p", started=FIRST.isoformat(), zone="Europe/Berlin", morning="08:00", evening="20:00")
WORKING = ("running", "gap", "last_call")


def read(path: str) -> dict[str, object]:
    return yaml.load((ROOT / path).read_text(encoding="utf-8"), yaml.BaseLoader)


def at(day: int, hour: int = 20) -> datetime:
    """That hour of the test's calendar day, counted from 1."""
    return datetime(2026, 11, 22, hour) + timedelta(days=day)


def on(day: int) -> date:
    return at(day).date()


def lived(plan: str, test: PatchTest = NEW) -> PatchTest:
    """A test as lived day by day: "2" both, "m" or "e" one, "." none, "h" on hold."""
    for number, what in enumerate(plan, start=1):
        test = advanced(test, at(number, 9), what == "h", RULES)
        for half in {"2": ("morning", "evening"), "m": ("morning",), "e": ("evening",)}.get(what, ()):
            test = tick(test, on(number), half, at(number), RULES)
    return test


# The walk over every order.


def moves(test: PatchTest, here: datetime) -> Iterator[tuple[str, PatchTest]]:
    """Everything a person can do with the test on one evening: applications, late ones, looks, stopping."""
    after = {"": test}
    for day, half in open_boxes(test, here, RULES):
        after |= {f"{did} {day}.{half}": tick(each, day, half, here, RULES) for did, each in after.items()}
    # Closing the gap opens today's boxes.
    for did, each in list(after.items()):
        for day, half in open_boxes(each, here, RULES):
            after[f"{did} {day}.{half}"] = tick(each, day, half, here, RULES)
    yield from after.items()
    for did, each in after.items():
        for seen in ("fine", *REACTIONS):
            yield f"{did} {seen}", looked(each, seen, here, RULES)
        yield f"{did} stop", stopped(each, here, RULES)


def alike(test: PatchTest, here: datetime) -> tuple[object, ...]:
    """What of a test still matters: two that agree in it can only go on alike."""
    yesterday = here.date() - timedelta(days=1)
    before = yesterday - timedelta(days=1)
    boxes = (bool(test.day(yesterday).morning), bool(test.day(yesterday).evening))
    return (len(trial_days(test, yesterday)), counted(test), boxes, test.day(before).empty)


def consistent(test: PatchTest, here: datetime, did: str) -> None:
    """One standing and one advice, and no two things that speak against each other."""
    now_at, verdict, told = phase(test, here, RULES), standing(test, RULES), advice(test, here, RULES)
    boxes, done = open_boxes(test, here, RULES), counted(test)
    assert 0 <= done <= RULES.aim, did
    assert (test.end == "") == (verdict == "running"), did
    assert not boxes or now_at in WORKING, did
    assert (verdict == "reacted") == (test.reaction in REACTIONS) == (told in ("wash_off", "see_doctor", "emergency"))
    assert (verdict == "no_reaction") == (told == "go_ahead"), did
    assert verdict != "no_reaction" or done == RULES.aim, did
    assert (verdict == "short") == (told == "short"), did
    assert verdict != "short" or (RULES.least <= done < RULES.aim and test.end == "stopped"), did
    assert verdict != "not_finished" or test.end in ("gap", "too_long") or done < RULES.least, did
    assert (told in ("apply", "catch_up", "look", "hold")) == (verdict == "running"), did
    assert not test.reacted_day or 1 <= test.reacted_day <= RULES.aim, did
    assert bool(looks_due(test, RULES)) <= (verdict in ("no_reaction", "short", "not_finished")), did
    assert test.end or len(trial_days(test, here.date())) <= RULES.most + 1 or now_at == "last_look", did


def walked() -> tuple[int, int, set[str]]:
    """Every order over so many days that each test must have ended; the states met, the moves made, the verdicts."""
    states, made, verdicts = 0, 0, set()
    today = {alike(NEW, at(1)): NEW}
    for number in range(1, RULES.most + 4):
        evening, morning = at(number), at(number + 1, 9)
        tomorrow: dict[tuple[object, ...], PatchTest] = {}
        met: set[tuple[object, ...]] = set()
        for test in today.values():
            for did, after in moves(test, evening):
                made += 1
                like = (*alike(after, morning), after.end, after.reaction, after.reacted_day)
                if like in met:
                    continue
                met.add(like)
                consistent(after, evening, did)
                if after.end:
                    verdicts.add(f"{standing(after, RULES)} {after.end} {advice(after, evening, RULES)}")
                    continue
                later = advanced(after, morning, False, RULES)
                consistent(later, morning, f"{did} overnight")
                if later.end:
                    verdicts.add(f"{standing(later, RULES)} {later.end} {advice(later, morning, RULES)}")
                else:
                    tomorrow.setdefault(alike(later, morning), later)
        states += len(today)
        today = tomorrow
    # What is left waits for its last look, however long that takes.
    assert all(phase(test, at(RULES.most + 4), RULES) == "last_look" for test in today.values())
    return states, made, verdicts


def test_every_order_of_fourteen_days_leads_to_one_verdict_and_no_contradictory_advice() -> None:
    states, made, verdicts = walked()
    print(f"\n{states} states, {made} moves")
    assert verdicts == {
        "reacted reacted wash_off",
        "reacted reacted see_doctor",
        "reacted reacted emergency",
        "no_reaction ten_days go_ahead",
        "short stopped short",
        "not_finished stopped unfinished",
        "not_finished gap anew",
        "not_finished too_long anew",
    }
    assert states > 600


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=25))
def test_with_holds_in_any_order_there_is_still_one_verdict_and_one_advice(lived_so: list[tuple[int, bool]]) -> None:
    test = NEW
    for number, (choice, held) in enumerate(lived_so, start=1):
        test = advanced(test, at(number, 9), held, RULES)
        consistent(test, at(number, 9), f"morning {number}")
        ways = list(moves(test, at(number)))
        before, (did, test) = test, ways[choice % len(ways)]
        assert not held or before.end or counted(test) <= counted(before) or did == ""
        consistent(test, at(number), did)


# What each rule means for a person.


def test_ten_whole_days_and_a_last_look_are_no_reaction_seen_so_far() -> None:
    test = lived("2222222222")
    assert phase(test, at(10), RULES) == "last_look"
    assert standing(test, RULES) == "running"
    test = looked(test, "fine", at(11, 9), RULES)
    assert (standing(test, RULES), advice(test, at(11), RULES)) == ("no_reaction", "go_ahead")


@pytest.mark.parametrize(("days", "verdict"), [(1, "not_finished"), (6, "not_finished"), (7, "short"), (9, "short")])
def test_who_stops_without_a_reaction_is_told_how_many_days_stand(days: int, verdict: str) -> None:
    test = stopped(lived("2" * days), at(days, 21), RULES)
    assert (standing(test, RULES), counted(test)) == (verdict, days)


def test_a_half_day_does_not_count_and_adds_one() -> None:
    test = lived("222m222222")
    assert counted(test) == 9
    assert len(days_ahead(test, at(11, 9), RULES)) == 1


def test_yesterdays_box_may_be_caught_up_and_is_marked_so() -> None:
    test = lived("2m")
    test = tick(test, on(2), "evening", at(3, 9), RULES)
    assert test.day(on(2)).evening == "late"
    assert counted(test) == 2


def test_the_day_before_yesterday_stays_as_it_is() -> None:
    test = lived("2m2")
    assert tick(test, on(2), "evening", at(4, 9), RULES) == test


def test_tomorrow_cannot_be_ticked_and_the_evening_not_over_breakfast() -> None:
    assert tick(NEW, on(2), "morning", at(1), RULES) == NEW
    assert tick(NEW, on(1), "evening", at(1, 9), RULES) == NEW


def test_two_empty_days_leave_one_day_to_catch_up_and_then_start_anew() -> None:
    test = lived("222..")
    assert phase(test, at(6, 9), RULES) == "gap"
    assert {day for day, _ in open_boxes(test, at(6, 9), RULES)} == {on(5)}
    assert phase(tick(test, on(5), "morning", at(6, 9), RULES), at(6, 9), RULES) == "running"
    test = advanced(test, at(7, 9), False, RULES)
    assert (test.end, advice(test, at(7, 9), RULES)) == ("gap", "anew")


def test_one_empty_day_is_no_end() -> None:
    assert not lived("22.2.2.2").end


def test_more_than_fourteen_days_in_all_start_anew_however_many_count() -> None:
    test = advanced(lived("2m2m2m2m2m222m"), at(16, 9), False, RULES)
    assert (test.end, counted(test), standing(test, RULES)) == ("too_long", 8, "not_finished")


def test_the_tenth_day_may_be_the_fourteenth_and_its_last_box_may_come_late() -> None:
    test = lived("2m2m2m2m22222m")
    assert counted(test) == 9
    test = advanced(test, at(15, 9), False, RULES)
    assert phase(test, at(15, 9), RULES) == "last_call"
    test = tick(test, on(14), "evening", at(15, 9), RULES)
    assert phase(test, at(15, 9), RULES) == "last_look"


def test_when_ten_no_longer_fit_that_is_known_in_time() -> None:
    assert in_reach(lived("m" * 4), at(5, 9), RULES)
    assert not in_reach(lived("m" * 6), at(7, 9), RULES)


@pytest.mark.parametrize(
    ("plan", "hour", "day"), [("", 9, 1), ("2222", 9, 5), ("2222", 20, 4), ("m.m", 20, 1), ("2222222222", 20, 10)]
)
def test_a_reaction_names_the_counted_day_in_progress(plan: str, hour: int, day: int) -> None:
    here = at(len(plan) + (hour == 9), hour)
    test = looked(lived(plan), "mild", here, RULES)
    assert (test.reacted_day, standing(test, RULES), test.ended_on) == (day, "reacted", here.date().isoformat())


def test_a_reaction_ends_the_test_at_once_and_closes_every_box() -> None:
    test = looked(lived("222"), "strong", at(4, 9), RULES)
    assert open_boxes(test, at(4, 9), RULES) == ()
    assert looked(test, "fine", at(5), RULES) == test
    assert stopped(test, at(5), RULES) == test


def test_a_reaction_that_grows_worse_is_told_by_its_worst() -> None:
    test = looked(lived("222"), "mild", at(4, 9), RULES)
    assert advice(looked(test, "danger", at(4), RULES), at(4), RULES) == "emergency"
    assert advice(looked(looked(test, "danger", at(4), RULES), "mild", at(5), RULES), at(5), RULES) == "emergency"


def test_a_reaction_after_the_end_takes_the_good_word_back() -> None:
    test = looked(lived("2222222222"), "fine", at(10), RULES)
    test = looked(test, "mild", at(20), RULES)
    assert (standing(test, RULES), test.reacted_day, test.ended_on) == ("reacted", 0, on(20).isoformat())
    assert looks_due(test, RULES) == ()


def test_days_on_hold_are_neither_empty_nor_counted() -> None:
    test = advanced(lived("222hhhhhhhhhhhhhhhhhhhhhhhh"), at(28, 9), False, RULES)
    assert not test.end
    assert counted(test) == 3
    assert len(trial_days(test, on(28))) == 3  # the day on which the hold ends still belongs to it
    assert phase(test, at(29, 9), RULES) == "running"


def test_nothing_can_be_ticked_on_hold_but_a_reaction_still_ends_the_test() -> None:
    test = lived("22h")
    assert open_boxes(test, at(3), RULES) == ()
    assert looked(test, "danger", at(3), RULES).reacted_day == 2


def test_a_hold_lifted_before_the_first_day_leaves_no_trace() -> None:
    test = advanced(NEW, at(-1, 9), True, RULES)
    assert advanced(test, at(0, 9), False, RULES) == NEW


def test_a_slip_can_be_taken_back_today_and_tomorrow_and_no_later() -> None:
    test = lived("22")
    assert counted(untick(test, on(2), "evening", at(3, 9), RULES)) == 1
    assert untick(test, on(1), "evening", at(3, 9), RULES) == test


def test_whatever_was_missed_is_listed() -> None:
    halves: list[tuple[date, Half]] = [(on(2), "evening"), (on(3), "morning"), (on(3), "evening")]
    assert list(missed(lived("2m.2"), at(5, 9))) == halves


def test_three_weeks_of_looks_follow_a_test_that_was_used() -> None:
    test = stopped(lived("2222222"), at(7, 21), RULES)
    assert [(day - on(7)).days for _, day in looks_due(test, RULES)] == [7, 14, 21]
    assert looks_due(replace(test, looked_after=(1, 2, 3)), RULES) == ()
    assert looks_due(stopped(NEW, at(1, 9), RULES), RULES) == ()


def test_a_reaction_to_one_batch_speaks_for_every_batch() -> None:
    reacted = looked(NEW, "mild", at(1), RULES)
    fresh = replace(NEW, id="u", batch=2)
    assert verdict_on((reacted, fresh), "p", 2) == reacted
    assert verdict_on((stopped(lived("2222222"), at(7), RULES),), "p", 2) is None
    assert verdict_on((fresh,), "p", 2) == fresh


def test_a_spot_rests_four_weeks_so_that_two_products_cannot_be_mixed_up() -> None:
    test = stopped(replace(lived("22"), spot="left_forearm"), at(2), RULES)
    assert spots_resting((test,), on(10), RULES) == {"left_forearm"}
    assert spots_resting((test,), on(31), RULES) == frozenset()


def test_a_draft_is_no_running_test() -> None:
    assert running((PatchTest("d", "p"), NEW)) == NEW
    assert phase(PatchTest("d", "p"), at(1), RULES) == "draft"
    assert lapse(PatchTest("d", "p"), on(30), RULES) == ""


def test_the_table_we_ship_holds_the_numbers_of_the_brief() -> None:
    table = patch_table(read("content/rules/patch_test.yaml"), safety_table(read("content/rules/safety.yaml")).findings)
    assert table.protocol == RULES
    assert table.refused(["severe"])
    assert not table.refused(["pregnant", "immune", "light"])
    assert table.told_by(frozenset({"jak", "light"})) == ("immune", "light")
