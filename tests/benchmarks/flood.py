"""What one flooding chat costs the others: `python -m tests.benchmarks.flood [--repeats 5]`.

One chat sends 200 updates at once and 20 quiet people send one each right after. A quiet person's wait ends
when the first message to them reaches the fake Bot API. Every case has a bot and a folder of its own; the
cases take turns, so that what else the machine does meets all of them.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.benchmarks.figures import middle, told
from tests.benchmarks.processes import LIFTED, Bot, running
from tests.fake_telegram import FakeTelegram

FLOODER = 1
QUIET = range(2, 22)
FLOOD = 200
PATIENCE = 90.0
# How much longer a quiet person may wait for the flood's sake, in seconds.
MEDIAN_MORE = 1.0
WORST_MORE = 2.0


@dataclass
class Case:
    """One pair of rates with or without the flood, and what was measured, a figure a run."""

    rates: str
    flood: bool
    settings: Mapping[str, str]
    medians: list[float] = field(default_factory=list)
    worsts: list[float] = field(default_factory=list)
    to_flooder: list[int] = field(default_factory=list)

    async def measure(self) -> None:
        """Once more."""
        waits, answers = await run(self.flood, self.settings)
        self.medians.append(median(waits))
        self.worsts.append(max(waits))
        self.to_flooder.append(answers)


async def run(flood: bool, settings: Mapping[str, str]) -> tuple[list[float], int]:
    """The quiet people's waits in seconds, and how many messages the flooding chat has got by then."""
    async with FakeTelegram() as telegram:
        with tempfile.TemporaryDirectory() as folder:
            async with running(Bot(telegram.url, Path(folder), dict(settings))):
                await telegram.wait_until(lambda: telegram.updates.polling, PATIENCE)
                begun = time.time()
                for number in range(FLOOD if flood else 0):
                    telegram.user(FLOODER).sends(f"hello, number {number}")
                for person in QUIET:
                    telegram.user(person).sends("/start")
                await telegram.wait_until(lambda: _all_answered(telegram), PATIENCE)
                return _waits(telegram, begun), len(telegram.calls_of("sendMessage", FLOODER))


def _all_answered(telegram: FakeTelegram) -> bool:
    return all(telegram.user(person).messages for person in QUIET)


def _waits(telegram: FakeTelegram, begun: float) -> list[float]:
    return [telegram.calls_of("sendMessage", person)[0].at - begun for person in QUIET]


async def measure(repeats: int) -> list[Case]:
    """Every case so often, in turns."""
    cases = [
        Case(rates, flood, settings)
        for rates, settings in (("default", {}), ("lifted", LIFTED))
        for flood in (False, True)
    ]
    for _ in range(repeats):
        for case in cases:
            await case.measure()
    return cases


def broken(cases: list[Case]) -> list[str]:
    """The promises that were not kept."""
    found = []
    for calm, flooded in zip(cases[::2], cases[1::2], strict=True):
        if median(flooded.medians) > median(calm.medians) + MEDIAN_MORE:
            found.append(f"at {calm.rates} rates the quiet wait over {MEDIAN_MORE} s longer in the middle")
        if median(flooded.worsts) > median(calm.worsts) + WORST_MORE:
            found.append(f"at {calm.rates} rates somebody quiet waits over {WORST_MORE} s longer")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Measure, tell, and say by the exit code whether every promise was kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.flood", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    cases = asyncio.run(measure(parser.parse_args(arguments).repeats))
    heading = ("rates", "flood", "median wait", "worst wait", "messages to the flooder by then")
    rows = [
        (
            case.rates,
            "200 at once" if case.flood else "none",
            middle(case.medians, "s"),
            middle(case.worsts, "s"),
            middle(case.to_flooder, digits=0),
        )
        for case in cases
    ]
    return told("A flood and 20 quiet people", [heading, *rows], broken(cases))


if __name__ == "__main__":
    sys.exit(main())
