"""From a screen and a person to finished words and buttons."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.effects import Button, Say
from bot.dialogue.events import Chose
from bot.dialogue.person import Person, Place
from bot.dialogue.reminding import SEVERAL
from bot.dialogue.step import step
from bot.library.markup import plain_text
from bot.library.preview_examples import example
from bot.library.reading import Library
from bot.library.words import FOOTER, SHORT_LABEL, Rendered, paired, read_aloud, served
from tests.conftest import TODAY
from tests.fake_telegram.markup import parse

NOW = datetime.combine(TODAY, time(12), UTC)
CARD = "learn.what_it_is"
MENU = Place("menu.home")


def at(screen: str, given: str = "", trail: tuple[Place, ...] = (MENU,)) -> Person:
    return replace(Person(1).at(Place(screen, given), trail), step=7)


def shown(library: Library, person: Person, now: datetime = NOW, note: str = "") -> Rendered:
    return library.words.screen(person, Say(person.screen, note=note), now)


def labels(rendered: Rendered) -> list[list[str]]:
    return [[button.label for button in row] for row in rendered.rows]


def keys(rendered: Rendered) -> list[str]:
    return [button.data.partition(":")[2] for row in rendered.rows for button in row if button.data]


def day_after_review(library: Library, screen: str) -> datetime:
    due = library.words.shelf.pages[screen].review_by
    assert due
    return datetime.combine(due + timedelta(days=1), time(12), UTC)


def test_a_screen_shows_its_words_its_buttons_its_sources_and_the_ways_out(library: Library) -> None:
    rendered = shown(library, at(CARD))
    assert plain_text(rendered.text).startswith("Psoriasis is a long-lasting illness of the skin.")
    assert keys(rendered) == [*library.world.graph.screens[CARD].choices, "sources", "back", "menu", "leave"]
    assert labels(rendered)[-1] == ["Back", "Menu", "Leave"]
    assert all(button.data.startswith("7:") for row in rendered.rows for button in row)


def test_a_screen_without_claims_has_no_sources_to_show(library: Library) -> None:
    assert "sources" not in keys(shown(library, at("welcome.hello")))


def test_whoever_has_nowhere_to_go_back_to_gets_no_back_button(library: Library) -> None:
    assert keys(shown(library, at(CARD, trail=())))[-2:] == ["menu", "leave"]


def test_a_way_out_that_the_screen_names_itself_does_not_stand_twice(library: Library) -> None:
    graph = library.world.graph
    for name, screen in graph.screens.items():
        if screen.kind == "decide" or name == SEVERAL:
            continue
        found = keys(shown(library, at(name)))
        for key in ("menu", "leave"):
            own = graph.commands[key] in screen.choices.values() or graph.commands[key] == name
            assert (key in found and found.index(key) >= len(found) - 3) != own or key in screen.choices, name


def test_in_a_group_nobody_can_press_anything(library: Library) -> None:
    group = replace(at("group.private"), id=-100)
    assert shown(library, group).rows == ()


def test_a_word_about_what_just_happened_stands_above_the_screen(library: Library) -> None:
    said = plain_text(shown(library, at(CARD), note="old_button").text)
    note, page = said.split("\n\n")[:2]
    assert note == plain_text(library.words.shelf.notes["old_button"])
    assert page.startswith("Psoriasis is a long-lasting")


def test_a_page_past_its_review_date_is_replaced_by_a_short_one_that_says_so(library: Library) -> None:
    late = day_after_review(library, CARD)
    on_the_day = shown(library, at(CARD), late - timedelta(days=1))
    after = shown(library, at(CARD), late)
    assert "long-lasting" in plain_text(on_the_day.text)
    assert "long-lasting" not in plain_text(after.text)
    assert "What psoriasis is" in plain_text(after.text) and "past its review date" in plain_text(after.text)


def test_the_short_page_offers_only_pages_that_may_be_shown(library: Library) -> None:
    late = day_after_review(library, CARD)
    said = plain_text(shown(library, at(CARD), late).text)
    for page in library.words.shelf.pages.values():
        if page.title and page.name != CARD and f"• {page.title}" in said:
            assert page.served_on(late.date()), page.name


def test_every_button_of_the_short_page_leads_on(library: Library) -> None:
    late = day_after_review(library, CARD)
    person = at(CARD)
    for key in keys(shown(library, person, late)):
        _, effects = step(library.world, person, Chose(7, key), late)
        [said] = effects
        assert isinstance(said, Say) and said.note == "", f"«{key}» is taken for an old button"


def test_the_short_page_has_every_way_out(library: Library) -> None:
    late = day_after_review(library, CARD)
    assert keys(shown(library, at(CARD), late))[-3:] == list(FOOTER)


@pytest.mark.parametrize("flow", ["emergency", "data", "way_out", "help", "menu"])
def test_screens_that_must_always_be_there_are_never_replaced(library: Library, flow: str) -> None:
    far = datetime(2050, 1, 1, 12, tzinfo=UTC)
    for name, screen in library.world.graph.screens.items():
        if name.startswith(f"{flow}.") and screen.kind != "decide":
            assert "past its review date" not in plain_text(shown(library, at(name), far).text), name


def test_a_list_shows_eight_entries_at_a_time_and_more_on_the_next_page(library: Library) -> None:
    countries = library.world.places.countries()
    person = at("help.numbers")
    first, last = shown(library, person), shown(library, replace(person, page=(len(countries) - 1) // 8))
    assert keys(first)[:9] == [*countries[:8], "more"]
    assert keys(last)[0] == countries[(len(countries) - 1) // 8 * 8]


def test_a_box_shows_whether_it_is_ticked_and_the_end_of_ticking_says_what_it_means(library: Library) -> None:
    group = next(iter(library.world.safety.groups.values()))
    person = replace(at("check.group", group.id), ticked=(group.findings[1],))
    ticked, empty = shown(library, person), shown(library, replace(person, ticked=()))
    boxes = [label[0] for row in labels(ticked) for label in row if label[0] in "☐☑"]
    assert boxes[:2] == ["☐", "☑"]
    engine = library.words.shelf.phrases["engine"]
    assert engine["done"] in {label for row in labels(ticked) for label in row}
    assert engine["none"] in {label for row in labels(empty) for label in row}


def test_sources_and_dates_of_the_page_before_are_said(library: Library) -> None:
    page = library.words.shelf.pages[CARD]
    said = plain_text(shown(library, at("about.sources", CARD)).text)
    for part in (page.title, page.grade, "22 November 2026", "22 November 2027", "not yet reviewed by a clinician"):
        assert part in said
    for source in page.sources:
        assert library.words.shelf.sources[source].said() in said


def test_sources_of_no_page_say_how_to_find_them(library: Library) -> None:
    assert "Sources and dates" in plain_text(shown(library, at("about.sources", "no.such_page")).text)


def test_the_numbers_are_those_of_the_country_just_named_then_visited_then_home(library: Library) -> None:
    home = example(library, NOW)
    abroad = home.keeping("country_now", "ZA", NOW)
    numbers = [
        plain_text(shown(library, replace(person, screen="emergency.general", given=given)).text).split("\n")[0]
        for person, given in [(Person(1), ""), (home, ""), (abroad, ""), (abroad, "US"), (abroad, "FJ")]
    ]
    assert "Germany" in numbers[1] and "South Africa" in numbers[2] and "United States" in numbers[3]
    assert numbers[4] == numbers[0]


@settings(max_examples=60, deadline=None)
@given(typed=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_what_a_person_typed_is_shown_as_typed_and_never_as_markup(library: Library, typed: str) -> None:
    template = library.words._compile(library.words._html, "Before {{ typed }} <b>{{ typed }}</b> after")
    text, marks = parse(template.render(typed=typed))
    assert text == f"Before {typed} {typed} after"
    assert len(marks) <= 1


def test_a_label_is_plain_text_and_a_toast_too(library: Library) -> None:
    assert library.words.label(Person(1), "Back & forth <b>", NOW, {}) == "Back & forth <b>"
    assert library.words.toast("already_done") == library.words.shelf.phrases["toasts"]["already_done"]


def test_a_label_is_filled_in_for_its_entry(library: Library) -> None:
    assert library.words.label(Person(1), "{{ country_name_of_item }}", NOW, {"country": "AT"}) == "Austria"


def rows_of(*texts: str) -> list[list[str]]:
    return [[button.label for button in row] for row in paired([Button(text, "1:x") for text in texts])]


def test_short_labels_stand_two_by_two_and_long_ones_alone() -> None:
    long = "x" * (SHORT_LABEL + 1)
    assert rows_of("Yes", "No", "Not sure") == [["Yes", "No"], ["Not sure"]]
    assert rows_of("Yes", long, "No", "Maybe") == [["Yes"], [long], ["No", "Maybe"]]
    assert rows_of(long, "Yes", "No") == [[long], ["Yes", "No"]]
    assert rows_of() == []


@given(st.lists(st.text(min_size=1, max_size=30)))
def test_pairing_keeps_every_button_in_its_order(texts: list[str]) -> None:
    rows = rows_of(*texts)
    assert [text for row in rows for text in row] == texts
    assert all(len(row) == 1 or all(len(text) <= SHORT_LABEL for text in row) for row in rows)
    assert all(len(row) in (1, 2) for row in rows)


def test_pages_that_may_be_shown_on_a_day(library: Library) -> None:
    pages = library.words.shelf.pages.values()
    assert len(served(pages, TODAY)) == len(pages)
    late = {page.name for page in served(pages, date(2050, 1, 1))}
    assert CARD not in late and "emergency.general" in late and "menu.home" in late


def test_a_screen_read_aloud_is_its_text_and_its_buttons() -> None:
    rendered = Rendered(
        "<b>Stop</b> &amp; rest.", ((Button("Yes", "1:y"), Button("No", "1:n")), (Button("Back", "1:b"),))
    )
    assert read_aloud(rendered) == "Stop & rest.\n[Yes] [No] [Back]"
    assert read_aloud(Rendered("Only words.")) == "Only words."
