"""What can be wrong with words: labels, facts, lengths, sources, reading grade, dates."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, get_args

import textstat
from jinja2 import Environment, TemplateError, TemplateSyntaxError, meta

from bot.care.clinician import AGES, KINDS, ROLES
from bot.care.opening import REASONS
from bot.care.patch_test import HALVES
from bot.care.products import PRODUCT_KINDS
from bot.care.safety import LEVELS
from bot.care.therapists import REPLIES
from bot.dialogue.events import OtherKind
from bot.dialogue.graph import Graph, Screen
from bot.dialogue.items import CORRECTABLE
from bot.dialogue.patch_flow import BOXES
from bot.library.answers import FOLDER as ANSWERS
from bot.library.answers import where
from bot.library.care_facts import NEXT
from bot.library.facts import FACTS
from bot.library.markup import JINJA, plain_text, telegram_length, tidy
from bot.library.pages import COPY, Page
from bot.library.problems import Fault
from bot.library.session_facts import NEEDED as SESSION_PHRASES
from bot.library.shelf import Shelf
from bot.reminders.putting_off import DELAYS

MESSAGE = 4096
CAPTION = 1024
LABEL = 60
# The longest texts Telegram takes, by group of phrases or by phrase; toasts, names and descriptions are its own.
LONGEST = {
    "toasts": 200,
    "engine": LABEL,
    "commands": 256,
    "bot.name": 64,
    "bot.short_description": 120,
    "bot.description": 512,
}
WORD = re.compile(r"\w[\w'’-]*")
HIGHEST_GRADE = 8.0
GRADED_FROM = 60
SOON = timedelta(days=30)
_SENT = {f"sent_{kind}" for kind in get_args(OtherKind)}
NEEDED_PHRASES: Mapping[str, set[str]] = {
    "notes": _SENT
    | set(
        "old_button welcome_back forwarded empty_text edited unknown_command not_understood way_round location_not_now "
        "country_unclear zone_unclear hours_unclear file_failed my_fault changed_since too_fast not_kept "
        "date_unclear date_past date_far hour_unclear day_unclear day_ahead limits_unclear limits_long "
        "therapist_unclear therapist_long therapist_taken places_unclear places_everywhere "
        "card_stop_unclear card_stop_long card_wish_unclear card_wish_long card_name_unclear card_name_long "
        "rhythm_unclear ending_unclear not_covered not_covered_near topics_here answer_here product_name_unclear "
        "product_name_long ingredients_unclear ingredients_long test_morning_unclear test_evening_unclear "
        "reminder_late".split()
    ),
    "toasts": set("already_done got_it reminder_gone no_day_there box_ticked box_closed box_early look_noted".split()),
    "engine": set("back menu leave sources more done none unsure ticked unticked open".split()),
    "answers": {*CORRECTABLE, "held", "clinician_stale", "appointment_zone", "tests"},
    "levels": set(LEVELS),
    "values": set("none not_reviewed nothing_kept discreet_yes discreet_no".split())
    | {f"clinician_view_{kind}" for kind in KINDS}
    | {f"clinician_role_{role}" for role in ROLES}
    | {f"clinician_stale_{age}" for age in AGES}
    | {f"therapist_{said}" for said in (*REPLIES, "signs", "anybody", "alarm", "removed")},
    "opening": {*REASONS, "held_crisis"},
    "stale": set(AGES),
    "product_actions": set("start today verdict result paste batch remove".split()),
    "product_kinds": set(PRODUCT_KINDS),
    "boxes": set(BOXES),
    "halves": {*HALVES, "none"},
    "looks": {"fine"},
    "test_status": set("ahead held gap last_call last_look running out_of_reach over".split()),
    "sentences": {
        "hours",
        "moment",
        "clinician_so_far",
        "hold_named",
        "hold_anybody",
        "hold_removed",
        "and_more",
        "read_as",
        "half_of_day",
        "box_late",
        *(f"clinician_{kind}" for kind in KINDS),
    },
    "marks": set("done current open".split()),
    "map": set("unknown_place not_said itch joint undated not_on_map wish".split()),
    "next_thing": set("consent clinician therapist map".split()) | set(NEXT.values()),
    "file": {
        "session_title",
        "session_alarm",
        *(
            f"{words}_{part}"
            for words in "export_txt export_json map_png card_png card_pdf card_txt questions_pdf".split()
            for part in ("name", "caption")
        ),
        *(
            f"{words}_{part}"
            for words in ("sessions_ics", "course_png", "checklist_pdf")
            for part in ("name", "caption")
        ),
    },
    "map_picture": {"title", "alt"},
    "sheet": set("title about answer treatment footer".split()),
    "terminal": set("how bye".split()),
    "bot": set("name short_description description".split()),
    "commands": set(),
    "reminders": set("heading untitled waiting waiting_late sent done skipped missed".split()),
    "delays": set(DELAYS),
    "journey": set(),
    "export": set(),
    **SESSION_PHRASES,
}


def page_faults(
    graph: Graph, shelf: Shelf, html: Environment, plain: Environment, shaky: Collection[str] = ()
) -> Iterator[Fault]:
    """Every fault of the pages; `shaky` names the flow files, screens and pages that could not be read as meant."""
    yield from missing_pages(graph, shelf.pages, shaky)
    for page in shelf.pages.values():
        screen = graph.screens.get(page.name)
        if screen is not None and screen.name not in shaky:
            yield from label_faults(screen, page)
        yield from template_faults(page, html, plain)


def missing_pages(graph: Graph, pages: Mapping[str, Page], shaky: Collection[str]) -> Iterator[Fault]:
    """Screens without words and words without a screen."""
    for screen in graph.screens.values():
        if screen.kind != "decide" and screen.name not in pages and screen.name not in shaky:
            yield Fault(screen.name, "this screen has no page.")
    for name in pages:
        lost = name in shaky or f"flows/{name.split('.')[0]}.yaml" in shaky
        if not lost and (name not in graph.screens or graph.screens[name].kind == "decide"):
            yield Fault(name, "this page belongs to no screen.")


def label_faults(screen: Screen, page: Page) -> Iterator[Fault]:
    """Buttons without a label, labels without a button, and lists without a label for their items."""
    keys = list(dict.fromkeys((*screen.choices, *screen.options, *((COPY,) if page.copies else ()))))
    for key in keys:
        if not page.labels.get(key):
            yield Fault(page.name, f"the button «{key}» has no label.")
    for key in page.labels:
        if key not in keys:
            yield Fault(page.name, f"the label «{key}» belongs to no button.")
    if bool(screen.items) != bool(page.item):
        yield Fault(page.name, "a list needs «item», the label of its entries, and nothing else has one.")
    if page.copies and COPY in screen.choices:
        yield Fault(page.name, f"the button «{COPY}» leads somewhere, so the page can't have a text to copy.")


def template_faults(page: Page, html: Environment, plain: Environment) -> Iterator[Fault]:
    """Facts that do not exist, templates that cannot be filled, and words too long or too few for Telegram."""
    for label in (page.item, *page.labels.values()):
        yield from (Fault(page.name, sentence) for sentence in label_lengths(label, plain))
    yield from (Fault(page.name, sentence) for sentence in unknown_facts(page.copies, plain))
    yield from (Fault(page.name, sentence) for sentence in page_lengths(page, html))


def label_lengths(label: str, plain: Environment) -> Iterator[str]:
    """What is wrong with a label filled with the longest data."""
    if wrong := list(unknown_facts(label, plain)):
        yield from wrong
        return
    try:
        if len(longest(label, plain) if "{" in label else label) > LABEL:
            yield f"the label «{label}» is longer than {LABEL} characters."
    except TemplateError as error:
        yield f"{error}."


def page_lengths(page: Page, html: Environment) -> Iterator[str]:
    """What is wrong with a page filled with the longest data, and with none."""
    if wrong := list(unknown_facts(page.html, html)):
        yield from wrong
        return
    try:
        most, least = filled(page.html, html, most_known(), nothing_known())
    except TemplateError as error:
        yield f"{error}."
        return
    units = telegram_length(most)
    if units > MESSAGE and not page.long:
        yield f"with the longest data this is {units} characters, over {MESSAGE}."
    if not units:
        yield "this page says nothing."
    elif not plain_text(least):
        yield "this page says nothing while nothing is known."


def unknown_facts(source: str, jinja: Environment) -> Iterator[str]:
    """Facts a template names and nobody knows."""
    if "{" not in source:
        return
    try:
        named = meta.find_undeclared_variables(jinja.parse(source))
    except TemplateSyntaxError as error:
        yield f"the template cannot be read: {error}."
        return
    yield from (f"the fact «{name}» is not known." for name in sorted(named) if name not in FACTS)


def most_known() -> dict[str, Any]:
    """Every fact with the longest value it can take."""
    return {name: fact.longest for name, fact in FACTS.items()}


def nothing_known() -> dict[str, Any]:
    """Every fact as it is for somebody of whom nothing is known."""
    return {name: type(fact.longest)() for name, fact in FACTS.items()}


def longest(source: str, jinja: Environment) -> str:
    """A template filled with the longest value of every fact; raises TemplateError with a sentence."""
    return filled(source, jinja, most_known())[0]


def filled(source: str, jinja: Environment, *cases: Mapping[str, Any]) -> list[str]:
    """A template filled with the facts of each case; raises TemplateError with a sentence."""
    try:
        template = jinja.from_string(source)
        return [tidy(template.render(facts)) for facts in cases]
    # A template is a small program of the editor's and may fail in any way a program can.
    except Exception as error:
        raise TemplateError(f"the words cannot be filled in: {error}") from error


def grade_faults(pages: Mapping[str, Page], terms: frozenset[str]) -> Iterator[Fault]:
    """Pages of many words that are too hard to read; allowed medical terms count as easy words."""
    for page in pages.values():
        grade = reading_grade(page, terms)
        if grade is not None and grade > HIGHEST_GRADE:
            sentence = f"reading grade {grade:.1f} is over {HIGHEST_GRADE:g}: use shorter sentences and words."
            yield Fault(page.name, sentence)


def reading_grade(page: Page, terms: frozenset[str]) -> float | None:
    """The Flesch-Kincaid grade of a page (Kincaid et al. 1975), or None for fewer than 60 words."""
    text = spoken(page.html)
    if len(text.split()) < GRADED_FROM:
        return None
    easy = WORD.sub(lambda word: "skin" if word[0].casefold() in terms else word[0], text)
    return float(textstat.flesch_kincaid_grade(easy))


def spoken(html: str) -> str:
    """The words of a page without Jinja and mark-up; paragraphs and list items end as sentences do."""
    lines = [line.strip("• ").strip() for line in plain_text(_without_jinja(html)).splitlines()]
    return " ".join(line if line[-1:] in ".!?:" else f"{line}." for line in lines if line)


def _without_jinja(html: str) -> str:
    return JINJA.sub("", html)


def phrase_faults(shelf: Shelf, html: Environment, plain: Environment) -> Iterator[str]:
    """Phrases the engine needs and does not find, unknown facts in them, and texts longer than Telegram takes."""
    for group, needed in NEEDED_PHRASES.items():
        for key in sorted(needed - set(shelf.phrases.get(group, {}))):
            yield f"«{key}» is missing in {group}."
    for name, text in shelf.notes.items():
        yield from (f"notes.{name}: {wrong}" for wrong in unknown_facts(text, html))
    for group, texts in shelf.phrases.items():
        for key, text in texts.items():
            yield from phrase_texts(f"{group}.{key}", text, plain)


def phrase_texts(name: str, text: str, plain: Environment) -> Iterator[str]:
    """What is wrong with one phrase, such as «toasts.already_done»."""
    group = name.split(".")[0]
    if group in ("engine", "export", "file", "values"):
        yield from (f"{name}: {wrong}" for wrong in unknown_facts(text, plain))
    longest_text = LONGEST.get(name, LONGEST.get(group, len(text)))
    if len(text) > longest_text:
        yield f"{name} is longer than {longest_text} characters."


def command_faults(shelf: Shelf, commands: Collection[str]) -> Iterator[str]:
    """Commands that Telegram would list and that the bot does not know."""
    for name in shelf.phrases.get("commands", {}):
        if name not in commands and name != "back":
            yield f"«{name}» in commands is no command of flows/anywhere.yaml."


def source_faults(shelf: Shelf) -> Iterator[Fault]:
    """Sources that pages name and that are not in sources.yaml."""
    for page in (*shelf.pages.values(), *answer_pages(shelf).values()):
        for source in page.sources:
            if source not in shelf.sources:
                yield Fault(page.name, f"the source «{source}» is not in sources.yaml.")


def answer_pages(shelf: Shelf) -> dict[str, Page]:
    """The pages of the written answers, named as faults name them."""
    return {where(name): replace(answer.page, name=where(name)) for name, answer in shelf.answers.items()}


def file_warnings(review_dates: Mapping[str, date], today: date) -> Iterator[str]:
    """Files past or near their review date; they hold alarms and numbers, so they are used all the same."""
    for name, due in review_dates.items():
        if due < today:
            yield f"{name}: its review was due on {due}; it is still used."
        elif due - today <= SOON:
            yield f"{name}: its review is due on {due}."


def page_warnings(shelf: Shelf, today: date) -> Iterator[str]:
    """Pages past or near their review date, and facts still to be confirmed."""
    pages = (*shelf.pages.values(), *answer_pages(shelf).values())
    for page in pages:
        if page.review_by and page.review_by < today:
            stays = "it is still served" if page.always else "a short page stands in for it"
            stays = "it answers nobody" if page.name.startswith(f"{ANSWERS}/") else stays
            yield f"{page.name}: its review was due on {page.review_by}; {stays}."
        elif page.review_by and page.review_by - today <= SOON:
            yield f"{page.name}: its review is due on {page.review_by}."
    for page in pages:
        if page.to_confirm:
            yield f"{page.name}: to confirm: {', '.join(page.to_confirm)}."
