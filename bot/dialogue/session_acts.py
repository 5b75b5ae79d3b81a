"""What a person does with a session that is planned: look at it, check before it, move, skip, cancel, pause, resume.

A session is named by its id, in `given` or in the subject of a message beside the talk ("session_soon/s1/2026-12-01").
Buttons of such messages act once: what is over says so.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.care.session_table import Report, come_to, reported
from bot.care.sessions import (
    Occurrence,
    Pause,
    Plan,
    State,
    ended,
    looks_of,
    occurrence,
    occurrences,
    paused,
    rescheduled,
    resumed,
    waiting,
    with_plan,
    with_session,
)
from bot.dialogue.check import CHANGES, REOPENED, reports
from bot.dialogue.clinician import opening_of
from bot.dialogue.effects import Effect, Say, Toast
from bot.dialogue.person import Person
from bot.dialogue.session_draft import Draft
from bot.dialogue.session_planning import fixed, is_zone, outcomes, zone_of
from bot.dialogue.world import Decision, Item, Items, Moment, Outcome
from bot.reminders.walltime import instant, on_wall

SHOWN_AHEAD, SHOWN_BACK = timedelta(days=120), timedelta(days=21)
SHOWN_AT_MOST = 12
BETWEEN = "|"


def id_in(moment: Moment) -> str:
    """The id of the session that is meant: in what led here or, for buttons of the talk, where the person is."""
    given = moment.given or moment.person.given
    parts = given.partition(BETWEEN)[0].split("/")
    return "/".join(parts[-2:]) if len(parts) >= 2 else given


def session_in(moment: Moment) -> Occurrence | None:
    """The session that is meant, or None when there is none."""
    return occurrence(moment.person.plans, id_in(moment))


def begins(found: Occurrence) -> datetime:
    """The UTC instant a session is planned for."""
    return instant(found.wall, found.plan.zone if is_zone(found.plan.zone) else "UTC")


def coming(
    person: Person, now: datetime, back: timedelta = timedelta(), ahead: timedelta = SHOWN_AHEAD
) -> list[Occurrence]:
    """Sessions that are still open, of all plans, by the instant they are planned for."""
    found: list[Occurrence] = []
    for plan in person.plans:
        zone = plan.zone if is_zone(plan.zone) else "UTC"
        wall = on_wall(now, zone)
        found += [each for each in occurrences(plan, wall - back, wall + ahead) if each.open]
    return sorted(found, key=begins)


def my_sessions(moment: Moment) -> tuple[Item, ...]:
    """What is planned, and what has passed without a word of how it went."""
    found = coming(moment.person, moment.now, back=SHOWN_BACK)[:SHOWN_AT_MOST]
    return tuple(Item(each.id, {"session": each.id}) for each in found)


def done_lately(moment: Moment) -> tuple[Item, ...]:
    """Sessions that took place, the latest first."""
    done = [(plan.id, held) for plan in moment.person.plans for held in plan.sessions if held.state == "done"]
    ids = [f"{plan_id}/{held.day}" for plan_id, held in sorted(done, key=lambda row: row[1].day, reverse=True)]
    return tuple(Item(id_, {"session": id_}) for id_ in ids[:SHOWN_AT_MOST])


def open_session(moment: Moment) -> Outcome:
    """The session picked, if there still is one."""
    found = session_in(moment)
    return Outcome("shown", moment.person, given=found.id) if found else Outcome("over", moment.person)


def actions(moment: Moment) -> tuple[Item, ...]:
    """What can be done with the session on this screen, as it stands."""
    found = session_in(moment)
    names = actions_of(found, moment) if found else []
    return tuple(Item(name, {"action": name}) for name in names)


def actions_of(found: Occurrence, moment: Moment) -> list[str]:
    """The names of what can be done with a session now."""
    series = ["series"] if found.plan.series else []
    if found.session.state == "done":
        return ["areas", "before", "after", "look", "undo", *series]
    if not found.open:
        return ["undo", *series]
    if moment.now >= begins(found):
        return ["done", "missed", "move", *series]
    return ["check", "before", "move", "skip", "cancel", *series]


def looks_open(moment: Moment) -> bool:
    """Whether a look at the skin is waiting for its answer."""
    found = waiting(looks_of(moment.person.plans, moment.world.sessions.looks), moment.now)
    return any(each.due <= moment.now for each in found)


def act(moment: Moment) -> Outcome:
    """The action picked on a session's screen."""
    found, person = occurrence(moment.person.plans, moment.person.given), moment.person
    if found is None or moment.given not in actions_of(found, moment):
        return Outcome("over", person)
    match moment.given:
        case "skip" | "missed":
            return Outcome("one", with_state(person, found, "skipped", moment.now), given=found.id)
        case "cancel":
            return Outcome("one", with_state(person, found, "cancelled", moment.now), given=found.id)
        case "undo":
            return Outcome(
                "one",
                with_state(person, found, "moved" if found.session.wall else "planned", moment.now),
                given=found.id,
            )
        case "done":
            return Outcome("areas", done(person, found, moment.now), given=found.id)
        case "move":
            return Outcome("move", person, given=Draft(moves=found.id).said())
        case "series":
            return Outcome("series", person, given=found.plan.id)
        case "before" | "after" as when:
            return Outcome("score", person, given=f"{found.id}{BETWEEN}{when}{BETWEEN}itch")
        case name:
            return Outcome(name, person, given=found.id)


