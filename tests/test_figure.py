"""The picture of the body: every area is there once, lies where its name says, and can be read when marked."""

import random
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations, pairwise
from math import dist
from pathlib import Path
from typing import Any

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.body import Figure, FigureProblem, Shape, figure_faults, read_figure
from bot.cards.figure import BADGE, PALETTE, Mark, figure_svg
from bot.care.plaques import TOUCHES
from bot.library.figure_reading import NAMES, Picture, read_pictures, word_faults
from tests.outlines import area, centre, holds, polygons

CONTENT = Path(__file__).resolve().parent.parent / "content"
TEXT = (CONTENT / "body/figure.svg").read_text(encoding="utf-8")
SINGLE = "scalp hairline face neck_front neck_back abdomen buttock_crease genitals".split()
PAIRED = (
    "ear behind_ear eyelid shoulder upper_back lower_back chest flank armpit under_breast groin buttock"
    " upper_arm_front upper_arm_back elbow inner_elbow forearm_front forearm_back wrist hand_back palm fingers"
    " fingernails thigh_front thigh_back knee knee_back shin calf ankle foot_top sole toes toenails"
).split()
AREAS = [*SINGLE, *(f"{name}_{side}" for name in PAIRED for side in ("left", "right"))]


def read() -> Picture:
    faults: list[Any] = []
    picture = read_pictures(CONTENT, ["en"], AREAS, faults).get("en")
    assert picture, faults
    assert faults == []
    return picture


PICTURE = read()
FIGURE = PICTURE.figure
SHAPES = {shape.id: shape for shape in FIGURE.shapes}


def drawn(marks: dict[str, Mark]) -> str:
    return figure_svg(FIGURE, marks, PICTURE.words)


def marks(areas: list[str]) -> dict[str, Mark]:
    return {name: Mark(place + 1, TOUCHES[place % 3]) for place, name in enumerate(areas)}


def on_body(name: str, view: str) -> Shape:
    """The shape of an area on the whole body in one view."""
    return next(shape for shape in FIGURE.shapes if (shape.area, shape.view) == (name, view))


# ---- every area and no other


def test_every_area_has_one_shape_of_its_name_and_every_shape_an_area() -> None:
    assert {shape.id for shape in FIGURE.shapes if "." not in shape.id} == set(AREAS) == FIGURE.areas


def test_every_area_has_its_number_beside_its_own_shape() -> None:
    assert all(SHAPES[name].badge for name in AREAS)


def test_areas_and_figure_that_disagree_are_named_in_one_sentence_each() -> None:
    fewer = [name for name in AREAS if name != "scalp"]
    assert list(figure_faults(FIGURE, [*fewer, "tail"], NAMES)) == [
        "the area «tail» has no shape.",
        "the shape «scalp» is not an area of areas.yaml.",
    ]
    assert list(figure_faults(FIGURE, AREAS, [name for name in NAMES if name != "soles"])) == [
        "the word «soles» does not exist."
    ]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('<g id="skin">', '<g id="hide">', "the group «skin» is missing."),
        ('id="scalp.front"', 'id="face"', "the id «face» stands twice."),
        ('id="scalp.front"', 'id="skull.front"', "the shape «skull.front» must be named after its area «scalp»."),
        ('"front" data-faces="front"', '"front" data-faces="side"', "the view «front» must face front or back."),
        ('data-middle="270"', 'data-middle="left"', "data-middle of «front» must be 1 numbers."),
        ('id="abdomen" data-area="abdomen"', 'id="abdomen"', "«abdomen» has no data-area."),
        ('id="abdomen"', 'id="abdomen.front"', None),
        ("</svg>", "", None),
    ],
)
def test_a_slip_in_the_figure_is_a_sentence(old: str, new: str, sentence: str | None) -> None:
    assert old in TEXT
    with pytest.raises(FigureProblem) as problem:
        read_figure(TEXT.replace(old, new, 1))
    assert sentence is None or sentence in problem.value.faults


