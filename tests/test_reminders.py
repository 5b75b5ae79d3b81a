"""Reminders as people meet them: through the real step, turn, store and clock, on whatever day a test wants."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from bot.dialogue.events import Acted, Blocked, ReminderDue, Unblocked, Wrote
from bot.dialogue.person import Consent, Person, Value
from bot.dialogue.presses import press_of
from bot.dialogue.reminding import row_of
from bot.dialogue.step import ROWS, step
from bot.doors.clock import Ticker
from bot.library.export import readable
from bot.library.markup import plain_text
from bot.library.reading import Library
from bot.reminders.rows import Reminder
from bot.reminders.walltime import instant
from bot.store.due import Terms, standing, standing_of_document, what_is_due
from bot.store.opening import open_store
from bot.store.people import TinyStore
from bot.store.record import Entry, Mark, Record
from bot.store.versions import to_document
from bot.turn import Arrival, Turns
from tests.houses import HandClock, QuietSender

pytest_plugins = ["tests.houses"]

ANNA = 4711
BERLIN = "Europe/Berlin"
TERMS = Terms(timedelta(days=365))
NOON = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# The check of 22 November counts for 30 days: its first notice is at 18:00 on 19 December.
SOON = "check_soon/2026-12-22"
APPOINTMENT = "appointment/2026-12-20T1500"


def berlin(wall: str) -> datetime:
    return instant(wall, BERLIN)


EVENING = berlin("2026-12-19T18:00")


class Days:
    """Anna's days: the clock ticks when a test says so, and what is said stays to be read."""

    def __init__(self, library: Library, store: TinyStore) -> None:
        self.library, self.store, self.now = library, store, NOON
        self.sender = QuietSender()
        self.turns = Turns(library.world, library.words, store, lambda chat: False, store.names.of, lambda: self.now)
        self.ticker = Ticker(store, store, self.turns, self.sender, TERMS, lambda: self.now, HandClock())  # type: ignore[arg-type]
        self.message_id = self.update_id = 0
        self.buttons: dict[str, str] = {}

    async def begins(self, now: datetime = NOON, **answers: Value) -> None:
        """Anna agreed and lives in Berlin; what she answered stands since `now`."""
        self.now = now
        person = Person(ANNA, consent=Consent("1", now), told=("welcome",))
        for name, value in {"time_zone": BERLIN, **answers}.items():
            person = person.keeping(name, value, now)
        await self.store.keep(Record(person, now, now))
        await self.does(Wrote("/menu"))

    async def does(self, event: object) -> list[Entry]:
        """One thing Anna does, and what she then sees."""
        press = "press" if isinstance(event, Acted) else ""
        self.update_id += 1
        await self.turns.take(ANNA, [Arrival(event, self.update_id, press)], self.now)  # type: ignore[arg-type]
        return await self.read()

    async def at(self, now: datetime) -> list[str]:
        """The clock ticks twice at that time; what comes, as text."""
        self.now = now
        await self.ticker.tick()
        await self.ticker.tick()
        return [plain_text(entry.text) for entry in await self.read()]

    async def read(self) -> list[Entry]:
        """What is in the outbox, sent now."""
        record = await self.record()
        for entry in record.outbox:
            self.message_id += 1
            self.store.mark(ANNA, Mark(entry.id, "sent", entry.edit or self.message_id))
            self.buttons |= {button.label: button.data for row in entry.buttons for button in row}
        return list(record.outbox)

    async def taps(self, label: str) -> list[str]:
        event = press_of(self.buttons[label], self.message_id)
        return [plain_text(entry.text) for entry in await self.does(event)]

    async def record(self) -> Record:
        record = await self.store.load(ANNA)
        assert record is not None
        return record

    async def row(self, row_id: str) -> Reminder:
        row = row_of((await self.record()).person, row_id)
        assert row is not None
        return row


@pytest.fixture
async def days(library: Library, folder: Path) -> AsyncIterator[Days]:
    async with living(library, folder) as anna:
        yield anna


@asynccontextmanager
async def living(library: Library, folder: Path) -> AsyncIterator[Days]:
    store = open_store(folder / "data", 365)
    try:
        await store.recover()
        yield Days(library, store)
    finally:
        await store.close()


