"""Yesterday's people wake up in today's release: every version is read, and nothing is lost on the way."""

import builtins
import collections.abc
import json
import typing
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.store.due import Terms, standing, standing_of_document
from bot.store.durable import Damaged
from bot.store.record import CURRENT_VERSION, Record
from bot.store.versions import UPGRADES, Document, FromNewerRelease, from_document, to_document
from tests.store_people import NOW, entry, newcomer, somebody

GOLDEN = sorted((Path(__file__).parent / "golden_records").glob("v*/*.json"))
TERMS = Terms(timedelta(days=365))


def golden(name: str) -> Document:
    document: Document = json.loads((GOLDEN[0].parent / f"{name}.json").read_text())
    return document


PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=5),
    int: st.integers(-(2**52), 2**52),
    bool: st.booleans(),
    NoneType: st.none(),
    datetime: st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
}


def anything(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of the type, with every field of a dataclass filled, those with defaults too."""
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{field.name: anything(hints[field.name]) for field in fields(hint)})
    inner = get_args(hint)
    match get_origin(hint):
        case None:
            return PLAIN[hint]
        case typing.Literal:
            return st.sampled_from(inner)
        case collections.abc.Mapping:
            return st.dictionaries(st.text(max_size=5), anything(inner[1]), max_size=2)
        case builtins.tuple:
            return st.lists(anything(inner[0]), max_size=2).map(tuple)
        case builtins.list:
            return st.lists(anything(inner[0]), max_size=2)
        case _:
            return st.one_of(*map(anything, inner))


PLAIN[Record] = st.builds(
    Record,
    **{name: anything(hint) for name, hint in get_type_hints(Record).items() if name not in {"v", "unread"}},
)


def assert_holds(told: object, known: object) -> None:
    """What `known` says is in `told`, which may say more: fields that came later within the same version."""
    match told, known:
        case dict(), dict():
            assert told.keys() >= known.keys()
            for key in known:
                assert_holds(told[key], known[key])
        case list(), list():
            assert len(told) == len(known)
            for its_told, its_known in zip(told, known, strict=True):
                assert_holds(its_told, its_known)
        case _:
            assert told == known


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_record_of_every_release_is_still_read_whole(path: Path) -> None:
    document = json.loads(path.read_text())
    record = from_document(document)
    again = to_document(record)
    assert record.unread == {}
    assert from_document(again) == record
    assert standing_of_document(again, TERMS) == standing(record, TERMS)
    if document["v"] == CURRENT_VERSION:
        assert standing_of_document(document, TERMS) == standing(record, TERMS)
        assert_holds(again, document)


def test_every_version_up_to_now_has_golden_records_and_a_way_on() -> None:
    assert {path.parent.name for path in GOLDEN} == {f"v{n}" for n in range(1, CURRENT_VERSION + 1)}
    assert set(UPGRADES) == set(range(1, CURRENT_VERSION))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(PLAIN[Record])
def test_any_record_there_can_be_is_written_and_read_whole(record: Record) -> None:
    document = to_document(record)
    assert from_document(document) == record
    assert standing_of_document(document, TERMS) == standing(record, TERMS)


def test_times_are_written_in_utc_wherever_they_were_taken() -> None:
    in_paris = NOW.astimezone(timezone(timedelta(hours=1)))
    document = to_document(replace(newcomer(1), last_contact=in_paris))
    assert document["last_contact"] == "2026-11-22T09:30:15.250000Z"
    assert from_document(document) == newcomer(1)


def test_a_document_says_its_version() -> None:
    assert to_document(replace(newcomer(1), v=0))["v"] == CURRENT_VERSION


def test_an_older_record_is_brought_up_step_by_step() -> None:
    upgrades = {
        1: lambda document: {**document, "steps": ["two"]},
        2: lambda document: {**document, "steps": [*document["steps"], "three"], "keyboard": 30},
    }
    record = from_document(to_document(newcomer(1)), upgrades, current=3)
    assert (record.keyboard, record.unread) == (30, {("steps",): ["two", "three"]})


def test_a_record_of_a_newer_release_is_refused() -> None:
    document = {**to_document(newcomer(1)), "v": CURRENT_VERSION + 1}
    with pytest.raises(FromNewerRelease):
        from_document(document)


@pytest.mark.parametrize("version", [None, "1", 0, -1])
def test_a_document_without_a_version_is_damaged(version: object) -> None:
    with pytest.raises(Damaged, match="no version"):
        from_document({**to_document(newcomer(1)), "v": version})


def test_fields_of_a_later_release_are_carried_along_unread() -> None:
    document = to_document(somebody(7, entry("a")))
    document["tests"] = [{"product": "oil"}]
    document["person"]["tone"] = {"words": "short"}
    document["person"]["answers"]["map.where"]["side"] = "left"
    record = from_document(document)
    assert to_document(replace(record, keyboard=5)) == {**document, "keyboard": 5}


def test_an_unread_field_goes_with_the_answer_it_hung_on() -> None:
    document = to_document(somebody(7))
    document["person"]["answers"]["map.where"]["side"] = "left"
    record = from_document(document)
    record = replace(record, person=record.person.without("map.where"))
    assert to_document(record)["person"]["answers"] == {}


def test_without_consent_nothing_unread_is_stored() -> None:
    record = from_document({**to_document(somebody(7)), "tests": ["oil"]})
    assert record.person.consent is not None
    withdrawn = replace(record.person.consent, withdrawn_at=NOW)
    assert "tests" not in to_document(replace(record, person=replace(record.person, consent=withdrawn)))


def test_an_unread_field_of_a_message_is_named_in_the_log_without_its_words() -> None:
    document = to_document(somebody(7, entry("a")))
    document["outbox"][0]["picture"] = "a secret"
    with capture_logs() as logs:
        record = from_document(document)
    assert record == somebody(7, entry("a"))
    assert [(line["event"], line["field"]) for line in logs] == [("unknown_field_dropped", "outbox.picture")]
    assert "secret" not in str(logs)


def test_a_damaged_field_is_named_without_quoting_it() -> None:
    document = to_document(somebody(7))
    document["person"]["answers"]["pregnancy"] = {"value": {"a": "secret"}, "at": "never"}
    with pytest.raises(Damaged) as fault:
        from_document(document)
    assert str(fault.value) == "its field person.answers does not fit"


def test_a_person_is_told_apart_from_their_times_to_the_microsecond() -> None:
    moment = datetime.fromisoformat("2026-03-29T00:59:59.999999+00:00")
    assert from_document(to_document(replace(newcomer(1), last_contact=moment))).last_contact == moment
