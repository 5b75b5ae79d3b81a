"""How a place with a plaque may be touched: the worst of place, state, itch, safety check and wish.

Laws of this file:
* A plaque is never better than "light", and no wish, no order of edits and no lack of knowledge makes a rule looser.
* What is not said yet, or not known to this release (a state or an area of another one), is left out of touch.
* Chest, belly and buttocks are left out until the person wishes them touched; that wish opens no more than the table.
* Nothing medical is decided in Python: the rules are a table, `content/rules/touch.yaml`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from bot.care.body import Body
from bot.care.plaques import STATES, TOUCHES, Plaque, State, Touch
from bot.care.rule_tables import grade_faults, names, number, section, strange_keys, strangers

RULE_FIELDS = ("rule", "open", "facts", "sources", "grade")
CLASS_FIELDS = ("plaque", "clear", "by_wish", "never_with", "with_light", "facts", "sources", "grade")
PARTS = ("itch", "first_session", "states", "classes", "light_with", "findings")
ITCH_MOST = 10
UNKNOWN = "unknown"
UNSAID = "unsaid"


@dataclass(frozen=True)
class StateRule:
    """What one state allows; `open` is broken skin, which leads on to advice."""

    rule: Touch
    open: bool = False
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class KindRule:
    """What a kind of place allows at best, with a plaque and without one.

    `by_wish`: only when the person wishes it. `never_with`: limits of the safety check that close it. `with_light`
    names what is said beside "light touch".
    """

    plaque: Touch
    clear: Touch
    by_wish: bool = False
    never_with: frozenset[str] = frozenset()
    with_light: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class TouchTable:
    """All rules of touch. `findings` leads from an answer of the safety check to the states that say where it is."""

    itch_avoid: int
    states: Mapping[str, StateRule]
    kinds: Mapping[str, KindRule]
    light_with: frozenset[str]
    findings: Mapping[str, frozenset[str]]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ruled:
    """A rule of touch with what led to it, the names of reasons in the order of the laws."""

    rule: Touch
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class AreaMark:
    """One place on the map: its number, in words and on the picture alike, and how it may be touched."""

    area: str
    number: int
    rule: Touch
    name: str


class TouchProblem(Exception):
    """The table is faulty; `faults` says everything that is wrong with it."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def worst(rules: Iterable[Touch]) -> Touch:
    """The strictest of them."""
    return min(rules, key=TOUCHES.index)


def ruled(plaque: Plaque, body: Body, table: TouchTable, limits: Collection[str] = ()) -> Ruled:
    """The rule for a place with a plaque; `limits` are those that the person's safety check sets."""
    found = list(_reasons(plaque, body, table, frozenset(limits)))
    rule = worst(("light", *(touch for touch, _ in found)))
    return Ruled(rule, tuple(dict.fromkeys(why for touch, why in found if touch == rule and why)))


def _reasons(plaque: Plaque, body: Body, table: TouchTable, limits: frozenset[str]) -> Iterator[tuple[Touch, str]]:
    area = body.areas.get(plaque.area)
    kind = table.kinds.get(area.kind) if area else None
    if area is None or kind is None:
        yield "avoid", UNKNOWN
        return
    yield kind.plaque, area.kind if kind.plaque == "avoid" else ""
    if not plaque.states:
        yield "avoid", UNSAID
    for state in plaque.states:
        known = table.states.get(state)
        yield (known.rule, state if known.rule == "avoid" else "") if known else ("avoid", UNKNOWN)
    if plaque.itch is not None and plaque.itch >= table.itch_avoid:
        yield "avoid", "itch"
    if kind.never_with & limits:
        yield "avoid", "never_with"
    elif kind.by_wish and plaque.wish == "":
        yield "avoid", "by_wish"
    if plaque.wish:
        yield plaque.wish, "wish" if plaque.wish == "avoid" else ""


def clear_rule(area: str, body: Body, table: TouchTable, limits: Collection[str] = ()) -> Touch:
    """The rule for skin without a plaque; what needs the person's wish counts as not wished."""
    kind = table.kinds.get(body.areas[area].kind) if area in body.areas else None
    if kind is None or kind.by_wish or kind.never_with & frozenset(limits):
        return "avoid"
    return worst((kind.clear, "light")) if table.light_with & frozenset(limits) else kind.clear


def marks(
    plaques: Sequence[Plaque],
    body: Body,
    table: TouchTable,
    limits: Collection[str] = (),
    said: Mapping[str, str] | None = None,
) -> tuple[AreaMark, ...]:
    """Every place in the order of its number, for words and picture alike; `said` are the names of areas."""
    named = said or {}
    return tuple(
        AreaMark(plaque.area, number, ruled(plaque, body, table, limits).rule, named.get(plaque.area, ""))
        for number, plaque in enumerate(in_order(plaques, body), start=1)
    )


def in_order(plaques: Sequence[Plaque], body: Body) -> tuple[Plaque, ...]:
    """The plaques head to foot."""
    held = {plaque.area: plaque for plaque in plaques}
    return tuple(held[key] for key in body.ordered(held))


