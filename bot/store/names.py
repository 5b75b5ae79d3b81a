"""The names that stand for people in files and logs: a keyed hash, so that a listing betrays nobody.

The key is made at the first start and lies in the data folder. Without it nobody's record can be found
again, so a folder that holds people and no key is refused rather than begun anew.
"""

import hmac
import secrets
from pathlib import Path

from bot.store.disk import Disk
from bot.store.interface import StoreProblem

KEY_FILE = "names.key"
KEY_BYTES = 32
NAME_LENGTH = 32


class Names:
    """Turns a person's id into the name of their record: 32 hexadecimal digits of HMAC-SHA256."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, person_id: int) -> str:
        """The same person has the same name for as long as the key lives."""
        return hmac.digest(self._key, str(person_id).encode(), "sha256").hex()[:NAME_LENGTH]


def read_key(folder: Path, disk: Disk) -> bytes | None:
    """The folder's key, None when it has none; raises StoreProblem when it is damaged."""
    try:
        key = bytes.fromhex(disk.read(folder / KEY_FILE).decode("ascii"))
    except FileNotFoundError:
        return None
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StoreProblem(f"{folder / KEY_FILE} is damaged; put it back from the backup.")
    return key


def make_key(folder: Path, disk: Disk) -> bytes:
    """A new key, durable before the first name is made from it."""
    key = secrets.token_bytes(KEY_BYTES)
    coming = folder / f"{KEY_FILE}.tmp"
    disk.write(coming, key.hex().encode())
    disk.replace(coming, folder / KEY_FILE)
    disk.sync_folder(folder)
    return key
