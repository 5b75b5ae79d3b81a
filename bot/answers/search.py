"""Which curated entry answers a question, lexically: no model, no network, the same answer every time.

Two views of the same words are summed. `coverage`: how much of what the question says, weighed by how rare each stem
is (the idf of BM25, Robertson & Zaragoza 2009), is said in the entry. `likeness`: the cosine of character 3- to 5-grams
(TF-IDF) with the nearest single phrasing; n-grams the content does not know count in the question's norm, so that a
question about something else stays far from everything.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import snowballstemmer
from rapidfuzz import fuzz, process

from bot.answers.text import fold

GRAMS = (3, 4, 5)
SHORTEST_REPAIRED = 5
CLOSE_ENOUGH = 82
MENDED_TRUST = 0.75
# Of the score, the share of what the question says; the rest is its likeness to one phrasing.
COVERAGE_SHARE = 0.4
LONGEST_QUESTION = 600
# How much a match in an entry's own words counts against one in a title or a phrasing.
BODY_WEIGHT = 0.45

_WORDS = re.compile(r"[^\W_]+")
_STEMMER = snowballstemmer.stemmer("english")


@dataclass(frozen=True)
class Asked:
    """One entry as the search knows it: its id, how people ask for it (its title among them), and its own words."""

    id: str
    phrasings: tuple[str, ...]
    body: str = ""


@dataclass(frozen=True)
class Found:
    """An entry that may answer, and how well, from 0 to 1."""

    id: str
    score: float


@dataclass(frozen=True)
class Index:
    """Everything the search needs, built once by `index_of`."""

    ids: tuple[str, ...]
    small_words: frozenset[str]
    vocabulary: tuple[str, ...]
    known: frozenset[str]
    idf: Mapping[str, float]
    rarest: float
    stems: Mapping[str, Mapping[int, float]]
    grams: Mapping[str, Sequence[tuple[int, float]]]
    gram_idf: Mapping[str, float]
    gram_rarest: float
    owner: tuple[int, ...] = field(repr=False)


def words(text: str) -> list[str]:
    """The folded words of a text."""
    return _WORDS.findall(fold(text[:LONGEST_QUESTION]))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The Snowball stem of an English word."""
    return str(_STEMMER.stemWord(word))


def grams_of(text_words: Sequence[str]) -> Counter[str]:
    """Character n-grams of a text, each word fenced by spaces."""
    line = f" {' '.join(text_words)} "
    return Counter(line[i : i + n] for n in GRAMS for i in range(len(line) - n + 1))


def index_of(entries: Sequence[Asked], small_words: Iterable[str] = ()) -> Index:
    """The index over all entries; `small_words` say nothing about a question and are left out."""
    small = frozenset(stem(word) for line in small_words for word in words(line))
    stems: dict[str, dict[int, float]] = defaultdict(dict)
    phrases: list[Counter[str]] = []
    owner: list[int] = []
    known: set[str] = set()
    for number, entry in enumerate(entries):
        known |= _add_stems(entry, number, small, stems)
        for phrasing in entry.phrasings:
            phrases.append(grams_of(words(phrasing)))
            owner.append(number)
    idf = {name: math.log(1 + (len(entries) - len(held) + 0.5) / (len(held) + 0.5)) for name, held in stems.items()}
    gram_idf, postings = _gram_postings(phrases)
    return Index(
        ids=tuple(entry.id for entry in entries),
        small_words=small,
        vocabulary=tuple(sorted(known)),
        known=frozenset(known),
        idf=idf,
        rarest=max(idf.values(), default=1.0),
        stems=stems,
        grams=postings,
        gram_idf=gram_idf,
        gram_rarest=max(gram_idf.values(), default=1.0),
        owner=tuple(owner),
    )


def _add_stems(entry: Asked, number: int, small: frozenset[str], stems: dict[str, dict[int, float]]) -> set[str]:
    """Note which stems stand in an entry and how much they count there; returns its words."""
    said = {word for phrasing in entry.phrasings for word in words(phrasing)}
    own = set(_WORDS.findall(fold(entry.body)))
    for group, weight in ((own, BODY_WEIGHT), (said, 1.0)):
        for name in {stem(word) for word in group} - small:
            stems[name][number] = weight
    return said | own


def _gram_postings(phrases: Sequence[Counter[str]]) -> tuple[dict[str, float], dict[str, list[tuple[int, float]]]]:
    """Each n-gram's idf, and its weight in each phrasing of unit length."""
    held = Counter(gram for phrase in phrases for gram in phrase)
    idf = {gram: math.log((1 + len(phrases)) / (1 + count)) + 1 for gram, count in held.items()}
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, phrase in enumerate(phrases):
        norm = math.sqrt(sum((count * idf[gram]) ** 2 for gram, count in phrase.items())) or 1.0
        for gram, count in phrase.items():
            postings[gram].append((number, count * idf[gram] / norm))
    return idf, postings


def repaired(question: Sequence[str], index: Index) -> dict[str, float]:
    """The stems of a question with slips of spelling mended towards the content's own vocabulary, and how much each
    may be trusted: a mended word could be another word after all."""
    trust: dict[str, float] = {}
    for word in question:
        mended = _mended(word, index)
        trust[stem(mended)] = 1.0 if mended == word else MENDED_TRUST
    return trust


def _mended(word: str, index: Index) -> str:
    if word in index.known or len(word) < SHORTEST_REPAIRED or stem(word) in index.idf or word.isdecimal():
        return word
    best = process.extractOne(word, index.vocabulary, scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH)
    return best[0] if best else word


def search(question: str, index: Index, at_most: int = 5) -> list[Found]:
    """The entries that may answer, best first; empty when the question shares nothing with the content."""
    said = words(question)
    coverage, likeness = _coverage(repaired(said, index), index), _likeness(said, index)
    scores = {
        number: COVERAGE_SHARE * coverage.get(number, 0.0) + (1 - COVERAGE_SHARE) * likeness.get(number, 0.0)
        for number in {*coverage, *likeness}
    }
    best = sorted(scores, key=lambda number: (-scores[number], number))[:at_most]
    return [Found(index.ids[number], round(scores[number], 4)) for number in best if scores[number] > 0]


def _coverage(asked: Mapping[str, float], index: Index) -> dict[int, float]:
    """For each entry the share of the question's meaning that it says."""
    names = asked.keys() - index.small_words
    weights = {name: index.idf.get(name, index.rarest) for name in names}
    whole = sum(weights.values())
    covered: dict[int, float] = defaultdict(float)
    for name in names & index.stems.keys():
        for number, weight in index.stems[name].items():
            covered[number] += weight * asked[name] * weights[name]
    return {number: part / whole for number, part in covered.items()} if whole else {}


def _likeness(asked: Sequence[str], index: Index) -> dict[int, float]:
    """For each entry the cosine with its nearest phrasing."""
    grams = grams_of(asked)
    norm = math.sqrt(sum((count * index.gram_idf.get(gram, index.gram_rarest)) ** 2 for gram, count in grams.items()))
    dots: dict[int, float] = defaultdict(float)
    for gram, count in grams.items():
        weight = count * index.gram_idf.get(gram, 0.0)
        for number, held in index.grams.get(gram, ()):
            dots[number] += weight * held
    best: dict[int, float] = {}
    for number, dot in dots.items():
        entry = index.owner[number]
        best[entry] = max(best.get(entry, 0.0), dot / norm)
    return best
