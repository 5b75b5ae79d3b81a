"""kill -9 while people talk, in small: `python -m tests.benchmarks.kill9` is the same with a hundred kills."""

from bot.library.reading import Library
from tests.benchmarks.kill9 import campaign

INPUTS, PEOPLE, KILLS = 60, 4, 2


async def test_nobody_notices_that_the_bot_was_killed(library: Library) -> None:
    outcome = await campaign(library, INPUTS, PEOPLE, KILLS)
    assert outcome.broken() == [], outcome.damage.accounts
