"""A person's data as files to take along: one to read, one for machines."""

from datetime import datetime
from typing import Any

import orjson

from bot.dialogue.person import Person
from bot.library.facts import Scene, kept
from bot.library.reminder_facts import all_rows
from bot.library.shelf import Shelf
from bot.library.words import Words


def export(recipe: str, person: Person, document: dict[str, Any], words: Words, now: datetime) -> bytes:
    """The file a recipe names; `document` is the stored record as it is on disk."""
    if recipe == "export.json":
        return orjson.dumps(document, option=orjson.OPT_INDENT_2)
    return readable(person, words, now).encode()


def readable(person: Person, words: Words, now: datetime) -> str:
    """Everything kept about the person, in words."""
    shelf: Shelf = words.shelf
    scene = Scene(person, now, shelf, words.world, {})
    answers = kept(scene)
    lines = [words.label(person, line, now, {}) for line in shelf.phrases["export"].values()]
    held = [f"{row['name']}: {row['value']} ({row['date']})" for row in answers]
    sent = [f"{row['when']}: {row['title']} ({row['state']})" for row in all_rows(scene)]
    heading = ["", shelf.phrases["reminders"]["heading"]] if sent else []
    return "\n".join([*lines, "", *(held or [shelf.phrases["values"]["nothing_kept"]]), *heading, *sent, ""])
