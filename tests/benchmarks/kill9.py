"""What kill -9 costs people: `python -m tests.benchmarks.kill9 [--inputs 1000] [--people 20] [--kills 100]`.

The fake Bot API, the bot and the people are three processes. Everybody goes through a scripted talk whose
end is known, and does the next thing only when the answer to the one before has arrived. Meanwhile the bot
is killed and started again. Then every chat is compared with the same talk undisturbed, and every stored
record with the script. Instants are drawn from a seed, of three kinds: while the bot starts, shortly after
its first poll, and in the middle of answering, spread evenly over the whole talk.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from bot.library.reading import Library, open_library
from bot.settings import CONTENT
from bot.store.opening import open_reader, open_store
from bot.store.record import Record
from tests.benchmarks.figures import middle, told
from tests.benchmarks.processes import (
    LIFTED,
    Bot,
    Elsewhere,
    Refused,
    running,
    telegram_elsewhere,
)
from tests.benchmarks.talks import (
    Move,
    Shown,
    answers_of,
    kept_after,
    shown_by,
    standing_of,
    step_of,
    talk,
    undisturbed,
    with_key,
)

SEED = 22_11_2026
STALLED_SECONDS = 90.0
STARTING_WITHIN = 3.0
POLLING_WITHIN = 0.03
ANSWERING_WITHIN = 0.01

When = Literal["starting", "polling", "answering"]


@dataclass(frozen=True)
class Instant:
    """When to kill: seconds after the process began, after its first poll, or after so many answers."""

    when: When
    seconds: float
    answers: int = 0


def instants(kills: int, inputs: int, chance: random.Random) -> list[Instant]:
    """One in ten while starting, two in five just after the first poll, the rest anywhere in the talk."""
    return [_instant(number, kills, inputs, chance) for number in range(kills)]


def _instant(number: int, kills: int, inputs: int, chance: random.Random) -> Instant:
    # The first kill is always in the middle of answering, so that even two kills meet both.
    match 9 if number == 0 else (number * 7) % 10:
        case 0:
            return Instant("starting", chance.uniform(0, STARTING_WITHIN))
        case 1 | 2 | 6 | 7:
            return Instant("polling", chance.uniform(0, POLLING_WITHIN))
        case _:
            answers = int((number + chance.random()) * inputs * 0.9 / kills)
            return Instant("answering", chance.uniform(0, ANSWERING_WITHIN), answers)


@dataclass
class Run:
    """What is known of one run while it goes on and after.

    `marked` are the people and steps whose message a dying process left behind marked as perhaps sent,
    `starts` the seconds from the start of a process to its first poll, `polls` the number of polls before it.
    """

    telegram: Elsewhere
    bot: Bot
    folder: Path
    answered: int = 0
    over: bool = False
    polls: int = 0
    timed: float = 0.0
    kills: Counter[str] = field(default_factory=Counter)
    starts: list[float] = field(default_factory=list)
    marked: set[tuple[int, int]] = field(default_factory=set)
    stalled: list[int] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def note(self, answers: int = 0, *, over: bool = False) -> None:
        """Somebody has their answer, or nobody waits for one any more."""
        async with self.changed:
            self.answered += answers
            self.over = over
            self.changed.notify_all()

    async def until_answered(self, count: int) -> None:
        """So many answers have been seen, or there will be no more."""
        async with self.changed:
            await self.changed.wait_for(lambda: self.over or self.answered >= count)


# The people.


async def converse(run: Run, person: int, moves: list[Move]) -> None:
    """One person's whole talk, each move only after the answer to the one before."""
    message: dict[str, Any] = {}
    try:
        for number, move in enumerate(moves, start=1):
            await _does(run, person, move, message)
            message = await _answer_to(run, person, number)
            await run.note(1)
    except Refused:
        run.stalled.append(person)


async def _does(run: Run, person: int, move: Move, message: dict[str, Any]) -> None:
    if move.writes:
        await run.telegram.act("user_sends", user=person, text=move.writes)
        return
    data = with_key(_data(message), move.presses)
    await run.telegram.act("user_presses", user=person, message_id=message["message_id"], data=data)


async def _answer_to(run: Run, person: int, number: int) -> dict[str, Any]:
    """The first message of that step; repetitions of earlier ones are looked at afterwards."""
    while True:
        message: dict[str, Any] = await run.telegram.act("user_hears", user=person, within=STALLED_SECONDS)
        if (step_of(_data(message)) or 0) >= number:
            return message


def _data(message: dict[str, Any]) -> list[str]:
    return [button["data"] for row in message["buttons"] for button in row]


