"""The whole bot against the fake Telegram, over HTTP: inside a test, or as a process of its own.

`pytest_plugins = ["tests.houses"]` in a test file gives the fixtures. Time inside a house passes only when
`house.clock` is moved, so nothing here depends on speed. PYTEST_DONT_REWRITE: test files import helpers, too.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from io import StringIO
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import structlog

from bot.__main__ import set_up_logs
from bot.cards.worker import Worker
from bot.dialogue.effects import Say
from bot.dialogue.person import Person
from bot.doors.running import House, run_bot
from bot.library.markup import plain_text
from bot.library.reading import Library
from bot.settings import FONTS, Settings, read_settings
from bot.store.disk import Disk
from bot.store.opening import open_reader, open_store
from bot.store.people import TinyStore
from bot.store.record import Entry, Record
from tests.fake_telegram import FakeTelegram, Message, Press, User

ROOT = Path(__file__).resolve().parent.parent
START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
NO_DOTENV = Path("/nonexistent/.env")
MEMORY = Path("/dev/shm")


class HandClock:
    """The wall and the seconds passed, moved by hand; whoever sleeps wakes when their time is reached."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._passed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def wall(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def timestamp(self) -> float:
        return self.wall().timestamp()

    def now(self) -> float:
        return self._passed

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heappush(self._sleepers, (self._passed + seconds, next(self._numbers), woken))
        await woken

    def move(self, seconds: float = 0.0, **more: float) -> None:
        """Let time pass at once: seconds, or `days=30` and the like."""
        self._passed += seconds + timedelta(**more).total_seconds()
        while self._sleepers and self._sleepers[0][0] <= self._passed:
            woken = heappop(self._sleepers)[2]
            if not woken.done():
                woken.set_result(None)

    def catch_up(self) -> None:
        """Be no earlier than the machine's own clock: a process lived by that one."""
        self.move(max(0.0, (datetime.now(UTC) - self.wall()).total_seconds()))

    async def runs_until(self, reached: Callable[[], object], step: float = 1.0, within: float = 10.0) -> None:
        """Let time pass step by step, with a breath for sockets and threads between, until it is so."""
        async with asyncio.timeout(within):
            while not reached():
                self.move(step)
                await asyncio.sleep(0.002)


class CountingDisk(Disk):
    """A real disk that counts the records made durable, by the name of their file."""

    def __init__(self) -> None:
        self.records: list[str] = []

    def replace(self, source: Path, target: Path) -> None:
        super().replace(source, target)
        if target.suffix == ".json" and target.parent.parent.name == "people":
            self.records.append(target.stem)


class QuietSender:
    """A sender that only remembers what it was asked for."""

    def __init__(self) -> None:
        self.submitted: list[tuple[int, tuple[str, ...]]] = []
        self.acknowledged: list[str] = []
        self.forgotten: list[int] = []
        self.held: set[int] = set()

    def holds(self, person_id: int) -> bool:
        return person_id in self.held

    def submit(self, person_id: int, entries: Iterable[Entry], **about: object) -> None:
        self.submitted.append((person_id, tuple(entry.id for entry in entries)))

    def withdraw(self, person_id: int, entry_ids: Iterable[str]) -> None: ...

    def forget(self, person_id: int) -> None:
        self.forgotten.append(person_id)

    def acknowledge(self, callback_query_id: str, text: str = "") -> None:
        self.acknowledged.append(callback_query_id)


# No repr: a debugging asyncio writes it down for every fixture, and the library's takes a second.
@dataclass(repr=False)
class LivingHouse:
    """One bot over its days: it can be stopped, and started again on what its disk holds."""

    library: Library
    folder: Path
    telegram: FakeTelegram
    clock: HandClock
    disk: Disk = field(default_factory=Disk)
    keep_seconds: float = 5.0
    asked: dict[str, str] = field(default_factory=dict)
    around: Callable[[TinyStore], Any] = lambda store: store
    around_worker: Callable[[Path], Worker] = Worker
    store: TinyStore = field(init=False)
    task: "asyncio.Task[None] | None" = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    def settings(self) -> Settings:
        lifted = {"SEND_RATE": "0", "SEND_RATE_PER_CHAT": "0"}
        where = {"TELEGRAM_API_URL": self.telegram.url, "DATA_DIR": str(self.folder)}
        return read_settings({"TELEGRAM_BOT_TOKEN": self.telegram.token, **where, **lifted, **self.asked}, NO_DOTENV)

    def begin(self) -> "asyncio.Task[None]":
        """Start, without waiting for Telegram to be reached."""
        settings = self.settings()
        self._stop = asyncio.Event()
        self.store = open_store(self.folder, settings.retention_days, disk=self.disk)
        store = self.around(self.store)
        worker = self.around_worker(settings.content_dir / FONTS)
        house = House(settings, self.library, store, self.clock.wall, self.clock, self.keep_seconds, worker)
        self.task = asyncio.ensure_future(house.run(self._stop))
        return self.task

    async def start(self) -> None:
        """Start and wait until it polls."""
        self.begin()
        await self.telegram.wait_until(lambda: self.telegram.updates.polling)

    async def stop(self) -> None:
        """End as on SIGTERM: what can be sent is sent, the rest stays in the store."""
        if self.task is None:
            return
        task, self.task = self.task, None
        self._stop.set()
        try:
            # Whatever waits for time to pass must not wait for ever.
            await self.clock.runs_until(task.done, step=0.5)
            await asyncio.gather(task, return_exceptions=True)
        finally:
            await self.store.close()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def ended(self) -> BaseException | None:
        """Wait for it to end by itself; what it said when it did."""
        assert self.task is not None
        await self.clock.runs_until(self.task.done)
        return self.task.exception()

    async def all_taken(self) -> None:
        """Wait until everything that people did is confirmed at Telegram."""
        await self.telegram.wait_until(lambda: not self.telegram.updates.pending)

    async def record(self, person_id: int) -> Record | None:
        """What the disk holds about a person."""
        return await open_reader(self.folder).load(person_id)

    def name(self, person_id: int) -> str:
        return self.store.names.of(person_id)

    def knows(self, person_id: int) -> bool:
        """Whether any file holds the person's id, or the name that stands for it."""
        words = (str(person_id).encode(), self.name(person_id).encode())
        return any(word in read for read in map(_read, self.folder.rglob("*")) for word in words)


