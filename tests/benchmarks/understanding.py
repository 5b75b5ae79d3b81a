"""How well people are understood who were strangers to the guide: `python -m tests.benchmarks.understanding`.

The sentences and questions of strangers in `tests/safety` and `tests/questions` come in two halves: on `dev` the net
and the search were tuned, `held_out` was only ever measured. Bounds are Wilson's at 95 %.
"""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from math import sqrt
from pathlib import Path

from bot.answers.asking import reply
from bot.answers.second_look import heard
from bot.library.reading import Library, open_library

TESTS = Path(__file__).resolve().parent.parent
CONTENT = TESTS.parent / "content"
TODAY = date(2026, 11, 22)
HALVES = ("dev", "held_out")
ELSEWHERE, BESIDE = "-", "~"


def rows(folder: str, name: str) -> list[tuple[str, str]]:
    """What is expected, and the words of a person."""
    lines = (TESTS / folder / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return [(expected, said) for expected, _, said in (line.partition("\t") for line in lines)]


def bounds(hits: int, of: int) -> tuple[float, float]:
    """Wilson's interval at 95 % for a share (Wilson 1927)."""
    share, z = hits / of, 1.96
    middle, wide = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - wide) / (1 + z * z / of), (middle + wide) / (1 + z * z / of)


def told(hits: int, of: int) -> str:
    """A share with its bounds."""
    low, high = bounds(hits, of)
    return f"{hits} of {of} = {hits / of:.1%} ({low:.1%} to {high:.1%})"


def alarms(library: Library, half: str) -> Iterator[str]:
    """What the net with its second look misses, and whom it frightens."""
    world = library.world
    missed, of = Counter[str](), Counter[str]()
    for level, said in rows("safety", f"strangers_alarms_{half}"):
        of[level] += 1
        missed[level] += heard(said, world.net, world.look) is None
    well = rows("safety", f"strangers_lookalikes_{half}")
    rung = sum(heard(said, world.net, world.look) is not None for _, said in well)
    yield f"alarms missed: {told(missed.total(), of.total())}"
    yield from (f"  {level}: {told(missed[level], of[level])}" for level in of)
    yield f"look-alikes alarmed: {told(rung, len(well))}"


def answers(library: Library, half: str) -> Iterator[str]:
    """How questions are answered, and what becomes of those that nothing covers."""
    asking, seen = library.world.asking, Counter[str]()
    for expected, question in rows("questions", f"strangers_{half}"):
        found, right = reply(asking, question, TODAY), set(expected.split("|"))
        kind = {ELSEWHERE: "elsewhere", BESIDE: "beside"}.get(expected, "covered")
        seen[kind] += 1
        direct = found.kind in ("answer", "referral")
        if kind == "covered":
            good = bool(right & set(found.entries[:1] if direct else found.entries)) and found.kind != "abstain"
            seen["found"] += good
            seen["wrong"] += direct and not good
            seen["direct"] += direct
        else:
            seen[f"{kind} answered"] += found.kind == "answer"
            seen[f"{kind} offered"] += found.kind == "menu"
    yield f"right entry directly or among three buttons: {told(seen['found'], seen['covered'])}"
    yield f"wrong direct answers: {told(seen['wrong'], seen['covered'])}; answered directly: {seen['direct']}"
    for kind in ("elsewhere", "beside"):
        answered, offered = seen[f"{kind} answered"], seen[f"{kind} offered"]
        kept = told(seen[kind] - answered, seen[kind])
        yield f"{kind}, not covered: without an answer {kept}; offered topics {offered}"


def cost(library: Library) -> str:
    """What one question costs, the net included."""
    world, questions = library.world, [said for _, said in rows("questions", "strangers_dev")]
    began = time.perf_counter()
    for said in questions:
        heard(said, world.net, world.look)
    looked = time.perf_counter()
    for said in questions:
        reply(world.asking, said, TODAY)
    each = 1000 / len(questions)
    return f"net {(looked - began) * each:.2f} ms, search {(time.perf_counter() - looked) * each:.2f} ms a question"


def main() -> None:
    """Print it all."""
    library = open_library(CONTENT, TODAY, 365, grades=False)
    for half in HALVES:
        print(f"\n{half}")
        for line in (*alarms(library, half), *answers(library, half)):
            print(line)
    print(f"\n{cost(library)}")


if __name__ == "__main__":
    main()
