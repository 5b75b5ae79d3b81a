"""The table behind the patch test: its numbers, and who should ask before testing at home.

Nothing medical is decided in Python: the rules are a table, `content/rules/patch_test.yaml`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from bot.care.patch_test import ENDS, SPOTS, Protocol
from bot.care.products import STANDINGS
from bot.care.rule_tables import grade_faults, names, number, section, strange_keys, strangers, word_faults

Says = Literal["ask", "refuse"]
NUMBERS = ("aim", "least", "most", "empty", "looks_after", "spot_rests")
MOST_DAYS = 60
SPOKEN = ("facts", "sources", "grade")
# What a test can come to beside the standings: one word for a reaction that came after the end.
REACTED_LATER = "reacted_later"


@dataclass(frozen=True)
class Reason:
    """Why somebody should ask before testing at home, or not test there at all."""

    id: str
    says: Says
    findings: frozenset[str]
    sources: tuple[str, ...]
    facts: tuple[str, ...] = ()
    grade: str = ""


@dataclass(frozen=True)
class PatchTable:
    """The numbers of the test and the reasons to ask, in the order they are asked."""

    protocol: Protocol
    reasons: Mapping[str, Reason]
    sources: tuple[str, ...] = ()

    def told_by(self, ticked: frozenset[str]) -> tuple[str, ...]:
        """The reasons that ticks of the safety check already name."""
        return tuple(reason.id for reason in self.reasons.values() if reason.findings & ticked)

    def refused(self, told: Iterable[str]) -> bool:
        """Whether one of these reasons means no test at home at all."""
        return any(self.reasons[name].says == "refuse" for name in told if name in self.reasons)


class PatchProblem(Exception):
    """The table is faulty; `faults` says everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def patch_table(raw: Mapping[str, Any], findings: Collection[str]) -> PatchTable:
    """The table as read from YAML, checked against the findings of the safety check; raises PatchProblem."""
    faults: list[str] = []
    numbers = section(raw, "numbers", "patch test: the table", faults)
    reasons = {
        name: _reason(name, entry, findings, faults)
        for name, entry in section(raw, "reasons", "patch test: the table", faults).items()
    }
    table = PatchTable(_protocol(numbers, faults), reasons, _spoken(numbers, "patch test: «numbers»", faults))
    faults += strange_keys(raw, ("numbers", "reasons"), "patch test: the table")
    if faults:
        raise PatchProblem(faults)
    return table


def _protocol(numbers: Mapping[str, Any], faults: list[str]) -> Protocol:
    where = "patch test: «numbers»"
    days = {name: number(numbers, name, MOST_DAYS, where, faults) for name in NUMBERS if name != "looks_after"}
    looks = tuple(_days(numbers, where, faults))
    faults += strange_keys(numbers, (*NUMBERS, *SPOKEN), where)
    if not days["least"] <= days["aim"] <= days["most"]:
        faults.append(f"{where}: «least» must not be over «aim», and «aim» not over «most».")
    return Protocol(**days, looks_after=looks)


def _days(numbers: Mapping[str, Any], where: str, faults: list[str]) -> Iterator[int]:
    for day in names(numbers, "looks_after", where, faults):
        yield number({"looks_after": day}, "looks_after", MOST_DAYS, where, faults)


def _reason(name: str, entry: Any, findings: Collection[str], faults: list[str]) -> Reason:
    where = f"patch test: reason «{name}»"
    fields: Mapping[str, Any] = entry if isinstance(entry, Mapping) else {}
    if fields.get("says") not in ("ask", "refuse"):
        faults.append(f"{where} says «{fields.get('says', '')}»; it must be ask or refuse.")
    ticked = names(fields, "findings", where, faults, needed=False)
    faults += strangers(ticked, findings, "finding", where)
    faults += strange_keys(fields, ("says", "findings", *SPOKEN), where)
    sources = _spoken(fields, where, faults)
    facts = names(fields, "facts", where, faults, needed=False)
    return Reason(name, cast(Says, fields.get("says")), frozenset(ticked), sources, facts, str(fields.get("grade", "")))


def _spoken(fields: Mapping[str, Any], where: str, faults: list[str]) -> tuple[str, ...]:
    faults += grade_faults(str(fields.get("grade", "")), where)
    return names(fields, "sources", where, faults)


def patch_word_faults(table: PatchTable, words: Mapping[str, Any]) -> Iterator[str]:
    """What the words of the patch test lack or have too much of."""
    where = "patch test words"
    yield from word_faults(words, "reasons", table.reasons, ("label", "says"), where)
    yield from word_faults(words, "spots", SPOTS, ("name",), where)
    yield from word_faults(words, "standings", (*STANDINGS, REACTED_LATER), ("label", "says"), where)
    yield from word_faults(words, "ends", [end for end in ENDS if end in ("gap", "too_long")], ("says",), where)
    yield from word_faults(words, "counts", ("one", "other"), ("says",), where)
    yield from strange_keys(words, ("reasons", "spots", "standings", "ends", "counts"), where)
