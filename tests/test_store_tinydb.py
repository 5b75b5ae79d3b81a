"""The store on TinyDB files: damaged files, full disks, other processes, and who may read what."""

import asyncio
import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tinydb import TinyDB

from bot.store.disk import Disk
from bot.store.durable import Damaged, DurableStorage
from bot.store.erase_requests import request_erase
from bot.store.interface import NewerRecord, StoreBusy, StoreProblem, UnreadableRecord
from bot.store.opening import open_reader, open_store
from bot.store.people import TinyStore
from bot.store.record import Mark
from tests.store_people import NOW, YEAR, FailingDisk, entry, files_of, newcomer, saying, somebody

GARBAGE = b"\x00\xffnot a record"


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


def newest(folder: Path, store: TinyStore, person_id: int) -> Path:
    """The file that bears the person's record."""
    (path,) = files_of(folder, f"{store.names.of(person_id)}.json")
    return path


async def reopened(store: TinyStore, folder: Path) -> TinyStore:
    """The same folder after a restart, on a healthy disk."""
    await store.close()
    store = open_store(folder, YEAR)
    await store.recover()
    return store


# The storage class


def test_a_file_is_a_tinydb_file_for_anybody(tmp_path: Path) -> None:
    with TinyDB(tmp_path / "x.json", storage=DurableStorage) as db:
        db.insert({"name": "a"})
        db.insert({"name": "b"})
        db.update({"name": "c"}, doc_ids=[2])
    with TinyDB(tmp_path / "x.json", storage=DurableStorage) as db:
        assert [dict(document) for document in db.all()] == [{"name": "a"}, {"name": "c"}]


async def test_a_record_can_be_opened_with_tinydb(folder: Path, store: TinyStore) -> None:
    await store.keep(somebody(7))
    with TinyDB(newest(folder, store, 7), storage=DurableStorage) as db:
        document = db.get(doc_id=1)
    assert document is not None and not isinstance(document, list)
    assert document["person"]["id"] == 7
    assert document["v"] == 1


def test_the_version_before_stays_beside_the_newest(tmp_path: Path) -> None:
    storage = DurableStorage(tmp_path / "x.json")
    assert storage.read() is None
    for number in (1, 2, 3):
        storage.write({"t": {"1": {"n": number}}})
    assert storage.read() == {"t": {"1": {"n": 3}}}
    storage.path.unlink()
    assert storage.read() == {"t": {"1": {"n": 2}}}
    assert files_of(tmp_path) == [tmp_path / "x.json.bak"]


@pytest.mark.parametrize("place", [0, 5, 20, -3, -9])
def test_a_single_changed_letter_is_noticed(tmp_path: Path, place: int) -> None:
    storage = DurableStorage(tmp_path / "x.json")
    storage.write({"t": {"1": {"word": "avoid"}}})
    data = bytearray(storage.path.read_bytes())
    data[place] ^= 1
    storage.path.write_bytes(data)
    with pytest.raises(Damaged):
        storage.read()


def test_what_a_killed_write_left_is_not_read_and_does_not_stand_in_the_way(tmp_path: Path) -> None:
    storage = DurableStorage(tmp_path / "x.json")
    storage.write({"t": {"1": {"n": 1}}})
    (tmp_path / "x.json.tmp").write_bytes(GARBAGE)
    (tmp_path / "x.json.old").write_bytes(GARBAGE)
    assert storage.read() == {"t": {"1": {"n": 1}}}
    storage.write({"t": {"1": {"n": 2}}})
    assert {path.name for path in files_of(tmp_path)} == {"x.json", "x.json.bak"}
    storage.path.write_bytes(GARBAGE)
    assert storage.read() == {"t": {"1": {"n": 1}}}


def test_a_file_system_without_hard_links_keeps_the_version_before_too(tmp_path: Path) -> None:
    class NoLinks(Path().__class__):  # type: ignore[misc]  # the class of this system's paths has no public name
        def hardlink_to(self, target: object) -> None:
            raise OSError(errno.EPERM, "Operation not permitted")

    storage = DurableStorage(NoLinks(tmp_path / "x.json"))
    storage.write({"t": {"1": {"n": 1}}})
    storage.write({"t": {"1": {"n": 2}}})
    storage.path.write_bytes(GARBAGE)
    assert storage.read() == {"t": {"1": {"n": 1}}}


