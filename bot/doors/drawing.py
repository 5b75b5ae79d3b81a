"""Recipes in the outbox become files when they are sent, from the record as it is then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.dialogue.person import Passing
from bot.doors.delivery import Draw, Drawn
from bot.library.recipes import Page, handout, slot_of
from bot.library.words import Words
from bot.store.interface import Store
from bot.store.versions import to_document


class Draws(Protocol):
    """What makes a page out of values: the worker, or a stand-in."""

    async def draw(self, kind: str, values: Mapping[str, Any]) -> bytes:
        """The file of that kind; raises when it cannot be drawn."""


@dataclass(frozen=True)
class Easel:
    """What a file is made with. `passing` is what memory holds of people without consent, as the turns keep it."""

    store: Store
    words: Words
    worker: Draws
    now: Callable[[], datetime]
    passing: Mapping[int, Passing]


def drawer(easel: Easel) -> Draw:
    """How a recipe in the outbox becomes a file, from the record as it is when it is sent."""

    async def draw(person_id: int, recipe: str) -> Drawn:
        record = await easel.store.load(person_id)
        if record is None:
            raise LookupError("the record is gone")
        passing = None if record.person.consented else easel.passing.get(person_id)
        person = record.person.joined(passing) if passing else record.person
        ready = handout(recipe, person, to_document(record), easel.words, easel.now())
        made = ready.made
        content = await easel.worker.draw(made.kind, made.values) if isinstance(made, Page) else made
        edits = record.pictures.get(slot_of(recipe)) if slot_of(recipe) else None
        return Drawn(ready.name, content, ready.caption, ready.shown, edits)

    return draw
