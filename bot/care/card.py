"""What the therapist card says about one person, as facts without words.

Laws of this file:
* No illness, medicine or name is on the card: a finding of the safety check appears only as what it means for touch.
  The one name is the one the person has typed for the card.
* Every area on the map is on the card, under "avoid" or "light only"; a plaque is never better than "light only".
* The pressure asked for is never above the table's, and the card counts no longer than what it rests on.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot.care.clinician import View
from bot.care.opening import Opening, Reason
from bot.care.plaques import Plaque, PlaqueMap, State, Touch
from bot.care.products import Tested
from bot.care.rule_tables import grade_faults, is_name, names, number, repeats, rows, strange_keys, strangers
from bot.care.safety import SafetyTable, Verdict

Under = Literal["touch", "products"]
UNDERS: tuple[Under, ...] = ("touch", "products")
Position = Literal["any", "front", "back", "side", "sitting"]
POSITIONS: tuple[Position, ...] = ("any", "front", "back", "side", "sitting")
Draping = Literal["covered", "clothed", "present", "ask"]
DRAPINGS: tuple[Draping, ...] = ("covered", "clothed", "present", "ask")
Closed = Literal["", "wait", "check", "ask"]

NOTE_KEYS = ("note", "under", "limits", "findings", "facts", "sources", "grade")
KEYS = ("pressure", "notes", "allergies", "unsaid", "standing")
MOST_PRESSURE = 3
GROUP_OF_ALLERGIES = "allergies"
ANY_ALLERGY, SEVERE = "allergy", "severe_reaction"

# How a card that may not be used now says so; the reason itself is the person's own.
CLOSED: Mapping[Reason, Closed] = {
    "no_check": "check",
    "expired": "check",
    "held": "check",
    "ask_first": "ask",
    "clinician_stale": "ask",
    "clinician_undecided": "ask",
}

# The touch rule of one area as it stands on the map.
Rule = Callable[[Plaque], Touch]


@dataclass(frozen=True)
class Note:
    """One line of the card: when it holds, and what it rests on."""

    name: str
    under: Under
    limits: frozenset[str]
    findings: frozenset[str]
    sources: tuple[str, ...]

    def holds(self, limits: Collection[str], ticked: Collection[str]) -> bool:
        """Whether the check set one of its limits, or one of its findings was ticked."""
        return bool(self.limits & set(limits) or self.findings & set(ticked))


@dataclass(frozen=True)
class CardTable:
    """The notes in their order, the findings that are allergies, the most pressure, and what every card rests on."""

    notes: tuple[Note, ...]
    allergies: tuple[str, ...]
    pressure: int
    sources: tuple[str, ...]


class CardProblem(Exception):
    """The table is faulty; `faults` says everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Wishes:
    """What the person asks of the therapist. `pressure` is 1 to 3; empty texts mean nothing was said."""

    pressure: int = MOST_PRESSURE
    position: Position = "any"
    draping: tuple[Draping, ...] = ("covered",)
    stop: str = ""
    other: str = ""
    name: str = ""


@dataclass(frozen=True)
class Marked:
    """One area of the map with its number on the card's figure."""

    number: int
    area: str
    touch: Touch
    states: tuple[State, ...] = ()
    itch: int | None = None


@dataclass(frozen=True)
class Reported:
    """The clinician's answer, the day the person recorded it, and whether it still counts."""

    view: View
    recorded: date
    counts: bool


@dataclass(frozen=True)
class Card:
    """All facts of one card, in the person's own days."""

    issued: date
    until: date | None
    closed: Closed
    checked: bool
    avoid: tuple[Marked, ...]
    light: tuple[Marked, ...]
    map_on: date | None
    touch: tuple[str, ...]
    product_notes: tuple[str, ...]
    allergies: tuple[str, ...]
    allergies_unsure: bool
    severe: bool
    other_allergy: bool
    products: tuple[Tested, ...]
    wishes: Wishes
    reported: Reported | None


@dataclass(frozen=True)
class Known:
    """What a card is made from: the check with its ticks and its last day, the map, products, answer and wishes."""

    today: date
    opening: Opening
    verdict: Verdict | None
    ticked: tuple[str, ...]
    until: date | None
    plaques: PlaqueMap
    map_on: date | None
    products: tuple[Tested, ...]
    reported: Reported | None
    wishes: Wishes


