"""When something of a record is next due, and what: pure rules, and the index that is derived from them.

Unsent words are due at their own time, reminders when the first of their rows is, unless the person has paused
everything or blocked us. A record without standing consent is dropped some time after the
last contact. One with consent gets a notice when the retention time is over, and ends a while after that
notice if nothing is heard. The index holds one small row a person and is
never the truth: it is filled by a scan at the start and corrected by every load, keep and mark.
"""

import heapq
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.dialogue.reminding import due_for
from bot.reminders.retention import DROP_AFTER, NOTICE_PERIOD
from bot.store.record import Record

Reason = Literal["outbox", "reminders", "drop", "notice", "retention"]

STALE_ROWS = 1000


@dataclass(frozen=True)
class Terms:
    """How long from the last contact to the notice, from the notice to the end, and from the last contact to
    the end of a record without standing consent.
    """

    retention: timedelta
    notice: timedelta = NOTICE_PERIOD
    drop: timedelta = DROP_AFTER


@dataclass(frozen=True, slots=True)
class Standing:
    """What the index knows of one person: when time alone makes them due, and what waits for when."""

    person_id: int
    ends: datetime
    unsent: tuple[tuple[str, datetime], ...] = ()
    reminds: datetime | None = None

    @property
    def due(self) -> datetime:
        """The earliest of it all."""
        first = min((self.ends, *(at for _, at in self.unsent)))
        return min(first, self.reminds) if self.reminds else first

    def without(self, entries: Collection[str]) -> "Standing":
        """The same person with those entries no longer waiting."""
        return replace(self, unsent=tuple(row for row in self.unsent if row[0] not in entries))


def due_times(record: Record, terms: Terms) -> dict[Reason, datetime]:
    """When each thing that will be due is due."""
    reason, at = _end(record.last_contact, record.noticed_at, _consent(record), terms)
    times = {reason: at}
    if record.outbox:
        times["outbox"] = min(entry.at for entry in record.outbox)
    if reminds := due_for(record.person):
        times["reminders"] = reminds
    return times


def next_due(record: Record, terms: Terms) -> datetime:
    """The earliest moment at which something of the record is due."""
    return min(due_times(record, terms).values())


def what_is_due(record: Record, now: datetime, terms: Terms) -> list[Reason]:
    """What is due by `now`, earliest first."""
    times = due_times(record, terms)
    return sorted((reason for reason, at in times.items() if at <= now), key=lambda reason: times[reason])


def standing(record: Record, terms: Terms) -> Standing:
    """The record's row in the index."""
    _, ends = _end(record.last_contact, record.noticed_at, _consent(record), terms)
    unsent = tuple((entry.id, entry.at) for entry in record.outbox)
    return Standing(record.person.id, ends, unsent, due_for(record.person))


def standing_of_document(document: Mapping[str, Any], terms: Terms) -> Standing:
    """The same from a stored document of the current version, unchecked, twenty times as fast: for the scan.

    Raises KeyError, TypeError or ValueError when the document is not what it should be.
    """
    person = document["person"]
    consent = person.get("consent")
    withdrawn = consent and consent.get("withdrawn_at")
    held = ConsentHeld(consent is not None, withdrawn and _moment(withdrawn))
    noticed = document.get("noticed_at")
    _, ends = _end(_moment(document["last_contact"]), noticed and _moment(noticed), held, terms)
    unsent = tuple((entry["id"], _moment(entry["at"])) for entry in document.get("outbox", ()))
    silent = person.get("paused_at") or person.get("blocked_at") or not held.given or held.withdrawn_at
    return Standing(person["id"], ends, unsent, None if silent else _first_row(person.get("reminders", ())))


def _first_row(rows: Iterable[Mapping[str, Any]]) -> datetime | None:
    waiting = [row for row in rows if row["state"] == "waiting"]
    return min((_moment(row["later"] or row["at"] or row["wanted"]["due"]) for row in waiting), default=None)


@dataclass(frozen=True, slots=True)
class ConsentHeld:
    """Whether consent was ever given, and when it was withdrawn."""

    given: bool
    withdrawn_at: datetime | None = None


def _consent(record: Record) -> ConsentHeld:
    consent = record.person.consent
    return ConsentHeld(consent is not None, consent.withdrawn_at if consent else None)


def _end(
    last_contact: datetime, noticed_at: datetime | None, consent: ConsentHeld, terms: Terms
) -> tuple[Reason, datetime]:
    """What the passing of time will do to the record next, and when."""
    if not consent.given or consent.withdrawn_at:
        # From the withdrawal on no further message puts the day off: that is what the person was told.
        return "drop", (consent.withdrawn_at or last_contact) + min(terms.drop, terms.retention)
    if noticed_at is None:
        return "notice", last_contact + terms.retention
    return "retention", noticed_at + terms.notice


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


class DueIndex:
    """Who is due when. Rows of the heap are checked against `_people` only when they surface."""

    def __init__(self) -> None:
        self._people: dict[int, Standing] = {}
        self._heap: list[tuple[datetime, int]] = []
        self._ripe: list[tuple[datetime, int]] = []
        # While the scan runs: whoever was written or erased since, so that the scan's older view is not
        # believed.
        self._fresher: set[int] | None = set()

    def put(self, row: Standing) -> None:
        """What is true of this person now."""
        self._freshen(row.person_id)
        self._set(row)

    def remove(self, person_id: int) -> None:
        """Nobody waits for this person any more."""
        self._freshen(person_id)
        self._people.pop(person_id, None)

    def offer(self, row: Standing) -> bool:
        """What the scan saw; False when something fresher is known."""
        if self._fresher is None or row.person_id in self._fresher:
            return False
        self._set(row)
        return True

    def scanned(self) -> None:
        """The scan is over: from now on, who is not in the index does not exist."""
        self._fresher = None

    def settle(self, person_id: int, entry: str) -> None:
        """This entry no longer waits."""
        if row := self._people.get(person_id):
            self._set(row.without({entry}))

    def may_wait(self, person_id: int, entry: str) -> bool:
        """Whether the entry waits in this person's kept outbox; True in doubt, until the scan is over."""
        if row := self._people.get(person_id):
            return any(entry == waiting for waiting, _ in row.unsent)
        return self._fresher is not None and person_id not in self._fresher

    def due(self, now: datetime) -> list[int]:
        """The people due by `now`, earliest first. They stay due until their row changes."""
        while self._heap and self._heap[0][0] <= now:
            self._ripe.append(heapq.heappop(self._heap))
        self._ripe = sorted({row for row in self._ripe if self._holds(row)})
        # The clock may have been set back since a row ripened.
        return [person_id for at, person_id in self._ripe if at <= now]

    def next_due(self) -> datetime | None:
        """The earliest moment anybody is due."""
        while self._heap and not self._holds(self._heap[0]):
            heapq.heappop(self._heap)
        first = (*filter(self._holds, self._ripe), *self._heap[:1])
        return min(first)[0] if first else None

    def _freshen(self, person_id: int) -> None:
        if self._fresher is not None:
            self._fresher.add(person_id)

    def _set(self, row: Standing) -> None:
        self._people[row.person_id] = row
        heapq.heappush(self._heap, (row.due, row.person_id))
        if len(self._heap) > 2 * len(self._people) + STALE_ROWS:
            self._rebuild()

    def _rebuild(self) -> None:
        self._ripe = []
        self._heap = [(row.due, person_id) for person_id, row in self._people.items()]
        heapq.heapify(self._heap)

    def _holds(self, row: tuple[datetime, int]) -> bool:
        at, person_id = row
        return person_id in self._people and self._people[person_id].due == at
