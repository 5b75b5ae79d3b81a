"""People who type a question: in a step or outside it, about medicines, about nothing we know, and then once more."""

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.dialogue.asking import nameless
from bot.dialogue.effects import Note, Say
from bot.dialogue.events import Chose, Wrote
from bot.dialogue.person import Consent, Person, Place
from bot.dialogue.step import Step, step
from bot.library.answers import answer_faults, read_answers
from bot.library.asking import answered
from bot.library.markup import plain_text
from bot.library.reading import Library
from bot.library.words import Rendered
from bot.store.notes import notes_in
from bot.store.opening import open_store
from tests.conftest import CONTENT
from tests.walking import Walker

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CATCHING = "can i catch it from my sister"
STRANGE = "when is the next train to Oslo"
AGREED = replace(Person(7), consent=Consent("2026-11-22", NOW - timedelta(days=1)), told=("welcome",))


def at(screen: str, person: Person = AGREED, given: str = "", ticked: tuple[str, ...] = ()) -> Person:
    menu = Place("menu.home")
    return person.at(Place(screen, given, ticked), (menu,))


def asks(library: Library, person: Person, text: str) -> Step:
    return step(library.world, person, Wrote(text), NOW)


def seen(library: Library, after: Step) -> Rendered:
    [said] = [effect for effect in after[1] if isinstance(effect, Say)]
    return library.words.screen(after[0], said, NOW)


def notes(after: Step) -> list[Note]:
    return [effect for effect in after[1] if isinstance(effect, Note)]


def test_a_plain_question_is_answered_on_a_screen_of_its_own(library: Library) -> None:
    after = asks(library, at("menu.home"), CATCHING)
    assert (after[0].screen, after[0].given) == ("ask.answer", "psoriasis_contagious")
    rendered = seen(library, after)
    labels = [button.label for row in rendered.rows for button in row]
    assert "This helped" in labels and "Sources and dates" in labels and "Back" in labels
    assert "nobody can catch" in plain_text(rendered.text).lower()


def test_the_button_of_an_answer_leads_to_the_screen_it_names(library: Library) -> None:
    there = asks(library, at("menu.home"), CATCHING)[0]
    leads = library.world.asking.topics[there.given].leads
    after, _ = step(library.world, there, Chose(there.step, leads, 1), NOW)
    assert after.screen == leads


def test_sources_and_dates_of_an_answer_are_its_own(library: Library) -> None:
    there = asks(library, at("menu.home"), CATCHING)[0]
    after = step(library.world, there, Chose(there.step, "sources", 1), NOW)
    text = plain_text(seen(library, after).text)
    assert library.words.shelf.answers[there.given].page.title in text
    assert "not yet reviewed by a clinician" in text
    back, _ = step(library.world, after[0], Wrote("/back"), NOW)
    assert (back.screen, back.given) == ("ask.answer", there.given)


def test_ticks_stay_as_they_were_when_a_question_comes_between(library: Library) -> None:
    ticking = at("check.group", Person(7), "now", ("breathing",))
    after = asks(library, ticking, "is psoriasis contagious?")
    assert (after[0].screen, after[0].ticked, after[0].given) == ("check.group", ("breathing",), "now")
    rendered = seen(library, after)
    assert "nobody can catch" in plain_text(rendered.text).lower()
    assert any(button.label.startswith("☑") for row in rendered.rows for button in row)


@pytest.mark.parametrize(
    ("screen", "given"), [("clinician.limits", "limits/gp/2026-11-20"), ("settings.country", ""), ("settings.zone", "")]
)
def test_a_question_never_fills_a_slot(screen: str, given: str, library: Library) -> None:
    person = at(screen, given=given)
    for question in ("is psoriasis contagious?", "should i stop my methotrexate", "is psoriasis contagious"):
        after = asks(library, person, question)
        assert after[0].screen == screen and after[0].answers == person.answers


def test_an_uncertain_question_gets_a_few_to_choose_from(library: Library) -> None:
    after = asks(library, at("menu.home"), "are private parts massaged")
    assert after[0].screen == "ask.which" and 1 < len(after[0].given.split(",")) <= 3
    picked = after[0].given.split(",")[1]
    chosen, _ = step(library.world, after[0], Chose(after[0].step, picked, 1), NOW)
    assert (chosen.screen, chosen.given) == ("ask.answer", picked)


def test_what_is_not_covered_is_said_to_be_so_and_the_person_stays(library: Library) -> None:
    after = asks(library, at("menu.home"), STRANGE)
    assert after[0].screen == "menu.home"
    assert "no written answer" in plain_text(seen(library, after).text)


def test_a_question_is_noted_with_consent_alone_and_without_who_asked(library: Library) -> None:
    [note] = notes(asks(library, at("menu.home"), STRANGE))
    assert note.kind == "unanswered" and note.fields["question"] == STRANGE
    assert set(note.fields) == {"day", "question", "near"} and note.fields["day"] == "2026-11-22"
    assert notes(asks(library, at("menu.home", Person(7)), STRANGE)) == []


def test_addresses_names_of_accounts_and_numbers_are_taken_out() -> None:
    said = nameless("write me at a.b@c.org or @anna or +49 170 1234567\nor https://x.y/z")
    assert "c.org" not in said and "anna" not in said and "170" not in said and "x.y" not in said


