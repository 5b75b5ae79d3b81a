"""Facts that pages may name in double braces: each is found for one person at one moment.

Every fact declares the longest value it can take, so that `check` can hold each page against Telegram's lengths
before anyone is talking.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date

from bot.dialogue.items import CORRECTABLE
from bot.dialogue.person import Answer, Person
from bot.dialogue.step import items_of
from bot.dialogue.world import World
from bot.library.answer_facts import FACTS as ANSWER_FACTS
from bot.library.answer_facts import page_given
from bot.library.card_facts import FACTS as CARD_FACTS
from bot.library.card_facts import said as wish_said
from bot.library.care_facts import FACTS as CARE_FACTS
from bot.library.care_facts import moment_said, sources_shown
from bot.library.check_facts import (
    check_areas,
    check_date,
    check_headline,
    check_level,
    check_reasons,
    check_until,
    finding_label,
    group_number,
    group_words,
)
from bot.library.geography import zone_city
from bot.library.map_facts import FACTS as MAP_FACTS
from bot.library.map_facts import kept_maps
from bot.library.patch_facts import FACTS as PATCH_FACTS
from bot.library.patch_facts import products_kept
from bot.library.reminder_facts import FACTS as REMINDER_FACTS
from bot.library.session_facts import FACTS as SESSION_FACTS
from bot.library.session_facts import leads_in_words, plans_kept
from bot.library.shelf import Shelf
from bot.library.therapist_facts import FACTS as THERAPIST_FACTS
from bot.library.therapist_facts import kept_therapists, value_said
from bot.reminders.retention import DROP_AFTER, NOTICE_PERIOD

# Dates as most of the language's readers write them.
DATE_LOCALES = {"en": "en_GB"}
LONG = "Saint Vincent and the Grenadines"


@dataclass(frozen=True)
class Scene:
    """What a page is filled for: a person, a moment, the content, and what only this item or step knows."""

    person: Person
    now: datetime
    shelf: Shelf
    world: World
    extra: Mapping[str, Any]

    def fact(self, name: str) -> Any:
        """The value of the fact of that name."""
        return FACTS[name].find(self)

    @property
    def locale(self) -> str:
        """How dates and lists are written for the person."""
        return DATE_LOCALES[self.person.language]

    def long_date(self, moment: datetime | date) -> str:
        """A date as people write it in the person's language."""
        return long_date(self, moment)


@dataclass(frozen=True)
class Fact:
    """One fact: how it is found, and the longest value to be expected."""

    find: Callable[[Scene], Any]
    longest: Any = LONG


def country_name(scene: Scene, code: str | None) -> str:
    """A country in the person's language; empty when there is none."""
    if not code:
        return ""
    return str(Locale(scene.person.language).territories.get(code, code))


def answered(name: str) -> Callable[[Scene], str]:
    """The person's answer of that name, as text; empty when there is none."""

    def find(scene: Scene) -> str:
        value = scene.person.answer(name)
        return value if isinstance(value, str) else ""

    return find


def country_here(scene: Scene) -> str:
    """The country whose numbers count: the one just named, the one visited, or home; empty when unknown."""
    named = scene.person.given
    if re.fullmatch("[A-Z]{2}", named):
        # Also a country whose numbers we do not know: another country's must not stand in for it.
        return named
    return answered("country_now")(scene) or answered("country")(scene)


def zone_said(zone: str) -> str:
    """A zone as people know it: its city, and the full name beside it."""
    return f"{zone_city(zone)} ({zone})" if zone else ""


def clock_in(zone: str, now: datetime) -> str:
    """The wall clock in a zone; empty when the zone is not known, or no longer."""
    try:
        return f"{now.astimezone(ZoneInfo(zone)):%H:%M}" if zone else ""
    except ZoneInfoNotFoundError:
        return ""


def quiet_said(scene: Scene) -> str:
    """Quiet hours in words; empty when they were never asked."""
    hours = scene.person.answer("quiet_hours")
    if hours is None:
        return ""
    return scene.shelf.say("hours", start=hours[0], end=hours[1]) if hours else scene.shelf.phrases["values"]["none"]


def wording_said(scene: Scene) -> str:
    """How reminders are worded; empty when it was never asked."""
    value = answered("discreet")(scene)
    return scene.shelf.phrases["values"][f"discreet_{value}"] if value else ""


def long_date(scene: Scene, moment: datetime | date | None) -> str:
    """A date as people write it in the person's language."""
    return format_date(moment, "long", locale=DATE_LOCALES[scene.person.language]) if moment else ""


def consent_date(scene: Scene) -> str:
    """When consent was given."""
    return long_date(scene, scene.person.consent.given_at if scene.person.consent else None)