ACT_OUTCOMES = outcomes("one areas move series score check look over")


def with_state(person: Person, found: Occurrence, state: State, now: datetime) -> Person:
    """The person with that session as it now stands; calendars hear of it."""
    session = replace(found.session, state=state, began=None, changed_at=now)
    return replace(person, plans=with_plan(person.plans, rescheduled(found.plan, session)))


def done(person: Person, found: Occurrence, now: datetime) -> Person:
    """The person with that session done; the looks are counted from when it was planned for, or from now if earlier."""
    if found.session.state == "done":
        return person
    session = replace(found.session, state="done", began=min(begins(found), now))
    return replace(person, plans=with_plan(person.plans, with_session(found.plan, session)))


# Buttons of messages beside the talk.


def reminded(state: State) -> Decision:
    """A press beside the talk that skips or ends one session, once."""

    def decide(moment: Moment) -> Outcome:
        found = session_in(moment)
        if found is None or not found.open:
            return Outcome("stay", moment.person, (Toast("already_done"),))
        person = (
            done(moment.person, found, moment.now)
            if state == "done"
            else with_state(moment.person, found, state, moment.now)
        )
        return Outcome("stay", person, (Toast("got_it"), *shown_again(moment)))

    return Decision(decide, outcomes("stay"))


def shown_again(moment: Moment) -> tuple[Effect, ...]:
    """The message that was pressed, as it now stands."""
    kind = moment.given.partition("/")[0]
    if moment.message_id is None:
        return ()
    return (Say(f"reminder.{kind}", subject=moment.given, edit=moment.message_id),)


def reminded_done(moment: Moment) -> Outcome:
    """Pressed after the session: it took place, and the treated places are asked for."""
    found = session_in(moment)
    if found is None or not found.open:
        return Outcome("stay", moment.person, (Toast("already_done"),))
    return Outcome("areas", done(moment.person, found, moment.now), given=found.id)


def reminded_seen(moment: Moment) -> Outcome:
    """Pressed because it was read; nothing changes."""
    return Outcome("stay", moment.person, (Toast("got_it"),))


def begin_move(moment: Moment) -> Outcome:
    """Another time for a session that is still open."""
    found = session_in(moment)
    if found is None or not found.open:
        return Outcome("over", moment.person)
    return Outcome("asked", moment.person, given=Draft(moves=found.id).said())


