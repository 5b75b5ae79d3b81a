"""Choosing a therapist: rules by country, the shortlist and its warnings, the message, and a report of misconduct."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.care.plaques import Plaque, PlaqueMap
from bot.care.registers import LICENCES, Licence, licence_in, register_table
from bot.care.therapist_note import note
from bot.care.therapists import REPLIES, Therapist, comparison, doubts, missing, noted, seen, therapist_table, warnings
from bot.dialogue.effects import Button, Say
from bot.dialogue.events import Chose, Wrote
from bot.dialogue.person import Consent, Person
from bot.dialogue.step import step
from bot.dialogue.therapist import tidy_name
from bot.dialogue.therapist_view import (
    ANYBODY,
    held_therapist,
    holding,
    my_therapist,
    sessions_held_with,
    shortlist,
)
from bot.library.export import readable
from bot.library.markup import plain_text, telegram_length
from bot.library.reading import Library
from bot.library.words import Rendered
from bot.store.record import Record
from bot.store.versions import from_document, to_document

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def read(path: str) -> Any:
    return yaml.load((ROOT / path).read_text(encoding="utf-8"), yaml.BaseLoader)


TABLE = therapist_table(read("content/rules/therapist_questions.yaml"))
REGISTERS = register_table(read("content/places/registers.yaml"))
QUESTIONS = [question.id for question in TABLE.questions]
SIGNS = list(TABLE.signs)
THERAPISTS = st.builds(
    Therapist,
    id=st.just("1"),
    name=st.just("Anna"),
    answers=st.dictionaries(st.sampled_from(QUESTIONS), st.sampled_from(REPLIES)),
    signs=st.lists(st.sampled_from(SIGNS), unique=True).map(tuple),
)
ANNA = Therapist("1", "Anna", {"own": "yes"}, (), NOW)
SPA = Therapist("2", "Spa", {}, (), NOW)


@dataclass
class Talk:
    """Somebody who talks with the guide, and what they see."""

    library: Library
    person: Person
    now: datetime = NOW
    seen: Rendered = field(default_factory=lambda: Rendered(""))

    def take(self, event: Any) -> "Talk":
        self.person, effects = step(self.library.world, self.person, event, self.now)
        for effect in effects:
            if isinstance(effect, Say):
                self.seen = self.library.words.screen(self.person, effect, self.now)
        return self

    def writes(self, text: str) -> "Talk":
        return self.take(Wrote(text))

    def taps(self, *labels: str) -> "Talk":
        for label in labels:
            button = next(button for button in self.buttons if button.label.lstrip("☐☑ ") == label)
            number, _, key = button.data.partition(":")
            self.take(Chose(int(number), key, 1))
        return self

    @property
    def buttons(self) -> list[Button]:
        return [button for row in self.seen.rows for button in row]

    @property
    def said(self) -> str:
        return plain_text(self.seen.text)


def somebody(*therapists: Therapist, **answers: str) -> Person:
    person = Person(7, consent=Consent("2026-11-22", NOW), told=("welcome",), therapists=therapists)
    for name, value in answers.items():
        person = person.keeping(name, value, NOW)
    return person


def talk(library: Library, person: Person) -> Talk:
    return Talk(library, person).writes("/menu").taps("2 Find a therapist")


# Warnings.


@given(THERAPISTS, st.sampled_from(SIGNS), st.sampled_from(LICENCES))
def test_no_warning_vanishes_when_one_more_sign_is_ticked(one: Therapist, sign: str, licence: Licence) -> None:
    more = replace(one, signs=(*one.signs, sign))
    assert set(warnings(one, TABLE, licence)) <= set(warnings(more, TABLE, licence))
    assert set(doubts(one, TABLE, licence)) <= set(doubts(more, TABLE, licence))


@given(THERAPISTS, st.sampled_from(QUESTIONS), st.sampled_from(REPLIES), st.sampled_from(LICENCES))
def test_no_warning_vanishes_when_one_more_question_is_answered(
    one: Therapist, question: str, reply: Any, licence: Licence
) -> None:
    more = replace(one, answers={question: reply, **one.answers})
    assert set(warnings(one, TABLE, licence)) <= set(warnings(more, TABLE, licence))


@given(THERAPISTS, st.sampled_from(LICENCES))
def test_every_tick_is_shown_once_and_every_question_stands_in_one_place(one: Therapist, licence: Licence) -> None:
    (shown,) = comparison((one,), TABLE, licence)
    signs = (*shown.warnings, *shown.doubts, *shown.noted)
    assert sorted(signs) == sorted(seen(one, TABLE)) and set(one.signs) <= set(signs)
    assert sorted((*shown.yes, *shown.no, *shown.unknown, *shown.missing)) == sorted(QUESTIONS)


@given(THERAPISTS)
def test_stricter_licensing_never_gives_fewer_warnings(one: Therapist) -> None:
    assert set(warnings(one, TABLE, "no")) == set(warnings(one, TABLE, "part")) <= set(warnings(one, TABLE, "yes"))


@pytest.mark.parametrize(
    ("country", "licence"), [("KR", "yes"), ("JP", "yes"), ("GB", "no"), ("DE", "no"), ("US", "part")]
)
def test_a_missing_number_is_a_warning_only_where_a_licence_exists(country: str, licence: Licence) -> None:
    without = replace(ANNA, answers={"number": "no"})
    assert licence_in(country, REGISTERS) == licence
    assert (warnings(without, TABLE, licence) == ("no_number",)) is (licence == "yes")
    assert (doubts(without, TABLE, licence) == ("no_number",)) is (licence == "part")
    assert (noted(without, TABLE, licence) == ("no_number",)) is (licence == "no")


def test_in_a_country_we_do_not_know_a_missing_number_is_something_to_find_out() -> None:
    assert licence_in("BR", REGISTERS) == licence_in("", REGISTERS) == "part"


def test_taking_only_cash_counts_beside_another_sign_and_not_alone() -> None:
    assert warnings(replace(ANNA, signs=("cash",)), TABLE, "no") == ()
    assert warnings(replace(ANNA, signs=("cash", "locked")), TABLE, "no") == ("locked", "cash")


def test_not_knowing_an_answer_is_no_warning_and_no_longer_missing() -> None:
    one = replace(ANNA, answers=dict.fromkeys(QUESTIONS, "unknown"))
    assert warnings(one, TABLE, "yes") == () and missing(one, TABLE) == ()


@pytest.mark.parametrize("question", ["oil", "leave_out", "stop"])
def test_a_no_to_what_keeps_skin_safe_is_a_warning(question: str) -> None:
    assert warnings(replace(ANNA, answers={question: "no"}), TABLE, "no")


# Registers.


@pytest.mark.parametrize("country", sorted(REGISTERS))
def test_every_country_has_a_dated_page_that_promises_nothing(library: Library, country: str) -> None:
    page = library.words.shelf.pages[f"therapist.in_{country.lower()}"]
    assert set(REGISTERS[country].facts) <= set(page.facts) or country in ("US", "CA")
    assert page.review_by and page.compiled and (page.review_by - page.compiled).days <= 184
    assert "check the current position" in page.markdown and "no legal advice" in page.markdown
    assert "22 November 2026" in page.markdown


def test_pages_about_law_that_are_past_their_date_are_replaced_by_a_short_one(library: Library) -> None:
    there = talk(library, somebody(country="DE"))
    there.now = datetime(2027, 5, 23, 10, tzinfo=UTC)
    said = there.taps("Check training in my country").said
    assert "past its review date" in said and "Bademeister" not in said


def test_the_country_is_asked_once_and_then_known(library: Library) -> None:
    there = talk(library, somebody()).taps("Check training in my country")
    assert there.person.screen == "therapist.country"
    assert there.writes("Japan").person.screen == "therapist.in_jp"
    assert there.person.answer("country") == "JP"
    assert (
        there.writes("/menu").taps("2 Find a therapist", "Check training in my country").person.screen
        == "therapist.in_jp"
    )


def test_a_country_that_would_move_the_clock_is_shown_and_not_kept(library: Library) -> None:
    there = talk(library, somebody(time_zone="Europe/Berlin")).taps("Check training in my country").writes("Japan")
    assert there.person.screen == "therapist.in_jp" and there.person.answer("country") is None


def test_looking_at_another_country_leaves_home_as_it_is(library: Library) -> None:
    there = talk(library, somebody(country="DE")).taps("Check training in my country", "Another country", "France")
    assert there.person.screen == "therapist.in_fr" and there.person.answer("country") == "DE"
    there.taps("Another country", "Another country").writes("Chile")
    assert there.person.screen == "therapist.in_other" and "Chile" in there.said
    assert there.person.answer("country") == "DE"


def test_the_country_one_is_in_now_counts_before_home(library: Library) -> None:
    there = talk(library, somebody(country="DE", country_now="KR")).taps("Check training in my country")
    assert there.person.screen == "therapist.in_kr"


def test_somebody_who_did_not_agree_may_read_the_rules_and_nothing_is_kept(library: Library) -> None:
    there = talk(library, Person(7)).taps("Check training in my country").writes("Canada")
    assert there.person.screen == "therapist.in_ca" and not there.person.answers


# The shortlist.


def test_a_shortlist_needs_an_agreement(library: Library) -> None:
    assert talk(library, Person(7)).taps("My shortlist").person.screen == "therapist.needs_consent"


def test_a_list_kept_before_consent_was_taken_back_is_not_shown(library: Library) -> None:
    person = somebody(ANNA)
    assert person.consent
    gone = replace(person, consent=replace(person.consent, withdrawn_at=NOW))
    assert shortlist(gone) == () and my_therapist(gone) is None


@pytest.mark.parametrize("name", ["Anna", "👩🏽‍⚕️", "安藤さん", "O'Brien & <b>Sons</b>", "x" * 30])
def test_any_nickname_will_do(library: Library, name: str) -> None:
    there = talk(library, somebody()).taps("My shortlist", "Add a therapist").writes(name)
    assert [one.name for one in there.person.therapists] == [name]
    assert name in there.said


@pytest.mark.parametrize("name", ["\u200b\u200d", "x" * 31, "Do they have a licence?", "…" * 40])
def test_what_is_no_name_is_asked_again(library: Library, name: str) -> None:
    there = talk(library, somebody()).taps("My shortlist", "Add a therapist").writes(name)
    assert there.person.therapists == ()


def test_the_same_name_is_not_kept_twice_whatever_its_letters(library: Library) -> None:
    there = talk(library, somebody(ANNA)).taps("My shortlist", "Add a therapist").writes("  ＡNNA ")
    assert len(there.person.therapists) == 1 and "already" in there.said
    there.writes("Spa").taps("Change or remove", "Change the name").writes("anna")
    assert [one.name for one in there.person.therapists] == ["Anna", "Spa"]
    assert there.writes("SPA").person.therapists[1].name == "SPA"


@given(st.text(max_size=60))
def test_a_tidy_name_stays_on_one_line_and_tidying_it_again_changes_nothing(text: str) -> None:
    name = tidy_name(text)
    assert "\n" not in name and tidy_name(name) == name


def test_a_sixth_therapist_does_not_fit(library: Library) -> None:
    five = [Therapist(str(number), f"T{number}", {}, (), NOW) for number in range(5)]
    there = talk(library, somebody(*five)).taps("My shortlist", "Add a therapist")
    assert there.person.screen == "therapist.full"


def test_an_id_is_never_used_again(library: Library) -> None:
    there = talk(library, somebody()).taps("My shortlist", "Add a therapist").writes("Anna")
    first = there.person.therapists[0].id
    there.taps("Change or remove", "Remove from my list", "Yes, remove")
    there.now = NOW + timedelta(seconds=1)
    there.taps("Add a therapist").writes("Ben")
    assert there.person.therapists[0].id != first
    there.taps("My shortlist", "Add a therapist").writes("Cleo")
    assert len({one.id for one in there.person.therapists}) == 2


def test_questions_come_one_by_one_and_a_wrong_answer_is_corrected(library: Library) -> None:
    there = talk(library, somebody(SPA)).taps(
        "My shortlist", "Spa", "Tick what they answered", "No", "Skip this", "Yes"
    )
    assert there.person.therapists[0].answers == {"number": "no", "skin": "yes"}
    there.taps("That's enough for now", "Change or remove", "Correct an answer", "number found: no", "Don't know")
    assert there.person.therapists[0].answers == {"number": "unknown", "skin": "yes"}


def test_signs_ticked_before_stay_and_one_is_taken_back_on_purpose(library: Library) -> None:
    there = talk(library, somebody(replace(SPA, signs=("cure",)))).taps("My shortlist", "Spa", "Tick warning signs")
    assert "Promises to cure or draw out psoriasis" not in [button.label[2:] for button in there.buttons]
    there.taps("None of these", "Ignores pain", "That's all", "None of these")
    assert there.person.therapists[0].signs == ("cure", "pain")
    there.taps("Change or remove", "Take a warning sign back", "Ignores pain")
    assert there.person.therapists[0].signs == ("cure",)


def full_list() -> Person:
    """Five therapists about whom everything bad was said that can be said, under long names."""
    answers = {question: REPLIES[place % 3] for place, question in enumerate(QUESTIONS)}
    worst = [Therapist(str(n), f"{n}" + "W" * 29, answers, tuple(SIGNS), NOW) for n in range(5)]
    return somebody(*worst, country="KR")


def test_five_therapists_with_everything_ticked_fit_into_one_message(library: Library) -> None:
    there = talk(library, full_list()).taps("My shortlist", "Compare them")
    assert telegram_length(there.seen.text) <= 4096
    assert there.said.count("Warning signs (19)") == 5


def test_the_comparison_can_be_heard_one_therapist_after_the_other(library: Library) -> None:
    there = talk(library, somebody(replace(ANNA, signs=("locked",)), SPA, country="GB"))
    said = there.taps("My shortlist", "Compare them").said
    first, second = said.split("2. Spa")
    assert "1. Anna" in first and "Warning signs (1): locked door." in first and "Yes: own product" in first
    assert "Warning" not in second.split("Tap a name")[0] and "Not asked yet: number found" in second
    assert not re.search(r"[|│]| {3}", said)


def test_choosing_marks_the_step_as_done_and_can_be_changed(library: Library) -> None:
    there = talk(library, somebody(ANNA, SPA)).taps("My shortlist", "Compare them", "Choose Anna")
    assert my_therapist(there.person) == ANNA
    assert "choose a trained therapist (done)" in there.writes("/menu").said
    there.taps("2 Find a therapist", "My shortlist", "Spa", "This is my therapist")
    assert my_therapist(there.person) == SPA
    there.taps("Choose somebody else")
    assert my_therapist(there.person) is None
    assert "choose a trained therapist (done)" not in there.writes("/menu").said


def test_somebody_with_warning_signs_is_asked_once_more_and_decides(library: Library) -> None:
    there = talk(library, somebody(replace(SPA, signs=("locked",)))).taps("My shortlist", "Spa", "This is my therapist")
    assert there.person.screen == "therapist.sure" and my_therapist(there.person) is None
    assert my_therapist(there.taps("Choose them anyway").person) is not None


def test_whoever_removes_the_chosen_one_has_chosen_nobody(library: Library) -> None:
    there = talk(library, somebody(ANNA, my_therapist="1")).taps("My shortlist", "Anna")
    there.taps("Change or remove", "Remove from my list", "Yes, remove")
    assert my_therapist(there.person) is None and there.person.answer("my_therapist") is None


# The message.


def mapped(*plaques: Plaque) -> Person:
    return replace(somebody(), plaques=PlaqueMap(plaques, NOW))


def message(library: Library, person: Person) -> Talk:
    return talk(library, person).taps("Message to the therapist")


def test_the_message_begins_without_naming_an_illness_and_works_without_a_map(library: Library) -> None:
    there = message(library, Person(7)).taps("As a message to send on")
    first, *rest = there.said.split("\n")
    assert "psoria" not in first and any("psoriasis" in line for line in rest)
    assert "I will show you the places to leave out." in there.said


def test_the_message_names_places_from_the_wearers_own_side(library: Library) -> None:
    there = message(library, mapped(Plaque("elbow_left", ("cracked",)), Plaque("scalp"))).taps(
        "As a message to send on"
    )
    assert "LEFT elbow" in there.said and "scalp" in there.said and "RIGHT elbow" not in there.said
    assert "LEFT and RIGHT are my own sides." in there.said


def test_with_touch_rules_places_are_parted_and_none_is_ever_fine() -> None:
    plaques = (Plaque("elbow_left", ("cracked",)), Plaque("knee_right"), Plaque("scalp"))
    rules = {"elbow_left": "avoid", "knee_right": "light", "scalp": "fine"}
    found = {each.name: each.areas for each in note(plaques, {}, lambda plaque: rules[plaque.area])}  # type: ignore[arg-type,return-value]
    assert found["avoid"] == ("elbow_left",) and found["lightly"] == ("knee_right", "scalp")


def test_wishes_stand_in_the_message_when_there_are_any(library: Library) -> None:
    person = somebody(card_stop="halt", card_position="side")
    said = message(library, person).taps("As a message to send on").said
    assert "My stop word: halt." in said and "Position: lying on the side." in said


@pytest.mark.parametrize("plaques", [0, 3, 20])
def test_the_copy_button_is_always_there_and_copies_what_telegram_takes(library: Library, plaques: int) -> None:
    areas = list(library.world.body.areas)[:plaques]
    there = message(library, mapped(*(Plaque(area) for area in areas)))
    (copied,) = [button.copies for button in there.buttons if button.copies]
    assert 0 < len(copied.encode("utf-16-le")) // 2 <= 256
    assert "psoriasis" in copied and "stop" in copied


@given(st.lists(st.sampled_from(["elbow_left", "scalp", "knee_right", "sole_left"]), unique=True))
def test_no_place_of_the_map_is_left_out_of_the_message(areas: list[str]) -> None:
    sentences = note([Plaque(area) for area in areas], {}, lambda plaque: "avoid")
    assert sorted(area for each in sentences for area in each.areas) == sorted(areas)


# Something wrong happened.


def test_a_report_holds_sessions_with_the_chosen_therapist_at_once_and_asks_nothing(library: Library) -> None:
    there = talk(library, somebody(ANNA, SPA, my_therapist="1", country="GB")).taps("Something wrong happened")
    assert held_therapist(there.person) == "1"
    assert sessions_held_with(there.person, "1") and not sessions_held_with(there.person, "2")
    assert there.said.startswith("In danger, or assaulted? Call 999 now")
    assert "0808 500 2222" in there.said and "It is not your fault" in there.said
    assert there.said.count("?") == 2  # "In danger?" and "want evidence?", which nobody has to answer


def test_without_a_chosen_therapist_all_sessions_are_held_until_a_name_is_given(library: Library) -> None:
    there = talk(library, somebody(ANNA, SPA)).taps("Something wrong happened")
    assert held_therapist(there.person) == ANYBODY and sessions_held_with(there.person, "2")
    there.taps("Say who it was", "Spa")
    assert sessions_held_with(there.person, "2") and not sessions_held_with(there.person, "1")


def test_a_report_from_a_therapists_page_is_about_them(library: Library) -> None:
    there = talk(library, somebody(ANNA, SPA, my_therapist="1")).taps(
        "My shortlist", "Spa", "Something wrong happened to me"
    )
    assert held_therapist(there.person) == "2"


def test_a_second_report_about_somebody_else_holds_everybody() -> None:
    person = holding(holding(somebody(ANNA, SPA), "1", NOW), "2", NOW)
    assert held_therapist(person) == ANYBODY
    assert held_therapist(holding(person, "1", NOW)) == ANYBODY


def test_the_alarm_leads_to_what_can_be_done_and_holds(library: Library) -> None:
    there = talk(library, somebody(ANNA, my_therapist="1")).writes("the masseur groped me")
    assert there.person.screen == "emergency.abuse"
    assert there.taps("What I can do next").person.screen == "therapist.wrong"
    assert held_therapist(there.person) == "1"


def test_typed_words_hold_at_once_and_something_else_meant_lifts_only_that(library: Library) -> None:
    there = talk(library, somebody(ANNA, SPA, my_therapist="1")).writes("the masseur groped me")
    assert sessions_held_with(there.person, "1") and not sessions_held_with(there.person, "2")
    assert "Sessions with Anna are on hold" in there.said
    assert held_therapist(there.taps("I meant something else").person) == ""
    reported = talk(library, somebody(ANNA, therapist_hold="1")).writes("the masseur groped me")
    assert held_therapist(reported.taps("I meant something else").person) == "1"


def test_a_held_therapist_is_not_chosen_and_step_2_is_open_again(library: Library) -> None:
    there = talk(library, somebody(ANNA, my_therapist="1", therapist_hold="1"))
    assert "choose a trained therapist (open)" in there.writes("/menu").said
    there.taps("2 Find a therapist", "My shortlist", "Anna", "This is my therapist")
    assert there.person.screen == "therapist.held"


def test_only_the_person_lifts_the_hold_even_after_removing_the_therapist(library: Library) -> None:
    there = talk(library, somebody(ANNA, therapist_hold="1")).taps("My shortlist", "Anna")
    there.taps("Change or remove", "Remove from my list", "Yes, remove")
    assert held_therapist(there.person) == "1" and "no longer on your list" in there.said
    there.writes("/menu").taps(
        "2 Find a therapist", "Something wrong happened", "Let sessions go on", "Yes, let them go on"
    )
    assert held_therapist(there.person) == ""


def test_the_page_is_shown_without_an_agreement_and_whatever_the_date(library: Library) -> None:
    there = talk(library, Person(7))
    there.now = datetime(2040, 1, 1, tzinfo=UTC)
    there.taps("Something wrong happened")
    assert "Call your local emergency number now" in there.said and not there.person.answers
    assert "not your fault" in there.taps("Where to report it").said


@pytest.mark.parametrize(
    ("country", "whom"), [("NZ", "Health and Disability Commissioner"), ("CA", "college"), ("BR", "register")]
)
def test_where_to_turn_is_named_for_the_country(library: Library, country: str, whom: str) -> None:
    there = talk(library, somebody(country=country)).taps("Something wrong happened", "Where to report it")
    assert whom in there.said


# My data.


def test_what_is_kept_about_therapists_is_shown_taken_along_and_read_back(library: Library) -> None:
    one = replace(ANNA, answers={"own": "yes", "oil": "no"}, signs=("locked",))
    person = somebody(one, my_therapist="1", therapist_hold="1")
    said = readable(person, library.words, NOW)
    assert "Therapist on my shortlist: Anna. yes: own product. no: says what is in oil" in said
    assert "warning signs ticked: locked door" in said
    assert "My therapist: Anna" in said and "Sessions on hold with a therapist: Anna" in said
    record = Record(person, NOW, NOW)
    assert from_document(to_document(record)).person == person


def test_the_list_can_be_corrected_and_is_erased_with_everything(library: Library) -> None:
    there = Talk(library, somebody(ANNA, my_therapist="1")).writes("/data").taps("Correct an answer")
    assert there.taps("Therapist on my shortlist").person.screen == "therapist.list"
    there.writes("/erase").taps("Erase everything now")
    assert there.person.therapists == () and not there.person.answers


def test_today_is_within_every_review_date(library: Library) -> None:
    pages = [page for name, page in library.words.shelf.pages.items() if name.startswith("therapist.")]
    assert len(pages) > 50 and all(page.served_on(date(2026, 11, 22)) for page in pages)
