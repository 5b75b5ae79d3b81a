"""Plans as an iCalendar file (RFC 5545): neutral words, ids that last, and a number that grows with each change.

What must stay true:
* Nothing in it names an illness or a part of the body: calendars are shared, and alarms light up on lock screens.
* A newer file replaces the older one: UID stays, SEQUENCE grows, what is gone is EXDATE or STATUS:CANCELLED.
* DTSTART is the clock on the wall with its zone, and the zone's own rules travel along as VTIMEZONE.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vRecur

from bot.care.sessions import Occurrence, Plan, Session, occurrence
from bot.reminders.walltime import instant

PRODUCT = "-//Guide//Dates//EN"
LENGTH = timedelta(minutes=30)
# The years whose changes of the clock travel along.
PAST, AHEAD = timedelta(days=2 * 366), timedelta(days=10 * 366)
EVENING = time(18)


@dataclass(frozen=True)
class Said:
    """The words of an entry: its title, and what its alarm says."""

    title: str
    alarm: str


def calendar_file(plans: Iterable[Plan], leads: Iterable[str], said: Said, now: datetime) -> bytes:
    """All plans as one file; `leads` are the keys of when to remind."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    leads = tuple(leads)
    for plan in plans:
        for event in events(plan, said, now):
            for trigger in triggers(event.start, leads):
                event.add_component(alarm(said, trigger))
            calendar.add_component(event)
    today = now.date()
    calendar.add_missing_timezones(first_date=today - PAST, last_date=today + AHEAD)
    return bytes(calendar.to_ical())


def events(plan: Plan, said: Said, now: datetime) -> Iterator[Event]:
    """The entries of one plan: what stands alone, the series, and each date that departs from it."""
    alone = [wall for wall in (plan.trial, "" if plan.rule else plan.first) if wall]
    for wall in alone:
        found = occurrence([plan], f"{plan.id}/{wall[:10]}")
        over = found is None or cancelled(found)
        event = entry(plan, f"{wall[:10]}", (found.wall if found else wall), said, now)
        yield with_status(event, over)
    if plan.rule:
        yield series(plan, said, now)
        yield from (moved(plan, held, said, now) for held in plan.sessions if departs(plan, held))


def entry(plan: Plan, part: str, wall: str, said: Said, now: datetime) -> Event:
    """One entry at a time on the wall; `part` tells the entries of a plan apart."""
    made = plan.made_at or now
    start = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(plan.zone))
    event = Event()
    event.add("uid", f"{plan.id}-{part}-{made.astimezone(UTC):%Y%m%dT%H%M%S%f}@dates.invalid")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", start)
    event.add("duration", LENGTH)
    event.add("summary", said.title)
    event.add("sequence", plan.sequence)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    return event


def with_status(event: Event, over: bool) -> Event:
    """The entry, confirmed or cancelled."""
    event.add("status", "CANCELLED" if over else "CONFIRMED")
    return event


def cancelled(found: Occurrence) -> bool:
    """Whether a date does not take place."""
    plan, session = found.plan, found.session
    ended = bool(plan.ended) and session.day >= plan.ended and session.state != "done"
    return ended or session.state in ("skipped", "cancelled")


def series(plan: Plan, said: Said, now: datetime) -> Event:
    """The entry that repeats, without the dates that were taken out of it."""
    event = entry(plan, "series", plan.first, said, now)
    event.add("rrule", rule(plan))
    zone = ZoneInfo(plan.zone)
    out = [held for held in plan.sessions if held.state in ("skipped", "cancelled") and held.day != plan.trial[:10]]
    if out:
        event.add("exdate", [datetime.combine(date.fromisoformat(h.day), clock(plan), zone) for h in out])
    return with_status(event, bool(plan.ended) and plan.ended <= plan.first[:10])


def rule(plan: Plan) -> vRecur:
    """The rule as calendars read it: an end in UTC, and an earlier one when the plan was ended."""
    found: vRecur = vRecur.from_ical(";".join(part for part in plan.rule.split(";") if not part.startswith("UNTIL")))
    until = next((part[6:] for part in plan.rule.split(";") if part.startswith("UNTIL")), "")
    last = f"{until[:4]}-{until[4:6]}-{until[6:8]}T23:59" if until else ""
    if plan.ended:
        day = date.fromisoformat(plan.ended) - timedelta(days=1)
        last = min(last or "9", f"{day}T23:59")
    if last:
        found.pop("COUNT", None)
        found["UNTIL"] = [instant(last, plan.zone)]
    return found


def clock(plan: Plan) -> time:
    """The hour of the series."""
    return datetime.fromisoformat(plan.first).time()


def departs(plan: Plan, held: Session) -> bool:
    """Whether a date of the series takes place at another time."""
    return bool(held.wall) and held.day != plan.trial[:10] and held.state not in ("skipped", "cancelled")


def moved(plan: Plan, held: Session, said: Said, now: datetime) -> Event:
    """One date of the series at another time."""
    event = entry(plan, "series", held.wall, said, now)
    event.add("recurrence-id", datetime.combine(date.fromisoformat(held.day), clock(plan), ZoneInfo(plan.zone)))
    return with_status(event, False)


def triggers(start: date, leads: Iterable[str]) -> list[timedelta]:
    """How long before an entry its alarms sound."""
    clock_then = start.time() if isinstance(start, datetime) else time()
    eve = timedelta(hours=clock_then.hour + 24 - EVENING.hour, minutes=clock_then.minute)
    lengths = {"day_before": timedelta(days=1), "evening_before": eve}
    lengths |= {"hours_2": timedelta(hours=2), "hours_1": timedelta(hours=1)}
    return [-lengths[lead] for lead in leads if lead in lengths]


def alarm(said: Said, trigger: timedelta) -> Alarm:
    """One alarm with neutral words."""
    found = Alarm()
    found.add("action", "DISPLAY")
    found.add("description", said.alarm)
    found.add("trigger", trigger)
    return found
