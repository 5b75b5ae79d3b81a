"""Named readers of typed answers: each understands one kind of thing or says, by phrase, how to write it."""

from bot.dialogue import card, clinician, patch_flow, plaque_map, products, sessions, therapist
from bot.dialogue.clocktext import clock_span, one_clock
from bot.dialogue.events import Event, SharedLocation, Wrote
from bot.dialogue.person import Person
from bot.dialogue.world import Moment, Reader, Unclear, Understood


def read_country(event: Event, moment: Moment) -> Understood | Unclear:
    """A country by name in any common language, or by its two-letter code."""
    if not isinstance(event, Wrote):
        return Unclear("country_unclear")
    code = moment.world.places.country_named(event.text)
    return Understood(code) if code else Unclear("country_unclear")


def read_zone(event: Event, moment: Moment) -> Understood | Unclear:
    """A zone from a shared place, a city, a zone's name, or the time it is there; several are joined by commas."""
    places = moment.world.places
    country = home_country(moment.person)
    match event:
        case SharedLocation(latitude, longitude):
            zone = places.zone_at(latitude, longitude)
            return Understood(zone) if zone else Unclear("zone_unclear")
        case Wrote(text):
            zones = places.zones_of_city(text, country)
            clock = None if zones else one_clock(text)
            if clock:
                zones = places.zones_at_clock(f"{clock:%H:%M}", moment.now, country)
            return Understood(",".join(zones[:8])) if zones else Unclear("zone_unclear")
        case _:
            return Unclear("zone_unclear")


def home_country(person: Person) -> str | None:
    """The country the person named as home, or None."""
    value = person.answer("country")
    return value if isinstance(value, str) else None


def read_hours(event: Event, moment: Moment) -> Understood | Unclear:
    """Two times of day as "22:00 to 07:00"."""
    span = clock_span(event.text) if isinstance(event, Wrote) else None
    if span is None:
        return Unclear("hours_unclear")
    return Understood(f"{span[0]:%H:%M}-{span[1]:%H:%M}")


READERS: dict[str, Reader] = {
    "country": read_country,
    "zone": read_zone,
    "hours": read_hours,
    **clinician.READERS,
    **therapist.READERS,
    **plaque_map.READERS,
    **card.READERS,
    **sessions.READERS,
    **products.READERS,
    **patch_flow.READERS,
}
PLACE_READERS = frozenset({"zone"})
