"""One outbox entry as calls to the Bot API, and what Telegram's answers mean for it.

What must stay true:
* What was surely not sent may go again as it was. What may have arrived goes again only without a sound.
* Mark-up that Telegram cannot read never swallows the words: they go once more as plain text. A message that
  can no longer be edited is sent as a new one.
* Telegram's explanations may quote the message, so only their first words are ever logged.
"""

import html
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from traceback import extract_tb
from typing import Any, Literal, NamedTuple

import structlog
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.dialogue.effects import Button
from bot.doors.telegram_api import Call, NotSent
from bot.store.record import Entry

TEXT_SECONDS = 20.0
FILE_SECONDS = 60.0
# Telegram rounds the seconds it tells us to wait.
AFTER_FLOOD = 0.5
NO_PREVIEW = {"is_disabled": True}

FileKind = Literal["document", "photo"]
# How something travels within its chat; each way is a queue of its own there.
Travel = Literal["usual", "file", "urgent"]
EDIT_FILE = "editMessageMedia"
METHODS: dict[FileKind, str] = {"document": "sendDocument", "photo": "sendPhoto"}

UNREADABLE = "can't parse entities"
UNCHANGED = "message is not modified"
UNEDITABLE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",
    "there is no media in the message to edit",
)

log = structlog.get_logger()


class Drawn(NamedTuple):
    """A file made from a recipe: its name, its bytes, its caption in Telegram's HTML, how it is shown, and the message
    whose file it replaces, if one is known.
    """

    name: str
    content: bytes
    caption: str
    kind: FileKind
    edits: int | None = None


Draw = Callable[[int, str], Awaitable[Drawn]]


@dataclass(frozen=True)
class Arrived:
    """Telegram has it, under this message id if it told one."""

    message_id: int | None


@dataclass(frozen=True)
class Flooded:
    """Telegram refuses this chat for so many seconds; surely not sent."""

    seconds: float


@dataclass(frozen=True)
class NotReached:
    """Telegram was not reached; surely not sent."""

    reason: str


@dataclass(frozen=True)
class Unknown:
    """It may have arrived or not."""

    reason: str


@dataclass(frozen=True)
class Blocked:
    """The person has blocked the bot or is gone; true until they come back."""


@dataclass(frozen=True)
class Refused:
    """Telegram will never take it."""

    reason: str


@dataclass(frozen=True)
class Faulty:
    """We could not make it: a fault of ours, with where it happened."""

    reason: str


@dataclass(frozen=True)
class Stopped:
    """Nothing can be sent at all until the operator acts."""

    reason: str


Verdict = Arrived | Flooded | NotReached | Unknown | Blocked | Refused | Faulty | Stopped


@dataclass(eq=False)
class Parcel:
    """An entry on its way to a person, and what its attempts have taught us so far.

    `unknown` counts the attempts that may have arrived, those of an earlier run included; `unreached` and
    `faults` those that surely did not. `plain` and `as_new` are the other forms Telegram has asked for.
    """

    person_id: int
    entry: Entry
    unknown: int = 0
    unreached: int = 0
    faults: int = 0
    attempts: int = 0
    plain: bool = False
    as_new: bool = False
    replaces: int | None = None

    @property
    def way(self) -> Travel:
        """How it travels within its chat: a file never stands before words."""
        return "urgent" if self.entry.urgent else "file" if self.entry.recipe else "usual"

    @property
    def key(self) -> tuple[int, str]:
        """What tells this entry from every other."""
        return self.person_id, self.entry.id

    @property
    def edits(self) -> int | None:
        """The message to change in place, unless that has proved impossible; a file replaces only another file."""
        if self.as_new:
            return None
        return self.replaces if self.entry.recipe else self.entry.edit

    @property
    def silent(self) -> bool:
        """Whether it must arrive without a sound: so it was written, or it may be there already."""
        return self.entry.silent or self.unknown > 0

    def learn(self, verdict: Verdict) -> None:
        """Count what an attempt has come to."""
        match verdict:
            case Unknown():
                self.unknown += 1
            case NotReached():
                self.unreached += 1
            case Faulty():
                self.faults += 1
            case _:
                pass


async def deliver(call: Call, draw: Draw, parcel: Parcel) -> Verdict:
    """Try once, in another form if Telegram asks for one; never raises but for cancellation."""
    while True:
        try:
            answer = await _send(call, draw, parcel)
        except TelegramError as error:
            if not _takes_other_form(parcel, error):
                return judge(error, parcel)
        except Exception as error:
            return Faulty(whereabouts(error))
        else:
            return Arrived(answer.get("message_id") if isinstance(answer, dict) else parcel.edits)


