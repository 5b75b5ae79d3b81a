"""The map of all talks: screens and who leads where, as values. `library` reads it from content/flows.

A screen's full name is `flow.screen`. Kinds are few on purpose: whatever thinks is a named function with declared
outcomes behind a `decide`, never a condition in a flow file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["choose", "tick", "typed", "list", "decide", "end", "beside"]
KINDS: tuple[Kind, ...] = ("choose", "tick", "typed", "list", "decide", "end", "beside")

# A turn passes at most this many decisions before it shows something.
STEPS_AT_MOST = 20


@dataclass(frozen=True)
class Screen:
    """One node. Which fields speak depends on `kind`:

    choose  `choices` (button key to target)
    tick    `options` or `items` (keys to tick), `then` (target once done, given the ticked keys), `choices` besides
    typed   `reads` (a named reader), `then` (target, given what was read), `choices` besides
    list    `items` (a named function), `then` (target, given the item's key), `choices` besides, `reads` optional
    decide  `by` (a named decision), `outcomes` (outcome to target); shows nothing itself
    end     words after which the talk may rest; `choices` optional
    beside  a message that stands beside the talk (reminder, checklist): `choices` (target, given the subject),
            `items` with `then` (target, given "subject:item")

    `columns` above 0 lays the items of a list out as a grid, all of them, so many in a row.
    """

    name: str
    kind: Kind
    choices: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    reads: str = ""
    items: str = ""
    by: str = ""
    then: str = ""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    columns: int = 0

    def targets(self) -> tuple[str, ...]:
        """Every screen this one leads to, in the order written."""
        then = (self.then,) if self.then else ()
        return (*self.choices.values(), *then, *self.outcomes.values())


@dataclass(frozen=True)
class Graph:
    """All screens by name, the commands and deep links that reach in from anywhere, and renamed screens."""

    screens: Mapping[str, Screen]
    commands: Mapping[str, str]
    links: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)

    def living(self, name: str) -> str | None:
        """The screen that stands for `name` today (yesterday's names are mapped), or None when there is none."""
        name = self.renamed.get(name, name)
        screen = self.screens.get(name)
        return name if screen and screen.kind != "decide" else None
