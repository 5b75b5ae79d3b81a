"""Dates and times as people type them, in every reading they may have: "Friday 3pm", "12.03. 15:30", "03/04".

A reading is ISO text without a zone, "2026-11-27T15:00", or only "2026-11-27" when no time was named. More than one
reading means that the words are ambiguous and the person must be asked. Nothing is guessed: words that are not
understood whole give no reading. Written-out months, distances ("in two weeks") and other languages are left to
dateparser; weekdays, bare numbers and hours are read here, because it guesses there.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import product

from babel.dates import get_day_names
from dateparser.date import DateDataParser

LONGEST = 80
LANGUAGES = ("en", "de", "es", "fr")
# A day and month without a year belong to the next one to come, or the last that was; one that has only just passed
# is more likely a slip than a plan for next year.
SLIP = timedelta(days=31)
WEEK = timedelta(days=7)

MORNING, NOON, AFTERNOON, EVENING, NIGHT = time(9), time(12), time(15), time(18), time(20)
_PARTS = {
    "lunchtime": NOON,
    "midday": NOON,
    "noon": NOON,
    "morning": MORNING,
    "afternoon": AFTERNOON,
    "evening": EVENING,
    "tonight": NIGHT,
    "night": NIGHT,
}
_TOMORROW = frozenset("tommorow tomorow tommorrow tomorrrow tmrw tmr tmw 2morrow 2moro".split())
_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {word: number for number, word in enumerate(_COUNTED, start=1)}
_SHORT = ("mon", "tue tues", "wed weds", "thu thur thurs", "fri", "sat", "sun")
_SHORT_DAYS = {name: number for number, names in enumerate(_SHORT) for name in names.split()}
_AMPM = r"(?P<half>[ap])\.?\s?m\b\.?"
_HOUR = r"(?P<hour>\d{1,2}|" + "|".join(_NUMBERS) + ")"
_MINUTE = r"(?P<minute>\d{2})"
_CLOCK_WORD = r"(?:uhr|o.?clock|hrs?|hours|h)\b"
_AT = r"(?:\b(?:at|around|about|um|gegen|ab|a las|à|vers)|@)\s*"
# In the order tried: the more a pattern says, the earlier it stands.
_CLOCKS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_AT})?\b(?P<shift>half past|quarter past|quarter to)\s+{_HOUR}\b(?:\s*{_AMPM})?",
        rf"(?:{_AT})?\b{_HOUR}\s?[:h]\s?{_MINUTE}(?::\d{{2}})?(?:\s*{_AMPM}|\s*{_CLOCK_WORD}|\b)",
        rf"(?:{_AT})?\b{_HOUR}(?:\.{_MINUTE})?\s*{_AMPM}",
        rf"(?:{_AT})?\b{_HOUR}(?:\.{_MINUTE})?\s*{_CLOCK_WORD}",
        rf"{_AT}{_HOUR}(?:\.{_MINUTE})?(?![\d./-])",
        rf"{_AT}(?P<hour>[01]\d|2[0-3]){_MINUTE}(?![\d./-])",
    )
)
# A number at the end, "9", "14.30" or "1530".
_LAST = re.compile(rf"\s(?P<hour>\d{{1,2}})(?:\.?{_MINUTE})?$")
_PART = re.compile(r"(?:\b(?:in|at|this|the)\s+)*\b(" + "|".join(_PARTS) + r")\b")
_FILLER = re.compile(
    r"^(?:(?:it.?s|it is|i have|i.?ve|my|an?|the|next)\s+)*appointment\s*(?:is|:)?\s*"
    r"|\s+with\s+(?:my|the|dr|doctor)\b.*$"
    r"|^(?:it.?s|it is|it was|was|is|on|for|am|den|el|le)\s+|[!?]+$|\s+please$"
)
_ISO_DAY = re.compile(r"^(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})$")
_DOTTED = re.compile(r"^(\d{1,2})\.\s?(\d{1,2})(?:\.\s?(\d{4}|\d{2})?)?$")
_SLASHED = re.compile(r"^(\d{1,2})\s?[/-]\s?(\d{1,2})(?:\s?[/-]\s?(\d{4}|\d{2}))?$")
_NTH = re.compile(r"^(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)$")
_NEXT, _THIS, _LAST_WEEK = "next", "this", "last"
_WHICH = {
    **dict.fromkeys(("next", "nächsten", "nächster", "próximo", "prochain"), _NEXT),
    **dict.fromkeys(("this", "coming", "this coming", "diesen", "kommenden", "este"), _THIS),
    **dict.fromkeys(("last", "past", "letzten", "pasado", "dernier"), _LAST_WEEK),
}
# A span instead of a day: "next week", "in two months".
_VAGUE = re.compile(r"^(?:next|last|this|coming|the)?\s*weeks?$|\b(?:months?|years?)\b")
# dateparser keeps its settings for ever, so it is asked from two fixed days and never from today: words whose day moves
# with the first are a distance. Days without a year fall into that one, the next, or the next with a 29 February.
_BASE = datetime(2001, 1, 1, 12)
_YEARLESS = (2001, 2002, 2004)


def readings(text: str, now: datetime, ahead: bool) -> tuple[str, ...]:
    """Every reading of `text`, the likeliest first; `now` is the wall clock where the person is, and `ahead` says
    whether a day to come or one gone by is meant.
    """
    words = _plain(text)
    if not words or len(words) > LONGEST:
        return ()
    if iso := _whole_iso(text.strip(), now):
        return (iso,)
    return _said(*_days_and_clocks(words, now, ahead), ahead)


def exact(text: str, now: datetime, ahead: bool) -> tuple[str, ...]:
    """As `readings`, but a part of the day that stands alone ("tomorrow evening") names only the day: where
    something begins at the hour read here, none is guessed.
    """
    words = _plain(text)
    if not words or len(words) > LONGEST:
        return ()
    if iso := _whole_iso(text.strip(), now):
        return (iso,)
    days, clocks = _days_and_clocks(words, now, ahead)
    return _said(days, None if _part_alone(words, clocks, now) else clocks, ahead)


def _part_alone(words: str, clocks: tuple[time, ...] | None, now: datetime) -> bool:
    """Whether the time of day was read from a part of the day alone; noon is a time."""
    rest, _, part = _clocks_of(words)
    if part is None or part == NOON or clocks != (part,):
        return False
    last = _LAST.search(rest)
    return last is None or not _days_of(_without(rest, last), now, ahead=True)


def _said(days: tuple[date, ...], clocks: tuple[time, ...] | None, ahead: bool) -> tuple[str, ...]:
    if not ahead or clocks is None:
        return tuple(f"{day:%Y-%m-%d}" for day in days)
    return tuple(f"{day:%Y-%m-%d}T{clock:%H:%M}" for day, clock in product(days, clocks))


def _plain(text: str) -> str:
    """The words in small letters with single spaces, and tomorrow as it is spelt."""
    words = text.casefold().replace(",", " ").split()
    return " ".join("tomorrow" if word in _TOMORROW else word for word in words)


def _whole_iso(text: str, now: datetime) -> str | None:
    if not re.match(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return f"{moment.astimezone(now.tzinfo) if moment.tzinfo else moment:%Y-%m-%dT%H:%M}"


# Times of day.


def _days_and_clocks(words: str, now: datetime, ahead: bool) -> tuple[tuple[date, ...], tuple[time, ...] | None]:
    """The days and times of day the words may mean; None for the times when none is named."""
    rest, found, part = _clocks_of(words)
    last = _LAST.search(rest)
    if last and (found is None or part):
        # A bare number at the end is a time once a day stands before it: "tomorrow 9", "5 december 14.30".
        before = _without(rest, last)
        days = _days_of(before, now, ahead)
        if days and (part or not any(c.isdigit() for c in before) or not _days_of(rest, now, ahead)):
            return days, _clock(last, part)
    return _days_of(rest, now, ahead), found


def _clocks_of(words: str) -> tuple[str, tuple[time, ...] | None, time | None]:
    """The words without their time of day, every reading of it (None when no time is named), and the part of the day
    that stands alone, such as "evening".
    """
    part = _PART.search(words)
    named = _PARTS[part[1]] if part else None
    if part:
        today = "today" if part[1] == "tonight" or "this" in part[0].split() else ""
        words = _without(words, part, today)
    for pattern in _CLOCKS:
        if match := pattern.search(words):
            return _without(words, match), _clock(match, named), None
    return words, (named,) if named else None, named


def _without(words: str, match: re.Match[str], instead: str = "") -> str:
    left = f"{words[: match.start()]} {instead} {words[match.end() :]}"
    return " ".join(left.split())


def _clock(match: re.Match[str], part: time | None) -> tuple[time, ...]:
    """The readings of one match; `part` is the part of the day named beside it."""
    groups = match.groupdict()
    hour, minute = _NUMBERS.get(groups["hour"]) or int(groups["hour"]), int(groups.get("minute") or 0)
    if groups.get("shift"):
        minute = {"half past": 30, "quarter past": 15, "quarter to": -15}[groups["shift"]]
    half = groups.get("half") or (_half(part) if part and hour <= 12 else None)
    if half:
        return _times(hour % 12 + (12 if half == "p" else 0), minute) if 1 <= hour <= 12 else ()
    # Nobody sees a clinician at three in the morning, but "3:30" is 03:30 on a 24-hour clock: both are offered.
    either = 1 <= hour <= 6 and not groups["hour"].startswith("0")
    return (*_times(hour + 12, minute), *_times(hour, minute)) if either else _times(hour, minute)


def _half(part: time) -> str:
    return "a" if part == MORNING else "p"


def _times(hour: int, minute: int) -> tuple[time, ...]:
    if minute < 0:
        hour, minute = hour - 1, minute + 60
    return (time(hour, minute),) if 0 <= hour <= 23 and minute <= 59 else ()


# Days.


def _days_of(words: str, now: datetime, ahead: bool) -> tuple[date, ...]:
    """Every day the words may mean; none when they are not understood whole."""
    words = _trimmed(words)
    today = now.date()
    weekday, rest = _weekday_of(words)
    if weekday is None:
        return tuple(dict.fromkeys(_plain_days(words, now, ahead)))
    if rest.strip(" .") in ("", *_WHICH) or rest in ("week", "a week"):
        return tuple(_weekdays(weekday, rest, today, ahead))
    days = dict.fromkeys(_plain_days(rest, now, ahead))
    return tuple(dict.fromkeys(day for found in days for day in _agreed(found, weekday)))


def _trimmed(words: str) -> str:
    before = ""
    while before != words:
        before, words = words, _FILLER.sub("", words).strip(" .,;-")
    return words


def _weekday_of(words: str) -> tuple[int | None, str]:
    """The one weekday named, 0 for Monday, and the words without it; None when there is none or more than one."""
    found = [(match, number) for name, number in _weekday_names().items() for match in _word(name, words)]
    if len(found) != 1:
        return None, words
    match, number = found[0]
    return number, _trimmed(_without(words, match))


def _word(name: str, words: str) -> list[re.Match[str]]:
    return list(re.finditer(rf"(?:\bon\s+)?\b{re.escape(name)}\b\.?", words))


@cache
def _weekday_names() -> dict[str, int]:
    names = dict(_SHORT_DAYS)
    for language in LANGUAGES:
        names |= {name.casefold(): number for number, name in get_day_names("wide", locale=language).items()}
    return names


def _weekdays(weekday: int, which: str, today: date, ahead: bool) -> Iterator[date]:
    """The days that "Friday", "next Friday", "last Friday" or "Friday week" may mean."""
    coming = today + timedelta(days=(weekday - today.weekday()) % 7)
    gone = coming - WEEK
    match _WHICH.get(which.strip(" ."), which):
        case "week" | "a week":
            yield coming + WEEK
        case "next":
            # People differ on whether the coming Friday is "this" or "next" one.
            yield from (coming, coming + WEEK) if coming > today else (coming + WEEK,)
        case "last":
            yield gone
        case "this":
            yield coming
        case _ if ahead:
            yield from (coming, coming + WEEK) if coming == today else (coming,)
        case _:
            yield from (coming, gone) if coming == today else (gone,)


def _agreed(day: date, weekday: int) -> Iterator[date]:
    """The day itself, and the nearest day that falls on the weekday named beside it when the two disagree."""
    yield day
    if day.weekday() != weekday:
        yield min((day + timedelta(days=n) for n in range(-3, 4)), key=lambda d: d.weekday() != weekday)


def _plain_days(words: str, now: datetime, ahead: bool) -> Iterator[date]:
    """The days that words without a weekday may mean."""
    today = now.date()
    if match := _ISO_DAY.match(words):
        yield from _dated(match[1], match[2], match[3], today, ahead)
    elif match := _DOTTED.match(words):
        yield from _dated(match[3], match[2], match[1], today, ahead)
    elif match := _SLASHED.match(words):
        yield from _dated(match[3], match[2], match[1], today, ahead)
        yield from _dated(match[3], match[1], match[2], today, ahead)
    elif match := _NTH.match(words):
        yield from _nth(int(match[1]), today, ahead)
    elif words and not words.isdigit() and not _VAGUE.search(words):
        yield from _parsed(words, now, ahead)


def _dated(year: str | None, month: str, day: str, today: date, ahead: bool) -> Iterator[date]:
    """The day of those numbers, if there is one; without a year the nearest that fits the direction."""
    step = 1 if ahead else -1
    # Nine years on there is a 29 February at the latest.
    years = [_full(year)] if year else range(today.year, today.year + 9 * step, step)
    found = [day_found for number in years if (day_found := _day(number, int(month), int(day)))]
    yield from found if year else _nearest(found, today, ahead)


def _full(year: str) -> int:
    return int(year) + (2000 if len(year) == 2 else 0)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest(days: list[date], today: date, ahead: bool) -> list[date]:
    """The first of the days, this year's before next year's or last year's, that fits or has only just been missed."""
    for day in days:
        late = today - day if ahead else day - today
        if late <= SLIP:
            return [day]
    return []


