"""Typed questions in the talk: which entry answers, where it is said, and what is noted for the editors.

A question never fills a slot and never moves anybody out of a step that holds ticks or waits for words: there the
answer is said and the step stands as it was.
"""

import re
from dataclasses import replace
from datetime import datetime

from bot.answers.asking import Reply, Topic, looks_asked, reply
from bot.answers.search import words
from bot.dialogue.effects import Effect, Note, Say
from bot.dialogue.graph import Screen
from bot.dialogue.person import Person
from bot.dialogue.world import Decision, Item, Items, Moment, Outcome, World

ANSWER, WHICH = "ask.answer", "ask.which"
FLOW = "ask."
# Steps that a question must leave as they are.
HOLDING_KINDS = frozenset({"tick", "typed", "list"})
QUESTION_LENGTH = 300
NOTED_FROM = 2
# A step that reads words gets no offers for one or two words it could not read: they were meant for the step.
OFFERED_FROM = 3
HIDDEN = "…"
_IDENTIFYING = re.compile(r"\S+@\S+|@\w+|(?:https?://|www\.|t\.me/)\S+|\+?\d[\d\s().-]{5,}\d")

Step = tuple[Person, tuple[Effect, ...]]


def meant_as_question(world: World, person: Person, text: str, now: datetime) -> Reply | None:
    """The reply to words that are plainly a question with a plain answer; None for all else, a step's answer too."""
    if not looks_asked(text, world.asking):
        return None
    found = replied(world, person, text, now)
    return found if found.kind in ("answer", "referral") else None


def replied(world: World, person: Person, text: str, now: datetime) -> Reply:
    """What the words come to when they are taken as a question."""
    return reply(world.asking, text, now.date(), person.asked_about)


def stays(screen: Screen) -> bool:
    """Whether a question is answered here without leaving the screen."""
    return screen.kind in HOLDING_KINDS and not screen.name.startswith(FLOW)


def said_here(person: Person, found: Reply) -> Step:
    """The answer, or the topics that may be meant, and then the step again with its ticks."""
    person = replace(person, step=person.step + 1, misses=0)
    if found.kind == "menu":
        return person, (Say(person.screen, note="topics_here", facts={"near": ",".join(found.entries)}),)
    person = replace(person, asked_about=found.entries[0])
    return person, (Say(person.screen, note="answer_here", facts={"entry": found.entries[0]}),)


def uncovered(found: Reply) -> str:
    """The phrase for a question that nothing answers, with the nearest topics when there are any."""
    return "not_covered_near" if found.entries else "not_covered"


def unanswered(person: Person, text: str, found: Reply, now: datetime) -> tuple[Effect, ...]:
    """The question for the editors: only with consent, without who asked, and no time finer than the day."""
    if found.kind != "abstain" or not person.consented or len(words(text)) < NOTED_FROM:
        return ()
    fields = {"day": now.date().isoformat(), "question": nameless(text), "near": list(found.entries)}
    return (Note("unanswered", fields),)


def nameless(text: str) -> str:
    """The question on one line without addresses, links, names of accounts and long numbers."""
    line = _IDENTIFYING.sub(HIDDEN, " ".join(text.split()))
    return line[:QUESTION_LENGTH]


def topic_here(moment: Moment) -> Topic | None:
    """The entry that the answer screen shows; None when it is gone or past its date."""
    topic = moment.world.asking.topics.get(moment.given)
    return topic if topic and topic.served_on(moment.now.date()) else None


def answer_next(moment: Moment) -> tuple[Item, ...]:
    """The one screen where the person can go on from the answer, if it has one."""
    topic = topic_here(moment)
    known = topic is not None and topic.leads in moment.world.graph.screens
    return (Item(topic.leads, {"entry": topic.id}),) if topic and known else ()


def topics_given(moment: Moment) -> tuple[Item, ...]:
    """The entries that may be meant."""
    found = (topic_here(replace(moment, given=each)) for each in moment.given.split(","))
    return tuple(Item(topic.id, {"topic": topic.id}) for topic in found if topic)


def keep_feedback(moment: Moment, helped: str) -> Outcome:
    """Whether the answer helped, noted without who said so; the answer's id is passed on."""
    person = moment.person
    known = person.given in moment.world.asking.topics and person.consented
    fields = {"day": moment.now.date().isoformat(), "entry": person.given, "helped": helped}
    return Outcome("noted", person, (Note("feedback", fields),) if known else (), given=person.given)


def keep_helped(moment: Moment) -> Outcome:
    """The answer helped."""
    return keep_feedback(moment, "yes")


def keep_not_helped(moment: Moment) -> Outcome:
    """The answer did not help."""
    return keep_feedback(moment, "no")


def keep_none_meant(moment: Moment) -> Outcome:
    """None of the entries offered was meant; which were offered is noted, the question is not at hand any more."""
    offered = [each for each in moment.person.given.split(",") if each in moment.world.asking.topics]
    note = Note("none_meant", {"day": moment.now.date().isoformat(), "offered": offered})
    return Outcome("noted", moment.person, (note,) if moment.person.consented else ())


DECISIONS: dict[str, Decision] = {
    "keep_helped": Decision(keep_helped, frozenset({"noted"})),
    "keep_not_helped": Decision(keep_not_helped, frozenset({"noted"})),
    "keep_none_meant": Decision(keep_none_meant, frozenset({"noted"})),
}
ITEMS: dict[str, Items] = {"answer_next": answer_next, "topics_given": topics_given}
