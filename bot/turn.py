"""One turn: open the person → step → find the words → keep.

What must stay true:
* Up to the write no network is used and no picture drawn; the words are finished before anything is kept, so
  a faulty template fails the turn whole and the person is as before.
* State, the update's id and the outbox go down in one write. An update that comes twice changes nothing.
* A person's lane is held from load to keep and never during a send.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from traceback import extract_tb
from weakref import WeakValueDictionary

import structlog

from bot.answers.second_look import heard
from bot.dialogue.effects import Button, Effect, Forget, Note, Say, SendFile, Toast
from bot.dialogue.events import Blocked, Chose, Event, FileFailed, InGroup, ReminderDue
from bot.dialogue.person import Passing, Person, Place
from bot.dialogue.reminding import handed_back, quiet_of, rested
from bot.dialogue.step import ROWS, alarm_screen, step, written
from bot.dialogue.world import World
from bot.library.markup import split_text
from bot.library.recipes import slot_of
from bot.library.words import Rendered, Words
from bot.store.interface import Store, StoreProblem
from bot.store.record import SEEN_AT_MOST, SEEN_FOR, Entry, Rank, Record, Seen

log = structlog.get_logger()

# More unsent answers than this in one chat are merged: the newest screen stands for all of them.
WAITING_AT_MOST = 8
# So many people without consent can be in the middle of a check at once; whoever is pushed out begins anew.
PASSING_AT_MOST = 10_000


@dataclass(frozen=True)
class Arrival:
    """One event as it arrived: the id of its update, and of the callback query to acknowledge."""

    event: Event
    update_id: int | None = None
    callback_id: str = ""


@dataclass(frozen=True)
class Acknowledgement:
    """A press to be acknowledged at Telegram, with the words shown over the chat."""

    callback_id: str
    text: str = ""


@dataclass(frozen=True)
class Kept:
    """What a turn leaves to do once it is durable: all that is unsent (`fresh` is what it added), presses
    to acknowledge, and entries merged away.
    """

    person_id: int
    entries: tuple[Entry, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    fresh: frozenset[str] = frozenset()
    withdrawn: tuple[str, ...] = ()
    erased: bool = False


@dataclass(frozen=True)
class Draft:
    """A turn in the making: the record so far, what is new in its outbox, and what comes with it."""

    record: Record
    acknowledgements: tuple[Acknowledgement, ...] = ()
    forget: bool = False
    notes: tuple[Note, ...] = ()
    changed: bool = False


class Turns:
    """Takes events, one person at a time and people side by side."""

    def __init__(
        self,
        world: World,
        words: Words,
        store: Store,
        would_go_now: Callable[[int], bool],
        who: Callable[[int], str],
        now: Callable[[], datetime],
        passing: dict[int, Passing] | None = None,
    ) -> None:
        self._now = now
        self._world = world
        self._words = words
        self._store = store
        self._would_go_now = would_go_now
        self._who = who
        self._passing = {} if passing is None else passing
        self._lanes: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def take(self, person_id: int, arrivals: Sequence[Arrival], now: datetime) -> Kept:
        """Everything that arrived from one person, in order and in one durable write; raises StoreProblem."""
        lane = self._lanes.setdefault(person_id, asyncio.Lock())
        async with lane:
            stored = await self._store.load(person_id)
            if stored is None and all(isinstance(arrival.event, Blocked) for arrival in arrivals):
                return Kept(person_id)  # a stranger who leaves stays a stranger
            record = self._rejoined(stored or newcomer(person_id, now))
            draft = Draft(record)
            for arrival in arrivals:
                draft = self._one(draft, arrival, now)
            return await self._keep(draft, record, now)

    async def drop(self, person_id: int) -> None:
        """Erase a person whose time is up, or whom the operator was asked to erase."""
        async with self._lanes.setdefault(person_id, asyncio.Lock()):
            self._passing.pop(person_id, None)
            await self._store.erase(person_id, None)

    async def close(self, person_id: int) -> None:
        """Erase what is left once the receipt has gone out, unless the person has agreed anew meanwhile."""
        async with self._lanes.setdefault(person_id, asyncio.Lock()):
            record = await self._store.load(person_id)
            if record and not record.person.consented:
                await self._store.erase(person_id, None)

    async def tidy(self, person_id: int) -> None:
        """Once private words have gone out to somebody without consent, keep no copy of them."""
        async with self._lanes.setdefault(person_id, asyncio.Lock()):
            record = await self._store.load(person_id)
            if record and not record.person.consented and not record.outbox:
                await self._store.erase(person_id, record)

    async def hand_back(self, person_id: int, entry_id: str) -> None:
        """A reminder that could not go in its time is taken out of the outbox, and what it said is due again: as it was
        then is not how it would be said now.
        """
        async with self._lanes.setdefault(person_id, asyncio.Lock()):
            record = await self._store.load(person_id)
            entry = next((entry for entry in record.outbox if entry.id == entry_id), None) if record else None
            if record is None or entry is None:
                return
            outbox = tuple(held for held in record.outbox if held.at != entry.at or held.rank != "reminder")
            person = handed_back(record.person, entry.at)
            await self._store.keep(replace(record, person=person, outbox=outbox))

    async def block(self, person_id: int) -> None:
        """Note that a send found us blocked: nothing is offered to this person until they return."""
        await self.take(person_id, [Arrival(Blocked())], self._now())

    def alarm(self, person_id: int, event: Event, now: datetime) -> Rendered | None:
        """The screen of an emergency or crisis sentence without opening or keeping anything, or None."""
        alarm = heard(written(event), self._world.net, self._world.look)
        if alarm is None:
            return None
        screen = alarm_screen(self._world, alarm)
        stranger = Person(person_id, screen=screen)
        rendered = self._words.screen(stranger, Say(screen, urgent=True), now)
        return Rendered(rendered.text)

    def sorry(self, person_id: int, now: datetime, note: str = "not_kept") -> Rendered:
        """The words for a message that could not be kept."""
        return Rendered(self._words.note(Person(person_id), note, now))

    def _one(self, draft: Draft, arrival: Arrival, now: datetime) -> Draft:
        """One more event taken into the draft; one whose update was taken before changes nothing."""
        record = draft.record
        if arrival.update_id is not None and any(seen.id == arrival.update_id for seen in record.seen):
            return replace(draft, acknowledgements=acknowledged(draft, arrival))
        record = noted(record, arrival, now)
        try:
            person, effects = step(self._world, record.person, arrival.event, now)
            return self._effected(replace(draft, record=record), arrival, person, effects, now)
        except Exception as error:
            who, where = self._who(record.person.id), whereabouts(error)
            log.error("turn_failed", who=who, screen=record.person.screen, reason=where)
            return self._stumbled(replace(draft, record=record), arrival, now)

    def _stumbled(self, draft: Draft, arrival: Arrival, now: datetime) -> Draft:
        """A fault of ours: the person's facts are untouched. An emergency still gets its screen, all else the
        menu as the kind way on; to a group nothing is said.
        """
        alarm = self.alarm(draft.record.person.id, arrival.event, now)
        if alarm:
            return with_alarm(draft, arrival, alarm, now)
        if isinstance(arrival.event, InGroup):
            return replace(draft, changed=True)
        if arrival.event == ReminderDue(ROWS):
            # Nobody asked, so nobody is told; what was due comes again in a while.
            record = replace(draft.record, person=rested(draft.record.person, now))
            return replace(draft, record=record, changed=True)
        menu = self._world.graph.commands["menu"]
        person = draft.record.person.at(Place(menu), ())
        return self._effected(draft, arrival, person, (Say(menu, note="my_fault"),), now)

    def _effected(
        self, draft: Draft, arrival: Arrival, person: Person, effects: Iterable[Effect], now: datetime
    ) -> Draft:
        """The draft with the person as they now are and every effect put into words."""
        record = replace(draft.record, person=person)
        base = entry_base(arrival, now)
        outbox = list(record.outbox)
        toast, forget = "", draft.forget
        notes = list(draft.notes)
        # Words first: a file still has to be drawn.
        for effect in sorted(effects, key=lambda effect: isinstance(effect, SendFile)):
            match effect:
                case Say():
                    outbox = bare(outbox) if not (effect.edit or effect.subject) else outbox
                    outbox += self._entries(record, arrival, effect, f"{base}.{len(outbox)}", now)
                case SendFile(recipe):
                    outbox.append(Entry(f"{base}.{len(outbox)}", now, recipe=recipe, slot=slot_of(recipe)))
                case Toast(phrase):
                    toast = self._words.toast(phrase)
                case Forget():
                    forget = True
                case Note():
                    notes.append(effect)
        record = replace(record, outbox=tuple(outbox))
        return Draft(record, acknowledged(draft, arrival, toast), forget, tuple(notes), changed=True)

    def _entries(self, record: Record, arrival: Arrival, say: Say, entry_id: str, now: datetime) -> list[Entry]:
        """A screen as outbox entries: one, or several when too long for Telegram; buttons on the last."""
        rendered = self._words.screen(record.person, say, now)
        pieces = split_text(rendered.text)
        pressed = arrival.event.message_id if isinstance(arrival.event, Chose) else None
        rank: Rank = "reminder" if isinstance(arrival.event, ReminderDue) else "answer"
        hush = quiet_of(record.person).begins(now) if rank == "reminder" and say.subject else None
        entries = [
            Entry(f"{entry_id}.{n}", now, text, rank=rank, urgent=say.urgent, silent=say.silent, hush=hush)
            for n, text in enumerate(pieces)
        ]
        strips = None if say.edit or say.subject else pressed or record.keyboard
        if say.subject:
            entries = [replace(entry, beside=True) for entry in entries]
        if rendered.private and not record.person.consented:
            entries = [replace(entry, private=True) for entry in entries]
        entries[-1] = replace(entries[-1], buttons=rendered.rows, edit=say.edit, strips=strips)
        return entries

    async def _keep(self, draft: Draft, before: Record, now: datetime) -> Kept:
        """The draft made durable, and what is to be done after that."""
        person_id = before.person.id
        if not draft.changed:
            return Kept(person_id, before.outbox, draft.acknowledgements)
        record, withdrawn = self._merged(draft.record, now)
        record, replaced = newest_pictures(record)
        withdrawn += replaced
        record, passing = parted(self._marked(record, before))
        fresh = frozenset(entry.id for entry in record.outbox) - {entry.id for entry in before.outbox}
        if draft.forget:
            receipt = forgotten(record, before)
            await self._store.erase(person_id, receipt)
            self._hold_passing(person_id, Passing())
            return Kept(person_id, receipt.outbox, draft.acknowledgements, fresh, withdrawn, erased=True)
        await self._store.keep(record)
        self._hold_passing(person_id, passing)
        await self._file(draft.notes)
        return Kept(person_id, record.outbox, draft.acknowledgements, fresh, withdrawn)

    async def _file(self, notes: Sequence[Note]) -> None:
        """What the editors may read, once the turn itself is kept; a note that cannot be filed fails no turn."""
        for note in notes:
            try:
                await self._store.note(note.kind, note.fields)
            except StoreProblem as problem:
                log.warning("note_not_filed", kind=note.kind, reason=str(problem))

    def _hold_passing(self, person_id: int, passing: Passing) -> None:
        """What somebody without consent is ticking stays in memory, once the rest of their turn is kept."""
        self._passing.pop(person_id, None)
        if passing != Passing():
            self._passing[person_id] = passing
            if len(self._passing) > PASSING_AT_MOST:
                del self._passing[next(iter(self._passing))]

    def _rejoined(self, record: Record) -> Record:
        """The record with what memory holds of the person."""
        passing = self._passing.get(record.person.id)
        return replace(record, person=record.person.joined(passing)) if passing else record

    def _merged(self, record: Record, now: datetime) -> tuple[Record, tuple[str, ...]]:
        """A flood of waiting answers as the newest alone, with a word about it; nothing urgent is merged."""
        waiting = [entry for entry in record.outbox if mergeable(entry)]
        if len(waiting) <= WAITING_AT_MOST:
            return record, ()
        *old, newest = waiting
        gone = frozenset(entry.id for entry in old)
        slower = self._words.note(record.person, "too_fast", now)
        told = newest.text if slower in newest.text else f"{slower}\n\n{newest.text}"
        merged = replace(newest, text=told if len(split_text(told)) == 1 else newest.text)
        outbox = tuple(merged if e is newest else e for e in record.outbox if e.id not in gone)
        return replace(record, outbox=outbox), tuple(gone)

    def _marked(self, record: Record, before: Record) -> Record:
        """The first new entry written as `sending` when it will go out at once: that mark costs nothing."""
        old = {entry.id for entry in before.outbox}
        fresh = [entry for entry in record.outbox if entry.id not in old]
        # A reminder is marked when it is tried: one that never was must still make its sound after a crash.
        if not fresh or fresh[0].rank == "reminder" or not self._would_go_now(record.person.id):
            return record
        outbox = tuple(replace(e, state="sending") if e is fresh[0] else e for e in record.outbox)
        return replace(record, outbox=outbox)


def newcomer(person_id: int, now: datetime) -> Record:
    """The record of somebody who was never here."""
    return Record(Person(person_id), first_contact=now, last_contact=now)


def noted(record: Record, arrival: Arrival, now: datetime) -> Record:
    """The record with the update's id remembered and the contact dated."""
    seen = [seen for seen in record.seen if now - seen.at < SEEN_FOR][-SEEN_AT_MOST + 1 :]
    if arrival.update_id is not None:
        seen.append(Seen(arrival.update_id, now))
    from_person = not isinstance(arrival.event, ReminderDue | Blocked | FileFailed)
    noticed = isinstance(arrival.event, ReminderDue) and arrival.event.kind == "retention"
    return replace(
        record,
        seen=tuple(seen),
        last_contact=now if from_person else record.last_contact,
        noticed_at=None if from_person else now if noticed else record.noticed_at,
    )


