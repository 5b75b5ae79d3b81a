"""The clinician's answer as it is kept: four answers of the person that belong together, and why they no longer count.

`clinician_view`, `clinician_role`, `clinician_on` and `clinician_limits` are written together and never one alone.
`clinician_stale` names what a later check reported; only recording the answer anew takes it away.
"""

from datetime import date, datetime

from bot.care.clinician import AGES, KINDS, ROLES, Age, View, outdated_by
from bot.dialogue.person import Person
from bot.dialogue.world import World

PARTS = ("clinician_view", "clinician_role", "clinician_on", "clinician_limits", "clinician_stale")


def view_of(person: Person) -> View | None:
    """The recorded answer, or None; what another release kept and this one can't read never counts as a yes."""
    held = person.answers.get("clinician_view") if person.consented else None
    if held is None:
        return None
    kind, role = person.answer("clinician_view"), person.answer("clinician_role")
    limits, age = person.answer("clinician_limits"), person.answer("clinician_stale")
    return View(
        kind=kind if kind in KINDS else "undecided",
        role=role if role in ROLES else "other",
        on=day_of(person.answer("clinician_on")) or held.at.date(),
        limits=limits if isinstance(limits, str) else "",
        outdated=age if age in AGES else None,
    )


def day_of(value: object) -> date | None:
    """The day of an ISO date, or None when it is none."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def keeping_view(person: Person, view: View, now: datetime) -> Person:
    """The person with this answer in place of any earlier one."""
    person = person.without(*PARTS)
    person = person.keeping("clinician_view", view.kind, now).keeping("clinician_role", view.role, now)
    person = person.keeping("clinician_on", view.on.isoformat(), now)
    if view.limits:
        person = person.keeping("clinician_limits", view.limits, now)
    return person.keeping("clinician_stale", view.outdated, now) if view.outdated else person


def after_check(person: Person, before: object, ticked: frozenset[str], world: World, now: datetime) -> Person:
    """The person after a new check, with a recorded answer marked as old when the check reports what makes it so.

    `before` are the ticks of the check before this one, as they were kept, or None when there was none.
    """
    earlier = frozenset(map(str, before)) if isinstance(before, list) else None
    return outdated(person, outdated_by(earlier, ticked, world.views), now)


def outdated(person: Person, age: Age | None, now: datetime) -> Person:
    """The person with a recorded answer marked as old for that reason; unchanged without answer or reason."""
    if age is None or view_of(person) is None:
        return person
    return person.keeping("clinician_stale", age, now)
