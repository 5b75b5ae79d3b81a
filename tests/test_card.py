"""The therapist card: what is on it, what never is, and that nothing of it is lost on the page."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cards.letters import letters_in, readable
from bot.cards.pages import draw
from bot.care.card import CardProblem, card_table
from bot.care.plaques import Plaque, PlaqueMap
from bot.care.products import PRODUCT_KINDS, Product
from bot.dialogue.card import card_for
from bot.dialogue.person import Answer, Person
from bot.library.card_example import example_person
from bot.library.card_values import card_text, card_values
from bot.library.card_words import card_faults
from bot.library.facts import Scene
from bot.library.reading import Library
from bot.library.text_yaml import read_mapping
from tests.conftest import CONTENT

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
FONTS = CONTENT / "fonts"
LANGUAGES = ("en", "es", "de")
FIGURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 30"><circle cx="15" cy="15" r="9"/></svg>'
# Each of the areas that the figure and the map know; paired ones with their side.
SINGLE = "scalp hairline face neck_front neck_back abdomen buttock_crease genitals".split()
PAIRED = (
    "ear behind_ear eyelid shoulder upper_back lower_back chest flank armpit under_breast groin buttock "
    "upper_arm_front upper_arm_back elbow inner_elbow forearm_front forearm_back wrist hand_back palm fingers "
    "fingernails thigh_front thigh_back knee knee_back shin calf ankle foot_top sole toes toenails"
).split()
AREAS = (*SINGLE, *(f"{area}_{side}" for area in PAIRED for side in ("left", "right")))


def anna(library: Library, language: str = "en", **answers: Any) -> Person:
    """The example person, with other answers where given; None takes one away."""
    person = example_person(library, NOW, language)
    held = {name: held for name, held in person.answers.items() if answers.get(name, held) is not None}
    told = {name: Answer(value, NOW) for name, value in answers.items() if value is not None}
    return replace(person, answers={**held, **told})


def full(library: Library, language: str = "de") -> Person:
    """Somebody with everything: 40 areas, 12 products, every finding that the card speaks of, long words."""
    table = library.world.card
    ticked = {finding for note in table.notes for finding in note.findings} | set(table.allergies)
    ticked |= {"bones", "pregnant", "oxygen", "asthma", "epilepsy", "blood_thinner", "thin_skin", "vessels", "allergy"}
    ticked -= {finding for finding in ticked if finding not in library.world.safety.findings}
    person = anna(
        library,
        language,
        check=sorted(ticked),
        card_wish="Bitte wenig sprechen und keine Musik; " * 5,
        card_name="Anastasia Ελένη Юлия Freifrau von und zu Sonnenberg",
        card_draping=["covered", "clothed", "present", "ask"],
        clinician_view="limits",
        clinician_limits="nur leichter Druck, nicht an den Beinen, einmal in der Woche, " * 4,
    )
    states = (("calm",), ("cracked", "itchy", "sore"), ("weeping", "bleeding"))
    plaques = tuple(Plaque(area, states[n % 3], n % 11) for n, area in enumerate(AREAS[:40]))
    products = tuple(
        Product(f"p{n}", f"Ringelblumensalbenzubereitung mit Mandelöl {n}", PRODUCT_KINDS[n % 4]) for n in range(12)
    )
    return replace(person, plaques=PlaqueMap(plaques, NOW), products=products)


def empty(library: Library, language: str = "en") -> Person:
    """Somebody who agreed and told nothing."""
    return Person(1, consent=anna(library).consent, answers={"card_language": Answer(language, NOW)})


def scene(library: Library, person: Person, now: datetime = NOW) -> Scene:
    return Scene(person, now, library.words.shelf, library.world, {})


def values(library: Library, person: Person) -> dict[str, Any]:
    return card_values(scene(library, person))


def printed(card: dict[str, Any]) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(draw("card.pdf", card, FONTS)))


def words_on(pages: pypdf.PdfReader) -> str:
    """Everything on the pages, without spaces and the hyphens of line ends."""
    return re.sub(r"[\s\u00ad-]", "", "".join(page.extract_text() for page in pages.pages))


def texts(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for key, held in value.items() if key not in UNPRINTED for text in texts(held)]
        case list():
            return [text for held in value for text in texts(held)]
        case _:
            return []


UNPRINTED = ("lang", "figure", "figure_alt", "figure_words")


# What is on it


def test_the_card_names_no_illness_no_medicine_and_nobody(library: Library) -> None:
    ticked = list(library.world.safety.findings)
    text = card_text(scene(library, replace(anna(library, check=ticked), id=4711001)))
    for word in ("blood thinner", "methotrexate", "cancer", "diabetes", "pregnan", "insulin", "HIV", "4711001"):
        assert word.casefold() not in text.casefold(), word
    assert "Bruises easily" in text
    assert "Name" not in text


def test_a_name_is_on_the_card_only_when_the_person_adds_one(library: Library) -> None:
    assert values(library, anna(library))["name"] == ""
    assert values(library, anna(library, card_name="Anna B."))["name"] == "Name: Anna B."


def test_what_happened_to_somebody_is_nobodys_business(library: Library) -> None:
    without, told = anna(library, check=["deep"]), anna(library, check=["deep", "trauma", "contact", "trying"])
    assert values(library, told) == values(library, without)


def test_every_area_of_the_map_is_on_the_card_once_and_numbered_through(library: Library) -> None:
    card = card_for(full(library), library.world, NOW)
    assert [marked.number for marked in (*card.avoid, *card.light)] == list(range(1, 41))
    assert {marked.area for marked in (*card.avoid, *card.light)} == set(AREAS[:40])


@pytest.mark.parametrize("state", ["sore", "cracked", "bleeding", "weeping", "healing"])
def test_hurt_skin_is_always_to_be_avoided(library: Library, state: Any) -> None:
    person = replace(anna(library), plaques=PlaqueMap((Plaque("elbow_left", (state,), 0, "light"),), NOW))
    assert [marked.area for marked in card_for(person, library.world, NOW).avoid] == ["elbow_left"]


def test_nobody_can_ask_for_more_pressure_than_the_table_allows(library: Library) -> None:
    assert card_for(anna(library, card_pressure="9"), library.world, NOW).wishes.pressure == 3


def test_the_card_says_by_whom_and_when_the_clinicians_view_was_reported(library: Library) -> None:
    text = card_text(scene(library, anna(library)))
    assert "As reported by the patient on 19 November 2026: a skin doctor (dermatologist) said yes" in text


def test_a_check_that_has_run_out_closes_the_card(library: Library) -> None:
    later = scene(library, anna(library), NOW + timedelta(days=40))
    assert "NOT FOR USE YET" in card_text(later)
    assert "Not valid without a current safety check" in card_text(later)
    assert card_values(later)["dates"][0] == "Issued: 1 January 2027"


def test_a_check_that_blocks_closes_the_card_and_keeps_the_reason_to_itself(library: Library) -> None:
    text = card_text(scene(library, anna(library, check=["flare"])))
    assert "NOT FOR USE NOW. No massage at present." in text
    assert "flare" not in text


def test_the_card_counts_no_longer_than_the_clinicians_yes_it_rests_on(library: Library) -> None:
    person = anna(library, check=["blood_thinner"], clinician_on="2026-05-28")
    assert card_for(person, library.world, NOW).until == date(2026, 11, 27)


def test_without_a_check_no_allergy_is_ruled_out(library: Library) -> None:
    text = card_text(scene(library, empty(library)))
    assert "None reported" not in text
    assert "not sure what they are allergic to" in text


# Its words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_area_has_a_name_in_every_language(library: Library, language: str) -> None:
    areas = library.words.shelf.cards[language].areas
    assert sorted(areas) == sorted(AREAS)
    assert len(set(areas.values())) == len(AREAS)


def test_the_words_are_whole_in_every_language(library: Library) -> None:
    cards = library.words.shelf.cards
    assert tuple(cards) == ("en", "de", "es")
    assert not list(card_faults(cards, library.world.card))


def test_left_and_right_are_never_mixed_up(library: Library) -> None:
    sides = {"en": ("left", "right"), "es": ("izquierd", "derech"), "de": ("link", "recht")}
    for language, (left, right) in sides.items():
        areas = library.words.shelf.cards[language].areas
        for area in PAIRED:
            on_left, on_right = areas[f"{area}_left"], areas[f"{area}_right"]
            assert left in on_left and right not in on_left, on_left
            assert right in on_right and left not in on_right, on_right


def test_a_card_in_another_language_shows_the_readers_headings_beside_its_own(library: Library) -> None:
    card = values(library, anna(library, "es"))
    assert (card["avoid"]["heading"], card["avoid"]["small"]) == ("NO TOCAR", "AVOID")
    assert values(library, anna(library, "en"))["avoid"]["small"] == ""


def test_every_limit_of_the_safety_check_is_on_the_card_or_left_out_on_purpose(library: Library) -> None:
    raw = read_mapping(CONTENT / "rules" / "card.yaml")
    raw["notes"] = [note for note in raw["notes"] if note["note"] != "thin_skin"]
    with pytest.raises(CardProblem, match="«thin_skin» is in no note"):
        card_table(raw, library.world.safety)


# The page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", [empty, anna, full])
def test_nothing_is_cut_from_the_page(library: Library, make: Any, language: str) -> None:
    card = {**values(library, make(library, language)), "figure": FIGURE}
    pages = printed(card)
    assert len(pages.pages) == (2 if make is full else 1)
    there = words_on(pages)
    for text in texts(card):
        for word in text.split():
            assert word.replace("-", "") in there, word


def test_a_card_without_a_figure_has_all_its_words(library: Library) -> None:
    card = {**values(library, anna(library)), "figure": ""}
    pages = printed(card)
    there = words_on(pages)
    assert len(pages.pages) == 1
    assert all(word.replace("-", "") in there for text in texts(card) for word in text.split())


@pytest.mark.parametrize("make", [empty, full])
def test_the_picture_is_one_that_telegram_takes(library: Library, make: Any) -> None:
    picture = draw("card.png", {**values(library, make(library)), "figure": FIGURE}, FONTS)
    width, height = int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])
    assert width + height < 10_000 and height / width < 20
    assert len(picture) < 2_000_000


def test_what_a_person_types_is_printed_as_it_is_and_never_obeyed(library: Library) -> None:
    typed = '#image("/etc/passwd") *bold* $x^2$ _a_ \\ <b>& "quoted" `raw` = //'
    person = anna(library, card_wish=typed)
    assert re.sub(r"[\s-]", "", typed) in words_on(printed(values(library, person)))


def test_signs_that_no_font_has_are_never_printed_as_boxes(library: Library) -> None:
    letters = letters_in(FONTS)
    assert readable("Sí, größer, Ελένη, Юлия", letters) == "Sí, größer, Ελένη, Юлия"
    assert readable("calm 🙂👍🏽 please", letters) == "calm  please"
    assert readable("ﬁne ①", letters) == "fine 1"
    assert readable("山田", letters) == "??"
    assert readable("a\nb", letters) == "a b"


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_whatever_is_typed_becomes_letters_that_can_be_printed(text: str) -> None:
    letters = letters_in(FONTS)
    assert all(ord(letter) in letters for letter in readable(text, letters))


def test_the_fonts_are_small_and_carry_their_licence() -> None:
    files = list(FONTS.iterdir())
    assert sum(path.stat().st_size for path in files) < 2_000_000
    assert "SIL Open Font License" in (FONTS / "OFL.txt").read_text(encoding="utf-8")


def test_the_questions_for_a_clinician_make_a_page(library: Library) -> None:
    from bot.library.recipes import question_values

    sheet = question_values(scene(library, anna(library)))
    pages = pypdf.PdfReader(BytesIO(draw("questions.pdf", sheet, FONTS)))
    there = words_on(pages)
    assert all(word.replace("-", "") in there for text in texts(sheet) for word in text.split())


def test_the_example_card_is_written_by_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.__main__ import card, parser
    from bot.settings import Settings

    asked = parser().parse_args(["card", "--example", "--to", str(tmp_path)])
    assert card(Settings(), asked) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["massage-card.pdf", "massage-card.png"]
