"""Everything read from `content/` for one language, as values: pages, phrases, sources, places."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, StrictUndefined

from bot.library.answers import Written
from bot.library.card_words import CardWords
from bot.library.figure_reading import Picture
from bot.library.pages import Page
from bot.library.places import PlaceBook

# A fact is escaped where a page shows it, not where it is put together.
_JINJA = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701


@dataclass(frozen=True)
class Source:
    """Where a fact comes from."""

    id: str
    publisher: str
    title: str
    year: str
    address: str = ""
    note: str = ""

    def said(self) -> str:
        """The source on one line."""
        parts = [part for part in (self.publisher, self.title, self.year, self.address) if part]
        spoken = " ".join(part if part[-1] in ".?!" else f"{part}." for part in parts).removesuffix(".")
        return f"{spoken} ({self.note})" if self.note else spoken


@dataclass(frozen=True)
class Shelf:
    """The content of one language. Phrases are grouped as in `phrases.yaml`; `notes` hold Telegram HTML."""

    pages: Mapping[str, Page]
    notes: Mapping[str, str]
    phrases: Mapping[str, Mapping[str, str]]
    sources: Mapping[str, Source]
    places: PlaceBook
    safety: Mapping[str, Mapping[str, Any]]
    care: Mapping[str, Mapping[str, Any]]
    retention_days: int
    answers: Mapping[str, Written] = field(default_factory=dict)
    cards: Mapping[str, CardWords] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)

    def fill(self, sentence: str, **facts: str) -> str:
        """A sentence from content with its facts filled in."""
        return _JINJA.from_string(sentence).render(facts)

    def say(self, sentence: str, **facts: str) -> str:
        """One of the small sentences that facts are made of."""
        return self.fill(self.phrases["sentences"][sentence], **facts)
