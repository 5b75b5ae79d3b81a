"""The red-flag net: looked for first in everything a person types.

All words, patterns and sources are content (`content/en/red_flags.yaml`, where the rules for editors stand, too); this
file only knows how to look. What must stay true: the worst level wins (`LEVELS`), within one level the file's order;
any text gives an alarm or None and never an exception; a reading in doubt is an alarm.

How it looks: the text becomes words, every phrase of every group that occurs is a `Hit`, and a pattern is found when
one of its lines finds its hits in the right places and nothing takes the meaning away (a denial, an `unless`, or a
context that is set aside).
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise

from bot.answers.net_tables import NetProblem, net_from
from bot.answers.net_values import LEVELS, Context, Level, Line, Net, Part, Pattern, Section
from bot.answers.text import ASK, BREAKS, COMMA, DASH, ENDS

__all__ = ["LEVELS", "Alarm", "Level", "Net", "NetProblem", "alarms", "find", "net_from"]

SKIPS = 3  # so many small words may stand between two words of a phrase
REACH = 12  # a denial reaches so many words ahead
FAR = 25  # what takes a meaning away lies at most so many words from it
STAPLED = 2  # sentences of so few words are read on: "Can't. Breathe."


@dataclass(frozen=True)
class Alarm:
    """What a text sets off: how bad, about what, and the pattern that found it."""

    level: Level
    topic: str
    pattern: str


@dataclass(frozen=True)
class Hit:
    """A phrase found: its first word, the word after its last, and the groups it belongs to."""

    start: int
    end: int
    groups: int


Match = tuple[Hit, ...]


@dataclass(frozen=True)
class Seen:
    """A text made ready: words and breaks, hits by their groups, what covers each word, and each word's sentence."""

    words: list[str]
    kinds: dict[int, list[Hit]]
    present: int
    cover: list[int]
    sentence: list[int]
    net: Net
    held: dict[int, tuple[list[Hit], list[int]]] = field(default_factory=dict)
    said: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def of(self, groups: int, low: int = 0) -> Iterator[Hit]:
        """The hits of any of these groups that start at `low` or later, in order."""
        if groups not in self.held:
            hits = [hit for kind, found in self.kinds.items() if kind & groups for hit in found]
            hits.sort(key=_place)
            self.held[groups] = hits, [hit.start for hit in hits]
        hits, starts = self.held[groups]
        return islice(hits, bisect_left(starts, low), None)

    def spans(self, line: Line) -> list[tuple[int, int]]:
        """Where a line of one section begins and ends, each time it is said, in order."""
        if id(line) not in self.said:
            matches = _matches(line.sections[0], self) if _possible(line, self) else ()
            self.said[id(line)] = sorted((match[0].start, match[-1].end) for match in matches)
        return self.said[id(line)]


def find(text: str, net: Net) -> Alarm | None:
    """The worst alarm a text sets off, or None; never raises, whatever the text."""
    return next(alarms(text, net), None)


def alarms(text: str, net: Net) -> Iterator[Alarm]:
    """Every alarm a text sets off, worst first."""
    seen = _without_idioms(_see(_stapled(net.spelling.read(text)), net))
    told = ""
    for number in _worth_trying(seen):
        pattern, line = net.ways[number]
        if pattern.id != told and _says(line, seen, pattern):
            told = pattern.id
            yield Alarm(pattern.level, pattern.topic, pattern.id)


def _worth_trying(seen: Seen) -> list[int]:
    """The numbers of the lines of which the rarest group was said, worst first."""
    found = set[int]().union(*(seen.net.ways_of(groups) for groups in seen.kinds))
    return sorted(found)


# --- making a text ready -------------------------------------------------------------------------------------------


def _stapled(words: list[str]) -> list[str]:
    """The words with the stop between two very short sentences turned into a mere breath."""
    ends = [-1, *(at for at, word in enumerate(words) if word in ENDS), len(words)]
    short = {end for start, end in pairwise(ends) if 1 <= end - start - 1 <= STAPLED}
    for (_, end), (_, after) in pairwise(pairwise(ends)):
        if end in short and after in short and words[end] != ASK:
            words[end] = DASH
    return words


def _see(words: list[str], net: Net) -> Seen:
    kinds: dict[int, list[Hit]] = {}
    cover = [0] * len(words)
    present = 0
    for hit in _hits(words, net):
        kinds.setdefault(hit.groups, []).append(hit)
        present |= hit.groups
        for at in range(hit.start, hit.end):
            cover[at] |= hit.groups
    return Seen(words, kinds, present, cover, _sentences(words), net)


