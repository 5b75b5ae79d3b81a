"""The process that draws, seen from the bot: started when first needed, one for all, gone with the bot.

What must stay true:
* Drawing never runs in the process that talks, so nobody's words wait for somebody's picture.
* A drawing that takes too long, or a process that dies, costs that process and nothing else: the next drawing starts a
  new one. Whoever was waiting is told and may try again.
* The process is let go after so many drawings, so that what it remembers stays bounded.
* The process gets the values and nothing else: no environment, no token, no store. It is started bare instead of
  copied or spawned from this one, because that would load the whole bot a second time.
"""

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import structlog

from bot.cards.desk import DRAWN, LENGTH, packed

HOME = Path(__file__).resolve().parent.parent.parent
COMMAND = (sys.executable, "-m", "bot.cards.desk")
SECONDS_AT_MOST = 20.0
# Typst remembers what it has drawn: half a megabyte a page. A new process forgets.
DRAWINGS_AT_MOST = 100

log = structlog.get_logger()


class DrawingFailed(Exception):
    """The page could not be drawn: it took too long, its process died, or its template cannot be filled."""


class Worker:
    """Draws pages in a process of its own, one at a time; `seconds` is what one may take, its start included.

    `command` starts the process; it gets the folder of fonts as its last argument.
    """

    def __init__(self, fonts: Path, command: Sequence[str] = COMMAND, seconds: float = SECONDS_AT_MOST) -> None:
        self._command, self._seconds = (*command, str(fonts)), seconds
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._drawn = 0

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process else None

    async def draw(self, kind: str, values: Mapping[str, Any]) -> bytes:
        """The file of that kind; raises DrawingFailed."""
        request = packed(orjson.dumps({"kind": kind, "values": values}))
        async with self._turn:
            try:
                async with asyncio.timeout(self._seconds):
                    answer = await self._ask(request)
            except TimeoutError:
                await self._end()
                raise DrawingFailed("the drawing took too long") from None
            except (OSError, asyncio.IncompleteReadError) as fault:
                await self._end()
                raise DrawingFailed(f"the process that draws has died: {type(fault).__name__}") from None
            except asyncio.CancelledError:
                # Half an answer may be in the pipe: it must not be read as the next one.
                await self._end()
                raise
            self._drawn += 1
            if self._drawn >= DRAWINGS_AT_MOST:
                await self._end()
        if answer[:1] != DRAWN:
            raise DrawingFailed(f"the page cannot be drawn: {answer[1:].decode(errors='replace')}")
        return answer[1:]

    async def close(self) -> None:
        """End the process, whatever it is doing."""
        await self._end()

    async def _ask(self, request: bytes) -> bytes:
        process = self._process = await self._alive()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(request)
        await process.stdin.drain()
        length = int.from_bytes(await process.stdout.readexactly(LENGTH))
        return await process.stdout.readexactly(length)

    async def _alive(self) -> Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        log.debug("drawing_process_started")
        return await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=HOME, env={"PYTHONPATH": str(HOME)}
        )

    async def _end(self) -> None:
        process, self._process, self._drawn = self._process, None, 0
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()