def card_of(known: Known, rule: Rule, table: CardTable) -> Card:
    """The card as it stands today; `rule` says how each area may be touched."""
    avoid, light = marked(known.plaques.plaques, rule)
    limits = known.verdict.limits if known.verdict else ()
    ticked = frozenset(known.ticked)
    held = [note for note in table.notes if note.holds(limits, ticked)]
    allergies = tuple(name for name in table.allergies if name in ticked)
    return Card(
        issued=known.today,
        until=known.until if known.opening.open else None,
        closed="" if known.opening.open else CLOSED.get(known.opening.because, "wait"),
        checked=known.verdict is not None,
        avoid=avoid,
        light=light,
        map_on=known.map_on,
        touch=tuple(note.name for note in held if note.under == "touch"),
        product_notes=tuple(note.name for note in held if note.under == "products"),
        allergies=allergies,
        allergies_unsure=f"?{GROUP_OF_ALLERGIES}" in ticked or known.verdict is None,
        severe=SEVERE in ticked,
        other_allergy=ANY_ALLERGY in ticked and not allergies,
        products=tuple(sorted(known.products, key=_usable_first)),
        wishes=known.wishes,
        reported=known.reported,
    )


def marked(plaques: Collection[Plaque], rule: Rule) -> tuple[tuple[Marked, ...], tuple[Marked, ...]]:
    """The areas to avoid and those to touch lightly, numbered through in that order."""
    ruled = [(plaque, "avoid" if rule(plaque) == "avoid" else "light") for plaque in plaques]
    order = sorted(ruled, key=lambda each: each[1] != "avoid")
    found = [
        Marked(place, plaque.area, "avoid" if touch == "avoid" else "light", plaque.states, plaque.itch)
        for place, (plaque, touch) in enumerate(order, start=1)
    ]
    return tuple(m for m in found if m.touch == "avoid"), tuple(m for m in found if m.touch == "light")


def _usable_first(tested: Tested) -> int:
    return ("no_reaction", "short", "running", "held", "not_finished", "untested", "reacted", "unsuitable").index(
        tested.standing
    )


def card_table(raw: Mapping[str, Any], safety: SafetyTable) -> CardTable:
    """The table as read from YAML, checked against the safety check; raises CardProblem."""
    faults: list[str] = []
    notes = tuple(_note(row, faults) for row in rows(raw, "notes", "card: the table", faults))
    allergies = names(raw, "allergies", "card: the table", faults, needed=False)
    unsaid = names(raw, "unsaid", "card: the table", faults, needed=False)
    standing = raw.get("standing")
    rests_on = standing if isinstance(standing, Mapping) else {}
    sources = names(rests_on, "sources", "card: «standing»", faults)
    faults += grade_faults(str(rests_on.get("grade", "")), "card: «standing»")
    pressure = number(raw, "pressure", MOST_PRESSURE, "card", faults)
    faults += strange_keys(raw, KEYS, "card: the table")
    faults += repeats([note.name for note in notes], "card: notes")
    faults += _strangers(notes, allergies, unsaid, safety)
    faults += _unsaid(notes, unsaid, safety)
    if faults:
        raise CardProblem(faults)
    return CardTable(notes, allergies, pressure, sources)


def _note(row: Mapping[str, Any], faults: list[str]) -> Note:
    name = str(row.get("note", ""))
    where = f"card: note «{name}»"
    if not is_name(row.get("note")):
        faults.append("card: a note has no name under «note».")
    under = row.get("under")
    if under not in UNDERS:
        faults.append(f"{where} stands under «{under}»; write {' or '.join(UNDERS)}.")
    if not {"limits", "findings"} & row.keys():
        faults.append(f"{where} needs «limits» or «findings»: it would never be said.")
    faults += [*strange_keys(row, NOTE_KEYS, where), *grade_faults(str(row.get("grade", "")), where)]
    names(row, "facts", where, faults)
    return Note(
        name,
        "products" if under == "products" else "touch",
        frozenset(names(row, "limits", where, faults, needed=False)),
        frozenset(names(row, "findings", where, faults, needed=False)),
        names(row, "sources", where, faults),
    )


def _strangers(
    notes: Collection[Note], allergies: Collection[str], unsaid: Collection[str], safety: SafetyTable
) -> Iterator[str]:
    limits, findings = set(safety.limits), set(safety.findings)
    for note in notes:
        yield from strangers(note.limits, limits, "limit", f"card: note «{note.name}»")
        yield from strangers(note.findings, findings, "finding", f"card: note «{note.name}»")
    yield from strangers(allergies, findings, "finding", "card: allergies")
    yield from strangers(unsaid, limits | findings, "limit or finding", "card: unsaid")


def _unsaid(notes: Collection[Note], unsaid: Collection[str], safety: SafetyTable) -> Iterator[str]:
    """Limits, and findings that mark a place, that the card would silently leave out."""
    said = set(unsaid).union(*(note.limits | note.findings for note in notes))
    places = {finding for rule in safety.rules if rule.area and len(rule.when) == 1 for finding in rule.when[0]}
    for name in sorted((set(safety.limits) | places) - said):
        yield f"card: the safety check's «{name}» is in no note; add one, or name it under «unsaid»."
