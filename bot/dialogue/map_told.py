"""What was told of places and is not kept yet, and which questions about places are still to be asked, as short texts.

Both live in `given`, so leaving half-way loses nothing that was kept before, and both are reached with consent only.

told    "elbow/left+right/cracked+itchy/8,*back///|knee"   places, "*" for a group, "|" before what is not meant
asked   "elbow_left+elbow_right,~knee_left"                asked one after the other, "+" as one, "~" only the itch
        "joint;..."                                        a swollen joint was told with the first of them
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.care.body import SIDES, Body, Side
from bot.care.body_words import Mention
from bot.care.plaques import STATES, Plaque, State

JOINT = "joint"


@dataclass(frozen=True)
class Told:
    """Places that were named, and those said not to be meant."""

    mentions: tuple[Mention, ...] = ()
    left_out: tuple[str, ...] = ()

    def packed(self) -> str:
        """The text that `told_in` reads."""
        return "|".join((",".join(map(_packed, self.mentions)), ",".join(self.left_out)))


@dataclass(frozen=True)
class Question:
    """The places that one question is about; `only_itch` when how they are today is already said."""

    areas: tuple[str, ...]
    only_itch: bool = False

    def packed(self) -> str:
        """One entry of the text that `questions_in` reads."""
        return ("~" if self.only_itch else "") + "+".join(self.areas)


def _packed(mention: Mention) -> str:
    star = "*" if mention.kind == "group" else ""
    itch = "" if mention.itch is None else str(mention.itch)
    return "/".join((star + mention.name, "+".join(mention.sides), "+".join(mention.states), itch))


def told_in(text: str, body: Body) -> Told:
    """What was told; whatever this release does not know is left out."""
    places, _, out = text.partition("|")
    bases = {area.base for area in body.areas.values()}
    mentions = [_mention(part.split("/"), body, bases) for part in places.split(",")]
    return Told(tuple(m for m in mentions if m), tuple(name for name in out.split(",") if name))


def _mention(parts: Sequence[str], body: Body, bases: Iterable[str]) -> Mention | None:
    if len(parts) != 4:
        return None
    name, group = parts[0].removeprefix("*"), parts[0].startswith("*")
    if not (body.members(name) if group else name in bases):
        return None
    sides: tuple[Side, ...] = tuple(side for side in SIDES if side in parts[1].split("+"))
    states: tuple[State, ...] = tuple(state for state in STATES if state in parts[2].split("+"))
    itch = int(parts[3]) if parts[3] in map(str, range(11)) else None
    return Mention("group" if group else "area", name, sides, states, itch)


def questions_in(text: str, body: Body) -> tuple[Question, ...]:
    """The questions still to be asked; places that are gone are left out."""
    found = []
    for part in text.removeprefix(f"{JOINT};").split(","):
        areas = tuple(area for area in part.removeprefix("~").split("+") if area in body.areas)
        found += [Question(areas, part.startswith("~"))] if areas else []
    return tuple(found)


def asking(questions: Iterable[Question], joint: bool = False) -> str:
    """The text that `questions_in` reads."""
    return (f"{JOINT};" if joint else "") + ",".join(question.packed() for question in questions)


def missing(plaques: Iterable[Plaque]) -> tuple[Question, ...]:
    """A question for each place of which nothing is said yet; the itch where it itches and no number is said."""
    found = []
    for plaque in plaques:
        if not plaque.states:
            found.append(Question((plaque.area,)))
        elif plaque.itch is None and "itchy" in plaque.states:
            found.append(Question((plaque.area,), only_itch=True))
    return tuple(found)
