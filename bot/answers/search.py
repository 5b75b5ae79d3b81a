"""Which curated entry answers a question, lexically: no model, no network, the same answer every time.

Three views of the same words are summed. `relevance`: BM25 (Robertson & Zaragoza 2009) over the stems of an entry's
phrasings and search words, against the most that the question could reach. `coverage`: how much of what the question
says, weighed by how rare each stem is, the entry says at all, its text included. `likeness`: the cosine of character 3-
to 5-grams (TF-IDF) with the nearest single phrasing; n-grams the content does not know count in the question's norm, so
that a question about something else stays far from everything. What is most like a question that is known not to be
covered loses as much as it is like it.
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
# Of the score: how relevant the entry is, how much of the question it says, how like one phrasing the question is.
RELEVANCE_SHARE, COVERAGE_SHARE, LIKENESS_SHARE = 0.43, 0.14, 0.43
# What is lost by being like a question that is not covered.
STRANGE_SHARE = 0.71
# BM25: how fast a stem said often stops counting more, and how much a long entry is held back.
SATURATION, LENGTH_SHARE = 1.2, 0.3
LONGEST_QUESTION = 600
# How much a match in an entry's own words counts against one in a title or a phrasing.
BODY_WEIGHT = 0.45
# The same for a match in an entry's search words.
WORDS_WEIGHT = 0.8

_WORDS = re.compile(r"[^\W_]+")
_STEMMER = snowballstemmer.stemmer("english")


@dataclass(frozen=True)
class Asked:
    """One entry as the search knows it: its id, how people ask for it (its title among them), its own text, and words
    that people use who mean it.
    """

    id: str
    phrasings: tuple[str, ...]
    body: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """An entry that may answer, and how well, from 0 to 1."""

    id: str
    score: float


@dataclass(frozen=True)
class Index:
    """Everything the search needs, built once by `index_of`. Phrasings that belong to no entry are owned by the number
    after the last.
    """

    ids: tuple[str, ...]
    small_words: frozenset[str]
    vocabulary: tuple[str, ...]
    known: frozenset[str]
    idf: Mapping[str, float]
    rarest: float
    stems: Mapping[str, Mapping[int, float]]
    relevance: Mapping[str, Mapping[int, float]]
    most: Mapping[str, float]
    most_rare: float
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


def index_of(entries: Sequence[Asked], small_words: Iterable[str] = (), strange: Iterable[str] = ()) -> Index:
    """The index over all entries; `small_words` say nothing about a question and are left out, `strange` are questions
    that no entry covers."""
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
    for phrasing in strange:
        phrases.append(grams_of(words(phrasing)))
        owner.append(len(entries))
    idf = _idf({name: len(held) for name, held in stems.items()}, len(entries))
    relevance, most = _bm25([said_often(entry, small) for entry in entries])
    gram_idf, postings = _gram_postings(phrases)
    return Index(
        ids=tuple(entry.id for entry in entries),
        small_words=small,
        vocabulary=tuple(sorted(known)),
        known=frozenset(known),
        idf=idf,
        rarest=max(idf.values(), default=1.0),
        stems=stems,
        relevance=relevance,
        most=most,
        most_rare=max(most.values(), default=1.0),
        grams=postings,
        gram_idf=gram_idf,
        gram_rarest=max(gram_idf.values(), default=1.0),
        owner=tuple(owner),
    )


def _idf(held: Mapping[str, int], of: int) -> dict[str, float]:
    """How much each stem tells, the less the more entries hold it."""
    return {name: math.log(1 + (of - count + 0.5) / (count + 0.5)) for name, count in held.items()}


def _add_stems(entry: Asked, number: int, small: frozenset[str], stems: dict[str, dict[int, float]]) -> set[str]:
    """Note which stems stand in an entry and how much they count there; returns its words."""
    said = {word for phrasing in entry.phrasings for word in words(phrasing)}
    meant = {word for phrase in entry.words for word in words(phrase)}
    own = set(_WORDS.findall(fold(entry.body)))
    for group, weight in ((own, BODY_WEIGHT), (meant, WORDS_WEIGHT), (said, 1.0)):
        for name in {stem(word) for word in group} - small:
            stems[name][number] = weight
    return said | meant | own


def said_often(entry: Asked, small: frozenset[str]) -> Counter[str]:
    """In how many of an entry's phrasings each stem stands; search words count a little less."""
    often: dict[str, float] = defaultdict(float)
    for group, weight in ((entry.phrasings, 1.0), (entry.words, WORDS_WEIGHT)):
        for phrase in group:
            for name in {stem(word) for word in words(phrase)} - small:
                often[name] += weight
    return Counter(often)


def _bm25(entries: Sequence[Counter[str]]) -> tuple[dict[str, dict[int, float]], dict[str, float]]:
    """The BM25 weight of each stem in each entry, and the most it could be."""
    held = Counter(name for entry in entries for name in entry)
    idf = _idf(held, len(entries))
    mean = sum(sum(entry.values()) for entry in entries) / len(entries) if entries else 1.0
    weights: dict[str, dict[int, float]] = defaultdict(dict)
    for number, entry in enumerate(entries):
        long = 1 - LENGTH_SHARE + LENGTH_SHARE * sum(entry.values()) / mean
        for name, often in entry.items():
            weights[name][number] = idf[name] * often * (SATURATION + 1) / (often + SATURATION * long)
    return weights, {name: idf[name] * (SATURATION + 1) for name in held}


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
    asked = repaired(said, index)
    if all(word.isdecimal() for word in said):
        return []  # numbers alone ask nothing
    likeness = _likeness(said, index)
    strange = STRANGE_SHARE * likeness.pop(len(index.ids), 0.0)
    scores: dict[int, float] = defaultdict(float)
    for share, part in (
        (RELEVANCE_SHARE, _relevance(asked, index)),
        (COVERAGE_SHARE, _coverage(asked, index)),
        (LIKENESS_SHARE, likeness),
    ):
        for number, score in part.items():
            scores[number] += share * score
    best = sorted(scores, key=lambda number: (-scores[number], number))[:at_most]
    found = [Found(index.ids[number], round(scores[number] - strange, 4)) for number in best]
    return [each for each in found if each.score > 0]


def _relevance(asked: Mapping[str, float], index: Index) -> dict[int, float]:
    """For each entry its BM25 score as a share of the most that the question could reach."""
    names = asked.keys() - index.small_words
    most = sum(index.most.get(name, index.most_rare) for name in names)
    scores: dict[int, float] = defaultdict(float)
    for name in names:
        for number, weight in index.relevance.get(name, {}).items():
            scores[number] += asked[name] * weight
    return {number: score / most for number, score in scores.items()} if most else {}


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
