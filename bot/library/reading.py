"""content/ read whole: either a world and its words, or every fault at once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.answers.net import Net, NetProblem, net_from
from bot.care.safety import SafetyProblem, SafetyTable, safety_table, word_faults
from bot.dialogue.decisions import DECISIONS
from bot.dialogue.graph import Graph
from bot.dialogue.items import ITEMS
from bot.dialogue.readers import READERS
from bot.dialogue.world import World
from bot.library.facts import DATE_LOCALES
from bot.library.flows import read_flows
from bot.library.geography import Places
from bot.library.graph_check import graph_faults
from bot.library.markup import telegram_html
from bot.library.pages import read_pages
from bot.library.places import PlaceBook, place_book
from bot.library.problems import ContentProblem, Fault
from bot.library.shelf import Shelf, Source
from bot.library.text_yaml import UnreadableYaml, read_mapping
from bot.library.word_check import page_faults, page_warnings, phrase_faults
from bot.library.words import Words, environment

LANGUAGE = "en"
RETENTION_DAYS = 365


@dataclass(frozen=True)
class Library:
    """What the bot talks with: the rules of the talk, the words, and what `check` warns of."""

    world: World
    words: Words
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Content:
    """The files of content/ as values, before anything is judged to be usable."""

    graph: Graph
    alarms: Mapping[str, str]
    shelf: Shelf
    net: Net | None
    safety: SafetyTable | None
    terms: frozenset[str]
    aliases: Mapping[str, str]
    faults: tuple[Fault, ...]


def open_library(folder: Path, today: date, retention_days: int = RETENTION_DAYS) -> Library:
    """The library in `folder`, checked; raises ContentProblem with every fault."""
    content = read_content(folder, retention_days)
    faults = [*content.faults, *judge(content)]
    if faults or content.net is None or content.safety is None:
        raise ContentProblem(faults)
    world = world_of(content, content.net, content.safety)
    warnings = tuple(page_warnings(content.shelf, today))
    return Library(world, Words(content.shelf, world), warnings)


def read_content(folder: Path, retention_days: int = RETENTION_DAYS) -> Content:
    """Everything in `folder`, with what could not be read as faults."""
    if not (folder / LANGUAGE).is_dir():
        raise ContentProblem(
            [Fault(str(folder), f"there is no content here: the folder «{LANGUAGE}» is missing.")]
        )
    graph, alarms, faults = read_flows(folder / "flows")
    pages, wrong = read_pages(folder / LANGUAGE / "screens")
    faults += wrong
    read = _reader(folder, faults)
    phrases = read(f"{LANGUAGE}/phrases.yaml")
    shelf = Shelf(
        pages=pages,
        notes={name: telegram_html(text) for name, text in phrases.get("notes", {}).items()},
        phrases=phrases,
        sources=_sources(read("sources.yaml"), faults),
        places=_places(read("places/countries.yaml"), read(f"{LANGUAGE}/places.yaml"), faults),
        safety=read(f"{LANGUAGE}/safety.yaml"),
        retention_days=retention_days,
    )
    safety = _safety(read("rules/safety.yaml"), shelf.safety, faults)
    net = _net(read(f"{LANGUAGE}/red_flags.yaml"), faults)
    terms = frozenset(word.casefold() for word in read(f"{LANGUAGE}/terms.yaml").get("medical_terms", ()))
    aliases = read(f"{LANGUAGE}/terms.yaml").get("countries", {})
    return Content(graph, alarms, shelf, net, safety, terms, aliases, tuple(faults))


def _reader(folder: Path, faults: list[Fault]) -> Callable[[str], dict[str, Any]]:
    def read(name: str) -> dict[str, Any]:
        try:
            return read_mapping(folder / name)
        except UnreadableYaml as error:
            faults.append(Fault(name, f"{error}."))
        except OSError as error:
            faults.append(Fault(name, f"this file cannot be read ({error.strerror})."))
        return {}

    return read


def _sources(rows: Mapping[str, Any], faults: list[Fault]) -> dict[str, Source]:
    sources: dict[str, Source] = {}
    for key, row in rows.items():
        try:
            sources[key] = Source(key, **row)
        except TypeError:
            faults.append(
                Fault(
                    "sources.yaml",
                    f"«{key}» needs publisher, title and year, and has nothing else but address and note.",
                )
            )
    return sources


def _places(numbers: Mapping[str, Any], words: Mapping[str, Any], faults: list[Fault]) -> PlaceBook:
    try:
        book = place_book(numbers, words, DATE_LOCALES[LANGUAGE])
        faults += [Fault("places", sentence) for sentence in book.faults()]
        return book
    except KeyError as error:
        faults.append(Fault("places/countries.yaml", f"the entry {error} is missing."))
        return PlaceBook({}, {}, {}, DATE_LOCALES[LANGUAGE])


def _safety(rules: Mapping[str, Any], words: Mapping[str, Any], faults: list[Fault]) -> SafetyTable | None:
    try:
        table = safety_table(rules)
    except SafetyProblem as problem:
        faults += [Fault("rules/safety.yaml", sentence) for sentence in problem.faults]
        return None
    faults += [Fault(f"{LANGUAGE}/safety.yaml", sentence) for sentence in word_faults(table, words)]
    return table


def _net(tables: Mapping[str, Any], faults: list[Fault]) -> Net | None:
    try:
        return net_from(tables)
    except NetProblem as problem:
        faults += [Fault(f"{LANGUAGE}/red_flags.yaml", sentence) for sentence in problem.faults]
        return None


def judge(content: Content) -> Iterator[Fault]:
    """What is wrong with content that could be read."""
    yield from graph_faults(content.graph, content.alarms, DECISIONS, READERS, ITEMS)
    html, plain = environment(escapes=True), environment(escapes=False)
    yield from page_faults(content.graph, content.shelf, content.terms, html, plain)
    yield from phrase_faults(content.shelf, html, plain)
    yield from alarm_faults(content)


def alarm_faults(content: Content) -> Iterator[Fault]:
    """Alarms of the net that lead to no screen."""
    if content.net is None:
        return
    for pattern in content.net.patterns:
        alarm = f"{pattern.level}.{pattern.topic}"
        if alarm not in content.alarms:
            yield Fault("flows/anywhere.yaml", f"the alarm «{alarm}» leads nowhere.")


def world_of(content: Content, net: Net, safety: SafetyTable) -> World:
    """The rules of the talk, with every named function in its place."""
    pages = content.shelf.pages
    return World(
        graph=content.graph,
        decisions=DECISIONS,
        readers=READERS,
        items=ITEMS,
        labels={name: _labels(name, content) for name in pages},
        places=Places(content.shelf.places.countries, {**content.shelf.places.named(), **content.aliases}),
        net=net,
        alarms=content.alarms,
        consent_version=consent_version(content.shelf),
        safety=safety,
    )


def _labels(name: str, content: Content) -> dict[str, str]:
    """The words on a screen's buttons as they stand in its page; labels that are filled in are left out."""
    page = content.shelf.pages[name]
    engine = {
        key: content.shelf.phrases["engine"][key]
        for key in ("back", "menu", "leave", "sources", "more", "done")
    }
    return {**engine, **{key: label for key, label in page.labels.items() if "{" not in label}}


def consent_version(shelf: Shelf) -> str:
    """The version of the consent text: the day it was compiled."""
    return str(shelf.pages["welcome.consent"].compiled)
