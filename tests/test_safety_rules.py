"""The safety check as shipped: rules, words, and people written from the evidence (safety_people.yaml)."""

import copy
import re
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import textstat
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.care.safety import (
    LEVELS,
    SCREENS_AT_MOST,
    SafetyProblem,
    expires,
    judge,
    safety_table,
    screens_for,
    word_faults,
)

ROOT = Path(__file__).parent.parent
NOBODY: frozenset[str] = frozenset()


def read(path: str) -> Any:
    return yaml.load((ROOT / path).read_text(encoding="utf-8"), yaml.BaseLoader)


RAW = read("content/rules/safety.yaml")
WORDS = read("content/en/safety.yaml")
PEOPLE = read("tests/safety_people.yaml")
TABLE = safety_table(RAW)
FINDINGS = sorted(TABLE.findings)

# The longest sentence that may stand for the placeholders, so that lengths are measured at their worst.
LONGEST_LINE = "Call your local emergency number now. On some mobiles 112 or 911 may connect, but not everywhere."

# Every fact of the evidence's sections 2A to 2F, and those that no rule for an adult can rest on.
RED_FLAGS_AND_CAUTIONS = {f"F-{n:03d}" for n in (*range(44, 95), *range(268, 281))}
NOT_FOR_ADULTS = {
    "F-088": "about children; the check is for adults",
    "F-278": "about massage of children; the check is for adults",
    "F-089": "about newborns and babies; the check is for adults",
}

# Two findings that together weigh more than either alone, from the evidence; no other pair may.
IMMUNE = ("methotrexate", "immune", "jak", "steroid_tablets")
RAISED = {
    **{frozenset({"skin_all", sign}): "emergency" for sign in ("ill", "racing")},
    **{frozenset({"pus_all", sign}): "emergency" for sign in ("ill", "racing")},
    **{frozenset({"hot_skin", other}): "emergency" for other in ("ill", "spreading")},
    frozenset({"spreading", "ill"}): "emergency",
    **{
        frozenset({"racing", infection}): "emergency"
        for infection in (
            "ill",
            "sore_throat",
            "hot_skin",
            "spreading",
            "band",
            "rash",
            "skin_infection",
            "hot_joint",
        )
    },
    **{
        frozenset({pregnancy, medicine}): "today"
        for pregnancy in ("pregnant", "trying")
        for medicine in ("methotrexate", "acitretin")
    },
    **{frozenset({medicine, sign}): "today" for medicine in IMMUNE for sign in ("ill", "sore_throat", "contact")},
}


def ticks(*names: str) -> frozenset[str]:
    return frozenset(names)


def level_of(*names: str) -> str:
    return judge(ticks(*names), NOBODY, TABLE).level


def worse_or_same(level: str, than: str) -> bool:
    return LEVELS.index(level) <= LEVELS.index(than)


def spoken(text: str) -> str:
    """A text with short stand-ins for what the person's country decides."""
    return text.replace("{{ emergency_line }}", "Call 112 now.").replace(
        "{{ crisis_line }}", "In the UK you can call Samaritans on 116 123."
    )


# People


@pytest.mark.parametrize("person", PEOPLE, ids=[person["who"] for person in PEOPLE])
def test_each_person_gets_the_level_and_the_advice_that_the_evidence_asks_for(person: dict[str, Any]) -> None:
    ticked = frozenset(person.get("ticked", ()))
    assert ticked <= TABLE.findings.keys()
    verdict = judge(ticked, frozenset(person.get("unsure", ())), TABLE)
    assert verdict.level == person["level"]
    assert set(person.get("advice", ())) <= set(verdict.advice)


def test_the_people_are_many_and_each_rests_on_facts() -> None:
    assert len(PEOPLE) >= 120
    assert len({person["who"] for person in PEOPLE}) == len(PEOPLE)
    for person in PEOPLE:
        assert person["facts"], person["who"]
        assert all(re.fullmatch(r"F-\d{3}", fact) for fact in person["facts"])


