"""What answering costs: `python -m tests.benchmarks.cpu [--repeats 3] [--stored 0 1000 100000]`.

The parts are measured in this process, one call after the other. A whole input (update in, answer at
Telegram) is measured from outside, on a bot in a process of its own whose Bot API is the fake in this one:
its CPU is what the kernel says the bot used, with threads, polls, acknowledged presses and removed
keyboards. Wall times contain the fake and the people, who share the machine. Runs take turns; medians are
told, and ranges of runs.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from statistics import median

from bot.dialogue.effects import Say
from bot.dialogue.person import Person
from bot.dialogue.step import step
from bot.doors.delivery import Arrived, Drawn, Parcel, deliver
from bot.doors.telegram_api import TelegramApi
from bot.library.reading import Library, open_library
from bot.settings import CONTENT
from bot.store.disk import Disk
from bot.store.opening import open_store
from bot.store.people import TinyStore
from bot.store.record import Entry, Mark, Record
from bot.store.shelf import Shelf
from bot.turn import Arrival, Turns
from tests.benchmarks.crowd import converse
from tests.benchmarks.figures import middle, share, told
from tests.benchmarks.processes import LIFTED, Bot, running, telegram_elsewhere
from tests.benchmarks.talks import Move, Shown, event_of, shown_by, talk, undisturbed
from tests.fake_telegram import TOKEN, FakeTelegram

PEOPLE = 100
MOVES = 20
PART_PEOPLE = 100
MEMORY_PEOPLE = 1_000
OPENING_MOVES = 4
PATIENCE = 180.0
LOOK_SECONDS = 0.5
SLOWER_AT_MOST = 1.5
FIRST_ANSWER_WITHIN = 20.0


@dataclass
class Cost:
    """Milliseconds of CPU and of wall time, a pair for every call."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    @contextmanager
    def of_one(self) -> Iterator[None]:
        """Measure what happens inside, all threads of this process counted."""
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self.cpu.append((time.process_time() - cpu) * 1e3)
        self.wall.append((time.perf_counter() - wall) * 1e3)

    def row(self, what: str) -> tuple[str, str, str]:
        """A row of the table: the median, and below what nineteen in twenty are."""
        cpu, wall = (f"{median(ms):.2f} ms (95 %: {share(ms, 0.95):.2f})" for ms in (self.cpu, self.wall))
        return what, cpu, wall


# The parts, in this process.


def of_words(library: Library, now: datetime) -> Cost:
    """Step and words: what a turn does before it keeps anything."""
    cost = Cost()
    for number in range(1, PART_PEOPLE + 1):
        person, shown = Person(number), list[Shown]()
        for move in talk(number, MOVES):
            event = event_of(move, shown)
            with cost.of_one():
                person, effects = step(library.world, person, event, now)
                said = [library.words.screen(person, say, now) for say in effects if isinstance(say, Say)]
            shown += [shown_by(Entry("", now, one.text, one.rows)) for one in said]
    return cost


async def of_turn(library: Library, now: datetime) -> Cost:
    """A turn kept durably, one after the other, in an empty folder."""
    cost = Cost()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder), 365)
        turns = Turns(library.world, library.words, store, lambda chat: True, store.names.of, lambda: now)
        for person in range(1, PART_PEOPLE + 1):
            shown: list[Shown] = []
            for number, move in enumerate(talk(person, MOVES), start=1):
                arrival = Arrival(event_of(move, shown), number)
                with cost.of_one():
                    kept = await turns.take(person, [arrival], now)
                shown += [shown_by(entry) for entry in kept.entries]
                for entry in kept.entries:
                    store.mark(person, Mark(entry.id, "sent", number))
        await store.close()
    return cost


