"""Talking to a clinician: the question sheet, the appointment, the answer as reported, and what changes with it."""

import copy
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.care.questions import (
    QuestionProblem,
    Sheet,
    question_sheet,
    question_table,
    question_word_faults,
)
from bot.care.safety import LEVELS, judge, safety_table
from bot.dialogue.check import BEGUN
from bot.dialogue.clinician import appointment_of, opening_of
from bot.dialogue.clinician_view import view_of
from bot.dialogue.effects import Button, Say
from bot.dialogue.events import Chose, Wrote
from bot.dialogue.person import Answer, Consent, Person
from bot.dialogue.step import step
from bot.library.markup import plain_text
from bot.library.reading import Library
from bot.library.words import Rendered

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
NOBODY: frozenset[str] = frozenset()


def read(path: str) -> Any:
    return yaml.load((ROOT / path).read_text(encoding="utf-8"), yaml.BaseLoader)


SAFETY = safety_table(read("content/rules/safety.yaml"))
RAW = read("content/rules/questions.yaml")
WORDS = read("content/en/questions.yaml")
SOURCES = read("content/sources.yaml")
TABLE = question_table(RAW, SAFETY)
FINDINGS = sorted(SAFETY.findings)
PAIRS = [frozenset(pair) for pair in combinations(FINDINGS, 2)]


def sheet(ticked: frozenset[str], unsure: frozenset[str] = NOBODY) -> Sheet:
    return question_sheet(ticked, unsure, judge(ticked, unsure, SAFETY), TABLE)


def asked(*ticked: str) -> list[str]:
    return [each.question.id for each in sheet(frozenset(ticked)).own]


# The question sheet.


@pytest.mark.parametrize("finding", [f.id for f in SAFETY.findings.values() if f.alone != "gentle"])
def test_every_finding_that_is_more_than_gentle_leads_to_a_question(finding: str) -> None:
    found = sheet(frozenset({finding}))
    assert any(finding in each.findings for each in found.own)
    assert found.own[0].level == SAFETY.findings[finding].alone


@pytest.mark.parametrize("rule", [r for r in SAFETY.rules if r.level != "gentle"], ids=lambda rule: rule.id)
def test_every_rule_that_is_more_than_gentle_leads_to_a_question(rule: Any) -> None:
    ticked = frozenset(sorted(clause)[0] for clause in rule.when)
    assert any(rule.findings & set(each.findings) for each in sheet(ticked).own), rule.id


@pytest.mark.parametrize("group", SAFETY.groups)
def test_not_being_sure_leads_to_a_question(group: str) -> None:
    found = sheet(NOBODY, frozenset({group}))
    assert [each.group for each in found.own] == [group]


def test_questions_stand_worst_first_and_none_stands_twice() -> None:
    for ticked in (*PAIRS, frozenset(FINDINGS)):
        found = sheet(ticked)
        levels = [LEVELS.index(each.level) for each in found.own]
        assert levels == sorted(levels)
        ids = [each.question.id for each in found.all]
        assert len(ids) == len(set(ids))


@given(st.frozensets(st.sampled_from(FINDINGS)), st.frozensets(st.sampled_from(sorted(SAFETY.groups))))
def test_nobody_is_given_more_than_nine_questions_and_the_standing_three(
    ticked: frozenset[str], unsure: frozenset[str]
) -> None:
    found = sheet(ticked, unsure)
    assert len(found.own) <= 9
    assert len(found.standing) == 3
    whole = question_sheet(ticked, unsure, judge(ticked, unsure, SAFETY), replace(TABLE, most=99))
    assert len(found.own) + found.left_out == len(whole.own)
    assert found.own == whole.own[:9]


def test_without_a_check_only_the_standing_questions_are_asked() -> None:
    found = question_sheet(NOBODY, NOBODY, None, TABLE)
    assert [each.question.facts for each in found.all] == [("F-095",), ("F-096",), ("F-097",)]


def test_several_medicines_that_ask_the_same_are_one_question() -> None:
    assert asked("methotrexate", "immune", "jak") == ["immune"]


