"""The therapist card as words in its own language, ready to be drawn, printed as plain text, or read in the chat.

A template gets nothing but these values: headings, sentences, rows of areas with their numbers. What a person has
typed stands between quotation marks and is nowhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from bot.cards.figure import Mark
from bot.care.card import Card, Marked
from bot.care.products import Tested
from bot.dialogue.card import LANGUAGE, card_for, text_of
from bot.library.card_words import CardWords
from bot.library.map_picture import figure_said

if TYPE_CHECKING:
    from bot.library.facts import Scene

Rows = tuple[tuple[str, str, str], ...]

LOCALES = {"en": "en_GB"}


@dataclass(frozen=True)
class Section:
    """A heading, the same small in the reader's language, whole sentences, rows of numbered areas (number, name,
    state), and what is said after them.
    """

    heading: str
    small: str
    lines: tuple[str, ...]
    rows: Rows = ()
    after: tuple[str, ...] = ()

    def value(self) -> dict[str, Any]:
        """As a template reads it."""
        rows = [{"mark": mark, "text": text, "more": more} for mark, text, more in self.rows]
        return {
            "heading": self.heading,
            "small": self.small,
            "lines": list(self.lines),
            "rows": rows,
            "after": list(self.after),
        }

    def said(self) -> list[str]:
        """As plain lines, the areas with their numbers."""
        rows = (f"{mark}. {text}{f' ({more})' if more else ''}" for mark, text, more in self.rows)
        return [*self.lines, *rows, *self.after]


@dataclass(frozen=True)
class Told:
    """One card in one language: everything on it, in the order of the page."""

    book: CardWords
    title: str
    title_small: str
    dates: tuple[str, ...]
    name: str
    first: str
    closed: str
    avoid: Section
    light: Section
    left: tuple[Section, ...]
    right: tuple[Section, ...]
    footer: str

    @property
    def sections(self) -> tuple[Section, ...]:
        """All sections as they are read aloud."""
        return (self.avoid, self.light, *self.left, *self.right)


@dataclass(frozen=True)
class Saying:
    """What turns facts into sentences: the card's own words, the reader's, and the emergency number if known."""

    book: CardWords
    reader: CardWords
    number: str

    def line(self, key: str, **facts: str) -> str:
        """A sentence of the card."""
        return self.book.say("lines", key, **facts)

    def day(self, day: date | None) -> str:
        """A date as people write it in the card's language."""
        locale = LOCALES.get(self.book.language, self.book.language)
        return str(format_date(day, "long", locale=locale)) if day else ""

    def section(self, key: str, *lines: str) -> Section:
        """A section with its heading in the card's language and, small, in the reader's."""
        small = "" if self.book is self.reader else self.reader.say("headings", key)
        return Section(self.book.say("headings", key), small, tuple(line for line in lines if line))


def language_of(scene: "Scene") -> str:
    """The language of the person's card: the one they chose, or that of the chat."""
    chosen = text_of(scene.person, LANGUAGE)
    cards = scene.shelf.cards
    own = scene.person.language
    return chosen if chosen in cards else own if own in cards else next(iter(cards))


def told(scene: "Scene") -> Told:
    """The person's card, all of it."""
    return _told(scene, card_for(scene.person, scene.world, scene.now))


def _told(scene: "Scene", card: Card) -> Told:
    cards = scene.shelf.cards
    book = cards[language_of(scene)]
    reader = cards.get(scene.person.language, book)
    return told_of(card, Saying(book, reader, emergency_number(scene)))


def emergency_number(scene: "Scene") -> str:
    """The first emergency number of the person's country; empty when it is not known."""
    code = text_of(scene.person, "country_now") or text_of(scene.person, "country")
    country = scene.shelf.places.countries.get(code)
    return scene.shelf.places.numbers[country.emergency[0]] if country and country.emergency else ""


def told_of(card: Card, say: Saying) -> Told:
    """The words of a card."""
    book, wishes = say.book, card.wishes
    return Told(
        book=book,
        title=book.texts["title"],
        title_small="" if book is say.reader else say.reader.texts["title"],
        dates=tuple(_dates(card, say)),
        name=book.say("dates", "name", name=wishes.name) if wishes.name else "",
        first=book.texts["first"],
        closed=book.say("closed", card.closed) if card.closed else "",
        avoid=_areas("avoid", card.avoid, card, say),
        light=_areas("light", card.light, card, say),
        left=tuple(_left(card, say)),
        right=tuple(_right(card, say)),
        footer=book.texts["footer"],
    )


def _dates(card: Card, say: Saying) -> Iterator[str]:
    yield say.book.say("dates", "issued", day=say.day(card.issued))
    yield say.book.say("dates", "until", day=say.day(card.until)) if card.until else say.book.say("dates", "no_until")
    if card.map_on:
        yield say.book.say("dates", "map", day=say.day(card.map_on))