def test_every_finding_is_ticked_by_one_of_the_people_and_every_rule_meets_one() -> None:
    assert {finding for person in PEOPLE for finding in person.get("ticked", ())} == TABLE.findings.keys()
    met = {
        reason.rule.id
        for person in PEOPLE
        for reason in judge(frozenset(person.get("ticked", ())), NOBODY, TABLE).because
    }
    assert {rule.id for rule in TABLE.rules} == met


# What must hold for everyone

some_findings = st.sets(st.sampled_from(FINDINGS), max_size=12).map(frozenset)
some_groups = st.sets(st.sampled_from(sorted(TABLE.groups))).map(frozenset)


@settings(max_examples=300, deadline=None)
@given(some_findings, some_groups, st.sampled_from(FINDINGS))
def test_one_more_tick_never_lowers_the_level_and_never_takes_advice_away(
    ticked: frozenset[str], unsure: frozenset[str], one_more: str
) -> None:
    before = judge(ticked, unsure, TABLE)
    after = judge(ticked | {one_more}, unsure, TABLE)
    assert worse_or_same(after.level, before.level)
    assert set(before.advice) <= set(after.advice)
    assert set(before.areas) <= set(after.areas)
    assert set(before.limits) <= set(after.limits)
    assert after.holds or not before.holds


@settings(max_examples=200, deadline=None)
@given(some_findings, some_groups, st.sampled_from(sorted(TABLE.groups)))
def test_not_being_sure_never_lowers_the_level_and_never_takes_advice_away(
    ticked: frozenset[str], unsure: frozenset[str], one_more: str
) -> None:
    before = judge(ticked, unsure, TABLE)
    after = judge(ticked, unsure | {one_more}, TABLE)
    assert worse_or_same(after.level, before.level)
    assert worse_or_same(after.level, "ask_first")
    assert set(before.advice) <= set(after.advice)


@settings(max_examples=200, deadline=None)
@given(some_findings, some_groups)
def test_reasons_stand_worst_first_and_no_advice_is_said_twice(ticked: frozenset[str], unsure: frozenset[str]) -> None:
    verdict = judge(ticked, unsure, TABLE)
    ranks = [LEVELS.index(reason.rule.level) for reason in verdict.because]
    assert ranks == sorted(ranks)
    assert len(set(verdict.advice)) == len(verdict.advice)
    assert {finding for reason in verdict.because for finding in reason.findings} == ticked
    assert {reason.group for reason in verdict.because if reason.group} == unsure


def test_every_pair_of_findings_keeps_what_each_says_alone_and_only_the_named_pairs_weigh_more() -> None:
    raised = {}
    for one, other in combinations(TABLE.findings, 2):
        both = judge(ticks(one, other), NOBODY, TABLE)
        alone = [judge(ticks(name), NOBODY, TABLE) for name in (one, other)]
        worst = min((verdict.level for verdict in alone), key=LEVELS.index)
        assert all(set(verdict.advice) <= set(both.advice) for verdict in alone)
        assert worse_or_same(both.level, worst)
        if both.level != worst:
            raised[ticks(one, other)] = both.level
    assert raised == RAISED


def test_someone_who_ticks_everything_gets_the_emergency_first_and_every_advice() -> None:
    verdict = judge(frozenset(FINDINGS), frozenset(TABLE.groups), TABLE)
    assert verdict.level == "emergency"
    assert verdict.because[0].rule.level == "emergency"
    assert set(verdict.advice) == {rule.advice for rule in (*TABLE.rules, *TABLE.unsure.values())}


# Levels and what they do


def test_someone_with_nothing_to_tick_may_have_a_gentle_massage() -> None:
    verdict = judge(NOBODY, NOBODY, TABLE)
    assert (verdict.level, verdict.because, verdict.advice) == ("gentle", (), ())
    assert not (verdict.blocks or verdict.asks or verdict.holds)


@pytest.mark.parametrize(
    ("finding", "blocks", "asks", "holds"),
    [
        ("breathing", True, False, True),
        ("limb", True, False, True),
        ("ill", True, False, False),
        ("flare", True, False, True),
        ("blood_thinner", False, True, False),
        ("light", False, False, False),
    ],
)
def test_the_level_decides_what_opens_what_asks_and_what_waits(
    finding: str, blocks: bool, asks: bool, holds: bool
) -> None:
    verdict = judge(ticks(finding), NOBODY, TABLE)
    assert (verdict.blocks, verdict.asks, verdict.holds) == (blocks, asks, holds)


