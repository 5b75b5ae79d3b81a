"""Many people with reminders: `python -m tests.benchmarks.many_due [--people 100000] [--due 1000] [--at_once 2000]`.

A folder is filled with people of five reminders each. Then are measured: opening the store until the scan has found
who is due when, its memory, a tick of the clock while nobody is due, the tick at which so many are, and what a live
person's turn takes meanwhile. In a second part the bot in a process of its own meets a minute at which thousands are
due, at the default rate, and somebody talks with it all the while: how long each answer takes.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from bot.dialogue.events import Wrote
from bot.doors.clock import Ticker
from bot.library.reading import Library, open_library
from bot.reminders.walltime import instant
from bot.settings import CONTENT
from bot.store.due import Terms
from bot.store.opening import open_store
from bot.store.people import TinyStore
from bot.store.record import Entry, Mark, Record
from bot.turn import Arrival, Turns
from tests.benchmarks.due_people import check_due, five_rows, write_all
from tests.benchmarks.figures import share, told
from tests.benchmarks.processes import Bot, running
from tests.fake_telegram import FakeTelegram

ZONE = "Europe/Berlin"
NOW = instant("2026-11-22T18:00", ZONE)
BEFORE = NOW - timedelta(seconds=10)
KINDS = 27
TICKS = 50
LIVE_MOVES = 30
PATIENCE = 300.0


@dataclass
class Found:
    """Seconds and megabytes."""

    filled: float = 0.0
    scan: float = 0.0
    scan_memory: float = 0.0
    idle_ticks: list[float] = field(default_factory=list)
    due_tick: float = 0.0
    reminded: int = 0
    calm: list[float] = field(default_factory=list)
    meanwhile: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    sent_meanwhile: int = 0


def memory() -> float:
    """Megabytes resident in this process."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


class Marking:
    """A sender that sends at once and marks it; how many it was given."""

    def __init__(self, store: TinyStore) -> None:
        self._store, self.sent = store, 0

    def holds(self, person_id: int) -> bool:
        return False

    def submit(self, person_id: int, entries: Iterable[Entry], **about: object) -> None:
        for entry in entries:
            self.sent += entry.rank == "reminder"
            self._store.mark(person_id, Mark(entry.id, "sent", 1))

    def forget(self, person_id: int) -> None: ...


