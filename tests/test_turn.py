"""One turn: what is kept, what is said, and what stays as it was when something goes wrong."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.dialogue.effects import Say
from bot.dialogue.events import Blocked, Chose, Event, InGroup, ReminderDue, SentOther, Wrote
from bot.dialogue.person import Consent, Passing, Person
from bot.dialogue.world import Decision, Moment, Outcome, World
from bot.library.markup import plain_text
from bot.library.reading import Library
from bot.library.words import Rendered, Words
from bot.store.disk import Disk
from bot.store.interface import StoreProblem
from bot.store.opening import open_store
from bot.store.people import TinyStore
from bot.store.record import SEEN_AT_MOST, Entry, Mark, Record
from bot.turn import WAITING_AT_MOST, Arrival, Kept, Turns, newcomer, noted
from tests.houses import START, CountingDisk, Logs, opens, reads
from tests.store_people import FailingDisk, files_of, traces

pytest_plugins = ["tests.houses"]

ANNA = 4711002
CHEST_PAIN = "I have crushing chest pain"


class Desk:
    """Turns on a real store, with nobody who sends: whatever is said stays in the outbox until it is marked."""

    def __init__(self, turns: Turns, store: TinyStore) -> None:
        self.turns, self.store = turns, store
        self.now = START
        self.update_id = 500

    async def takes(self, *events: Event, update_ids: tuple[int, ...] = ()) -> Kept:
        """Events of Anna's that arrive together."""
        ids = update_ids or tuple(self.update_id + n for n in range(1, len(events) + 1))
        self.update_id = max(self.update_id, *ids)
        arrivals = [
            Arrival(event, id, "q" if isinstance(event, Chose) else "") for event, id in zip(events, ids, strict=True)
        ]
        return await self.turns.take(ANNA, arrivals, self.now)

    async def record(self) -> Record:
        record = await self.store.load(ANNA)
        assert record is not None
        return record

    async def keeps(self, change: Callable[[Person], Person]) -> None:
        """Anna as a test wants her."""
        record = await self.store.load(ANNA) or Record(Person(ANNA), self.now, self.now)
        await self.store.keep(replace(record, person=change(record.person)))

    def sent(self, kept: Kept) -> None:
        for number, entry in enumerate(kept.entries):
            self.store.mark(ANNA, Mark(entry.id, "sent", 100 + number))


@asynccontextmanager
async def desk(
    library: Library,
    folder: Path,
    *,
    disk: Disk | None = None,
    sends_at_once: bool = False,
    world: World | None = None,
    words: Words | None = None,
    passing: dict[int, Passing] | None = None,
) -> AsyncIterator[Desk]:
    store = open_store(folder / "data", 365, disk=disk)
    try:
        await store.recover()
        turns = Turns(
            world or library.world,
            words or library.words,
            store,
            lambda chat: sends_at_once,
            store.names.of,
            lambda: START,
            passing,
        )
        yield Desk(turns, store)
    finally:
        await store.close()


def said(kept: Kept) -> list[str]:
    return [plain_text(entry.text) for entry in kept.entries if entry.id in kept.fresh]


def agreed(person: Person) -> Person:
    return replace(person, consent=Consent("1", START))


# Once, and in one write.


async def test_the_same_update_twice_changes_nothing_and_is_answered_once(library: Library, folder: Path) -> None:
    async with desk(library, folder) as at:
        first = await at.takes(Wrote("/start"), update_ids=(7,))
        before = await at.record()
        again = await at.takes(Wrote("/start"), update_ids=(7,))
        assert await at.record() == before
        assert again.entries == first.entries and not again.fresh


async def test_the_same_update_after_a_restart_changes_nothing(library: Library, folder: Path) -> None:
    async with desk(library, folder) as at:
        at.sent(await at.takes(Wrote("/start"), update_ids=(7,)))
    async with desk(library, folder) as at:
        before = await at.record()
        again = await at.takes(Wrote("/start"), update_ids=(7,))
        assert again.entries == () and await at.record() == before


