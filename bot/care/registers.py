"""How massage is regulated, country by country, as far as it is known: `content/places/registers.yaml`.

Law goes out of date and differs inside a country, so a country that is not in the table is treated as one where
nobody knows whether a licence exists, never as one without.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from bot.care.rule_tables import grade_faults, names, section, strange_keys

# Whether a therapist has a licence number that can be looked up: everywhere in the country, in part of it, nowhere.
Licence = Literal["yes", "part", "no"]
LICENCES: tuple[Licence, ...] = get_args(Licence)
# licence: a licence of the state; parts: differs by state or province; titles: only some titles are protected;
# medical: only massage sold as treatment is licensed; voluntary: registers that a therapist may join.
Regulation = Literal["licence", "parts", "titles", "medical", "voluntary"]
REGULATIONS: tuple[Regulation, ...] = get_args(Regulation)
KEYS = ("compiled", "regulation", "licence", "facts", "sources", "grade", "to_confirm")


@dataclass(frozen=True)
class Register:
    """One country: what kind of regulation there is, whether a licence number exists, and what that rests on."""

    country: str
    compiled: date
    regulation: Regulation
    licence: Licence
    facts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    grade: str = ""


RegisterTable = Mapping[str, Register]


class RegisterProblem(Exception):
    """The table is faulty; `faults` says everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def licence_in(country: str, table: RegisterTable) -> Licence:
    """Whether a licence number exists there; "part" where we do not know."""
    return table[country].licence if country in table else "part"


def register_table(raw: Mapping[str, Any]) -> RegisterTable:
    """The table as read from YAML; raises RegisterProblem with every fault."""
    faults: list[str] = []
    entries = section(raw, "registers", "registers: the table", faults)
    faults += strange_keys(raw, ("registers", "reviewed_by", "review_by"), "registers: the table")
    table = {code: _register(code, entry, faults) for code, entry in entries.items()}
    if faults:
        raise RegisterProblem(faults)
    return table


def _register(code: str, raw: Any, faults: list[str]) -> Register:
    where = f"registers: «{code}»"
    entry: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    faults += _entry_faults(code, entry, where)
    return Register(
        country=code,
        compiled=_day(entry) or date.min,
        regulation=next((kind for kind in REGULATIONS if kind == entry.get("regulation")), "parts"),
        licence=next((licence for licence in LICENCES if licence == entry.get("licence")), "part"),
        facts=names(entry, "facts", where, faults),
        sources=names(entry, "sources", where, faults),
        grade=str(entry.get("grade", "")),
    )


def _entry_faults(code: str, entry: Mapping[str, Any], where: str) -> Iterator[str]:
    if not (len(code) == 2 and code.isascii() and code.isupper()):
        yield f"{where} is not a country's code."
    if _day(entry) is None:
        yield f"{where}: compiled is «{entry.get('compiled', '')}»; write a date like 2026-11-22."
    for key, allowed in (("regulation", REGULATIONS), ("licence", LICENCES)):
        if entry.get(key) not in allowed:
            yield f"{where}: {key} is «{entry.get(key, '')}»; write {', '.join(allowed)}."
    yield from strange_keys(entry, KEYS, where)
    yield from grade_faults(str(entry.get("grade", "")), where)


def _day(entry: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(str(entry.get("compiled", "")))
    except ValueError:
        return None
