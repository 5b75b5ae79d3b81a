"""Planned sessions and what became of each: dates by a rule, looks at the skin afterwards, and what these lead to.

Laws of this file:
* A plan is a wall clock and a zone. Its dates are counted on that wall, so summer time never moves an hour.
* Every session has an id that lasts, "<plan>/<day>": the day its rule gives, wherever it was moved to.
* The looks after a session are counted from the instant it was planned for, and a window that closed stays closed.
* The first new plaque at a treated place closes that place; nothing here opens it again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal, get_args

from dateutil.rrule import rrulestr

State = Literal["planned", "done", "skipped", "moved", "cancelled"]
STATES: tuple[State, ...] = get_args(State)
# Why plans rest: said by the person with one tap, or reached by what they reported.
Pause = Literal["flare", "illness", "travel", "worse", "reaction"]
PAUSES: tuple[Pause, ...] = get_args(Pause)
LookKind = Literal["next_day", "week", "fortnight", "three_weeks"]
LOOKS: tuple[LookKind, ...] = get_args(LookKind)
# Told outside any window: what comes later still counts.
LATER: Literal["later"] = "later"
Change = Literal["new_plaque", "sore", "rash"]
CHANGES: tuple[Change, ...] = get_args(Change)
Score = Literal["itch", "pain", "stress", "sleep"]
SCORES: tuple[Score, ...] = get_args(Score)
WORST = 10

# A moved session may leave the span it was planned in, so its own day is looked for this far around.
MOVED_AT_MOST = timedelta(days=120)
STILL_PLANNED: tuple[State, ...] = ("planned", "moved")


@dataclass(frozen=True)
class Scores:
    """What the person noted, each 0 to 10 and higher is worse (sleep too); None when not said."""

    itch: int | None = None
    pain: int | None = None
    stress: int | None = None
    sleep: int | None = None

    def said(self) -> dict[Score, int]:
        """The scores that were noted."""
        found: dict[Score, int | None] = {name: getattr(self, name) for name in SCORES}
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True)
class Finding:
    """What changed at one place: `area` is its key, empty for skin that was not treated."""

    area: str
    change: Change


@dataclass(frozen=True)
class Look:
    """One answered look; without findings the skin was as before."""

    kind: LookKind | Literal["later"]
    at: datetime
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Session:
    """What became of one date of a plan. `day` is the date its rule gives, `wall` where it was moved to,
    `changed_at` when it was last moved, skipped or taken up again.

    `began` is the UTC instant it was planned for, kept once it is done: the looks are counted from there. `check` is
    what the three questions before it came to.
    """

    day: str
    state: State = "planned"
    wall: str = ""
    changed_at: datetime | None = None
    check: str = ""
    checked_at: datetime | None = None
    began: datetime | None = None
    areas: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    before: Scores = field(default_factory=Scores)
    after: Scores = field(default_factory=Scores)
    looks: tuple[Look, ...] = ()


@dataclass(frozen=True)
class Plan:
    """One session or a series: `first` on the wall ("2026-12-01T15:00") in an IANA `zone`, and an RFC 5545 `rule`.

    `trial` is the wall of a single session that stands before the rule begins; `ended` the day from which on there is
    nothing more; `sequence` grows with every change, so that a calendar takes the newer one.
    """

    id: str
    first: str
    zone: str
    rule: str = ""
    trial: str = ""
    ended: str = ""
    sequence: int = 0
    paused: Pause | Literal[""] = ""
    paused_at: datetime | None = None
    made_at: datetime | None = None
    sessions: tuple[Session, ...] = ()

    def session(self, day: str) -> Session:
        """What became of that date so far."""
        return next((held for held in self.sessions if held.day == day), Session(day))

    @property
    def series(self) -> bool:
        """Whether it has more than one date."""
        return bool(self.rule or self.trial)


@dataclass(frozen=True)
class Occurrence:
    """One date of a plan as it stands: `wall` is where it takes place by the clock of the plan's zone."""

    plan: Plan
    session: Session
    wall: str

    @property
    def id(self) -> str:
        """What names it for good."""
        return f"{self.plan.id}/{self.session.day}"

    @property
    def open(self) -> bool:
        """Whether it is still to take place, as far as the plan knows."""
        return self.session.state in STILL_PLANNED


