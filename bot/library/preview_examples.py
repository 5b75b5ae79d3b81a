"""How each screen of the preview looks: filled in for an example person, and for the cases that say something else."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from jinja2 import Environment, meta
from markupsafe import Markup

from bot.care.clinician import View
from bot.care.patch_test import Day, PatchTest
from bot.care.products import Product
from bot.care.safety import LEVELS, Level
from bot.care.therapists import Therapist
from bot.dialogue.asking import WHICH
from bot.dialogue.clinician_view import keeping_view
from bot.dialogue.effects import Button, Say
from bot.dialogue.graph import Graph, Screen
from bot.dialogue.person import Answer, Consent, Person, Place, Value
from bot.dialogue.step import ITEM
from bot.dialogue.therapist_view import CHOSEN
from bot.library.markup import plain_text
from bot.library.pages import Page
from bot.library.reading import Library
from bot.library.session_examples import led_to, plans
from bot.library.words import SOURCES, Rendered

EXAMPLE_ID = 1
# Who else a screen is shown to; the template says these in words.
UNKNOWN, ANSWERLESS = "unknown", "answerless"
GROUP = "group.private"
COUNTRY, ABROAD, ZONE = "DE", "ES", "Europe/Berlin"
AHEAD = timedelta(days=5)
ABOUT_THERAPIST = frozenset(
    f"therapist.{screen}" for screen in "one change rename answers remove signs_kept sure chosen held".split()
)
TYPED = "…"  # stands for a person's own words
PRODUCT = Product("p1", TYPED, "oil", "Prunus Amygdalus Dulcis Oil, Linalool, Urea")

Case = tuple[str, Person, str]


@dataclass(frozen=True)
class Press:
    """A button as the bubble shows it, with the screen it leads to; empty when it leads nowhere fixed."""

    label: str
    target: str


@dataclass(frozen=True)
class Shown:
    """A screen filled in for one person: Telegram's HTML, and its rows of buttons."""

    html: Markup
    rows: tuple[tuple[Press, ...], ...]

    @property
    def words(self) -> int:
        """How many words the person reads, without the buttons."""
        return len(plain_text(self.html).split())


@dataclass(frozen=True)
class Example:
    """A screen as somebody sees it; `case` says when, in words of the content, or that nothing is known of them."""

    case: str
    shown: Shown


def example(library: Library, now: datetime) -> Person:
    """Somebody who agreed and has answered everything, so that facts are filled in."""
    answers: dict[str, Value] = {
        "country": COUNTRY,
        "time_zone": ZONE,
        "quiet_hours": ["21:00", "08:00"],
        "discreet": "yes",
        "check": [],
        "appointment": f"{now.date() + AHEAD}T15:00",
    }
    person = replace(answerless(library, now), answers={name: Answer(value, now) for name, value in answers.items()})
    person = replace(
        person.keeping(CHOSEN, "1", now),
        therapists=(Therapist("1", TYPED, {"own": "yes", "oil": "no"}, ("cash",), now),),
    )
    person = replace(person, plans=plans(now), products=(PRODUCT,), tests=tests_on(now.date()))
    return keeping_view(person, View("limits", "dermatologist", now.date() - AHEAD, TYPED), now)


def tests_on(today: date) -> tuple[PatchTest, ...]:
    """A test that runs in its third day with one box missed, and one in the making."""
    first, second = today - timedelta(days=2), today - timedelta(days=1)
    days = (Day(first.isoformat(), "ticked", "late"), Day(second.isoformat(), "ticked"))
    test = PatchTest("p1-1", "p1", 1, first.isoformat(), ZONE, "08:00", "20:00", "left_forearm", (), days)
    return test, PatchTest("p1-2", "p1", 1, morning="08:00", evening="20:00", spot="right_forearm", asked=("light",))


def answerless(library: Library, now: datetime) -> Person:
    """Somebody who agreed and has answered nothing yet."""
    return Person(EXAMPLE_ID, consent=Consent(library.world.consent_version, now))


def examples(screen: Screen, page: Page, library: Library, now: datetime) -> Iterator[Example]:
    """The screen for the example person, then the cases in which it says something else."""
    if not page.served_on(now.date()) and page.review_by:
        # Editors need the words that are past their date, so they are shown as they were on the last day.
        now = datetime.combine(page.review_by, time(12), UTC)
    facts = meta.find_undeclared_variables(Environment().parse(page.html))  # noqa: S701 - only names are read
    told: set[str] = set()
    for case, person, given in cases(screen, facts, library, now):
        seen = filled(person, given, screen, library, now)
        if seen.html not in told:
            told.add(seen.html)
            yield Example(case, seen)


