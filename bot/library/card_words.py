"""The words of the therapist card in every language it can be had in, and what is missing from them.

A language is a folder of content/ with a `card.yaml`; `body.yaml` beside it names the areas of skin. The language of
the chat comes first. What is said in one language must be said in all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

from jinja2 import Environment, StrictUndefined, Template, TemplateError

from bot.care.card import DRAPINGS, POSITIONS, CardTable
from bot.care.clinician import KINDS, ROLES
from bot.care.plaques import STATES
from bot.care.products import PRODUCT_KINDS, Standing
from bot.library.problems import Fault
from bot.library.text_yaml import UnreadableYaml, only_texts, read_mapping

CARD, BODY = "card.yaml", "body.yaml"
TEXTS = ("name", "title", "first", "footer", "stop_word")
GROUPS: Mapping[str, frozenset[str]] = {
    "dates": frozenset("name issued until no_until map".split()),
    "closed": frozenset("wait check ask".split()),
    "headings": frozenset(
        "avoid light touch allergies products pressure wishes technique clinician session reaction".split()
    ),
    "lines": frozenset(
        "avoid_how light_how avoid_none light_none always_avoid no_map more_areas state itch touch_none "
        "allergies_none allergies_unsure allergies_other severe product products_none products_ask "
        "pressure pressure_like position draping stop wish strokes never scale neck chest "
        "clinician clinician_limits clinician_old clinician_none first_session later "
        "reaction reaction_doctor reaction_emergency".split()
    ),
    "states": frozenset(STATES),
    "kinds": frozenset(PRODUCT_KINDS),
    "standings": frozenset(get_args(Standing)),
    "positions": frozenset(POSITIONS),
    "drapings": frozenset(DRAPINGS),
    "views": frozenset(KINDS),
    "roles": frozenset(ROLES),
    "figure": frozenset("alt sides".split()),
}
# Everything that may stand in double braces.
PLACES = frozenset(
    "name day states itch kind standing pressure position draping stop wish recorded role view limits number on".split()
)
# The longest sentence that leaves room for a page.
LONGEST = 220
_JINJA = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 - a page is no mark-up


@cache
def _template(sentence: str) -> Template:
    """Compiled once: there are a few hundred sentences, and each costs more to compile than a whole card to fill."""
    return _JINJA.from_string(sentence)


@dataclass(frozen=True)
class CardWords:
    """All words of the card in one language; `areas` are the names of areas of skin."""

    language: str
    texts: Mapping[str, str]
    groups: Mapping[str, Mapping[str, str]]
    areas: Mapping[str, str]

    def say(self, group: str, key: str, **facts: str) -> str:
        """One sentence with its facts filled in, on one line."""
        return " ".join(_template(self.groups[group][key]).render(facts).split())

    def area(self, area: str) -> str:
        """The name of an area; its key when another release named it."""
        return self.areas.get(area, area.replace("_", " "))


def read_cards(folder: Path, first: str) -> tuple[dict[str, CardWords], list[Fault]]:
    """The words by language, that of the chat first, and what could not be read."""
    faults: list[Fault] = []
    books: dict[str, CardWords] = {}
    found = sorted(path.parent.name for path in folder.glob(f"??/{CARD}"))
    for language in sorted({first, *found}, key=lambda each: (each != first, each)):
        card, body = (_read(folder, f"{language}/{name}", faults) for name in (CARD, BODY))
        if card is not None and body is not None:
            books[language] = _words(language, card, body, faults)
    return books, faults


def _read(folder: Path, name: str, faults: list[Fault]) -> dict[str, Any] | None:
    try:
        return read_mapping(folder / name)
    except UnreadableYaml as error:
        faults.append(Fault(name, f"{error}."))
    except OSError as error:
        faults.append(Fault(name, f"this file cannot be read ({error.strerror})."))
    return None


def _words(language: str, card: Mapping[str, Any], body: Mapping[str, Any], faults: list[Fault]) -> CardWords:
    texts, wrong = only_texts({key: card[key] for key in TEXTS if key in card}, "the card")
    groups: dict[str, Mapping[str, str]] = {}
    for name, table in card.items():
        if name not in TEXTS:
            groups[name], more = only_texts(table, name)
            wrong += more
    faults += [Fault(f"{language}/{CARD}", sentence) for sentence in wrong]
    areas, wrong = only_texts(body.get("areas"), "areas")
    faults += [Fault(f"{language}/{BODY}", sentence) for sentence in wrong]
    return CardWords(language, texts, groups, areas)


def needed_groups(table: CardTable) -> dict[str, frozenset[str]]:
    """Every group of words with the keys it must have."""
    notes = {under: frozenset(n.name for n in table.notes if n.under == under) for under in ("touch", "products")}
    own = {"touch": notes["touch"], "product_notes": notes["products"], "allergies": frozenset(table.allergies)}
    return {**GROUPS, **own}


def card_faults(books: Mapping[str, CardWords], table: CardTable) -> Iterator[Fault]:
    """What is missing, has no place, cannot be filled in or is too long, in each language."""
    areas = {area: book.language for book in reversed(list(books.values())) for area in book.areas}
    for book in books.values():
        yield from (Fault(f"{book.language}/{CARD}", said) for said in _word_faults(book, needed_groups(table)))
        for area in sorted(areas.keys() - book.areas.keys()):
            said = f"the area «{area}» has no name, but one in {areas[area]}/{BODY}."
            yield Fault(f"{book.language}/{BODY}", said)


def _word_faults(book: CardWords, needed: Mapping[str, frozenset[str]]) -> Iterator[str]:
    yield from (f"«{text}» is missing." for text in TEXTS if not book.texts.get(text))
    for group, keys in needed.items():
        held = book.groups.get(group, {})
        yield from (f"«{key}» is missing in {group}." for key in sorted(keys - held.keys()))
        yield from (f"«{key}» in {group} has no place on the card." for key in sorted(held.keys() - keys))
    yield from (f"«{group}» has no place on the card." for group in sorted(book.groups.keys() - needed.keys()))
    for group, held in book.groups.items():
        for key, sentence in held.items():
            yield from _sentence_faults(f"{group}.{key}", sentence)


def _sentence_faults(where: str, sentence: str) -> Iterator[str]:
    if len(sentence) > LONGEST:
        yield f"{where} is longer than {LONGEST} characters."
    try:
        _JINJA.from_string(sentence).render(dict.fromkeys(PLACES, "x"))
    except TemplateError as error:
        yield f"{where} cannot be filled in: {error}."