async def of_send(entry: Entry) -> Cost:
    """One message over the lean HTTP to a Bot API in another process."""
    cost = Cost()
    async with telegram_elsewhere() as telegram:
        api = TelegramApi(TOKEN, telegram.url)
        for person in range(1, PART_PEOPLE + 1):
            await telegram.act("user_sends", user=person, text="/start")
        for person in list(range(1, PART_PEOPLE + 1)) * MOVES:
            with cost.of_one():
                verdict = await deliver(api.call, nothing_to_draw, Parcel(person, entry))
            assert isinstance(verdict, Arrived), verdict
        await api.close()
    return cost


async def nothing_to_draw(person_id: int, recipe: str) -> Drawn:
    """Our entries are words."""
    raise AssertionError(recipe)


# Many people on the shelf.


class NoSync(Disk):
    """For filling a folder quickly: a power cut may take it all."""

    def write(self, path: Path, data: bytes) -> None:
        path.write_bytes(data)

    def sync_folder(self, folder: Path) -> None:
        return


async def fill(folder: Path, people: int, pattern: Record) -> None:
    """So many people with the same talk behind them and nothing unsent; their ids begin at 1."""
    store = open_store(folder, 365)
    shelf = Shelf(folder, NoSync())
    for number in range(1, people + 1):
        record = replace(pattern, person=replace(pattern.person, id=number), outbox=())
        shelf.write(store.names.of(number), record)
    await store.close()


# A whole input, from outside.


@dataclass
class Whole:
    """What was measured with so many people stored, one figure a run: seconds, milliseconds, megabytes."""

    stored: int
    first_answer: list[float] = field(default_factory=list)
    first_settled: list[float] = field(default_factory=list)
    cpu_alone: list[float] = field(default_factory=list)
    wall_alone: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    after_people: list[float] = field(default_factory=list)


async def of_whole(whole: Whole, folder: Path, ids: Iterator[int]) -> None:
    """One run: start, first answer, one person alone, then many at once, then many more for their memory."""
    async with FakeTelegram(keep=None) as telegram:
        bot = Bot(telegram.url, folder, LIFTED)
        telegram.user(stranger := next(ids)).sends("/start")
        async with running(bot):
            await telegram.wait_until(lambda: telegram.calls_of("sendMessage", stranger), PATIENCE)
            whole.first_answer.append(telegram.calls_of("sendMessage", stranger)[0].at - bot.started)
            await settled(bot)
            whole.first_settled.append(time.time() - bot.started - LOOK_SECONDS)
            whole.idle.append(bot.memory())
            await of_one_alone(whole, telegram, bot, next(ids))
            await of_many(whole, telegram, bot, talks(ids, PEOPLE, MOVES))
            if not whole.stored:
                await converse(telegram, talks(ids, MEMORY_PEOPLE, OPENING_MOVES))
                whole.after_people.append(bot.memory())


def talks(ids: Iterator[int], people: int, moves: int) -> dict[int, list[Move]]:
    """So many newcomers, each with a talk of so many moves."""
    return {person: talk(person, moves) for person in islice(ids, people)}


async def settled(bot: Bot) -> None:
    """The bot has nothing to do any more: the scan of the shelf is over."""
    before = -1.0
    while bot.cpu() - before > LOOK_SECONDS / 20:
        before = bot.cpu()
        await asyncio.sleep(LOOK_SECONDS)


async def of_one_alone(whole: Whole, telegram: FakeTelegram, bot: Bot, person: int) -> None:
    """One person, one input after the other: every input pays for a poll and a batch of its own."""
    cpu = bot.cpu()
    took = await converse(telegram, {person: talk(person, 5 * MOVES)})
    whole.cpu_alone.append((bot.cpu() - cpu) * 1e3 / len(took))
    whole.wall_alone.append(median(took) * 1e3)


async def of_many(whole: Whole, telegram: FakeTelegram, bot: Bot, everybody: dict[int, list[Move]]) -> None:
    """Many people at once, each waiting for their answer before the next input."""
    cpu, wall = bot.cpu(), time.perf_counter()
    took = await converse(telegram, everybody)
    whole.wall.append((time.perf_counter() - wall) * 1e3 / len(took))
    whole.cpu.append((bot.cpu() - cpu) * 1e3 / len(took))
    whole.took.append(median(took) * 1e3)


