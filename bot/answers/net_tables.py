"""The red-flag net built from its content file, with a sentence for every fault in it.

The grammar of a line, written for editors at the head of `content/en/red_flags.yaml`: words and <groups> follow one
another (small words may stand between), `..` lets two words pass and `...` five, ` + ` joins parts that stand near in
any order, ` & ` sections that stand anywhere in the message, `^` and `$` are the edges of a sentence, `a|b_c` is
either the word or the two words, `<group>|a` the group or the word. Of the signs in `two_of` any two make a line.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any

from bot.answers.net_values import (
    LEVELS,
    Context,
    Denials,
    Item,
    Line,
    Net,
    Part,
    Pattern,
    Section,
)
from bot.answers.text import COMMA, DASH, Spelling, fold, spelling_of

# Words of one syllable that double their last letter: stop, stopped; not swell, swelled, nor vomit, vomited.
_DOUBLES = re.compile("[^aeiou]*[aeiou][^aeiouwxy]")
_GROUPS = re.compile("<([^<>]*)>")  # the groups named in a line: <one> or <one|another>
GAPS = {"..": 2, "...": 5}  # so many words may pass where a line says so
ALWAYS = 10**9  # how common the edges of sentences are, more than any word
WITHIN = 9  # a line's parts joined by "+" lie within so many words


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
    """The word itself, or for "throb~" all of throb, throbs, throbbed, throbbing."""
    if not word.endswith("~"):
        return (word,)
    base = word[:-1]
    if base.endswith("e"):
        return (base, base + "s", base + "d", base[:-1] + "ing")
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return (base, base[:-1] + "ies", base[:-1] + "ied", base + "ing")
    plural = base + ("es" if base.endswith(("s", "x", "z", "ch", "sh")) else "s")
    stem = base + base[-1] if _DOUBLES.fullmatch(base) else base
    return (base, plural, stem + "ed", stem + "ing")


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


# --- building ------------------------------------------------------------------------------------------------------


class _Building:
    """A net while it grows: one bit for each group, the tree of phrases, the faults met."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self.tables = tables
        self.faults: list[str] = []
        self.bits: dict[str, int] = {}
        self.phrases: dict[str, Any] = {}
        self.words: set[str] = set()
        self.inner: set[str] = set()

    def net(self) -> Net:
        """The whole net. Patterns come first, because slips of the pen are read towards their words only."""
        numbers = tuple(self._numbers())
        patterns = self._patterns()
        alarming = frozenset(self.words)
        ways = tuple((pattern, line) for pattern in patterns for line in pattern.lines)
        net = Net(
            patterns=patterns,
            ways=ways,
            ways_by_group=self._by_group(ways),
            phrases=self.phrases,
            fillers=frozenset(fold(self.tables["fillers"]).split()),
            clause_ends=frozenset(_split(self.tables["clause_ends"])) | {COMMA, DASH},
            numbers=numbers,
            starts=self._bit("^"),
            ends=self._bit("$"),
            idioms=self._asides(self.tables["idioms"], "the idioms"),
            contexts=tuple(self._context(table) for table in self.tables["set_aside"]),
            denials=self._denials(self.tables["denials"]),
            spelling=self._spelling(alarming),
        )
        self._look_for_unused_groups()
        return net

    def _patterns(self) -> tuple[Pattern, ...]:
        """All patterns, worst level first and within a level in the file's order."""
        patterns = [self._pattern(table) for table in self.tables["patterns"]]
        return tuple(sorted(patterns, key=lambda pattern: LEVELS.index(pattern.level)))

    def _by_group(self, ways: Sequence[tuple[Pattern, Line]]) -> dict[int, tuple[int, ...]]:
        """The numbers of the lines under each group of their rarest item."""
        found: dict[int, list[int]] = {}
        common = self._commonness()
        for number, (_, line) in enumerate(ways):
            rarest = min(line.needs, key=lambda mask: sum(common.get(bit, 1) for bit in _bits(mask)), default=0)
            for bit in _bits(rarest):
                found.setdefault(bit, []).append(number)
        return {bit: tuple(numbers) for bit, numbers in found.items()}

    def _commonness(self) -> dict[int, int]:
        """How often each group is likely to be said: a word that stands in many groups is an everyday word."""
        common = {self._bit("^"): ALWAYS, self._bit("$"): ALWAYS}
        for mask in _masks(self.phrases):
            weight = mask.bit_count() ** 2
            for bit in _bits(mask):
                common[bit] = common.get(bit, 0) + weight
        return common

    def _spelling(self, alarming: frozenset[str]) -> Spelling:
        instead = {
            wrong: tuple(fold(right).split())
            for right, wrongs in self.tables["instead"].items()
            for wrong in fold(wrongs).split()
        }
        fillers = fold(self.tables["fillers"]).split()
        counted = self.words.union(fillers, *instead.values())
        return spelling_of(counted, alarming, self.tables["known_words"].split(), instead)

    # Words, phrases and groups.

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
        """The bit of a named group, under which its own phrases and those of groups inside it stand."""
        if name in self.bits:
            return self.bits[name]
        if name not in self.tables["groups"]:
            self.faults.append(f"red_flags: {where} names the group «{name}», which does not exist.")
            return 0
        bit = self._bit(name)
        for phrase in self._phrases_of(name, ()):
            self._add(phrase, bit, f"the group «{name}»")
        return bit

    def _phrases_of(self, name: str, within: tuple[str, ...]) -> Iterator[str]:
        """Every phrase of a group, those of groups named inside it included."""
        for part in _split(self.tables["groups"][name]):
            inner = part[1:-1]
            if not part.startswith("<"):
                yield part
            elif inner not in self.tables["groups"]:
                self.faults.append(f"red_flags: the group «{name}» names the group «{inner}», which does not exist.")
            elif inner in (*within, name):
                self.faults.append(f"red_flags: the group «{inner}» holds itself.")
            else:
                self.inner.add(inner)
                yield from self._phrases_of(inner, (*within, name))

    def _add(self, phrase: str, bit: int, where: str) -> None:
        """Takes in a phrase, in all its forms, under the bit of a group."""
        words = fold(phrase).split()
        if not words or not all(word.rstrip("~").isalnum() for word in words):
            self.faults.append(f"red_flags: {where} has «{phrase}», in which not all words are letters.")
            return
        for spelled in product(*(forms(word) for word in words)):
            self.words.update(spelled)
            node = self.phrases
            for word in spelled:
                node = node.setdefault(word, {})
            node[""] = node.get("", 0) | bit

    def _look_for_unused_groups(self) -> None:
        for name in self.tables["groups"]:
            if name not in self.bits and name not in self.inner:
                self.faults.append(f"red_flags: the group «{name}» is used nowhere.")

    # Lines.

    def _lines(self, texts: Iterable[str], where: str, within: int = WITHIN) -> tuple[Line, ...]:
        return tuple(self._line(text, where, within) for text in texts)

    def _asides(self, texts: Iterable[str], where: str, within: int = WITHIN) -> tuple[Line, ...]:
        """Lines that take something back; they must lie in one sentence, so they have no " & "."""
        texts = tuple(texts)
        for text in texts:
            if " & " in text:
                self.faults.append(f"red_flags: {where} has « & » in «{text}», where it has no meaning.")
        return self._lines(texts, where, within)

    def _line(self, text: str, where: str, within: int) -> Line:
        sections = tuple(
            Section(tuple(self._part(part, where) for part in section.split(" + ")), within)
            for section in text.split(" & ")
        )
        if not all(part for section in sections for part in section.parts):
            self.faults.append(f"red_flags: {where} has a line with nothing to look for: «{text}».")
        return Line(sections, tuple(item.groups for section in sections for part in section.parts for item in part))

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
            return self._bit(word)
        names = [name for inside in _GROUPS.findall(word) for name in inside.split("|")]
        literal = "|".join(part for part in _GROUPS.sub("", word).split("|") if part)
        mask = self._literal(literal, where) if literal else 0
        for name in names:
            mask |= self._group(name, where)
        return mask

    def _literal(self, word: str, where: str) -> int:
        """The bit of words written into a line itself: a group that only this spelling names."""
        name = f"'{word}'"
        if name not in self.bits:
            for either in word.split("|"):
                self._add(either.replace("_", " "), self._bit(name), where)
        return self._bit(name)

    # Patterns, contexts and denials.

    def _pattern(self, table: Mapping[str, Any]) -> Pattern:
        where, within = f"the pattern «{table['id']}»", int(table.get("within", WITHIN))
        return Pattern(
            id=table["id"],
            level=table["level"],
            topic=table["topic"],
            sources=tuple(table["sources"]),
            facts=tuple(table["facts"]),
            lines=self._lines([*table["lines"], *_pairs_of(table.get("two_of", ()))], where, within),
            unless=self._asides(table.get("unless", ()), where, within),
        )

    def _context(self, table: Mapping[str, Any]) -> Context:
        where, within = f"«{table['id']}» in set_aside", int(table.get("within", WITHIN))
        named = {name for pattern in self.tables["patterns"] for name in _names(pattern)}
        for name in table["of"]:
            if name not in named:
                self.faults.append(f"red_flags: {where} is of «{name}», which no pattern is or has.")
        return Context(
            id=table["id"],
            of=frozenset(table["of"]),
            lines=self._asides(table["lines"], where, within),
            unless=self._asides(table.get("unless", ()), where, within),
            clause=table.get("clause") == "yes",
        )

    def _denials(self, table: Mapping[str, Any]) -> Denials:
        masks = {name: self._phrases_under(name, table) for name in ("before", "not_denials", "through", "after")}
        signs = 0
        for name in table["signs"]:
            signs |= self._group(name, "«denials»")
        return Denials(
            **masks,
            signs=signs,
            lists=frozenset(_split(table["lists"])),
            ties=frozenset(_split(table["ties"])),
            turns=self._asides(table["turns"], "«denials»"),
        )

    def _phrases_under(self, name: str, table: Mapping[str, Any]) -> int:
        bit = self._bit(f"denials {name}")
        for phrase in _split(table[name]):
            self._add(phrase, bit, f"«{name}» in denials")
        return bit


