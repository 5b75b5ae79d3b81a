"""The picture of the plaque map: the body figure with marked areas coloured, patterned and numbered.

Colour is never the only sign: the rules differ in pattern and in how dark they are, and the number's disc is dark where
an area is left out. Only what resvg draws is used: paths, plain patterns, text. Numbers are strokes and need no font.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Literal
from xml.sax.saxutils import escape

from bot.cards.body import Figure, Point, Shape
from bot.cards.digits import number_strokes
from bot.care.plaques import Touch

BADGE = 19.0  # the radius of a number's disc, in the figure's units
DIGIT = 1.15
SKIN = '<use href="#skin"/>'
FONTS = "Noto Sans, DejaVu Sans, Liberation Sans, sans-serif"
# Where the legend stands, from the figure's lower edge, and what one of its entries looks like.
LEGEND_UP, SWATCH, LEGEND_SIZE = 68, (58, 40), 25


@dataclass(frozen=True)
class Mark:
    """What stands on one area: its number in the list beside the picture, and its touch rule."""

    number: int
    rule: Touch


@dataclass(frozen=True)
class FigureWords:
    """The words in the picture, in the reader's language; the first three explain the rules."""

    avoid: str
    light: str
    fine: str
    front: str
    back: str
    own_left: str
    own_right: str
    left: str
    right: str
    head: str
    palms: str
    hand_backs: str
    folds: str
    foot_tops: str
    soles: str


@dataclass(frozen=True)
class Paint:
    """How a rule looks: its colour, and what is drawn over it in which colour."""

    colour: str
    pattern: Literal["hatch", "dots", "plain"]
    ink: str


RULES: Mapping[Touch, Paint] = MappingProxyType(
    {
        "avoid": Paint("#8f2d0b", "hatch", "#f3d9cc"),
        "light": Paint("#eda63a", "dots", "#5a3300"),
        "fine": Paint("#9fd0e8", "plain", "#9fd0e8"),
    }
)


@dataclass(frozen=True)
class Palette:
    """The colours of the picture; it brings its own light ground, so it reads on light and dark screens."""

    ground: str = "#f7f5f1"
    panel: str = "#ffffff"
    frame: str = "#d9d3ca"
    skin: str = "#efeae2"
    edge: str = "#8a8278"
    border: str = "#d0c8bd"
    line: str = "#b3aa9e"
    ink: str = "#2b2623"
    rules: Mapping[Touch, Paint] = field(default_factory=lambda: RULES)


PALETTE = Palette()


def figure_svg(figure: Figure, marks: Mapping[str, Mark], words: FigureWords, palette: Palette = PALETTE) -> str:
    """The picture as SVG text; marks on areas that the figure does not have are left out."""
    width, height = figure.size
    marked = [(shape, marks[shape.area]) for shape in figure.shapes if shape.area in marks]
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"',
            f' width="{width:g}" height="{height:g}" font-family="{FONTS}">',
            f'<defs>{"".join(_patterns(palette))}<g id="skin">{figure.skin}</g></defs>',
            f'<rect width="{width:g}" height="{height:g}" fill="{palette.ground}"/>',
            _group(figure.panels, fill=palette.panel, stroke=palette.frame, width=1.5),
            _group(SKIN, fill=palette.skin),
            _group("".join(_outlines(figure)), fill="none", stroke=palette.border, width=1.1),
            # Once more, since the borders of areas run along the body's edge.
            _group(SKIN, fill="none", stroke=palette.edge, width=1.8),
            *(_painted(shape, mark.rule, palette) for shape, mark in marked),
            _group(figure.lines, fill="none", stroke=palette.line, width=1.6),
            *_numbers(marked, palette),
            _group("".join(_captions(figure, words)), fill=palette.ink),
            "".join(_legend(figure, words, palette, {mark.rule for mark in marks.values()})),
            "</svg>",
        )
    )


def _group(inside: str, fill: str, stroke: str = "none", width: float = 0) -> str:
    ends = 'stroke-linejoin="round" stroke-linecap="round"'
    return f'<g fill="{fill}" stroke="{stroke}" stroke-width="{width}" {ends}>{inside}</g>'


