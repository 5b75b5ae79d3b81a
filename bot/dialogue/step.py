"""The state machine: one event of one person becomes the person as they now are and what is to be done.

What must stay true:
* Red flags are looked for first in everything that was written, then commands, then the buttons and the reader of
  the current step. What fits nothing is answered and the step is shown again; it never fills a slot.
* What no button and no reader takes is tried as a question; its answer moves nobody out of a step that holds ticks.
* Every event of a private chat gets an answer; an end stays in reach; nothing here raises on what a person does.
* The step token on every keyboard makes a press that comes late harmless: it shows where the talk is.
"""

from dataclasses import replace
from datetime import datetime

from bot.answers.asking import Reply
from bot.answers.net import Alarm, find
from bot.answers.second_look import heard
from bot.care.body_words import only_places
from bot.dialogue import asking
from bot.dialogue.effects import Effect, Facts, Say, Toast
from bot.dialogue.events import (
    Acted,
    Blocked,
    Chose,
    Edited,
    Event,
    FileFailed,
    InGroup,
    PressedUnknown,
    ReminderDue,
    SentOther,
    SharedLocation,
    Unblocked,
    Wrote,
)
from bot.dialogue.graph import STEPS_AT_MOST, Screen
from bot.dialogue.patch_test import kept_up
from bot.dialogue.person import Person, Place
from bot.dialogue.readers import PLACE_READERS
from bot.dialogue.reminding import SEVERAL, remind_rows, rescheduled, row_of, stamp
from bot.dialogue.therapist_view import held_by_alarm
from bot.dialogue.world import Item, Moment, Understood, World

BACK = "@back"
# The key of the item that was picked is the screen to go to.
ITEM = "@item"
# Nobody is moved: only what the decision itself says and does.
STAY = "@stay"
SOURCES = "about.sources"
EXPIRED = "about.expired"
ROWS = "rows"
# What shows one subject of a message of several in a message of its own.
OPEN = "open"
# The reader of the plaque map.
MAP_READER = "places"
PAGE_LENGTH = 8
MISSES_BEFORE_HELP = 2
HOLDING = frozenset({"emergency", "today", "crisis"})
ABUSE = "abuse"

Step = tuple[Person, tuple[Effect, ...]]


class EndlessDecision(Exception):
    """Decisions led to decisions without ever showing a screen."""


def step(world: World, person: Person, event: Event, now: datetime) -> Step:
    """The person after `event` with their reminders as their plans want them now, and the effects of it."""
    person, effects = stepped(world, person, event, now)
    person = kept_up(world, person, now)
    return rescheduled(world, person, now), effects


def stepped(world: World, person: Person, event: Event, now: datetime) -> Step:
    """The person after `event`, and the effects of it."""
    match event:
        case Blocked():
            return replace(person, blocked_at=now), ()
        case Unblocked():
            return again(replace(person, blocked_at=None), "welcome_back")
        case InGroup():
            return in_group(world, person, event)
        case ReminderDue():
            return remind(world, person, event, now)
        case FileFailed():
            return again(person, "file_failed")
    if words := written(event):
        alarm = alarm_in(world, person, words)
        if alarm:
            return sound(world, person, alarm, now)
    return talk(world, awake(world, person), event, now)


def alarm_in(world: World, person: Person, words: str) -> Alarm | None:
    """The alarm that a person's words set off. Where the map asks for places, words that are places and nothing else
    answer it: only a pattern rings then, since names of places alone also read like people in danger.
    """
    screen = world.graph.screens.get(person.screen)
    if screen and screen.reads == MAP_READER and only_places(words, world.lexicon):
        return find(words, world.net)
    return heard(words, world.net, world.look)


def written(event: Event) -> str:
    """Whatever words an event carries."""
    match event:
        case Wrote(text=text) | Edited(text=text) | InGroup(text=text) | SentOther(caption=text):
            return text
        case _:
            return ""


def awake(world: World, person: Person) -> Person:
    """The person at a screen that exists today; somebody whose screen is gone wakes up at the menu."""
    living = world.graph.living(person.screen)
    if living:
        return person if living == person.screen else replace(person, screen=living)
    return replace(person, screen=world.graph.commands["menu"], ticked=(), page=0, given="")


