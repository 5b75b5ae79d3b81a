"""Quiet hours, and where a reminder goes that would fall into them.

What must stay true:
* An hour the person picked is kept, whatever the quiet hours say.
* A derived one moves to the evening before (18:00), one about the next day to that hour of its own day, a look after
  the event to the end of the quiet hours; none ever moves past the moment from which on sending makes no sense.
* Hours are those on the wall in the zone, so both edges of summer time change nothing.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.reminders.rows import Wanted
from bot.reminders.walltime import instant, on_wall

USUAL = (time(21), time(8))
EVENING = time(18)
# Where the usual evening is quiet as well, this long before the quiet hours begin.
BEFORE_QUIET = timedelta(minutes=15)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Quiet:
    """From `start` up to `end` on the wall in the IANA `zone` nothing is sent; the same time twice means never."""

    start: time
    end: time
    zone: str

    def holds(self, moment: datetime) -> bool:
        """Whether the instant lies in the quiet hours."""
        now = on_wall(moment, self.zone).time()
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end

    def ends(self, moment: datetime) -> datetime:
        """The instant at which the quiet hours around or after this one are over."""
        return self._next(self.end, moment)

    def begins(self, moment: datetime) -> datetime | None:
        """When the next quiet hours after the instant begin; None when there are none."""
        return None if self.start == self.end else self._next(self.start, moment)

    def evening_before(self, moment: datetime) -> datetime | None:
        """18:00 on the evening before, or shortly before that evening's quiet hours; None when all is quiet."""
        day = on_wall(moment, self.zone)
        earlier = (datetime.combine(day, self.start) - BEFORE_QUIET).time()
        for wall in (EVENING, earlier):
            for back in (timedelta(), DAY):
                found = _at(day - back, wall, self.zone)
                if found < moment and not self.holds(found):
                    return found
        return None

    def _next(self, wall: time, moment: datetime) -> datetime:
        day = on_wall(moment, self.zone)
        # A wall time that clocks show twice comes round first, or else a second time.
        days = (day + DAY * ahead for ahead in range(-1, 4))
        return next(at for day in days if (at := _at(day, wall, self.zone)) > moment)


def _at(day: datetime, wall: time, zone: str) -> datetime:
    return instant(datetime.combine(day, wall).isoformat(), zone)


def shifted(want: Wanted, quiet: Quiet) -> datetime:
    """When a wanted row goes out as far as quiet hours are concerned, whatever the time is now."""
    if want.picked or not quiet.holds(want.due):
        return want.due
    evening = _at(on_wall(want.due, quiet.zone), EVENING, quiet.zone)
    if want.shifts == "evening" and evening < want.until and not quiet.holds(evening):
        return evening
    earlier = quiet.evening_before(want.due)
    if want.shifts == "later" or earlier is None:
        later = quiet.ends(want.due)
        return later if later < want.until else earlier or want.due
    return earlier


def placed(want: Wanted, quiet: Quiet, now: datetime) -> datetime | None:
    """When a newly wanted row goes out; None when its time had gone before anybody wanted it.

    Who plans something at ten at night for the next morning is told in the morning, if that still makes sense.
    """
    at = shifted(want, quiet)
    if at > now or (want.shifts == "later" and now < want.until):
        return at
    morning = quiet.ends(want.due)
    return morning if want.due > now and now < morning < want.until else None
