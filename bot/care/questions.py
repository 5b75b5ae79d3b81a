"""The question sheet: what to ask a clinician, from what the person ticked in the safety check.

Laws of this file:
* Every finding that leads to more than "gentle" has a question, and so has every group somebody may be unsure about.
* The worst comes first, no question stands twice, and the standing questions come after them, always.
* The questions are a table, `content/rules/questions.yaml`; their words stand beside the other words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.care.rule_tables import (
    Clauses,
    clauses,
    grade_faults,
    is_name,
    met,
    names,
    number,
    repeats,
    rows,
    section,
    strange_keys,
    strangers,
    word_faults,
)
from bot.care.safety import LEVELS, Level, SafetyTable, Verdict

KEYS = ("id", "when", "facts", "sources", "grade")
MOST_QUESTIONS = 12
QUESTION_LENGTH = 200
NAME_LENGTH = 60


@dataclass(frozen=True)
class Question:
    """One question, asked when every clause of `when` is met; one finding is enough to meet a clause."""

    id: str
    sources: tuple[str, ...]
    facts: tuple[str, ...] = ()
    grade: str = ""
    when: Clauses = ()


@dataclass(frozen=True)
class QuestionTable:
    """Questions by finding, one for each group somebody may be unsure about, and those asked of every clinician.

    At most `most` of a person's own questions are asked at once.
    """

    questions: tuple[Question, ...]
    unsure: Mapping[str, Question]
    standing: tuple[Question, ...]
    most: int


@dataclass(frozen=True)
class Asked:
    """A question on somebody's sheet: what led to it, and how bad that is. Standing ones have no findings."""

    question: Question
    level: Level = "gentle"
    findings: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True)
class Sheet:
    """The person's own questions, worst first, how many were left out, and the standing ones."""

    own: tuple[Asked, ...]
    left_out: int
    standing: tuple[Asked, ...]

    @property
    def all(self) -> tuple[Asked, ...]:
        """Every question in the order it is asked."""
        return (*self.own, *self.standing)


