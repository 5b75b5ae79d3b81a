"""The patch test of one product on one person's own skin, as a state machine over days.

Laws of this file:
* A day counts with both applications, and each day that does not count adds one more. Ten counted days and a last
  look end the test; so does the first reaction, at once.
* Two empty days in a row, or more than fourteen days in all, mean starting anew. Days on hold are no days of the test.
* Today's boxes and yesterday's can be ticked, yesterday's as caught up; what is older stays as it is.
* Whatever happened, there is exactly one standing and one thing to do next, and none of them is "safe".

All numbers come from `content/rules/patch_test.yaml`. Days are ISO dates on the wall clock `here`, which has no zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

from bot.care.products import Standing

Box = Literal["", "ticked", "late"]
Half = Literal["morning", "evening"]
HALVES: tuple[Half, ...] = get_args(Half)
Seen = Literal["", "fine", "mild", "strong", "danger"]
REACTIONS: tuple[Seen, ...] = ("mild", "strong", "danger")
Spot = Literal["left_forearm", "right_forearm", "left_elbow", "right_elbow"]
SPOTS: tuple[Spot, ...] = get_args(Spot)
End = Literal["", "reacted", "ten_days", "stopped", "gap", "too_long"]
ENDS: tuple[End, ...] = get_args(End)
Phase = Literal["draft", "ahead", "held", "running", "gap", "last_call", "last_look", "over"]
Advice = Literal[
    "prepare", "wait", "hold", "apply", "catch_up", "look", "go_ahead", "short", "unfinished", "anew",
    "wash_off", "see_doctor", "emergency",
]  # fmt: skip
ADVICE: tuple[Advice, ...] = get_args(Advice)

ONE_DAY = timedelta(days=1)
# Before this hour today's evening box is closed: ticked over breakfast, it would say nothing.
EVENING_FROM = time(12)


@dataclass(frozen=True)
class Protocol:
    """The numbers of the test, in days: how many counted ones to aim for, how few say anything, how many in all, how
    many empty ones in a row end it, when to look again after the end, and how long a spot rests.
    """

    aim: int = 10
    least: int = 7
    most: int = 14
    empty: int = 2
    looks_after: tuple[int, ...] = (7, 14, 21)
    spot_rests: int = 28


@dataclass(frozen=True)
class Day:
    """What the person told us of one day; a box that was ticked the day after is late."""

    on: str
    morning: Box = ""
    evening: Box = ""
    look: Seen = ""

    @property
    def whole(self) -> bool:
        """Whether both applications are there."""
        return bool(self.morning and self.evening)

    @property
    def empty(self) -> bool:
        """Whether neither is there."""
        return not (self.morning or self.evening)


@dataclass(frozen=True)
class Hold:
    """Days on which the test waited, the first and the last of them included; no last day while it still waits."""

    start: str
    end: str = ""

    def covers(self, day: date) -> bool:
        """Whether that day was on hold, at least in part."""
        return self.start <= day.isoformat() and (not self.end or day.isoformat() <= self.end)


@dataclass(frozen=True)
class PatchTest:
    """One test of one batch of a product; without `started`, its first day, it is only being prepared.

    `morning` and `evening` are hours on the wall ("07:30"), `zone` where they were chosen, `asked` what the person
    should ask about first and did. `reacted_day` is the counted day of a reaction, 0 when it came after the end.
    """

    id: str
    product: str
    batch: int = 1
    started: str = ""
    zone: str = ""
    morning: str = ""
    evening: str = ""
    spot: Spot | Literal[""] = ""
    asked: tuple[str, ...] = ()
    days: tuple[Day, ...] = ()
    holds: tuple[Hold, ...] = ()
    end: End = ""
    ended_on: str = ""
    reaction: Seen = ""
    reacted_day: int = 0
    looked_after: tuple[int, ...] = ()

    def day(self, on: date) -> Day:
        """What is known of a day; nothing was ticked on one that is not there."""
        return next((day for day in self.days if day.on == on.isoformat()), Day(on.isoformat()))


def held_on(test: PatchTest, on: date) -> bool:
    """Whether that day is no day of the test because it was on hold."""
    return any(hold.covers(on) for hold in test.holds)


def trial_days(test: PatchTest, last: date) -> list[date]:
    """The days of the test up to and including `last`, those on hold left out."""
    if not test.started:
        return []
    first = date.fromisoformat(test.started)
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in every if not held_on(test, day)]


def counted(test: PatchTest) -> int:
    """How many days count: both applications, and not on hold."""
    return sum(day.whole and not held_on(test, date.fromisoformat(day.on)) for day in test.days)


def phase(test: PatchTest, here: datetime, rules: Protocol) -> Phase:
    """Where the test stands at that moment."""
    today = here.date()
    if test.end:
        return "over"
    if not test.started:
        return "draft"
    if held_on(test, today):
        return "held"
    if today.isoformat() < test.started:
        return "ahead"
    if counted(test) >= rules.aim:
        return "last_look"
    if lapse(test, today, rules):
        return "over"
    if empty_until(test, today - ONE_DAY) >= rules.empty:
        return "gap"
    return "last_call" if len(trial_days(test, today)) > rules.most else "running"


def lapse(test: PatchTest, today: date, rules: Protocol) -> End:
    """Why the test has to start anew, or "" while it need not; yesterday can still be caught up, so it decides nothing
    alone.
    """
    if not test.started or counted(test) >= rules.aim:
        return ""
    settled = trial_days(test, today - 2 * ONE_DAY)
    if any(empty_until(test, day) >= rules.empty for day in settled):
        return "gap"
    gone = len(trial_days(test, today - ONE_DAY))
    within_reach = not test.day(today - ONE_DAY).whole and counted(test) + 1 >= rules.aim and gone == rules.most
    return "too_long" if gone >= rules.most and not within_reach else ""


def empty_until(test: PatchTest, last: date) -> int:
    """How many days of the test in a row are empty, counted back from `last`."""
    run = 0
    for day in reversed(trial_days(test, last)):
        if not test.day(day).empty:
            break
        run += 1
    return run


def open_boxes(test: PatchTest, here: datetime, rules: Protocol) -> tuple[tuple[date, Half], ...]:
    """The boxes that may be ticked now: yesterday's that are not, then today's that are not."""
    now_at = phase(test, here, rules)
    if now_at not in ("running", "gap", "last_call"):
        return ()
    today = here.date()
    days = [today - ONE_DAY] if now_at != "running" else [today - ONE_DAY, today]
    return tuple((day, half) for day in days for half in HALVES if _may_tick(test, day, half, here))


def _may_tick(test: PatchTest, day: date, half: Half, here: datetime) -> bool:
    if day not in trial_days(test, here.date()) or getattr(test.day(day), half):
        return False
    return day < here.date() or half == "morning" or here.time() >= EVENING_FROM


def tick(test: PatchTest, on: date, half: Half, here: datetime, rules: Protocol) -> PatchTest:
    """The test with that application noted; unchanged when its box is not open."""
    if (on, half) not in open_boxes(test, here, rules):
        return test
    mark: Box = "ticked" if on == here.date() else "late"
    return _with_day(test, _marked(test.day(on), half, mark))


def untick(test: PatchTest, on: date, half: Half, here: datetime, rules: Protocol) -> PatchTest:
    """The test with a slip taken back, today's or yesterday's, while it runs."""
    recent = here.date() - ONE_DAY <= on <= here.date()
    if not recent or phase(test, here, rules) not in ("running", "last_call", "last_look"):
        return test
    return _with_day(test, _marked(test.day(on), half, ""))


def _marked(day: Day, half: Half, mark: Box) -> Day:
    return replace(day, morning=mark) if half == "morning" else replace(day, evening=mark)


def _with_day(test: PatchTest, day: Day) -> PatchTest:
    days = {each.on: each for each in (*test.days, day)}
    return replace(test, days=tuple(days[on] for on in sorted(days)))


def looked(test: PatchTest, seen: Seen, here: datetime, rules: Protocol) -> PatchTest:
    """The test after a look at the spot: a reaction ends it at once and wherever it stands, also after its end."""
    if not seen or not test.started:
        return test
    if seen in REACTIONS:
        return _reacted(test, seen, here, rules)
    now_at = phase(test, here, rules)
    if now_at == "last_look":
        return replace(_with_look(test, here, seen), end="ten_days", ended_on=here.date().isoformat())
    return test if now_at in ("over", "ahead") else _with_look(test, here, seen)


def _with_look(test: PatchTest, here: datetime, seen: Seen) -> PatchTest:
    return _with_day(test, replace(test.day(here.date()), look=seen))


def _reacted(test: PatchTest, seen: Seen, here: datetime, rules: Protocol) -> PatchTest:
    if test.end == "reacted":
        worse = REACTIONS.index(seen) > REACTIONS.index(test.reaction)
        return replace(test, reaction=seen) if worse else test
    day = 0 if test.end else reaction_day(test, here, rules)
    return replace(test, end="reacted", ended_on=here.date().isoformat(), reaction=seen, reacted_day=day)


def reaction_day(test: PatchTest, here: datetime, rules: Protocol) -> int:
    """The counted day on which a reaction now would fall: the day in progress counts as one."""
    today = here.date()
    done = counted(test)
    in_progress = not test.day(today).whole and not held_on(test, today)
    return max(1, min(rules.aim, done + in_progress))


def stopped(test: PatchTest, here: datetime, rules: Protocol) -> PatchTest:
    """The test ended by the person, who sees no reaction; unchanged when it is over or not yet one."""
    if test.end or not test.started:
        return test
    end: End = "ten_days" if counted(test) >= rules.aim else "stopped"
    return replace(test, end=end, ended_on=here.date().isoformat())


def advanced(test: PatchTest, here: datetime, held: bool, rules: Protocol) -> PatchTest:
    """The test as time and holds have left it: days on hold noted, and ended when it has to start anew."""
    if test.end or not test.started:
        return test
    test = _holding(test, here.date(), held)
    end = lapse(test, here.date(), rules) if not held else ""
    return replace(test, end=end, ended_on=here.date().isoformat()) if end else test


def _holding(test: PatchTest, today: date, held: bool) -> PatchTest:
    waits = bool(test.holds) and not test.holds[-1].end
    if held and not waits:
        return replace(test, holds=(*test.holds, Hold(max(today.isoformat(), test.started))))
    if waits and not held:
        # A hold that was lifted before the first day held nothing.
        rest, last = test.holds[:-1], test.holds[-1]
        over = today.isoformat()
        return replace(test, holds=rest if over < last.start else (*rest, replace(last, end=over)))
    return test


def standing(test: PatchTest, rules: Protocol) -> Standing:
    """What may be said of the product because of this test."""
    done = counted(test)
    match test.end:
        case "":
            return "running" if test.started else "untested"
        case "reacted":
            return "reacted"
        case "ten_days" if done >= rules.aim:
            return "no_reaction"
        case "stopped" if done >= rules.least:
            return "short"
        case _:
            return "not_finished"


def advice(test: PatchTest, here: datetime, rules: Protocol) -> Advice:
    """The one thing to do next."""
    match phase(test, here, rules):
        case "draft":
            return "prepare"
        case "ahead":
            return "wait"
        case "held":
            return "hold"
        case "running":
            return "apply"
        case "gap" | "last_call":
            return "catch_up"
        case "last_look":
            return "look"
        case _:
            return _after_the_end(test, rules)


def _after_the_end(test: PatchTest, rules: Protocol) -> Advice:
    after: dict[Seen, Advice] = {"mild": "wash_off", "strong": "see_doctor", "danger": "emergency"}
    if test.end == "reacted":
        return after[test.reaction]
    known: dict[Standing, Advice] = {"no_reaction": "go_ahead", "short": "short"}
    return known.get(standing(test, rules), "unfinished" if test.end == "stopped" else "anew")


def looks_due(test: PatchTest, rules: Protocol) -> tuple[tuple[int, date], ...]:
    """The looks in the weeks after a test that was used and ended without a reaction: their numbers and days."""
    if test.end in ("", "reacted") or not any(not day.empty for day in test.days):
        return ()
    ended = date.fromisoformat(test.ended_on)
    due = ((number, ended + timedelta(days=days)) for number, days in enumerate(rules.looks_after, start=1))
    return tuple((number, day) for number, day in due if number not in test.looked_after)


def days_ahead(test: PatchTest, here: datetime, rules: Protocol) -> tuple[date, ...]:
    """The days still needed when every application is made from now on, today among them while it is open."""
    if phase(test, here, rules) not in ("ahead", "running", "gap"):
        return ()
    today = max(here.date(), date.fromisoformat(test.started))
    return tuple(_needed(test, today, rules))


def _needed(test: PatchTest, today: date, rules: Protocol) -> Iterator[date]:
    left = rules.aim - counted(test)
    room = rules.most - len(trial_days(test, today - ONE_DAY))
    for offset in range(room):
        day = today + timedelta(days=offset)
        if left > 0 and not test.day(day).whole:
            left -= 1
            yield day


def in_reach(test: PatchTest, here: datetime, rules: Protocol) -> bool:
    """Whether ten counted days still fit into fourteen."""
    yesterday = here.date() - ONE_DAY
    caught_up = (yesterday, "morning") in open_boxes(test, here, rules)
    caught_up = caught_up or (yesterday, "evening") in open_boxes(test, here, rules)
    return counted(test) + len(days_ahead(test, here, rules)) + caught_up >= rules.aim


def missed(test: PatchTest, here: datetime) -> tuple[tuple[date, Half], ...]:
    """Every application of a day gone by that is not ticked."""
    days = trial_days(test, here.date() - ONE_DAY)
    return tuple((day, half) for day in days for half in HALVES if not getattr(test.day(day), half))


def running(tests: tuple[PatchTest, ...]) -> PatchTest | None:
    """The one test that has begun and is not over."""
    return next((test for test in tests if test.started and not test.end), None)


def draft(tests: tuple[PatchTest, ...]) -> PatchTest | None:
    """The one test being prepared."""
    return next((test for test in tests if not test.started), None)


def with_test(tests: tuple[PatchTest, ...], test: PatchTest) -> tuple[PatchTest, ...]:
    """The tests with this one in place of the one of its id, or added."""
    if any(each.id == test.id for each in tests):
        return tuple(test if each.id == test.id else each for each in tests)
    return (*tests, test)


def verdict_on(tests: tuple[PatchTest, ...], product: str, batch: int) -> PatchTest | None:
    """The test that speaks for this batch of a product: a reaction to any batch, else the newest of this one."""
    mine = [test for test in tests if test.product == product and test.started]
    reacted = [test for test in mine if test.end == "reacted"]
    same = [test for test in mine if test.batch == batch]
    found = reacted or same
    return found[-1] if found else None


def spots_resting(tests: tuple[PatchTest, ...], today: date, rules: Protocol) -> frozenset[str]:
    """The spots another test was on lately: two products on one spot could not be told apart."""
    rest = timedelta(days=rules.spot_rests)
    used = (test for test in tests if test.started and test.ended_on)
    return frozenset(test.spot for test in used if today - date.fromisoformat(test.ended_on) < rest)
