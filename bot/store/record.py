"""One person's record: all that is kept about them, stored whole or not at all.

`Record` is the unit of every durable write (law 2): the person, the ids of updates already taken, and the
words still to be sent. What happened to a send is a `Mark`, appended elsewhere and folded in here by the
next write.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.dialogue.effects import Button
from bot.dialogue.person import Person

CURRENT_VERSION = 1
SEEN_FOR = timedelta(hours=25)
SEEN_AT_MOST = 400

Rank = Literal["answer", "reminder", "bulk"]
EntryState = Literal["waiting", "sending"]


@dataclass(frozen=True)
class Entry:
    """One message in the outbox: finished words, or a recipe for a file, with where and how it goes.

    `state` is `sending` when an attempt may have been made. `edit` is the message to change in place.
    `strips` is the earlier message whose buttons go once this one has arrived, so that one keyboard is live.
    `urgent` entries are never merged away. `silent` entries arrive without a sound.
    `erase_after` marks the receipt after which the whole record goes; `private` words rest on answers that
    may not be kept, so that they leave every copy as soon as they have gone out. The buttons of a `beside` entry are
    never the live keyboard and stay valid. A reminder that was not sent by `hush` must not go any more as it is: the
    person's quiet hours have begun. `slot` names the picture that a recipe stands for: the one already in the chat is
    changed in place.
    """

    id: str
    at: datetime
    text: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    rank: Rank = "answer"
    state: EntryState = "waiting"
    edit: int | None = None
    strips: int | None = None
    recipe: str = ""
    urgent: bool = False
    silent: bool = False
    erase_after: bool = False
    private: bool = False
    beside: bool = False
    hush: datetime | None = None
    slot: str = ""


@dataclass(frozen=True)
class Seen:
    """An update already taken: its id and when."""

    id: int
    at: datetime


@dataclass(frozen=True)
class Record:
    """Everything kept about one person. `keyboard` is the message that carries the live buttons, if known.

    Every time in a record knows its zone. `noticed_at` is when the person was told that the record ends soon,
    as long as nothing was heard since. `pictures` are the messages that show a picture of that slot. `unread` holds
    what a later release of the same version wrote and this one does not know, by its path in the document; only
    `versions` fills it and writes it back.
    """

    person: Person
    first_contact: datetime
    last_contact: datetime
    seen: tuple[Seen, ...] = ()
    outbox: tuple[Entry, ...] = ()
    keyboard: int | None = None
    noticed_at: datetime | None = None
    pictures: Mapping[str, int] = field(default_factory=dict)
    v: int = CURRENT_VERSION
    unread: Mapping[tuple[str, ...], Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Mark:
    """What became of one outbox entry: an attempt begun, sent (with the message id), or given up."""

    entry: str
    became: Literal["tried", "sent", "dropped"]
    message_id: int | None = None


@dataclass(frozen=True)
class Erased:
    """What an erasure removed, in counts, for the receipt and the operator's log."""

    copies: int = 0
    set_aside: int = 0
    marks: int = 0
