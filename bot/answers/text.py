"""What a person typed, brought down to plain small words that can be compared.

People in fear write without accents, spaces, vowels or care; some hide a word on purpose ("su1cide"). Folding never
adds meaning: it only makes two spellings of one word equal. A word that is known as itself is never bent into another.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

# Breaks stay in the list of words: a sentence ends at STOP and ASK; COMMA divides within it; DASH is a mere breath.
STOP, ASK, COMMA, DASH = ".", "?", ",", "/"
ENDS = frozenset({STOP, ASK})
BREAKS = ENDS | {COMMA, DASH}

# Letters of other scripts that look Latin (Cyrillic, then Greek), and Latin ones that accents do not come off.
_ALIKE = str.maketrans(
    "авекмнорстухіјѕһԁ" + "αεικνορτυχ" + "łøđı",
    "abekmhopctyxijshd" + "aeikvoptux" + "lodi",
)
# Pictures that say a word; all others say nothing.
_PICTURES = str.maketrans(
    {"\U0001f198": " sos ", "\U0001f52a": " knife ", "\U0001f52b": " gun ", "\U0001fa78": " blood "}
)
_MARKS = "['\u2018\u2019\u201b\u02bc\u02b9\u2032`\u00b4\uff07]"
# What an apostrophe swallowed comes back, or "I'll" would read as "ill". "Mum's" becomes "mum is": no harm done.
_SHORT_ENDS = tuple(
    (re.compile(_MARKS + end), whole)
    for end, whole in ((r"ll\b", " will"), (r"ve\b", " have"), (r"re\b", " are"), (r"d\b", " would"), (r"s\b", " is"))
)
_APOSTROPHES = re.compile(_MARKS)
_LOOSE_NT = re.compile(r"\b(can|don|won|isn|doesn|didn|couldn|wouldn|aren|wasn|haven|hasn|shouldn) t\b")
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .\-_*]{1,3}[^\W\d_](?![^\W_])){2,}")
_THRICE = re.compile(r"([^\W\d_])\1{2,}")
_TWICE = re.compile(r"(.)\1+")
_PIECES = re.compile(
    r"\d+[.,]\d+|[^\W_]+(?:[@$!*|][^\W_]+)*|\.{2,}|[.!?;]+|[,:()\n]|(?<=\s)[-\u2013\u2014]+(?=\s)|\u2026"
)
_DISGUISE = str.maketrans("013457@$!|*", "oieastasii\0")
_BY_KIND = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
_TINY = frozenset("i a my to of in no me it is am up be so do on im or us go".split())
LONGEST_GLUED = 60


def fold(text: str) -> str:
    """The text in small letters without accents, invisible characters or look-alike letters."""
    text = text.casefold()
    for end, whole in _SHORT_ENDS:
        text = end.sub(whole, text)
    text = _APOSTROPHES.sub("", text)
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_PICTURES).translate(_ALIKE)).casefold()
    return "".join(_visible(apart)).translate(_ALIKE)


def _visible(apart: str) -> Iterator[str]:
    for letter in apart:
        kind = unicodedata.category(letter)
        if kind not in ("Mn", "Me", "Cf", "Cs"):
            yield " " if kind == "So" else letter


def pieces(text: str) -> list[str]:
    """The words and breaks of a text in their order, folded but not yet spelled."""
    text = _LOOSE_NT.sub(r"\1t", fold(text))
    text = _SPACED.sub(lambda found: re.sub(r"[\W_]+", "", found[0]), text)
    text = _THRICE.sub(r"\1\1", text)
    return [_piece(found) for found in _PIECES.findall(text)]


def _piece(found: str) -> str:
    if found[0] in ".!?;":
        return DASH if set(found) == {"."} and len(found) > 1 else ASK if "?" in found else STOP
    if found[0] in ",:()":
        return COMMA
    if found[0] in "\n-\u2013\u2014\u2026":
        return DASH
    return found


def squeezed(word: str) -> str:
    """The word with every doubled letter single: "heeelp" and "help" meet here."""
    return _TWICE.sub(r"\1", word)


@dataclass(frozen=True)
class Spelling:
    """Which words count, which other words are real and left alone, and which spellings stand for which words."""

    words: frozenset[str]
    known: frozenset[str]
    instead: Mapping[str, tuple[str, ...]]
    squeezed: Mapping[str, tuple[str, ...]]
    near: Mapping[tuple[str, int], tuple[str, ...]]

    def read(self, text: str) -> list[str]:
        """The text as words as they should have been spelled, breaks included; an unknown word stays as it is."""
        found = [word for piece in pieces(text) for word in self.spell(piece)]
        return self._joined(found)

    def spell(self, piece: str) -> tuple[str, ...]:
        """The word or words that a piece stands for."""
        if piece in self.instead:
            return self.instead[piece]
        if piece in self.words or piece in self.known or piece in BREAKS:
            return (piece,)
        if not piece.isalpha():
            return self._undisguised(piece)
        return self._guessed(piece)

    def _guessed(self, piece: str) -> tuple[str, ...]:
        if piece.endswith("in") and piece + "g" in self.words:
            return (piece + "g",)
        alike = self.squeezed.get(squeezed(piece))
        if alike:
            return (min(alike, key=lambda word: OSA.distance(piece, word)),)
        return self._nearest(piece) or self._unglued(piece) or (piece,)

    def _nearest(self, piece: str) -> tuple[str, ...]:
        allowed = 0 if len(piece) < 5 else 1 if len(piece) < 9 else 2
        if not allowed:
            return ()
        starts = (piece[0], piece[1])
        sizes = range(len(piece) - allowed, len(piece) + allowed + 1)
        close = [word for start in starts for size in sizes for word in self.near.get((start, size), ())]
        best = process.extractOne(piece, close, scorer=OSA.distance, score_cutoff=allowed)
        return (best[0],) if best else ()

    def _undisguised(self, piece: str) -> tuple[str, ...]:
        if piece.replace(".", "").replace(",", "").isdigit():
            return (piece.replace(",", "."),)
        bare = piece.translate(_DISGUISE).replace("\0", "")
        read = self.instead.get(bare, (bare,)) if bare in self.words or bare in self.instead else ()
        read = read or (self._nearest(bare) if bare.isalpha() and bare not in self.known else ())
        return read or tuple(word for part in _BY_KIND.findall(piece) for word in self._part(part))

    def _part(self, part: str) -> tuple[str, ...]:
        return self.spell(part) if part.isalpha() else (part,)

    def _unglued(self, piece: str) -> tuple[str, ...]:
        """The fewest words that, written together, give the piece; nothing when there are none."""
        if not 6 <= len(piece) <= LONGEST_GLUED:
            return ()
        best: list[tuple[str, ...] | None] = [()] + [None] * len(piece)
        for end in range(1, len(piece) + 1):
            for start in range(max(0, end - 14), end):
                before, word = best[start], piece[start:end]
                if before is None or not self._counts(word):
                    continue
                held = best[end]
                if held is None or len(before) + 1 < len(held):
                    best[end] = (*before, word)
        return best[-1] or ()

    def _counts(self, word: str) -> bool:
        return word in _TINY or (len(word) > 2 and word in self.words)

    def _joined(self, words: list[str]) -> list[str]:
        """The words with broken ones mended: "sui cide"."""
        mended: list[str] = []
        for word in words:
            whole = mended[-1] + word if mended else ""
            if whole in self.words and len(whole) > 5 and not (self._real(mended[-1]) and self._real(word)):
                mended[-1] = whole
            else:
                mended.append(word)
        return mended

    def _real(self, word: str) -> bool:
        return word in self.words or word in self.known


def spelling_of(
    words: Iterable[str],
    towards: Iterable[str],
    known: Iterable[str],
    instead: Mapping[str, tuple[str, ...]],
) -> Spelling:
    """The spelling of a vocabulary: `words` count, slips are read `towards` these, `known` ones are left alone,
    `instead` are fixed readings."""
    counted = frozenset(words)
    near: dict[tuple[str, int], list[str]] = {}
    for word in sorted(w for w in towards if len(w) > 4 and w.isalpha()):
        near.setdefault((word[0], len(word)), []).append(word)
    return Spelling(
        words=counted,
        known=frozenset(known) - counted,
        instead=dict(instead),
        squeezed=_alike(counted),
        near={key: tuple(found) for key, found in near.items()},
    )


def _alike(words: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """The words by what is left of them when doubled letters are single."""
    alike: dict[str, list[str]] = {}
    for word in sorted(words):
        if len(word) > 2:
            alike.setdefault(squeezed(word), []).append(word)
    return {left: tuple(found) for left, found in alike.items()}
