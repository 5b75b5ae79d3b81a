"""Testing a product in the talk: from its name to its verdict, with checklists beside and reminders at chosen hours."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.care.patch_test import PatchTest, counted, running
from bot.care.products import Product
from bot.dialogue import patch_test as patches
from bot.dialogue.effects import Effect, Say, Toast
from bot.dialogue.events import Acted, Chose, Event, ReminderDue, Wrote
from bot.dialogue.patch_test import wants
from bot.dialogue.person import Consent, Person
from bot.dialogue.step import step
from bot.library.export import readable
from bot.library.markup import plain_text
from bot.library.reading import Library
from bot.store.record import Record
from bot.store.versions import from_document, to_document

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ANNA = Person(7, screen="menu.home", consent=Consent("2026-11-22", NOW), told=("welcome",))


@dataclass
class Talk:
    """One person in talk with the guide; every step goes through the record as it is stored."""

    library: Library
    person: Person = field(default_factory=lambda: ANNA.keeping("time_zone", "Europe/Berlin", NOW))
    now: datetime = NOW
    effects: tuple[Effect, ...] = ()

    def takes(self, event: Event) -> "Talk":
        self.person, self.effects = step(self.library.world, self.person, event, self.now)
        record = Record(self.person, first_contact=NOW, last_contact=NOW)
        assert from_document(to_document(record)).person == self.person
        return self

    def writes(self, *texts: str) -> "Talk":
        for text in texts:
            self.takes(Wrote(text))
        return self

    def taps(self, *keys: str) -> "Talk":
        for key in keys:
            self.takes(Chose(self.person.step, key, 1))
        return self

    def presses(self, key: str, subject: str) -> "Talk":
        return self.takes(Acted(subject, key, 55))

    def at(self, day: int, hour: int) -> "Talk":
        """That hour in Berlin, on a day counted from the first of the test."""
        self.now = datetime(2026, 11, 21, hour - 1, tzinfo=UTC) + timedelta(days=day)
        return self

    def reads(self) -> str:
        says = [effect for effect in self.effects if isinstance(effect, Say)]
        return plain_text(self.library.words.screen(self.person, says[-1], self.now).text)

    @property
    def test(self) -> PatchTest:
        return next(test for test in self.person.tests if test.started)

    def day(self, day: int) -> str:
        """The subject of that day's checklist."""
        return f"test_day/{self.test.id}/{NOW + timedelta(days=day - 1):%y%m%d}"

    def lives(self, days: int) -> "Talk":
        for day in range(1, days + 1):
            self.at(day, 20).presses("m", self.day(day)).presses("e", self.day(day))
        return self

    def standing(self) -> str:
        return patches.tested(self.library.world, self.person, self.now)[0].standing


RULES = ("healthy", "clear", "arm", "stays", "bottle", "alone", "done")


def added(library: Library, name: str = "Plain oil", kind: str = "oil", listed: str = "") -> Talk:
    talk = Talk(library).writes("/test").taps("add").writes(name).taps(kind)
    talk = talk.taps("next") if kind != "cream" else talk
    return talk.writes(listed).taps("product") if listed else talk.taps("skip")


def begun(library: Library) -> Talk:
    talk = added(library).taps("start", "done", *RULES, "left_forearm", "0800", "2000", "start")
    assert talk.person.screen == "test.begun", talk.person.screen
    return talk


# A product.


def test_a_product_is_kept_with_its_name_kind_and_list(library: Library) -> None:
    product = added(library, listed="Aqua, Linalool").person.products[0]
    assert (product.name, product.kind, product.ingredients) == ("Plain oil", "oil", "Aqua, Linalool")


def test_without_agreeing_nothing_is_kept_and_how_it_works_can_still_be_read(library: Library) -> None:
    talk = replace_person(Talk(library), replace(ANNA, consent=None)).writes("/test").taps("add")
    assert talk.person.screen == "test.needs_consent"
    assert talk.taps("how").person.screen == "test.how"
    assert not talk.person.products


def replace_person(talk: Talk, person: Person) -> Talk:
    talk.person = person
    return talk


@pytest.mark.parametrize("kind", ["oil", "blend", "therapist"])
def test_whoever_chooses_an_oil_hears_of_fire_and_condoms(library: Library, kind: str) -> None:
    talk = Talk(library).writes("/test").taps("add").writes("It").taps(kind)
    assert "flames" in talk.reads()
    assert "condoms" in talk.reads()


def test_a_known_allergy_makes_a_product_unsuitable_and_no_test_begins(library: Library) -> None:
    talk = Talk(library)
    talk.person = talk.person.keeping("check", ["allergy", "nuts"], NOW)
    talk.writes("/test").taps("add").writes("Sweet oil").taps("oil", "next").writes("prunus dulcis oil, aqua")
    assert "Not for you" in talk.reads()
    assert "Almond oil" in talk.reads()
    assert talk.standing() == "unsuitable"
    assert talk.taps("product", "start").person.screen == "test.unsuitable"


def test_a_list_with_nothing_on_ours_is_never_called_safe(library: Library) -> None:
    talk = added(library, listed="Aqua, Glycerin").taps("result")
    assert "Nothing here is on my list" in talk.reads()
    assert "safe" not in talk.reads().casefold()


