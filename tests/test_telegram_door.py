"""Telegram is the inbox: nothing is confirmed before it is kept, nothing kept is lost, and nobody waits for others."""

import asyncio
import json
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.events import Wrote
from bot.dialogue.world import Decision, Moment, Outcome
from bot.doors.attempts import Attempts
from bot.doors.running import DRAIN_SECONDS, SETTLE_SECONDS
from bot.doors.telegram_door import TelegramDoor
from bot.library.reading import Library
from bot.library.words import Rendered
from bot.store.disk import Disk
from bot.store.interface import StoreProblem, UnreadableRecord
from bot.store.writers import THREADS
from bot.turn import Arrival, Kept
from tests.fake_telegram import ALWAYS, FakeTelegram, User
from tests.houses import (
    BotProcess,
    CountingDisk,
    HandClock,
    LivingHouse,
    Logs,
    QuietSender,
    consent,
    forked_bot,
    greet,
    opens,
    reads,
    tap,
    taps,
)
from tests.store_people import FailingDisk, files_of

pytest_plugins = ["tests.houses"]

CHEST_PAIN = "I have crushing chest pain"

Build = Callable[..., LivingHouse]


@pytest.fixture
def ben(telegram: FakeTelegram) -> User:
    return telegram.user(4711077, "Benedikt", username="benedikt_the_second")


def set_aside(house: LivingHouse) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in files_of(house.folder / "aside", ".json")]


# A disk without room.


async def test_the_offset_does_not_move_past_what_could_not_be_kept_and_it_is_taken_once_there_is_room(
    build: Build, library: Library, telegram: FakeTelegram, ada: User
) -> None:
    disk = FailingDisk()
    house = build(disk=disk)
    await house.start()
    disk.failing.add("write")
    ada.sends("/help")
    await ada.hears(reads(library, "not_kept"))
    await house.clock.runs_until(lambda: len(telegram.calls_of("getUpdates")) > 5)
    assert telegram.updates.pending == 1
    disk.failing.clear()
    await house.clock.runs_until(lambda: not telegram.updates.pending)
    await ada.hears(opens(library, "help.home"))
    assert len(ada.messages) == 2


async def test_an_emergency_is_answered_while_the_disk_is_full(
    build: Build, library: Library, ada: User, ben: User
) -> None:
    disk = FailingDisk("write")
    house = build(disk=Disk())
    await house.start()
    await greet(ada)
    await house.stop()
    house.disk = disk
    disk.failing.clear()
    await house.start()
    disk.failing.add("write")
    ada.sends(CHEST_PAIN)
    ben.sends_photo(CHEST_PAIN)
    for person in (ada, ben):
        await person.hears(opens(library, "emergency.chest_pain"))


async def test_on_a_full_disk_a_press_stops_waiting_and_a_group_hears_no_complaint(
    build: Build, library: Library, telegram: FakeTelegram, ada: User
) -> None:
    disk = FailingDisk()
    house = build(disk=disk)
    await house.start()
    await greet(ada)
    disk.failing.add("write")
    group = telegram.group(-88)
    ada.writes_in(group, "hello")
    press = tap(ada, "next")
    await ada.hears(reads(library, "not_kept"))
    await telegram.wait_until(lambda: press.query_id in [toast.query_id for toast in ada.toasts])
    ada.writes_in(group, CHEST_PAIN)
    await house.clock.runs_until(lambda: group.messages)
    assert [m.text for m in group.messages if reads(library, "not_kept") in m.text] == []


async def test_what_was_said_while_the_disk_was_full_is_said_once(
    build: Build, library: Library, telegram: FakeTelegram, ada: User
) -> None:
    house = build(disk=FailingDisk())
    await house.start()
    house.disk.failing.add("write")
    ada.sends("/help")
    await house.clock.runs_until(lambda: len(telegram.calls_of("getUpdates")) > 8)
    assert len(ada.messages) == 1


# One record that makes trouble.


