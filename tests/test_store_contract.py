"""What every store promises to the turn, the sender and the operator, whatever lies beneath it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store.interface import Store
from bot.store.opening import open_store
from bot.store.record import Erased, Mark
from tests.store_people import NOW, YEAR, entry, ids, newcomer, saying, somebody

FOR_EVER = NOW + timedelta(days=4000)


@dataclass
class TinyPlace:
    """A data folder that can be opened as often as a process starts."""

    folder: Path
    opened: Store | None = None

    async def open(self) -> Store:
        """The store after a (re)start, recovered."""
        if self.opened is not None:
            await self.opened.close()
        self.opened = store = open_store(self.folder, YEAR, cached=50)
        await store.recover()
        return store


@pytest.fixture(params=["tinydb"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[TinyPlace]:
    place = TinyPlace(tmp_path / "data")
    yield place
    if place.opened is not None:
        await place.opened.close()


@pytest.fixture
async def store(place: TinyPlace) -> Store:
    return await place.open()


async def test_a_stranger_has_no_record(store: Store) -> None:
    assert await store.load(1) is None


async def test_what_is_kept_is_what_is_loaded(store: Store) -> None:
    record = somebody(7, entry("a"), entry("b", buttons=False))
    await store.keep(record)
    assert await store.load(7) == record


async def test_what_is_kept_is_there_after_a_restart(place: TinyPlace, store: Store) -> None:
    record = somebody(-100_123, entry("a"))
    await store.keep(somebody(-100_123))
    await store.keep(record)
    store = await place.open()
    assert await store.load(-100_123) == record


async def test_an_answer_taken_back_is_not_merged_into_the_new_record(store: Store) -> None:
    record = somebody(7)
    await store.keep(saying(record, "itchy"))
    await store.keep(record)
    assert await store.load(7) == record


async def test_two_hundred_people_at_once_do_not_disturb_each_other(place: TinyPlace, store: Store) -> None:
    everybody = [somebody(n, entry(f"e{n}"), says=f"words of {n}") for n in range(200)]
    await asyncio.gather(*map(store.keep, everybody))
    assert await asyncio.gather(*(store.load(n) for n in range(200))) == everybody
    store = await place.open()
    assert await asyncio.gather(*(store.load(n) for n in range(200))) == everybody


async def test_everyone_is_everyone_once_and_with_their_marks(store: Store) -> None:
    for n in range(5):
        await store.keep(somebody(n, entry("a")))
    store.mark(3, Mark("a", "sent", 30))
    records = [record async for record in store.everyone()]
    assert ids(records) == set(range(5))
    assert len(records) == 5
    assert [record.person.id for record in records if not record.outbox] == [3]


# Marks


async def test_a_sent_entry_has_left_the_outbox_and_its_message_is_the_keyboard(store: Store) -> None:
    await store.keep(somebody(7, entry("a"), entry("b")))
    store.mark(7, Mark("a", "sent", 501))
    record = await store.load(7)
    assert record == replace(somebody(7, entry("b")), keyboard=501)


async def test_a_dropped_entry_has_left_the_outbox_and_changes_no_keyboard(store: Store) -> None:
    await store.keep(replace(somebody(7, entry("a")), keyboard=400))
    store.mark(7, Mark("a", "dropped"))
    assert await store.load(7) == replace(somebody(7), keyboard=400)


async def test_a_message_without_buttons_is_no_keyboard(store: Store) -> None:
    await store.keep(replace(somebody(7, entry("a", buttons=False)), keyboard=400))
    store.mark(7, Mark("a", "sent", 501))
    assert await store.load(7) == replace(somebody(7), keyboard=400)


async def test_the_newest_sent_message_with_buttons_is_the_keyboard(store: Store) -> None:
    await store.keep(somebody(7, entry("a"), entry("b"), entry("c", buttons=False)))
    for number, name in enumerate(("a", "b", "c")):
        store.mark(7, Mark(name, "sent", 501 + number))
    assert await store.load(7) == replace(somebody(7), keyboard=502)


async def test_a_tried_entry_waits_on_as_sending(store: Store) -> None:
    await store.keep(somebody(7, entry("a"), entry("b")))
    store.mark(7, Mark("a", "tried"))
    assert await store.load(7) == somebody(7, replace(entry("a"), state="sending"), entry("b"))


async def test_marks_are_there_after_a_restart(place: TinyPlace, store: Store) -> None:
    await store.keep(somebody(7, entry("a"), entry("b")))
    store.mark(7, Mark("a", "tried"))
    store.mark(7, Mark("b", "sent", 9))
    expected = replace(somebody(7, replace(entry("a"), state="sending")), keyboard=9)
    for _ in range(3):
        store = await place.open()
        assert await store.load(7) == expected


async def test_a_mark_that_comes_during_a_keep_is_not_lost(place: TinyPlace, store: Store) -> None:
    await store.keep(somebody(7, entry("a")))
    seen_by_the_turn = await store.load(7)
    assert seen_by_the_turn is not None
    keeping = asyncio.ensure_future(store.keep(saying(seen_by_the_turn, "next")))
    await asyncio.sleep(0)
    store.mark(7, Mark("a", "sent", 501))
    await keeping
    expected = replace(saying(somebody(7), "next"), keyboard=501)
    assert await store.load(7) == expected
    store = await place.open()
    assert await store.load(7) == expected


async def test_a_mark_already_in_the_record_does_nothing_to_a_later_keyboard(place: TinyPlace, store: Store) -> None:
    await store.keep(somebody(7, entry("a")))
    store.mark(7, Mark("a", "sent", 501))
    folded = await store.load(7)
    assert folded is not None
    await store.keep(replace(folded, keyboard=777))
    store = await place.open()
    assert await store.load(7) == replace(somebody(7), keyboard=777)


async def test_a_mark_is_forgotten_once_it_is_in_the_record(store: Store) -> None:
    await store.keep(somebody(7, entry("a")))
    store.mark(7, Mark("a", "sent", 501))
    folded = await store.load(7)
    assert folded is not None
    await store.keep(folded)
    await store.keep(somebody(7, entry("a")))
    assert await store.load(7) == somebody(7, entry("a"))


async def test_the_first_word_on_an_entry_counts(store: Store) -> None:
    await store.keep(somebody(7, entry("a")))
    store.mark(7, Mark("a", "sent", 501))
    store.mark(7, Mark("a", "sent", 502))
    store.mark(7, Mark("a", "dropped"))
    assert await store.load(7) == replace(somebody(7), keyboard=501)


async def test_a_mark_for_words_nobody_kept_is_nothing(store: Store) -> None:
    await store.keep(somebody(7))
    store.mark(7, Mark("a", "sent", 501))
    store.mark(8, Mark("a", "sent", 501))
    await store.keep(somebody(7, entry("a")))
    assert await store.load(7) == somebody(7, entry("a"))
    assert await store.load(8) is None


# Due


async def test_people_are_due_earliest_first_and_stay_due_until_a_newer_record_is_kept(store: Store) -> None:
    for person_id, hours in ((1, 3), (2, 1), (3, 2), (4, 9)):
        await store.keep(somebody(person_id, entry("a", at=NOW + timedelta(hours=hours))))
    assert store.next_due() == NOW + timedelta(hours=1)
    assert store.due(NOW) == []
    assert store.due(NOW + timedelta(hours=3)) == [2, 3, 1]
    assert store.due(NOW + timedelta(hours=3)) == [2, 3, 1]
    await store.keep(somebody(3))
    assert store.due(NOW + timedelta(hours=3)) == [2, 1]
    assert store.next_due() == NOW + timedelta(hours=1)


async def test_nobody_is_due_again_for_what_was_sent_or_given_up(place: TinyPlace, store: Store) -> None:
    await store.keep(somebody(1, entry("a"), entry("b", at=NOW + timedelta(hours=1))))
    store.mark(1, Mark("a", "sent", 5))
    assert store.due(NOW) == []
    assert store.due(NOW + timedelta(hours=1)) == [1]
    store = await place.open()
    assert store.due(NOW) == []
    store.mark(1, Mark("b", "dropped"))
    assert store.due(NOW + timedelta(hours=1)) == []


async def test_a_tried_entry_is_still_due(store: Store) -> None:
    await store.keep(somebody(1, entry("a")))
    store.mark(1, Mark("a", "tried"))
    assert store.due(NOW) == [1]


async def test_the_same_people_are_due_after_a_restart(place: TinyPlace, store: Store) -> None:
    await store.keep(somebody(1, entry("a", at=NOW + timedelta(hours=2))))
    await store.keep(somebody(2, entry("a")))
    await store.keep(newcomer(3))
    store = await place.open()
    assert store.next_due() == NOW
    assert store.due(NOW + timedelta(hours=2)) == [2, 1]
    assert store.due(NOW + timedelta(days=30)) == [2, 1, 3]
    assert store.due(FOR_EVER) == [2, 1, 3]


async def test_records_fall_due_for_dropping_and_for_retention(store: Store) -> None:
    await store.keep(newcomer(1))
    await store.keep(somebody(2))
    assert store.due(NOW + timedelta(days=30) - timedelta(seconds=1)) == []
    assert store.due(NOW + timedelta(days=30)) == [1]
    assert store.due(NOW + timedelta(days=YEAR)) == [1, 2]


async def test_a_clock_set_back_makes_nobody_due_early(store: Store) -> None:
    await store.keep(somebody(1, entry("a")))
    assert store.due(NOW) == [1]
    assert store.due(NOW - timedelta(hours=1)) == []
    assert store.due(NOW) == [1]


# Erasing


async def test_an_erased_person_is_a_stranger(place: TinyPlace, store: Store) -> None:
    await store.keep(somebody(7))
    await store.keep(somebody(7, entry("a")))
    store.mark(7, Mark("a", "tried"))
    await store.set_aside(7, {"update_id": 1}, "broken")
    assert await store.erase(7, None) == Erased(copies=2, set_aside=1, marks=1)
    assert await store.load(7) is None
    assert store.due(FOR_EVER) == []
    store = await place.open()
    assert await store.load(7) is None
    assert [record async for record in store.everyone()] == []


async def test_a_receipt_is_all_that_is_left_and_is_due(place: TinyPlace, store: Store) -> None:
    receipt = newcomer(7, replace(entry("receipt"), erase_after=True))
    await store.keep(somebody(7))
    await store.erase(7, receipt)
    assert await store.load(7) == receipt
    store = await place.open()
    assert await store.load(7) == receipt
    assert store.due(NOW) == [7]


async def test_erasing_a_stranger_erases_nothing(store: Store) -> None:
    await store.keep(somebody(8))
    assert await store.erase(7, None) == Erased()
    assert await store.load(8) == somebody(8)


async def test_a_mark_that_comes_after_the_erasing_is_nothing(place: TinyPlace, store: Store) -> None:
    await store.keep(somebody(7, entry("a")))
    await store.erase(7, None)
    store.mark(7, Mark("a", "sent", 501))
    await store.keep(somebody(7, entry("a")))
    store = await place.open()
    assert await store.load(7) == somebody(7, entry("a"))


async def test_who_comes_back_after_erasing_is_kept_anew(place: TinyPlace, store: Store) -> None:
    await store.keep(somebody(7))
    await store.erase(7, None)
    await store.keep(newcomer(7))
    store = await place.open()
    assert await store.load(7) == newcomer(7)


async def test_an_update_of_nobody_can_be_set_aside(store: Store) -> None:
    await store.set_aside(None, {"odd": ["\ud83d", b"bytes"]}, "it has no chat")
