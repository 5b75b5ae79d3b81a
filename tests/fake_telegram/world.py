"""Everything Telegram knows: chats, updates, files, the bot's profile, and a log of what the bot asked for.

No HTTP here: `perform` is one call of the bot, `user` and its like are the side of people.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .chats import Chat
from .clock import Bell, Clock
from .errors import Refused
from .faults import Fault, Faults, Limits
from .kinds import Params
from .people import Channel, Group, User
from .updates import Raw, Updates

TOKEN = "100200300:AAF4kE-t0k3n_for-tests_only-0123456789"
ANSWERABLE_FOR = 15.0


@dataclass(slots=True)
class Call:
    """One call of the bot: when (server time), what, with which parameters, and what came of it.

    `params` are typed values once they passed the rules, else as they came. `ok` when the bot was told so.
    `error` is Telegram's description, or the name of the fault that met it; `fault` is "" in fair weather.
    `result` is left out of getUpdates.
    """

    at: float
    method: str
    params: Params
    ok: bool = False
    error: str = ""
    fault: str = ""
    result: Any = None

    @property
    def chat(self) -> int | None:
        """The chat it is about, as far as it names one."""
        given = str(self.params.get("chat_id"))
        return int(given) if given.lstrip("-").isdecimal() else None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file Telegram holds: as what it was sent, its path under /file/bot<token>/, and what is in it."""

    kind: str
    path: str
    content: bytes
    name: str
    type: str


@dataclass(slots=True)
class Query:
    """A press that waits for its answer."""

    user: User
    at: float
    answered: bool = False


@dataclass
class Webhook:
    """Where updates should go; the fake remembers it and delivers nothing."""

    url: str = ""
    max_connections: int = 40
    secret: str = ""
    certificate: bool = False


@dataclass
class Profile:
    """What the bot says about itself; texts by (what, language), commands by (scope, language)."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Params]] = field(default_factory=dict)
    menu_buttons: dict[int | None, Params] = field(default_factory=dict)


class World:
    """Telegram without its wires. `keep` bounds what is remembered of chats and calls (None: everything)."""

    def __init__(
        self,
        token: str = TOKEN,
        username: str = "massage_guide_bot",
        first_name: str = "Guide",
        now: Callable[[], float] = time.time,
        keep: int | None = None,
    ) -> None:
        self.token = token
        self.keep = keep
        self.clock = Clock(now)
        self.bell = Bell()
        self.updates = Updates(self.clock, self.bell)
        self.faults = Faults(self.clock)
        self.limits = Limits(self.clock)
        self.webhook = Webhook()
        self.profile = Profile({("name", ""): first_name})
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.queries: dict[str, Query] = {}
        self.calls: list[Call] = []
        self.counts: Counter[str] = Counter()
        self.answerable_for = ANSWERABLE_FOR
        self.message_ids = itertools.count(1)
        self._query_ids = itertools.count(4_382_000_000_000_000_001)
        self._file_ids = itertools.count(1)
        self.me_in_chats: Raw = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": first_name,
            "username": username,
        }

    # The side of people.

    def user(
        self,
        id: int,
        first_name: str = "Ada",
        language: str = "en",
        username: str = "",
        *,
        stranger: bool = False,
    ) -> User:
        """The person of that id, always the same one; `stranger` (when new) has never written to the bot."""
        chat = self.chats.get(id)
        if chat is None:
            chat = self.chats[id] = User(self, id, first_name, language, username, known=not stranger)
        assert isinstance(chat, User)
        return chat

    def group(self, id: int, title: str = "Neighbours") -> Group:
        """The group of that (negative) id; a supergroup when it begins with -100."""
        chat = self.chats.setdefault(id, Group(self, id, title))
        assert isinstance(chat, Group)
        return chat

    def channel(self, id: int, title: str = "News") -> Channel:
        """The channel of that (negative) id."""
        chat = self.chats.setdefault(id, Channel(self, id, title))
        assert isinstance(chat, Channel)
        return chat

    def injects(self, raw: Raw) -> int:
        """Queue this update as it is, malformed or not, unfiltered; its id (the one given or the next)."""
        id = self.updates.push(raw, filtered=False)
        assert id is not None
        return id

    def redelivers(self, update_id: int | None = None) -> int:
        """Deliver an update once more, confirmed or not: the newest, or the one of that id."""
        return self.updates.again(update_id)

    def next_update_id(self, id: int) -> None:
        """The next update gets this id, lower ones included."""
        self.updates.jump(id)

    @property
    def pending(self) -> list[Raw]:
        """The updates that the bot has not confirmed, as it would get them."""
        return self.updates.raw()

    async def wait_until(self, predicate: Callable[[], object], within: float = 5.0) -> None:
        """Return once `predicate` holds; it is asked again after every call, update and change of a chat."""
        await self.bell.until(predicate, within, self._account)

    def calls_of(self, method: str, chat: int | None = None) -> list[Call]:
        """The calls of one method, of one chat if given, oldest first."""
        return [call for call in self.calls if call.method == method and chat in (None, call.chat)]

    def new_query(self, user: User) -> str:
        """The id of a new press."""
        id = str(next(self._query_ids))
        self.queries[id] = Query(user, self.clock.now())
        if self.keep and len(self.queries) > self.keep:
            del self.queries[next(iter(self.queries))]
        return id

    def keep_file(self, kind: str, content: bytes, name: str, type: str = "application/octet-stream") -> str:
        """Hold a file; its file_id."""
        number = next(self._file_ids)
        id = f"AgACAgIAAxkB{kind.title().replace('_', '')}{number:09d}"
        path = f"{kind}s/file_{number}.{name.rpartition('.')[2]}"
        self.files[id] = StoredFile(kind, path, content, name, type)
        if self.keep and len(self.files) > self.keep:
            del self.files[next(iter(self.files))]
        return id

    # The side of the bot.

    def log(self, method: str, params: Params) -> Call:
        """Write down that the bot called."""
        call = Call(self.clock.now(), method, params)
        self.calls.append(call)
        self.counts[method] += 1
        if self.keep and len(self.calls) > 2 * self.keep:
            del self.calls[: self.keep]
        return call

    def weather(self, call: Call) -> Fault | None:
        """What meets the call; raises Refused when it is one too many."""
        fault = self.faults.meet(call.method, call.chat)
        if fault is None:
            self.limits.check(call.method, call.chat)
        return fault

    def settle(self, call: Call, result: Any = None, refused: Refused | None = None, fault: str = "") -> None:
        """Write down what came of a call, and tell those who wait."""
        call.ok, call.fault = refused is None and not fault, fault
        call.error = refused.description if refused else fault
        call.result = result
        self.bell.ring()

    def _account(self) -> str:
        """What a test that waited in vain should know."""
        last = [f"{call.method} {dict(call.params)} {call.error}" for call in self.calls[-8:]]
        return f"{self.updates.pending} updates pending; the last calls:\n" + "\n".join(last)