@asynccontextmanager
async def shelves(stored: list[int], pattern: Record) -> AsyncIterator[dict[int, Path]]:
    """A filled folder for every number of stored people."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {people: Path(folder) / str(people) for people in stored}
        for people, path in paths.items():
            await fill(path, people, pattern)
        yield paths


async def of_wholes(stored: list[int], repeats: int, pattern: Record) -> list[Whole]:
    """Every number of stored people so often, in turns; who talks is new each time."""
    wholes = [Whole(people) for people in stored]
    ids = count(10_000_001)
    async with shelves([people for people in stored if people], pattern) as folders:
        for _ in range(repeats):
            for whole in wholes:
                with tempfile.TemporaryDirectory() as empty:
                    await of_whole(whole, folders.get(whole.stored, Path(empty)), ids)
    return wholes


def rows_of(whole: Whole) -> list[tuple[str, str, str]]:
    """The table's rows for one number of stored people."""
    here = f", {whole.stored:,} stored"
    rows = [
        (f"input alone{here}", middle(whole.cpu_alone, "ms"), middle(whole.wall_alone, "ms")),
        (f"input, {PEOPLE} at once{here}", middle(whole.cpu, "ms"), middle(whole.wall, "ms")),
        (f"  the person waits{here}", "", middle(whole.took, "ms", 0)),
        (f"start to first answer{here}", "", middle(whole.first_answer, "s")),
        (f"start to end of scan{here}", "", middle(whole.first_settled, "s", 1)),
        (f"resident when idle{here}", "", middle(whole.idle, "MB", 0)),
    ]
    if whole.after_people:
        rows.append((f"resident after {MEMORY_PEOPLE:,} people", "", middle(whole.after_people, "MB", 0)))
    return rows


def broken(wholes: list[Whole]) -> list[str]:
    """The promises that were not kept."""
    fewest, most = wholes[0], wholes[-1]
    found = []
    if median(most.cpu) > SLOWER_AT_MOST * median(fewest.cpu):
        found.append(f"with {most.stored:,} people stored an input costs over {SLOWER_AT_MOST} times as much")
    found += [
        f"with {whole.stored:,} people stored the first answer takes over {FIRST_ANSWER_WITHIN} s"
        for whole in wholes
        if median(whole.first_answer) > FIRST_ANSWER_WITHIN
    ]
    return found


async def measure(stored: list[int], repeats: int) -> tuple[list[tuple[str, str, str]], list[Whole]]:
    """Parts and wholes."""
    library = open_library(CONTENT, datetime.now(UTC).date())
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder), 365)
        moves = talk(1, 5 * MOVES)
        _, pattern = await undisturbed(library, store, 1, moves, [now] * len(moves))
        entry = await an_entry(library, store, now)
        await store.close()
    parts = [
        of_words(library, now).row("step and words"),
        (await of_turn(library, now)).row("turn, kept"),
        (await of_send(entry)).row("send"),
    ]
    return parts, await of_wholes(stored, repeats, pattern)


async def an_entry(library: Library, store: TinyStore, now: datetime) -> Entry:
    """A screen of ordinary length, as the outbox holds it."""
    turns = Turns(library.world, library.words, store, lambda chat: True, store.names.of, lambda: now)
    event = event_of(Move("/menu"), [])
    return (await turns.take(2, [Arrival(event, 1)], now)).entries[0]


def main(arguments: list[str] | None = None) -> int:
    """Measure, tell, and say by the exit code whether every promise was kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.cpu", description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--stored", type=int, nargs="+", default=[0, 1_000, 100_000])
    asked = parser.parse_args(arguments)
    parts, wholes = asyncio.run(measure(sorted(asked.stored), asked.repeats))
    rows = [("", "CPU", "wall"), *parts, *(row for whole in wholes for row in rows_of(whole))]
    return told("What answering costs", rows, broken(wholes))


if __name__ == "__main__":
    sys.exit(main())
