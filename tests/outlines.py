"""Outlines of the body figure as polygons, for tests that ask where something lies."""

import re
from itertools import pairwise

from bot.cards.body import Point, Shape

Polygon = list[Point]
STEPS = 6


def polygons(outline: str) -> list[Polygon]:
    """The closed lines of a path made of M, L, C and Z with absolute numbers; curves become short straight lines."""
    return [_polygon(part) for part in outline.split("Z") if part]


def _polygon(part: str) -> Polygon:
    points: Polygon = []
    for command, said in re.findall(r"([MLC])([^MLC]*)", part):
        numbers = [float(number) for number in said.split()]
        spots = list(zip(numbers[::2], numbers[1::2], strict=True))
        assert len(spots) == (3 if command == "C" else 1), part
        points += curve(points[-1], *spots) if command == "C" else spots
    assert re.fullmatch(r"[MLC\d. -]*", part), part
    return points


def curve(a: Point, b: Point, c: Point, d: Point) -> Polygon:
    def at(t: float) -> Point:
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        x, y = (sum(w * p[i] for w, p in zip(weights, (a, b, c, d), strict=True)) for i in (0, 1))
        return x, y

    return [at(step / STEPS) for step in range(1, STEPS + 1)]


def _doubled_area(polygon: Polygon) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*polygon, polygon[0]]))


def area(shape: Shape) -> float:
    return sum(abs(_doubled_area(polygon)) / 2 for polygon in polygons(shape.outline))


def centre(shape: Shape) -> Point:
    """The centre of gravity."""
    x = y = weight = 0.0
    for polygon in polygons(shape.outline):
        sign = 1 if _doubled_area(polygon) > 0 else -1
        for a, b in pairwise([*polygon, polygon[0]]):
            part = sign * (a[0] * b[1] - b[0] * a[1])
            x, y, weight = x + (a[0] + b[0]) * part / 3, y + (a[1] + b[1]) * part / 3, weight + part
    return x / weight, y / weight


def holds(shape: Shape, spot: Point) -> bool:
    return sum(_inside(polygon, spot) for polygon in polygons(shape.outline)) % 2 == 1


def _inside(polygon: Polygon, spot: Point) -> bool:
    x, y = spot
    crossed = [
        a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]) > x
        for a, b in pairwise([*polygon, polygon[0]])
        if (a[1] > y) != (b[1] > y)
    ]
    return sum(crossed) % 2 == 1
