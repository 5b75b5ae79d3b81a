"""Typed words about the body as pieces with a meaning: areas, sides, states, and the small words between.

Laws of this file:
* A misspelt area may be mended, a misspelt side never: only spellings that stand in the table are sides.
* A word that is known as itself is never bent into another.
* "Right" and "left" are sides only where they can be nothing else.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.care.body import SIDES, Side

Sided = Literal["left", "right", "both"]
Sort = Literal[
    "area", "group", "side", "state", "not", "clear", "and", "or", "are", "break", "seen", "number", "itch", "notitch",
    "everywhere", "filler", "other", "notmeant", "compare", "comma", "stop", "colon", "word",
]  # fmt: skip

LONGEST = 1500
PHRASE_GAP = 5
_TOKEN = re.compile(r"\d+(?:[.,]\d+)?\s*/\s*10\b|\d+(?:[.,]\d+)?\s*%?|[^\W\d_]+|[,;:.!?\n()/&+]|[-\u2013\u2014]")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_INITIAL = re.compile(r"\b([lr]|lt|rt)\.(?=\s*[^\W\d_])", re.IGNORECASE)
_PAIR_LETTERS = re.compile(r"\b([lr])\s*(?:/|&|\+|and|n)\s*([lr])\b", re.IGNORECASE)
_TWICE = re.compile(r"(.)\1+")
_OUT_OF = re.compile(r"\b([^\W_]+)\s+out\s+of\s+(?:10|ten)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Lexicon:
    """The words of one language. `phrases` lead from a first word to whole phrases with what they mean.

    `known` words are real and never mended into another, `mendable` what a slip is mended to, `thin` the same
    by their letters with doubled ones single. `members` are the areas of a group.
    """

    phrases: Mapping[str, tuple[tuple[tuple[str, ...], Sort, str], ...]]
    known: frozenset[str]
    mendable: tuple[str, ...]
    thin: Mapping[str, tuple[str, ...]]
    irregular: Mapping[str, str]
    paired: frozenset[str]
    members: Mapping[str, frozenset[str]]
    letters: Mapping[str, Side]
    right_before: frozenset[str]
    right_after: frozenset[str]
    left_before: frozenset[str]
    left_after: frozenset[str]
    numbers: Mapping[str, int]


@dataclass(frozen=True)
class Token:
    """One word as it was typed, and as it is compared: singular, without accents, mended."""

    raw: str
    word: str
    many: bool = False
    sign: Sort | None = None


@dataclass
class Piece:
    """One thing found in the text; `sides` are those that stood inside the phrase, `end` the place after it."""

    sort: Sort
    name: str = ""
    at: int = 0
    end: int = 0
    many: bool = False
    sides: tuple[Sided, ...] = ()


def pieces_of(text: str, lexicon: Lexicon) -> list[Piece]:
    """The pieces of a text in their order; of a very long one only the beginning."""
    shouted = text.upper() == text
    tokens = list(_tokens(text[:LONGEST], lexicon))
    return _merged(list(_pieces(tokens, lexicon, shouted)), lexicon)


# Words.


def _tokens(text: str, lexicon: Lexicon) -> Iterator[Token]:
    text = _APOSTROPHES.sub("", _INITIAL.sub(r"\1 ", text))
    text = _PAIR_LETTERS.sub(_spelled_pair, text)
    text = _OUT_OF.sub(lambda found: f" {lexicon.numbers.get(found[1].casefold(), found[1])}/10 ", text)
    opened = False
    for raw in _TOKEN.findall(text):
        for token in _token(raw, lexicon):
            # "(both)" speaks of the one area before it, as "both sides" does.
            yield replace(token, many=True) if opened else token
        opened = raw == "("


def _spelled_pair(found: re.Match[str]) -> str:
    """ "L+R" as words; "L and L" stays what it is."""
    first, second = found[1].lower(), found[2].lower()
    return found[0] if first == second else "left and right"


def _token(raw: str, lexicon: Lexicon) -> Iterator[Token]:
    signs: Mapping[str, Sort] = {",": "comma", ";": "comma", ")": "comma", ":": "colon", "&": "and", "+": "and"}
    if raw in ".!?\n":
        yield Token(raw, raw, sign="stop")
    elif raw in signs:
        yield Token(raw, raw, sign=signs[raw])
    elif raw[0].isdigit():
        yield Token(raw, "".join(raw.split()), sign="number")
    elif raw not in "(/-\u2013\u2014":
        yield from _words(raw, lexicon)


def _words(raw: str, lexicon: Lexicon) -> Iterator[Token]:
    plain = folded(raw)
    if plain in lexicon.known:
        yield Token(raw, plain)
        return
    for side in (*SIDES, "both"):
        rest = singular(plain.removeprefix(side), lexicon.irregular)
        if plain.startswith(side) and rest in lexicon.mendable:
            yield Token(side, side)
            yield Token(raw, rest, many=rest != plain.removeprefix(side))
            return
    one = singular(plain, lexicon.irregular)
    word = one if one in lexicon.known else mended(one, lexicon)
    yield Token(raw, word, many=one != plain)


def folded(raw: str) -> str:
    """A word in small letters without accents."""
    apart = unicodedata.normalize("NFKD", raw.casefold())
    return "".join(letter for letter in apart if unicodedata.category(letter) != "Mn")


def singular(word: str, irregular: Mapping[str, str]) -> str:
    """One of what the word names; the same rule is used for the table and for the text, so that they meet."""
    if word in irregular:
        return irregular[word]
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def mended(word: str, lexicon: Lexicon) -> str:
    """The word of the table that was meant by a slip of the finger; the word itself when none is near enough."""
    if len(word) < 4 or not word.isalpha():
        return word
    if len(word) == 4:
        turned = [near for near in lexicon.mendable if _turned(near, word)]
        return turned[0] if len(turned) == 1 else _thinned(word, lexicon)
    allowed = 1 if len(word) < 8 else 2
    close = process.extract(word, lexicon.mendable, scorer=OSA.distance, score_cutoff=allowed, limit=3)
    near = sorted(close, key=lambda each: (each[1], each[0][0] != word[0]))
    if near and (len(near) == 1 or _rank(near[0], word) < _rank(near[1], word)):
        return str(near[0][0])
    return _thinned(word, lexicon)


def _turned(near: str, word: str) -> bool:
    """Whether a short word is the other with two letters turned round, or with one left out."""
    close = len(near) > len(word) or sorted(near) == sorted(word)
    return close and near[0] == word[0] and OSA.distance(near, word) == 1


def _rank(close: tuple[str, float, int], word: str) -> tuple[float, bool]:
    return close[1], close[0][0] != word[0]


def _thinned(word: str, lexicon: Lexicon) -> str:
    """A word with letters held too long: "kneeee"."""
    alike = lexicon.thin.get(_TWICE.sub(r"\1", word), ())
    return alike[0] if len(alike) == 1 and len(word) > len(alike[0]) else word


# Phrases.


def _pieces(tokens: Sequence[Token], lexicon: Lexicon, shouted: bool) -> Iterator[Piece]:
    place = 0
    while place < len(tokens):
        piece = _piece(tokens, place, lexicon, shouted)
        yield piece
        place = max(piece.end, place + 1)


def _piece(tokens: Sequence[Token], place: int, lexicon: Lexicon, shouted: bool) -> Piece:
    token = tokens[place]
    if token.sign:
        return Piece(token.sign, token.word, place, place + 1)
    best: Piece | None = None
    for words, sort, name in lexicon.phrases.get(token.word, ()):
        fitting = _fits(tokens, place, words, lexicon)
        # The longest phrase wins, and of two that end together the one with more words of its own.
        if fitting and (best is None or (fitting[0], len(words)) > (best.end, best.at)):
            best = Piece(sort, name, len(words), fitting[0], tokens[fitting[0] - 1].many, fitting[1])
    if best is None:
        letter = _letter(tokens, place, lexicon, shouted)
        return letter or Piece("word", token.word, place, place + 1, token.many)
    best.at = place
    if best.sort == "side" and not _is_side(tokens, best, lexicon):
        return replace(best, sort="word")
    return best


def _fits(
    tokens: Sequence[Token], place: int, words: Sequence[str], lexicon: Lexicon
) -> tuple[int, tuple[Sided, ...]] | None:
    """Where the phrase ends that begins at `place`, with the sides between its words; None when it does not fit."""
    at = place + 1
    inner: list[Sided] = []
    for word in words[1:]:
        gap = 0
        while at < len(tokens) and tokens[at].word != word:
            side = _side_word(tokens, at, lexicon)
            joins = bool(inner) and _means(tokens[at], "and", lexicon)
            if side is None and not joins and not _means(tokens[at], "filler", lexicon):
                return None
            inner += [side] if side else []
            at, gap = at + 1, gap + 1
            if gap > PHRASE_GAP:
                return None
        if at >= len(tokens):
            return None
        at += 1
    return at, tuple(dict.fromkeys(inner))


def _means(token: Token, wanted: Sort, lexicon: Lexicon) -> bool:
    """Whether one word by itself can be of that sort."""
    if token.sign:
        return token.sign == wanted
    return any(words == (token.word,) and sort == wanted for words, sort, _ in lexicon.phrases.get(token.word, ()))


def _side_word(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Sided | None:
    """The side that a single word between the words of a phrase says: "back of my LEFT knee"."""
    word = tokens[at].word
    if word in lexicon.letters:
        return lexicon.letters[word]
    for words, sort, name in lexicon.phrases.get(word, ()):
        if words == (word,) and sort == "side":
            return name  # type: ignore[return-value] # the table of sides holds these three
    return None


def _letter(tokens: Sequence[Token], place: int, lexicon: Lexicon, shouted: bool) -> Piece | None:
    """ "L" or "R" as a side: a capital, or a small letter directly before one area; "my knees r sore" is none."""
    token = tokens[place]
    side = lexicon.letters.get(token.word)
    if side is None:
        return None
    if token.raw.isupper() and not shouted:
        return Piece("side", side, place, place + 1)
    alone = place + 1 >= len(tokens) or tokens[place + 1].word in lexicon.letters
    following = None if alone else _piece(tokens, place + 1, lexicon, shouted)
    if following and following.sort in ("area", "group") and not following.many:
        return Piece("side", side, place, place + 1)
    return Piece("are" if token.word == "r" else "word", token.word, place, place + 1)


def _is_side(tokens: Sequence[Token], piece: Piece, lexicon: Lexicon) -> bool:
    """Whether "right" and "left" mean a side here, and not "right now" or "nothing left"."""
    if piece.end - piece.at > 1 or piece.name == "both":
        return True
    before = tokens[piece.at - 1].word if piece.at else ""
    after = tokens[piece.end].word if piece.end < len(tokens) else ""
    if piece.name == "right":
        # "My elbow, right?" asks for a yes.
        return after != "?" and after not in lexicon.right_before and before not in lexicon.right_after
    return after not in lexicon.left_before and before not in lexicon.left_after


def _limbs(pieces: Sequence[Piece], lexicon: Lexicon) -> Iterator[Piece]:
    """ "Toes on my right foot" and "left foot toes" name one place: the limb only says the side."""
    place = 0
    while place < len(pieces):
        piece, after = pieces[place], _limb_after(pieces, place, lexicon)
        if _only_limb(pieces, place, lexicon):
            place += 1
        elif after:
            limb, sides = after
            yield replace(piece, sides=sides or piece.sides, end=pieces[limb].end)
            place = limb + 1
        else:
            yield piece
            place += 1


def _only_limb(pieces: Sequence[Piece], place: int, lexicon: Lexicon) -> bool:
    """Whether a limb with a side stands right before an area of it: "LEFT hand fingers", "RIGHT leg at the shin"."""
    before, here = pieces[place - 1 : place], pieces[place]
    if not before or before[0].sort != "side" or here.sort != "group" or here.many:
        return False
    at = place + 1
    while at < len(pieces) and pieces[at].sort == "filler":
        at += 1
    tied = at == place + 1 or any(piece.name == "belongs" for piece in pieces[place + 1 : at])
    return at < len(pieces) and tied and pieces[at].sort == "area" and _within(pieces[at], here, lexicon)


def _within(piece: Piece, limb: Piece, lexicon: Lexicon) -> bool:
    """Whether an area, or every area of a group, belongs to a limb."""
    parts = lexicon.members.get(piece.name, frozenset()) if piece.sort == "group" else frozenset({piece.name})
    return bool(parts) and piece.name != limb.name and parts <= lexicon.members.get(limb.name, frozenset())


def _limb_after(pieces: Sequence[Piece], place: int, lexicon: Lexicon) -> tuple[int, tuple[Sided, ...]] | None:
    """Where the limb stands that a place is said to belong to, and the side said of it."""
    at, belongs = place + 1, False
    found: list[Sided] = []
    while at < len(pieces) and pieces[at].sort in ("filler", "side") and pieces[at].name != "unclear":
        belongs = belongs or pieces[at].name == "belongs"
        found += [pieces[at].name] if pieces[at].sort == "side" else []  # type: ignore[list-item] # one of three
        at += 1
    fits = at < len(pieces) and pieces[place].sort in ("area", "group") and pieces[at].sort == "group"
    if not fits or not belongs or not _within(pieces[place], pieces[at], lexicon):
        return None
    return at, tuple(dict.fromkeys((*found, *pieces[at].sides)))


def _merged(pieces: list[Piece], lexicon: Lexicon) -> list[Piece]:
    """Two sides in one: "left and right" are both; "left or right" is no side at all."""
    kept = [piece for piece in _limbs(pieces, lexicon) if piece.sort != "filler"]
    merged: list[Piece] = []
    for piece in kept:
        joint = merged[-1].sort if merged else "word"
        if piece.sort == "side" and joint in ("and", "or") and len(merged) > 1 and merged[-2].sort == "side":
            merged.pop()
            merged[-1] = _together(merged[-1], piece, joint)
        elif piece.sort == "side" and joint == "side":
            merged[-1] = _together(merged[-1], piece, "side")
        else:
            merged.append(piece)
    return merged


def _together(first: Piece, second: Piece, joint: Sort) -> Piece:
    span = replace(first, end=second.end)
    if first.name == "both":
        return replace(span, name=second.name)  # "both left and right", "both my left elbow and …"
    if joint == "and" and {first.name, second.name} == set(SIDES):
        return replace(span, name="both")
    return span if first.name == second.name else replace(span, name="unclear")


# The words of one language.


def lexicon_of(
    said: Mapping[Sort, Mapping[str, Iterable[str]]],
    typing: Mapping[str, Iterable[str]],
    irregular: Mapping[str, str],
    paired: Iterable[str],
    members: Mapping[str, frozenset[str]],
) -> Lexicon:
    """The lexicon of phrases by sort and name, and of the small words."""
    phrases: dict[str, list[tuple[tuple[str, ...], Sort, str]]] = {}
    for sort, names in said.items():
        for name, written in names.items():
            for phrase in written:
                words = tuple(singular(folded(word), irregular) for word in phrase.split())
                phrases.setdefault(words[0], []).append((words, sort, name))
    everything = {word for found in phrases.values() for words, _, _ in found for word in words}
    mendable = {
        w for sort in ("area", "group", "state") for n in said.get(sort, {}).values() for w in _bare(n, irregular)
    }
    others = {folded(word) for words in typing.values() for word in words}
    small = {word for word in everything if len(word) < 4}
    numbers = {word: number for number, word in enumerate(typing.get("numbers", ()))}
    return Lexicon(
        phrases={first: tuple(found) for first, found in phrases.items()},
        known=frozenset(everything | others | {singular(word, irregular) for word in others}),
        mendable=tuple(sorted(mendable - small)),
        thin=_thin(mendable - small),
        irregular=irregular,
        paired=frozenset(paired),
        members=members,
        letters={
            **dict.fromkeys(typing.get("letter_left", ()), "left"),
            **dict.fromkeys(typing.get("letter_right", ()), "right"),
        },
        right_before=frozenset(typing.get("right_before", ())),
        right_after=frozenset(typing.get("right_after", ())),
        left_before=frozenset(typing.get("left_before", ())),
        left_after=frozenset(typing.get("left_after", ())),
        numbers=numbers,
    )


def _thin(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The words by what is left of them when doubled letters are single."""
    alike: dict[str, tuple[str, ...]] = {}
    for word in sorted(words):
        left = _TWICE.sub(r"\1", word)
        alike[left] = (*alike.get(left, ()), word)
    return alike


def _bare(written: Iterable[str], irregular: Mapping[str, str]) -> set[str]:
    return {singular(folded(word), irregular) for phrase in written for word in phrase.split() if len(word) > 3}