def test_a_combination_asks_its_own_question_beside_the_others() -> None:
    assert "immune_and_open_skin" in asked("methotrexate", "cracked")
    assert asked("trying", "acitretin")[0] == "pregnancy_and_medicine"
    assert "firm" in asked("blood_thinner", "deep")
    assert "firm" not in asked("deep")


def test_every_question_has_its_words_and_rests_on_facts_and_sources_that_exist() -> None:
    assert list(question_word_faults(TABLE, WORDS)) == []
    for question in (*TABLE.questions, *TABLE.unsure.values(), *TABLE.standing):
        assert question.facts and question.grade
        assert set(question.sources) <= SOURCES.keys()


def test_every_question_is_one_somebody_would_ask() -> None:
    for section in ("questions", "unsure", "standing"):
        for name, entry in WORDS[section].items():
            said = entry["ask"]
            assert said.rstrip().endswith("?"), name
            assert len(said.replace("{{ named }}", "").split()) <= 32, name
            assert not re.search(r"\b(?:stop|skip|reduce)\b", said, re.I), name


def test_words_that_stand_for_a_placeholder_are_used_nowhere_else() -> None:
    for entry in WORDS["questions"].values():
        assert set(re.findall(r"{{.*?}}", entry["ask"])) <= {"{{ named }}"}


def altered(change: Any) -> dict[str, Any]:
    raw = copy.deepcopy(RAW)
    change(raw)
    return raw


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda raw: raw["questions"][0].update(when=["breathless"]),
            "questions: «emergency_signs» names the finding «breathless», which does not exist.",
        ),
        (
            lambda raw: raw["questions"].pop(1),
            "questions: «crisis» leads to emergency, and no question asks about it.",
        ),
        (lambda raw: raw["questions"].append(raw["questions"][0]), "questions: «emergency_signs» stands twice."),
        (lambda raw: raw["questions"][0].pop("when"), "questions: «emergency_signs» needs «when», a list of names."),
        (
            lambda raw: raw["questions"][0].update(sources=[]),
            "questions: «emergency_signs» needs «sources», a list of names.",
        ),
        (lambda raw: raw["questions"][0].pop("id"), "questions: an entry of «questions» has no id."),
        (lambda raw: raw["questions"].append("why?"), "questions: the table: number 50 of «questions» is not a table."),
        (lambda raw: raw["unsure"].pop("skin"), "questions: unsure «skin» is missing."),
        (
            lambda raw: raw["unsure"].update(moon=raw["unsure"]["skin"]),
            "questions: unsure names the group «moon», which does not exist.",
        ),
        (lambda raw: raw.update(most="many"), "questions: most is «many»; write a number from 1 to 12."),
        (lambda raw: raw.pop("standing"), "questions: the table needs «standing», a list."),
        (lambda raw: raw.update(extra="x"), "questions: the table says «extra», which nobody reads."),
    ],
)
def test_an_editor_is_told_each_mistake_in_one_sentence(change: Any, sentence: str) -> None:
    with pytest.raises(QuestionProblem) as problem:
        question_table(altered(change), SAFETY)
    assert sentence in problem.value.faults


def test_an_editor_is_told_which_words_are_missing_or_too_long() -> None:
    words = copy.deepcopy(WORDS)
    del words["unsure"]["skin"]
    del words["names"]["methotrexate"]
    words["standing"]["calm"] = {"ask": "x" * 201}
    assert set(question_word_faults(TABLE, words)) == {
        "question words: unsure «skin» is missing.",
        "question words: «immune» names «methotrexate», which has no entry in names.",
        "question words: standing «calm» has 201 characters; 200 fit.",
    }


# The talk.