# The killer.


async def kill_often(run: Run, plan: list[Instant]) -> None:
    """Kill and start again at every instant of the plan."""
    for instant in plan:
        await _come(run, instant)
        if run.over:
            break
        run.bot.kill()
        run.kills[instant.when] += 1
        run.polls = (await run.telegram.look("counts"))["calls"].get("getUpdates", 0)
        await _note_unsent(run)
        run.bot.start()
    await _first_poll(run)


async def _come(run: Run, instant: Instant) -> None:
    if instant.when != "starting":
        answered = run.answered
        await _first_poll(run)
        if instant.when == "answering":
            await run.until_answered(max(instant.answers, answered + 1))
    await asyncio.sleep(instant.seconds)


async def _first_poll(run: Run) -> None:
    """The bot polls; how long that took from the start of the process is noted."""
    await run.telegram.act("wait", calls={"getUpdates": run.polls + 1}, within=STALLED_SECONDS)
    if run.timed != run.bot.started:
        run.timed = run.bot.started
        run.starts.append(time.time() - run.bot.started)


async def _note_unsent(run: Run) -> None:
    """Which messages the dead process left behind marked: only these may come twice."""
    async for record in open_reader(run.folder).everyone():
        for entry in record.outbox:
            step = step_of(shown_by(entry).data)
            if entry.state == "sending" and step is not None:
                run.marked.add((record.person.id, step))


# What came of it.


@dataclass
class Damage:
    """Everything that went wrong for people, and what went on unnoticed."""

    inputs_lost: int = 0
    effects_doubled: int = 0
    answers_missing: int = 0
    answers_wrong: int = 0
    out_of_order: int = 0
    repeats: int = 0
    repeats_heard: int = 0
    repeats_unmarked: int = 0
    first_copies_silent: int = 0
    wrong_ends: int = 0
    accounts: list[str] = field(default_factory=list)


PROMISES = {
    "inputs_lost": "an input was lost",
    "effects_doubled": "an input took effect twice",
    "answers_missing": "an answer never came",
    "answers_wrong": "an answer was not the one of the undisturbed talk",
    "out_of_order": "answers came out of order",
    "repeats_heard": "a repetition made a sound",
    "repeats_unmarked": "a message was repeated that was not marked as perhaps sent",
    "wrong_ends": "somebody's record ended wrongly",
}


def judge_chat(
    damage: Damage, person: int, sent: list[Shown], expected: list[Shown], marked: set[int]
) -> None:
    """One chat, message by message, against the undisturbed talk; message n answers input n."""
    copies: dict[int, list[Shown]] = {}
    for shown in sent:
        copies.setdefault(shown.step or 0, []).append(shown)
    damage.answers_missing += sum(step not in copies for step in range(1, len(expected) + 1))
    damage.out_of_order += list(copies) != sorted(copies)
    for step, (first, *repeats) in copies.items():
        right = expected[step - 1] if 1 <= step <= len(expected) else None
        wrong = [one for one in (first, *repeats) if right is None or not one.same_as(right)]
        heard = [one for one in repeats if not one.silent]
        damage.answers_wrong += len(wrong)
        damage.first_copies_silent += first.silent
        damage.repeats += len(repeats)
        damage.repeats_heard += len(heard)
        damage.repeats_unmarked += len(repeats) if step not in marked else 0
        damage.accounts += [f"{person}, step {step}: {one.text[:60]!r}" for one in (*wrong, *heard)]


def judge_record(damage: Damage, record: Record | None, expected: Record, moves: list[Move]) -> None:
    """One stored record against the undisturbed one and against the script."""
    if record is None:
        damage.inputs_lost += len(moves)
        return
    taken = len({seen.id for seen in record.seen})
    damage.inputs_lost += max(0, len(moves) - taken)
    damage.effects_doubled += max(0, record.person.step - len(moves)) + len(record.seen) - taken
    ends_right = standing_of(record) == standing_of(expected) and answers_of(record) == kept_after(moves)
    damage.wrong_ends += not (ends_right and not record.outbox)


async def judge(run: Run, library: Library, talks: dict[int, list[Move]]) -> Damage:
    """Everybody's chat and record against the same talks undisturbed."""
    damage = Damage()
    chats = await _chats(run)
    with tempfile.TemporaryDirectory() as folder:
        calm = open_store(Path(folder), 365)
        for person, moves in talks.items():
            record = await open_reader(run.folder).load(person)
            shown, expected = await undisturbed(library, calm, person, moves, _consented(record))
            marked = {step for who, step in run.marked if who == person}
            judge_chat(damage, person, chats.get(person, []), shown, marked)
            judge_record(damage, record, expected, moves)
        await calm.close()
    return damage


