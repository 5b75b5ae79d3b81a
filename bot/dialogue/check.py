"""The safety check in the talk: few screens of boxes, one verdict.

What was ticked is kept as the answer «check»: finding ids, and "?group" where the person was not sure. The verdict
is judged from it anew each time, so a better rule reaches everybody. Without consent the ticks live in the person's
draft, which is held in memory only.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.care.clinician import Age
from bot.care.safety import Verdict, expires, judge, screens_for
from bot.dialogue.clinician_view import after_check, outdated
from bot.dialogue.person import Person
from bot.dialogue.world import Item, Moment, Outcome, World

UNSURE = "unsure"
# The first entry of every draft. A draft without it was lost with the memory it lived in, and a check must never go
# on without the answers that came before.
BEGUN = "begun"
CRISIS = "crisis"
# The answer that says what made the last check count no longer.
REOPENED = "check_reopened"
CHANGES = ("flare", "ill", "medicine", "pregnancy", "other")
# The changes that make a clinician's recorded answer old as well.
OUTDATING: dict[str, Age] = {"flare": "flare", "medicine": "new_medicine"}


def ticks(person: Person) -> tuple[str, ...] | None:
    """What the person ticked in their last whole check, or in the one just made without consent; None before any."""
    kept = person.answer("check")
    if isinstance(kept, list):
        return tuple(kept)
    return person.draft[1:] if person.draft_done else None


def verdict_of(person: Person, world: World) -> Verdict | None:
    """The verdict of the last check, however old; None before any."""
    ticked = ticks(person)
    return None if ticked is None else verdict(ticked, world)


def verdict(ticked: tuple[str, ...], world: World) -> Verdict:
    """The verdict on ticks as they are kept."""
    unsure = frozenset(tick[1:] for tick in ticked if tick.startswith("?"))
    return judge(frozenset(tick for tick in ticked if not tick.startswith("?")), unsure, world.safety)


def checked_at(person: Person) -> datetime | None:
    """When the last kept check was made."""
    held = person.answers.get("check") if person.consented else None
    return held.at if held else None


def valid_until(person: Person, world: World) -> datetime | None:
    """Until when the last kept check counts; None without one."""
    at, result = checked_at(person), verdict_of(person, world)
    return expires(result, at) if at and result else None


def standing(person: Person, world: World, now: datetime) -> bool:
    """Whether a check is kept and still counts."""
    until = valid_until(person, world)
    return until is not None and now < until and person.answer(REOPENED) is None and not alarmed_since(person)


def alarmed_since(person: Person) -> bool:
    """Whether an alarm has held plans since the last check; a crisis has a way out of its own."""
    hold, at = person.answers.get("held"), checked_at(person)
    return hold is not None and hold.value != CRISIS and at is not None and hold.at > at


def reports(change: str) -> Callable[[Moment], Outcome]:
    """A decision that ends the validity of the last check at once; a flare holds plans as well."""

    def report(moment: Moment) -> Outcome:
        person = moment.person.keeping(REOPENED, change, moment.now)
        if change == "flare" and person.answer("held") is None:
            person = person.keeping("held", change, moment.now)
        return Outcome("reopened", outdated(person, OUTDATING.get(change), moment.now))

    return report


def check_door(moment: Moment) -> Outcome:
    """A check that still counts is shown; otherwise a new one is offered. A crisis hold is spoken of first."""
    if moment.person.answer("held") == CRISIS:
        return Outcome("held", moment.person)
    valid = standing(moment.person, moment.world, moment.now)
    return Outcome("standing" if valid else "ask", moment.person)


def begin_check(moment: Moment) -> Outcome:
    """A new check, from its first group; the last one stays in force until this one is finished."""
    person = replace(moment.person, draft=(BEGUN,), draft_done=False)
    return Outcome("asked", person, given=next(iter(moment.world.safety.groups)))


def check_findings(moment: Moment) -> tuple[Item, ...]:
    """What can be ticked in the group on this screen, and "not sure"."""
    group = moment.world.safety.groups.get(moment.given)
    if group is None:
        return ()
    findings = (Item(finding, {"finding": finding}) for finding in group.findings)
    return (*findings, Item(UNSURE, {"finding": UNSURE}))


def take_group(moment: Moment) -> Outcome:
    """The ticks of one group taken into the draft; the next group, or the end at the first sign of an emergency."""
    group = moment.world.safety.groups.get(moment.person.given)
    if group is None or moment.person.draft[:1] != (BEGUN,):
        return Outcome("lost", moment.person)
    ticked = frozenset(moment.given.split(","))
    earlier = [tick for tick in moment.person.draft if tick not in (*group.findings, f"?{group.id}")]
    now_ticked = [finding for finding in group.findings if finding in ticked]
    unsure = [f"?{group.id}"] if UNSURE in ticked else []
    person = replace(moment.person, draft=(*earlier, *now_ticked, *unsure))
    following = next_group(person, group.id, moment.world)
    if following and verdict(person.draft[1:], moment.world).level != "emergency":
        return Outcome("more", person, given=following)
    return finished(person, moment)


def next_group(person: Person, group: str, world: World) -> str | None:
    """The group asked after this one, given what is ticked so far."""
    order = list(world.safety.groups)
    ticked = frozenset(tick for tick in person.draft if not tick.startswith("?"))
    later = [name for name in screens_for(ticked, world.safety) if order.index(name) > order.index(group)]
    return later[0] if later else None


def finished(person: Person, moment: Moment) -> Outcome:
    """The check is whole: kept where that is allowed, and plans held or let go as the verdict says."""
    result = verdict(person.draft[1:], moment.world)
    person = replace(person, draft_done=True).keeping("check", list(person.draft[1:]), moment.now)
    person = person.without(REOPENED)
    ticked = frozenset(person.draft[1:])
    person = after_check(person, moment.person.answer("check"), ticked, moment.world, moment.now)
    if CRISIS in person.draft:
        person = person.keeping("held", CRISIS, moment.now)
    elif result.holds:
        person = person.keeping("held", result.level, moment.now)
    elif person.answer("held") != CRISIS:
        person = person.without("held")
    if person.consented:
        person = replace(person, draft=(), draft_done=False)
    only_crisis = CRISIS in (ticks(person) or ()) and all(
        because.findings in ((CRISIS,), ()) for because in result.because
    )
    return Outcome(CRISIS if only_crisis else "done", person)
