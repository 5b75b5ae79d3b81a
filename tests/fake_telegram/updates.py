"""The queue of updates that the bot has not confirmed yet, and the one poll that may wait for the next.

Semantics of the real queue that a bot depends on, and that must stay true here:
an update stays until a getUpdates with a higher offset, and is given again until then; an offset far in the
future (ids began anew after a quiet week) confirms nothing; a filter (`allowed_updates`) holds until another
one is given and does not touch what is already queued; messages live 24 hours, presses 150 seconds.
"""

import asyncio
import random
import time
from collections import deque
from dataclasses import dataclass
from itertools import islice
from math import inf
from typing import Any

import orjson

from .clock import Bell, Clock
from .errors import Refused, other_poller
from .rules import UPDATE_TYPES

Raw = dict[str, Any]

MESSAGES_LIVE = 24 * 3600.0
PRESSES_LIVE = 150.0
BATCH_AT_MOST = 100
POLL_AT_MOST = 50.0
HASTE = 0.5
FUTURE = 10
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
ALLOWED_BY_DEFAULT = UPDATE_TYPES - NOT_BY_DEFAULT


@dataclass(frozen=True, slots=True)
class Queued:
    """One update as it will travel: its id, its JSON, and when Telegram forgets it (server time)."""

    id: int
    body: bytes
    until: float


class Updates:
    """Everything between what people do and what the bot has confirmed."""

    def __init__(self, clock: Clock, bell: Bell) -> None:
        self._clock = clock
        self._bell = bell
        self._queue: deque[Queued] = deque()
        self._again: deque[Queued] = deque()
        self._last: dict[int, Queued] = {}
        self._earliest_end = inf
        self._waiting: asyncio.Future[None] | None = None
        self._polled: tuple[int, float] = (0, -HASTE)
        self.next_id = random.Random(7).randrange(400_000_000, 900_000_000)
        self.allowed = ALLOWED_BY_DEFAULT
        self.longest_poll = POLL_AT_MOST
        self.punishes_haste = False
        self.polls = 0

    # The side of people.

    def push(self, content: Raw, lives: float = MESSAGES_LIVE, *, filtered: bool = True) -> int | None:
        """Queue what happened under the next id (its own `update_id` wins); None when the bot wants none."""
        if filtered and not (content.keys() & self.allowed):
            return None
        own = content.get("update_id")
        id = own if type(own) is int else self.next_id
        self.next_id = max(self.next_id, id + 1)
        self._add(Queued(id, orjson.dumps({"update_id": id, **content}), self._clock.now() + lives))
        return id

    def _add(self, update: Queued) -> None:
        self._queue.append(update)
        self._earliest_end = min(self._earliest_end, update.until)
        self._last[update.id] = update
        if len(self._last) > 1000:
            del self._last[next(iter(self._last))]
        self.wake()

    def jump(self, id: int) -> None:
        """The next update gets this id, up or down; Telegram does so after a week without updates."""
        if self.pending:
            raise AssertionError("ids begin anew only when the bot has confirmed everything")
        self.next_id = id

    def again(self, id: int | None = None) -> int:
        """Give an update (the newest when no id is given) once more, though it may be confirmed already."""
        update = self._last[id if id is not None else next(reversed(self._last))]
        self._again.append(update)
        self.wake()
        return update.id

    # The side of the bot.

    def allow(self, types: list[str] | None) -> None:
        """Keep a filter for what comes from now on; None leaves the one that holds, [] is the default."""
        if types is not None:
            self.allowed = frozenset(types) or ALLOWED_BY_DEFAULT

    async def take(self, offset: int, limit: int, wait: float) -> list[bytes]:
        """The JSON of what is due for the bot, waiting up to `wait` real seconds for the first of it."""
        self.polls += 1
        self.stop_poll(other_poller())
        limit = self._limit(offset, limit)
        found = self._look(offset, limit)
        self._bell.ring()
        ends = asyncio.get_running_loop().time() + min(wait, self.longest_poll)
        while not found and await self._woken(ends):
            found = self._look(offset, limit)
        return found

    def _limit(self, offset: int, limit: int) -> int:
        before, at = self._polled
        self._polled = (offset, time.monotonic())
        hasty = self.punishes_haste and offset == before and self._polled[1] < at + HASTE
        return 1 if hasty else min(max(limit, 1), BATCH_AT_MOST)

    async def _woken(self, ends: float) -> bool:
        """True when something came before `ends`; raises Refused when another poll or a webhook took over."""
        loop = asyncio.get_running_loop()
        if (left := ends - loop.time()) <= 0:
            return False
        self._waiting = mine = loop.create_future()
        alarm = loop.call_later(left, _settle, mine)
        try:
            await mine
        finally:
            alarm.cancel()
            if self._waiting is mine:
                self._waiting = None
            self._bell.ring()
        return True

    def wake(self) -> None:
        """Something came: the waiting poll looks again."""
        if self._waiting:
            _settle(self._waiting)
        self._bell.ring()

    def stop_poll(self, reason: Refused) -> None:
        """The waiting poll, if any, is refused for this reason."""
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(reason)
            self._waiting = None

    def _look(self, offset: int, limit: int) -> list[bytes]:
        self._confirm(offset)
        self._forget_expired()
        found = [self._again.popleft().body for _ in range(min(len(self._again), limit))]
        return found + [update.body for update in islice(self._queue, limit - len(found))]

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self._queue) > -offset:
                self._queue.popleft()
        elif offset <= self.next_id + FUTURE:
            while self._queue and self._queue[0].id < offset:
                self._queue.popleft()

    def _forget_expired(self) -> None:
        if (now := self._clock.now()) >= self._earliest_end:
            self._queue = deque(update for update in self._queue if update.until > now)
            self._earliest_end = min((update.until for update in self._queue), default=inf)

    # For whoever looks on.

    @property
    def pending(self) -> int:
        """How many updates the bot has not confirmed."""
        self._forget_expired()
        return len(self._queue) + len(self._again)

    @property
    def polling(self) -> bool:
        """True while a poll waits for an update."""
        return self._waiting is not None

    def raw(self) -> list[Raw]:
        """The unconfirmed updates as the bot would get them."""
        self._forget_expired()
        return [orjson.loads(update.body) for update in (*self._again, *self._queue)]

    def clear(self) -> None:
        """Drop everything that is pending."""
        self._queue.clear()
        self._again.clear()
        self._bell.ring()


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
