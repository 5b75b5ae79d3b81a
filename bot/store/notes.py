"""What people asked and thought of answers, for the editors: one JSON object a line, one file for each kind.

Nothing here tells who it came from: no id, no hash of one, no time finer than a day. So erasing a person cannot reach
it, and there is nothing of theirs in it to erase.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import structlog

from bot.store.disk import Disk, told

FOLDER = "notes"

log = structlog.get_logger()


class Notes:
    """The notes in a data folder."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder / FOLDER
        self._disk = disk

    def add(self, kind: str, fields: Mapping[str, Any]) -> None:
        """One more line, on the disk itself when this returns; raises StoreProblem."""
        with told(f"The note of kind {kind} could not be filed"):
            self._disk.make_folder(self._folder)
            self._disk.add_line(self._folder / f"{kind}.jsonl", orjson.dumps(dict(fields)))
            self._disk.sync_folder(self._folder)

    def all(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Every kind with its notes, oldest first; a line that was cut off is left out."""
        for path in sorted(self._folder.glob("*.jsonl")):
            yield path.stem, list(_lines(path.stem, self._disk.read(path)))


def _lines(kind: str, data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.splitlines():
        try:
            yield orjson.loads(line)
        except orjson.JSONDecodeError:
            log.warning("note_left_out", kind=kind)


def notes_in(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Every note in a data folder by its kind, read beside a running bot."""
    with told("The notes could not be read"):
        return dict(Notes(folder, Disk()).all())
