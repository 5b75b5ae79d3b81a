"""How well the written answers are found: shared by the floor test and by the benchmark.

`wrong direct` is the share of questions answered by itself with an entry that was not meant, the worst of all mistakes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.answers.asking import Asking, Reply, found_on, reply

QUESTIONS = Path(__file__).parent / "questions"
NOT_COVERED = "-"


@dataclass(frozen=True)
class Figures:
    """Shares from 0 to 1; the first four of covered questions, `off_topic` of those not covered."""

    questions: int
    first: float
    in_three: float
    wrong_direct: float
    answered: float
    off_topic: float
    off_topic_direct: float


def questions(name: str) -> list[tuple[str, str]]:
    """The expected entry and the question, of one half."""
    lines = (QUESTIONS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return [(entry, asked) for entry, _, asked in (line.partition("\t") for line in lines if line[0] != "#")]


def ranked(asking: Asking, question: str, today: date) -> list[str]:
    """The entries in the order the search finds them, a referral that fits before all."""
    found = reply(asking, question, today)
    return [*found.entries] if found.kind == "referral" else [each.id for each in found_on(asking, question, today)]


def measured(asking: Asking, rows: Iterable[tuple[str, str]], today: date) -> Figures:
    """The figures of one half."""
    covered: list[tuple[str, list[str], Reply]] = []
    uncovered: list[Reply] = []
    for entry, question in rows:
        found = reply(asking, question, today)
        if entry == NOT_COVERED:
            uncovered.append(found)
        else:
            covered.append((entry, ranked(asking, question, today), found))
    n, m = len(covered), len(uncovered)
    direct = [(entry, found.entries[0]) for entry, _, found in covered if found.kind in ("answer", "referral")]
    return Figures(
        n + m,
        sum(order[:1] == [entry] for entry, order, _ in covered) / n,
        sum(entry in order[:3] for entry, order, _ in covered) / n,
        sum(entry != given for entry, given in direct) / n,
        len(direct) / n,
        sum(found.kind == "abstain" for found in uncovered) / m,
        sum(found.kind in ("answer", "referral") for found in uncovered) / m,
    )
