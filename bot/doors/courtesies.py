"""Small things done beside the messages: a pressed button stops waiting, an older keyboard goes.

What must stay true: nothing ever waits for a courtesy, it is tried once, and its failure only counts. A press
that Telegram has forgotten ("query is too old") is the usual one.
"""

from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import RetryAfter, TelegramError

from bot.doors.budget import Budget
from bot.doors.delivery import AFTER_FLOOD, seconds_of
from bot.doors.telegram_api import Call

STRIPS_AT_ONCE = 8
ACKNOWLEDGEMENTS_AT_ONCE = 200

Spawn = Callable[[Coroutine[Any, Any, None]], None]


class Courtesies:
    """Starts courtesies through `spawn`; `counts` learns what was skipped or failed; `now` is monotonic."""

    def __init__(
        self, call: Call, budget: Budget, spawn: Spawn, counts: Counter[str], now: Callable[[], float]
    ) -> None:
        self._call, self._budget, self._spawn, self._counts, self._now = call, budget, spawn, counts, now
        self._acknowledging = 0
        self._stripping = 0

    def acknowledge(self, callback_query_id: str, text: str) -> None:
        """Take the waiting sign off a pressed button, with a short text if there is one."""
        if self._acknowledging >= ACKNOWLEDGEMENTS_AT_ONCE:
            self._counts["acknowledgements_skipped"] += 1
            return
        self._acknowledging += 1
        self._spawn(self._acknowledge(callback_query_id, text))

    def strip(self, chat_id: int, message_id: int, crowded: bool) -> None:
        """Take the buttons off an older message, unless anything else could use the budget."""
        now = self._now()
        wait = max(self._budget.wait_for_all(now), self._budget.wait_for_chat(chat_id, now, "strip"))
        if wait or crowded or self._stripping >= STRIPS_AT_ONCE:
            self._counts["strips_skipped"] += 1
            return
        self._budget.take(chat_id, now, "strip")
        self._stripping += 1
        self._spawn(self._strip(chat_id, message_id))

    async def _acknowledge(self, callback_query_id: str, text: str) -> None:
        params = {"callback_query_id": callback_query_id, "text": text}
        try:
            await self._call("answerCallbackQuery", params if text else {"callback_query_id": callback_query_id})
        except TelegramError:
            self._counts["acknowledgements_failed"] += 1
        finally:
            self._acknowledging -= 1

    async def _strip(self, chat_id: int, message_id: int) -> None:
        try:
            await self._call("editMessageReplyMarkup", {"chat_id": chat_id, "message_id": message_id})
        except TelegramError as error:
            self._counts["strips_failed"] += 1
            if isinstance(error, RetryAfter):
                self._budget.refused(chat_id, self._now(), seconds_of(error) + AFTER_FLOOD, "strip")
        finally:
            self._stripping -= 1
