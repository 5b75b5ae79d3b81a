"""Every screen on one page of HTML, for editors and clinicians: what it says, where it leads, what it rests on.

The page stands alone: it loads nothing, so it can be sent on and opened years later. Its own words are in
`preview.html.j2`; here is only what goes into it. Screens are filled in by the same code that answers people.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.dialogue.graph import Graph, Screen
from bot.dialogue.step import BACK
from bot.library.graph_check import edges
from bot.library.graph_drawing import drawings
from bot.library.graph_shapes import Drawing, short
from bot.library.pages import NOT_REVIEWED, Page
from bot.library.preview_examples import COUNTRY, ZONE, Example, example, examples
from bot.library.preview_safety import chips, safety_rows
from bot.library.reading import Library
from bot.library.shelf import Source
from bot.library.word_check import SOON

TEMPLATE = "preview.html.j2"
Flag = Literal["always", "past", "near", "confirm", "unreviewed"]
How = Literal["choice", "box", "done", "item", "typed", "outcome"]


@dataclass(frozen=True)
class End:
    """Where a way ends: a screen or the one before; a decision has ends of its own, by outcome."""

    name: str
    by: str = ""
    outcomes: tuple[tuple[str, "End"], ...] = ()


@dataclass(frozen=True)
class Way:
    """One way out of a screen: what the person does, the key in the flow file, and where it ends."""

    how: How
    key: str
    end: End | None = None
    label: Markup | None = None


@dataclass(frozen=True)
class Cited:
    """A source, and the address to open it at; empty where none is known."""

    source: Source
    href: str


@dataclass(frozen=True)
class Card:
    """All there is to know about one node; decisions have no page and are not shown to anybody."""

    screen: Screen
    ways: tuple[Way, ...]
    entries: tuple[str, ...]
    before: tuple[str, ...]
    does: str = ""
    page: Page | None = None
    examples: tuple[Example, ...] = ()
    flags: tuple[Flag, ...] = ()
    sources: tuple[Cited, ...] = ()


@dataclass(frozen=True)
class Flow:
    """One flow with its pictures and its nodes, in the order of its file."""

    name: str
    drawings: tuple[Drawing, ...]
    screens: tuple[Card, ...]
    decisions: tuple[Card, ...]


def preview(library: Library, now: datetime) -> str:
    """The whole page as HTML."""
    jinja = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shelf, graph = library.words.shelf, library.world.graph
    flows = [flow_of(name, library, now) for name in dict.fromkeys(_flow(name) for name in graph.screens)]
    return jinja.get_template(TEMPLATE).render(
        now=now,
        flows=flows,
        graph=graph,
        phrases=shelf.phrases,
        commands=commands(library),
        alarms=alarms(library),
        notes={name: Markup(library.words.note(example(library, now), name, now)) for name in shelf.notes},  # noqa: S704 - made by our own renderer, which escapes every fact
        warnings=[warning.partition(": ")[::2] for warning in library.warnings],
        cited=cited_by(library),
        valid_days=library.world.safety.valid_for.days,
        levels=safety_rows(library),
        country=library.words.shelf.places.name(COUNTRY),
        zone=ZONE,
        back=BACK,
        short=short,
    )


def _flow(name: str) -> str:
    return name.partition(".")[0]


def flow_of(name: str, library: Library, now: datetime) -> Flow:
    """One flow, drawn and told."""
    entries = entries_of(library)
    screens = {key: screen for key, screen in library.world.graph.screens.items() if _flow(key) == name}
    cards = [card_of(screen, library, now, entries.get(screen.name, ())) for screen in screens.values()]
    return Flow(
        name,
        tuple(drawings(screens, entries)),
        tuple(card for card in cards if card.screen.kind != "decide"),
        tuple(card for card in cards if card.screen.kind == "decide"),
    )


def entries_of(library: Library) -> dict[str, tuple[str, ...]]:
    """What leads to a screen from anywhere, named as in the flow files: commands, deep links, alarms."""
    graph = library.world.graph
    ways = [(f"/{name}", target) for name, target in graph.commands.items()]
    ways += [(f"links: {name}", target) for name, target in graph.links.items()]
    ways += [(f"alarms: {name}", target) for name, target in library.world.alarms.items()]
    return {target: tuple(way for way, where in ways if where == target) for _, target in ways}


def commands(library: Library) -> list[tuple[str, str, str]]:
    """Every command: its name, what Telegram's list says of it, and the screen it leads to."""
    said, targets = library.words.shelf.phrases["commands"], library.world.graph.commands
    return [(name, said.get(name, ""), targets.get(name, BACK)) for name in dict.fromkeys([*said, *targets])]


