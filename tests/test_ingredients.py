"""Ingredient lists as real people write them, compared with what troubles some people."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.net import find
from bot.care.ingredients import IngredientProblem, ingredient_table, ingredient_word_faults, read_list
from bot.care.safety import safety_table
from bot.library.reading import Library

ROOT = Path(__file__).parent.parent


def read(path: str) -> Any:
    return yaml.load((ROOT / path).read_text(encoding="utf-8"), yaml.BaseLoader)


SAFETY = safety_table(read("content/rules/safety.yaml"))
RAW = read("content/rules/ingredients.yaml")
WORDS = read("content/en/ingredients.yaml")
SOURCES = read("content/sources.yaml")
TABLE = ingredient_table(RAW, SAFETY.findings, SAFETY.limits)
LISTS = read("tests/products/lists.yaml")
EU_26 = (
    "amyl cinnamal; amylcinnamyl alcohol; anise alcohol; benzyl alcohol; benzyl benzoate; benzyl cinnamate; "
    "benzyl salicylate; butylphenyl methylpropional; cinnamal; cinnamyl alcohol; citral; citronellol; coumarin; "
    "eugenol; evernia prunastri; evernia furfuracea; farnesol; geraniol; hexyl cinnamal; hydroxycitronellal; "
    "hydroxyisohexyl 3-cyclohexene carboxaldehyde; isoeugenol; limonene; linalool; methyl 2-octynoate; "
    "alpha-isomethyl ionone"
).split("; ")


@pytest.mark.parametrize("row", LISTS, ids=lambda row: row["written"][:40])
def test_a_list_is_read_as_its_writer_means_it(row: dict[str, Any]) -> None:
    reading = read_list(row["written"], TABLE, row.get("allergies", ()))
    assert {each.ingredient.id for each in reading.found} == set(row["finds"])
    assert {each.ingredient.id for each in reading.of("yours")} == set(row.get("yours", ()))
    assert reading.unsuitable == bool(row.get("yours"))
    if "not_unknown" not in row:
        assert list(reading.unknown) == row.get("unknown", [])
    assert reading.neat == (row.get("neat") == "yes")


@pytest.mark.parametrize("row", LISTS, ids=lambda row: row["written"][:40])
def test_no_list_sounds_an_alarm(row: dict[str, Any], library: Library) -> None:
    assert find(row["written"], library.world.net) is None


def test_there_are_sixty_lists_and_more_than_a_hundred_and_twenty_ingredients() -> None:
    assert len(LISTS) >= 60
    assert len(TABLE.ingredients) >= 120


def test_the_twenty_six_scents_of_the_old_eu_list_are_all_known() -> None:
    reading = read_list("; ".join(EU_26), TABLE)
    assert len(reading.of("known")) == 26
    assert not reading.unknown


def test_every_name_finds_its_own_entry_however_it_is_written() -> None:
    for key, entry in TABLE.ingredients.items():
        for name in entry.names:
            for written in (name, name.upper(), f"  {name} 5% ", f"aqua, {name}; glycerin"):
                assert key in {each.ingredient.id for each in read_list(written, TABLE).found}, written


def test_every_entry_rests_on_sources_that_exist_and_has_its_words() -> None:
    assert not list(ingredient_word_faults(TABLE, WORDS))
    for entry in TABLE.ingredients.values():
        assert entry.grade, entry.id
        assert entry.sources and set(entry.sources) <= SOURCES.keys(), entry.id


def test_no_words_of_ours_call_an_ingredient_safe() -> None:
    for group in WORDS["groups"].values():
        assert "safe" not in group["says"].casefold().replace("safety", "")


def test_what_the_person_told_the_check_comes_first() -> None:
    reading = read_list("urea, camphor, almond oil", TABLE, ["nuts"], ["no_camphor_oils"])
    assert [(each.ingredient.id, each.because) for each in reading.found] == [
        ("almond", "yours"),
        ("camphor", "told"),
        ("urea", "known"),
    ]


def test_a_name_that_is_near_to_two_is_not_guessed() -> None:
    assert read_list("citronellol", TABLE).found
    assert not read_list("citronellul", TABLE).found


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_whatever_is_pasted_is_read_without_a_fault(text: str) -> None:
    reading = read_list(text, TABLE, ["nuts"], ["no_scent"])
    assert len({each.ingredient.id for each in reading.found}) == len(reading.found)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            lambda raw: raw["ingredients"]["urea"].update(group="sting"),
            "ingredients: «urea» is of the group «sting», which does not exist.",
        ),
        (
            lambda raw: raw["ingredients"]["urea"].update(names=["citral"]),
            "ingredients: the name «citral» stands for «citral» and «urea».",
        ),
        (
            lambda raw: raw["groups"]["daisy"].update(allergies=["daisies"]),
            "ingredients: group «daisy» names the finding «daisies», which does not exist.",
        ),
        (
            lambda raw: raw["groups"]["camphor"].update(limits=["no_camphor"]),
            "ingredients: group «camphor» names the limit «no_camphor», which does not exist.",
        ),
        (
            lambda raw: raw["ingredients"]["urea"].pop("names"),
            "ingredients: «urea» needs «names», a list of names.",
        ),
        (
            lambda raw: raw["ingredients"]["urea"].update(safe="yes"),
            "ingredients: «urea» says «safe», which nobody reads.",
        ),
    ],
)
def test_a_slip_in_the_table_is_one_sentence(spoil: Any, sentence: str) -> None:
    raw = copy.deepcopy(RAW)
    spoil(raw)
    with pytest.raises(IngredientProblem) as problem:
        ingredient_table(raw, SAFETY.findings, SAFETY.limits)
    assert problem.value.faults == (sentence,)
