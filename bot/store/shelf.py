"""Everybody's records as files: one TinyDB file a person, holding one document, in 256 folders by hash.

The document is written whole, past TinyDB's own `upsert`, which would merge it key by key into the one
before and so keep what was taken back. The file is a TinyDB file all the same: `TinyDB(path,
storage=DurableStorage)` opens it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.store.disk import Disk
from bot.store.due import Standing, Terms, standing, standing_of_document
from bot.store.durable import Damaged, DurableStorage, Tables
from bot.store.interface import NewerRecord, StoreProblem, UnreadableRecord
from bot.store.record import CURRENT_VERSION, Record
from bot.store.versions import Document, FromNewerRelease, from_document, to_document

FOLDER = "people"
FOLDERS = 256
TABLE = "_default"
ONLY = "1"


class Shelf:
    """Reads and writes records by name, blocking; the caller sees to it that one name has one writer at a
    time.
    """

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder / FOLDER
        self._disk = disk

    def set_up(self) -> None:
        """All folders exist, so that no turn has to make one."""
        self._disk.make_folder(self._folder)
        for number in range(FOLDERS):
            self._disk.make_folder(self._folder / f"{number:02x}")
        self._disk.sync_folder(self._folder)

    def read(self, name: str) -> Record | None:
        """The newest readable version; raises UnreadableRecord, NewerRecord or StoreProblem."""
        with _telling(name, "read"):
            return self._storage(name).read_as(_record)

    def write(self, name: str, record: Record) -> None:
        """Durable when it returns, with the version before it as `.bak`; raises StoreProblem, the old one
        intact.
        """
        with _telling(name, "kept"):
            self._storage(name).write(_tables(record))

    def erase(self, name: str, receipt: Record | None) -> int:
        """No copy remains but the receipt, if given; returns how many went. Raises StoreProblem."""
        with _telling(name, "erased"):
            storage = self._storage(name)
            if receipt is None:
                return storage.erase()
            tables = _tables(receipt)
            try:
                return storage.overwrite(tables)
            except OSError:
                # A full disk: what goes first makes room for what comes.
                went = storage.erase()
                storage.overwrite(tables)
                return went

    def peek(self, name: str, terms: Terms) -> Standing | None:
        """The record's row for the index, without checking every field; raises like `read`."""
        with _telling(name, "read"):
            return self._storage(name).read_as(lambda tables: _standing(tables, terms))

    def tidy(self, name: str) -> None:
        """What an interrupted write left beside the record is gone."""
        self._storage(name).tidy()

    def names(self) -> Iterator[tuple[str, bool]]:
        """The name of every record, and whether an interrupted write left something beside it."""
        for folder in sorted(self._folder.glob("??")):
            files = {path.name for path in folder.iterdir()}
            for name in sorted({file.split(".")[0] for file in files}):
                yield name, not files.isdisjoint({f"{name}.json.tmp", f"{name}.json.old"})

    def empty(self) -> bool:
        """Whether nobody is here."""
        return next(self.names(), None) is None

    def _storage(self, name: str) -> DurableStorage:
        return DurableStorage(self._folder / name[:2] / f"{name}.json", self._disk)


@contextmanager
def _telling(name: str, done: str) -> Iterator[None]:
    """Any fault of the disk or the document as one sentence that names the record by its hash only."""
    try:
        yield
    except Damaged as fault:
        if done == "kept":
            raise StoreProblem(f"The record {name} could not be kept: {fault}.") from None
        raise UnreadableRecord(f"The record {name} cannot be read, nor its previous version: {fault}.") from None
    except FromNewerRelease as fault:
        raise NewerRecord(f"The record {name} was written by a newer release ({fault}).") from None
    except OSError as fault:
        raise StoreProblem(f"The record {name} could not be {done}: {fault.strerror}.") from fault


def _tables(record: Record) -> Tables:
    return {TABLE: {ONLY: to_document(record)}}


def _document(tables: Tables) -> Document:
    document = tables.get(TABLE, {}).get(ONLY)
    if not isinstance(document, dict):
        raise Damaged("it holds no document")
    return document


def _record(tables: Tables) -> Record:
    return from_document(_document(tables))


def _standing(tables: Tables, terms: Terms) -> Standing:
    document = _document(tables)
    if document.get("v") != CURRENT_VERSION:
        return standing(from_document(document), terms)
    try:
        return standing_of_document(document, terms)
    except (KeyError, TypeError, ValueError):
        raise Damaged("a field does not fit") from None
