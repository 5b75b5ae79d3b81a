"""What became of sends: the one journal, appended without fsync, folded into the person's next record.

A line is the person's hash, the entry, what became of it, the message id. There are sixteen books, by the
first digit of the hash, because erasing a person writes a book anew. A book is a folder of numbered segments;
every process begins a new one, so a torn last line can spoil no other. What must stay true:

* a mark is forgotten only when a kept record's outbox no longer holds its entry: a mark that comes while an
  older view of the outbox is being written stays live;
* a compaction writes the live marks whole into a new segment, takes its name in one rename, and only then
  removes the older ones: read twice, a mark means the same as read once;
* a full disk costs at most a silent repetition: what could not be written is held and written with the next
  mark.
"""

import contextlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import orjson
import structlog

from bot.store.disk import Disk, told
from bot.store.record import Entry, Mark, Record

FOLDER = "marks"
BOOKS = "0123456789abcdef"
# Bytes appended before a compaction is worth its while; more, when the live marks take more.
GROWN = 100_000

Live = dict[str, tuple[Mark, ...]]

log = structlog.get_logger()


def fold(record: Record, marks: Collection[Mark]) -> Record:
    """The record as the marks make it: what was sent or given up has left the outbox, tried is `sending`.

    The newest sent message with buttons becomes the keyboard, the newest with a picture of a slot that picture. Marks
    of entries not in the outbox say nothing.
    """
    if not marks:
        return record
    over = final(marks)
    tried = {mark.entry for mark in marks if mark.became == "tried"}
    outbox = tuple(_tried(entry, tried) for entry in record.outbox if entry.id not in over)
    if outbox == record.outbox:
        return record
    keyboard, pictures = _keyboard(record, over.values()), _pictures(record, over)
    return replace(record, outbox=outbox, keyboard=keyboard, pictures=pictures)


def final(marks: Iterable[Mark]) -> dict[str, Mark]:
    """The first `sent` or `dropped` of each entry, in the order they came."""
    over: dict[str, Mark] = {}
    for mark in marks:
        if mark.became != "tried":
            over.setdefault(mark.entry, mark)
    return over


def _tried(entry: Entry, tried: Collection[str]) -> Entry:
    return replace(entry, state="sending") if entry.id in tried and entry.state != "sending" else entry


def _keyboard(record: Record, over: Iterable[Mark]) -> int | None:
    with_buttons = {entry.id for entry in record.outbox if entry.buttons and not entry.beside}
    keyboard = record.keyboard
    for mark in over:
        if mark.became == "sent" and mark.message_id is not None and mark.entry in with_buttons:
            keyboard = mark.message_id
    return keyboard


def _pictures(record: Record, over: Mapping[str, Mark]) -> Mapping[str, int]:
    sent = {entry.slot: mark.message_id for entry in record.outbox if entry.slot and (mark := over.get(entry.id))}
    shown = {slot: message_id for slot, message_id in sent.items() if message_id is not None}
    return {**record.pictures, **shown} if shown else record.pictures


@dataclass(frozen=True)
class Snapshot:
    """The live marks at one instant, and the number of the segment that will hold them."""

    number: int
    live: Mapping[str, tuple[Mark, ...]]