def is_open(plaque: Plaque, table: TouchTable) -> bool:
    """Whether its skin is broken."""
    return any(state in table.states and table.states[state].open for state in plaque.states)


def unplaced(findings: Iterable[str], plaques: Iterable[Plaque], table: TouchTable) -> tuple[str, ...]:
    """Answers of the safety check that speak of a plaque, and no place on the map says yet which one."""
    said = {state for plaque in plaques for state in plaque.states}
    return tuple(f for f in findings if f in table.findings and not table.findings[f] & said)


# Reading the table.


def touch_table(raw: Mapping[str, Any], body: Body, limits: Collection[str], findings: Collection[str]) -> TouchTable:
    """The table as read from YAML, checked against the body and the safety check; raises TouchProblem."""
    faults: list[str] = []
    table = _table(raw, faults)
    faults += strange_keys(raw, PARTS, "touch: the table")
    faults += _missing(table, body)
    faults += strangers(table.light_with, limits, "limit of the safety check", "touch: light_with")
    faults += strangers(table.findings, findings, "finding of the safety check", "touch: findings")
    for name, kind in table.kinds.items():
        faults += strangers(kind.never_with, limits, "limit of the safety check", f"touch: class «{name}»")
    for name, states in table.findings.items():
        faults += strangers(states, STATES, "state", f"touch: findings «{name}»")
    if faults:
        raise TouchProblem(faults)
    return table


def _table(raw: Mapping[str, Any], faults: list[str]) -> TouchTable:
    itch = section(raw, "itch", "touch: the table", faults)
    first = section(raw, "first_session", "touch: the table", faults)
    states = section(raw, "states", "touch: the table", faults)
    kinds = section(raw, "classes", "touch: the table", faults)
    held = raw.get("findings")
    findings: Mapping[str, Any] = held if isinstance(held, Mapping) else {}
    return TouchTable(
        itch_avoid=number(itch, "avoid_from", ITCH_MOST, "touch: itch", faults),
        states={name: _state(entry, f"touch: state «{name}»", faults) for name, entry in states.items()},
        kinds={name: _kind(entry, f"touch: class «{name}»", faults) for name, entry in kinds.items()},
        light_with=frozenset(names(raw, "light_with", "touch: the table", faults)),
        findings={name: frozenset(names(findings, name, "touch: findings", faults)) for name in findings},
        sources=(*_rest(itch, "touch: itch", faults), *_rest(first, "touch: first_session", faults)),
    )


def _state(entry: Any, where: str, faults: list[str]) -> StateRule:
    held = _mapping(entry, where, RULE_FIELDS, faults)
    return StateRule(_touch(held, "rule", where, faults), held.get("open") == "yes", _rest(held, where, faults))


def _kind(entry: Any, where: str, faults: list[str]) -> KindRule:
    held = _mapping(entry, where, CLASS_FIELDS, faults)
    kind = KindRule(
        plaque=_touch(held, "plaque", where, faults),
        clear=_touch(held, "clear", where, faults),
        by_wish=held.get("by_wish") == "yes",
        never_with=frozenset(names(held, "never_with", where, faults, needed=False)),
        with_light=str(held.get("with_light", "")),
        sources=_rest(held, where, faults),
    )
    if kind.plaque == "fine":
        faults.append(f"{where}: a plaque is never better than light.")
    return kind


def _mapping(entry: Any, where: str, fields: Collection[str], faults: list[str]) -> Mapping[str, Any]:
    if not isinstance(entry, Mapping):
        faults.append(f"{where} is no table.")
        return {}
    faults += strange_keys(entry, fields, where)
    return entry


def _touch(entry: Mapping[str, Any], key: str, where: str, faults: list[str]) -> Touch:
    value = entry.get(key)
    if value not in TOUCHES:
        faults.append(f"{where}: {key} is «{value}»; write one of {', '.join(TOUCHES)}.")
        return "avoid"
    return cast(Touch, value)


def _rest(entry: Mapping[str, Any], where: str, faults: list[str]) -> tuple[str, ...]:
    """The evidence every rule carries; what is kept of it are the sources."""
    names(entry, "facts", where, faults)
    faults += grade_faults(str(entry.get("grade", "")), where)
    return names(entry, "sources", where, faults)


def _missing(table: TouchTable, body: Body) -> Iterator[str]:
    states: tuple[State, ...] = STATES
    for state in states:
        if state not in table.states:
            yield f"touch: the state «{state}» is missing."
    yield from strangers(table.states, states, "state", "touch: states")
    if any(rule.rule == "fine" for rule in table.states.values()):
        yield "touch: a plaque is never better than light."
    used = {area.kind for area in body.areas.values()}
    yield from (f"touch: the class «{kind}» is missing." for kind in sorted(used - table.kinds.keys()))
    yield from (f"touch: no area is of the class «{kind}»." for kind in sorted(table.kinds.keys() - used))