def entry_base(arrival: Arrival, now: datetime) -> str:
    """What the ids of all entries that answer this arrival begin with."""
    return str(arrival.update_id) if arrival.update_id is not None else f"{now:%y%m%d%H%M%S%f}"


def parted(record: Record) -> tuple[Record, Passing]:
    """The record as it may be stored, and what of it may not be without consent."""
    if record.person.consented:
        return record, Passing()
    person, passing = record.person.parted()
    return replace(record, person=person), passing


def with_alarm(draft: Draft, arrival: Arrival, alarm: Rendered, now: datetime) -> Draft:
    """The draft with an emergency's screen in its outbox and the person as they were."""
    outbox = draft.record.outbox
    entry = Entry(f"{entry_base(arrival, now)}.{len(outbox)}", now, alarm.text, urgent=True)
    record = replace(draft.record, outbox=(*outbox, entry))
    return replace(draft, record=record, acknowledgements=acknowledged(draft, arrival), changed=True)


def acknowledged(draft: Draft, arrival: Arrival, toast: str = "") -> tuple[Acknowledgement, ...]:
    """The acknowledgements so far and the one this arrival asks for."""
    if not arrival.callback_id:
        return draft.acknowledgements
    return (*draft.acknowledgements, Acknowledgement(arrival.callback_id, toast))


