"""Which screens of a flow share a picture, and in which rows: by presses from where the flow is entered."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.dialogue.graph import Screen
from bot.library.graph_check import edges
from bot.library.graph_shapes import GAP, WIDEST_ROW, Way

MANY = 40  # more screens than this are drawn branch by branch
MANY_IN_BRANCH = 20
FEW = 3  # a branch of fewer screens stays in the picture of the whole


@dataclass(frozen=True)
class Part:
    """The screens of one picture; `folded` tells how many more stand behind a screen."""

    names: tuple[str, ...]
    folded: Mapping[str, int] = field(default_factory=dict)


def ways_of(screen: Screen) -> Iterator[Way]:
    """The ways out of a screen, one for each screen it leads to."""
    keys: dict[str, list[str]] = {}
    for key, target in edges(screen):
        keys.setdefault(target, []).append(key)
    yield from (Way(screen.name, target, tuple(held)) for target, held in keys.items())


def parts(names: tuple[str, ...], ways: Sequence[Way], many: int) -> list[Part]:
    """The pictures a flow is drawn as: one, or the whole with its branches folded and one for each branch."""
    found = search(names, ways)
    heads = [name for name, spot in found.items() if spot.row == 1]
    branches = {head: family for head in heads if len(family := _family(head, found)) >= FEW}
    if len(names) <= many or not branches:
        return [Part(names)]
    behind = {name for head, family in branches.items() for name in family if name != head}
    whole = Part(
        tuple(name for name in names if name not in behind),
        {head: len(family) - 1 for head, family in branches.items()},
    )
    return [whole, *(part for family in branches.values() for part in parts(family, ways, MANY_IN_BRANCH))]


@dataclass(frozen=True)
class Spot:
    """Where a search came upon a screen: after how many presses, and through which other ("" at first)."""

    row: int
    parent: str


def search(names: Sequence[str], ways: Sequence[Way]) -> dict[str, Spot]:
    """Every screen with its spot, in the order found, breadth first from where the flow is entered.

    Of several screens a press before, the one with the most ways is the parent: a list, not a neighbour.
    """
    ahead = {name: [way.target for way in ways if way.source == name and way.target in names] for name in names}
    rows = _rows_from(ahead)
    spots = {name: Spot(0, "") for name, row in rows.items() if row == 0}
    for name in (name for name, row in rows.items() if row > 0):
        before = [other for other, row in rows.items() if row == rows[name] - 1 and name in ahead[other]]
        spots[name] = Spot(rows[name], max(before, key=lambda other: len(ahead[other])))
    return spots


def _rows_from(ahead: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How far each screen is from the entrances: the one written first, and all that no other leads to."""
    entered = {target for source, targets in ahead.items() for target in targets if target != source}
    names = list(ahead)
    rows: dict[str, int] = {}
    # What only leads around in a circle is reached from none of them, and entered where it is written first.
    for start in (
        [name for name in names if name not in entered or name == names[0]],
        *([name] for name in names),
    ):
        queue = deque((name, 0) for name in start)
        while queue:
            name, row = queue.popleft()
            if name not in rows:
                rows[name] = row
                queue.extend((target, row + 1) for target in ahead[name])
    return dict(sorted(rows.items(), key=lambda item: item[1]))


def _family(head: str, found: Mapping[str, Spot]) -> tuple[str, ...]:
    """A screen and everything found through it, in the order found."""
    family = [head]
    for name, spot in found.items():
        if spot.parent in family:
            family.append(name)
    return tuple(family)


def in_rows(names: Sequence[str], ways: Sequence[Way], box_width: float) -> list[list[str]]:
    """The screens row by row; a row that would be too wide becomes several of about the same length."""
    found = search(names, ways)
    most = max(1, int((WIDEST_ROW + GAP) // (box_width + GAP)))
    rows: list[list[str]] = []
    for depth in range(max(spot.row for spot in found.values()) + 1):
        row = [name for name, spot in found.items() if spot.row == depth]
        pieces = -(-len(row) // most)
        size = -(-len(row) // pieces)
        rows += [row[i : i + size] for i in range(0, len(row), size)]
    return rows