def talk(world: World, person: Person, event: Event, now: datetime) -> Step:
    """An event of a private chat that rings no alarm."""
    match event:
        case Wrote(forwarded=True):
            return again(person, "forwarded")
        case Wrote(text=text) if text.lstrip().startswith("/"):
            return command(world, person, text, now)
        case Wrote(text=text) if not text.strip():
            return again(person, "empty_text")
        case Wrote():
            return wrote(world, person, event, now)
        case Chose():
            return chose(world, person, event, now)
        case Acted():
            return acted(world, person, event, now)
        case SharedLocation():
            return shared_place(world, person, event, now)
        case PressedUnknown():
            return again(person, "old_button")
        case Edited():
            return again(person, "edited")
        case SentOther(kind=kind):
            return again(person, f"sent_{kind}")
        case _:
            return again(person, "not_understood")


def again(person: Person, note: str, facts: Facts | None = None) -> Step:
    """The current step once more, after a word about what just happened."""
    person = replace(person, step=person.step + 1)
    return person, (Say(person.screen, note=note, facts=facts or {}),)


def sound(world: World, person: Person, alarm: Alarm, now: datetime) -> Step:
    """An alarm's screen at once; plans are held until the person has looked again."""
    screen = alarm_screen(world, alarm)
    # Only "I want to carry on" lifts the hold of a crisis: no later alarm may take its place.
    if alarm.level in HOLDING and person.answer("held") != "crisis":
        person = person.keeping("held", alarm.level, now)
    if alarm.level == ABUSE:
        person = held_by_alarm(person, now)
    person = moved(person, screen, "")
    return person, (Say(screen, urgent=True),)


def alarm_screen(world: World, alarm: Alarm) -> str:
    """The screen of an alarm's topic, or of its level alone."""
    return world.alarms.get(f"{alarm.level}.{alarm.topic}") or world.alarms[alarm.level]


def in_group(world: World, person: Person, event: InGroup) -> Step:
    """Others read along: an emergency is answered, everything else once with the way to a private chat."""
    alarm = heard(event.text, world.net, world.look) if event.text else None
    if alarm:
        screen = alarm_screen(world, alarm)
        return replace(person, step=person.step + 1), (Say(screen, urgent=True),)
    if "group" in person.told:
        return person, ()
    return replace(person, told=(*person.told, "group")), (Say("group.private"),)


def remind(world: World, person: Person, event: ReminderDue, now: datetime) -> Step:
    """A reminder speaks unless the person has paused everything or blocked us."""
    if person.paused_at or person.blocked_at:
        return person, ()
    if event.kind == ROWS:
        return remind_rows(world, person, now)
    person = moved(person, f"reminder.{event.kind}", "")
    return person, (Say(person.screen),)


def command(world: World, person: Person, text: str, now: datetime) -> Step:
    """A slash command, with or without the bot's name and a deep-link payload."""
    word, _, rest = text.strip().partition(" ")
    name = word[1:].split("@")[0].lower()
    if name == "back":
        return arrive(world, person, BACK, "", now)
    if name == "start" and rest.strip() in world.graph.links:
        return arrive(world, person, world.graph.links[rest.strip()], "", now)
    if name in world.graph.commands:
        return arrive(world, person, world.graph.commands[name], "", now)
    return again(person, "unknown_command")


def wrote(world: World, person: Person, event: Wrote, now: datetime) -> Step:
    """Typed words: a button's label, a plain question, an answer to this step, or else a question after all."""
    screen = world.graph.screens[person.screen]
    key = button_meant(world, screen, event.text)
    if key:
        return press(world, person, Chose(person.step, key), now)
    # A question never fills a slot, so a plain one is answered before the step's own reader sees it.
    found = asking.meant_as_question(world, person, event.text, now)
    if found is None and screen.reads:
        read = world.readers[screen.reads](event, moment(world, person, now))
        if isinstance(read, Understood):
            return arrive(world, person, screen.then, read.value, now)
        return unread(world, person, event.text, read.note, now)
    return asked(world, person, event.text, found or asking.replied(world, person, event.text, now), now)


def unread(world: World, person: Person, text: str, note: str, now: datetime) -> Step:
    """Words the step's reader cannot use: a question after all, or said again in another way."""
    found = asking.replied(world, person, text, now)
    if found.kind in ("abstain", "menu") or len(text.split()) < asking.OFFERED_FROM:
        return missed(person, note)
    return asked(world, person, text, found, now)


