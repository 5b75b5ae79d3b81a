"""One question answered outside a talk, as values: for the command line and for whoever measures the answers."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.answers.asking import Reply, reply
from bot.answers.net import Alarm
from bot.answers.second_look import heard
from bot.dialogue.asking import ANSWER, WHICH, uncovered
from bot.dialogue.effects import Say
from bot.dialogue.person import Person
from bot.dialogue.step import alarm_screen
from bot.library.markup import plain_text
from bot.library.reading import Library

# Nobody in particular: a private chat of whom nothing is known.
STRANGER = Person(1)


def answered(library: Library, question: str, now: datetime) -> dict[str, Any]:
    """What a stranger who asks this would read: kind, entry, text, sources and score; alarms come first."""
    alarm = heard(question, library.world.net, library.world.look)
    if alarm:
        return alarmed(library, alarm, now)
    found = reply(library.world.asking, question, now.date())
    entry = found.entries[0] if found.kind in ("answer", "referral") else None
    sources = library.words.shelf.answers[entry].page.sources if entry else ()
    return result(found.kind, entry, said(library, found, now), sources, found.score)


def alarmed(library: Library, alarm: Alarm, now: datetime) -> dict[str, Any]:
    """The screen of an emergency or crisis sentence."""
    screen = alarm_screen(library.world, alarm)
    words = library.words.screen(replace(STRANGER, screen=screen), Say(screen, urgent=True), now)
    return result(alarm.level, None, plain_text(words.text), library.words.shelf.pages[screen].sources, 1.0)


def result(kind: str, entry: str | None, text: str, sources: tuple[str, ...], score: float) -> dict[str, Any]:
    """One line of the command's output."""
    return {"kind": kind, "entry": entry, "text": text, "sources": list(sources), "score": round(score, 4)}


def said(library: Library, found: Reply, now: datetime) -> str:
    """The words of a reply; what can be tapped follows line by line."""
    near = ",".join(found.entries)
    if found.kind == "abstain":
        return plain_text(library.words.note(STRANGER, uncovered(found), now, {"near": near}))
    screen, given = (WHICH, near) if found.kind == "menu" else (ANSWER, found.entries[0])
    words = library.words.screen(replace(STRANGER, screen=screen, given=given), Say(screen), now)
    titles = [library.words.shelf.answers[each].page.title for each in found.entries]
    return "\n".join([plain_text(words.text), *(f"- {title}" for title in titles if found.kind == "menu")])