def at_once(days: Days) -> tuple[Callable[[int], bool], Callable[[int], str], Callable[[], datetime]]:
    """A sender that is free, so that an answer would be written as under way."""
    return lambda chat: True, days.store.names.of, lambda: days.now


# In their time.


async def test_a_reminder_comes_at_its_minute_and_once(days: Days) -> None:
    await days.begins(check=[])
    assert await days.at(EVENING - MINUTE) == []
    (said,) = await days.at(EVENING)
    assert said.startswith("Your check counts until 22 December 2026.")
    assert await days.at(EVENING + MINUTE) == []
    assert (await days.row(SOON)).state == "sent"


async def test_what_is_due_within_a_quarter_of_an_hour_comes_in_one_message_with_buttons_for_each(days: Days) -> None:
    await days.begins(check=[], appointment="2026-12-20T15:00")
    (said,) = await days.at(EVENING)
    assert said.startswith("These are due now:") and "1. " in said and "2. " in said
    assert {"1 I'm ready", "1 Later", "1 Open", "2 Got it"} <= days.buttons.keys()
    (changed,) = await days.taps("1 I'm ready")
    assert "(done)" in changed
    assert (await days.row(APPOINTMENT)).state == "done" and (await days.row(SOON)).state == "sent"


async def test_the_pushed_line_names_no_illness_and_no_part_of_the_body_until_the_person_wants_plain_words(
    days: Days,
) -> None:
    answered: dict[str, Value] = {"check": [], "clinician_view": "yes", "clinician_role": "gp"}
    answered["clinician_on"] = "2026-11-20"
    await days.begins(appointment="2026-12-20T15:00", **answered)
    discreet = [text for day in range(240) for text in await days.at(EVENING + (day - 30) * DAY)]
    assert discreet
    for text in discreet:
        assert not {word for word in ("psoriasis", "massage", "skin", "clinician") if word in text.lower()}, text
    await days.begins(discreet="no", **answered)
    plain = [text for day in range(240) for text in await days.at(EVENING + (day - 30) * DAY)]
    assert any("massage" in text for text in plain)


async def test_nobody_is_reminded_at_a_guessed_hour(days: Days) -> None:
    await days.begins(check=[], time_zone="Nowhere/Atall")
    assert (await days.record()).person.reminders == ()


async def test_a_held_plan_reminds_nobody_of_the_check(days: Days) -> None:
    await days.begins(check=[], held="crisis")
    assert (await days.record()).person.reminders == ()


# Quiet hours.


async def test_nothing_is_said_at_night_whatever_comes_late(days: Days) -> None:
    await days.begins(check=[], appointment="2026-12-25T15:00")
    night = berlin("2026-12-21T03:00")
    assert await days.at(night) == []
    assert await days.at(berlin("2026-12-21T07:59")) == []
    (said,) = await days.at(berlin("2026-12-21T08:00"))
    assert said.startswith("This was due on Saturday, 19 December 2026, 18:00.")


async def test_what_would_be_too_late_in_the_morning_comes_at_night_without_a_sound(days: Days) -> None:
    await days.begins(appointment="2026-12-20T07:30")
    days.now = berlin("2026-12-20T02:00")
    await days.ticker.tick()
    (entry,) = await days.read()
    assert entry.silent and "This was due on" in entry.text


async def test_the_notice_before_erasing_waits_for_the_morning(days: Days) -> None:
    await days.begins(now=datetime(2026, 11, 22, 22, 30, tzinfo=UTC))
    year = datetime(2027, 11, 22, 22, 30, tzinfo=UTC)
    assert await days.at(year) == []
    (said,) = await days.at(berlin("2027-11-23T08:00"))
    assert said.startswith("Shall I keep what you told me?")


# Away.


async def test_after_days_without_us_one_message_says_what_was_due_and_what_still_makes_sense(days: Days) -> None:
    await days.begins(check=[], appointment="2026-12-20T15:00")
    (said,) = await days.at(berlin("2026-12-23T10:00"))
    assert said.startswith("These were due while I couldn't send anything:")
    assert "Saturday, 19 December 2026, 18:00: Your check runs out soon (missed)" in said
    assert "Your appointment (missed)" in said and "Tuesday, 22 December 2026, 18:00: Your check has run out" in said
    assert not {"1 Got it", "2 I'm ready"} & days.buttons.keys()
    assert "3 Got it" in days.buttons


