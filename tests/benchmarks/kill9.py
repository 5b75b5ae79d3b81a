"""What kill -9 costs people: `python -m tests.benchmarks.kill9 [--inputs 1000] [--people 20] [--kills 100]`.

The fake Bot API, the bot and the people are three processes. Everybody goes through a scripted talk whose end is
known, and does the next thing only when the answer to the one before has arrived. Meanwhile the bot is killed and at
once started again, at instants drawn from a seed: one in ten while it starts, the others while people talk. Every life
of the bot gets its share of the inputs, some of them while it is away, so that a slow machine meets the same kills as
a fast one. In the end every chat is compared with the same talk undisturbed, and every stored record with the script.

An update that is in hand at three deaths running is set aside: it looks as if it had caused them. So every second life
takes and answers what waited before its instant comes; `--storm` leaves that out, and innocent inputs may be set aside.
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
from typing import Any

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
    NoSuchButton,
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
STALLED_SECONDS = 300.0
STARTING_WITHIN = 3.0
BETWEEN_INPUTS = 0.03
AFTER_INPUTS = 0.04
STARTING_ONE_IN = 10
REFUSING = 0.3
REFUSED_SECONDS = 1
# What is left of the talk after the last kill.
CALM_END = 0.05


@dataclass(frozen=True)
class Life:
    """One life of the bot: how many inputs come while it is away, after which pauses others come while it polls, and
    how many seconds after the last of them it is killed. A life that is over while starting is timed from its start;
    one that catches up has taken and answered what waited before the others come. Of its messages Telegram refuses
    some at first (429), so that a kill finds inputs taken, confirmed and not yet answered.
    """

    away: int
    pauses: tuple[float, ...]
    seconds: float
    starting: bool = False
    catches_up: bool = False
    refused: int = 0


def lives(kills: int, inputs: int, storm: bool, chance: random.Random) -> list[Life]:
    """A life for every kill, which together take nearly all inputs."""
    share = max(1, int(inputs * (1 - CALM_END) / kills))
    plan: list[Life] = []
    for number in range(1, kills + 1):
        if number % STARTING_ONE_IN == 0:
            plan.append(Life(share, (), chance.uniform(0, STARTING_WITHIN), starting=True))
        else:
            talked = sum(not life.starting for life in plan)
            plan.append(_talking(share, chance, catches_up=talked % 2 == 1 and not storm))
    return plan


def _talking(share: int, chance: random.Random, catches_up: bool) -> Life:
    away = chance.randint(0, share)
    pauses = tuple(chance.uniform(0, BETWEEN_INPUTS) for _ in range(share - away))
    refused = chance.randint(1, share) if chance.random() < REFUSING else 0
    return Life(away, pauses, chance.uniform(0, AFTER_INPUTS), catches_up=catches_up, refused=refused)


@dataclass
class Run:
    """What is known of one run while it goes on and after.

    Nobody moves without one of the `tickets`. `marked` are the people and steps whose message a dying process left
    behind marked as perhaps sent, `starts` the seconds from the start of a process to its first poll, `polls` the
    number of polls before that start, `stuck` who could not go on after how many inputs.
    """

    telegram: Elsewhere
    bot: Bot
    folder: Path
    tickets: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    polls: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    starts: list[float] = field(default_factory=list)
    marked: set[tuple[int, int]] = field(default_factory=set)
    stuck: dict[int, int] = field(default_factory=dict)

    def let_move(self, inputs: int) -> None:
        """So many more inputs may be sent, by whoever has their last answer."""
        for _ in range(inputs):
            self.tickets.release()


# The people.


async def converse(run: Run, person: int, moves: list[Move]) -> None:
    """One person's whole talk, each move only after the answer to the one before."""
    message: dict[str, Any] = {}
    sent = 0
    try:
        for move in moves:
            await run.tickets.acquire()
            await _does(run, person, move, message)
            sent += 1
            message = await _answer_to(run, person, sent)
    except (Refused, NoSuchButton):
        run.stuck[person] = sent


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


async def kill_often(run: Run, plan: list[Life]) -> None:
    """Live and kill every life of the plan, then let everybody finish in a last one."""
    for life in plan:
        await _live(run, life)
        run.bot.kill()
        run.kills["starting" if life.starting else "talking"] += 1
        run.polls = (await run.telegram.look("counts"))["calls"].get("getUpdates", 0)
        await _note_marked(run)
        run.bot.start()
    await _first_poll(run)


async def _live(run: Run, life: Life) -> None:
    run.let_move(life.away)
    if not life.starting:
        await _first_poll(run)
    if life.catches_up:
        await run.telegram.act("wait", pending=0, within=STALLED_SECONDS)
        await _until_all_sent(run)
    if life.refused:
        refusal = {"what": "too_many", "times": life.refused, "method": "sendMessage", "seconds": REFUSED_SECONDS}
        await run.telegram.act("fault", **refusal)
    for pause in life.pauses:
        await asyncio.sleep(pause)
        run.let_move(1)
    await asyncio.sleep(life.seconds)


