"""Facts about the therapist card: how it stands, what the person wishes, and all of it in words."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from babel import Locale

from bot.dialogue.card import WISHES, card_for, wishes_of
from bot.library.card_values import language_of, told

if TYPE_CHECKING:
    from bot.library.facts import Scene

Find = Callable[["Scene"], Any]


def language_said(scene: "Scene", language: str) -> str:
    """A language by its own name and, where that differs, by the reader's."""
    own = scene.shelf.cards[language].texts["name"] if language in scene.shelf.cards else language
    here = str(Locale(language).get_display_name(scene.person.language)) if language else ""
    return own if own == here else f"{own} ({here})"


def card_language_of_item(scene: "Scene") -> str:
    """The language on a button."""
    return language_said(scene, str(scene.extra.get("card_language", "")))


def card_parts(scene: "Scene") -> list[dict[str, Any]]:
    """The sections of the card, each with its heading and its lines."""
    return [{"heading": s.heading, "lines": s.said()} for s in told(scene).sections]


def card_closed(scene: "Scene") -> str:
    """Why the card may not be used now, in a word: wait, check or ask; empty while it may."""
    return card_for(scene.person, scene.world, scene.now).closed


def counted(kind: str) -> Callable[["Scene"], int]:
    """How many areas stand under "avoid" or under "light"."""
    return lambda scene: len(getattr(card_for(scene.person, scene.world, scene.now), kind))


def card_until(scene: "Scene") -> str:
    """The last day the card counts; empty when it doesn't."""
    until = card_for(scene.person, scene.world, scene.now).until
    return scene.long_date(until) if until else ""


def wish(name: str) -> Find:
    """One wish in the words of the chat; empty when nothing was said."""
    return lambda scene: wish_said(scene, name)


def wish_said(scene: "Scene", name: str) -> str:
    """A wish as the chat says it."""
    value = scene.person.answer(name)
    if value is None:
        return ""
    return said(scene, name, value)


def said(scene: "Scene", name: str, value: str | list[str]) -> str:
    """A kept wish in words: those of the card in the chat's language, or the person's own."""
    cards = scene.shelf.cards
    book = cards.get(scene.person.language) or next(iter(cards.values()))
    match name, value:
        case "card_position", str(position) if position in book.groups["positions"]:
            return book.say("positions", position)
        case "card_draping", list(drapings):
            return "; ".join(book.say("drapings", each) for each in drapings if each in book.groups["drapings"])
        case "card_language", str(language):
            return language_said(scene, language)
        case _, str(text):
            return text
        case _, texts:
            return ", ".join(texts)


def stop_word(scene: "Scene") -> str:
    """The stop word on the card."""
    return wishes_of(scene.person).stop or scene.shelf.cards[language_of(scene)].texts["stop_word"]


FACTS: dict[str, tuple[Find, Any]] = {
    "card_title": (lambda s: told(s).title, "x" * 30),
    "card_dates": (lambda s: list(told(s).dates), ["x" * 60] * 3),
    "card_named": (lambda s: told(s).name, "x" * 70),
    "card_first": (lambda s: told(s).first, "x" * 120),
    "card_closed_said": (lambda s: told(s).closed, "x" * 140),
    "card_footer": (lambda s: told(s).footer, "x" * 160),
    "card_parts": (card_parts, [{"heading": "x" * 30, "lines": ["x" * 160] * 6}] * 11),
    "card_closed": (card_closed, "check"),
    "card_until": (card_until, "22 November 2026"),
    "card_avoid_count": (counted("avoid"), 76),
    "card_light_count": (counted("light"), 76),
    "card_language": (lambda s: language_said(s, language_of(s)), "español (Spanish)"),
    "card_language_of_item": (card_language_of_item, "español (Spanish)"),
    "card_pressure": (lambda s: wishes_of(s.person).pressure, 3),
    "card_stop": (stop_word, "x" * 20),
    **{name: (wish(name), "x" * 200) for name in WISHES if name not in ("card_pressure", "card_stop")},
}
