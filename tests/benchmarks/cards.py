"""What a card costs: `python -m tests.benchmarks.cards [--repeats 30]`.

First the worker alone: milliseconds for the picture and the page, its memory, bytes sent. Then a bot of its own: fifty
people press "As a picture" in one moment while twenty others say /menu; their waits are compared with the same twenty
when the fifty press a button that only brings words. Rates are lifted, so that drawing is all that could hold anybody.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bot.cards.worker import Worker
from bot.dialogue.person import Person
from bot.library.reading import Library, open_library
from bot.store.opening import open_store
from bot.store.record import Record
from tests.benchmarks.figures import middle, share, told
from tests.benchmarks.processes import LIFTED, Bot, running
from tests.conftest import CONTENT
from tests.fake_telegram import FakeTelegram
from tests.test_card import anna, empty, full, values

ASKING, QUIET = range(1, 51), range(101, 121)
PATIENCE = 120.0
RETENTION_DAYS = 365
# How much longer others may wait for the pictures' sake, in seconds.
MEDIAN_MORE = 1.0

Rows = list[tuple[str, ...]]


def memory(pid: int | None) -> float:
    """Megabytes a process holds in memory."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


async def drawn(worker: Worker, kind: str, card: dict[str, object]) -> tuple[float, int]:
    """Milliseconds for one drawing, and the bytes of the file."""
    begun = time.perf_counter()
    made = await worker.draw(kind, card)
    return (time.perf_counter() - begun) * 1000, len(made)


async def alone(library: Library, repeats: int) -> Rows:
    """The worker with nothing else to do."""
    worker = Worker(CONTENT / "fonts")
    cards = {make.__name__: values(library, make(library, "de")) for make in (empty, anna, full)}
    first, _ = await drawn(worker, "card.png", cards["anna"])
    rows: Rows = [("first picture, start of the process included", f"{first:.0f} ms")]
    most = memory(worker.pid)
    rows.append(("memory of the process after it", f"{most:.0f} MB"))
    for name, card in cards.items():
        for kind in ("card.png", "card.pdf"):
            # Each as somebody else's: a card drawn before must not be remembered.
            made = [await drawn(worker, kind, {**card, "name": f"{kind} {n}"}) for n in range(repeats)]
            rows.append((f"{kind}, {name}", f"{middle([ms for ms, _ in made], 'ms', 0)}, {made[-1][1] / 1000:.0f} kB"))
        if worker.pid:
            most = max(most, memory(worker.pid))
    rows.append((f"most memory seen in {1 + 6 * repeats} drawings", f"{most:.0f} MB"))
    await worker.close()
    return rows


async def people_at_the_card(folder: Path, library: Library) -> None:
    """The records of those who will ask, as the store keeps them."""
    store, now = open_store(folder, RETENTION_DAYS), datetime.now(UTC)
    try:
        for number in ASKING:
            person: Person = replace(anna(library, "de"), id=number)
            await store.keep(Record(person, first_contact=now, last_contact=now))
    finally:
        await store.close()


PICTURE, WORDS = "As a picture", "My wishes for the card"


async def crowd(library: Library, button: str) -> tuple[list[float], float]:
    """The waits of the others in seconds, and the seconds until the last picture was there."""
    async with FakeTelegram() as telegram:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            bot = Bot(telegram.url, folder, dict(LIFTED))
            await people_at_the_card(folder, library)
            async with running(bot):
                await telegram.wait_until(lambda: telegram.updates.polling, PATIENCE)
                for number in ASKING:
                    telegram.user(number).sends("/start card")
                await telegram.wait_until(lambda: all(telegram.user(n).last for n in ASKING), PATIENCE)
                begun = time.time()
                for number in ASKING:
                    person = telegram.user(number)
                    assert person.last is not None
                    person.presses(person.last, button)
                for number in QUIET:
                    telegram.user(number).sends("/menu")
                await telegram.wait_until(lambda: all(telegram.user(n).last for n in QUIET), PATIENCE)
                if button == PICTURE:
                    await telegram.wait_until(lambda: len(telegram.calls_of("sendPhoto")) == len(ASKING), PATIENCE)
                waits = [telegram.calls_of("sendMessage", number)[0].at - begun for number in QUIET]
                return waits, max((call.at - begun for call in telegram.calls_of("sendPhoto")), default=0.0)


async def measure(repeats: int) -> tuple[Rows, list[str]]:
    """Every figure, and the promises that were not kept."""
    library = open_library(CONTENT, datetime.now(UTC).date(), grades=False)
    rows = await alone(library, repeats)
    calm, _ = await crowd(library, WORDS)
    busy, last = await crowd(library, PICTURE)
    for name, waits in (("50 people want words", calm), ("50 people want a card", busy)):
        rows.append((f"20 others wait while {name}", f"median {median(waits):.2f} s, 95 % {share(waits, 0.95):.2f} s"))
    rows.append(("the last of 50 pictures was there after", f"{last:.1f} s"))
    broken = ["others wait for somebody's picture"] if median(busy) > median(calm) + MEDIAN_MORE else []
    return rows, broken


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=30)
    rows, broken = asyncio.run(measure(parser.parse_args().repeats))
    return told("cards", rows, broken)


if __name__ == "__main__":
    sys.exit(main())
