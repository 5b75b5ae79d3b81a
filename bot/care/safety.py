"""The safety check: which level a person's answers lead to, which answers led there, and what to advise.

Laws of this file:
* A combination adds to what its findings say alone and replaces nothing, so one more tick never lowers the
  level and never takes advice away.
* "Not sure" counts as the worst that its group could hold, up to "today".
* What is not known here (a tick kept by another release) counts as "not sure" about something urgent.
* Nothing medical is decided in Python: the rules are a table, `content/rules/safety.yaml`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

Level = Literal["emergency", "today", "not_now", "ask_first", "gentle"]
LEVELS: tuple[Level, ...] = ("emergency", "today", "not_now", "ask_first", "gentle")
URGENT: tuple[Level, ...] = ("emergency", "today")
BLOCKING: tuple[Level, ...] = ("emergency", "today", "not_now")
UNSURE: tuple[Level, ...] = ("today", "ask_first")

GRADES = ("high", "moderate", "low", "very low", "expert opinion", "no evidence")
SCREENS_AT_MOST = 8
LABEL_LENGTH = 38
ADVICE_LENGTH = 400

RULE_KEYS = {"id", "when", "level", "advice", "area", "holds", "limits", "facts", "sources", "grade"}


@dataclass(frozen=True)
class Finding:
    """One thing a person can tick; `alone` is the level it leads to when nothing else is ticked."""

    id: str
    group: str
    alone: Level


@dataclass(frozen=True)
class Group:
    """One tick screen; asked of everyone, or only once one of `shown_if` is ticked."""

    id: str
    findings: tuple[str, ...]
    shown_if: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rule:
    """What one finding, or several together, lead to.

    Every clause of `when` must be met, and one of its findings is enough to meet a clause. `area` says that
    the rule marks a place on the skin, `holds` that plans wait although the level alone would not make them.
    `limits` name what a session or a product test keeps to. `advice` is the key of its words.
    """

    id: str
    when: tuple[frozenset[str], ...]
    level: Level
    advice: str
    sources: tuple[str, ...]
    facts: tuple[str, ...] = ()
    grade: str = ""
    area: bool = False
    holds: bool = False
    limits: tuple[str, ...] = ()

    @property
    def findings(self) -> frozenset[str]:
        """Every finding the rule speaks of."""
        return frozenset[str]().union(*self.when)

    def led_by(self, ticked: frozenset[str]) -> frozenset[str]:
        """The ticked findings that make the rule hold; none when it does not hold."""
        met = all(clause & ticked for clause in self.when)
        return self.findings & ticked if met else frozenset()


@dataclass(frozen=True)
class SafetyTable:
    """The whole check: screens in the order asked, findings by id, rules, and how long an answer stands.

    `unsure` says what "not sure" leads to, `look_again` which finding stands behind a reason to check anew.
    """

    groups: Mapping[str, Group]
    findings: Mapping[str, Finding]
    rules: tuple[Rule, ...]
    unsure: Mapping[Level, Rule]
    limits: tuple[str, ...]
    look_again: Mapping[str, str]
    valid_for: timedelta


@dataclass(frozen=True)
class Because:
    """One reason: the rule with the ticks that led to it, or with the group the person was not sure about."""

    rule: Rule
    findings: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True)
class Verdict:
    """What the answers lead to; reasons and advice keys stand worst first, and no advice stands twice.

    `holds`: planned sessions, their reminders and running patch tests wait. `areas` are the findings whose
    place is to be marked on the map. `limits` are what a session or a product test keeps to.
    """

    level: Level
    because: tuple[Because, ...]
    advice: tuple[str, ...]
    holds: bool
    areas: tuple[str, ...]
    limits: tuple[str, ...]
    valid_for: timedelta

    @property
    def blocks(self) -> bool:
        """True when no session may be opened, whatever a clinician said earlier."""
        return self.level in BLOCKING

    @property
    def asks(self) -> bool:
        """True when sessions open only with a clinician's current yes."""
        return self.level == "ask_first"


