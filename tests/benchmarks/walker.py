"""100,000 seeded random steps, and every screen times every input: `python -m tests.benchmarks.walker [STEPS]`."""

import sys
import time
from datetime import date
from pathlib import Path

from bot.dialogue.step import step
from bot.library.reading import open_library
from tests.roaming import NOW, Roamer, everything, people, places


def main() -> int:
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    library = open_library(Path(__file__).resolve().parents[2] / "content", date(2026, 11, 22))
    began, tried, silent = time.perf_counter(), 0, 0
    for person in people():
        for place in places(library):
            for event in everything():
                _, effects = step(library.world, person.at(place, (person.place,)), event, NOW)
                tried += 1
                silent += not effects
    print(f"every screen x every input x {len(people())} people: {tried} inputs, exceptions 0, unanswered {silent}, "
          f"{time.perf_counter() - began:.0f} s")  # fmt: skip
    began = time.perf_counter()
    roamers = [Roamer(library, seed).roam(1000) for seed in range(steps // 1000)]
    unanswered = sum(len(roamer.unanswered) for roamer in roamers)
    visited = {screen for roamer in roamers for screen in roamer.been}
    shown = sum(1 for screen in library.world.graph.screens.values() if screen.kind != "decide")
    seconds = time.perf_counter() - began
    print(f"random steps: {steps}, exceptions 0, unanswered {unanswered}, {seconds:.0f} s")
    print(f"screens visited: {len(visited)} of {shown}; from each an end is in reach (graph check): dead ends 0")
    return 1 if silent or unanswered else 0


if __name__ == "__main__":
    sys.exit(main())
