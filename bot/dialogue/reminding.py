"""Reminders in the talk: rows follow the plans after every step, and what is due is said beside the person's screen.

What must stay true:
* A row is said once: it leaves «waiting» in the write that puts its words into the outbox.
* What comes late says so. Several that come late are one message, and what makes no sense any more is told as missed.
* Nothing late comes in quiet hours: it waits for their end, and only what would be too late then comes, silently.
* A row that cannot be said (its screen is gone) never stays due.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial

from bot.dialogue import notices, patch_test
from bot.dialogue.effects import Effect, Say
from bot.dialogue.notices import zone_of
from bot.dialogue.person import Person
from bot.dialogue.session_acts import moved_to
from bot.dialogue.session_wants import wants as session_wants
from bot.dialogue.world import World
from bot.reminders.quiet import USUAL, Quiet, placed, shifted
from bot.reminders.rows import Reminder, RowState, Wanted, next_due, overdue, reconciled

Wants = Callable[[World, Person, datetime], tuple[Wanted, ...]]
Moves = Callable[[Person, str, datetime], Person]

# Each subject that reminds says here what it wants sent.
WANTS: tuple[Wants, ...] = (*notices.WANTS, patch_test.wants, session_wants)
# Each subject whose plans keep a time zone of their own says here how they move along into another one.
MOVES: tuple[Moves, ...] = (moved_to,)

# What is due so soon after something else comes with it.
TOGETHER = timedelta(minutes=15)
# What goes out so long after its time says so.
LATE = timedelta(minutes=15)
# When words could not be found for what is due, it is tried again after so long.
REST = timedelta(hours=1)
STAMP = "%Y%m%dT%H%M%S%f"
# Several rows in one message.
SEVERAL = "reminder.several"


def rescheduled(world: World, person: Person, now: datetime) -> Person:
    """The person with rows as their plans want them now; without consent there are none."""
    if not person.consented:
        return replace(person, reminders=()) if person.reminders else person
    wanted, quiet = wanted_by(world, person, now), quiet_of(person)
    place, shift = partial(placed, quiet=quiet, now=now), partial(shifted, quiet=quiet)
    rows = reconciled(person.reminders, wanted, now, place, shift)
    return person if rows == person.reminders else replace(person, reminders=rows)


def wanted_by(world: World, person: Person, now: datetime) -> list[Wanted]:
    """What all plans want now, and those rows that are overdue and were wanted when their time came.

    A plan need not look back: what came due while nothing could be sent is told in any case, unless the plan is gone.
    """
    wanted = [want for wants in WANTS for want in wants(world, person, now)]
    known = {want.id for want in wanted}
    lost = [row.wanted for row in overdue(person.reminders, now) if row.wanted.id not in known]
    if lost:
        then = min(want.due for want in lost)
        ids = {want.id for want in lost}
        wanted += [want for wants in WANTS for want in wants(world, person, then) if want.id in ids]
    return wanted


def quiet_of(person: Person) -> Quiet:
    """The person's quiet hours, the usual ones until they choose, where they live; UTC while that is not known."""
    hours = person.answer("quiet_hours")
    start, end = USUAL
    if isinstance(hours, list):
        start, end = (time.fromisoformat(hours[0]), time.fromisoformat(hours[1])) if hours else (time(), time())
    return Quiet(start, end, zone_of(person) or "UTC")


def due_for(person: Person) -> datetime | None:
    """When the person's next row is due; None when nothing is, or nothing may be sent to them."""
    silent = person.paused_at or person.blocked_at or not person.consented
    return None if silent else next_due(person.reminders)


def row_of(person: Person, row_id: str) -> Reminder | None:
    """The person's row of that id."""
    return next((row for row in person.reminders if row.wanted.id == row_id), None)


def with_row(person: Person, row: Reminder) -> Person:
    """The person with the row of that id replaced."""
    return with_rows(person, (row,))


def with_rows(person: Person, rows: tuple[Reminder, ...]) -> Person:
    """The person with the rows of those ids replaced."""
    fresh = {row.wanted.id: row for row in rows}
    return replace(person, reminders=tuple(fresh.get(held.wanted.id, held) for held in person.reminders))


def ended(person: Person, row_id: str, state: RowState) -> Person:
    """The person with that row over: done, skipped or missed; unchanged when there is no such row."""
    row = row_of(person, row_id)
    return with_row(person, replace(row, state=state, later=None)) if row else person


# What the clock asks for.


