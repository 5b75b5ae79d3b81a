"""What a picture of a flow is made of, as values; all lengths in pixels."""

from dataclasses import dataclass
from typing import Literal

from bot.dialogue.graph import Screen

WIDEST_ROW = 1080
BOX_WIDEST, BOX_NARROWEST = 210, 104
HEAD, TAG, FOOT = 40, 17, 7
GAP, MARGIN = 30, 14
# Widths of a letter, on the wide side: nobody knows which font the reader's machine has.
NAME_LETTER, TAG_LETTER = 7.3, 6.0

TagKind = Literal["in", "near", "away"]


@dataclass(frozen=True)
class Tag:
    """A way that is written and not drawn: in from anywhere, to a screen of this flow, or away to another."""

    kind: TagKind
    text: str
    target: str = ""


@dataclass(frozen=True)
class Box:
    """One screen as it stands on the picture; `folded` screens more follow it in a picture of their own."""

    screen: Screen
    x: float
    y: float
    width: float
    height: float
    tags: tuple[Tag, ...] = ()
    folded: int = 0

    @property
    def name(self) -> str:
        """The screen's name within its flow."""
        return short(self.screen.name)

    @property
    def says(self) -> str:
        """The kind of screen, with the named function behind it."""
        function = self.screen.by or self.screen.items or self.screen.reads
        return f"{self.screen.kind} · {function}" if function else self.screen.kind


@dataclass(frozen=True)
class Line:
    """A way ahead: an SVG path from one box to another, and where its words stand (their middle)."""

    source: str
    target: str
    path: str
    label: str
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    """One picture; `head` is the screen it begins with, `left` the x of its left edge."""

    head: str
    left: float
    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Way:
    """All the keys by which one screen leads to another."""

    source: str
    target: str
    keys: tuple[str, ...]

    @property
    def label(self) -> str:
        """The keys, left out where the target's own name says the same."""
        return "" if self.keys == (short(self.target),) else ", ".join(self.keys)


def short(name: str) -> str:
    """A full name without its flow."""
    return name.partition(".")[2] or name