def test_a_neat_essential_oil_is_refused_with_the_reason(library: Library) -> None:
    talk = added(library, "Lavender essential oil", "blend").taps("start")
    assert talk.person.screen == "test.neat"
    assert "thin" in talk.reads()


def test_taking_a_product_away_takes_its_tests_along(library: Library) -> None:
    talk = begun(library).taps("product", "remove", "remove")
    left = [row for row in talk.person.reminders if row.wanted.kind.startswith("test_") and row.state == "waiting"]
    assert (talk.person.products, talk.person.tests, left) == ((), (), [])


# Who should ask first.


@pytest.mark.parametrize("finding", ["pregnant", "steroid_tablets", "methotrexate", "immune", "jak", "light"])
def test_what_the_safety_check_knows_asks_first_even_when_nothing_is_ticked(library: Library, finding: str) -> None:
    talk = Talk(library)
    talk.person = talk.person.keeping("check", [finding], NOW)
    talk.writes("/test").taps("add").writes("It").taps("cream", "skip", "start", "done")
    assert talk.person.screen == "test.ask_first"
    assert talk.taps("asked").person.screen == "test.site"


@pytest.mark.parametrize("reason", ["pregnant", "steroid_tablets", "immune", "light", "steroid_cream"])
def test_what_is_ticked_asks_first(library: Library, reason: str) -> None:
    assert added(library).taps("start", reason, "done").person.screen == "test.ask_first"


@pytest.mark.parametrize("reason", ["severe", "damaged"])
def test_an_earlier_severe_reaction_or_only_sore_skin_means_no_test_at_home(library: Library, reason: str) -> None:
    assert added(library).taps("start", reason, "done").person.screen == "test.refused"


def test_a_severe_reaction_in_the_check_refuses_at_once(library: Library) -> None:
    talk = Talk(library)
    talk.person = talk.person.keeping("check", ["severe_reaction"], NOW)
    talk.writes("/test").taps("add").writes("It").taps("cream", "skip", "start")
    assert talk.person.screen == "test.refused"
    assert "allergy clinic" in talk.reads()


def test_every_rule_of_the_spot_has_to_be_ticked(library: Library) -> None:
    assert added(library).taps("start", "done", "healthy", "done").person.screen == "test.site_missing"


def test_the_hours_are_asked_apart_and_a_typed_eight_in_the_evening_is_eight_at_night(library: Library) -> None:
    talk = added(library).taps("start", "done", *RULES, "left_forearm").writes("7:30", "8").taps("start")
    assert (talk.test.morning, talk.test.evening) == ("07:30", "20:00")


def test_one_test_at_a_time(library: Library) -> None:
    talk = begun(library).writes("/test").taps("add").writes("Cream").taps("cream", "skip", "start")
    assert talk.person.screen == "test.one_at_a_time"
    assert talk.taps("today").person.screen == "test.today"


# The days.


def test_a_morning_start_begins_today_and_wants_ten_mornings_and_evenings(library: Library) -> None:
    talk = begun(library)
    assert talk.test.started == "2026-11-22"
    rows = wants(library.world, talk.person, NOW)
    assert sorted(row.kind for row in rows) == ["test_day"] * 9 + ["test_evening"] * 10 or len(rows) == 20
    assert {row.wall[11:] for row in rows} == {"08:00", "20:00"}
    assert all(row.picked for row in rows)


def test_the_checklist_comes_in_the_morning_and_is_ticked_in_place_from_anywhere(library: Library) -> None:
    talk = begun(library).at(2, 9).takes(ReminderDue("rows"))
    says = [effect for effect in talk.effects if isinstance(effect, Say)]
    assert says[-1].screen in ("reminder.test_day", "reminder.several")
    talk.writes("/help").presses("m", talk.day(2))
    assert talk.person.screen == "help.home"
    assert talk.effects[0] == Say("reminder.test_day", subject=talk.day(2), edit=55)
    assert talk.effects[1] == Toast("box_ticked")
    assert talk.presses("m", talk.day(2)).effects[1] == Toast("already_done")


def test_a_reminder_says_no_illness_and_no_part_of_the_body_in_its_first_line(library: Library) -> None:
    for kind in ("test_day", "test_evening", "test_after"):
        first = library.words.shelf.pages[f"reminder.{kind}"].markdown.strip().splitlines()[0].casefold()
        assert not any(word in first for word in ("psoriasis", "skin", "patch", "arm", "elbow", "allergy")), first


def test_each_missed_application_is_shown_and_adds_a_day(library: Library) -> None:
    talk = begun(library)
    talk.at(1, 20).presses("m", talk.day(1))
    talk.at(3, 9).presses("open", talk.day(3))
    assert "Not ticked" in talk.reads()
    assert "Sunday 22 November, evening" in talk.reads()
    days = {row.wall[:10] for row in wants(library.world, talk.person, talk.now)}
    assert max(days) == "2026-12-03"


