"""Somebody who does anything anywhere: shared by the walker's test and by the long run in tests/benchmarks."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import get_args

from bot.care.patch_test import Day, PatchTest
from bot.care.plaques import Plaque, PlaqueMap
from bot.care.products import Product
from bot.care.sessions import Finding, Look, Plan, Scores, Session
from bot.care.therapists import Therapist
from bot.dialogue.effects import Effect, Forget, Say, SendFile, Toast
from bot.dialogue.events import (
    Acted,
    Blocked,
    Chose,
    Edited,
    Event,
    FileFailed,
    InGroup,
    OtherKind,
    PressedUnknown,
    ReminderDue,
    SentOther,
    SharedLocation,
    Unblocked,
    Wrote,
)
from bot.dialogue.person import Consent, Person, Place
from bot.dialogue.presses import press_of
from bot.dialogue.step import step
from bot.library.export import readable
from bot.library.markup import split_text, telegram_length
from bot.library.reading import Library
from bot.library.words import Rendered

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
COMMANDS = "start menu help back cancel check map test sessions ask data erase settings stop".split()
TEXTS = (
    "yes", "no", "7", "14:35", "10pm to 7", "Berlin", "Germany", "next Friday 3pm", "12.03. 15:30", "what is this?",
    "left knee, both palms sore, back",
    "x" * 4096, "🦄" * 2000, "שלום", "<b>bold</b> & <i>", "{{ person }} {% if %}", "*star* _under_ `code` [a](b)",
    "  ", "\n", "/start learn", "/start nonsense", "/nonsense", "/menu@bot", "\u200b", "\x00",
    "I can't breathe", "I want to die",
)  # fmt: skip


SUBJECTS = (
    "appointment/2026-12-05T1000",
    "later/appointment/2026-12-05T1000",
    "check_soon/x",
    "several/x",
    "gone/1",
    "",
)
ACTS = ("done", "later", "open", "tomorrow", "keep", "nonsense")


def everything() -> list[Event]:
    """One event of every kind, and the texts that have broken bots before."""
    others = [SentOther(kind, caption) for kind in get_args(OtherKind) for caption in ("", "look", "chest pain")]
    return [
        *(Wrote(text) for text in TEXTS),
        *(Wrote(f"/{command}") for command in COMMANDS),
        Wrote("somebody else's words", forwarded=True),
        Edited("changed"),
        Edited(""),
        Edited("my throat is swelling and I can't breathe"),
        Chose(0, "menu", 1),
        Chose(999_999_999, "next", None),
        *(Acted(subject, key, 5, among) for subject in SUBJECTS for key in ACTS for among in (False, True)),
        PressedUnknown(""),
        PressedUnknown("x" * 64),
        SharedLocation(52.5, 13.4),
        SharedLocation(-91.0, 500.0),
        *others,
        Unblocked(),
        FileFailed(),
    ]


def people() -> list[Person]:
    """A newcomer, somebody settled, somebody who took consent back, somebody who paused."""
    consent = Consent("2026-11-22", NOW - timedelta(days=3))
    mapped = PlaqueMap((Plaque("scalp", ("itchy",), 8), Plaque("knee_left"), Plaque("gone", ("calm",))), NOW)
    settled = Person(7, consent=consent, told=("welcome",), plaques=mapped, past_plaques=(mapped, PlaqueMap()))
    for name, value in SETTLED.items():
        settled = settled.keeping(name, value, NOW - timedelta(days=2))
    plaques = (Plaque("elbow_left", ("cracked",)), Plaque("scalp"), Plaque("not_an_area_right"))
    settled = replace(settled, therapists=THERAPISTS, plaques=PlaqueMap(plaques, NOW))
    settled = replace(settled, plans=PLANS, products=PRODUCTS, tests=TESTS)
    return [
        Person(7),
        settled,
        replace(settled, consent=replace(consent, withdrawn_at=NOW)),
        replace(settled, paused_at=NOW, blocked_at=NOW),
    ]


DONE = Session(
    "2026-11-14",
    "done",
    check="go",
    began=NOW - timedelta(days=8),
    areas=("shoulder_left", "knee_right"),
    before=Scores(itch=5, sleep=9),
    after=Scores(itch=3),
    looks=(Look("next_day", NOW - timedelta(days=6), (Finding("shoulder_left", "new_plaque"), Finding("", "rash"))),),
)
PLANS = (
    Plan("s1", "2026-11-14T11:00", "Europe/Berlin", made_at=NOW - timedelta(days=20), sessions=(DONE,)),
    Plan(
        "s2",
        "2026-12-01T15:00",
        "Europe/Berlin",
        "FREQ=WEEKLY;INTERVAL=1;COUNT=6",
        made_at=NOW - timedelta(days=20),
        sessions=(Session("2026-12-08", "moved", "2026-12-09T10:30"), Session("2026-12-15", "skipped")),
    ),
)
PRODUCTS = (
    Product("p1", "<b>Oil</b> & more", "oil", "Linalol, almond oil, {{ x }}, xyzzyol", NOW),
    Product("p2", "x" * 60, "cream", "", NOW, batch=2),
)
TESTS = (
    PatchTest("p1-1", "p1", 1, "2026-11-20", "Europe/Berlin", "08:00", "20:00", "left_forearm", ("light",),
              (Day("2026-11-20", "ticked", "late", "fine"), Day("2026-11-21", "ticked"))),
    PatchTest("p2-1", "p2", 1, "2026-10-20", "Europe/Berlin", "08:00", "20:00", "left_elbow", (), (),
              (), "stopped", "2026-10-27"),
    PatchTest("p2-2", "p2", 2, asked=("pregnant",)),
)  # fmt: skip
SETTLED: dict[str, str | list[str]] = {
    "country": "DE",
    "country_now": "ES",
    "time_zone": "Europe/Berlin",
    "quiet_hours": ["21:00", "08:00"],
    "discreet": "no",
    "check": ["flare", "blood_thinner", "?joints"],
    "held": "crisis",
    "appointment": "2026-12-05T10:00",
    "clinician_view": "limits",
    "clinician_role": "gp",
    "clinician_on": "2026-11-20",
    "clinician_limits": "<b>light</b> & not on the legs",
    "clinician_stale": "flare",
    "my_therapist": "1",
    "therapist_hold": "2",
}
THERAPISTS = (
    Therapist("1", "Anna 👩🏽‍⚕️", {"own": "yes", "oil": "no", "gone": "no"}, ("cash", "gone"), NOW),
    Therapist("2", "<b>& Co", {}, ("cure", "locked"), None),
)


def said(library: Library, person: Person, effects: tuple[Effect, ...], now: datetime) -> list[Rendered]:
    """Every effect carried out as far as words go; raises when a word, a label or a limit is wrong."""
    screens: list[Rendered] = []
    for effect in effects:
        match effect:
            case Say():
                rendered = library.words.screen(person, effect, now)
                assert rendered.text.strip(), effect
                assert all(telegram_length(piece) <= 4096 for piece in split_text(rendered.text))
                fit(rendered, person)
                screens.append(rendered)
            case Toast(phrase):
                assert 0 < len(library.words.toast(phrase)) <= 200
            case SendFile("export.txt"):
                assert readable(person, library.words, now)
            case SendFile() | Forget():
                pass
    return screens


def fit(rendered: Rendered, person: Person) -> None:
    """Buttons as Telegram takes them, and each of them once."""
    buttons = [button for row in rendered.rows for button in row]
    assert len(buttons) <= 100 and all(len(row) <= 8 for row in rendered.rows)
    keys = [button.data for button in buttons if button.data]
    assert len(keys) == len(set(keys)), keys
    for button in buttons:
        assert button.label.strip() and len(button.label) <= 64, button
        assert button.copies or 0 < len(button.data.encode()) <= 64, button


@dataclass
class Roamer:
    """A seeded random person: presses what they see, writes nonsense, comes back a month later."""

    library: Library
    seed: int
    person: Person = field(default_factory=lambda: Person(7))
    now: datetime = NOW
    visible: list[str] = field(default_factory=list)
    been: Counter[str] = field(default_factory=Counter)
    unanswered: list[tuple[str, Event]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.odd = everything()

    def roam(self, steps: int) -> "Roamer":
        for _ in range(steps):
            self.take(self.next_event())
        return self

    def next_event(self) -> Event:
        if self.visible and self.random.random() < 0.75:
            return press_of(self.random.choice(self.visible), self.random.choice([None, 5]))
        if self.random.random() < 0.1:
            return ReminderDue("rows")
        return self.random.choice(self.odd)

    def take(self, event: Event) -> None:
        before = self.person
        self.now += timedelta(seconds=self.random.choice([1, 60, 3600, 86400 * 40]))
        self.person, effects = step(self.library.world, before, event, self.now)
        screens = said(self.library, self.person, effects, self.now)
        if not effects and not isinstance(event, Blocked | InGroup | ReminderDue):
            self.unanswered.append((before.screen, event))
        if screens:
            self.visible = [button.data for row in screens[-1].rows for button in row if button.data]
        self.been[self.person.screen] += 1


def places(library: Library) -> Iterator[Place]:
    """Every screen a person can stand at, with something that led there."""
    given = {"settings.zone_pick": "Europe/Berlin,Europe/Paris", "help.here": "DE", "about.sources": "learn.what_it_is"}
    about = "one change rename answers remove signs_kept sure chosen held wrong".split()
    given |= {f"therapist.{screen}": "1" for screen in about}
    given |= {"therapist.question": "1/number", "therapist.signs": "2/place", "therapist.in_other": "BR"}
    given |= {"map.place": "knee_left", "map.state": "knee_left,~scalp", "map.itch": "~scalp", "map.wish": "scalp"}
    given |= {"map.then": "20261122T100000", "map.advice": "joint;~knee_left", "map.side": "knee///"}
    given |= {"map.pick": "*leg/left//", "map.confirm": "elbow/left//8|knee"}
    given |= {name: "p1" for name in library.world.graph.screens if name.startswith("test.")}
    given |= {"check.group": "now", "settings.country_reopened": "time_zone", "emergency.general": "ES"}
    draft, several = "w1;c6;3;;2026-12-01T15:00;", ";;0;;2026-12-01T15:00,2026-12-08T15:00;"
    given |= dict.fromkeys(("sessions.rhythm", "sessions.own", "sessions.ending", "sessions.when"), "w1;;3;;;")
    given |= {"sessions.confirm": draft, "sessions.which": several, "sessions.month": ";;0;;;2027-02"}
    given |= {"sessions.hour": ";;0;;2026-12-01;", "sessions.quarter": ";;0;s2/2026-12-22;2026-12-01T15;"}
    given |= dict.fromkeys(("sessions.one", "sessions.moved", "sessions.areas", "sessions.products"), "s1/2026-11-14")
    given |= {"sessions.series": "s2", "sessions.cancel": "s2", "sessions.question": "s2/2026-12-01|skin:sore"}
    given |= {
        "sessions.checked": "s2/2026-12-01|skin:hot,body:light,product:untested",
        "sessions.felt": "s1/2026-11-14",
    }
    given |= {"sessions.region": "s1/2026-11-14|head", "sessions.score": "s1/2026-11-14|before|pain"}
    given |= {"sessions.look_where": "sore|rash:", "sessions.look_result": "new_plaque:knee_right,rash:,sore:palm_left"}
    given |= {"sessions.look_more": "new_plaque:knee_right"}
    for screen in library.world.graph.screens.values():
        if screen.kind != "decide":
            yield Place(screen.name, given.get(screen.name, ""))
            yield Place(screen.name, "something that is not there")
