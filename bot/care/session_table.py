"""The table of sessions, `content/rules/sessions.yaml`: the wait, the three questions before, the looks after.

Nothing here decides by itself: a session goes ahead only where sessions are open at all, and the worst of the three
answers is what they come to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, get_args

from bot.care.rule_tables import names, number, section, strange_keys, strangers, word_faults
from bot.care.sessions import LOOKS, LookKind, Window

Result = Literal["go", "adapt", "postpone"]
RESULTS: tuple[Result, ...] = get_args(Result)
# What an answer reports besides: it ends the safety check's validity, and a danger holds plans.
Report = Literal["flare", "ill", "medicine", "danger"]
REPORTS: tuple[Report, ...] = get_args(Report)

MOST_HOURS, MOST_WEEKS, MOST = 24 * 60, 12, 20
KEYS = ("wait_weeks", "worse_in_a_row", "enough_sessions", "looks", "questions", "sources", "facts")


@dataclass(frozen=True)
class Reply:
    """One answer to one of the three questions: what it comes to, and what it reports."""

    result: Result
    reports: Report | None = None


@dataclass(frozen=True)
class SessionTable:
    """Rules of sessions as values."""

    wait_weeks: int
    worse_in_a_row: int
    enough_sessions: int
    looks: Mapping[LookKind, Window]
    questions: Mapping[str, Mapping[str, Reply]]
    sources: tuple[str, ...]


class SessionProblem(Exception):
    """The table is faulty; `faults` says everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def come_to(table: SessionTable, replies: Mapping[str, str]) -> Result:
    """What the answers come to: the worst of them."""
    found = [table.questions[question][reply].result for question, reply in replies.items()]
    return max(found, key=RESULTS.index, default="go")


def reported(table: SessionTable, replies: Mapping[str, str]) -> tuple[Report, ...]:
    """Everything the answers report, in the order of the questions."""
    found = (table.questions[question][reply].reports for question, reply in replies.items())
    return tuple(report for report in found if report)


def session_table(raw: Mapping[str, Any]) -> SessionTable:
    """The table as read from YAML; raises SessionProblem."""
    faults: list[str] = []
    table = SessionTable(
        wait_weeks=number(raw, "wait_weeks", MOST_WEEKS, "sessions", faults),
        worse_in_a_row=number(raw, "worse_in_a_row", MOST, "sessions", faults),
        enough_sessions=number(raw, "enough_sessions", MOST, "sessions", faults),
        looks=_looks(raw, faults),
        questions=_questions(raw, faults),
        sources=names(raw, "sources", "sessions: the table", faults),
    )
    faults += strange_keys(raw, KEYS, "sessions: the table")
    if faults:
        raise SessionProblem(faults)
    return table


def _looks(raw: Mapping[str, Any], faults: list[str]) -> dict[LookKind, Window]:
    entries = section(raw, "looks", "sessions", faults)
    faults += strangers(entries.keys(), LOOKS, "look", "sessions: looks")
    found: dict[LookKind, Window] = {}
    for kind in LOOKS:
        entry = section(entries, kind, "sessions: looks", faults)
        opens, closes = (number(entry, key, MOST_HOURS, f"sessions: {kind}", faults) for key in ("opens", "closes"))
        if opens > closes:
            faults.append(f"sessions: {kind} closes before it opens.")
        found[kind] = Window(timedelta(hours=opens), timedelta(hours=closes))
    return found


def _questions(raw: Mapping[str, Any], faults: list[str]) -> dict[str, dict[str, Reply]]:
    found: dict[str, dict[str, Reply]] = {}
    questions = section(raw, "questions", "sessions", faults)
    for question in questions:
        replies = section(questions, question, "sessions: questions", faults)
        found[question] = {
            name: reply
            for name in replies
            if (reply := _reply(replies[name], f"sessions: {question} «{name}»", faults))
        }
    return found


def _reply(entry: Any, where: str, faults: list[str]) -> Reply | None:
    parts = entry if isinstance(entry, Mapping) else {}
    result, reports = parts.get("result"), parts.get("reports")
    faults += strange_keys(parts, ("result", "reports"), where)
    if result not in RESULTS:
        faults.append(f"{where} comes to «{result}»; write {', '.join(RESULTS)}.")
        return None
    if reports is not None and reports not in REPORTS:
        faults.append(f"{where} reports «{reports}»; write {', '.join(REPORTS)}, or leave it out.")
        return None
    return Reply(result, reports)


def session_word_faults(table: SessionTable, words: Mapping[str, Any]) -> Iterator[str]:
    """What the words of the table lack or have too much of."""
    yield from word_faults(words, "questions", table.questions, ("ask",), "sessions")
    replies = [f"{question}_{reply}" for question, found in table.questions.items() for reply in found]
    yield from word_faults(words, "replies", replies, ("label", "says"), "sessions")
    yield from strange_keys(words, ("questions", "replies"), "sessions: the words")