def _read(path: Path) -> bytes:
    """A file's name and bytes; nothing when it has just gone."""
    try:
        return path.name.encode() + (path.read_bytes() if path.is_file() else b"")
    except FileNotFoundError:
        return b""


HouseMaker = Callable[..., Awaitable[LivingHouse]]


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """An empty folder, in memory where there is such a thing: every house makes hundreds of files in it."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_in_memory() as folder:
        yield folder


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def telegram(clock: HandClock) -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(now=clock.timestamp) as telegram:
        yield telegram


@pytest.fixture
async def build(
    library: Library, folder: Path, telegram: FakeTelegram, clock: HandClock
) -> AsyncIterator[Callable[..., LivingHouse]]:
    """Makes a house that is not started yet; what it is given is set on it."""
    made: list[LivingHouse] = []

    def built(**about: Any) -> LivingHouse:
        made.append(LivingHouse(library, folder / "data", telegram, clock, **about))
        return made[-1]

    yield built
    for house in made:
        await house.stop()


@pytest.fixture
async def house(build: Callable[..., LivingHouse]) -> LivingHouse:
    """The bot, running and polling."""
    living = build()
    await living.start()
    return living


@pytest.fixture
def ada(telegram: FakeTelegram) -> User:
    return telegram.user(4711001, "Adalbert", username="adalbert_the_first")


async def greet(person: User) -> Message:
    """The person says /start for the first time."""
    person.sends("/start")
    return await person.hears()


def tap(person: User, key: str, message: Message | None = None) -> Press:
    """Press the button of that key under the person's newest message, or under the one given."""
    shown = message or person.last
    assert shown is not None
    found = [button.data for row in shown.buttons for button in row if button.data.partition(":")[2] == key]
    assert found, f"no button {key!r}. {person.transcript()}"
    press = person.presses(shown, data=found[0])
    assert isinstance(press, Press)
    return press


async def taps(person: User, *keys: str) -> Message:
    """Press one button after the other, each under the answer to the one before; the last answer."""
    for key in keys:
        tap(person, key)
        message = await person.hears()
    return message


async def consent(person: User) -> Message:
    """The person goes through the welcome and agrees that data are kept."""
    await greet(person)
    return await taps(person, "next", "next", "agree")


def reads(library: Library, note: str) -> str:
    """How a phrase begins, as people read it."""
    return plain_text(library.words.note(Person(1), note, START)).partition(". ")[0]


def opens(library: Library, screen: str, person_id: int = 1) -> str:
    """The first line of a screen, as somebody reads it of whom nothing is known."""
    words = library.words.screen(Person(person_id, screen=screen), Say(screen), START)
    return plain_text(words.text).splitlines()[0]


class Logs:
    """Every line that was logged so far, by the bot and by the libraries it uses."""

    def __init__(self, lines: StringIO, caplog: pytest.LogCaptureFixture) -> None:
        self._lines, self._caplog = lines, caplog

    @property
    def text(self) -> str:
        return self._lines.getvalue() + self._caplog.text

    def about(self, event: str) -> list[str]:
        return [line for line in self.text.splitlines() if f"event={event} " in line]


@pytest.fixture
def logs(caplog: pytest.LogCaptureFixture) -> Iterator[Logs]:
    """The bot's logs as an operator sees them, down to the last detail."""
    lines = StringIO()
    set_up_logs("DEBUG")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(lines))
    yield Logs(lines, caplog)
    structlog.reset_defaults()


@dataclass
class BotProcess:
    """`python -m bot run` on its own; its words are in `said` once it has ended."""

    process: asyncio.subprocess.Process
    output: Path

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    async def ends(self, within: float = 10.0) -> int:
        """Wait until it is gone; its exit code."""
        return await asyncio.wait_for(self.process.wait(), within)


@asynccontextmanager
async def bot_process(folder: Path, telegram: FakeTelegram, **settings: str) -> AsyncIterator[BotProcess]:
    """The bot as an operator starts it, with nothing but these settings."""
    ours = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url, "DATA_DIR": str(folder / "data")}
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **ours, **settings}
    output = folder / "said.txt"
    with output.open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=folder, env=environ, stdout=said, stderr=said
        )
    try:
        yield BotProcess(process, output)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture
async def process(folder: Path, telegram: FakeTelegram) -> AsyncIterator[Callable[..., Awaitable[BotProcess]]]:
    """Starts the bot as a process of its own; it is gone when the test is over."""
    async with AsyncExitStack() as stack:

        async def start(**settings: str) -> BotProcess:
            return await stack.enter_async_context(bot_process(folder, telegram, **settings))

        yield start


@contextmanager
def forked_bot(settings: Settings, library: Library) -> Iterator[int]:
    """The bot as a process of its own that need not read the content again; its pid. It ends by kill -9."""
    pid = os.fork()
    if pid == 0:
        try:
            asyncio.run(run_bot(settings, library))
        finally:
            os._exit(1)
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