def _nth(day: int, today: date, ahead: bool) -> Iterator[date]:
    """The next or last month's day of that number, today included."""
    for step in range(4) if ahead else range(0, -4, -1):
        year, month = divmod(today.year * 12 + today.month - 1 + step, 12)
        found = _day(year, month + 1, day)
        if found and (found >= today if ahead else found <= today):
            yield found
            return


def _parsed(words: str, now: datetime, ahead: bool) -> Iterator[date]:
    """What dateparser makes of written-out months and of distances in days and weeks."""
    found, later = _parse(words, _BASE), _parse(words, _BASE + WEEK)
    if found is None or later is None:
        return
    if later - found == WEEK:
        yield now.date() + (found - _BASE.date())
    elif found.year in _YEARLESS and not re.search(r"\b\d{4}\b", words):
        yield from _dated(None, str(found.month), str(found.day), now.date(), ahead)
    else:
        yield found


def _parse(words: str, base: datetime) -> date | None:
    # Two numbers are a day and a year; more cannot be one date.
    if len(re.findall(r"\d+", words)) > 2:
        return None
    found: datetime | None = _parser(base).get_date_data(words).date_obj
    return found.date() if found else None


@cache
def _parser(base: datetime) -> DateDataParser:
    settings = {"REQUIRE_PARTS": ["day"], "PREFER_DATES_FROM": "future", "RELATIVE_BASE": base}
    return DateDataParser(languages=list(LANGUAGES), settings=settings)


def warm_up() -> None:
    """Load the languages now, not in somebody's turn."""
    readings("tomorrow", _BASE, ahead=True)
    _weekday_names()