def test_broken_skin_marks_the_area_not_the_body() -> None:
    verdict = judge(ticks("cracked"), NOBODY, TABLE)
    assert verdict.level == "gentle"
    assert verdict.areas == ("cracked",)


def test_a_medicine_beside_open_skin_has_no_place_on_the_map() -> None:
    assert judge(ticks("cracked", "methotrexate"), NOBODY, TABLE).areas == ("cracked",)


def test_a_clot_in_the_open_is_not_cleared_by_a_blood_thinner_and_an_old_one_asks_first() -> None:
    assert level_of("clot_recent") == level_of("clot_recent", "blood_thinner") == "not_now"
    assert level_of("clot_past") == "ask_first"


def test_light_treatment_is_no_reason_to_ask_first() -> None:
    assert level_of("light") == level_of("light", "pink") == "gentle"


def test_nobody_needs_a_clinicians_leave_because_of_the_past() -> None:
    assert level_of("trauma") == "gentle"


def test_the_card_learns_what_a_blood_thinner_means_for_touch() -> None:
    limits = judge(ticks("blood_thinner", "asthma"), NOBODY, TABLE).limits
    assert limits == ("light_only", "bruises_easily", "no_scent", "no_chamomile", "no_wintergreen")


def test_treatments_that_can_hide_a_reaction_ask_before_a_test_at_home() -> None:
    for finding in (*IMMUNE, "light", "pregnant"):
        assert "ask_before_home_test" in judge(ticks(finding), NOBODY, TABLE).limits, finding
    assert "no_home_test" in judge(ticks("severe_reaction"), NOBODY, TABLE).limits


def test_a_check_counts_for_thirty_days() -> None:
    now = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    assert expires(judge(NOBODY, NOBODY, TABLE), now) == now + timedelta(days=30)


def test_a_flare_a_fever_a_new_medicine_and_a_pregnancy_are_reasons_to_look_again() -> None:
    assert TABLE.look_again == {
        "flare": "flare",
        "fever": "ill",
        "new_medicine": "new_medicine",
        "pregnancy": "pregnant",
    }


# Not sure


@pytest.mark.parametrize("group", list(TABLE.groups))
def test_not_sure_where_a_sign_can_need_help_today_means_today_and_elsewhere_ask_first(group: str) -> None:
    urgent = any(TABLE.findings[name].alone in ("emergency", "today") for name in TABLE.groups[group].findings)
    verdict = judge(NOBODY, ticks(group), TABLE)
    assert verdict.level == ("today" if urgent else "ask_first")
    assert [reason.group for reason in verdict.because] == [group]


def test_not_sure_about_medicines_with_a_fever_means_today_and_says_both() -> None:
    verdict = judge(ticks("ill"), ticks("medicines"), TABLE)
    assert verdict.level == "today"
    assert {"unsure_today", "unsure_ask_first", "ill"} <= set(verdict.advice)


def test_a_tick_from_another_release_is_never_taken_for_nothing() -> None:
    assert judge(ticks("no_longer_asked"), NOBODY, TABLE).level == "today"
    assert judge(NOBODY, ticks("no_longer_a_group"), TABLE).level == "today"
    assert judge(ticks("no_longer_asked", "breathing"), NOBODY, TABLE).level == "emergency"


# Screens


def test_nobody_is_asked_more_than_eight_screens_and_no_screen_is_long() -> None:
    assert len(screens_for(frozenset(FINDINGS), TABLE)) <= SCREENS_AT_MOST == 8
    assert all(len(group.findings) <= 10 for group in TABLE.groups.values())


def test_emergencies_are_asked_before_anything_else_on_two_screens() -> None:
    order = list(TABLE.groups)
    for finding in TABLE.findings.values():
        if finding.alone == "emergency":
            assert order.index(finding.group) == 0, finding.id
    in_two = frozenset(TABLE.groups[order[0]].findings + TABLE.groups[order[1]].findings)
    for one, other in (pair for pair, level in RAISED.items() if level == "emergency" and "racing" not in pair):
        assert {one, other} <= in_two


