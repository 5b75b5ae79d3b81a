"""What goes wrong on purpose, and Telegram's rate limits (off until a test asks for them).

A fault without a method meets every method but getUpdates, so that a poll does not use it up; name
"getUpdates" to meet polls. `times` counts the calls it meets; ALWAYS lasts until `clear`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, inf
from typing import Literal, get_args

from .clock import Clock
from .errors import Refused, other_poller, server_error, too_many, unauthorized

ALWAYS = inf
FaultKind = Literal["too_many", "error", "late", "dropped", "dropped_after", "unauthorized", "conflict"]
FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
BAD_GATEWAY_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n"
    b"</body>\r\n</html>\r\n"
)


@dataclass
class Fault:
    """One thing that goes wrong: what, how often yet, for whom.

    `seconds` is a wait, `until` an end in server time.
    """

    what: FaultKind
    times: float = 1
    method: str = ""
    chat: int | None = None
    seconds: float = 0.0
    code: int = 500
    until: float = inf

    def meets(self, method: str, chat: int | None) -> bool:
        """True when this call is the kind of call that goes wrong."""
        if self.chat is not None and chat != self.chat:
            return False
        return method == self.method if self.method else method != "getUpdates"

    def refusal(self) -> Refused | None:
        """The answer in place of the real one, or None when the call is carried out (or never answered)."""
        match self.what:
            case "too_many":
                return too_many(ceil(self.seconds))
            case "error" if self.code == 500:
                return server_error()
            case "error":
                return Refused(self.code, "Bad Gateway" if self.code == 502 else "Internal Server Error")
            case "unauthorized":
                return unauthorized()
            case "conflict":
                return other_poller()
            case _:
                return None


class Faults:
    """The faults that wait to happen."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let this go wrong; of several that meet a call the oldest does."""
        self._faults.append(fault)

    def too_many(self, retry_after: float = 3, times: float = 1, method: str = "", chat: int | None = None) -> None:
        """429 with the seconds to wait; the call is not carried out."""
        self.add(Fault("too_many", times, method, chat, retry_after))

    def error(self, code: int = 500, times: float = 1, method: str = "", chat: int | None = None) -> None:
        """A 5xx, not carried out; 502 comes as the web page of the proxy, not as JSON."""
        self.add(Fault("error", times, method, chat, code=code))

    def late(self, seconds: float = 30, times: float = 1, method: str = "", chat: int | None = None) -> None:
        """Carried out, but the answer comes only after so many real seconds."""
        self.add(Fault("late", times, method, chat, seconds))

    def dropped(self, times: float = 1, method: str = "", chat: int | None = None, *, done: bool = False) -> None:
        """The connection breaks without an answer; `done` when the call was carried out first."""
        self.add(Fault("dropped_after" if done else "dropped", times, method, chat))

    def unauthorized(self) -> None:
        """401 for everything, as after the token was revoked."""
        for method in ("", "getUpdates"):
            self.add(Fault("unauthorized", ALWAYS, method))

    def conflict(self, seconds: float) -> None:
        """409 for every poll, as if another process polled, for so many seconds of server time."""
        self.add(Fault("conflict", ALWAYS, "getUpdates", until=self._clock.now() + seconds))

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._faults.clear()

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def meet(self, method: str, chat: int | None) -> Fault | None:
        """The fault that meets this call, used up by one; None in fair weather."""
        if not self._faults:
            return None
        now = self._clock.now()
        self._faults = [fault for fault in self._faults if fault.times > 0 and fault.until > now]
        fault = next((fault for fault in self._faults if fault.meets(method, chat)), None)
        if fault:
            fault.times -= 1
        return fault


@dataclass(frozen=True)
class Rate:
    """So many a second, and so many at once after a rest."""

    a_second: float
    burst: float


@dataclass
class Limits:
    """Telegram's limits as reported: a message a second per chat, 30 a second in all, 20 a minute in a group.

    Edits have a row of their own. Counted in server time.
    """

    clock: Clock
    on: bool = False
    everybody: Rate = Rate(30, 30)
    private: Rate = Rate(1, 5)
    group: Rate = Rate(20 / 60, 20)

    def __post_init__(self) -> None:
        self._buckets: dict[tuple[str, int], tuple[float, float]] = {}

    def check(self, method: str, chat: int | None) -> None:
        """Count this call; raises Refused (429) when it is one too many."""
        if not self.on or chat is None or not method.startswith(("send", "edit")):
            return
        rate = self.private if chat > 0 else self.group
        for key, bound in (((method[:4], chat), rate), (("all", 0), self.everybody)):
            if (wait := self._wait(key, bound)) > 0:
                raise too_many(ceil(wait))

    def _wait(self, key: tuple[str, int], rate: Rate) -> float:
        """Take one from the bucket; the seconds until there is one when it is empty."""
        now = self.clock.now()
        level, at = self._buckets.get(key, (rate.burst, now))
        level = min(level + max(now - at, 0) * rate.a_second, rate.burst)
        if level < 1:
            return (1 - level) / rate.a_second
        self._buckets[key] = (level - 1, now)
        return 0.0
