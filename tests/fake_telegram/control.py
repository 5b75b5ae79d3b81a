"""The side of people over HTTP, for tests and benchmarks whose bot and server are processes of their own.

POST /control/<act> with a JSON object, answer a JSON object; a wrong request is 400 {"error": …}.

user_sends {user, text}              user_edits {user, message_id, text}
user_presses {user, label?, message_id?, data?, old?}
user_shares {user, kind, …}          user_forwards {user, text}
user_blocks {user}                   user_unblocks {user}          user_deactivates {user}
group_hears {group, user, text}      channel_posts {channel, text}
user_hears {user, containing?, count?, within?}  waits, then gives the message or 400
user_skips {user}                    inject {update}               redeliver {update_id?}
next_update_id {update_id}           clear_faults {}               outage {on}
fault {what, times?, method?, chat?, seconds?, code?}              limits {on}
clock {shift} or {set}               wait {calls?: {method: count}, pending?, within?}
many {acts: [[name, {…}], …]}

GET /control/messages?user=42, /control/calls?method=&since=, /control/pending, /control/counts,
/control/toasts?user=42
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from math import inf
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from .faults import FAULT_KINDS, Fault
from .people import Press, Sent, User

if TYPE_CHECKING:
    from .server import FakeTelegram

Asked = dict[str, Any]
_KINDS = """
photo sticker voice video document audio video_note animation location venue contact poll dice game story
"""
SHARES = frozenset(_KINDS.split())


class Wrong(Exception):
    """The request cannot be understood; the message says why."""


async def answer(telegram: FakeTelegram, request: web.BaseRequest, act: str, query: str) -> web.StreamResponse:
    """One request of a test."""
    try:
        if request.method == "GET":
            result = LOOKS[act](telegram, dict(parse_qsl(query)))
        else:
            result = await _act(telegram, act, orjson.loads(await request.read() or b"{}"))
    except (Wrong, KeyError, TypeError, ValueError, AssertionError, StopIteration) as wrong:
        return _json({"error": f"{type(wrong).__name__}: {wrong}"}, 400)
    return _json(result)


def _json(value: Any, status: int = 200) -> web.Response:
    return web.Response(
        status=status, body=orjson.dumps(value, default=repr), headers={"Content-Type": "application/json"}
    )


async def _act(telegram: FakeTelegram, act: str, asked: Asked) -> Any:
    if act in ACTS:
        return ACTS[act](telegram, **asked)
    return await WAITING_ACTS[act](telegram, **asked)


# What people do.


def _told(done: Sent | Press) -> Asked:
    return asdict(done)


def user_sends(telegram: FakeTelegram, user: int, text: str) -> Asked:
    return _told(telegram.user(user).sends(text))


def user_edits(telegram: FakeTelegram, user: int, message_id: int, text: str) -> Asked:
    return _told(telegram.user(user).edits(message_id, text))


def user_forwards(telegram: FakeTelegram, user: int, text: str) -> Asked:
    return _told(telegram.user(user).forwards(text))


def user_presses(
    telegram: FakeTelegram,
    user: int,
    label: str = "",
    message_id: int | None = None,
    data: str | None = None,
    old: bool = False,
) -> Asked:
    person = telegram.user(user)
    if message_id is None and data is None:
        return _told(person.presses(label, old=old))
    message = person.message(message_id) if message_id is not None else person.last
    if message is None:
        raise Wrong(f"the bot has sent {user} nothing")
    return _told(person.presses(message, label, data=data, old=old))


def user_shares(telegram: FakeTelegram, user: int, kind: str, **about: Any) -> Asked:
    if kind not in SHARES:
        raise Wrong(f"{kind!r} is none of {', '.join(sorted(SHARES))}")
    return _told(getattr(telegram.user(user), f"sends_{kind}")(**about))


def user_blocks(telegram: FakeTelegram, user: int) -> Asked:
    return {"update_id": telegram.user(user).blocks_bot()}


def user_unblocks(telegram: FakeTelegram, user: int) -> Asked:
    return {"update_id": telegram.user(user).unblocks_bot()}


def user_deactivates(telegram: FakeTelegram, user: int) -> Asked:
    telegram.user(user).deactivates()
    return {}


def user_skips(telegram: FakeTelegram, user: int) -> Asked:
    telegram.user(user).skip()
    return {}


async def user_hears(telegram: FakeTelegram, user: int, **what: Any) -> Asked:
    return (await telegram.user(user).hears(**what)).as_json()


def group_hears(telegram: FakeTelegram, group: int, user: int, text: str) -> Asked:
    return _told(telegram.user(user).writes_in(telegram.group(group), text))


def channel_posts(telegram: FakeTelegram, channel: int, text: str) -> Asked:
    return _told(telegram.channel(channel).posts(text))


# What happens to the server.


def inject(telegram: FakeTelegram, update: Asked) -> Asked:
    return {"update_id": telegram.injects(update)}


def redeliver(telegram: FakeTelegram, update_id: int | None = None) -> Asked:
    return {"update_id": telegram.redelivers(update_id)}


def next_update_id(telegram: FakeTelegram, update_id: int) -> Asked:
    telegram.next_update_id(update_id)
    return {}


def fault(telegram: FakeTelegram, what: str, times: float | None = 1, seconds: float = 0, **about: Any) -> Asked:
    """`times` null lasts until clear_faults."""
    kind = next((known for known in FAULT_KINDS if known == what), None)
    if kind == "conflict":
        telegram.faults.conflict(seconds)
    elif kind == "unauthorized":
        telegram.faults.unauthorized()
    elif kind:
        telegram.faults.add(Fault(kind, inf if times is None else times, seconds=seconds, **about))
    else:
        raise Wrong(f"{what!r} is none of {', '.join(FAULT_KINDS)}")
    return {}


def clear_faults(telegram: FakeTelegram) -> Asked:
    telegram.faults.clear()
    return {}


def limits(telegram: FakeTelegram, on: bool) -> Asked:
    telegram.limits.on = on
    telegram.updates.punishes_haste = on
    return {}


def clock(telegram: FakeTelegram, shift: float | None = None, set: float | None = None) -> Asked:
    if set is not None:
        telegram.clock.set(set)
    telegram.clock.shift(shift or 0)
    telegram.updates.wake()
    return {"now": telegram.clock.now()}


def many(telegram: FakeTelegram, acts: list[tuple[str, Asked]]) -> Asked:
    return {"results": [ACTS[name](telegram, **asked) for name, asked in acts]}


async def outage(telegram: FakeTelegram, on: bool) -> Asked:
    """Ask this of the control port: the other one is gone, with this request."""
    await (telegram.goes_down() if on else telegram.comes_back())
    return {}


async def wait(
    telegram: FakeTelegram,
    calls: dict[str, int] | None = None,
    pending: int | None = None,
    within: float = 5.0,
) -> Asked:
    """Until each method was called at least so often, and at most `pending` updates are unconfirmed."""

    def done() -> bool:
        few = pending is None or telegram.updates.pending <= pending
        return few and all(telegram.counts[method] >= count for method, count in (calls or {}).items())

    await telegram.wait_until(done, within)
    return {"counts": dict(telegram.counts)}


# Looking.


def messages(telegram: FakeTelegram, asked: dict[str, str]) -> Any:
    return [message.as_json() for message in telegram.chats[int(asked["user"])].messages]


def calls(telegram: FakeTelegram, asked: dict[str, str]) -> Any:
    """`since` is the place in the log to begin at."""
    found = telegram.calls[int(asked.get("since", 0)) :]
    method = asked.get("method")
    return [
        {
            "at": c.at,
            "method": c.method,
            "ok": c.ok,
            "error": c.error,
            "fault": c.fault,
            "params": c.params,
        }
        for c in found
        if method in (None, c.method)
    ]


def pending(telegram: FakeTelegram, asked: dict[str, str]) -> Any:
    return telegram.pending


def counts(telegram: FakeTelegram, asked: dict[str, str]) -> Any:
    return {"calls": dict(telegram.counts), "pending": telegram.updates.pending, "now": telegram.clock.now()}


def toasts(telegram: FakeTelegram, asked: dict[str, str]) -> Any:
    person = telegram.chats[int(asked["user"])]
    return [asdict(toast) for toast in person.toasts] if isinstance(person, User) else []


ACTS: dict[str, Callable[..., Asked]] = {
    act.__name__: act
    for act in (
        user_sends,
        user_edits,
        user_forwards,
        user_presses,
        user_shares,
        user_blocks,
        user_unblocks,
        user_deactivates,
        user_skips,
        group_hears,
        channel_posts,
        inject,
        redeliver,
        next_update_id,
        fault,
        clear_faults,
        limits,
        clock,
        many,
    )
}
WAITING_ACTS: dict[str, Callable[..., Awaitable[Asked]]] = {act.__name__: act for act in (user_hears, outage, wait)}
LOOKS: dict[str, Callable[[Any, dict[str, str]], Any]] = {
    look.__name__: look for look in (messages, calls, pending, counts, toasts)
}
