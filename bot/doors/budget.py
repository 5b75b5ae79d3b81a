"""How fast the bot may speak: token buckets and pauses as plain arithmetic; `now` is monotonic seconds.

What must stay true:
* A bucket is one number, the time at which it will be full again; a full bucket is forgotten, so memory is
  bounded.
* A chat that Telegram refused (429) is paused alone. Only when three different chats were refused within ten
  seconds is it our common rate, and everybody pauses.
* Urgent words have a bucket of their own in each chat, so no earlier flood there holds them, and they pass
  the common bucket: what comes after pays for them. Buttons taken off (`strip`) are edits, which Telegram
  counts apart.
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal

Way = Literal["usual", "urgent", "strip"]
Key = tuple[int, Way]

REFUSED_CHATS = 3
REFUSED_WITHIN = 10.0

# A refusal of one way in a chat also holds the ways that matter less, never the ones that matter more.
HOLDS: dict[Way, tuple[Way, ...]] = {
    "urgent": ("urgent", "usual", "strip"),
    "usual": ("usual", "strip"),
    "strip": ("strip",),
}

# Rounding must not turn "now" into "in a trillionth of a second".
INSTANT = 1e-6
SWEEP_FROM = 512


@dataclass(frozen=True)
class Bucket:
    """A token bucket: the seconds a token takes to come back, and how many seconds may be spent ahead."""

    gap: float
    ahead: float

    def wait(self, full_at: float, now: float) -> float:
        """Seconds until there is a token."""
        return _at_least_an_instant(full_at - now - self.ahead)

    def spent(self, full_at: float, now: float) -> float:
        """When the bucket is full again after one more token is taken."""
        return max(full_at, now) + self.gap


def bucket(rate: float | None, burst: float) -> Bucket:
    """The bucket for `rate` tokens a second and `burst` at once; no rate means no limit."""
    gap = 1 / rate if rate else 0.0
    return Bucket(gap, (burst - 1) * gap)


class Budget:
    """What may go now, and how long the rest must wait; rates are messages a second, None or 0 lifts them.

    The common burst is a fifth of a second's worth, so that no second sees more than 1.2 times the rate: with
    the default of 25 that is Telegram's 30.
    """

    def __init__(self, rate: float | None = 25.0, per_chat: float | None = 1.0, burst: int = 5) -> None:
        self.lifted = not rate and not per_chat
        self._common = bucket(rate, max(1.0, (rate or 0) / 5))
        self._chat = bucket(per_chat, burst)
        self._common_full_at = 0.0
        self._full_at: dict[Key, float] = {}
        self._paused_until: dict[Key, float] = {}
        self._all_paused_until = 0.0
        self._refusals: deque[tuple[float, int, float]] = deque()
        self._sweep_at = SWEEP_FROM

    @property
    def remembered(self) -> int:
        """How many buckets and pauses are held in memory."""
        return len(self._full_at) + len(self._paused_until)

    def wait_for_all(self, now: float) -> float:
        """Seconds until anything that is not urgent may go anywhere."""
        return max(_at_least_an_instant(self._all_paused_until - now), self._common.wait(self._common_full_at, now))

    def wait_for_chat(self, chat_id: int, now: float, way: Way = "usual") -> float:
        """Seconds until this chat may be sent something, as far as the chat itself is concerned."""
        key = (chat_id, way)
        paused = self._paused_until.get(key, now) - now
        return max(_at_least_an_instant(paused), self._chat.wait(self._full_at.get(key, now), now))

    def take(self, chat_id: int, now: float, way: Way = "usual") -> None:
        """Spend a token of the chat and of all; urgent words may leave the common bucket in debt."""
        self._common_full_at = self._common.spent(self._common_full_at, now)
        if self._chat.gap:
            key = (chat_id, way)
            self._full_at[key] = self._chat.spent(self._full_at.get(key, now), now)
            self._sweep(now)

    def refused(self, chat_id: int, now: float, seconds: float, way: Way = "usual") -> None:
        """Telegram refused this chat for so many seconds."""
        until = now + seconds
        for held in HOLDS[way]:
            key = (chat_id, held)
            self._paused_until[key] = max(until, self._paused_until.get(key, 0.0))
        self._sweep(now)
        if way != "strip":
            self._consider_all(chat_id, now, until)

    def _consider_all(self, chat_id: int, now: float, until: float) -> None:
        """Pause everybody until the first of the refused chats may speak: a common limit ends with it."""
        self._refusals.append((now, chat_id, until))
        while self._refusals[0][0] < now - REFUSED_WITHIN:
            self._refusals.popleft()
        if len({chat for _, chat, _ in self._refusals}) >= REFUSED_CHATS:
            self._all_paused_until = max(self._all_paused_until, min(end for *_, end in self._refusals))

    def _sweep(self, now: float) -> None:
        """Forget what is over, now and then, so that the cost per send stays flat."""
        if self.remembered < self._sweep_at:
            return
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
        self._paused_until = {key: until for key, until in self._paused_until.items() if until > now}
        self._sweep_at = max(SWEEP_FROM, 2 * self.remembered)


def _at_least_an_instant(seconds: float) -> float:
    return seconds if seconds > INSTANT else 0.0
