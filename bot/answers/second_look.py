"""A second look at what no pattern of the net hears: does it read like people in danger, or like people who are well?

Multinomial evidence added up over stems and pairs of neighbours, as naive Bayes does (Manning, Raghavan & Schütze 2008,
chapter 13), learned at start from example sentences that stand in content. Nothing is trained elsewhere, and whoever
wants to know why a sentence rings finds the examples that share its words. It only ever adds an alarm.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.answers.net_values import LEVELS, Level
from bot.answers.search import stem

# Added to every count, so that a word seen once decides nothing.
SMOOTHING = 1.0
# A sentence of fewer known words says too little to be judged by them.
FEWEST = 3
BEGIN = "^"

Read = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class SecondLook:
    """What the examples say about each stem and pair: how far it speaks for danger (a natural logarithm of odds), and
    how likely it is at each level. From `rings` on a sentence is an alarm.
    """

    danger: Mapping[str, float]
    levels: Mapping[Level, Mapping[str, float]]
    unseen: Mapping[Level, float]
    rings: float
    read: Read


def signs(words: Sequence[str]) -> frozenset[str]:
    """The stems of a sentence and each pair of neighbours, the beginning counted as one."""
    stems = [BEGIN, *(stem(word) for word in words)]
    return frozenset((*stems, *(f"{one} {next_}" for one, next_ in pairwise(stems))))


def second_look_of(alarms: Iterable[tuple[Level, str]], calm: Iterable[str], rings: float, read: Read) -> SecondLook:
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
    every, in_danger = ill.keys() | well.keys(), sum(sentences.values())
    return SecondLook(
        danger={s: _log_share(ill[s], in_danger) - _log_share(well[s], calm_sentences) for s in every},
        levels={level: {s: _log_share(n, sentences[level]) for s, n in held.items()} for level, held in counts.items()},
        unseen={level: _log_share(0, sentences[level]) for level in LEVELS},
        rings=rings,
        read=read,
    )


def _log_share(count: int, of: int) -> float:
    return math.log((count + SMOOTHING) / (of + 2 * SMOOTHING))


def likeness(text: str, look: SecondLook) -> float:
    """How much a text reads like danger; 0 says nothing either way, and a text of too few known words is 0."""
    known = [look.danger[sign] for sign in signs(look.read(text)) if sign in look.danger]
    return sum(known) / math.sqrt(len(known)) if len(known) >= FEWEST else 0.0


def level_of(text: str, look: SecondLook) -> Level:
    """The level whose examples the text is most like; between two alike, the worse."""
    known = [sign for sign in signs(look.read(text)) if sign in look.danger]
    return max(LEVELS, key=lambda level: sum(look.levels[level].get(s, look.unseen[level]) for s in known))


def looked_again(text: str, look: SecondLook) -> Level | None:
    """The level of the alarm a text sets off at second sight, or None."""
    return level_of(text, look) if likeness(text, look) >= look.rings else None
