"""What can be wrong with words: labels, facts, lengths, sources, reading grade, dates."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import get_args

import textstat
from jinja2 import Environment, TemplateError, TemplateSyntaxError, UndefinedError, meta

from bot.dialogue.events import OtherKind
from bot.dialogue.graph import Graph, Screen
from bot.dialogue.items import CORRECTABLE
from bot.library.facts import FACTS
from bot.library.markup import JINJA, plain_text, telegram_length, tidy
from bot.library.pages import Page
from bot.library.problems import Fault
from bot.library.shelf import Shelf

MESSAGE = 4096
CAPTION = 1024
LABEL = 60
TOAST = 200
HIGHEST_GRADE = 8.0
GRADED_FROM = 60
SOON = timedelta(days=30)
_SENT = {f"sent_{kind}" for kind in get_args(OtherKind)}
NEEDED_PHRASES: Mapping[str, set[str]] = {
    "notes": _SENT
    | set(
        "old_button welcome_back forwarded empty_text edited unknown_command not_understood way_round location_not_now "
        "country_unclear zone_unclear hours_unclear file_failed my_fault changed_since too_fast not_kept".split()
    ),
    "toasts": {"already_done"},
    "engine": set("back menu leave sources more done none ticked unticked".split()),
    "answers": set(CORRECTABLE),
    "values": set("none not_reviewed nothing_kept discreet_yes discreet_no".split()),
    "sentences": {"hours"},
    "marks": set("done current open".split()),
    "next_thing": set("consent learn".split()),
    "file": set("export_txt_name export_json_name export_txt_caption export_json_caption".split()),
    "terminal": set("how bye".split()),
    "bot": set("name short_description description".split()),
    "commands": set(),
    "journey": set(),
    "export": set(),
}


def page_faults(
    graph: Graph, shelf: Shelf, terms: frozenset[str], html: Environment, plain: Environment
) -> Iterator[Fault]:
    """Every fault of the pages, against the graph they belong to."""
    yield from missing_pages(graph, shelf.pages)
    for page in shelf.pages.values():
        screen = graph.screens.get(page.name)
        if screen is not None and screen.kind != "decide":
            yield from label_faults(screen, page)
            yield from template_faults(page, html, plain)
            yield from grade_faults(page, terms)
        yield from source_faults(page, shelf)


def missing_pages(graph: Graph, pages: Mapping[str, Page]) -> Iterator[Fault]:
    """Screens without words and words without a screen."""
    for screen in graph.screens.values():
        if screen.kind != "decide" and screen.name not in pages:
            yield Fault(screen.name, "this screen has no page.")
    for name in pages:
        if name not in graph.screens or graph.screens[name].kind == "decide":
            yield Fault(name, "this page belongs to no screen.")


def label_faults(screen: Screen, page: Page) -> Iterator[Fault]:
    """Buttons without a label, labels without a button, and lists without a label for their items."""
    keys = {*screen.choices, *screen.options}
    for key in keys:
        if not page.labels.get(key):
            yield Fault(page.name, f"the button «{key}» has no label.")
    for key in page.labels:
        if key not in keys:
            yield Fault(page.name, f"the label «{key}» belongs to no button.")
    if bool(screen.items) != bool(page.item):
        yield Fault(page.name, "a list needs «item», the label of its entries, and nothing else has one.")
    for label in page.labels.values():
        if len(label) > LABEL:
            yield Fault(page.name, f"the label «{label}» is longer than {LABEL} characters.")


def template_faults(page: Page, html: Environment, plain: Environment) -> Iterator[Fault]:
    """Facts that do not exist, templates that cannot be filled, and words over Telegram's length with the longest data."""
    for source in (page.item, *page.labels.values()):
        yield from (Fault(page.name, sentence) for sentence in unknown_facts(source, plain))
    wrong = list(unknown_facts(page.html, html))
    yield from (Fault(page.name, sentence) for sentence in wrong)
    if wrong:
        return
    try:
        text = longest(page.html, html)
    except TemplateError as error:
        yield Fault(page.name, f"the words cannot be filled in: {error}.")
        return
    if telegram_length(text) > MESSAGE and not page.long:
        yield Fault(
            page.name, f"with the longest data this is {telegram_length(text)} characters, over {MESSAGE}."
        )
    if not plain_text(text):
        yield Fault(page.name, "this page says nothing.")


