"""The red-flag net: nobody in danger is missed, and few who are well are frightened.

`red_flag_examples` in content holds the sentences the net was built with, `safety/` those of strangers; a pattern is
mended, never a sentence. The rules tested one by
one here are those at the head of `content/en/red_flags.yaml`.
"""

import random
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.net import LEVELS, Alarm, Level, Net, NetProblem, alarms, find, net_from
from bot.answers.net_tables import forms
from bot.answers.second_look import heard
from bot.answers.text import fold
from bot.library.reading import Library

HOME = Path(__file__).resolve().parent
SAFETY = HOME / "safety"
EXAMPLES = HOME.parent / "content/en/red_flag_examples"
TABLES: dict[str, Any] = yaml.load(
    (HOME.parent / "content/en/red_flags.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader
)
NET: Net = net_from(TABLES)


def sentences(name: str) -> list[str]:
    folder = SAFETY if name.startswith("strangers") else EXAMPLES
    return (folder / name).read_text(encoding="utf-8").splitlines()


def level(text: str) -> Level | None:
    alarm = find(text, NET)
    return alarm.level if alarm else None


def topic(text: str) -> str | None:
    alarm = find(text, NET)
    return alarm.topic if alarm else None


# --- the sentence sets ---------------------------------------------------------------------------------------------


def test_everyone_in_danger_is_heard() -> None:
    wanted = [tuple(line.split("\t")) for line in sentences("alarms.tsv")]
    heard = [(level(text), topic(text), text) for _, _, text in wanted]
    assert [pair for pair in zip(wanted, heard, strict=True) if pair[0] != pair[1]] == []


def test_nobody_who_is_well_is_frightened() -> None:
    rung = [(text, find(text, NET)) for text in sentences("calm.txt")]
    assert [(text, alarm) for text, alarm in rung if alarm] == []


# What the net says to a stranger's harmless sentence although nothing is wrong, each with the reason why it stays.
HARMLESS_BUT_RINGS: dict[str, str] = {}


def strangers(name: str) -> list[tuple[str, str]]:
    """The sentences of people who had not seen the net, with the level each deserves."""
    return [(level, text) for level, text in (line.split("\t", 1) for line in sentences(f"strangers_{name}_dev.tsv"))]


def test_strangers_in_danger_are_heard() -> None:
    heard = [(wanted, level(text), text) for wanted, text in strangers("alarms")]
    assert [row for row in heard if not row[1] or LEVELS.index(row[1]) > LEVELS.index(row[0])] == []


def test_strangers_who_are_well_are_not_frightened() -> None:
    rung = [(text, find(text, NET)) for _, text in strangers("lookalikes")]
    assert [(text, alarm) for text, alarm in rung if alarm and text not in HARMLESS_BUT_RINGS] == []


def test_strangers_nobody_tuned_for_are_mostly_heard_too(library: Library) -> None:
    """Floors a little beside what was measured once on the untouched half; README states the figures."""
    net, look = library.world.net, library.world.look
    wanted, well = (
        [line.split("\t", 1)[1] for line in sentences(f"strangers_{name}_held_out.tsv")]
        for name in ("alarms", "lookalikes")
    )
    missed = [said for said in wanted if heard(said, net, look) is None]
    frightened = [said for said in well if heard(said, net, look)]
    assert len(missed) <= 0.08 * len(wanted) and len(frightened) <= 0.06 * len(well)


def test_the_sets_are_wide_and_no_sentence_stands_twice() -> None:
    dangers, lookalikes = sentences("alarms.tsv"), sentences("calm.txt")
    texts = [line.split("\t")[2] for line in dangers] + lookalikes
    assert len(dangers) >= 300 and len(lookalikes) >= 300
    assert sorted({text for text in texts if texts.count(text) > 1}) == []


def test_every_topic_of_the_net_has_a_sentence() -> None:
    said = {line.split("\t")[1] for line in sentences("alarms.tsv")}
    assert {pattern.topic for pattern in NET.patterns} == said


@pytest.mark.parametrize("before", ["Hi, quick question. ", "my plaques are itchy. ", "I am 34. "])
def test_what_was_said_before_hides_nothing(before: str) -> None:
    lines = random.Random(11).sample(sentences("alarms.tsv"), 300)
    heard = [(line.split("\t")[0], level(before + line.split("\t")[2]), line) for line in lines]
    assert [line for wanted, found, line in heard if not found or LEVELS.index(found) > LEVELS.index(wanted)] == []


# --- how people write ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "I CAN'T BREATHE",
        "i can’t breathe",
        "i can´t breathe",
        "i can t breathe",
        "i cant breth",
        "cantbreathe",
        "i caaaan't breeeathe",
        "c a n t  b r e a t h e",
        "i can't 😭😭 breathe",
        "i can\u200bt bre\u200dathe",
        "ï çàn't bréàthe",
        "ｉ ｃａｎｔ ｂｒｅａｔｈｅ",
        "i саnt brеаthе",
        "Can't. Breathe.",
        "can't\nbreathe",
        "i cannot at all breathe",
    ],
)
def test_fear_does_not_spell(text: str) -> None:
    assert topic(text) == "breathing"