def kept(scene: Scene) -> list[dict[str, str]]:
    """Everything that is stored, by its name in words, with its date; also while consent is withdrawn."""
    return [*kept_answers(scene), *kept_maps(scene)]


def kept_answers(scene: Scene) -> list[dict[str, str]]:
    """The single answers, therapists, products and plans."""
    answers = [
        {
            "name": scene.shelf.phrases["answers"][name],
            "value": said_value(scene, name, held),
            "date": long_date(scene, held.at),
        }
        for name, held in scene.person.answers.items()
    ]
    return [*answers, *kept_therapists(scene), *products_kept(scene), *plans_kept(scene)]


def said_value(scene: Scene, name: str, held: Answer) -> str:
    """A stored answer as a person would say it."""
    if (therapist := value_said(scene, name, held)) is not None:
        return therapist
    match name, held.value:
        case (("country" | "country_now"), str(code)):
            return country_name(scene, code)
        case "time_zone", str(zone):
            return zone_said(zone)
        case "quiet_hours", list(hours):
            return (
                scene.shelf.say("hours", start=hours[0], end=hours[1])
                if hours
                else scene.shelf.phrases["values"]["none"]
            )
        case (("appointment" | "clinician_on"), str(moment)):
            return moment_said(scene, moment)
        case "check", list(ticked):
            return check_said(scene, ticked)
        case name, value if name.startswith("card_"):
            return wish_said(scene, name, value)
        case "session_leads", list(leads):
            return leads_in_words(scene, leads)
        case _, str(value):
            return scene.shelf.phrases["values"].get(f"{name}_{value}", value)
        case _, values:
            return ", ".join(values)


def check_said(scene: Scene, ticked: list[str]) -> str:
    """What was ticked, in the words of the boxes; the groups the person was not sure about by their titles."""
    words = scene.shelf.safety
    boxes = [str(words["findings"][tick]["label"]) for tick in ticked if tick in words["findings"]]
    unsure = [
        f"{words['groups'][t[1:]]['title']}: {scene.shelf.phrases['engine']['unsure']}"
        for t in ticked
        if t[1:] in words["groups"]
    ]
    return ", ".join([*boxes, *unsure]) or scene.shelf.phrases["engine"]["none"]


def reopened(scene: Scene) -> list[str]:
    """The names of the answers that a correction opened again."""
    return [scene.shelf.phrases["answers"][name] for name in scene.person.given.split(",") if name in CORRECTABLE]


def drop_date(scene: Scene) -> str:
    """The day on which what is kept without a standing consent goes: so long after it was withdrawn, or from now."""
    consent = scene.person.consent
    return long_date(scene, ((consent and consent.withdrawn_at) or scene.now) + DROP_AFTER)


def retention_date(scene: Scene) -> str:
    """The day on which everything goes if nothing is heard after the notice that is being given now."""
    return long_date(scene, scene.now + NOTICE_PERIOD)


def consent_version(scene: Scene) -> str:
    """The version of the consent text that was agreed to, or the one on offer."""
    consent = scene.person.consent
    return consent.version if consent and scene.person.consented else scene.world.consent_version


def page_before(scene: Scene, field: Callable[[Any], str]) -> str:
    """Something about the page that led here."""
    page = page_given(scene)
    return field(page) if page else ""


def page_sources(scene: Scene) -> list[str]:
    """The sources of the page that led here, ready to read."""
    page = page_given(scene)
    shown = dict.fromkeys((*page.sources, *sources_shown(scene, page.name))) if page else ()
    return [scene.shelf.sources[source].said() for source in shown]


def page_reviewed(scene: Scene) -> str:
    """Who reviewed the page that led here, or that nobody has."""
    page = page_given(scene)
    if page is None or page.reviewed_by == "none yet":
        return scene.shelf.phrases["values"]["not_reviewed"]
    return page.reviewed_by


def page_nearest(scene: Scene) -> list[str]:
    """Titles of pages of the same flow that may be shown."""
    flow = scene.person.given.split(".")[0]
    pages = [page for page in scene.shelf.pages.values() if page.name.startswith(f"{flow}.") and page.title]
    return [page.title for page in pages if page.served_on(scene.now.date())][:3]


def lines(kind: str) -> Callable[[Scene], list[str]]:
    """The help lines of one kind where the person is now."""
    return lambda scene: scene.shelf.places.lines(country_here(scene), kind)


def health_first(scene: Scene) -> str:
    """Whether to name health services before the police, "yes" or "no"."""
    country = scene.shelf.places.countries.get(country_here(scene))
    return "yes" if country and country.health_first else "no"


def item_extra(name: str) -> Callable[[Scene], str]:
    """What the list item being labelled brings along."""
    return lambda scene: str(scene.extra.get(name, ""))


