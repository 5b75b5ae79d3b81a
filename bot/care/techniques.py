"""Which kind of massage suits whom: offered, with care, or better not, with every reason.

Laws of this file:
* One more tick never makes a technique suit better: every rule adds a reason and takes none away.
* Nothing is offered while the safety check blocks, and nothing is offered plainly while it says "ask first".
* What suits whom is a table, `content/rules/techniques.yaml`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from bot.care.rule_tables import (
    Clauses,
    clauses,
    grade_faults,
    met,
    names,
    repeats,
    rows,
    section,
    strange_keys,
    strangers,
    word_faults,
)
from bot.care.safety import LEVELS, SafetyTable, Verdict

Standing = Literal["refuse", "caution", "offer"]
STANDINGS: tuple[Standing, ...] = ("refuse", "caution", "offer")
ALL = "all"
KEYS = ("reason", "for", "says", "when", "levels", "limits", "areas", "by", "facts", "sources", "grade")


@dataclass(frozen=True)
class TechniqueRule:
    """Why a technique is offered, needs care or is refused.

    It holds always when it names no condition; else when its ticks, one of its levels, one of its limits, a marked
    place (`areas`) or a closed door (`by`, as in care/opening.py) is there.
    """

    reason: str
    says: Standing
    techniques: frozenset[str]
    sources: tuple[str, ...]
    facts: tuple[str, ...] = ()
    grade: str = ""
    when: Clauses = ()
    levels: frozenset[str] = frozenset()
    limits: frozenset[str] = frozenset()
    areas: bool = False
    by: frozenset[str] = frozenset()

    @property
    def unconditional(self) -> bool:
        """Whether it holds for everybody."""
        return not (self.when or self.levels or self.limits or self.areas or self.by)

    def holds(self, ticked: frozenset[str], verdict: Verdict, closed: str) -> bool:
        """Whether it holds for these ticks, this verdict and this reason why sessions are closed ("" if open)."""
        return (
            self.unconditional
            or bool(met(self.when, ticked))
            or verdict.level in self.levels
            or not self.limits.isdisjoint(verdict.limits)
            or (self.areas and bool(verdict.areas))
            or closed in self.by
        )


@dataclass(frozen=True)
class Never:
    """Kinds of massage that suit nobody with plaques, and what that rests on."""

    kinds: tuple[str, ...]
    sources: tuple[str, ...]
    facts: tuple[str, ...] = ()
    grade: str = ""


@dataclass(frozen=True)
class TechniqueTable:
    """The techniques in the order they are shown, the rules, and what suits nobody."""

    techniques: tuple[str, ...]
    rules: tuple[TechniqueRule, ...]
    never: Never


@dataclass(frozen=True)
class Suited:
    """How a technique stands for one person, and the rules that say so, worst first.

    What is refused names only what refuses it: how it would be done with care would read as leave to do it.
    """

    technique: str
    standing: Standing
    because: tuple[TechniqueRule, ...]


class TechniqueProblem(Exception):
    """The table is faulty; `faults` says everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def suit(ticked: frozenset[str], verdict: Verdict, closed: str, table: TechniqueTable) -> tuple[Suited, ...]:
    """How each technique stands for these ticks; `closed` is why sessions are closed, "" when they are open."""
    held = [rule for rule in table.rules if rule.holds(ticked, verdict, closed)]
    return tuple(suited(technique, held) for technique in table.techniques)


def suited(technique: str, held: list[TechniqueRule]) -> Suited:
    """How one technique stands under the rules that hold: as bad as the worst of them."""
    because = sorted((r for r in held if technique in r.techniques), key=lambda rule: STANDINGS.index(rule.says))
    standing = because[0].says if because else "offer"
    shown = (rule for rule in because if standing != "refuse" or rule.says == "refuse")
    return Suited(technique, standing, tuple(shown))


# Reading the table.


def technique_table(raw: Mapping[str, Any], safety: SafetyTable, doors: tuple[str, ...]) -> TechniqueTable:
    """The table as read from YAML, checked against the safety check and the reasons why sessions are closed
    (`doors`); raises TechniqueProblem with every fault.
    """
    faults: list[str] = []
    where = "techniques: the table"
    techniques = names(raw, "techniques", where, faults)
    table = TechniqueTable(techniques, tuple(_rules(raw, techniques, faults)), _never(raw, faults))
    faults += strange_keys(raw, ("techniques", "rules", "never"), where)
    faults += repeats(techniques, where)
    faults += _reason_faults(table)
    faults += _stranger_faults(table, safety, doors)
    faults += _unheeded(table, safety)
    if faults:
        raise TechniqueProblem(faults)
    return table