def test_ten_days_and_a_last_look_come_to_no_reaction_seen_so_far(library: Library) -> None:
    talk = begun(library).lives(10)
    assert "Put nothing more on" in talk.reads()
    talk.presses("look", talk.day(10)).taps("fine")
    assert talk.person.screen == "test.verdict"
    assert "No reaction seen so far, in 10 days counted" in talk.reads()
    assert talk.standing() == "no_reaction"
    assert "safe" not in talk.reads().casefold()


def test_three_looks_follow_in_the_weeks_after(library: Library) -> None:
    talk = begun(library).lives(10)
    talk.presses("look", talk.day(10)).taps("fine")
    rows = wants(library.world, talk.person, talk.now)
    assert [row.id for row in rows] == [f"test_after/{talk.test.id}/{n}" for n in (1, 2, 3)]
    talk.presses("fine", rows[0].id)
    assert talk.effects == (Toast("look_noted"),)
    assert len(wants(library.world, talk.person, talk.now)) == 2
    talk.at(20, 20).presses("changed", rows[1].id).taps("mild")
    assert talk.standing() == "reacted"
    assert wants(library.world, talk.person, talk.now) == ()


def test_stopping_after_eight_days_says_eight_and_that_ten_were_the_aim(library: Library) -> None:
    talk = begun(library).lives(8).writes("/test")
    talk.taps(talk.test.product, "today", "stop", "fine")
    assert "No reaction in 8 days (10 were the aim)" in talk.reads()
    assert talk.standing() == "short"


def test_two_empty_days_and_the_test_starts_anew_without_blame(library: Library) -> None:
    talk = begun(library).lives(2)
    talk.at(6, 9).presses("open", talk.day(6))
    assert talk.test.end == "gap"
    assert "Two days in a row" in talk.reads()
    assert talk.standing() == "not_finished"


# A reaction.


@pytest.mark.parametrize(
    ("key", "screen"),
    [("mild", "test.reacted"), ("strong", "test.reacted_strong"), ("danger", "emergency.anaphylaxis")],
)
def test_a_reaction_ends_the_test_at_once_with_what_to_do(library: Library, key: str, screen: str) -> None:
    talk = begun(library).lives(4)
    talk.at(5, 9).presses("look", talk.day(5)).taps(key)
    assert talk.person.screen == screen
    found = patches.tested(library.world, talk.person, talk.now)[0]
    assert (found.standing, found.day) == ("reacted", 5)
    assert running(talk.person.tests) is None
    assert wants(library.world, talk.person, talk.now) == ()
    assert (talk.person.answer("held") == "emergency") == (key == "danger")


def test_a_product_that_reacted_is_not_tested_again_not_even_from_a_new_bottle(library: Library) -> None:
    talk = begun(library).lives(2)
    talk.presses("look", talk.day(2)).taps("mild", "home")
    talk.taps(talk.test.product, "batch", "fresh")
    assert talk.person.screen == "test.not_again"
    assert talk.standing() == "reacted"


def test_a_new_bottle_is_not_tested_yet(library: Library) -> None:
    talk = begun(library).lives(8).writes("/test")
    talk.taps(talk.test.product, "today", "stop", "fine", "product", "batch", "fresh")
    assert talk.standing() == "untested"


# Holds.


def test_an_alarm_holds_the_test_and_a_new_check_lets_it_go_on(library: Library) -> None:
    talk = begun(library).lives(2)
    talk.at(3, 9).writes("I can't breathe")
    assert talk.standing() == "held"
    assert wants(library.world, talk.person, talk.now) == ()
    assert talk.at(8, 9).presses("m", talk.day(8)).person.screen != "test.today"
    assert counted(talk.test) == 2
    talk.person = talk.person.without("held")
    talk.at(9, 9).writes("/menu")
    assert talk.standing() == "running"
    talk.at(10, 20).presses("m", talk.day(10)).presses("e", talk.day(10))
    assert (talk.test.end, counted(talk.test)) == ("", 3)


def test_a_check_that_says_not_now_holds_the_test(library: Library) -> None:
    talk = begun(library).lives(1)
    talk.person = talk.person.keeping("check", ["ill"], NOW)
    assert talk.writes("/menu").standing() == "held"


# My data.


def test_products_and_tests_are_shown_taken_along_and_erased(library: Library) -> None:
    talk = begun(library).lives(2).writes("/data").taps("see")
    assert "Plain oil" in talk.reads()
    assert "LEFT inner forearm" in talk.reads()
    assert "Plain oil; The test is running: 2 days counted so far." in readable(talk.person, library.words, talk.now)
    talk.writes("/data").taps("correct", "products")
    assert talk.person.screen == "test.home"
    talk.writes("/erase").taps("erase")
    assert (talk.person.products, talk.person.tests) == ((), ())


def test_a_screen_of_the_release_before_wakes_up_at_the_products(library: Library) -> None:
    talk = replace_person(Talk(library), replace(ANNA, screen="soon.test")).writes("hm")
    assert talk.person.screen == "test.home"


def test_nobody_without_consent_has_a_product(library: Library) -> None:
    person = replace(ANNA, consent=None, products=(Product("p", "x", "oil"),))
    assert patches.tested(library.world, person, NOW) == ()
