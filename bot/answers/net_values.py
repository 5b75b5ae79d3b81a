"""What the red-flag net is made of, as values; `net_tables` builds them from content, `net` looks with them.

Groups of words are single bits and their unions masks, so that asking whether any of many groups was said is one `&`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from bot.answers.text import Spelling

Level = Literal["emergency", "crisis", "abuse", "today"]
# Worst first. A physical emergency outranks a crisis: "I took the pills to die" needs the ambulance first.
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True)
class Item:
    """One step of a part: any group of the bit mask `groups`, at most `gap` words after the step before."""

    groups: int
    gap: int


Part = tuple[Item, ...]


@dataclass(frozen=True)
class Section:
    """Parts in any order within `within` words of one sentence."""

    parts: tuple[Part, ...]
    within: int


@dataclass(frozen=True)
class Line:
    """One way to say a thing: sections that may stand anywhere in the message; `needs` are all masks of its items."""

    sections: tuple[Section, ...]
    needs: tuple[int, ...]


@dataclass(frozen=True)
class Pattern:
    """One alarm, the lines that find it, and the lines in the same clause that take it back."""

    id: str
    level: Level
    topic: str
    sources: tuple[str, ...]
    facts: tuple[str, ...]
    lines: tuple[Line, ...]
    unless: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Context:
    """A kind of sentence, or of clause, in which alarms of `of` (levels, topics or pattern ids) are set aside."""

    id: str
    of: frozenset[str]
    lines: tuple[Line, ...]
    unless: tuple[Line, ...] = ()
    clause: bool = False


@dataclass(frozen=True)
class Denials:
    """The masks by which a sign is denied; the head of the content file says what each is for."""

    before: int
    not_denials: int
    through: int
    signs: int
    lists: frozenset[str]
    ties: frozenset[str]
    after: int
    turns: tuple[Line, ...]


@dataclass(frozen=True)
class Net:
    """Everything needed to look; built once, by `net_from`.

    `ways` are all lines with their patterns, worst level first; `ways_by_group` tells by the bit of a group which of
    them are worth trying, each under the group of it that is least often said.
    """

    patterns: tuple[Pattern, ...]
    ways: tuple[tuple[Pattern, Line], ...]
    ways_by_group: Mapping[int, tuple[int, ...]]
    spelling: Spelling
    phrases: Mapping[str, Any]
    fillers: frozenset[str]
    clause_ends: frozenset[str]
    numbers: tuple[tuple[float, float, int], ...]
    starts: int
    ends: int
    idioms: tuple[Line, ...]
    contexts: tuple[Context, ...]
    denials: Denials
    known_ways: dict[int, tuple[int, ...]] = field(default_factory=dict, compare=False, repr=False)

    def ways_of(self, groups: int) -> tuple[int, ...]:
        """The numbers of the lines worth trying when a phrase of these groups was said (remembered)."""
        if groups not in self.known_ways:
            self.known_ways[groups] = tuple(
                number for bit, numbers in self.ways_by_group.items() if groups & bit for number in numbers
            )
        return self.known_ways[groups]