def _areas(key: str, marked: tuple[Marked, ...], card: Card, say: Saying) -> Section:
    """One of the two lists; what is left out for everybody stands with what to avoid."""
    rows = tuple((str(m.number), say.book.area(m.area), _state(m, say)) for m in marked)
    mapped = bool(card.avoid or card.light)
    first = [say.line(f"{key}_how" if rows else f"{key}_none")] if mapped else []
    match key, mapped:
        case "avoid", True:
            after = ["always_avoid"]
        case "avoid", False:
            after = ["no_map", "always_avoid"]
        case _, True:
            after = ["more_areas"]
        case _:
            after = ["light_none"]
    return replace(say.section(key, *first), rows=rows, after=tuple(say.line(line) for line in after))


def _state(marked: Marked, say: Saying) -> str:
    states = ", ".join(say.book.say("states", state) for state in marked.states)
    said = [say.line("state", states=states)] if states else []
    return "; ".join([*said, *([say.line("itch", itch=str(marked.itch))] if marked.itch is not None else [])])


def _left(card: Card, say: Saying) -> Iterator[Section]:
    if card.checked:
        notes = [say.book.say("touch", note) for note in card.touch]
        yield say.section("touch", *(notes or [say.line("touch_none")]))
    yield say.section("allergies", *_allergies(card, say))
    products = [_product(tested, say) for tested in card.products] or [say.line("products_none")]
    notes = [say.book.say("product_notes", note) for note in card.product_notes]
    yield say.section("products", *products, *notes, say.line("products_ask"))
    yield say.section("technique", *(say.line(key) for key in ("strokes", "never", "scale", "neck", "chest")))
    yield say.section("session", say.line("first_session"), say.line("later"))


def _allergies(card: Card, say: Saying) -> Iterator[str]:
    named = "; ".join(say.book.say("allergies", allergy) for allergy in card.allergies)
    if named:
        yield capital(named)
    if card.severe:
        yield say.line("severe")
    if card.other_allergy:
        yield say.line("allergies_other")
    if card.allergies_unsure:
        yield say.line("allergies_unsure")
    elif not (named or card.severe or card.other_allergy):
        yield say.line("allergies_none")


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def _product(tested: Tested, say: Saying) -> str:
    day, on = str(tested.day or ""), say.day(tested.on.date() if tested.on else None)
    standing = say.book.say("standings", tested.standing, day=day, on=on)
    kind = say.book.say("kinds", tested.product.kind)
    return say.line("product", name=tested.product.name, kind=kind, standing=standing)


def _right(card: Card, say: Saying) -> Iterator[Section]:
    wishes, book = card.wishes, say.book
    pressure = say.line("pressure", pressure=str(wishes.pressure))
    yield say.section("pressure", pressure, say.line("pressure_like"))
    yield say.section(
        "wishes",
        say.line("stop", stop=wishes.stop or book.texts["stop_word"]),
        say.line("position", position=book.say("positions", wishes.position)),
        say.line("draping", draping="; ".join(book.say("drapings", each) for each in wishes.draping)),
        say.line("wish", wish=wishes.other) if wishes.other else "",
    )
    yield say.section("clinician", *_clinician(card, say))
    emergency = say.line("reaction_emergency", number=say.number)
    yield say.section("reaction", say.line("reaction"), say.line("reaction_doctor"), emergency)


def _clinician(card: Card, say: Saying) -> Iterator[str]:
    reported = card.reported
    if reported is None:
        yield say.line("clinician_none")
        return
    view = reported.view
    yield say.line(
        "clinician",
        recorded=say.day(reported.recorded),
        role=say.book.say("roles", view.role),
        view=say.book.say("views", view.kind),
        day=say.day(view.on),
    )
    if view.limits:
        yield say.line("clinician_limits", limits=view.limits)
    if not reported.counts:
        yield say.line("clinician_old")


def card_values(scene: "Scene") -> dict[str, Any]:
    """The card as its template reads it."""
    card = card_for(scene.person, scene.world, scene.now)
    page = _told(scene, card)
    figure = page.book.groups["figure"]
    marks = {each.area: Mark(each.number, each.touch) for each in (*card.avoid, *card.light)}
    return {
        "lang": page.book.language,
        "title": page.title,
        "title_small": page.title_small,
        "dates": list(page.dates),
        "name": page.name,
        "first": page.first,
        "closed": page.closed,
        "avoid": page.avoid.value(),
        "light": page.light.value(),
        "left": [section.value() for section in page.left],
        "right": [section.value() for section in page.right],
        "footer": page.footer,
        "figure": figure_said(scene, page.book.language, marks),
        "figure_alt": figure["alt"],
        "figure_words": figure["sides"],
    }


def card_text(scene: "Scene") -> str:
    """The card as plain text, for a message to a therapist or a screen reader."""
    page = told(scene)
    head = [page.title, *([page.name] if page.name else []), *page.dates, "", page.first]
    body = [line for section in page.sections for line in ("", section.heading, *section.said())]
    return "\n".join([*head, *(["", page.closed] if page.closed else []), *body, "", page.footer, ""])
