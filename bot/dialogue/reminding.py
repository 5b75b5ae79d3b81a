"""Reminders in the talk: rows follow the plans after every step, and what is due is said beside the person's screen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.dialogue import patch_test
from bot.dialogue.effects import Effect, Say
from bot.dialogue.person import Person
from bot.dialogue.session_wants import wants as session_wants
from bot.dialogue.world import World
from bot.reminders.rows import Reminder, Wanted, reconciled

Wants = Callable[[World, Person, datetime], tuple[Wanted, ...]]

# Each subject that reminds says here what it wants sent.
WANTS: tuple[Wants, ...] = (patch_test.wants, session_wants)


def rescheduled(world: World, person: Person, now: datetime) -> Person:
    """The person with rows as their plans want them now; without consent there are none."""
    wanted = [want for wants in WANTS for want in wants(world, person, now)] if person.consented else []
    rows = reconciled(person.reminders, wanted, now) if person.consented else ()
    return person if rows == person.reminders else replace(person, reminders=rows)


def row_of(person: Person, row_id: str) -> Reminder | None:
    """The person's row of that id."""
    return next((row for row in person.reminders if row.wanted.id == row_id), None)


def with_row(person: Person, row: Reminder) -> Person:
    """The person with the row of that id replaced."""
    rows = tuple(row if held.wanted.id == row.wanted.id else held for held in person.reminders)
    return replace(person, reminders=rows)


def remind_rows(person: Person, now: datetime) -> tuple[Person, tuple[Effect, ...]]:
    """Everything due said beside the screen the person is on, each once."""
    due = [row for row in person.reminders if row.state == "waiting" and row.due <= now]
    for row in due:
        person = with_row(person, replace(row, state="sent", sent_at=now))
    return person, tuple(Say(f"reminder.{row.wanted.kind}", subject=row.wanted.id) for row in due)