def _consented(record: Record | None) -> datetime:
    """When the person consented: some screens tell the date."""
    consent = record.person.consent if record else None
    return consent.given_at if consent else datetime.now(UTC)


async def _chats(run: Run) -> dict[int, list[Shown]]:
    """What the bot sent to whom, in order, as it was when it was sent."""
    chats: dict[int, list[Shown]] = {}
    for call in await run.telegram.look("calls", method="sendMessage"):
        if call["ok"]:
            chats.setdefault(int(call["params"]["chat_id"]), []).append(_sent(call["params"]))
    return chats


def _sent(params: dict[str, Any]) -> Shown:
    rows = params.get("reply_markup", {}).get("inline_keyboard", [])
    data = tuple(button.get("callback_data", "") for row in rows for button in row)
    return Shown(params["text"], data, params.get("disable_notification", False))


# The whole of it.


@dataclass(frozen=True)
class Outcome:
    """One run: what it did to people, and how it went."""

    damage: Damage
    run: Run
    inputs: int
    seconds: float

    def broken(self, kills: int) -> list[str]:
        """The promises that were not kept, a sentence each."""
        counts = vars(self.damage)
        broken = [f"{sentence} ({counts[name]})" for name, sentence in PROMISES.items() if counts[name]]
        broken += [f"{len(self.run.stalled)} people waited in vain"] if self.run.stalled else []
        missed = kills - self.run.kills.total()
        return broken + ([f"the talk was over before {missed} of the kills"] if missed else [])


async def campaign(library: Library, inputs: int, people: int, kills: int, seed: int = SEED) -> Outcome:
    """People talk while the bot is killed and started again; everything is judged afterwards."""
    talks = {person: talk(person, inputs // people) for person in range(1, people + 1)}
    plan = instants(kills, inputs, random.Random(seed))
    begun = time.time()
    async with telegram_elsewhere() as telegram:
        with tempfile.TemporaryDirectory() as folder:
            run = Run(telegram, Bot(telegram.url, Path(folder), LIFTED), Path(folder))
            async with running(run.bot):
                killing = asyncio.create_task(kill_often(run, plan))
                await asyncio.gather(*(converse(run, person, moves) for person, moves in talks.items()))
                await run.note(over=True)
                await killing
                await _until_all_sent(run)
            seconds = time.time() - begun
            return Outcome(await judge(run, library, talks), run, inputs, seconds)


async def _until_all_sent(run: Run) -> None:
    """What the last kill left behind is sent, or half a minute has passed."""
    for _ in range(300):
        if not [record async for record in open_reader(run.folder).everyone() if record.outbox]:
            return
        await asyncio.sleep(0.1)


def main(arguments: list[str] | None = None) -> int:
    """Run, tell, and say by the exit code whether every promise was kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.kill9", description=__doc__)
    for name, usual in (("inputs", 1000), ("people", 20), ("kills", 100), ("seed", SEED)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    asked = parser.parse_args(arguments)
    library = open_library(CONTENT, datetime.now(UTC).date())
    outcome = asyncio.run(campaign(library, asked.inputs, asked.people, asked.kills, asked.seed))
    for account in outcome.damage.accounts:
        print(account, file=sys.stderr)
    return told("kill -9", rows(outcome), outcome.broken(asked.kills))


def rows(outcome: Outcome) -> list[tuple[str, str]]:
    """The table."""
    run, damage = outcome.run, outcome.damage
    kinds = ", ".join(f"{count} {when}" for when, count in sorted(run.kills.items()))
    return [
        ("inputs", str(outcome.inputs)),
        ("kills", f"{run.kills.total()} ({kinds})"),
        ("inputs lost", str(damage.inputs_lost)),
        ("effects doubled", str(damage.effects_doubled)),
        ("answers missing", str(damage.answers_missing)),
        ("answers wrong or out of order", str(damage.answers_wrong + damage.out_of_order)),
        ("messages repeated", str(damage.repeats)),
        ("of these with a sound, or not marked", f"{damage.repeats_heard}, {damage.repeats_unmarked}"),
        ("answers whose only first copy was silent", str(damage.first_copies_silent)),
        ("records that ended wrongly", str(damage.wrong_ends)),
        ("start to first poll", middle(run.starts, "s")),
        ("whole run", f"{outcome.seconds:.0f} s"),
    ]


if __name__ == "__main__":
    sys.exit(main())
