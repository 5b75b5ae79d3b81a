"""How everything about sessions is put into words: moments, rhythms, places, lists."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from babel.dates import format_date
from babel.lists import format_list

from bot.dialogue.session_draft import is_rhythm
from bot.dialogue.session_planning import is_zone
from bot.dialogue.world import Moment
from bot.library.care_facts import weekday_date
from bot.library.map_words import name_of

if TYPE_CHECKING:
    from bot.library.facts import Scene

Find = Callable[["Scene"], Any]
LONG_MOMENT = "Wednesday, 22 September 2026, 15:00"


def moment_of(scene: "Scene") -> Moment:
    """The moment of the talk this page is shown in."""
    return Moment(scene.world, scene.person, scene.now, scene.person.given)


def phrase(scene: "Scene", group: str, key: str) -> str:
    """One phrase of a group."""
    return scene.shelf.phrases[group][key]


def sentence(scene: "Scene", name: str, **facts: str) -> str:
    """One of the sentences plans are said with."""
    return scene.shelf.fill(phrase(scene, "plan_sentences", name), **facts)


def safe(zone: str) -> str:
    """A zone that is known here."""
    return zone if is_zone(zone) else "UTC"


def short_moment(scene: "Scene", wall: str) -> str:
    """A day and time that fits on a button: "Tue 1 Dec, 15:00"."""
    when = datetime.fromisoformat(wall)
    return f"{format_date(when.date(), 'EEE d MMM', locale=scene.locale)}, {when:%H:%M}"


def area_names(scene: "Scene", areas: Iterable[str]) -> list[str]:
    """Areas in words, as the map names them; left and right are the person's own."""
    return [name_of(area, scene.shelf, scene.world.body) for area in areas]


def listed(scene: "Scene", names: Sequence[str]) -> str:
    """Names as one phrase."""
    return str(format_list(list(names), locale=scene.locale)) if names else ""


def words_of_item(group: str, name: str) -> Find:
    """A phrase named by what an item brings along."""
    return lambda scene: phrase(scene, group, str(scene.extra[name]))


def rhythm_said(scene: "Scene", rhythm: str) -> str:
    """How often, in words."""
    if not rhythm or not is_rhythm(rhythm):
        return phrase(scene, "rhythms", "once")
    key = {"d": "every_days", "w": "every_weeks", "m": "every_months"}[rhythm[0]]
    return scene.shelf.fill(phrase(scene, "rhythms", key), number=rhythm[1:])


def ending_said(scene: "Scene", ending: str) -> str:
    """Until when, in words."""
    if ending.startswith("u"):
        day = weekday_date(scene, date.fromisoformat(ending[1:]))
        return scene.shelf.fill(phrase(scene, "endings", "until"), day=day)
    return scene.shelf.fill(phrase(scene, "endings", "times" if ending else "open"), number=ending[1:])
