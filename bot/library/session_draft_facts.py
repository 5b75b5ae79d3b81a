"""Facts about a plan in the making: its moment, its dates, the calendar it is picked from."""

from datetime import date
from typing import TYPE_CHECKING, Any

from babel.dates import format_date, get_day_names

from bot.care.sessions import Plan, is_day
from bot.dialogue.check import valid_until
from bot.dialogue.session_draft import Draft, draft_of, is_wall, plan_of
from bot.dialogue.session_planning import first_dates, zone_for
from bot.library.care_facts import moment_said, weekday_date
from bot.library.geography import zone_city
from bot.library.session_words import LONG_MOMENT, Find, ending_said, rhythm_said, safe
from bot.reminders.walltime import instant, odd_hour, on_wall

if TYPE_CHECKING:
    from bot.library.facts import Scene

DATES_SHOWN = 5


def draft_here(scene: "Scene") -> Draft:
    """The draft on this screen."""
    return draft_of(scene.person.given) or Draft()


def draft_day(scene: "Scene") -> str:
    """The day named so far, in words."""
    day = draft_here(scene).readings[:10]
    return weekday_date(scene, date.fromisoformat(day)) if is_day(day) else ""


def draft_moment(scene: "Scene") -> str:
    """The day and time of the draft, in words."""
    readings = draft_here(scene).readings
    return moment_said(scene, readings) if is_wall(readings) else ""


def draft_plan(scene: "Scene") -> Plan | None:
    """The plan the draft would become."""
    return plan_of(draft_here(scene), scene.person, scene.now)


def draft_dates(scene: "Scene") -> list[str]:
    """The first dates of a series as it would be kept; empty for a single session."""
    plan = draft_plan(scene)
    if plan is None or not plan.series:
        return []
    return [moment_said(scene, wall) for wall in first_dates(plan, DATES_SHOWN)]


def draft_odd(scene: "Scene") -> str:
    """Whether the clocks change over the time chosen, on one of the first dates: "gap", "fold" or ""."""
    return next((odd for odd, _ in odd_hours(scene)), "")


def odd_hours(scene: "Scene") -> list[tuple[str, str]]:
    """Each of the first dates on which the clocks leap over the time or show it twice, with its wall."""
    draft, plan = draft_here(scene), draft_plan(scene)
    zone = safe(zone_for(draft, scene.person))
    walls = first_dates(plan, 60) if plan else (draft.readings,) if is_wall(draft.readings) else ()
    return [(odd, wall) for wall in walls if (odd := odd_hour(wall, zone))]


def draft_odd_day(scene: "Scene") -> str:
    """The day of that change."""
    found = odd_hours(scene)
    return weekday_date(scene, date.fromisoformat(found[0][1][:10])) if found else ""


def draft_odd_time(scene: "Scene") -> str:
    """What the clock shows when a session in the gap takes place."""
    found, zone = odd_hours(scene), safe(zone_for(draft_here(scene), scene.person))
    return f"{on_wall(instant(found[0][1], zone), zone):%H:%M}" if found else ""


def draft_beyond(scene: "Scene") -> bool:
    """Whether the safety check will no longer count at the time of the draft."""
    wall, until = draft_here(scene).readings, valid_until(scene.person, scene.world)
    return bool(until and is_wall(wall) and instant(wall, safe(zone_for(draft_here(scene), scene.person))) >= until)


def cell_of_item(scene: "Scene") -> str:
    """A cell of the calendar: a day's name or number, a month to turn to, or a dot."""
    key = str(scene.extra["cell"])
    if key.startswith("h"):
        return str(get_day_names("short", locale=scene.locale)[int(key[1:])])
    if key.startswith("to"):
        return str(format_date(date.fromisoformat(f"{key[2:]}-01"), "MMMM y", locale=scene.locale))
    return str(int(key[8:])) if is_day(key) else "·"


def month_shown(scene: "Scene") -> str:
    """The month of the calendar."""
    draft = draft_here(scene)
    month = draft.month or f"{on_wall(scene.now, safe(zone_for(draft, scene.person))):%Y-%m}"
    return str(format_date(date.fromisoformat(f"{month}-01"), "MMMM y", locale=scene.locale))


# Each fact with the longest value it can take.
FACTS: dict[str, tuple[Find, Any]] = {
    "draft_moves": (lambda s: bool(draft_here(s).moves), True),
    "draft_day": (draft_day, "Wednesday, 22 September 2026"),
    "draft_moment": (draft_moment, LONG_MOMENT),
    "draft_dates": (draft_dates, [LONG_MOMENT] * DATES_SHOWN),
    "draft_zone": (lambda s: zone_city(zone_for(draft_here(s), s.person)), "Port-au-Prince"),
    "draft_wait": (lambda s: draft_here(s).wait if draft_here(s).wait != "0" else "", "3"),
    "draft_rhythm": (lambda s: rhythm_said(s, draft_here(s).rhythm), "every 30 weeks"),
    "draft_ending": (lambda s: ending_said(s, draft_here(s).ending) if draft_here(s).rhythm else "", "x" * 50),
    "draft_odd": (draft_odd, "fold"),
    "draft_odd_day": (draft_odd_day, "Wednesday, 22 September 2026"),
    "draft_odd_time": (draft_odd_time, "03:30"),
    "draft_beyond": (draft_beyond, True),
    "month_shown": (month_shown, "September 2026"),
    "cell_of_item": (cell_of_item, "September 2026"),
    "clock_label_of_item": (lambda s: str(s.extra.get("clock", "")), "15:00"),
    "rhythm_of_item": (lambda s: rhythm_said(s, str(s.extra["rhythm"])), "every 30 weeks"),
    "ending_of_item": (lambda s: ending_said(s, str(s.extra["ending"])), "60 sessions"),
}
