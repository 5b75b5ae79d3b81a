"""The bot and the fake Bot API as processes of their own: started, looked at, stopped and killed."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from tests.fake_telegram import TOKEN

HOUSE = Path(__file__).parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
STOP_SECONDS = 20.0
LIFTED = {"SEND_RATE": "0", "SEND_RATE_PER_CHAT": "0"}


class Bot:
    """`python -m bot run` against the Bot API at `url`, keeping in `folder`; `settings` come on top.

    `started` is when the living process began, in seconds since 1970.
    """

    def __init__(self, url: str, folder: Path, settings: dict[str, str] | None = None) -> None:
        told = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": url, "DATA_DIR": str(folder)}
        self._environment = {**os.environ, "LOG_LEVEL": "ERROR", **told, **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self.started = 0.0

    def start(self) -> None:
        """A new process, whatever became of the one before."""
        self.started = time.time()
        command = [sys.executable, "-m", "bot", "run"]
        self._process = subprocess.Popen(command, cwd=HOUSE, env=self._environment)

    def kill(self) -> None:
        """kill -9; the process is gone when this returns."""
        self._living.kill()
        self._living.wait()

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        self._living.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self._living.wait, STOP_SECONDS)

    @property
    def alive(self) -> bool:
        """Whether the process has not ended by itself."""
        return self._living.poll() is None

    def cpu(self) -> float:
        """Seconds of CPU the process has used, its threads included."""
        fields = self._about("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> float:
        """Megabytes resident now."""
        line = next(line for line in self._about("status").splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    @property
    def _living(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None, "the bot was never started"
        return self._process

    def _about(self, what: str) -> str:
        return Path(f"/proc/{self._living.pid}/{what}").read_text(encoding="ascii", errors="replace")


@asynccontextmanager
async def running(bot: Bot) -> AsyncIterator[Bot]:
    """The bot for as long as this lasts, then stopped kindly; killed when something breaks."""
    bot.start()
    try:
        yield bot
        assert await bot.stop() == 0, "the bot did not end well"
    except BaseException:
        bot.kill()
        raise


class Refused(Exception):
    """The fake could not do what was asked; the message says why."""


class Elsewhere:
    """The side of people at a fake Bot API in another process: `url` is the bot's, `control` ours."""

    def __init__(self, url: str, control: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._control = control
        self._session = session

    async def act(self, name: str, **asked: Any) -> Any:
        """One act of tests/fake_telegram/control.py; raises Refused."""
        return await self._answer(self._session.post(f"{self._control}/control/{name}", data=orjson.dumps(asked)))

    async def look(self, name: str, **asked: Any) -> Any:
        """One look of the same; raises Refused."""
        return await self._answer(self._session.get(f"{self._control}/control/{name}", params=asked))

    async def _answer(self, request: Any) -> Any:
        async with request as response:
            answer = orjson.loads(await response.read())
            if response.status != 200:
                raise Refused(answer["error"])
            return answer


@asynccontextmanager
async def telegram_elsewhere(keep: int = 200_000) -> AsyncIterator[Elsewhere]:
    """The fake Bot API as a process of its own; it remembers `keep` calls."""
    process, url, control = _fake(keep)
    patient = aiohttp.ClientTimeout(total=None)
    try:
        async with aiohttp.ClientSession(timeout=patient) as session:
            yield Elsewhere(url, control, session)
    finally:
        process.terminate()
        process.communicate()


def _fake(keep: int) -> "tuple[subprocess.Popen[str], str, str]":
    """The process, the address of its Bot API and that of its control."""
    command = [sys.executable, "-m", "tests.fake_telegram", "--keep", str(keep)]
    process = subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip(), process.stdout.readline().strip()
