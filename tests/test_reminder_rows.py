"""Quiet hours, later, and rows that follow their plans: all pure, with the time as an argument."""

from datetime import UTC, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reminders.putting_off import times_later
from bot.reminders.quiet import Quiet, placed, shifted
from bot.reminders.rows import Reminder, Wanted, reconciled
from bot.reminders.walltime import instant, on_wall

BERLIN = "Europe/Berlin"
USUAL = Quiet(time(21), time(8), BERLIN)
ZONES = ("Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "UTC")


def at(wall: str, zone: str = BERLIN) -> datetime:
    return instant(wall, zone)


def want(wall: str, until: str, **more: object) -> Wanted:
    return Wanted("visit/1", at(wall), at(until), wall, BERLIN, **more)  # type: ignore[arg-type]


def rows(held: tuple[Reminder, ...], wanted: list[Wanted], now: datetime, quiet: Quiet = USUAL) -> tuple[Reminder, ...]:
    return reconciled(held, wanted, now, partial(placed, quiet=quiet, now=now), partial(shifted, quiet=quiet))


# Quiet hours.


def test_a_reminder_two_hours_before_an_early_session_comes_the_evening_before() -> None:
    early = want("2026-11-27T07:00", "2026-11-27T09:00")
    assert shifted(early, USUAL) == at("2026-11-26T18:00")


def test_what_speaks_of_the_next_day_moves_to_the_evening_of_its_own_day() -> None:
    for hour in ("07:00", "22:30"):
        eve = want(f"2026-11-27T{hour}", f"2026-11-28T{hour}", shifts="evening")
        assert shifted(eve, USUAL) == at("2026-11-27T18:00")


def test_an_hour_the_person_picked_wins_over_quiet_hours() -> None:
    assert shifted(want("2026-11-27T06:30", "2026-11-27T12:00", picked=True), USUAL) == at("2026-11-27T06:30")


def test_a_look_after_a_session_waits_for_the_end_of_the_quiet_hours() -> None:
    look = want("2026-11-27T23:30", "2026-11-29T12:00", shifts="later")
    assert shifted(look, USUAL) == at("2026-11-28T08:00")


def test_somebody_with_no_quiet_hours_is_reminded_at_any_hour() -> None:
    assert shifted(want("2026-11-27T03:00", "2026-11-27T09:00"), Quiet(time(), time(), BERLIN)) == at(
        "2026-11-27T03:00"
    )


def test_where_even_six_in_the_evening_is_quiet_the_reminder_comes_before_the_quiet_begins() -> None:
    assert shifted(want("2026-11-27T18:00", "2026-11-28T10:00"), Quiet(time(17), time(9), BERLIN)) == at(
        "2026-11-27T16:45"
    )


@pytest.mark.parametrize(
    ("due", "until", "expected"),
    [
        ("2026-03-29T02:30", "2026-03-29T09:00", "2026-03-28T18:00"),
        ("2026-10-25T02:30", "2026-10-25T09:00", "2026-10-24T18:00"),
    ],
)
def test_the_evening_before_is_six_on_the_wall_in_the_nights_of_summer_time(
    due: str, until: str, expected: str
) -> None:
    assert shifted(want(due, until), USUAL) == at(expected)


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2031, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))
QUIETS = st.builds(Quiet, CLOCKS, CLOCKS, st.sampled_from(ZONES))


@given(QUIETS, MOMENTS)
def test_quiet_hours_end_ahead_and_at_a_time_that_is_not_quiet(quiet: Quiet, moment: datetime) -> None:
    end = quiet.ends(moment)
    assert moment < end <= moment + timedelta(hours=50)
    assert on_wall(end, quiet.zone).time() >= quiet.end or not quiet.holds(end)


@given(QUIETS, MOMENTS, st.integers(10, 5000), st.sampled_from(["earlier", "later"]))
def test_no_derived_reminder_falls_into_quiet_hours_or_past_its_event(
    quiet: Quiet, due: datetime, minutes: int, shifts: str
) -> None:
    wanted = Wanted("visit/1", due, due + timedelta(minutes=minutes), shifts=shifts)  # type: ignore[arg-type]
    goes = shifted(wanted, quiet)
    assert goes < wanted.until
    assert not quiet.holds(goes) or quiet.evening_before(due) is None


# Rows.


def test_a_plan_made_late_in_the_evening_reminds_in_the_morning_if_that_is_before_the_event() -> None:
    now = at("2026-11-26T22:00")
    (row,) = rows((), [want("2026-11-27T07:00", "2026-11-27T09:00")], now)
    assert (row.state, row.due) == ("waiting", at("2026-11-27T08:00"))