class Marks:
    """One book: the live marks by person and the segment being appended to.

    Belongs to one thread, but for `compact` and `erase`, which take a snapshot to another, one at a time.
    """

    def __init__(self, folder: Path, disk: Disk, grown: int = GROWN) -> None:
        self._folder = folder
        self._disk = disk
        disk.make_folder(self._folder)
        segments = _segments(self._folder)
        self._live = _read(segments, disk)
        self._number = _number(segments[-1]) + 1 if segments else 1
        self._handle: int | None = None
        self._unwritten = bytearray()
        self._appended = 0
        self._grown = grown
        self._whole = 0
        self._missing_on_disk = False
        self.scattered = any(self._folder.iterdir())

    def note(self, name: str, mark: Mark) -> bool:
        """The mark counts from now on; False when the disk did not take it and only this process knows."""
        marks = self._live.get(name, ())
        if mark in marks:
            return True
        self._live[name] = (*marks, mark)
        if self._missing_on_disk:
            self._missing_on_disk = False
            self._unwritten[:] = _lines(self._live)
        else:
            self._unwritten += _line(name, mark)
        return self._append()

    def of(self, name: str) -> tuple[Mark, ...]:
        """The person's live marks, oldest first."""
        return self._live.get(name, ())

    def forget(self, name: str, outbox: Collection[str]) -> None:
        """A record was kept whose outbox holds these entries: marks of all others are in it already."""
        left = tuple(mark for mark in self.of(name) if mark.entry in outbox)
        if left:
            self._live[name] = left
        else:
            self._live.pop(name, None)

    def drop(self, name: str) -> int:
        """Nothing of this person counts any more; returns how many marks did. Their lines go with `erase`."""
        return len(self._live.pop(name, ()))

    @property
    def grown(self) -> bool:
        """Whether a compaction is worth its while."""
        return self._appended > max(self._grown, self._whole)

    def snapshot(self) -> Snapshot:
        """What `compact` or `erase` will write; from here on marks go to a new segment."""
        self.close()
        self._unwritten.clear()
        self._appended = 0
        self._number += 2
        return Snapshot(self._number - 1, dict(self._live))

    def compact(self, snapshot: Snapshot) -> None:
        """The live marks are in one synced segment, the older ones gone; a full disk leaves those alone."""
        try:
            self._write_whole(snapshot)
            self._remove_before(snapshot)
        except OSError as fault:
            self._missing_on_disk = True
            log.warning("marks_not_compacted", reason=fault.strerror)
        self.scattered = False

    def erase(self, snapshot: Snapshot) -> None:
        """The same, but the older segments go in any case; raises StoreProblem when they cannot.

        If there is no room for what is left, it is held in memory and written with the next mark.
        """
        try:
            self._write_whole(snapshot)
        except OSError:
            self._missing_on_disk = True
        with told("The marks of past sends could not be erased"):
            self._remove_before(snapshot)

    def close(self) -> None:
        """The segment is let go; a later mark opens it again."""
        if self._handle is not None:
            self._disk.close(self._handle)
            self._handle = None

    def _write_whole(self, snapshot: Snapshot) -> None:
        lines = _lines(snapshot.live)
        self._whole = len(lines)
        if not lines:
            return
        coming = self._folder / f"{snapshot.number}.tmp"
        try:
            self._disk.write(coming, lines)
            self._disk.replace(coming, _segment(self._folder, snapshot.number))
        except OSError:
            with contextlib.suppress(OSError):
                self._disk.remove(coming)
            raise

    def _remove_before(self, snapshot: Snapshot) -> None:
        for path in (*_segments(self._folder), *_segments(self._folder, "*.tmp")):
            if _number(path) < snapshot.number:
                self._disk.remove(path)
        self._disk.sync_folder(self._folder)

    def _append(self) -> bool:
        try:
            if self._handle is None:
                self._handle = self._disk.open_to_append(_segment(self._folder, self._number))
            # A disk that fills up takes half a line: the other half follows it when there is room again.
            taken = self._disk.append(self._handle, bytes(self._unwritten))
        except OSError:
            return False
        self._appended += taken
        del self._unwritten[:taken]
        return not self._unwritten


def book_of(folder: Path, name: str) -> Path:
    """The folder of the book in which the marks of the person of that name are."""
    return folder / FOLDER / name[0]


def read_marks(book: Path, disk: Disk) -> Live:
    """The live marks as the files tell them, for a reader beside a running bot."""
    while True:
        try:
            return _read(_segments(book), disk)
        except FileNotFoundError:
            continue  # a compaction took the segment from under us: what it held is in the newer one


def _segment(folder: Path, number: int) -> Path:
    return folder / f"{number}.log"


def _number(path: Path) -> int:
    return int(path.stem)


def _segments(folder: Path, pattern: str = "*.log") -> list[Path]:
    """The segments, oldest first."""
    return sorted((path for path in folder.glob(pattern) if path.stem.isdecimal()), key=_number)


def _read(segments: Iterable[Path], disk: Disk) -> Live:
    live: dict[str, dict[Mark, None]] = {}
    for line in chain.from_iterable(disk.read(path).split(b"\n") for path in segments):
        if told := _told(line):
            name, mark = told
            live.setdefault(name, {})[mark] = None
    return {name: tuple(marks) for name, marks in live.items()}


def _line(name: str, mark: Mark) -> bytes:
    return orjson.dumps([name, mark.entry, mark.became, mark.message_id]) + b"\n"


def _lines(live: Mapping[str, tuple[Mark, ...]]) -> bytes:
    return b"".join(_line(name, mark) for name, marks in live.items() for mark in marks)


def _told(line: bytes) -> tuple[str, Mark] | None:
    """What a line says, or None when it was torn by the end of its process."""
    try:
        match orjson.loads(line):
            case [
                str(name),
                str(entry),
                ("tried" | "sent" | "dropped") as became,
                int() | None as message_id,
            ]:
                return name, Mark(entry, became, message_id)
            case _:
                return None
    except orjson.JSONDecodeError:
        return None
