"""The therapist card in the talk: what the person wishes is asked step by step, and all of it is theirs to leave out.

Wishes are answers of the person named `card_…`, kept with consent only. The card itself is never kept: it is made
from what is known at the moment it is handed over.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from bot.care.card import DRAPINGS, MOST_PRESSURE, POSITIONS, Card, Known, Reported, Rule, Wishes, card_of
from bot.care.clinician import last_day, stale
from bot.care.opening import Opening
from bot.care.touch import ruled
from bot.dialogue.check import standing, ticks, valid_until, verdict_of
from bot.dialogue.clinician import clock_of, opening_of, today
from bot.dialogue.clinician_view import view_of
from bot.dialogue.effects import SendFile
from bot.dialogue.events import Event, Wrote
from bot.dialogue.patch_test import tested
from bot.dialogue.person import Person
from bot.dialogue.plaque_map import limits_of
from bot.dialogue.world import Decision, Item, Items, Moment, Outcome, Reader, Unclear, Understood, World

STOP_LENGTH, WISH_LENGTH, NAME_LENGTH = 20, 200, 60
PRESSURES = tuple(str(number) for number in range(1, MOST_PRESSURE + 1))
WISHES = ("card_pressure", "card_position", "card_draping", "card_stop", "card_wish", "card_name")
LANGUAGE = "card_language"
FILES = ("card.png", "card.pdf", "card.txt")
BY_VIEW = ("clinician_yes", "clinician_limits")


def card_for(person: Person, world: World, now: datetime) -> Card:
    """The person's card as it stands now."""
    return card_of(known_of(person, world, now), rule_of(person, world), world.card)


def sources_of(person: Person, world: World, now: datetime) -> tuple[str, ...]:
    """The sources of the notes on the person's card, beside those of every card."""
    card = card_for(person, world, now)
    said = {*card.touch, *card.product_notes}
    return tuple(source for note in world.card.notes if note.name in said for source in note.sources)


def rule_of(person: Person, world: World) -> Rule:
    """How each place of the person's map may be touched, by the rules of the map."""
    limits = limits_of(person, world)
    return lambda plaque: ruled(plaque, world.body, world.touch, limits).rule


def known_of(person: Person, world: World, now: datetime) -> Known:
    """Everything a card is made from; without consent only what nobody had to tell."""
    opened = opening_of(person, world, now)
    map_at = person.plaques.at if person.consented else None
    return Known(
        today=today(person, now),
        opening=opened,
        verdict=verdict_of(person, world),
        ticked=ticks(person) or (),
        until=last_day_of(person, world, now, opened),
        plaques=person.plaques,
        map_on=clock_of(person, map_at).date() if map_at else None,
        products=tested(world, person, now),
        reported=reported_of(person, world, now),
        wishes=wishes_of(person),
    )


def last_day_of(person: Person, world: World, now: datetime, opened: Opening) -> date | None:
    """The last day the card counts: that of the check, or of the clinician's yes where that opens sessions."""
    until = valid_until(person, world) if standing(person, world, now) else None
    days = [clock_of(person, until).date()] if until else []
    view = view_of(person)
    if view and opened.because in BY_VIEW:
        days.append(last_day(view.on, world.views) - timedelta(days=1))
    return min(days, default=None)


def reported_of(person: Person, world: World, now: datetime) -> Reported | None:
    """The clinician's answer as the person reported it."""
    view, held = view_of(person), person.answers.get("clinician_view")
    if view is None or held is None:
        return None
    counts = stale(view, today(person, now), world.views) is None
    return Reported(view, clock_of(person, held.at).date(), counts)


def wishes_of(person: Person) -> Wishes:
    """What the person asks for; what another release kept and this one can't read falls back to the careful way."""
    pressure, position = text_of(person, "card_pressure"), text_of(person, "card_position")
    draped = person.answer("card_draping")
    drapings = tuple(each for each in DRAPINGS if isinstance(draped, list) and each in draped)
    return Wishes(
        pressure=int(pressure) if pressure in PRESSURES else MOST_PRESSURE,
        position=next((each for each in POSITIONS if each == position), "any"),
        draping=drapings or ("covered",),
        stop=text_of(person, "card_stop"),
        other=text_of(person, "card_wish"),
        name=text_of(person, "card_name"),
    )


def text_of(person: Person, name: str) -> str:
    """An answer that is text; empty when there is none."""
    value = person.answer(name)
    return value if isinstance(value, str) else ""


# Decisions.


def keeps_wish(name: str, value: str) -> Decision:
    """A decision that keeps one fixed wish; the empty one takes it away."""

    def decide(moment: Moment) -> Outcome:
        kept = moment.person.keeping(name, value, moment.now) if value else moment.person.without(name)
        return Outcome("kept", kept)

    return Decision(decide, frozenset({"kept"}))


def keeps_given(name: str) -> Decision:
    """A decision that keeps what was typed."""
    return Decision(lambda m: Outcome("kept", m.person.keeping(name, m.given, m.now)), frozenset({"kept"}))


def keep_draping(moment: Moment) -> Outcome:
    """The boxes ticked, in the order of the card; none takes the wish away."""
    ticked = [each for each in DRAPINGS if each in moment.given.split(",")]
    person = moment.person
    return Outcome(
        "kept",
        person.keeping("card_draping", [*ticked], moment.now) if ticked else person.without("card_draping"),
    )


def keep_language(moment: Moment) -> Outcome:
    """The language of the card, apart from that of the chat."""
    known = moment.given in moment.world.card_languages
    return Outcome("kept", moment.person.keeping(LANGUAGE, moment.given, moment.now) if known else moment.person)


def hands_over(recipe: str) -> Decision:
    """A decision that hands over the card as a file."""
    return Decision(lambda m: Outcome("sent", m.person, (SendFile(recipe),)), frozenset({"sent"}))


def languages(moment: Moment) -> tuple[Item, ...]:
    """The languages a card can be had in."""
    return tuple(Item(each, {"card_language": each}) for each in moment.world.card_languages)


def reads_text(length: int, unclear: str, too_long: str) -> Callable[[Event, Moment], Understood | Unclear]:
    """A reader of a few words on one line; a question is none."""

    def read(event: Event, moment: Moment) -> Understood | Unclear:
        words = " ".join(event.text.split()) if isinstance(event, Wrote) else ""
        if not words or words.endswith("?"):
            return Unclear(unclear)
        return Understood(words) if len(words) <= length else Unclear(too_long)

    return read


DECISIONS: dict[str, Decision] = {
    **{f"card_pressure_{number}": keeps_wish("card_pressure", number) for number in PRESSURES},
    **{f"card_position_{each}": keeps_wish("card_position", each) for each in POSITIONS},
    "card_draping": Decision(keep_draping, frozenset({"kept"})),
    "card_stop": keeps_given("card_stop"),
    "card_wish": keeps_given("card_wish"),
    "card_name": keeps_given("card_name"),
    **{f"card_no_{each}": keeps_wish(f"card_{each}", "") for each in ("stop", "wish", "name")},
    "card_language": Decision(keep_language, frozenset({"kept"})),
    **{f"send_{file.replace('.', '_')}": hands_over(file) for file in FILES},
    "send_questions": hands_over("questions.pdf"),
}
READERS: dict[str, Reader] = {
    "card_stop": reads_text(STOP_LENGTH, "card_stop_unclear", "card_stop_long"),
    "card_wish": reads_text(WISH_LENGTH, "card_wish_unclear", "card_wish_long"),
    "card_name": reads_text(NAME_LENGTH, "card_name_unclear", "card_name_long"),
}
ITEMS: dict[str, Items] = {"card_languages": languages}
