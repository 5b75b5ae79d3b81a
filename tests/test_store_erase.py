"""Erasing reaches every copy: no byte of a person is left in any file of the data folder."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.store.durable import DurableStorage
from bot.store.erase_requests import request_erase
from bot.store.interface import StoreProblem
from bot.store.names import Names
from bot.store.opening import open_store
from bot.store.people import TinyStore
from bot.store.record import Mark
from tests.store_people import YEAR, FailingDisk, entry, files_of, newcomer, saying, somebody, traces

ANNA, BEN = 470_011_223, 470_011_224
SECRET = "my left elbow is cracked"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def disk() -> FailingDisk:
    return FailingDisk()


@pytest.fixture
async def store(folder: Path, disk: FailingDisk) -> AsyncIterator[TinyStore]:
    store = open_store(folder, YEAR, disk=disk)
    await store.recover()
    yield store
    await store.close()


async def live_a_little(store: TinyStore, folder: Path, person_id: int) -> None:
    """Leave traces wherever a person can leave any."""
    await store.keep(saying(somebody(person_id, entry("a")), SECRET))
    await store.keep(saying(somebody(person_id, entry("a"), entry("b")), SECRET))
    store.mark(person_id, Mark("a", "tried"))
    store.mark(person_id, Mark("a", "sent", 88_771))
    update = {"update_id": 900 + person_id, "message": {"chat": {"id": person_id}, "text": SECRET}}
    await store.set_aside(person_id, update, "it broke")
    (path,) = files_of(folder, f"{store.names.of(person_id)}.json")
    for ending in (".tmp", ".old"):
        path.with_name(path.name + ending).write_bytes(path.read_bytes())


def left_of(store: TinyStore, folder: Path, person_id: int) -> list[str]:
    """Where the person can still be found on disk."""
    return traces(folder, person_id, store.names.of(person_id), SECRET)


async def test_no_byte_of_an_erased_person_is_left(folder: Path, store: TinyStore) -> None:
    await live_a_little(store, folder, ANNA)
    assert left_of(store, folder, ANNA)
    await store.erase(ANNA, None)
    assert left_of(store, folder, ANNA) == []


async def test_the_receipt_is_all_that_tells_of_an_erased_person(folder: Path, store: TinyStore) -> None:
    await live_a_little(store, folder, ANNA)
    erased = await store.erase(ANNA, newcomer(ANNA, replace(entry("receipt"), erase_after=True)))
    assert (erased.copies, erased.set_aside, erased.marks) == (3, 1, 2)
    assert traces(folder, SECRET, "88771") == []
    (path,) = files_of(folder / "people")
    assert path.name == f"{store.names.of(ANNA)}.json"
    store.mark(ANNA, Mark("receipt", "sent", 5))
    await store.erase(ANNA, None)
    assert left_of(store, folder, ANNA) == []


async def test_erasing_anna_leaves_ben_as_he_was(folder: Path, store: TinyStore) -> None:
    await live_a_little(store, folder, ANNA)
    await live_a_little(store, folder, BEN)
    await store.erase(ANNA, None)
    await store.close()
    store = open_store(folder, YEAR)
    expected = replace(saying(somebody(BEN, entry("b")), SECRET), keyboard=88_771)
    assert await store.load(BEN) == expected
    assert len(files_of(folder / "aside")) == 1
    await store.close()


async def test_marks_of_earlier_processes_are_erased_too(folder: Path, store: TinyStore) -> None:
    for _ in range(2):
        await store.keep(somebody(ANNA, entry("a")))
        store.mark(ANNA, Mark("a", "tried"))
        await store.close()
        store = open_store(folder, YEAR)
    await store.erase(ANNA, None)
    await store.close()
    assert left_of(store, folder, ANNA) == []


async def test_updates_of_nobody_or_of_a_group_that_name_the_person_are_erased(folder: Path, store: TinyStore) -> None:
    await store.set_aside(None, {"update_id": 1, "from": {"id": ANNA}}, "odd")
    await store.set_aside(-100_1, {"update_id": 2, "from": {"id": ANNA}}, "odd")
    await store.set_aside(None, {"update_id": 3, "from": {"id": BEN}}, "odd")
    assert (await store.erase(ANNA, None)).set_aside == 2
    assert traces(folder, ANNA) == []
    assert len(files_of(folder / "aside")) == 1


async def test_unreadable_records_can_be_erased(folder: Path, store: TinyStore) -> None:
    await live_a_little(store, folder, ANNA)
    for path in files_of(folder / "people"):
        path.write_bytes(b"garbage")
    await store.erase(ANNA, None)
    assert files_of(folder / "people") == []


# When the disk is full or the process is killed in between


@pytest.mark.parametrize("call", ["write", "replace"])
async def test_a_full_disk_does_not_stop_marks_from_being_erased(
    folder: Path, store: TinyStore, disk: FailingDisk, call: str
) -> None:
    await live_a_little(store, folder, ANNA)
    await store.keep(somebody(BEN, entry("a"), entry("b")))
    store.mark(BEN, Mark("a", "sent", 5))
    disk.failing = {call}
    await store.erase(ANNA, None)
    assert left_of(store, folder, ANNA) == []
    disk.failing = set()
    store.mark(BEN, Mark("b", "sent", 6))
    await store.close()
    store = open_store(folder, YEAR)
    assert await store.load(BEN) == replace(somebody(BEN), keyboard=6)
    await store.close()


async def test_a_mark_that_never_reached_the_disk_is_not_written_after_the_erasing(
    folder: Path, store: TinyStore, disk: FailingDisk
) -> None:
    await store.keep(somebody(ANNA, entry("a")))
    await store.keep(somebody(BEN, entry("a")))
    disk.failing = {"append"}
    store.mark(ANNA, Mark("a", "sent", 5))
    await store.erase(ANNA, None)
    disk.failing = set()
    store.mark(BEN, Mark("a", "sent", 6))
    assert left_of(store, folder, ANNA) == []


class NearlyFullDisk(FailingDisk):
    """A disk with room for one record only once another has gone."""

    def remove(self, path: Path) -> bool:
        removed = super().remove(path)
        if removed and path.suffix == ".json":
            self.failing.clear()
        return removed


async def test_on_a_full_disk_what_goes_makes_room_for_the_receipt(folder: Path) -> None:
    disk = NearlyFullDisk()
    store = open_store(folder, YEAR, disk=disk)
    await store.keep(saying(somebody(ANNA), SECRET))
    await store.keep(saying(somebody(ANNA), SECRET))
    disk.failing, disk.only = {"write"}, "people"
    assert (await store.erase(ANNA, newcomer(ANNA))).copies == 2
    assert await store.load(ANNA) == newcomer(ANNA)
    assert traces(folder, SECRET) == []
    await store.close()


async def test_an_erasing_that_failed_is_said_to_have_and_can_be_repeated(
    folder: Path, store: TinyStore, disk: FailingDisk
) -> None:
    await live_a_little(store, folder, ANNA)
    disk.failing, disk.only = {"sync_folder"}, "people"
    with pytest.raises(StoreProblem, match=f"^The record {store.names.of(ANNA)} could not be erased: "):
        await store.erase(ANNA, None)
    assert await store.load(ANNA) is None
    disk.failing = set()
    await store.erase(ANNA, None)
    assert left_of(store, folder, ANNA) == []


def test_a_killed_erasing_never_brings_back_an_older_record(tmp_path: Path) -> None:
    class Killed(Exception):
        pass

    class DyingDisk(FailingDisk):
        def __init__(self, removals: int) -> None:
            super().__init__()
            self.removals = removals

        def remove(self, path: Path) -> bool:
            if self.removals == 0:
                raise Killed
            self.removals -= 1
            return super().remove(path)

    for removals in range(4):
        path = tmp_path / f"{removals}.json"
        for number in (1, 2):
            DurableStorage(path).write({"t": {"1": {"n": number}}})
        with pytest.raises(Killed):
            DurableStorage(path, DyingDisk(removals)).erase()
        assert DurableStorage(path).read() == {"t": {"1": {"n": 2}}}


# Asked for by another process


async def test_the_operator_can_ask_the_running_bot_to_erase_somebody(folder: Path, store: TinyStore) -> None:
    await live_a_little(store, folder, ANNA)
    assert store.erase_requests() == []
    request_erase(folder, ANNA)
    request_erase(folder, ANNA)
    assert store.erase_requests() == [ANNA]
    await store.erase(ANNA, None)
    assert store.erase_requests() == []
    assert left_of(store, folder, ANNA) == []


async def test_a_request_waits_until_its_erasing_is_through(folder: Path, store: TinyStore, disk: FailingDisk) -> None:
    await live_a_little(store, folder, ANNA)
    request_erase(folder, ANNA)
    disk.failing, disk.only = {"sync_folder"}, "marks"
    with pytest.raises(StoreProblem, match="marks of past sends"):
        await store.erase(ANNA, None)
    await store.close()
    store = open_store(folder, YEAR)
    assert store.erase_requests() == [ANNA]
    await store.erase(ANNA, None)
    assert left_of(store, folder, ANNA) == []
    await store.close()


async def test_a_request_is_not_met_by_an_erasing_that_left_something(folder: Path, store: TinyStore) -> None:
    await store.keep(somebody(ANNA))
    request_erase(folder, ANNA)
    await store.erase(ANNA, newcomer(ANNA))
    assert store.erase_requests() == [ANNA]


async def test_a_request_that_is_no_number_is_put_away(folder: Path, store: TinyStore) -> None:
    (folder / "erase_requests" / "x.id").write_text("Anna")
    assert store.erase_requests() == []
    assert files_of(folder / "erase_requests") == []


def test_asking_where_nothing_is_stored_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreProblem, match="there is nobody to erase"):
        request_erase(tmp_path, ANNA)


async def test_a_request_that_cannot_be_written_says_so(folder: Path, store: TinyStore) -> None:
    with pytest.raises(StoreProblem, match=r"could not be written: No space left on device\.$"):
        request_erase(folder, ANNA, FailingDisk("write"))


def test_a_name_tells_nothing_and_is_the_same_every_time() -> None:
    names = Names(b"k" * 32)
    assert names.of(ANNA) == names.of(ANNA)
    assert len({Names(bytes([key]) * 32).of(ANNA) for key in range(20)}) == 20
    assert len(names.of(ANNA)) == 32
