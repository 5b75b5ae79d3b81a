"""The house put together: store, turns, sender, clock and a door, and how it all stops.

SIGTERM ends polling first, lets the batch in hand be kept, gives the sender a few seconds, and closes the
store. What is unsent then is due at the next start.
"""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from telegram import Bot, BotCommand, MenuButtonCommands
from telegram.error import InvalidToken, TelegramError

from bot.cards.worker import Worker
from bot.dialogue.events import FileFailed
from bot.dialogue.person import Passing
from bot.doors.attempts import Attempts
from bot.doors.budget import Budget
from bot.doors.clock import Ticker, wall_clock
from bot.doors.drawing import Easel, drawer
from bot.doors.sender import Clock, MonotonicClock, Sender
from bot.doors.telegram_api import LeanRequest, TelegramApi
from bot.doors.telegram_door import KEEP_SECONDS, DoorClosed, TelegramDoor
from bot.library.reading import Library
from bot.library.shelf import Shelf
from bot.settings import FONTS, Settings
from bot.store.due import Terms
from bot.store.opening import open_store
from bot.store.people import TinyStore
from bot.turn import Arrival, Turns

# Together these stay below the five seconds that supervisors commonly give.
SETTLE_SECONDS = 1.0
DRAIN_SECONDS = 3.0
BURST = 5

log = structlog.get_logger()


class House:
    """Everything that runs together on Telegram; `run` lives until it is told to stop or cannot go on."""

    def __init__(
        self,
        settings: Settings,
        library: Library,
        store: TinyStore,
        now: Callable[[], datetime] = wall_clock,
        clock: Clock | None = None,
        keep_seconds: float = KEEP_SECONDS,
        worker: Worker | None = None,
    ) -> None:
        self._worker = worker or Worker(settings.content_dir / FONTS)
        self._library, self._store, self._now = library, store, now
        self._clock = clock = clock or MonotonicClock()
        self._api = TelegramApi(settings.telegram_bot_token, settings.telegram_api_url)
        self._bot = Bot(
            settings.telegram_bot_token,
            base_url=f"{settings.telegram_api_url}/bot",
            base_file_url=f"{settings.telegram_api_url}/file/bot",
            request=LeanRequest(),
            get_updates_request=LeanRequest(),
        )
        who = store.names.of
        passing: dict[int, Passing] = {}
        self._turns = Turns(library.world, library.words, store, self._would_go_now, who, now, passing)
        self._sender = Sender(
            self._api.call,
            store,
            Budget(settings.send_rate or None, settings.send_rate_per_chat or None, BURST),
            drawer(Easel(store, library.words, self._worker, now, passing)),
            clock,
            who=who,
            on_blocked=self._turns.block,
            on_receipt_sent=self._turns.close,
            on_undrawn=self._undrawn,
            on_private_sent=self._turns.tidy,
            hand_back=self._turns.hand_back,
            wall=now,
        )
        attempts = Attempts(settings.data_dir / "polling.tries")
        self._door = TelegramDoor(
            self._api.call, self._turns, store, self._sender, attempts, now, clock, keep_seconds=keep_seconds
        )
        terms = Terms(timedelta(days=settings.retention_days))
        self._ticker = Ticker(store, store, self._turns, self._sender, terms, now, clock)

    def _would_go_now(self, chat_id: int) -> bool:
        return self._sender.would_go_now(chat_id)

    async def _undrawn(self, person_id: int) -> None:
        """A file that could not be made is not met with silence."""
        kept = await self._turns.take(person_id, [Arrival(FileFailed())], self._now())
        self._sender.submit(person_id, kept.entries, fresh=kept.fresh)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set; raises DoorClosed or SenderStopped when only the operator can help."""
        sending = asyncio.ensure_future(self._sender.run())
        polling = asyncio.ensure_future(self._serve())
        ticking = asyncio.ensure_future(self._ticker.run())
        recovering = asyncio.ensure_future(self._store.recover())
        stopping = asyncio.ensure_future(stop.wait())
        work = [sending, polling, ticking]
        try:
            # Recovery ends by itself; only its failure is news.
            ends = [*work, stopping]
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()
        finally:
            await self._close([polling, ticking, recovering, stopping], sending)

    async def _serve(self) -> None:
        await register(self._bot, self._clock)
        log.info("polling", api=repr(self._api))
        # Side by side: what Telegram makes of our name must not keep anybody waiting.
        await asyncio.gather(introduce(self._bot, self._library.words.shelf), self._door.run())

    async def _close(self, tasks: list["asyncio.Future[Any]"], sending: "asyncio.Future[None]") -> None:
        """Stop in an order that loses nothing: no new updates, then what is being sent, then the rest."""
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._door.settle(SETTLE_SECONDS)
        left = await self._sender.drain(DRAIN_SECONDS)
        if left:
            log.info("left_for_next_start", messages=left)
        await self._sender.close()
        with contextlib.suppress(Exception):
            await sending
        await self._worker.close()
        await self._bot.shutdown()
        await self._api.close()


async def register(bot: Bot, clock: Clock) -> None:
    """The token checked and a webhook of old removed: Telegram gives no poll anything while one stands.

    Waits for the network; raises DoorClosed when the token is refused.
    """
    pause = 1.0
    while True:
        try:
            await bot.initialize()
            await bot.delete_webhook()
            return
        except InvalidToken:
            raise DoorClosed("Telegram refuses the bot token: check TELEGRAM_BOT_TOKEN.") from None
        except TelegramError as error:
            log.warning("telegram_not_reached", reason=type(error).__name__, next_try_in=pause)
            await clock.sleep(pause)
            pause = min(30.0, pause * 2)


async def introduce(bot: Bot, shelf: Shelf) -> None:
    """Commands, descriptions and menu button as Telegram shows them; a refusal is no more than logged."""
    words = shelf.phrases["bot"]
    commands = [BotCommand(name, text) for name, text in shelf.phrases["commands"].items()]
    for introduced in (
        partial(bot.set_my_commands, commands),
        partial(bot.set_my_description, words["description"]),
        partial(bot.set_my_short_description, words["short_description"]),
        partial(bot.set_chat_menu_button, menu_button=MenuButtonCommands()),
    ):
        try:
            await introduced()
        except TelegramError as error:
            log.warning("introduction_refused", reason=type(error).__name__)


async def run_bot(settings: Settings, library: Library) -> None:
    """Telegram until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    store = open_store(settings.data_dir, settings.retention_days)
    try:
        await House(settings, library, store).run(stop)
    finally:
        await store.close()
