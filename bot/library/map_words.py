"""The plaque map in words: names of places, how each is, and how it may be touched, for screens, files and cards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.lists import format_list

from bot.care.body import Body
from bot.care.body_words import Mention
from bot.care.plaques import Plaque, Touch
from bot.care.touch import AreaMark, Ruled, TouchTable, in_order, marks, ruled
from bot.library.shelf import Shelf


@dataclass(frozen=True)
class PlaceWords:
    """One place in words: its number, its name with its side, how it is, and the rule of touch with the reasons."""

    number: int
    area: str
    name: str
    says: str
    touch: Touch
    rule: str
    why: str


def in_words(
    plaques: Sequence[Plaque], shelf: Shelf, body: Body, table: TouchTable, limits: Iterable[str], locale: str
) -> list[PlaceWords]:
    """Every place head to foot, numbered as on the picture."""
    held, fixed = in_order(plaques, body), frozenset(limits)
    return [
        place_words(number, plaque, shelf, body, table, fixed, locale) for number, plaque in enumerate(held, start=1)
    ]


def place_words(
    number: int, plaque: Plaque, shelf: Shelf, body: Body, table: TouchTable, limits: frozenset[str], locale: str
) -> PlaceWords:
    """One place in words."""
    rule = ruled(plaque, body, table, limits)
    return PlaceWords(
        number=number,
        area=plaque.area,
        name=name_of(plaque.area, shelf, body),
        says=how_it_is(plaque, shelf, locale),
        touch=rule.rule,
        rule=str(_words(shelf)["touch"][rule.rule]["says"]),
        why=why_so(rule, plaque, shelf, body, table),
    )


def named_marks(
    plaques: Sequence[Plaque], shelf: Shelf, body: Body, table: TouchTable, limits: Iterable[str]
) -> tuple[AreaMark, ...]:
    """The marks of the picture with their names in the language of the shelf."""
    names = {plaque.area: name_of(plaque.area, shelf, body) for plaque in plaques}
    return marks(plaques, body, table, frozenset(limits), names)


def _words(shelf: Shelf) -> Mapping[str, Any]:
    return shelf.care["areas"]


def name_of(area: str, shelf: Shelf, body: Body) -> str:
    """The name of a place with its side in capitals; a phrase for one that this release does not know."""
    found = body.areas.get(area)
    if found is None:
        return shelf.phrases["map"]["unknown_place"]
    return str(_words(shelf)["areas"][found.base][found.side or "name"])


def names_of(areas: Iterable[str], shelf: Shelf, body: Body) -> list[str]:
    """The names of places head to foot, a pair as "both"."""
    keys = list(body.ordered(areas))
    names = []
    for key in keys:
        area = body.areas.get(key)
        pair = body.keys_of(area.base) if area and area.side else ()
        if pair and all(each in keys for each in pair):
            names += [str(_words(shelf)["areas"][area.base]["both"])] if area and key == pair[0] else []
        else:
            names.append(name_of(key, shelf, body))
    return names


def plain_name(name: str, shelf: Shelf) -> str:
    """What is called so without a side: an area, a wider group, or a region."""
    words = _words(shelf)
    if name.startswith("@"):
        return str(words["regions"].get(name[1:], {}).get("name", ""))
    entry = words["areas"].get(name) or words["groups"].get(name) or {}
    return str(entry.get("one") or entry.get("name", ""))


def how_it_is(plaque: Plaque, shelf: Shelf, locale: str) -> str:
    """How a place is, as "cracked and itchy, itch 8 of 10"."""
    return said_so(plaque.states, plaque.itch, shelf, locale) or shelf.phrases["map"]["not_said"]


def said_so(states: Iterable[str], itch: int | None, shelf: Shelf, locale: str) -> str:
    """States and itch in words; empty when neither is said."""
    words = _words(shelf)["states"]
    names = [str(words[state]["says"]) for state in states if state in words]
    parts = [str(format_list(names, locale=locale))] if names else []
    if itch is not None:
        parts.append(shelf.fill(shelf.phrases["map"]["itch"], itch=str(itch)))
    return ", ".join(parts)


def mention_said(mention: Mention, keys: Sequence[str], shelf: Shelf, body: Body, locale: str) -> str:
    """What was named, read back: "both elbows: cracked"."""
    names = str(format_list(names_of(keys, shelf, body), locale=locale))
    states = said_so(mention.states, mention.itch, shelf, locale)
    return f"{names}: {states}" if states else names


def why_so(rule: Ruled, plaque: Plaque, shelf: Shelf, body: Body, table: TouchTable) -> str:
    """The reasons for a rule, each sentence once."""
    words, area = _words(shelf), body.areas.get(plaque.area)
    if rule.rule == "avoid":
        said = [str(words["reasons"][why]["says"]) for why in rule.because if why in words["reasons"]]
        return " ".join(dict.fromkeys(said))
    beside = table.kinds[area.kind].with_light if area else ""
    return str(words["with_light"][beside]["says"]) if beside else ""