def mergeable(entry: Entry) -> bool:
    """Whether an unsent answer may be replaced by a newer one."""
    special = entry.urgent or entry.recipe or entry.edit or entry.beside
    return entry.state == "waiting" and entry.rank == "answer" and not special


def newest_pictures(record: Record) -> tuple[Record, tuple[str, ...]]:
    """Of several waiting pictures of one slot only the newest: each would show what is known when it is drawn."""
    newest = {entry.slot: entry.id for entry in record.outbox if entry.slot}
    old = [e.id for e in record.outbox if e.slot and e.state == "waiting" and newest[e.slot] != e.id]
    outbox = tuple(entry for entry in record.outbox if entry.id not in old)
    return (replace(record, outbox=outbox) if old else record), tuple(old)


def bare(outbox: list[Entry]) -> list[Entry]:
    """The outbox with no buttons on answers that never went out: only the newest keyboard is live."""
    no_buttons: tuple[tuple[Button, ...], ...] = ()
    return [replace(entry, buttons=no_buttons) if mergeable(entry) else entry for entry in outbox]


def forgotten(record: Record, before: Record) -> Record:
    """A stranger's record with nothing in it but the receipt; it goes too once that has been sent."""
    old = {entry.id for entry in before.outbox}
    receipt = [replace(entry, strips=None) for entry in record.outbox if entry.id not in old]
    receipt[-1] = replace(receipt[-1], erase_after=True)
    return replace(record, outbox=tuple(receipt), keyboard=None)


def whereabouts(error: Exception) -> str:
    """The kind of a fault of ours and where it happened; its words might quote a person."""
    frames = extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
