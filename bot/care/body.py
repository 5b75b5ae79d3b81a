"""The areas of the skin: which there are, which belong together, and how each is judged for touch.

Laws of this file:
* The keys are fixed: the figure, kept maps and other languages speak of them. A paired area is two, left and right,
  and both come from one entry, so that they can never differ in anything but the side.
* Left and right are the wearer's own, everywhere.
* The order of the table, head to foot, is the order of numbers on map and picture.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from bot.care.rule_tables import names, repeats, section, strange_keys, strangers

Side = Literal["left", "right"]
SIDES: tuple[Side, ...] = ("left", "right")
View = Literal["front", "back", "both"]
VIEWS: tuple[View, ...] = ("front", "back", "both")

SINGLE = tuple("scalp hairline face neck_front neck_back abdomen buttock_crease genitals".split())
PAIRED = tuple(
    "ear behind_ear eyelid shoulder upper_back lower_back chest flank armpit under_breast groin buttock "
    "upper_arm_front upper_arm_back elbow inner_elbow forearm_front forearm_back wrist hand_back palm fingers "
    "fingernails thigh_front thigh_back knee knee_back shin calf ankle foot_top sole toes toenails".split()
)
FIELDS = ("paired", "view", "class", "joint")


@dataclass(frozen=True)
class Area:
    """One area of the skin on one side; `base` is what it is called without its side, `kind` its class of touch."""

    key: str
    base: str
    side: Side | None
    region: str
    view: View
    kind: str
    joint: bool = False


@dataclass(frozen=True)
class Body:
    """All areas by key in their order, and the keys of each region and of each wider group of areas."""

    areas: Mapping[str, Area]
    regions: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, tuple[str, ...]]

    def keys_of(self, base: str) -> tuple[str, ...]:
        """The keys of an area named without its side: two, or the one."""
        return tuple(key for key in keys_of(base) if key in self.areas)

    def ordered(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Those keys head to foot, each once; what this release does not know comes last."""
        held = dict.fromkeys(keys)
        return (*(key for key in self.areas if key in held), *(key for key in held if key not in self.areas))

    def members(self, name: str) -> tuple[str, ...]:
        """The keys of a wider group, or of a region named with "@" before it; none when there is no such thing."""
        return self.regions.get(name[1:], ()) if name.startswith("@") else self.groups.get(name, ())


class BodyProblem(Exception):
    """The table is faulty; `faults` says everything that is wrong with it."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def keys_of(base: str) -> tuple[str, ...]:
    """The keys of an area named without its side."""
    return tuple(f"{base}_{side}" for side in SIDES) if base in PAIRED else (base,)


def body_table(raw: Mapping[str, Any]) -> Body:
    """The areas as read from YAML, checked; raises BodyProblem with every fault."""
    faults: list[str] = []
    entries = section(raw, "areas", "areas: the table", faults)
    faults += _area_faults(entries)
    regions = _lists(raw, "regions", faults)
    groups = _lists(raw, "groups", faults)
    faults += _place_faults(regions)
    faults += strange_keys(raw, ("areas", "regions", "groups"), "areas: the table")
    if faults:
        raise BodyProblem(faults)
    areas = {
        area.key: area for region, bases in regions.items() for base in bases for area in _of(entries, base, region)
    }
    return Body(areas, _spread(regions), _spread(groups))


def _of(entries: Mapping[str, Any], base: str, region: str) -> Iterator[Area]:
    entry = entries[base]
    for key in keys_of(base):
        side = cast(Side, key.rpartition("_")[2]) if base in PAIRED else None
        yield Area(key, base, side, region, entry["view"], entry["class"], entry.get("joint") == "yes")


def _spread(lists: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(key for base in bases for key in keys_of(base)) for name, bases in lists.items()}


def _lists(raw: Mapping[str, Any], key: str, faults: list[str]) -> dict[str, tuple[str, ...]]:
    entries = section(raw, key, "areas: the table", faults)
    found = {name: names(entries, name, f"areas: {key}", faults) for name in entries}
    for name, bases in found.items():
        faults += strangers(bases, (*SINGLE, *PAIRED), "area", f"areas: {key} «{name}»")
    return found


def _area_faults(entries: Mapping[str, Any]) -> Iterator[str]:
    for base in (*SINGLE, *PAIRED):
        if base not in entries:
            yield f"areas: the area «{base}» is missing."
    for base, entry in entries.items():
        if base not in SINGLE and base not in PAIRED:
            yield f"areas: «{base}» is no area that the figure and kept maps know."
        elif not isinstance(entry, Mapping):
            yield f"areas: «{base}» needs a view and a class."
        else:
            yield from _entry_faults(base, entry)


def _entry_faults(base: str, entry: Mapping[str, Any]) -> Iterator[str]:
    yield from strange_keys(entry, FIELDS, f"areas: «{base}»")
    if (entry.get("paired") == "yes") != (base in PAIRED):
        yield f"areas: «{base}» must {'' if base in PAIRED else 'not '}say «paired: yes»."
    if entry.get("view") not in VIEWS:
        yield f"areas: «{base}» has the view «{entry.get('view')}»; write one of {', '.join(VIEWS)}."
    if not entry.get("class"):
        yield f"areas: «{base}» has no class of touch."


def _place_faults(regions: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Areas that stand in no region, or in two: then they would have no number, or two."""
    placed = [base for bases in regions.values() for base in bases]
    yield from repeats(placed, "areas: regions")
    yield from (f"areas: «{base}» stands in no region." for base in (*SINGLE, *PAIRED) if base not in placed)
