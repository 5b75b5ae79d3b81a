"""Choosing a therapist: the rules of a country, a shortlist with what was asked, a choice, a report of misconduct.

What led to a screen names a therapist by id, and what is asked about them: "6923a0f0" or "6923a0f0/training". A report
asks nothing: it holds sessions first, and whom it was about may be said afterwards or never.
"""

import unicodedata
from dataclasses import replace

from bot.care.registers import licence_in
from bot.care.therapists import REPLIES, Reply, Therapist, missing, warnings
from bot.dialogue.events import Event, Wrote
from bot.dialogue.person import Person
from bot.dialogue.therapist_view import (
    ANYBODY,
    CHOSEN,
    HOLD,
    changing,
    held_therapist,
    holding,
    my_therapist,
    shortlist,
    therapist_of,
)
from bot.dialogue.world import Decision, Item, Items, Moment, Outcome, Reader, Unclear, Understood, World

NAME_LENGTH = 30
FLOW, ELSEWHERE = "therapist", "therapist.in_other"
# Letters, digits and signs that can be seen, emoji among them; a name of nothing else would be an empty button.
SEEN = frozenset("LNPS")


# The country and its rules.


def country_of(person: Person) -> str:
    """The country whose rules count: the one visited, or home; empty when unknown."""
    for name in ("country_now", "country"):
        value = person.answer(name)
        if isinstance(value, str):
            return value
    return ""


def register_page(country: str, world: World) -> str:
    """The page of that country's rules, or of all countries that have none."""
    page = f"{FLOW}.in_{country.lower()}"
    return page if country in world.registers and page in world.graph.screens else ELSEWHERE


def register_door(moment: Moment) -> Outcome:
    """The rules of the person's country, which is asked for when it is not known."""
    country = country_of(moment.person)
    return _shown(moment, country) if country else Outcome("ask", moment.person)


def take_country(moment: Moment) -> Outcome:
    """A country named for the first time is kept as home, unless that would leave the time zone in another country."""
    person, country = moment.person, moment.given
    zone = person.answer("time_zone")
    if person.answer("country") is None and (not zone or zone in moment.world.places.zones_of(country)):
        person = person.keeping("country", country, moment.now)
    return _shown(replace(moment, person=person), country)


def look_at_country(moment: Moment) -> Outcome:
    """Another country's rules; nothing is kept."""
    return _shown(moment, moment.given)


def _shown(moment: Moment, country: str) -> Outcome:
    page = register_page(country, moment.world)
    if page == ELSEWHERE:
        return Outcome("other", moment.person, given=country)
    return Outcome("known", moment.person, given=page)


# The shortlist.


def add_door(moment: Moment) -> Outcome:
    """Whether there is room for one more."""
    if not moment.person.consented:
        return Outcome("no_consent", moment.person)
    return Outcome("full" if _full(moment) else "room", moment.person)


def _full(moment: Moment) -> bool:
    return len(shortlist(moment.person)) >= moment.world.therapists.most


def read_name(event: Event, moment: Moment) -> Understood | Unclear:
    """A name on one line that no other therapist of the list has; any letters and emoji."""
    name = tidy_name(event.text) if isinstance(event, Wrote) else ""
    if not any(unicodedata.category(sign)[0] in SEEN for sign in name) or name.endswith("?"):
        return Unclear("therapist_unclear")
    if len(name) > NAME_LENGTH:
        return Unclear("therapist_long")
    return Unclear("therapist_taken") if _taken(name, moment) else Understood(name)


def tidy_name(text: str) -> str:
    """The text on one line, without signs that steer and do not show; those that hold an emoji together stay."""
    shown = (sign for sign in text if sign in "\u200d\ufe0f" or unicodedata.category(sign)[0] != "C" or sign.isspace())
    return " ".join("".join(shown).split())


def _taken(name: str, moment: Moment) -> bool:
    """Whether another therapist has that name; the one being renamed may keep it."""
    others = (one for one in shortlist(moment.person) if one.id != moment.person.given)
    return any(_plain(one.name) == _plain(name) for one in others)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def add_therapist(moment: Moment) -> Outcome:
    """One more therapist on the list."""
    person = moment.person
    if not person.consented:
        return Outcome("no_consent", person)
    if _full(moment) or not moment.given:
        return Outcome("full" if moment.given else "gone", person)
    one = Therapist(_new_id(moment), moment.given, added_at=moment.now)
    return Outcome("added", replace(person, therapists=(*person.therapists, one)), given=one.id)


def _new_id(moment: Moment) -> str:
    """An id made from the time, so that it never comes again after a therapist was removed."""
    number, used = int(moment.now.timestamp()), {one.id for one in moment.person.therapists}
    while f"{number:x}" in used:
        number += 1
    return f"{number:x}"


def my_therapists(moment: Moment) -> tuple[Item, ...]:
    """The therapists on the list."""
    return tuple(Item(one.id, {"therapist": one.id}) for one in shortlist(moment.person))


