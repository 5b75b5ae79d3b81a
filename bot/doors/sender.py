"""The one who sends: in order within a chat, side by side across chats, at the pace Telegram allows.

What must stay true:
* The store is the truth: nothing here outlives the process, and whatever is unsent when it ends is still due
  there.
* What goes next is decided in `lanes`, what an answer means in `delivery`; here each verdict is carried out.
* An entry that had to wait is marked `tried` before its first attempt; one written as `sending` already is.
* A reminder that surely did not arrive in its time is never sent as it was: it is handed back, to be said anew.
* A task that dies of a fault ends `run`, instead of dying unseen while the process lives on.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from bot.doors.alarm import Alarm
from bot.doors.budget import Budget
from bot.doors.courtesies import Courtesies
from bot.doors.delivery import (
    AFTER_FLOOD,
    Arrived,
    Blocked,
    Draw,
    Faulty,
    Flooded,
    NotReached,
    Parcel,
    Refused,
    Stopped,
    Unknown,
    Verdict,
    deliver,
    whereabouts,
)
from bot.doors.lanes import PLACES, Lane, Lanes
from bot.doors.ledger import Ledger
from bot.doors.telegram_api import Call
from bot.store.record import Entry, Mark

# Seconds to wait before trying again, the last one for as long as it takes.
OUT_OF_REACH = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
# An attempt that may have arrived is repeated this often at most, so three tries in all.
OUTCOME_UNKNOWN = (3.0, 30.0)
FAULT_OF_OURS = (1.0, 5.0)
# "In two hours" is no longer true after this long.
TRUE_FOR = timedelta(hours=1)

Told = Callable[[int], Awaitable[None]]
HandBack = Callable[[int, str], Awaitable[None]]

log = structlog.get_logger()


class SenderStopped(Exception):
    """Nothing can be sent until the operator acts; the message is one sentence saying what to do."""


class Clock(Protocol):
    """A clock that only goes forward, in seconds."""

    def now(self) -> float:
        """Seconds since some fixed moment."""

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""


class MonotonicClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Seconds since the machine started."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""
        await asyncio.sleep(seconds)


class Marks(Protocol):
    """The part of the store that the sender needs."""

    def mark(self, person_id: int, mark: Mark) -> None:
        """See `Store.mark`: never raises."""


class Sender:
    """Sends outbox entries that are already kept.

    `who` turns a person's id into the keyed hash that may stand in a log. `on_blocked` is awaited when a person has
    blocked the bot, `on_receipt_sent` when an `erase_after` entry has gone or can never go, `on_undrawn` when a file
    could not be made, `on_private_sent` when private words have gone, `hand_back` when a reminder's time has passed by
    the clock on the wall. `draw` must end by itself. `counts` says how often what happened.
    """

    def __init__(
        self,
        call: Call,
        store: Marks,
        budget: Budget,
        draw: Draw,
        clock: Clock,
        *,
        who: Callable[[int], str],
        on_blocked: Told,
        on_receipt_sent: Told,
        on_undrawn: Told | None = None,
        on_private_sent: Told | None = None,
        hand_back: HandBack | None = None,
        wall: Callable[[], datetime] | None = None,
        places: int = PLACES,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._call, self._store, self._budget, self._draw, self._clock = call, store, budget, draw, clock
        self._who, self._on_blocked = who, on_blocked
        self._on_receipt_sent, self._on_undrawn = on_receipt_sent, on_undrawn
        self._on_private_sent = on_private_sent
        self._hand_back, self._wall = hand_back, wall
        self._lanes = Lanes(budget, places)
        self._courtesies = Courtesies(call, budget, self._spawn, self.counts, clock.now)
        self._ledger = Ledger()
        self._reached = True
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarm = Alarm(clock.sleep, self._pump, self._finish)
        self._end: asyncio.Future[None] | None = None
        self._changed = asyncio.Event()

    # What the turn asks for

    def would_go_now(self, chat_id: int) -> bool:
        """Whether an entry submitted now would go out at once, so that it may be written as `sending`."""
        return self._runs and self._lanes.free_for(chat_id, self._clock.now())

    def holds(self, person_id: int) -> bool:
        """Whether nothing is gained by offering this person's unsent entries again: they are in hand here, or
        the person has blocked the bot.
        """
        return self._lanes.holds(person_id) or self._ledger.has_blocked(person_id, self._clock.now())

    def submit(
        self,
        person_id: int,
        entries: Iterable[Entry],
        *,
        again: bool = False,
        fresh: Collection[str] | None = None,
    ) -> None:
        """Send these kept entries, each once however often it is submitted; returns at once.

        `fresh` names the entries that a turn has written just now (None: all of them). Others that are marked
        as `sending` may have arrived in an earlier run and go silently. An entry that still waits here takes
        over what has changed. `again` says that all were found unsent in the store while the person did
        nothing: none is fresh, and a person known to have blocked the bot is left alone.
        """
        now = self._clock.now()
        if again and self._ledger.has_blocked(person_id, now):
            return
        self._ledger.returned(person_id)
        for entry in entries:
            old = again or (fresh is not None and entry.id not in fresh)
            parcel = self._ledger.take_on(person_id, entry, maybe_there=old and entry.state == "sending")
            if parcel is not None:
                self._lanes.add(parcel, now)
        self._pump()

    def withdraw(self, person_id: int, entry_ids: Iterable[str]) -> None:
        """Do not send these after all, as far as no attempt has been made."""
        for entry_id in entry_ids:
            parcel = self._ledger.withdraw(person_id, entry_id)
            if parcel is not None:
                self._lanes.remove(parcel, self._clock.now())
        self._changed.set()

    def forget(self, person_id: int) -> None:
        """Drop all that waits for this person, who has erased themselves; no failed attempt is repeated."""
        self._lanes.clear(person_id)
        self._ledger.forget(person_id)
        self._changed.set()

    def acknowledge(self, callback_query_id: str, text: str = "") -> None:
        """Take the waiting sign off a pressed button, with a short text if given; returns at once."""
        self._courtesies.acknowledge(callback_query_id, text)

    # Life

    async def run(self) -> None:
        """Send until `close`; raises SenderStopped when Telegram refuses the bot itself."""
        self._end = asyncio.get_running_loop().create_future()
        self._pump()
        try:
            await self._end
        finally:
            self._end = None

    async def drain(self, seconds: float) -> int:
        """Wait until all is sent, for so many seconds at most; returns how many entries are left."""
        limit = asyncio.ensure_future(self._clock.sleep(seconds))
        while self._runs and (self._ledger or self._tasks) and not limit.done():
            self._changed.clear()
            changed = asyncio.ensure_future(self._changed.wait())
            await asyncio.wait({limit, changed}, return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
        limit.cancel()
        return len(self._ledger)

    async def close(self) -> None:
        """Stop at once; what is under way may arrive or not, and the next start sends it again silently."""
        self._finish(None)
        await self._alarm.off()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def _runs(self) -> bool:
        return self._end is not None and not self._end.done()

    def _finish(self, error: BaseException | None) -> None:
        """End `run`, with this error if there is one; the first to say so wins."""
        if self._end is not None and not self._end.done():
            self._end.set_exception(error) if error else self._end.set_result(None)
        self._changed.set()

    # Starting what may go

    def _pump(self) -> None:
        """Start all that may go now, and set the alarm for what may go next."""
        if not self._runs:
            return
        now = self._clock.now()
        while (following := self._lanes.next(now)) is not None:
            lane, parcel = following
            if self._out_of_time(parcel):
                self._spawn(self._return(lane, parcel))
                continue
            self._mark_attempt(parcel)
            self._spawn(self._carry(lane, parcel))
        at = self._lanes.next_at(now)
        if at is not None:
            self._alarm.set(at, now)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._finish(error)
        self._changed.set()

    # One attempt and what came of it

    async def _carry(self, lane: Lane, parcel: Parcel) -> None:
        try:
            verdict = await deliver(self._call, self._draw, parcel)
            await self._settle(lane, parcel, verdict)
        finally:
            self._lanes.release(lane, self._clock.now())
            self._pump()

    def _out_of_time(self, parcel: Parcel) -> bool:
        """Whether a reminder surely never arrived, and is too late or in the person's quiet hours by now."""
        hush = parcel.entry.hush
        if hush is None or parcel.unknown or self._hand_back is None or self._wall is None:
            return False
        now = self._wall()
        return now >= min(hush, parcel.entry.at + TRUE_FOR)

    async def _return(self, lane: Lane, parcel: Parcel) -> None:
        """Hand a reminder back to be said anew; if that fails, the store still holds it as it was."""
        assert self._hand_back is not None
        try:
            await self._hand_back(parcel.person_id, parcel.entry.id)
        except Exception as error:
            log.error("not_handed_back", who=self._who(parcel.person_id), reason=whereabouts(error))
        finally:
            self._ledger.let_go(parcel)
            self._lanes.release(lane, self._clock.now())
            self._pump()
            self._changed.set()

    def _mark_attempt(self, parcel: Parcel) -> None:
        if parcel.entry.state == "waiting" and not parcel.attempts:
            self._store.mark(parcel.person_id, Mark(parcel.entry.id, "tried"))
        parcel.attempts += 1

    async def _settle(self, lane: Lane, parcel: Parcel, verdict: Verdict) -> None:
        self.counts[type(verdict).__name__.lower()] += 1
        self._note_reach(verdict)
        if parcel not in self._ledger:
            return  # the person erased themselves meanwhile: nothing about them is noted or repeated
        parcel.learn(verdict)
        match verdict:
            case Arrived(message_id):
                await self._arrived(parcel, message_id)
            case Flooded(seconds):
                self._flooded(lane, parcel, seconds + AFTER_FLOOD)
            case NotReached():
                self._again(lane, parcel, OUT_OF_REACH[min(parcel.unreached, len(OUT_OF_REACH)) - 1])
            case Unknown(reason):
                await self._again_or_drop(lane, parcel, OUTCOME_UNKNOWN, parcel.unknown, reason)
            case Faulty(reason):
                await self._faulty(lane, parcel, reason)
            case Blocked():
                await self._blocked(parcel)
            case Refused(reason):
                await self._drop(parcel, reason)
            case Stopped(reason):
                self._again(lane, parcel, 0.0)
                self._finish(SenderStopped(reason))

    async def _arrived(self, parcel: Parcel, message_id: int | None) -> None:
        self._store.mark(parcel.person_id, Mark(parcel.entry.id, "sent", message_id))
        self._ledger.done(parcel)
        if parcel.entry.strips is not None:
            self._courtesies.strip(parcel.person_id, parcel.entry.strips, self._lanes.crowded)
        await self._tell_receipt(parcel)

    def _flooded(self, lane: Lane, parcel: Parcel, seconds: float) -> None:
        log.warning("telegram_flood", who=self._who(parcel.person_id), seconds=seconds)
        self._budget.refused(lane.chat_id, self._clock.now(), seconds, lane.purse)
        self._again(lane, parcel, seconds)

    async def _faulty(self, lane: Lane, parcel: Parcel, reason: str) -> None:
        dropped = await self._again_or_drop(lane, parcel, FAULT_OF_OURS, parcel.faults, reason)
        if dropped and parcel.entry.recipe and self._on_undrawn is not None:
            await self._tell(self._on_undrawn, parcel.person_id)

    async def _again_or_drop(
        self, lane: Lane, parcel: Parcel, pauses: tuple[float, ...], failures: int, reason: str
    ) -> bool:
        """Try again after the pause for that many failures; with no pauses left, drop it and say so."""
        if failures > len(pauses):
            await self._drop(parcel, reason)
            return True
        log.warning("send_tried_again", who=self._who(parcel.person_id), reason=reason)
        self._again(lane, parcel, pauses[failures - 1])
        return False

    def _again(self, lane: Lane, parcel: Parcel, seconds: float) -> None:
        self._lanes.put_back(lane, parcel, self._clock.now() + seconds)

    async def _drop(self, parcel: Parcel, reason: str) -> None:
        log.warning("send_dropped", who=self._who(parcel.person_id), reason=reason)
        self.counts["dropped"] += 1
        self._store.mark(parcel.person_id, Mark(parcel.entry.id, "dropped"))
        self._ledger.done(parcel)
        await self._tell_receipt(parcel)

    async def _blocked(self, parcel: Parcel) -> None:
        """Let go of all that waits for this person: it stays unsent in the store until they return.

        An erasure does not wait for that: its receipt is given up, so that the last of the record can go.
        """
        log.info("person_blocked_us", who=self._who(parcel.person_id))
        self._ledger.blocked(parcel.person_id, self._clock.now())
        for held in (parcel, *self._lanes.clear(parcel.person_id)):
            self._ledger.let_go(held)
            if held.entry.erase_after:
                await self._drop(held, "blocked")
        await self._tell(self._on_blocked, parcel.person_id)

    # What is told

    def _note_reach(self, verdict: Verdict) -> None:
        """One line when Telegram goes out of reach and one when it is back, not one a try."""
        match verdict:
            case NotReached(reason) if self._reached:
                self._reached = False
                log.warning("telegram_out_of_reach", reason=reason)
            case Arrived() if not self._reached:
                self._reached = True
                log.info("telegram_back_in_reach")

    async def _tell_receipt(self, parcel: Parcel) -> None:
        if parcel.entry.erase_after:
            await self._tell(self._on_receipt_sent, parcel.person_id)
        elif parcel.entry.private and self._on_private_sent is not None:
            await self._tell(self._on_private_sent, parcel.person_id)

    async def _tell(self, told: Told, person_id: int) -> None:
        try:
            await told(person_id)
        except Exception as error:
            log.error("sender_callback_failed", who=self._who(person_id), reason=whereabouts(error))
