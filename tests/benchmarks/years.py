"""Years of reminders in every time zone: `python -m tests.benchmarks.years [--zones 0] [--years 5]` (0: all zones).

In each zone one person has a daily, a weekly and an every-second-week plan, whose reminders come at the picked hour
itself, the evening before (18:00), two hours before, and the day after at the end of the quiet hours. The person lives
through the years from one due row to the next by the pure rules that the bot uses: what is wanted is reconciled with
the rows that are kept, and what is due is said. What was said is then compared with a calendar that was made apart,
hour by hour on the wall. A wall time that the clocks leap over is expected the same distance past the gap, one they
show twice at the first.
"""

import argparse
import sys
import time as seconds
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache, partial
from multiprocessing import Pool
from zoneinfo import ZoneInfo, available_timezones

from bot.reminders.quiet import Quiet, placed, shifted
from bot.reminders.rows import Reminder, Wanted, next_due, overdue, reconciled
from bot.reminders.walltime import instant, on_wall
from tests.benchmarks.figures import told

START = datetime(2026, 1, 1)
DAY = timedelta(days=1)
# Far enough for the next of every plan; a longer one costs time here and changes nothing.
HORIZON = timedelta(days=16)
QUIET = (time(21), time(8))
NOT_PLACES = ("posix/", "right/", "SystemV/")
OTHER = {"Factory", "localtime", "posixrules"}


@dataclass(frozen=True)
class Plan:
    """Something at `clock` every so many days; its reminders are named by what they are."""

    name: str
    every: int
    clock: time


# The daily one falls into the hour that summer time leaps over or shows twice in most zones.
PLANS = (Plan("daily", 1, time(2, 30)), Plan("weekly", 7, time(15)), Plan("second", 14, time(9)))


def zones() -> list[str]:
    """Every zone that somebody may live in."""
    return sorted(zone for zone in available_timezones() if not zone.startswith(NOT_PLACES) and zone not in OTHER)


def days_of(plan: Plan, first: datetime, last: datetime) -> Iterator[datetime]:
    """The plan's days from `first` up to `last`, as midnights on the wall."""
    ahead = max(0, (first - START).days)
    day = START + DAY * (ahead - ahead % plan.every)
    while day <= last:
        if day >= START:
            yield day
        day += DAY * plan.every


def wants(zone: str, now: datetime, last: datetime) -> list[Wanted]:
    """What all plans want from two days ago up to the horizon."""
    here = on_wall(now, zone)
    first, end = here - 2 * DAY, min(here + HORIZON, last)
    return [want for plan in PLANS for day in days_of(plan, first, end) for want in wanted_of(plan, day, zone)]


@lru_cache(200)
def wanted_of(plan: Plan, day: datetime, zone: str) -> tuple[Wanted, ...]:
    """The reminders of one day of a plan."""
    return tuple(_wanted_of(plan, day, zone))


def _wanted_of(plan: Plan, day: datetime, zone: str) -> Iterator[Wanted]:
    wall = datetime.combine(day, plan.clock)
    event, name = instant(wall.isoformat(), zone), f"{day:%Y-%m-%d}"
    if plan.name == "daily":
        yield Wanted(f"daily/{name}", event, event + timedelta(hours=6), wall.isoformat(), zone, picked=True)
        return
    before = datetime.combine(day - DAY, time(18)).isoformat()
    yield Wanted(f"{plan.name}_before/{name}", instant(before, zone), event, before, zone)
    # Elapsed time, which is anchored in UTC: at nine in the morning this lands in the quiet hours.
    yield Wanted(f"{plan.name}_soon/{name}", event - timedelta(hours=2), event)
    look = event + timedelta(hours=14)
    yield Wanted(f"{plan.name}_after/{name}", look, look + 2 * DAY, shifts="later")


@dataclass
class Life:
    """One person in one zone: what was said, and the rows as they are kept."""

    zone: str
    rows: tuple[Reminder, ...] = ()
    said: dict[str, list[datetime]] = field(default_factory=dict)

    def live(self, years: int) -> None:
        """From due row to due row until the years are over."""
        quiet = Quiet(*QUIET, self.zone)
        now, last = instant(START.isoformat(), self.zone), START + timedelta(days=years * 365.25)
        while True:
            self.rows = tuple(self._said(row, now) if row in overdue((row,), now) else row for row in self.rows)
            place, shift = partial(placed, quiet=quiet, now=now), partial(shifted, quiet=quiet)
            self.rows = reconciled(self.rows, wants(self.zone, now, last), now, place, shift)
            due = next_due(self.rows)
            if due is None:
                return
            now = max(now, due)

    def _said(self, row: Reminder, now: datetime) -> Reminder:
        self.said.setdefault(row.wanted.id, []).append(now)
        return replace(row, state="sent", sent_at=now)