@dataclass
class Talk:
    """One person talking, step by step, without a store."""

    library: Library
    person: Person
    now: datetime = NOW

    def at(self, screen: str, given: str = "") -> "Talk":
        self.person = replace(self.person, screen=screen, given=given)
        return self

    def taps(self, *keys: str) -> "Talk":
        for key in keys:
            self._did(Chose(self.person.step, key, 1))
        return self

    def writes(self, text: str) -> "Talk":
        self._did(Wrote(text))
        return self

    def _did(self, event: Chose | Wrote) -> None:
        self.person, effects = step(self.library.world, self.person, event, self.now)
        (self.said,) = (effect for effect in effects if isinstance(effect, Say))

    @property
    def shown(self) -> Rendered:
        return self.library.words.screen(self.person, Say(self.person.screen), self.now)

    @property
    def text(self) -> str:
        return plain_text(self.shown.text)

    @property
    def buttons(self) -> list[Button]:
        return [button for row in self.shown.rows for button in row]

    @property
    def open(self) -> bool:
        return opening_of(self.person, self.library.world, self.now).open


AGREED = Consent("2026-11-22", NOW - timedelta(days=60))


def somebody(library: Library, *ticked: str, consent: Consent | None = AGREED, **answers: str) -> Talk:
    """Somebody who agreed, lives in Berlin, and checked five minutes ago if anything is named."""
    kept: dict[str, Any] = {"time_zone": "Europe/Berlin", **answers}
    if ticked:
        kept["check"] = [tick for tick in ticked if tick != "nothing"]
    held = {name: Answer(value, NOW - timedelta(minutes=5)) for name, value in kept.items()}
    return Talk(library, Person(42, screen="clinician.home", consent=consent, answers=held, told=("welcome",)))


def recorded(library: Library, *ticked: str, kind: str = "yes", on: str = "2026-11-20") -> Talk:
    return somebody(library, *ticked, clinician_view=kind, clinician_role="gp", clinician_on=on)


def checks_again(talk: Talk, *ticked: str) -> Talk:
    """A whole new check with these ticks, through the real screens."""
    talk.at("check.start").taps("begin")
    while talk.person.screen == "check.group":
        group = talk.library.world.safety.groups[talk.person.given]
        talk.taps(*(finding for finding in group.findings if finding in ticked), "done")
    return talk.at("clinician.home")


def test_an_answer_is_kept_whole_with_who_and_when(library: Library) -> None:
    talk = somebody(library, "blood_thinner").taps("record", "yes", "dermatologist", "yesterday")
    view = view_of(talk.person)
    assert talk.person.screen == "clinician.kept"
    assert view and (view.kind, view.role, view.on) == ("yes", "dermatologist", date(2026, 11, 21))
    assert "As reported by you on 22 November 2026" in talk.text.replace("as reported", "As reported")
    assert "21 May 2027" in talk.text
    assert talk.open


def test_limits_are_asked_for_in_the_persons_own_words(library: Library) -> None:
    talk = somebody(library, "blood_thinner").taps("record", "limits", "gp", "today")
    assert talk.person.screen == "clinician.limits"
    talk.writes("  light pressure only,\nnot on the legs ")
    view = view_of(talk.person)
    assert view and view.limits == "light pressure only, not on the legs"
    assert "light pressure only, not on the legs" in talk.text


def test_limits_can_be_left_out(library: Library) -> None:
    talk = somebody(library, "blood_thinner").taps("record", "limits", "gp", "today", "skip")
    view = view_of(talk.person)
    assert view and view.kind == "limits" and view.limits == ""


@pytest.mark.parametrize(("typed", "note"), [("what do you mean?", "limits_unclear"), ("x" * 301, "limits_long")])
def test_what_is_no_limit_does_not_fill_the_slot(library: Library, typed: str, note: str) -> None:
    talk = somebody(library, "blood_thinner").taps("record", "limits", "gp", "today").writes(typed)
    assert talk.person.screen == "clinician.limits"
    assert talk.said.note == note
    assert view_of(talk.person) is None


def test_leaving_half_way_keeps_the_answer_that_stood(library: Library) -> None:
    talk = recorded(library, "blood_thinner", kind="no").taps("record", "yes", "gp").writes("/cancel")
    view = view_of(talk.person)
    assert view and view.kind == "no"


def test_a_new_answer_takes_the_place_of_the_old_one_with_its_limits(library: Library) -> None:
    talk = somebody(library, "blood_thinner").taps("record", "limits", "gp", "today").writes("not the legs")
    talk.taps("change", "yes", "nurse", "today")
    view = view_of(talk.person)
    assert view and (view.kind, view.role, view.limits) == ("yes", "nurse", "")