# Damaged records


@pytest.mark.parametrize("damage", [b"", GARBAGE, None], ids=["emptied", "garbage", "cut"])
async def test_a_damaged_record_gives_way_to_the_version_before(
    folder: Path, store: TinyStore, damage: bytes | None
) -> None:
    await store.keep(somebody(7))
    await store.keep(saying(somebody(7), "newer"))
    path = newest(folder, store, 7)
    path.write_bytes(path.read_bytes()[:-40] if damage is None else damage)
    store = await reopened(store, folder)
    assert await store.load(7) == somebody(7)
    await store.keep(saying(somebody(7), "newest"))
    store = await reopened(store, folder)
    assert await store.load(7) == saying(somebody(7), "newest")
    await store.close()


async def test_a_record_that_vanished_gives_way_to_the_version_before(folder: Path, store: TinyStore) -> None:
    await store.keep(somebody(7))
    await store.keep(saying(somebody(7), "newer"))
    newest(folder, store, 7).unlink()
    store = await reopened(store, folder)
    assert await store.load(7) == somebody(7)
    await store.close()


async def test_two_damaged_versions_are_said_to_be_and_harm_nobody_else(folder: Path, store: TinyStore) -> None:
    for person_id in (7, 8):
        await store.keep(somebody(person_id))
        await store.keep(somebody(person_id, entry("a")))
    path = newest(folder, store, 7)
    path.write_bytes(GARBAGE)
    path.with_name(f"{path.name}.bak").write_bytes(GARBAGE)
    before = {path: path.read_bytes() for path in files_of(folder, ".json*")}
    store = await reopened(store, folder)
    with pytest.raises(UnreadableRecord, match=rf"^The record {store.names.of(7)} cannot be read"):
        await store.load(7)
    assert before == {path: path.read_bytes() for path in files_of(folder, ".json*")}
    assert await store.load(8) == somebody(8, entry("a"))
    assert store.due(NOW) == [8]
    assert [record.person.id async for record in store.everyone()] == [8]
    await store.keep(newcomer(7))
    assert await store.load(7) == newcomer(7)
    await store.close()


async def test_a_record_of_a_newer_release_is_refused_and_not_replaced_by_an_older_one(
    folder: Path, store: TinyStore
) -> None:
    await store.keep(somebody(7))
    await store.keep(somebody(7, entry("a")))
    storage = DurableStorage(newest(folder, store, 7))
    tables = storage.read()
    assert tables is not None
    tables["_default"]["1"]["v"] = 99
    storage.write(tables)
    store = await reopened(store, folder)
    with pytest.raises(NewerRecord, match=r"newer release \(version 99, and this release reads up to version 1\)\.$"):
        await store.load(7)
    await store.close()


async def test_a_record_under_somebody_elses_name_is_not_shown(folder: Path, store: TinyStore) -> None:
    await store.keep(somebody(7))
    await store.keep(somebody(8))
    newest(folder, store, 8).write_bytes(newest(folder, store, 7).read_bytes())
    store = await reopened(store, folder)
    with pytest.raises(UnreadableRecord, match="somebody else"):
        await store.load(8)
    await store.close()


async def test_too_many_open_files_is_no_reason_to_go_back_a_version(folder: Path, store: TinyStore) -> None:
    await store.keep(somebody(7))
    await store.keep(somebody(7, entry("a")))
    await store.close()
    disk = FailingDisk("read", only="people")
    store = open_store(folder, YEAR, disk=disk)
    with pytest.raises(StoreProblem, match="could not be read: No space left on device"):
        await store.load(7)
    disk.failing.clear()
    assert await store.load(7) == somebody(7, entry("a"))
    await store.close()


# Full disks


@pytest.mark.parametrize("call", ["write", "link", "replace"])
async def test_a_full_disk_leaves_the_old_record(folder: Path, store: TinyStore, disk: FailingDisk, call: str) -> None:
    await store.keep(somebody(7))
    disk.failing, disk.only = {call}, "people"
    with pytest.raises(StoreProblem) as problem:
        await store.keep(somebody(7, entry("a")))
    assert str(problem.value) == (f"The record {store.names.of(7)} could not be kept: No space left on device.")
    assert await store.load(7) == somebody(7)
    assert store.due(NOW) == []
    assert files_of(folder / "people", ".tmp") == []
    store = await reopened(store, folder)
    assert await store.load(7) == somebody(7)
    await store.close()


