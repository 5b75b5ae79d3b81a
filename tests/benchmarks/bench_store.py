"""What the store costs: `python -m tests.benchmarks.bench_store [PEOPLE]` (1,000 unless told otherwise).

It fills a folder first. CPU is the whole process's, threads included. "alone" waits for each call before the
next one, "32 at once" does not.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.dialogue.effects import Button
from bot.dialogue.person import Answer, Consent, Person
from bot.store.disk import Disk
from bot.store.opening import open_store
from bot.store.people import TinyStore
from bot.store.record import Entry, Mark, Record, Seen
from bot.store.shelf import Shelf
from bot.store.versions import from_document, to_document

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CALLS = 2_000
AT_ONCE = 32


@dataclass(frozen=True)
class Cost:
    """Milliseconds of one call."""

    what: str
    wall: float
    cpu: float


def somebody(person_id: int, unsent: bool = True) -> Record:
    """A person in the middle of the journey, about 4 KB: thirty answers, forty updates, one message."""
    answers = {f"safety.finding_{n}": Answer(["none", "not_sure"] if n % 3 else "yes", NOW) for n in range(30)}
    buttons = tuple((Button(f"Choice {n}", f"17:choice_{n}"),) for n in range(5))
    words = Entry("815.0", NOW, "Where is your skin sore today? " * 15, buttons, state="sending")
    return Record(
        Person(person_id, step=17, consent=Consent("1", NOW), answers=answers),
        NOW - timedelta(days=20),
        NOW,
        seen=tuple(Seen(815_000_000 + n, NOW) for n in range(40)),
        outbox=(words,) if unsent else (),
    )


class NoSync(Disk):
    """For filling the folder: a power cut may take it all."""

    def write(self, path: Path, data: bytes) -> None:
        path.write_bytes(data)

    def sync_folder(self, folder: Path) -> None:
        return


def fill(folder: Path, people: int) -> None:
    """So many people, one in ten with a message unsent."""
    store = open_store(folder, 365)
    shelf = Shelf(folder, NoSync())
    for person_id in range(people):
        shelf.write(store.names.of(person_id), somebody(person_id, unsent=person_id % 10 == 0))
    asyncio.run(store.close())


def of_each(what: str, calls: int, do: Callable[[int], object]) -> Cost:
    """The cost of one call of a plain function."""
    wall, cpu = time.perf_counter(), time.process_time()
    for number in range(calls):
        do(number)
    return Cost(what, (time.perf_counter() - wall) / calls * 1e3, (time.process_time() - cpu) / calls * 1e3)


async def of_call(what: str, who: list[int], do: Callable[[int], Awaitable[object]], at_once: int = 1) -> Cost:
    """The cost of one call, averaged over the people, so many at a time."""
    gate = asyncio.Semaphore(at_once)

    async def one(person_id: int) -> None:
        async with gate:
            await do(person_id)

    wall, cpu = time.perf_counter(), time.process_time()
    if at_once == 1:
        for person_id in who:
            await do(person_id)
    else:
        await asyncio.gather(*map(one, who))
    calls = len(who)
    return Cost(what, (time.perf_counter() - wall) / calls * 1e3, (time.process_time() - cpu) / calls * 1e3)


@asynccontextmanager
async def opened(folder: Path, cached: int) -> AsyncIterator[TinyStore]:
    """The store, not yet scanned."""
    store = open_store(folder, 365, cached=cached)
    yield store
    await store.close()


async def measure(folder: Path, people: int) -> list[Cost]:
    """Every figure of the table."""
    chance = random.Random(1)
    some = [chance.randrange(people) for _ in range(CALLS)]
    few = [chance.randrange(min(people, 500)) for _ in range(CALLS)]
    record, document = somebody(1), to_document(somebody(1))

    async def keep(store: TinyStore, person_id: int) -> None:
        await store.keep(replace(record, person=replace(record.person, id=person_id)))

    costs = [
        of_each("record to document", CALLS, lambda _: to_document(record)),
        of_each("document to record", CALLS, lambda _: from_document(document)),
    ]
    async with opened(folder, cached=1) as store:
        costs.append(await of_call("scan at the start (whole)", [0], lambda _: store.recover()))
        costs.append(await of_call("load, not cached", some, store.load))
    async with opened(folder, cached=1_000) as store:
        await store.recover()
        await of_call("", few, store.load)
        costs.append(await of_call("load, cached", few, store.load))
        costs.append(await of_call("keep, alone", some, lambda who: keep(store, who)))
        costs.append(await of_call("keep, 32 at once", some, lambda who: keep(store, who), AT_ONCE))
        costs.append(of_each("mark", CALLS, lambda n: store.mark(some[n], Mark("815.0", "sent", n))))
        costs.append(of_each("due, nobody new", CALLS, lambda _: store.due(NOW - timedelta(hours=1))))
        costs.append(await of_call("erase", list(dict.fromkeys(some))[:100], lambda who: store.erase(who, None)))
    return costs


def main() -> None:
    asking = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_store")
    asking.add_argument("people", nargs="?", type=int, default=1_000)
    people = asking.parse_args().people
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), people)
        costs = asyncio.run(measure(Path(folder), people))
    table = Table(title=f"{people:,} people stored, one record {len(str(to_document(somebody(1)))) / 1e3:.1f} KB")
    for heading in ("one", "wall ms", "CPU ms"):
        table.add_column(heading, justify="left" if heading == "one" else "right")
    for cost in costs:
        table.add_row(cost.what, f"{cost.wall:.3f}", f"{cost.cpu:.3f}")
    Console().print(table)


if __name__ == "__main__":
    main()