def _place(hit: Hit) -> tuple[int, int]:
    return hit.start, hit.end


def _sentences(words: list[str]) -> list[int]:
    """For each word, and for the place after the last, the number of its sentence."""
    numbers, now = [], 0
    for word in words:
        numbers.append(now)
        now += word in ENDS
    return [*numbers, numbers[-1] if numbers else 0]


def _hits(words: list[str], net: Net) -> Iterator[Hit]:
    yield from _edges(words, net)
    for start, word in enumerate(words):
        if word in net.phrases:
            yield from _phrases_from(start, words, net)
        if word[0].isdigit():
            yield from _number(start, word, net)


def _edges(words: list[str], net: Net) -> Iterator[Hit]:
    """Hits without width where sentences begin and end."""
    ends = [-1, *(at for at, word in enumerate(words) if word in ENDS), len(words)]
    for before, end in pairwise(ends):
        yield Hit(before + 1, before + 1, net.starts)
        yield Hit(end, end, net.ends)


def _phrases_from(start: int, words: list[str], net: Net) -> Iterator[Hit]:
    open_ends = [(net.phrases[words[start]], start + 1)]
    while open_ends:
        node, at = open_ends.pop()
        if "" in node:
            yield Hit(start, at, node[""])
        if len(node) == 1 and "" in node:
            continue
        for skipped in range(SKIPS + 1):
            if at + skipped >= len(words):
                break
            word = words[at + skipped]
            if word in node:
                open_ends.append((node[word], at + skipped + 1))
            if word not in net.fillers:
                break


def _number(at: int, word: str, net: Net) -> Iterator[Hit]:
    try:
        number = float(word)
    except ValueError:
        return
    groups = sum(mask for low, high, mask in net.numbers if low <= number <= high)
    if groups:
        yield Hit(at, at + 1, groups)


def _without_idioms(seen: Seen) -> Seen:
    """The same text with the words of every idiom struck out."""
    struck = {
        at
        for line in seen.net.idioms
        if _possible(line, seen)
        for match in _matches(line.sections[0], seen)
        for hit in match
        for at in range(hit.start, hit.end)
    }
    if not struck:
        return seen
    return _see(["_" if at in struck else word for at, word in enumerate(seen.words)], seen.net)


# --- finding a line ------------------------------------------------------------------------------------------------


def _possible(line: Line, seen: Seen) -> bool:
    return all(seen.present & need for need in line.needs)


def _says(line: Line, seen: Seen, pattern: Pattern) -> bool:
    """True when each section of the line has a match that stands."""
    return _possible(line, seen) and all(
        any(_stands(match, seen, pattern) for match in _matches(section, seen)) for section in line.sections
    )


def _matches(section: Section, seen: Seen) -> Iterator[Match]:
    first, *others = section.parts
    for match in _part_matches(first, seen):
        yield from _completed(match, others, section.within, seen)


def _completed(match: Match, others: list[Part], within: int, seen: Seen) -> Iterator[Match]:
    """The match with every other part added, all lying close enough together."""
    if not others:
        yield match
        return
    for more in _part_matches(others[0], seen, match[0].start - within, match[-1].end + within):
        joined = tuple(sorted((*match, *more), key=_place))
        if _close(joined, within, seen):
            yield from _completed(joined, others[1:], within, seen)


def _close(match: Match, within: int, seen: Seen) -> bool:
    """True when the hits do not share a word and lie in one sentence, at most `within` words apart."""
    start, end = match[0].start, match[-1].end
    apart = all(one.end <= two.start for one, two in pairwise(match))
    return apart and end - start <= within and not ENDS.intersection(seen.words[start:end])


def _part_matches(part: Part, seen: Seen, low: int = 0, high: int | None = None) -> Iterator[Match]:
    for hit in seen.of(part[0].groups, low):
        if high is not None and hit.start > high:
            return
        yield from _continued((hit,), part[1:], seen)


def _continued(match: Match, rest: Part, seen: Seen) -> Iterator[Match]:
    if not rest:
        yield match
        return
    item, after = rest[0], match[-1].end
    for hit in seen.of(item.groups, after):
        if hit.start > after + item.gap + 2 * SKIPS:
            return
        if _reachable(after, hit.start, item.gap, seen):
            yield from _continued((*match, hit), rest[1:], seen)


