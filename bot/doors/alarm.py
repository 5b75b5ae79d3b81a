"""One timer for whatever must happen next."""

import asyncio
from collections.abc import Awaitable, Callable


class Alarm:
    """Calls `ring` once, at the earliest time it was set to; `failed` is told when `ring` raises.

    `sleep` waits so many seconds.
    """

    def __init__(
        self,
        sleep: Callable[[float], Awaitable[None]],
        ring: Callable[[], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self._sleep, self._ring, self._failed = sleep, ring, failed
        self._task: asyncio.Task[None] | None = None
        self._at = 0.0

    def set(self, at: float, now: float) -> None:
        """Ring at that time too; an earlier time already set stays, and its ringing may set the next."""
        if self._task is not None:
            if self._at <= at:
                return
            self._task.cancel()
        self._at = at
        self._task = asyncio.get_running_loop().create_task(self._wait(at - now))

    async def off(self) -> None:
        """Never ring again until it is set again."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _wait(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._task = None
        try:
            self._ring()
        except Exception as error:
            self._failed(error)
