"""What sessions want sent: before each that is planned, after it, and for the looks at the skin.

Sessions on hold, paused or not open want nothing sent; a safety check that has merely run out keeps them, since the
session asks for it anew. Looks go on all the same, except after a crisis: then nothing is asked of anybody.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.care.sessions import LookKind, Occurrence, asked_once, looks_of, waiting
from bot.dialogue.check import CRISIS, valid_until
from bot.dialogue.clinician import opening_of
from bot.dialogue.person import Person
from bot.dialogue.session_acts import begins, coming, leads_of
from bot.dialogue.session_planning import is_zone
from bot.dialogue.world import World
from bot.reminders.rows import Wanted
from bot.reminders.walltime import instant

HORIZON = timedelta(days=62)
AT_MOST = 40
FARTHEST = timedelta(days=800)
# So long after its beginning a session is asked about, and no longer than this.
ASKED_AFTER, ASKED_UNTIL = timedelta(hours=3), timedelta(days=3)
CHECK_AHEAD = timedelta(days=2)
EVENING = "18:00"
MINUTES = "%Y-%m-%dT%H:%M"


def wants(world: World, person: Person, now: datetime) -> tuple[Wanted, ...]:
    """Everything sessions want sent, for about two months ahead and at least the next of each plan."""
    return (*session_wants(world, person, now), *look_wants(world, person, now))


def going_on(world: World, person: Person, now: datetime) -> bool:
    """Whether sessions may be reminded of at all."""
    opening = opening_of(person, world, now)
    return opening.open or opening.because in ("expired", "no_check")


def session_wants(world: World, person: Person, now: datetime) -> Iterator[Wanted]:
    """The rows of every session ahead, and of those just gone."""
    if not going_on(world, person, now):
        return
    until, leads = valid_until(person, world), leads_of(person)
    sessions = ahead(person, now)
    beyond = [each.id for each in sessions if until and begins(each) >= max(until, now)]
    for found in sessions:
        rows = [*before(found, leads), after(found)]
        # One new check opens the way for all that follow, so only the first of them asks for it.
        if found.id in beyond[:1]:
            rows.append(check_wanted(found))
        # What would have been due before the plan was made, or changed, is no reminder of anything.
        known = found.session.changed_at or found.plan.made_at
        yield from (row for row in rows if known is None or row.due > known)


def ahead(person: Person, now: datetime) -> list[Occurrence]:
    """Open sessions of plans that do not rest: the nearest within the horizon, and each plan's next one."""
    going = [plan for plan in person.plans if not plan.paused and is_zone(plan.zone)]
    near = coming(replace(person, plans=tuple(going)), now, ASKED_UNTIL, HORIZON)
    # Whoever plans many sessions close together is reminded as well: rows further ahead come as days go by.
    chosen = near[:AT_MOST]
    met = {each.plan.id for each in chosen if begins(each) > now}
    late = coming(replace(person, plans=tuple(plan for plan in going if plan.id not in met)), now, ahead=FARTHEST)
    nexts = {each.plan.id: each for each in reversed(late)}
    return [*chosen, *nexts.values()]


def before(found: Occurrence, leads: list[str]) -> Iterator[Wanted]:
    """The reminders before one session. An hour in the evening was picked; the others follow from the session's."""
    wall, start = datetime.fromisoformat(found.wall), begins(found)
    eve = wall - timedelta(days=1)
    if "evening_before" in leads:
        yield wanted("session_day_before", found, f"{eve:%Y-%m-%d}T{EVENING}", start, picked=True)
    elif "day_before" in leads:
        yield replace(wanted("session_day_before", found, f"{eve:{MINUTES}}", start), shifts="evening")
    hours = max((int(lead.removeprefix("hours_")) for lead in leads if lead.startswith("hours_")), default=0)
    if hours:
        # Two hours are two hours, also in the night when the clocks change: the instant counts, and not the wall.
        yield Wanted(row_id("session_soon", found), start - timedelta(hours=hours), start)


def wanted(kind: str, found: Occurrence, wall: str, until: datetime, picked: bool = False) -> Wanted:
    """One row of a session at a time on its plan's wall."""
    zone = found.plan.zone
    return Wanted(row_id(kind, found), instant(wall, zone), until, wall=wall, zone=zone, picked=picked)


def row_id(kind: str, found: Occurrence) -> str:
    """The id of a row; one for another time after a move is another row, so that it is sent although the first was."""
    moved = "".join(c for c in found.session.wall if c.isdigit())
    return f"{kind}/{moved}/{found.id}" if moved else f"{kind}/{found.id}"


def check_wanted(found: Occurrence) -> Wanted:
    """Two days before: by then the safety check will no longer count, so it is offered anew."""
    wall = datetime.fromisoformat(found.wall) - CHECK_AHEAD
    return wanted("session_check", found, f"{wall:{MINUTES}}", begins(found))


def after(found: Occurrence) -> Wanted:
    """Some hours after it began: whether it took place."""
    start = begins(found)
    return Wanted(row_id("session_after", found), start + ASKED_AFTER, start + ASKED_UNTIL, shifts="later")


# The kind of a row that asks for a look.
LOOK_ROWS: dict[LookKind, str] = {
    "next_day": "look_next_day",
    "week": "look_week",
    "fortnight": "look_fortnight",
    "three_weeks": "look_three_weeks",
}


def look_wants(world: World, person: Person, now: datetime) -> Iterator[Wanted]:
    """One row for all looks that can be answered together: at the instant the last of them opens, for as long as the
    longest stays open. It bears the name of that one, so the row lasts when the others have closed.

    What opens after a look was asked for is never put to that one: nobody can have answered it then.
    """
    if person.answer("held") == CRISIS:
        return
    looks = waiting(looks_of(person.plans, world.sessions.looks), now)
    asked = [row.sent_at for row in person.reminders if row.sent_at and row.wanted.kind in LOOK_ROWS.values()]
    sent = max(asked, default=None)
    before = [each for each in looks if sent and each.due <= sent]
    for group in (*asked_once(before), *asked_once(each for each in looks if each not in before)):
        last = max(group, key=lambda each: (each.until, each.due))
        yield Wanted(f"{LOOK_ROWS[last.kind]}/{last.id}", max(each.due for each in group), last.until, shifts="later")
