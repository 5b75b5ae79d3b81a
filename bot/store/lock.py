"""One writer a data folder: an advisory lock that ends with its process, however that ends."""

import fcntl
import os
from pathlib import Path

from bot.store.interface import StoreBusy

LOCK_FILE = "lock"


class FolderLock:
    """Holds the folder from the moment it is made until `release`; raises StoreBusy when another process
    does.
    """

    def __init__(self, folder: Path) -> None:
        self._handle: int | None = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._handle, 20).decode("ascii", "replace").strip() or "unknown"
            self.release()
            raise StoreBusy(
                f"The data folder {folder} is in use by another process (pid {holder}): "
                "stop that one first, or set DATA_DIR to another folder."
            ) from None
        os.ftruncate(self._handle, 0)
        os.write(self._handle, f"{os.getpid()}\n".encode())
        # A forked child shares the lock and would hold it on after its parent was killed.
        os.register_at_fork(after_in_child=self.release)

    def release(self) -> None:
        """Let go; does nothing the second time."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