def remind_rows(world: World, person: Person, now: datetime) -> tuple[Person, tuple[Effect, ...]]:
    """Everything due said beside the screen the person is on, each once."""
    person, due = without_speechless(world, person, overdue(person.reminders, now))
    quiet = quiet_of(person)
    due, waiting, silent = split_by_quiet(due, quiet, now)
    person = with_rows(person, waiting)
    if not due:
        return person, ()
    late = any(is_late(row, now) for row in due)
    rows = tuple(taken(row, now) for row in (due if late or silent else together(person, due, now)))
    return with_rows(person, rows), (said(rows, now, silent),)


def without_speechless(world: World, person: Person, due: tuple[Reminder, ...]) -> tuple[Person, tuple[Reminder, ...]]:
    """The person with rows skipped that no screen of today speaks for, and the rows that are left."""
    able = tuple(row for row in due if world.graph.living(screen_of(row)))
    gone = tuple(replace(row, state="skipped") for row in due if row not in able)
    return with_rows(person, gone), able


def screen_of(row: Reminder) -> str:
    """The screen that says the row."""
    return f"reminder.{row.wanted.kind}"


def split_by_quiet(
    due: tuple[Reminder, ...], quiet: Quiet, now: datetime
) -> tuple[tuple[Reminder, ...], tuple[Reminder, ...], bool]:
    """What may be said now, what waits for the end of the quiet hours, and whether the former must make no sound."""
    if not quiet.holds(now):
        return due, (), False
    punctual = tuple(row for row in due if not is_late(row, now) and (row.wanted.picked or quiet.holds(row.due)))
    if punctual:
        # Its hour was picked, or there was no other: the rest still waits.
        return punctual, _until_morning(due, punctual, quiet, now), False
    morning = quiet.ends(now)
    pressing = tuple(row for row in due if now < row.wanted.until <= morning)
    return pressing, _until_morning(due, pressing, quiet, now), True


def _until_morning(
    due: tuple[Reminder, ...], said_now: tuple[Reminder, ...], quiet: Quiet, now: datetime
) -> tuple[Reminder, ...]:
    morning = quiet.ends(now)
    return tuple(replace(row, at=morning, later=None, late=True) for row in due if row not in said_now)


def is_late(row: Reminder, now: datetime) -> bool:
    """Whether the row goes out well after it should have, or makes no sense any more."""
    return row.late or now - row.due > LATE or now >= row.wanted.until


def together(person: Person, due: tuple[Reminder, ...], now: datetime) -> tuple[Reminder, ...]:
    """What is due, and what is due so soon that it comes with it, in order."""
    soon = (row for row in person.reminders if row.state == "waiting" and now < row.due <= now + TOGETHER)
    return (*due, *soon)


def taken(row: Reminder, now: datetime) -> Reminder:
    """The row as it is once its words are in the outbox."""
    state: RowState = "missed" if now >= row.wanted.until else "sent"
    return replace(row, state=state, sent_at=now, late=is_late(row, now))


def said(rows: tuple[Reminder, ...], now: datetime, silent: bool) -> Say:
    """One row in its own words, several in one message; what comes late says so."""
    first = rows[0]
    if len(rows) > 1 or first.state == "missed":
        return Say(SEVERAL, subject=f"several/{stamp(now)}", silent=silent)
    note, facts = ("reminder_late", {"was_due": first.wanted.due}) if first.late else ("", {})
    return Say(screen_of(first), note=note, facts=facts, subject=first.wanted.id, silent=silent)


def stamp(now: datetime) -> str:
    """What names a message of several rows: the instant at which they went."""
    return now.astimezone(UTC).strftime(STAMP)


def rows_of(person: Person, subject: str) -> tuple[Reminder, ...]:
    """The rows of a message of several, in the order they stand in it."""
    at = subject.partition("/")[2]
    return tuple(row for row in person.reminders if row.sent_at and stamp(row.sent_at) == at)


def rested(person: Person, now: datetime) -> Person:
    """The person with everything due put off a little: a fault of ours must not come back every second."""
    return with_rows(person, tuple(replace(row, later=now + REST) for row in overdue(person.reminders, now)))


def handed_back(person: Person, said_at: datetime) -> Person:
    """The person with the rows of a message that never went waiting again; nothing was pressed on what never came."""
    back = (row for row in person.reminders if row.sent_at == said_at and row.state in ("sent", "missed"))
    return with_rows(person, tuple(replace(row, state="waiting", sent_at=None, late=False) for row in back))