@pytest.mark.parametrize(
    "text",
    [
        "kms",
        "k.m.s",
        "s u i c i d e",
        "sui cide",
        "su1c1de",
        "sewerslide",
        "unal1ve",
        "k!ll myself",
        "im gonna kil myself",
    ],
)
def test_words_hidden_on_purpose_are_read(text: str) -> None:
    assert topic(text) == "suicide"


def test_a_call_for_help_may_be_a_picture() -> None:
    assert topic("🆘") == "call_for_help"
    assert level("😞🔪 me every night") == "crisis"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("hindi ako makahinga", "breathing"),
        ("me duele el pecho", "chest_pain"),
        ("meine Zunge ist geschwollen", "anaphylaxis"),
        ("seene mein dard", "chest_pain"),
        ("my papa no fit talk, im mouth don bend", "stroke"),
        ("quiero morir", "suicide"),
    ],
)
def test_fear_falls_back_on_the_mother_tongue(text: str, wanted: str) -> None:
    assert topic(text) == wanted


# --- the rules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "I have no chest pain",
        "I don't have chest pain or trouble breathing",
        "no fever, chills or chest pain",
        "no fever and no chest pain",
        "chest pain: no",
        "Chest pain? None",
        "my throat isn't closing",
        "no swelling of lips, tongue or throat",
        "never had suicidal thoughts, don't worry",
        "I am not going to kill myself",
        "no therapist ever touched me inappropriately",
        "I'm not pregnant but I have a severe headache",
        "humira, no fever, no cough",
    ],
)
def test_a_plain_denial_rings_nothing(text: str) -> None:
    assert level(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "no chest pain but it feels heavy",
        "no fever, chest pain since this morning",
        "not only chest pain but also dizzy",
        "no longer any chest pain",
        "I never had chest pain like this",
        "I don't know why my chest hurts",
        "nobody believes my chest pain",
        "without warning my throat swelled up",
        "chest pain no fever",
        "I don't smoke, I have chest pain",
        "not suicidal but I don't want to wake up tomorrow",
        "the rash does not fade under a glass",
    ],
)
def test_a_half_denial_still_rings(text: str) -> None:
    assert level(text) in ("emergency", "crisis")


@pytest.mark.parametrize(
    "text",
    [
        "is chest pain after massage normal?",
        "can massage cause chest pain?",
        "what is this pain in my chest",
        "my arm went weak for ten minutes, now it is fine again",
        "chest pain that went away",
        "what is happening, my throat is closing",
    ],
)
def test_a_question_about_a_sign_counts_as_the_sign(text: str) -> None:
    assert level(text) == "emergency"