def skip_it(moment: Moment) -> Outcome:
    """The session on the screen is left out."""
    found = session_in(moment)
    if found is None or not found.open:
        return Outcome("over", moment.person)
    return Outcome("one", with_state(moment.person, found, "skipped", moment.now), given=found.id)


def open_series(moment: Moment) -> Outcome:
    """The plan a session belongs to."""
    found = session_in(moment)
    return Outcome("series", moment.person, given=found.plan.id) if found else Outcome("over", moment.person)


def plan_in(moment: Moment) -> Plan | None:
    """The plan the person is looking at."""
    return next((plan for plan in moment.person.plans if plan.id == moment.person.given), None)


def series_again(moment: Moment) -> Outcome:
    """The plan on the screen, handed on to the question whether to cancel it."""
    plan = plan_in(moment)
    return Outcome("asked", moment.person, given=plan.id) if plan else Outcome("over", moment.person)


def cancel_series(moment: Moment) -> Outcome:
    """Nothing more of the plan from now on; what took place stays."""
    plan = plan_in(moment)
    if plan is None:
        return Outcome("over", moment.person)
    wall = on_wall(moment.now, plan.zone if is_zone(plan.zone) else "UTC")
    ahead = [each for each in occurrences(plan, wall, wall + SHOWN_AHEAD * 3) if each.open]
    kept = replace(plan, sessions=tuple(held for held in plan.sessions if not _ahead(held.day, ahead)))
    person = replace(
        moment.person,
        plans=with_plan(moment.person.plans, ended(kept, ahead[0].session.day if ahead else f"{wall:%Y-%m-%d}")),
    )
    return Outcome("cancelled", person)


def _ahead(day: str, ahead: list[Occurrence]) -> bool:
    return any(each.session.day == day for each in ahead)


# The three questions before.


def begin_check(moment: Moment) -> Outcome:
    """The three questions, where sessions are open; a safety check that has run out comes first."""
    found, person = session_in(moment), moment.person
    if found is None or not found.open:
        return Outcome("over", person)
    opening = opening_of(person, moment.world, moment.now)
    if not opening.open:
        return Outcome("redo" if opening.because in ("expired", "no_check") else "closed", person)
    return Outcome("asked", person, given=f"{found.id}{BETWEEN}")


def replies_in(given: str, moment: Moment) -> dict[str, str]:
    """The answers so far, by question; what no question knows is left out."""
    pairs = [pair.partition(":") for pair in given.partition(BETWEEN)[2].split(",")]
    questions = moment.world.sessions.questions
    return {name: reply for name, _, reply in pairs if reply in questions.get(name, {})}


def question_of(given: str, moment: Moment) -> str:
    """The question to be asked next; "" after the last."""
    told = replies_in(given, moment)
    return next((name for name in moment.world.sessions.questions if name not in told), "")


def replies(moment: Moment) -> tuple[Item, ...]:
    """The answers to the question on the screen."""
    question = question_of(moment.given, moment)
    found = moment.world.sessions.questions.get(question, {})
    return tuple(Item(reply, {"reply": f"{question}_{reply}"}) for reply in found)


def take_reply(moment: Moment) -> Outcome:
    """One answer more; after the last what they come to is kept, and what they report."""
    here, person = moment.person.given, moment.person
    found, question = occurrence(person.plans, here.partition(BETWEEN)[0]), question_of(here, moment)
    if found is None or not found.open or moment.given not in moment.world.sessions.questions.get(question, {}):
        return Outcome("lost", person)
    told = {**replies_in(here, moment), question: moment.given}
    given = f"{found.id}{BETWEEN}{','.join(f'{name}:{reply}' for name, reply in told.items())}"
    if question_of(given, moment):
        return Outcome("more", person, given=given)
    result = come_to(moment.world.sessions, told)
    session = replace(found.session, check=result, checked_at=moment.now)
    person = replace(person, plans=with_plan(person.plans, with_session(found.plan, session)))
    for report in reported(moment.world.sessions, told):
        person = after_report(person, report, moment)
    return Outcome("whole", person, given=given)


