"""Named functions that fill list screens. Labels come from the page; here are only keys and facts."""

from bot.dialogue import (
    asking,
    card,
    clinician,
    coming,
    patch_flow,
    plaque_map,
    products,
    reminder_buttons,
    sessions,
    suits,
    therapist,
)
from bot.dialogue.check import check_findings
from bot.dialogue.patch_test import mine
from bot.dialogue.readers import home_country
from bot.dialogue.therapist_view import shortlist
from bot.dialogue.world import Item, Items, Moment

CORRECTABLE = (
    *("check", "country", "country_now", "time_zone", "quiet_hours", "discreet"),
    *("appointment", "clinician_view", "clinician_role", "clinician_on", "clinician_limits"),
    *("therapists", "my_therapist", "therapist_hold"),
    plaque_map.ANSWER,
    *(*card.WISHES, card.LANGUAGE),
    "session_leads",
    "products",
)


def countries(moment: Moment) -> tuple[Item, ...]:
    """Every country whose numbers are known."""
    return tuple(Item(code, {"country": code}) for code in moment.world.places.countries())


def zones_of_country(moment: Moment) -> tuple[Item, ...]:
    """The zones of the person's country; none when the country is not known."""
    country = home_country(moment.person)
    zones = moment.world.places.zones_to_offer(country, moment.now) if country else ()
    return tuple(Item(zone, {"zone": zone}) for zone in zones)


def zones_given(moment: Moment) -> tuple[Item, ...]:
    """The zones that fit what the person wrote."""
    return tuple(Item(zone, {"zone": zone}) for zone in moment.given.split(",") if zone)


def my_answers(moment: Moment) -> tuple[Item, ...]:
    """The answers the person has given and may correct."""
    person = moment.person
    listed = {name for name, held in (("therapists", shortlist(person)), ("products", mine(person))) if held}
    kept = (
        name
        for name in CORRECTABLE
        if name in listed or person.answer(name) is not None or plaque_map.holds(moment, name)
    )
    return tuple(Item(name, {"answer": name}) for name in kept)


ITEMS: dict[str, Items] = {
    "countries": countries,
    "emergency_countries": countries,
    "zones_of_country": zones_of_country,
    "zones_given": zones_given,
    "my_answers": my_answers,
    "check_findings": check_findings,
    **clinician.ITEMS,
    **suits.ITEMS,
    **asking.ITEMS,
    **therapist.ITEMS,
    **plaque_map.ITEMS,
    **reminder_buttons.ITEMS,
    **coming.ITEMS,
    **card.ITEMS,
    **sessions.ITEMS,
    **products.ITEMS,
    **patch_flow.ITEMS,
}
