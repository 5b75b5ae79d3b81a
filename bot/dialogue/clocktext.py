"""Reading times of day as people write them: "9pm", "21.30", "10 to 7"."""

import re
from datetime import time

_CLOCK = re.compile(
    r"(?<![\d:.])(?P<hour>\d{1,2})(?:\s*[:.h]\s*(?P<minute>\d{2}))?(?!\d)\s*(?:h|uhr|o'?clock)?\s*(?P<half>[ap])?\.?\s?(?:(?<=[ap])m\.?|(?<=[ap]\.)m\.?|(?<=[ap]\.\s)m\.?)?",
    re.IGNORECASE,
)
_WORDS = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}


def clocks_in(text: str) -> list[time]:
    """Every time of day named in `text`, in order; numbers that cannot be a time are left out."""
    for word, clock in _WORDS.items():
        text = re.sub(rf"\b{word}\b", clock, text, flags=re.IGNORECASE)
    found = (_clock(match) for match in _CLOCK.finditer(text))
    return [clock for clock in found if clock is not None]


def _clock(match: re.Match[str]) -> time | None:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = (match["half"] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour == 24 and minute == 0:
        hour = 0
    return time(hour, minute) if hour <= 23 and minute <= 59 else None


def one_clock(text: str) -> time | None:
    """The one time of day in `text`; None when there is none or more than one."""
    clocks = clocks_in(text)
    return clocks[0] if len(clocks) == 1 else None


def clock_span(text: str) -> tuple[time, time] | None:
    """The two times of "22:00 to 7", or None; a span of no length is none."""
    clocks = clocks_in(text)
    if len(clocks) != 2 or clocks[0] == clocks[1]:
        return None
    return clocks[0], clocks[1]
