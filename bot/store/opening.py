"""Opening a data folder: as its one writer, or to read beside it."""

from datetime import timedelta
from pathlib import Path

import structlog

from bot.store.disk import Disk
from bot.store.due import Terms
from bot.store.interface import StoreProblem
from bot.store.lock import FolderLock
from bot.store.names import make_key, read_key
from bot.store.people import CACHED, TinyStore
from bot.store.reader import Reader
from bot.store.shelf import Shelf

OWNER_ONLY = 0o700

log = structlog.get_logger()


def open_store(folder: Path, retention_days: int, *, cached: int = CACHED, disk: Disk | None = None) -> TinyStore:
    """The folder's store, locked for this process until `close`; call `recover` next.

    Raises StoreBusy when another process writes there, StoreProblem when the folder cannot be used.
    """
    disk = disk or Disk()
    lock = _locked(folder, disk)
    try:
        terms = Terms(timedelta(days=retention_days))
        return TinyStore(folder, _key(folder, disk), terms, lock=lock, cached=cached, disk=disk)
    except OSError as fault:
        lock.release()
        raise _unusable(folder, fault) from fault
    except StoreProblem:
        lock.release()
        raise


def open_reader(folder: Path, *, disk: Disk | None = None) -> Reader:
    """The folder's records to read, beside whoever writes there; raises StoreProblem when it holds no
    store.
    """
    disk = disk or Disk()
    key = read_key(folder, disk)
    if key is None:
        raise StoreProblem(f"{folder} is no data folder: it has no key for the names of records.")
    return Reader(folder, key, disk)


def _locked(folder: Path, disk: Disk) -> FolderLock:
    try:
        disk.make_folder(folder)
        _close_to_others(folder)
        return FolderLock(folder)
    except OSError as fault:
        raise _unusable(folder, fault) from fault


def _close_to_others(folder: Path) -> None:
    try:
        folder.chmod(OWNER_ONLY)
    except PermissionError:
        # A mounted volume may belong to somebody else; all that is made inside is closed by itself.
        log.warning("data_folder_open_to_others", folder=str(folder))


def _key(folder: Path, disk: Disk) -> bytes:
    key = read_key(folder, disk)
    if key is None and not Shelf(folder, disk).empty():
        raise StoreProblem(f"{folder} holds records but no names.key to find them by: put it back from the backup.")
    return key or make_key(folder, disk)


def _unusable(folder: Path, fault: OSError) -> StoreProblem:
    return StoreProblem(f"The data folder {folder} cannot be used: {fault.strerror}.")