def _patterns(palette: Palette) -> Iterator[str]:
    for rule, paint in palette.rules.items():
        match paint.pattern:
            case "hatch":
                yield _pattern(rule, 9, paint.colour, f'<path d="M0 4.5H9" stroke="{paint.ink}" stroke-width="2"/>', 45)
            case "dots":
                dots = "".join(f'<circle cx="{at}" cy="{at}" r="1.9" fill="{paint.ink}"/>' for at in (3, 9))
                yield _pattern(rule, 12, paint.colour, dots)
            case "plain":
                yield _pattern(rule, 12, paint.colour, "")


def _pattern(name: str, size: int, colour: str, over: str, turned: int = 0) -> str:
    ground = f'<rect width="{size}" height="{size}" fill="{colour}"/>'
    place = f'patternUnits="userSpaceOnUse" width="{size}" height="{size}" patternTransform="rotate({turned})"'
    return f'<pattern id="{name}" {place}>{ground}{over}</pattern>'


def _outlines(figure: Figure) -> Iterator[str]:
    return (f'<path d="{shape.outline}"/>' for shape in figure.shapes)


def _painted(shape: Shape, rule: Touch, palette: Palette) -> str:
    edge = f'stroke="{palette.ink}" stroke-width="1.6" stroke-linejoin="round"'
    return f'<path fill="url(#{rule})" {edge} d="{shape.outline}"/>'


def _numbers(marked: list[tuple[Shape, Mark]], palette: Palette) -> Iterator[str]:
    """The lines first, so that none of them runs over a number."""
    for shape, _ in marked:
        if shape.badge and shape.tip:
            yield _leader(shape.badge, shape.tip, palette)
    for shape, mark in marked:
        if shape.badge:
            yield _badge(shape.badge, mark, palette)


def _leader(badge: Point, tip: Point, palette: Palette) -> str:
    way = f"M{badge[0]:g} {badge[1]:g}L{tip[0]:g} {tip[1]:g}"
    halo = f'<path d="{way}" stroke="{palette.panel}" stroke-width="5"/>'
    line = f'<path d="{way}" stroke="{palette.ink}" stroke-width="2"/>'
    return f'{halo}{line}<circle cx="{tip[0]:g}" cy="{tip[1]:g}" r="3.5" fill="{palette.ink}"/>'


def _badge(at: Point, mark: Mark, palette: Palette) -> str:
    dark = mark.rule == "avoid"
    ground, pen = (palette.ink, palette.panel) if dark else (palette.panel, palette.ink)
    disc = f'<circle cx="{at[0]:g}" cy="{at[1]:g}" r="{BADGE - 1:g}" fill="{ground}" stroke="{palette.ink}"'
    rim = f'<circle cx="{at[0]:g}" cy="{at[1]:g}" r="{BADGE:g}" fill="{palette.panel}"/>'
    return f'{rim}{disc} stroke-width="1.8"/>' + _group(
        number_strokes(mark.number, *at, DIGIT), fill="none", stroke=pen, width=2.4
    )


def _captions(figure: Figure, words: FigureWords) -> Iterator[str]:
    said = asdict(words)
    for caption in figure.captions:
        yield _text(said[caption.word], caption.at, caption.size, caption.anchor)


def _legend(figure: Figure, words: FigureWords, palette: Palette, used: Collection[Touch]) -> Iterator[str]:
    """What the rules look like. "Fine" is explained only where it stands, or unmarked skin would seem approved of."""
    said, (width, height) = asdict(words), figure.size
    for place, rule in enumerate(rule for rule in palette.rules if rule != "fine" or rule in used):
        x, y = 40 + place * (width - 60) / 3, height - LEGEND_UP
        edge = f'fill="url(#{rule})" stroke="{palette.ink}" stroke-width="1.6"'
        yield f'<rect x="{x:g}" y="{y:g}" width="{SWATCH[0]}" height="{SWATCH[1]}" rx="8" {edge}/>'
        at = (x + SWATCH[0] + 14, y + SWATCH[1] / 2 + LEGEND_SIZE * 0.36)
        yield _group(_text(said[rule], at, LEGEND_SIZE, "start"), fill=palette.ink)


def _text(said: str, at: Point, size: float, anchor: str) -> str:
    place = f'x="{at[0]:g}" y="{at[1]:g}" font-size="{size:g}" text-anchor="{anchor}"'
    return f"<text {place}>{escape(said)}</text>"
