"""The body figure as a value: the shapes of content/body/figure.svg, one or several for each area of the skin.

What must stay true: an area has exactly one shape whose id is its key, and that one carries its number. Further shapes
of the area (on the body beside an inset, on the back beside the front) are called `<key>.<view>`. Left and right are
the wearer's own.
"""

import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

NAMESPACE = "{http://www.w3.org/2000/svg}"
Point = tuple[float, float]
Faces = Literal["front", "back"]
Anchor = Literal["start", "middle", "end"]
FACES: tuple[Faces, ...] = get_args(Faces)
ANCHORS: tuple[Anchor, ...] = get_args(Anchor)
PARTS = ("panels", "skin", "areas", "lines", "words")


class FigureProblem(Exception):
    """A figure that cannot be drawn from; `faults` says in one sentence each what is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


@dataclass(frozen=True)
class Shape:
    """One outline (SVG path data) of an area in a view that is seen from the front or the back.

    `middle` is the x of the body's midline there; `badge` is where the number stands, `tip` where its line ends when
    it stands beside the area.
    """

    id: str
    area: str
    view: str
    faces: Faces
    middle: float
    outline: str
    badge: Point | None = None
    tip: Point | None = None


@dataclass(frozen=True)
class Caption:
    """The place of a word: its name among the words, where it stands, and its letters' size."""

    word: str
    at: Point
    anchor: Anchor
    size: float


@dataclass(frozen=True)
class Figure:
    """The drawing in its parts; `panels`, `skin` and `lines` are SVG as it stands in the file."""

    size: Point
    panels: str
    skin: str
    lines: str
    shapes: tuple[Shape, ...]
    captions: tuple[Caption, ...]

    @property
    def areas(self) -> frozenset[str]:
        return frozenset(shape.area for shape in self.shapes)


def read_figure(text: str) -> Figure:
    """The figure in an SVG file's text; raises FigureProblem."""
    try:
        root = ET.fromstring(text)  # noqa: S314 - our own content
    except ET.ParseError as error:
        raise FigureProblem([f"this is not SVG that can be read ({error})."]) from error
    groups = {name: root.find(f"{NAMESPACE}g[@id='{name}']") for name in PARTS}
    missing = [f"the group «{name}» is missing." for name, group in groups.items() if group is None]
    if missing:
        raise FigureProblem(missing)
    try:
        panels, skin, areas, lines, words = (group for group in groups.values() if group is not None)
        figure = Figure(
            _size(root), _inner(panels), _inner(skin), _inner(lines), tuple(_shapes(areas)), tuple(_captions(words))
        )
    except ValueError as error:
        raise FigureProblem([str(error)]) from error
    faults = list(_shape_faults(figure))
    if faults:
        raise FigureProblem(faults)
    return figure


def figure_faults(figure: Figure, areas: Collection[str], words: Collection[str]) -> Iterator[str]:
    """Where the figure disagrees with the keys of the areas and with the words there are for it."""
    for area in areas:
        if area not in figure.areas:
            yield f"the area «{area}» has no shape."
    for area in sorted(figure.areas - set(areas)):
        yield f"the shape «{area}» is not an area of areas.yaml."
    for word in sorted({caption.word for caption in figure.captions} - set(words)):
        yield f"the word «{word}» does not exist."


def _shape_faults(figure: Figure) -> Iterator[str]:
    ids = [shape.id for shape in figure.shapes]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"the id «{name}» stands twice."
    for shape in figure.shapes:
        if shape.id.partition(".")[0] != shape.area:
            yield f"the shape «{shape.id}» must be named after its area «{shape.area}»."
        if shape.tip and not shape.badge:
            yield f"the shape «{shape.id}» has a tip and no badge."
    with_number = {shape.id for shape in figure.shapes if shape.badge}
    for area in sorted(figure.areas - with_number):
        yield f"the shape «{area}» with the number of its area is missing."


def _shapes(areas: ET.Element) -> Iterator[Shape]:
    for view in areas:
        faces = next((side for side in FACES if side == view.get("data-faces")), None)
        if faces is None:
            raise ValueError(f"the view «{view.get('data-view')}» must face front or back.")
        for path in view:
            yield Shape(
                _needed(path, "id"),
                _needed(path, "data-area"),
                _needed(view, "data-view"),
                faces,
                _numbers(view, "data-middle", 1)[0],
                _needed(path, "d"),
                _point(path, "data-badge"),
                _point(path, "data-tip"),
            )


def _captions(words: ET.Element) -> Iterator[Caption]:
    for mark in words:
        anchor = next((end for end in ANCHORS if end == mark.get("data-anchor")), None)
        if anchor is None:
            raise ValueError(f"data-anchor of {_called(mark)} must be start, middle or end.")
        at = _numbers(mark, "data-at", 2)
        yield Caption(_needed(mark, "data-word"), (at[0], at[1]), anchor, _numbers(mark, "data-size", 1)[0])


def _size(root: ET.Element) -> Point:
    left, top, width, height = _numbers(root, "viewBox", 4)
    if (left, top) != (0, 0):
        raise ValueError("the viewBox must begin at 0 0.")
    return width, height


def _point(element: ET.Element, name: str) -> Point | None:
    if element.get(name) is None:
        return None
    x, y = _numbers(element, name, 2)
    return x, y


def _numbers(element: ET.Element, name: str, count: int) -> list[float]:
    try:
        numbers = [float(part) for part in _needed(element, name).split()]
    except ValueError as error:
        raise ValueError(f"{name} of {_called(element)} must be {count} numbers.") from error
    if len(numbers) != count:
        raise ValueError(f"{name} of {_called(element)} must be {count} numbers.")
    return numbers


def _needed(element: ET.Element, name: str) -> str:
    value = element.get(name)
    if not value:
        raise ValueError(f"{_called(element)} has no {name}.")
    return value


def _called(element: ET.Element) -> str:
    said = next((element.get(name) for name in ("id", "data-view", "data-word") if element.get(name)), None)
    return f"«{said}»" if said else "an element without a name"


def _inner(group: ET.Element) -> str:
    """What stands in a group, without the namespace that the whole has already."""
    return "".join(_tag(element) for element in group)


def _tag(element: ET.Element) -> str:
    plain = ET.Element(element.tag.removeprefix(NAMESPACE), element.attrib)
    return ET.tostring(plain, encoding="unicode")