def test_words_that_are_missing_too_long_or_needless_are_named() -> None:
    words = dict.fromkeys(NAMES, "word")
    assert list(word_faults(words)) == []
    wrong = {**words, "soles": "", "left": "on the left hand", "tail": "tail"}
    assert list(word_faults(wrong)) == [
        "«left» is longer than 12 characters.",
        "the word «soles» is missing.",
        "the word «tail» stands nowhere in the picture.",
    ]


@pytest.mark.parametrize("language", ["en", "es", "de"])
def test_the_picture_has_words_in_every_language_of_the_card(language: str) -> None:
    faults: list[Any] = []
    assert language in read_pictures(CONTENT, [language], AREAS, faults)
    assert faults == []


def test_words_that_are_not_there_are_a_fault_and_no_exception(tmp_path: Path) -> None:
    faults: list[Any] = []
    assert read_pictures(tmp_path, ["en"], AREAS, faults) == {} and faults == []
    (tmp_path / "body").mkdir()
    shutil.copy(CONTENT / "body/figure.svg", tmp_path / "body")
    assert read_pictures(tmp_path, ["en"], AREAS, faults) == {}
    assert [str(fault) for fault in faults] == ["en/figure.yaml: this file cannot be read (No such file or directory)."]


# ---- where things lie


def test_the_own_left_is_on_the_right_from_the_front_and_on_the_left_from_the_back() -> None:
    for shape in FIGURE.shapes:
        away = centre(shape)[0] - shape.middle
        if shape.area in SINGLE:
            assert abs(away) < 0.5 or shape.view in ("head_left", "head_right"), shape.id
        else:
            expected = (shape.area.endswith("_left")) == (shape.faces == "front")
            assert (away > 3) == expected and abs(away) > 3, shape.id


def test_each_picture_of_one_side_of_the_head_shows_the_areas_of_that_side() -> None:
    for side in ("left", "right"):
        shown = {shape.area for shape in FIGURE.shapes if shape.view == f"head_{side}"}
        assert shown == {"scalp", "hairline", "face", f"ear_{side}", f"behind_ear_{side}"}


def test_left_and_right_are_mirror_images() -> None:
    for shape in FIGURE.shapes:
        if not shape.area.endswith("_left") or shape.view in ("head_left", "head_right"):
            continue
        other = SHAPES[shape.id.replace("_left", "_right")]
        mirrored = [(2 * shape.middle - x, y) for polygon in polygons(shape.outline) for x, y in polygon]
        there = [spot for polygon in polygons(other.outline) for spot in polygon]
        assert all(dist(a, b) < 0.01 for a, b in zip(mirrored, there, strict=True)), shape.id


def test_middle_areas_are_symmetric() -> None:
    for shape in FIGURE.shapes:
        if shape.area in SINGLE and shape.view not in ("head_left", "head_right"):
            xs = [x for polygon in polygons(shape.outline) for x, _ in polygon]
            assert abs(min(xs) + max(xs) - 2 * shape.middle) < 0.3, shape.id


FROM_ABOVE = [
    ("front", "scalp hairline face neck_front chest abdomen genitals"),
    ("front", "chest_left under_breast_left flank_left groin_left thigh_front_left knee_left shin_left ankle_left"),
    ("front", "ankle_left foot_top_left toes_left"),
    ("front", "shoulder_left upper_arm_front_left inner_elbow_left forearm_front_left wrist_left palm_left"),
    ("front", "palm_left fingers_left"),
    ("front", "shoulder_left armpit_left under_breast_left"),
    ("back", "scalp hairline neck_back upper_back_left lower_back_left buttock_left thigh_back_left knee_back_left"),
    ("back", "knee_back_left calf_left ankle_left sole_left"),
    ("back", "shoulder_left upper_arm_back_left elbow_left forearm_back_left wrist_left hand_back_left fingers_left"),
    ("back", "lower_back_left buttock_crease thigh_back_left"),
]