async def test_one_record_that_cannot_be_kept_is_set_aside_while_others_are_served(
    build: Build, library: Library, telegram: FakeTelegram, ada: User, ben: User
) -> None:
    disk = FailingDisk()
    house = build(disk=disk)
    await house.start()
    disk.only = f"people/{house.name(ada.id)[:2]}/{house.name(ada.id)}"
    disk.failing.add("write")
    ada.sends("/help")
    await ada.hears(reads(library, "not_kept"))
    ben.sends("/help")
    await house.clock.runs_until(lambda: ben.messages)
    ben.sends("/menu")
    await house.clock.runs_until(lambda: set_aside(house))
    ben.sends("/data")
    await house.clock.runs_until(lambda: not telegram.updates.pending)
    assert [aside["update"]["message"]["text"] for aside in set_aside(house)] == ["/help"]


async def test_an_unreadable_record_gets_kind_words_and_emergencies_still_work_and_others_do_not_notice(
    house: LivingHouse, library: Library, telegram: FakeTelegram, ada: User, ben: User
) -> None:
    await greet(ada)
    await house.stop()
    for path in files_of(house.folder / "people"):
        path.write_bytes(b"{ this is no record")
    await house.start()
    ada.sends("/menu")
    ben.sends("/help")
    await ada.hears(reads(library, "not_kept"))
    await ben.hears(opens(library, "help.home"))
    ada.sends(CHEST_PAIN)
    await ada.hears(opens(library, "emergency.chest_pain"))
    await house.all_taken()
    assert len(set_aside(house)) == 2


class HangingDisk(Disk):
    """A disk on which writing some files never ends, until it is let go."""

    def __init__(self) -> None:
        self.only = "nothing"
        self.let_go = threading.Event()

    def write(self, path: Path, data: bytes) -> None:
        if self.only in str(path):
            self.let_go.wait(20)
        super().write(path, data)


async def test_a_record_whose_disk_hangs_holds_up_nobody_and_is_answered_when_it_comes_back(
    build: Build, library: Library, telegram: FakeTelegram, ada: User
) -> None:
    disk = HangingDisk()
    house = build(disk=disk, keep_seconds=0.6)
    await house.start()
    others = (telegram.user(number) for number in range(5_000_000, 5_000_100))
    # One thread of the disk serves every fourth person, and that one hangs.
    quiet = next(other for other in others if (hash(house.name(other.id)) - hash(house.name(ada.id))) % THREADS)
    disk.only = house.name(ada.id)
    ada.sends(CHEST_PAIN)
    quiet.sends("/help")
    await quiet.hears(opens(library, "help.home"))
    await ada.hears(opens(library, "emergency.chest_pain"))
    ada.sends("/help")
    quiet.sends("/menu")
    await house.clock.runs_until(lambda: len(quiet.messages) == 2)
    disk.let_go.set()
    await house.clock.runs_until(lambda: not telegram.updates.pending)
    # The turn that outlived its deadline has succeeded after all: this one comes with its buttons.
    await telegram.wait_until(lambda: any(m.buttons for m in ada.messages))


async def test_an_emergency_does_not_wait_for_a_disk_that_hangs_nor_does_stopping_and_nothing_is_lost(
    build: Build, library: Library, telegram: FakeTelegram, ada: User
) -> None:
    disk = HangingDisk()
    house = build(disk=disk, keep_seconds=60)
    await house.start()
    disk.only = house.name(ada.id)
    ada.sends(CHEST_PAIN)
    await ada.hears(opens(library, "emergency.chest_pain"))
    living = house.task
    assert living is not None
    stopping = asyncio.ensure_future(house.stop())
    await house.clock.runs_until(living.done)
    assert telegram.updates.pending == 1
    disk.let_go.set()
    await stopping
    await house.start()
    await house.clock.runs_until(lambda: not telegram.updates.pending and len(ada.messages) == 2)
    assert ada.messages[-1].text.startswith(opens(library, "emergency.chest_pain")) and ada.messages[-1].buttons


async def test_a_press_on_a_full_disk_is_acknowledged_once_and_not_with_every_try(
    build: Build, telegram: FakeTelegram, ada: User
) -> None:
    house = build(disk=FailingDisk())
    await house.start()
    await greet(ada)
    house.disk.failing.add("write")
    tap(ada, "next")
    before = telegram.counts["getUpdates"]
    await house.clock.runs_until(lambda: telegram.counts["getUpdates"] > before + 8)
    assert telegram.counts["answerCallbackQuery"] == 1


