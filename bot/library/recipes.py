"""Files for people, by recipe: which file a recipe names, what goes into it, and how it is shown in the chat.

A recipe is kept in the outbox instead of a file and is looked up when it is sent, so a file shows what is known then.
`kind` or `kind/rest`: the rest is handed to the maker as the fact `rest`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bot.dialogue.person import Person
from bot.library.card_values import card_text, card_values
from bot.library.care_facts import sheet
from bot.library.checklist import checklist_of
from bot.library.export import export
from bot.library.facts import Scene
from bot.library.map_picture import map_values
from bot.library.session_files import calendar_of, course_values
from bot.library.words import Words

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """A page or picture still to be drawn: its kind, as `cards` names it, and the values it is filled with."""

    kind: str
    values: Mapping[str, Any]


Made = bytes | Page
Make = Callable[[Scene, Document], Made]


@dataclass(frozen=True)
class Recipe:
    """One kind of file. `words` begins the keys of its name and caption among the phrases of files."""

    words: str
    make: Make
    shown: Literal["document", "photo"] = "document"


@dataclass(frozen=True)
class Handout:
    """What is to be sent: a neutral name, the file or the page to be drawn, a caption as Telegram HTML."""

    name: str
    made: Made
    caption: str
    shown: Literal["document", "photo"]


def exported(recipe: str, words: Words) -> Make:
    """A copy of everything that is kept."""
    return lambda scene, document: export(recipe, scene.person, dict(document), words, scene.now)


def drawn(kind: str, values: Callable[[Scene], Mapping[str, Any]]) -> Make:
    """A page of that kind."""
    return lambda scene, document: Page(kind, values(scene))


def question_values(scene: Scene) -> dict[str, Any]:
    """The question sheet as its template reads it."""
    words = scene.shelf.phrases["sheet"]
    return {
        "lang": scene.person.language,
        "title": words["title"],
        "date": scene.long_date(scene.now),
        "about": words["about"],
        "questions": [row["ask"] for row in sheet(scene)],
        "answer": words["answer"],
        "treatment": words["treatment"],
        "footer": words["footer"],
    }


def checklist_values(scene: Scene) -> dict[str, Any]:
    """The checklist of a patch test as its template reads it."""
    return checklist_of(scene, scene.shelf.care["checklist"]).values()


def recipes(words: Words) -> dict[str, Recipe]:
    """Every recipe by its kind; each subject adds its own line."""
    return {
        "export.txt": Recipe("export_txt", exported("export.txt", words)),
        "export.json": Recipe("export_json", exported("export.json", words)),
        "card.png": Recipe("card_png", drawn("card.png", card_values), "photo"),
        "card.pdf": Recipe("card_pdf", drawn("card.pdf", card_values)),
        "card.txt": Recipe("card_txt", lambda scene, document: card_text(scene).encode()),
        "map.png": Recipe("map_png", drawn("map.png", map_values), "photo"),
        "questions.pdf": Recipe("questions_pdf", drawn("questions.pdf", question_values)),
        "checklist.pdf": Recipe("checklist_pdf", drawn("checklist.pdf", checklist_values)),
        "sessions.ics": Recipe("sessions_ics", lambda scene, document: calendar_of(scene)),
        "course.png": Recipe("course_png", drawn("course.png", course_values), "photo"),
    }


# Pictures of which one is enough: while it stands in the chat, the next of its kind replaces it there.
SLOTS: Mapping[str, str] = {"map.png": "map"}


def slot_of(recipe: str) -> str:
    """The picture that a recipe stands for; empty when each of its files is a message of its own."""
    return SLOTS.get(recipe.partition("/")[0], "")


def handout(recipe: str, person: Person, document: Document, words: Words, now: datetime) -> Handout:
    """What a recipe comes to for a person; raises KeyError for one that no release knows any more."""
    kind, _, rest = recipe.partition("/")
    found = recipes(words)[kind]
    scene = Scene(person, now, words.shelf, words.world, {"rest": rest})
    file = words.shelf.phrases["file"]
    caption = words.caption(person, file[f"{found.words}_caption"], now)
    return Handout(file[f"{found.words}_name"], found.make(scene, document), caption, found.shown)
