"""What a clinician said about massage, as the person reports it, and until when that counts.

Nothing here is checked with the clinician: it is always "as reported". Growing old takes leave away and never gives
any. What makes an answer old is a table, `content/rules/clinician.yaml`.
"""

from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot.care.rule_tables import names, number, section, strange_keys, strangers

Kind = Literal["yes", "limits", "no", "undecided"]
KINDS: tuple[Kind, ...] = ("yes", "limits", "no", "undecided")
Role = Literal["dermatologist", "gp", "rheumatologist", "nurse", "midwife", "pharmacist", "other"]
ROLES: tuple[Role, ...] = ("dermatologist", "gp", "rheumatologist", "nurse", "midwife", "pharmacist", "other")

# The longest-standing reason comes last: what happened in the body is said before what the calendar says.
Age = Literal["flare", "new_medicine", "months"]
EVENTS: tuple[Age, ...] = ("flare", "new_medicine")
AGES: tuple[Age, ...] = (*EVENTS, "months")

MOST_MONTHS = 24


@dataclass(frozen=True)
class View:
    """One recorded answer: what was said, by whom, and on which day; `limits` in the person's own words.

    `outdated` names what was reported in a check since then and made the answer old; empty when nothing was.
    """

    kind: Kind
    role: Role
    on: date
    limits: str = ""
    outdated: Age | None = None


@dataclass(frozen=True)
class ViewTable:
    """How long a view counts in months, and which ticks make it old: any time, or when they were not there before."""

    months: int
    ticked: Mapping[Age, frozenset[str]]
    newly_ticked: Mapping[Age, frozenset[str]]


class ViewProblem(Exception):
    """The table is faulty; `faults` says everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def last_day(on: date, table: ViewTable) -> date:
    """The day from which a view of that day no longer counts by the calendar alone."""
    months = on.month - 1 + table.months
    year, month = on.year + months // 12, months % 12 + 1
    return date(year, month, min(on.day, monthrange(year, month)[1]))


def stale(view: View, today: date, table: ViewTable) -> Age | None:
    """Why the view no longer counts, or None while it does."""
    if view.outdated:
        return view.outdated
    return "months" if today >= last_day(view.on, table) else None


def outdated_by(before: frozenset[str] | None, after: frozenset[str], table: ViewTable) -> Age | None:
    """What in a check makes every earlier view old; `before` are the ticks of the check before it, if there was one.

    Without an earlier check nothing counts as newly ticked: medicines taken all along must not undo an answer that
    was given in full knowledge of them, and one that is really new has a box of its own.
    """
    new = after - before if before is not None else frozenset[str]()
    found = (age for age in EVENTS if table.ticked[age] & after or table.newly_ticked[age] & new)
    return next(found, None)


def view_table(raw: Mapping[str, Any], findings: Collection[str]) -> ViewTable:
    """The table as read from YAML, checked against the findings of the safety check; raises ViewProblem."""
    faults: list[str] = []
    table = ViewTable(
        months=number(raw, "months", MOST_MONTHS, "clinician", faults),
        ticked=_events(raw, "ticked", findings, faults),
        newly_ticked=_events(raw, "newly_ticked", findings, faults),
    )
    faults += strange_keys(raw, ("months", "ticked", "newly_ticked", "facts", "sources"), "clinician: the table")
    names(raw, "sources", "clinician: the table", faults)
    if faults:
        raise ViewProblem(faults)
    return table


def _events(
    raw: Mapping[str, Any], key: str, findings: Collection[str], faults: list[str]
) -> dict[Age, frozenset[str]]:
    entries = section(raw, key, "clinician: the table", faults)
    faults += strangers(entries.keys(), EVENTS, "reason", f"clinician: {key}")
    found = {age: names(entries, age, f"clinician: {key}", faults, needed=False) for age in EVENTS}
    for ticks in found.values():
        faults += strangers(ticks, findings, "finding", f"clinician: {key}")
    return {age: frozenset(ticks) for age, ticks in found.items()}
