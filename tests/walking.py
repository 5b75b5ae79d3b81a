"""Whole talks as plain text, walked through the real turn and the real store.

A walk is a file of lines. `>` is what the person does, everything after it is what they see:

    > writes /start
    > taps Next
    > taps the same button again
    > taps an old button         (the first button of the message before)
    > sends photo: a caption
    > shares 52.5 13.4
    > edits now it says this
    > forwards somebody's words
    > waits 40 days            (what comes due meanwhile is sent in its time)
    > is without us 3 days     (the guide is switched off; what came due is told at its next start)
    > blocks / unblocks / restarts

The person is saved and read back between every two steps, so persistence is tested for free.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.dialogue.effects import Button
from bot.dialogue.events import (
    Acted,
    Blocked,
    Chose,
    Edited,
    Event,
    ReminderDue,
    SentOther,
    SharedLocation,
    Unblocked,
    Wrote,
)
from bot.dialogue.person import Passing
from bot.dialogue.presses import press_of
from bot.dialogue.reminding import due_for
from bot.library.markup import plain_text
from bot.library.reading import Library
from bot.store.opening import open_store
from bot.store.people import TinyStore
from bot.store.record import Entry, Mark
from bot.turn import Arrival, Kept, Turns

ANNA = 42
START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
RETENTION_DAYS = 365


@dataclass
class Walker:
    """One person talking with the guide; the store is opened anew for every step."""

    library: Library
    folder: Path
    now: datetime = START
    person_id: int = ANNA
    update_id: int = 1000
    message_id: int = 0
    buttons: list[Button] = field(default_factory=list)
    earlier: list[Button] = field(default_factory=list)
    beside: list[Button] = field(default_factory=list)
    last_tap: Event | None = None
    passing: dict[int, Passing] = field(default_factory=dict)

    async def take(self, event: Event, update_id: int | None = None) -> Kept:
        """One event through the real turn; everything to be said is marked as sent."""
        self.update_id += 1
        store = open_store(self.folder, RETENTION_DAYS)
        try:
            await store.recover()
            callback = "press" if isinstance(event, Acted | Chose) else ""
            from_person = not isinstance(event, ReminderDue)
            arrival = Arrival(event, (update_id or self.update_id) if from_person else None, callback)
            kept = await self.turns(store).take(self.person_id, [arrival], self.now)
            for entry in kept.entries:
                await self._saw(store, entry)
            return kept
        finally:
            await store.close()

    def turns(self, store: TinyStore) -> Turns:
        return Turns(
            self.library.world,
            self.library.words,
            store,
            lambda chat: True,
            store.names.of,
            lambda: self.now,
            self.passing,
        )

    async def _saw(self, store: TinyStore, entry: Entry) -> None:
        self.message_id += 1
        store.mark(self.person_id, Mark(entry.id, "sent", entry.edit or self.message_id))
        if entry.beside:
            # What stands beside the talk leaves the buttons of the talk where they are.
            self.beside = [button for row in entry.buttons for button in row]
        elif not entry.recipe:
            new = [button for row in entry.buttons for button in row]
            self.earlier = self.earlier if entry.edit else self.buttons
            self.buttons = new
        if entry.erase_after:
            await store.erase(self.person_id, None)
        if entry.private:
            await self.turns(store).tidy(self.person_id)

    async def does(self, line: str) -> str:
        """One line of a walk; returns what the person then sees, as text."""
        word, _, rest = line.partition(" ")
        if word == "waits":
            return await self._wait(rest)
        if line.startswith("is without us "):
            return await self._wait(line.removeprefix("is without us "), off=True)
        if word == "restarts":
            # What lives in memory only is gone.
            self.passing.clear()
            return ""
        self.now += timedelta(seconds=7)
        return seen(await self.take(self.event(word, rest)))

    async def _wait(self, rest: str, off: bool = False) -> str:
        number, unit = rest.split()
        end = self.now + timedelta(**{unit if unit.endswith("s") else f"{unit}s": int(number)})
        self.now = end if off else self.now
        parts = []
        while (due := await self._next_due()) and due <= end:
            self.now = max(self.now, due)
            kept = await self.take(ReminderDue("rows"))
            parts += [f"({self.now:%a %d %b %H:%M} UTC)", seen(kept)] if kept.entries else []
        self.now = end
        return "\n".join(parts)

    async def _next_due(self) -> datetime | None:
        """When the first reminder is due, as the store on disk says."""
        store = open_store(self.folder, RETENTION_DAYS)
        try:
            record = await store.load(self.person_id)
        finally:
            await store.close()
        return due_for(record.person) if record else None

    def event(self, word: str, rest: str) -> Event:
        match word:
            case "writes":
                return Wrote(rest)
            case "edits":
                return Edited(rest)
            case "forwards":
                return Wrote(rest, forwarded=True)
            case "sends":
                kind, _, caption = rest.partition(":")
                return SentOther(kind.strip(), caption.strip())  # type: ignore[arg-type]
            case "shares":
                latitude, longitude = rest.split()
                return SharedLocation(float(latitude), float(longitude))
            case "blocks":
                return Blocked()
            case "unblocks":
                return Unblocked()
            case "taps":
                return self._tap(rest)
        raise AssertionError(f"nobody can «{word} {rest}»")

    def _tap(self, label: str) -> Event:
        if label == "an old button":
            return chosen(self.earlier[0], self.message_id - 1)
        if label == "the same button again" and self.last_tap:
            return self.last_tap
        for button in (*self.beside, *self.buttons):
            if button.label.removeprefix("☐ ").removeprefix("☑ ") == label:
                self.last_tap = chosen(button, self.message_id)
                return self.last_tap
        raise AssertionError(f"there is no button «{label}» among {[button.label for button in self.buttons]}")


def chosen(button: Button, message_id: int) -> Event:
    return press_of(button.data, message_id)


def seen(kept: Kept) -> str:
    """What the person sees after a turn, as the walk files write it."""
    lines = [f"({answer.text})" for answer in kept.acknowledgements if answer.text]
    for entry in kept.entries:
        text = f"(file {entry.recipe})" if entry.recipe else plain_text(entry.text)
        edited = "(in place) " if entry.edit else ""
        lines += [f"< {edited if n == 0 else ''}{line}".rstrip() for n, line in enumerate(text.splitlines())]
        lines += ["  " + " ".join(f"[{button.label}]" for button in row) for row in entry.buttons]
    return "\n".join(lines) or "(nothing)"


def steps(walk: str) -> list[str]:
    """What the person does, in order."""
    return re.findall(r"^> (.*)$", walk, re.MULTILINE)


def head(walk: str) -> str:
    """The lines before the first step: what the walk is about."""
    return walk.partition("\n> ")[0].rstrip()


async def walked(library: Library, folder: Path, walk: str) -> str:
    """The walk as it goes today: the person's lines as they were, the guide's as they are."""
    walker = Walker(library, folder)
    parts = [head(walk)] if not walk.startswith("> ") else []
    for line in steps(walk):
        said = await walker.does(line)
        parts.append(f"> {line}\n{said}".rstrip())
    return "\n\n".join(parts) + "\n"
