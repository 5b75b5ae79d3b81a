"""The rule of touch: the worst of place, state, itch, check and wish, and nothing a person does makes it looser."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.care.body import PAIRED, SINGLE, Body, BodyProblem, body_table
from bot.care.plaques import STATES, TOUCHES, Plaque, Touch
from bot.care.touch import clear_rule, marks, ruled, unplaced
from bot.library.reading import Library

LIMITS = st.frozensets(st.sampled_from(["no_belly", "light_only", "thin_skin", "no_heat"]))
AREAS = st.sampled_from([*SINGLE, *(f"{base}_{side}" for base in PAIRED for side in ("left", "right"))])
PLAQUES = st.builds(
    Plaque,
    area=AREAS,
    states=st.lists(st.sampled_from(STATES), max_size=4, unique=True).map(tuple),
    itch=st.none() | st.integers(0, 10),
    wish=st.sampled_from(["", *TOUCHES]),
)
CALM = ("calm",)


def rule(library: Library, plaque: Plaque, *limits: str) -> Touch:
    return ruled(plaque, library.world.body, library.world.touch, limits).rule


def strictness(touch: Touch) -> int:
    return -TOUCHES.index(touch)


def test_the_body_has_every_area_left_and_right_apart(library: Library) -> None:
    body = library.world.body
    assert len(body.areas) == len(SINGLE) + 2 * len(PAIRED) == 76
    for area in body.areas.values():
        assert area.key == (f"{area.base}_{area.side}" if area.side else area.base)


def test_folds_genitals_eyelids_and_the_front_of_the_neck_are_always_left_out(library: Library) -> None:
    bases = "armpit under_breast groin buttock_crease genitals eyelid neck_front".split()
    for base, wish in product(bases, ("", "light", "fine")):
        for key in library.world.body.keys_of(base):
            assert rule(library, Plaque(key, CALM, 0, wish)) == "avoid", key
            assert clear_rule(key, library.world.body, library.world.touch) == "avoid", key


@pytest.mark.parametrize("state", ["sore", "cracked", "bleeding", "weeping", "healing"])
def test_broken_sore_and_healing_skin_is_left_out_whatever_else_holds(state: str, library: Library) -> None:
    assert rule(library, Plaque("elbow_left", (state, "calm"), 0, "light")) == "avoid"  # type: ignore[arg-type]


def test_an_itch_of_seven_is_left_out_and_of_six_is_not(library: Library) -> None:
    assert rule(library, Plaque("shin_left", ("itchy",), 7)) == "avoid"
    assert rule(library, Plaque("shin_left", ("itchy",), 6)) == "light"


def test_a_place_nothing_is_said_of_stays_out_until_it_is(library: Library) -> None:
    assert rule(library, Plaque("shin_left")) == "avoid"
    assert rule(library, Plaque("shin_left", CALM)) == "light"


def test_chest_belly_and_buttocks_wait_for_the_persons_wish_and_the_belly_for_the_birth(library: Library) -> None:
    for area in ("chest_left", "abdomen", "buttock_right"):
        assert rule(library, Plaque(area, CALM)) == "avoid"
        assert rule(library, Plaque(area, CALM, wish="light")) == "light"
        assert rule(library, Plaque(area, ("cracked",), wish="light")) == "avoid"
    assert rule(library, Plaque("abdomen", CALM, wish="light"), "no_belly") == "avoid"


def test_what_another_release_kept_is_left_out(library: Library) -> None:
    assert rule(library, Plaque("tail", CALM)) == "avoid"
    assert rule(library, Plaque("knee_left", ("glowing",))) == "avoid"  # type: ignore[arg-type]


def test_clear_skin_may_be_fine_but_not_where_the_check_found_it_thin(library: Library) -> None:
    body, table = library.world.body, library.world.touch
    assert clear_rule("forearm_back_left", body, table) == "fine"
    assert clear_rule("forearm_back_left", body, table, {"thin_skin"}) == "light"
    assert clear_rule("palm_left", body, table) == "light"
    assert clear_rule("tail", body, table) == "avoid"


@given(PLAQUES, LIMITS)
def test_a_plaque_is_never_better_than_light(library: Library, plaque: Plaque, limits: frozenset[str]) -> None:
    assert rule(library, plaque, *limits) in ("avoid", "light")


@given(PLAQUES, LIMITS)
def test_no_wish_is_looser_than_the_table(library: Library, plaque: Plaque, limits: frozenset[str]) -> None:
    # What the table allows is what the place could have if the person wished for everything.
    table = rule(library, replace(plaque, wish="fine"), *limits)
    assert strictness(rule(library, plaque, *limits)) >= strictness(table)


@given(PLAQUES, LIMITS, st.sampled_from(STATES), st.integers(0, 10))
def test_one_more_state_or_more_itch_never_loosens(
    library: Library, plaque: Plaque, limits: frozenset[str], state: str, itch: int
) -> None:
    before = rule(library, plaque, *limits)
    if plaque.states:
        more = replace(plaque, states=(*plaque.states, state))  # type: ignore[arg-type]
        assert strictness(rule(library, more, *limits)) >= strictness(before)
    if plaque.itch is None or itch >= plaque.itch:
        assert strictness(rule(library, replace(plaque, itch=itch), *limits)) >= strictness(before)
    assert strictness(rule(library, plaque, *limits, "no_belly")) >= strictness(before)


@settings(max_examples=60)
@given(st.lists(PLAQUES, max_size=8, unique_by=lambda plaque: plaque.area), st.randoms())
def test_numbers_run_head_to_foot_in_whatever_order_places_were_told(
    library: Library, plaques: list[Plaque], random: st.randoms
) -> None:
    body, table = library.world.body, library.world.touch
    first = marks(plaques, body, table)
    random.shuffle(plaques)
    assert marks(plaques, body, table) == first
    assert [mark.number for mark in first] == list(range(1, len(plaques) + 1))
    assert [mark.area for mark in first] == list(body.ordered(mark.area for mark in first))


def test_an_answer_of_the_check_asks_for_its_place_until_one_says_so(library: Library) -> None:
    table = library.world.touch
    assert unplaced(("cracked", "pink"), (Plaque("palm_left", CALM),), table) == ("cracked",)
    assert unplaced(("cracked",), (Plaque("palm_left", ("weeping",)),), table) == ()


def test_a_body_without_an_area_is_refused_with_a_sentence(library: Library) -> None:
    with pytest.raises(BodyProblem, match="the area «knee» is missing"):
        body_table({"areas": {"elbow": {"paired": "yes", "view": "front", "class": "usual"}}})
    assert isinstance(library.world.body, Body)