def test_a_typed_day_is_read_and_one_still_to_come_is_not(library: Library) -> None:
    talk = somebody(library, "nothing").taps("record", "no", "gp").writes("5 December")
    assert talk.said.note == "day_ahead"
    talk.writes("nonsense")
    assert talk.person.screen == "clinician.day"
    talk.writes("last tuesday")
    view = view_of(talk.person)
    assert view and view.on == date(2026, 11, 17)


def test_a_day_that_can_be_read_in_two_ways_is_asked_back(library: Library) -> None:
    talk = somebody(library, "nothing").taps("record", "limits", "gp").writes("10/11")
    assert talk.person.screen == "clinician.which_day"
    labels = [button.label for button in talk.buttons]
    assert labels[:2] == ["Tuesday, 10 November 2026", "Sunday, 11 October 2026"]
    talk.taps("2026-10-11", "skip")
    view = view_of(talk.person)
    assert view and (view.kind, view.on) == ("limits", date(2026, 10, 11))


def test_neither_of_two_days_asks_once_more_and_forgets_nothing(library: Library) -> None:
    talk = somebody(library, "nothing").taps("record", "yes", "gp").writes("10/11").taps("none").writes("12 November")
    view = view_of(talk.person)
    assert view and (view.kind, view.role, view.on) == ("yes", "gp", date(2026, 11, 12))


def test_today_is_today_where_the_person_lives(library: Library) -> None:
    talk = somebody(library, "nothing", time_zone="Pacific/Auckland")
    talk.now = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    talk.taps("record", "yes", "gp", "today")
    view = view_of(talk.person)
    assert view and view.on == date(2026, 11, 23)


def test_without_a_time_zone_the_day_that_has_begun_somewhere_is_taken(library: Library) -> None:
    talk = somebody(library, "nothing", time_zone="")
    talk.now = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    talk.taps("record", "yes", "gp").writes("23 November")
    assert view_of(talk.person) is not None


# What the answer opens, and when it no longer counts.


def test_ask_first_opens_with_a_current_yes_and_closes_after_six_months(library: Library) -> None:
    talk = recorded(library, "blood_thinner")
    assert talk.open
    talk = recorded(library, "blood_thinner", on="2026-05-22")
    assert not talk.open
    assert "more than 6 months old" in talk.text


@pytest.mark.parametrize("kind", ["no", "undecided"])
def test_a_no_closes_even_when_the_check_says_gentle(library: Library, kind: str) -> None:
    assert somebody(library, "nothing").open
    assert not recorded(library, "nothing", kind=kind).open


def test_after_a_crisis_the_hold_is_said_without_asking_for_a_check(library: Library) -> None:
    assert "You decide when to carry on" in somebody(library, "nothing", held="crisis").text
    assert "do the safety check again" in somebody(library, "nothing", held="today").text


def test_a_flare_in_a_later_check_ends_the_answer_for_good(library: Library) -> None:
    talk = checks_again(recorded(library, "blood_thinner"), "blood_thinner", "flare")
    assert "flare" in talk.text
    talk = checks_again(talk, "blood_thinner")
    assert not talk.open
    assert "because you told me about a flare" in talk.text
    talk.taps("record", "yes", "gp", "today").at("clinician.home")
    assert talk.open


def test_a_medicine_ticked_for_the_first_time_ends_the_answer(library: Library) -> None:
    talk = checks_again(recorded(library, "blood_thinner"), "blood_thinner", "methotrexate")
    assert not talk.open
    assert "a new medicine" in talk.text


def test_a_medicine_that_was_known_all_along_leaves_the_answer_standing(library: Library) -> None:
    assert checks_again(recorded(library, "methotrexate"), "methotrexate", "cracked").open
    assert checks_again(recorded(library), "methotrexate").open


@pytest.mark.parametrize("change", ["flare", "medicine"])
def test_reporting_a_change_between_checks_ends_the_answer_as_well(library: Library, change: str) -> None:
    talk = recorded(library, "blood_thinner").at("check.changed").taps(change)
    talk = checks_again(talk, "blood_thinner")
    assert not talk.open