def alarms(library: Library) -> list[tuple[str, list[str], str]]:
    """Every alarm as the flow files name it, the patterns of the net that set it off, and its screen."""
    set_off: dict[str, list[str]] = {}
    for pattern in library.world.net.patterns:
        set_off.setdefault(f"{pattern.level}.{pattern.topic}", []).append(pattern.id)
    return [(name, set_off.get(name, []), target) for name, target in library.world.alarms.items()]


def card_of(screen: Screen, library: Library, now: datetime, entries: tuple[str, ...]) -> Card:
    """Everything about one node."""
    graph, page = library.world.graph, library.words.shelf.pages.get(screen.name)
    before = [name for name, other in graph.screens.items() if screen.name in other.targets()]
    card = Card(screen, tuple(ways_of(screen, page, graph)), entries, tuple(before))
    if page is None or screen.kind == "decide":
        decision = library.world.decisions.get(screen.by)
        return replace(card, does=(decision and decision.decide.__doc__) or "")
    return replace(
        card,
        page=page,
        examples=tuple(examples(screen, page, library, now)),
        flags=tuple(flags_of(page, now.date())),
        sources=tuple(cited(library.words.shelf.sources[source]) for source in page.sources),
    )


def flags_of(page: Page, today: date) -> Iterator[Flag]:
    """What an editor should notice about a page."""
    if page.always:
        yield "always"
    if page.review_by and page.review_by < today:
        yield "past"
    elif page.review_by and page.review_by - today <= SOON:
        yield "near"
    if page.to_confirm:
        yield "confirm"
    if page.claims and page.reviewed_by == NOT_REVIEWED:
        yield "unreviewed"


def cited(source: Source) -> Cited:
    """A source with the address that a browser can open."""
    if source.address.startswith("doi:"):
        return Cited(source, f"https://doi.org/{source.address.removeprefix('doi:')}")
    return Cited(source, source.address if source.address.startswith(("http://", "https://")) else "")


def cited_by(library: Library) -> list[tuple[Cited, list[str], list[str]]]:
    """Every source that something rests on, with the pages and the rules of the safety check that do."""
    pages: dict[str, list[str]] = {}
    rules: dict[str, list[str]] = {}
    for page in library.words.shelf.pages.values():
        for source in page.sources:
            pages.setdefault(source, []).append(page.name)
    table = library.world.safety
    for rule in (*table.rules, *table.unsure.values()):
        for source in rule.sources:
            rules.setdefault(source, []).append(rule.id or rule.advice)
    return [
        (cited(source), pages.get(key, []), rules.get(key, []))
        for key, source in library.words.shelf.sources.items()
        if key in pages or key in rules
    ]


# Where things lead.


def ways_of(screen: Screen, page: Page | None, graph: Graph) -> Iterator[Way]:
    """Every way out that the flow files give."""
    labels = page.labels if page else {}
    if screen.items and page and screen.kind == "tick":
        yield Way("box", screen.items, label=chips(page.item))
    elif screen.items and page:
        yield Way("item", screen.items, end_of(screen.then, graph), chips(page.item))
    if screen.reads:
        yield Way("typed", screen.reads, end_of(screen.then, graph))
    yield from (Way("box", key, label=chips(labels.get(key, key))) for key in screen.options)
    if screen.kind == "tick":
        yield Way("done", "then", end_of(screen.then, graph))
    for key, target in screen.choices.items():
        yield Way("choice", key, end_of(target, graph), chips(labels.get(key, key)))
    for key, target in screen.outcomes.items():
        yield Way("outcome", key, end_of(target, graph))


def end_of(name: str, graph: Graph, passed: frozenset[str] = frozenset()) -> End:
    """Where a target leads in the end; a decision met again is named and not followed twice."""
    screen = graph.screens.get(name)
    if screen is None or screen.kind != "decide" or name in passed:
        return End(name)
    ahead = passed | {name}
    return End(name, screen.by, tuple((key, end_of(to, graph, ahead)) for key, to in edges(screen)))