class QuestionProblem(Exception):
    """The table is faulty; `faults` says everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def question_sheet(
    ticked: frozenset[str], unsure: frozenset[str], verdict: Verdict | None, table: QuestionTable
) -> Sheet:
    """The sheet for these ticks; without a verdict only what everybody may ask."""
    own = () if verdict is None else (*from_findings(ticked, verdict, table), *from_doubts(unsure, verdict, table))
    worst_first = sorted(own, key=lambda asked: LEVELS.index(asked.level))
    standing = tuple(Asked(question) for question in table.standing)
    return Sheet(tuple(worst_first[: table.most]), max(0, len(own) - table.most), standing)


def from_findings(ticked: frozenset[str], verdict: Verdict, table: QuestionTable) -> Iterator[Asked]:
    """One question for each row whose clauses are met, as bad as the worst that its findings lead to."""
    levels = finding_levels(verdict)
    for question in table.questions:
        if led_by := met(question.when, ticked):
            worst_first = tuple(finding for finding in levels if finding in led_by)
            yield Asked(question, levels[worst_first[0]], worst_first)


def finding_levels(verdict: Verdict) -> dict[str, Level]:
    """The worst level that each finding led to; the reasons of a verdict stand worst first."""
    levels: dict[str, Level] = {}
    for reason in verdict.because:
        for finding in reason.findings:
            levels.setdefault(finding, reason.rule.level)
    return levels


def from_doubts(unsure: frozenset[str], verdict: Verdict, table: QuestionTable) -> Iterator[Asked]:
    """One question for each group the person was not sure about."""
    for group, question in table.unsure.items():
        if group in unsure:
            levels = [reason.rule.level for reason in verdict.because if reason.group == group]
            yield Asked(question, min(levels, key=LEVELS.index, default="ask_first"), group=group)


# Reading the table.


def question_table(raw: Mapping[str, Any], safety: SafetyTable) -> QuestionTable:
    """The table as read from YAML, checked against the safety check; raises QuestionProblem with every fault."""
    faults: list[str] = []
    unsure = section(raw, "unsure", "questions: the table", faults)
    table = QuestionTable(
        questions=tuple(_questions(raw, "questions", faults)),
        unsure={group: _unsure(group, unsure[group], faults) for group in unsure},
        standing=tuple(_questions(raw, "standing", faults, for_ticks=False)),
        most=number(raw, "most", MOST_QUESTIONS, "questions", faults),
    )
    faults += strange_keys(raw, ("questions", "unsure", "standing", "most"), "questions: the table")
    faults += repeats([q.id for q in (*table.questions, *table.standing)], "questions")
    faults += strangers(table.unsure, safety.groups, "group", "questions: unsure")
    faults += _unasked(table, safety)
    if faults:
        raise QuestionProblem(faults)
    return table


def _questions(raw: Mapping[str, Any], key: str, faults: list[str], for_ticks: bool = True) -> Iterator[Question]:
    for entry in rows(raw, key, "questions: the table", faults):
        if is_name(entry.get("id")):
            yield _question(entry, str(entry["id"]), faults, for_ticks)
        else:
            faults.append(f"questions: an entry of «{key}» has no id.")


def _unsure(group: str, entry: Any, faults: list[str]) -> Question:
    return _question(entry if isinstance(entry, Mapping) else {}, group, faults, for_ticks=False)


def _question(entry: Mapping[str, Any], name: str, faults: list[str], for_ticks: bool) -> Question:
    where = f"questions: «{name}»"
    question = Question(
        id=name,
        sources=names(entry, "sources", where, faults),
        facts=names(entry, "facts", where, faults, needed=False),
        grade=str(entry.get("grade", "")),
        when=clauses(entry, where, faults, needed=for_ticks),
    )
    faults += strange_keys(entry, KEYS, where)
    faults += grade_faults(question.grade, where)
    return question


def _unasked(table: QuestionTable, safety: SafetyTable) -> Iterator[str]:
    """Findings nobody asks about although they lead to more than "gentle", and ticks that do not exist."""
    for question in table.questions:
        found = frozenset[str]().union(*question.when)
        yield from strangers(found, safety.findings, "finding", f"questions: «{question.id}»")
    alone = frozenset[str]().union(*(q.when[0] for q in table.questions if len(q.when) == 1))
    for finding in safety.findings.values():
        if finding.alone != "gentle" and finding.id not in alone:
            yield f"questions: «{finding.id}» leads to {finding.alone}, and no question asks about it."
    for group in safety.groups:
        if group not in table.unsure:
            yield f"questions: unsure «{group}» is missing."


def question_word_faults(table: QuestionTable, words: Mapping[str, Any]) -> Iterator[str]:
    """What content/<language>/questions.yaml lacks, has too much of, or says at too great length."""
    where = "question words"
    yield from word_faults(words, "questions", [question.id for question in table.questions], ("ask",), where)
    yield from word_faults(words, "unsure", table.unsure, ("ask",), where)
    yield from word_faults(words, "standing", [question.id for question in table.standing], ("ask",), where)
    yield from _unnamed(table, words)
    for key, most in (("questions", QUESTION_LENGTH), ("unsure", QUESTION_LENGTH), ("standing", QUESTION_LENGTH)):
        yield from _too_long(words, key, "ask", most)
    yield from _too_long(words, "names", "says", NAME_LENGTH)


def _unnamed(table: QuestionTable, words: Mapping[str, Any]) -> Iterator[str]:
    """Findings that a question names by «named» and that have no name of their own."""
    asks = words.get("questions")
    named = words.get("names")
    names_known = named if isinstance(named, Mapping) else {}
    for question in table.questions:
        entry = asks.get(question.id) if isinstance(asks, Mapping) else None
        if isinstance(entry, Mapping) and "named" in str(entry.get("ask", "")):
            for finding in sorted(frozenset[str]().union(*question.when) - names_known.keys()):
                yield f"question words: «{question.id}» names «{finding}», which has no entry in names."


def _too_long(words: Mapping[str, Any], key: str, part: str, most: int) -> Iterator[str]:
    entries = words.get(key)
    for name, entry in entries.items() if isinstance(entries, Mapping) else ():
        text = entry.get(part) if isinstance(entry, Mapping) else entry
        if isinstance(text, str) and len(text) > most:
            yield f"question words: {key} «{name}» has {len(text)} characters; {most} fit."
