"""Sending: order, pace, priorities, and every way in which a message can fail to arrive. Time is virtual."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any

import pytest
import structlog
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.dialogue.effects import Button
from bot.doors.budget import Budget
from bot.doors.delivery import Drawn, plain_text
from bot.doors.sender import Sender, SenderStopped
from bot.doors.telegram_api import NotSent, TelegramApi
from bot.store.record import Entry, Mark
from tests.fake_telegram import FakeTelegram

ANNA, BEN, CAM, DEV = 101, 102, 103, 104
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class VirtualClock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self._now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heappush(self._sleepers, (self._now + seconds, next(self._numbers), woken))
        await woken

    async def pass_by(self, seconds: float) -> None:
        """Let so many seconds pass, waking sleepers in order and letting each do what it wants to do."""
        end = self._now + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            at, _, woken = heappop(self._sleepers)
            self._now = max(self._now, at)
            if not woken.done():
                woken.set_result(None)
            await settle()
        self._now = end


async def settle() -> None:
    for _ in range(25):
        await asyncio.sleep(0)


@dataclass
class Sent:
    """One call as the fake Telegram saw it."""

    at: float
    method: str
    params: dict[str, Any]
    files: dict[str, tuple[str, bytes]] | None

    @property
    def chat(self) -> int:
        return self.params.get("chat_id", 0)

    @property
    def text(self) -> str:
        return self.params.get("text", "")

    @property
    def silent(self) -> bool:
        return self.params.get("disable_notification", False)


@dataclass
class FakeCall:
    """A Bot API that keeps a list; a chat may be slow, and may answer with errors first."""

    clock: VirtualClock
    seen: list[Sent] = field(default_factory=list)
    troubles: dict[int, list[TelegramError]] = field(default_factory=dict)
    slow: dict[int, float] = field(default_factory=dict)
    failing: dict[str, TelegramError] = field(default_factory=dict)

    async def __call__(
        self,
        method: str,
        params: dict[str, Any],
        files: dict[str, tuple[str, bytes]] | None = None,
        timeout: float = 0,  # noqa: ASYNC109 - the name that `Call` has
    ) -> Any:
        self.seen.append(Sent(self.clock.now(), method, params, files))
        number = 1000 + len(self.seen)
        chat = params.get("chat_id", 0)
        if chat in self.slow:
            await self.clock.sleep(self.slow[chat])
        if method in self.failing:
            raise self.failing[method]
        if method.startswith(("send", "editMessageText")) and self.troubles.get(chat):
            raise self.troubles[chat].pop(0)
        return {"message_id": params.get("message_id", number)}

    def texts(self, chat: int | None = None) -> list[str]:
        return [sent.text for sent in self.seen if sent.text and chat in (None, sent.chat)]

    def times(self, chat: int) -> list[float]:
        return [round(sent.at, 3) for sent in self.seen if sent.chat == chat]


class FakeStore:
    """Keeps the marks in order."""

    def __init__(self) -> None:
        self.marks: list[tuple[int, str, str]] = []
        self.ids: dict[str, int | None] = {}

    def mark(self, person_id: int, mark: Mark) -> None:
        self.marks.append((person_id, mark.entry, mark.became))
        if mark.became == "sent":
            self.ids[mark.entry] = mark.message_id

    def of(self, entry: str) -> list[str]:
        return [became for _, marked, became in self.marks if marked == entry]


@dataclass
class Desk:
    """A sender at work with everything around it."""

    sender: Sender
    telegram: FakeCall
    store: FakeStore
    clock: VirtualClock
    running: asyncio.Task[None]
    blocked: list[int] = field(default_factory=list)
    receipts: list[int] = field(default_factory=list)
    undrawn: list[int] = field(default_factory=list)
    handed_back: list[str] = field(default_factory=list)


async def draw(person_id: int, recipe: str) -> Drawn:
    return Drawn(f"{recipe}.pdf", b"%PDF", "Your <b>card</b>", "photo" if recipe == "map" else "document")


@asynccontextmanager
async def desk(
    budget: Budget | None = None,
    drawing: Callable[[int, str], Awaitable[Drawn]] = draw,
    places: int = 32,
) -> AsyncIterator[Desk]:
    clock, store = VirtualClock(), FakeStore()
    telegram = FakeCall(clock)
    handed_back: list[str] = []

    async def hand_back(person_id: int, entry_id: str) -> None:
        handed_back.append(entry_id)

    told: dict[str, list[int]] = {"blocked": [], "receipts": [], "undrawn": []}

    def note(what: str) -> Callable[[int], Awaitable[None]]:
        async def noted(person_id: int) -> None:
            told[what].append(person_id)

        return noted

    sender = Sender(
        telegram,
        store,
        budget or Budget(None, None),
        drawing,
        clock,
        who=lambda person_id: f"hash-{person_id % 7}",
        on_blocked=note("blocked"),
        on_receipt_sent=note("receipts"),
        on_undrawn=note("undrawn"),
        hand_back=hand_back,
        wall=lambda: NOON + timedelta(seconds=clock.now()),
        places=places,
    )
    running = asyncio.create_task(sender.run())
    await settle()
    try:
        yield Desk(sender, telegram, store, clock, running, **told, handed_back=handed_back)
    finally:
        await sender.close()
        await asyncio.gather(running, return_exceptions=True)


def say(name: str, **more: Any) -> Entry:
    return Entry(**{"id": name, "at": NOON, "text": name, "state": "sending", **more})


# In order, side by side


async def test_messages_of_one_chat_arrive_in_the_order_they_were_said() -> None:
    async with desk() as d:
        d.telegram.slow[ANNA] = 0.2
        d.sender.submit(ANNA, [say("one"), say("two")])
        d.sender.submit(ANNA, [say("three")])
        await d.clock.pass_by(1)
        assert d.telegram.texts() == ["one", "two", "three"]
        assert d.telegram.times(ANNA) == [0, 0.2, 0.4]


async def test_an_answer_goes_out_at_once_with_its_buttons_and_without_a_preview() -> None:
    async with desk() as d:
        buttons = ((Button("Yes", "s1:yes"), Button("Copy", copies="words")), (Button("Menu", "s1:menu"),))
        d.sender.submit(ANNA, [say("How is it?", buttons=buttons)])
        await settle()
        assert d.telegram.seen[0].method == "sendMessage"
        assert d.telegram.seen[0].params == {
            "chat_id": ANNA,
            "text": "How is it?",
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
            "reply_markup": {
                "inline_keyboard": [
                    [
                        {"text": "Yes", "callback_data": "s1:yes"},
                        {"text": "Copy", "copy_text": {"text": "words"}},
                    ],
                    [{"text": "Menu", "callback_data": "s1:menu"}],
                ]
            },
        }
        assert d.store.marks == [(ANNA, "How is it?", "sent")]
        assert d.store.ids["How is it?"] == 1001


async def test_an_entry_submitted_twice_goes_out_once() -> None:
    async with desk() as d:
        d.telegram.slow[ANNA] = 1
        d.sender.submit(ANNA, [say("hello")])
        d.sender.submit(ANNA, [say("hello")])
        await d.clock.pass_by(2)
        d.sender.submit(ANNA, [say("hello")], again=True)
        await d.clock.pass_by(2)
        assert d.telegram.texts() == ["hello"]


async def test_two_people_may_have_entries_of_the_same_name() -> None:
    async with desk() as d:
        d.sender.submit(ANNA, [say("hello")])
        d.sender.submit(BEN, [say("hello")])
        await settle()
        assert [sent.chat for sent in d.telegram.seen] == [ANNA, BEN]


async def test_a_flooding_chat_delays_nobody() -> None:
    async with desk(Budget()) as d:
        d.sender.submit(ANNA, [say(f"flood {n}") for n in range(200)])
        for person in range(1, 20):
            d.sender.submit(person, [say("quiet")])
        await d.clock.pass_by(1)
        assert all(d.telegram.times(person)[0] <= 1 for person in range(1, 20))
        assert len(d.telegram.times(ANNA)) <= 6


async def test_slow_chats_delay_nobody_while_there_are_places() -> None:
    async with desk(places=4) as d:
        for person in (ANNA, BEN, CAM):
            d.telegram.slow[person] = 60
            d.sender.submit(person, [say("slow")])
        for person in range(1, 10):
            d.sender.submit(person, [say("quick")])
        await d.clock.pass_by(0.1)
        assert d.store.marks == [(person, "quick", "sent") for person in range(1, 10)]


async def test_no_more_sends_than_places_are_under_way() -> None:
    async with desk(places=3) as d:
        for person in range(1, 11):
            d.telegram.slow[person] = 1
            d.sender.submit(person, [say("hello")])
        await d.clock.pass_by(0.5)
        assert len(d.telegram.seen) == 3
        await d.clock.pass_by(4)
        assert len(d.telegram.seen) == 10


async def test_drawing_pictures_takes_no_place_from_words() -> None:
    stuck = asyncio.Event()

    async def endless(person_id: int, recipe: str) -> Drawn:
        await stuck.wait()
        return await draw(person_id, recipe)

    async with desk(drawing=endless) as d:
        for person in range(1, 60):
            d.sender.submit(person, [say("card", text="", recipe="card")])
        d.sender.submit(ANNA, [say("hello")])
        await settle()
        assert d.telegram.texts() == ["hello"]
        stuck.set()
        await d.clock.pass_by(1)
        assert sum(sent.method == "sendDocument" for sent in d.telegram.seen) == 59


async def test_words_do_not_wait_for_a_picture_in_their_own_chat() -> None:
    stuck = asyncio.Event()

    async def endless(person_id: int, recipe: str) -> Drawn:
        await stuck.wait()
        return await draw(person_id, recipe)

    async with desk(drawing=endless) as d:
        d.sender.submit(ANNA, [say("map", text="", recipe="map"), say("hello")])
        await settle()
        assert d.telegram.texts() == ["hello"]
        d.sender.submit(ANNA, [say("and again")])
        await settle()
        assert d.telegram.texts() == ["hello", "and again"]
        stuck.set()
        await d.clock.pass_by(1)
        assert d.telegram.seen[-1].method == "sendPhoto"


async def test_files_and_words_of_a_chat_share_its_budget() -> None:
    async with desk(Budget(per_chat=1, burst=2)) as d:
        d.sender.submit(ANNA, [say("one"), say("map", text="", recipe="map"), say("two"), say("three")])
        await d.clock.pass_by(0.5)
        assert len(d.telegram.seen) == 2
        await d.clock.pass_by(5)
        assert len(d.telegram.seen) == 4


async def test_ten_thousand_reminders_at_nine_do_not_hold_an_answer() -> None:
    async with desk(Budget()) as d:
        for person in range(1, 10_001):
            d.sender.submit(person, [say("nine o'clock", rank="reminder", state="waiting")])
        await d.clock.pass_by(1)
        d.sender.submit(ANNA, [say("answer")])
        await d.clock.pass_by(0.1)
        assert d.telegram.times(ANNA) and d.telegram.times(ANNA)[0] < 1.1
        assert len(d.telegram.seen) <= 5 + 1.1 * 25 + 1


async def test_words_that_a_newer_turn_replaced_go_out_as_they_are_now() -> None:
    async with desk(Budget()) as d:
        d.telegram.slow[ANNA] = 1
        d.sender.submit(ANNA, [say("first"), say("second", state="waiting")])
        await settle()
        d.sender.submit(ANNA, [say("first", text="too late"), say("second", text="newer words")])
        await d.clock.pass_by(5)
        assert d.telegram.texts() == ["first", "newer words"]


async def test_words_merged_away_are_not_sent() -> None:
    async with desk(Budget(per_chat=1, burst=1)) as d:
        d.sender.submit(ANNA, [say("under way"), say("merged"), say("kept"), say("merged too")])
        d.sender.withdraw(ANNA, ["under way", "merged", "merged too", "never heard of"])
        await d.clock.pass_by(10)
        assert d.telegram.texts() == ["under way", "kept"]
        assert await d.sender.drain(1) == 0


async def test_the_clock_need_not_offer_what_is_already_in_hand() -> None:
    async with desk() as d:
        d.telegram.slow[ANNA] = 1
        d.telegram.troubles[BEN] = [Forbidden("blocked")]
        assert not d.sender.holds(ANNA)
        d.sender.submit(ANNA, [say("hello")])
        d.sender.submit(BEN, [say("hello")])
        await settle()
        assert d.sender.holds(ANNA) and d.sender.holds(BEN)
        await d.clock.pass_by(2)
        assert not d.sender.holds(ANNA)
        await d.clock.pass_by(3600)
        assert not d.sender.holds(BEN)


# Priorities


async def test_answers_go_before_reminders_and_reminders_before_bulk() -> None:
    async with desk(Budget(rate=1)) as d:
        d.sender.submit(1, [say("first")])
        d.sender.submit(2, [say("bulk", rank="bulk")])
        d.sender.submit(3, [say("reminder", rank="reminder")])
        d.sender.submit(4, [say("answer", rank="answer")])
        d.sender.submit(5, [say("card", rank="answer", recipe="card", text="")])
        await d.clock.pass_by(5)
        captions = [sent.text or sent.params["caption"] for sent in d.telegram.seen]
        assert captions == ["first", "answer", "Your <b>card</b>", "reminder", "bulk"]


async def test_an_answer_behind_a_chats_own_bulk_message_pulls_it_forward() -> None:
    async with desk(Budget(rate=1)) as d:
        d.sender.submit(1, [say("first")])
        d.sender.submit(2, [say("bulk 2", rank="bulk")])
        d.sender.submit(ANNA, [say("bulk", rank="bulk")])
        d.sender.submit(ANNA, [say("answer")])
        await d.clock.pass_by(5)
        assert d.telegram.texts() == ["first", "bulk", "answer", "bulk 2"]


async def test_urgent_words_overtake_everything_in_their_own_chat_and_elsewhere() -> None:
    async with desk(Budget(rate=1), places=1) as d:
        d.telegram.slow[BEN] = 100
        d.sender.submit(BEN, [say("slow")])
        d.sender.submit(ANNA, [say(f"flood {n}") for n in range(50)])
        d.sender.submit(ANNA, [say("call for help", urgent=True)])
        await settle()
        assert d.telegram.texts(ANNA) == ["call for help"]


async def test_urgent_words_are_tried_at_once_even_while_telegram_refuses_the_chat() -> None:
    async with desk(Budget()) as d:
        d.telegram.troubles[ANNA] = [RetryAfter(60)]
        d.sender.submit(ANNA, [say("chat")])
        await d.clock.pass_by(1)
        d.sender.submit(ANNA, [say("call for help", urgent=True)])
        await settle()
        assert d.telegram.texts(ANNA) == ["chat", "call for help"]


async def test_urgent_words_that_are_refused_wait_as_told_and_still_go() -> None:
    async with desk(Budget()) as d:
        d.telegram.troubles[ANNA] = [RetryAfter(4)]
        d.sender.submit(ANNA, [say("call for help", urgent=True)])
        await d.clock.pass_by(10)
        assert d.telegram.times(ANNA) == [0, 4.5]


# The pace


async def test_the_turn_learns_whether_its_words_would_go_at_once() -> None:
    async with desk(Budget()) as d:
        assert d.sender.would_go_now(ANNA)
        d.sender.submit(ANNA, [say(f"word {n}") for n in range(6)])
        assert not d.sender.would_go_now(ANNA)
        await d.clock.pass_by(0.3)
        assert d.sender.would_go_now(BEN)
        assert not d.sender.would_go_now(ANNA)
        await d.clock.pass_by(3)
        assert d.sender.would_go_now(ANNA)


async def test_before_it_runs_nothing_would_go_at_once_and_nothing_is_lost() -> None:
    clock = VirtualClock()
    telegram = FakeCall(clock)

    async def nothing(person_id: int) -> None:
        return None

    sender = Sender(telegram, FakeStore(), Budget(), draw, clock, who=str, on_blocked=nothing, on_receipt_sent=nothing)
    assert not sender.would_go_now(ANNA)
    sender.submit(ANNA, [say("early")])
    await settle()
    assert telegram.seen == []
    running = asyncio.create_task(sender.run())
    await settle()
    assert telegram.texts() == ["early"]
    await sender.close()
    await running


async def test_a_chat_keeps_to_one_message_a_second_after_its_burst() -> None:
    async with desk(Budget()) as d:
        d.sender.submit(ANNA, [say(f"word {n}") for n in range(8)])
        await d.clock.pass_by(10)
        assert d.telegram.times(ANNA)[5:] == [1, 2, 3]


async def test_a_waiting_entry_is_marked_as_tried_before_it_goes_and_a_sending_one_is_not() -> None:
    async with desk() as d:
        d.sender.submit(ANNA, [say("at once"), say("had to wait", state="waiting")])
        await settle()
        assert d.store.of("at once") == ["sent"]
        assert d.store.of("had to wait") == ["tried", "sent"]


async def test_a_reminder_that_waited_into_the_quiet_hours_is_handed_back_and_not_sent() -> None:
    async with desk() as d:
        reminder = say("nine", state="waiting", rank="reminder", beside=True, hush=NOON)
        d.sender.submit(ANNA, [reminder])
        await settle()
        assert d.handed_back == ["nine"] and not d.store.of("nine") and not d.telegram.seen
        assert not d.sender.holds(ANNA)


async def test_a_reminder_whose_words_are_no_longer_true_is_handed_back_and_one_that_may_have_arrived_is_not() -> None:
    async with desk() as d:
        hours_ago = {"at": NOON - timedelta(hours=2), "rank": "reminder", "hush": NOON + timedelta(hours=9)}
        d.sender.submit(ANNA, [say("stale", state="waiting", **hours_ago)], again=True)
        d.sender.submit(BEN, [say("perhaps there", **hours_ago)], again=True)
        await settle()
        assert d.handed_back == ["stale"]
        assert d.store.of("perhaps there") == ["sent"]


# Refusals and failures


@pytest.mark.parametrize("told", [3, timedelta(seconds=3)])
async def test_a_429_holds_that_chat_as_long_as_told_and_nobody_else(told: Any) -> None:
    async with desk() as d:
        d.telegram.troubles[ANNA] = [RetryAfter(told)]
        d.sender.submit(ANNA, [say("one"), say("two")])
        d.sender.submit(BEN, [say("hello")])
        await d.clock.pass_by(10)
        assert d.telegram.times(ANNA) == [0, 3.5, 3.5]
        assert d.telegram.times(BEN) == [0]
        assert d.telegram.texts(ANNA) == ["one", "one", "two"]
        assert not any(sent.silent for sent in d.telegram.seen)


async def test_retry_after_as_a_timedelta_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    async with desk() as d:
        d.telegram.troubles[ANNA] = [RetryAfter(timedelta(seconds=2))]
        d.sender.submit(ANNA, [say("one")])
        await d.clock.pass_by(10)
        assert d.telegram.times(ANNA) == [0, 2.5]


async def test_three_refused_chats_pause_everybody_and_then_all_go_out() -> None:
    async with desk(Budget()) as d:
        for person in (ANNA, BEN, CAM):
            d.telegram.troubles[person] = [RetryAfter(5)]
            d.sender.submit(person, [say("hello")])
        await settle()
        d.sender.submit(DEV, [say("hello")])
        await d.clock.pass_by(5)
        assert d.telegram.times(DEV) == []
        await d.clock.pass_by(1)
        assert {sent.chat for sent in d.telegram.seen if sent.at > 5} == {ANNA, BEN, CAM, DEV}


@pytest.mark.parametrize("trouble", [TimedOut(), NetworkError("connection lost"), NetworkError("Bad Gateway")])
async def test_an_unknown_outcome_is_repeated_silently(trouble: TelegramError) -> None:
    async with desk() as d:
        d.telegram.troubles[ANNA] = [trouble]
        d.sender.submit(ANNA, [say("hello")])
        await d.clock.pass_by(60)
        assert d.telegram.times(ANNA) == [0, 3]
        assert [sent.silent for sent in d.telegram.seen] == [False, True]
        assert d.store.of("hello") == ["sent"]


async def test_an_unknown_outcome_is_tried_three_times_at_most_and_holds_nothing_behind_it_for_ever() -> None:
    async with desk() as d:
        d.telegram.troubles[ANNA] = [TimedOut()] * 5
        d.sender.submit(ANNA, [say("lost"), say("next", state="waiting")])
        await d.clock.pass_by(33)
        assert d.telegram.times(ANNA)[:4] == [0, 3, 33, 33]
        assert d.store.of("lost") == ["dropped"]
        await d.clock.pass_by(60)
        assert d.telegram.texts(ANNA).count("lost") == 3


async def test_telegram_out_of_reach_is_tried_for_as_long_as_it_takes_and_then_sounds() -> None:
    async with desk() as d:
        d.telegram.troubles[ANNA] = [NotSent("no connection")] * 8
        d.sender.submit(ANNA, [say("hello")])
        with structlog.testing.capture_logs() as logs:
            await d.clock.pass_by(200)
        reach = [line["event"] for line in logs if "reach" in line["event"]]
        assert d.telegram.times(ANNA) == [0, 1, 3, 7, 15, 31, 61, 91, 121]
        assert not any(sent.silent for sent in d.telegram.seen)
        assert d.store.of("hello") == ["sent"]
        assert reach == ["telegram_out_of_reach", "telegram_back_in_reach"]


async def test_a_screen_that_already_looks_so_counts_as_shown() -> None:
    async with desk() as d:
        d.telegram.troubles[ANNA] = [BadRequest("Message is not modified: specified new message content")]
        d.sender.submit(ANNA, [say("same", edit=77)])
        await settle()
        assert [sent.method for sent in d.telegram.seen] == ["editMessageText"]
        assert d.store.ids == {"same": 77}


@pytest.mark.parametrize(
    "told",
    ["Message to edit not found", "Message can't be edited", "There is no text in the message to edit"],
)
async def test_a_screen_that_cannot_be_changed_any_more_comes_as_a_new_message(told: str) -> None:
    async with desk() as d:
        d.telegram.troubles[ANNA] = [BadRequest(told)]
        d.sender.submit(ANNA, [say("new words", edit=77)])
        await settle()
        assert [sent.method for sent in d.telegram.seen] == ["editMessageText", "sendMessage"]
        assert d.telegram.seen[0].params["message_id"] == 77
        assert "message_id" not in d.telegram.seen[1].params
        assert d.store.ids == {"new words": 1002}


async def test_unreadable_markup_goes_out_once_more_as_plain_text() -> None:
    with structlog.testing.capture_logs() as logs:
        async with desk() as d:
            told = 'Can\'t parse entities: unsupported start tag "anna" at byte offset 9'
            d.telegram.troubles[ANNA] = [BadRequest(told), TimedOut()]
            d.sender.submit(ANNA, [say("x", text='<b>Stop</b> &amp; call <a href="tel:112">112</a> if 3 &lt; 4')])
            await d.clock.pass_by(30)
            assert d.telegram.texts()[1:] == ["Stop & call 112 (tel:112) if 3 < 4"] * 2
            assert "parse_mode" not in d.telegram.seen[1].params
            assert d.store.of("x") == ["sent"]
    assert "anna" not in str(logs)
    assert [line["log_level"] for line in logs if line["event"] == "markup_unreadable"] == ["error"]


async def test_markup_that_is_refused_even_as_plain_text_is_given_up() -> None:
    async with desk() as d:
        d.telegram.troubles[ANNA] = [BadRequest("Can't parse entities")] * 5
        d.sender.submit(ANNA, [say("x")])
        await d.clock.pass_by(100)
        assert len(d.telegram.seen) == 2
        assert d.store.of("x") == ["dropped"]


@pytest.mark.parametrize("trouble", [BadRequest("Chat not found"), ChatMigrated(-100)])
async def test_what_telegram_refuses_for_good_is_dropped_and_the_next_goes_out(
    trouble: TelegramError,
) -> None:
    async with desk() as d:
        d.telegram.troubles[ANNA] = [trouble]
        d.sender.submit(ANNA, [say("refused"), say("next")])
        await settle()
        assert d.store.of("refused") == ["dropped"]
        assert d.store.of("next") == ["sent"]


async def test_a_person_who_blocked_us_loses_nothing_and_is_not_pestered() -> None:
    async with desk() as d:
        d.telegram.troubles[ANNA] = [Forbidden("Forbidden: bot was blocked by the user")]
        d.sender.submit(ANNA, [say("one"), say("two")])
        await settle()
        assert d.blocked == [ANNA]
        assert d.store.marks == []
        for _ in range(50):
            d.sender.submit(ANNA, [say("one"), say("two")], again=True)
            await d.clock.pass_by(1)
        assert d.telegram.texts() == ["one"]


async def test_a_person_who_comes_back_gets_what_waited_for_them_with_a_sound() -> None:
    async with desk() as d:
        d.telegram.troubles[ANNA] = [Forbidden("bot was blocked by the user")]
        d.sender.submit(ANNA, [say("one"), say("two")])
        await settle()
        d.sender.submit(ANNA, [say("one"), say("two"), say("welcome back")], fresh={"welcome back"})
        await settle()
        assert d.telegram.texts() == ["one", "one", "two", "welcome back"]
        assert not any(sent.silent for sent in d.telegram.seen)


async def test_a_failing_callback_does_not_stop_the_others() -> None:
    async def broken(person_id: int) -> None:
        raise OSError("disk full")

    clock = VirtualClock()
    telegram, store = FakeCall(clock), FakeStore()
    telegram.troubles[ANNA] = [Forbidden("blocked")]
    sender = Sender(telegram, store, Budget(), draw, clock, who=str, on_blocked=broken, on_receipt_sent=broken)
    running = asyncio.create_task(sender.run())
    await settle()
    sender.submit(ANNA, [say("one")])
    await settle()
    sender.submit(BEN, [say("two", erase_after=True), say("three")])
    await settle()
    assert store.of("three") == ["sent"]
    await sender.close()
    await running


async def test_a_refused_token_ends_the_run_with_one_sentence() -> None:
    async with desk() as d:
        d.telegram.troubles[ANNA] = [InvalidToken("Unauthorized")]
        d.sender.submit(ANNA, [say("hello")])
        with pytest.raises(SenderStopped, match="TELEGRAM_BOT_TOKEN"):
            await d.running
        assert d.store.marks == []
        assert await d.sender.drain(10) == 1


# Repeats after a crash


async def test_what_may_have_arrived_before_a_crash_comes_again_without_a_sound() -> None:
    async with desk() as d:
        d.sender.submit(ANNA, [say("maybe there"), say("surely not", state="waiting")], again=True)
        await settle()
        assert [(sent.text, sent.silent) for sent in d.telegram.seen] == [
            ("maybe there", True),
            ("surely not", False),
        ]


async def test_an_update_that_comes_twice_after_a_crash_repeats_its_answer_without_a_sound() -> None:
    async with desk() as d:
        d.sender.submit(ANNA, [say("before the crash"), say("new")], fresh={"new"})
        await settle()
        assert [(sent.text, sent.silent) for sent in d.telegram.seen] == [
            ("before the crash", True),
            ("new", False),
        ]


async def test_attempts_before_and_after_a_crash_are_counted_together() -> None:
    async with desk() as d:
        d.telegram.troubles[ANNA] = [TimedOut()] * 5
        d.sender.submit(ANNA, [say("maybe there")], again=True)
        await d.clock.pass_by(100)
        assert len(d.telegram.seen) == 2
        assert d.store.of("maybe there") == ["dropped"]


# Files, keyboards, receipts, presses


async def test_a_card_is_drawn_when_it_is_sent_and_goes_as_its_kind() -> None:
    async with desk() as d:
        d.sender.submit(ANNA, [say("a", text="", recipe="card"), say("b", text="", recipe="map", silent=True)])
        await settle()
        document, photo = d.telegram.seen
        assert (document.method, document.files) == ("sendDocument", {"document": ("card.pdf", b"%PDF")})
        assert document.params == {"chat_id": ANNA, "caption": "Your <b>card</b>", "parse_mode": "HTML"}
        assert (photo.method, photo.files, photo.silent) == (
            "sendPhoto",
            {"photo": ("map.pdf", b"%PDF")},
            True,
        )


async def test_a_card_that_cannot_be_drawn_is_given_up_with_a_word_to_the_turn() -> None:
    async def broken(person_id: int, recipe: str) -> Drawn:
        raise ValueError("Anna's left elbow")

    with structlog.testing.capture_logs() as logs:
        async with desk(drawing=broken) as d:
            d.sender.submit(ANNA, [say("card", text="", recipe="card"), say("next")])
            await d.clock.pass_by(60)
            assert d.store.of("card") == ["dropped"]
            assert d.store.of("next") == ["sent"]
            assert d.undrawn == [ANNA]
    assert "elbow" not in str(logs)
    assert "ValueError" in str(logs)


async def test_the_older_keyboard_goes_after_the_new_message_has_arrived() -> None:
    async with desk(Budget()) as d:
        d.sender.submit(ANNA, [say("new", strips=55)])
        await settle()
        assert [sent.method for sent in d.telegram.seen] == ["sendMessage", "editMessageReplyMarkup"]
        assert d.telegram.seen[1].params == {"chat_id": ANNA, "message_id": 55}


async def test_an_older_keyboard_is_left_alone_when_others_need_the_budget() -> None:
    async with desk(Budget(rate=1)) as d:
        d.sender.submit(ANNA, [say("new", strips=55)])
        d.sender.submit(BEN, [say("answer")])
        await settle()
        assert [sent.method for sent in d.telegram.seen] == ["sendMessage"]
        assert d.sender.counts["strips_skipped"] == 1


async def test_a_failing_strip_is_swallowed_and_holds_no_messages() -> None:
    async with desk(Budget()) as d:
        d.telegram.failing["editMessageReplyMarkup"] = RetryAfter(2000)
        d.sender.submit(ANNA, [say("one", strips=55), say("two", strips=56)])
        await d.clock.pass_by(1)
        assert d.store.of("two") == ["sent"]
        assert d.sender.counts["strips_failed"] >= 1


async def test_the_record_goes_once_the_receipt_has_arrived() -> None:
    async with desk() as d:
        d.telegram.slow[ANNA] = 1
        d.sender.submit(ANNA, [say("erased", erase_after=True)])
        await settle()
        assert d.receipts == []
        await d.clock.pass_by(2)
        assert d.receipts == [ANNA]


@pytest.mark.parametrize("trouble", [Forbidden("user is deactivated"), BadRequest("Chat not found")])
async def test_a_receipt_that_can_never_arrive_does_not_keep_the_record_alive(trouble: TelegramError) -> None:
    async with desk() as d:
        d.telegram.troubles[ANNA] = [trouble]
        d.sender.submit(ANNA, [say("erased", erase_after=True)])
        await settle()
        assert d.receipts == [ANNA]


async def test_after_an_erasure_only_the_receipt_still_goes_out() -> None:
    async with desk() as d:
        d.telegram.slow[ANNA] = 1
        d.telegram.troubles[ANNA] = [TimedOut()]
        d.sender.submit(ANNA, [say("under way"), say("waiting")])
        await settle()
        d.sender.forget(ANNA)
        d.sender.submit(ANNA, [say("receipt", erase_after=True)])
        await d.clock.pass_by(60)
        assert d.telegram.texts() == ["under way", "receipt"]
        assert d.store.marks == [(ANNA, "receipt", "sent")]


async def test_a_press_is_acknowledged_and_a_forgotten_press_does_no_harm() -> None:
    async with desk() as d:
        d.sender.acknowledge("q1", "Ticked")
        await settle()
        assert d.telegram.seen[0].params == {"callback_query_id": "q1", "text": "Ticked"}
        d.telegram.failing["answerCallbackQuery"] = BadRequest("Query is too old and response timeout expired")
        d.sender.acknowledge("q2")
        await settle()
        assert d.telegram.seen[1].params == {"callback_query_id": "q2"}
        assert d.sender.counts["acknowledgements_failed"] == 1
        assert not d.running.done()


# The end


async def test_draining_waits_for_what_is_under_way_and_what_still_waits() -> None:
    async with desk() as d:
        d.telegram.slow[ANNA] = 2
        d.sender.submit(ANNA, [say("one"), say("two")])
        draining = asyncio.create_task(d.sender.drain(10))
        await d.clock.pass_by(3.9)
        assert not draining.done()
        await d.clock.pass_by(0.2)
        assert draining.done()
        assert await draining == 0


async def test_draining_ends_in_time_and_leaves_the_rest_to_the_next_start() -> None:
    async with desk() as d:
        d.telegram.slow[ANNA] = 60
        d.sender.submit(ANNA, [say("one"), say("two")])
        draining = asyncio.create_task(d.sender.drain(5))
        await d.clock.pass_by(5.1)
        assert await draining == 2
        assert d.store.marks == []


async def test_draining_an_idle_sender_takes_no_time() -> None:
    async with desk() as d:
        assert await d.sender.drain(10) == 0


async def test_a_closed_sender_starts_nothing_more() -> None:
    async with desk() as d:
        d.telegram.slow[ANNA] = 1
        d.sender.submit(ANNA, [say("one"), say("two")])
        await settle()
        await d.sender.close()
        await d.running
        d.sender.submit(BEN, [say("late")])
        await d.clock.pass_by(10)
        assert d.telegram.texts() == ["one"]


async def test_a_fault_of_ours_ends_the_run_instead_of_dying_unseen() -> None:
    async with desk() as d:
        d.store.mark = None  # type: ignore[assignment]
        d.sender.submit(ANNA, [say("one")])
        with pytest.raises(TypeError):
            await d.running


async def test_no_log_line_names_a_person() -> None:
    with structlog.testing.capture_logs() as logs:
        async with desk() as d:
            d.telegram.troubles[ANNA] = [
                RetryAfter(1),
                TimedOut(),
                NotSent("no connection"),
                BadRequest("Chat not found"),
                Forbidden("blocked"),
            ]
            d.sender.submit(ANNA, [say("one"), say("two")])
            await d.clock.pass_by(100)
    assert len(logs) >= 5
    assert str(ANNA) not in str(logs)


def test_plain_text_keeps_every_word() -> None:
    assert plain_text("<b>a</b> <i>b</i> 1 < 2 &amp;&lt;c&gt;\n<blockquote>d</blockquote>") == "a b 1 < 2 &<c>\nd"


# Over real HTTP, against the strict fake


class HurriedClock:
    """Waits no time at all and believes that it has waited."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self._now += seconds


