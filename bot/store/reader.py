"""Reading beside a running bot: no lock and nothing written, since every file is whole at every instant."""

from collections.abc import AsyncIterator
from pathlib import Path

import structlog

from bot.store.disk import Disk
from bot.store.interface import StoreProblem
from bot.store.marks import Live, book_of, fold, read_marks
from bot.store.names import Names
from bot.store.record import Record
from bot.store.shelf import Shelf

log = structlog.get_logger()


class Reader:
    """The records of a data folder as they are at the moment of asking; made by `open_reader`."""

    def __init__(self, folder: Path, key: bytes, disk: Disk | None = None) -> None:
        self.names = Names(key)
        self._folder = folder
        self._disk = disk or Disk()
        self._shelf = Shelf(folder, self._disk)

    async def load(self, person_id: int) -> Record | None:
        """The person's record with all marks folded in, or None; raises StoreProblem."""
        name = self.names.of(person_id)
        # The record first: a mark folded in meanwhile names an entry that is gone, and says nothing.
        record = self._shelf.read(name)
        return record and fold(record, self._marks(name).get(name, ()))

    async def everyone(self) -> AsyncIterator[Record]:
        """Every readable record, in no particular order; the others are named in the log."""
        book, marks = "", {}
        for name, _ in self._shelf.names():
            if name[0] != book:
                book, marks = name[0], self._marks(name)
            if record := self._readable(name):
                yield fold(record, marks.get(name, ()))

    def _readable(self, name: str) -> Record | None:
        try:
            return self._shelf.read(name)
        except StoreProblem as problem:
            log.warning("record_left_out", reason=str(problem))
            return None

    def _marks(self, name: str) -> Live:
        return read_marks(book_of(self._folder, name), self._disk)