async def test_whoever_writes_before_the_first_tick_is_still_told_what_was_missed(days: Days) -> None:
    await days.begins(check=[], appointment="2026-12-20T15:00")
    days.now = berlin("2026-12-23T10:00")
    await days.does(Wrote("/menu"))
    (said,) = await days.at(days.now + timedelta(seconds=1))
    assert "Your appointment (missed)" in said


async def test_a_plan_that_was_cancelled_while_we_were_away_is_not_told(days: Days) -> None:
    await days.begins(appointment="2026-12-20T15:00")
    days.now = berlin("2026-12-20T10:00")
    record = await days.record()
    await days.store.keep(replace(record, person=record.person.without("appointment")))
    await days.does(Wrote("/menu"))
    assert await days.at(days.now + MINUTE) == []


@pytest.mark.parametrize("silence", [(Wrote("/stop"), "Carry on"), (Blocked(), None)])
async def test_while_paused_or_blocked_nothing_is_due_and_on_return_it_is_told(
    silence: tuple[object, str | None], days: Days
) -> None:
    leaves, returns = silence
    await days.begins(check=[])
    await days.does(leaves)
    assert days.store.due(EVENING + DAY) == []
    assert await days.at(EVENING + DAY) == []
    days.now += MINUTE
    await (days.taps(returns) if returns else days.does(Unblocked()))
    (said,) = await days.at(days.now + MINUTE)
    assert said.startswith("This was due on Saturday, 19 December 2026, 18:00.")


async def test_a_clock_set_back_an_hour_sends_nothing_twice(days: Days) -> None:
    await days.begins(check=[], appointment="2026-12-20T15:00")
    assert len(await days.at(EVENING)) == 1
    for now in (EVENING - timedelta(hours=1), EVENING, EVENING + MINUTE):
        assert await days.at(now) == []


# Buttons.


async def test_done_acts_once_from_wherever_the_person_is_and_the_message_says_so(days: Days) -> None:
    await days.begins(check=[])
    await days.at(EVENING)
    got_it = days.buttons["Got it"]
    await days.does(Wrote("/settings"))
    (entry,) = await days.does(press_of(got_it, 77))
    assert entry.edit == 77 and not entry.buttons and entry.text.endswith("done.")
    assert (await days.record()).person.screen == "settings.home"
    assert await days.does(press_of(got_it, 77)) == []


async def test_later_offers_the_times_that_are_possible_and_comes_back_then(days: Days) -> None:
    await days.begins(check=[])
    await days.at(EVENING)
    await days.taps("Later")
    assert {"In an hour: Sat 19 Dec, 19:00", "Tonight: Sat 19 Dec, 20:00"} <= days.buttons.keys()
    (said,) = await days.taps("In an hour: Sat 19 Dec, 19:00")
    assert said == "Your check runs out soon: I come back to it on Saturday, 19 December 2026, 19:00."
    assert await days.at(EVENING + timedelta(minutes=59)) == []
    (again,) = await days.at(EVENING + timedelta(hours=1))
    assert again.startswith("Your check counts until")


async def test_what_cannot_wait_says_so_and_keeps_its_buttons(days: Days) -> None:
    await days.begins(appointment="2026-12-20T08:30")
    await days.at(berlin("2026-12-19T20:30"))
    (said,) = await days.taps("Later")
    assert "I can't put it off" in said
    (again,) = await days.taps("Leave it as it is")
    assert again.startswith("Your appointment: Sunday, 20 December 2026, 08:30.")


async def test_a_button_of_a_plan_that_is_gone_says_so_and_does_nothing(days: Days, library: Library) -> None:
    person = Person(ANNA, consent=Consent("1", NOON))
    after, effects = step(library.world, person, Acted(APPOINTMENT, "done", 5), NOON)
    assert after == person and [getattr(effect, "phrase", "") for effect in effects] == ["reminder_gone"]


