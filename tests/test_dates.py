"""Dates and times as people really type them, and what they are taken to mean."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.library.dates import readings

# A Sunday, late in the morning.
SUNDAY = datetime(2026, 11, 22, 11, 0, tzinfo=ZoneInfo("Europe/Berlin"))

AHEAD = {
    # Weekdays
    "Friday 3pm": "2026-11-27T15:00",
    "fri 3pm": "2026-11-27T15:00",
    "friday 3 p.m.": "2026-11-27T15:00",
    "Friday 15:00": "2026-11-27T15:00",
    "friday 15.30": "2026-11-27T15:30",
    "friday 1530": "2026-11-27T15:30",
    "at 1530 on friday": "2026-11-27T15:30",
    "this friday at noon": "2026-11-27T12:00",
    "thursday, 11 o'clock": "2026-11-26T11:00",
    "Tuesday at quarter to four pm": "2026-11-24T15:45",
    "Wednesday 8 in the evening": "2026-11-25T20:00",
    "tuesday 12:00": "2026-11-24T12:00",
    "Monday morning": "2026-11-23T09:00",
    "monday": "2026-11-23",
    "Friday week at 10": "2026-12-04T10:00",
    "a week on Friday": "2026-12-04",
    # Near days
    "today 16:30": "2026-11-22T16:30",
    "this afternoon": "2026-11-22T15:00",
    "tonight at 7": "2026-11-22T19:00",
    "tomorrow evening": "2026-11-23T18:00",
    "tomorrow at 9": "2026-11-23T09:00",
    "tomorrow 9": "2026-11-23T09:00",
    "tomorrow morning at 9.30": "2026-11-23T09:30",
    "day after tomorrow 8:15": "2026-11-24T08:15",
    "in 10 days at 2pm": "2026-12-02T14:00",
    "in two weeks": "2026-12-06",
    "in a fortnight": "2026-12-06",
    # A day and its month
    "5 December 10am": "2026-12-05T10:00",
    "5 december 14.30": "2026-12-05T14:30",
    "december 5th at 10:30 am": "2026-12-05T10:30",
    "the 5th of December, half past nine": "2026-12-05T09:30",
    "sat 5 dec 9": "2026-12-05T09:00",
    "Dec 5": "2026-12-05",
    "1 january 9am": "2027-01-01T09:00",
    "29 february": "2028-02-29",
    "12 nov 28": "2028-11-12",
    "November 12th, 2027": "2027-11-12",
    "the 5th at 11": "2026-12-05T11:00",
    "mon 30 nov 9:00": "2026-11-30T09:00",
    "Monday the 30th at 9": "2026-11-30T09:00",
    # Numbers
    "12.03. 15:30": "2027-03-12T15:30",
    "12.03.2027 15:30": "2027-03-12T15:30",
    "12.3.27 um 15 Uhr": "2027-03-12T15:00",
    "03.04.": "2027-04-03",
    "3/14 2pm": "2027-03-14T14:00",
    "14/3 14:00": "2027-03-14T14:00",
    "12/25": "2026-12-25",
    # ISO, with and without a time, a T, a zone
    "2026-12-05 10:00": "2026-12-05T10:00",
    "2026-12-05T10:00": "2026-12-05T10:00",
    "2026-12-05T10:00:00Z": "2026-12-05T11:00",
    "2026-12-05": "2026-12-05",
    "20261205": "2026-12-05",
    # Whole sentences
    "My appointment is on Friday at 3pm": "2026-11-27T15:00",
    "It's on 5 December at 10 with Dr Smith": "2026-12-05T10:00",
    # Other languages
    "Freitag 15 Uhr": "2026-11-27T15:00",
    "morgen um 8:30": "2026-11-23T08:30",
    "5. Dezember 10:15": "2026-12-05T10:15",
    "viernes a las 10": "2026-11-27T10:00",
    "demain 14h30": "2026-11-23T14:30",
    # Only just gone by: the talk says so, instead of taking it for next year
    "21 november": "2026-11-21",
    "yesterday": "2026-11-21",
}

TWO_WAYS = {
    "03/04": ("2027-04-03", "2027-03-04"),
    "03/04/2027 10:00": ("2027-04-03T10:00", "2027-03-04T10:00"),
    "friday at 3": ("2026-11-27T15:00", "2026-11-27T03:00"),
    "Friday 3:30": ("2026-11-27T15:30", "2026-11-27T03:30"),
    "next friday 10am": ("2026-11-27T10:00", "2026-12-04T10:00"),
    "sunday 10:00": ("2026-11-22T10:00", "2026-11-29T10:00"),
    "Friday 12 December 10:00": ("2026-12-12T10:00", "2026-12-11T10:00"),
}

NO_DATE = [
    *("next week", "next month", "soon", "my knee hurts", "?", "", "   ", "2", "ten", "may", "2027"),
    *("3pm", "15:30", "friday or saturday", "friday 3-4pm", "31 february", "32.12. 10:00", "25:00 friday"),
    *("5 dec 24:00", "I don't know yet", "they will call me", "x" * 200, "no"),
]

GONE = {
    "today": "2026-11-22",
    "yesterday": "2026-11-21",
    "gestern": "2026-11-21",
    "day before yesterday": "2026-11-20",
    "Friday": "2026-11-20",
    "last Friday": "2026-11-20",
    "last tuesday": "2026-11-17",
    "on monday afternoon": "2026-11-16",
    "3 days ago": "2026-11-19",
    "two weeks ago": "2026-11-08",
    "12 November": "2026-11-12",
    "12 nov at 3pm": "2026-11-12",
    "20.11.": "2026-11-20",
    "20.11.2026": "2026-11-20",
    "11/20": "2026-11-20",
    "2026-10-01": "2026-10-01",
    "1 june 2025": "2025-06-01",
    "the 5th": "2026-11-05",
    "the 30th": "2026-10-30",
    "29 february": "2024-02-29",
    # Still to come, so the talk says that it is
    "5 december": "2026-12-05",
}


@pytest.mark.parametrize(("typed", "meant"), AHEAD.items())
def test_an_appointment_is_read_as_people_write_it(typed: str, meant: str) -> None:
    assert readings(typed, SUNDAY, ahead=True) == (meant,)


@pytest.mark.parametrize(("typed", "meant"), TWO_WAYS.items())
def test_what_can_be_read_in_two_ways_gives_both(typed: str, meant: tuple[str, ...]) -> None:
    assert readings(typed, SUNDAY, ahead=True) == meant


@pytest.mark.parametrize("typed", NO_DATE)
def test_what_is_no_date_is_not_guessed_at(typed: str) -> None:
    assert readings(typed, SUNDAY, ahead=True) == ()


@pytest.mark.parametrize(("typed", "meant"), GONE.items())
def test_the_day_of_an_answer_is_read_as_people_write_it(typed: str, meant: str) -> None:
    assert readings(typed, SUNDAY, ahead=False) == (meant,)


def test_a_day_gone_by_that_can_be_read_in_two_ways_gives_both() -> None:
    assert readings("10/11", SUNDAY, ahead=False) == ("2026-11-10", "2026-10-11")
    assert readings("sunday", SUNDAY, ahead=False) == ("2026-11-22", "2026-11-15")


def test_there_are_more_than_sixty_of_them() -> None:
    assert len(AHEAD) + len(TWO_WAYS) + len(NO_DATE) + len(GONE) >= 60


@given(st.text(max_size=90) | st.text("0123456789 ./:-apmthfriday", max_size=30), st.booleans())
def test_whatever_somebody_types_is_read_or_left_alone(typed: str, ahead: bool) -> None:
    for reading in readings(typed, SUNDAY, ahead):
        assert datetime.fromisoformat(reading).tzinfo is None


@given(st.dates(SUNDAY.date().replace(year=2000), SUNDAY.date().replace(year=2099)), st.booleans())
def test_a_date_written_out_is_that_date(day: date, ahead: bool) -> None:
    for written in (f"{day:%d %B %Y}", f"{day:%B %d, %Y}", f"{day:%d.%m.%Y}", f"{day:%Y-%m-%d}"):
        assert readings(written, SUNDAY, ahead) == (f"{day:%Y-%m-%d}",)
