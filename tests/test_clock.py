"""What happens by itself: erasing on request, dropping and notices in their time, unsent words offered again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.dialogue.events import Wrote
from bot.dialogue.person import Consent, Person
from bot.doors.clock import SERVED_AT_MOST, Ticker
from bot.library.markup import plain_text
from bot.library.reading import Library
from bot.store.due import Terms
from bot.store.erase_requests import request_erase
from bot.store.opening import open_store
from bot.store.people import TinyStore
from bot.store.record import Entry, Mark, Record
from bot.turn import Arrival, Turns
from tests.fake_telegram import ALWAYS, FakeTelegram, User
from tests.houses import START, HandClock, LivingHouse, Logs, QuietSender, consent, greet, opens
from tests.store_people import FailingDisk, files_of, traces

pytest_plugins = ["tests.houses"]

ANNA, BERT = 4711003, 4711004
MONTH = timedelta(days=30)
MOMENT = timedelta(seconds=1)
TERMS = Terms(timedelta(days=365))


class CountingStore:
    """A store that counts how often anybody is looked up."""

    def __init__(self, store: TinyStore) -> None:
        self._store = store
        self.loads = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def load(self, person_id: int) -> Record | None:
        self.loads += 1
        return await self._store.load(person_id)


class Days:
    """The clock's ticks on a real store, on whatever day a test wants; nothing is really sent."""

    def __init__(self, library: Library, store: TinyStore) -> None:
        self.now = START
        self.store, self.sender = CountingStore(store), QuietSender()
        self.turns = Turns(
            library.world, library.words, self.store, lambda chat: False, store.names.of, lambda: self.now
        )
        self.ticker = Ticker(self.store, self.store, self.turns, self.sender, TERMS, lambda: self.now, HandClock())

    async def on(self, now: datetime) -> None:
        """Two ticks at that time."""
        self.now = now
        await self.ticker.tick()
        await self.ticker.tick()

    async def knows(
        self, person_id: int, *entries: Entry, withdrawn: datetime | None = None, agreed: bool = True
    ) -> None:
        """Somebody whose last word was at START."""
        held = Consent("1", START - MONTH, withdrawn) if agreed else None
        person = Person(person_id, consent=held)
        await self.store.keep(Record(person, START - MONTH, START, outbox=entries))

    async def record(self, person_id: int) -> Record | None:
        return await self.store.load(person_id)

    def said(self, record: Record | None) -> list[str]:
        assert record is not None
        return [plain_text(entry.text).splitlines()[0] for entry in record.outbox]


@asynccontextmanager
async def days(library: Library, folder: Path, disk: FailingDisk | None = None) -> AsyncIterator[Days]:
    store = open_store(folder / "data", 365, disk=disk)
    try:
        await store.recover()
        yield Days(library, store)
    finally:
        await store.close()


# Erasing for the operator.


async def test_a_request_to_erase_is_honoured_within_a_tick(library: Library, folder: Path) -> None:
    async with days(library, folder) as at:
        await at.knows(ANNA, Entry("1.0", START, "words on their way"))
        await at.knows(BERT)
        request_erase(folder / "data", ANNA)
        await at.on(START + MOMENT)
        assert await at.record(ANNA) is None and await at.record(BERT) is not None
        assert not traces(folder, ANNA) and not files_of(folder / "data" / "erase_requests")
        assert at.sender.forgotten == [ANNA]


async def test_a_request_to_erase_somebody_unknown_or_damaged_is_done_with_as_well(
    library: Library, folder: Path
) -> None:
    async with days(library, folder) as at:
        await at.knows(ANNA)
    for path in files_of(folder / "data" / "people"):
        path.write_bytes(b"nonsense")
    async with days(library, folder) as at:
        request_erase(folder / "data", ANNA)
        request_erase(folder / "data", 99)
        await at.on(START)
        assert not files_of(folder / "data" / "erase_requests") and not files_of(folder / "data" / "people")