def number_of_items(scene: Scene) -> int:
    """How many entries the list on this screen has."""
    screen = scene.world.graph.screens[scene.person.screen]
    return len(items_of(scene.world, scene.person, screen, scene.now))


FACTS: dict[str, Fact] = {
    "country_name": Fact(lambda s: country_name(s, answered("country")(s))),
    "country_now_name": Fact(lambda s: country_name(s, answered("country_now")(s))),
    "chosen_country": Fact(lambda s: country_name(s, s.person.given if len(s.person.given) == 2 else "")),
    "country_name_of_item": Fact(lambda s: country_name(s, item_extra("country")(s))),
    "zone_name": Fact(lambda s: zone_said(answered("time_zone")(s)), "Buenos Aires (America/Argentina/Buenos_Aires)"),
    "zone_name_of_item": Fact(lambda s: zone_city(item_extra("zone")(s)), "Port-au-Prince"),
    "clock_now": Fact(lambda s: clock_in(answered("time_zone")(s), s.now), "23:59"),
    "clock_of_item": Fact(lambda s: clock_in(item_extra("zone")(s), s.now), "23:59"),
    "answer_name_of_item": Fact(lambda s: s.shelf.phrases["answers"][item_extra("answer")(s)]),
    "quiet_said": Fact(quiet_said, "21:00 to 08:00"),
    "wording_said": Fact(wording_said),
    "consented": Fact(lambda s: s.person.consented, True),
    "consent_date": Fact(consent_date, "22 November 2026"),
    "consent_version": Fact(consent_version, "2026-11-22"),
    "kept": Fact(kept, [{"name": LONG, "value": LONG * 2, "date": "22 November 2026"}] * 12),
    "drop_date": Fact(drop_date, "22 November 2026"),
    "retention_date": Fact(retention_date, "22 November 2026"),
    "retention_months": Fact(lambda s: round(s.shelf.retention_days / 30.4), 12),
    "reopened": Fact(reopened, [LONG, LONG]),
    "page_title": Fact(lambda s: page_before(s, lambda page: page.title), LONG * 2),
    "page_sources": Fact(page_sources, ["x" * 300] * 12),
    "page_grade": Fact(lambda s: page_before(s, lambda page: page.grade), LONG * 5),
    "page_compiled": Fact(lambda s: page_before(s, lambda page: long_date(s, page.compiled)), "22 November 2026"),
    "page_reviewed": Fact(page_reviewed, LONG),
    "page_review_by": Fact(lambda s: page_before(s, lambda page: long_date(s, page.review_by)), "22 November 2026"),
    "page_nearest": Fact(page_nearest, [LONG, LONG, LONG]),
    "emergency_line": Fact(lambda s: s.shelf.places.emergency_line(country_here(s)), "x" * 160),
    "directory_line": Fact(lambda s: s.shelf.places.directory_line(country_here(s)), "x" * 200),
    "crisis_lines": Fact(lines("crisis"), ["x" * 120] * 4),
    "young_lines": Fact(lines("young"), ["x" * 100] * 2),
    "assault_lines": Fact(lines("assault"), ["x" * 100] * 2),
    "health_first": Fact(health_first, "yes"),
    "finding_label": Fact(finding_label),
    "group_title": Fact(group_words("title")),
    "group_ask": Fact(group_words("ask"), "x" * 450),
    "group_number": Fact(group_number, 8),
    "check_level": Fact(check_level, "emergency"),
    "check_headline": Fact(check_headline, "x" * 200),
    "check_reasons": Fact(check_reasons, [{"said": ["x" * 90], "now": "x" * 400, "again": "x" * 200}] * 6),
    "check_areas": Fact(check_areas, ["x" * 38] * 8),
    "check_date": Fact(check_date, "22 November 2026"),
    "check_until": Fact(check_until, "22 November 2026"),
    "items_shown": Fact(number_of_items, 250),
    "language_name": Fact(lambda s: str(Locale(s.person.language).display_name), LONG),
    **{name: Fact(find, longest) for name, (find, longest) in ANSWER_FACTS.items()},
    **{name: Fact(find, longest) for name, (find, longest) in CARE_FACTS.items()},
    **{name: Fact(find, longest) for name, (find, longest) in THERAPIST_FACTS.items()},
    **{name: Fact(find, longest) for name, (find, longest) in MAP_FACTS.items()},
    **{name: Fact(find, longest) for name, (find, longest) in REMINDER_FACTS.items()},
    **{name: Fact(find, longest) for name, (find, longest) in CARD_FACTS.items()},
    **{name: Fact(find, longest) for name, (find, longest) in SESSION_FACTS.items()},
    **{name: Fact(find, longest) for name, (find, longest) in PATCH_FACTS.items()},
}
