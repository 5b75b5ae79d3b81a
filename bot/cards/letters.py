"""Which characters our fonts can print, and what stands in for one they can't.

A printed card must never show a box. What has no glyph is written with the letters it is made of, where it is made of
some; else with a question mark. Signs that carry no meaning of their own (emoji, skin tones, joiners) are left out.
"""

import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

UNKNOWN = "?"
# Signs people type, in letters that every font of ours has.
SIGNS = {
    "→": "->",
    "←": "<-",
    "≤": "<=",
    "≥": ">=",
    "≠": "=/=",
    "≈": "~",
    "✓": "+",
    "✔": "+",
    "✗": "x",
    "✘": "x",
    "☐": "[ ]",
    "☑": "[x]",
    "●": "•",
    "○": "o",
    "■": "•",
    "▪": "•",
    "★": "*",
    "☆": "*",
}
# Controls and format characters, private use, symbols such as emoji, and skin tones.
SILENT = ("Cc", "Cf", "Co", "Cs", "So", "Sk", "Mn", "Me")


@cache
def letters_in(folder: Path) -> frozenset[int]:
    """The code points that every font in the folder has; raises FileNotFoundError when there is no font."""
    fonts = sorted(folder.glob("*.ttf"))
    if not fonts:
        raise FileNotFoundError(f"there is no font in {folder.name}")
    return frozenset.intersection(*(_letters(font) for font in fonts))


def _letters(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def readable(text: str, letters: frozenset[int]) -> str:
    """The text in characters that can be printed; line breaks and tabs become spaces."""
    if all(ord(letter) in letters for letter in text):
        return text
    spaced = "".join(" " if letter in "\n\r\t\v\f\u2028\u2029" else letter for letter in text)
    composed = unicodedata.normalize("NFC", spaced)
    return "".join(_printed(letter, letters) for letter in composed)


def _printed(letter: str, letters: frozenset[int]) -> str:
    if ord(letter) in letters:
        return letter
    if letter in SIGNS:
        return SIGNS[letter]
    parts = unicodedata.normalize("NFKD", letter)
    kept = "".join(part for part in parts if ord(part) in letters) if parts != letter else ""
    if kept:
        return unicodedata.normalize("NFC", kept)
    return "" if unicodedata.category(letter) in SILENT else UNKNOWN