class SafetyProblem(Exception):
    """The safety table is faulty; `faults` says everything that is wrong with it, one sentence each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def judge(ticked: frozenset[str], unsure: frozenset[str], table: SafetyTable) -> Verdict:
    """The verdict on the ticked findings and on the groups the person was not sure about."""
    reasons = (*_met(ticked, table), *_not_sure(ticked, unsure, table), *_unknown(ticked, unsure, table))
    because = tuple(sorted(reasons, key=lambda reason: LEVELS.index(reason.rule.level)))
    level = because[0].rule.level if because else "gentle"
    limits = {limit for reason in because for limit in reason.rule.limits}
    # In a combination such as open skin and methotrexate only the one that marks a place alone has a place.
    marked = {reason.findings[0] for reason in because if reason.rule.area and len(reason.findings) == 1}
    return Verdict(
        level=level,
        because=because,
        advice=tuple(dict.fromkeys(reason.rule.advice for reason in because)),
        holds=level in URGENT or any(reason.rule.holds for reason in because),
        areas=tuple(finding for finding in table.findings if finding in marked),
        limits=tuple(limit for limit in table.limits if limit in limits),
        valid_for=table.valid_for,
    )


def expires(verdict: Verdict, now: datetime) -> datetime:
    """When a verdict reached `now` stops counting, if nothing makes the person look again before."""
    return now + verdict.valid_for


def screens_for(ticked: frozenset[str], table: SafetyTable) -> tuple[str, ...]:
    """The groups to ask a person with these ticks, in order; a later tick can only add screens further on."""
    return tuple(group.id for group in table.groups.values() if not group.shown_if or group.shown_if & ticked)


def _met(ticked: frozenset[str], table: SafetyTable) -> Iterator[Because]:
    for rule in table.rules:
        if led_by := rule.led_by(ticked):
            yield Because(rule, tuple(finding for finding in table.findings if finding in led_by))


def _not_sure(ticked: frozenset[str], unsure: frozenset[str], table: SafetyTable) -> Iterator[Because]:
    for group in table.groups.values():
        if group.id in unsure:
            # The milder advice stays when a tick elsewhere adds the urgent one: a tick takes nothing away.
            if not _urgent(group, frozenset(), table):
                yield Because(table.unsure["ask_first"], group=group.id)
            if _urgent(group, ticked, table):
                yield Because(table.unsure["today"], group=group.id)


def _urgent(group: Group, ticked: frozenset[str], table: SafetyTable) -> bool:
    """Could an answer in this group, alone or beside what is ticked, need help today?"""
    possible = ticked.union(group.findings)
    return any(
        rule.led_by(possible) and not rule.findings.isdisjoint(group.findings)
        for rule in table.rules
        if rule.level in URGENT
    )


def _unknown(ticked: frozenset[str], unsure: frozenset[str], table: SafetyTable) -> Iterator[Because]:
    if ticked - table.findings.keys() or unsure - table.groups.keys():
        yield Because(table.unsure["today"])


# Reading the table. Faults are gathered before the problem is raised, so that an editor sees all at once.


def safety_table(raw: Mapping[str, Any]) -> SafetyTable:
    """The table as read from YAML (all scalars text), checked; raises SafetyProblem with every fault."""
    faults: list[str] = []
    groups = _groups(raw, faults)
    known = {finding: group.id for group in groups.values() for finding in group.findings}
    limits = _names(raw, "limits", "the table", faults)
    rules = tuple(_rules(raw, known, limits, faults))
    table = SafetyTable(
        groups=groups,
        findings=_findings(known, rules, faults),
        rules=rules,
        unsure=_unsure(raw, limits, faults),
        limits=limits,
        look_again=_look_again(raw, known, faults),
        valid_for=_valid_for(raw, faults),
    )
    if faults:
        raise SafetyProblem(faults)
    return table


def _groups(raw: Mapping[str, Any], faults: list[str]) -> dict[str, Group]:
    groups: dict[str, Group] = {}
    asked: list[str] = []
    for name, entry in _mapping(raw, "groups", "the table", faults).items():
        where = f"group «{name}»"
        findings = _names(entry, "findings", where, faults)
        shown_if = _names(entry, "shown_if", where, faults, needed=False)
        faults += [f"safety: finding «{finding}» stands twice." for finding in _repeats(asked, findings)]
        faults += [
            f"safety: {where} is shown if «{finding}», which no earlier group asks."
            for finding in shown_if
            if finding not in asked
        ]
        asked += findings
        groups[name] = Group(name, findings, frozenset(shown_if))
    if len(groups) > SCREENS_AT_MOST:
        faults.append(f"safety: there are {len(groups)} groups, and nobody is asked more than {SCREENS_AT_MOST}.")
    return groups


def _repeats(earlier: Sequence[str], names: Sequence[str]) -> list[str]:
    return [name for place, name in enumerate(names) if name in earlier or name in names[:place]]


def _rules(
    raw: Mapping[str, Any], known: Mapping[str, str], limits: Sequence[str], faults: list[str]
) -> Iterator[Rule]:
    seen: set[str] = set()
    entries = raw.get("rules")
    if not isinstance(entries, list):
        faults.append("safety: the table needs «rules», a list.")
        return
    for place, entry in enumerate(entries, start=1):
        if not isinstance(entry, Mapping) or not _is_name(entry.get("id")):
            faults.append(f"safety: rule number {place} has no id.")
            continue
        rule = _rule(entry, f"rule «{entry['id']}»", limits, faults)
        if rule.id in seen:
            faults.append(f"safety: rule «{rule.id}» stands twice.")
        faults += _when_faults(rule, known)
        seen.add(rule.id)
        yield rule


def _rule(
    entry: Mapping[str, Any], where: str, limits: Sequence[str], faults: list[str], for_ticks: bool = True
) -> Rule:
    clauses = _names(entry, "when", where, faults, needed=for_ticks)
    rule = Rule(
        id=entry.get("id", ""),
        when=tuple(frozenset(part.strip() for part in clause.split(" or ")) for clause in clauses),
        level=cast(Level, entry.get("level")),
        advice=entry.get("advice") or "",
        sources=_names(entry, "sources", where, faults),
        facts=_names(entry, "facts", where, faults, needed=for_ticks),
        grade=entry.get("grade") or "",
        area=entry.get("area") == "yes",
        holds=entry.get("holds") == "yes",
        limits=_names(entry, "limits", where, faults, needed=False),
    )
    faults += _rule_faults(entry, rule, where, limits)
    return rule


def _rule_faults(entry: Mapping[str, Any], rule: Rule, where: str, limits: Sequence[str]) -> Iterator[str]:
    for key in sorted(entry.keys() - RULE_KEYS):
        yield f"safety: {where} says «{key}», which no rule knows."
    for key in ("area", "holds"):
        if entry.get(key, "yes") not in ("yes", "no"):
            yield f"safety: {where} says «{key}: {entry[key]}»; write yes or no."
    if rule.level not in LEVELS:
        yield f"safety: {where} has the level «{rule.level}»; it must be one of {', '.join(LEVELS)}."
    if not _is_name(rule.advice):
        yield f"safety: {where} names no advice."
    if not _is_grade(rule.grade):
        yield f"safety: {where} has the grade «{rule.grade}»; begin each part with {', '.join(GRADES)}."
    for limit in rule.limits:
        if limit not in limits:
            yield f"safety: {where} names the limit «{limit}», which is not in the table's limits."


def _when_faults(rule: Rule, known: Mapping[str, str]) -> Iterator[str]:
    for finding in sorted(rule.findings):
        if finding not in known:
            yield f"safety: rule «{rule.id}» names the finding «{finding}», which no group asks."


def _findings(known: Mapping[str, str], rules: Sequence[Rule], faults: list[str]) -> dict[str, Finding]:
    findings: dict[str, Finding] = {}
    for finding, group in known.items():
        own = [rule.level for rule in rules if rule.when == (frozenset({finding}),) and rule.level in LEVELS]
        if not own:
            faults.append(f"safety: finding «{finding}» has no rule of its own.")
        findings[finding] = Finding(finding, group, min(own, key=LEVELS.index, default="gentle"))
    return findings


def _unsure(raw: Mapping[str, Any], limits: Sequence[str], faults: list[str]) -> dict[Level, Rule]:
    entries = _mapping(raw, "unsure", "the table", faults)
    rules: dict[Level, Rule] = {}
    for level in UNSURE:
        entry = entries.get(level)
        if isinstance(entry, Mapping):
            rules[level] = _rule({**entry, "level": level}, f"unsure «{level}»", limits, faults, for_ticks=False)
        else:
            faults.append(f"safety: unsure «{level}» is missing.")
    faults += [f"safety: unsure «{name}» is not asked for." for name in entries if name not in UNSURE]
    return rules


def _look_again(raw: Mapping[str, Any], known: Mapping[str, str], faults: list[str]) -> dict[str, str]:
    reasons = _mapping(raw, "look_again", "the table", faults)
    faults += [
        f"safety: look_again «{reason}» names the finding «{finding}», which no group asks."
        for reason, finding in reasons.items()
        if finding not in known
    ]
    return dict(reasons)


def _valid_for(raw: Mapping[str, Any], faults: list[str]) -> timedelta:
    days = str(raw.get("valid_days", ""))
    if not (days.isascii() and days.isdigit() and 0 < int(days) <= 366):
        faults.append(f"safety: valid_days is «{days}»; write a number of days from 1 to 366.")
        return timedelta()
    return timedelta(days=int(days))


def _mapping(raw: Any, key: str, where: str, faults: list[str]) -> Mapping[str, Any]:
    value = raw.get(key) if isinstance(raw, Mapping) else None
    if isinstance(value, Mapping) and value:
        return value
    faults.append(f"safety: {where} needs «{key}», with names and what belongs to them.")
    return {}


def _names(raw: Any, key: str, where: str, faults: list[str], needed: bool = True) -> tuple[str, ...]:
    value = raw.get(key) if isinstance(raw, Mapping) else None
    if isinstance(value, list) and value and all(_is_name(name) for name in value):
        return tuple(value)
    if needed or value is not None:
        faults.append(f"safety: {where} needs «{key}», a list of names.")
    return ()


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_grade(text: Any) -> bool:
    return isinstance(text, str) and all(part.strip().startswith(GRADES) for part in text.split(";"))


# The words. They belong to another file and another language folder; here is what the table asks of them.


def word_faults(table: SafetyTable, words: Mapping[str, Any]) -> tuple[str, ...]:
    """Everything that content/<language>/safety.yaml lacks, has too much of, or says at too great length."""
    advice = {rule.advice for rule in (*table.rules, *table.unsure.values())}
    return (
        *_section_faults(words, "groups", set(table.groups), ("title", "ask", "unsure")),
        *_section_faults(words, "findings", set(table.findings), ("label", "said")),
        *_section_faults(words, "advice", advice, ("now",), ("again",)),
        *_section_faults(words, "limits", set(table.limits), ("says",)),
        *_section_faults(words, "look_again", set(table.look_again), ("says",)),
        *_length_faults(words, "findings", "label", LABEL_LENGTH),
        *_length_faults(words, "advice", "now", ADVICE_LENGTH),
    )


def _section_faults(
    words: Mapping[str, Any],
    section: str,
    wanted: set[str],
    parts: Sequence[str],
    optional: Sequence[str] = (),
) -> Iterator[str]:
    entries = words.get(section)
    entries = entries if isinstance(entries, Mapping) else {}
    for name in sorted(wanted - entries.keys()):
        yield f"safety words: {section} «{name}» is missing."
    for name in sorted(entries.keys() - wanted):
        yield f"safety words: {section} «{name}» has no place in the rules."
    for name in sorted(wanted & entries.keys()):
        entry = entries[name] if isinstance(entries[name], Mapping) else {}
        yield from (f"safety words: {section} «{name}» has no «{part}»." for part in parts if not entry.get(part))
        for part in sorted(entry.keys() - {*parts, *optional}):
            yield f"safety words: {section} «{name}» says «{part}», which nobody reads."


def _length_faults(words: Mapping[str, Any], section: str, part: str, most: int) -> Iterator[str]:
    entries = words.get(section)
    for name, entry in entries.items() if isinstance(entries, Mapping) else ():
        text = entry.get(part) if isinstance(entry, Mapping) else None
        if isinstance(text, str) and len(text) > most:
            yield f"safety words: {section} «{name}» has a {part} of {len(text)} characters; {most} fit."
