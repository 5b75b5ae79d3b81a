"""The few things the store asks of a file system, in one place: a test hands in a disk that is full.

Files are made 0600 and folders 0700: what lies here is health data.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.store.interface import StoreProblem

NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EMLINK}


class Disk:
    """The real file system. Every call raises OSError when it fails, and then has changed no other file."""

    def make_folder(self, folder: Path) -> None:
        """The folder exists; it, and whatever above it had to be made, is its owner's alone."""
        if not folder.parent.exists():
            self.make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)

    def read(self, path: Path) -> bytes:
        """The whole file."""
        return path.read_bytes()

    def write(self, path: Path, data: bytes) -> None:
        """The file holds exactly `data`, on the disk itself when this returns."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        finally:
            os.close(handle)

    def link(self, existing: Path, new: Path) -> None:
        """`new` names the same bytes as `existing`; a copy where the file system knows no hard links."""
        try:
            new.hardlink_to(existing)
        except OSError as fault:
            if fault.errno not in NO_HARD_LINKS:
                raise
            self.write(new, self.read(existing))

    def replace(self, source: Path, target: Path) -> None:
        """`target` is at once and wholly what `source` was."""
        source.replace(target)

    def remove(self, path: Path) -> bool:
        """The file is gone; False when there was none."""
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        return True

    def sync_folder(self, folder: Path) -> None:
        """What was named, renamed or removed in the folder stays so after a power cut."""
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def open_to_append(self, path: Path) -> int:
        """A handle whose every write lands at the end of the file."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def append(self, handle: int, data: bytes) -> int:
        """How many bytes were taken; not synced, but a killed process loses none of them."""
        return os.write(handle, data)

    def add_line(self, path: Path, line: bytes) -> None:
        """The file ends with `line` and a line break, on the disk itself when this returns."""
        handle = self.open_to_append(path)
        try:
            rest = memoryview(line + b"\n")
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        finally:
            os.close(handle)

    def close(self, handle: int) -> None:
        """The handle is given back."""
        os.close(handle)


@contextmanager
def told(what: str) -> Iterator[None]:
    """A fault of the disk inside becomes a StoreProblem: one sentence of what failed and why."""
    try:
        yield
    except OSError as fault:
        raise StoreProblem(f"{what}: {fault.strerror}.") from fault
