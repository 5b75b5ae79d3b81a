"""Days and times of sessions as people type them: one file of them, each with what it is taken to mean."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.dialogue.events import Wrote
from bot.dialogue.person import Consent, Person
from bot.dialogue.session_draft import Draft
from bot.dialogue.session_planning import read_when
from bot.dialogue.world import Moment, Unclear
from bot.library.reading import Library

# A Sunday in Berlin, at eleven in the morning.
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
NOTES = {"date_unclear": "unclear", "date_past": "past", "date_far": "far"}
LINES = (Path(__file__).parent / "sessions" / "dates.tsv").read_text(encoding="utf-8").splitlines()
TYPED = [tuple(line.split("\t")[:2]) for line in LINES if not line.startswith("#")]


def lena(zone: str = "Europe/Berlin") -> Person:
    person = Person(7, screen="sessions.when", given=Draft().said(), consent=Consent("2026-11-22", NOW))
    return replace(person.keeping("time_zone", zone, NOW))


def taken_to_mean(library: Library, typed: str) -> str:
    """What a typed day comes to, as the file writes it."""
    person = lena()
    read = read_when(Wrote(typed), Moment(library.world, person, NOW, person.given))
    if isinstance(read, Unclear):
        return NOTES[read.note]
    several = "," in read.value
    return f"ask {read.value}" if several else read.value if "T" in read.value else f"day {read.value}"


@pytest.mark.parametrize(("typed", "meant"), TYPED, ids=lambda text: text)
def test_a_day_is_read_as_people_type_it_or_asked_about(library: Library, typed: str, meant: str) -> None:
    assert taken_to_mean(library, typed) == meant


def test_there_are_150_of_them_and_no_two_alike() -> None:
    assert len(TYPED) >= 150
    assert len({typed for typed, _ in TYPED}) == len(TYPED)
