"""A shortlist of therapists: what was asked, which warning signs were seen, and how they compare.

The questions and signs are a table, `content/rules/therapist_questions.yaml`. What must stay true: ticking or
answering more never takes a warning away; only taking a tick back or answering a question anew does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from bot.care.registers import Licence
from bot.care.rule_tables import grade_faults, is_name, names, number, repeats, rows, section, strange_keys, strangers

Reply = Literal["yes", "no", "unknown"]
REPLIES: tuple[Reply, ...] = get_args(Reply)
# licence: counts only where a licence exists; beside: counts only together with another sign.
Counts = Literal["always", "licence", "beside"]
COUNTS: tuple[Counts, ...] = get_args(Counts)

MOST_THERAPISTS = 5
# Five of them, with everything ticked, have to fit into one message.
SHORT, LABELLED, ASKED = 20, 38, 120
SIGNS_AT_MOST, QUESTIONS_AT_MOST = 20, 12
QUESTION_KEYS = ("id", "no", "facts", "sources", "grade")
SIGN_KEYS = ("counts", "facts", "sources", "grade")


@dataclass(frozen=True)
class Therapist:
    """One therapist of a person's shortlist, under whatever name the person uses; `answers` by question.

    `id` is never used again after the therapist was removed, so nothing kept about one passes to another.
    """

    id: str
    name: str
    answers: Mapping[str, Reply] = field(default_factory=dict)
    signs: tuple[str, ...] = ()
    added_at: datetime | None = None


@dataclass(frozen=True)
class Question:
    """One question to ask; `no` is the warning sign that a "no" amounts to, empty when it is none."""

    id: str
    no: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sign:
    """One warning sign, the group it is asked in, and when it counts."""

    id: str
    group: str
    counts: Counts = "always"
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class TherapistTable:
    """Questions and signs in the order they are asked; signs by id."""

    most: int
    questions: tuple[Question, ...]
    signs: Mapping[str, Sign]

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of signs, in their order."""
        return tuple(dict.fromkeys(sign.group for sign in self.signs.values()))

    def question(self, name: str) -> Question | None:
        """The question of that name."""
        return next((question for question in self.questions if question.id == name), None)


@dataclass(frozen=True)
class Compared:
    """One therapist beside the others: questions by reply; signs that are warnings, may be one, or are none alone."""

    therapist: Therapist
    yes: tuple[str, ...]
    no: tuple[str, ...]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    warnings: tuple[str, ...]
    doubts: tuple[str, ...]
    noted: tuple[str, ...]