def test_someone_without_allergies_is_not_shown_the_list_of_them() -> None:
    assert "allergies" not in screens_for(ticks("asthma"), TABLE)
    assert screens_for(ticks("allergy"), TABLE)[-1] == "allergies"
    assert screens_for(ticks("severe_reaction"), TABLE)[-1] == "allergies"


# Evidence


def test_every_red_flag_and_caution_of_the_evidence_is_behind_a_rule() -> None:
    cited = {fact for rule in TABLE.rules for fact in rule.facts}
    assert RED_FLAGS_AND_CAUTIONS - cited == NOT_FOR_ADULTS.keys()


def test_every_rule_cites_sources_by_id() -> None:
    for rule in (*TABLE.rules, *TABLE.unsure.values()):
        assert all(re.fullmatch(r"S-\d{2,3}", source) for source in rule.sources), rule.id
        assert all(re.fullmatch(r"F-\d{3}", fact) for fact in rule.facts), rule.id


# Words


def test_every_name_has_its_words_and_every_length_fits() -> None:
    assert word_faults(TABLE, WORDS) == ()


def test_each_advice_fits_even_with_the_longest_emergency_line() -> None:
    for name, advice in WORDS["advice"].items():
        text = re.sub(r"{{ \w+ }}", LONGEST_LINE, advice["now"])
        assert len(text) <= 400, name


def test_each_screen_text_is_short_and_offers_not_sure() -> None:
    for name, group in WORDS["groups"].items():
        assert len(group["ask"].split()) <= 60, name
        assert group["ask"].endswith("Tick all that fit. Not sure? Tick Not sure."), name


def test_words_read_at_grade_eight_or_below() -> None:
    texts = {name: advice["now"] for name, advice in WORDS["advice"].items()}
    texts |= {name: group["ask"] for name, group in WORDS["groups"].items()}
    grades = {name: textstat.flesch_kincaid_grade(spoken(text)) for name, text in texts.items()}
    assert {name: grade for name, grade in grades.items() if grade > 8} == {}


def test_an_emergency_begins_with_the_number() -> None:
    # What to do until help comes follows the number; in pregnancy the maternity unit comes first (F-270).
    after_the_number = {"anaphylaxis_until_help", "pregnancy_danger"}
    for rule in TABLE.rules:
        if rule.level == "emergency" and rule.advice not in after_the_number:
            assert WORDS["advice"][rule.advice]["now"].startswith("{{ emergency_line }}"), rule.id
    assert "{{ emergency_line }}" in WORDS["advice"]["pregnancy_danger"]["now"]


def test_only_the_two_known_placeholders_are_used() -> None:
    used = set(re.findall(r"{.*?}+", yaml.safe_dump(WORDS, width=10_000)))
    assert used == {"{{ emergency_line }}", "{{ crisis_line }}"}


def test_nobody_is_told_to_stop_skip_or_change_a_medicine() -> None:
    verbs, medicine = "stop|skip|pause|reduce|change|halve", "medicine|tablet|dose|cream|taking|methotrexate"
    told = re.compile(rf"(?<!n't )\b({verbs})\b(?! massage| to)[^.?!]*\b({medicine})")
    assert told.search("stop your tablets today.")
    for name, advice in WORDS["advice"].items():
        assert not told.search(" ".join(advice.values()).lower()), name


def test_redness_is_named_for_skin_of_every_colour() -> None:
    for text in (advice["now"] for advice in WORDS["advice"].values()):
        assert "redness" not in text or "dark" in text
    assert "darker" in WORDS["groups"]["today"]["ask"]


def test_each_answer_is_named_back_as_a_whole_sentence() -> None:
    for name, finding in WORDS["findings"].items():
        assert re.fullmatch(r"You said .+\.", finding["said"]), name
    for name, group in WORDS["groups"].items():
        assert re.fullmatch(r"You were not sure .+\.", group["unsure"]), name


# What an editor is told


def broken(change: Any) -> tuple[str, ...]:
    raw = copy.deepcopy(RAW)
    change(raw)
    with pytest.raises(SafetyProblem) as problem:
        safety_table(raw)
    return problem.value.faults