async def test_a_newcomer_on_a_full_disk_leaves_nothing_behind(
    folder: Path, store: TinyStore, disk: FailingDisk
) -> None:
    disk.failing, disk.only = {"replace"}, "people"
    with pytest.raises(StoreProblem):
        await store.keep(somebody(7))
    assert await store.load(7) is None
    assert files_of(folder / "people") == []


async def test_a_previous_version_that_finds_no_room_does_not_fail_the_turn(
    store: TinyStore, disk: FailingDisk
) -> None:
    await store.keep(somebody(7))
    disk.failing, disk.only = {"replace"}, ".bak"
    await store.keep(somebody(7, entry("a")))
    assert await store.load(7) == somebody(7, entry("a"))


async def test_a_write_that_may_have_arrived_is_looked_up_on_the_disk(store: TinyStore, disk: FailingDisk) -> None:
    await store.keep(somebody(7))
    disk.failing, disk.only = {"sync_folder"}, "people"
    with pytest.raises(StoreProblem):
        await store.keep(somebody(7, entry("a")))
    assert await store.load(7) == somebody(7, entry("a"))
    assert store.due(NOW) == [7]


class NotingDisk(Disk):
    """A disk that keeps a list of what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def write(self, path: Path, data: bytes) -> None:
        self.asked.append(f"write {path.suffix}")
        super().write(path, data)

    def link(self, existing: Path, new: Path) -> None:
        super().link(existing, new)
        self.asked.append(f"link {existing.suffix} {new.suffix}")

    def replace(self, source: Path, target: Path) -> None:
        self.asked.append(f"rename {source.suffix} {target.suffix}")
        super().replace(source, target)

    def sync_folder(self, folder: Path) -> None:
        self.asked.append("sync")
        super().sync_folder(folder)


def test_the_old_version_is_held_before_the_new_one_takes_its_name(tmp_path: Path) -> None:
    disk = NotingDisk()
    storage = DurableStorage(tmp_path / "x.json", disk)
    storage.write({"t": {}})
    assert disk.asked == ["write .tmp", "rename .tmp .json", "sync"]
    disk.asked.clear()
    storage.write({"t": {}})
    assert disk.asked == ["write .tmp", "link .json .old", "rename .tmp .json", "rename .old .bak", "sync"]


@pytest.mark.parametrize("call", ["append", "open_to_append"])
async def test_a_mark_on_a_full_disk_counts_and_is_written_later(
    folder: Path, store: TinyStore, disk: FailingDisk, call: str
) -> None:
    await store.keep(somebody(7, entry("a"), entry("b")))
    disk.failing = {call}
    store.mark(7, Mark("a", "sent", 501))
    expected = replace(somebody(7, entry("b")), keyboard=501)
    assert await store.load(7) == expected
    disk.failing = set()
    store.mark(7, Mark("b", "tried"))
    expected = replace(expected, outbox=(replace(entry("b"), state="sending"),))
    store = await reopened(store, folder)
    assert await store.load(7) == expected
    await store.close()


async def test_half_a_line_on_a_full_disk_is_finished_when_there_is_room(
    folder: Path, store: TinyStore, disk: FailingDisk
) -> None:
    await store.keep(somebody(7, entry("a"), entry("b")))
    disk.room_for = 20
    store.mark(7, Mark("a", "sent", 501))
    disk.room_for = None
    store.mark(7, Mark("b", "sent", 502))
    store = await reopened(store, folder)
    assert await store.load(7) == replace(somebody(7), keyboard=502)
    await store.close()


async def test_an_update_that_cannot_be_filed_says_so(store: TinyStore, disk: FailingDisk) -> None:
    disk.failing, disk.only = {"write"}, "aside"
    with pytest.raises(StoreProblem, match="could not be filed either: No space left on device"):
        await store.set_aside(7, {"update_id": 1}, "broken")


# Turns that gave up waiting


class GatedDisk(Disk):
    """A disk whose renames of records wait at a gate."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.reached = threading.Event()

    def replace(self, source: Path, target: Path) -> None:
        if target.suffix == ".json" and "people" in target.parts:
            self.reached.set()
            self.gate.wait(20)
        super().replace(source, target)