def _masks(node: Mapping[str, Any]) -> Iterator[int]:
    """The groups of every phrase in a tree of phrases."""
    for word, below in node.items():
        if word:
            yield from _masks(below)
        else:
            yield below


def _bits(mask: int) -> Iterator[int]:
    """The single bits of a mask, lowest first."""
    while mask:
        yield mask & -mask
        mask &= mask - 1


def _pairs_of(signs: Iterable[str]) -> Iterator[str]:
    """The lines that find any two of these signs in one message."""
    return (f"{one} & {two}" for one, two in combinations(signs, 2))


def _names(pattern: Mapping[str, Any]) -> tuple[str, str, str]:
    return pattern["id"], pattern["level"], pattern["topic"]


# --- faults that can be seen before building ---------------------------------------------------------------------


_SECTIONS: Mapping[str, type] = {
    "fillers": str,
    "clause_ends": str,
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
_OPTIONAL = frozenset({"unless", "within", "clause", "two_of"})
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


def _key_faults(table: object, wanted: Mapping[str, type], besides: frozenset[str], where: str) -> Iterator[str]:
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
    level = table.get("level")
    if level not in LEVELS:
        yield f"red_flags: the pattern «{name}» has the level «{level}», which is none of {', '.join(LEVELS)}."
    if not str(table.get("within", WITHIN)).isdigit():
        yield f"red_flags: the pattern «{name}» has a «within» that is no number of words."
    two_of = table.get("two_of", ["one", "two"])
    if not isinstance(two_of, list) or len(two_of) < 2:
        yield f"red_flags: the pattern «{name}» has a «two_of» that is no list of at least two signs."
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
