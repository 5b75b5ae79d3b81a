"""The tables behind the plaque map, read and checked with their words: areas, rules of touch, what people type."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.care.body import Body, BodyProblem, body_table
from bot.care.body_pieces import Lexicon, Sort, lexicon_of
from bot.care.plaques import STATES, TOUCHES
from bot.care.rule_tables import strange_keys, word_faults
from bot.care.safety import SafetyTable
from bot.care.touch import UNKNOWN, UNSAID, TouchProblem, TouchTable, touch_table
from bot.library.graph_check import unfit_key
from bot.library.problems import Fault

AREAS, TOUCH, WORDS = "body/areas.yaml", "rules/touch.yaml", "areas.yaml"
RULES = (AREAS, TOUCH)
# What a rule may rest on besides a state or a kind of place.
REASONS = ("itch", "wish", "by_wish", "never_with", UNKNOWN, UNSAID)
SORTS: Mapping[str, tuple[Sort, str]] = {
    "left": ("side", "left"),
    "right": ("side", "right"),
    "both": ("side", "both"),
    "seen": ("seen", ""),
    "not": ("not", ""),
    "not_meant": ("notmeant", ""),
    "clear": ("clear", ""),
    "or": ("or", ""),
    "and": ("and", ""),
    "breaks": ("break", ""),
    "are": ("are", ""),
    "itch_words": ("itch", ""),
    "not_itch_words": ("notitch", ""),
    "everywhere": ("everywhere", ""),
    "compares": ("compare", ""),
    "belongs": ("filler", "belongs"),
    "fillers": ("filler", ""),
}
SMALL = ("letter_left", "letter_right", "right_before", "right_after", "left_before", "left_after", "others", "numbers")
SECTIONS = ("sides", "regions", "areas", "groups", "states", "touch", "reasons", "with_light", "typing")


@dataclass(frozen=True)
class BodyTables:
    """The areas, the rules of touch and the words that people type for them."""

    body: Body
    touch: TouchTable
    lexicon: Lexicon


def body_tables(
    files: Mapping[str, Any], language: str, unread: Collection[str], safety: SafetyTable | None, faults: list[Fault]
) -> BodyTables | None:
    """The tables, or None with every fault of them and of their words added."""
    words = f"{language}/{WORDS}"
    if safety is None or {AREAS, TOUCH, words} & set(unread):
        return None
    try:
        body = body_table(files[AREAS])
    except BodyProblem as problem:
        faults += [Fault(AREAS, sentence) for sentence in problem.faults]
        return None
    try:
        touch = touch_table(files[TOUCH], body, safety.limits, safety.findings)
    except TouchProblem as problem:
        faults += [Fault(TOUCH, sentence) for sentence in problem.faults]
        return None
    wrong = list(area_word_faults(files[words], body, touch))
    faults += [Fault(words, sentence) for sentence in wrong]
    return None if wrong else BodyTables(body, touch, lexicon_from(files[words], body))


def area_word_faults(words: Mapping[str, Any], body: Body, touch: TouchTable) -> Iterator[str]:
    """What the words of the map lack, have too much of, or say of two things at once."""
    yield from strange_keys(words, SECTIONS, "areas")
    yield from (f"areas: region «{name}»: {wrong}" for name in body.regions if (wrong := unfit_key(name)))
    yield from side_faults(words, body)
    yield from word_faults(words, "regions", body.regions, ("name",), "areas")
    yield from word_faults(words, "touch", TOUCHES, ("says", "short"), "areas")
    avoided = {name for name, kind in touch.kinds.items() if kind.plaque == "avoid"}
    needed = {*REASONS, *avoided, *(name for name, rule in touch.states.items() if rule.rule == "avoid")}
    yield from word_faults(words, "reasons", needed, ("says",), "areas")
    beside = {kind.with_light for kind in touch.kinds.values() if kind.with_light}
    yield from word_faults(words, "with_light", beside, ("says",), "areas")
    yield from said_faults(words, "groups", body.groups, ("name",))
    yield from said_faults(words, "states", STATES, ("label", "says"))
    yield from typing_faults(words)
    yield from twice_said(words)


def side_faults(words: Mapping[str, Any], body: Body) -> Iterator[str]:
    """Areas without names, and sided names that do not say their side."""
    sides = part_of(words, "sides")
    for side in ("left", "right"):
        if not sides.get(side):
            yield f"areas: sides «{side}» is missing."
    paired = {area.base for area in body.areas.values() if area.side}
    single = {area.base for area in body.areas.values() if not area.side}
    entries = part_of(words, "areas")
    split = [{k: v for k, v in entries.items() if (k in single) == alone} for alone in (True, False)]
    yield from said_faults({"areas": split[0]}, "areas", single, ("name",))
    yield from said_faults({"areas": split[1]}, "areas", paired, ("left", "right", "both", "one"))
    for base in sorted(paired & entries.keys()):
        for side, said in sides.items():
            name = entries[base].get(side, "") if isinstance(entries[base], Mapping) else ""
            others = [other for key, other in sides.items() if key != side]
            if name and (said not in name or any(other in name for other in others)):
                yield f"areas: «{name}» is the {side} «{base}» and must say «{said}» and no other side."


def said_faults(words: Mapping[str, Any], key: str, wanted: Collection[str], parts: tuple[str, ...]) -> Iterator[str]:
    """Missing names, and what people type for them that is no list of phrases."""
    entries = part_of(words, key)
    bare = {
        name: {part: text for part, text in entry.items() if part != "said"} if isinstance(entry, Mapping) else entry
        for name, entry in entries.items()
    }
    yield from word_faults({key: bare}, key, wanted, parts, "areas")
    for name, entry in entries.items():
        if isinstance(entry, Mapping) and not is_phrases(entry.get("said")):
            yield f"areas: {key} «{name}» needs «said», a list of what people type."


def part_of(words: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The section of that name; empty when it is none."""
    held = words.get(key)
    return held if isinstance(held, Mapping) else {}


