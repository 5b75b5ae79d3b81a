"""What a person keeps about therapists: the shortlist, the one they chose, and a hold after something wrong happened.

The hold is one answer, `therapist_hold`: the id of the therapist a report was about, or ANYBODY when it named none or a
second one; nobody is asked whom or what. Words of misconduct that were typed hold as well (ALARM), until the person
says that they meant something else. Sessions ask `sessions_held_with`.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.care.therapists import Therapist
from bot.dialogue.person import Person

CHOSEN, HOLD = "my_therapist", "therapist_hold"
ANYBODY, ALARM = "anybody", "alarm"


def shortlist(person: Person) -> tuple[Therapist, ...]:
    """The therapists on the person's list; none without a standing consent."""
    return person.therapists if person.consented else ()


def therapist_of(person: Person, name: str) -> Therapist | None:
    """The therapist with that id."""
    return next((one for one in shortlist(person) if one.id == name), None)


def my_therapist(person: Person) -> Therapist | None:
    """The therapist the person chose, if they are still on the list."""
    chosen = person.answer(CHOSEN)
    return therapist_of(person, chosen) if isinstance(chosen, str) else None


def held_therapist(person: Person) -> str:
    """The id of the therapist whose sessions are held, ANYBODY when that is not known, "" when nothing is held."""
    held = person.answer(HOLD)
    if held == ALARM:
        chosen = my_therapist(person)
        return chosen.id if chosen else ANYBODY
    return held if isinstance(held, str) else ""


def sessions_held_with(person: Person, therapist: str = "") -> bool:
    """Whether sessions with that therapist are held; for a session that names none, whether any therapist is held."""
    held = held_therapist(person)
    return bool(held) and (held in (ANYBODY, therapist) or not therapist)


def holding(person: Person, therapist: str, now: datetime) -> Person:
    """The person with sessions held after a report; two reports about different people hold everybody."""
    before = person.answer(HOLD)
    return person.keeping(HOLD, therapist if before in (None, ALARM, therapist) else ANYBODY, now)


def held_by_alarm(person: Person, now: datetime) -> Person:
    """The person with sessions held because of what they typed; a report that was made stands as it is."""
    return person if person.answer(HOLD) else person.keeping(HOLD, ALARM, now)


def alarm_not_meant(person: Person) -> Person:
    """The person without a hold that only typed words had set."""
    return person.without(HOLD) if person.answer(HOLD) == ALARM else person


def changing(person: Person, therapist: str, /, **changes: Any) -> Person:
    """The person with one therapist of their list changed."""
    found = tuple(replace(one, **changes) if one.id == therapist else one for one in person.therapists)
    return replace(person, therapists=found)
