"""Everything a step may look at that is not the person: the graph, the named functions, places and the net.

A `World` is built once at start and never changes; no part of it does I/O.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.answers.asking import Asking
from bot.answers.net import Net
from bot.answers.second_look import SecondLook
from bot.care.body import Body
from bot.care.body_pieces import Lexicon
from bot.care.card import CardTable
from bot.care.clinician import ViewTable
from bot.care.ingredients import IngredientTable
from bot.care.patch_rules import PatchTable
from bot.care.questions import QuestionTable
from bot.care.registers import RegisterTable
from bot.care.safety import SafetyTable
from bot.care.session_table import SessionTable
from bot.care.techniques import TechniqueTable
from bot.care.therapists import TherapistTable
from bot.care.touch import TouchTable
from bot.dialogue.effects import Effect
from bot.dialogue.events import Event
from bot.dialogue.graph import Graph
from bot.dialogue.person import Person


class Geography(Protocol):
    """What is known about countries, cities and time zones."""

    def countries(self) -> tuple[str, ...]:
        """ISO codes of the countries whose emergency numbers are known, in the order to offer them."""

    def country_named(self, text: str) -> str | None:
        """The ISO code of the country a person means by `text`, or None."""

    def zones_of(self, country: str) -> tuple[str, ...]:
        """The IANA zones of a country, the most peopled first; empty when unknown."""

    def zones_to_offer(self, country: str, now: datetime) -> tuple[str, ...]:
        """The zones of a country whose clocks differ this year or the next, the most peopled of each kind."""

    def zones_of_city(self, text: str, country: str | None) -> tuple[str, ...]:
        """The zones a city or zone name may mean, those of `country` first; empty when unknown."""

    def zone_at(self, latitude: float, longitude: float) -> str | None:
        """The zone at a place on land or sea, or None."""

    def zones_at_clock(self, wall: str, now: datetime, country: str | None) -> tuple[str, ...]:
        """The zones where a clock shows `wall` ("HH:MM", to the nearest quarter hour) at `now`."""


@dataclass(frozen=True)
class Moment:
    """One instant of one talk: what a named function may look at. `given` is what led here, `message_id` the message
    that was pressed, if it is known.
    """

    world: "World"
    person: Person
    now: datetime
    given: str = ""
    ticked: tuple[str, ...] = ()
    message_id: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What a decision came to: its declared name, the person as they now are, effects, and what it passes on."""

    name: str
    person: Person
    effects: tuple[Effect, ...] = ()
    given: str | None = None


@dataclass(frozen=True)
class Decision:
    """A named function behind a `decide` node, with every outcome it may return."""

    decide: Callable[[Moment], Outcome]
    outcomes: frozenset[str]


@dataclass(frozen=True)
class Understood:
    """A reader made sense of what was typed or shared; `value` is handed to the next screen."""

    value: str


@dataclass(frozen=True)
class Unclear:
    """A reader could not: `note` is the phrase that says so and how to write it."""

    note: str


@dataclass(frozen=True)
class Item:
    """One entry of a list node: the key its button carries and the facts its label is made from."""

    key: str
    facts: Mapping[str, str]


Reader = Callable[[Event, Moment], Understood | Unclear]
Items = Callable[[Moment], tuple[Item, ...]]
# What was typed, the wall clock where the person is, and whether a day ahead or one gone by is meant → every reading
# as ISO text without a zone ("2026-11-27T15:00", or only the day), the likeliest first; none if not understood.
Dates = Callable[[str, datetime, bool], tuple[str, ...]]


@dataclass(frozen=True)
class World:
    """The rules of the talk. `labels` are the words on each screen's buttons, so typed answers can match them;
    `alarms` leads from a red-flag topic to its screen. `recipes` are the files that can be made.
    """

    graph: Graph
    decisions: Mapping[str, Decision]
    readers: Mapping[str, Reader]
    items: Mapping[str, Items]
    labels: Mapping[str, Mapping[str, str]]
    places: Geography
    net: Net
    look: SecondLook
    alarms: Mapping[str, str]
    consent_version: str
    safety: SafetyTable
    views: ViewTable
    questions: QuestionTable
    techniques: TechniqueTable
    therapists: TherapistTable
    registers: RegisterTable
    sessions: SessionTable
    patch: PatchTable
    ingredients: IngredientTable
    dates: Dates
    # As `dates`, but a part of the day ("evening") names no hour.
    exact_dates: Dates
    asking: Asking
    body: Body
    touch: TouchTable
    lexicon: Lexicon
    card: CardTable
    card_languages: tuple[str, ...]
    recipes: frozenset[str] = frozenset()
