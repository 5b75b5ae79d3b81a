"""The server's time, which a test may move, and the bell that tells waiting tests that something happened."""

import asyncio
import time
from collections.abc import Callable


class Clock:
    """Seconds since 1970 of a source, moved by an offset; `source` may be the clock of the test itself."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self.offset = 0.0

    def now(self) -> float:
        """The server's present, in seconds since 1970."""
        return self._source() + self.offset

    def shift(self, seconds: float) -> None:
        """Move the present forward, or back with a negative number."""
        self.offset += seconds

    def set(self, moment: float) -> None:
        """Make `moment` the present; time goes on from there."""
        self.offset = moment - self._source()


class Bell:
    """Wakes whoever waits for something to become true, without polling."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Something changed: everybody who waits looks again."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until(
        self, predicate: Callable[[], object], within: float, otherwise: Callable[[], str] = lambda: ""
    ) -> None:
        """Return once `predicate` holds; after `within` real seconds raise AssertionError(`otherwise`)."""
        try:
            async with asyncio.timeout(within):
                while not predicate():
                    await self._next()
        except TimeoutError:
            raise AssertionError(f"not within {within} s. {otherwise()}") from None

    async def _next(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)