def asked(world: World, person: Person, text: str, found: Reply, now: datetime) -> Step:
    """A question answered where the person is, or on a screen of its own; one that nothing answers is said to be so."""
    if person.screen in world.alarms.values():
        return beside_alarm(world, person, text, now)
    notes = asking.unanswered(person, text, found, now)
    if found.kind == "abstain":
        person, said = missed(person, asking.uncovered(found), {"near": ",".join(found.entries)})
        return person, (*notes, *said)
    if asking.stays(world.graph.screens[person.screen]):
        return asking.said_here(person, found)
    if found.kind == "menu":
        return arrive(world, person, asking.WHICH, ",".join(found.entries), now)
    return arrive(world, person, asking.ANSWER, found.entries[0], now)


def beside_alarm(world: World, person: Person, text: str, now: datetime) -> Step:
    """On the screen of an alarm its numbers stay in view: only a plain question is answered, and nothing is noted."""
    found = asking.meant_as_question(world, person, text, now)
    return asking.said_here(person, found) if found else missed(person, "not_understood")


def missed(person: Person, note: str, facts: Facts | None = None) -> Step:
    """Something could not be read; from the second time on a way round is offered as well."""
    person = replace(person, misses=person.misses + 1)
    return again(person, "way_round" if person.misses >= MISSES_BEFORE_HELP else note, facts)


def button_meant(world: World, screen: Screen, text: str) -> str | None:
    """The key of the button whose label the person typed, if exactly one."""
    wanted = plain(text)
    keys = [key for key, label in world.labels.get(screen.name, {}).items() if plain(label) == wanted]
    return keys[0] if len(keys) == 1 else None


def plain(label: str) -> str:
    """A label without case and punctuation, for comparing."""
    return " ".join("".join(c if c.isalnum() else " " for c in label.casefold()).split())


def shared_place(world: World, person: Person, event: SharedLocation, now: datetime) -> Step:
    """A place helps only where a time zone is asked for; it is not kept."""
    screen = world.graph.screens[person.screen]
    if screen.reads not in PLACE_READERS:
        return again(person, "location_not_now")
    read = world.readers[screen.reads](event, moment(world, person, now))
    if isinstance(read, Understood):
        return arrive(world, person, screen.then, read.value, now)
    return missed(person, read.note)


def chose(world: World, person: Person, event: Chose, now: datetime) -> Step:
    """A press: of the live keyboard, a second tap on the same button, or of an old keyboard."""
    if event.step == person.step:
        return press(world, person, event, now)
    if person.last_tap == f"{event.step}:{event.key}":
        return person, (Toast("already_done"),)
    return again(person, "old_button")


def acted(world: World, person: Person, event: Acted, now: datetime) -> Step:
    """A press on a message beside the talk: it acts on its own subject, and moves nobody unless its flow says so."""
    living = world.graph.living(f"reminder.{event.subject.partition('/')[0]}")
    screen = world.graph.screens[living] if living else None
    if screen is None or screen.kind != "beside":
        return again(person, "old_button")
    if event.among:
        return acted_among(world, person, event, screen, now)
    if event.key in screen.choices:
        return arrive(world, person, screen.choices[event.key], event.subject, now, event.message_id)
    beside = replace(person, given=event.subject)
    if event.key in (item.key for item in items_of(world, beside, screen, now)):
        return arrive(world, person, screen.then, f"{event.subject}:{event.key}", now, event.message_id)
    return again(person, "old_button")


def acted_among(world: World, person: Person, event: Acted, screen: Screen, now: datetime) -> Step:
    """A press on one subject of a message that holds several: it acts apart, and the message then says so."""
    row = row_of(person, event.subject)
    if row is None or row.sent_at is None or row.state != "sent":
        return person, (Toast("already_done"),)
    if event.key == OPEN:
        return person, (Say(screen.name, subject=event.subject),)
    person, effects = acted(world, person, replace(event, among=False, message_id=None), now)
    if event.message_id is None:
        return person, effects
    return person, (*effects, Say(SEVERAL, subject=f"several/{stamp(row.sent_at)}", edit=event.message_id))