def test_an_answer_older_than_what_was_ticked_does_not_count(library: Library) -> None:
    talk = somebody(library, "new_medicine").taps("record", "yes", "gp").writes("10 November").at("clinician.home")
    assert not talk.open
    talk.taps("record", "yes", "gp", "today").at("clinician.home")
    assert talk.open


def test_an_old_answer_recorded_anew_stays_as_old_as_it_is(library: Library) -> None:
    talk = checks_again(recorded(library, "blood_thinner", on="2026-11-10"), "blood_thinner", "methotrexate")
    talk.taps("record", "yes", "gp").writes("10 November").at("clinician.home")
    assert not talk.open


def test_what_another_release_kept_and_this_one_cannot_read_never_opens(library: Library) -> None:
    assert not recorded(library, "blood_thinner", kind="perhaps").open
    talk = recorded(library, "blood_thinner", on="soon")
    assert view_of(talk.person) is not None
    assert talk.text


# The appointment.


def test_an_appointment_is_shown_before_it_is_kept(library: Library) -> None:
    talk = somebody(library).taps("appointment").writes("Friday 3pm")
    assert talk.person.screen == "clinician.appointment_check"
    assert "Friday, 27 November 2026, 15:00" in talk.text
    assert "Berlin" in talk.text
    assert appointment_of(talk.person) == ""
    talk.taps("keep")
    assert appointment_of(talk.person) == "2026-11-27T15:00"
    assert "I remind you on Thursday, 26 November 2026, 18:00." in talk.text


def test_a_date_that_can_be_read_in_two_ways_is_asked_back_as_a_list(library: Library) -> None:
    talk = somebody(library).taps("appointment").writes("03/04/2027 10:00")
    labels = [button.label for button in talk.buttons]
    assert labels[:3] == ["Saturday, 3 April 2027, 10:00", "Thursday, 4 March 2027, 10:00", "None of these"]
    talk.taps("2027-03-04T10:00", "keep")
    assert appointment_of(talk.person) == "2027-03-04T10:00"


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ("yesterday at 9", "date_past"),
        ("2024-01-05 10:00", "date_past"),
        ("today at 9:00", "date_past"),
        ("2062-12-05 10:00", "date_far"),
        ("when they call me", "date_unclear"),
    ],
)
def test_a_date_that_cannot_be_is_asked_for_again_kindly(library: Library, typed: str, note: str) -> None:
    talk = somebody(library).taps("appointment").writes(typed)
    assert talk.person.screen == "clinician.when"
    assert talk.said.note == note


def test_a_day_without_a_time_asks_for_the_time(library: Library) -> None:
    talk = somebody(library).taps("appointment").writes("5 December")
    assert talk.person.screen == "clinician.hour"
    assert talk.writes("banana").said.note == "hour_unclear"
    talk.writes("half past 9").taps("keep")
    assert appointment_of(talk.person) == "2026-12-05T09:30"


def test_a_whole_new_date_on_the_way_is_taken_as_one(library: Library) -> None:
    talk = somebody(library).taps("appointment").writes("5 December").writes("Monday 8:15").taps("keep")
    assert appointment_of(talk.person) == "2026-11-23T08:15"


def test_a_day_alone_can_be_kept_until_the_time_is_known(library: Library) -> None:
    talk = somebody(library).taps("appointment").writes("5 December").taps("unknown", "keep")
    assert appointment_of(talk.person) == "2026-12-05"
    assert "Saturday, 5 December 2026" in talk.at("clinician.home").text


def test_the_time_zone_is_asked_on_the_way_and_the_appointment_follows(library: Library) -> None:
    talk = somebody(library, time_zone="").taps("appointment")
    assert talk.person.screen == "clinician.zone"
    talk.writes("Lisbon")
    assert talk.person.screen == "clinician.when"
    assert talk.person.answer("time_zone") == "Europe/Lisbon"


def test_once_the_appointment_is_over_the_answer_is_asked_for(library: Library) -> None:
    talk = somebody(library, appointment="2026-11-22T10:30")
    assert "Did they answer?" in talk.text
    assert "Did they answer?" not in somebody(library, appointment="2026-11-22T15:00").text
    assert "Did they answer?" not in somebody(library, appointment="2026-11-22").text