async def draw_a_picture(person_id: int, recipe: str) -> Drawn:
    size = (800).to_bytes(4) + (600).to_bytes(4)
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + size + b"\x08\x06\x00\x00\x00"
    return Drawn("massage-card.png", png, "Your <b>card</b>", "photo" if recipe == "map" else "document")


@asynccontextmanager
async def real_desk() -> AsyncIterator[tuple[Sender, FakeTelegram, FakeStore, asyncio.Task[None]]]:
    async def nothing(person_id: int) -> None:
        return None

    async with FakeTelegram() as telegram:
        api, store = TelegramApi(telegram.token, telegram.url), FakeStore()
        sender = Sender(
            api.call,
            store,
            Budget(None, None),
            draw_a_picture,
            HurriedClock(),
            who=str,
            on_blocked=nothing,
            on_receipt_sent=nothing,
        )
        running = asyncio.create_task(sender.run())
        await asyncio.sleep(0)
        try:
            yield sender, telegram, store, running
        finally:
            await sender.close()
            await asyncio.gather(running, return_exceptions=True)
            await api.close()


async def eventually(happens: Callable[[], object]) -> None:
    for _ in range(5000):
        if happens():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it has not happened")


async def all_sent(sender: Sender) -> None:
    await eventually(lambda: not sender.holds(ANNA))