def unknown_facts(source: str, jinja: Environment) -> Iterator[str]:
    """Facts a template names and nobody knows."""
    try:
        named = meta.find_undeclared_variables(jinja.parse(source))
    except TemplateSyntaxError as error:
        yield f"the template cannot be read: {error}."
        return
    yield from (f"the fact «{name}» is not known." for name in sorted(named) if name not in FACTS)


def longest(source: str, jinja: Environment) -> str:
    """A template filled with the longest value of every fact."""
    try:
        return tidy(jinja.from_string(source).render({name: fact.longest for name, fact in FACTS.items()}))
    except UndefinedError as error:
        raise TemplateError(str(error)) from error


def grade_faults(page: Page, terms: frozenset[str]) -> Iterator[Fault]:
    """A page of many words that is too hard to read; allowed medical terms count as easy words."""
    grade = reading_grade(page, terms)
    if grade is not None and grade > HIGHEST_GRADE:
        yield Fault(
            page.name,
            f"reading grade {grade:.1f} is over {HIGHEST_GRADE:g}: use shorter sentences and words.",
        )


def reading_grade(page: Page, terms: frozenset[str]) -> float | None:
    """The Flesch-Kincaid grade of a page (Kincaid et al. 1975), or None for fewer than 60 words."""
    text = spoken(page.html)
    if len(text.split()) < GRADED_FROM:
        return None
    easy = " ".join("skin" if word.strip(".,;:!?()'’").casefold() in terms else word for word in text.split())
    return float(textstat.flesch_kincaid_grade(easy))


def spoken(html: str) -> str:
    """The words of a page without Jinja and mark-up; paragraphs and list items end as sentences do."""
    lines = [line.strip("• ").strip() for line in plain_text(_without_jinja(html)).splitlines()]
    return " ".join(line if line[-1:] in ".!?:" else f"{line}." for line in lines if line)


def _without_jinja(html: str) -> str:
    return JINJA.sub("", html)


def phrase_faults(shelf: Shelf, html: Environment, plain: Environment) -> Iterator[Fault]:
    """Phrase groups the engine needs and does not find, unknown facts in them, and toasts too long to show."""
    for group, needed in NEEDED_PHRASES.items():
        for key in sorted(needed - set(shelf.phrases.get(group, {}))):
            yield Fault("phrases.yaml", f"«{key}» is missing in {group}.")
    for name, text in shelf.notes.items():
        yield from (
            Fault("phrases.yaml", f"notes.{name}: {sentence}") for sentence in unknown_facts(text, html)
        )
    for group in ("engine", "export", "file", "values"):
        for key, text in shelf.phrases.get(group, {}).items():
            yield from (
                Fault("phrases.yaml", f"{group}.{key}: {wrong}") for wrong in unknown_facts(text, plain)
            )
    for key, text in shelf.phrases.get("toasts", {}).items():
        if len(text) > TOAST:
            yield Fault("phrases.yaml", f"toasts.{key} is longer than {TOAST} characters.")


def source_faults(page: Page, shelf: Shelf) -> Iterator[Fault]:
    """Sources a page names that are not in sources.yaml."""
    for source in page.sources:
        if source not in shelf.sources:
            yield Fault(page.name, f"the source «{source}» is not in sources.yaml.")


def page_warnings(shelf: Shelf, today: date) -> Iterator[str]:
    """Pages past or near their review date, and facts still to be confirmed."""
    for page in shelf.pages.values():
        if page.review_by and page.review_by < today:
            stays = "it is still served" if page.always else "a short page stands in for it"
            yield f"{page.name}: its review was due on {page.review_by}; {stays}."
        elif page.review_by and page.review_by - today <= SOON:
            yield f"{page.name}: its review is due on {page.review_by}."
    for page in shelf.pages.values():
        if page.to_confirm:
            yield f"{page.name}: to confirm: {', '.join(page.to_confirm)}."