def test_an_appointment_can_be_taken_back(library: Library) -> None:
    talk = somebody(library, appointment="2026-12-05T10:00").taps("appointment", "none")
    assert appointment_of(talk.person) == ""


# The sheet on the screen.


def test_the_sheet_stands_on_the_screen_and_as_a_message_with_nothing_else_in_it(library: Library) -> None:
    talk = somebody(library, "blood_thinner").taps("sheet")
    first = "1. I take a blood thinner. May I have gentle massage with light pressure only"
    assert first in talk.text
    talk.taps("forward")
    lines = [line for line in talk.text.splitlines() if line]
    assert lines[1].startswith(first)
    assert all(re.match(r"\d+\. ", line) for line in lines[1:])
    assert len(lines) == 5


def test_medicines_are_named_in_one_list(library: Library) -> None:
    talk = somebody(library, "methotrexate", "jak").taps("sheet")
    assert "My treatment is, or was lately, methotrexate and a JAK inhibitor." in talk.text


def test_a_short_sheet_can_be_copied_and_a_long_one_is_only_sent_on(library: Library) -> None:
    short = [button.copies for button in somebody(library, "nothing").taps("sheet").buttons if button.copies]
    assert len(short) == 1
    assert len(short[0].encode("utf-16-le")) // 2 <= 256
    assert short[0].startswith("1. Is my skin calm enough")
    assert not [button for button in somebody(library, "blood_thinner").taps("sheet").buttons if button.copies]


def test_the_label_of_a_copying_button_leads_nowhere_when_typed(library: Library) -> None:
    talk = somebody(library, "nothing").taps("sheet").writes("Copy the questions")
    assert talk.person.screen in ("clinician.sheet", "ask.which")


@pytest.mark.parametrize(
    ("finding", "first"),
    [("chest", "Call"), ("limb", "Get medical advice today"), ("blood_thinner", "You could ask")],
)
def test_danger_comes_before_the_questions(library: Library, finding: str, first: str) -> None:
    assert somebody(library, finding, country="GB").taps("sheet").text.startswith(first)


def test_thoughts_of_suicide_bring_the_crisis_lines_first(library: Library) -> None:
    text = somebody(library, "crisis", country="GB").taps("sheet").text
    assert text.index("116 123") < text.index("You could ask")


def test_the_sources_are_those_of_the_questions_shown(library: Library) -> None:
    plain = somebody(library, "nothing").taps("sheet", "sources").text
    with_thinner = somebody(library, "blood_thinner").taps("sheet", "sources").text
    warfarin = "Methyl salicylate rubs with warfarin"
    assert warfarin in with_thinner and warfarin not in plain


def test_more_than_one_visit_can_hold_is_left_out_and_said(library: Library) -> None:
    talk = somebody(library, *(f.id for f in SAFETY.findings.values() if f.alone == "ask_first")).taps("sheet")
    assert "more than fits one visit" in talk.text
    assert "12. " in talk.text and "13. " not in talk.text


# Without consent.


def test_without_consent_the_sheet_comes_from_the_check_just_made(library: Library) -> None:
    talk = Talk(library, Person(42, screen="clinician.home", draft=(BEGUN, "blood_thinner"), draft_done=True))
    assert "Your safety check says: ask first" in talk.text
    talk.taps("sheet")
    assert "I take a blood thinner" in talk.text
    assert talk.shown.private


def test_without_consent_recording_asks_for_it_first_and_keeps_nothing(library: Library) -> None:
    for key in ("record", "appointment"):
        talk = Talk(library, Person(42, screen="clinician.home")).taps(key)
        assert talk.person.screen == "clinician.needs_consent"
        assert not talk.person.answers


def test_an_answer_kept_before_consent_was_taken_back_is_not_used(library: Library) -> None:
    talk = recorded(library, "blood_thinner")
    talk.person = replace(talk.person, consent=replace(AGREED, withdrawn_at=NOW))
    assert "No answer is recorded yet" in talk.text
    assert not talk.open


