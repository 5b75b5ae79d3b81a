"""A TinyDB storage whose file is whole at every instant, whatever is pulled out of the wall.

A write goes beside the file, is synced, and takes the file's name in one rename; the version before it
stays as `.bak`. What must stay true:

* the file that bears the name is always a version written whole, so a killed process damages nothing;
* `.bak` changes only after the rename: at no instant are both names on their way;
* a disk that loses bytes later is noticed by the checksum, and reading falls back to `.bak`.
"""

import contextlib
import errno
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import orjson
import structlog
from tinydb.storages import Storage

from bot.store.disk import Disk

Tables = dict[str, dict[str, Any]]
T = TypeVar("T")

log = structlog.get_logger()


class Damaged(Exception):
    """These bytes are no record; the message says why and never quotes them."""


def seal(tables: Tables) -> bytes:
    """Two lines: the JSON, then its CRC-32 in eight hexadecimal digits."""
    body = orjson.dumps(tables)
    return b"%s\n%08x\n" % (body, zlib.crc32(body))


def unseal(data: bytes) -> Tables:
    """What `seal` was given; raises Damaged when a single bit differs."""
    body, _, check = data.removesuffix(b"\n").rpartition(b"\n")
    if b"%08x" % zlib.crc32(body) != check:
        raise Damaged("its checksum does not fit")
    try:
        tables = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Damaged("it is not JSON") from None
    if not isinstance(tables, dict):
        raise Damaged("it holds no tables")
    return tables


def as_it_is(tables: Tables) -> Tables:
    """The tables themselves, for readers that want nothing more than whole JSON."""
    return tables


class DurableStorage(Storage):
    """One file, its previous version `.bak`, and two names used in passing: `.tmp` (coming) and `.old`
    (going).
    """

    def __init__(self, path: str | Path, disk: Disk | None = None) -> None:
        self.path = Path(path)
        self.disk = disk or Disk()
        self.previous, self._coming, self._going = (
            self.path.with_name(self.path.name + suffix) for suffix in (".bak", ".tmp", ".old")
        )

    def read(self) -> Tables | None:
        """The newest whole version, None when there is none; raises Damaged when all there is is damaged."""
        return self.read_as(as_it_is)

    def read_as(self, understand: Callable[[Tables], T]) -> T | None:
        """The newest version that `understand` (which raises Damaged) makes sense of."""
        faults: list[str] = []
        for path in (self.path, self.previous):
            try:
                understood = understand(unseal(self._bytes(path)))
            except FileNotFoundError:
                continue
            except Damaged as fault:
                faults.append(str(fault))
                continue
            if path == self.previous:
                log.warning("previous_version_used", record=self.path.stem, faults=faults or ["it is missing"])
            return understood
        if faults:
            raise Damaged("; ".join(faults))
        return None

    def write(self, data: Tables) -> None:
        """Durable when it returns; the version before it stays as `.bak`.

        An OSError leaves the old version in place (or the new one, if only the folder could not be synced).
        """
        self._write_beside(seal(data))
        try:
            had_one = self._hold_the_old()
            self.disk.replace(self._coming, self.path)
        except OSError:
            self.tidy()
            raise
        if had_one:
            # The record itself is already kept: a previous version one turn older is better than a failed
            # turn.
            with contextlib.suppress(OSError):
                self.disk.replace(self._going, self.previous)
        self.disk.sync_folder(self.path.parent)

    def overwrite(self, data: Tables) -> int:
        """Durable like `write`, but no version from before remains; returns how many copies went."""
        self._write_beside(seal(data))
        went = int(self.path.exists())
        self.disk.replace(self._coming, self.path)
        went += sum(map(self.disk.remove, (self._going, self.previous)))
        self.disk.sync_folder(self.path.parent)
        return went

    def erase(self) -> int:
        """No copy remains; returns how many there were. `.bak` goes before the file, so that it never
        stands for it.
        """
        went = sum(map(self.disk.remove, (self._coming, self._going, self.previous, self.path)))
        self.disk.sync_folder(self.path.parent)
        return went

    def tidy(self) -> None:
        """What an interrupted write left beside the file is gone, as far as the disk lets us."""
        with contextlib.suppress(OSError):
            self.disk.remove(self._coming)
            self.disk.remove(self._going)

    def _bytes(self, path: Path) -> bytes:
        try:
            return self.disk.read(path)
        except OSError as fault:
            if fault.errno != errno.EIO:
                raise  # the file may be well (too many are open, say): an older one must not stand in for it
            raise Damaged("the disk cannot read it") from None

    def _write_beside(self, sealed: bytes) -> None:
        try:
            self.disk.write(self._coming, sealed)
        except OSError:
            self.tidy()
            raise

    def _hold_the_old(self) -> bool:
        """A second name for the present version, so that the rename does not end it; False when there is
        none.
        """
        self.disk.remove(self._going)
        try:
            self.disk.link(self.path, self._going)
        except FileNotFoundError:
            return False
        return True