def cases(screen: Screen, facts: Container[str], library: Library, now: datetime) -> Iterator[Case]:
    """Who to show a screen to, and what led them there: each case, person and `given`."""
    if screen.name == GROUP:
        yield "", Person(-EXAMPLE_ID), ""
        return
    person, given = example(library, now), led_by(screen, facts, library, now)
    if "country_now_name" in facts:
        person = person.keeping("country_now", ABROAD, now)
    if screen.items == "check_findings":
        titles = {
            group: str(library.words.shelf.safety["groups"][group]["title"]) for group in library.world.safety.groups
        }
        given = next(iter(titles))
        yield from ((title, person, group) for group, title in titles.items())
    elif "check_reasons" in facts:
        levels = library.words.shelf.phrases["levels"]
        yield from ((levels[level], person.keeping("check", ticked, now), given) for level, ticked in results(library))
    else:
        yield "", person, given
    yield UNKNOWN, Person(EXAMPLE_ID), given
    yield ANSWERLESS, answerless(library, now), given


def results(library: Library) -> Iterator[tuple[Level, list[str]]]:
    """For each level the first finding that leads to it alone, and nothing for the mildest."""
    for level in LEVELS[:-1]:
        alone = [finding.id for finding in library.world.safety.findings.values() if finding.alone == level]
        if alone:
            yield level, alone[:1]
    yield LEVELS[-1], []


def filled(person: Person, given: str, screen: Screen, library: Library, now: datetime) -> Shown:
    """The screen as that person would see it."""
    menu = Place(library.world.graph.commands["menu"])
    there = person.at(Place(screen.name, given), (menu,))
    return shown(library.words.screen(there, Say(screen.name), now), screen, library.world.graph)


def led_by(screen: Screen, facts: Container[str], library: Library, now: datetime) -> str:
    """An example of what led to a screen: what was picked or typed before, or the page that was left."""
    ahead, past = now.date() + AHEAD, now.date() - AHEAD
    if given := led_to(screen, now):
        return given
    match screen:
        case Screen() if screen.name.startswith("test.") and screen.items not in ("zones_given", "zones_of_country"):
            return PRODUCT.id
        case Screen(items="zones_given") if screen.name.endswith("_pick"):
            return f"{ZONE},Europe/Zurich"
        case Screen(items="zones_given"):
            return ZONE
        case Screen(items="moments_given"):
            return f"{ahead}T15:00,{ahead}T03:00"
        case Screen(items="days_given"):
            return f"yes/dermatologist/{past},{past - AHEAD}"
        case Screen(name="therapist.question" | "therapist.signs"):
            table = library.world.therapists
            return f"1/{table.questions[0].id if screen.kind == 'choose' else table.groups[0]}"
        case Screen(name=name) if name in ABOUT_THERAPIST:
            return "1"
        case Screen(reads="day_said"):
            return "yes/dermatologist"
        case Screen(reads="appointment_hour"):
            return str(ahead)
        case _:
            return led_by_facts(screen, facts, library, f"{ahead}T15:00")


def led_by_facts(screen: Screen, facts: Container[str], library: Library, moment: str) -> str:
    """An example of what led to a screen, told from what its words name."""
    if "page_title" in facts:
        claiming = (page for page in library.words.shelf.pages.values() if page.claims and not page.always)
        return next((page.name for page in claiming), "")
    if screen.name == WHICH:
        return ",".join(list(library.words.shelf.answers)[:3])
    if "answer_title" in facts:
        leading = (answer.id for answer in library.words.shelf.answers.values() if answer.next)
        return next(leading, "")
    if "reopened" in facts:
        return "quiet_hours" if "zone_name" in facts else "time_zone"
    if "moment_chosen" in facts:
        return moment
    return COUNTRY if "chosen_country" in facts else ""


def shown(rendered: Rendered, screen: Screen, graph: Graph) -> Shown:
    """Finished words as the page shows them."""
    rows = tuple(tuple(_press(button, screen, graph) for button in row) for row in rendered.rows)
    return Shown(Markup(rendered.text), rows)  # noqa: S704 - made by our own renderer, which escapes every fact


def _press(button: Button, screen: Screen, graph: Graph) -> Press:
    return Press(button.label, target_of(button.data.partition(":")[2], screen, graph))


def target_of(key: str, screen: Screen, graph: Graph) -> str:
    """The screen a button leads to, as `dialogue.step` would go; empty when it stays or depends on the past."""
    match key:
        case "menu" | "leave":
            return graph.commands[key]
        case "sources":
            return SOURCES
        case "back" | "more":
            return ""
        case key if key in screen.choices:
            return screen.choices[key]
        case key if screen.then == ITEM and key in graph.screens:
            return key
        case "done" if screen.kind == "tick":
            return screen.then
        case _ if screen.kind == "tick":
            return ""
        case _:
            return screen.then
