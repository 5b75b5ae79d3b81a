"""Pages and pictures from values: one template in Typst gives the PDF for print and the PNG for the chat.

What must stay true:
* A template holds no words: all that is read comes in with the values.
* Only the fonts in content/fonts are used, so that a page looks the same on every machine.
* A character that no font has is replaced before anything is drawn, never printed as a box.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import orjson
import typst

from bot.cards.letters import letters_in, readable

Values = Mapping[str, Any]

TEMPLATES = Path(__file__).resolve().parent
# 210 mm at this density are 1,240 points, which is what Telegram keeps of a photo without making it smaller.
PHOTO_DENSITY = 150.0
# Telegram takes no photo whose width and height together are above 10,000, nor one longer than 20 to 1.
PHOTO_EDGES = 10_000


@dataclass(frozen=True)
class Form:
    """One kind of file: its template, and whether it is a page for print or a picture for the chat."""

    template: str
    made_as: Literal["pdf", "png"]


FORMS: dict[str, Form] = {
    "card.pdf": Form("card.typ", "pdf"),
    "card.png": Form("card.typ", "png"),
    "map.png": Form("map.typ", "png"),
    "questions.pdf": Form("questions.typ", "pdf"),
    "checklist.pdf": Form("checklist.typ", "pdf"),
    "course.png": Form("course.typ", "png"),
}


def draw(kind: str, values: Values, fonts: Path) -> bytes:
    """The file of that kind, filled with the values; raises KeyError for a kind that does not exist and
    RuntimeError when the template cannot be filled.
    """
    form = FORMS[kind]
    growing = "yes" if form.made_as == "png" else "no"
    told = {"values": orjson.dumps(with_letters(values, letters_in(fonts))).decode(), "growing": growing}
    compiler = _compiler(form.template, fonts)
    made = compiler.compile(format=form.made_as, ppi=_density(form), sys_inputs=told)
    return bytes(made[0] if isinstance(made, list) else made or b"")


def with_letters(value: Any, letters: frozenset[int]) -> Any:
    """The same values with every text made of letters that can be printed; pictures are left alone."""
    match value:
        case str():
            return value if value.startswith("<svg") else readable(value, letters)
        case Mapping():
            return {key: with_letters(held, letters) for key, held in value.items()}
        case list() | tuple():
            return [with_letters(held, letters) for held in value]
        case _:
            return value


def _density(form: Form) -> float | None:
    return PHOTO_DENSITY if form.made_as == "png" else None


@cache
def _compiler(template: str, fonts: Path) -> typst.Compiler:
    """Made once for each template: reading the fonts takes longer than drawing."""
    path = str(TEMPLATES / template)
    return typst.Compiler(path, root=str(TEMPLATES), font_paths=[str(fonts)], ignore_system_fonts=True)
