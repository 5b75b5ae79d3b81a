"""Comparing what a product lists with ingredients that trouble some people.

Laws of this file:
* Nothing makes a product safe: an ingredient is the person's own allergy, known to trouble some people, on no list of
  ours, or not known at all.
* The longest name wins, and a name is only guessed from a slip of the keyboard when one name alone is near.
* What a label says is not in the product is not found in it.

The names are a table, `content/rules/ingredients.yaml`.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.care.rule_tables import grade_faults, is_name, names, section, strange_keys, strangers, word_faults

Because = Literal["yours", "told", "known"]
KEYS = ("group", "names", "allergies", "limits", "neat", "grade", "sources", "facts")
GROUP_KEYS = ("allergies", "limits", "neat", "carrier", "grade", "sources", "facts")
WORD_PARTS = ("alone", "neat_words", "free_of", "fillers")
PARTS = ("groups", "ingredients", "others", *WORD_PARTS)
# Shorter words are too near to each other to guess from; long ones may hold two slips.
GUESSED_FROM, LONG_WORD = 6, 12
PIECES_AT_MOST = 200
# A product with this share of an essential oil, in per cent, is one with nothing to thin it.
WHOLE = 95

# A comma between figures belongs to a name ("1,2-hexanediol"), a hyphen inside a word too.
_SEPARATORS = re.compile(
    r"(?<!\d),|,(?!\d)"  # a comma
    r"|\.(?=\s|$)|\s[-–—]\s"  # a full stop, a dash
    r"|[;:•·●▪‣|/\\\n\r\t*&+]"
    r"|\s(?:and|with|plus|or|und|mit|oder|et|avec|ou|con)\s",
    re.IGNORECASE,
)
_SHARE = re.compile(r"[<>≤≥~]?\s*\d+(?:[.,]\d+)?\s*(?:%|percent\b|mg\b|ml\b|g\b)", re.IGNORECASE)
_HEADING = re.compile(
    r"^\s*(?:ingredients?|inci|contains|may contain|zutaten|inhaltsstoffe|ingrédients?|ingredientes)\s+", re.IGNORECASE
)
_PER_CENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")
_NOT_WORDS = re.compile(r"[^a-z0-9]+")
_FREE_AFTER = re.compile(r"^(?:free|frei)\b")


@dataclass(frozen=True)
class Ingredient:
    """One entry: its names, what makes it matter to whom, and what its words rest on."""

    id: str
    group: str
    names: tuple[str, ...]
    allergies: frozenset[str] = frozenset()
    limits: frozenset[str] = frozenset()
    neat: bool = False
    carrier: bool = False
    grade: str = ""
    sources: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class IngredientTable:
    """All entries, and every name as it is compared: the entry it stands for, or "" for an ordinary ingredient.

    Names in `alone` count only when nothing stands beside them; `fillers` are words that name nothing.
    """

    ingredients: Mapping[str, Ingredient]
    groups: tuple[str, ...]
    named: Mapping[str, str]
    alone: frozenset[str] = frozenset()
    neat_words: tuple[str, ...] = ()
    free_of: tuple[str, ...] = ()
    fillers: frozenset[str] = frozenset()
    longest: int = 6
    guesses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """One entry found in a list: as it was written, and what it was read as when it was guessed."""

    ingredient: Ingredient
    written: str
    guessed: str = ""
    because: Because = "known"


@dataclass(frozen=True)
class Reading:
    """A list as it was read: what was found, ordinary names, and what stands on no list of ours."""

    found: tuple[Found, ...] = ()
    ordinary: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    said_neat: bool = False
    thinned: bool = False

    def of(self, because: Because) -> tuple[Found, ...]:
        """What was found for that reason."""
        return tuple(each for each in self.found if each.because == because)

    @property
    def unsuitable(self) -> bool:
        """Whether an allergy that the person told us about speaks against the product."""
        return any(each.because == "yours" for each in self.found)

    @property
    def neat(self) -> bool:
        """Whether it is an essential oil with nothing to thin it."""
        pure = any(each.ingredient.neat for each in self.found)
        thinned = self.thinned or self.ordinary or self.unknown or any(each.ingredient.carrier for each in self.found)
        return pure and (self.said_neat or not thinned)


# Reading a list.


def plain(text: str) -> str:
    """Words as they are compared: small letters without accents, brackets, hyphens and figures of per cent."""
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return " ".join(_NOT_WORDS.sub(" ", "".join(c for c in text if not unicodedata.combining(c)).casefold()).split())


def pieces(text: str) -> Iterator[str]:
    """The entries of a list as they were written, whatever stands between them."""
    text = _SHARE.sub(" ", _kept_zero(unicodedata.normalize("NFC", text)))
    for piece in _SEPARATORS.split(text):
        said = " ".join(_HEADING.sub("", piece).split()).strip(" .:-–—*\"'")
        if any(c.isalpha() for c in said):
            yield said


def _kept_zero(text: str) -> str:
    """With "0 %" as a word: what stands after it is not in the product."""
    return re.sub(r"(?<![\d.,])0\s*%", " zero ", text)


def read_list(
    text: str, table: IngredientTable, allergies: Collection[str] = (), limits: Collection[str] = ()
) -> Reading:
    """The list compared with the table, for somebody with these allergies and limits from their safety check."""
    found: dict[str, Found] = {}
    ordinary: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for piece in list(pieces(text))[:PIECES_AT_MOST]:
        entries, plainly, known = _piece(piece, table)
        for each in entries:
            found.setdefault(each.ingredient.id, _for(each, allergies, limits))
        ordinary |= dict.fromkeys(plainly)
        if not known:
            unknown.setdefault(piece)
    ordered = sorted(found.values(), key=lambda each: ("yours", "told", "known").index(each.because))
    whole = plain(text)
    said_neat = any(_within(words, whole) for words in table.neat_words)
    return Reading(tuple(ordered), tuple(ordinary), tuple(unknown), said_neat, thinned=_says_thinned(text))


def _says_thinned(text: str) -> bool:
    """Whether a share is named that leaves room for something else."""
    return any(0 < float(share.replace(",", ".")) < WHOLE for share in _PER_CENT.findall(text))


def _for(found: Found, allergies: Collection[str], limits: Collection[str]) -> Found:
    because: Because = "known"
    if found.ingredient.limits & frozenset(limits):
        because = "told"
    if found.ingredient.allergies & frozenset(allergies):
        because = "yours"
    return Found(found.ingredient, found.written, found.guessed, because)


def _piece(piece: str, table: IngredientTable) -> tuple[list[Found], tuple[str, ...], bool]:
    """The entries in one piece, the ordinary names in it, and whether it is known at all.

    What names nothing, or says what is not there, holds neither and is known.
    """
    words = [word for word in plain(piece).split() if word not in table.fillers]
    spans = list(_spans(plain(piece).split(), table)) or list(_spans(words, table))
    if words and not spans:
        return _guessed(piece, words, table)
    if not words or _denied(plain(piece).split(), table):
        return [], (), True
    keys = dict.fromkeys(key for name, _ in spans if (key := table.named[name]))
    plainly = tuple(name for name, _ in spans if not table.named[name])
    written = (piece,) if plainly and not keys else plainly
    return [Found(table.ingredients[key], piece) for key in keys], written, True


def _spans(words: list[str], table: IngredientTable) -> Iterator[tuple[str, int]]:
    """The longest known names in the words, from the left, each with where it begins."""
    at = 0
    while at < len(words):
        for length in range(min(table.longest, len(words) - at), 0, -1):
            name = " ".join(words[at : at + length])
            if name in table.named and (length == len(words) or name not in table.alone):
                yield name, at
                at += length
                break
        else:
            at += 1


def _denied(words: list[str], table: IngredientTable) -> bool:
    """Whether the words say that what they name is not there: "free from", "without", "paraben-free"."""
    spans = list(_spans(words, table))
    if not spans:
        return False
    first, last = spans[0][1], spans[-1][1] + len(spans[-1][0].split())
    before, after = " ".join(words[:first]), " ".join(words[last:])
    return bool(_FREE_AFTER.match(after)) or any(_within(word, before) for word in table.free_of)


def _within(words: str, text: str) -> bool:
    return f" {words} " in f" {text} "


def _guessed(piece: str, words: list[str], table: IngredientTable) -> tuple[list[Found], tuple[str, ...], bool]:
    """The one name that is nearest to a slip of the keyboard; nothing when two are as near or none is."""
    written = " ".join(words)
    slips = 2 if len(written) >= LONG_WORD else 1
    near = process.extract(written, table.guesses, scorer=OSA.distance, score_cutoff=slips, limit=4)
    near = [each for each in near if each[0][0] == written[0]] if len(written) >= GUESSED_FROM else []
    best = [name for name, distance, _ in near if distance == near[0][1]]
    meant = {table.named[name] for name in best}
    if len(meant) != 1:
        return [], (), False
    key = meant.pop()
    return ([Found(table.ingredients[key], piece, best[0])], (), True) if key else ([], (piece,), True)


# Reading the table.


class IngredientProblem(Exception):
    """The table is faulty; `faults` says everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def ingredient_table(raw: Mapping[str, Any], findings: Collection[str], limits: Collection[str]) -> IngredientTable:
    """The table as read from YAML, checked against the safety check; raises IngredientProblem."""
    faults: list[str] = []
    where = "ingredients: the table"
    groups = section(raw, "groups", where, faults)
    for name, entry in groups.items():
        faults += _group_faults(f"ingredients: group «{name}»", entry, findings, limits)
    entries = {
        key: _ingredient(key, entry, groups, findings, limits, faults)
        for key, entry in section(raw, "ingredients", where, faults).items()
    }
    others = names(raw, "others", where, faults)
    named = _named(entries, others, faults)
    faults += strange_keys(raw, PARTS, where)
    words = {part: tuple(plain(each) for each in names(raw, part, where, faults)) for part in WORD_PARTS}
    if faults:
        raise IngredientProblem(faults)
    return IngredientTable(
        entries,
        tuple(groups),
        named,
        alone=frozenset(words["alone"]),
        neat_words=words["neat_words"],
        free_of=words["free_of"],
        fillers=frozenset(words["fillers"]),
        longest=max(len(name.split()) for name in named),
        guesses=tuple(name for name in named if len(name) >= GUESSED_FROM),
    )


