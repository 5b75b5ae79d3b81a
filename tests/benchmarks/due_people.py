"""Stored people with reminders, made fast: whole records are worked out once a kind and written without a sync."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.dialogue.person import Consent, Person
from bot.dialogue.reminding import rescheduled
from bot.dialogue.world import World
from bot.store.durable import seal
from bot.store.opening import open_store
from bot.store.record import Record
from bot.store.shelf import FOLDER, ONLY, TABLE
from bot.store.versions import to_document

EVENING = 18
# A check counts for 30 days, and its first reminder comes three days before.
CHECKED_BEFORE = timedelta(days=27)
ID = 987_654_321


def zone_at_evening(now: datetime) -> str:
    """A zone whose clocks show an hour that began at six in the evening."""
    ahead = (EVENING - now.astimezone(UTC).hour + 9) % 24 - 9
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def check_due(world: World, now: datetime, person_id: int = ID) -> Record:
    """Somebody whose check runs out in three days: one reminder is due at this evening's six o'clock."""
    return _with_rows(world, _somebody(person_id, zone_at_evening(now), now - CHECKED_BEFORE), now)


def five_rows(world: World, now: datetime, zone: str, days: int, person_id: int = ID) -> Record:
    """Somebody with five reminders ahead, the first of them in so many days at six in the evening."""
    checked = now - CHECKED_BEFORE + timedelta(days=days)
    person = _somebody(person_id, zone, checked)
    person = person.keeping("clinician_view", "yes", checked).keeping("clinician_role", "gp", checked)
    person = person.keeping("clinician_on", f"{now - timedelta(days=60):%Y-%m-%d}", checked)
    person = person.keeping("appointment", f"{now + timedelta(days=days + 20):%Y-%m-%d}T15:00", checked)
    return _with_rows(world, person, now)


def _somebody(person_id: int, zone: str, checked: datetime) -> Person:
    person = Person(person_id, consent=Consent("1", checked), told=("welcome",), screen="menu.home")
    return person.keeping("time_zone", zone, checked).keeping("check", [], checked)


def _with_rows(world: World, person: Person, now: datetime) -> Record:
    """The record with rows as they were wanted the day before."""
    return Record(rescheduled(world, person, now - timedelta(days=1)), now - timedelta(days=30), now)


def write_all(folder: Path, groups: Iterable[tuple[Record, Iterable[int]]]) -> int:
    """A record like each of these for every id that goes with it; how many were written."""
    store = open_store(folder, 365)
    written = 0
    for record, ids in groups:
        document = to_document(replace(record, person=replace(record.person, id=ID)))
        for person_id in ids:
            name = store.names.of(person_id)
            path = folder / FOLDER / name[:2] / f"{name}.json"
            document["person"]["id"] = person_id
            path.write_bytes(seal({TABLE: {ONLY: document}}))
            written += 1
    store._lock.release()  # type: ignore[union-attr]
    return written