# Dates.


def rule_of(rhythm: str, ending: str, first: str) -> str:
    """The RFC 5545 rule of a rhythm ("d3" every three days, "w2" every two weeks, "m1" every month, "" for once) with
    its ending ("c6" six times, "u2027-03-01" until that day, "" for none).
    """
    if not rhythm:
        return ""
    unit = {"d": "DAILY", "w": "WEEKLY", "m": "MONTHLY"}[rhythm[0]]
    rule = f"FREQ={unit};INTERVAL={int(rhythm[1:])}"
    if rhythm[0] == "m" and (day := datetime.fromisoformat(first).day) > 28:
        # A month without that day has its last one instead: nobody expects to lose a month.
        rule += f";BYMONTHDAY={','.join(map(str, range(28, day + 1)))};BYSETPOS=-1"
    if ending.startswith("c"):
        return f"{rule};COUNT={int(ending[1:])}"
    return f"{rule};UNTIL={ending[1:].replace('-', '')}T235959" if ending else rule


def planned(id_: str, wall: str, zone: str, rhythm: str, ending: str, wait_weeks: int, now: datetime) -> Plan:
    """A new plan from `wall` on; with a wait, one session first and its own rhythm only after so many weeks."""
    if not rhythm or not wait_weeks:
        return Plan(id_, wall, zone, rule_of(rhythm, ending, wall), made_at=now)
    starts = datetime.fromisoformat(wall) + timedelta(weeks=wait_weeks)
    second = rrulestr(rule_of(rhythm, "", wall), dtstart=datetime.fromisoformat(wall)).after(starts, inc=True)
    first = f"{second:%Y-%m-%dT%H:%M}"
    if ending.startswith("c"):
        ending = f"c{int(ending[1:]) - 1}"
    if ending == "c0" or (ending.startswith("u") and ending[1:] < first[:10]):
        return Plan(id_, wall, zone, made_at=now)
    rule = rule_of(rhythm, ending, wall) if rhythm[0] == "m" else rule_of(rhythm, ending, first)
    return Plan(id_, first, zone, rule, trial=wall, made_at=now)


def rule_walls(plan: Plan, since: datetime, until: datetime) -> Iterator[str]:
    """The walls the plan itself gives from `since` to `until`, both on its own wall and without a zone."""
    if plan.trial and since <= datetime.fromisoformat(plan.trial) <= until:
        yield plan.trial
    first = datetime.fromisoformat(plan.first)
    # By whole days, so that what was counted once serves all day.
    days = since.replace(hour=0, minute=0, second=0, microsecond=0), until.replace(hour=23, minute=59)
    found = counted(plan.rule, first, days[0], days[1].replace(second=0, microsecond=0)) if plan.rule else (first,)
    yield from (f"{wall:%Y-%m-%dT%H:%M}" for wall in found if since <= wall <= until)


@lru_cache(maxsize=2000)
def counted(rule: str, first: datetime, since: datetime, until: datetime) -> tuple[datetime, ...]:
    """The dates of a rule in that span."""
    return tuple(rrulestr(rule, dtstart=first).between(since, until, inc=True))


def occurrences(plan: Plan, since: datetime, until: datetime) -> tuple[Occurrence, ...]:
    """Every date of the plan that takes place from `since` to `until`, both on its own wall, in order."""
    walls = {wall[:10]: wall for wall in rule_walls(plan, since - MOVED_AT_MOST, until + MOVED_AT_MOST)}
    known = {held.day: held for held in plan.sessions}
    gone = [day for day in walls if plan.ended and day >= plan.ended and day not in known]
    found = [_occurrence(plan, known.get(day, Session(day)), wall) for day, wall in walls.items() if day not in gone]
    found = [each for each in found if not (plan.ended and each.open and each.session.day >= plan.ended)]
    inside = [each for each in found if since <= datetime.fromisoformat(each.wall) <= until]
    return tuple(sorted(inside, key=lambda each: each.wall))


def _occurrence(plan: Plan, session: Session, wall: str) -> Occurrence:
    return Occurrence(plan, session, session.wall or wall)


