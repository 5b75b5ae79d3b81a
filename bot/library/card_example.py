"""The example card: a person who never lived, with a map, two products, wishes and a clinician's answer."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.care.clinician import View
from bot.care.patch_test import Day, PatchTest
from bot.care.plaques import Plaque, PlaqueMap
from bot.care.products import Product
from bot.dialogue.clinician_view import keeping_view
from bot.dialogue.person import Answer, Consent, Person, Value
from bot.library.card_values import card_values
from bot.library.facts import Scene
from bot.library.reading import Library

DAYS_AGO = timedelta(days=3)
TICKED = ("cracked", "pain_tablets", "light", "fragrance")
PLAQUES = (
    Plaque("elbow_left", ("cracked",), 8),
    Plaque("elbow_right", ("calm",), 2),
    Plaque("lower_back_left", ("calm",), 3),
    Plaque("knee_right", ("itchy",), 5),
    Plaque("groin_left", ("sore",), 4),
    Plaque("scalp", ("calm",), 1),
)
PRODUCTS = (Product("p1", "Plain cream", "cream"), Product("p2", "Jojoba 100 %", "oil"))
WISHES: dict[str, Value] = {
    "card_pressure": "2",
    "card_position": "side",
    "card_draping": ["covered", "ask"],
}


def tested_well(until: date) -> PatchTest:
    """A test of the first product that ran its ten days without a reaction."""
    first = until - timedelta(days=10)
    days = tuple(Day((first + timedelta(days=n)).isoformat(), "ticked", "ticked", "fine") for n in range(10))
    ended = until.isoformat()
    return PatchTest("p1-1", "p1", 1, first.isoformat(), days=days, end="ten_days", ended_on=ended)


def example_person(library: Library, now: datetime, language: str) -> Person:
    """The example person as of `now`, with a card in that language."""
    at = now.astimezone(UTC) - DAYS_AGO
    answers = {name: Answer(value, at) for name, value in {**WISHES, "check": list(TICKED)}.items()}
    answers |= {"card_language": Answer(language, at), "country": Answer("DE", at)}
    person = Person(
        1,
        consent=Consent(library.world.consent_version, at),
        answers=answers,
        plaques=PlaqueMap(PLAQUES, at),
        products=PRODUCTS,
        tests=(tested_well(at.date()),),
    )
    return keeping_view(person, View("yes", "dermatologist", at.date() - DAYS_AGO), at)


def example_values(library: Library, now: datetime, language: str) -> dict[str, Any]:
    """The example card as its template reads it."""
    person = example_person(library, now, language)
    return card_values(Scene(person, now, library.words.shelf, library.world, {}))