# One update that makes trouble.


async def test_an_update_that_cannot_be_read_is_set_aside_and_those_behind_it_are_served(
    house: LivingHouse, library: Library, telegram: FakeTelegram, ada: User
) -> None:
    telegram.injects({"message": "nonsense"})
    telegram.injects({"message": {"chat": {"id": "x", "type": "private"}, "text": "y"}})
    telegram.injects({"callback_query": None})
    ada.sends("/help")
    await ada.hears(opens(library, "help.home"))
    await house.all_taken()
    assert len(set_aside(house)) == 3


class Killed(BaseException):
    """The process ends here."""


class Turning:
    """Turns that remember what they took, and have trouble with four words."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.disk_is_back = asyncio.Event()

    async def take(self, person_id: int, arrivals: list[Arrival], now: Any) -> Kept:
        await asyncio.sleep(0)
        for arrival in arrivals:
            assert isinstance(arrival.event, Wrote)
            match arrival.event.text:
                case "deadly":
                    raise Killed
                case "broken":
                    raise RuntimeError("very secret words")
                case "hanging":
                    await self.disk_is_back.wait()
                case "unreadable":
                    raise UnreadableRecord("The record 12ab cannot be read.")
                case text:
                    self.taken.append(text)
        return Kept(person_id)

    def alarm(self, person_id: int, event: Any, now: Any) -> Rendered | None:
        return None

    def sorry(self, person_id: int, now: Any, note: str = "not_kept") -> Rendered:
        return Rendered("Sorry.")


class Cupboard:
    """A store that only sets aside."""

    def __init__(self) -> None:
        self.aside: list[tuple[int | None, int, str]] = []
        self.full = False

    async def set_aside(self, person_id: int | None, update: dict[str, Any], why: str) -> None:
        if self.full:
            raise StoreProblem("There is no room.")
        self.aside.append((person_id, update["update_id"], why))


class Inbox:
    """Telegram as one batch that comes again until it is confirmed; hears what is said."""

    def __init__(self, *texts: str) -> None:
        self.waiting = {n: update(n, text) for n, text in enumerate(texts, start=1)}
        self.said: list[int] = []
        self.empty = asyncio.Event()

    async def call(self, method: str, params: dict[str, Any], files: Any = None, **more: Any) -> Any:
        if method == "sendMessage":
            self.said.append(params["chat_id"])
            return {"message_id": 1}
        self.waiting = {id: raw for id, raw in self.waiting.items() if id >= params["offset"]}
        if not self.waiting:
            self.empty.set()
            await asyncio.Event().wait()
        return list(self.waiting.values())


def update(number: int, text: str) -> dict[str, Any]:
    """What the person of that number writes."""
    chat = {"id": number, "type": "private"}
    return {"update_id": number, "message": {"message_id": 1, "chat": chat, "date": 1, "text": text}}


class Front:
    """A door with nothing real around it but the file of attempts."""

    def __init__(self, inbox: Inbox, folder: Path) -> None:
        self.inbox, self.folder = inbox, folder
        self.turns, self.store, self.sender, self.clock = Turning(), Cupboard(), QuietSender(), HandClock()

    async def lives(self) -> bool:
        """One life of the process: True when it has taken everything, False when it died."""
        attempts = Attempts(self.folder / "polling.tries")
        door = TelegramDoor(
            self.inbox.call,
            self.turns,
            self.store,
            self.sender,
            attempts,
            self.clock.wall,
            self.clock,
            keep_seconds=0.5,
        )
        running, done = asyncio.ensure_future(door.run()), asyncio.ensure_future(self.inbox.empty.wait())
        ended, _ = await asyncio.wait({running, done}, return_when=asyncio.FIRST_COMPLETED)
        for task in (running, done):
            task.cancel()
        await asyncio.gather(running, done, return_exceptions=True)
        await door.settle(1.0)
        return done in ended


async def test_an_update_that_kills_the_process_is_set_aside_at_the_third_restart_and_no_other_is(
    folder: Path,
) -> None:
    front = Front(Inbox("before", "deadly", "behind"), folder)
    assert [await front.lives() for _ in range(4)] == [False, False, False, True]
    assert [update_id for _, update_id, _ in front.store.aside] == [2]
    assert set(front.turns.taken) == {"before", "behind"}
    assert front.inbox.said == [2]


async def test_a_process_that_is_killed_for_other_reasons_sets_nobody_aside(folder: Path) -> None:
    ids = list(range(1, 6))
    for _ in range(2):
        Attempts(folder / "polling.tries").begin(ids)
    front = Front(Inbox(*"abcde"), folder)
    assert await front.lives()
    assert front.turns.taken == list("abcde") and not front.store.aside
    assert Attempts(folder / "polling.tries").before(1) == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"x": "y"}', b'{"7": null}'])
def test_a_damaged_file_of_attempts_is_as_good_as_none(content: bytes, folder: Path) -> None:
    (folder / "polling.tries").write_bytes(content)
    assert Attempts(folder / "polling.tries").before(7) == 0


@pytest.mark.parametrize("trouble", ["broken", "unreadable"])
async def test_a_turn_that_fails_for_good_is_set_aside_with_kind_words_and_holds_up_nobody(
    trouble: str, folder: Path, logs: Logs
) -> None:
    front = Front(Inbox("before", trouble, "behind"), folder)
    assert await front.lives()
    assert front.turns.taken == ["before", "behind"]
    assert [(person, update_id) for person, update_id, _ in front.store.aside] == [(2, 2)]
    assert front.inbox.said == [2]
    assert "secret" not in logs.text


async def test_a_turn_that_takes_too_long_is_set_aside_and_answered_if_it_comes_through_after_all(
    folder: Path,
) -> None:
    front = Front(Inbox("before", "hanging", "behind"), folder)
    living = asyncio.ensure_future(front.inbox.empty.wait())
    dying = asyncio.ensure_future(front.lives())
    await living
    assert front.turns.taken == ["before", "behind"]
    assert [update_id for _, update_id, _ in front.store.aside] == [2] and front.inbox.said == [2]
    front.turns.disk_is_back.set()
    await dying
    assert 2 in [person_id for person_id, _ in front.sender.submitted]


async def test_what_cannot_even_be_set_aside_stays_with_telegram(folder: Path) -> None:
    front = Front(Inbox("before", "broken", "behind"), folder)
    front.store.full = True
    living = asyncio.ensure_future(front.lives())
    await front.clock.runs_until(lambda: len(front.turns.taken) > 4)
    assert min(front.inbox.waiting) == 2 and not front.store.aside
    front.store.full = False
    await front.clock.runs_until(living.done)
    assert [update_id for _, update_id, _ in front.store.aside] == [2]
    assert front.inbox.said == [2]


# Once, and in order.


async def test_the_same_update_after_a_restart_is_answered_once(
    house: LivingHouse, library: Library, telegram: FakeTelegram, ada: User
) -> None:
    sent = ada.sends("/help")
    await ada.hears()
    await house.restart()
    telegram.redelivers(sent.update_id)
    await house.all_taken()
    ada.sends("/menu")
    await ada.hears(opens(library, "menu.home"))
    assert len(ada.messages) == 2


async def test_update_ids_that_begin_anew_lower_down_are_taken(
    house: LivingHouse, library: Library, telegram: FakeTelegram, ada: User
) -> None:
    await greet(ada)
    await house.all_taken()
    telegram.next_update_id(5)
    ada.sends("/help")
    await ada.hears(opens(library, "help.home"))
    ada.sends("/menu")
    await ada.hears(opens(library, "menu.home"))
    await house.all_taken()


async def test_several_updates_of_one_person_in_one_poll_are_one_durable_write(
    build: Build, library: Library, ada: User, ben: User
) -> None:
    disk = CountingDisk()
    house = build(disk=disk)
    await house.start()
    for words in ("/start", "/help", "/menu", "/data"):
        ada.sends(words)
    ben.sends("/help")
    await ada.hears(opens(library, "data.home"))
    await ben.hears(opens(library, "help.home"))
    await house.all_taken()
    assert disk.records.count(house.name(ada.id)) == 1
    assert disk.records.count(house.name(ben.id)) == 1
    assert [m.text.splitlines()[0] for m in ada.messages][-1] == opens(library, "data.home")


async def test_a_text_and_a_press_that_come_together_are_answered_in_their_order(
    house: LivingHouse, library: Library, ada: User
) -> None:
    await greet(ada)
    ada.sends("/menu")
    tap(ada, "next")
    await ada.hears(opens(library, "menu.home"))
    answer = await ada.hears(reads(library, "old_button"))
    assert opens(library, "menu.home") in answer.text


# What was not sent.


async def test_answers_that_could_not_be_sent_go_out_at_the_next_start_silently_if_they_were_tried(
    house: LivingHouse, library: Library, telegram: FakeTelegram, ada: User
) -> None:
    telegram.faults.too_many(3600, ALWAYS, "sendMessage")
    ada.sends("/help")
    ada.sends("/menu")
    await house.all_taken()
    await telegram.wait_until(lambda: telegram.calls_of("sendMessage"))
    await house.stop()
    assert not ada.messages
    telegram.faults.clear()
    await house.start()
    await house.clock.runs_until(lambda: len(ada.messages) == 2)
    first, second = ada.messages
    assert first.text.startswith(opens(library, "help.home")) and first.silent
    assert second.text.startswith(opens(library, "menu.home")) and not second.silent
    await house.restart()
    ada.sends("/data")
    await ada.hears(opens(library, "data.home"))
    assert len(ada.messages) == 3


async def test_what_a_blocked_person_missed_goes_out_when_they_come_back(
    house: LivingHouse, library: Library, ada: User
) -> None:
    await greet(ada)
    ada.sends("/help")
    ada.blocks_bot()
    await house.all_taken()
    await house.telegram.wait_until(lambda: any("blocked" in call.error for call in house.telegram.calls))
    assert len(ada.messages) == 1
    ada.unblocks_bot()
    await ada.hears(opens(library, "help.home"))
    await ada.hears(reads(library, "welcome_back"))


async def test_a_flood_is_merged_but_its_emergency_is_answered_and_a_quiet_chat_does_not_wait(
    build: Build, library: Library, telegram: FakeTelegram, ada: User, ben: User
) -> None:
    house = build(asked={"SEND_RATE_PER_CHAT": "1"})
    await house.start()
    for number in range(200):
        ada.sends(CHEST_PAIN if number == 100 else "/help")
    ben.sends("/menu")
    # Not a second passes here: the quiet chat and the emergency need none.
    await ben.hears(opens(library, "menu.home"))
    await ada.hears(opens(library, "emergency.chest_pain"))
    await house.all_taken()
    await house.clock.runs_until(lambda: any(reads(library, "too_fast") in m.text for m in ada.messages))
    await house.clock.runs_until(lambda: ada.last is not None and ada.last.buttons)
    assert len(ada.messages) < 30


# Taking one's data along, and going.


@pytest.mark.parametrize(("key", "name"), [("readable", "my-data.txt"), ("json", "my-data.json")])
async def test_ones_data_come_as_a_document_with_a_discreet_name(
    key: str, name: str, house: LivingHouse, ada: User
) -> None:
    await consent(ada)
    ada.sends("/data")
    await ada.hears()
    await taps(ada, "export")
    tap(ada, key)
    await house.telegram.wait_until(lambda: any(m.kind == "document" for m in ada.messages))
    document = next(m for m in ada.messages if m.kind == "document")
    assert document.file_name == name
    if key == "json":
        assert json.loads(document.file)["person"]["id"] == ada.id
    else:
        assert document.file.decode().startswith("What I keep about you")


async def test_erasing_sends_the_receipt_and_then_no_byte_of_the_person_is_left(
    house: LivingHouse, library: Library, telegram: FakeTelegram, ada: User, ben: User
) -> None:
    await greet(ben)
    await consent(ada)
    telegram.injects({"message": {"chat": {"id": ada.id, "type": "private"}, "location": "here"}})
    await house.all_taken()
    assert house.knows(ada.id) and len(set_aside(house)) == 1
    ada.sends("/erase")
    await ada.hears()
    await taps(ada, "erase")
    await house.clock.runs_until(lambda: not house.knows(ada.id))
    assert not set_aside(house)
    record = await house.record(ben.id)
    assert record is not None


async def test_erasing_also_takes_back_what_was_still_on_its_way(
    build: Build, library: Library, telegram: FakeTelegram, ada: User
) -> None:
    house = build(asked={"SEND_RATE_PER_CHAT": "1"})
    await house.start()
    await consent(ada)
    ada.sends("/erase")
    erase = await ada.hears()
    # Five messages were all that may go at once: these wait until time passes.
    for _ in range(4):
        ada.sends("/help")
    ada.sends("/erase")
    await house.all_taken()
    record = await house.record(ada.id)
    assert record is not None and len(record.outbox) == 5
    ada.presses(erase, data=f"{record.person.step}:erase")
    await house.all_taken()
    before = house.clock.now()
    await house.clock.runs_until(lambda: house.clock.now() - before > 30 and not house.knows(ada.id))
    assert len(ada.messages) == 6
    assert ada.messages[-1].text.startswith(opens(library, "data.erased"))


async def test_a_receipt_that_meets_a_block_does_not_keep_the_person_here(
    house: LivingHouse, telegram: FakeTelegram, ada: User
) -> None:
    await consent(ada)
    ada.sends("/erase")
    await ada.hears()
    tap(ada, "erase")
    ada.blocks_bot()
    await house.all_taken()
    await house.clock.runs_until(lambda: not house.knows(ada.id))


# The process itself.


async def test_sigterm_sends_what_can_be_sent_within_five_seconds_and_loses_nothing(
    process: Callable[..., Awaitable[BotProcess]],
    build: Build,
    library: Library,
    telegram: FakeTelegram,
    ada: User,
    ben: User,
) -> None:
    bot = await process(SEND_RATE_PER_CHAT="0")
    await telegram.wait_until(lambda: telegram.updates.polling, within=60)
    telegram.faults.too_many(3600, ALWAYS, "sendMessage", chat=ada.id)
    ada.sends("/help")
    ben.sends("/help")
    await telegram.wait_until(lambda: not telegram.updates.pending)
    bot.process.terminate()
    assert await bot.ends(within=20) == 0
    assert SETTLE_SECONDS + DRAIN_SECONDS < 5
    assert "Traceback" not in bot.said and "Unclosed" not in bot.said
    assert [m.text.splitlines()[0] for m in ben.messages] == [opens(library, "help.home")]
    assert not ada.messages
    telegram.faults.clear()
    house = build()
    house.clock.catch_up()
    await house.start()
    await house.clock.runs_until(lambda: ada.messages)
    assert ada.messages[0].silent
    assert len(ben.messages) == 1


async def test_kill_nine_in_the_middle_of_everything_loses_nothing(
    build: Build, library: Library, telegram: FakeTelegram, ada: User, ben: User
) -> None:
    house = build()
    telegram.faults.dropped(ALWAYS, "sendMessage", chat=ada.id)
    with forked_bot(house.settings(), library):
        ada.sends("/help")
        await telegram.wait_until(lambda: telegram.calls_of("sendMessage", ada.id))
        ben.sends("/menu")
    telegram.faults.clear()
    house.clock.catch_up()
    await house.start()
    await house.clock.runs_until(lambda: ada.messages and ben.messages)
    assert ada.messages[0].text.startswith(opens(library, "help.home")) and ada.messages[0].silent
    assert ben.messages[0].text.startswith(opens(library, "menu.home"))
    assert len(ada.messages) == 1


def dies(moment: Moment) -> Outcome:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives this")


async def test_an_update_that_really_kills_the_process_gets_a_kind_word_in_its_fourth_life(
    build: Build, library: Library, telegram: FakeTelegram, ada: User, ben: User
) -> None:
    house = build()
    deadly = {**library.world.decisions, "has_consent": Decision(dies, frozenset({"yes", "no"}))}
    library = replace(library, world=replace(library.world, decisions=deadly))
    ada.sends("/settings")
    ben.sends("/help")
    for _ in range(3):
        with forked_bot(house.settings(), library) as pid:
            await asyncio.to_thread(os.waitid, os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    with forked_bot(house.settings(), library):
        await ada.hears(reads(library, "my_fault"))
        await telegram.wait_until(lambda: not telegram.updates.pending)
    assert [aside["update"]["message"]["text"] for aside in set_aside(house)] == ["/settings"]
    assert [m.text.splitlines()[0] for m in ben.messages] == [opens(library, "help.home")]