async def test_a_whole_little_talk_arrives_at_a_strict_telegram() -> None:
    async with real_desk() as (sender, telegram, store, _):
        anna = telegram.user(ANNA)
        yes = ((Button("Yes", "s1:yes"), Button("Copy", copies="the words")),)
        sender.submit(ANNA, [say("first", text="Is it <b>calm</b>?", buttons=yes)])
        await all_sent(sender)
        first = store.ids["first"]
        assert first is not None
        sender.submit(ANNA, [say("edited", text="Is it <i>sore</i>?", buttons=yes, edit=first)])
        sender.submit(ANNA, [say("the same", text="Is it <i>sore</i>?", buttons=yes, edit=first)])
        sender.submit(ANNA, [say("map", recipe="map"), say("card", recipe="card", buttons=yes)])
        sender.submit(ANNA, [say("last", strips=first, silent=True)])
        press = anna.presses(anna.shown[first], "Yes")
        sender.acknowledge(press.query_id, "Noted")
        await telegram.wait_until(lambda: not anna.shown[first].buttons and anna.toasts)
        shown = [(message.kind, message.text, message.silent) for message in anna.shown.values()]
        assert shown == [
            ("text", "Is it sore?", False),
            ("photo", "Your card", False),
            ("document", "Your card", False),
            ("text", "last", True),
        ]
        assert store.ids["edited"] == store.ids["the same"] == first
        assert [toast.text for toast in anna.toasts] == ["Noted"]


