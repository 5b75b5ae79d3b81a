"""The lines of a picture: how they leave, pass between the boxes and arrive, and where their words stand."""

from collections.abc import Iterator, Mapping, Sequence

from bot.library.graph_shapes import TAG_LETTER, Box, Line, Way

LANE, FAR = 7, 100_000  # between two lines side by side; beyond every picture
PORT = 26  # between two lines that leave or enter the same box
WORDS_APART = 13
# Where on a curve its words may stand, in twentieths, the best places first.
SPOTS = (10, 8, 12, 6, 14, 5, 15, 4, 16)

Point = tuple[float, float]


class Routes:
    """Lines drawn one after another; each knows which lanes and which places for words are taken.

    `reach` holds how far to the left and right anything stands.
    """

    def __init__(self, rows: Sequence[Sequence[str]], boxes: Mapping[str, Box]) -> None:
        self.boxes = boxes
        self.rows = [[boxes[name] for name in row] for row in rows]
        self.row_of = {name: i for i, row in enumerate(rows) for name in row}
        self.floors = [max(box.y + box.height for box in row) for row in self.rows]
        self.lanes: list[list[float]] = [[] for _ in rows]
        self.words: list[tuple[float, float, float]] = []
        self.reach = [side for box in boxes.values() for side in (box.x, box.x + box.width)]

    def sideways(self, way: Way) -> Line:
        """An arrow to the box on the right, its words above it."""
        source, target = self.boxes[way.source], self.boxes[way.target]
        start, end, y = source.x + source.width, target.x, source.y + 20
        path = f"M{start:.0f},{y:.0f} H{end:.0f}"
        return Line(way.source, way.target, path, way.label, (start + end) / 2 - 2, y - 5)

    def downwards(self, way: Way, down: Sequence[Way]) -> Line:
        """A curve down to a later row, through the gaps between the boxes of the rows it passes."""
        first, last = self.row_of[way.source], self.row_of[way.target]
        x, end = self._ports(way, down)
        source = self.boxes[way.source]
        path = [f"M{x:.0f},{source.y + source.height:.0f} V{self.floors[first]:.0f}"]
        turns = [(x, self.floors[first])]
        for row in range(first + 1, last + 1):
            there = end if row == last else self._lane(row, x + (end - x) * (row - first) / (last - first))
            turns.append((there, self.rows[row][0].y))
            path.append(_curve(turns[-2], turns[-1]))
            if row < last:
                path.append(f"V{self.floors[row]:.0f}")
                turns.append((there, self.floors[row]))
        return Line(way.source, way.target, " ".join(path), way.label, *self._room_for(way.label, *turns[:2]))

    def _ports(self, way: Way, down: Sequence[Way]) -> Point:
        """Where a line leaves and where it arrives: beside the others, in the order of their other ends."""
        leaving = sorted((w for w in down if w.source == way.source), key=lambda w: self.boxes[w.target].x)
        coming = sorted((w for w in down if w.target == way.target), key=lambda w: self.boxes[w.source].x)
        return _port(self.boxes[way.source], way, leaving), _port(self.boxes[way.target], way, coming)

    def _lane(self, row: int, wanted: float) -> float:
        """The free place nearest to `wanted` where a line can pass between the boxes of a row."""
        lane = min(self._free_lanes(row, wanted), key=lambda lane: abs(lane - wanted))
        self.lanes[row].append(lane)
        self.reach.append(lane)
        return lane

    def _free_lanes(self, row: int, wanted: float) -> Iterator[float]:
        """Free places to pass a row; far to the left and right there is always one."""
        sides = (side for box in self.rows[row] for side in (box.x, box.x + box.width))
        edges = [-FAR, *sides, FAR]
        for low, high in zip(edges[::2], edges[1::2], strict=True):
            near = min(max(wanted, low + LANE), high - LANE)
            for lane in (near + shift for shift in range(-30 * LANE, 31 * LANE, LANE)):
                if low + LANE <= lane <= high - LANE and not self._busy(row, lane):
                    yield lane

    def _busy(self, row: int, lane: float) -> bool:
        return any(abs(lane - other) < LANE for other in self.lanes[row])

    def _room_for(self, label: str, start: Point, end: Point) -> Point:
        """A place on the curve for the words where no other words stand, or the middle when there is none."""
        half = len(label) * TAG_LETTER / 2 + 3
        spots = [_on_curve(start, end, share / 20) for share in SPOTS]
        x, y = next((spot for spot in spots if self._clear(spot, half)), spots[0])
        if label:
            self.words.append((x, y, half))
            self.reach += [x - half, x + half]
        return x, y + 4

    def _clear(self, spot: Point, half: float) -> bool:
        return all(abs(spot[0] - x) >= half + other or abs(spot[1] - y) >= WORDS_APART for x, y, other in self.words)


def _port(box: Box, way: Way, ways: Sequence[Way]) -> float:
    step = min(PORT, (box.width - 24) / len(ways))
    return box.x + box.width / 2 + (ways.index(way) - (len(ways) - 1) / 2) * step


def _curve(start: Point, end: Point) -> str:
    """The curve that leaves and arrives upright."""
    middle = (start[1] + end[1]) / 2
    return f"C{start[0]:.0f},{middle:.0f} {end[0]:.0f},{middle:.0f} {end[0]:.0f},{end[1]:.0f}"


def _on_curve(start: Point, end: Point, share: float) -> Point:
    """The point of that curve at a share of its way."""
    (x, y), (there, top), t, s = start, end, share, 1 - share
    ahead = 3 * s * t * t + t**3
    return x * (1 - ahead) + there * ahead, s**3 * y + 3 * s * t * (y + top) / 2 + t**3 * top
