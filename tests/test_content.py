"""The content we ship: no faults, the number first in an emergency, skin of every colour, and nothing unsafe said."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from bot.dialogue.effects import Say
from bot.dialogue.graph import Screen
from bot.dialogue.person import Person, Place
from bot.library.facts import FACTS, Scene
from bot.library.markup import plain_text, telegram_length
from bot.library.pages import Page
from bot.library.preview_examples import cases, example
from bot.library.reading import Library
from bot.library.word_check import LABEL, MESSAGE, longest, spoken
from bot.library.words import Rendered, environment
from tests.conftest import TODAY
from tests.fake_telegram.markup import parse, units

NOW = datetime.combine(TODAY, time(12), UTC)
WORDS_AT_MOST = 120
LATE_STEP = 999_999_999
# Pages of more than 120 words, each with the reason why it cannot be shorter.
LONG_PAGES: dict[str, str] = {}

# Signs for which the emergency number must be called at once; the others send to a doctor the same day first.
EMERGENCY, CRISIS = ("emergency",), ("crisis", "abuse")

RED = re.compile(r"\b(red|redness|reddish|redder|reddened|pink|pinkish|flushed)\b", re.IGNORECASE)
DARKER = re.compile(r"\b(dark|darker|darkening|purple|grey|brown|black)\b", re.IGNORECASE)
NEAR = 200
# The white of an eye turns red whatever the colour of the skin.
RED_EYES = re.compile(r"red eye|eye is red", re.IGNORECASE)

MEDICINE = (
    r"(?:medicines?|medication|drugs?|treatments?(?! unit)|tablets?|pills?|doses?|injections?|steroids?|methotrexate"
    r"|biologics?|inhibitors?|thinners?|acitretin|insulin)"
)
CHANGE = r"(?:stop|stopping|change|changing|skip|pause|halve|reduce|lower|leave out|cut down|come off|go without|delay)"
ADVISED = re.compile(rf"\b{CHANGE}\b[^.;:?!]{{0,40}}\b{MEDICINE}\b", re.IGNORECASE)
# Words right before it that turn the advice round, and words after it that warn or leave it to others.
TURNED = re.compile(r"\b(don't|do not|never|not|isn't a reason to|tells you to)\b[^.;:?!,]{0,25}$", re.IGNORECASE)
LEFT_TO_OTHERS = re.compile(
    r"^ (all at once may make|is for them to decide|to methotrexate is for them)", re.IGNORECASE
)


def advice_on_medicines(text: str) -> list[str]:
    """Passages that tell somebody to stop, change or skip a medicine."""
    found = [(text[: match.start()], match.group(), text[match.end() :]) for match in ADVISED.finditer(text)]
    return [said for before, said, after in found if not TURNED.search(before) and not LEFT_TO_OTHERS.search(after)]


POLITE_FOG = re.compile(
    r"stud(?:y|ies) (?:show|suggest|prove)|research (?:shows|suggests|proves)|scientifically|clinically proven"
    r"|(?:massage|oil|cream)s? can help|boosts?\b|miracle|guarantee|unfortunately|great job|well done|invalid input|!!"
    r"|you have failed|flagged",
    re.IGNORECASE,
)
DETOX = re.compile(r"\bdetox|\btoxins?\b", re.IGNORECASE)
DETOX_PAGES = {"learn.claims", "learn.claim_detox"}


def screens(library: Library) -> list[Screen]:
    return [screen for screen in library.world.graph.screens.values() if screen.kind != "decide"]


def texts(library: Library) -> dict[str, str]:
    """Every text a person may read, by the place where it stands, without marks and templates."""
    shelf = library.words.shelf
    found = {page.name: spoken(page.html) for page in shelf.pages.values()}
    found |= {f"{page.name} [{key}]": said for page in shelf.pages.values() for key, said in page.labels.items()}
    found |= {f"notes.{name}": plain_text(text) for name, text in shelf.notes.items()}
    for name, table in {"safety": shelf.safety, **shelf.care}.items():
        found |= dict(leaves(name, table))
    return found


def leaves(name: str, table: object) -> Iterator[tuple[str, str]]:
    if isinstance(table, str):
        yield name, table
    elif isinstance(table, dict):
        for key, value in table.items():
            yield from leaves(f"{name}.{key}", value)


def alarm_pages(library: Library, levels: tuple[str, ...]) -> list[Page]:
    names = {screen for alarm, screen in library.world.alarms.items() if alarm.split(".")[0] in levels}
    return [library.words.shelf.pages[name] for name in sorted(names)]


def rendered(library: Library, screen: str, person: Person, given: str = "") -> Rendered:
    there = person.at(Place(screen, given), (Place(library.world.graph.commands["menu"]),))
    return library.words.screen(replace(there, step=LATE_STEP), Say(screen), NOW)


def stranger_in(country: str) -> Person:
    """Somebody of whom nothing is known but the country just named."""
    return Person(1, given=country)


def test_the_content_we_ship_has_no_faults(library: Library) -> None:
    # The library opens only when there is none.
    assert len(library.world.graph.screens) > 150


def test_a_page_that_no_clinician_has_reviewed_says_so_beside_its_sources(library: Library) -> None:
    for page in library.words.shelf.pages.values():
        if page.claims and page.reviewed_by == "none yet":
            said = plain_text(rendered(library, "about.sources", Person(1), page.name).text)
            assert "not yet reviewed by a clinician" in said, page.name


def test_emergency_crisis_data_and_way_out_screens_are_shown_whatever_the_date(library: Library) -> None:
    late = datetime(2040, 1, 1).date()
    for name, page in library.words.shelf.pages.items():
        if name.split(".")[0] in ("emergency", "data", "way_out", "help", "menu", "about"):
            assert page.served_on(late), name


def test_numbers_and_help_lines_are_reviewed_within_six_months(library: Library) -> None:
    for page in alarm_pages(library, ("emergency", "crisis", "abuse", "today")):
        assert page.compiled and page.review_by
        assert (page.review_by - page.compiled).days <= 184, page.name


@pytest.mark.parametrize("levels", [EMERGENCY, CRISIS])
def test_in_every_country_the_number_comes_before_any_question(library: Library, levels: tuple[str, ...]) -> None:
    book = library.words.shelf.places
    for page in alarm_pages(library, levels):
        for country in ("", *book.countries):
            text = plain_text(rendered(library, page.name, stranger_in(country), country).text)
            number = text.find(book.emergency_line(country))
            assert number >= 0, f"{page.name} names no number in {country or 'an unknown country'}"
            assert number < (text.find("?") if "?" in text else len(text)), f"{page.name} asks before the number"


def test_an_emergency_or_crisis_page_begins_with_help_now_in_every_country(library: Library) -> None:
    book = library.words.shelf.places
    for page in alarm_pages(library, (*EMERGENCY, *CRISIS)):
        for country in ("", *book.countries):
            opening = plain_text(rendered(library, page.name, stranger_in(country), country).text).split("\n")[0]
            known = book.countries.get(country)
            # Where an attempt may be punished, the hospital comes before any number that the police may answer.
            hospital = known and known.health_first and "nearest hospital" in opening
            assert hospital or book.emergency_line(country) in opening, f"{page.name} in {country}"


def test_where_an_attempt_may_be_punished_the_hospital_comes_first_on_a_crisis_page(library: Library) -> None:
    book = library.words.shelf.places
    punished = [code for code, country in book.countries.items() if country.health_first]
    assert punished
    for country in punished:
        for page in alarm_pages(library, ("crisis",)):
            said = plain_text(rendered(library, page.name, stranger_in(country), country).text)
            assert said.index("nearest hospital") < said.index(book.emergency_line(country)), country


def test_every_crisis_line_of_a_country_stands_on_its_crisis_page(library: Library) -> None:
    book = library.words.shelf.places
    for country in book.countries:
        text = plain_text(rendered(library, "emergency.crisis", stranger_in(country), country).text)
        for line in book.lines(country, "crisis"):
            assert line in text, country


def test_a_same_day_page_begins_with_what_to_do_and_names_the_number_for_worse(library: Library) -> None:
    for page in alarm_pages(library, ("today",)):
        first = page.markdown.strip().split("\n")[0]
        assert first.startswith("**") and "?" not in first.split("**")[1], page.name
        assert "today" in first, page.name
        assert "{{ emergency_line }}" in page.markdown, page.name


def test_no_alarm_page_holds_a_question_the_person_must_answer_first(library: Library) -> None:
    for page in alarm_pages(library, ("emergency", "crisis", "abuse", "today")):
        screen = library.world.graph.screens[page.name]
        assert screen.kind == "end", page.name
        assert "meant_else" in screen.choices and "country" in screen.choices, page.name


def test_inflamed_skin_is_described_on_skin_of_every_colour(library: Library) -> None:
    for name, text in texts(library).items():
        text = RED_EYES.sub("", text)
        for red in RED.finditer(text):
            near = text[max(0, red.start() - NEAR) : red.end() + NEAR]
            assert DARKER.search(near), f"{name}: {near}"


def test_nobody_is_told_to_stop_change_or_skip_a_medicine(library: Library) -> None:
    for name, text in texts(library).items():
        assert advice_on_medicines(text) == [], f"{name}: {text}"


@pytest.mark.parametrize(
    ("text", "advised"),
    [
        ("You could stop your methotrexate for a while.", True),
        ("You may skip the next dose before your massage.", True),
        ("Bruises? Halve the steroid tablets today.", True),
        ("If you are not sure, pause the biologic.", True),
        ("Don't stop or change a medicine on your own.", False),
        ("Please never skip a dose for a massage.", False),
        ("Stop the massage. Say which medicines you take.", False),
        ("Call your light-treatment unit today.", False),
    ],
)
def test_the_search_for_such_advice_finds_it_and_lets_warnings_pass(text: str, advised: bool) -> None:
    assert bool(advice_on_medicines(text)) is advised


def test_detox_is_named_only_where_the_claim_is_taken_apart(library: Library) -> None:
    for name, text in texts(library).items():
        if DETOX.search(text):
            assert name.split(" ")[0] in DETOX_PAGES, f"{name}: {text}"


def test_no_text_hides_behind_studies_or_cheers_or_scolds(library: Library) -> None:
    for name, text in texts(library).items():
        found = POLITE_FOG.search(text)
        assert not found, f"{name}: {found and found.group()}"


def test_no_page_is_a_wall_of_words(library: Library) -> None:
    pages = library.words.shelf.pages
    long = {name: len(spoken(page.html).split()) for name, page in pages.items()}
    over = {name: words for name, words in long.items() if words > WORDS_AT_MOST}
    assert over.keys() == LONG_PAGES.keys(), over


def test_every_screen_reads_well_for_everybody_who_can_come_there(library: Library) -> None:
    for screen in screens(library):
        page = library.words.shelf.pages[screen.name]
        for case, person, given in cases(screen, needs(page), library, NOW):
            check_rendered(page, rendered(library, screen.name, person, given), f"{screen.name}, {case}")


def needs(page: Page) -> set[str]:
    return set(re.findall(r"\w+", page.markdown)) & FACTS.keys()


def check_rendered(page: Page, said: Rendered, where: str) -> None:
    text, _ = parse(said.text)
    assert text.strip(), f"{where} says nothing"
    assert units(text) <= MESSAGE or page.long, f"{where} is {units(text)} characters long"
    buttons = [button for row in said.rows for button in row]
    for button in buttons:
        assert 0 < len(button.label) <= LABEL, f"{where}: {button.label}"
        assert len(button.data.encode()) <= 64, f"{where}: {button.data}"
    held = [button.data for button in buttons if button.data]
    assert len(held) == len(set(held)), f"{where} has a button twice"


def test_every_screen_reads_well_for_somebody_with_everything_set(library: Library) -> None:
    hostile = "No <b>oil</b> & no \"rubbing\" on the 'left'; *slowly*, please 🙂" * 3
    person = example(library, NOW).keeping("country_now", "ZA", NOW).keeping("clinician_limits", hostile, NOW)
    person = person.keeping("held", "crisis", NOW).keeping("discreet", "no", NOW).keeping("quiet_hours", [], NOW)
    for screen in screens(library):
        page = library.words.shelf.pages[screen.name]
        for case, _, given in cases(screen, needs(page), library, NOW):
            check_rendered(page, rendered(library, screen.name, person, given), f"{screen.name}, {case}")


def test_every_page_with_the_longest_data_fits_into_one_message(library: Library) -> None:
    html = environment(escapes=True)
    for page in library.words.shelf.pages.values():
        filled = longest(page.html, html)
        assert telegram_length(filled) <= MESSAGE or page.long, page.name
        parse(filled)


def test_the_longest_data_are_as_long_as_any_we_know(library: Library) -> None:
    book, pages = library.words.shelf.places, library.words.shelf.pages
    for name in ("emergency_line", "directory_line", "crisis_lines", "young_lines", "assault_lines"):
        for country in ("", *book.countries):
            check_length(name, fact(library, name, country))
    for name in ("page_title", "page_grade", "page_sources", "page_reviewed", "page_review_by", "page_nearest"):
        for page in pages:
            check_length(name, fact(library, name, page))


def fact(library: Library, name: str, given: str) -> object:
    return Scene(stranger_in(given), NOW, library.words.shelf, library.world, {}).fact(name)


def check_length(name: str, value: object) -> None:
    assert length(value) <= length(FACTS[name].longest), f"{name}: {value}"


def length(value: object) -> int:
    return sum(map(len, value)) if isinstance(value, list) else len(str(value))


def test_every_country_is_offered_with_a_name_and_its_numbers(library: Library) -> None:
    book = library.words.shelf.places
    assert len(book.countries) > 40
    for code in book.countries:
        label = library.words.label(Person(1), "{{ country_name_of_item }}", NOW, {"country": code})
        assert label != code and len(label) <= LABEL
        assert re.search(r"\d{2,}", book.emergency_line(code)), code


def test_telegrams_list_of_commands_names_no_illness_and_no_part_of_the_body(library: Library) -> None:
    shelf = library.words.shelf
    shown = [*shelf.phrases["commands"].values(), shelf.phrases["bot"]["name"], *shelf.phrases["file"].values()]
    for text in [*shown, shelf.phrases["bot"]["short_description"], shelf.phrases["bot"]["description"]]:
        assert not re.search(r"psoria|skin|plaque|illness|disease|patient|scalp|elbow|knee", text, re.IGNORECASE), text
    assert all(len(text) <= 60 for text in shelf.phrases["commands"].values())


def test_every_command_of_the_product_can_be_typed_and_is_listed(library: Library) -> None:
    wanted = set("start menu help back cancel check map test sessions ask data erase settings stop".split())
    assert wanted == set(library.words.shelf.phrases["commands"])
    assert wanted - {"back"} <= set(library.world.graph.commands)
