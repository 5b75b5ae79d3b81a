"""Planning a session or a series: rhythm, end, day and time, typed or picked, and shown before it is kept."""

import re
from calendar import monthcalendar
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.care.sessions import Plan, is_day, occurrence, occurrences, with_plan
from bot.care.sessions import rescheduled as rescheduled_plan
from bot.dialogue.clinician import FARTHEST, READINGS_AT_MOST, opening_of
from bot.dialogue.effects import Say, Toast
from bot.dialogue.events import Event, Wrote
from bot.dialogue.person import Person
from bot.dialogue.session_draft import (
    Draft,
    draft_of,
    is_ending,
    is_rhythm,
    is_wall,
    plan_of,
    with_month,
)
from bot.dialogue.world import Decision, Item, Items, Moment, Outcome, Reader, Unclear, Understood
from bot.reminders.walltime import on_wall

FIRST_HOUR, LAST_HOUR = 6, 22
OWN_RHYTHMS = "d2 d3 d4 d5 d10 w3 w4 w6 w8".split()
ENDINGS = "c4 c6 c8 c10 c12".split()
PLANS_AT_MOST = 8
_TIMES = re.compile(r"\b(\d{1,2})\s*(?:x|times?|sessions?|mal|veces)?\b")
_EVERY = re.compile(r"^(?:every|each|once every)?\s*(other|\d{1,2}|two|three|four|five|six)?\s*(day|week|month)s?$")
_WORDS = {"other": 2, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_UNTIL = re.compile(r"^\s*(?:until|till|til|bis|hasta|up to|to)\s+", re.IGNORECASE)


def zone_of(person: Person) -> str:
    """The person's zone, or UTC while none is known."""
    zone = person.answer("time_zone")
    return zone if isinstance(zone, str) and is_zone(zone) else "UTC"


def is_zone(name: str) -> bool:
    """Whether clocks of that zone are known here."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def zone_for(draft: Draft, person: Person) -> str:
    """By which clock the draft's day and time are meant: a session that is moved keeps its plan's."""
    found = occurrence(person.plans, draft.moves) if draft.moves else None
    return found.plan.zone if found else zone_of(person)


def here(draft: Draft, moment: Moment) -> datetime:
    """The wall clock the draft's day and time are meant by."""
    return moment.now.astimezone(ZoneInfo(zone_for(draft, moment.person)))


# The door.


def plan_door(moment: Moment) -> Outcome:
    """Whether a session may be planned, and what has to be asked first."""
    person = moment.person
    if not person.consented:
        return Outcome("no_consent", person)
    because = opening_of(person, moment.world, moment.now)
    if not because.open:
        again = because.because in ("expired", "no_check")
        return Outcome("check" if again else "closed", person)
    if not person.answer("time_zone"):
        return Outcome("no_zone", person)
    if len(living(person, moment.now)) >= PLANS_AT_MOST:
        return Outcome("full", person)
    return Outcome("rhythm" if person.plans else "first", person, given=Draft().said())


def living(person: Person, now: datetime) -> list[Plan]:
    """The plans that still have dates to come."""
    walls = {plan.id: on_wall(now, plan.zone if is_zone(plan.zone) else "UTC") for plan in person.plans}
    ahead = {plan.id: occurrences(plan, walls[plan.id], walls[plan.id] + FARTHEST) for plan in person.plans}
    return [plan for plan in person.plans if any(each.open for each in ahead[plan.id])]


def starts(wait: str, outcome: str) -> Decision:
    """A draft with that wait after its first session."""
    return Decision(lambda moment: Outcome(outcome, moment.person, given=Draft(wait=wait).said()), frozenset({outcome}))


def rhythm_said(rhythm: str) -> Decision:
    """The rhythm on a button."""
    return Decision(lambda moment: take_rhythm(replace(moment, given=rhythm)), frozenset({"once", "series", "lost"}))


def take_rhythm(moment: Moment) -> Outcome:
    """How often: once needs no end."""
    draft = draft_of(moment.person.given)
    if draft is None or not is_rhythm(moment.given):
        return Outcome("lost", moment.person)
    draft = replace(draft, rhythm=moment.given)
    return Outcome("series" if draft.rhythm else "once", moment.person, given=draft.said())


def read_rhythm(event: Event, moment: Moment) -> Understood | Unclear:
    """ "every 3 weeks", "every other day"."""
    words = " ".join(event.text.casefold().split()).strip(" .!") if isinstance(event, Wrote) else ""
    found = _EVERY.match(words)
    if not found:
        return Unclear("rhythm_unclear")
    number = _WORDS.get(found[1] or "", 0) or int(found[1] or 1)
    rhythm = f"{found[2][0]}{number}"
    return Understood(rhythm) if is_rhythm(rhythm) else Unclear("rhythm_unclear")


def read_ending(event: Event, moment: Moment) -> Understood | Unclear:
    """ "8 times", "until 1 March"."""
    text = event.text if isinstance(event, Wrote) else ""
    draft = draft_of(moment.given) or Draft()
    days = moment.world.exact_dates(_UNTIL.sub("", text), here(draft, moment), True)
    if _UNTIL.match(text) or days:
        found = [f"u{day[:10]}" for day in days]
        return Understood(found[0]) if len(found) == 1 else Unclear("ending_unclear")
    times = _TIMES.fullmatch(text.strip())
    ending = f"c{int(times[1])}" if times else ""
    return Understood(ending) if ending and is_ending(ending) else Unclear("ending_unclear")


def take_ending(moment: Moment) -> Outcome:
    """Until when, or how many times."""
    draft = draft_of(moment.person.given)
    if draft is None or not is_ending(moment.given):
        return Outcome("lost", moment.person)
    return Outcome("asked", moment.person, given=replace(draft, ending=moment.given).said())


# Day and time.


def read_when(event: Event, moment: Moment) -> Understood | Unclear:
    """Every reading of a typed day, with its time if one was named, that lies ahead."""
    draft = draft_of(moment.given) or Draft()
    return _ahead(event.text, draft, moment) if isinstance(event, Wrote) else Unclear("date_unclear")


def read_session_hour(event: Event, moment: Moment) -> Understood | Unclear:
    """A time for the day already named, or a whole new day and time."""
    draft = draft_of(moment.given) or Draft()
    if not isinstance(event, Wrote):
        return Unclear("hour_unclear")
    if any("T" in found for found in moment.world.exact_dates(event.text, here(draft, moment), True)):
        return _ahead(event.text, draft, moment)
    read = _ahead(f"{draft.readings[:10]} {event.text}", draft, moment)
    timed = isinstance(read, Understood) and "T" in read.value
    return read if timed or read == Unclear("date_past") else Unclear("hour_unclear")


def _ahead(text: str, draft: Draft, moment: Moment) -> Understood | Unclear:
    now = here(draft, moment)
    found = moment.world.exact_dates(text, now, True)
    ahead = [reading for reading in found if not gone(reading, now)]
    near = [reading for reading in ahead if datetime.fromisoformat(reading) < now.replace(tzinfo=None) + FARTHEST]
    if near:
        return Understood(",".join(near[:READINGS_AT_MOST]))
    return Unclear("date_far" if ahead else "date_past" if found else "date_unclear")


def gone(reading: str, now: datetime) -> bool:
    """Whether a day, or a day and time, lies behind the wall clock `now`; today has not."""
    if "T" in reading:
        return datetime.fromisoformat(reading) <= now.replace(tzinfo=None)
    return reading < f"{now:%Y-%m-%d}"


def take_when(moment: Moment) -> Outcome:
    """One day and time goes on to be confirmed, a day alone is asked for its hour, several readings are offered."""
    draft = draft_of(moment.person.given)
    if draft is None:
        return Outcome("lost", moment.person)
    readings = [each for each in moment.given.split(",") if is_wall(each) or is_day(each)]
    draft = replace(draft, readings=",".join(readings))
    if not readings or any(gone(each, here(draft, moment)) for each in readings):
        return Outcome("again", moment.person, given=replace(draft, readings="").said())
    if len(readings) > 1:
        return Outcome("several", moment.person, given=draft.said())
    if is_day(draft.readings):
        return Outcome("day", moment.person, given=draft.said())
    if draft.ending.startswith("u") and draft.ending[1:] < draft.wall[:10]:
        return Outcome("ends", moment.person, given=draft.said())
    return Outcome("whole", moment.person, given=draft.said())


OUTCOMES_OF_WHEN = frozenset({"again", "several", "day", "ends", "whole", "lost"})


def draft_readings(moment: Moment) -> tuple[Item, ...]:
    """The readings of what was typed."""
    draft = draft_of(moment.given)
    readings = draft.readings.split(",") if draft else []
    return tuple(Item(each, {"moment": each}) for each in readings if is_wall(each) or is_day(each))


def keeps_draft(outcome: str, **changes: str) -> Decision:
    """A draft that goes on to another screen, with some of it taken back."""

    def decide(moment: Moment) -> Outcome:
        draft = draft_of(moment.person.given)
        if draft is None:
            return Outcome("lost", moment.person)
        return Outcome(outcome, moment.person, given=replace(draft, **changes).said())

    return Decision(decide, frozenset({outcome, "lost"}))


# The calendar and the clock on buttons.


def calendar_days(moment: Moment) -> tuple[Item, ...]:
    """A month as weeks of seven cells under the names of the days, and the months beside it."""
    draft = draft_of(moment.given) or Draft()
    now = here(draft, moment)
    shown = draft.month or f"{now:%Y-%m}"
    year, month = (int(part) for part in shown.split("-"))
    heads = [f"h{number}" for number in range(7)]
    weeks = [
        [_cell(f"{shown}-{day:02}" if day else "", f"x{week}{place}", now) for place, day in enumerate(row)]
        for week, row in enumerate(monthcalendar(year, month))
    ]
    cells = [cell for week in weeks if any(map(is_day, week)) for cell in week]
    beside = [with_month(draft, step, now).month for step in (-1, 1)]
    last = f"{now + FARTHEST:%Y-%m}"
    turns = [f"to{each}" for each in beside if f"{now:%Y-%m}" <= each < last]
    return tuple(Item(key, {"cell": key}) for key in (*heads, *cells, *turns))


def _cell(day: str, blank: str, now: datetime) -> str:
    open_day = day and f"{now:%Y-%m-%d}" <= day and datetime.fromisoformat(day) < now.replace(tzinfo=None) + FARTHEST
    return day if open_day else blank


def take_day_picked(moment: Moment) -> Outcome:
    """A day of the calendar, or another month in place; the other cells are only there to line up."""
    draft, key = draft_of(moment.person.given), moment.given
    if draft is None:
        return Outcome("lost", moment.person)
    if key.startswith("to") and is_day(f"{key[2:]}-01"):
        person = replace(moment.person, given=replace(draft, month=key[2:]).said())
        return Outcome("stay", person, (Say("sessions.month", edit=moment.message_id),))
    if not is_day(key):
        return Outcome("stay", moment.person, (Toast("no_day_there"),))
    return take_when(moment)


def hours(moment: Moment) -> tuple[Item, ...]:
    """The hours of the day named that are still to come."""
    draft = draft_of(moment.given) or Draft()
    day, now = draft.readings[:10], here(draft, moment)
    if not is_day(day):
        return ()
    found = (f"{hour:02}" for hour in range(FIRST_HOUR, LAST_HOUR) if not gone(f"{day}T{hour:02}:45", now))
    return tuple(Item(hour, {"clock": f"{hour}:00"}) for hour in found)


def take_hour(moment: Moment) -> Outcome:
    """An hour picked is asked for its quarter; a time typed is whole."""
    draft = draft_of(moment.person.given)
    if draft is None or not is_day(draft.readings[:10]):
        return Outcome("lost", moment.person)
    if re.fullmatch(r"[0-2]\d", moment.given):
        return Outcome("quarter", moment.person, given=with_hour(draft, moment.given).said())
    return take_when(moment)


def with_hour(draft: Draft, hour: str) -> Draft:
    """The draft with the hour of its day, and no minutes yet."""
    return replace(draft, readings=f"{draft.readings[:10]}T{hour}")


def quarters(moment: Moment) -> tuple[Item, ...]:
    """The quarters of the hour picked that are still to come."""
    draft = draft_of(moment.given) or Draft()
    walls = [f"{draft.readings}:{minute:02}" for minute in (0, 15, 30, 45)]
    now = here(draft, moment)
    found = [wall for wall in walls if is_wall(wall) and not gone(wall, now)]
    return tuple(Item(wall, {"clock": wall[11:]}) for wall in found)


# Whole.


def take_plan(moment: Moment) -> Outcome:
    """The draft on the screen is kept: a new plan, or another time for one session."""
    draft, person = draft_of(moment.person.given), moment.person
    if draft is None or not is_wall(draft.readings) or gone(draft.readings, here(draft, moment)):
        return Outcome("lost", person)
    if draft.moves:
        return move(draft, moment)
    plan = plan_of(draft, person, moment.now)
    if plan is None or not person.consented:
        return Outcome("lost", person)
    if not opening_of(person, moment.world, moment.now).open:
        return Outcome("closed", person)
    return Outcome("kept", replace(person, plans=(*person.plans, plan)), given=plan.id)


def move(draft: Draft, moment: Moment) -> Outcome:
    """One session takes place at another time; its looks and reminders follow."""
    found = occurrence(moment.person.plans, draft.moves)
    if found is None or not found.open:
        return Outcome("lost", moment.person)
    session = replace(
        found.session, state="moved", wall=draft.readings, changed_at=moment.now, check="", checked_at=None
    )
    plans = with_plan(moment.person.plans, rescheduled_plan(found.plan, session))
    return Outcome("moved", replace(moment.person, plans=plans), given=found.id)


def first_dates(plan: Plan, most: int) -> tuple[str, ...]:
    """The walls of the first dates of a plan."""
    start = datetime.fromisoformat(plan.trial or plan.first)
    found = occurrences(plan, start, start + timedelta(days=400))
    return tuple(each.wall for each in found[:most])


def fixed(keys: list[str], name: str) -> Items:
    """A list of the same items for everybody."""
    return lambda moment: tuple(Item(key, {name: key}) for key in keys)


def outcomes(names: str) -> frozenset[str]:
    """Outcomes written with spaces between them."""
    return frozenset(names.split())


DECISIONS: dict[str, Decision] = {
    "session_plan_door": Decision(plan_door, outcomes("no_consent check closed no_zone full first rhythm")),
    "session_once": Decision(lambda moment: Outcome("asked", moment.person, given=Draft().said()), outcomes("asked")),
    "session_series_three": starts("3", "asked"),
    "session_series_two": starts("2", "asked"),
    "session_series_none": starts("0", "asked"),
    **{
        f"session_rhythm_{name}": rhythm_said(rhythm)
        for name, rhythm in (("once", ""), ("weekly", "w1"), ("two", "w2"), ("monthly", "m1"))
    },
    "take_rhythm": Decision(take_rhythm, outcomes("once series lost")),
    "take_ending": Decision(take_ending, outcomes("asked lost")),
    "session_own": keeps_draft("asked"),
    "session_open_end": keeps_draft("asked", ending=""),
    "session_calendar": keeps_draft("asked", readings=""),
    "session_when_again": keeps_draft("asked", readings=""),
    "take_when": Decision(take_when, OUTCOMES_OF_WHEN),
    "take_day_picked": Decision(take_day_picked, OUTCOMES_OF_WHEN | {"stay"}),
    "take_hour": Decision(take_hour, OUTCOMES_OF_WHEN | {"quarter"}),
    "take_plan": Decision(take_plan, outcomes("kept moved closed lost")),
}
READERS: dict[str, Reader] = {
    "session_when": read_when,
    "session_hour": read_session_hour,
    "session_rhythm": read_rhythm,
    "session_ending": read_ending,
}
ITEMS: dict[str, Items] = {
    "draft_readings": draft_readings,
    "calendar_days": calendar_days,
    "session_hours": hours,
    "session_quarters": quarters,
    "own_rhythms": fixed(OWN_RHYTHMS, "rhythm"),
    "session_endings": fixed(ENDINGS, "ending"),
}