def _group_faults(where: str, entry: Any, findings: Collection[str], limits: Collection[str]) -> Iterator[str]:
    fields: Mapping[str, Any] = entry if isinstance(entry, Mapping) else {}
    faults: list[str] = []
    yield from strangers(names(fields, "allergies", where, faults, needed=False), findings, "finding", where)
    yield from strangers(names(fields, "limits", where, faults, needed=False), limits, "limit", where)
    names(fields, "sources", where, faults)
    yield from faults
    yield from grade_faults(str(fields.get("grade", "")), where)
    yield from strange_keys(fields, GROUP_KEYS, where)


def _ingredient(
    key: str,
    entry: Any,
    groups: Mapping[str, Any],
    findings: Collection[str],
    limits: Collection[str],
    faults: list[str],
) -> Ingredient:
    where = f"ingredients: «{key}»"
    own: Mapping[str, Any] = entry if isinstance(entry, Mapping) else {}
    group = groups.get(own.get("group", ""))
    if not isinstance(group, Mapping):
        faults.append(f"{where} is of the group «{own.get('group', '')}», which does not exist.")
        group = {}
    merged = {**group, **own}
    faults += strange_keys(own, KEYS, where)
    faults += strangers(_listed(own, "allergies"), findings, "finding", where)
    faults += strangers(_listed(own, "limits"), limits, "limit", where)
    if "grade" in own:
        faults += grade_faults(str(own["grade"]), where)
    return Ingredient(
        id=key,
        group=str(own.get("group", "")),
        names=names(own, "names", where, faults),
        allergies=frozenset(_listed(merged, "allergies")),
        limits=frozenset(_listed(merged, "limits")),
        neat=merged.get("neat") == "yes",
        carrier=merged.get("carrier") == "yes",
        grade=str(merged.get("grade", "")),
        sources=_listed(merged, "sources"),
        facts=_listed(merged, "facts"),
    )


def _listed(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = entry.get(key)
    return tuple(value) if isinstance(value, list) and all(is_name(name) for name in value) else ()


def _named(entries: Mapping[str, Ingredient], others: Collection[str], faults: list[str]) -> dict[str, str]:
    named: dict[str, str] = {}
    everything = [(name, key) for key, entry in entries.items() for name in entry.names]
    for name, key in (*everything, *((name, "") for name in others)):
        words = plain(name)
        if named.get(words, key) != key:
            faults.append(
                f"ingredients: the name «{name}» stands for «{named[words] or 'others'}» and «{key or 'others'}»."
            )
        named[words] = key
    return named


def ingredient_word_faults(table: IngredientTable, words: Mapping[str, Any]) -> Iterator[str]:
    """What the words of the table lack or have too much of."""
    where = "ingredient words"
    yield from word_faults(words, "groups", table.groups, ("name", "says"), where)
    yield from word_faults(words, "ingredients", table.ingredients, ("name",), where)
    yield from strange_keys(words, ("groups", "ingredients"), where)
