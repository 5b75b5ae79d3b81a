"""Plans, their dates, the looks after a session and what these lead to, as pure rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.care.session_table import come_to, reported
from bot.care.sessions import (
    Finding,
    Plan,
    Scores,
    Session,
    areas_asked,
    asked_once,
    ended,
    looked,
    looks_of,
    missed,
    occurrence,
    occurrences,
    planned,
    rescheduled,
    stopped_areas,
    unimproved,
    waiting,
    with_session,
    worse_in_a_row,
)
from bot.library.reading import Library
from bot.reminders.walltime import instant, odd_hour, on_wall

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
FAR = timedelta(days=900)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu")


def walls(plan: Plan, days: int = 400) -> list[str]:
    start = datetime.fromisoformat(plan.trial or plan.first)
    return [each.wall for each in occurrences(plan, start, start + timedelta(days=days))]


def weekly(ending: str = "c6", wait: int = 0) -> Plan:
    return planned("s1", "2026-12-01T15:00", "Europe/Berlin", "w1", ending, wait, NOW)


def done(day: str, began: datetime, *areas: str, **more: Scores) -> Session:
    return Session(day, "done", began=began, areas=areas, **more)


# Dates.


def test_a_series_begins_with_one_session_and_a_wait() -> None:
    assert walls(weekly(wait=3))[:3] == ["2026-12-01T15:00", "2026-12-22T15:00", "2026-12-29T15:00"]
    assert len(walls(weekly(wait=3))) == 6


def test_a_monthly_series_waits_at_least_as_long_and_keeps_its_day() -> None:
    plan = planned("s1", "2026-12-31T09:00", "Europe/Berlin", "m1", "c4", 3, NOW)
    assert walls(plan) == ["2026-12-31T09:00", "2027-01-31T09:00", "2027-02-28T09:00", "2027-03-31T09:00"]


def test_a_series_that_would_end_within_the_wait_is_one_session() -> None:
    assert walls(weekly("u2026-12-10", wait=3)) == ["2026-12-01T15:00"]
    assert walls(weekly("c1", wait=3)) == ["2026-12-01T15:00"]


def test_a_moved_session_keeps_its_id_and_the_others_their_time() -> None:
    plan = rescheduled(weekly(), Session("2026-12-08", "moved", "2026-12-10T09:15"))
    found = {each.id: each.wall for each in occurrences(plan, datetime(2026, 12, 1), datetime(2027, 2, 1))}
    assert found["s1/2026-12-08"] == "2026-12-10T09:15"
    assert found["s1/2026-12-15"] == "2026-12-15T15:00"
    assert plan.sequence == 1


def test_nothing_is_left_of_a_series_after_its_end_but_what_took_place() -> None:
    plan = with_session(weekly(), done("2026-12-01", NOW))
    assert walls(ended(plan, "2026-12-02")) == ["2026-12-01T15:00"]


def test_an_id_that_no_plan_gives_is_nothing() -> None:
    for id_ in ("", "s1", "s1/", "s1/2026-12-02", "s9/2026-12-01", "s1/yesterday", "s1/2026-12-1"):
        assert occurrence([weekly()], id_) is None, id_


@settings(max_examples=150, deadline=None)
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
    st.sampled_from(ZONES),
    st.sampled_from(["d1", "d3", "w1", "w2", "m1", "m3"]),
    st.sampled_from([0, 2, 3]),
)
def test_a_series_never_shows_another_hour_on_the_wall_than_the_one_picked(
    start: datetime, zone: str, rhythm: str, wait: int
) -> None:
    wall = f"{start:%Y-%m-%dT%H:%M}"
    plan = planned("s1", wall, zone, rhythm, "", wait, NOW)
    found = occurrences(plan, start, start + FAR)
    assert found and all(each.wall[11:] == wall[11:] for each in found)
    assert len({each.id for each in found}) == len(found)
    for each in found[:40]:
        shown = on_wall(instant(each.wall, zone), zone)
        # Only where the clocks leap over that hour is it another one, and then it is said.
        assert f"{shown:%Y-%m-%dT%H:%M}" == each.wall or odd_hour(each.wall, zone) == "gap"


@pytest.mark.parametrize(
    ("wall", "odd", "utc"),
    [
        ("2027-03-28T02:30", "gap", "2027-03-28T01:30"),
        ("2026-10-25T02:30", "fold", "2026-10-25T00:30"),
        ("2026-10-24T02:30", "", "2026-10-24T00:30"),
        ("2026-10-26T02:30", "", "2026-10-26T01:30"),
    ],
)
def test_both_edges_of_summer_time(wall: str, odd: str, utc: str) -> None:
    assert odd_hour(wall, "Europe/Berlin") == odd
    assert instant(wall, "Europe/Berlin") == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), st.sampled_from(ZONES))
def test_an_hour_is_odd_exactly_where_the_clocks_change(moment: datetime, zone: str) -> None:
    wall = f"{moment:%Y-%m-%dT%H:%M}"
    offsets = {moment.replace(tzinfo=ZoneInfo(zone), fold=fold, second=0, microsecond=0).utcoffset() for fold in (0, 1)}
    assert bool(odd_hour(wall, zone)) == (len(offsets) > 1)


# Looks.


def plan_with(*sessions: Session) -> Plan:
    plan = weekly("")
    for session in sessions:
        plan = with_session(plan, session)
    return plan


def test_four_looks_follow_a_session_counted_from_its_beginning(library: Library) -> None:
    looks = looks_of([plan_with(done("2026-12-01", NOW, "elbow_left"))], library.world.sessions.looks)
    assert [(each.kind, (each.due - NOW).days) for each in looks] == [
        ("next_day", 1),
        ("week", 7),
        ("fortnight", 10),
        ("three_weeks", 21),
    ]
    assert all(each.until - NOW <= timedelta(days=28) for each in looks)


def test_a_look_whose_time_passed_is_missed_and_never_asked_later(library: Library) -> None:
    plans, windows = (plan_with(done("2026-12-01", NOW, "elbow_left")),), library.world.sessions.looks
    later = NOW + timedelta(days=11)
    assert [each.kind for each in missed(looks_of(plans, windows), later)] == ["next_day", "week"]
    assert [each.kind for each in waiting(looks_of(plans, windows), later)] == ["fortnight", "three_weeks"]
    answered = looked(plans, windows, (), later)
    assert [look.kind for look in answered[0].sessions[0].looks] == ["fortnight"]


def test_looks_of_overlapping_sessions_are_asked_once(library: Library) -> None:
    week = timedelta(days=7)
    plan = plan_with(done("2026-12-01", NOW, "elbow_left"), done("2026-12-08", NOW + week, "knee_left"))
    looks = looks_of([plan], library.world.sessions.looks)
    groups = asked_once(waiting(looks, NOW))
    assert len(groups) < len(looks)
    for group in groups:
        # One answer fits all of them, because there is an instant at which each is open.
        assert max(each.due for each in group) < min(each.until for each in group)
    answered = looked((plan,), library.world.sessions.looks, (), NOW + timedelta(days=8, hours=2))
    assert all(len(session.looks) == 1 for session in answered[0].sessions)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=8, unique=True))
def test_every_look_belongs_to_exactly_one_question(library: Library, days: list[int]) -> None:
    sessions = [done(f"{NOW + timedelta(days=n):%Y-%m-%d}", NOW + timedelta(days=n), "sole_left") for n in days]
    looks = looks_of([plan_with(*sessions)], library.world.sessions.looks)
    groups = asked_once(looks)
    assert sorted(each.id + each.kind for group in groups for each in group) == sorted(e.id + e.kind for e in looks)


def test_the_first_new_plaque_at_a_treated_place_stops_massage_there_for_good(library: Library) -> None:
    plans = (plan_with(done("2026-12-01", NOW, "elbow_left", "knee_left")),)
    found = (Finding("elbow_left", "new_plaque"),)
    plans = looked(plans, library.world.sessions.looks, found, NOW + timedelta(days=12))
    assert stopped_areas(plans) == ("elbow_left",)
    plans = looked(plans, library.world.sessions.looks, (), NOW + timedelta(days=22))
    assert stopped_areas(plans) == ("elbow_left",)


def test_a_plaque_that_comes_after_all_looks_still_counts(library: Library) -> None:
    plans = (plan_with(done("2026-12-01", NOW, "elbow_left")),)
    later = NOW + timedelta(days=90)
    assert areas_asked(plans, library.world.sessions.looks, later) == ("elbow_left",)
    plans = looked(plans, library.world.sessions.looks, (Finding("elbow_left", "new_plaque"),), later)
    assert stopped_areas(plans) == ("elbow_left",)


def test_one_change_is_one_worse_session_even_when_two_looks_are_open(library: Library) -> None:
    first, second = done("2026-12-01", NOW, "sole_left"), done("2026-12-08", NOW + timedelta(days=7), "sole_left")
    before = (plan_with(first, second),)
    after = looked(before, library.world.sessions.looks, (Finding("sole_left", "sore"),), NOW + timedelta(days=8.5))
    assert not worse_in_a_row(before, after, 2)


def test_two_worse_sessions_in_a_row_are_seen_wherever_the_change_was(library: Library) -> None:
    windows = library.world.sessions.looks
    plans = (plan_with(done("2026-12-01", NOW, "sole_left")),)
    plans = looked(plans, windows, (Finding("sole_left", "sore"),), NOW + timedelta(days=1.5))
    before = (with_session(plans[0], done("2027-01-05", NOW + timedelta(days=35), "palm_left")),)
    after = looked(before, windows, (Finding("palm_left", "new_plaque"),), NOW + timedelta(days=36.5))
    assert worse_in_a_row(before, after, 2)
    assert not worse_in_a_row(after, after, 2), "what was answered before pauses nothing anew"


def test_stopping_is_said_only_after_enough_sessions_and_when_nothing_got_better() -> None:
    def course(*itch: int) -> tuple[Plan, ...]:
        days = [NOW + timedelta(days=21 * n) for n in range(len(itch))]
        rows = zip(days, itch, strict=True)
        return (plan_with(*(done(f"{day:%Y-%m-%d}", day, before=Scores(itch=score)) for day, score in rows)),)

    assert unimproved(course(6, 6, 7, 6), 4)
    assert not unimproved(course(6, 5, 5, 4), 4)
    assert not unimproved(course(6, 6, 6), 4)


# The three questions before.


def test_the_worst_answer_decides_and_a_danger_is_told(library: Library) -> None:
    table = library.world.sessions
    assert come_to(table, {"skin": "usual", "body": "well", "product": "none"}) == "go"
    assert come_to(table, {"skin": "sore", "body": "well", "product": "none"}) == "adapt"
    assert come_to(table, {"skin": "sore", "body": "ill", "product": "untested"}) == "postpone"
    assert reported(table, {"skin": "hot", "body": "medicine"}) == ("danger", "medicine")


def test_not_sure_never_means_go(library: Library) -> None:
    questions = library.world.sessions.questions
    assert all(replies["unsure"].result != "go" for replies in questions.values())


def test_a_plan_is_a_value(library: Library) -> None:
    plan = weekly()
    assert replace(plan) == plan and hash(plan)
