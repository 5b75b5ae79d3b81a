"""The same bot in a terminal: buttons as numbers, files saved and named, and a record of the talk if wished.

Reminders come while nobody types, as they do on a phone: the clock is looked at every second.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from bot.cards.worker import DrawingFailed, Worker
from bot.dialogue.effects import Button
from bot.dialogue.events import Acted, Chose, Event, FileFailed, ReminderDue, SharedLocation, Wrote
from bot.dialogue.person import Passing
from bot.dialogue.presses import press_of
from bot.dialogue.reminding import due_for
from bot.dialogue.step import ROWS
from bot.doors.clock import TICK_SECONDS, wall_clock
from bot.doors.delivery import Draw
from bot.doors.drawing import Easel, drawer
from bot.library.markup import plain_text
from bot.library.reading import Library
from bot.library.words import Words
from bot.settings import FONTS, Settings
from bot.store.interface import Store, StoreProblem
from bot.store.opening import open_store
from bot.store.record import Entry, Mark
from bot.turn import Arrival, Kept, Turns

# The one person in a terminal.
ME = 1


class Walk:
    """A talk as plain text, in the form the tests read: what the person did and what they then saw."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def did(self, line: str) -> None:
        """One thing the person did."""
        self._add(f"\n> {line}")

    def saw(self, entry: Entry) -> None:
        """One message and its buttons."""
        words = plain_text(entry.text) if entry.text else f"({entry.recipe})"
        self._add("< " + "\n< ".join(words.splitlines()))
        for row in entry.buttons:
            self._add("  " + " ".join(f"[{button.label}]" for button in row))

    def _add(self, text: str) -> None:
        if self._path:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{text}\n")


