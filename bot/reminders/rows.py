"""Reminders as rows: what plans want sent, and what has become of each.

A plan never sends anything: it says what it wants, in rows whose ids are stable, and wanting the same twice is wanting
it once. So rows can be derived anew after every step, and only what became of them has to be kept.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

RowState = Literal["waiting", "sent", "done", "skipped", "missed"]
Shifts = Literal["earlier", "evening", "later"]

# How long a row that is over is remembered, so that it is not wanted anew.
REMEMBERED = timedelta(days=40)


@dataclass(frozen=True)
class Wanted:
    """One thing to be sent: `id` is "<kind>/<rest>" (ASCII, 48 bytes at most), and the screen is `reminder.<kind>`.

    `wall` is the time on the wall in the IANA `zone` ("2026-11-27T15:00"), the truth for hours that people live by;
    it is empty for a look after elapsed time. `due` is the UTC instant, derived from `wall` where there is one.
    `until` is the UTC instant from which on sending makes no sense. `picked` marks an hour the person chose: it wins
    over quiet hours. `shifts` says where another hour goes that falls into them: what comes before an event moves to
    the evening before, what speaks of the next day ("evening") to that hour of its own day, a look after the event
    ("later") to their end.
    """

    id: str
    due: datetime
    until: datetime
    wall: str = ""
    zone: str = ""
    picked: bool = False
    shifts: Shifts = "earlier"

    @property
    def kind(self) -> str:
        """What names its screen."""
        return self.id.partition("/")[0]


@dataclass(frozen=True)
class Reminder:
    """A wanted row as it is kept: what became of it, when it went, and until when the person put it off.

    `at` is when it goes out with quiet hours heeded; what is put off goes at `later` instead. `late` marks what comes,
    or came, well after that.
    """

    wanted: Wanted
    state: RowState = "waiting"
    sent_at: datetime | None = None
    later: datetime | None = None
    at: datetime | None = None
    late: bool = False

    @property
    def due(self) -> datetime:
        """When it is to be sent."""
        return self.later or self.at or self.wanted.due


# When a row that is wanted newly goes out, None for never.
Placing = Callable[[Wanted], datetime | None]


def reconciled(
    rows: Iterable[Reminder], wanted: Iterable[Wanted], now: datetime, place: Placing, shift: Placing
) -> tuple[Reminder, ...]:
    """The rows as the plans want them now: new ones wait, those no longer wanted go, and what became of a row stays.

    `shift` says when a row goes whatever the time is now, `place` when one that nobody wanted before does.
    """
    held = {row.wanted.id: row for row in rows}
    fresh = {want.id: _renewed(held.get(want.id), want, now, place, shift) for want in wanted}
    over = (row for id_, row in held.items() if id_ not in fresh and _remembered(row, now))
    return tuple(sorted((*fresh.values(), *over), key=lambda row: (row.due, row.wanted.id)))


def _renewed(row: Reminder | None, want: Wanted, now: datetime, place: Placing, shift: Placing) -> Reminder:
    if row is None or (row.state == "skipped" and row.at is None):
        # One that came too late to be sent is as good as new: its plan may have moved since.
        at = place(want)
        return Reminder(want, "waiting" if at else "skipped", at=at)
    if row.state != "waiting":
        return replace(row, wanted=want)
    moved = want.due != row.wanted.due
    at = shift(want)
    if at is not None and at <= now:
        # It is due already, or its quiet hours have come over it: where it was put stands, unless the plan moved.
        at = place(want) if moved else row.at
        if at is None:
            return Reminder(want, "skipped")
    if moved:
        return Reminder(want, at=at)
    return replace(row, wanted=want, at=at)


def overdue(rows: Iterable[Reminder], now: datetime) -> tuple[Reminder, ...]:
    """The rows that wait although their time has come."""
    return tuple(row for row in rows if row.state == "waiting" and row.due <= now)


def next_due(rows: Iterable[Reminder]) -> datetime | None:
    """When the first of them that still waits is due."""
    return min((row.due for row in rows if row.state == "waiting"), default=None)


def _remembered(row: Reminder, now: datetime) -> bool:
    return row.state != "waiting" and now - row.wanted.until < REMEMBERED