def _rules(raw: Mapping[str, Any], techniques: tuple[str, ...], faults: list[str]) -> Iterator[TechniqueRule]:
    for entry in rows(raw, "rules", "techniques: the table", faults):
        yield _rule(entry, f"techniques: «{entry.get('reason', '')}»", techniques, faults)


def _rule(entry: Mapping[str, Any], where: str, techniques: tuple[str, ...], faults: list[str]) -> TechniqueRule:
    named = names(entry, "for", where, faults)
    faults += strange_keys(entry, KEYS, where)
    faults += grade_faults(str(entry.get("grade", "")), where)
    if entry.get("says") not in STANDINGS:
        faults.append(f"{where} says «{entry.get('says')}»; it must be one of {', '.join(STANDINGS)}.")
    if entry.get("areas", "yes") != "yes":
        faults.append(f"{where} says «areas: {entry['areas']}»; write yes or leave it out.")
    return TechniqueRule(
        reason=str(entry.get("reason", "")),
        says=cast(Standing, entry.get("says") if entry.get("says") in STANDINGS else "refuse"),
        techniques=frozenset(techniques if named == (ALL,) else named),
        sources=names(entry, "sources", where, faults),
        facts=names(entry, "facts", where, faults, needed=False),
        grade=str(entry.get("grade", "")),
        when=clauses(entry, where, faults, needed=False),
        levels=frozenset(names(entry, "levels", where, faults, needed=False)),
        limits=frozenset(names(entry, "limits", where, faults, needed=False)),
        areas=entry.get("areas") == "yes",
        by=frozenset(names(entry, "by", where, faults, needed=False)),
    )


def _never(raw: Mapping[str, Any], faults: list[str]) -> Never:
    entry = section(raw, "never", "techniques: the table", faults)
    where = "techniques: never"
    faults += strange_keys(entry, ("kinds", "facts", "sources", "grade"), where)
    return Never(
        kinds=names(entry, "kinds", where, faults),
        sources=names(entry, "sources", where, faults),
        facts=names(entry, "facts", where, faults, needed=False),
        grade=str(entry.get("grade", "")),
    )


def _reason_faults(table: TechniqueTable) -> Iterator[str]:
    for place, rule in enumerate(table.rules, start=1):
        if not rule.reason:
            yield f"techniques: rule number {place} names no reason."
    for technique in table.techniques:
        reasons = [rule.reason for rule in table.rules if technique in rule.techniques]
        yield from repeats(reasons, f"techniques: {technique}")


def _stranger_faults(table: TechniqueTable, safety: SafetyTable, doors: tuple[str, ...]) -> Iterator[str]:
    for rule in table.rules:
        where = f"techniques: «{rule.reason}»"
        yield from strangers(rule.techniques, table.techniques, "technique", where)
        yield from strangers(frozenset[str]().union(*rule.when), safety.findings, "finding", where)
        yield from strangers(rule.levels, LEVELS, "level", where)
        yield from strangers(rule.limits, safety.limits, "limit", where)
        yield from strangers(rule.by, doors, "reason of care/opening.py", where)


def _unheeded(table: TechniqueTable, safety: SafetyTable) -> Iterator[str]:
    """Limits of the safety check that no technique keeps to."""
    heeded = frozenset[str]().union(*(rule.limits for rule in table.rules))
    for limit in safety.limits:
        if limit not in heeded:
            yield f"techniques: no technique keeps to the limit «{limit}» of the safety check."


def technique_word_faults(table: TechniqueTable, words: Mapping[str, Any]) -> Iterator[str]:
    """What content/<language>/techniques.yaml lacks or has too much of."""
    where = "technique words"
    reasons = {rule.reason for rule in table.rules}
    yield from word_faults(words, "techniques", table.techniques, ("name",), where)
    yield from word_faults(words, "standings", STANDINGS, ("label", "says"), where)
    yield from word_faults(words, "reasons", reasons, ("says",), where)
    yield from word_faults(words, "never", table.never.kinds, ("says",), where)
