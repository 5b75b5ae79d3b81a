"""Erasures asked for by another process: a file each, picked up by the running bot.

The id has to be in the file (the hash cannot be turned back); the file goes once its person is erased.
"""

from pathlib import Path

import structlog

from bot.store.disk import Disk, told
from bot.store.interface import StoreProblem
from bot.store.names import Names, read_key

FOLDER = "erase_requests"

log = structlog.get_logger()


def request_erase(folder: Path, person_id: int, disk: Disk | None = None) -> None:
    """Ask whoever writes in the data folder to erase this person; durable when it returns, asked twice is
    asked once.

    Raises StoreProblem when the folder holds no store or the request cannot be written.
    """
    disk = disk or Disk()
    key = read_key(folder, disk)
    if key is None:
        raise StoreProblem(f"{folder} is no data folder: there is nobody to erase.")
    with told("The request to erase could not be written"):
        _file(folder / FOLDER, Names(key).of(person_id), person_id, disk)


def _file(folder: Path, name: str, person_id: int, disk: Disk) -> None:
    disk.make_folder(folder)
    coming = folder / f"{name}.tmp"
    disk.write(coming, b"%d\n" % person_id)
    disk.replace(coming, folder / f"{name}.id")
    disk.sync_folder(folder)


class EraseRequests:
    """The requests that wait in a data folder."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder / FOLDER
        self._disk = disk
        disk.make_folder(self._folder)

    def waiting(self) -> list[int]:
        """The ids of the people to erase."""
        ids = (self._id(path) for path in sorted(self._folder.glob("*.id")))
        return [person_id for person_id in ids if person_id is not None]

    def done(self, name: str) -> None:
        """The person of that name is erased and nothing of the request remains; raises StoreProblem."""
        with told(f"The request to erase {name} could not be removed"):
            went = [self._disk.remove(self._folder / f"{name}{ending}") for ending in (".id", ".tmp")]
            if any(went):
                self._disk.sync_folder(self._folder)

    def _id(self, path: Path) -> int | None:
        try:
            return int(self._disk.read(path))
        except ValueError:
            log.warning("erase_request_not_a_number", request=path.stem)
            self._disk.remove(path)
        except OSError as fault:
            log.warning("erase_request_unreadable", request=path.stem, reason=fault.strerror)
        return None
