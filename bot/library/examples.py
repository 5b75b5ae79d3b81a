"""Example sentences of people in danger and of people who are well: what the second look of the net learns from."""

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from bot.answers.net import Level
from bot.library.problems import Fault

FOLDER, ALARMS, CALM = "red_flag_examples", "alarms.tsv", "calm.txt"
LEVEL_NAMES: dict[str, Level] = {level: level for level in get_args(Level)}


@dataclass(frozen=True)
class Examples:
    """Sentences that must ring with their level, and sentences that must not."""

    alarms: tuple[tuple[Level, str], ...] = ()
    calm: tuple[str, ...] = ()


def read_examples(folder: Path, faults: list[Fault]) -> Examples:
    """The examples in a language's folder, every line that cannot be read as a fault; none without the files."""
    alarms: list[tuple[Level, str]] = []
    for number, line in enumerate(_lines(folder / FOLDER / ALARMS, faults), start=1):
        level, _, rest = line.partition("\t")
        topic, _, sentence = rest.partition("\t")
        if level in LEVEL_NAMES and topic and sentence.strip():
            alarms.append((LEVEL_NAMES[level], sentence))
        else:
            faults.append(Fault(f"{FOLDER}/{ALARMS}", f"line {number} is not level, topic and sentence between tabs."))
    return Examples(tuple(alarms), tuple(_lines(folder / FOLDER / CALM, faults)))


def _lines(path: Path, faults: list[Fault]) -> list[str]:
    if not path.is_file():
        return []
    try:
        return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        faults.append(Fault(f"{FOLDER}/{path.name}", "this file cannot be read as text."))
        return []