def test_a_plan_made_too_late_for_its_reminder_sends_none() -> None:
    now = at("2026-11-26T22:00")
    (row,) = rows((), [want("2026-11-27T05:30", "2026-11-27T07:30")], now)
    assert row.state == "skipped"
    (row,) = rows((), [want("2026-11-26T18:00", "2026-11-27T15:00")], now)
    assert row.state == "skipped"


def test_a_look_that_is_due_when_the_session_is_told_late_is_still_asked() -> None:
    now = at("2026-11-27T12:00")
    (row,) = rows((), [want("2026-11-26T12:00", "2026-11-29T12:00", shifts="later")], now)
    assert row.state == "waiting" and row.due <= now


def test_wanting_the_same_again_is_wanting_it_once_and_what_became_of_it_stays() -> None:
    now = at("2026-11-20T12:00")
    wanted = want("2026-11-27T12:00", "2026-11-27T15:00")
    first = rows((), [wanted], now)
    assert rows(first, [wanted, wanted], now) == first
    sent = Reminder(wanted, "sent", now, at=wanted.due)
    assert rows((sent,), [wanted], now) == (sent,)


def test_a_plan_that_is_gone_leaves_nothing_that_waits_and_remembers_what_was_sent() -> None:
    now = at("2026-11-20T12:00")
    waiting = Reminder(want("2026-11-27T12:00", "2026-11-27T15:00"))
    assert rows((waiting,), [], now) == ()
    sent = Reminder(want("2026-11-27T12:00", "2026-11-27T15:00"), "sent", now)
    assert rows((sent,), [], now) == (sent,)
    assert rows((sent,), [], now + timedelta(days=60)) == ()


def test_a_plan_that_moves_takes_its_reminder_along_even_one_that_was_put_off() -> None:
    now = at("2026-11-20T12:00")
    first = Reminder(want("2026-11-27T12:00", "2026-11-27T15:00"), later=at("2026-11-27T13:00"))
    (row,) = rows((first,), [want("2026-11-28T12:00", "2026-11-28T15:00")], now)
    assert row.due == at("2026-11-28T12:00")


def test_new_quiet_hours_move_what_waits() -> None:
    now = at("2026-11-20T12:00")
    wanted = want("2026-11-27T20:00", "2026-11-28T15:00")
    first = rows((), [wanted], now)
    assert rows(first, [wanted], now, Quiet(time(19), time(8), BERLIN))[0].due == at("2026-11-27T18:00")


def test_a_row_that_waits_for_this_very_moment_stays_due_whatever_is_reconciled() -> None:
    now = at("2026-11-26T22:00")
    wanted = want("2026-11-27T07:00", "2026-11-27T09:00")
    first = rows((), [wanted], now)
    later = at("2026-11-27T08:00")
    assert rows(first, [wanted], later)[0].due == later


# Later.


def test_later_offers_an_hour_tonight_and_tomorrow() -> None:
    times = times_later(want("2026-11-27T12:00", "2026-11-29T12:00"), USUAL, at("2026-11-27T12:05"))
    assert times == {
        "hour": at("2026-11-27T13:05"),
        "tonight": at("2026-11-27T18:00"),
        "tomorrow": at("2026-11-28T12:00"),
    }


def test_later_never_offers_quiet_hours_nor_a_time_that_is_too_late() -> None:
    late = times_later(want("2026-11-27T20:00", "2026-11-28T09:00"), USUAL, at("2026-11-27T20:30"))
    assert late == {}
    picked = times_later(want("2026-11-27T06:30", "2026-11-29T09:00", picked=True), USUAL, at("2026-11-27T20:30"))
    assert picked == {"tomorrow": at("2026-11-28T06:30")}


@given(QUIETS, MOMENTS, MOMENTS, st.integers(1, 10_000))
def test_nothing_is_ever_put_off_into_quiet_hours_or_past_its_time(
    quiet: Quiet, due: datetime, now: datetime, minutes: int
) -> None:
    wanted = Wanted("visit/1", due, now + timedelta(minutes=minutes))
    for later in times_later(wanted, quiet, now).values():
        assert now < later < wanted.until and not quiet.holds(later)


def test_the_same_hour_stands_on_the_wall_on_both_sides_of_summer_time() -> None:
    for wall in ("2026-03-28T15:00", "2026-03-30T15:00", "2026-10-24T15:00", "2026-10-26T15:00"):
        assert shifted(want(wall, "2026-12-01T00:00"), USUAL).astimezone(ZoneInfo(BERLIN)).hour == 15
