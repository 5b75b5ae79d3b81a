"""The clock: once a second it looks at the wall and hands on whatever is due.

No due time is kept as a deadline of its own, so a machine that slept or whose clock was set goes on rightly.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol

import structlog

from bot.dialogue.events import ReminderDue
from bot.dialogue.reminding import quiet_of
from bot.dialogue.step import ROWS
from bot.doors.sender import Clock, Sender
from bot.store.due import Terms, what_is_due
from bot.store.interface import Store, StoreProblem
from bot.turn import Arrival, Turns, whereabouts

TICK_SECONDS = 1.0
# So many people are served in one tick, so that a minute at which thousands are due keeps no request to erase waiting.
SERVED_AT_MOST = 100

log = structlog.get_logger()


def wall_clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


class Requests(Protocol):
    """Where an operator's requests to erase somebody are found."""

    def erase_requests(self) -> list[int]:
        """The people to be erased."""


class Ticker:
    """Looks after what is due: unsent words, reminders, records whose time is up, notices, and requests to erase."""

    def __init__(
        self,
        store: Store,
        requests: Requests,
        turns: Turns,
        sender: Sender,
        terms: Terms,
        now: Callable[[], datetime],
        clock: Clock,
    ) -> None:
        self._store, self._requests, self._turns, self._sender = store, requests, turns, sender
        self._terms, self._now, self._clock = terms, now, clock
        self._failing: set[str] = set()
        # Whose notice waits for the end of their quiet hours: nothing else of theirs is due meanwhile.
        self._resting: dict[int, datetime] = {}

    async def run(self) -> None:
        """Tick until cancelled; a record that fails is logged and holds up nobody else."""
        while True:
            await self.tick()
            await self._clock.sleep(TICK_SECONDS)

    async def tick(self) -> None:
        """Everything that is due now, handed on."""
        before, self._failing = self._failing, set()
        for person_id in await asyncio.to_thread(self._requests.erase_requests):
            await self._guarded(self._drop(person_id), before)
        now = self._now()
        self._resting = {person_id: until for person_id, until in self._resting.items() if until > now}
        served = 0
        for person_id in self._store.due(now):
            if served == SERVED_AT_MOST:
                break
            if not self._sender.holds(person_id) and person_id not in self._resting:
                served += await self._guarded(self._serve(person_id, now), before)

    async def _serve(self, person_id: int, now: datetime) -> None:
        record = await self._store.load(person_id)
        if record is None:
            return
        for reason in what_is_due(record, now, self._terms):
            match reason:
                case "outbox":
                    self._sender.submit(person_id, record.outbox, again=True)
                case "reminders":
                    await self._remind(person_id, ROWS, now)
                case "notice" if quiet_of(record.person).holds(now) and not record.person.paused_at:
                    self._resting[person_id] = quiet_of(record.person).ends(now)
                case "notice":
                    await self._remind(person_id, "retention", now)
                case "drop" | "retention":
                    await self._drop(person_id)
                    return

    async def _remind(self, person_id: int, kind: str, now: datetime) -> None:
        """A turn that nobody asked for, and its words to the sender."""
        kept = await self._turns.take(person_id, [Arrival(ReminderDue(kind))], now)
        self._sender.submit(person_id, kept.entries, fresh=kept.fresh)

    async def _drop(self, person_id: int) -> None:
        """Nothing of the person is left, nor anything on its way to them."""
        await self._turns.drop(person_id)
        self._sender.forget(person_id)

    async def _guarded(self, work: Awaitable[None], before: set[str]) -> bool:
        """One person's share of a tick; what failed in the tick before as well is not told again."""
        try:
            await work
            return True
        except Exception as error:
            reason = str(error) if isinstance(error, StoreProblem) else whereabouts(error)
            self._failing.add(reason)
            if reason not in before:
                log.error("tick_failed", reason=reason)
            return False