def meant(moment: Moment) -> Therapist | None:
    """The therapist picked just now, or the one the screen was about."""
    named = moment.given or moment.person.given.partition("/")[0]
    return therapist_of(moment.person, named)


def open_therapist(moment: Moment) -> Outcome:
    """The page of one therapist."""
    one = meant(moment)
    return Outcome("found", moment.person, given=one.id) if one else Outcome("gone", moment.person)


def rename_therapist(moment: Moment) -> Outcome:
    """Another name for the therapist the screen was about."""
    one = therapist_of(moment.person, moment.person.given)
    if one is None or not moment.given:
        return Outcome("gone", moment.person)
    return Outcome("found", changing(moment.person, one.id, name=moment.given), given=one.id)


def remove_therapist(moment: Moment) -> Outcome:
    """The therapist goes from the list; a hold after a report stays until the person lifts it."""
    one = meant(moment)
    if one is None:
        return Outcome("gone", moment.person)
    person = replace(moment.person, therapists=tuple(o for o in moment.person.therapists if o.id != one.id))
    return Outcome("removed", person.without(CHOSEN) if moment.person.answer(CHOSEN) == one.id else person)


# What was asked.


def ask_first(moment: Moment) -> Outcome:
    """The first question that is still to be asked, or the first of all once all were."""
    one = meant(moment)
    if one is None:
        return Outcome("gone", moment.person)
    left = missing(one, moment.world.therapists) or (moment.world.therapists.questions[0].id,)
    return Outcome("more", moment.person, given=f"{one.id}/{left[0]}")


def replies(reply: Reply | None) -> Decision:
    """The answer to the question on the screen, or none when it is skipped; then the next question."""

    def decide(moment: Moment) -> Outcome:
        one, question = asked_about(moment.person, moment.world)
        if one is None or not question:
            return Outcome("gone", moment.person)
        answers = {**one.answers, question: reply} if reply else one.answers
        person = changing(moment.person, one.id, answers=answers)
        return _asked_next(moment, person, one.id, question)

    return Decision(decide, frozenset({"more", "done", "gone"}))


def _asked_next(moment: Moment, person: Person, one: str, question: str) -> Outcome:
    order = [each.id for each in moment.world.therapists.questions]
    later = order[order.index(question) + 1 :]
    return Outcome("more", person, given=f"{one}/{later[0]}") if later else Outcome("done", person, given=one)


def therapist_answers(moment: Moment) -> tuple[Item, ...]:
    """The questions that were answered, with the answer, to answer them anew."""
    one = therapist_of(moment.person, moment.given)
    answers = one.answers if one else {}
    order = [question.id for question in moment.world.therapists.questions if question.id in answers]
    return tuple(Item(name, {"question": name, "reply": answers[name]}) for name in order)


def ask_again(moment: Moment) -> Outcome:
    """One answered question once more."""
    one = therapist_of(moment.person, moment.person.given)
    if one is None or moment.world.therapists.question(moment.given) is None:
        return Outcome("gone", moment.person)
    return Outcome("more", moment.person, given=f"{one.id}/{moment.given}")


def asked_about(person: Person, world: World) -> tuple[Therapist | None, str]:
    """The therapist and the question the screen is about; what does not exist is None and ""."""
    name, _, question = person.given.partition("/")
    return therapist_of(person, name), question if world.therapists.question(question) else ""


# Warning signs.


def signs_first(moment: Moment) -> Outcome:
    """The first group of signs that still has boxes to tick."""
    one = meant(moment)
    return _signs_from(moment, moment.person, one, 0) if one else Outcome("gone", moment.person)


def _signs_from(moment: Moment, person: Person, one: Therapist, first: int) -> Outcome:
    table = moment.world.therapists
    for group in table.groups[first:]:
        if any(sign.group == group and sign.id not in one.signs for sign in table.signs.values()):
            return Outcome("more", person, given=f"{one.id}/{group}")
    return Outcome("done", person, given=one.id)


def therapist_signs(moment: Moment) -> tuple[Item, ...]:
    """The signs of the group on this screen that are not ticked yet."""
    one, group = signs_about(moment.person)
    if one is None:
        return ()
    signs = moment.world.therapists.signs.values()
    return tuple(Item(s.id, {"sign": s.id}) for s in signs if s.group == group and s.id not in one.signs)


def signs_about(person: Person) -> tuple[Therapist | None, str]:
    """The therapist and the group of signs the screen is about."""
    name, _, group = person.given.partition("/")
    return therapist_of(person, name), group


def keep_signs(moment: Moment) -> Outcome:
    """The signs ticked now, beside those from before; then the next group."""
    one, group = signs_about(moment.person)
    groups = moment.world.therapists.groups
    if one is None or group not in groups:
        return Outcome("gone", moment.person)
    ticked = {*one.signs, *moment.given.split(",")}
    kept = tuple(sign for sign in moment.world.therapists.signs if sign in ticked)
    return _signs_from(moment, changing(moment.person, one.id, signs=kept), one, groups.index(group) + 1)


