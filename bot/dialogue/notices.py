"""What the guide itself reminds of: an appointment, a safety check and a clinician's answer that run out.

Each is placed by the wall clock where the person lives; while that is not known, nothing is sent at a guessed hour.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.care.clinician import last_day
from bot.dialogue.check import valid_until
from bot.dialogue.clinician import appointment_of, has_time
from bot.dialogue.clinician_view import view_of
from bot.dialogue.person import Person
from bot.dialogue.world import World
from bot.reminders.rows import Wanted
from bot.reminders.walltime import instant, on_wall

EVENING = time(18)
MIDNIGHT = time()
DAY = timedelta(days=1)
CHECK_NOTICE = 3 * DAY
ANSWER_NOTICE = 7 * DAY
# How long a word about what has run out still helps.
OVER_FOR = 7 * DAY
# These follow the person into another time zone without being asked about.
FOLLOWING = frozenset({"check_soon", "check_over", "answer_soon", "answer_over"})
# The zone an appointment stays in when the person has travelled on.
APPOINTMENT_ZONE = "appointment_zone"


def zone_of(person: Person) -> str:
    """The IANA zone the person named; "" when there is none that clocks know."""
    return known_zone(person.answer("time_zone"))


def known_zone(zone: object) -> str:
    """The zone if it is one that clocks know, else ""."""
    try:
        return ZoneInfo(zone).key if isinstance(zone, str) else ""
    except (ZoneInfoNotFoundError, ValueError):
        return ""


def appointment(world: World, person: Person, now: datetime) -> tuple[Wanted, ...]:
    """The evening before an appointment, in time to lay out what to take along."""
    moment = appointment_of(person)
    zone = known_zone(person.answer(APPOINTMENT_ZONE)) or zone_of(person)
    if not moment or not zone:
        return ()
    when = datetime.fromisoformat(moment)
    until = when.isoformat() if has_time(moment) else _wall(when.date() + DAY, MIDNIGHT)
    return (_wanted("appointment", moment, _wall(when.date() - DAY, EVENING), zone, instant(until, zone)),)


def check_runs_out(world: World, person: Person, now: datetime) -> tuple[Wanted, ...]:
    """A few days before the safety check runs out, and on that day; nothing while plans are held."""
    until, zone = valid_until(person, world), zone_of(person)
    if until is None or not zone or person.answer("held") is not None or person.answer("check_reopened") is not None:
        return ()
    return _running_out("check", on_wall(until, zone).date(), CHECK_NOTICE, until, zone)


def answer_runs_out(world: World, person: Person, now: datetime) -> tuple[Wanted, ...]:
    """The same for a clinician's yes, while it still counts for all else."""
    view, zone = view_of(person), zone_of(person)
    if view is None or view.kind not in ("yes", "limits") or view.outdated or not zone:
        return ()
    day = last_day(view.on, world.views)
    return _running_out("answer", day, ANSWER_NOTICE, instant(_wall(day, MIDNIGHT), zone), zone)


def _running_out(what: str, day: date, notice: timedelta, ends: datetime, zone: str) -> tuple[Wanted, ...]:
    over = _wall(day, EVENING)
    return (
        _wanted(f"{what}_soon", day.isoformat(), _wall(day - notice, EVENING), zone, ends),
        _wanted(f"{what}_over", day.isoformat(), over, zone, instant(over, zone) + OVER_FOR),
    )


def _wanted(kind: str, rest: str, wall: str, zone: str, until: datetime) -> Wanted:
    # A colon would end the subject on a button.
    return Wanted(f"{kind}/{rest.replace(':', '')}", instant(wall, zone), until, wall, zone)


def _wall(day: date, clock: time) -> str:
    return datetime.combine(day, clock).isoformat()


WANTS = (appointment, check_runs_out, answer_runs_out)