def is_phrases(value: Any) -> bool:
    """Whether it is a list of texts with something in each."""
    return isinstance(value, list) and bool(value) and all(isinstance(text, str) and text.strip() for text in value)


def typing_faults(words: Mapping[str, Any]) -> Iterator[str]:
    """Small words that are missing, and lists that nobody reads."""
    typing = part_of(words, "typing")
    for key in (*SORTS, *SMALL):
        if not is_phrases(typing.get(key)):
            yield f"areas: typing needs «{key}», a list of words."
    if not isinstance(typing.get("irregular", {}), Mapping):
        yield "areas: «irregular» must lead from a word to what it is read as."
    yield from strange_keys(typing, (*SORTS, *SMALL, "irregular"), "areas: typing")


def twice_said(words: Mapping[str, Any]) -> Iterator[str]:
    """Phrases that would stand for two places, so that one of them could never be named."""
    owner: dict[str, str] = {}
    for key in ("areas", "groups", "states"):
        entries = part_of(words, key)
        for name, entry in entries.items():
            said = entry.get("said") if isinstance(entry, Mapping) else None
            for phrase in said if isinstance(said, list) and is_phrases(said) else ():
                other = owner.setdefault(phrase, name)
                if other != name:
                    yield f"areas: «{phrase}» is said for «{other}» and for «{name}»."


def lexicon_from(words: Mapping[str, Any], body: Body) -> Lexicon:
    """The lexicon of words that have no faults."""
    said: dict[Sort, dict[str, list[str]]] = {
        "area": {name: entry["said"] for name, entry in words["areas"].items()},
        "group": {name: entry["said"] for name, entry in words["groups"].items()},
        "state": {name: entry["said"] for name, entry in words["states"].items()},
    }
    typing = words["typing"]
    for key, (sort, name) in SORTS.items():
        said.setdefault(sort, {})[name] = typing[key]
    small = {key: typing[key] for key in SMALL}
    paired = [name for name, entry in words["areas"].items() if "both" in entry]
    members = {name: frozenset(body.areas[key].base for key in keys) for name, keys in body.groups.items()}
    return lexicon_of(said, small, typing.get("irregular", {}), paired, members)


def body_sources(tables: BodyTables) -> Iterator[str]:
    """Every source the rules of touch rest on."""
    yield from tables.touch.sources
    for state in tables.touch.states.values():
        yield from state.sources
    for kind in tables.touch.kinds.values():
        yield from kind.sources


def body_source_faults(tables: BodyTables | None, sources: Collection[str]) -> Iterator[Fault]:
    """Sources that are not in sources.yaml."""
    for source in sorted(set(body_sources(tables))) if tables else ():
        if source not in sources:
            yield Fault(TOUCH, f"the source «{source}» is not in sources.yaml.")