def test_nothing_typed_on_the_screen_of_an_alarm_is_noted_or_leads_away(library: Library) -> None:
    for text in (STRANGE, "the stress is killing me", "why me"):
        after = asks(library, at("emergency.crisis"), text)
        assert after[0].screen == "emergency.crisis" and notes(after) == []


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("what dose of methotrexate should i take", "dose"),
        ("should i stop my methotrexate before a massage", "change_treatment"),
        ("is this psoriasis or eczema", "diagnosis"),
        ("humira or cosentyx", "choose_medicine"),
        ("my crp is 20", "test_results"),
        ("what helps against acne, how do i treat acne", "other_disease"),
        ("may i massage my dog", "animals"),
        ("how much does a massage cost", "prices"),
    ],
)
def test_what_is_for_others_to_say_is_handed_on(question: str, entry: str, library: Library) -> None:
    found = answered(library, question, NOW)
    assert (found["kind"], found["entry"]) == ("referral", f"referral_{entry}")


def test_a_referral_says_whom_to_ask(library: Library) -> None:
    for name, entry in library.words.shelf.answers.items():
        if entry.patterns:
            assert any(who in entry.page.html for who in ("doctor", "pharmacist", "vet", "therapist")), name


def test_a_follow_up_is_read_with_what_was_asked_before(library: Library) -> None:
    there = asks(library, at("menu.home"), CATCHING)[0]
    after = asks(library, there, "why?")
    assert after[0].screen == "ask.which" and there.given in after[0].given.split(",")
    subjects = [library.world.asking.topics[each].subject for each in after[0].given.split(",")]
    assert subjects[0] == library.world.asking.topics[there.given].subject
    assert asks(library, at("menu.home"), "why?")[0].screen == "menu.home"


def test_what_the_persons_own_check_holds_comes_first(library: Library) -> None:
    pregnant = AGREED.keeping("check", ["pregnant"], NOW)
    said = library.words.shelf.answers["abdomen"].narrow["pregnant"]
    for person, expected in ((pregnant, True), (AGREED, False)):
        rendered = library.words.screen(at("ask.answer", person, "abdomen"), Say("ask.answer"), NOW)
        assert (said in plain_text(rendered.text)) is expected
        assert rendered.private


def test_an_answer_past_its_date_answers_nobody(library: Library) -> None:
    late = NOW.replace(year=2031)
    assert answered(library, CATCHING, late)["kind"] == "abstain"
    rendered = library.words.screen(at("ask.answer", given="psoriasis_contagious"), Say("ask.answer"), late)
    assert "no longer have that answer" in plain_text(rendered.text)


@pytest.mark.parametrize(("key", "helped"), [("helped", "yes"), ("not_helped", "no")])
def test_whether_it_helped_is_noted_without_who_said_so(key: str, helped: str, library: Library) -> None:
    for person, noted in ((AGREED, True), (Person(7), False)):
        there = asks(library, at("menu.home", person), CATCHING)[0]
        after = step(library.world, there, Chose(there.step, key, 1), NOW)
        expected = {"day": "2026-11-22", "entry": there.given, "helped": helped}
        assert [note.fields for note in notes(after)] == ([expected] if noted else [])


async def test_notes_are_filed_for_their_owner_alone_and_name_nobody(library: Library, tmp_path: Path) -> None:
    walker = Walker(library, tmp_path, person_id=987654321)
    for line in (
        "writes /start",
        "taps Next",
        "taps I understand",
        "taps I am 18 or older, and I agree",
        f"writes {STRANGE}",
    ):
        await walker.does(line)
    [note] = notes_in(tmp_path)["unanswered"]
    assert note["question"] == STRANGE
    file = tmp_path / "notes" / "unanswered.jsonl"
    assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700
    text = file.read_text(encoding="utf-8")
    store = open_store(tmp_path, 365)
    assert "987654321" not in text and store.names.of(987654321) not in text
    await store.close()


def test_the_command_answers_one_question_and_a_line_each(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [CATCHING, "I can't breathe", "i want to die", STRANGE, "should i stop my methotrexate", ""]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
    assert main(["ask"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["kind"] for each in found] == ["answer", "emergency", "crisis", "abstain", "referral"]
    assert all(set(each) == {"kind", "entry", "text", "sources", "score"} and each["text"] for each in found)
    assert main(["ask", CATCHING]) == 0
    assert "nobody can catch" in capsys.readouterr().out.lower()


def test_mistakes_in_an_answer_come_back_as_sentences(tmp_path: Path) -> None:
    good = (CONTENT / "en" / "answers" / "psoriasis_contagious.md").read_text(encoding="utf-8")
    (tmp_path / "one.md").write_text(good, encoding="utf-8")
    (tmp_path / "two.md").write_text(good.replace("next: learn.not_catching", "next: learn.gone"), encoding="utf-8")
    few = "---\ntitle: T\nasked: [a b]\nnarrow: {nobody: x}\ncolour: red\nkind: joke\n---\n"
    (tmp_path / "three.md").write_text(few, encoding="utf-8")
    (tmp_path / "four.md").write_text("no header", encoding="utf-8")
    answers, faults = read_answers(tmp_path)
    faults += answer_faults(answers, {"learn.not_catching"}, {"pregnant"})
    said = "\n".join(map(str, faults))
    for part in (
        "answers/four: the header cannot be read",
        "answers/three: «asked» needs at least 6",
        "answers/three: the header field «colour» is not known",
        "answers/three: «kind» can only be «referral»",
        "answers/three: «narrow» names nobody",
        "answers/three: this answer says nothing",
        "answers/three: the header field «topic» is missing",
        "answers/three: claims something about health without naming a source",
        "answers/two: «next» leads to learn.gone",
        "also stands in one",
    ):
        assert part in said, part


def test_every_answer_has_a_day_until_which_it_is_served(library: Library) -> None:
    for entry in library.words.shelf.answers.values():
        assert entry.page.review_by and entry.page.review_by > date(2026, 11, 22)
