"""Processes that are killed at work on a store: `python -m tests.store_killed WHAT FOLDER`."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.store.opening import open_store
from bot.store.record import Mark
from tests.store_people import YEAR, entry, saying, somebody

PERSON = 7
LONG = "cracked and weeping " * 2_000


async def keep_and_die(folder: Path) -> None:
    """Keep a record and be gone before anything else can happen."""
    await open_store(folder, YEAR).keep(somebody(PERSON, entry("a")))
    os.kill(os.getpid(), signal.SIGKILL)


async def mark_and_die(folder: Path) -> None:
    """Note what became of a send and be gone."""
    store = open_store(folder, YEAR)
    await store.keep(somebody(PERSON, entry("a"), entry("b")))
    store.mark(PERSON, Mark("a", "sent", 501))
    store.mark(PERSON, Mark("b", "tried"))
    os.kill(os.getpid(), signal.SIGKILL)


async def write_until_killed(folder: Path) -> None:
    """Keep long and short records in turn, saying the number of each once it is kept."""
    store = open_store(folder, YEAR)
    number = 0
    while True:
        number += 1
        await store.keep(saying(somebody(PERSON, entry(str(number))), LONG if number % 2 else "short"))
        store.mark(PERSON, Mark(str(number), "sent", number))
        print(number, flush=True)


async def erase_until_killed(folder: Path) -> None:
    """Keep and erase somebody in turn."""
    store = open_store(folder, YEAR)
    print("begun", flush=True)
    while True:
        await store.keep(somebody(PERSON, entry("a")))
        await store.keep(somebody(PERSON, entry("a")))
        store.mark(PERSON, Mark("a", "tried"))
        await store.erase(PERSON, None)


if __name__ == "__main__":
    asyncio.run(globals()[sys.argv[1]](Path(sys.argv[2])))