@pytest.mark.parametrize(("view", "names"), FROM_ABOVE)
def test_areas_follow_each_other_down_the_body(view: str, names: str) -> None:
    heights = [centre(on_body(f"{name}_left" if name == "chest" else name, view))[1] for name in names.split()]
    assert heights == sorted(heights) and len(set(heights)) == len(heights)


@pytest.mark.parametrize(
    ("between", "above", "below", "view"),
    [
        ("elbow", "upper_arm_back", "forearm_back", "back"),
        ("inner_elbow", "upper_arm_front", "forearm_front", "front"),
        ("knee", "thigh_front", "shin", "front"),
        ("knee_back", "thigh_back", "calf", "back"),
    ],
)
def test_joints_touch_the_limb_above_and_below(between: str, above: str, below: str, view: str) -> None:
    for side in ("left", "right"):
        joint, upper, lower = (
            [spot for polygon in polygons(on_body(f"{name}_{side}", view).outline) for spot in polygon]
            for name in (between, above, below)
        )
        for limb in (upper, lower):
            assert min(dist(a, b) for a in joint for b in limb) < 2, (between, side)


def test_areas_of_one_side_of_the_body_are_seen_from_that_side_alone() -> None:
    views = {name: {shape.faces for shape in FIGURE.shapes if shape.area == name} for name in AREAS}
    front = "face neck_front abdomen genitals".split()
    front += [name for name in AREAS if name.startswith(("chest", "eyelid", "armpit", "under_breast", "groin"))]
    front += [name for name in AREAS if "_front_" in name or name.startswith(("inner_elbow", "shin", "palm"))]
    back = ["neck_back", "buttock_crease"]
    back += [name for name in AREAS if "_back_" in name or name.startswith(("buttock_", "calf", "sole", "elbow"))]
    assert all(views[name] == {"front"} for name in front)
    assert all(views[name] == {"back"} for name in back)


def test_small_places_are_large_enough_in_their_insets_to_be_seen() -> None:
    """In square units of a picture 1080 wide; the smallest is about the size of a letter."""
    assert all(area(SHAPES[name]) > 150 for name in AREAS)


# ---- the marked picture


def test_a_number_stands_on_its_area_or_its_line_ends_there() -> None:
    for shape in FIGURE.shapes:
        if shape.tip:
            assert holds(shape, shape.tip), shape.id
            assert shape.badge and dist(shape.badge, shape.tip) > BADGE, shape.id
        elif shape.badge:
            assert holds(shape, shape.badge), shape.id


def test_no_number_covers_another_even_when_all_areas_are_marked() -> None:
    badges = [(shape.id, shape.badge) for shape in FIGURE.shapes if shape.badge]
    assert len(badges) >= len(AREAS)
    for (one, a), (two, b) in combinations(badges, 2):
        assert dist(a, b) >= 2 * BADGE, f"{one} and {two}"


@pytest.mark.parametrize("language", ["en", "es", "de"])
def test_no_number_covers_a_word_in_any_language(language: str) -> None:
    picture = read_pictures(CONTENT, [language], AREAS, []).get(language)
    assert picture
    for caption in picture.figure.captions:
        wide = 0.56 * caption.size * len(getattr(picture.words, caption.word))
        left = caption.at[0] - wide * {"start": 0, "middle": 0.5, "end": 1}[caption.anchor]
        for shape in picture.figure.shapes:
            if shape.badge:
                x, y = shape.badge
                near = (min(max(x, left), left + wide), min(max(y, caption.at[1] - 0.75 * caption.size), caption.at[1]))
                assert dist(near, shape.badge) > BADGE - 1, f"{shape.id} over {caption.word}"


def test_no_number_covers_the_end_of_another_ones_line() -> None:
    tips = [shape for shape in FIGURE.shapes if shape.tip]
    for shape in FIGURE.shapes:
        for other in tips:
            if shape.badge and other.tip and shape is not other:
                assert dist(shape.badge, other.tip) > BADGE + 3, f"{shape.id} over {other.id}"


