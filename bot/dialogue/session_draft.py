"""What was said of a session or a series before it is kept, as text that fits into `given`.

Nothing is kept before it is whole, so leaving half-way changes no plan.
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from bot.care.sessions import Plan, is_day, next_id, planned
from bot.dialogue.person import Person

BETWEEN = ";"
MOST_EVERY = {"d": 90, "w": 26, "m": 12}
MOST_TIMES = 60


@dataclass(frozen=True)
class Draft:
    """`rhythm` and `ending` as in `rule_of`; `wait` weeks after the first session; `moves` is the id of a session that
    gets another time, empty for a new plan; `readings` are the days and times typed so far, joined by commas;
    `month` is the page of the calendar.
    """

    rhythm: str = ""
    ending: str = ""
    wait: str = "0"
    moves: str = ""
    readings: str = ""
    month: str = ""

    def said(self) -> str:
        """The draft as text."""
        return BETWEEN.join(getattr(self, field.name) for field in fields(self))

    @property
    def wall(self) -> str:
        """The one day and time, or the one day; "" when there is none or more than one."""
        return self.readings if is_wall(self.readings) or is_day(self.readings) else ""


def draft_of(given: str) -> Draft | None:
    """The draft behind a text, or None when it is none."""
    parts = given.split(BETWEEN)
    if len(parts) != len(fields(Draft)):
        return None
    draft = Draft(*parts)
    known = is_rhythm(draft.rhythm) and is_ending(draft.ending) and draft.wait in ("0", "2", "3")
    return draft if known and is_month(draft.month) else None


def is_rhythm(text: str) -> bool:
    """Whether it is "" for once, or a unit and a number within reason."""
    if not text:
        return True
    number = text[1:]
    return text[0] in MOST_EVERY and number.isascii() and number.isdigit() and 0 < int(number) <= MOST_EVERY[text[0]]


def is_ending(text: str) -> bool:
    """Whether it is "" for none, "c6" or "u2027-03-01"."""
    if text.startswith("c"):
        return text[1:].isascii() and text[1:].isdigit() and 0 < int(text[1:]) <= MOST_TIMES
    return not text or (text.startswith("u") and is_day(text[1:]))


def is_month(text: str) -> bool:
    """Whether it is "" or an ISO month."""
    return not text or is_day(f"{text}-01")


def is_wall(text: str) -> bool:
    """Whether it is a day with a time of day, without a zone."""
    try:
        return "T" in text and len(text) == 16 and datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        return False


def plan_of(draft: Draft, person: Person, now: datetime) -> Plan | None:
    """The plan a whole draft stands for; None while it is not whole, or when nothing would be left of it."""
    zone = person.answer("time_zone")
    if draft.moves or not is_wall(draft.readings) or not isinstance(zone, str):
        return None
    return planned(next_id(person.plans), draft.readings, zone, draft.rhythm, draft.ending, int(draft.wait), now)


def with_month(draft: Draft, steps: int, here: datetime) -> Draft:
    """The draft with the calendar so many months on."""
    shown = datetime.fromisoformat(f"{draft.month or f'{here:%Y-%m}'}-01")
    middle = shown.replace(day=15) + timedelta(days=30 * steps)
    return replace(draft, month=f"{middle:%Y-%m}")
