"""Sessions in the talk: what opens them, reminders as rows, buttons beside the talk, files, and my data."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar, Event

from bot.cards.pages import draw
from bot.care.patch_test import Day, End, PatchTest
from bot.care.plaques import Plaque, PlaqueMap
from bot.care.products import Product
from bot.care.sessions import Finding, Plan, Scores, Session, with_session
from bot.dialogue.effects import Effect, Forget, Say, Toast
from bot.dialogue.events import Acted, Chose, ReminderDue, Wrote
from bot.dialogue.person import Consent, Person, Place
from bot.dialogue.session_after import found_changes
from bot.dialogue.session_draft import Draft, draft_of
from bot.dialogue.step import step
from bot.library.calendar_file import Said, calendar_file
from bot.library.export import readable
from bot.library.facts import Scene
from bot.library.markup import plain_text
from bot.library.reading import Library
from bot.library.recipes import handout
from bot.library.session_files import course_values

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TUESDAY = Plan("s1", "2026-12-01T15:00", "Europe/Berlin", made_at=NOW)
SERIES = replace(TUESDAY, rule="FREQ=WEEKLY;INTERVAL=1")
BEFORE_IT = {"session_day_before/s1/2026-12-01", "session_soon/s1/2026-12-01", "session_after/s1/2026-12-01"}


def lena(*plans: Plan, check: Iterable[str] = (), at: datetime = NOW) -> Person:
    person = Person(7, consent=Consent("2026-11-22", NOW), told=("welcome",), plans=plans)
    return person.keeping("time_zone", "Europe/Berlin", NOW).keeping("check", list(check), at)


def at(person: Person, screen: str, given: str = "") -> Person:
    return person.at(Place(screen, given), (person.place,))


def tap(library: Library, person: Person, key: str, now: datetime = NOW) -> tuple[Person, tuple[Effect, ...]]:
    return step(library.world, person, Chose(person.step, key, 5), now)


def rows(library: Library, person: Person, now: datetime = NOW) -> dict[str, datetime]:
    after, _ = step(library.world, person, Wrote("/menu"), now)
    waiting = (row for row in after.reminders if row.state == "waiting" and not row.wanted.kind.startswith("check_"))
    return {row.wanted.id: row.due for row in waiting}


def screen(library: Library, person: Person, now: datetime = NOW) -> str:
    return plain_text(library.words.screen(person, Say(person.screen), now).text)


# Products.


def with_products(tests: tuple[PatchTest, ...]) -> Person:
    products = (Product("p1", "Plain <oil>", "oil"), Product("p2", "New cream", "cream"))
    return replace(lena(TUESDAY), products=products, tests=tests)


def a_test(end: End, counted: int, reacted_day: int = 0) -> PatchTest:
    days = tuple(Day(f"2026-11-{number:02}", "ticked", "ticked", "fine") for number in range(1, counted + 1))
    begun = PatchTest("p1-1", "p1", 1, days[0].on, "Europe/Berlin", "08:00", "20:00", "left_forearm", days=days)
    return replace(begun, end=end, ended_on="2026-11-12", reacted_day=reacted_day)


def planned(library: Library, person: Person) -> str:
    return screen(library, at(person, "sessions.confirm", Draft(readings="2026-12-01T15:00").said()))


def test_a_plan_says_what_testing_each_product_has_shown(library: Library) -> None:
    said = planned(library, with_products((a_test("ten_days", 10),)))
    assert "Plain <oil>: No reaction seen so far, in 10 days counted" in said
    assert "New cream: Not tested on your skin yet. Leave it out." in said


def test_a_product_that_reacted_is_to_be_left_out_of_a_plan(library: Library) -> None:
    said = planned(library, with_products((a_test("reacted", 3, 3),)))
    line = next(line for line in said.splitlines() if "Plain <oil>" in line)
    assert "It reacted" in line and line.endswith("Leave it out.")


def test_what_was_used_is_said_with_how_it_stands(library: Library) -> None:
    person = with_products((a_test("stopped", 8),))
    done = Session("2026-12-01", "done", products=("p1",))
    person = replace(person, plans=(with_session(TUESDAY, done),))
    assert "Used: Plain <oil> (no reaction in 8 days)." in screen(library, at(person, "sessions.one", "s1/2026-12-01"))
    ticking = library.words.screen(at(person, "sessions.products", "s1/2026-12-01"), Say("sessions.products"), NOW)
    labels = [button.label for row in ticking.rows for button in row]
    assert any("Plain <oil> · no reaction in 8 days" in label for label in labels)
    assert any("New cream · not tested yet" in label for label in labels)


# What opens sessions.


@pytest.mark.parametrize(
    ("check", "answers", "leads"),
    [
        ((), {}, "sessions.first"),
        (("flare",), {}, "sessions.closed"),
        (("blood_thinner",), {}, "sessions.closed"),
        ((), {"held": "crisis"}, "sessions.closed"),
        ((), {"clinician_view": "no", "clinician_role": "gp", "clinician_on": "2026-11-20"}, "sessions.closed"),
        ((), {"check_reopened": "medicine"}, "sessions.redo"),
    ],
)
def test_planning_is_open_only_where_sessions_are(
    library: Library, check: tuple[str, ...], answers: dict[str, str], leads: str
) -> None:
    person = lena(check=check)
    for name, value in answers.items():
        person = person.keeping(name, value, NOW)
    after, _ = tap(library, at(person, "sessions.home"), "plan")
    assert after.screen == leads


def test_without_consent_nothing_is_planned(library: Library) -> None:
    after, _ = tap(library, at(Person(7), "sessions.home"), "plan")
    assert after.screen == "sessions.needs_consent"


def test_a_plan_is_not_kept_when_sessions_have_closed_meanwhile(library: Library) -> None:
    person = at(lena(), "sessions.confirm", Draft(readings="2026-12-01T15:00").said())
    held = person.keeping("held", "today", NOW)
    after, _ = tap(library, held, "keep")
    assert after.screen == "sessions.closed" and after.plans == ()
    after, _ = tap(library, person, "keep")
    assert after.screen == "sessions.kept" and after.plans[0].first == "2026-12-01T15:00"


def test_a_change_of_the_clocks_is_told_before_the_plan_is_kept(library: Library) -> None:
    gap = screen(library, at(lena(), "sessions.confirm", Draft(readings="2027-03-28T02:30").said()))
    assert "jump over that hour" in gap and "03:30" in gap
    fold = screen(library, at(lena(), "sessions.confirm", Draft(readings="2027-10-31T02:30").said()))
    assert "show that hour twice" in fold


def test_an_expired_check_keeps_the_plan_and_says_so(library: Library) -> None:
    later = NOW + timedelta(days=35)
    person = lena(replace(TUESDAY, first="2027-01-05T15:00"))
    assert "no longer counts" in screen(library, at(person, "sessions.home"), later)
    assert "session_check/s1/2027-01-05" in rows(library, person, later)
    assert "session_day_before/s1/2027-01-05" in rows(library, person, later)


def test_a_date_typed_where_another_is_to_be_confirmed_takes_its_place(library: Library) -> None:
    person = at(lena(), "sessions.confirm", Draft(readings="2026-12-01T15:00").said())
    after, _ = step(library.world, person, Wrote("3 December at 4pm"), NOW)
    assert after.screen == "sessions.confirm" and "2026-12-03T16:00" in after.given
    asked, _ = step(library.world, person, Wrote("is psoriasis contagious?"), NOW)
    assert (asked.screen, asked.given) == ("sessions.confirm", person.given)


def test_a_text_that_is_no_draft_is_refused() -> None:
    for given in ("", "x", ";;;;;", "w0;;0;;;", "w1;c99;0;;;", "w1;u2026-13-01;0;;;", ";;0;;;2026-99", "y1;;0;;;"):
        assert draft_of(given) is None, given


# Reminders.


def test_a_session_is_reminded_of_the_day_before_two_hours_before_and_after(library: Library) -> None:
    found = rows(library, lena(TUESDAY))
    assert found["session_day_before/s1/2026-12-01"] == datetime(2026, 11, 30, 14, 0, tzinfo=UTC)
    assert found["session_soon/s1/2026-12-01"] == datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
    assert found.keys() == BEFORE_IT


@pytest.mark.parametrize("held", ["emergency", "today", "crisis", "flare"])
def test_a_hold_silences_planned_sessions_until_it_is_lifted(library: Library, held: str) -> None:
    person = lena(TUESDAY)
    assert rows(library, person.keeping("held", held, NOW)) == {}
    assert rows(library, person).keys() == BEFORE_IT


def test_a_paused_plan_sends_nothing_and_goes_on_with_one_tap(library: Library) -> None:
    person, _ = tap(library, at(lena(TUESDAY), "sessions.pause"), "travel")
    assert person.screen == "sessions.paused" and rows(library, person) == {}
    person, _ = tap(library, at(person, "sessions.resume"), "nothing")
    assert person.screen == "sessions.resumed" and rows(library, person).keys() == BEFORE_IT


def test_a_flare_pauses_holds_and_ends_the_safety_check(library: Library) -> None:
    person, _ = tap(library, at(lena(TUESDAY), "sessions.pause"), "flare")
    assert person.answer("held") == "flare" and person.answer("check_reopened") == "flare"
    assert person.plans[0].paused == "flare"


def test_a_plan_made_after_its_reminder_would_have_been_due_is_not_reminded_late(library: Library) -> None:
    soon = replace(TUESDAY, first="2026-11-23T09:00")
    assert "session_day_before/s1/2026-11-23" not in rows(library, lena(soon))
    assert "session_soon/s1/2026-11-23" in rows(library, lena(soon))


def test_a_session_moved_after_its_reminder_is_reminded_of_anew(library: Library) -> None:
    person, _ = step(library.world, lena(TUESDAY), Wrote("/menu"), NOW)
    due = datetime(2026, 11, 30, 14, 0, tzinfo=UTC)
    person, said = step(library.world, person, ReminderDue("rows"), due)
    assert [effect.subject for effect in said if isinstance(effect, Say)] == ["session_day_before/s1/2026-12-01"]
    moving = at(person, "sessions.confirm", Draft(moves="s1/2026-12-01", readings="2026-12-04T10:00").said())
    person, _ = tap(library, moving, "keep", due + timedelta(minutes=5))
    assert person.screen == "sessions.moved"
    found = rows(library, person, due + timedelta(minutes=6))
    assert found["session_day_before/202612041000/s1/2026-12-01"] == datetime(2026, 12, 3, 9, 0, tzinfo=UTC)
    assert all(len(row.encode()) <= 48 for row in found)


def test_hours_stay_the_same_on_the_wall_across_summer_time(library: Library) -> None:
    plan = replace(SERIES, first="2027-03-23T15:00")
    found = rows(library, lena(plan, at=NOW), datetime(2027, 3, 20, tzinfo=UTC))
    assert found["session_day_before/s1/2027-03-23"].hour == 14
    assert found["session_day_before/s1/2027-03-30"].hour == 13


def test_each_plan_has_at_least_its_next_reminder_and_not_two_years_of_them(library: Library) -> None:
    far = replace(SERIES, first="2027-06-01T15:00", rule="FREQ=MONTHLY;INTERVAL=3")
    assert any("2027-06-01" in row for row in rows(library, lena(far)))
    assert len(rows(library, lena(replace(SERIES, rule="FREQ=DAILY;INTERVAL=1")))) < 250


def test_nothing_pushed_names_an_illness_or_a_part_of_the_body(library: Library) -> None:
    done = Session("2026-11-14", "done", began=NOW - timedelta(days=8), areas=("elbow_left",))
    person = lena(TUESDAY, with_session(replace(TUESDAY, id="s2", first="2026-11-14T15:00"), done))
    after, _ = step(library.world, person, Wrote("/menu"), NOW)
    assert any(row.wanted.kind.startswith("look_") for row in after.reminders)
    for row in after.reminders:
        shown = library.words.screen(after, Say(f"reminder.{row.wanted.kind}", subject=row.wanted.id), NOW)
        words = plain_text(shown.text).casefold() + " ".join(b.label for line in shown.rows for b in line).casefold()
        assert not [word for word in ("psoria", "skin", "plaque", "massage", "elbow") if word in words], row.wanted.id
        assert all(len(button.data.encode()) <= 64 for line in shown.rows for button in line)


# Buttons beside the talk act once.


def test_skip_beside_the_talk_acts_once_and_moves_nobody(library: Library) -> None:
    person = at(lena(TUESDAY), "learn.home")
    press = Acted("session_soon/s1/2026-12-01", "skip", 9)
    after, effects = step(library.world, person, press, NOW)
    assert after.screen == "learn.home" and after.plans[0].sessions[0].state == "skipped"
    assert Toast("got_it") in effects and any(isinstance(e, Say) and e.edit == 9 for e in effects)
    again, effects = step(library.world, after, press, NOW)
    assert effects == (Toast("already_done"),) and again.plans == after.plans


def test_done_beside_the_talk_asks_where_and_starts_the_looks(library: Library) -> None:
    later = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
    press = Acted("session_after/s1/2026-12-01", "took_place", 9)
    after, _ = step(library.world, lena(TUESDAY), press, later)
    assert after.screen == "sessions.areas"
    assert after.plans[0].sessions[0].began == datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
    assert {row.wanted.kind for row in after.reminders if row.state == "waiting"} >= {
        "look_next_day",
        "look_week",
        "look_fortnight",
        "look_three_weeks",
    }
    again, effects = step(library.world, after, press, later)
    assert effects == (Toast("already_done"),) and again.plans == after.plans


def test_as_before_answers_the_look_once(library: Library) -> None:
    done = Session("2026-12-01", "done", began=NOW, areas=("elbow_left",))
    person, later = lena(with_session(TUESDAY, done)), NOW + timedelta(days=1, hours=1)
    press = Acted("look_next_day/s1/2026-12-01", "before", 9)
    after, effects = step(library.world, person, press, later)
    assert [look.kind for look in after.plans[0].sessions[0].looks] == ["next_day"] and Toast("got_it") in effects
    again, effects = step(library.world, after, press, later)
    assert effects == (Toast("already_done"),) and again.plans == after.plans


# What a change leads to.


def treated(*areas: str) -> Plan:
    return with_session(SERIES, Session("2026-12-01", "done", began=NOW, areas=areas))


def test_a_new_plaque_goes_to_the_map_and_ends_the_safety_check(library: Library) -> None:
    person, later = lena(treated("elbow_left")), NOW + timedelta(days=12)
    after = found_changes(person, library.world, (Finding("elbow_left", "new_plaque"),), later)
    assert after.plaques == PlaqueMap((Plaque("elbow_left"),), later)
    assert after.answer("check_reopened") == "other" and not after.plans[0].paused


def test_a_plaque_that_is_sore_afterwards_is_marked_so(library: Library) -> None:
    person = replace(lena(treated("sole_left")), plaques=PlaqueMap((Plaque("sole_left", ("calm",)),), NOW))
    after = found_changes(person, library.world, (Finding("sole_left", "sore"),), NOW + timedelta(days=1.5))
    assert after.plaques.plaques[0].states == ("calm", "sore")


def test_any_rash_stops_the_series_and_two_worse_sessions_pause_it(library: Library) -> None:
    later = NOW + timedelta(days=1.5)
    assert found_changes(lena(treated()), library.world, (Finding("", "rash"),), later).plans[0].paused == "reaction"
    worse = found_changes(lena(treated("sole_left")), library.world, (Finding("sole_left", "sore"),), later)
    assert not worse.plans[0].paused
    next_one = Session("2027-01-05", "done", began=NOW + timedelta(days=35), areas=("palm_left",))
    person = replace(worse, plans=(with_session(worse.plans[0], next_one),))
    after = found_changes(person, library.world, (Finding("palm_left", "sore"),), NOW + timedelta(days=36.5))
    assert after.plans[0].paused == "worse"


def test_a_danger_told_before_a_session_holds_everything(library: Library) -> None:
    person = at(lena(TUESDAY), "sessions.question", "s1/2026-12-01|skin:hot,body:well")
    after, _ = tap(library, person, "none")
    assert after.screen == "sessions.checked" and after.answer("held") == "today"
    assert "medical advice today" in screen(library, after)
    assert rows(library, after) == {}


# Files.


def events(plans: Iterable[Plan]) -> list[Event]:
    said = Said("Appointment", "Your appointment is coming up.")
    made = calendar_file(plans, ["day_before", "hours_2"], said, NOW)
    return [part for part in Calendar.from_ical(made).walk() if isinstance(part, Event)]


def test_a_changed_plan_replaces_the_old_entries_in_a_calendar() -> None:
    plan = replace(SERIES, rule="FREQ=WEEKLY;INTERVAL=1;UNTIL=20270331T235959")
    (before,) = events([plan])
    changed = replace(
        plan,
        sequence=2,
        sessions=(Session("2026-12-08", "moved", "2026-12-10T09:15"), Session("2026-12-15", "skipped")),
    )
    series, moved = events([changed])
    assert series["uid"] == moved["uid"] == before["uid"]
    assert int(series["sequence"]) == 2 > int(before["sequence"])
    assert str(series["exdate"].dts[0].dt) == "2026-12-15 15:00:00+01:00"
    assert str(moved["recurrence-id"].dt) == "2026-12-08 15:00:00+01:00"
    assert str(moved.start) == "2026-12-10 09:15:00+01:00"
    # 23:59 in Berlin on the last day, which is summer time by then.
    assert series["rrule"]["UNTIL"] == [datetime(2027, 3, 31, 21, 59, tzinfo=UTC)]


def test_calendar_entries_know_their_zone_and_sound_two_alarms() -> None:
    made = calendar_file([SERIES], ["day_before", "hours_2"], Said("Appointment", "Coming up."), NOW).decode()
    assert "DTSTART;TZID=Europe/Berlin:20261201T150000" in made and "BEGIN:VTIMEZONE" in made
    assert "TRIGGER:-P1D" in made and "TRIGGER:-PT2H" in made
    assert not [word for word in ("massage", "psoria", "skin") if word in made.casefold()]


def test_a_cancelled_session_is_cancelled_in_the_calendar_too() -> None:
    (event,) = events([with_session(TUESDAY, Session("2026-12-01", "cancelled"))])
    assert event["status"] == "CANCELLED"
    trial, series = events([replace(SERIES, trial="2026-11-24T15:00", ended="2026-11-30")])
    assert (trial["status"], series["status"]) == ("CONFIRMED", "CANCELLED")


def test_the_course_is_drawn_and_the_picture_is_a_png(library: Library) -> None:
    done = Session("2026-12-01", "done", began=NOW, before=Scores(itch=6, sleep=0), after=Scores(itch=10))
    person = lena(with_session(TUESDAY, done))
    for someone in (person, lena()):
        values = course_values(Scene(someone, NOW, library.words.shelf, library.world, {}))
        assert draw("course.png", values, Path("content/fonts").resolve()).startswith(b"\x89PNG")


# My data.


def test_everything_about_sessions_is_shown_exported_and_erased(library: Library) -> None:
    done = Session("2026-12-01", "done", check="adapt", began=NOW, areas=("elbow_left",), before=Scores(itch=6))
    told = replace(lena(treated("elbow_left")), plans=(with_session(TUESDAY, done),))
    for words in (readable(told, library.words, NOW), screen(library, at(told, "data.see"))):
        assert "Planned sessions" in words and "LEFT elbow" in words and "itch 6" in words
    ready = handout("sessions.ics", told, {}, library.words, NOW)
    assert ready.name == "dates.ics" and isinstance(ready.made, bytes) and ready.made.startswith(b"BEGIN:VCALENDAR")
    after, effects = tap(library, at(told, "data.erase"), "erase")
    assert after.plans == () and after.reminders == () and Forget() in effects


def test_after_consent_is_taken_back_no_dates_are_handed_out(library: Library) -> None:
    person = lena(TUESDAY)
    assert person.consent
    gone = replace(person, consent=replace(person.consent, withdrawn_at=NOW))
    made = handout("sessions.ics", gone, {}, library.words, NOW).made
    assert isinstance(made, bytes) and b"VEVENT" not in made
    assert rows(library, gone) == {}
