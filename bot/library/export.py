"""A person's data as files to take along: one to read, one for machines."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from bot.dialogue.person import Person
from bot.library.facts import Scene, kept
from bot.library.session_files import calendar_of
from bot.library.shelf import Shelf
from bot.library.words import Words

RECIPES = ("export.txt", "export.json", "sessions.ics")


@dataclass(frozen=True)
class Handout:
    """A file for the chat: its neutral name, its bytes, and its caption as Telegram HTML."""

    name: str
    content: bytes
    caption: str


def export(recipe: str, person: Person, document: dict[str, Any], words: Words, now: datetime) -> Handout:
    """The file a recipe names; `document` is the stored record as it is on disk."""
    file = words.shelf.phrases["file"]
    if recipe == "sessions.ics":
        content = calendar_of(Scene(person, now, words.shelf, words.world, {}))
        return Handout(file["sessions_ics_name"], content, file["sessions_ics_caption"])
    if recipe == "export.json":
        content = orjson.dumps(document, option=orjson.OPT_INDENT_2)
        return Handout(file["export_json_name"], content, file["export_json_caption"])
    return Handout(file["export_txt_name"], readable(person, words, now).encode(), file["export_txt_caption"])


def readable(person: Person, words: Words, now: datetime) -> str:
    """Everything kept about the person, in words."""
    shelf: Shelf = words.shelf
    answers = kept(Scene(person, now, shelf, words.world, {}))
    lines = [words.label(person, line, now, {}) for line in shelf.phrases["export"].values()]
    held = [f"{row['name']}: {row['value']} ({row['date']})" for row in answers]
    return "\n".join([*lines, "", *(held or [shelf.phrases["values"]["nothing_kept"]]), ""])
