"""content/ read whole: either a world and its words, or every fault at once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from bot.answers.net import Net, NetProblem, net_from
from bot.answers.second_look import SecondLook, second_look_of
from bot.care.safety import SafetyProblem, SafetyTable, safety_table, word_faults
from bot.dialogue.asking import ANSWER, WHICH
from bot.dialogue.decisions import DECISIONS
from bot.dialogue.graph import Graph
from bot.dialogue.items import ITEMS
from bot.dialogue.readers import READERS
from bot.dialogue.therapist import ELSEWHERE
from bot.dialogue.world import World
from bot.library import dates
from bot.library.answers import FOLDER as ANSWERS
from bot.library.answers import answer_faults, asking_from, read_answers
from bot.library.body_reading import RULES as BODY_RULES
from bot.library.body_reading import WORDS as BODY_WORDS
from bot.library.body_reading import BodyTables, body_source_faults, body_tables
from bot.library.card_words import card_faults, read_cards
from bot.library.care_reading import RULES, WORDS, CareTables, care_source_faults, care_tables
from bot.library.examples import Examples, read_examples
from bot.library.facts import DATE_LOCALES
from bot.library.figure_reading import read_pictures
from bot.library.flows import ANYWHERE, read_flows
from bot.library.geography import Places
from bot.library.graph_check import CONSENT, graph_faults
from bot.library.markup import telegram_html
from bot.library.pages import COPY, day, names, read_pages
from bot.library.places import PlaceBook, place_book
from bot.library.problems import ContentProblem, Fault
from bot.library.safety_check import safety_sources, sentence_faults, table_faults
from bot.library.shelf import Shelf, Source
from bot.library.text_yaml import UnreadableYaml, only_texts, read_mapping
from bot.library.therapist_reading import FILES as THERAPIST_FILES
from bot.library.therapist_reading import WORDS as THERAPIST_WORDS
from bot.library.therapist_reading import (
    TherapistTables,
    register_page_faults,
    therapist_source_faults,
    therapist_tables,
)
from bot.library.word_check import (
    answer_pages,
    command_faults,
    file_warnings,
    grade_faults,
    page_faults,
    page_warnings,
    phrase_faults,
    source_faults,
)
from bot.library.words import Words, environment

LANGUAGE = "en"
PHRASES, RED_FLAGS = f"{LANGUAGE}/phrases.yaml", f"{LANGUAGE}/red_flags.yaml"
TERMS, SOURCES = f"{LANGUAGE}/terms.yaml", "sources.yaml"
NOT_COVERED = f"{LANGUAGE}/not_covered.yaml"
NUMBERS, PLACES = "places/countries.yaml", f"{LANGUAGE}/places.yaml"
SAFETY, SAFETY_WORDS = "rules/safety.yaml", f"{LANGUAGE}/safety.yaml"
CARE_WORDS = {part: f"{LANGUAGE}/{name}" for part, name in {**WORDS, **THERAPIST_WORDS, "areas": BODY_WORDS}.items()}
FILES = (
    PHRASES,
    RED_FLAGS,
    TERMS,
    NOT_COVERED,
    SOURCES,
    NUMBERS,
    PLACES,
    SAFETY,
    SAFETY_WORDS,
    *RULES,
    *BODY_RULES,
    *CARE_WORDS.values(),
    *THERAPIST_FILES,
)
WORD_LISTS = ("medical_terms", "small_words", "follow_ups", "question_words")
NOT_COVERED_LISTS = ("elsewhere", "small_talk", "beside")
CODE = re.compile(r"[A-Z]{2}$")
RETENTION_DAYS = 365


@dataclass(frozen=True)
class Library:
    """What the bot talks with: the rules of the talk, the words, and what `check` warns of."""

    world: World
    words: Words
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Content:
    """The files of content/ as values, before anything is judged to be usable.

    `shaky` names the flow files and screens, `unread` the other files and pages, that could not be read as they are
    meant: what rests on them is not judged, so that one slip does not look like a hundred.
    """

    graph: Graph
    alarms: Mapping[str, str]
    shelf: Shelf
    net: Net | None
    safety: SafetyTable | None
    care: CareTables | None
    therapy: TherapistTables | None
    body: BodyTables | None
    terms: frozenset[str]
    aliases: Mapping[str, str]
    lists: Mapping[str, Any]
    strange: tuple[str, ...]
    examples: Examples
    faults: tuple[Fault, ...]
    shaky: frozenset[str]
    unread: frozenset[str]
    review_dates: Mapping[str, date]


def open_library(folder: Path, today: date, retention_days: int = RETENTION_DAYS, *, grades: bool = True) -> Library:
    """The library in `folder`, checked; raises ContentProblem with every fault.

    Without `grades` the reading grade is left to `check`: a page hard to read is no danger, and counting
    syllables takes a second of the start.
    """
    content = read_content(folder, retention_days)
    faults = [*content.faults, *judge(content, grades)]
    therapy, body = content.therapy, content.body
    if faults or content.net is None or content.safety is None or content.care is None:
        raise ContentProblem(faults)
    if therapy is None or body is None:
        raise ContentProblem(faults)
    world = world_of(content, content.net, content.safety, content.care, therapy, body)
    warnings = (*file_warnings(content.review_dates, today), *page_warnings(content.shelf, today))
    return Library(world, Words(content.shelf, world), warnings)


def read_content(folder: Path, retention_days: int = RETENTION_DAYS) -> Content:
    """Everything in `folder`, with what could not be read as faults."""
    if not (folder / LANGUAGE).is_dir():
        sentence = f"there is no content here: the folder «{LANGUAGE}» is missing."
        raise ContentProblem([Fault(str(folder), sentence)])
    graph, alarms, faults = read_flows(folder / "flows")
    shaky = frozenset(fault.where for fault in faults)
    pages, wrong = read_pages(folder / LANGUAGE / "screens")
    unread = {fault.where for fault in wrong if fault.where not in pages}
    faults += wrong
    answers, wrong = read_answers(folder / LANGUAGE / ANSWERS)
    faults += wrong
    files = {name: _read(folder, name, faults, unread) for name in FILES}
    phrases = _phrases(files[PHRASES], faults)
    cards, wrong = read_cards(folder, LANGUAGE)
    faults += wrong
    shelf = Shelf(
        pages=pages,
        notes={name: telegram_html(text) for name, text in phrases.get("notes", {}).items()},
        phrases=phrases,
        sources=_sources(files[SOURCES], faults),
        places=_places(files, unread, faults),
        safety=files[SAFETY_WORDS],
        care={part: files[name] for part, name in CARE_WORDS.items()},
        retention_days=retention_days,
        answers=answers,
        cards=cards,
    )
    safety = _safety(files, unread, faults)
    body = body_tables(files, LANGUAGE, unread, safety, faults) if safety else None
    if body:
        shelf = replace(shelf, pictures=read_pictures(folder, (LANGUAGE, *cards), body.body.areas, faults))
    return Content(
        graph,
        alarms,
        shelf,
        _net(files[RED_FLAGS], faults) if RED_FLAGS not in unread else None,
        safety,
        care_tables(files, LANGUAGE, unread, safety, faults) if safety else None,
        therapist_tables(files, LANGUAGE, unread, faults),
        body,
        *_terms(files[TERMS], faults),
        files[TERMS],
        _strange(files[NOT_COVERED], faults),
        read_examples(folder / LANGUAGE, faults),
        tuple(faults),
        shaky,
        frozenset(unread),
        _review_dates(files),
    )


def _read(folder: Path, name: str, faults: list[Fault], unread: set[str]) -> dict[str, Any]:
    try:
        return read_mapping(folder / name)
    except UnreadableYaml as error:
        faults.append(Fault(name, f"{error}."))
    except OSError as error:
        faults.append(Fault(name, f"this file cannot be read ({error.strerror})."))
    unread.add(name)
    return {}


def _phrases(groups: Mapping[str, Any], faults: list[Fault]) -> dict[str, dict[str, str]]:
    phrases = {}
    for name, table in groups.items():
        phrases[name], wrong = only_texts(table, name)
        faults += [Fault(PHRASES, sentence) for sentence in wrong]
    return phrases


def _terms(tables: Mapping[str, Any], faults: list[Fault]) -> tuple[frozenset[str], dict[str, str]]:
    """The words that the reading grade lets pass, and what people call countries besides their names."""
    aliases, wrong = only_texts(tables.get("countries"), "countries")
    wrong += [f"«{code}» of {name} is not a country's code." for name, code in aliases.items() if not CODE.match(code)]
    for name in WORD_LISTS:
        words = tables.get(name) or []
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            wrong.append(f"«{name}» must be a list of words.")
    words = names(tables.get("medical_terms"))
    faults += [Fault(TERMS, sentence) for sentence in wrong]
    return frozenset(word.casefold() for word in words), aliases


def _strange(tables: Mapping[str, Any], faults: list[Fault]) -> tuple[str, ...]:
    """The questions that no answer covers."""
    for name, listed in tables.items():
        if name not in NOT_COVERED_LISTS or not names(listed):
            faults.append(
                Fault(NOT_COVERED, f"«{name}» must be a list of questions, {' or '.join(NOT_COVERED_LISTS)}.")
            )
    return tuple(question for name in NOT_COVERED_LISTS for question in names(tables.get(name)))


def _review_dates(files: Mapping[str, Mapping[str, Any]]) -> dict[str, date]:
    """The day by which a file that carries one has to be reviewed again."""
    found = {name: day(table["review_by"]) for name, table in files.items() if "review_by" in table}
    return {name: due for name, due in found.items() if due}


def _sources(rows: Mapping[str, Any], faults: list[Fault]) -> dict[str, Source]:
    sources: dict[str, Source] = {}
    for key, row in rows.items():
        texts, wrong = only_texts(row, key)
        try:
            sources[key] = Source(key, **texts)
        except TypeError:
            wrong = ["needs publisher, title and year, and has nothing else but address and note."]
        faults += [Fault(SOURCES, f"«{key}»: {sentence}") for sentence in wrong]
    return sources


def _places(files: Mapping[str, Any], unread: set[str], faults: list[Fault]) -> PlaceBook:
    nothing = PlaceBook({}, {}, {}, DATE_LOCALES[LANGUAGE])
    if unread & {NUMBERS, PLACES}:
        return nothing
    try:
        book = place_book(files[NUMBERS], files[PLACES], DATE_LOCALES[LANGUAGE])
        # Countries share numbers, and a slip in one of those is one mistake.
        faults += [Fault("places", sentence) for sentence in dict.fromkeys(book.faults())]
        return book
    except KeyError as error:
        faults.append(Fault(NUMBERS, f"the entry {error} is missing."))
    except (TypeError, AttributeError):
        faults.append(Fault(NUMBERS, "this file does not have the form that its first lines describe."))
    return nothing


def _safety(files: Mapping[str, Any], unread: set[str], faults: list[Fault]) -> SafetyTable | None:
    if SAFETY in unread:
        return None
    try:
        table = safety_table(files[SAFETY])
    except SafetyProblem as problem:
        faults += [Fault(SAFETY, sentence) for sentence in problem.faults]
        return None
    faults += [Fault(SAFETY, sentence) for sentence in table_faults(table)]
    if SAFETY_WORDS not in unread:
        wrong = word_faults(table, files[SAFETY_WORDS]) or sentence_faults(files[SAFETY_WORDS])
        faults += [Fault(SAFETY_WORDS, sentence) for sentence in wrong]
    return table


def _net(tables: Mapping[str, Any], faults: list[Fault]) -> Net | None:
    try:
        return net_from(tables)
    except NetProblem as problem:
        faults += [Fault(RED_FLAGS, sentence) for sentence in problem.faults]
        return None


def judge(content: Content, grades: bool = True) -> Iterator[Fault]:
    """What is wrong with content that could be read."""
    html, plain = environment(escapes=True), environment(escapes=False)
    pages, unread = content.shelf.pages, content.unread
    yield from graph_faults(content.graph, content.alarms, DECISIONS, READERS, ITEMS, content.shaky)
    yield from page_faults(content.graph, content.shelf, html, plain, content.shaky | unread)
    yield from written_faults(content)
    if content.therapy and not content.shaky and ELSEWHERE in content.graph.screens:
        yield from register_page_faults(content.therapy.registers, {n: p for n, p in pages.items() if n not in unread})
    if grades and TERMS not in unread:
        yield from grade_faults(pages, content.terms)
        yield from grade_faults(answer_pages(content.shelf), content.terms)
    yield from card_faults(content.shelf.cards, content.care.card) if content.care else ()
    if SOURCES not in unread:
        yield from source_faults(content.shelf)
        yield from rule_source_faults(content)
        yield from care_source_faults(content.care, content.shelf.sources) if content.care else ()
        yield from therapist_source_faults(content.therapy, content.shelf.sources) if content.therapy else ()
        yield from body_source_faults(content.body, content.shelf.sources)
    if PHRASES not in unread:
        yield from (Fault(PHRASES, sentence) for sentence in phrase_faults(content.shelf, html, plain))
    if f"flows/{ANYWHERE}.yaml" not in content.shaky:
        yield from alarm_faults(content)
        yield from (Fault(PHRASES, wrong) for wrong in command_faults(content.shelf, content.graph.commands))
    if CONSENT in pages and pages[CONSENT].compiled is None:
        yield Fault(CONSENT, "the header field «compiled» is missing: it is the version of what people agree to.")


def written_faults(content: Content) -> Iterator[Fault]:
    """What is wrong with the written answers, and screens they need."""
    answers, screens = content.shelf.answers, content.graph.screens
    findings = content.safety.findings if content.safety else None
    yield from answer_faults(answers, None if content.shaky else screens, findings)
    for target in (ANSWER, WHICH) if answers else ():
        if target not in screens and not content.shaky:
            yield Fault("flows", f"the screen {target} is needed and does not exist.")


def alarm_faults(content: Content) -> Iterator[Fault]:
    """Alarms of the net that lead to no screen."""
    patterns = content.net.patterns if content.net else ()
    for alarm in dict.fromkeys(f"{pattern.level}.{pattern.topic}" for pattern in patterns):
        if alarm not in content.alarms:
            yield Fault(f"flows/{ANYWHERE}.yaml", f"the alarm «{alarm}» leads nowhere.")


def rule_source_faults(content: Content) -> Iterator[Fault]:
    """Sources that alarms and safety rules rest on and that are not in sources.yaml."""
    patterns = content.net.patterns if content.net else ()
    named = [(RED_FLAGS, pattern.id, source) for pattern in patterns for source in pattern.sources]
    rules = safety_sources(content.safety) if content.safety else ()
    named += [(SAFETY, rule, source) for rule, source in rules]
    for name, entry, source in named:
        if source not in content.shelf.sources:
            yield Fault(name, f"the source «{source}» of «{entry}» is not in sources.yaml.")


def second_look(content: Content, net: Net) -> SecondLook:
    """What the examples teach; people who ask what the guide answers, or what it does not cover, are well."""
    asked = (phrasing for answer in content.shelf.answers.values() for phrasing in (answer.page.title, *answer.asked))
    calm = (*content.examples.calm, *asked, *content.strange)
    return second_look_of(content.examples.alarms, calm, net.spelling.read)


def world_of(
    content: Content, net: Net, safety: SafetyTable, care: CareTables, therapy: TherapistTables, body: BodyTables
) -> World:
    """The rules of the talk, with every named function in its place."""
    pages = content.shelf.pages
    dates.warm_up()
    return World(
        graph=content.graph,
        decisions=DECISIONS,
        readers=READERS,
        items=ITEMS,
        labels={name: _labels(name, content) for name in pages},
        places=Places(content.shelf.places.countries, {**content.shelf.places.named(), **content.aliases}),
        net=net,
        look=second_look(content, net),
        alarms=content.alarms,
        consent_version=consent_version(content.shelf),
        safety=safety,
        views=care.views,
        questions=care.questions,
        techniques=care.techniques,
        therapists=therapy.therapists,
        registers=therapy.registers,
        sessions=care.sessions,
        patch=care.patch,
        ingredients=care.ingredients,
        dates=dates.readings,
        exact_dates=dates.exact,
        asking=asking_from(content.shelf.answers, content.lists, content.strange),
        body=body.body,
        touch=body.touch,
        lexicon=body.lexicon,
        card=care.card,
        card_languages=tuple(content.shelf.cards),
        recipes=frozenset({"map.png"} if content.shelf.pictures else ()),
    )


def _labels(name: str, content: Content) -> dict[str, str]:
    """The words on a screen's buttons as they stand in its page; labels that are filled in are left out."""
    page = content.shelf.pages[name]
    engine = {key: content.shelf.phrases["engine"][key] for key in ("back", "menu", "leave", "sources", "more", "done")}
    # A text to copy leads nowhere, so its label cannot be typed.
    return {**engine, **{key: said for key, said in page.labels.items() if "{" not in said and key != COPY}}


def consent_version(shelf: Shelf) -> str:
    """The version of the consent text: the day it was compiled."""
    return str(shelf.pages[CONSENT].compiled)
