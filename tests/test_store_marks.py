"""The marks file: small, without names, and never the reason for a lost or a doubled message."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.store.marks import Marks, fold, read_marks
from bot.store.record import Mark
from tests.store_people import FailingDisk, entry, files_of, somebody

SENT = Mark("e-1", "sent", 501)
TRIED = Mark("e-1", "tried")


@pytest.fixture
def disk() -> FailingDisk:
    return FailingDisk()


def test_the_first_word_on_an_entry_counts() -> None:
    marks = (TRIED, SENT, Mark("e-1", "sent", 502), Mark("e-1", "dropped"))
    assert fold(somebody(7, entry("e-1")), marks) == replace(somebody(7), keyboard=501)


def test_a_record_that_no_mark_concerns_is_the_same_one() -> None:
    record = somebody(7, entry("e-2"))
    assert fold(record, (TRIED, SENT)) is record


def bytes_of(folder: Path) -> int:
    """How much the marks take on disk."""
    return sum(path.stat().st_size for path in files_of(folder))


def test_a_mark_outlives_its_process(tmp_path: Path, disk: FailingDisk) -> None:
    marks = Marks(tmp_path, disk)
    assert marks.note("anna", TRIED)
    assert marks.note("anna", SENT)
    assert Marks(tmp_path, disk).of("anna") == (TRIED, SENT)
    assert read_marks(tmp_path, disk) == {"anna": (TRIED, SENT)}


def test_a_torn_last_line_spoils_no_other(tmp_path: Path, disk: FailingDisk) -> None:
    Marks(tmp_path, disk).note("anna", SENT)
    (segment,) = files_of(tmp_path)
    with segment.open("ab") as torn:
        torn.write(b'["ben","e-2","se')
    marks = Marks(tmp_path, disk)
    marks.note("ben", TRIED)
    marks = Marks(tmp_path, disk)
    assert (marks.of("anna"), marks.of("ben")) == ((SENT,), (TRIED,))


@pytest.mark.parametrize("line", [b"", b"null", b'["anna","e-1","burnt",1]', b'["anna","e-1","sent"]', b"\xff"])
def test_a_line_that_makes_no_sense_is_left_out(tmp_path: Path, disk: FailingDisk, line: bytes) -> None:
    Marks(tmp_path, disk).note("ben", SENT)
    (segment,) = files_of(tmp_path)
    segment.write_bytes(line + b"\n" + segment.read_bytes())
    assert read_marks(tmp_path, disk) == {"ben": (SENT,)}


def test_a_compaction_keeps_the_live_marks_and_nothing_else(tmp_path: Path, disk: FailingDisk) -> None:
    marks = Marks(tmp_path, disk)
    for number in range(200):
        marks.note("anna", Mark(f"e-{number}", "sent", number))
    marks.note("ben", SENT)
    marks.forget("anna", {"e-7"})
    before = bytes_of(tmp_path)
    marks.compact(marks.snapshot())
    assert bytes_of(tmp_path) < before / 50
    assert read_marks(tmp_path, disk) == {"anna": (Mark("e-7", "sent", 7),), "ben": (SENT,)}


def test_marks_that_come_during_a_compaction_are_not_lost(tmp_path: Path, disk: FailingDisk) -> None:
    marks = Marks(tmp_path, disk)
    marks.note("anna", TRIED)
    snapshot = marks.snapshot()
    marks.note("anna", SENT)
    marks.compact(snapshot)
    marks.note("ben", SENT)
    expected = {"anna": (TRIED, SENT), "ben": (SENT,)}
    assert read_marks(tmp_path, disk) == expected
    snapshots = marks.snapshot(), marks.snapshot()
    for snapshot in snapshots:
        marks.compact(snapshot)
    assert read_marks(tmp_path, disk) == expected


def test_a_compaction_that_was_killed_before_it_cleared_up_counts_nothing_twice(
    tmp_path: Path, disk: FailingDisk
) -> None:
    marks = Marks(tmp_path, disk)
    marks.note("anna", TRIED)
    marks.note("anna", SENT)
    (segment,) = files_of(tmp_path)
    twice = segment.read_bytes()
    marks.compact(marks.snapshot())
    segment.write_bytes(twice)
    assert Marks(tmp_path, disk).of("anna") == (TRIED, SENT)


@pytest.mark.parametrize("call", ["write", "replace", "sync_folder"])
def test_a_compaction_without_room_loses_no_mark(tmp_path: Path, disk: FailingDisk, call: str) -> None:
    marks = Marks(tmp_path, disk)
    marks.note("anna", TRIED)
    disk.failing = {"append"}
    assert not marks.note("anna", SENT)
    disk.failing = {call}
    marks.compact(marks.snapshot())
    disk.failing = set()
    marks.note("ben", SENT)
    assert read_marks(tmp_path, disk) == {"anna": (TRIED, SENT), "ben": (SENT,)}


def test_the_file_is_compacted_only_when_it_has_grown(tmp_path: Path, disk: FailingDisk) -> None:
    marks = Marks(tmp_path, disk, grown=2_000)
    compactions = 0
    for number in range(1_000):
        marks.note("anna", Mark(f"e-{number}", "sent", number))
        marks.forget("anna", {f"e-{number}"})
        if marks.grown:
            marks.compact(marks.snapshot())
            compactions += 1
        assert bytes_of(tmp_path) < 2_200
    assert 10 <= compactions < 25


def test_many_live_marks_are_not_written_anew_with_every_mark(tmp_path: Path, disk: FailingDisk) -> None:
    marks = Marks(tmp_path, disk, grown=100)
    compactions = 0
    for number in range(1_000):
        marks.note(f"person-{number}", SENT)
        if marks.grown:
            marks.compact(marks.snapshot())
            compactions += 1
    assert 3 <= compactions <= 12


def test_an_odd_file_among_the_marks_is_left_alone(tmp_path: Path, disk: FailingDisk) -> None:
    Marks(tmp_path, disk).note("anna", SENT)
    (tmp_path / "notes.log").write_text("by the operator")
    marks = Marks(tmp_path, disk)
    marks.compact(marks.snapshot())
    assert (tmp_path / "notes.log").exists()
    assert read_marks(tmp_path, disk) == {"anna": (SENT,)}
