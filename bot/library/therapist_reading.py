"""The tables behind choosing a therapist, read and checked: shortlist, registers by country, and their words."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateError

from bot.care.registers import REGULATIONS, RegisterProblem, RegisterTable, register_table
from bot.care.rule_tables import word_faults
from bot.care.therapist_note import SENTENCES
from bot.care.therapists import (
    ASKED,
    LABELLED,
    SHORT,
    TherapistProblem,
    TherapistTable,
    therapist_table,
)
from bot.library.pages import Page
from bot.library.problems import Fault

RULES, REGISTERS = "rules/therapist_questions.yaml", "places/registers.yaml"
# The name under which a shelf keeps the words, and the file in the folder of the language.
WORDS = {"therapists": "therapists.yaml"}
FILES = (RULES, REGISTERS)
PAGE = "therapist.in_{}"
WHERE = "therapist words"
# The longest words, by section and part.
LENGTHS = (
    ("questions", "short", SHORT),
    ("questions", "ask", ASKED),
    ("signs", "short", SHORT),
    ("signs", "label", LABELLED),
)
SECTIONS = ("questions", "signs", "groups", "regulation", "turn_to", "note")
_JINJA = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 - only tried, never shown


@dataclass(frozen=True)
class TherapistTables:
    """What to ask a therapist, and how countries regulate massage."""

    therapists: TherapistTable
    registers: RegisterTable


def therapist_tables(
    files: Mapping[str, Any], language: str, unread: Collection[str], faults: list[Fault]
) -> TherapistTables | None:
    """Both tables, or None with every fault of them and of their words added."""
    table = _therapists(files, unread, faults)
    registers = _registers(files, unread, faults)
    if table is None or registers is None:
        return None
    name = f"{language}/{WORDS['therapists']}"
    if name not in unread:
        faults += [Fault(name, sentence) for sentence in therapist_word_faults(table, registers, files[name])]
    return TherapistTables(table, registers)


def _therapists(files: Mapping[str, Any], unread: Collection[str], faults: list[Fault]) -> TherapistTable | None:
    if RULES in unread:
        return None
    try:
        return therapist_table(files[RULES])
    except TherapistProblem as problem:
        faults += [Fault(RULES, sentence) for sentence in problem.faults]
    return None


def _registers(files: Mapping[str, Any], unread: Collection[str], faults: list[Fault]) -> RegisterTable | None:
    if REGISTERS in unread:
        return None
    try:
        return register_table(files[REGISTERS])
    except RegisterProblem as problem:
        faults += [Fault(REGISTERS, sentence) for sentence in problem.faults]
    return None


def therapist_word_faults(table: TherapistTable, registers: RegisterTable, words: Mapping[str, Any]) -> Iterator[str]:
    """What content/<language>/therapists.yaml lacks, has too much of, or says at too great length."""
    yield from word_faults(words, "questions", [q.id for q in table.questions], ("ask", "short"), WHERE)
    yield from word_faults(words, "signs", table.signs, ("label", "short"), WHERE)
    yield from word_faults(words, "groups", table.groups, ("ask",), WHERE)
    yield from word_faults(words, "regulation", (*REGULATIONS, "other"), ("says",), WHERE)
    yield from word_faults(words, "note", SENTENCES, ("says",), WHERE)
    yield from _turn_to_faults(registers, words)
    yield from _lengths(words)
    yield from _unsaid(words)


def _turn_to_faults(registers: RegisterTable, words: Mapping[str, Any]) -> Iterator[str]:
    held = words.get("turn_to")
    entries: Mapping[str, Any] = held if isinstance(held, Mapping) else {}
    if "other" not in entries:
        yield f"{WHERE}: turn_to «other» is missing."
    for country in sorted(entries.keys() - {"other", *registers}):
        yield f"{WHERE}: turn_to «{country}» is no country of {REGISTERS}."


def _entries(words: Mapping[str, Any], section: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    held = words.get(section)
    for name, entry in held.items() if isinstance(held, Mapping) else ():
        yield name, entry if isinstance(entry, Mapping) else {}


def _lengths(words: Mapping[str, Any]) -> Iterator[str]:
    for section, part, most in LENGTHS:
        for name, entry in _entries(words, section):
            text = str(entry.get(part, ""))
            if len(text) > most:
                yield f"{WHERE}: {section} «{name}» says «{part}» in {len(text)} characters; {most} fit."


def _unsaid(words: Mapping[str, Any]) -> Iterator[str]:
    """Sentences that name something we do not know."""
    facts = {"country": "", "places": "", "said": "", "side": ""}
    for section in SECTIONS:
        for name, entry in _entries(words, section):
            for text in entry.values():
                try:
                    _JINJA.from_string(str(text)).render(facts)
                except TemplateError as error:
                    yield f"{WHERE}: {section} «{name}» cannot be said: {error}."


def register_page_faults(registers: RegisterTable, pages: Mapping[str, Page]) -> Iterator[Fault]:
    """Countries without a page, pages without a country, and pages that rest on less than their entry."""
    named = {PAGE.format(code.lower()): register for code, register in registers.items()}
    for name, register in named.items():
        page = pages.get(name)
        if page is None:
            yield Fault(REGISTERS, f"the country «{register.country}» has no page {name}.")
        elif page.compiled != register.compiled:
            yield Fault(REGISTERS, f"«{register.country}» is compiled on another day than its page {name}.")
    for name in pages:
        if name.startswith(PAGE.format("")) and name not in (*named, PAGE.format("other")):
            yield Fault(name, f"this page is about a country that is not in {REGISTERS}.")


def therapist_source_faults(tables: TherapistTables, sources: Collection[str]) -> Iterator[Fault]:
    """Sources that are not in sources.yaml."""
    found = {(RULES, source) for question in tables.therapists.questions for source in question.sources}
    found |= {(RULES, source) for sign in tables.therapists.signs.values() for source in sign.sources}
    found |= {(REGISTERS, source) for register in tables.registers.values() for source in register.sources}
    for name, source in sorted(found):
        if source not in sources:
            yield Fault(name, f"the source «{source}» is not in sources.yaml.")
