"""Updates that could not be taken: filed, to hold up nobody, where erasing their person finds them."""

import json
import re
import secrets
from pathlib import Path
from typing import Any

from bot.store.disk import Disk, told

FOLDER = "aside"
NOBODY = "nobody"


class Aside:
    """One synced file an update, named with the person's hash, or `nobody` when nobody knows whose it is."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder / FOLDER
        self._disk = disk
        disk.make_folder(self._folder)

    def file(self, name: str | None, update: dict[str, Any], why: str) -> None:
        """Durable when it returns; the same update filed twice is one file. Raises StoreProblem."""
        number = update.get("update_id")
        which = number if isinstance(number, int) else secrets.token_hex(8)
        path = self._folder / f"{name or NOBODY}-{which}.json"
        coming = path.with_suffix(".tmp")
        with told("An update that could not be taken could not be filed either"):
            self._disk.write(coming, _written(update, why))
            self._disk.replace(coming, path)
            self._disk.sync_folder(self._folder)

    def erase(self, name: str, person_id: int) -> int:
        """No file of this person remains, nor any that names them; returns how many. Raises StoreProblem."""
        names_them = re.compile(rb"(?<!\d)" + str(abs(person_id)).encode() + rb"(?!\d)")
        with told(f"The updates set aside for {name} could not be erased"):
            went = [path for path in self._folder.iterdir() if self._is_of(path, name, names_them)]
            for path in went:
                self._disk.remove(path)
            if went:
                self._disk.sync_folder(self._folder)
        return len(went)

    def _is_of(self, path: Path, name: str, names_them: re.Pattern[bytes]) -> bool:
        if path.name.startswith(f"{name}-"):
            return True
        try:
            return names_them.search(self._disk.read(path)) is not None
        except FileNotFoundError:
            return False


def _written(update: dict[str, Any], why: str) -> bytes:
    # The standard library's json, not orjson: what was set aside may be broken in ways orjson refuses to
    # write.
    return json.dumps({"why": why, "update": update}, default=repr, indent=1).encode("ascii")