class TerminalDoor:
    """Reads lines, takes turns and prints; `folder` is where files for the person are saved."""

    def __init__(
        self,
        turns: Turns,
        store: Store,
        words: Words,
        draw: Draw,
        folder: Path,
        now: Callable[[], datetime],
        console: Console,
        walk: Walk,
    ) -> None:
        self._turns, self._store, self._words, self._draw = turns, store, words, draw
        self._folder, self._now, self._console, self._walk = folder, now, console, walk
        self._buttons: list[Button] = []
        self._last_id = 0

    async def run(self, lines: AsyncIterator[str]) -> None:
        """Talk until the lines end; the first thing said is what /start says."""
        self._console.print(f"[dim]{escape(self._words.shelf.phrases['terminal']['how'])}[/dim]")
        await self._take(Wrote("/start"))
        async for line in self._while_ticking(lines):
            if line.strip() in ("/quit", "/exit"):
                break
            if copied := self._copied(line):
                self._console.print(escape(copied))
                continue
            await self._take(self._event(line))
        self._console.print(f"[dim]{escape(self._words.shelf.phrases['terminal']['bye'])}[/dim]")

    async def _while_ticking(self, lines: AsyncIterator[str]) -> AsyncIterator[str]:
        """The lines as they come, and whatever is due before and between them."""
        while True:
            await self.tick()
            coming = asyncio.ensure_future(anext(lines, None))
            while not (await asyncio.wait({coming}, timeout=TICK_SECONDS))[0]:
                await self.tick()
            line = coming.result()
            if line is None:
                return
            yield line

    async def tick(self) -> None:
        """Show the reminders that are due."""
        record = await self._store.load(ME)
        due = due_for(record.person) if record else None
        if due and due <= self._now():
            await self._take(ReminderDue(ROWS))

    def _copied(self, line: str) -> str:
        """The text that a button with that number copies; a press of it is nobody's turn."""
        text = line.strip()
        number = int(text) if text.isdecimal() else 0
        return self._buttons[number - 1].copies if 1 <= number <= len(self._buttons) else ""

    def _event(self, line: str) -> Event:
        """A number is a press, two numbers after /location a place, everything else is written."""
        text = line.strip()
        if text.isdecimal() and 1 <= int(text) <= len(self._buttons):
            button = self._buttons[int(text) - 1]
            self._walk.did(f"taps {button.label}")
            return press_of(button.data, self._last_id)
        if place := _place(text):
            self._walk.did(f"shares {place.latitude} {place.longitude}")
            return place
        # A quote in front lets a number be written instead of pressed.
        words = text[1:] if text.startswith("'") else line
        self._walk.did(f"writes {words}")
        return Wrote(words)

    async def _take(self, event: Event) -> None:
        now = self._now()
        arrival = Arrival(event, int(now.timestamp() * 1_000_000), "press" if isinstance(event, Chose | Acted) else "")
        try:
            kept = await self._turns.take(ME, [arrival], now)
        except StoreProblem as problem:
            words = self._turns.alarm(ME, event, now) or self._turns.sorry(ME, now)
            self._console.print(Panel(plain_text(words.text)))
            self._console.print(f"[dim]{escape(str(problem))}[/dim]")
            return
        await self._show(kept)

    async def _show(self, kept: Kept) -> None:
        for acknowledgement in kept.acknowledgements:
            if acknowledgement.text:
                self._console.print(f"[dim]({escape(acknowledgement.text)})[/dim]")
        for entry in kept.entries:
            await self._print(entry)
            self._last_id += 1
            # An edited message keeps its id; a printed one gets the next.
            self._store.mark(ME, Mark(entry.id, "sent", entry.edit or self._last_id))
            self._walk.saw(entry)
            if entry.erase_after:
                await self._turns.drop(ME)

    async def _print(self, entry: Entry) -> None:
        if entry.recipe:
            await self._save(entry.recipe)
            return
        self._console.print(Panel(Text.from_markup(_rich(entry.text)), width=min(self._console.width, 76)))
        own = [button for row in entry.buttons for button in row]
        # The buttons of a reminder come after those of the screen, which stays where it is.
        self._buttons = [*self._buttons, *own] if entry.beside else own
        for number, button in enumerate(self._buttons, start=1):
            self._console.print(f"  [bold]{number:>2}[/bold]  {escape(button.label)}")

    async def _save(self, recipe: str) -> None:
        try:
            drawn = await self._draw(ME, recipe)
        except DrawingFailed:
            # Never silence: the same words as on Telegram.
            await self._take(FileFailed())
            return
        path = self._folder / drawn.name
        await asyncio.to_thread(_write, path, drawn.content)
        self._console.print(f"{escape(plain_text(drawn.caption))}\n[bold]{escape(str(path))}[/bold]")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)


def _place(text: str) -> SharedLocation | None:
    match text.split():
        case ["/location", latitude, longitude]:
            try:
                return SharedLocation(float(latitude), float(longitude))
            except ValueError:
                return None
        case _:
            return None


def _rich(html: str) -> str:
    """Telegram HTML as rich's own mark-up: bold and italic stay, everything else becomes plain."""
    marks = {"b": "bold", "i": "italic"}
    out = escape(html)
    for tag, style in marks.items():
        out = out.replace(f"<{tag}>", f"[{style}]").replace(f"</{tag}>", f"[/{style}]")
    return plain_text(out)


async def talk(settings: Settings, library: Library, lines: AsyncIterator[str], console: Console, walk: Walk) -> None:
    """A talk in the terminal, kept in a folder of its own."""
    folder = settings.data_dir / "terminal"
    store = open_store(folder, settings.retention_days)
    worker = Worker(settings.content_dir / FONTS)
    try:
        await store.recover()
        passing: dict[int, Passing] = {}
        turns = Turns(library.world, library.words, store, lambda chat: True, store.names.of, wall_clock, passing)
        draw = drawer(Easel(store, library.words, worker, wall_clock, passing))
        await TerminalDoor(turns, store, library.words, draw, folder / "files", wall_clock, console, walk).run(lines)
    finally:
        await worker.close()
        await store.close()
