"""Places in people's own words: every scripted person is understood or asked, and no side is ever swapped.

`body/scripted.tsv` holds what a person writes and what is to be understood: `elbow:L`, `:R` or `:B` for both, `elbow:?`
where the side is asked for, `*leg` where the areas of a wider word are asked for, `=cracked/8` how it is said to be.
"""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.care.body_words import Mention, read_places
from bot.library.reading import Library

SCRIPTED = Path(__file__).parent / "body" / "scripted.tsv"
SIDES = {("left",): "L", ("right",): "R", ("left", "right"): "B", (): "?"}
MIRRORED = {"L": "R", "R": "L"}
People = list[tuple[str, str]]


def scripted() -> People:
    rows = SCRIPTED.read_text(encoding="utf-8").splitlines()
    return [(text, meant) for text, _, meant in (row.partition("\t") for row in rows)]


def said(mention: Mention, library: Library) -> str:
    side = SIDES[mention.sides] if mention.name in library.world.lexicon.paired else ""
    name = f"*{mention.name}" if mention.kind == "group" else f"{mention.name}:{side}".removesuffix(":")
    states = "+".join(mention.states)
    return name + (f"={states}" if states else "") + (f"/{mention.itch}" if mention.itch is not None else "")


def understood(text: str, library: Library) -> str:
    read = read_places(text, library.world.lexicon)
    return "; ".join(said(mention, library) for mention in read.mentions) or "-"


def sides(meant: str) -> set[tuple[str, str]]:
    parts = (part.split("=")[0].split("/")[0].partition(":") for part in meant.split("; "))
    return {(name, side) for name, _, side in parts}


@pytest.mark.parametrize(("text", "meant"), scripted())
def test_what_a_person_writes_is_understood_or_asked_back(text: str, meant: str, library: Library) -> None:
    assert sorted(understood(text, library).split("; ")) == sorted(meant.split("; "))


def test_two_hundred_people_and_not_one_side_swapped(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    people = scripted()
    swapped, asked = [], 0
    for text, meant in people:
        got = understood(text, library)
        wrong = {(name, MIRRORED.get(side, "")) for name, side in sides(meant) - sides(got)}
        swapped += [text] if wrong & sides(got) else []
        asked += "?" in got or "*" in got
    assert len(people) >= 200 and not swapped
    with capsys.disabled():
        print(f"\n{len(people)} scripted people: 0 sides swapped, {asked} asked back ({asked / len(people):.0%})")


@pytest.mark.parametrize("word", ["left", "right", "both", "l", "r", "lt", "rt", "rigth", "lft"])
def test_a_mirror_or_a_picture_takes_every_single_side_away(word: str, library: Library) -> None:
    got = understood(f"in the mirror it is my {word} knee", library)
    assert got in ("knee:?", "knee:B") and (got == "knee:B") == (word == "both")


@pytest.mark.parametrize("near", ["light", "bright", "night", "lift", "felt", "lest", "fright", "reft"])
def test_a_word_that_looks_like_a_side_is_none(near: str, library: Library) -> None:
    assert understood(f"{near} knee", library) == "knee:?"


WORDS = (
    "left right both l r my the elbow elbows knee knees scalp shin and or not , . : ( ) ? itchy cracked 7/10 8 back of "
    "hand hands behind ear on worse mirror clear with but are sore no + / leg foot toes"
).split()


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14))
def test_no_side_is_read_that_nobody_wrote(library: Library, words: list[str]) -> None:
    text = " ".join(words)
    told = set(words)
    for mention in read_places(text, library.world.lexicon).mentions:
        for side in mention.sides:
            assert told & {side, "both", side[0]}, text


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14))
def test_a_person_who_swaps_left_and_right_is_read_the_other_way_round(library: Library, words: list[str]) -> None:
    # "Right" also means "right now" and "left" also "nothing left", which the words chosen here never say; and "not
    # right" is what people say of a place that feels wrong, so "not" with a side behind it is left out.
    other = {"left": "right", "right": "left", "l": "r", "r": "l"}
    plain = [word for word in words if word not in ("l", "r", "?", "on", "behind", "with", "no", "both")]
    assume(not any(one == "not" and two in other for one, two in pairwise(plain)))
    text, swapped = " ".join(plain), " ".join(other.get(word, word) for word in plain)
    lexicon = library.world.lexicon
    one, two = read_places(text, lexicon).mentions, read_places(swapped, lexicon).mentions
    turned = {(m.name, frozenset(other[side] for side in m.sides)) for m in two}
    assert {(m.name, frozenset(m.sides)) for m in one} == turned, text


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_whatever_is_written_can_be_read(library: Library, text: str) -> None:
    assert read_places(text, library.world.lexicon).mentions is not None
