"""Facts about reminders: what a row is called, when it is due and what became of it, in the person's own hours."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from bot.dialogue.coming import ahead
from bot.dialogue.reminder_buttons import row_id
from bot.dialogue.reminding import quiet_of, row_of, rows_of, screen_of
from bot.dialogue.step import moment as moment_of
from bot.library.care_facts import weekday_date
from bot.library.geography import zone_city
from bot.reminders.putting_off import times_later
from bot.reminders.rows import Reminder
from bot.reminders.walltime import on_wall

if TYPE_CHECKING:
    from bot.library.facts import Scene

Find = Callable[["Scene"], Any]
# So many rows are told one by one.
LISTED = 10
LONGEST_WHEN = "Wednesday, 22 November 2026, 15:00"
LONGEST_TITLE = "x" * 40


def row_here(scene: "Scene") -> Reminder | None:
    """The row that the item, the message or the screen is about."""
    return row_of(scene.person, str(scene.extra.get("row", "")) or row_id(scene.person.given))


def when_said(scene: "Scene", moment: datetime | None) -> str:
    """An instant by the clocks where the person lives; empty for none."""
    if moment is None:
        return ""
    wall = on_wall(moment, quiet_of(scene.person).zone)
    return scene.shelf.say("moment", day=weekday_date(scene, wall.date()), time=f"{wall:%H:%M}")


def when_short(scene: "Scene", moment: datetime) -> str:
    """The same on a button."""
    wall = on_wall(moment, quiet_of(scene.person).zone)
    return scene.shelf.say("moment", day=format_date(wall, "EEE d MMM", locale=scene.locale), time=f"{wall:%H:%M}")


def title_of(scene: "Scene", row: Reminder) -> str:
    """What a row is called: the title of its page, which names no illness; a plain word where it has none."""
    page = scene.shelf.pages.get(screen_of(row))
    return page.title if page and page.title else scene.shelf.phrases["reminders"]["untitled"]


def state_of(scene: "Scene", row: Reminder) -> str:
    """What became of a row, in words."""
    state = "waiting_late" if row.state == "waiting" and row.later else row.state
    return scene.shelf.phrases["reminders"][state]


def told(scene: "Scene", rows: Iterable[Reminder]) -> list[dict[str, str]]:
    """Rows in words: when, what, and what became of each."""
    return [
        {"when": when_said(scene, row.due), "title": title_of(scene, row), "state": state_of(scene, row)}
        for row in rows
    ]


def of_row(say: Callable[["Scene", Reminder], str]) -> Find:
    """A fact about the row in view; empty when there is none."""

    def find(scene: "Scene") -> str:
        row = row_here(scene)
        return say(scene, row) if row else ""

    return find


def together(scene: "Scene") -> tuple[Reminder, ...]:
    """The rows of the message of several."""
    return rows_of(scene.person, scene.person.given)


def several(scene: "Scene") -> list[dict[str, str]]:
    """The rows of a message of several, each with its number, its words and what became of it.

    The words are those of its own message where it comes in time; one that comes late is named with its own time.
    """
    said = scene.extra.get("first_lines", {})
    rows = together(scene)
    late = any(row.late for row in rows)
    return [
        {
            "number": str(number),
            "when": when_said(scene, row.wanted.due) if late else "",
            "said": title_of(scene, row) if late else said.get(row.wanted.id, "") or title_of(scene, row),
            "state": "" if row.state == "sent" else state_of(scene, row),
        }
        for number, row in enumerate(rows[:LISTED], start=1)
    ]


def coming_rows(scene: "Scene") -> list[dict[str, str]]:
    """What is still to come, first things first."""
    return told(scene, ahead(moment_of(scene.world, scene.person, scene.now))[:LISTED])


def number_ahead(scene: "Scene") -> int:
    """How many more there are than are told one by one."""
    return max(0, len(ahead(moment_of(scene.world, scene.person, scene.now))) - LISTED)


def delay_of_item(scene: "Scene") -> str:
    """The words on the button of a delay."""
    at = datetime.fromisoformat(str(scene.extra["instant"]))
    return scene.shelf.fill(scene.shelf.phrases["delays"][str(scene.extra["delay"])], when=when_short(scene, at))


def can_wait(scene: "Scene") -> bool:
    """Whether there is any time to put the row off to."""
    row = row_here(scene)
    return bool(row and times_later(row.wanted, quiet_of(scene.person), scene.now))


def all_rows(scene: "Scene") -> list[dict[str, str]]:
    """Everything kept about reminders, for the person's own copy."""
    return told(scene, scene.person.reminders)


def appointment_reminder(scene: "Scene") -> str:
    """When the person is reminded of their appointment; empty when they are not."""
    rows = (row for row in scene.person.reminders if row.wanted.kind == "appointment" and row.state == "waiting")
    return next((when_said(scene, row.due) for row in rows), "")


# Each fact with the longest value it can take.
FACTS: dict[str, tuple[Find, Any]] = {
    "discreet": (lambda s: s.person.answer("discreet") != "no", True),
    "reminder_title": (of_row(title_of), LONGEST_TITLE),
    "reminder_state": (of_row(state_of), "x" * 60),
    "reminder_due": (of_row(lambda s, row: when_said(s, row.due)), LONGEST_WHEN),
    "reminder_short": (of_row(lambda s, row: when_short(s, row.due)), "Wed 22 Nov, 15:00"),
    "reminder_off": (lambda s: bool((row := row_here(s)) and row.state == "skipped"), True),
    "reminder_put_off": (lambda s: bool((row := row_here(s)) and row.state == "waiting" and row.later), True),
    "reminder_known": (lambda s: row_here(s) is not None, True),
    "was_due": (lambda s: when_said(s, s.extra.get("was_due")), LONGEST_WHEN),
    "several": (several, [{"number": "10", "when": LONGEST_WHEN, "said": "x" * 150, "state": "x" * 60}] * LISTED),
    "several_late": (lambda s: any(row.late for row in together(s)), True),
    "several_open": (lambda s: any(row.state == "sent" for row in together(s)), True),
    "several_missed": (lambda s: any(row.state == "missed" for row in together(s)), True),
    "several_more": (lambda s: max(0, len(together(s)) - LISTED), 99),
    "coming_rows": (coming_rows, [{"when": LONGEST_WHEN, "title": LONGEST_TITLE, "state": "x" * 60}] * LISTED),
    "coming_more": (number_ahead, 99),
    "delay_of_item": (delay_of_item, "Tomorrow: Wed 22 Nov, 15:00"),
    "can_wait": (can_wait, True),
    "plans_city": (lambda s: zone_city(s.person.given), "Buenos Aires"),
    "appointment_reminder": (appointment_reminder, LONGEST_WHEN),
    "plans_held": (lambda s: s.person.answer("held") is not None, True),
    "paused": (lambda s: s.person.paused_at is not None, True),
    "reminder_rows": (all_rows, [{"when": LONGEST_WHEN, "title": LONGEST_TITLE, "state": "x" * 60}] * 20),
}