def first_rule(**changes: Any) -> Any:
    return lambda raw: raw["rules"][0].update(changes)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            first_rule(when=["broth"]),
            "safety: rule «breathing» names the finding «broth», which no group asks.",
        ),
        (first_rule(when="chest"), "safety: rule «breathing» needs «when», a list of names."),
        (first_rule(sources=[]), "safety: rule «breathing» needs «sources», a list of names."),
        (first_rule(facts=[]), "safety: rule «breathing» needs «facts», a list of names."),
        (first_rule(advice=""), "safety: rule «breathing» names no advice."),
        (first_rule(lvl="today"), "safety: rule «breathing» says «lvl», which no rule knows."),
        (first_rule(area="maybe"), "safety: rule «breathing» says «area: maybe»; write yes or no."),
        (
            first_rule(level="bad"),
            "safety: rule «breathing» has the level «bad»; "
            "it must be one of emergency, today, not_now, ask_first, gentle.",
        ),
        (
            first_rule(grade="good"),
            "safety: rule «breathing» has the grade «good»; "
            "begin each part with high, moderate, low, very low, expert opinion, no evidence.",
        ),
        (
            first_rule(limits=["no_fun"]),
            "safety: rule «breathing» names the limit «no_fun», which is not in the table's limits.",
        ),
        (first_rule(id="chest"), "safety: rule «chest» stands twice."),
        (lambda raw: raw["rules"][0].pop("id"), "safety: rule number 1 has no id."),
        (lambda raw: raw["rules"].pop(0), "safety: finding «breathing» has no rule of its own."),
        (lambda raw: raw.pop("rules"), "safety: the table needs «rules», a list."),
        (
            lambda raw: raw["groups"]["skin"]["findings"].append("chest"),
            "safety: finding «chest» stands twice.",
        ),
        (
            lambda raw: raw["groups"]["skin"].update(shown_if=["latex"]),
            "safety: group «skin» is shown if «latex», which no earlier group asks.",
        ),
        (
            lambda raw: raw["groups"].update(more={"findings": ["more"]}),
            "safety: there are 9 groups, and nobody is asked more than 8.",
        ),
        (lambda raw: raw["unsure"].pop("today"), "safety: unsure «today» is missing."),
        (
            lambda raw: raw["look_again"].update(fever="heat"),
            "safety: look_again «fever» names the finding «heat», which no group asks.",
        ),
        (
            lambda raw: raw.update(valid_days="a month"),
            "safety: valid_days is «a month»; write a number of days from 1 to 366.",
        ),
    ],
)
def test_an_editor_is_told_each_mistake_in_one_sentence(change: Any, sentence: str) -> None:
    assert sentence in broken(change)


def test_an_editor_is_told_all_mistakes_at_once() -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["valid_days"] = "0"
        raw["rules"][0]["level"] = "bad"
        del raw["rules"][1]["sources"]

    assert len(broken(change)) == 3 + 1  # «breathing» has lost its only rule with a level, and that is said too


@pytest.mark.parametrize("raw", [{}, {"groups": []}, {"groups": {"now": "all"}, "rules": ["x", {"id": ["y"]}]}])
def test_a_table_of_the_wrong_shape_is_a_fault_and_not_a_crash(raw: dict[str, Any]) -> None:
    with pytest.raises(SafetyProblem):
        safety_table(raw)


def test_an_editor_is_told_which_words_are_missing_or_too_long() -> None:
    words = copy.deepcopy(WORDS)
    del words["findings"]["chest"]
    words["findings"]["throat"]["label"] = "x" * 39
    words["advice"]["limb"].pop("now")
    words["advice"]["nobody"] = {"now": "Hello."}
    words["groups"]["now"]["colour"] = "red"
    assert set(word_faults(TABLE, words)) == {
        "safety words: findings «chest» is missing.",
        "safety words: findings «throat» has a label of 39 characters; 38 fit.",
        "safety words: advice «limb» has no «now».",
        "safety words: advice «nobody» has no place in the rules.",
        "safety words: groups «now» says «colour», which nobody reads.",
    }
