"""What the guide will send and when: the list of it, turning one thing off, and plans when the person travels."""

from dataclasses import replace

from bot.dialogue.notices import APPOINTMENT_ZONE, FOLLOWING, zone_of
from bot.dialogue.person import Person
from bot.dialogue.reminding import MOVES, row_of, with_row
from bot.dialogue.world import Decision, Item, Items, Moment, Outcome
from bot.reminders.rows import Reminder, RowState


def ahead(moment: Moment) -> tuple[Reminder, ...]:
    """What is still to come, first things first, and what was turned off but can be turned on again."""
    rows = (row for row in moment.person.reminders if row.state == "waiting" or turned_off(row, moment))
    return tuple(sorted(rows, key=lambda row: row.due))


def turned_off(row: Reminder, moment: Moment) -> bool:
    """Whether the person left it out before it went."""
    return row.state == "skipped" and row.sent_at is None and row.at is not None and row.due > moment.now


def coming_items(moment: Moment) -> tuple[Item, ...]:
    """A button for each thing that is still to come."""
    return tuple(Item(row.wanted.id, {"row": row.wanted.id}) for row in ahead(moment))


def turns(state: RowState) -> Decision:
    """A decision that turns the row on the screen off or on, as long as it has not gone."""

    def decide(moment: Moment) -> Outcome:
        row = row_of(moment.person, moment.person.given)
        if row is None or row not in ahead(moment):
            return Outcome("gone", moment.person)
        return Outcome("turned", with_row(moment.person, replace(row, state=state)), given=row.wanted.id)

    return Decision(decide, frozenset({"turned", "gone"}))


# Travel.


def elsewhere(person: Person) -> tuple[Reminder, ...]:
    """What still waits by the clocks of another zone than the person's."""
    zone = zone_of(person)
    waiting = (row for row in person.reminders if row.state == "waiting" and row.wanted.wall)
    return tuple(row for row in waiting if row.wanted.zone != zone and row.wanted.kind not in FOLLOWING)


def plans_elsewhere(moment: Moment) -> Outcome:
    """Whether plans were made in another zone; until the person has said so, nothing moves."""
    rows = elsewhere(moment.person)
    if not rows or not zone_of(moment.person):
        return Outcome("none", moment.person)
    stays = [row.wanted.zone for row in rows if row.wanted.kind == "appointment"]
    person = moment.person.keeping(APPOINTMENT_ZONE, stays[0], moment.now) if stays else moment.person
    return Outcome("travel", person, given=rows[0].wanted.zone)


def plans_move(moment: Moment) -> Outcome:
    """The same hours, where the person is now."""
    person = moment.person.without(APPOINTMENT_ZONE)
    for moves in MOVES:
        person = moves(person, zone_of(person), moment.now)
    return Outcome("moved", person)


def plans_stay(moment: Moment) -> Outcome:
    """The hours stay those of the clocks at home."""
    return Outcome("stayed", moment.person)


DECISIONS: dict[str, Decision] = {
    "coming_off": turns("skipped"),
    "coming_on": turns("waiting"),
    "plans_elsewhere": Decision(plans_elsewhere, frozenset({"travel", "none"})),
    "plans_move": Decision(plans_move, frozenset({"moved"})),
    "plans_stay": Decision(plans_stay, frozenset({"stayed"})),
}
ITEMS: dict[str, Items] = {"coming_items": coming_items}