async def _first_poll(run: Run) -> None:
    """The bot polls; how long that took from the start of the process is noted."""
    while not await _has_polled(run):
        assert run.bot.alive, "the bot ended by itself while starting"
        assert time.time() < run.bot.started + STALLED_SECONDS, "the bot does not poll"
    run.starts.append(time.time() - run.bot.started)


async def _has_polled(run: Run) -> bool:
    """Whether there was a poll since the start; waits a second for it."""
    try:
        await run.telegram.act("wait", calls={"getUpdates": run.polls + 1}, within=1)
    except Refused:
        return False
    return True


async def _note_marked(run: Run) -> None:
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


def judge_chat(damage: Damage, person: int, sent: list[Shown], expected: list[Shown], marked: set[int]) -> None:
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
    """One stored record after these moves against the undisturbed one and against the script."""
    if record is None:
        damage.inputs_lost += len(moves)
        return
    taken = len({seen.id for seen in record.seen})
    damage.inputs_lost += max(0, len(moves) - taken)
    damage.effects_doubled += max(0, record.person.step - len(moves)) + len(record.seen) - taken
    ends_right = standing_of(record) == standing_of(expected) and answers_of(record) == kept_after(moves)
    damage.wrong_ends += not (ends_right and not record.outbox)


async def judge(run: Run, library: Library, talks: dict[int, list[Move]]) -> Damage:
    """Everybody's chat and record against the same talks undisturbed, as far as they went."""
    damage = Damage()
    chats = await _chats(run)
    with tempfile.TemporaryDirectory() as folder:
        calm = open_store(Path(folder), 365)
        for person, moves in talks.items():
            sent = moves[: run.stuck.get(person)]
            record = await open_reader(run.folder).load(person)
            shown, expected = await undisturbed(library, calm, person, sent, _times(record, len(sent)))
            marked = {step for who, step in run.marked if who == person}
            judge_chat(damage, person, chats.get(person, []), shown, marked)
            judge_record(damage, record, expected, sent)
        await calm.close()
    return damage


def _times(record: Record | None, moves: int) -> list[datetime]:
    """When the moves were taken; what is missing is made up, for it has been counted as lost."""
    times = [seen.at for seen in sorted(record.seen, key=lambda seen: seen.id)] if record else []
    return (times + [datetime.now(UTC)] * moves)[:moves]


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

    def broken(self) -> list[str]:
        """The promises that were not kept, a sentence each."""
        counts = vars(self.damage)
        broken = [f"{sentence} ({counts[name]})" for name, sentence in PROMISES.items() if counts[name]]
        return broken + [f"person {who} could not go on after input {sent}" for who, sent in self.run.stuck.items()]


async def campaign(
    library: Library, inputs: int, people: int, kills: int, seed: int = SEED, storm: bool = False
) -> Outcome:
    """People talk while the bot is killed and started again; everything is judged afterwards."""
    talks = {person: talk(person, inputs // people) for person in range(1, people + 1)}
    plan = lives(kills, inputs, storm, random.Random(seed))
    begun = time.time()
    async with telegram_elsewhere() as telegram:
        with tempfile.TemporaryDirectory() as folder:
            run = Run(telegram, Bot(telegram.url, Path(folder), LIFTED), Path(folder))
            async with running(run.bot):
                talking = asyncio.gather(*(converse(run, person, moves) for person, moves in talks.items()))
                await kill_often(run, plan)
                run.let_move(inputs)
                await talking
                await _until_all_sent(run)
            seconds = time.time() - begun
            return Outcome(await judge(run, library, talks), run, inputs, seconds)


async def _until_all_sent(run: Run) -> None:
    """What earlier kills left behind is sent, or half a minute has passed."""
    for _ in range(600):
        if not [record async for record in open_reader(run.folder).everyone() if record.outbox]:
            return
        await asyncio.sleep(0.05)


def main(arguments: list[str] | None = None) -> int:
    """Run, tell, and say by the exit code whether every promise was kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.kill9", description=__doc__)
    for name, usual in (("inputs", 1000), ("people", 20), ("kills", 100), ("seed", SEED)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--storm", action="store_true", help="let the same updates be in hand at every death")
    asked = parser.parse_args(arguments)
    library = open_library(CONTENT, datetime.now(UTC).date())
    outcome = asyncio.run(campaign(library, **vars(asked)))
    for account in outcome.damage.accounts:
        print(account, file=sys.stderr)
    return told("kill -9", rows(outcome), outcome.broken())


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
        ("answers that first came without a sound", str(damage.first_copies_silent)),
        ("records that ended wrongly", str(damage.wrong_ends)),
        ("start to first poll", middle(run.starts, "s")),
        ("whole run", f"{outcome.seconds:.0f} s"),
    ]


if __name__ == "__main__":
    sys.exit(main())