async def test_a_request_to_erase_is_honoured_by_the_running_bot(
    house: LivingHouse, telegram: FakeTelegram, ada: User
) -> None:
    await consent(ada)
    telegram.faults.too_many(5, ALWAYS, "sendMessage")
    ada.sends("/help")
    await house.all_taken()
    request_erase(house.folder, ada.id)
    before = house.clock.now()
    await house.clock.runs_until(lambda: not house.knows(ada.id))
    telegram.faults.clear()
    seen = len(ada.messages)
    # What had been on its way to somebody erased does not go out later.
    await house.clock.runs_until(lambda: house.clock.now() - before > 60)
    assert len(ada.messages) == seen


# Retention.


async def test_somebody_who_agreed_to_nothing_is_dropped_thirty_days_after_their_last_word(
    library: Library, folder: Path
) -> None:
    async with days(library, folder) as at:
        await at.knows(ANNA, agreed=False)
        await at.on(START + MONTH - MOMENT)
        assert await at.record(ANNA) is not None
        await at.on(START + MONTH)
        assert await at.record(ANNA) is None and not files_of(folder / "data" / "people")
        assert not at.sender.submitted


async def test_somebody_who_took_their_consent_back_is_dropped_thirty_days_after_that(
    library: Library, folder: Path
) -> None:
    async with days(library, folder) as at:
        await at.knows(ANNA, withdrawn=START)
        at.now = START + timedelta(days=20)
        await at.turns.take(ANNA, [Arrival(Wrote("/help"), 5)], at.now)
        await at.on(START + MONTH - MOMENT)
        assert await at.record(ANNA) is not None
        await at.on(START + MONTH)
        assert await at.record(ANNA) is None


async def test_after_a_year_without_a_word_one_notice_is_given_and_a_month_later_all_is_erased(
    library: Library, folder: Path
) -> None:
    async with days(library, folder) as at:
        await at.knows(ANNA)
        year = START + TERMS.retention
        await at.on(year - MOMENT)
        assert at.said(await at.record(ANNA)) == []
        await at.on(year)
        await at.on(year + timedelta(days=10))
        record = await at.record(ANNA)
        assert at.said(record) == [opens(library, "reminder.retention", ANNA)]
        assert record is not None and record.outbox[0].rank == "reminder"
        at.store.mark(ANNA, Mark(record.outbox[0].id, "sent", 7))
        await at.on(year + MONTH - MOMENT)
        assert await at.record(ANNA) is not None
        await at.on(year + MONTH)
        assert await at.record(ANNA) is None and not traces(folder, ANNA)


async def test_a_word_after_the_notice_gives_another_year(library: Library, folder: Path) -> None:
    async with days(library, folder) as at:
        await at.knows(ANNA)
        at_last = START + TERMS.retention + timedelta(days=29)
        await at.on(START + TERMS.retention)
        at.now = at_last
        await at.turns.take(ANNA, [Arrival(Wrote("still here"), 5)], at.now)
        await at.on(START + TERMS.retention + 2 * MONTH)
        assert await at.record(ANNA) is not None
        await at.on(at_last + TERMS.retention + MONTH + timedelta(days=1))
        await at.on(at_last + TERMS.retention + 2 * MONTH + timedelta(days=2))
        assert await at.record(ANNA) is None


@pytest.mark.parametrize("state", ["paused_at", "blocked_at"])
async def test_somebody_who_wants_to_hear_nothing_gets_no_notice_and_is_erased_in_the_same_time(
    state: str, library: Library, folder: Path
) -> None:
    async with days(library, folder) as at:
        await at.knows(ANNA)
        record = await at.record(ANNA)
        assert record is not None
        await at.store.keep(replace(record, person=replace(record.person, **{state: START})))
        year = START + TERMS.retention
        await at.on(year)
        assert at.said(await at.record(ANNA)) == []
        at.store.loads = 0
        await at.on(year + MOMENT)
        assert at.store.loads == 0
        await at.on(year + MONTH)
        assert await at.record(ANNA) is None


