"""Talking to a clinician: an appointment to keep, and their answer as the person reports it.

Nothing is kept before it is whole: while an answer is being told, what was said so far stands in `given`
("limits/gp/2026-11-20"), which is only reached with consent. Leaving half-way changes nothing that was kept before.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.care.clinician import KINDS, ROLES, Age, Kind, Role, View, outdated_by, stale
from bot.care.opening import Opening, opening
from bot.dialogue.check import checked_at, standing, ticks, verdict_of
from bot.dialogue.clinician_view import day_of, keeping_view, view_of
from bot.dialogue.events import Event, Wrote
from bot.dialogue.person import Person
from bot.dialogue.world import Decision, Item, Items, Moment, Outcome, Reader, Unclear, Understood, World

READINGS_AT_MOST = 8
LIMITS_LENGTH = 300
FARTHEST = timedelta(days=2 * 366)
# Where no zone is known, a day counts as begun once it has begun anywhere.
EARLIEST_ZONE = timedelta(hours=14)


def opening_of(person: Person, world: World, now: datetime) -> Opening:
    """What opens or closes sessions for this person now."""
    view = view_of(person)
    age = stale(view, today(person, now), world.views) if view else None
    verdict, counts = verdict_of(person, world), usable(person, world, now)
    return opening(verdict, counts, view, age, held=person.answer("held") is not None)


def usable(person: Person, world: World, now: datetime) -> bool:
    """Whether there is a check to go by: one that still counts, or one just made that is not kept."""
    return standing(person, world, now) or (not person.consented and person.draft_done)


def clock_of(person: Person, now: datetime) -> datetime:
    """The wall clock where the person lives; UTC while their zone is not known."""
    zone = person.answer("time_zone")
    try:
        return now.astimezone(ZoneInfo(zone)) if isinstance(zone, str) else now.astimezone(UTC)
    except (ZoneInfoNotFoundError, ValueError):
        return now.astimezone(UTC)


def today(person: Person, now: datetime) -> date:
    """The day it is where the person lives."""
    return clock_of(person, now).date()


def appointment_of(person: Person) -> str:
    """The appointment as it is kept, "2026-11-27T15:00" or only the day, on the person's wall clock; "" for none."""
    value = person.answer("appointment")
    return value if isinstance(value, str) and is_moment(value) else ""


def is_moment(text: str) -> bool:
    """Whether it is a day, or a day and a time of day, without a zone."""
    try:
        return datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        return False


def has_time(text: str) -> bool:
    """Whether a kept moment names a time of day."""
    return "T" in text


def is_past(text: str, here: datetime) -> bool:
    """Whether a kept moment lies behind the wall clock `here`; a day alone is past once it is over."""
    moment = datetime.fromisoformat(text)
    return moment <= here.replace(tzinfo=None) if has_time(text) else moment.date() < here.date()


# The appointment.


def appointment_door(moment: Moment) -> Outcome:
    """An appointment can be kept with consent, and only a known time zone places it right."""
    if not moment.person.consented:
        return Outcome("no_consent", moment.person)
    return Outcome("ask" if moment.person.answer("time_zone") else "no_zone", moment.person)


def read_appointment(event: Event, moment: Moment) -> Understood | Unclear:
    """Every reading of a typed day and time that lies ahead, joined by commas."""
    return _ahead(event.text, moment) if isinstance(event, Wrote) else Unclear("date_unclear")


def read_hour(event: Event, moment: Moment) -> Understood | Unclear:
    """A time for the day already named, or a whole new day and time."""
    if not isinstance(event, Wrote):
        return Unclear("hour_unclear")
    whole = [r for r in moment.world.dates(event.text, _here(moment), True) if has_time(r)]
    if whole:
        return _ahead(event.text, moment)
    read = _ahead(f"{moment.given} {event.text}", moment)
    timed = isinstance(read, Understood) and has_time(read.value)
    return read if timed or read == Unclear("date_past") else Unclear("hour_unclear")