async def test_every_message_arrives_in_order_through_every_kind_of_weather() -> None:
    async with real_desk() as (sender, telegram, _, __):
        anna = telegram.user(ANNA)
        telegram.faults.too_many(7)
        telegram.faults.dropped()
        telegram.faults.error(502)
        sender.submit(ANNA, [say("one")])
        await all_sent(sender)
        telegram.faults.dropped(done=True)
        telegram.faults.error(500)
        sender.submit(ANNA, [say("two"), say("three")])
        await all_sent(sender)
        read = [(message.text, message.silent) for message in anna.shown.values()]
        assert read == [("one", True), ("two", False), ("two", True), ("three", False)]


async def test_an_outage_is_waited_out() -> None:
    async with real_desk() as (sender, telegram, _, __):
        anna = telegram.user(ANNA)
        await telegram.goes_down()
        sender.submit(ANNA, [say("one"), say("two")])
        await eventually(lambda: sender.counts["notreached"])
        await telegram.comes_back()
        await all_sent(sender)
        assert [(message.text, message.silent) for message in anna.shown.values()] == [
            ("one", False),
            ("two", False),
        ]


async def test_markup_the_real_parser_refuses_still_arrives_as_words() -> None:
    async with real_desk() as (sender, telegram, _, __):
        anna = telegram.user(ANNA)
        sender.submit(ANNA, [say("x", text="<b>Stop <u>now</b> if 3 < 4 &amp; it hurts")])
        await all_sent(sender)
        assert [message.text for message in anna.shown.values()] == ["Stop now if 3 < 4 & it hurts"]


async def test_a_chat_that_blocked_us_and_a_revoked_token_over_http() -> None:
    async with real_desk() as (sender, telegram, store, running):
        telegram.user(ANNA).blocks_bot()
        sender.submit(ANNA, [say("one")])
        await eventually(lambda: sender.counts["blocked"])
        assert store.marks == []
        telegram.faults.unauthorized()
        sender.submit(BEN, [say("two")])
        with pytest.raises(SenderStopped):
            await asyncio.wait_for(running, 5)
