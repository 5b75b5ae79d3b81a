"""Named functions that fill list screens. Labels come from the page; here are only keys and facts."""

from bot.dialogue import asking, clinician, patch_flow, products, sessions, suits
from bot.dialogue.check import check_findings
from bot.dialogue.patch_test import mine
from bot.dialogue.readers import home_country
from bot.dialogue.world import Item, Items, Moment

CORRECTABLE = (
    *("check", "country", "country_now", "time_zone", "quiet_hours", "discreet"),
    *("appointment", "clinician_view", "clinician_role", "clinician_on", "clinician_limits"),
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
    kept = (n for n in CORRECTABLE if person.answer(n) is not None or (n == "products" and mine(person)))
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
    **sessions.ITEMS,
    **products.ITEMS,
    **patch_flow.ITEMS,
}