def _ahead(text: str, moment: Moment) -> Understood | Unclear:
    here = _here(moment)
    found = moment.world.dates(text, here, True)
    ahead = [reading for reading in found if not is_past(reading, here)]
    near = [r for r in ahead if datetime.fromisoformat(r) < here.replace(tzinfo=None) + FARTHEST]
    if near:
        return Understood(",".join(near[:READINGS_AT_MOST]))
    return Unclear("date_far" if ahead else "date_past" if found else "date_unclear")


def _here(moment: Moment) -> datetime:
    return clock_of(moment.person, moment.now)


def take_appointment(moment: Moment) -> Outcome:
    """One reading goes on to be confirmed, or to be asked for its time; several are offered."""
    if "," in moment.given:
        return Outcome("several", moment.person, given=moment.given)
    if not is_moment(moment.given):
        return Outcome("lost", moment.person)
    return Outcome("whole" if has_time(moment.given) else "day", moment.person, given=moment.given)


def take_day(moment: Moment) -> Outcome:
    """The day alone, because the time is not known yet."""
    day = moment.person.given
    return Outcome("whole", moment.person, given=day) if is_moment(day) else Outcome("lost", moment.person)


def keep_appointment(moment: Moment) -> Outcome:
    """The moment on the screen is kept as the appointment."""
    chosen = moment.person.given
    if not is_moment(chosen):
        return Outcome("lost", moment.person)
    # It is meant where the person is now, whatever an earlier one was tied to.
    person = moment.person.without("appointment_zone")
    return Outcome("kept", person.keeping("appointment", chosen, moment.now))


def drop_appointment(moment: Moment) -> Outcome:
    """There is no appointment, or no longer."""
    return Outcome("gone", moment.person.without("appointment", "appointment_zone"))


def moments_given(moment: Moment) -> tuple[Item, ...]:
    """The readings of what was typed."""
    return tuple(Item(given, {"moment": given}) for given in moment.given.split(",") if is_moment(given))


# The answer.


def view_said(kind: Kind) -> Decision:
    """What the clinician said; nothing is kept yet."""
    return Decision(lambda moment: Outcome("asked", moment.person, given=kind), frozenset({"asked"}))


def role_said(role: Role) -> Decision:
    """Who said it, after what was said."""

    def decide(moment: Moment) -> Outcome:
        kind = moment.person.given
        told = Outcome("asked", moment.person, given=f"{kind}/{role}")
        return told if kind in KINDS else Outcome("lost", moment.person)

    return Decision(decide, frozenset({"asked", "lost"}))


def read_day(event: Event, moment: Moment) -> Understood | Unclear:
    """Every reading of a typed day that has begun, joined by commas."""
    if not isinstance(event, Wrote):
        return Unclear("day_unclear")
    found = moment.world.dates(event.text, _here(moment), False)
    gone = [reading for reading in found if begun(reading, moment)]
    if gone:
        return Understood(",".join(gone[:READINGS_AT_MOST]))
    return Unclear("day_ahead" if found else "day_unclear")


def begun(day: str, moment: Moment) -> bool:
    """Whether that day has begun where the person is, or may have where their zone is not known."""
    slack = timedelta() if moment.person.answer("time_zone") else EARLIEST_ZONE
    return date.fromisoformat(day) <= (_here(moment) + slack).date()


def day_before(days: int) -> Decision:
    """The answer was given so many days ago."""

    def decide(moment: Moment) -> Outcome:
        day = today(moment.person, moment.now) - timedelta(days=days)
        return take_day_said(replace(moment, given=day.isoformat()))

    return Decision(decide, OUTCOMES_OF_DAY)


def take_day_said(moment: Moment) -> Outcome:
    """The day of the answer: several readings are offered, limits are asked for, anything else is whole and kept."""
    kind, role, _ = told(moment.person.given)
    if kind is None or role is None:
        return Outcome("lost", moment.person)
    if "," in moment.given:
        return Outcome("several", moment.person, given=f"{kind}/{role}/{moment.given}")
    day = day_of(moment.given)
    if day is None:
        return Outcome("lost", moment.person)
    if kind == "limits":
        return Outcome("limits", moment.person, given=f"{kind}/{role}/{day.isoformat()}")
    return Outcome("kept", with_view(moment, View(kind, role, day)))