async def test_an_update_of_a_lower_number_is_as_new_as_any(library: Library, folder: Path) -> None:
    async with desk(library, folder) as at:
        await at.takes(Wrote("/start"), update_ids=(900_000_000,))
        lower = await at.takes(Wrote("/help"), update_ids=(3,))
        assert (await at.record()).person.screen == "help.home"
        assert len(said(lower)) == 1


async def test_several_updates_of_one_person_are_one_write_and_keep_their_order(library: Library, folder: Path) -> None:
    disk = CountingDisk()
    async with desk(library, folder, disk=disk) as at:
        kept = await at.takes(Wrote("/start"), Chose(1, "next"), Wrote("qzxv"), Chose(2, "next"))
        assert len(disk.records) == 1
        record = await at.record()
        assert record.person.screen == "welcome.limits"
        assert said(kept)[-1].startswith(reads(library, "old_button"))
        assert [seen.id for seen in record.seen] == [501, 502, 503, 504]
        assert [entry.id for entry in record.outbox] == [entry.id for entry in kept.entries]


async def test_a_press_that_comes_behind_a_text_of_the_same_poll_is_harmless(library: Library, folder: Path) -> None:
    async with desk(library, folder) as at:
        at.sent(await at.takes(Wrote("/start")))
        step = (await at.record()).person.step
        kept = await at.takes(Wrote("/menu"), Chose(step, "next"))
        assert (await at.record()).person.screen == "menu.home"
        assert said(kept)[-1].startswith(reads(library, "old_button"))
        assert len(kept.acknowledgements) == 1


def test_what_is_remembered_of_updates_is_bounded_in_number_and_in_time() -> None:
    record = newcomer(ANNA, START)
    for update_id in range(SEEN_AT_MOST + 20):
        record = noted(record, Arrival(Wrote("x"), update_id), START)
    assert [seen.id for seen in record.seen] == list(range(20, SEEN_AT_MOST + 20))
    record = noted(record, Arrival(Wrote("y"), 3), START + timedelta(hours=26))
    assert [seen.id for seen in record.seen] == [3]


# A flood.


async def test_a_flood_of_waiting_answers_becomes_the_newest_one_with_a_word_about_it(
    library: Library, folder: Path
) -> None:
    async with desk(library, folder) as at:
        await at.takes(Wrote("/start"))
        for _ in range(40):
            kept = await at.takes(Wrote("/help"))
        assert len(kept.entries) <= WAITING_AT_MOST
        newest = kept.entries[-1]
        assert reads(library, "too_fast") in plain_text(newest.text)
        assert newest.buttons and not any(entry.buttons for entry in kept.entries[:-1])


async def test_a_flood_merges_neither_an_emergency_nor_a_file_nor_an_answer_on_its_way(
    library: Library, folder: Path
) -> None:
    async with desk(library, folder, sends_at_once=True) as at:
        await at.keeps(agreed)
        on_its_way = await at.takes(Wrote("/help"))
    async with desk(library, folder) as at:
        at.update_id = 600
        await at.takes(Wrote(CHEST_PAIN))
        await at.takes(Wrote("/data"))
        await at.takes(Chose((await at.record()).person.step, "export"))
        await at.takes(Chose((await at.record()).person.step, "json"))
        for _ in range(40):
            kept = await at.takes(Wrote("/help"))
        assert on_its_way.entries[0].id in {entry.id for entry in kept.entries}
        assert [entry.recipe for entry in kept.entries if entry.recipe] == ["export.json"]
        assert [entry for entry in kept.entries if entry.urgent]


async def test_the_word_about_a_flood_never_makes_an_answer_too_long_to_send(library: Library, folder: Path) -> None:
    async with desk(library, folder, words=LongWords(library)) as at:
        for _ in range(WAITING_AT_MOST + 3):
            kept = await at.takes(Wrote("/help"))
        assert all(len(entry.text) <= 4096 for entry in kept.entries)


class LongWords(Words):
    """Every screen is as long as Telegram allows."""

    def __init__(self, library: Library) -> None:
        super().__init__(library.words.shelf, library.world)

    def screen(self, person: Person, say: Say, now: datetime) -> Rendered:
        return Rendered("x" * 4096)


# When it cannot be kept, or something breaks.


