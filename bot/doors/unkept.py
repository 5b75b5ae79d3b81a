"""What is said when an update cannot be kept: an emergency's screen at once, else one honest sentence.

What must stay true:
* The words go past the outbox, for there is none. Each update is answered once, and anew only if that failed.
* To a group and to somebody who has left nothing is said but an emergency.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.dialogue.events import Blocked, InGroup, Unblocked
from bot.doors.delivery import AFTER_FLOOD, seconds_of
from bot.doors.sender import Clock
from bot.doors.telegram_api import Call
from bot.doors.updates import Addressed
from bot.library.words import Rendered
from bot.turn import Turns

PAUSES = (1.0, 3.0, 10.0, 30.0)
ANSWERED_AT_MOST = 10_000

log = structlog.get_logger()


class Unkept:
    """Answers updates without keeping anything; `now` is the wall's, `clock` waits between tries."""

    def __init__(self, call: Call, turns: Turns, now: Callable[[], datetime], clock: Clock) -> None:
        self._call, self._turns, self._now, self._clock = call, turns, now, clock
        self._answered: dict[int, None] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    def answer(self, update_id: int, found: Addressed) -> bool:
        """Say what can be said without a record; returns at once, False when it was said before."""
        if update_id in self._answered:
            return False
        self._begin(update_id, found.person_id, self._words(found))
        return True

    def sound(self, update_id: int, found: Addressed) -> None:
        """An emergency's screen, and nothing else."""
        alarm = self._turns.alarm(found.person_id, found.arrival.event, self._now())
        if alarm and update_id not in self._answered:
            self._begin(update_id, found.person_id, alarm)

    def apologise(self, update_id: int, found: Addressed) -> None:
        """A kind word for what must not even be looked at, since that has ended the process before."""
        if not isinstance(found.arrival.event, InGroup | Blocked | Unblocked):
            self._begin(update_id, found.person_id, self._turns.sorry(found.person_id, self._now(), "my_fault"))

    def _words(self, found: Addressed) -> Rendered | None:
        now, event = self._now(), found.arrival.event
        alarm = self._turns.alarm(found.person_id, event, now)
        if alarm or isinstance(event, InGroup | Blocked | Unblocked):
            return alarm
        return self._turns.sorry(found.person_id, now)

    def _begin(self, update_id: int, person_id: int, words: Rendered | None) -> None:
        self._answered[update_id] = None
        if len(self._answered) > ANSWERED_AT_MOST:
            del self._answered[next(iter(self._answered))]
        if words:
            task = asyncio.get_running_loop().create_task(self._say(update_id, person_id, words))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _say(self, update_id: int, person_id: int, words: Rendered) -> None:
        params: dict[str, Any] = {"chat_id": person_id, "text": words.text, "parse_mode": "HTML"}
        for pause in PAUSES:
            try:
                await self._call("sendMessage", params)
                return
            except RetryAfter as error:
                pause = max(pause, seconds_of(error) + AFTER_FLOOD)
            except TelegramError as error:
                if isinstance(error, BadRequest | Forbidden):
                    return
            await self._clock.sleep(pause)
        # If Telegram still holds the update, its next arrival is the next chance.
        self._answered.pop(update_id, None)
        log.error("unkept_answer_not_sent")
