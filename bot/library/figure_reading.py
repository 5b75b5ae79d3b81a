"""The picture of the body and its words, read and checked against the areas of the skin."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from bot.cards.body import Figure, FigureProblem, figure_faults, read_figure
from bot.cards.figure import FigureWords
from bot.library.problems import Fault
from bot.library.text_yaml import UnreadableYaml, only_texts, read_mapping, read_text

FIGURE, WORDS = "body/figure.svg", "figure.yaml"
NAMES = tuple(field.name for field in fields(FigureWords))
# What fits beside the drawing at the size that a phone still shows well.
ROOM, SHORT_ROOM, SHORT = 20, 12, ("left", "right")


@dataclass(frozen=True)
class Picture:
    """The drawing, and its words in one language."""

    figure: Figure
    words: FigureWords


def read_pictures(
    folder: Path, languages: Iterable[str], areas: Collection[str], faults: list[Fault]
) -> dict[str, Picture]:
    """The figure with its words in each language; content without a figure has none."""
    if not (folder / FIGURE).is_file():
        return {}
    figure = _figure(folder, faults)
    if figure is None:
        return {}
    faults += [Fault(FIGURE, sentence) for sentence in figure_faults(figure, areas, NAMES)]
    words = {language: _words(folder, language, faults) for language in languages}
    return {language: Picture(figure, said) for language, said in words.items() if said}


def _figure(folder: Path, faults: list[Fault]) -> Figure | None:
    try:
        return read_figure(read_text(folder / FIGURE))
    except FigureProblem as problem:
        faults += [Fault(FIGURE, sentence) for sentence in problem.faults]
    except (OSError, UnreadableYaml) as error:
        faults.append(Fault(FIGURE, _unread(error)))
    return None


def _words(folder: Path, language: str, faults: list[Fault]) -> FigureWords | None:
    name = f"{language}/{WORDS}"
    try:
        texts, wrong = only_texts(read_mapping(folder / name), "this file")
    except (OSError, UnreadableYaml) as error:
        faults.append(Fault(name, _unread(error)))
        return None
    wrong = [*wrong, *word_faults(texts)]
    faults += [Fault(name, sentence) for sentence in wrong]
    return None if wrong else FigureWords(**texts)


def _unread(error: OSError | UnreadableYaml) -> str:
    return f"this file cannot be read ({error.strerror})." if isinstance(error, OSError) else f"{error}."


def word_faults(texts: Mapping[str, str]) -> Iterator[str]:
    """Words that are missing, too long for their place, or that nobody asks for."""
    for name in NAMES:
        room = SHORT_ROOM if name in SHORT else ROOM
        if not texts.get(name):
            yield f"the word «{name}» is missing."
        elif len(texts[name]) > room:
            yield f"«{name}» is longer than {room} characters."
    for name in texts:
        if name not in NAMES:
            yield f"the word «{name}» stands nowhere in the picture."
