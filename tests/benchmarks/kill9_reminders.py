"""What kill -9 costs people who are reminded: `python -m tests.benchmarks.kill9_reminders [--people 300] [--kills 40]`.

Everybody's reminder is due when the bot starts. While the reminders go out, the bot is killed and at once started
again, at instants drawn from a seed: some while it starts, some before the first of its messages, some in the middle.
In the end everybody must have been reminded; a second copy is allowed only where the dead process had left a mark that
the first may have been sent, and only without a sound.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.library.reading import open_library
from bot.settings import CONTENT
from bot.store.opening import open_reader
from tests.benchmarks.due_people import check_due, write_all
from tests.benchmarks.figures import told
from tests.benchmarks.processes import Bot, running
from tests.fake_telegram import FakeTelegram

SEED = 22_11_2026
RATES = {"SEND_RATE": "40", "SEND_RATE_PER_CHAT": "1"}
STARTING_ONE_IN = 8
STARTING_WITHIN = 4.0
SENDING_WITHIN = 0.35
PATIENCE = 120.0
ALL_SENT_AFTER = 5.0


@dataclass
class Damage:
    """What was lost or heard twice; `marked` are the people whose message a dying process left behind as tried."""

    lost: int = 0
    repeats: int = 0
    heard: int = 0
    unmarked: int = 0
    first_silent: int = 0
    unsettled: int = 0
    kills: int = 0
    while_sending: int = 0
    marked: set[int] = field(default_factory=set)
    seconds: float = 0.0

    def broken(self) -> list[str]:
        """The promises that were not kept, a sentence each."""
        promises = {
            "somebody was never reminded": self.lost,
            "a repetition made a sound": self.heard,
            "a reminder was repeated that was not marked as perhaps sent": self.unmarked,
            "a first copy came without a sound though it had not been tried": self.first_silent,
            "a record does not say that its reminder was sent": self.unsettled,
        }
        return [f"{sentence} ({count})" for sentence, count in promises.items() if count]


async def campaign(people: int, kills: int, seed: int = SEED) -> Damage:
    """Everybody due, many deaths, and what came of it."""
    library = open_library(CONTENT, datetime.now(UTC).date())
    chance, damage, begun = random.Random(seed), Damage(), time.time()
    async with FakeTelegram() as telegram:
        with tempfile.TemporaryDirectory() as at:
            folder = Path(at)
            for person in range(1, people + 1):
                telegram.user(person)
            write_all(folder, [(check_due(library.world, datetime.now(UTC)), range(1, people + 1))])
            async with running(Bot(telegram.url, folder, RATES)) as bot:
                for number in range(1, kills + 1):
                    await _live(telegram, damage, chance, starting=number % STARTING_ONE_IN == 0)
                    bot.kill()
                    damage.kills += 1
                    damage.marked |= await _marked(folder)
                    bot.start()
                await _until_settled(folder, people)
            await _judge(damage, telegram, folder, people)
    damage.seconds = time.time() - begun
    return damage


async def _live(telegram: FakeTelegram, damage: Damage, chance: random.Random, starting: bool) -> None:
    """One life up to its instant: while starting, or so long after the first message it sends."""
    if starting:
        await asyncio.sleep(chance.uniform(0, STARTING_WITHIN))
        return
    sent, polls = telegram.counts["sendMessage"], telegram.counts["getUpdates"]
    await telegram.wait_until(lambda: telegram.counts["getUpdates"] > polls, PATIENCE)
    try:
        await telegram.wait_until(lambda: telegram.counts["sendMessage"] > sent, ALL_SENT_AFTER)
        damage.while_sending += 1
    except AssertionError:
        return  # everybody has been reminded
    await asyncio.sleep(chance.uniform(0, SENDING_WITHIN))


async def _marked(folder: Path) -> set[int]:
    """Whose message the dead process left behind as tried: only these may come twice."""
    reader = open_reader(folder)
    return {r.person.id async for r in reader.everyone() if any(e.state == "sending" for e in r.outbox)}


async def _until_settled(folder: Path, people: int) -> None:
    """Everybody's reminder has gone and nothing is unsent."""
    end = time.time() + PATIENCE
    while time.time() < end:
        settled = 0
        async for record in open_reader(folder).everyone():
            settled += not record.outbox and any(row.state == "sent" for row in record.person.reminders)
        if settled == people:
            return
        await asyncio.sleep(0.5)


async def _judge(damage: Damage, telegram: FakeTelegram, folder: Path, people: int) -> None:
    """Every chat and every record."""
    for person in range(1, people + 1):
        copies = [call for call in telegram.calls_of("sendMessage", person) if call.ok]
        silent = [bool(call.params.get("disable_notification")) for call in copies]
        damage.lost += not copies
        damage.repeats += max(0, len(copies) - 1)
        damage.heard += sum(not quiet for quiet in silent[1:])
        damage.unmarked += len(copies) > 1 and person not in damage.marked
        damage.first_silent += bool(silent and silent[0] and person not in damage.marked)
        record = await open_reader(folder).load(person)
        damage.unsettled += record is None or not any(row.state == "sent" for row in record.person.reminders)


def main(arguments: list[str] | None = None) -> int:
    """Run, tell, and say by the exit code whether every promise was kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.kill9_reminders", description=__doc__)
    for name, usual in (("people", 300), ("kills", 40), ("seed", SEED)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    asked = parser.parse_args(arguments)
    damage = asyncio.run(campaign(asked.people, asked.kills, asked.seed))
    rows = [
        ("reminders due", str(asked.people)),
        ("kills", f"{damage.kills} ({damage.while_sending} while reminders went out)"),
        ("reminders lost", str(damage.lost)),
        ("repeated", str(damage.repeats)),
        ("of these with a sound, or not marked", f"{damage.heard}, {damage.unmarked}"),
        ("first copies without a sound, untried", str(damage.first_silent)),
        ("whole run", f"{damage.seconds:.0f} s"),
    ]
    return told("kill -9 while reminders go out", rows, damage.broken())


if __name__ == "__main__":
    sys.exit(main())