def expected(zone: str, years: int) -> dict[str, datetime]:
    """When each reminder must come, found without the rules: by walking over the wall clock minute by minute."""
    last = START + timedelta(days=years * 365.25)
    found = {}
    for plan in PLANS:
        for day in days_of(plan, START, last):
            for name, wall in walls_of(plan, day, zone):
                found[f"{name}/{day:%Y-%m-%d}"] = wall
    return found


def walls_of(plan: Plan, day: datetime, zone: str) -> Iterator[tuple[str, datetime]]:
    """The reminders of one day with the instants at which they must come."""
    event = first_showing(datetime.combine(day, plan.clock), zone)
    if plan.name == "daily":
        yield "daily", event
        return
    evening = first_showing(datetime.combine(day - DAY, time(18)), zone)
    yield f"{plan.name}_before", evening
    yield f"{plan.name}_soon", event - timedelta(hours=2) if awake(event - timedelta(hours=2), zone) else evening
    look = event + timedelta(hours=14)
    while not awake(look, zone):
        look += timedelta(minutes=1)
    yield f"{plan.name}_after", look


def awake(moment: datetime, zone: str) -> bool:
    """Whether clocks in the zone show a time outside the quiet hours."""
    return QUIET[1] <= moment.astimezone(ZoneInfo(zone)).time() < QUIET[0]


def first_showing(wall: datetime, zone: str) -> datetime:
    """The first instant at which clocks show that time; where they never do, as long after the gap as it lies in it."""
    before = wall.replace(tzinfo=UTC) - timedelta(hours=30)
    offset = before.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    guess = wall.replace(tzinfo=UTC) - offset
    shown = guess.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if shown == wall:
        return guess
    later = guess - ((guess.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()) - offset)
    return later if later.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall else guess


@dataclass(frozen=True)
class Wrong:
    """How often something went wrong in one zone, and one example."""

    zone: str
    counts: Counter[str]
    example: str = ""


def judged(zone: str, years: int) -> Wrong:
    """One zone, lived and compared; what lies within the first two or the last three days is left out."""
    life = Life(zone)
    life.live(years)
    counts: Counter[str] = Counter()
    example = ""
    begin, end = START + 2 * DAY, START + timedelta(days=years * 365.25) - 3 * DAY
    for name, at in expected(zone, years).items():
        if not begin <= at.replace(tzinfo=None) <= end:
            continue
        came = life.said.get(name, [])
        wrong = "missing" if not came else "double" if len(came) > 1 else "wrong hour" if came[0] != at else "right"
        counts[wrong] += 1
        example = example or (f"{name}: {came} instead of {at}" if wrong != "right" else "")
    return Wrong(zone, counts, example)


def campaign(names: list[str], years: int, workers: int = 1) -> list[Wrong]:
    """Every zone, side by side."""
    if workers == 1:
        return [judged(zone, years) for zone in names]
    with Pool(workers) as pool:
        return pool.map(partial(judged, years=years), names, chunksize=4)


def main(arguments: list[str] | None = None) -> int:
    """Live, compare, tell; the exit code says whether everything came right."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.years", description=__doc__)
    parser.add_argument("--zones", type=int, default=0)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args(arguments)
    names = zones()[: asked.zones or None]
    begun = seconds.perf_counter()
    found = campaign(names, asked.years, asked.workers)
    total = sum((one.counts for one in found), Counter[str]())
    rows = [
        ("zones", f"{len(names)}, {asked.years} years each"),
        ("reminders simulated", f"{total.total():,}"),
        *((what, str(total[what])) for what in ("wrong hour", "missing", "double")),
        ("took", f"{seconds.perf_counter() - begun:.0f} s with {asked.workers} workers"),
    ]
    broken = [f"{one.zone}: {one.example}" for one in found if one.example]
    return told("Years of reminders", rows, broken[:20])


if __name__ == "__main__":
    sys.exit(main())
