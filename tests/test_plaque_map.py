"""The plaque map in the talk: sides are asked and confirmed, every answer is kept, no order of edits loosens a rule."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.care.plaques import Plaque, PlaqueMap
from bot.care.touch import ruled
from bot.dialogue.effects import SendFile
from bot.dialogue.events import Chose, Wrote
from bot.dialogue.map_told import Question, Told, asking, questions_in, told_in
from bot.dialogue.person import Consent, Person
from bot.dialogue.plaque_map import DAYS_KEPT, limits_of, plaques_of
from bot.dialogue.step import step
from bot.library.export import readable
from bot.library.reading import Library
from bot.store.record import Record
from bot.store.versions import from_document, to_document
from tests.walking import Walker

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
AMINA = Person(7, consent=Consent("2026-11-22", NOW), told=("welcome",), screen="menu.home")


class Talk:
    """One person stepping; `taps` presses by key, `writes` types."""

    def __init__(self, library: Library, person: Person = AMINA, now: datetime = NOW) -> None:
        self.library, self.person, self.now = library, person, now
        self.effects: tuple[object, ...] = ()

    def writes(self, text: str) -> "Talk":
        self.person, self.effects = step(self.library.world, self.person, Wrote(text), self.now)
        return self

    def taps(self, *keys: str) -> "Talk":
        for key in keys:
            press = Chose(self.person.step, key, 1)
            self.person, self.effects = step(self.library.world, self.person, press, self.now)
        return self

    @property
    def map(self) -> dict[str, Plaque]:
        return {plaque.area: plaque for plaque in plaques_of(self.person)}


@pytest.mark.parametrize(
    "said",
    ["the whole left arm", "all over my back", "my neck and face", "left side of my chest", "left arm and left leg",
     "my right arm is cracked"],
)  # fmt: skip
def test_names_of_places_alone_answer_the_map_and_frighten_nobody(library: Library, said: str) -> None:
    talk = Talk(library, replace(AMINA, screen="map.start")).writes(said)
    assert talk.person.screen in ("map.confirm", "map.pick", "map.side"), talk.person.screen


@pytest.mark.parametrize(
    "said",
    ["my left arm is numb", "chest hurts", "my left calf is sore", "my neck and face are swelling up fast",
     "knee, and i do not want to be here any more"],
)  # fmt: skip
def test_what_is_more_than_places_is_still_heard_while_the_map_asks(library: Library, said: str) -> None:
    talk = Talk(library, replace(AMINA, screen="map.start")).writes(said)
    assert talk.effects[0].urgent and not talk.person.screen.startswith("map.")  # type: ignore[union-attr]


def with_map(*plaques: Plaque, at: datetime = NOW) -> Person:
    return replace(AMINA, plaques=PlaqueMap(plaques, at))


def test_without_consent_no_map_is_kept_and_the_way_to_it_is_shown(library: Library) -> None:
    talk = Talk(library, replace(AMINA, consent=None)).writes("/map")
    assert talk.person.screen == "map.needs_consent" and not talk.map


def test_places_typed_after_consent_was_taken_back_are_not_held_anywhere(library: Library) -> None:
    withdrawn = replace(AMINA, consent=replace(AMINA.consent, withdrawn_at=NOW), screen="map.home")  # type: ignore[type-var]
    talk = Talk(library, withdrawn).writes("left knee cracked")
    assert talk.person.screen == "map.needs_consent" and "knee" not in repr(talk.person)


def test_a_side_that_was_not_said_is_asked_and_nothing_is_kept_before_the_yes(library: Library) -> None:
    talk = Talk(library).writes("/map").writes("my knee is cracked")
    assert talk.person.screen == "map.side" and not talk.map
    talk.taps("right")
    assert talk.person.screen == "map.confirm" and not talk.map
    talk.taps("keep")
    assert talk.map == {"knee_right": Plaque("knee_right", ("cracked",))}
    assert talk.person.screen == "map.advice"


@pytest.mark.parametrize(
    ("key", "areas"), [("left", ["knee_left"]), ("both", ["knee_left", "knee_right"]), ("not_there", [])]
)
def test_the_side_that_was_tapped_is_the_side_that_is_kept(key: str, areas: list[str], library: Library) -> None:
    talk = Talk(library).writes("/map").writes("knee, scalp").taps(key, "keep")
    assert list(talk.map) == ["scalp", *areas]


def test_a_wider_word_offers_its_areas_on_the_side_that_was_said(library: Library) -> None:
    talk = Talk(library).writes("/map").writes("my left arm is itchy")
    assert talk.person.screen == "map.pick"
    talk.taps("forearm_back_left", "elbow_left", "done", "keep")
    assert talk.map.keys() == {"elbow_left", "forearm_back_left"}
    assert {plaque.states for plaque in talk.map.values()} == {("itchy",)}


def test_leaving_half_way_loses_only_the_question_on_the_screen(library: Library) -> None:
    talk = Talk(library).writes("/map").writes("left knee, left shin").taps("keep", "each", "calm", "done")
    talk.writes("/menu").writes("/map")
    assert talk.map["knee_left"].states == ("calm",) and talk.map["shin_left"].states == ()


def test_one_answer_for_all_places_when_they_are_alike(library: Library) -> None:
    talk = Talk(library).writes("/map").writes("both elbows, scalp").taps("keep", "together", "itchy", "done", "4")
    assert {(plaque.states, plaque.itch) for plaque in talk.map.values()} == {(("itchy",), 4)}
    assert talk.person.screen == "map.home"


def test_nothing_ticked_leaves_what_was_said_before(library: Library) -> None:
    person = with_map(Plaque("knee_left", ("cracked",), 8))
    talk = Talk(library, person, NOW + timedelta(days=2)).writes("/map")
    talk.taps("change", "knee_left", "state", "done", "skip")
    assert talk.map["knee_left"] == Plaque("knee_left", ("cracked",), 8) and talk.person.plaques.at == NOW


def test_a_swollen_joint_is_left_out_and_leads_to_the_check(library: Library) -> None:
    talk = Talk(library).writes("/map").writes("left knee").taps("keep", "calm", "joint", "done")
    assert talk.person.screen == "map.advice" and talk.map["knee_left"].wish == "avoid"
    assert talk.taps("check").person.screen == "check.start"


def test_a_first_change_on_another_day_keeps_the_day_before_up_to_a_limit(library: Library) -> None:
    talk = Talk(library, with_map(Plaque("knee_left", ("calm",))))
    for day in range(1, 20):
        talk.now = NOW + timedelta(days=day)
        talk.writes("/map").taps("same").taps("same")
    assert len(talk.person.past_plaques) == DAYS_KEPT
    dates = [past.at for past in talk.person.past_plaques]
    assert dates == sorted(dates, reverse=True) and talk.person.plaques.at == talk.now


def test_an_older_day_stands_beside_today_in_words(library: Library) -> None:
    past = PlaqueMap((Plaque("knee_left", ("cracked",), 8), Plaque("scalp", ("calm",))), NOW - timedelta(days=4))
    person = replace(with_map(Plaque("knee_left", ("calm",))), past_plaques=(past,))
    talk = Talk(library, person).writes("/map").taps("history", "20261118T100000")
    text = library.words.screen(talk.person, talk.effects[-1], NOW).text  # type: ignore[arg-type]
    assert "LEFT knee</b>. Then: cracked, itch 8 of 10. Now: calm." in text
    assert "scalp</b>. Then: calm. Now: not on the map." in text


def test_the_belly_stays_out_in_pregnancy_and_where_that_was_not_sure(library: Library) -> None:
    belly = Plaque("abdomen", ("calm",), wish="light")
    world = library.world
    for answer in (["pregnant"], ["?pregnancy"]):
        person = with_map(belly).keeping("check", answer, NOW)
        assert ruled(belly, world.body, world.touch, limits_of(person, world)).rule == "avoid", answer
    reported = with_map(belly).keeping("check", [], NOW).keeping("check_reopened", "pregnancy", NOW)
    assert ruled(belly, world.body, world.touch, limits_of(reported, world)).rule == "avoid"
    assert ruled(belly, world.body, world.touch, limits_of(with_map(belly), world)).rule == "light"


def test_what_the_check_found_asks_for_its_place_on_the_map(library: Library) -> None:
    person = with_map(Plaque("palm_left", ("calm",))).keeping("check", ["cracked"], NOW)
    talk = Talk(library, person).writes("/map")
    text = library.words.screen(talk.person, talk.effects[-1], NOW).text  # type: ignore[arg-type]
    assert "Cracked, bleeding or other open skin" in text


def test_the_picture_is_sent_only_where_it_can_be_made(library: Library) -> None:
    person = with_map(Plaque("palm_left", ("calm",)))
    bare = replace(library, world=replace(library.world, recipes=frozenset()))
    assert not any(isinstance(effect, SendFile) for effect in Talk(bare, person).writes("/map").effects)
    drawing = replace(library, world=replace(library.world, recipes=frozenset({"map.png"})))
    assert SendFile("map.png") in Talk(drawing, person).writes("/map").effects
    assert SendFile("map.png") not in Talk(drawing).writes("/map").effects


def test_words_and_marks_carry_the_same_numbers(library: Library) -> None:
    person = with_map(Plaque("toes_left", ("calm",)), Plaque("scalp", ("calm",)))
    talk = Talk(library, person).writes("/map")
    text = library.words.screen(talk.person, talk.effects[-1], NOW).text  # type: ignore[arg-type]
    assert re.search(r"1\. <b>scalp</b>.*2\. <b>toes of the LEFT foot</b>", text, re.DOTALL)


def test_my_data_shows_the_map_in_words_and_the_export_has_it(library: Library) -> None:
    past = PlaqueMap((Plaque("scalp", ("calm",)),), NOW - timedelta(days=4))
    person = replace(with_map(Plaque("knee_left", ("cracked",), 8, "avoid")), past_plaques=(past,))
    text = readable(person, library.words, NOW)
    assert "Plaque map: LEFT knee: cracked, itch 8 of 10, your wish: leave out (22 November 2026)" in text
    assert "Plaque map: scalp: calm (18 November 2026)" in text
    talk = Talk(library, person).writes("/data").taps("correct", "plaques")
    assert talk.person.screen == "map.home"


def test_the_map_can_be_erased_with_its_older_days(library: Library) -> None:
    past = PlaqueMap((Plaque("scalp", ("calm",)),), NOW - timedelta(days=4))
    person = replace(with_map(Plaque("knee_left", ("calm",))), past_plaques=(past,))
    talk = Talk(library, person).writes("/map").taps("change", "forget", "forget")
    assert talk.person.plaques == PlaqueMap() and talk.person.past_plaques == ()


def test_the_map_survives_being_written_down(library: Library) -> None:
    person = replace(with_map(Plaque("knee_left", ("cracked",), 8, "avoid")), past_plaques=(PlaqueMap((), NOW),))
    document = orjson.loads(orjson.dumps(to_document(Record(person, first_contact=NOW, last_contact=NOW))))
    assert from_document(document).person == person


def test_somebody_who_waited_at_the_old_screen_wakes_up_at_the_map(library: Library) -> None:
    assert Talk(library, replace(AMINA, screen="soon.map")).writes("scalp").person.screen == "map.confirm"


@given(st.text(alphabet="abelow_*/+,|@~;joint0123", max_size=60))
def test_what_is_told_can_be_read_whatever_stands_there(library: Library, text: str) -> None:
    body = library.world.body
    told = told_in(text, body)
    assert told_in(told.packed(), body).mentions == told.mentions
    asked = questions_in(text, body)
    assert questions_in(asking(asked), body) == asked


def test_what_is_told_reads_back_as_it_was(library: Library) -> None:
    told = told_in("elbow/left+right/cracked+itchy/8,*back//calm/,knee///|scalp", library.world.body)
    assert told == told_in(told.packed(), library.world.body) and isinstance(told, Told)
    assert questions_in("joint;knee_left+knee_right,~scalp", library.world.body) == (
        Question(("knee_left", "knee_right")),
        Question(("scalp",), only_itch=True),
    )


ANYWHERE = st.sampled_from(
    "tap type change same history keep each together later calm itchy sore cracked bleeding weeping healing joint done "
    "0 6 7 10 skip on left right both not_there state itch wish avoid light none remove home knee_left abdomen "
    "chest_left armpit_left head legs trunk_front back menu".split()
)
TYPED = st.sampled_from(
    ["/map", "left knee cracked, belly, chest left", "left knee calm 2/10", "armpit left itchy", "not the knee"]
)


@settings(max_examples=120, deadline=None)
@given(st.lists(ANYWHERE | TYPED, max_size=25))
def test_no_order_of_edits_gives_a_rule_looser_than_the_table(library: Library, acts: list[str]) -> None:
    talk = Talk(library).writes("/map")
    for act in acts:
        talk.writes(act) if " " in act or act[0] == "/" else talk.taps(act)
        world = talk.library.world
        for plaque in talk.map.values():
            kind = world.touch.kinds[world.body.areas[plaque.area].kind]
            rule = ruled(plaque, world.body, world.touch).rule
            assert rule == "avoid" or (
                kind.plaque == "light"
                and plaque.states
                and set(plaque.states) <= {"calm", "itchy"}
                and (plaque.itch is None or plaque.itch < 7)
                and (not kind.by_wish or plaque.wish == "light")
                and plaque.wish != "avoid"
            )


async def test_a_whole_talk_through_the_store_keeps_the_map(library: Library, tmp_path: Path) -> None:
    walker = Walker(library, tmp_path)
    for line in (
        "writes /start",
        "taps Next",
        "taps I understand",
        "taps I am 18 or older, and I agree",
        "writes /map",
    ):
        await walker.does(line)
    await walker.does("writes right shin weeping")
    seen = await walker.does("taps Yes, that's right")
    assert "RIGHT shin" in seen and "no oil" in seen


def test_the_words_of_the_picture_do_not_say_where_the_list_stands(library: Library) -> None:
    caption = library.words.shelf.phrases["file"]["map_png_caption"].casefold()
    assert not {"above", "below"} & set(re.findall(r"\w+", caption))
