"""Telegram by polling: a thin door that keeps law 1.

What must stay true:
* The offset moves only past updates whose effect is durably kept, or which are filed aside. Telegram is the
  inbox: what we have not kept, it sends again.
* A batch is taken in parallel, several updates of one person in one turn; nobody waits longer than the
  deadline for a record that cannot be kept. When nobody's can be, all wait at Telegram.
* Updates are noted before they are taken. What was in hand when the process died is taken one by one, so that
  only the update which kills it is set aside, at the third restart.
* An emergency is answered even when nothing can be kept.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.doors.attempts import Attempts
from bot.doors.delivery import AFTER_FLOOD, seconds_of
from bot.doors.sender import Clock, Sender
from bot.doors.telegram_api import Call
from bot.doors.unkept import Unkept
from bot.doors.updates import ALLOWED, Addressed, addressed
from bot.store.interface import NewerRecord, Store, StoreProblem, UnreadableRecord
from bot.turn import Kept, Turns, whereabouts

POLL_SECONDS = 30
KEEP_SECONDS = 10.0
URGENT_SECONDS = 1.0
SILENT_SECONDS = 90.0
CONFLICT_SECONDS = 60.0
CONFLICT_PAUSE = 5.0
LONGEST_PAUSE = 30.0

Raw = dict[str, Any]
Part = list[tuple[Raw, Addressed]]

log = structlog.get_logger()


class DoorClosed(Exception):
    """Polling cannot go on until the operator acts; the message is one sentence."""


class TelegramDoor:
    """Fetches updates and hands them to the turns; answers go out through the sender."""

    def __init__(
        self,
        call: Call,
        turns: Turns,
        store: Store,
        sender: Sender,
        attempts: Attempts,
        now: Callable[[], datetime],
        clock: Clock,
        poll_seconds: int = POLL_SECONDS,
        keep_seconds: float = KEEP_SECONDS,
    ) -> None:
        self._call, self._turns, self._store, self._sender = call, turns, store, sender
        self._attempts, self._now, self._clock = attempts, now, clock
        self._poll_seconds, self._keep_seconds = poll_seconds, keep_seconds
        self._offset = 0
        self._pause = 0.0
        self._last_poll = clock.now()
        # When the first and the last of a row of conflicts came.
        self._conflicts: tuple[float, float] | None = None
        self._silence_told = False
        self._batch: asyncio.Task[None] | None = None
        self._unkept = Unkept(call, turns, now, clock)
        # Turns that outlived the deadline, and updates that are being filed for longer than it.
        self._hanging: dict[int, asyncio.Task[None]] = {}
        self._filing: dict[int, asyncio.Task[None]] = {}
        # Since when a person's record cannot be kept, and when anybody's last was.
        self._failing: dict[int, float] = {}
        self._last_kept = clock.now()

    async def run(self) -> None:
        """Poll until cancelled; raises DoorClosed when only the operator can help."""
        while True:
            updates = await self._poll()
            if updates:
                # A stop must not cut a batch between keeping and sending.
                self._batch = asyncio.ensure_future(self._take(updates))
                await asyncio.shield(self._batch)

    async def settle(self, seconds: float) -> None:
        """Wait until the batch in hand is kept and what was said past the outbox is sent, so long at most."""
        in_hand = {*([self._batch] if self._batch else []), *self._hanging.values(), *self._unkept.tasks}
        if in_hand:
            await asyncio.wait(in_hand, timeout=seconds)

    async def _poll(self) -> list[Raw]:
        params = {
            "offset": self._offset,
            "timeout": self._poll_seconds,
            "limit": 100,
            "allowed_updates": ALLOWED,
        }
        try:
            updates = await self._call("getUpdates", params, timeout=self._poll_seconds + 10.0)
        except TelegramError as error:
            await self._wait_after(error)
            return []
        if self._silence_told:
            log.info("polling_again")
        self._last_poll, self._pause = self._clock.now(), 0.0
        self._conflicts, self._silence_told = None, False
        return list(updates)

    async def _wait_after(self, error: TelegramError) -> None:
        """Back off after a failed poll, or close the door when waiting cannot help."""
        now = self._clock.now()
        match error:
            case InvalidToken():
                raise DoorClosed("Telegram refuses the bot token: check TELEGRAM_BOT_TOKEN.")
            case Conflict():
                self._check_conflict(now)
                pause = CONFLICT_PAUSE
            case RetryAfter():
                pause = seconds_of(error) + AFTER_FLOOD
            case _:
                self._pause = min(LONGEST_PAUSE, self._pause * 2 or 1.0)
                pause = self._pause
        self._tell_silence(now, error)
        await self._clock.sleep(pause)

    def _check_conflict(self, now: float) -> None:
        """The other poller may be the process we replace, which ends soon; one that stays closes the door."""
        first, last = self._conflicts or (now, now)
        if self._conflicts is None or now - last > CONFLICT_SECONDS:
            first = now
            log.warning("polled_elsewhere")
        self._conflicts = (first, now)
        if now - first > CONFLICT_SECONDS:
            raise DoorClosed("Another process polls Telegram with the same bot token: stop one of the two.")

    def _tell_silence(self, now: float, error: TelegramError) -> None:
        """One line when polling has failed for long, not one a try."""
        if not self._silence_told and now - self._last_poll > SILENT_SECONDS:
            self._silence_told = True
            log.error("no_successful_poll", seconds=round(now - self._last_poll), reason=type(error).__name__)

    async def _take(self, updates: list[Raw]) -> None:
        """One batch kept, then the offset moved as far as everything is."""
        suspects, others = self._split(updates)
        held: list[int] = []
        for update in suspects:
            held += await self._take_together([update])
            self._attempts.end(update["update_id"])
        held += await self._take_together(others)
        self._attempts.end_all()
        self._offset = min(held) if held else updates[-1]["update_id"] + 1
        if held:
            await self._clock.sleep(1.0)

    def _split(self, updates: list[Raw]) -> tuple[list[Raw], list[Raw]]:
        """Those that were in hand when the process died, and the others."""
        suspects: list[Raw] = []
        others: list[Raw] = []
        for update in updates:
            (suspects if self._attempts.before(update["update_id"]) else others).append(update)
        return suspects, others

    async def _take_together(self, updates: list[Raw]) -> list[int]:
        """Everyone's part side by side; returns the ids that Telegram has to send again."""
        self._attempts.begin(update["update_id"] for update in updates)
        parts: dict[int, Part] = defaultdict(list)
        strange = [(update, why) for update in updates if (why := self._sort(update, parts))]
        held = await asyncio.gather(
            *(self._aside(None, [update], why) for update, why in strange),
            *(self._part(person_id, part) for person_id, part in parts.items()),
        )
        return [id for ids in held for id in ids]

    def _sort(self, update: Raw, parts: dict[int, Part]) -> str:
        """One update put with its person's, or why that cannot be."""
        try:
            found = addressed(update)
        except Exception as error:
            return f"it cannot be read ({type(error).__name__})"
        if found is None:
            return ""
        if self._attempts.before(update["update_id"]) > Attempts.AT_MOST:
            self._unkept.apologise(update["update_id"], found)
            return "it ended the process each time it was taken"
        parts[found.person_id].append((update, found))
        return ""

    async def _part(self, person_id: int, part: Part) -> list[int]:
        """One person's updates kept and answered; returns the ids that Telegram has to send again."""
        if person_id in self._hanging:
            return await self._give_up(person_id, part, "its record is still being kept")
        arrivals = [found.arrival for _, found in part]
        turn = asyncio.ensure_future(self._turns.take(person_id, arrivals, self._now()))
        # An emergency waits for the disk only a moment.
        impatience = asyncio.get_running_loop().call_later(URGENT_SECONDS, self._sound, part)
        try:
            kept = await asyncio.wait_for(asyncio.shield(turn), self._keep_seconds)
        except TimeoutError:
            self._hanging[person_id] = asyncio.ensure_future(self._follow(person_id, turn))
            return await self._give_up(person_id, part, "its record could not be kept in time")
        except (UnreadableRecord, NewerRecord) as problem:
            return await self._give_up(person_id, part, str(problem))
        except StoreProblem as problem:
            return await self._hold(person_id, part, problem)
        except Exception as error:
            return await self._give_up(person_id, part, f"a fault of ours: {whereabouts(error)}")
        finally:
            impatience.cancel()
        self._note_kept(person_id)
        self._hand_over(kept)
        return []

    def _sound(self, part: Part) -> None:
        for update, found in part:
            self._unkept.sound(update["update_id"], found)

    def _note_kept(self, person_id: int) -> None:
        self._last_kept = self._clock.now()
        if self._failing.pop(person_id, None) is not None:
            log.info("kept_again")

    async def _follow(self, person_id: int, turn: "asyncio.Task[Kept]") -> None:
        """A turn that outlived its deadline may still succeed; its words then go out as usual."""
        try:
            self._hand_over(await turn)
        except Exception as error:
            log.error("not_kept", reason=whereabouts(error))
        finally:
            del self._hanging[person_id]

    def _hand_over(self, kept: Kept) -> None:
        for acknowledgement in kept.acknowledgements:
            self._sender.acknowledge(acknowledgement.callback_id, acknowledgement.text)
        if kept.erased:
            self._sender.forget(kept.person_id)
        self._sender.withdraw(kept.person_id, kept.withdrawn)
        self._sender.submit(kept.person_id, kept.entries, fresh=kept.fresh)

    async def _hold(self, person_id: int, part: Part, problem: StoreProblem) -> list[int]:
        """Leave updates with Telegram; if others' records are kept meanwhile, set them aside in the end."""
        now = self._clock.now()
        if person_id not in self._failing:
            log.error("not_kept", reason=str(problem))
        since = self._failing.setdefault(person_id, now)
        if now - since > self._keep_seconds and self._last_kept > since:
            del self._failing[person_id]
            return await self._give_up(person_id, part, str(problem))
        self._answer_unkept(part)
        return [update["update_id"] for update, _ in part]

    async def _give_up(self, person_id: int, part: Part, why: str) -> list[int]:
        """Updates that waiting does not help: the person is told, and they hold up nobody."""
        self._answer_unkept(part)
        return await self._aside(person_id, [update for update, _ in part], why)

    def _answer_unkept(self, part: Part) -> None:
        for update, found in part:
            first = self._unkept.answer(update["update_id"], found)
            if first and found.arrival.callback_id:
                self._sender.acknowledge(found.arrival.callback_id)

    async def _aside(self, person_id: int | None, updates: list[Raw], why: str) -> list[int]:
        """File updates away; returns those that cannot even be filed, which stay with Telegram."""
        filed = await asyncio.gather(*(self._filed(person_id, update, why) for update in updates))
        return [update["update_id"] for update, safe in zip(updates, filed, strict=True) if not safe]

    async def _filed(self, person_id: int | None, update: Raw, why: str) -> bool:
        """Whether this update is safely filed; one that takes long is looked at again when it comes back."""
        update_id = update["update_id"]
        filing = self._filing.get(update_id)
        if filing is None:
            filing = asyncio.ensure_future(self._store.set_aside(person_id, update, why))
            self._filing[update_id] = filing
            await asyncio.wait([filing], timeout=self._keep_seconds)
        if not filing.done():
            return False
        del self._filing[update_id]
        if problem := filing.exception():
            log.error("not_set_aside", update=update_id, reason=str(problem))
            return False
        log.error("update_set_aside", update=update_id, reason=why)
        return True
