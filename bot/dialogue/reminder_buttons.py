"""The buttons under a reminder: done, later, leave it out. They work wherever the person is, and act once.

A feature's own decisions may end a row with `reminding.ended`; these are for everything that needs no more than that.
"""

from dataclasses import replace

from bot.dialogue.effects import Effect, Say, Toast
from bot.dialogue.reminding import ended, quiet_of, row_of, screen_of, with_row
from bot.dialogue.world import Decision, Item, Items, Moment, Outcome
from bot.reminders.putting_off import times_later
from bot.reminders.rows import Reminder, RowState

LATER = "later"
ACTED = "reminder.acted"
PUT_OFF = "reminder.later"


def row_given(moment: Moment) -> Reminder | None:
    """The row a button belongs to."""
    return row_of(moment.person, row_id(moment.given))


def row_id(subject: str) -> str:
    """The row a subject is about: its own, or the one that is to be put off."""
    return subject.removeprefix(f"{LATER}/")


def ends(state: RowState) -> Decision:
    """A decision that ends the row once."""

    def decide(moment: Moment) -> Outcome:
        row = row_given(moment)
        if row is None or row.state != "sent":
            return over(moment, row)
        return Outcome("acted", ended(moment.person, row.wanted.id, state), shown(moment, ACTED, row.wanted.id))

    return Decision(decide, frozenset({"acted", "over"}))


def over(moment: Moment, row: Reminder | None) -> Outcome:
    """The button has nothing left to act upon: it was pressed before, or the plan is gone."""
    told: tuple[Effect, ...] = (Toast("already_done" if row else "reminder_gone"),)
    return Outcome("over", moment.person, told)


def shown(moment: Moment, screen: str, subject: str) -> tuple[Effect, ...]:
    """The message that was pressed, changed in place; only a word over the chat where it is not known."""
    if moment.message_id is None:
        return (Toast("got_it"),)
    return (Say(screen, subject=subject, edit=moment.message_id),)


def put_off(moment: Moment) -> Outcome:
    """When shall it come again? The times that are possible now are offered."""
    row = row_given(moment)
    if row is None or row.state != "sent":
        return over(moment, row)
    subject = f"{LATER}/{row.wanted.id}"
    return Outcome("asked", moment.person, (Say(PUT_OFF, subject=subject, edit=moment.message_id),))


def later_times(moment: Moment) -> tuple[Item, ...]:
    """The delays that are possible now, with the instant of each."""
    row = row_given(moment)
    if row is None:
        return ()
    times = times_later(row.wanted, quiet_of(moment.person), moment.now)
    return tuple(Item(delay, {"delay": delay, "instant": at.isoformat()}) for delay, at in times.items())


def put_off_to(moment: Moment) -> Outcome:
    """The row waits until then."""
    subject, _, delay = moment.given.rpartition(":")
    row = row_of(moment.person, row_id(subject))
    if row is None or row.state != "sent":
        return over(moment, row)
    at = {str(d): at for d, at in times_later(row.wanted, quiet_of(moment.person), moment.now).items()}.get(delay)
    if at is None:
        return put_off(replace(moment, given=row.wanted.id))
    person = with_row(moment.person, replace(row, state="waiting", later=at, late=False))
    return Outcome("acted", person, shown(moment, ACTED, row.wanted.id))


def show_again(moment: Moment) -> Outcome:
    """The reminder as it was before it was to be put off."""
    row = row_given(moment)
    if row is None or row.state != "sent":
        return over(moment, row)
    says = Say(screen_of(row), subject=row.wanted.id, edit=moment.message_id)
    return Outcome("acted", moment.person, (says,))


DECISIONS: dict[str, Decision] = {
    "reminder_done": ends("done"),
    "reminder_skip": ends("skipped"),
    "reminder_put_off": Decision(put_off, frozenset({"asked", "over"})),
    "reminder_put_off_to": Decision(put_off_to, frozenset({"acted", "asked", "over"})),
    "reminder_again": Decision(show_again, frozenset({"acted", "over"})),
}
ITEMS: dict[str, Items] = {"later_times": later_times}