def after_report(person: Person, report: Report, moment: Moment) -> Person:
    """The person with a change reported as it is in the safety check; a danger holds every plan."""
    if report == "danger":
        return person.keeping(REOPENED, "other", moment.now).keeping("held", "today", moment.now)
    return reports(report)(replace(moment, person=person)).person


# Pause and resume.


def pauses(reason: Pause, change: str = "") -> Decision:
    """One tap: every plan rests; a flare or an illness is reported to the safety check as well."""

    def decide(moment: Moment) -> Outcome:
        person = replace(moment.person, plans=paused(moment.person.plans, reason, moment.now))
        if change and person.consented:
            person = reports(change)(replace(moment, person=person)).person
        return Outcome("paused", person)

    return Decision(decide, outcomes("paused"))


def resume_said(change: str) -> Decision:
    """What has changed meanwhile: nothing lets the plans go on, anything else asks for the safety check first."""

    def decide(moment: Moment) -> Outcome:
        person = replace(moment.person, plans=resumed(moment.person.plans))
        if change and person.consented:
            person = reports(change)(replace(moment, person=person)).person
        is_open = opening_of(person, moment.world, moment.now).open
        return Outcome("resumed" if is_open else "closed", person)

    return Decision(decide, outcomes("resumed closed"))


def follow_clock(moment: Moment) -> Outcome:
    """The plans move to the clock where the person is now: the same hours on the wall there."""
    return Outcome("kept", moved_to(moment.person, zone_of(moment.person), moment.now))


def moved_to(person: Person, zone: str, now: datetime) -> Person:
    """The person with every plan at the same hours on the wall of another zone."""
    plans = tuple(p if p.zone == zone else replace(p, zone=zone, sequence=p.sequence + 1) for p in person.plans)
    return replace(person, plans=plans)


LEADS = "day_before evening_before hours_2 hours_1".split()
USUAL_LEADS = ["day_before", "hours_2"]


def leads_of(person: Person) -> list[str]:
    """When the person wants to be reminded of a session."""
    value = person.answer("session_leads")
    return [lead for lead in value if lead in LEADS] if isinstance(value, list) else USUAL_LEADS


def keep_leads(moment: Moment) -> Outcome:
    """When to remind of a session, as ticked; nothing ticked means not at all."""
    ticked = [lead for lead in LEADS if lead in moment.given.split(",")]
    return Outcome("kept", moment.person.keeping("session_leads", ticked, moment.now))


DECISIONS: dict[str, Decision] = {
    "open_session": Decision(open_session, outcomes("shown over")),
    "session_act": Decision(act, ACT_OUTCOMES),
    "session_reminded_done": Decision(reminded_done, outcomes("stay areas")),
    "session_reminded_skip": reminded("skipped"),
    "session_reminded_seen": Decision(reminded_seen, outcomes("stay")),
    "session_move": Decision(begin_move, outcomes("asked over")),
    "session_skip": Decision(skip_it, outcomes("one over")),
    "session_series": Decision(open_series, outcomes("series over")),
    "session_series_again": Decision(series_again, outcomes("asked over")),
    "cancel_series": Decision(cancel_series, outcomes("cancelled over")),
    "session_check": Decision(begin_check, outcomes("asked redo closed over")),
    "take_reply": Decision(take_reply, outcomes("more whole lost")),
    "session_pause_flare": pauses("flare", "flare"),
    "session_pause_illness": pauses("illness", "ill"),
    "session_pause_travel": pauses("travel"),
    "session_resume_nothing": resume_said(""),
    **{f"session_resume_{change}": resume_said(change) for change in CHANGES},
    "session_follow_clock": Decision(follow_clock, outcomes("kept")),
    "keep_leads": Decision(keep_leads, outcomes("kept")),
}
ITEMS: dict[str, Items] = {
    "my_sessions": my_sessions,
    "done_sessions": done_lately,
    "session_actions": actions,
    "session_replies": replies,
    "session_leads": fixed(LEADS, "lead"),
}