def press(world: World, person: Person, event: Chose, now: datetime) -> Step:
    """A press of the live keyboard."""
    tapped = replace(person, last_tap=f"{event.step}:{event.key}")
    screen = world.graph.screens[person.screen]
    match event.key:
        case "back":
            return arrive(world, tapped, BACK, "", now)
        case "menu" | "leave":
            return arrive(world, tapped, world.graph.commands[event.key], "", now)
        case "sources":
            # An answer is no page of its own: its sources are found by its id.
            shown = person.given if person.screen == asking.ANSWER else person.screen
            return arrive(world, tapped, SOURCES, shown, now)
        case "more":
            return turn_page(world, person, screen, event, now)
        case key if key in screen.choices:
            return arrive(world, tapped, screen.choices[key], "", now)
        # A page past its date: the short page stood in for it, with buttons of its own.
        case key if key in world.graph.screens[EXPIRED].choices:
            return arrive(world, tapped, world.graph.screens[EXPIRED].choices[key], "", now)
    if screen.kind == "tick":
        # Which box was ticked must not stay behind as the last tap of somebody without consent.
        return tick(world, tapped if event.key == "done" else person, screen, event, now)
    if screen.kind == "list" and event.key in (item.key for item in items_of(world, person, screen, now)):
        return arrive(world, tapped, screen.then, event.key, now, event.message_id)
    return again(person, "old_button")


def tick(world: World, person: Person, screen: Screen, event: Chose, now: datetime) -> Step:
    """One box ticked or cleared in place, or the ticks handed on."""
    if event.key == "done":
        return arrive(world, person, screen.then, ",".join(person.ticked), now)
    boxes = (*screen.options, *(item.key for item in items_of(world, person, screen, now)))
    if event.key not in boxes:
        return again(person, "old_button")
    ticked = set(person.ticked) ^ {event.key}
    person = replace(person, ticked=tuple(key for key in boxes if key in ticked))
    return person, (Say(screen.name, edit=event.message_id),)


def turn_page(world: World, person: Person, screen: Screen, event: Chose, now: datetime) -> Step:
    """The next page of a long list, the first one again after the last."""
    pages = -(-len(items_of(world, person, screen, now)) // PAGE_LENGTH)
    person = replace(person, page=(person.page + 1) % max(pages, 1))
    return person, (Say(screen.name, edit=event.message_id),)


def items_of(world: World, person: Person, screen: Screen, now: datetime) -> tuple[Item, ...]:
    """All items of a list screen as they are for this person now."""
    return world.items[screen.items](moment(world, person, now)) if screen.items else ()


def items_shown(world: World, person: Person, screen: Screen, now: datetime) -> tuple[tuple[Item, ...], bool]:
    """The items of the page in view, and whether there are more."""
    items = items_of(world, person, screen, now)
    if screen.kind == "tick" or screen.columns:
        return items, False
    first = person.page * PAGE_LENGTH
    return items[first : first + PAGE_LENGTH], len(items) > PAGE_LENGTH


def moment(
    world: World, person: Person, now: datetime, given: str | None = None, message_id: int | None = None
) -> Moment:
    """What a named function may look at."""
    return Moment(world, person, now, person.given if given is None else given, person.ticked, message_id)


def arrive(world: World, person: Person, target: str, given: str, now: datetime, message_id: int | None = None) -> Step:
    """The person at `target`, through every decision on the way, with the screen said."""
    effects: tuple[Effect, ...] = ()
    for _ in range(STEPS_AT_MOST):
        if target == BACK:
            person = turned_back(world, person)
            person = replace(person, given=given or person.given)
            return person, (*effects, Say(person.screen))
        if target == STAY:
            return person, effects
        if target == ITEM:
            target, given = given, ""
        screen = world.graph.screens[target]
        if target == asking.ANSWER:
            person = replace(person, asked_about=given)
        if screen.kind != "decide":
            return moved(person, target, given), (*effects, Say(target))
        outcome = world.decisions[screen.by].decide(moment(world, person, now, given, message_id))
        person, effects = outcome.person, effects + outcome.effects
        target = screen.outcomes[outcome.name]
        given = outcome.given or ""
    raise EndlessDecision(target)


def moved(person: Person, screen: str, given: str) -> Person:
    """The person at another screen, with the way back remembered."""
    here = (person.screen, person.given) == (screen, given)
    trail = person.trail if here else (*person.trail, person.place)
    return person.at(Place(screen, given), trail)


def turned_back(world: World, person: Person) -> Person:
    """The person at the last place of their trail that still exists, or at the menu."""
    trail = person.trail
    while trail:
        *rest, last = trail
        trail = tuple(rest)
        screen = world.graph.living(last.screen)
        if screen and (screen, last.given) != (person.screen, person.given):
            return person.at(replace(last, screen=screen), trail)
    return person.at(Place(world.graph.commands["menu"]), ())
