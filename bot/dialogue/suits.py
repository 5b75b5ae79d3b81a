"""Which technique suits somebody, from their own safety check."""

from datetime import datetime

from bot.care.techniques import Suited, suit
from bot.dialogue.check import ticks, verdict_of
from bot.dialogue.clinician import opening_of, usable
from bot.dialogue.person import Person
from bot.dialogue.world import Decision, Item, Items, Moment, Outcome, World

TECHNIQUES = ("swedish", "aroma", "effleurage", "oil", "lymph")


def suited_to(person: Person, world: World, now: datetime) -> tuple[Suited, ...]:
    """How each technique stands for this person now; empty without a check to go by."""
    verdict = verdict_of(person, world)
    if verdict is None or not usable(person, world, now):
        return ()
    opened = opening_of(person, world, now)
    ticked = frozenset(ticks(person) or ())
    return suit(ticked, verdict, "" if opened.open else opened.because, world.techniques)


def suits_door(moment: Moment) -> Outcome:
    """Without a check to go by, that comes first."""
    ready = usable(moment.person, moment.world, moment.now)
    return Outcome("ready" if ready else "check", moment.person)


def techniques(moment: Moment) -> tuple[Item, ...]:
    """Each technique with how it stands."""
    found = suited_to(moment.person, moment.world, moment.now)
    return tuple(Item(each.technique, {"technique": each.technique, "standing": each.standing}) for each in found)


def technique_page(moment: Moment) -> Outcome:
    """The page of the technique that was picked."""
    return Outcome(moment.given if moment.given in TECHNIQUES else "lost", moment.person)


DECISIONS: dict[str, Decision] = {
    "suits_door": Decision(suits_door, frozenset({"ready", "check"})),
    "technique_page": Decision(technique_page, frozenset({*TECHNIQUES, "lost"})),
}
ITEMS: dict[str, Items] = {"techniques": techniques}
