"""The store on TinyDB files: who is loaded, who is due, and what became of sends.

What must stay true:

* what the disk holds changes first, what memory holds after: the cache is never ahead of a write;
* what follows from a write happens in its done-callback, so also when the caller gave up waiting;
* the cache holds records as they are on disk, and marks are folded in on the way out: a record that was
  dropped from the cache and read again is the same.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import structlog

from bot.store.aside import Aside
from bot.store.cache import Cache
from bot.store.disk import Disk
from bot.store.due import DueIndex, Standing, Terms, standing
from bot.store.erase_requests import EraseRequests
from bot.store.interface import NewerRecord, StoreProblem, UnreadableRecord
from bot.store.lock import FolderLock
from bot.store.marks import BOOKS, Marks, book_of, final, fold
from bot.store.names import Names
from bot.store.notes import Notes
from bot.store.record import Erased, Mark, Record
from bot.store.shelf import Shelf
from bot.store.versions import warm_up
from bot.store.writers import Writers

CACHED = 1000
BATCH = 500

log = structlog.get_logger()


class TinyStore:
    """Everybody's records in one data folder, made by `open_store`; `Store` says what each method promises.

    `names` turns a person's id into the hash that stands for them in files and logs.
    """

    def __init__(
        self,
        folder: Path,
        key: bytes,
        terms: Terms,
        *,
        lock: FolderLock | None = None,
        cached: int = CACHED,
        disk: Disk | None = None,
    ) -> None:
        disk = disk or Disk()
        self.names = Names(key)
        self._terms = terms
        self._lock = lock
        self._shelf = Shelf(folder, disk)
        self._shelf.set_up()
        self._books = {digit: Marks(book_of(folder, digit), disk) for digit in BOOKS}
        self._aside = Aside(folder, disk)
        self._notes = Notes(folder, disk)
        self._requests = EraseRequests(folder, disk)
        self._cache = Cache(cached)
        self._index = DueIndex()
        self._writers = Writers()
        self._compactor = ThreadPoolExecutor(1, thread_name_prefix="store-marks")
        self._mark_missing = False
        self._closing = False
        warm_up()

    async def recover(self) -> None:
        """Find who is due among all who are stored; loads, keeps and marks work meanwhile."""
        names = self._shelf.names()
        while some := await asyncio.to_thread(lambda: list(islice(names, BATCH))):
            rows = await asyncio.to_thread(self._peek, [name for name, _ in some])
            if self._closing:
                return
            self._offer(rows)
            for name in (name for name, untidy in some if untidy):
                self._writers.ask(name, partial(self._shelf.tidy, name))
        self._index.scanned()
        for book in self._books.values():
            if book.scattered:
                self._compact(book)

    async def load(self, person_id: int) -> Record | None:
        name = self.names.of(person_id)
        record = None if self._writers.busy(name) else self._cache.get(name)
        if record is None:
            read = self._writers.ask(name, partial(self._shelf.read, name))
            read.add_done_callback(partial(self._after_read, name, person_id))
            record = await asyncio.shield(read)
        if record is None:
            return None
        if record.person.id != person_id:
            raise UnreadableRecord(f"The record {name} holds somebody else.")
        return self._folded(name, record)

    async def keep(self, record: Record) -> None:
        name = self.names.of(record.person.id)
        kept = self._writers.ask(name, partial(self._shelf.write, name, record))
        kept.add_done_callback(partial(self._after_keep, name, record))
        await asyncio.shield(kept)

    def mark(self, person_id: int, mark: Mark) -> None:
        # Also what keeps a late mark from writing an erased person's name down again.
        if not self._index.may_wait(person_id, mark.entry):
            return
        name = self.names.of(person_id)
        book = self._book(name)
        written = book.note(name, mark)
        if not written and not self._mark_missing:
            log.warning("marks_held_in_memory", reason="the disk does not take them")
        self._mark_missing = not written
        if mark.became != "tried":
            self._index.settle(person_id, mark.entry)
        if book.grown and not self._closing:
            self._compact(book)

    async def erase(self, person_id: int, receipt: Record | None) -> Erased:
        return await asyncio.shield(asyncio.ensure_future(self._erase(person_id, receipt)))

    async def set_aside(self, person_id: int | None, update: dict[str, Any], why: str) -> None:
        name = None if person_id is None else self.names.of(person_id)
        filed = self._writers.ask(name or "", partial(self._aside.file, name, update, why))
        await asyncio.shield(filed)

    async def note(self, kind: str, fields: Mapping[str, Any]) -> None:
        await asyncio.shield(self._writers.ask("", partial(self._notes.add, kind, fields)))

    def due(self, now: datetime) -> list[int]:
        return self._index.due(now)

    def next_due(self) -> datetime | None:
        return self._index.next_due()

    async def everyone(self) -> AsyncIterator[Record]:
        for name, _ in await asyncio.to_thread(lambda: list(self._shelf.names())):
            try:
                record = await self._writers.ask(name, partial(self._shelf.read, name))
            except StoreProblem as problem:
                log.warning("record_left_out", reason=str(problem))
                continue
            if record is not None:
                yield self._folded(name, record)

    def erase_requests(self) -> list[int]:
        """The people another process asked to erase; each stays in the list until `erase` is through."""
        return self._requests.waiting()

    async def close(self) -> None:
        self._closing = True
        await self._writers.close()
        await asyncio.to_thread(self._compactor.shutdown)
        for book in self._books.values():
            book.close()
        if self._lock is not None:
            self._lock.release()

    # What follows from a job on the disk, on the event loop, in the order of the jobs.

    def _after_read(self, name: str, person_id: int, read: "asyncio.Future[Record | None]") -> None:
        problem = _problem(read)
        if problem is not None and not isinstance(problem, UnreadableRecord | NewerRecord):
            return  # it may be well the next time
        record = None if problem else read.result()
        if record is None or record.person.id != person_id:
            # Nobody can take this turn: it must not stay due for ever.
            self._index.remove(person_id)
        else:
            self._cache.put(name, record)
            self._index.put(self._standing(name, record))

    def _after_keep(self, name: str, record: Record, kept: "asyncio.Future[None]") -> None:
        if _problem(kept) is not None:
            # The disk may hold the old version or the new one: the next load asks it.
            self._cache.drop(name)
            return
        self._cache.put(name, record)
        self._book(name).forget(name, {entry.id for entry in record.outbox})
        self._index.put(self._standing(name, record))

    def _after_erase(self, name: str, person_id: int, receipt: Record | None) -> int:
        self._cache.drop(name)
        self._index.remove(person_id)
        marks = self._book(name).drop(name)
        if receipt is not None:
            self._index.put(standing(receipt, self._terms))
        return marks

    def _standing(self, name: str, record: Record) -> Standing:
        return standing(self._folded(name, record), self._terms)

    def _folded(self, name: str, record: Record) -> Record:
        return fold(record, self._book(name).of(name))

    def _book(self, name: str) -> Marks:
        return self._books[name[0]]

    # Erasing: every step may be repeated; a request for it goes last, and only when nothing is left.

    async def _erase(self, person_id: int, receipt: Record | None) -> Erased:
        name = self.names.of(person_id)
        # Half an erasure that failed must not be hidden by what memory still holds.
        self._cache.drop(name)
        copies, aside = await self._writers.ask(name, partial(self._erase_files, name, person_id, receipt))
        marks = self._after_erase(name, person_id, receipt)
        book = self._book(name)
        await asyncio.wrap_future(self._compactor.submit(partial(book.erase, book.snapshot())))
        if receipt is None:
            await self._writers.ask(name, partial(self._requests.done, name))
        return Erased(copies, aside, marks)

    def _erase_files(self, name: str, person_id: int, receipt: Record | None) -> tuple[int, int]:
        aside = self._aside.erase(name, person_id)
        return self._shelf.erase(name, receipt), aside

    def _compact(self, book: Marks) -> None:
        self._compactor.submit(partial(book.compact, book.snapshot()))

    def _peek(self, names: list[str]) -> list[Standing]:
        rows = []
        for name in names:
            try:
                rows.append(self._shelf.peek(name, self._terms))
            except StoreProblem as problem:
                log.warning("record_left_out", reason=str(problem))
        return [row for row in rows if row is not None]

    def _offer(self, rows: list[Standing]) -> None:
        """What the scan saw, less what the marks know better; marks of entries long gone are forgotten."""
        for row in rows:
            name = self.names.of(row.person_id)
            over = final(self._book(name).of(name))
            if self._index.offer(row.without(over)) and over:
                self._book(name).forget(name, {entry for entry, _ in row.unsent})


def _problem(done: "asyncio.Future[Any]") -> BaseException | None:
    """Why the job came to nothing, or None; asking keeps asyncio from complaining that nobody asked."""
    return asyncio.CancelledError() if done.cancelled() else done.exception()