def groups(library: Library, people: int, due: int) -> list[tuple[Record, range]]:
    """So many people due now, the others spread over the weeks ahead."""
    rest = people - due
    share_of = -(-rest // KINDS)
    spread = [
        (five_rows(library.world, BEFORE, ZONE, day), range(start, min(start + share_of, people + 1)))
        for day, start in enumerate(range(due + 1, people + 1, share_of), start=1)
    ]
    return [(five_rows(library.world, BEFORE, ZONE, 0), range(1, due + 1)), *spread]


async def in_this_process(library: Library, people: int, due: int, found: Found) -> None:
    """The first part."""
    with tempfile.TemporaryDirectory() as at:
        folder, begun = Path(at), time.perf_counter()
        set_up(folder)
        write_all(folder, groups(library, people, due))
        found.filled = time.perf_counter() - begun
        heavy, begun = memory(), time.perf_counter()
        store = open_store(folder, 365)
        await store.recover()
        found.scan, found.scan_memory = time.perf_counter() - begun, memory() - heavy
        await live(library, store, due, found)
        await store.close()


def set_up(folder: Path) -> None:
    """The folders and the key of a store."""
    open_store(folder, 365)._lock.release()  # type: ignore[union-attr]


async def live(library: Library, store: TinyStore, due: int, found: Found) -> None:
    """Ticks with nobody due, then the tick at which many are, with somebody talking meanwhile."""
    wall = [BEFORE]
    turns = Turns(library.world, library.words, store, lambda chat: False, store.names.of, lambda: wall[0])
    sender = Marking(store)
    ticker = Ticker(store, store, turns, sender, Terms(timedelta(days=365)), lambda: wall[0], None)  # type: ignore[arg-type]
    await ticker.tick()
    for _ in range(TICKS):
        begun = time.perf_counter()
        await ticker.tick()
        found.idle_ticks.append(time.perf_counter() - begun)
    assert not sender.sent, "somebody was reminded too early"
    found.calm = [await talked(turns, wall[0], number) for number in range(LIVE_MOVES)]
    wall[0] = NOW
    talking = asyncio.ensure_future(keeps_talking(turns, NOW, found.meanwhile))
    begun = time.perf_counter()
    while store.due(NOW):
        await ticker.tick()
    found.due_tick = time.perf_counter() - begun
    talking.cancel()
    with suppress(asyncio.CancelledError):
        await talking
    found.reminded = sender.sent
    assert sender.sent == due, f"{sender.sent} of {due} were reminded"


async def keeps_talking(turns: Turns, now: datetime, took: list[float]) -> None:
    for number in range(10_000):
        took.append(await talked(turns, now, LIVE_MOVES + number))
        await asyncio.sleep(0.02)


async def talked(turns: Turns, now: datetime, number: int) -> float:
    """One turn of somebody who is here, in seconds."""
    begun = time.perf_counter()
    await turns.take(-1 - number % 5 + 2_000_000_000, [Arrival(Wrote("/menu"), number)], now)
    return time.perf_counter() - begun


async def with_a_bot(library: Library, at_once: int, found: Found) -> None:
    """The second part: a real bot at its default rate."""
    async with FakeTelegram() as telegram:
        with tempfile.TemporaryDirectory() as at:
            folder = Path(at)
            set_up(folder)
            for person in range(1, at_once + 1):
                telegram.user(person)
            write_all(folder, [(check_due(library.world, datetime.now(UTC)), range(1, at_once + 1))])
            talker = telegram.user(at_once + 1)
            async with running(Bot(telegram.url, folder)):
                await telegram.wait_until(lambda: telegram.counts["sendMessage"] > 50, PATIENCE)
                begun = telegram.counts["sendMessage"]
                for _ in range(LIVE_MOVES):
                    found.answers.append(await answered(telegram, talker))
                    await asyncio.sleep(1.0)
                found.sent_meanwhile = telegram.counts["sendMessage"] - begun - LIVE_MOVES


async def answered(telegram: FakeTelegram, talker: object) -> float:
    """How long somebody waits for their answer."""
    heard, begun = len(talker.appeared), time.perf_counter()  # type: ignore[attr-defined]
    talker.sends("/menu")  # type: ignore[attr-defined]
    await telegram.wait_until(lambda: len(talker.appeared) > heard, PATIENCE)  # type: ignore[attr-defined]
    return time.perf_counter() - begun


def milliseconds(values: list[float]) -> str:
    return f"{median(values) * 1e3:.1f} ms (95 %: {share(values, 0.95) * 1e3:.1f}, worst {max(values) * 1e3:.1f})"


def main(arguments: list[str] | None = None) -> int:
    """Fill, measure, tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.many_due", description=__doc__)
    for name, usual in (("people", 100_000), ("due", 1_000), ("at_once", 2_000)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    asked = parser.parse_args(arguments)
    library, found = open_library(CONTENT, datetime.now(UTC).date()), Found()
    asyncio.run(in_this_process(library, asked.people, asked.due, found))
    rows = [
        ("stored people, five reminders each", f"{asked.people:,} (written in {found.filled:.0f} s)"),
        ("scan until everybody's next reminder is known", f"{found.scan:.1f} s, {found.scan_memory:.0f} MB more"),
        ("tick while nobody is due", milliseconds(found.idle_ticks)),
        (
            f"until {asked.due:,} due at once are served",
            f"{found.due_tick:.1f} s, {found.reminded:,} reminded",
        ),
        ("a live turn before", milliseconds(found.calm)),
        ("a live turn meanwhile", milliseconds(found.meanwhile)),
    ]
    if asked.at_once:
        asyncio.run(with_a_bot(library, asked.at_once, found))
        rows += [
            (f"answer while {asked.at_once:,} reminders go out at 25/s", milliseconds(found.answers)),
            ("reminders sent meanwhile", str(found.sent_meanwhile)),
        ]
    return told("Many people with reminders", rows)


if __name__ == "__main__":
    sys.exit(main())
