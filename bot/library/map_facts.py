"""Facts about the plaque map: what is on it, what is being told, one place, and an older day beside today."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from babel.lists import format_list

from bot.care.body_words import keys_named
from bot.care.plaques import Plaque, PlaqueMap
from bot.care.touch import is_open
from bot.dialogue.clinician import clock_of
from bot.dialogue.map_told import JOINT, questions_in, told_in
from bot.dialogue.plaque_map import (
    dated_today,
    group_in,
    limits_of,
    past_map,
    past_of,
    plaque_at,
    plaques_of,
    unplaced_of,
    unsided,
)
from bot.library.map_words import (
    PlaceWords,
    how_it_is,
    in_words,
    mention_said,
    name_of,
    names_of,
    place_words,
    plain_name,
)

if TYPE_CHECKING:
    from bot.library.facts import Scene

Find = Callable[["Scene"], Any]


def rows_of(scene: "Scene", plaque_map: PlaqueMap) -> list[PlaceWords]:
    """The places of one day in words."""
    limits = limits_of(scene.person, scene.world)
    return in_words(plaque_map.plaques, scene.shelf, scene.world.body, scene.world.touch, limits, scene.locale)


def map_rows(scene: "Scene") -> list[PlaceWords]:
    """The places on the map; none without consent."""
    return rows_of(scene, scene.person.plaques) if scene.person.consented else []


def date_of(scene: "Scene", plaque_map: PlaqueMap) -> str:
    """The day of a map where the person lives; empty when it has none."""
    return scene.long_date(clock_of(scene.person, plaque_map.at)) if plaque_map.at else ""


def map_date(scene: "Scene") -> str:
    """The day of the map; empty without one."""
    return date_of(scene, scene.person.plaques) if plaques_of(scene.person) else ""


def map_unsaid(scene: "Scene") -> list[str]:
    """Places of which it is not said how they are."""
    return _names(scene, [plaque.area for plaque in plaques_of(scene.person) if not plaque.states])


def map_open(scene: "Scene") -> list[str]:
    """Places with broken skin."""
    table = scene.world.touch
    return _names(scene, [plaque.area for plaque in plaques_of(scene.person) if is_open(plaque, table)])


def _names(scene: "Scene", areas: list[str]) -> list[str]:
    return names_of(areas, scene.shelf, scene.world.body)


def map_unplaced(scene: "Scene") -> list[str]:
    """Boxes of the safety check that speak of a plaque, and no place is said to be so."""
    findings = scene.shelf.safety["findings"]
    return [str(findings[finding]["label"]) for finding in unplaced_of(scene.person, scene.world)]


# What is being told.


def side_asked(scene: "Scene") -> str:
    """The area whose side is asked for; empty when there is none."""
    asked = unsided(told_in(scene.person.given, scene.world.body), scene.world)
    return plain_name(asked.name, scene.shelf) if asked else ""


def pick_asked(scene: "Scene") -> str:
    """The region or group whose areas are asked for; empty when there is none."""
    group = group_in(told_in(scene.person.given, scene.world.body))
    return plain_name(group.name, scene.shelf) if group else ""


def told_rows(scene: "Scene") -> list[str]:
    """What was told so far, read back."""
    body = scene.world.body
    told = told_in(scene.person.given, body)
    named = ((mention, keys_named(mention, body)) for mention in told.mentions if mention.kind == "area")
    alike: dict[tuple[Any, ...], list[str]] = {}
    first: dict[tuple[Any, ...], Any] = {}
    for mention, keys in named:
        how = (mention.name, mention.states, mention.itch)
        alike.setdefault(how, []).extend(keys)
        first.setdefault(how, mention)
    return [mention_said(first[how], keys, scene.shelf, body, scene.locale) for how, keys in alike.items() if keys]


def told_not(scene: "Scene") -> list[str]:
    """Areas that were named as not meant."""
    told = told_in(scene.person.given, scene.world.body)
    return [name for name in (plain_name(base, scene.shelf) for base in told.left_out) if name]


# How a place is.


def asked_areas(scene: "Scene") -> list[str]:
    """The places that the question on this screen is about."""
    asked = questions_in(scene.person.given, scene.world.body)
    return list(asked[0].areas) if asked else []


def asked_names(scene: "Scene") -> str:
    """Those places as one list; empty when there are none."""
    names = _names(scene, asked_areas(scene))
    return str(format_list(names, locale=scene.locale)) if names else ""


def asked_before(scene: "Scene") -> str:
    """How the place was said to be before; empty for several places, or when nothing was said."""
    areas = asked_areas(scene)
    plaque = plaque_at(scene.person, areas[0]) if len(areas) == 1 else None
    return how_it_is(plaque, scene.shelf, scene.locale) if plaque and plaque.states else ""


# One place.


def place_here(scene: "Scene") -> PlaceWords | None:
    """The place on the screen in words."""
    plaque = plaque_at(scene.person, scene.person.given)
    if plaque is None:
        return None
    shelf, world = scene.shelf, scene.world
    limits = limits_of(scene.person, world)
    return place_words(0, plaque, shelf, world.body, world.touch, limits, scene.locale)


def of_place(part: str) -> Find:
    """One part of the words of the place on the screen; empty when there is none."""

    def find(scene: "Scene") -> str:
        place = place_here(scene)
        return str(getattr(place, part)) if place else ""

    return find


def place_by_wish(scene: "Scene") -> bool:
    """Whether the place is touched only when the person wishes it."""
    area = scene.world.body.areas.get(scene.person.given)
    kind = scene.world.touch.kinds.get(area.kind) if area else None
    return kind is not None and kind.by_wish


# Lists.


def area_name_of_item(scene: "Scene") -> str:
    """The area on a button, beginning as a button does."""
    name = name_of(str(scene.extra.get("area", "")), scene.shelf, scene.world.body)
    return name[:1].upper() + name[1:]


def region_name_of_item(scene: "Scene") -> str:
    """The region on a button."""
    return plain_name(f"@{scene.extra.get('region', '')}", scene.shelf)


def state_label_of_item(scene: "Scene") -> str:
    """The state on a box."""
    state = str(scene.extra.get("state", ""))
    if state == JOINT:
        return scene.shelf.phrases["map"]["joint"]
    return str(scene.shelf.care["areas"]["states"].get(state, {}).get("label", ""))


def day_of_item(scene: "Scene") -> str:
    """The day of an older map on a button."""
    past = past_map(scene.person, str(scene.extra.get("day", "")))
    return (date_of(scene, past) if past else "") or scene.shelf.phrases["map"]["undated"]


# An older day beside today.


def then_date(scene: "Scene") -> str:
    """The day of the older map on the screen; empty when there is none."""
    past = past_map(scene.person, scene.person.given)
    return date_of(scene, past) if past else ""


def then_rows(scene: "Scene") -> list[dict[str, str]]:
    """Each place of either day, as it was then and as it is now."""
    past = past_map(scene.person, scene.person.given)
    if past is None:
        return []
    then = {plaque.area: plaque for plaque in past.plaques}
    now = {plaque.area: plaque for plaque in plaques_of(scene.person)}
    return [
        {
            "name": name_of(area, scene.shelf, scene.world.body),
            "then": _how(scene, then.get(area)),
            "now": _how(scene, now.get(area)),
        }
        for area in scene.world.body.ordered((*now, *then))
    ]


def _how(scene: "Scene", plaque: Plaque | None) -> str:
    if plaque is None:
        return scene.shelf.phrases["map"]["not_on_map"]
    return how_it_is(plaque, scene.shelf, scene.locale)


# My data.


def kept_maps(scene: "Scene") -> list[dict[str, str]]:
    """The map and its earlier days as they are stored, also while consent is withdrawn."""
    maps = (scene.person.plaques, *scene.person.past_plaques)
    return [
        {
            "name": scene.shelf.phrases["answers"]["plaques"],
            "value": "; ".join(map_line(scene, plaque) for plaque in each.plaques),
            "date": date_of(scene, each) or scene.shelf.phrases["map"]["undated"],
        }
        for each in maps
        if each.plaques
    ]


def map_line(scene: "Scene", plaque: Plaque) -> str:
    """One place as it is stored, with the person's wish."""
    shelf = scene.shelf
    line = f"{name_of(plaque.area, shelf, scene.world.body)}: {how_it_is(plaque, shelf, scene.locale)}"
    if not plaque.wish:
        return line
    wish = str(shelf.care["areas"]["touch"][plaque.wish]["short"])
    return f"{line}, {shelf.fill(shelf.phrases['map']['wish'], wish=wish)}"


