"""What a person did, free of Telegram: the only things `step` reacts to.

An event carries everything its answer may depend on, so the same talk can come from Telegram, the terminal or a walk.
"""

from dataclasses import dataclass
from typing import Literal

OtherKind = Literal[
    "photo", "sticker", "voice", "video", "document", "contact", "poll", "dice", "game", "story", "unknown"
]


@dataclass(frozen=True)
class Wrote:
    """Text typed by the person, commands included; `forwarded` when the words are somebody else's."""

    text: str
    forwarded: bool = False


@dataclass(frozen=True)
class Edited:
    """An earlier message now says something else."""

    text: str


@dataclass(frozen=True)
class Chose:
    """A button press: the step the keyboard belonged to, the button's key, and the message it hung under."""

    step: int
    key: str
    message_id: int | None = None


@dataclass(frozen=True)
class Acted:
    """A press on a message that stands beside the talk (a reminder, a checklist): valid wherever the person is.

    `subject` is what it acts upon, "<kind>/<rest>", and `reminder.<kind>` its screen. `among` says that the message
    holds other subjects as well, so that it must not turn into the words of this one.
    """

    subject: str
    key: str
    message_id: int | None = None
    among: bool = False


@dataclass(frozen=True)
class PressedUnknown:
    """A press whose data this release cannot read (an older or foreign keyboard)."""

    data: str


@dataclass(frozen=True)
class SharedLocation:
    """A place on the map, degrees north and east; used to find the time zone and not kept."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class SentOther:
    """Anything that is neither text, press nor location; `caption` is what was written under it."""

    kind: OtherKind
    caption: str = ""


@dataclass(frozen=True)
class InGroup:
    """Something written or done where others read along: a group or a channel."""

    text: str = ""


@dataclass(frozen=True)
class Blocked:
    """The person blocked the bot or left."""


@dataclass(frozen=True)
class Unblocked:
    """The person let the bot back in."""


@dataclass(frozen=True)
class ReminderDue:
    """The clock says that something is due: the notice of that kind, or (`rows`) reminders of the person's own."""

    kind: str


@dataclass(frozen=True)
class FileFailed:
    """A file that was promised could not be made."""


Event = (
    Wrote
    | Edited
    | Chose
    | Acted
    | PressedUnknown
    | SharedLocation
    | SentOther
    | InGroup
    | Blocked
    | Unblocked
    | ReminderDue
    | FileFailed
)