async def test_what_could_not_be_kept_has_changed_nothing(library: Library, folder: Path) -> None:
    disk = FailingDisk()
    async with desk(library, folder, disk=disk) as at:
        await at.takes(Wrote("/start"))
        before = await at.record()
        disk.failing.add("write")
        with pytest.raises(StoreProblem):
            await at.takes(Wrote("/help"), update_ids=(9,))
        assert await at.record() == before
        disk.failing.clear()
        kept = await at.takes(Wrote("/help"), update_ids=(9,))
        assert len(said(kept)) == 1 and (await at.record()).person.screen == "help.home"


async def test_a_box_ticked_without_consent_on_a_full_disk_is_ticked_once_there_is_room(
    library: Library, folder: Path
) -> None:
    disk = FailingDisk()
    async with desk(library, folder, disk=disk) as at:
        for event in (Wrote("/start"), Wrote("/check")):
            await at.takes(event)
        await at.takes(Chose((await at.record()).person.step, "begin"))
        step = (await at.record()).person.step
        tick = Chose(step, ticks(library, await at.record(), at.now)[0], 55)
        disk.failing.add("write")
        with pytest.raises(StoreProblem):
            await at.takes(tick, update_ids=(9,))
        disk.failing.clear()
        kept = await at.takes(tick, update_ids=(9,))
        boxes = [button.label for row in kept.entries[-1].buttons for button in row]
        assert sum(label.startswith("☑") for label in boxes) == 1


def ticks(library: Library, record: Record, now: datetime) -> list[str]:
    """The keys of the boxes on the screen where somebody is."""
    rows = library.words.screen(record.person, Say(record.person.screen), now).rows
    empty = library.words.shelf.phrases["engine"]["unticked"]
    return [button.data.partition(":")[2] for row in rows for button in row if button.label.startswith(empty)]


def breaks(moment: Moment) -> Outcome:
    raise ValueError(f"secret words of {moment.person.id}")


def broken(library: Library) -> World:
    """A world in which /settings stumbles."""
    outcomes = library.world.decisions["has_consent"].outcomes
    return replace(library.world, decisions={**library.world.decisions, "has_consent": Decision(breaks, outcomes)})


async def test_a_fault_of_ours_leads_to_the_menu_with_the_persons_facts_intact(
    library: Library, folder: Path, logs: Logs
) -> None:
    async with desk(library, folder, world=broken(library)) as at:
        await at.keeps(lambda person: agreed(person).keeping("country", "DE", START))
        kept = await at.takes(Wrote("/settings"))
        assert said(kept)[0].startswith(reads(library, "my_fault"))
        person = (await at.record()).person
        assert person.screen == "menu.home" and person.answer("country") == "DE"
        assert "turn_failed" in logs.text
        assert "secret words" not in logs.text and str(ANNA) not in logs.text


class WordsThatFailForAnna(Words):
    """The words break on something that is known about Anna; for a stranger they are fine."""

    def screen(self, person: Person, say: Say, now: datetime) -> Rendered:
        if person.consented:
            raise KeyError("country")
        return super().screen(person, say, now)


async def test_an_emergency_is_answered_even_when_the_persons_own_screen_breaks(library: Library, folder: Path) -> None:
    words = WordsThatFailForAnna(library.words.shelf, library.world)
    async with desk(library, folder, words=words) as at:
        await at.keeps(agreed)
        kept = await at.takes(Wrote(CHEST_PAIN))
        assert said(kept)[0].startswith(opens(library, "emergency.chest_pain"))
        assert kept.entries[0].urgent


async def test_a_fault_of_ours_says_nothing_in_a_group(library: Library, folder: Path) -> None:
    words = WordsThatFailForAnna(library.words.shelf, library.world)
    async with desk(library, folder, words=words) as at:
        await at.keeps(agreed)
        assert (await at.takes(InGroup("hello"))).entries == ()


