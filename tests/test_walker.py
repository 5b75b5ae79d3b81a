"""Every screen times every kind of input, and a long random walk: always an answer, always a way out."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.dialogue.events import Blocked, Chose, InGroup, ReminderDue, Wrote
from bot.dialogue.person import Person
from bot.dialogue.step import step, written
from bot.library.reading import Library
from tests.roaming import NOW, Roamer, everything, people, places, said

WAYS_OUT = {
    "/menu": "menu.home",
    "/help": "help.home",
    "/cancel": "way_out.left",
    "/stop": "way_out.stopped",
    "/erase": "data.erase",
}


def everyone_everywhere(library: Library) -> Iterator[Person]:
    for person in people():
        for number, place in enumerate(places(library)):
            yield replace(person.at(place, (person.place,)), step=number)


def test_every_input_at_every_screen_gets_an_answer(library: Library) -> None:
    # The full product takes minutes: tests/benchmarks/walker.py walks it by name.
    events = [event for event in everything() if len(written(event)) < 1000]
    for person in everyone_everywhere(library):
        for event in events[person.step % 3 :: 3]:
            after, effects = step(library.world, person, event, NOW)
            assert effects, (person.screen, event)
            assert library.world.graph.living(after.screen), (person.screen, event)


def test_every_screen_can_be_said_to_everyone(library: Library) -> None:
    for person in everyone_everywhere(library):
        after, effects = step(library.world, person, Wrote("hm"), NOW)
        said(library, after, effects, NOW)


def test_every_button_anybody_sees_leads_somewhere(library: Library) -> None:
    for person in everyone_everywhere(library):
        here, effects = step(library.world, person, Wrote("hm"), NOW)
        for rendered in said(library, here, effects, NOW):
            for button in (button for row in rendered.rows for button in row if button.data):
                number, _, key = button.data.partition(":")
                after, answers = step(library.world, here, Chose(int(number), key, 1), NOW)
                assert answers, (here.screen, key)
                assert not any(getattr(answer, "note", "") == "old_button" for answer in answers), (here.screen, key)
                said(library, after, answers, NOW)


@pytest.mark.parametrize("command", WAYS_OUT)
def test_every_way_out_works_from_everywhere(command: str, library: Library) -> None:
    for person in everyone_everywhere(library):
        after, _ = step(library.world, person, Wrote(command), NOW)
        assert after.screen == WAYS_OUT[command], person.screen


def test_back_leads_to_the_screen_before_from_everywhere(library: Library) -> None:
    for person in everyone_everywhere(library):
        after, _ = step(library.world, person, Wrote("/back"), NOW)
        came_from = person.trail[-1].screen
        assert after.screen in (came_from, "menu.home"), person.screen


def test_groups_blocks_and_reminders_never_raise(library: Library) -> None:
    for person in everyone_everywhere(library):
        for event in (InGroup("hello"), InGroup(), Blocked(), ReminderDue("retention")):
            after, effects = step(library.world, person, event, NOW)
            said(library, after, effects, NOW)


@pytest.mark.parametrize("seed", range(4))
def test_somebody_who_does_anything_anywhere_is_always_answered(seed: int, library: Library) -> None:
    assert Roamer(library, seed).roam(500).unanswered == []