async def test_a_button_that_leads_into_the_talk_takes_the_person_there(days: Days) -> None:
    await days.begins(check=[], appointment="2026-12-22T15:00")
    await days.at(EVENING)
    await days.taps("Do it again now")
    assert (await days.record()).person.screen == "check.start"


# What is due, and what is kept.


async def test_the_index_knows_the_first_row_from_the_record_and_from_the_raw_document(days: Days) -> None:
    await days.begins(check=[], appointment="2026-12-20T15:00")
    record = await days.record()
    document = orjson.loads(orjson.dumps(to_document(record)))
    assert standing(record, TERMS).reminds == EVENING
    assert standing_of_document(document, TERMS) == standing(record, TERMS)
    assert "reminders" in what_is_due(record, EVENING, TERMS)
    for silent in ("paused_at", "blocked_at"):
        quiet = replace(record, person=replace(record.person, **{silent: NOON}))
        assert standing(quiet, TERMS).reminds is None
        assert standing_of_document(orjson.loads(orjson.dumps(to_document(quiet))), TERMS).reminds is None


async def test_a_reminder_of_a_kind_that_this_release_does_not_know_never_stays_due(
    days: Days, library: Library
) -> None:
    await days.begins(appointment="2026-12-20T15:00")
    person = (await days.record()).person
    strange = [replace(row, wanted=replace(row.wanted, id="strange/1"), at=NOON) for row in person.reminders]
    after, effects = step(library.world, replace(person, reminders=tuple(strange)), ReminderDue(ROWS), NOON + DAY)
    assert effects == () and all(row.state != "waiting" or row.due > NOON + DAY for row in after.reminders)


async def test_a_reminder_is_written_as_waiting_so_that_one_never_tried_still_sounds_after_a_crash(
    library: Library, folder: Path
) -> None:
    async with living(library, folder) as days:
        await days.begins(check=[])
        days.turns = Turns(library.world, library.words, days.store, *at_once(days))
        await days.turns.take(ANNA, [Arrival(ReminderDue(ROWS))], EVENING)
        (entry,) = (await days.record()).outbox
        assert (entry.state, entry.rank, entry.beside) == ("waiting", "reminder", True)
        assert entry.hush == berlin("2026-12-19T21:00")


async def test_a_reminder_that_was_never_sent_in_its_time_is_handed_back_and_said_anew(days: Days) -> None:
    await days.begins(check=[])
    days.now = EVENING
    await days.turns.take(ANNA, [Arrival(ReminderDue(ROWS))], EVENING)
    (entry,) = (await days.record()).outbox
    await days.turns.hand_back(ANNA, entry.id)
    assert (await days.record()).outbox == () and (await days.row(SOON)).state == "waiting"
    (said,) = await days.at(EVENING + timedelta(hours=2))
    assert said.startswith("This was due on Saturday")


async def test_whoever_takes_consent_back_or_erases_has_no_rows_left(days: Days) -> None:
    await days.begins(check=[], appointment="2026-12-20T15:00")
    record = await days.record()
    assert record.person.consent is not None
    gone = replace(record.person, consent=replace(record.person.consent, withdrawn_at=NOON))
    await days.store.keep(replace(record, person=gone))
    await days.does(Wrote("/menu"))
    assert (await days.record()).person.reminders == ()


async def test_the_copy_to_take_along_lists_what_is_sent_and_when(days: Days, library: Library) -> None:
    await days.begins(appointment="2026-12-20T15:00")
    person = (await days.record()).person
    text = readable(person, library.words, NOON)
    assert "Saturday, 19 December 2026, 18:00: Your appointment (still to come)" in text


async def test_a_fault_of_ours_in_a_reminder_does_not_come_back_every_second(days: Days, library: Library) -> None:
    class Speechless:
        shelf = library.words.shelf

        def screen(self, *_: object) -> None:
            raise ValueError("no words")

    await days.begins(check=[])
    words = Speechless()
    days.turns = Turns(library.world, words, days.store, *at_once(days))  # type: ignore[arg-type]
    await days.turns.take(ANNA, [Arrival(ReminderDue(ROWS))], EVENING)
    assert (await days.record()).outbox == ()
    assert days.store.due(EVENING + MINUTE) == []
    assert days.store.due(EVENING + timedelta(hours=1)) == [ANNA]
