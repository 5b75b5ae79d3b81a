"""What every store promises: one contract test holds TinyDB, and later PostgreSQL, to it.

The lane (one person at a time) belongs to the turn, not to the store: a caller never keeps two versions of
one person's record at once.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from bot.store.record import Erased, Mark, Record


class StoreProblem(Exception):
    """A record could not be read or kept; the message is one sentence naming the record and the reason."""


class UnreadableRecord(StoreProblem):
    """The record and its previous version are both damaged; nothing was changed on disk."""


class NewerRecord(StoreProblem):
    """The record was written by a later release than this one; it is left alone and not read in part."""


class StoreBusy(StoreProblem):
    """Another process writes here; the message names the folder and that process."""


class Store(Protocol):
    """Where people's records live."""

    async def load(self, person_id: int) -> Record | None:
        """The person's newest record with all live marks folded in (sent entries gone from the outbox,
        tried ones `sending`), or None; falls back to the previous version when the newest is damaged.
        """

    async def keep(self, record: Record) -> None:
        """Durable when it returns; raises StoreProblem and leaves the old record in place when it cannot."""

    def mark(self, person_id: int, mark: Mark) -> None:
        """Note what became of a send: survives kill -9, is not synced, and never raises; the first `sent`
        or `dropped` of an entry counts, and a mark for an entry that waits in nobody's kept outbox is
        nothing.
        """

    async def erase(self, person_id: int, receipt: Record | None) -> Erased:
        """Remove every copy (record, previous version, marks, updates set aside); keep only `receipt` if
        given.
        """

    async def set_aside(self, person_id: int | None, update: dict[str, Any], why: str) -> None:
        """File an update that could not be taken, so that it holds up nobody's offset and is erased with
        its person.
        """

    async def note(self, kind: str, fields: Mapping[str, Any]) -> None:
        """Add what somebody asked or thought of an answer, durably and with nothing that tells who; erasing a person
        does not reach it. Raises StoreProblem.
        """

    def due(self, now: datetime) -> list[int]:
        """The people with something due by `now`, earliest first; each stays due until a newer record is
        kept.
        """

    def next_due(self) -> datetime | None:
        """When the next person is due, as far as known."""

    def everyone(self) -> AsyncIterator[Record]:
        """Every readable record, one after the other, in no particular order."""

    async def close(self) -> None:
        """Release the lock and finish what is being written."""