async def held_at_the_gate(disk: GatedDisk, action: "asyncio.Future[None]") -> None:
    """Return once the action's write waits at the gate."""
    await asyncio.to_thread(disk.reached.wait, 20)
    assert not action.done()


async def test_a_mark_during_a_write_that_lists_its_entry_survives(folder: Path) -> None:
    disk = GatedDisk()
    store = open_store(folder, YEAR, disk=disk)
    await store.keep(somebody(7, entry("a")))
    disk.gate.clear(), disk.reached.clear()
    keeping = asyncio.ensure_future(store.keep(somebody(7, entry("a"), entry("b"))))
    await held_at_the_gate(disk, keeping)
    store.mark(7, Mark("a", "sent", 501))
    disk.gate.set()
    await keeping
    expected = replace(somebody(7, entry("b")), keyboard=501)
    assert await store.load(7) == expected
    store = await reopened(store, folder)
    assert await store.load(7) == expected
    await store.close()


async def test_a_turn_that_gave_up_does_not_let_the_next_one_see_an_older_record(folder: Path) -> None:
    disk = GatedDisk()
    store = open_store(folder, YEAR, disk=disk)
    await store.keep(somebody(7))
    disk.gate.clear(), disk.reached.clear()
    keeping = asyncio.ensure_future(store.keep(somebody(7, entry("a"))))
    await held_at_the_gate(disk, keeping)
    keeping.cancel()
    loading = asyncio.ensure_future(store.load(7))
    await asyncio.sleep(0)
    assert not loading.done()
    disk.gate.set()
    assert await loading == somebody(7, entry("a"))
    assert store.due(NOW) == [7]
    await store.close()


async def test_the_loop_goes_on_while_the_disk_is_slow(folder: Path) -> None:
    disk = GatedDisk()
    store = open_store(folder, YEAR, disk=disk)
    await store.keep(somebody(8))
    disk.gate.clear(), disk.reached.clear()
    keeping = asyncio.ensure_future(store.keep(somebody(7)))
    await held_at_the_gate(disk, keeping)
    assert await store.load(8) == somebody(8)
    disk.gate.set()
    await keeping
    await store.close()


async def test_closing_finishes_what_is_being_written(folder: Path) -> None:
    store = open_store(folder, YEAR)
    keeping = [asyncio.ensure_future(store.keep(somebody(n))) for n in range(20)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*keeping)
    store = open_store(folder, YEAR)
    assert await store.load(19) == somebody(19)
    await store.close()


async def test_people_are_served_while_the_scan_at_the_start_runs(folder: Path, store: TinyStore) -> None:
    for n in range(30):
        await store.keep(somebody(n, entry("a")))
    await store.close()
    store = open_store(folder, YEAR)
    recovering = asyncio.ensure_future(store.recover())
    await store.keep(somebody(3))
    await store.erase(4, None)
    store.mark(5, Mark("a", "sent", 1))
    await recovering
    assert store.due(NOW) == sorted(set(range(30)) - {3, 4, 5})
    await store.close()


async def test_the_scan_clears_away_what_killed_writes_left(folder: Path, store: TinyStore) -> None:
    await store.keep(somebody(7))
    path = newest(folder, store, 7)
    path.with_name(f"{path.name}.tmp").write_bytes(GARBAGE)
    store = await reopened(store, folder)
    await store.keep(somebody(7))
    await store.close()
    assert {found.suffix for found in files_of(folder / "people")} == {".json", ".bak"}


async def test_a_cache_of_two_forgets_nobody(folder: Path) -> None:
    store = open_store(folder, YEAR, cached=2)
    for n in range(6):
        await store.keep(somebody(n, entry("a")))
        store.mark(n, Mark("a", "sent", n))
    for n in range(6):
        assert await store.load(n) == replace(somebody(n), keyboard=n)
    await store.close()


# Other processes, other eyes


async def test_a_second_writer_is_kept_out_and_told_by_whom(folder: Path, store: TinyStore) -> None:
    with pytest.raises(StoreBusy) as problem:
        open_store(folder, YEAR)
    assert str(problem.value) == (
        f"The data folder {folder} is in use by another process (pid {os.getpid()}): "
        "stop that one first, or set DATA_DIR to another folder."
    )
    await store.close()
    await open_store(folder, YEAR).close()