@pytest.mark.parametrize(
    "text",
    [
        "what is anaphylaxis?",
        "what are the signs of a stroke",
        "can massage cause a stroke?",
        "how common are blood clots after massage",
        "my father had a stroke, can he have a massage?",
        "my grandmother had a stroke in 1990",
        "I had a blood clot five years ago",
        "my mother died of a stroke",
        "I used to have chest pains",
    ],
)
def test_an_illness_only_talked_about_or_long_past_rings_nothing(text: str) -> None:
    assert level(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "stroke",
        "could this be a stroke?",
        "my dad just had a stroke",
        "she's had a stroke",
        "I had a stroke in 2015 and now my face is drooping",
        "I had surgery years ago and my chest feels tight",
        "my throat was sore last week, now it is closing up",
    ],
)
def test_an_illness_of_today_rings_whatever_was_before(text: str) -> None:
    assert level(text) == "emergency"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I tried to kill myself in 2015", "crisis"),
        ("is suicide more common in psoriasis", "crisis"),
        ("I was suicidal years ago but sometimes it comes back", "crisis"),
        ("I was doing well but now I want to die", "crisis"),
        ("I was suicidal years ago, I am fine now", None),
        ("my uncle killed himself in 1995", None),
        ("a film about suicide", None),
    ],
)
def test_words_about_suicide_are_set_aside_only_when_they_say_so(text: str, wanted: str | None) -> None:
    assert level(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("my brother wants to end it", "somebody_else"),
        ("my wife is suicidal", "somebody_else"),
        ("my husband left me and I want to die", "suicide"),
        ("my brother killed himself and I want to follow him", "suicide"),
        ("my ex makes me want to kill myself", "suicide"),
    ],
)
def test_it_is_heard_whose_life_it_is(text: str, wanted: str) -> None:
    assert topic(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("should the therapist touch my breasts?", None),
        ("the therapist didn't touch my breasts", None),
        ("the therapist touched my breasts", "abuse"),
        ("is it normal that he massaged my breasts", "abuse"),
    ],
)
def test_touch_asked_about_is_a_question_and_touch_that_happened_is_none(text: str, wanted: str | None) -> None:
    assert level(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "I have psoriasis and my calf is swollen and sore",
        "my skin is dry, my leg is swollen and sore",
        "I had a knee replacement two years ago and my calf is swollen and hot",
        "psoriasis for 20 years and now pus spots all over",
    ],
)
def test_what_explains_one_thing_away_does_not_reach_the_next(text: str) -> None:
    assert level(text) == "today"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("she is burning up. She keeps drifting off", "emergency"),
        ("no fever at all, but his neck is stiff and the light hurts", "emergency"),
        ("she is burning up", None),
        ("her neck is stiff", None),
        ("he keeps drifting off, no fever", None),
    ],
)
def test_two_signs_of_a_list_are_an_alarm_and_one_of_them_is_none(text: str, wanted: str | None) -> None:
    assert level(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("what do you do if I write that my chest hurts", None),
        ("in the film the hero has a heart attack", None),
        ("while watching a film my chest went tight", "emergency"),
        ("I saw a film yesterday. Now my chest is tight", "emergency"),
    ],
)
def test_a_story_is_told_apart_from_what_happens_to_the_teller(text: str, wanted: str | None) -> None:
    assert level(text) == wanted


# --- which alarm wins ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I'm suicidal and my chest hurts", "emergency"),
        ("I took all my pills because I want to die", "emergency"),
        ("I want to take all my pills", "crisis"),
        ("he touched my private parts and I want to die", "crisis"),
        ("the therapist touched my breasts and my calf is swollen", "abuse"),
        ("my calf is swollen and suddenly I can't breathe", "emergency"),
    ],
)
def test_the_worst_danger_is_answered(text: str, wanted: str) -> None:
    assert level(text) == wanted


def test_an_overdose_is_an_emergency_of_its_own() -> None:
    assert find("I've taken an overdose", NET) == Alarm("emergency", "overdose", "overdose.taken")


def test_all_alarms_of_a_text_come_worst_first() -> None:
    ranks = [LEVELS.index(alarm.level) for alarm in alarms("chest pain, I want to die, my calf is swollen", NET)]
    assert ranks == sorted(ranks) and set(ranks) == {0, 1, 3}


# --- any text --------------------------------------------------------------------------------------------------------


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_no_text_makes_it_stumble(text: str) -> None:
    find(text, NET)


@given(st.lists(st.sampled_from([*sorted(NET.spelling.words), ".", ",", "?", "…", "\n", "38.5", "\ud800", "²"])))
@settings(max_examples=200, deadline=None)
def test_no_heap_of_its_own_words_makes_it_stumble(words: list[str]) -> None:
    find(" ".join(words), NET)


@given(st.text())
def test_what_is_folded_stays_folded(text: str) -> None:
    assert fold(fold(text)) == fold(text)


# --- faults of the tables --------------------------------------------------------------------------------------------


def faults_of(change: dict[str, Any], **of_first_pattern: Any) -> tuple[str, ...]:
    """The faults after some keys of the tables, and of their first pattern, were given other values."""
    tables = {**deepcopy(TABLES), **change}
    if of_first_pattern:
        tables["patterns"][0].update(of_first_pattern)
    with pytest.raises(NetProblem) as problem:
        net_from(tables)
    return problem.value.faults


