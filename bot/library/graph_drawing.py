"""The picture of a flow: where each screen stands on paper and how the lines run, all lengths in pixels.

Only the ways ahead are lines. Ways back, across and into other flows are tags inside the box they leave, because a
picture in which every card draws a line back to its list cannot be read. Long flows become one picture of the whole
and one of each branch.

What must stay true: no two boxes overlap, no line runs through a box, and every way out of every screen is on a
picture, as a line or as a tag.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.dialogue.graph import Screen
from bot.library.graph_columns import across
from bot.library.graph_lines import Routes
from bot.library.graph_rows import MANY, Part, in_rows, parts, ways_of
from bot.library.graph_shapes import (
    BOX_NARROWEST,
    BOX_WIDEST,
    FOOT,
    HEAD,
    MARGIN,
    NAME_LETTER,
    TAG,
    TAG_LETTER,
    Box,
    Drawing,
    Tag,
    Way,
    short,
)

HUB = 5  # a screen that more lines lead to gets tags instead of lines
CHANNEL, EMPTY_CHANNEL = 44, 18  # the room between two rows, with lines and without


def drawings(screens: Mapping[str, Screen], entries: Mapping[str, Sequence[str]]) -> list[Drawing]:
    """The pictures of one flow's screens, in reading order; `entries` says what leads in from anywhere."""
    ways = [way for screen in screens.values() for way in ways_of(screen)]
    return [_drawn(part, screens, ways, entries) for part in parts(tuple(screens), ways, MANY)]


@dataclass(frozen=True)
class Sorting:
    """The ways of a picture: down to a later row, beside to the next box, and those only written."""

    down: list[Way]
    beside: list[Way]
    written: list[Way]


def sorted_ways(rows: Sequence[Sequence[str]], ways: Iterable[Way]) -> Sorting:
    """What becomes of each way, with the screens standing in these rows."""
    spot = {name: (row, place) for row, names in enumerate(rows) for place, name in enumerate(names)}
    down: list[Way] = []
    beside: list[Way] = []
    written: list[Way] = []
    for way in ways:
        row, place = spot[way.source]
        there = spot.get(way.target, (-1, -1))
        which = down if there[0] > row else beside if there == (row, place + 1) else written
        which.append(way)
    hubs = {way.target for way in down if sum(other.target == way.target for other in down) > HUB}
    written += [way for way in down if way.target in hubs]
    return Sorting([way for way in down if way.target not in hubs], beside, written)


def _tags(way: Way, flow: str) -> Iterator[Tag]:
    """A written way, one tag for each key."""
    near = way.target.startswith(f"{flow}.")
    target = short(way.target) if near else way.target
    for key in way.keys:
        text = f"→ {target}" if key == target else f"{key} → {target}"
        yield Tag("near" if near else "away", text, way.target)


def _drawn(
    part: Part, screens: Mapping[str, Screen], all_ways: Sequence[Way], entries: Mapping[str, Sequence[str]]
) -> Drawing:
    ways = [way for way in all_ways if way.source in part.names and way.source not in part.folded]
    width = float(BOX_NARROWEST)
    # Wider boxes make fewer to a row, which makes other ways into tags; that settles after a turn or two.
    for _ in range(3):
        rows = in_rows(part.names, ways, width)
        sorting = sorted_ways(rows, ways)
        bare = {name: _bare_box(name, screens, entries, sorting, part) for name in part.names}
        width = max(_needed(box) for box in bare.values())
    boxes = _placed(rows, width, bare, sorting)
    return _finished(part.names[0], rows, boxes, sorting)


def _bare_box(
    name: str,
    screens: Mapping[str, Screen],
    entries: Mapping[str, Sequence[str]],
    sorting: Sorting,
    part: Part,
) -> Box:
    """A box with everything written in it, and no place yet."""
    flow = name.partition(".")[0]
    leading_in = (Tag("in", entry) for entry in entries.get(name, ()))
    written = (tag for way in sorting.written if way.source == name for tag in _tags(way, flow))
    return Box(screens[name], 0, 0, 0, 0, (*leading_in, *written), part.folded.get(name, 0))


def _needed(box: Box) -> float:
    """How wide a box must be for its words."""
    letters = max(len(text) for text in (box.says, *(tag.text for tag in box.tags)))
    return min(BOX_WIDEST, max(BOX_NARROWEST, letters * TAG_LETTER + 22, len(box.name) * NAME_LETTER + 22))


def _placed(rows: Sequence[Sequence[str]], width: float, bare: Mapping[str, Box], sorting: Sorting) -> dict[str, Box]:
    middles = across(rows, width, sorting.down, sorting.beside)
    boxes: dict[str, Box] = {}
    top = float(MARGIN)
    for number, row in enumerate(rows):
        for name in row:
            x, height = middles[name] - width / 2, _height(bare[name])
            boxes[name] = replace(bare[name], x=x, y=top, width=width, height=height)
        top += max(boxes[name].height for name in row) + _channel(number, rows, sorting.down)
    return boxes


def _channel(number: int, rows: Sequence[Sequence[str]], down: Iterable[Way]) -> float:
    """The room under a row: for the lines that pass, and for their words."""
    above = {name for row in rows[: number + 1] for name in row}
    if not any(way.source in above and way.target not in above for way in down):
        return EMPTY_CHANNEL
    return CHANNEL + 9 * min(4, sum(bool(way.label) for way in down if way.source in rows[number]))


def _height(box: Box) -> float:
    lines = len(box.tags) + bool(box.folded)
    return HEAD + (lines * TAG + FOOT if lines else 0)


def _finished(head: str, rows: Sequence[Sequence[str]], boxes: Mapping[str, Box], sorting: Sorting) -> Drawing:
    routes = Routes(rows, boxes)
    lines = [routes.sideways(way) for way in sorting.beside]
    lines += [routes.downwards(way, sorting.down) for way in sorting.down]
    left, right = min(routes.reach) - MARGIN, max(routes.reach) + MARGIN
    bottom = max(box.y + box.height for box in boxes.values()) + MARGIN
    return Drawing(head, left, right - left, bottom, tuple(boxes.values()), tuple(lines))
