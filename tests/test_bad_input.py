"""Wrong settings, a wrong token, no network, no room, two bots at once: a clear sentence or a quiet recovery."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.__main__ import main
from bot.dialogue.world import Decision, Moment, Outcome
from bot.doors.attempts import Attempts
from bot.doors.running import run_bot
from bot.doors.telegram_door import DoorClosed, TelegramDoor
from bot.library.reading import Library
from bot.library.words import Words
from bot.store.interface import StoreBusy, StoreProblem
from tests.fake_telegram import ALWAYS, TOKEN, FakeTelegram, User
from tests.houses import (
    BotProcess,
    HandClock,
    LivingHouse,
    Logs,
    consent,
    greet,
    opens,
    reads,
)
from tests.store_people import FailingDisk, files_of

pytest_plugins = ["tests.houses"]

CHEST_PAIN = "I have crushing chest pain"
OTHER_TOKEN = "987654321:BBF4kE-an0th3r_token-0123456789abcdef"

Build = Callable[..., LivingHouse]


# Before anybody talks.


@pytest.fixture
def begin(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., tuple[int, str]]]:
    """`python -m bot COMMAND` in an empty folder with these settings: its exit code and its words."""
    monkeypatch.chdir(tmp_path)

    def run(command: str, **settings: str) -> tuple[int, str]:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        code = main([command])
        said = capsys.readouterr()
        return code, said.err + said.out

    yield run
    structlog.reset_defaults()


Begin = Callable[..., tuple[int, str]]


def test_settings_that_nobody_knows_are_refused_by_name_in_the_environment_and_in_the_file(
    begin: Begin, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("TELEGRAM_BOT_TOKN=x\n")
    code, said = begin("run", TELEGRAM_BOT_TOKEN=TOKEN, DATA_DIRR="x")
    assert code == 1
    assert "TELEGRAM_BOT_TOKN" in said and "DATA_DIRR" in said and "Did you mean DATA_DIR?" in said


def test_a_malformed_token_is_refused_without_being_printed(begin: Begin) -> None:
    code, said = begin("run", TELEGRAM_BOT_TOKEN="my-secret-token")
    assert code == 1
    assert said.startswith("TELEGRAM_BOT_TOKEN must be") and "my-secret" not in said


def test_every_wrong_setting_is_named_at_once(begin: Begin) -> None:
    code, said = begin("check", RETENTION_DAYS="soon", SEND_RATE="fast", TELEGRAM_API_URL="api.telegram.org")
    assert code == 1
    for name in ("RETENTION_DAYS", "SEND_RATE", "TELEGRAM_API_URL"):
        assert f"{name} must be" in said


def test_without_a_token_it_says_what_is_needed(begin: Begin) -> None:
    code, said = begin("run")
    assert code == 1 and said.startswith("TELEGRAM_BOT_TOKEN is needed")


def test_a_missing_content_folder_is_one_sentence(begin: Begin, tmp_path: Path) -> None:
    code, said = begin("run", TELEGRAM_BOT_TOKEN=TOKEN, CONTENT_DIR=str(tmp_path / "nothing"))
    assert code == 1
    assert said.strip() == f"CONTENT_DIR: there is no folder {tmp_path / 'nothing'}."


def test_a_folder_without_content_is_one_sentence(begin: Begin, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, said = begin("run", TELEGRAM_BOT_TOKEN=TOKEN, CONTENT_DIR=str(tmp_path / "empty"))
    assert code == 1 and len(said.strip().splitlines()) == 1


def test_of_faulty_content_every_fault_is_printed_and_nothing_starts(begin: Begin, tmp_path: Path) -> None:
    content = tmp_path / "content"
    (content / "flows").mkdir(parents=True)
    (content / "en" / "screens" / "menu").mkdir(parents=True)
    (content / "flows" / "menu.yaml").write_text("home: {kind: choose, choices: {go: menu.nowhere}}\n")
    (content / "en" / "phrases.yaml").write_text("notes: [\n")
    (content / "sources.yaml").write_text("S-01: {publisher: X}\n")
    code, said = begin("run", TELEGRAM_BOT_TOKEN=TOKEN, CONTENT_DIR=str(content))
    assert code == 1
    for fault in ("menu.nowhere", "en/phrases.yaml", "S-01"):
        assert fault in said
    assert "Traceback" not in said and TOKEN not in said
    assert not (tmp_path / "data").exists()


# A token that is nobody's.


async def test_a_wrong_token_ends_the_process_with_one_sentence_and_is_never_printed(
    process: Callable[..., Awaitable[BotProcess]],
) -> None:
    bot = await process(TELEGRAM_BOT_TOKEN=OTHER_TOKEN)
    assert await bot.ends(within=60) == 1
    assert bot.said.strip() == "Telegram refuses the bot token: check TELEGRAM_BOT_TOKEN."


async def test_a_token_that_is_revoked_later_ends_it_too(
    house: LivingHouse, telegram: FakeTelegram, logs: Logs
) -> None:
    telegram.faults.unauthorized()
    telegram.updates.wake()
    telegram.user(1).sends("hello")
    ended = await house.ended()
    assert "TELEGRAM_BOT_TOKEN" in str(ended) and "." not in str(ended)[:-1]
    assert TOKEN not in logs.text + str(ended) and TOKEN.partition(":")[2] not in logs.text


# No network.


async def test_no_network_at_the_start_is_waited_out(
    build: Build, library: Library, telegram: FakeTelegram, logs: Logs, ada: User
) -> None:
    await telegram.goes_down()
    house = build()
    house.begin()
    await house.clock.runs_until(lambda: len(logs.about("telegram_not_reached")) > 3)
    await telegram.comes_back()
    await house.clock.runs_until(lambda: telegram.updates.polling)
    ada.sends("/help")
    await ada.hears(opens(library, "help.home"))


async def test_ten_minutes_without_telegram_lose_nothing_and_fill_no_log(
    house: LivingHouse, library: Library, telegram: FakeTelegram, logs: Logs, ada: User
) -> None:
    await greet(ada)
    await telegram.goes_down()
    ada.sends("/help")
    before = house.clock.now()
    await house.clock.runs_until(lambda: house.clock.now() - before > 600, step=5.0)
    await telegram.comes_back()
    await house.clock.runs_until(lambda: ada.last and ada.last.text.startswith(opens(library, "help.home")))
    assert len(logs.about("no_successful_poll")) == 1
    assert len(logs.about("polling_again")) == 1
    assert "Traceback" not in logs.text


async def test_a_webhook_of_old_does_not_keep_the_bot_from_polling(
    build: Build, library: Library, telegram: FakeTelegram, ada: User
) -> None:
    telegram.webhook.url = "https://example.org/old"
    await build().start()
    ada.sends("/help")
    await ada.hears(opens(library, "help.home"))


async def test_a_telegram_that_will_not_hear_our_name_still_lets_us_talk(
    build: Build, library: Library, telegram: FakeTelegram, ada: User
) -> None:
    for method in ("setMyCommands", "setMyDescription", "setMyShortDescription", "setChatMenuButton"):
        telegram.faults.too_many(90_000, ALWAYS, method)
    await build().start()
    ada.sends("/help")
    await ada.hears(opens(library, "help.home"))


# Polling that fails, with no wire at all.


class HurriedClock(HandClock):
    """Whoever sleeps finds that the time has passed."""

    async def sleep(self, seconds: float) -> None:
        self.move(seconds)
        await asyncio.sleep(0)


class Polls:
    """Answers to polls, one after the other: errors are raised, anything else is an empty answer."""

    def __init__(self, clock: HurriedClock, *answers: TelegramError | None) -> None:
        self.clock, self.answers = clock, list(answers)
        self.at: list[float] = []

    async def call(self, method: str, params: dict[str, Any], files: Any = None, **more: Any) -> Any:
        self.at.append(self.clock.now())
        if not self.answers:
            raise asyncio.CancelledError
        answer = self.answers.pop(0)
        if answer:
            raise answer
        return []


async def polled(folder: Path, *answers: TelegramError | None) -> tuple[Polls, BaseException | None]:
    """What a door does with these answers: when it asked, and what it ended with."""
    clock = HurriedClock()
    polls = Polls(clock, *answers)
    nobody: Any = None
    door = TelegramDoor(polls.call, nobody, nobody, nobody, Attempts(folder / "polling.tries"), clock.wall, clock)
    (ended,) = await asyncio.gather(door.run(), return_exceptions=True)
    return polls, ended if isinstance(ended, DoorClosed) else None


async def test_silence_is_told_once_and_so_is_its_end(tmp_path: Path, logs: Logs) -> None:
    polls, _ = await polled(tmp_path, *[NetworkError("down")] * 40, None, *[TimedOut()] * 3, None)
    assert len(logs.about("no_successful_poll")) == 1
    assert len(logs.about("polling_again")) == 1
    told = polls.at[next(n for n, at in enumerate(polls.at) if at > 90)]
    assert told > 90


async def test_short_trouble_is_not_worth_a_line(tmp_path: Path, logs: Logs) -> None:
    await polled(tmp_path, *[NetworkError("down")] * 5, None)
    assert not logs.about("no_successful_poll")


async def test_a_failing_poll_is_repeated_ever_more_slowly(tmp_path: Path) -> None:
    polls, _ = await polled(tmp_path, *[NetworkError("down")] * 8)
    pauses = [after - before for before, after in zip(polls.at, polls.at[1:], strict=False)]
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]


async def test_a_flooded_poll_waits_as_long_as_telegram_says(tmp_path: Path) -> None:
    polls, _ = await polled(tmp_path, RetryAfter(17))
    assert polls.at[1] - polls.at[0] == 17.5


async def test_a_lone_conflict_is_only_the_process_we_replace(tmp_path: Path) -> None:
    polls, ended = await polled(tmp_path, *[Conflict("other")] * 10, None, *[Conflict("other")] * 10, None)
    assert ended is None and len(polls.at) == 23


async def test_conflicts_for_longer_than_a_minute_close_the_door_with_one_sentence(tmp_path: Path) -> None:
    polls, ended = await polled(tmp_path, *[Conflict("other")] * 30)
    assert str(ended) == "Another process polls Telegram with the same bot token: stop one of the two."
    assert 60 < polls.at[-1] < 75


async def test_two_conflicts_with_a_long_outage_between_are_two_lone_ones(tmp_path: Path) -> None:
    _, ended = await polled(tmp_path, Conflict("other"), *[NetworkError("down")] * 30, Conflict("other"), None)
    assert ended is None


@pytest.mark.parametrize("error", [InvalidToken("Unauthorized"), InvalidToken(f"{TOKEN} was rejected")])
async def test_a_refused_token_closes_the_door_without_repeating_it(error: TelegramError, tmp_path: Path) -> None:
    _, ended = await polled(tmp_path, None, error)
    assert "TELEGRAM_BOT_TOKEN" in str(ended) and TOKEN not in str(ended)


async def test_a_second_poller_that_goes_away_is_waited_out_over_http(
    house: LivingHouse, library: Library, telegram: FakeTelegram, ada: User
) -> None:
    telegram.faults.conflict(20)
    telegram.updates.wake()
    ada.sends("/help")
    await house.clock.runs_until(lambda: ada.messages)
    assert ada.messages[0].text.startswith(opens(library, "help.home"))


async def test_a_second_poller_that_stays_ends_us_with_one_sentence_over_http(
    house: LivingHouse, telegram: FakeTelegram, ada: User
) -> None:
    telegram.faults.conflict(1000)
    ada.sends("/help")
    ended = await house.ended()
    assert isinstance(ended, DoorClosed) and str(ended).count(".") == 1


# The data folder.


async def test_a_data_folder_in_use_is_refused_with_the_process_that_holds_it(
    house: LivingHouse, library: Library
) -> None:
    with pytest.raises(StoreBusy, match=r"in use by another process \(pid \d+\)"):
        await run_bot(house.settings(), library)


async def test_a_data_folder_that_is_a_file_is_one_sentence(build: Build, library: Library) -> None:
    house = build()
    house.folder.write_text("not a folder")
    with pytest.raises(StoreProblem, match="cannot be used"):
        await run_bot(house.settings(), library)


def test_a_full_disk_at_the_start_is_one_sentence(build: Build) -> None:
    house = build(disk=FailingDisk("write"))
    with pytest.raises(StoreProblem, match="No space left"):
        asyncio.run(house.start())


# What nobody may see.


class FaultyWords(Words):
    """Breaks on the page of help, with a message that quotes the person."""

    def screen(self, person: Any, say: Any, now: Any) -> Any:
        if say.screen == "help.home":
            raise ValueError(f"{person.id} wrote purple elephants")
        return super().screen(person, say, now)


def stumbles(moment: Moment) -> Outcome:
    raise KeyError(f"{moment.person.id} purple elephants")


def faulty(library: Library) -> Library:
    """Our own content with two faults of ours in the code around it."""
    outcomes = library.world.decisions["has_consent"].outcomes
    decisions = {**library.world.decisions, "has_consent": Decision(stumbles, outcomes)}
    return replace(
        library,
        world=replace(library.world, decisions=decisions),
        words=FaultyWords(library.words.shelf, library.world),
    )


async def test_no_traceback_ever_reaches_a_person(build: Build, library: Library, ada: User) -> None:
    house = build()
    house.library = faulty(library)
    await house.start()
    await consent(ada)
    for words in ("/help", "/settings"):
        ada.sends(words)
        message = await ada.hears(reads(library, "my_fault"))
        assert message.buttons
    for message in ada.messages:
        assert not any(sign in message.text for sign in ("Traceback", "Error", "elephants", "None"))


async def test_no_token_and_nobodys_name_id_or_words_are_ever_logged(
    build: Build, library: Library, telegram: FakeTelegram, logs: Logs, ada: User
) -> None:
    disk = FailingDisk()
    house = build(disk=disk)
    house.library = faulty(library)
    await house.start()
    ben = telegram.user(4711078, "Benedikt", username="benedikt_the_second")
    group = telegram.group(-4711079, "Purple elephants anonymous")
    # Everything that is worth a line: faults of ours, refusals, floods, blocks, damage, a full disk.
    await consent(ada)
    ada.sends("/help")
    await ada.hears()
    ada.sends("purple elephants")
    await ada.hears()
    telegram.injects({"message": {"chat": {"id": ada.id, "type": "private"}, "from": ada.about, "text": 5}})
    telegram.injects({"message": {"chat": {"id": ada.id, "type": None}, "location": "purple elephants"}})
    telegram.faults.too_many(2, 1, "sendMessage")
    ada.sends("purple elephants again")
    await house.clock.runs_until(lambda: logs.about("telegram_flood"))
    telegram.faults.error(500, 1, "sendMessage")
    ada.sends(CHEST_PAIN)
    await house.clock.runs_until(lambda: logs.about("send_tried_again"))
    telegram.faults.dropped(1, "sendMessage")
    ben.writes_in(group, "purple elephants")
    ben.sends("purple elephants")
    ben.blocks_bot()
    await house.clock.runs_until(lambda: logs.about("person_blocked_us") or ben.messages)
    disk.failing.add("write")
    ada.sends("purple elephants on a full disk")
    telegram.injects({"callback_query": {"id": "1", "from": ada.about, "data": "purple elephants"}})
    await house.clock.runs_until(lambda: logs.about("not_kept"))
    disk.failing.clear()
    await house.clock.runs_until(lambda: not telegram.updates.pending)
    await house.stop()
    for path in files_of(house.folder / "people"):
        path.write_bytes(b"purple elephants")
    await house.start()
    ada.sends("/start")
    await house.clock.runs_until(lambda: logs.about("update_set_aside"))
    telegram.faults.unauthorized()
    ada.sends("purple elephants")
    await house.ended()
    written = logs.text.casefold()
    assert "turn_failed" in written
    secrets = [TOKEN, TOKEN.partition(":")[2], "elephants", "chest pain", "adalbert", "benedikt", "anonymous"]
    ids = [str(abs(chat.id)) for chat in (ada, ben, group)]
    assert [secret for secret in [*secrets, *ids] if secret.casefold() in written] == []