SECOND_PROCESS = """
import sys
from pathlib import Path
from bot.store.interface import StoreBusy
from bot.store.opening import open_store
try:
    open_store(Path(sys.argv[1]), 365)
except StoreBusy as problem:
    print(problem)
"""


async def test_a_second_process_is_kept_out(folder: Path, store: TinyStore) -> None:
    second = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", SECOND_PROCESS, str(folder)], capture_output=True, text=True
    )
    assert f"(pid {os.getpid()})" in second.stdout, second.stderr


async def test_a_forked_child_does_not_hold_the_folder_after_its_parent_let_go(folder: Path, store: TinyStore) -> None:
    told, tell = os.pipe()
    up, say_up = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(tell)
        os.write(say_up, b"!")
        os.read(told, 1)
        os._exit(0)
    try:
        os.read(up, 1)
        await store.close()
        await open_store(folder, YEAR).close()
    finally:
        os.close(tell)
        await asyncio.to_thread(os.waitpid, child, 0)
        for end in (told, up, say_up):
            os.close(end)


async def test_export_and_stats_read_beside_the_running_bot(folder: Path, store: TinyStore) -> None:
    await store.keep(somebody(7, entry("a"), entry("b")))
    await store.keep(somebody(8))
    store.mark(7, Mark("a", "sent", 501))
    reader = open_reader(folder)
    expected = replace(somebody(7, entry("b")), keyboard=501)
    assert await reader.load(7) == expected
    assert await reader.load(9) is None
    found = [record async for record in reader.everyone()]
    assert len(found) == 2
    assert expected in found


def test_reading_where_nothing_is_stored_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreProblem, match="is no data folder"):
        open_reader(tmp_path)


def modes_in(folder: Path) -> tuple[set[int], set[int]]:
    """Who may do what, as permission bits: with the files, with the folders."""
    files = {stat.S_IMODE(path.stat().st_mode) for path in files_of(folder)}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*")) if path.is_dir()}
    return files, folders


@pytest.fixture
def careless_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("careless_umask")
async def test_nobody_but_the_owner_may_read_a_byte(tmp_path: Path) -> None:
    store = open_store(tmp_path, YEAR)
    await store.keep(somebody(7, entry("a")))
    await store.keep(somebody(7, entry("a")))
    store.mark(7, Mark("a", "tried"))
    await store.set_aside(7, {"update_id": 1}, "broken")
    request_erase(tmp_path, 7)
    await store.close()
    store = open_store(tmp_path, YEAR)
    await store.recover()
    await store.close()
    assert modes_in(tmp_path) == ({0o600}, {0o700})


async def test_a_lost_key_is_not_replaced_by_one_that_finds_nobody(folder: Path, store: TinyStore) -> None:
    await store.keep(somebody(7))
    await store.close()
    (folder / "names.key").rename(folder / "elsewhere")
    with pytest.raises(StoreProblem, match=r"holds records but no names\.key"):
        open_store(folder, YEAR)
    (folder / "elsewhere").rename(folder / "names.key")
    store = open_store(folder, YEAR)
    assert await store.load(7) == somebody(7)
    await store.close()


def test_a_damaged_key_is_named(folder: Path) -> None:
    folder.mkdir()
    (folder / "names.key").write_text("half a k")
    with pytest.raises(StoreProblem, match=r"names\.key is damaged"):
        open_store(folder, YEAR)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands here")
    with pytest.raises(StoreProblem, match=r"^The data folder .*data cannot be used: File exists\.$"):
        open_store(tmp_path / "data", YEAR)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda record: replace(record, last_contact=NOW.replace(tzinfo=None)), "a time without a zone"),
        (lambda record: saying(record, "\ud83d"), "surrogates not allowed"),
    ],
)
async def test_what_cannot_be_written_down_is_refused_before_the_disk(
    store: TinyStore, change: Callable[..., object], reason: str
) -> None:
    await store.keep(somebody(7))
    with pytest.raises(StoreProblem, match=reason):
        await store.keep(change(somebody(7)))  # type: ignore[arg-type]  # a table of functions
    assert await store.load(7) == somebody(7)
