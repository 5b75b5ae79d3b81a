"""What the guide knows about one person, and where in the talk they are.

Every value is frozen: a step returns a new person, so a write that fails has changed nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.care.patch_test import PatchTest
from bot.care.plaques import PlaqueMap
from bot.care.products import Product
from bot.care.sessions import Plan
from bot.care.therapists import Therapist
from bot.reminders.rows import Reminder

START = "welcome.hello"
TRAIL_LENGTH = 30

Value = str | list[str]


@dataclass(frozen=True)
class Answer:
    """One thing the person told us, and when."""

    value: Value
    at: datetime


@dataclass(frozen=True)
class Consent:
    """Consent to keep data: the version of the text agreed to, when, and when it was withdrawn."""

    version: str
    given_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class Place:
    """A screen as it stood when the person left it: what led there, the boxes ticked, the page of a list."""

    screen: str
    given: str = ""
    ticked: tuple[str, ...] = ()
    page: int = 0


@dataclass(frozen=True)
class Passing:
    """What somebody without consent is in the middle of ticking, and asked last: held in memory, never stored."""

    ticked: tuple[str, ...] = ()
    draft: tuple[str, ...] = ()
    draft_done: bool = False
    asked_about: str = ""


@dataclass(frozen=True)
class Person:
    """One chat. `id` is Telegram's chat id, which in a private chat is the user's id.

    `screen` is where they are, `trail` the screens /back returns to (oldest first), `step` the token of the one
    live keyboard. `given` is what led to the screen (an item picked, a source page), never health data.
    `draft` is a safety check in the making, `draft_done` once it is whole.
    `asked_about` is the written answer read last, for questions that lean on it. The plaque map, its earlier days
    (newest first), the products, their tests, the therapists, the plans of sessions and the rows of reminders are kept
    with consent only.
    """

    id: int
    screen: str = START
    given: str = ""
    trail: tuple[Place, ...] = ()
    step: int = 0
    ticked: tuple[str, ...] = ()
    page: int = 0
    misses: int = 0
    last_tap: str = ""
    language: str = "en"
    consent: Consent | None = None
    paused_at: datetime | None = None
    blocked_at: datetime | None = None
    told: tuple[str, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    draft: tuple[str, ...] = ()
    draft_done: bool = False
    asked_about: str = ""
    plaques: PlaqueMap = field(default_factory=PlaqueMap)
    past_plaques: tuple[PlaqueMap, ...] = ()
    products: tuple[Product, ...] = ()
    therapists: tuple[Therapist, ...] = ()
    plans: tuple[Plan, ...] = ()
    tests: tuple[PatchTest, ...] = ()
    reminders: tuple[Reminder, ...] = ()

    @property
    def place(self) -> Place:
        """Where the person is, as /back would remember it."""
        return Place(self.screen, self.given, self.ticked, self.page)

    def at(self, place: Place, trail: tuple[Place, ...]) -> "Person":
        """The person at `place` with a new step token, and `trail` as the way back."""
        return replace(
            self,
            screen=place.screen,
            given=place.given,
            ticked=place.ticked,
            page=place.page,
            trail=trail[-TRAIL_LENGTH:],
            step=self.step + 1,
            misses=0,
        )

    @property
    def consented(self) -> bool:
        """True while a consent stands that was not withdrawn."""
        return self.consent is not None and self.consent.withdrawn_at is None

    def parted(self) -> "tuple[Person, Passing]":
        """The person as they may be stored without consent, and what must stay in memory."""
        trail = tuple(replace(place, ticked=()) for place in self.trail)
        stored = replace(self, ticked=(), draft=(), draft_done=False, trail=trail, asked_about="")
        return stored, Passing(self.ticked, self.draft, self.draft_done, self.asked_about)

    def joined(self, passing: Passing) -> "Person":
        """The stored person with what memory holds of them."""
        return replace(
            self,
            ticked=passing.ticked,
            draft=passing.draft,
            draft_done=passing.draft_done,
            asked_about=passing.asked_about,
        )

    def answer(self, name: str) -> Value | None:
        """The person's answer of that name, or None when there is none or consent does not stand."""
        held = self.answers.get(name) if self.consented else None
        return held.value if held else None

    def keeping(self, name: str, value: Value, now: datetime) -> "Person":
        """The person with one more answer; without consent nothing is kept and the person is unchanged."""
        if not self.consented:
            return self
        return replace(self, answers={**self.answers, name: Answer(value, now)})

    def without(self, *names: str) -> "Person":
        """The person with those answers gone."""
        return replace(self, answers={k: v for k, v in self.answers.items() if k not in names})
