"""What a typed question comes to: an answer, a few to choose from, whom to ask instead, or an honest "not covered".

Pure: the entries were read from content/ by the library. Nothing here writes a word that a person reads.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from bot.answers.search import Asked, Found, Index, index_of, search, words

Kind = Literal["answer", "menu", "abstain", "referral"]
# How many entries are looked at before those past their date are left out, and how many are offered.
LOOKED_AT = 12
OFFERED = 3
# An entry this far below the first is no rival to it and no good offer beside it.
OFFER_SHARE = 0.4
# Below this share of `maybe` the nearest entries are too far to be named.
NEAR_SHARE = 0.8
# What a follow-up says with so few words means something only together with what was asked before.
FOLLOW_UP_WORDS = 6
SAME_TOPIC = 1.12


@dataclass(frozen=True)
class Topic:
    """One written entry as the search sees it. `patterns` make it a referral: when one fits, it comes before all
    answers. `until` is the last day it is served; None is for ever.
    """

    id: str
    title: str
    subject: str
    phrasings: tuple[str, ...]
    body: str = ""
    words: tuple[str, ...] = ()
    until: date | None = None
    leads: str = ""
    patterns: tuple[re.Pattern[str], ...] = ()

    def served_on(self, day: date) -> bool:
        """Whether the entry may be shown on that day."""
        return self.until is None or day <= self.until


@dataclass(frozen=True)
class Bands:
    """From which score on an entry answers by itself, from which it is offered, and how far ahead it must be."""

    sure: float = 0.31
    maybe: float = 0.13
    margin: float = 0.14


@dataclass(frozen=True)
class Asking:
    """All entries with their index. `written` leads from every title and phrasing to its entry.

    `follow_ups` are beginnings that lean on the question before; `question_words` begin questions.
    """

    topics: Mapping[str, Topic] = field(default_factory=dict)
    index: Index = field(default_factory=lambda: index_of(()))
    written: Mapping[str, str] = field(default_factory=dict)
    follow_ups: tuple[str, ...] = ()
    question_words: frozenset[str] = frozenset()
    bands: Bands = Bands()


@dataclass(frozen=True)
class Reply:
    """What a question comes to: the entry for an answer or referral, up to three to choose from, or the nearest."""

    kind: Kind
    entries: tuple[str, ...] = ()
    score: float = 0.0


def asking_of(
    topics: Sequence[Topic],
    small_words: Sequence[str] = (),
    follow_ups: Sequence[str] = (),
    question_words: Sequence[str] = (),
    strange: Sequence[str] = (),
) -> Asking:
    """The index over all entries; `strange` are questions that none of them covers."""
    asked = [Asked(topic.id, (topic.title, *topic.phrasings), topic.body, topic.words) for topic in topics]
    return Asking(
        {topic.id: topic for topic in topics},
        index_of(asked, small_words, strange),
        {plain(said): entry.id for entry in asked for said in entry.phrasings},
        tuple(plain(words_) for words_ in follow_ups),
        frozenset(question_words),
    )


def plain(text: str) -> str:
    """A text as folded words with one space between."""
    return " ".join(words(text))


def looks_asked(text: str, asking: Asking) -> bool:
    """Whether words are meant as a question and not as an answer to one: a question mark, or how they begin."""
    said = words(text)
    if len(said) < 2:
        return False
    return text.rstrip().endswith("?") or (len(said) > 2 and said[0] in asking.question_words)


def reply(asking: Asking, question: str, today: date, before: str = "") -> Reply:
    """What the question comes to; `before` is the entry that was answered last, for follow-ups."""
    exact = asking.topics.get(asking.written.get(plain(question), ""))
    if exact and exact.served_on(today):
        # Somebody wrote an answer to these very words, so no pattern and no neighbour may take it.
        return Reply("referral" if exact.patterns else "answer", (exact.id,), 1.0)
    referred = referral(asking, question, today)
    if referred:
        return Reply("referral", (referred,), 1.0)
    last = asking.topics.get(before)
    if last and leans(question, asking):
        return together(asking, question, last, today)
    return banded(found_on(asking, question, today), asking.bands)


def referral(asking: Asking, question: str, today: date) -> str | None:
    """The referral whose pattern fits the question, the first in the order of the files."""
    said = plain(question)
    for topic in asking.topics.values():
        if topic.served_on(today) and any(pattern.search(said) for pattern in topic.patterns):
            return topic.id
    return None


def leans(question: str, asking: Asking) -> bool:
    """Whether a question is short and begins as one does that means nothing without the question before."""
    said = plain(question)
    return len(said.split()) <= FOLLOW_UP_WORDS and any(f"{said} ".startswith(f"{s} ") for s in asking.follow_ups)


def together(asking: Asking, question: str, last: Topic, today: date) -> Reply:
    """A follow-up read with the last entry's title; its own subject is preferred, and the last entry is no answer to
    what was asked about it unless nothing else is near."""
    found = found_on(asking, f"{question} {last.title}", today)
    preferred = [
        Found(each.id, each.score * (SAME_TOPIC if asking.topics[each.id].subject == last.subject else 1.0))
        for each in found
    ]
    ranked = sorted(preferred, key=lambda each: -each.score)
    own = banded(found_on(asking, question, today), asking.bands)
    if own.kind == "answer" and own.entries != (last.id,):
        return own
    others = [each for each in ranked if each.id != last.id and each.score >= asking.bands.maybe]
    offered = (*(each.id for each in others[: OFFERED - 1]), last.id)
    return Reply("menu", offered, others[0].score if others else asking.bands.maybe)


def found_on(asking: Asking, question: str, today: date) -> list[Found]:
    """The entries that may answer on that day, best first."""
    found = search(question, asking.index, LOOKED_AT)
    return [each for each in found if asking.topics[each.id].served_on(today)]


def banded(found: Sequence[Found], bands: Bands) -> Reply:
    """One entry when it is sure and clearly first, up to three when maybe, else the nearest as a hint."""
    if not found:
        return Reply("abstain")
    first = found[0]
    near = tuple(each.id for each in found[:OFFERED] if each.score >= first.score * OFFER_SHARE)
    if first.score < bands.maybe:
        return Reply("abstain", near if first.score >= bands.maybe * NEAR_SHARE else (), first.score)
    if first.score >= bands.sure and (len(found) == 1 or first.score - found[1].score >= bands.margin):
        return Reply("answer", (first.id,), first.score)
    return Reply("menu", near, first.score)


def narrowing(sentences: Mapping[str, str], findings: Collection[str]) -> list[str]:
    """The sentences that come first because the person's own check holds their finding."""
    return [said for finding, said in sentences.items() if finding in findings]
