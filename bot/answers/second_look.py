"""A second look at what no pattern of the net hears: does it read like people in danger, or like people who are well?

Multinomial evidence added up over stems and pairs of neighbours, as naive Bayes does (Manning, Raghavan & Schütze 2008,
chapter 13), learned at start from example sentences that stand in content. Nothing is trained elsewhere, and whoever
wants to know why a sentence rings finds the examples that share its words. It only ever adds an alarm.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bot.answers.net import LEVELS, Alarm, Level, Net, find
from bot.answers.search import stem

# Added to every count, so that a word seen once decides nothing.
SMOOTHING = 1.0
# The same among the levels, as a share, so that a level of fewer examples is not favoured.
LEVEL_SMOOTHING = 0.001
# From this likeness on a sentence rings: 1 in 100 sentences that were written to mislead it do, and hardly an ordinary
# question (README, Figures).
RINGS = 2.4
# A sentence of fewer known words says too little to be judged by them.
FEWEST = 3
BEGIN = "^"
PATTERN = "second look"

Read = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class SecondLook:
    """What the examples say about each stem and pair: how far it speaks for danger (a natural logarithm of odds), and
    how likely it is at each level (a logarithm as well).
    """

    danger: Mapping[str, float] = field(default_factory=dict)
    levels: Mapping[Level, Mapping[str, float]] = field(default_factory=dict)
    read: Read = str.split


def heard(text: str, net: Net, look: SecondLook) -> Alarm | None:
    """The alarm a text sets off, by a pattern or at second sight, or None; never raises, whatever the text."""
    alarm = find(text, net)
    if alarm is None and likeness(text, look) >= RINGS:
        return Alarm(level_of(text, look), "", PATTERN)
    return alarm


def signs(words: Sequence[str]) -> frozenset[str]:
    """The stems of a sentence and each pair of neighbours, the beginning counted as one."""
    stems = [BEGIN, *(stem(word) for word in words)]
    return frozenset((*stems, *(f"{one} {next_}" for one, next_ in pairwise(stems))))


def second_look_of(alarms: Iterable[tuple[Level, str]], calm: Iterable[str], read: Read) -> SecondLook:
    """What is learned from example sentences of people in danger, with their level, and of people who are well."""
    counts: dict[Level, Counter[str]] = {level: Counter() for level in LEVELS}
    sentences: Counter[Level] = Counter()
    for level, text in alarms:
        counts[level].update(signs(read(text)))
        sentences[level] += 1
    well, calm_sentences = Counter[str](), 0
    for text in calm:
        well.update(signs(read(text)))
        calm_sentences += 1
    ill = sum(counts.values(), Counter[str]())
    in_danger = sum(sentences.values())
    danger = {s: _log_share(ill[s], in_danger) - _log_share(well[s], calm_sentences) for s in ill.keys() | well.keys()}
    levels = {level: _log_shares(counts[level], sentences[level]) for level in LEVELS}
    return SecondLook(danger, levels, read) if in_danger and calm_sentences else SecondLook()


def _log_share(count: int, of: int) -> float:
    return math.log((count + SMOOTHING) / (of + 2 * SMOOTHING))


def _log_shares(counts: Mapping[str, int], of: int) -> dict[str, float]:
    return {sign: math.log(count / of + LEVEL_SMOOTHING) for sign, count in counts.items()}


def likeness(text: str, look: SecondLook) -> float:
    """How much a text reads like danger; 0 says nothing either way, and a text of too few known words is 0."""
    known = [look.danger[sign] for sign in signs(look.read(text)) if sign in look.danger]
    return sum(known) / math.sqrt(len(known)) if len(known) >= FEWEST else 0.0


def level_of(text: str, look: SecondLook) -> Level:
    """The level whose examples the text is most like; between two alike, the worse."""
    known, unseen = [sign for sign in signs(look.read(text)) if sign in look.danger], math.log(LEVEL_SMOOTHING)
    return max(LEVELS, key=lambda level: sum(look.levels[level].get(sign, unseen) for sign in known))
