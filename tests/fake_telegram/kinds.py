"""The kinds of values that calls carry: what an Integer, a String, an Object with these fields is.

Telegram bends values that do not fit and ignores fields it does not know; here both are refused, so that a
typo in the bot fails a test. Fields that are real but not modelled are refused by name.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from .errors import bad, strict
from .markup import units

Params = dict[str, Any]
Kind = Callable[[Any], Any]

_NOT_MODELLED = """
business_connection_id message_thread_id direct_messages_topic_id suggested_post_parameters
allow_paid_broadcast message_effect_id inline_message_id rich_message login_url
switch_inline_query switch_inline_query_current_chat switch_inline_query_chosen_chat
callback_game pay request_users request_chat request_managed_bot request_poll
quote quote_parse_mode quote_entities quote_position checklist_task_id poll_option_id
"""
NOT_MODELLED = frozenset(_NOT_MODELLED.split())


class WrongType(Exception):
    """A value is not of the kind that its name asks for; the message names the kind."""


@dataclass(frozen=True)
class Upload:
    """A file that came as a part of a multipart body."""

    name: str
    content: bytes
    type: str = "application/octet-stream"

    def __repr__(self) -> str:
        return f"<{self.name}, {len(self.content)} bytes>"


_WHOLE = re.compile(r"-?[0-9]{1,18}")


def whole(value: Any) -> int:
    """An Integer; a form and a query string carry it as digits."""
    if type(value) is int:
        return value
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    raise WrongType("an Integer")


def flag(value: Any) -> bool:
    """A Boolean; a form carries it as a word."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise WrongType("a Boolean")


def words(value: Any) -> str:
    """A String that UTF-8 can carry."""
    if not isinstance(value, str):
        raise WrongType("a String")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None
    return value


def chat(value: Any) -> int:
    """A chat's id; names of public chats exist in Telegram, but none of them here."""
    if isinstance(value, str) and value.startswith("@"):
        raise bad("chat not found")
    return whole(value)


def file(value: Any) -> Upload | str:
    """An upload, or the id of a file that Telegram already has."""
    return value if isinstance(value, Upload) else words(value)


def decoded(value: Any) -> Any:
    """Objects and arrays come as they are in a JSON body, and written as JSON in a form."""
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise WrongType("valid JSON") from None


def listing(kind: Kind, title: str) -> Kind:
    """An Array whose every item is of `kind`."""

    def check(value: Any) -> list[Any]:
        value = decoded(value)
        if not isinstance(value, list):
            raise WrongType(f"an Array of {title}")
        return [kind(item) for item in value]

    return check


def shape(title: str, required: Mapping[str, Kind], **optional: Kind) -> Kind:
    """An Object with these fields and no others."""
    known = {**required, **optional}

    def check(value: Any) -> Params:
        value = decoded(value)
        if not isinstance(value, dict):
            raise WrongType(f"an Object ({title})")
        found = fields_of(title, value, known)
        for name in required:
            if name not in found:
                raise bad(f"can't parse {title}: Can't find field \"{name}\"")
        return found

    return check


def fields_of(title: str, given: Mapping[str, Any], known: Mapping[str, Kind]) -> Params:
    """The given fields, each as its kind; raises Refused for one that is unknown or of another kind."""
    found = {}
    for name, value in given.items():
        kind = known.get(name)
        if kind is None:
            why = "is real but not modelled" if name in NOT_MODELLED else "does not exist"
            raise strict(f'{title}: "{name}" {why}')
        try:
            found[name] = kind(value)
        except WrongType as wrong:
            raise strict(f'{title}: "{name}" must be {wrong}') from None
    return found


def one_of(*choices: str) -> Kind:
    """A String out of a closed set."""

    def check(value: Any) -> str:
        if value not in choices:
            raise WrongType(f"one of {', '.join(choices)}")
        return str(value)

    return check


def at_most(longest: int, shortest: int = 0) -> Kind:
    """A String of so many UTF-16 units."""

    def check(value: Any) -> str:
        if not shortest <= units(words(value)) <= longest:
            raise WrongType(f"{shortest}-{longest} characters long, not {units(value)}")
        return str(value)

    return check