OUTCOMES_OF_DAY = frozenset({"several", "limits", "kept", "lost"})


def told(given: str) -> tuple[Kind | None, Role | None, str]:
    """What was told so far: what was said, by whom, and the day or days; None for what is missing."""
    kind, role, days = (*given.split("/"), "", "", "")[:3]
    return kind if kind in KINDS else None, role if role in ROLES else None, days


def days_given(moment: Moment) -> tuple[Item, ...]:
    """The days that fit what was typed."""
    days = told(moment.given)[2].split(",")
    return tuple(Item(day, {"moment": day}) for day in days if day_of(day))


def day_again(moment: Moment) -> Outcome:
    """None of the offered days was meant: the day is asked once more, after what was told before it."""
    kind, role, _ = told(moment.person.given)
    if kind is None or role is None:
        return Outcome("lost", moment.person)
    return Outcome("asked", moment.person, given=f"{kind}/{role}")


def read_limits(event: Event, moment: Moment) -> Understood | Unclear:
    """The limits in the person's own words, on one line; a question is none."""
    words = " ".join(event.text.split()) if isinstance(event, Wrote) else ""
    if not words or words.endswith("?"):
        return Unclear("limits_unclear")
    return Understood(words) if len(words) <= LIMITS_LENGTH else Unclear("limits_long")


def keep_view(moment: Moment) -> Outcome:
    """The answer is whole, with its limits or without words for them."""
    kind, role, days = told(moment.person.given)
    day = day_of(days)
    if kind is None or role is None or day is None:
        return Outcome("lost", moment.person)
    return Outcome("kept", with_view(moment, View(kind, role, day, limits=moment.given)))


def with_view(moment: Moment, view: View) -> Person:
    """The person with the answer kept; what was told after the day it was given makes it old from the start."""
    age = told_since(moment, view.on)
    return keeping_view(moment.person, replace(view, outdated=age), moment.now)


def told_since(moment: Moment, on: date) -> Age | None:
    """What was ticked or reported after that day and makes an answer of that day old."""
    person, held = moment.person, moment.person.answers.get("clinician_stale")
    earlier = view_of(person)
    if earlier and earlier.outdated and held and clock_of(person, held.at).date() > on:
        return earlier.outdated
    checked = checked_at(person)
    if checked is None or clock_of(person, checked).date() <= on:
        return None
    return outdated_by(None, frozenset(ticks(person) or ()), moment.world.views)


def outcomes(names: str) -> frozenset[str]:
    """Outcomes written with spaces between them."""
    return frozenset(names.split())


def named(prefix: str, decisions: Iterable[tuple[str, Decision]]) -> dict[str, Decision]:
    """Decisions of one kind under a common first name."""
    return {f"{prefix}_{name}": decision for name, decision in decisions}


DECISIONS: dict[str, Decision] = {
    "appointment_door": Decision(appointment_door, outcomes("no_consent no_zone ask")),
    "take_appointment": Decision(take_appointment, outcomes("several day whole lost")),
    "take_day": Decision(take_day, outcomes("whole lost")),
    "keep_appointment": Decision(keep_appointment, outcomes("kept lost")),
    "drop_appointment": Decision(drop_appointment, outcomes("gone")),
    **named("view", ((kind, view_said(kind)) for kind in KINDS)),
    **named("role", ((role, role_said(role)) for role in ROLES)),
    "day_today": day_before(0),
    "day_yesterday": day_before(1),
    "take_day_said": Decision(take_day_said, OUTCOMES_OF_DAY),
    "day_again": Decision(day_again, outcomes("asked lost")),
    "keep_view": Decision(keep_view, outcomes("kept lost")),
}
READERS: dict[str, Reader] = {
    "appointment": read_appointment,
    "appointment_hour": read_hour,
    "day_said": read_day,
    "limits": read_limits,
}
ITEMS: dict[str, Items] = {"moments_given": moments_given, "days_given": days_given}
