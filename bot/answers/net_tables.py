"""The tables of the red-flag net as values, and how they are built from the content file.

The grammar of a line, written for editors at the head of `content/en/red_flags.yaml`: words and <groups> follow one
another (small words may stand between), `..` lets two words pass and `...` five, ` + ` joins parts that stand near in any order,
` & ` parts that stand anywhere in the message, `^` and `$` are the edges of a sentence, `a|b` is either.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, get_args

from bot.answers.text import Spelling, fold, spelling_of

Level = Literal["emergency", "crisis", "abuse", "today"]
# Worst first. A physical emergency outranks a crisis: "I took the pills to die" needs the ambulance first.
LEVELS: tuple[Level, ...] = get_args(Level)

GAPS = {"..": 2, "...": 5}  # so many words may pass where a line says so
WITHIN = 9  # a line's parts joined by "+" lie within so many words


@dataclass(frozen=True)
class Item:
    """One step of a part: any group of the bit mask `groups`, at most `gap` words after the step before."""

    groups: int
    gap: int


Part = tuple[Item, ...]


@dataclass(frozen=True)
class Section:
    """Parts in any order within `within` words of one sentence."""

    parts: tuple[Part, ...]
    within: int


@dataclass(frozen=True)
class Line:
    """One way to say a thing: sections that may stand anywhere in the message; `needs` are all masks of its items."""

    sections: tuple[Section, ...]
    needs: tuple[int, ...]


@dataclass(frozen=True)
class Pattern:
    """One alarm, the lines that find it, and the lines in the same sentence that take it back."""

    id: str
    level: Level
    topic: str
    sources: tuple[str, ...]
    facts: tuple[str, ...]
    lines: tuple[Line, ...]
    unless: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Context:
    """A kind of sentence in which alarms of `of` (levels, topics or pattern ids) are set aside."""

    id: str
    of: frozenset[str]
    lines: tuple[Line, ...]
    unless: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Denials:
    """The masks by which a sign is denied; the head of the content file says what each is for."""

    before: int
    not_denials: int
    through: int
    signs: int
    lists: frozenset[str]
    ties: frozenset[str]
    after: int
    turns: tuple[Line, ...]


@dataclass(frozen=True)
class Net:
    """Everything needed to look; built once, by `net_from`."""

    patterns: tuple[Pattern, ...]
    spelling: Spelling
    phrases: Mapping[str, Any]
    fillers: frozenset[str]
    numbers: tuple[tuple[float, float, int], ...]
    starts: int
    ends: int
    idioms: tuple[Line, ...]
    contexts: tuple[Context, ...]
    denials: Denials


class NetProblem(Exception):
    """The tables of the net are faulty; `faults` holds one sentence for each mistake."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)



def net_from(tables: Mapping[str, Any]) -> Net:
    """The net that the content file describes; raises NetProblem with a sentence for every fault in it."""
    faults = list(_shape_faults(tables))
    if faults:
        raise NetProblem(faults)
    building = _Building(tables)
    net = building.net()
    if building.faults:
        raise NetProblem(building.faults)
    return net


# --- words and phrases ---------------------------------------------------------------------------------------------


def forms(word: str) -> tuple[str, ...]:
    """The word itself, or for "swell~" all of swell, swells, swelled, swelling, swellin."""
    if not word.endswith("~"):
        return (word,)
    base = word[:-1]
    if base.endswith("e"):
        return (base, base + "s", base + "d", base[:-1] + "ing", base[:-1] + "in")
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return (base, base[:-1] + "ies", base[:-1] + "ied", base + "ing", base + "in")
    plural = base + ("es" if base.endswith(("s", "x", "z", "ch", "sh")) else "s")
    return (base, plural, *(stem + end for stem in _stems(base) for end in ("ed", "ing", "in")))


def _stems(base: str) -> tuple[str, ...]:
    """The word, and with its last letter doubled where English may do so: throb, throbb."""
    vowel, last = base[-2:-1] in "aeiou", base[-1:]
    return (base, base + last) if vowel and last not in "aeiouwxy" and base[-3:-2] not in "aeiou" else (base,)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


# --- building ------------------------------------------------------------------------------------------------------


