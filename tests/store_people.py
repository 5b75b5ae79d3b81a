"""People, entries and a disk that fills up, for the tests of the store."""

import errno
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.dialogue.effects import Button
from bot.dialogue.person import Answer, Consent, Person
from bot.store.disk import Disk
from bot.store.record import Entry, Record, Seen

NOW = datetime(2026, 11, 22, 9, 30, 15, 250_000, tzinfo=UTC)
YEAR = 365
BUTTONS = ((Button("Menu", "3:menu"), Button("Copy", copies="Where are my plaques?")),)


def somebody(person_id: int = 4711, *entries: Entry, says: str = "elbows and knees") -> Record:
    """A person with consent, one answer, one update taken, and these entries unsent."""
    person = Person(person_id, consent=Consent("1", NOW), answers={"map.where": Answer(["elbow", says], NOW)})
    return Record(person, NOW - timedelta(days=2), NOW, seen=(Seen(70_000, NOW),), outbox=entries)


def newcomer(person_id: int, *entries: Entry) -> Record:
    """A person who has not consented to anything."""
    return Record(Person(person_id), NOW, NOW, outbox=entries)


def entry(name: str, *, at: datetime = NOW, buttons: bool = True) -> Entry:
    """An unsent message of that id."""
    return Entry(name, at, f"Words of {name}.", BUTTONS if buttons else ())


def saying(record: Record, words: str) -> Record:
    """The same person with another answer."""
    answers = {**record.person.answers, "said": Answer(words, NOW)}
    return replace(record, person=replace(record.person, answers=answers))


class FailingDisk(Disk):
    """A real disk on which the calls named in `failing` find no room, if the path holds `only`."""

    def __init__(self, *failing: str, only: str = "") -> None:
        self.failing = set(failing)
        self.only = only
        self.room_for: int | None = None

    def write(self, path: Path, data: bytes) -> None:
        if self._fails("write", path):
            super().write(path, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(path, data)

    def link(self, existing: Path, new: Path) -> None:
        self._perhaps("link", existing)
        super().link(existing, new)

    def replace(self, source: Path, target: Path) -> None:
        self._perhaps("replace", target)
        super().replace(source, target)

    def sync_folder(self, folder: Path) -> None:
        self._perhaps("sync_folder", folder)
        super().sync_folder(folder)

    def open_to_append(self, path: Path) -> int:
        self._perhaps("open_to_append", path)
        return super().open_to_append(path)

    def append(self, handle: int, data: bytes) -> int:
        """Takes `room_for` bytes more, when that is set, and then none."""
        if self.room_for is None:
            self._perhaps("append", Path())
            return super().append(handle, data)
        if self.room_for == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = super().append(handle, data[: self.room_for])
        self.room_for -= taken
        return taken

    def read(self, path: Path) -> bytes:
        self._perhaps("read", path)
        return super().read(path)

    def _fails(self, call: str, path: Path) -> bool:
        return call in self.failing and self.only in str(path)

    def _perhaps(self, call: str, path: Path) -> None:
        if self._fails(call, path):
            raise OSError(errno.ENOSPC, "No space left on device")


def files_of(folder: Path, ending: str = "") -> list[Path]:
    """Every file under the folder whose name ends like that."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name.endswith(ending))


def traces(folder: Path, *words: str | int) -> list[str]:
    """Which of the words can be read in a file's bytes or name under the folder, and where."""
    return [
        f"{word} in {path.name}"
        for path in files_of(folder)
        for word in words
        if str(word).encode() in path.read_bytes() or str(word) in path.name
    ]


def ids(records: Iterable[Record]) -> set[int]:
    """Whose records these are."""
    return {record.person.id for record in records}