def signs_kept(moment: Moment) -> tuple[Item, ...]:
    """The ticks that can be taken back."""
    one = therapist_of(moment.person, moment.given)
    return (
        tuple(Item(sign, {"sign": sign}) for sign in one.signs if sign in moment.world.therapists.signs) if one else ()
    )


def drop_sign(moment: Moment) -> Outcome:
    """One tick taken back."""
    one = therapist_of(moment.person, moment.person.given)
    if one is None:
        return Outcome("gone", moment.person)
    left = tuple(sign for sign in one.signs if sign != moment.given)
    return Outcome("found", changing(moment.person, one.id, signs=left), given=one.id)


# The choice.


def choose_therapist(moment: Moment) -> Outcome:
    """The therapist is chosen, unless a report holds sessions; with warning signs the person is asked once more."""
    one = meant(moment)
    if one is None:
        return Outcome("gone", moment.person)
    if held_therapist(moment.person) in (one.id, ANYBODY):
        return Outcome("held", moment.person, given=one.id)
    licence = licence_in(country_of(moment.person), moment.world.registers)
    if warnings(one, moment.world.therapists, licence):
        return Outcome("warned", moment.person, given=one.id)
    return _chosen(moment, one)


def choose_anyway(moment: Moment) -> Outcome:
    """The person has seen the warning signs and decides; a hold still stands."""
    one = meant(moment)
    if one is None:
        return Outcome("gone", moment.person)
    if held_therapist(moment.person) in (one.id, ANYBODY):
        return Outcome("held", moment.person, given=one.id)
    return _chosen(moment, one)


def _chosen(moment: Moment, one: Therapist) -> Outcome:
    return Outcome("chosen", moment.person.keeping(CHOSEN, one.id, moment.now), given=one.id)


def unchoose_therapist(moment: Moment) -> Outcome:
    """Nobody is chosen any more."""
    return Outcome("done", moment.person.without(CHOSEN))


# Something wrong happened.


def report_misconduct(moment: Moment) -> Outcome:
    """Sessions are held at once: with the therapist the screen was about, else the chosen one, else with everybody."""
    one = meant(moment) if moment.person.screen.startswith(f"{FLOW}.") else None
    one = one or my_therapist(moment.person)
    return Outcome("held", holding(moment.person, one.id if one else ANYBODY, moment.now))


def report_about(moment: Moment) -> Outcome:
    """The person says of their own accord whom it was about; only sessions with them stay held."""
    one = therapist_of(moment.person, moment.given)
    if one is None or not held_therapist(moment.person):
        return Outcome("held", moment.person)
    return Outcome("held", moment.person.keeping(HOLD, one.id, moment.now))


def lift_hold(moment: Moment) -> Outcome:
    """The person decides that sessions may go on."""
    return Outcome("lifted", moment.person.without(HOLD))


def outcomes(names: str) -> frozenset[str]:
    """Outcomes written with spaces between them."""
    return frozenset(names.split())


DECISIONS: dict[str, Decision] = {
    "register_door": Decision(register_door, outcomes("known other ask")),
    "take_register_country": Decision(take_country, outcomes("known other")),
    "look_at_country": Decision(look_at_country, outcomes("known other")),
    "therapist_room": Decision(add_door, outcomes("room full no_consent")),
    "add_therapist": Decision(add_therapist, outcomes("added full no_consent gone")),
    "open_therapist": Decision(open_therapist, outcomes("found gone")),
    "rename_therapist": Decision(rename_therapist, outcomes("found gone")),
    "remove_therapist": Decision(remove_therapist, outcomes("removed gone")),
    "therapist_ask_again": Decision(ask_again, outcomes("more gone")),
    "therapist_ask_first": Decision(ask_first, outcomes("more gone")),
    **{f"therapist_{reply}": replies(reply) for reply in REPLIES},
    "therapist_skip": replies(None),
    "therapist_signs_first": Decision(signs_first, outcomes("more done gone")),
    "keep_therapist_signs": Decision(keep_signs, outcomes("more done gone")),
    "drop_therapist_sign": Decision(drop_sign, outcomes("found gone")),
    "choose_therapist": Decision(choose_therapist, outcomes("chosen warned held gone")),
    "choose_therapist_anyway": Decision(choose_anyway, outcomes("chosen held gone")),
    "unchoose_therapist": Decision(unchoose_therapist, outcomes("done")),
    "report_misconduct": Decision(report_misconduct, outcomes("held")),
    "report_about": Decision(report_about, outcomes("held")),
    "lift_therapist_hold": Decision(lift_hold, outcomes("lifted")),
}
READERS: dict[str, Reader] = {"therapist_name": read_name}
ITEMS: dict[str, Items] = {
    "my_therapists": my_therapists,
    "therapist_answers": therapist_answers,
    "therapist_signs": therapist_signs,
    "therapist_signs_kept": signs_kept,
}