class _Building:
    """A net while it grows: one bit for each group, the tree of phrases, and the faults met."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self.tables = tables
        self.faults: list[str] = []
        self.bits: dict[str, int] = {}
        self.phrases: dict[str, Any] = {}
        self.words: set[str] = set()
        self.open: list[str] = []

    def net(self) -> Net:
        tables = self.tables
        starts, ends = self._bit("^"), self._bit("$")
        numbers = tuple(self._numbers())
        for name in tables["groups"]:
            self._group(name, "the groups")
        fillers = frozenset(word for part in _split(fold(tables["fillers"])) for word in part.split())
        patterns = [self._pattern(table) for table in tables["patterns"]]
        return Net(
            patterns=tuple(sorted(patterns, key=lambda pattern: LEVELS.index(pattern.level))),
            phrases=self.phrases,
            fillers=fillers,
            numbers=numbers,
            starts=starts,
            ends=ends,
            idioms=self._lines(tables["idioms"], "the idioms"),
            contexts=tuple(self._context(table) for table in tables["set_aside"]),
            denials=self._denials(tables["denials"]),
            spelling=self._spelling(fillers),
        )

    def _spelling(self, fillers: frozenset[str]) -> Spelling:
        instead = {
            wrong: tuple(fold(right).split())
            for right, wrongs in self.tables["instead"].items()
            for wrong in fold(wrongs).split()
        }
        read = {word for words in instead.values() for word in words}
        return spelling_of(self.words | fillers | read, self.tables["known_words"].split(), instead)

    def _bit(self, name: str) -> int:
        return self.bits.setdefault(name, 1 << len(self.bits))

    def _numbers(self) -> Iterator[tuple[float, float, int]]:
        for name, ranges in self.tables["numbers"].items():
            for text in _split(ranges):
                low, dash, high = text.partition("-")
                try:
                    yield float(low), float(high if dash else low), self._bit(name)
                except ValueError:
                    self.faults.append(f"red_flags: the numbers «{name}» hold «{text}», which is not a range.")

    def _group(self, name: str, where: str) -> int:
        """The mask of a named group: its own bit, under which all its phrases and those of groups inside stand."""
        if name in self.bits:
            return self.bits[name]
        if name not in self.tables["groups"]:
            self.faults.append(f"red_flags: {where} name the group «{name}», which does not exist.")
            return 0
        bit = self._bit(name)
        for phrase in self._phrases_of(name):
            self._add(phrase, bit, f"the group «{name}»")
        return bit

    def _phrases_of(self, name: str) -> Iterator[str]:
        """Every phrase of a group, those of groups named inside it included."""
        if name in self.open:
            self.faults.append(f"red_flags: the group «{name}» holds itself.")
            return
        self.open.append(name)
        for part in _split(self.tables["groups"][name]):
            inner = part[1:-1]
            if not part.startswith("<"):
                yield part
            elif inner in self.tables["groups"]:
                yield from self._phrases_of(inner)
            else:
                self.faults.append(
                    f"red_flags: the group «{name}» names the group «{inner}», which does not exist."
                )
        self.open.pop()

    def _add(self, phrase: str, bit: int, where: str) -> None:
        words = fold(phrase).split()
        if not all(word.rstrip("~").isalnum() for word in words):
            self.faults.append(f"red_flags: {where} hold «{phrase}», in which not all words are letters.")
            return
        for spelled in product(*(forms(word) for word in words)):
            self.words.update(spelled)
            node = self.phrases
            for word in spelled:
                node = node.setdefault(word, {})
            node[""] = node.get("", 0) | bit

    # Lines, patterns, contexts and denials.

    def _lines(self, texts: Iterable[str], where: str, within: int = WITHIN) -> tuple[Line, ...]:
        return tuple(self._line(text, where, within) for text in texts)

    def _line(self, text: str, where: str, within: int) -> Line:
        sections = tuple(
            Section(tuple(self._part(part, where) for part in section.split(" + ")), within)
            for section in text.split(" & ")
        )
        items = [item.groups for section in sections for part in section.parts for item in part]
        if not items or not all(part for section in sections for part in section.parts):
            self.faults.append(f"red_flags: {where} have a line with nothing to look for: «{text}».")
        return Line(sections, tuple(items))

    def _part(self, text: str, where: str) -> Part:
        items, gap = [], 0
        for word in text.split():
            if word in GAPS:
                gap = GAPS[word]
                continue
            items.append(Item(self._mask(word, where), gap))
            gap = 0
        return tuple(items)

    def _mask(self, word: str, where: str) -> int:
        if word in ("^", "$"):
            return self.bits[word]
        if word.startswith("<") and word.endswith(">"):
            mask = 0
            for name in word[1:-1].split("|"):
                mask |= self._group(name, where)
            return mask
        return self._literal(word, where)

    def _literal(self, word: str, where: str) -> int:
        """The mask of words written into a line themselves; they are a group that only this spelling names."""
        name = f"'{word}'"
        if name not in self.bits:
            for either in word.split("|"):
                self._add(either, self._bit(name), where)
        return self._bit(name)

    def _pattern(self, table: Mapping[str, Any]) -> Pattern:
        where = f"the lines of «{table['id']}»"
        within = int(table.get("within", WITHIN))
        return Pattern(
            id=table["id"],
            level=table["level"],
            topic=table["topic"],
            sources=tuple(table["sources"]),
            facts=tuple(table["facts"]),
            lines=self._lines(table["lines"], where, within),
            unless=self._lines(table.get("unless", ()), where, within),
        )

    def _context(self, table: Mapping[str, Any]) -> Context:
        where = f"the lines of «{table['id']}»"
        named = {name for pattern in self.tables["patterns"] for name in _names(pattern)}
        for name in table["of"]:
            if name not in named:
                self.faults.append(f"red_flags: «{table['id']}» is of «{name}», which no pattern is or has.")
        return Context(
            id=table["id"],
            of=frozenset(table["of"]),
            lines=self._lines(table["lines"], where, int(table.get("within", WITHIN))),
            unless=self._lines(table.get("unless", ()), where),
        )

    def _denials(self, table: Mapping[str, Any]) -> Denials:
        masks = {}
        for name in ("before", "not_denials", "through", "after"):
            masks[name] = self._bit(f"denials {name}")
            for phrase in _split(table[name]):
                self._add(phrase, masks[name], f"the denials «{name}»")
        signs = 0
        for name in table["signs"]:
            signs |= self._group(name, "the signs of the denials")
        return Denials(
            **masks,
            signs=signs,
            lists=frozenset(_split(table["lists"])),
            ties=frozenset(_split(table["ties"])),
            turns=self._lines(table["turns"], "the turns of the denials"),
        )


def _names(pattern: Mapping[str, Any]) -> tuple[str, str, str]:
    return pattern["id"], pattern["level"], pattern["topic"]


# --- faults that can be seen before building ---------------------------------------------------------------------


_SECTIONS: Mapping[str, type] = {
    "fillers": str,
    "known_words": str,
    "instead": dict,
    "numbers": dict,
    "groups": dict,
    "idioms": list,
    "denials": dict,
    "set_aside": list,
    "patterns": list,
}
_DENIALS: Mapping[str, type] = {
    "before": str,
    "not_denials": str,
    "through": str,
    "after": str,
    "lists": str,
    "ties": str,
    "signs": list,
    "turns": list,
}
_PATTERN: Mapping[str, type] = {
    "id": str,
    "level": str,
    "topic": str,
    "sources": list,
    "facts": list,
    "lines": list,
}
_CONTEXT: Mapping[str, type] = {"id": str, "of": list, "lines": list}
_KINDS: Mapping[type, str] = {str: "text", list: "list", dict: "table"}
_MAY_BE_EMPTY = frozenset({"idioms", "set_aside", "instead", "numbers", "turns", "known_words"})
_OPTIONAL = frozenset({"unless", "within"})
_ABOUT = frozenset({"language", "compiled", "reviewed_by", "review_by", "always"})


def _shape_faults(tables: Mapping[str, Any]) -> Iterator[str]:
    """What is missing, of the wrong kind, named twice or not known, one sentence each."""
    yield from _key_faults(tables, _SECTIONS, _ABOUT, "the file")
    yield from _key_faults(tables.get("denials"), _DENIALS, frozenset(), "«denials»")
    for name, text in _pairs(tables, "groups"):
        if not isinstance(text, str) or not _split(text):
            yield f"red_flags: the group «{name}» holds no words."
    ids: list[str] = []
    for table in _entries(tables, "patterns"):
        ids.append(_id(table))
        yield from _key_faults(table, _PATTERN, _OPTIONAL, f"the pattern «{_id(table)}»")
        yield from _pattern_faults(table)
    for table in _entries(tables, "set_aside"):
        ids.append(_id(table))
        yield from _key_faults(table, _CONTEXT, _OPTIONAL, f"«{_id(table)}» in set_aside")
    yield from (f"red_flags: the id «{name}» is given twice." for name in sorted(set(ids)) if ids.count(name) > 1)


def _key_faults(
    table: object, wanted: Mapping[str, type], besides: frozenset[str], where: str
) -> Iterator[str]:
    if not isinstance(table, Mapping):
        yield f"red_flags: {where} is missing or is no table."
        return
    for key, kind in wanted.items():
        if not isinstance(table.get(key), kind):
            yield f"red_flags: {where} has no «{key}», or it is no {_KINDS[kind]}."
        elif not table[key] and key not in _MAY_BE_EMPTY:
            yield f"red_flags: {where} has an empty «{key}»."
    for key in table:
        if key not in wanted and key not in besides:
            yield f"red_flags: {where} has «{key}», which is not known here."


def _pattern_faults(table: Mapping[str, Any]) -> Iterator[str]:
    name = _id(table)
    if table.get("level") not in LEVELS:
        yield f"red_flags: the pattern «{name}» has the level «{table.get('level')}», which is none of {', '.join(LEVELS)}."
    if not str(table.get("within", WITHIN)).isdigit():
        yield f"red_flags: the pattern «{name}» has a «within» that is no number of words."
    yield from _code_faults(table.get("sources"), "S-", f"the pattern «{name}»")
    yield from _code_faults(table.get("facts"), "F-", f"the pattern «{name}»")


def _code_faults(codes: object, start: str, where: str) -> Iterator[str]:
    for code in codes if isinstance(codes, list) else []:
        if not (str(code).startswith(start) and str(code)[2:].isdigit()):
            yield f"red_flags: {where} cites «{code}», which is no {start} number."


def _entries(tables: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    entries = tables.get(key)
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []


def _pairs(tables: Mapping[str, Any], key: str) -> Iterable[tuple[str, object]]:
    table = tables.get(key)
    return table.items() if isinstance(table, Mapping) else ()


def _id(table: Mapping[str, Any]) -> str:
    return str(table.get("id", "without id"))
