"""Where the boxes of each row stand from left to right: near those they are tied to, never too near a neighbour."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from bot.library.graph_shapes import GAP, TAG_LETTER, WIDEST_ROW, Way

SWEEPS = 8  # down and up again, each time a little nearer to where the lines want to go straight


def across(rows: Sequence[Sequence[str]], width: float, down: Sequence[Way], beside: Sequence[Way]) -> dict[str, float]:
    """The middle of each box of `width`, by name; `down` ways pull at it, `beside` ones need room for their words."""
    apart = [[_apart(left, right, width, beside) for left, right in pairwise(row)] for row in rows]
    middles = {name: place for row, steps in zip(rows, apart, strict=True) for name, place in _centred(row, steps)}
    home = dict(middles)
    for sweep in range(SWEEPS):
        ties = _ties(down, upwards=sweep % 2 == 0)
        for row, steps in list(zip(rows, apart, strict=True))[:: 1 if sweep % 2 == 0 else -1]:
            wanted = _wanted(row, ties, middles, home)
            middles.update(zip(row, spread(wanted, steps, WIDEST_ROW - width), strict=True))
    return middles


def _apart(left: str, right: str, width: float, beside: Iterable[Way]) -> float:
    labels = [way.label for way in beside if (way.source, way.target) == (left, right)]
    return width + max([GAP, *(len(label) * TAG_LETTER + 26 for label in labels)])


def _centred(row: Sequence[str], steps: Sequence[float]) -> Iterable[tuple[str, float]]:
    return zip(row, (sum(steps[:i]) - sum(steps) / 2 for i in range(len(row))), strict=True)


def _ties(down: Iterable[Way], upwards: bool) -> dict[str, list[str]]:
    """Whom each screen is tied to in the rows above, or in the rows below."""
    ties: dict[str, list[str]] = {}
    for way in down:
        here, there = (way.target, way.source) if upwards else (way.source, way.target)
        ties.setdefault(here, []).append(there)
    return ties


def _wanted(
    row: Sequence[str],
    ties: Mapping[str, Sequence[str]],
    middles: Mapping[str, float],
    home: Mapping[str, float],
) -> list[float]:
    """Where each box of a row would like to be: amid those it is tied to, the others where they began."""
    # A row that is hardly tied to anything stays the even row it is.
    if 2 * sum(name in ties for name in row) < len(row):
        return [home[name] for name in row]
    amid = {name: [middles[tie] for tie in ties[name]] for name in row if name in ties}
    return [sum(amid[name]) / len(amid[name]) if name in amid else home[name] for name in row]


def spread(wanted: Sequence[float], steps: Sequence[float], room: float) -> list[float]:
    """The places nearest to those wanted that keep their order, stand `steps` apart and stay within `room`.

    Neighbours that would be too near are pooled and share the mean of what they want; a row wider than the room is
    centred.
    """
    offsets = [sum(steps[:i]) for i in range(len(wanted))]
    pools: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        pools.append((want - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, n), (b, m) = pools[-2:]
            pools[-2:] = [((a * n + b * m) / (n + m), n + m)]
    flat = [place for place, size in pools for _ in range(size)]
    spare, centre = max(0.0, room - offsets[-1]) / 2, -offsets[-1] / 2
    kept = (min(max(place, centre - spare), centre + spare) for place in flat)
    return [place + offset for place, offset in zip(kept, offsets, strict=True)]
