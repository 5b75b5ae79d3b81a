"""Which updates were being taken when the process died: a small file beside the store, written without fsync.

The page cache survives kill -9, and after a power cut one lost count costs nothing.
"""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

import orjson


class Attempts:
    """Counts, over restarts, how often an update was begun and not ended."""

    AT_MOST = 3

    def __init__(self, path: Path) -> None:
        self._path = path
        self._counts = self._read()

    def before(self, update_id: int) -> int:
        """How often this update was begun and never ended."""
        return self._counts.get(update_id, 0)

    def begin(self, update_ids: Iterable[int]) -> None:
        """Note that these are being taken."""
        self._counts |= {update_id: self.before(update_id) + 1 for update_id in update_ids}
        self._write()

    def end(self, update_id: int) -> None:
        """Note that this one was survived."""
        self._counts.pop(update_id, None)
        self._write()

    def end_all(self) -> None:
        """Note that a batch was survived; what was in hand at a death is in the first one, or gone."""
        self._counts = {}
        self._write()

    def _read(self) -> dict[int, int]:
        try:
            held = orjson.loads(self._path.read_bytes() or b"{}")
            return {int(update_id): int(count) for update_id, count in held.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def _write(self) -> None:
        content = orjson.dumps(self._counts, option=orjson.OPT_NON_STR_KEYS) if self._counts else b""
        # A full disk must not stop a turn; only the count of a crash would be lost.
        with contextlib.suppress(OSError), os.fdopen(self._open(), "wb") as file:
            file.write(content)

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