@pytest.mark.parametrize("event", [Wrote(CHEST_PAIN), SentOther("photo", CHEST_PAIN), InGroup(CHEST_PAIN)])
async def test_an_emergency_has_words_without_any_record(event: Event, library: Library, folder: Path) -> None:
    async with desk(library, folder) as at:
        words = at.turns.alarm(ANNA, event, START)
        assert words is not None and plain_text(words.text).startswith(opens(library, "emergency.chest_pain"))
        assert at.turns.alarm(ANNA, Wrote("hello"), START) is None
        assert plain_text(at.turns.sorry(ANNA, START).text).startswith(reads(library, "not_kept"))
        assert not files_of(folder / "data" / "people")


# Going away.


async def erase_herself(at: Desk) -> Kept:
    await at.takes(Wrote("/erase"))
    return await at.takes(Chose((await at.record()).person.step, "erase"))


async def test_after_erasing_nothing_is_left_but_the_receipt_and_then_not_even_that(
    library: Library, folder: Path
) -> None:
    async with desk(library, folder) as at:
        await at.keeps(lambda person: agreed(person).keeping("country", "DE", START))
        await at.takes(Wrote("/help"))
        kept = await erase_herself(at)
        assert kept.erased and [entry.erase_after for entry in kept.entries] == [True]
        record = await at.record()
        assert not record.person.answers and record.person.consent is None and len(record.outbox) == 1
        at.sent(kept)
        await at.turns.close(ANNA)
        assert await at.store.load(ANNA) is None
        assert not files_of(folder / "data" / "people") and not traces(folder, ANNA)


async def test_a_receipt_that_goes_out_late_does_not_erase_what_the_person_agreed_to_since(
    library: Library, folder: Path
) -> None:
    async with desk(library, folder) as at:
        await at.keeps(agreed)
        kept = await erase_herself(at)
        await at.takes(Wrote("/start"))
        await at.keeps(agreed)
        at.sent(kept)
        await at.turns.close(ANNA)
        assert (await at.record()).person.consented


async def test_somebody_erased_who_blocks_us_is_not_written_down_again(library: Library, folder: Path) -> None:
    async with desk(library, folder) as at:
        await at.takes(Wrote("/start"))
        await at.turns.drop(ANNA)
        await at.turns.block(ANNA)
        await at.takes(Blocked())
        assert await at.store.load(ANNA) is None


@pytest.mark.parametrize("way", ["erases herself", "is erased"])
async def test_what_somebody_was_ticking_without_consent_is_forgotten_with_them(
    way: str, library: Library, folder: Path
) -> None:
    passing: dict[int, Passing] = {}
    async with desk(library, folder, passing=passing) as at:
        for event in (Wrote("/start"), Wrote("/check")):
            await at.takes(event)
        await at.takes(Chose((await at.record()).person.step, "begin"))
        record = await at.record()
        await at.takes(Chose(record.person.step, ticks(library, record, at.now)[0], 55))
        assert ANNA in passing
        await (erase_herself(at) if way == "erases herself" else at.turns.drop(ANNA))
        assert not passing


# Notices and marks.


async def test_an_answer_that_goes_out_at_once_is_written_as_sending_and_one_that_waits_is_not(
    library: Library, folder: Path
) -> None:
    async with desk(library, folder, sends_at_once=True) as at:
        kept = await at.takes(Wrote("/start"), Wrote("/help"))
        assert [entry.state for entry in kept.entries] == ["sending", "waiting"]


async def test_a_notice_is_dated_once_and_a_word_from_the_person_takes_it_back(library: Library, folder: Path) -> None:
    async with desk(library, folder) as at:
        await at.keeps(agreed)
        at.now = START + timedelta(days=365)
        await at.turns.take(ANNA, [Arrival(ReminderDue("retention"))], at.now)
        record = await at.record()
        assert record.noticed_at == at.now and record.last_contact == START
        at.now += timedelta(days=1)
        await at.takes(Wrote("still here"))
        record = await at.record()
        assert record.noticed_at is None and record.last_contact == at.now


async def test_the_newest_keyboard_takes_the_place_of_the_one_before(library: Library, folder: Path) -> None:
    async with desk(library, folder) as at:
        at.sent(await at.takes(Wrote("/start")))
        kept = await at.takes(Wrote("/help"))
        entry: Entry = kept.entries[-1]
        assert entry.strips == 100