PLACE = PlaceWords(76, "x" * 20, "x" * 40, "x" * 80, "avoid", "x" * 20, "x" * 120)
# Each fact with the longest value it can take.
FACTS: dict[str, tuple[Find, Any]] = {
    "map_rows": (map_rows, [PLACE] * 8),
    "map_date": (map_date, "22 November 2026"),
    "map_today": (lambda s: dated_today(s.person, s.now), True),
    "map_unsaid": (map_unsaid, ["x" * 40] * 8),
    "map_open": (map_open, ["x" * 40] * 8),
    "map_unplaced": (map_unplaced, ["x" * 38] * 2),
    "map_days": (lambda s: len(past_of(s.person)), 12),
    "side_asked": (side_asked, "x" * 40),
    "pick_asked": (pick_asked, "x" * 40),
    "told_rows": (told_rows, ["x" * 120] * 12),
    "told_not": (told_not, ["x" * 40] * 8),
    "asked_names": (asked_names, "x" * 400),
    "asked_before": (asked_before, "x" * 80),
    "advice_joint": (lambda s: s.person.given.startswith(f"{JOINT};"), True),
    "place_name": (of_place("name"), "x" * 40),
    "place_says": (of_place("says"), "x" * 80),
    "place_rule": (of_place("rule"), "x" * 20),
    "place_why": (of_place("why"), "x" * 120),
    "place_by_wish": (place_by_wish, True),
    "area_name_of_item": (area_name_of_item, "x" * 40),
    "region_name_of_item": (region_name_of_item, "x" * 38),
    "state_label_of_item": (state_label_of_item, "x" * 38),
    "day_of_item": (day_of_item, "22 November 2026"),
    "then_date": (then_date, "22 November 2026"),
    "then_rows": (then_rows, [{"name": "x" * 40, "then": "x" * 80, "now": "x" * 80}] * 12),
}
