"""Raw updates → events, without building Telegram's object trees.

Every kind of update we ask for has an event; one of a shape we cannot read raises, and its door sets it
aside. A live location that moves is the phone's doing, not the person's, and is no event.
"""

from dataclasses import dataclass
from typing import Any, get_args

from bot.dialogue.events import (
    Blocked,
    Edited,
    Event,
    InGroup,
    OtherKind,
    SentOther,
    SharedLocation,
    Unblocked,
    Wrote,
)
from bot.dialogue.presses import press_of
from bot.turn import Arrival

ALLOWED = [
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "channel_post",
    "edited_channel_post",
]
GONE = frozenset({"kicked", "left"})
_KINDS: tuple[OtherKind, ...] = get_args(OtherKind)
# What Telegram calls some of the things people send.
_ALIASES: dict[str, OtherKind] = {
    "video_note": "video",
    "animation": "video",
    "audio": "voice",
}


@dataclass(frozen=True)
class Addressed:
    """What arrived, and from whom: the id is the chat's, which in private is the person's."""

    person_id: int
    arrival: Arrival


def addressed(update: dict[str, Any]) -> Addressed | None:
    """The event in an update, or None when nobody did anything; raises on a shape that cannot be read."""
    update_id = int(update["update_id"])
    match update:
        case {"message": message} | {"channel_post": message}:
            return _of_message(update_id, message, edited=False)
        case {"edited_message": {"location": _}}:
            return None
        case {"edited_message": message} | {"edited_channel_post": message}:
            return _of_message(update_id, message, edited=True)
        case {"callback_query": query}:
            return _of_press(update_id, query)
        case {"my_chat_member": change}:
            return _of_membership(update_id, change)
        case _:
            return None


def _of_message(update_id: int, message: dict[str, Any], *, edited: bool) -> Addressed:
    chat = message["chat"]
    if chat["type"] != "private":
        event: Event = InGroup(_words(message))
    elif edited:
        event = Edited(_words(message))
    else:
        event = _private(message)
    return Addressed(int(chat["id"]), Arrival(event, update_id))


def _words(message: dict[str, Any]) -> str:
    """What was typed: the text, the words under a file, or a poll's question and options."""
    poll = message.get("poll") or {}
    asked = [poll.get("question", ""), *(option["text"] for option in poll.get("options", ()))]
    return str(message.get("text") or message.get("caption") or "\n".join(asked).strip())


def _private(message: dict[str, Any]) -> Event:
    if "text" in message:
        return Wrote(str(message["text"]), forwarded="forward_origin" in message)
    if "location" in message:
        place = message["location"]
        return SharedLocation(float(place["latitude"]), float(place["longitude"]))
    return SentOther(_kind(message), _words(message))


def _kind(message: dict[str, Any]) -> OtherKind:
    for name, kind in _ALIASES.items():
        if name in message:
            return kind
    return next((kind for kind in _KINDS if kind in message), "unknown")


def _of_press(update_id: int, query: dict[str, Any]) -> Addressed:
    message = query.get("message") or {}
    chat = message.get("chat") or {"id": query["from"]["id"], "type": "private"}
    data = str(query.get("data", ""))
    event = press_of(data, message.get("message_id")) if chat["type"] == "private" else InGroup()
    return Addressed(int(chat["id"]), Arrival(event, update_id, str(query["id"])))


def _of_membership(update_id: int, change: dict[str, Any]) -> Addressed | None:
    chat, gone = change["chat"], change["new_chat_member"]["status"] in GONE
    if chat["type"] == "private":
        return Addressed(int(chat["id"]), Arrival(Blocked() if gone else Unblocked(), update_id))
    return None if gone else Addressed(int(chat["id"]), Arrival(InGroup(), update_id))
