"""From a screen and a person to finished words: the one place where templates meet facts.

Nothing here decides anything: `dialogue` said which screen, this says it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, meta

from bot.dialogue.asking import ANSWER
from bot.dialogue.effects import Button, Say
from bot.dialogue.graph import Screen
from bot.dialogue.person import Person
from bot.dialogue.presses import beside_data, live_data
from bot.dialogue.reminding import SEVERAL, rows_of, screen_of
from bot.dialogue.step import OPEN, items_shown
from bot.dialogue.world import World
from bot.library.facts import Scene
from bot.library.markup import plain_text, tidy
from bot.library.pages import COPY, Page
from bot.library.reminder_facts import LISTED
from bot.library.shelf import Shelf

EXPIRED = "about.expired"
SOURCES = "about.sources"
SHORT_LABEL = 16
# What a button may copy, in UTF-16 units.
COPIED_AT_MOST = 256
# Screens that say "back", "menu" and "leave" in their own words need no second button for it.
FOOTER = ("back", "menu", "leave")

# What can be done with one row of several without opening it.
AMONG = ("done", "later")

NO_FACTS: Mapping[str, Any] = {}

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class Rendered:
    """Finished words: Telegram HTML and rows of buttons; `private` when they rest on answers about health."""

    text: str
    rows: Rows = ()
    private: bool = False


def environment(escapes: bool) -> Environment:
    """Jinja that refuses unknown facts; with `escapes` every fact is made harmless for HTML."""
    return Environment(loader=BaseLoader(), autoescape=escapes, undefined=StrictUndefined)  # noqa: S701 - labels are plain text, Telegram shows them as they are


class Words:
    """All templates, compiled once; `html` for messages, `plain` for labels, toasts and files."""

    def __init__(self, shelf: Shelf, world: World) -> None:
        self.shelf = shelf
        self.world = world
        self._html = environment(escapes=True)
        self._plain = environment(escapes=False)
        self._needs: dict[Template, frozenset[str]] = {}
        self._pages = {name: self._compile(self._html, page.html) for name, page in shelf.pages.items()}
        self._notes = {name: self._compile(self._html, text) for name, text in shelf.notes.items()}
        self._labels: dict[str, Template] = {}
        self._captions: dict[str, Template] = {}

    def _compile(self, jinja: Environment, source: str) -> Template:
        template = jinja.from_string(source)
        self._needs[template] = frozenset(meta.find_undeclared_variables(jinja.parse(source)))
        return template

    def screen(self, person: Person, say: Say, now: datetime) -> Rendered:
        """The words and buttons of the screen a step asked for; a page past its review date is replaced."""
        page = self.shelf.pages[say.screen]
        person = replace(person, given=say.subject) if say.subject else person
        note = self.note(person, say.note, now, say.facts) if say.note else ""
        if not page.served_on(now.date()):
            person = replace(person, given=page.name)
            page = self.shelf.pages[EXPIRED]
        facts = {**say.facts, "first_lines": self._first_lines(person, now)} if say.screen == SEVERAL else say.facts
        scene = Scene(person, now, self.shelf, self.world, facts)
        text = tidy(self._fill(self._pages[page.name], scene))
        # A written answer may begin with what the person's own check says.
        private = page.private or "entry" in say.facts
        return Rendered(f"{note}\n\n{text}" if note else text, self.rows(person, page, say, now), private)

    def note(self, person: Person, name: str, now: datetime, facts: Mapping[str, Any] = NO_FACTS) -> str:
        """One phrase as Telegram HTML; `facts` are what only this moment knows."""
        return tidy(self._fill(self._notes[name], Scene(person, now, self.shelf, self.world, facts)))

    def toast(self, name: str) -> str:
        """The short answer to a press, as plain text."""
        return self.shelf.phrases["toasts"][name]

    def caption(self, person: Person, source: str, now: datetime) -> str:
        """The words under a file, as Telegram HTML."""
        if source not in self._captions:
            self._captions[source] = self._compile(self._html, source)
        return self._fill(self._captions[source], Scene(person, now, self.shelf, self.world, NO_FACTS)).strip()

    def label(self, person: Person, source: str, now: datetime, extra: Mapping[str, str]) -> str:
        """A button's words."""
        if source not in self._labels:
            self._labels[source] = self._compile(self._plain, source)
        return self._fill(self._labels[source], Scene(person, now, self.shelf, self.world, extra)).strip()

    def _fill(self, template: Template, scene: Scene) -> str:
        return template.render({name: scene.fact(name) for name in self._needs[template]})

    def rows(self, person: Person, page: Page, say: Say, now: datetime) -> Rows:
        """Every button of the screen, the ways out last; none in a group, where anybody could press."""
        if person.id < 0:
            return ()
        screen_name = say.screen
        own = list(self._own_buttons(person, page, screen_name, now))
        if say.screen == SEVERAL:
            return self._buttons_of_several(person, now)
        columns = self.world.graph.screens[page.name].columns
        grid = len(items_shown(self.world, person, self.world.graph.screens[page.name], now)[0]) if columns else 0
        if say.subject:
            return paired([Button(label, beside_data(say.subject, key)) for key, label in own])
        added = self._engine_buttons(person, page, screen_name, now)
        buttons = [
            *(Button(label, live_data(person.step, key)) for key, label in own),
            *self._copy_buttons(person, page, now),
            *(Button(label, live_data(person.step, key)) for key, label in added),
        ]
        footer = tuple(
            Button(self.shelf.phrases["engine"][key], live_data(person.step, key))
            for key in FOOTER
            if self._useful(key, person, page)
        )
        cells = in_grid(buttons[:grid], columns) if grid else ()
        return (*cells, *paired(buttons[grid:]), *((footer,) if footer else ()))

    def _own_buttons(self, person: Person, page: Page, screen_name: str, now: datetime) -> Iterable[tuple[str, str]]:
        """The screen's items, options and choices, labelled by its page."""
        screen = self.world.graph.screens[page.name]
        items, _ = items_shown(self.world, person, screen, now)
        for item in items:
            yield (
                item.key,
                self._box(screen, person, item.key) + self.label(person, page.item, now, item.facts),
            )
        for key in screen.options:
            yield key, self._box(screen, person, key) + self.label(person, page.labels[key], now, {})
        for key in screen.choices:
            yield key, self.label(person, page.labels[key], now, {})

    def _first_lines(self, person: Person, now: datetime) -> dict[str, str]:
        """What each row of a message of several says first, as plain text."""
        said = {}
        for row in rows_of(person, person.given):
            screen = self.world.graph.living(screen_of(row))
            if screen and self.shelf.pages[screen].served_on(now.date()):
                scene = Scene(replace(person, given=row.wanted.id), now, self.shelf, self.world, NO_FACTS)
                said[row.wanted.id] = plain_text(tidy(self._fill(self._pages[screen], scene))).partition("\n")[0]
        return said

    def _buttons_of_several(self, person: Person, now: datetime) -> Rows:
        """For each row that is open: done and later, if its message has them, and a way to the whole of it."""
        rows: list[tuple[Button, ...]] = []
        for number, row in enumerate(rows_of(person, person.given)[:LISTED], start=1):
            screen = self.world.graph.screens.get(screen_of(row))
            if screen is None or row.state != "sent":
                continue
            page = self.shelf.pages[screen.name]
            labels = {key: self.label(person, page.labels[key], now, {}) for key in AMONG if key in screen.choices}
            if len(screen.choices) > len(labels) or screen.items:
                labels[OPEN] = self.shelf.phrases["engine"]["open"]
            data = {key: beside_data(row.wanted.id, key, among=True) for key in labels}
            rows += paired([Button(f"{number} {label}", data[key]) for key, label in labels.items()])
        return tuple(rows)

    def _copy_buttons(self, person: Person, page: Page, now: datetime) -> Iterable[Button]:
        """The button that copies the page's text; none when Telegram would not take so much, or nothing is there."""
        text = self.label(person, page.copies, now, {}) if page.copies else ""
        if 0 < len(text.encode("utf-16-le")) // 2 <= COPIED_AT_MOST:
            yield Button(self.label(person, page.labels[COPY], now, {}), copies=text)

    def _box(self, screen: Screen, person: Person, key: str) -> str:
        """The box before a label that can be ticked."""
        if screen.kind != "tick":
            return ""
        return self.shelf.phrases["engine"]["ticked" if key in person.ticked else "unticked"]

    def _engine_buttons(self, person: Person, page: Page, screen_name: str, now: datetime) -> Iterable[tuple[str, str]]:
        """What the engine adds: the next page of a list, the end of ticking, the sources of a claim."""
        screen = self.world.graph.screens[page.name]
        if items_shown(self.world, person, screen, now)[1]:
            yield "more", self.shelf.phrases["engine"]["more"]
        if screen.kind == "tick":
            yield "done", self.shelf.phrases["engine"]["done" if person.ticked else "none"]
        answer = self.shelf.answers.get(person.given) if page.name == ANSWER else None
        if page.claims or (answer and answer.page.claims):
            yield "sources", self.shelf.phrases["engine"]["sources"]

    def _useful(self, key: str, person: Person, page: Page) -> bool:
        """Whether a way out says something the page's own buttons do not."""
        commands, screen = self.world.graph.commands, self.world.graph.screens[page.name]
        if key == "back":
            return bool(person.trail)
        return commands[key] != page.name and commands[key] not in screen.choices.values()


def paired(buttons: list[Button]) -> Rows:
    """Buttons in rows: short labels two by two, long ones alone, so that a phone shows every word."""
    rows: list[tuple[Button, ...]] = []
    for button in buttons:
        mate = rows[-1] if rows else ()
        if len(mate) == 1 and len(mate[0].label) <= SHORT_LABEL and len(button.label) <= SHORT_LABEL:
            rows[-1] = (*mate, button)
        else:
            rows.append((button,))
    return tuple(rows)


def in_grid(buttons: list[Button], columns: int) -> Rows:
    """Buttons as a grid of so many columns."""
    return tuple(tuple(buttons[n : n + columns]) for n in range(0, len(buttons), columns))


def served(pages: Iterable[Page], day: date) -> list[Page]:
    """The pages that may be shown on that day."""
    return [page for page in pages if page.served_on(day)]


def read_aloud(rendered: Rendered) -> str:
    """A screen as plain text with its buttons, as walks and the terminal's log show it."""
    labels = [f"[{button.label}]" for row in rendered.rows for button in row]
    return "\n".join([plain_text(rendered.text), " ".join(labels)] if labels else [plain_text(rendered.text)])
