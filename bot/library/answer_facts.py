"""Facts about the written answer that a screen shows or a step mentions."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from bot.answers.asking import narrowing
from bot.dialogue.check import ticks
from bot.library.answers import Written
from bot.library.pages import Page

if TYPE_CHECKING:
    from bot.library.facts import Scene

Find = Callable[["Scene"], Any]
# So many publishers are named in the short line under an answer.
PUBLISHERS = 3


def entry_of(scene: "Scene") -> Written | None:
    """The answer that is spoken of: the one this moment names, or the one that led here; None past its date."""
    entry = scene.shelf.answers.get(str(scene.extra.get("entry") or scene.person.given))
    return entry if entry and entry.page.served_on(scene.now.date()) else None


def said_of_entry(find: Callable[[Written], Any]) -> Find:
    """Something about the answer; empty when there is none."""

    def found(scene: "Scene") -> Any:
        entry = entry_of(scene)
        return find(entry) if entry else ""

    return found


def answer_narrow(scene: "Scene") -> list[str]:
    """The sentences that come first because of what the person ticked in their own check."""
    entry = entry_of(scene)
    return narrowing(entry.narrow, ticks(scene.person) or ()) if entry else []


def answer_publishers(scene: "Scene") -> str:
    """The publishers of the answer's first sources, on one line."""
    entry = entry_of(scene)
    sources = [scene.shelf.sources[source].publisher for source in entry.page.sources] if entry else []
    return "; ".join(list(dict.fromkeys(sources))[:PUBLISHERS])


def answer_review_by(scene: "Scene") -> str:
    """The day by which the answer is reviewed again."""
    entry = entry_of(scene)
    return scene.long_date(entry.page.review_by) if entry and entry.page.review_by else ""


def titles_near(scene: "Scene") -> list[str]:
    """The titles of the nearest answers."""
    found = (scene.shelf.answers.get(each) for each in str(scene.extra.get("near", "")).split(","))
    return [entry.page.title for entry in found if entry]


def topic_title(scene: "Scene") -> str:
    """The title of the answer in a list."""
    entry = scene.shelf.answers.get(str(scene.extra.get("topic", "")))
    return entry.page.title if entry else ""


def page_given(scene: "Scene") -> Page | None:
    """The page or written answer that led here."""
    entry = scene.shelf.answers.get(scene.person.given)
    return scene.shelf.pages.get(scene.person.given) or (entry.page if entry else None)


# Each fact with how it is found and the longest value to be expected.
FACTS: Mapping[str, tuple[Find, Any]] = {
    "answer_title": (said_of_entry(lambda entry: entry.page.title), "x" * 60),
    # Made from Markdown by our own renderer; an answer holds no facts that could smuggle anything in.
    "answer_text": (said_of_entry(lambda entry: Markup(entry.page.html)), "x" * 1500),  # noqa: S704
    "answer_narrow": (answer_narrow, ["x" * 200] * 4),
    "answer_next_label": (said_of_entry(lambda entry: entry.next_label), "x" * 38),
    "answer_publishers": (answer_publishers, "x" * 200),
    "answer_review_by": (answer_review_by, "22 November 2026"),
    "titles_near": (titles_near, ["x" * 60] * 3),
    "topic_title": (topic_title, "x" * 60),
}
