"""The printed checklist of a patch test as values: its words, its lines, and what is ticked so far."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.care.patch_test import PatchTest, Protocol

SECTIONS = ("rules", "days", "reaction")


@dataclass(frozen=True)
class Row:
    """One line: its number, its date in words or nothing, and the boxes ticked so far."""

    number: int
    date: str = ""
    morning: bool = False
    evening: bool = False


@dataclass(frozen=True)
class Checklist:
    """Everything the page says; what is not known is left as a line to write on."""

    words: Mapping[str, str]
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    rows: tuple[Row, ...]
    product: str = ""
    spot: str = ""
    first: str = ""
    review: str = ""

    def values(self) -> dict[str, Any]:
        """The values as the template reads them."""
        return {
            "words": dict(self.words),
            "sections": [{"title": title, "rows": list(rows)} for title, rows in self.sections],
            "rows": [dict(vars(row)) for row in self.rows],
            "known": {"product": self.product, "spot": self.spot, "first": self.first},
            "review": self.review,
        }


def day_rows(test: PatchTest | None, rules: Protocol, said: Callable[[date], str]) -> tuple[Row, ...]:
    """One line for each day there can be; with a test, from its first day and with what is ticked.

    `said` is how a date is written. Days on hold keep their line: the person sees where they are.
    """
    if test is None or not test.started:
        return tuple(Row(number) for number in range(1, rules.most + 1))
    first = date.fromisoformat(test.started)
    days = [first + timedelta(days=offset) for offset in range(rules.most)]
    return tuple(
        Row(number, said(day), bool(test.day(day).morning), bool(test.day(day).evening))
        for number, day in enumerate(days, start=1)
    )
