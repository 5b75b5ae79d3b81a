"""Reminders as rows: what plans want sent, and what has become of each.

A plan never sends anything: it says what it wants, in rows whose ids are stable, and wanting the same twice is wanting
it once. So rows can be derived anew after every step, and only what became of them has to be kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

RowState = Literal["waiting", "sent", "done", "skipped", "missed"]

# How long a row that is over is remembered, so that it is not wanted anew.
REMEMBERED = timedelta(days=40)


@dataclass(frozen=True)
class Wanted:
    """One thing to be sent: `id` is "<kind>/<rest>" (ASCII, 48 bytes at most), and the screen is `reminder.<kind>`.

    `wall` is the time on the wall in the IANA `zone` ("2026-11-27T15:00"), the truth for hours that people live by;
    it is empty for a look after elapsed time. `due` is the UTC instant, derived from `wall` where there is one.
    `until` is the UTC instant from which on sending makes no sense. `picked` marks an hour the person chose: it wins
    over quiet hours.
    """

    id: str
    due: datetime
    until: datetime
    wall: str = ""
    zone: str = ""
    picked: bool = False

    @property
    def kind(self) -> str:
        """What names its screen."""
        return self.id.partition("/")[0]


@dataclass(frozen=True)
class Reminder:
    """A wanted row as it is kept: what became of it, when it went, and until when the person put it off."""

    wanted: Wanted
    state: RowState = "waiting"
    sent_at: datetime | None = None
    later: datetime | None = None

    @property
    def due(self) -> datetime:
        """When it is to be sent."""
        return self.later or self.wanted.due


def reconciled(rows: Iterable[Reminder], wanted: Iterable[Wanted], now: datetime) -> tuple[Reminder, ...]:
    """The rows as the plans want them now: new ones wait, those no longer wanted go, and what became of a row stays."""
    held = {row.wanted.id: row for row in rows}
    fresh = {want.id: _renewed(held.get(want.id), want) for want in wanted}
    over = (row for id_, row in held.items() if id_ not in fresh and _remembered(row, now))
    return tuple(sorted((*fresh.values(), *over), key=lambda row: (row.due, row.wanted.id)))


def _renewed(row: Reminder | None, want: Wanted) -> Reminder:
    if row is None:
        return Reminder(want)
    return Reminder(want, row.state, row.sent_at, row.later)


def _remembered(row: Reminder, now: datetime) -> bool:
    return row.state != "waiting" and now - row.wanted.until < REMEMBERED