def occurrence(plans: Iterable[Plan], id_: str) -> Occurrence | None:
    """The date of that id, or None when no plan gives it."""
    plan_id, _, day = id_.partition("/")
    plan = next((held for held in plans if held.id == plan_id), None)
    if plan is None or not is_day(day):
        return None
    start = datetime.fromisoformat(day)
    walls = {wall[:10]: wall for wall in rule_walls(plan, start, start + timedelta(days=1))}
    return _occurrence(plan, plan.session(day), walls[day]) if day in walls else None


def is_day(text: str) -> bool:
    """Whether it is an ISO day."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def with_session(plan: Plan, session: Session) -> Plan:
    """The plan with what became of one date."""
    others = [held for held in plan.sessions if held.day != session.day]
    return replace(plan, sessions=tuple(sorted((*others, session), key=lambda held: held.day)))


def rescheduled(plan: Plan, session: Session) -> Plan:
    """The plan with one date changed in a way that calendars must hear of."""
    return replace(with_session(plan, session), sequence=plan.sequence + 1)


def ended(plan: Plan, day: str) -> Plan:
    """The plan with nothing more from that day on."""
    return replace(plan, ended=min(plan.ended or day, day), sequence=plan.sequence + 1)


def with_plan(plans: Iterable[Plan], plan: Plan) -> tuple[Plan, ...]:
    """The plans with the one of that id replaced."""
    return tuple(plan if held.id == plan.id else held for held in plans)


def next_id(plans: Iterable[Plan]) -> str:
    """An id that no plan had before."""
    return f"s{max((int(plan.id[1:]) for plan in plans), default=0) + 1}"


# Looks at the skin.


@dataclass(frozen=True)
class Window:
    """When a look is asked for, counted from the beginning of the session."""

    opens: timedelta
    closes: timedelta


Windows = Mapping[LookKind, Window]


@dataclass(frozen=True)
class Due:
    """One look that belongs to one session: `due` and `until` are UTC instants."""

    plan: str
    session: Session
    kind: LookKind
    due: datetime
    until: datetime

    @property
    def id(self) -> str:
        """The session and the kind of look."""
        return f"{self.plan}/{self.session.day}"

    @property
    def answer(self) -> Look | None:
        """What was answered, if anything was."""
        return next((look for look in self.session.looks if look.kind == self.kind), None)


def looks_of(plans: Iterable[Plan], windows: Windows) -> tuple[Due, ...]:
    """Every look after every session that took place, in the order they fall due."""
    done = [(plan.id, held) for plan in plans for held in plan.sessions if held.began and held.state == "done"]
    found = [
        Due(plan_id, held, kind, held.began + window.opens, held.began + window.closes)
        for plan_id, held in done
        if held.began
        for kind, window in windows.items()
    ]
    return tuple(sorted(found, key=lambda each: (each.due, each.plan, each.session.day)))


def waiting(looks: Iterable[Due], now: datetime) -> tuple[Due, ...]:
    """The looks that are neither answered nor missed."""
    return tuple(each for each in looks if each.answer is None and now < each.until)


def missed(looks: Iterable[Due], now: datetime) -> tuple[Due, ...]:
    """The looks whose window closed without an answer."""
    return tuple(each for each in looks if each.answer is None and now >= each.until)


def asked_once(looks: Iterable[Due]) -> tuple[tuple[Due, ...], ...]:
    """Looks put together that one question can answer, because there is an instant at which all of them are open."""
    groups: list[list[Due]] = []
    for each in looks:
        if groups and each.due < min(other.until for other in groups[-1]):
            groups[-1].append(each)
        else:
            groups.append([each])
    return tuple(tuple(group) for group in groups)


def looked(plans: tuple[Plan, ...], windows: Windows, findings: tuple[Finding, ...], now: datetime) -> tuple[Plan, ...]:
    """The plans with every look answered that is open now; a finding belongs to the last session that treated it."""
    open_now = [each for each in waiting(looks_of(plans, windows), now) if each.due <= now]
    for each in open_now:
        later = [other for other in open_now if _began(other) > _began(each)]
        own = tuple(f for f in findings if belongs(f, each) and not any(belongs(f, other) for other in later))
        plan = next(held for held in plans if held.id == each.plan)
        session = plan.session(each.session.day)
        answered = replace(session, looks=(*session.looks, Look(each.kind, now, own)))
        plans = with_plan(plans, with_session(plan, answered))
    placed = {finding for each in open_now for finding in findings if belongs(finding, each)}
    return told_later(plans, tuple(finding for finding in findings if finding not in placed), now)


def told_later(plans: tuple[Plan, ...], findings: tuple[Finding, ...], now: datetime) -> tuple[Plan, ...]:
    """The plans with findings that no open look asked for, each with the last session that treated its place."""
    for finding in findings:
        for plan, held in reversed(done_in_order(plans)):
            if not finding.area or finding.area in held.areas:
                told = replace(held, looks=(*held.looks, Look(LATER, now, (finding,))))
                plans = with_plan(plans, with_session(plan, told))
                break
    return plans


def done_in_order(plans: Iterable[Plan]) -> list[tuple[Plan, Session]]:
    """Every session that took place with its plan, in order."""
    done = [(held.began, plan, held) for plan in plans for held in plan.sessions if held.began and held.state == "done"]
    return [(plan, held) for _, plan, held in sorted(done, key=lambda row: row[0])]


def areas_asked(plans: tuple[Plan, ...], windows: Windows, now: datetime) -> tuple[str, ...]:
    """The places a change can be told for: those of the looks open now, or all that were ever treated."""
    treated = (area for held in done_sessions(plans) for area in held.areas)
    return areas_open(plans, windows, now) or tuple(dict.fromkeys(treated))


def _began(due: Due) -> datetime:
    return due.due if due.session.began is None else due.session.began


def belongs(finding: Finding, due: Due) -> bool:
    """Whether a finding can belong to that session: a place it treated, or a place none did."""
    return not finding.area or finding.area in due.session.areas


def areas_open(plans: Iterable[Plan], windows: Windows, now: datetime) -> tuple[str, ...]:
    """The treated places that the looks open now ask about, each once."""
    found = (each for each in waiting(looks_of(plans, windows), now) if each.due <= now)
    return tuple(dict.fromkeys(area for each in found for area in each.session.areas))


def is_worse(session: Session) -> bool:
    """Whether any look after it found a change."""
    return any(look.findings for look in session.looks)


def done_sessions(plans: Iterable[Plan]) -> tuple[Session, ...]:
    """Every session that took place, of all plans, in order."""
    return tuple(held for _, held in done_in_order(plans))


def worse_in_a_row(before: Iterable[Plan], after: Iterable[Plan], row: int) -> bool:
    """Whether `row` sessions one after another are worse now, and at least one of them was not before."""
    earlier = {held.began for held in done_sessions(before) if is_worse(held)}
    sessions = done_sessions(after)
    runs = [sessions[n : n + row] for n in range(len(sessions) - row + 1)]
    return any(all(map(is_worse, run)) and any(held.began not in earlier for held in run) for run in runs)


def stopped_areas(plans: Iterable[Plan]) -> tuple[str, ...]:
    """Treated places where a new plaque came: massage there is over."""
    findings = (f for held in done_sessions(plans) for look in held.looks for f in look.findings)
    return tuple(dict.fromkeys(f.area for f in findings if f.change == "new_plaque" and f.area))


def paused(plans: Iterable[Plan], reason: Pause, now: datetime) -> tuple[Plan, ...]:
    """Every plan at rest; one that rests already keeps its reason."""
    return tuple(plan if plan.paused else replace(plan, paused=reason, paused_at=now) for plan in plans)


def resumed(plans: Iterable[Plan]) -> tuple[Plan, ...]:
    """Every plan going on."""
    return tuple(replace(plan, paused="", paused_at=None) for plan in plans)


# The course over time.


def unimproved(plans: Iterable[Plan], enough: int) -> bool:
    """Whether after so many sessions no score noted before them is lower than it was at the start."""
    noted = [held.before.said() for held in done_sessions(plans) if held.before.said()]
    if len(done_sessions(plans)) < enough or len(noted) < 2:
        return False
    shared = [name for name in noted[0] if name in noted[-1]]
    return bool(shared) and all(noted[-1][name] >= noted[0][name] for name in shared)