def _reachable(after: int, start: int, gap: int, seen: Seen) -> bool:
    """True when only small words lie between, or with a gap no more than `gap` others and no sentence's end."""
    between = seen.words[after:start]
    if not gap:
        return all(word in seen.net.fillers for word in between)
    return not ENDS.intersection(between) and sum(word not in seen.net.fillers for word in between) <= gap


# --- what takes the meaning away -----------------------------------------------------------------------------------


def _stands(match: Match, seen: Seen, pattern: Pattern) -> bool:
    return not (
        _denied(match, seen)
        or _near(pattern.unless, match, seen, clause=True)
        or any(_set_aside(context, pattern, match, seen) for context in seen.net.contexts)
    )


def _set_aside(context: Context, pattern: Pattern, match: Match, seen: Seen) -> bool:
    if context.of.isdisjoint((pattern.level, pattern.topic, pattern.id)):
        return False
    return _near(context.lines, match, seen, context.clause) and not _near(context.unless, match, seen)


def _near(lines: Iterable[Line], match: Match, seen: Seen, clause: bool = False) -> bool:
    """True when one of the lines is said in the match's sentence (or clause), not too many words away from it."""
    low, high = match[0].start - FAR, match[-1].end + FAR
    return any(
        _together(match, start, end, seen, clause)
        for line in lines
        for start, end in _between(low, high, seen.spans(line))
    )


def _between(low: int, high: int, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return spans[bisect_left(spans, (low, 0)) : bisect_left(spans, (high + 1, 0))]


def _together(match: Match, start: int, end: int, seen: Seen, clause: bool) -> bool:
    """True when nothing ends the sentence, or the clause, between the match and the span."""
    if seen.sentence[match[0].start] != seen.sentence[start]:
        return False
    if not clause:
        return True
    before, after = seen.words[start : match[0].start], seen.words[match[-1].end : end]
    return seen.net.clause_ends.isdisjoint(before) and seen.net.clause_ends.isdisjoint(after)


def _denied(match: Match, seen: Seen) -> bool:
    """True when one of the signs is denied and the sentence does not turn afterwards: "no chest pain, but ..."."""
    denied = _denied_after(match[-1].end, seen) or any(_denied_before(hit, match, seen) for hit in match)
    return denied and not _turns(match[-1].end, seen)


def _turns(after: int, seen: Seen) -> bool:
    return any(start >= after for line in seen.net.denials.turns for start, _ in seen.spans(line))


def _denied_after(after: int, seen: Seen) -> bool:
    """True for "chest pain: no" and "chest pain? none", but not for "chest pain no fever"."""
    at = after
    if at < len(seen.words) and seen.words[at] in (ASK, COMMA, DASH):
        at += 1
    if at >= len(seen.words) or not seen.cover[at] & seen.net.denials.after:
        return False
    return at + 1 >= len(seen.words) or seen.words[at + 1] in BREAKS


def _denied_before(hit: Hit, match: Match, seen: Seen) -> bool:
    """True when a denial stands before the hit with nothing but small words, or a list of signs, between.

    A hit that begins with a denial ("not fading") is a sign by itself: the "does" of "does not" must not take it back.
    """
    if hit.end > hit.start and seen.cover[hit.start] & seen.net.denials.before:
        return False
    own = {at for other in match for at in range(other.start, other.end)}
    joins = _joins(hit, match, seen)
    for at in range(hit.start - 1, max(-1, hit.start - 1 - REACH), -1):
        if at in own:
            return False
        if _denies(at, seen):
            return True
        if not _passes(at, seen, joins):
            return False
    return False


def _denies(at: int, seen: Seen) -> bool:
    denials, cover = seen.net.denials, seen.cover[at]
    return bool(cover & denials.before) and not cover & denials.not_denials


def _passes(at: int, seen: Seen, joins: frozenset[str]) -> bool:
    denials, word, cover = seen.net.denials, seen.words[at], seen.cover[at]
    if word in seen.net.fillers or cover & denials.through or word in joins:
        return True
    return bool(joins and cover & denials.signs)


def _joins(hit: Hit, match: Match, seen: Seen) -> frozenset[str]:
    """The words over which a denial reaches on: "no fever, chills or chest pain", "no fever and chest pain" (end)."""
    denials, end = seen.net.denials, match[-1].end
    near = set(seen.words[max(0, hit.start - REACH) : end + REACH])
    if not near.isdisjoint(denials.lists):
        return denials.lists | {COMMA}
    ended = end >= len(seen.words) or seen.words[end] in BREAKS
    return denials.ties if ended else frozenset()
