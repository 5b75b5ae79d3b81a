"""Later: in an hour, tonight or tomorrow, never in quiet hours and never when it makes no sense any more."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Literal, get_args

from bot.reminders.quiet import DAY, Quiet
from bot.reminders.rows import Wanted
from bot.reminders.walltime import instant, on_wall

Delay = Literal["hour", "tonight", "tomorrow"]
DELAYS: tuple[Delay, ...] = get_args(Delay)
HOUR = timedelta(hours=1)
EVENINGS = (time(18), time(20))
# An evening that has all but begun is no time to put anything off to.
AHEAD = timedelta(minutes=30)
USUAL_HOUR = time(10)


def times_later(want: Wanted, quiet: Quiet, now: datetime) -> Mapping[Delay, datetime]:
    """Each delay that is possible now, with the instant it leads to; an hour the person picked may be quiet."""
    found = {"hour": now + HOUR, "tonight": _tonight(quiet, now), "tomorrow": _tomorrow(want, quiet, now)}
    return {delay: at for delay in DELAYS if (at := found[delay]) and _fits(want, quiet, at, delay)}


def _fits(want: Wanted, quiet: Quiet, at: datetime, delay: Delay) -> bool:
    allowed = want.picked and delay == "tomorrow"
    return at < want.until and (allowed or not quiet.holds(at))


def _tonight(quiet: Quiet, now: datetime) -> datetime | None:
    evenings = (_on(now, evening, quiet.zone) for evening in EVENINGS)
    return next((at for at in evenings if at >= now + AHEAD and not quiet.holds(at)), None)


def _tomorrow(want: Wanted, quiet: Quiet, now: datetime) -> datetime:
    """Tomorrow at the same hour; where that hour is quiet and was not picked, at a usual one or after the quiet."""
    hour = on_wall(want.due, quiet.zone).time()
    for wall in (hour, USUAL_HOUR):
        at = _on(now, wall, quiet.zone, days=1)
        if want.picked or not quiet.holds(at):
            return at
    return quiet.ends(_on(now, hour, quiet.zone, days=1))


def _on(now: datetime, wall: time, zone: str, days: int = 0) -> datetime:
    day = on_wall(now, zone) + days * DAY
    return instant(datetime.combine(day, wall).isoformat(), zone)