FIRST = TABLES["patterns"][0]["id"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"lines": ["<nothing_such>"]}, f"the pattern «{FIRST}» names the group «nothing_such», which does not exist."),
        ({"lines": [" "]}, f"the pattern «{FIRST}» has a line with nothing to look for: « »."),
        ({"lines": []}, f"the pattern «{FIRST}» has an empty «lines»."),
        ({"lines": ["ca!t"]}, f"the pattern «{FIRST}» has «ca!t», in which not all words are letters."),
        ({"unless": ["a & b"]}, f"the pattern «{FIRST}» has « & » in «a & b», where it has no meaning."),
        ({"sources": []}, f"the pattern «{FIRST}» has an empty «sources»."),
        ({"sources": ["memory"]}, f"the pattern «{FIRST}» cites «memory», which is no S- number."),
        ({"facts": ["F-x"]}, f"the pattern «{FIRST}» cites «F-x», which is no F- number."),
        ({"topic": ""}, f"the pattern «{FIRST}» has an empty «topic»."),
        (
            {"two_of": ["<pain>"]},
            f"the pattern «{FIRST}» has a «two_of» that is no list of at least two signs.",
        ),
        ({"two_of": ["<pain>", "<no>"]}, f"the pattern «{FIRST}» names the group «no», which does not exist."),
        ({"lines": ["<no>|ache"]}, f"the pattern «{FIRST}» names the group «no», which does not exist."),
        ({"within": "near"}, f"the pattern «{FIRST}» has a «within» that is no number of words."),
        ({"colour": "red"}, f"the pattern «{FIRST}» has «colour», which is not known here."),
        ({"id": TABLES["patterns"][1]["id"]}, f"the id «{TABLES['patterns'][1]['id']}» is given twice."),
    ],
)
def test_an_editor_is_told_what_is_wrong_with_a_pattern(change: dict[str, Any], sentence: str) -> None:
    assert f"red_flags: {sentence}" in faults_of({}, **change)


def test_an_editor_is_told_of_a_level_that_does_not_exist() -> None:
    assert any("the level «dire», which is none of emergency" in fault for fault in faults_of({}, level="dire"))


@pytest.mark.parametrize(
    ("groups", "sentence"),
    [
        ({"spare": "words"}, "the group «spare» is used nowhere."),
        ({"pain": ""}, "the group «pain» holds no words."),
        ({"pain": "ache, <nowhere>"}, "the group «pain» names the group «nowhere», which does not exist."),
        ({"pain": "ache, <pain>"}, "the group «pain» holds itself."),
    ],
)
def test_an_editor_is_told_what_is_wrong_with_a_group(groups: dict[str, str], sentence: str) -> None:
    assert f"red_flags: {sentence}" in faults_of({"groups": {**TABLES["groups"], **groups}})


def test_an_editor_is_told_of_what_is_missing_and_of_what_is_unknown() -> None:
    assert "red_flags: the file has no «idioms», or it is no list." in faults_of({"idioms": "none"})
    assert "red_flags: the file has «jokes», which is not known here." in faults_of({"jokes": []})
    assert "red_flags: «denials» is missing or is no table." in faults_of({"denials": []})


def test_an_editor_is_told_of_a_number_that_is_no_range() -> None:
    numbers = {**TABLES["numbers"], "fever_point": "hot-hotter"}
    assert "red_flags: the numbers «fever_point» hold «hot-hotter», which is not a range." in faults_of(
        {"numbers": numbers}
    )


def test_an_editor_is_told_of_a_context_about_nothing() -> None:
    aside = [{**TABLES["set_aside"][0], "of": ["weather"]}]
    sentence = f"red_flags: «{aside[0]['id']}» in set_aside is of «weather», which no pattern is or has."
    assert sentence in faults_of({"set_aside": aside})


def test_all_faults_come_at_once() -> None:
    assert len(faults_of({"jokes": []}, sources=[], level="dire")) >= 3


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("throb~", ("throb", "throbs", "throbbed", "throbbing")),
        ("swell~", ("swell", "swells", "swelled", "swelling")),
        ("ache~", ("ache", "aches", "ached", "aching")),
        ("empty~", ("empty", "empties", "emptied", "emptying")),
        ("vomit~", ("vomit", "vomits", "vomited", "vomiting")),
        ("chest", ("chest",)),
    ],
)
def test_a_wavy_line_stands_for_the_forms_of_a_word(word: str, wanted: tuple[str, ...]) -> None:
    assert forms(word) == wanted
