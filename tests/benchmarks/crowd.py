"""Many people talking at once with a bot in another process, each waiting for an answer before moving on."""

import time
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.talks import Move, with_key
from tests.fake_telegram import FakeTelegram, User

PATIENCE = 60.0


@dataclass
class Talker:
    """One person on their way through a talk; `took` are the seconds each answer took."""

    user: User
    moves: list[Move]
    number: int = 0
    asked_at: float = 0.0
    heard: int = 0
    took: list[float] = field(default_factory=list)

    @property
    def answered(self) -> bool:
        """Whether something new can be read."""
        return len(self.user.appeared) > self.heard

    @property
    def done(self) -> bool:
        """Whether the talk is over."""
        return self.number == len(self.moves)

    def begins(self) -> None:
        """The first move."""
        self.heard = len(self.user.appeared)
        self._moves()

    def goes_on(self) -> None:
        """The answer is read, and the next move done."""
        self.took.append(time.perf_counter() - self.asked_at)
        self.heard = len(self.user.appeared)
        self.number += 1
        if not self.done:
            self._moves()

    def _moves(self) -> None:
        move: Move = self.moves[self.number]
        self.asked_at = time.perf_counter()
        if move.writes:
            self.user.sends(move.writes)
            return
        message: Any = self.user.last
        data = [button.data for row in message.buttons for button in row]
        self.user.presses(message, data=with_key(data, move.presses))


async def converse(telegram: FakeTelegram, talks: dict[int, list[Move]]) -> list[float]:
    """Everybody through their talk, side by side; the seconds each answer took."""
    talkers = [Talker(telegram.user(person), moves) for person, moves in talks.items()]
    for talker in talkers:
        talker.begins()
    waiting = talkers
    while waiting:
        # One waiter for everybody: a waiter each would cost the machine more than the bot does.
        await telegram.wait_until(lambda: any(talker.answered for talker in waiting), PATIENCE)  # noqa: B023
        for talker in waiting:
            if talker.answered:
                talker.goes_on()
        waiting = [talker for talker in waiting if not talker.done]
    return [seconds for talker in talkers for seconds in talker.took]
