"""Recipes in the outbox become files when they are sent, from the record as it is then."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.cards import checklist
from bot.cards.course import course_picture
from bot.dialogue.person import Person
from bot.doors.delivery import Draw, Drawn
from bot.library.checklist import checklist_of
from bot.library.export import export
from bot.library.facts import Scene
from bot.library.session_files import course_values
from bot.library.words import Words
from bot.store.interface import Store
from bot.store.versions import to_document


def picture(person: Person, words: Words, now: datetime) -> Drawn:
    """The picture of the course."""
    values = course_values(Scene(person, now, words.shelf, words.world, {}))
    file = words.shelf.phrases["file"]
    return Drawn(file["course_png_name"], course_picture(values), file["course_png_caption"], "photo")


def drawer(store: Store, words: Words, now: Callable[[], datetime]) -> Draw:
    """How a recipe in the outbox becomes a file, from the record as it is when it is sent."""

    async def draw(person_id: int, recipe: str) -> Drawn:
        record = await store.load(person_id)
        if record is None:
            raise LookupError("the record is gone")
        if recipe == "course.png":
            return await asyncio.to_thread(picture, record.person, words, now())
        if recipe == checklist.RECIPE:
            file = words.shelf.care["checklist"]["file"]
            scene = Scene(record.person, now(), words.shelf, words.world, {})
            page = checklist_of(scene, words.shelf.care["checklist"])
            return Drawn(file["name"], await asyncio.to_thread(checklist.drawn, page), file["caption"], "document")
        handout = export(recipe, record.person, to_document(record), words, now())
        return Drawn(handout.name, handout.content, handout.caption, "document")

    return draw
