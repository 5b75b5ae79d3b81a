"""The second look: what no pattern hears rings when it reads like danger, and it only ever adds an alarm."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.net import find
from bot.answers.second_look import RINGS, SecondLook, heard, level_of, likeness, second_look_of
from bot.library.examples import read_examples
from bot.library.reading import Library

LOOK = second_look_of(
    [
        ("emergency", "my chest hurts and i am sweating"),
        ("emergency", "his chest hurts badly"),
        ("crisis", "i want it all to be over"),
        ("crisis", "i want my life to be over"),
    ],
    ["my elbow hurts a bit", "which oil is good", "when is the session over", "is it over at nine"],
    str.split,
)


def test_a_sentence_no_pattern_hears_rings_when_it_reads_like_danger(library: Library) -> None:
    net, look = library.world.net, library.world.look
    said = "there is no point in me being here any longer and nobody would notice me gone"
    alarm = heard(said, net, look)
    assert alarm is not None and alarm.level == "crisis"


def test_what_a_pattern_hears_is_never_taken_back(library: Library) -> None:
    net = library.world.net
    for said in ("chest pain", "i want to die", "my lips are swelling"):
        assert heard(said, net, SecondLook()) == find(said, net) == heard(said, net, library.world.look)


def test_a_sentence_goes_to_the_level_whose_examples_it_is_most_like() -> None:
    assert level_of("her chest hurts", LOOK) == "emergency"
    assert level_of("i want this to be over", LOOK) == "crisis"


def test_ordinary_words_read_less_like_danger_than_those_of_people_in_danger() -> None:
    assert likeness("which oil is good for my elbow", LOOK) < 0 < likeness("my chest hurts and i am scared", LOOK)


@pytest.mark.parametrize("little", ["", "?", "chest", "chest hurts"])
def test_two_words_are_too_few_to_judge_by(little: str) -> None:
    assert likeness(little, second_look_of([("today", "x y")], ["z"], str.split)) == 0


def test_without_examples_nothing_is_added() -> None:
    assert likeness("my chest hurts so much", SecondLook()) == 0
    assert second_look_of([], ["well"], str.split) == SecondLook()


def test_what_people_ask_the_guide_frightens_nobody(library: Library) -> None:
    world = library.world
    asked = [phrasing for topic in world.asking.topics.values() for phrasing in topic.phrasings]
    quiet = [said for said in asked if find(said, world.net) is None]
    rung = [said for said in quiet if likeness(said, world.look) >= RINGS]
    assert len(rung) <= len(quiet) / 200, rung


def test_people_who_name_places_on_their_skin_are_seldom_frightened(library: Library) -> None:
    lines = (Path(__file__).parent / "body/scripted.tsv").read_text(encoding="utf-8").splitlines()
    said = [line.split("\t")[0] for line in lines if line]
    rung = [text for text in said if heard(text, library.world.net, library.world.look)]
    assert len(rung) <= 0.03 * len(said), rung


@pytest.mark.parametrize(
    "said", ["when I feel like it", "not too early please", "ok thanks a lot", "my mum's hand lotion"]
)
def test_what_is_said_in_passing_frightens_nobody(library: Library, said: str) -> None:
    assert heard(said, library.world.net, library.world.look) is None


@given(st.text(max_size=400))
def test_no_text_breaks_it(library: Library, text: str) -> None:
    heard(text, library.world.net, library.world.look)


def test_a_line_without_its_tabs_is_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "red_flag_examples").mkdir()
    (tmp_path / "red_flag_examples" / "alarms.tsv").write_text("emergency\tstroke\tdroopy face\nworse\tx\ty\n")
    faults: list = []  # type: ignore[type-arg]
    assert read_examples(tmp_path, faults).alarms == (("emergency", "droopy face"),)
    assert [fault.sentence for fault in faults] == ["line 2 is not level, topic and sentence between tabs."]
