"""Four threads for the disk, so that the event loop never waits for it.

Everything about one person happens on the same thread in the order it was asked for, so two writes of one
record can never cross, not even when a caller gave up waiting for the first.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

THREADS = 4
T = TypeVar("T")


class Writers:
    """The threads; belongs to one event loop."""

    def __init__(self) -> None:
        self._threads = [ThreadPoolExecutor(1, thread_name_prefix=f"store-{n}") for n in range(THREADS)]
        self._asked: Counter[str] = Counter()

    def ask(self, name: str, job: Callable[[], T]) -> "asyncio.Future[T]":
        """Do `job` after all else that was asked for this name. Await it shielded: a job once asked for is
        done.
        """
        done = asyncio.wrap_future(self._thread(name).submit(job))
        self._asked[name] += 1
        done.add_done_callback(lambda _: self._answered(name))
        return done

    def busy(self, name: str) -> bool:
        """Whether something asked for this name is not done yet."""
        return name in self._asked

    async def close(self) -> None:
        """Everything asked for is done and the threads are gone."""
        await asyncio.gather(*(asyncio.to_thread(thread.shutdown) for thread in self._threads))

    def _thread(self, name: str) -> ThreadPoolExecutor:
        return self._threads[hash(name) % THREADS]

    def _answered(self, name: str) -> None:
        self._asked[name] -= 1
        if not self._asked[name]:
            del self._asked[name]
