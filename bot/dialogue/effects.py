"""What is to be done after a step; the turn finds the words and keeps them, a door carries them out."""

from dataclasses import dataclass, field
from typing import Any

Facts = dict[str, Any]


@dataclass(frozen=True)
class Say:
    """Show a screen: a `note` (a phrase) may stand before it, `facts` are what only this moment knows.

    `edit` asks to change the message of that id in place instead of sending a new one.
    `subject` makes it a message beside the talk: its buttons act upon that subject wherever the person is.
    `urgent` marks words that nothing may hold back, merge or replace (emergency and crisis screens); `silent` ones
    arrive without a sound.
    """

    screen: str
    note: str = ""
    facts: Facts = field(default_factory=dict)
    edit: int | None = None
    urgent: bool = False
    subject: str = ""
    silent: bool = False


@dataclass(frozen=True)
class Toast:
    """A short phrase shown over the chat as the answer to a press."""

    phrase: str


@dataclass(frozen=True)
class SendFile:
    """Hand over a file, kept as a recipe and made only when it is sent."""

    recipe: str


@dataclass(frozen=True)
class Forget:
    """Erase everything that is kept about this person; only the receipt still goes out."""


@dataclass(frozen=True)
class Note:
    """Something for the editors, filed under `kind`; nothing in `fields` tells who it came from."""

    kind: str
    fields: Facts


@dataclass(frozen=True)
class Button:
    """One inline button: its label and either callback data (at most 64 bytes) or a text to copy (at most
    256).
    """

    label: str
    data: str = ""
    copies: str = ""


Effect = Say | Toast | SendFile | Forget | Note