def test_taking_consent_back_half_way_keeps_nothing(library: Library) -> None:
    talk = somebody(library, "nothing").taps("record", "yes", "gp")
    talk.person = replace(talk.person, consent=replace(AGREED, withdrawn_at=NOW))
    talk.taps("today")
    assert "I couldn't keep that" in talk.text


# The journey, the data, and what suits.


def marks(talk: Talk) -> list[str]:
    return re.findall(r"\((done|you are here|open)\)", talk.at("menu.home").text)


def test_the_journey_shows_the_check_first_then_the_clinician_then_what_follows(library: Library) -> None:
    assert marks(somebody(library)) == ["you are here", *["open"] * 5]
    assert marks(somebody(library, "nothing")) == ["done", "you are here", *["open"] * 4]
    assert marks(recorded(library, "nothing")) == ["done", "done", "you are here", *["open"] * 3]
    assert marks(recorded(library)) == ["you are here", "done", *["open"] * 4]
    assert marks(recorded(library, "nothing", on="2026-01-01"))[1] == "you are here"


@pytest.mark.parametrize(
    ("ticked", "kind", "next_thing"),
    [
        (("nothing",), "", "Next: ask your clinician what they think."),
        (("limb",), "", "Next: do what your safety check says."),
        (("blood_thinner",), "yes", "Next: look for a therapist who is trained."),
        (("blood_thinner",), "undecided", "Next: ask your clinician again"),
        (("blood_thinner",), "no", "Next: there is nothing you need to do."),
        ((), "yes", "Next: do the safety check"),
    ],
)
def test_the_one_next_thing_follows_from_check_and_answer(
    library: Library, ticked: tuple[str, ...], kind: str, next_thing: str
) -> None:
    talk = recorded(library, *ticked, kind=kind) if kind else somebody(library, *ticked)
    assert talk.at("menu.home").text.startswith(next_thing)


def test_what_is_kept_can_be_seen_and_corrected_in_words(library: Library) -> None:
    talk = recorded(library, "nothing")
    talk.person = talk.person.keeping("appointment", "2026-12-05T10:00", NOW).keeping("clinician_stale", "flare", NOW)
    text = talk.at("data.see").text
    for line in (
        "Appointment: Saturday, 5 December 2026, 10:00",
        "Clinician's answer: yes",
        "Who answered: your family doctor (GP)",
        "Day of their answer: Friday, 20 November 2026",
        "Told since their answer: a flare",
    ):
        assert line in text
    assert talk.at("data.correct").taps("clinician_role").person.screen == "clinician.view"
    assert talk.at("data.correct").taps("appointment").person.screen == "clinician.when"


def test_which_kind_suits_needs_a_check_that_counts(library: Library) -> None:
    assert somebody(library).at("learn.techniques").taps("suits").person.screen == "suits.needs_check"
    talk = somebody(library, "nothing")
    talk.now += timedelta(days=31)
    assert talk.at("learn.techniques").taps("suits").person.screen == "suits.needs_check"
    assert "a safety check that still counts" in talk.at("suits.home").text


def test_each_kind_says_how_it_suits_and_why(library: Library) -> None:
    talk = somebody(library, "blood_thinner").at("learn.techniques").taps("suits")
    labels = [button.label for button in talk.buttons][:5]
    assert labels[0] == "Swedish massage: better not"
    assert labels[2] == "Gentle strokes: with care"
    talk.taps("swedish")
    assert "you bleed more easily" in talk.text
    assert talk.shown.private
    assert talk.taps("learn").person.screen == "learn.swedish_what"


def test_a_clinicians_no_stands_above_every_kind(library: Library) -> None:
    talk = recorded(library, "nothing", kind="no").at("learn.techniques").taps("suits")
    assert all(button.label.endswith("better not") for button in talk.buttons[:5])
    assert "as reported by you" in talk.text.lower()


def test_a_kinds_page_cites_what_its_reasons_rest_on(library: Library) -> None:
    talk = somebody(library, "nuts").at("learn.techniques").taps("suits", "oil", "sources")
    assert "arachis" in talk.text
