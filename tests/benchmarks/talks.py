"""Scripted talks of many people, each with its own known end: welcome, consent, settings, learning, in turns.

Buttons are pressed by their keys and zones typed by their names, so that an editor's new words change nothing
here. Every move gets exactly one answer, and the step token on its keyboard counts the moves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, count, islice
from typing import Any

from bot.dialogue.events import Chose, Event, Wrote
from bot.dialogue.person import Value
from bot.library.reading import Library
from bot.store.people import TinyStore
from bot.store.record import Entry, Mark, Record
from bot.store.versions import to_document
from bot.turn import Arrival, Turns

HOMES = (
    ("Germany", "DE", "Europe/Berlin"),
    ("Spain", "ES", "Atlantic/Canary"),
    ("Ireland", "IE", "Europe/Dublin"),
    ("Canada", "CA", "America/Halifax"),
)


@dataclass(frozen=True)
class Move:
    """One thing a person does: words typed or a key pressed; `keeps` are the answers known after it."""

    writes: str = ""
    presses: str = ""
    keeps: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """One message as the bot sent it: the words, the data of its buttons, and whether it made a sound."""

    text: str
    data: tuple[str, ...]
    silent: bool = False

    @property
    def step(self) -> int | None:
        """The step token of its keyboard, which counts the person's moves."""
        return step_of(self.data)

    def same_as(self, other: "Shown") -> bool:
        """Whether it says and offers the same, sound or not."""
        return (self.text, self.data) == (other.text, other.data)


class NoSuchButton(Exception):
    """The script presses what the last message does not offer."""


def step_of(data: Iterable[str]) -> int | None:
    """The step token in buttons' data, None when there are none."""
    return next((int(one.partition(":")[0]) for one in data if one), None)


def with_key(data: Iterable[str], key: str) -> str:
    """The data of the button of that key; raises NoSuchButton."""
    data = tuple(data)
    for one in data:
        if one.partition(":")[2] == key:
            return one
    raise NoSuchButton(f"there is no button «{key}» among {data}")


def talk(person: int, moves: int) -> list[Move]:
    """What this person does, so many moves long; two people differ in what they keep."""
    chapters = (chain(settings(person, turn), LEARNING) for turn in count())
    return list(islice(chain(OPENING, chain.from_iterable(chapters)), moves))


OPENING = (Move("/start"), Move(presses="next"), Move(presses="next"), Move(presses="agree"))
LEARNING = (
    Move(presses="menu"),
    Move(presses="learn"),
    Move(presses="psoriasis"),
    Move(presses="what_it_is"),
    Move(presses="next"),
    Move(presses="next"),
    Move("/back"),
    Move("/menu"),
)


def settings(person: int, turn: int) -> list[Move]:
    """Country, zone, quiet hours and wording; the hours and the wording differ from one turn to the next."""
    name, code, zone = HOMES[person % len(HOMES)]
    begins, ends = f"{20 + turn % 3}:{person % 60:02d}", f"06:{(person + 7 * turn) % 60:02d}"
    open_or_not = ("plain", "no") if (person + turn) % 2 else ("discreet", "yes")
    return [
        Move("/settings"),
        Move(presses="country"),
        Move(name, keeps={"country": code}),
        Move(presses="zone"),
        Move(zone, keeps={"time_zone": zone}),
        Move(presses="quiet"),
        Move("when I feel like it"),
        Move(f"{begins} to {ends}", keeps={"quiet_hours": [begins, ends]}),
        Move(presses="home"),
        Move(presses="wording"),
        Move(presses=open_or_not[0], keeps={"discreet": open_or_not[1]}),
    ]


def kept_after(moves: Iterable[Move]) -> dict[str, Value]:
    """The answers the guide must know after these moves."""
    return {name: value for move in moves for name, value in move.keeps.items()}


def answers_of(record: Record) -> dict[str, Value]:
    """The answers a record holds."""
    return {name: answer.value for name, answer in record.person.answers.items()}


def standing_of(record: Record) -> dict[str, Any]:
    """The person without the times, to be compared with the same person of another run."""
    person: dict[str, Any] = _timeless(to_document(record)["person"])
    return person


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(inner) for key, inner in value.items() if key not in ("at", "given_at")}
    return [_timeless(inner) for inner in value] if isinstance(value, list) else value


async def undisturbed(
    library: Library, store: TinyStore, person: int, moves: Sequence[Move], times: Sequence[datetime]
) -> tuple[list[Shown], Record]:
    """The same talk through the same turns with nobody killed: what is shown, and the record at the end.

    `times` are when the moves were taken, for some screens tell the time.
    """
    turns = Turns(library.world, library.words, store, lambda chat: True, store.names.of, lambda: times[-1])
    shown: list[Shown] = []
    for number, (move, now) in enumerate(zip(moves, times, strict=True), start=1):
        kept = await turns.take(person, [Arrival(event_of(move, shown), number)], now)
        shown += [shown_by(entry) for entry in kept.entries]
        for entry in kept.entries:
            store.mark(person, Mark(entry.id, "sent", number))
    record = await store.load(person)
    assert record is not None
    return shown, record


def event_of(move: Move, shown: list[Shown]) -> Event:
    """The move as an event, its button taken from what was shown last."""
    if move.writes:
        return Wrote(move.writes)
    step, _, key = with_key(shown[-1].data, move.presses).partition(":")
    return Chose(int(step), key, len(shown))


def shown_by(entry: Entry) -> Shown:
    """What a person sees of an outbox entry."""
    return Shown(entry.text, tuple(button.data for row in entry.buttons for button in row))
