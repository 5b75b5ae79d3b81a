"""The message to a therapist as an order of sentences; the words are in content/<language>/therapists.yaml.

`touch` says of a plaque whether to avoid it or touch it lightly: the rules of the plaque map.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.care.plaques import Plaque, Touch

TouchOf = Callable[[Plaque], Touch]
# The sentences about wishes, and the answer of the person that each says.
WISHES = {
    "pressure": "card_pressure",
    "stop_word": "card_stop",
    "position": "card_position",
    "draping": "card_draping",
}
SENTENCES = (
    *("opening", "skin", "light", "avoid", "lightly", "sides", "no_map"),
    *(*WISHES, "stop", "ask", "short"),
)
SIDES = ("left", "right")


@dataclass(frozen=True)
class Sentence:
    """One sentence of the message: its name, the areas it lists, or what the person wishes."""

    name: str
    areas: tuple[str, ...] = ()
    said: str = ""


def note(plaques: Iterable[Plaque], wishes: Mapping[str, str], touch: TouchOf) -> tuple[Sentence, ...]:
    """The whole message; without a map it says that the places will be shown."""
    return (
        *(Sentence(name) for name in ("opening", "skin", "light")),
        *_places(tuple(plaques), touch),
        *(Sentence(name, said=wishes[name]) for name in WISHES if wishes.get(name)),
        *(Sentence(name) for name in ("stop", "ask")),
    )


def _places(plaques: tuple[Plaque, ...], touch: TouchOf) -> Iterator[Sentence]:
    if not plaques:
        yield Sentence("no_map")
        return
    for rule, name in (("avoid", "avoid"), ("light", "lightly")):
        # A place with plaques is never "fine", whatever a rule should say.
        areas = tuple(p.area for p in plaques if touch(p) == rule or (rule == "light" and touch(p) == "fine"))
        if areas:
            yield Sentence(name, areas)
    if any(parted(plaque.area)[1] for plaque in plaques):
        yield Sentence("sides")


def parted(area: str) -> tuple[str, str]:
    """An area's name without its side, and the side: ("elbow", "left"); no side for the places there is one of."""
    name, _, side = area.rpartition("_")
    return (name, side) if side in SIDES and name else (area, "")
