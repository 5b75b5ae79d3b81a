"""The safety check in the talk: no tick is lost, nothing is kept without consent, nothing counts for too long."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.dialogue.check import REOPENED, standing, ticks, verdict_of
from bot.dialogue.effects import Say
from bot.dialogue.events import Chose, Wrote
from bot.dialogue.person import Consent, Person
from bot.dialogue.step import step
from bot.library.markup import plain_text
from bot.library.reading import Library
from tests.roaming import NOW
from tests.walking import Walker

SETTLED = Person(7, consent=Consent("2026-11-22", NOW), told=("welcome",))


def press(library: Library, person: Person, *keys: str, at: timedelta = timedelta()) -> Person:
    for key in keys:
        person, _ = step(library.world, person, Chose(person.step, key, 1), NOW + at)
    return person


def begun(library: Library, person: Person) -> Person:
    person, _ = step(library.world, person, Wrote("/check"), NOW)
    if person.screen == "check.standing":
        person = press(library, person, "changed", "other")
    if person.screen == "check.held":
        person = press(library, person, "check")
    return press(library, person, "begin")


def answered(library: Library, person: Person, ticked: dict[str, list[str]]) -> Person:
    """The whole check with these boxes ticked, group by group, as far as it asks."""
    while person.screen == "check.group":
        person = press(library, person, *ticked.get(person.given, []), "done")
    return person


def test_nothing_ticked_means_gentle_massage_is_reasonable(library: Library) -> None:
    person = answered(library, begun(library, SETTLED), {})
    assert verdict_of(person, library.world).level == "gentle"  # type: ignore[union-attr]
    assert person.screen == "check.result"


def test_every_tick_reaches_the_result(library: Library) -> None:
    given = {"skin": ["cracked", "flare"], "medicines": ["blood_thinner", "unsure"], "pregnancy": ["asthma"]}
    person = answered(library, begun(library, SETTLED), given)
    assert ticks(person) == ("cracked", "flare", "blood_thinner", "?medicines", "asthma")


def test_a_box_ticked_twice_is_not_ticked(library: Library) -> None:
    person = answered(library, begun(library, SETTLED), {"skin": ["cracked", "cracked"]})
    assert ticks(person) == ()


def test_going_back_shows_the_boxes_as_they_were_and_changes_them(library: Library) -> None:
    person = press(library, begun(library, SETTLED), "done", "ill", "done")
    assert person.given == "skin"
    person = press(library, person, "back")
    assert (person.given, person.ticked) == ("today", ("ill",))
    person = answered(library, press(library, person, "ill"), {})
    assert ticks(person) == ()


def test_an_emergency_ends_the_questions_at_once_and_shows_the_number_first(library: Library) -> None:
    person = begun(library, SETTLED.keeping("country", "DE", NOW))
    person, _ = step(library.world, person, Chose(person.step, "breathing", 1), NOW)
    person, effects = step(library.world, person, Chose(person.step, "done", 1), NOW)
    assert person.screen == "check.result"
    said = library.words.screen(person, next(e for e in effects if isinstance(e, Say)), NOW)
    assert plain_text(said.text).startswith("Call 112 now (Germany).")
    assert person.answer("held") == "emergency"


def test_a_crisis_leads_to_its_own_screen_and_holds_until_they_carry_on(library: Library) -> None:
    person = press(library, begun(library, SETTLED), "crisis", "done")
    assert (person.screen, person.answer("held")) == ("emergency.crisis", "crisis")
    person = answered(library, begun(library, person), {})
    assert person.answer("held") == "crisis", "a new check is no cure"
    person = press(library, begun(library, person), "crisis", "done", "carry_on")
    assert person.answer("held") is None


def test_a_crisis_hold_can_be_lifted_long_after_its_screen_was_left(library: Library) -> None:
    person = press(library, begun(library, SETTLED), "crisis", "done", "leave")
    person, _ = step(library.world, person, Wrote("/check"), NOW)
    assert person.screen == "check.held"
    assert press(library, person, "carry_on").answer("held") is None


def test_a_crisis_beside_an_emergency_shows_the_emergency(library: Library) -> None:
    person = press(library, begun(library, SETTLED), "crisis", "chest", "done")
    assert person.screen == "check.result"


def test_a_same_day_result_holds_plans_until_a_better_check(library: Library) -> None:
    person = answered(library, begun(library, SETTLED), {"today": ["limb"]})
    assert person.answer("held") == "today"
    person = press(library, person, "again", "begin")
    assert answered(library, person, {}).answer("held") is None


def test_a_check_counts_for_thirty_days_and_no_longer(library: Library) -> None:
    person = answered(library, begun(library, SETTLED), {})
    assert standing(person, library.world, NOW + timedelta(days=29, hours=23))
    assert not standing(person, library.world, NOW + timedelta(days=30))


def test_an_alarm_ends_the_check_until_it_is_made_again_or_was_not_meant(library: Library) -> None:
    before = answered(library, begun(library, SETTLED), {})
    later = NOW + timedelta(hours=1)
    person, _ = step(library.world, before, Wrote("my lips are swelling"), later)
    assert person.answer("held") == "today" and not standing(person, library.world, later)
    asked, _ = step(library.world, person, Wrote("/check"), later)
    assert asked.screen != "check.standing", "a screen says massage is reasonable while plans are on hold"
    again = press(library, asked, "begin", at=timedelta(hours=2))
    while again.screen == "check.group":
        again = press(library, again, "done", at=timedelta(hours=2))
    assert again.answer("held") is None and standing(again, library.world, NOW + timedelta(hours=2))
    not_meant = press(library, person, "meant_else", at=timedelta(hours=1))
    assert standing(not_meant, library.world, later)


@pytest.mark.parametrize("change", ["flare", "ill", "medicine", "pregnant", "other"])
def test_a_reported_change_ends_the_check_at_once_even_when_the_new_one_is_left(change: str, library: Library) -> None:
    person = answered(library, begun(library, SETTLED), {})
    person, _ = step(library.world, person, Wrote("/check"), NOW)
    person = press(library, person, "changed", change, "leave")
    assert not standing(person, library.world, NOW)
    assert (person.answer("held") == "flare") == (change == "flare")
    again = answered(library, begun(library, person), {})
    assert standing(again, library.world, NOW) and again.answer(REOPENED) is None and again.answer("held") is None


def test_a_check_left_half_way_leaves_the_old_one_in_force(library: Library) -> None:
    person = answered(library, begun(library, SETTLED), {"medicines": ["blood_thinner"]})
    person = press(library, person, "again", "begin", "chest", "leave")
    assert ticks(person) == ("blood_thinner",)


def test_a_draft_lost_with_the_memory_begins_again_instead_of_going_on(library: Library) -> None:
    stranger = press(library, begun(library, Person(7)), "done", "pus_all")
    stored, _ = stranger.parted()
    after = press(library, stored, "done")
    assert after.screen == "check.lost"


async def test_without_consent_nothing_ticked_stays_on_the_disk(library: Library, tmp_path: Path) -> None:
    walker = Walker(library, tmp_path)
    for line in ("writes /check", "taps Start the check", "taps None of these", "taps Fever, shivering or feeling ill"):
        await walker.does(line)
    await walker.does("taps That's all")
    for _ in range(5):
        shown = await walker.does("taps None of these")
    assert "fever" in shown.lower(), "the result is shown"
    assert_nowhere(tmp_path, "☑", "shiver", "feel ill", '"ill"')


def assert_nowhere(folder: Path, *words: str) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            text = path.read_bytes().decode(errors="replace")
            for word in words:
                assert word not in text, f"«{word}» in {path.name}"


def test_what_may_not_be_stored_is_parted_from_the_person(library: Library) -> None:
    person = press(library, begun(library, Person(7)), "done", "ill", "done", "flare")
    stored, passing = person.parted()
    assert "ill" not in repr(stored) and "flare" not in repr(stored)
    assert stored.joined(passing) == replace(person, trail=stored.trail)


def test_a_later_alarm_does_not_take_the_place_of_the_hold_of_a_crisis(library: Library) -> None:
    person = Person(1, consent=Consent(library.world.consent_version, NOW))
    for said, held in (("i want to kill myself", "crisis"), ("my chest hurts badly", "crisis")):
        person, _ = step(library.world, person, Wrote(said), NOW)
        assert person.answer("held") == held