def test_numbers_stay_in_the_picture_and_above_the_legend() -> None:
    width, height = FIGURE.size
    for shape in FIGURE.shapes:
        if shape.badge:
            x, y = shape.badge
            assert BADGE < x < width - BADGE and BADGE < y < height - 80 - BADGE, shape.id


def luminance(colour: str) -> float:
    """How light a colour is on paper without colour: 0 to 1 (WCAG relative luminance)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def lightness(colour: str) -> float:
    """CIE L*, 0 to 100: equal steps look equal."""
    return float(116 * luminance(colour) ** (1 / 3) - 16)


def test_rules_differ_without_colour_by_how_dark_they_are_and_by_their_pattern() -> None:
    tones = [*(lightness(paint.colour) for paint in PALETTE.rules.values()), lightness(PALETTE.skin)]
    assert tones == sorted(tones), "the stricter the darker"
    assert min(b - a for a, b in pairwise(tones)) >= 7
    assert len({paint.pattern for paint in PALETTE.rules.values()}) == len(TOUCHES)
    for paint in PALETTE.rules.values():
        if paint.pattern != "plain":
            light, dark = sorted((luminance(paint.colour), luminance(paint.ink)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 3


def test_the_words_are_those_of_the_readers_language() -> None:
    words = replace(PICTURE.words, avoid="nicht berühren & schonen", front="Vorderseite")
    said = figure_svg(FIGURE, {}, words)
    assert ">Vorderseite<" in said and "nicht berühren &amp; schonen" in said and ">Front<" not in said


def test_fine_is_explained_only_where_it_stands() -> None:
    fine = f">{PICTURE.words.fine}<"
    assert fine not in drawn({"scalp": Mark(1, "avoid"), "elbow_left": Mark(2, "light")})
    assert fine in drawn({"scalp": Mark(1, "fine")})


def test_each_rule_paints_every_shape_of_its_area() -> None:
    for rule in TOUCHES:
        empty, said = drawn({}), drawn({"shoulder_left": Mark(7, rule)})
        # Both shapes, and for "fine" its entry in the legend.
        assert said.count(f'fill="url(#{rule})"') - empty.count(f'fill="url(#{rule})"') == 2 + (rule == "fine")


def test_yesterdays_area_that_is_gone_today_spoils_no_picture() -> None:
    assert drawn({"tail": Mark(1, "avoid")}) == drawn({})


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from(AREAS), st.builds(Mark, st.integers(1, 76), st.sampled_from(TOUCHES))))
def test_any_marks_make_svg_that_can_be_read(chosen: dict[str, Mark]) -> None:
    root = ET.fromstring(drawn(chosen))
    assert root.get("viewBox") == "0 0 1080 1440"


@pytest.mark.parametrize("count", [0, 6, 40, len(AREAS)])
def test_the_picture_is_drawn(count: int, tmp_path: Path) -> None:
    chosen = random.Random(count).sample(AREAS, count)
    (tmp_path / "figure.svg").write_text(drawn(marks(chosen)), encoding="utf-8")
    page = '#set page(width: 1080pt, height: 1440pt, margin: 0pt)\n#image("figure.svg", width: 100%)'
    (tmp_path / "page.typ").write_text(page, encoding="utf-8")
    png = typst.compile(str(tmp_path / "page.typ"), format="png", ppi=72.0)
    assert isinstance(png, bytes) and png[16:24] == (1080).to_bytes(4, "big") + (1440).to_bytes(4, "big")
    assert len(png) < 700_000


def test_the_figure_itself_holds_no_words() -> None:
    assert "<text" not in TEXT
    assert isinstance(FIGURE, Figure)


def test_the_picture_never_says_your_since_the_therapist_reads_it_too() -> None:
    for language in ("en", "es", "de"):
        words = (CONTENT / language / "figure.yaml").read_text(encoding="utf-8").split("\n", 2)[2]
        assert not {"your", "su", "tu", "ihre", "deine"} & set(words.casefold().split()), language