def judge(error: TelegramError, parcel: Parcel) -> Verdict:
    """What an error of Telegram's means for the parcel that met it."""
    match error:
        case RetryAfter():
            return Flooded(seconds_of(error))
        case NotSent():
            return NotReached(gist(error))
        case BadRequest():
            unchanged = UNCHANGED in str(error).lower()
            return Arrived(parcel.edits) if unchanged else Refused(gist(error))
        case NetworkError():
            return Unknown(gist(error))
        case Forbidden():
            return Blocked()
        case InvalidToken():
            return Stopped("Telegram does not know the bot's token: check TELEGRAM_BOT_TOKEN and start again.")
        case Conflict():
            return Stopped("Telegram says that the bot's token is in use elsewhere: stop the other one.")
        case _:
            return Refused(gist(error))


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram wants us to wait; PTB says it as a number or, if so configured, a timedelta."""
    told = error.retry_after
    return told.total_seconds() if isinstance(told, timedelta) else float(told)


def gist(error: Exception) -> str:
    """The kind of an error and its first words, which quote nothing that was sent."""
    return f"{type(error).__name__}: {str(error).split(':')[0][:80]}"


def whereabouts(error: Exception) -> str:
    """The kind of a fault of ours and where it happened; its words might quote a person."""
    frames = extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def plain_text(markup: str) -> str:
    """The words of a piece of Telegram HTML, each link followed by its address."""
    linked = re.sub(r'<a href="([^"]*)">(.*?)</a>', r"\2 (\1)", markup, flags=re.DOTALL)
    return html.unescape(re.sub(r"</?[a-zA-Z][^<>]*>", "", linked))


async def _send(call: Call, draw: Draw, parcel: Parcel) -> Any:
    entry = parcel.entry
    if entry.recipe:
        return await _send_file(call, await draw(parcel.person_id, entry.recipe), parcel)
    params = {**_where(parcel), **_words("text", entry.text, parcel), "link_preview_options": NO_PREVIEW}
    method = "sendMessage" if parcel.edits is None else "editMessageText"
    return await call(method, params, timeout=TEXT_SECONDS)


async def _send_file(call: Call, drawn: Drawn, parcel: Parcel) -> Any:
    name, content, caption, kind, parcel.replaces = drawn
    if parcel.edits is None:
        params = {**_where(parcel), **_words("caption", caption, parcel)}
        return await call(METHODS[kind], params, {kind: (name, content)}, FILE_SECONDS)
    words = _words("caption", caption, parcel)
    buttons = {"reply_markup": words.pop("reply_markup")} if "reply_markup" in words else {}
    media = {"type": kind, "media": f"attach://{kind}", **words}
    return await call(EDIT_FILE, {**_where(parcel), "media": media, **buttons}, {kind: (name, content)}, FILE_SECONDS)


def _where(parcel: Parcel) -> dict[str, Any]:
    """The chat, and the message to edit or how the new one sounds."""
    where: dict[str, Any] = {"chat_id": parcel.person_id}
    if parcel.edits is not None:
        where["message_id"] = parcel.edits
    elif parcel.silent:
        where["disable_notification"] = True
    return where


def _words(name: str, markup: str, parcel: Parcel) -> dict[str, Any]:
    words: dict[str, Any] = {name: plain_text(markup)} if parcel.plain else {name: markup, "parse_mode": "HTML"}
    if parcel.entry.buttons:
        rows = [[_button(button) for button in row] for row in parcel.entry.buttons]
        words["reply_markup"] = {"inline_keyboard": rows}
    return words


def _button(button: Button) -> dict[str, Any]:
    if button.copies:
        return {"text": button.label, "copy_text": {"text": button.copies}}
    return {"text": button.label, "callback_data": button.data}


def _takes_other_form(parcel: Parcel, error: TelegramError) -> bool:
    """Whether the parcel should be tried again at once, changed; each change happens once at most."""
    if not isinstance(error, BadRequest):
        return False
    told = str(error).lower()
    if UNREADABLE in told and not parcel.plain:
        log.error("markup_unreadable", at=re.findall(r"byte offset \d+", told))
        parcel.plain = True
        return True
    if parcel.edits is not None and any(words in told for words in UNEDITABLE):
        parcel.as_new = True
        return True
    return False