async def test_a_year_without_the_bot_running_still_gives_a_notice_and_a_month(library: Library, folder: Path) -> None:
    async with days(library, folder) as at:
        await at.knows(ANNA)
        await at.knows(BERT, agreed=False)
    async with days(library, folder) as at:
        late = START + 2 * TERMS.retention
        await at.on(late)
        assert at.said(await at.record(ANNA)) == [opens(library, "reminder.retention", ANNA)]
        assert await at.record(BERT) is None
        await at.on(late + MONTH - MOMENT)
        assert await at.record(ANNA) is not None


# Unsent words.


async def test_unsent_words_are_offered_to_the_sender_until_they_are_sent(library: Library, folder: Path) -> None:
    async with days(library, folder) as at:
        await at.knows(ANNA, Entry("1.0", START, "hello"), Entry("2.0", START + MONTH, "later"))
        await at.on(START - MOMENT)
        assert not at.sender.submitted
        await at.on(START)
        assert at.sender.submitted[0] == (ANNA, ("1.0", "2.0"))
        at.store.mark(ANNA, Mark("1.0", "sent", 1))
        at.sender.submitted.clear()
        await at.on(START + MOMENT)
        assert not at.sender.submitted


async def test_for_people_the_sender_has_in_hand_or_who_blocked_us_no_tick_does_any_work(
    library: Library, folder: Path
) -> None:
    async with days(library, folder) as at:
        for person_id in range(100, 200):
            await at.knows(person_id, Entry("1.0", START, "hello"))
            at.sender.held.add(person_id)
        await at.on(START + MOMENT)
        assert at.store.loads == 0 and not at.sender.submitted


async def test_a_minute_at_which_many_are_due_keeps_no_request_to_erase_waiting(library: Library, folder: Path) -> None:
    async with days(library, folder) as at:
        for person_id in range(SERVED_AT_MOST + 50):
            await at.knows(10_000 + person_id, Entry("1.0", START, "hello"))
        at.now = START
        await at.ticker.tick()
        assert len(at.sender.submitted) == SERVED_AT_MOST
        at.sender.held |= {person_id for person_id, _ in at.sender.submitted}
        request_erase(folder / "data", 10_000)
        await at.ticker.tick()
        assert at.sender.forgotten == [10_000] and len(at.sender.submitted) == SERVED_AT_MOST + 50


async def test_a_person_who_blocked_us_is_not_tried_again_with_every_tick(
    house: LivingHouse, telegram: FakeTelegram, ada: User
) -> None:
    await greet(ada)
    ada.blocked = True
    request = {"id": "1", "from": ada.about, "chat_instance": "1", "data": "0:menu"}
    telegram.injects({"callback_query": request})
    await telegram.wait_until(lambda: any("blocked" in call.error for call in telegram.calls))
    tried = telegram.counts["sendMessage"]
    before = house.clock.now()
    await house.clock.runs_until(lambda: house.clock.now() - before > 600, step=5.0)
    assert telegram.counts["sendMessage"] == tried
    record = await house.record(ada.id)
    assert record is not None and record.outbox and record.person.blocked_at is not None


# Trouble.


async def test_a_record_that_fails_is_told_once_and_holds_up_nobody(library: Library, folder: Path, logs: Logs) -> None:
    disk = FailingDisk()
    async with days(library, folder, disk) as at:
        for person_id in (ANNA, BERT):
            await at.knows(person_id)
        disk.only = at.store.names.of(ANNA)
        disk.failing.add("write")
        year = START + TERMS.retention
        for _ in range(3):
            await at.on(year)
        assert len(logs.about("tick_failed")) == 1
        assert at.said(await at.record(BERT)) == [opens(library, "reminder.retention", BERT)]
        disk.failing.clear()
        await at.on(year)
        assert at.said(await at.record(ANNA)) == [opens(library, "reminder.retention", ANNA)]


async def test_a_clock_that_is_set_back_and_forward_does_nothing_twice(library: Library, folder: Path) -> None:
    async with days(library, folder) as at:
        await at.knows(ANNA)
        year = START + TERMS.retention
        for now in (year, year - MONTH, year + MOMENT, START, year + timedelta(days=29)):
            await at.on(now)
        assert len(at.said(await at.record(ANNA))) == 1
