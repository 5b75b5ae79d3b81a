"""kill -9 at any instant: what was kept is kept, what was marked is marked, nothing is half written."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.store.opening import open_store
from bot.store.record import Record
from tests.store_killed import (
    LONG,
    PERSON,
    erase_until_killed,
    keep_and_die,
    mark_and_die,
    write_until_killed,
)
from tests.store_people import YEAR, entry, files_of, saying, somebody

INSTANTS = 20
SEED = 22_11_2026


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def at_work(what: Callable[..., object], folder: Path) -> "subprocess.Popen[str]":
    """Another process doing `what` in the folder."""
    command = [sys.executable, "-m", "tests.store_killed", what.__name__, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def killed_after(what: Callable[..., object], folder: Path, seconds: float) -> list[str]:
    """What a process said that was killed so long after its first word."""
    process = at_work(what, folder)
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(seconds)
    process.kill()
    return (first + process.communicate()[0]).splitlines()


async def found(folder: Path) -> Record | None:
    """What a new process finds of the person."""
    store = open_store(folder, YEAR)
    await store.recover()
    try:
        return await store.load(PERSON)
    finally:
        await store.close()


async def test_what_was_kept_outlives_a_kill_at_once(folder: Path) -> None:
    assert at_work(keep_and_die, folder).wait() == -9
    assert await found(folder) == somebody(PERSON, entry("a"))


async def test_what_was_marked_outlives_a_kill_at_once(folder: Path) -> None:
    assert at_work(mark_and_die, folder).wait() == -9
    expected = replace(somebody(PERSON, replace(entry("b"), state="sending")), keyboard=501)
    assert await found(folder) == expected


async def test_no_instant_of_a_write_leaves_an_unreadable_or_an_older_record(folder: Path) -> None:
    instants = random.Random(SEED)
    for _ in range(INSTANTS):
        said = killed_after(write_until_killed, folder, instants.uniform(0, 0.06))
        record = await found(folder)
        assert record is not None
        number = int(record.outbox[0].id) if record.outbox else record.keyboard
        assert number is not None
        assert number >= int(said[-1])
        words = LONG if number % 2 else "short"
        assert record.person == saying(somebody(PERSON), words).person
    assert {path.suffix for path in files_of(folder / "people")} <= {".json", ".bak"}


async def test_no_instant_of_an_erasing_brings_back_half_a_person(folder: Path) -> None:
    instants = random.Random(SEED)
    for _ in range(INSTANTS // 4):
        killed_after(erase_until_killed, folder, instants.uniform(0, 0.03))
        record = await found(folder)
        assert record is None or replace(record, outbox=()) == somebody(PERSON)
