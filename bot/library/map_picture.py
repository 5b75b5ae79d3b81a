"""The body figure with the person's places on it, for the map in the chat and for the therapist card."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.cards.figure import Mark, figure_svg
from bot.dialogue.plaque_map import limits_of, plaques_of
from bot.library.map_facts import map_date
from bot.library.map_words import named_marks

if TYPE_CHECKING:
    from bot.library.facts import Scene


def figure_said(scene: "Scene", language: str, marks: Mapping[str, Mark]) -> str:
    """The figure as SVG with its words in a language; empty where content has none."""
    picture = scene.shelf.pictures.get(language)
    return figure_svg(picture.figure, marks, picture.words) if picture else ""


def map_values(scene: "Scene") -> dict[str, Any]:
    """The map as its template reads it: the numbers are those of the map in words, which stands beside it."""
    world, language = scene.world, scene.person.language
    limits = limits_of(scene.person, world)
    marks = named_marks(plaques_of(scene.person), scene.shelf, world.body, world.touch, limits)
    words = scene.shelf.phrases["map_picture"]
    return {
        "lang": language,
        "title": scene.shelf.fill(words["title"], day=map_date(scene)),
        "figure": figure_said(scene, language, {mark.area: Mark(mark.number, mark.rule) for mark in marks}),
        "figure_alt": words["alt"],
        "places": [f"{mark.number} {mark.name}" for mark in marks],
    }
