"""Drawing: in a process of its own, never in the way of words, and never met with silence when it fails."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.cards.worker import DRAWINGS_AT_MOST, DrawingFailed, Worker
from bot.dialogue.effects import SendFile
from bot.doors.delivery import Arrived, Drawn, Parcel, deliver
from bot.library.reading import Library
from bot.library.recipes import Recipe, handout, recipes
from bot.store.marks import fold
from bot.store.record import Entry, Mark, Record
from bot.store.versions import from_document, to_document
from bot.turn import newcomer, newest_pictures
from tests.conftest import CONTENT
from tests.fake_telegram import FakeTelegram, User
from tests.houses import LivingHouse, consent, reads, tap, taps
from tests.test_card import anna

pytest_plugins = ["tests.houses"]
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
FONTS = CONTENT / "fonts"
SHEET = {"title": "Questions", "date": "today", "about": "a", "questions": ["Why?"], "answer": "", "treatment": ""}
ENDLESS = (sys.executable, "-c", "import time; time.sleep(60)")
DYING = (sys.executable, "-c", "import sys; sys.stdin.buffer.read(4); sys.exit(1)")


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    worker = Worker(FONTS)
    yield worker
    await worker.close()


# The process


async def test_nothing_is_started_before_somebody_wants_a_page(worker: Worker) -> None:
    assert worker.pid is None
    assert (await worker.draw("questions.pdf", SHEET)).startswith(b"%PDF")
    assert worker.pid not in (None, os.getpid())


async def test_one_process_draws_for_everybody(worker: Worker) -> None:
    pages = await asyncio.gather(*(worker.draw("questions.pdf", SHEET) for _ in range(5)))
    first = worker.pid
    await worker.draw("questions.pdf", SHEET)
    assert len(pages) == 5 and worker.pid == first


async def test_a_process_that_died_is_followed_by_another(worker: Worker) -> None:
    await worker.draw("questions.pdf", SHEET)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(DrawingFailed):
        await worker.draw("questions.pdf", SHEET)
        # The kill may be noticed before the request is written; then the next process has drawn already.
        raise DrawingFailed
    assert (await worker.draw("questions.pdf", SHEET)).startswith(b"%PDF")


async def test_what_the_process_remembers_is_bounded(worker: Worker) -> None:
    first = 0
    for _ in range(DRAWINGS_AT_MOST):
        first = worker.pid or first
        await worker.draw("questions.pdf", SHEET)
    assert worker.pid is None
    await worker.draw("questions.pdf", SHEET)
    assert worker.pid not in (None, first)


async def test_a_page_that_cannot_be_filled_costs_that_page_alone(worker: Worker) -> None:
    with pytest.raises(DrawingFailed, match="cannot be drawn") as fault:
        await worker.draw("questions.pdf", {**SHEET, "questions": "Anna's left elbow"})
    before = worker.pid
    assert "elbow" not in str(fault.value)
    assert (await worker.draw("questions.pdf", SHEET)).startswith(b"%PDF")
    assert worker.pid == before


@pytest.mark.parametrize(("command", "seconds"), [(ENDLESS, 0.2), (DYING, 20.0)])
async def test_a_process_that_hangs_or_dies_is_given_up(command: tuple[str, ...], seconds: float) -> None:
    broken = Worker(FONTS, command, seconds)
    with pytest.raises(DrawingFailed):
        await broken.draw("card.pdf", {})
    assert broken.pid is None


async def test_the_process_knows_no_token_and_ends_with_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "secret")
    told = "import os, sys; b = repr(dict(os.environ)).encode(); m = b'\\0' + b"
    telling = f"{told}; sys.stdout.buffer.write(len(m).to_bytes(4) + m); sys.stdout.buffer.flush(); sys.stdin.read()"
    worker = Worker(FONTS, (sys.executable, "-c", telling))
    assert b"secret" not in await worker.draw("card.pdf", {})
    await worker.close()
    assert worker.pid is None


# Recipes


def test_every_file_the_talk_hands_over_has_a_recipe_and_discreet_words(library: Library) -> None:
    known = recipes(library.words)
    person = anna(library)
    for name in known:
        ready = handout(name, person, {}, library.words, NOW)
        for word in ("psoria", "skin", "patient", "elbow"):
            assert word not in (ready.name + ready.caption).casefold()
    assert handout("card.pdf", person, {}, library.words, NOW).name == "massage-card.pdf"
    assert all(isinstance(recipe, Recipe) for recipe in known.values())
    assert SendFile("card.png").recipe in known


# Pictures in place


def picture(entry_id: str, state: Any = "waiting") -> Entry:
    return Entry(entry_id, NOW, recipe="map.png", slot="map", state=state)


def record(*entries: Entry) -> Record:
    return replace(newcomer(1, NOW), outbox=entries)


def test_a_picture_that_was_sent_is_known_by_its_slot_and_kept_so() -> None:
    folded = fold(record(picture("1.0")), [Mark("1.0", "sent", 77)])
    assert folded.pictures == {"map": 77}
    assert from_document(to_document(folded)).pictures == {"map": 77}


def test_of_several_waiting_pictures_only_the_newest_is_drawn() -> None:
    left, gone = newest_pictures(record(picture("1.0", "sending"), picture("1.1"), picture("1.2")))
    assert [entry.id for entry in left.outbox] == ["1.0", "1.2"]
    assert gone == ("1.1",)


def png(shade: int) -> bytes:
    size = (800).to_bytes(4) + (600).to_bytes(4)
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + size + bytes([8, 6, 0, 0, shade])


async def delivered(telegram: FakeTelegram, shade: int, edits: int | None) -> tuple[int | None, Parcel]:
    from bot.doors.telegram_api import TelegramApi

    async def draw(person_id: int, recipe: str) -> Drawn:
        return Drawn("map.png", png(shade), f"Map <b>{shade}</b>", "photo", edits)

    api, parcel = TelegramApi(telegram.token, telegram.url), Parcel(4711001, picture("1.0"))
    try:
        verdict = await deliver(api.call, draw, parcel)
        assert isinstance(verdict, Arrived), verdict
        return verdict.message_id, parcel
    finally:
        await api.close()


async def test_a_picture_in_the_chat_changes_in_place(telegram: FakeTelegram, ada: User) -> None:
    ada.sends("/start")
    first, _ = await delivered(telegram, 1, None)
    assert first is not None
    second, _ = await delivered(telegram, 2, first)
    assert second == first
    assert (ada.shown[first].text, ada.shown[first].file) == ("Map 2", png(2))
    assert (await delivered(telegram, 2, first))[0] == first


async def test_a_picture_that_is_gone_is_sent_anew(telegram: FakeTelegram, ada: User) -> None:
    ada.sends("/start")
    again, parcel = await delivered(telegram, 3, 999)
    assert parcel.as_new and again is not None
    assert ada.shown[again].text == "Map 3"


# In the chat


async def open_card(ada: User) -> None:
    await consent(ada)
    ada.sends("/menu")
    await ada.hears()
    await taps(ada, "card")


def files(ada: User) -> list[tuple[str, str]]:
    return [(message.kind, message.file_name) for message in ada.shown.values() if message.kind != "text"]


async def test_the_card_comes_as_picture_page_and_text_and_the_words_come_first(
    house: LivingHouse, telegram: FakeTelegram, ada: User
) -> None:
    await open_card(ada)
    for number, key in enumerate(("picture", "pdf", "text"), start=1):
        tap(ada, key, next(m for m in reversed(ada.shown.values()) if m.buttons))
        await eventually(lambda wanted=number: len(files(ada)) == wanted)
        words, file = [m for m in ada.shown.values() if m.kind != "text" or "comes here" in m.text][-2:]
        assert "Your card comes here" in words.text
        assert words.message_id < file.message_id
        tap(ada, "home", words)
        await eventually(lambda after=file: list(ada.shown.values())[-1].message_id > after.message_id)
    assert [kind for kind, _ in files(ada)] == ["photo", "document", "document"]
    assert [name for _, name in files(ada)][1:] == ["massage-card.pdf", "massage-card.txt"]


async def eventually(happens: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not happens():  # noqa: ASYNC110 - a process draws beside this one and sets no event
            await asyncio.sleep(0.01)


async def test_a_card_that_cannot_be_drawn_is_said_kindly(
    build: Callable[..., LivingHouse], library: Library, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = build(around_worker=lambda fonts: Worker(fonts, DYING))
    await house.start()
    await open_card(ada)
    tap(ada, "pdf")
    sorry = reads(library, "file_failed")
    await house.clock.runs_until(lambda: any(sorry in message.text for message in ada.shown.values()), within=20)
    assert not files(ada)