class TherapistProblem(Exception):
    """The table is faulty; `faults` says everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def replied(therapist: Therapist, reply: Reply, table: TherapistTable) -> tuple[str, ...]:
    """The questions that were answered so."""
    return tuple(question.id for question in table.questions if therapist.answers.get(question.id) == reply)


def missing(therapist: Therapist, table: TherapistTable) -> tuple[str, ...]:
    """The questions that are still to be asked."""
    return tuple(question.id for question in table.questions if question.id not in therapist.answers)


def seen(therapist: Therapist, table: TherapistTable) -> frozenset[str]:
    """Every sign that was ticked, or that a "no" amounts to."""
    said = {question.no for question in table.questions if question.no and therapist.answers.get(question.id) == "no"}
    return frozenset(said | set(therapist.signs)) & table.signs.keys()


def warnings(therapist: Therapist, table: TherapistTable, licence: Licence) -> tuple[str, ...]:
    """The signs that are a warning where therapists are licensed so, in the order of the table."""
    found = seen(therapist, table)
    alone = {name for name in found if _alone(table.signs[name], licence)}
    beside = {name for name in found if table.signs[name].counts == "beside" and alone}
    return tuple(name for name in table.signs if name in alone | beside)


def doubts(therapist: Therapist, table: TherapistTable, licence: Licence) -> tuple[str, ...]:
    """The signs that are a warning only if a licence exists where the person is, which is to be found out."""
    if licence != "part":
        return ()
    found = seen(therapist, table)
    return tuple(name for name in table.signs if name in found and table.signs[name].counts == "licence")


def noted(therapist: Therapist, table: TherapistTable, licence: Licence) -> tuple[str, ...]:
    """The signs that were seen and are no warning by themselves, so that no tick is lost from sight."""
    shown = {*warnings(therapist, table, licence), *doubts(therapist, table, licence)}
    return tuple(name for name in table.signs if name in seen(therapist, table) - shown)


def _alone(sign: Sign, licence: Licence) -> bool:
    return sign.counts == "always" or (sign.counts == "licence" and licence == "yes")


def comparison(therapists: tuple[Therapist, ...], table: TherapistTable, licence: Licence) -> tuple[Compared, ...]:
    """All of them side by side, in the order they were added."""
    return tuple(_compared(one, table, licence) for one in therapists)


def _compared(one: Therapist, table: TherapistTable, licence: Licence) -> Compared:
    return Compared(
        therapist=one,
        yes=replied(one, "yes", table),
        no=replied(one, "no", table),
        unknown=replied(one, "unknown", table),
        missing=missing(one, table),
        warnings=warnings(one, table, licence),
        doubts=doubts(one, table, licence),
        noted=noted(one, table, licence),
    )


# Reading the table.


def therapist_table(raw: Mapping[str, Any]) -> TherapistTable:
    """The table as read from YAML; raises TherapistProblem with every fault."""
    faults: list[str] = []
    where = "therapists: the table"
    groups = section(raw, "signs", where, faults).items()
    signs = [sign for group, entries in groups for sign in _signs(group, entries, faults)]
    table = TherapistTable(
        most=number(raw, "most", MOST_THERAPISTS, "therapists", faults),
        questions=tuple(_questions(raw, faults)),
        signs={sign.id: sign for sign in signs},
    )
    faults += strange_keys(raw, ("most", "questions", "signs"), where)
    faults += repeats([question.id for question in table.questions], "therapists: questions")
    faults += repeats([sign.id for sign in signs], "therapists: signs")
    faults += strangers({q.no for q in table.questions if q.no}, table.signs, "sign", "therapists: questions")
    if len(table.signs) > SIGNS_AT_MOST or len(table.questions) > QUESTIONS_AT_MOST:
        faults.append(f"therapists: at most {QUESTIONS_AT_MOST} questions and {SIGNS_AT_MOST} signs fit one message.")
    if faults:
        raise TherapistProblem(faults)
    return table


def _questions(raw: Mapping[str, Any], faults: list[str]) -> Iterator[Question]:
    for entry in rows(raw, "questions", "therapists: the table", faults):
        if not is_name(entry.get("id")):
            faults.append("therapists: an entry of «questions» has no id.")
            continue
        where = f"therapists: «{entry['id']}»"
        yield Question(str(entry["id"]), str(entry.get("no", "")), _rests_on(entry, where, QUESTION_KEYS, faults))


def _signs(group: str, entries: Any, faults: list[str]) -> Iterator[Sign]:
    if not isinstance(entries, Mapping):
        faults.append(f"therapists: the signs of «{group}» must be names with what belongs to them.")
        return
    for name, raw in entries.items():
        entry, where = raw if isinstance(raw, Mapping) else {}, f"therapists: «{name}»"
        counts = next((kind for kind in COUNTS if kind == entry.get("counts", "always")), None)
        if counts is None:
            faults.append(f"{where}: counts is «{entry['counts']}»; write {', '.join(COUNTS)}.")
        yield Sign(str(name), group, counts or "always", _rests_on(entry, where, SIGN_KEYS, faults))


def _rests_on(entry: Mapping[str, Any], where: str, keys: tuple[str, ...], faults: list[str]) -> tuple[str, ...]:
    names(entry, "facts", where, faults)
    faults += strange_keys(entry, keys, where)
    faults += grade_faults(str(entry.get("grade", "")), where)
    return names(entry, "sources", where, faults)
