"""After a session: what was treated and with what, how it felt, and the looks at the skin that follow."""

from dataclasses import replace
from datetime import datetime
from typing import get_args

from bot.care.plaques import Plaque, PlaqueMap, State
from bot.care.sessions import (
    CHANGES,
    SCORES,
    WORST,
    Change,
    Finding,
    Occurrence,
    Scores,
    Session,
    areas_asked,
    done_sessions,
    looked,
    occurrence,
    paused,
    with_plan,
    with_session,
    worse_in_a_row,
)
from bot.dialogue.check import REOPENED
from bot.dialogue.effects import Toast
from bot.dialogue.patch_test import tested
from bot.dialogue.person import Person
from bot.dialogue.session_acts import BETWEEN, looks_open, shown_again
from bot.dialogue.session_planning import outcomes
from bot.dialogue.world import Decision, Item, Items, Moment, Outcome, World

SORE: State = "sore"


def at(moment: Moment) -> tuple[Occurrence | None, list[str]]:
    """The session the person is at, and what stands behind its id in `given`."""
    id_, *rest = moment.person.given.split(BETWEEN)
    return occurrence(moment.person.plans, id_), rest


def kept(person: Person, found: Occurrence, session: Session) -> Person:
    """The person with what became of that session."""
    return replace(person, plans=with_plan(person.plans, with_session(found.plan, session)))


# What was treated.


def regions(moment: Moment) -> tuple[Item, ...]:
    """The regions of the body."""
    return tuple(Item(region, {"region": region}) for region in moment.world.body.regions)


def open_region(moment: Moment) -> Outcome:
    """One region, to tick its areas."""
    found, _ = at(moment)
    if found is None or moment.given not in moment.world.body.regions:
        return Outcome("over", moment.person)
    return Outcome("asked", moment.person, given=f"{found.id}{BETWEEN}{moment.given}")


def region_areas(moment: Moment) -> tuple[Item, ...]:
    """The areas of the region on this screen."""
    region = moment.given.partition(BETWEEN)[2]
    return tuple(Item(area, {"area": area}) for area in moment.world.body.regions.get(region, ()))


def take_region(moment: Moment) -> Outcome:
    """The areas of that region as ticked now, in place of those noted there before."""
    found, rest = at(moment)
    if found is None or not rest:
        return Outcome("over", moment.person)
    here = moment.world.body.regions.get(rest[0], ())
    others = [area for area in found.session.areas if area not in here]
    ticked = [area for area in here if area in moment.given.split(",")]
    known = [area for area in moment.world.body.areas if area in (*others, *ticked)]
    person = kept(moment.person, found, replace(found.session, areas=tuple(known)))
    return Outcome("asked", person, given=found.id)


def after_areas(moment: Moment) -> Outcome:
    """The products come next, if there are any, and then how it felt."""
    found, _ = at(moment)
    if found is None:
        return Outcome("over", moment.person)
    return Outcome("products" if moment.person.products else "scores", moment.person, given=found.id)


def my_products(moment: Moment) -> tuple[Item, ...]:
    """The products the person has named."""
    found = tested(moment.world, moment.person, moment.now)
    return tuple(Item(each.product.id, {"product": each.product.id}) for each in found)


def take_products(moment: Moment) -> Outcome:
    """The products that were used."""
    found, _ = at(moment)
    if found is None:
        return Outcome("over", moment.person)
    ticked = moment.given.split(",")
    named = (each.product.id for each in tested(moment.world, moment.person, moment.now))
    used = tuple(id_ for id_ in named if id_ in ticked)
    return Outcome("scores", kept(moment.person, found, replace(found.session, products=used)), given=found.id)


# How it felt, if the person likes to note it.


def begin_scores(moment: Moment) -> Outcome:
    """The first of the four scores after the session."""
    found, _ = at(moment)
    if found is None:
        return Outcome("over", moment.person)
    return Outcome("asked", moment.person, given=f"{found.id}{BETWEEN}after{BETWEEN}{SCORES[0]}")


def numbers(moment: Moment) -> tuple[Item, ...]:
    """Nought to ten."""
    return tuple(Item(str(number), {"number": str(number)}) for number in range(WORST + 1))


def take_score(moment: Moment) -> Outcome:
    """One score noted or skipped; the next one, or the end."""
    found, rest = at(moment)
    when, name = (*rest, "", "")[:2]
    if found is None or when not in ("before", "after") or name not in SCORES:
        return Outcome("over", moment.person)
    person = moment.person
    if moment.given.isdigit() and int(moment.given) <= WORST:
        scores: Scores = getattr(found.session, when)
        noted = {**scores.said(), name: int(moment.given)}
        session = (
            replace(found.session, before=Scores(**noted))
            if when == "before"
            else replace(found.session, after=Scores(**noted))
        )
        person = kept(person, found, session)
    following = SCORES[SCORES.index(name) + 1 :]
    if following:
        return Outcome("more", person, given=f"{found.id}{BETWEEN}{when}{BETWEEN}{following[0]}")
    return Outcome("whole", person, given=found.id)


# Looks at the skin.


def look_door(moment: Moment) -> Outcome:
    """Once a session took place, a change can be told at any time."""
    return Outcome("asked" if done_sessions(moment.person.plans) else "none", moment.person)


def look_said(change: Change) -> Decision:
    """What changed; where is asked next when it can be one of the treated places."""

    def decide(moment: Moment) -> Outcome:
        so_far = findings_in(moment.person.given)
        places = areas_asked(moment.person.plans, moment.world.sessions.looks, moment.now)
        if not done_sessions(moment.person.plans):
            return Outcome("none", moment.person)
        if change == "rash" or not places:
            return Outcome("more", moment.person, given=written((*so_far, Finding("", change))))
        return Outcome("where", moment.person, given=f"{change}{BETWEEN}{written(so_far)}")

    return Decision(decide, outcomes("where more none"))


def written(findings: tuple[Finding, ...]) -> str:
    """Findings as text for `given`."""
    return ",".join(f"{finding.change}:{finding.area}" for finding in dict.fromkeys(findings))


def findings_in(given: str) -> tuple[Finding, ...]:
    """The findings behind a text; what is none is left out."""
    pairs = [part.partition(":") for part in given.rpartition(BETWEEN)[2].split(",")]
    return tuple(Finding(area, change_of(name)) for name, colon, area in pairs if colon and name in CHANGES)


def change_of(name: str) -> Change:
    """The change of that name; a name that is none counts as a rash, which stops everything."""
    return next((change for change in get_args(Change) if change == name), "rash")


def places_looked_at(moment: Moment) -> tuple[Item, ...]:
    """The treated places that the looks open now ask about."""
    found = areas_asked(moment.person.plans, moment.world.sessions.looks, moment.now)
    return tuple(Item(area, {"area": area}) for area in found)


def take_places(moment: Moment) -> Outcome:
    """Where the change is; no box ticked means somewhere else."""
    name, between, _ = moment.person.given.partition(BETWEEN)
    if not between or name not in CHANGES:
        return Outcome("lost", moment.person)
    known = areas_asked(moment.person.plans, moment.world.sessions.looks, moment.now)
    ticked = [area for area in known if area in moment.given.split(",")] or [""]
    found = tuple(Finding(area, change_of(name)) for area in ticked)
    return Outcome("more", moment.person, given=written((*findings_in(moment.person.given), *found)))


def look_more(moment: Moment) -> Outcome:
    """Another change beside those named so far."""
    return Outcome("asked", moment.person, given=written(findings_in(moment.person.given)))


def look_as_before(moment: Moment) -> Outcome:
    """Nothing changed: every look that is open now is answered, once."""
    if not looks_open(moment):
        return Outcome("none", moment.person)
    person = replace(moment.person, plans=looked(moment.person.plans, moment.world.sessions.looks, (), moment.now))
    return Outcome("kept", person)


def reminded_look(moment: Moment) -> Outcome:
    """The same, pressed beside the talk."""
    outcome = look_as_before(moment)
    if outcome.name == "none":
        return Outcome("stay", moment.person, (Toast("already_done"),))
    return Outcome("stay", outcome.person, (Toast("got_it"), *shown_again(moment)))


def finish_look(moment: Moment) -> Outcome:
    """The changes are kept with the session they belong to, the map and the safety check hear of them, and plans rest
    when a reaction or two worse sessions one after another say so.
    """
    findings = findings_in(moment.person.given)
    if not done_sessions(moment.person.plans) or not findings:
        return Outcome("none", moment.person)
    person = found_changes(moment.person, moment.world, findings, moment.now)
    return Outcome("kept", person, given=written(findings))


def found_changes(person: Person, world: World, findings: tuple[Finding, ...], now: datetime) -> Person:
    """The person after looks that found these changes."""
    before, table = person.plans, world.sessions
    plans = looked(before, table.looks, findings, now)
    changes = {finding.change for finding in findings}
    if worse_in_a_row(before, plans, table.worse_in_a_row):
        plans = paused(plans, "worse", now)
    elif "rash" in changes:
        plans = paused(plans, "reaction", now)
    person = replace(person, plans=plans, plaques=with_findings(person.plaques, findings, now))
    return person.keeping(REOPENED, "other", now)


def with_findings(plaques: PlaqueMap, findings: tuple[Finding, ...], now: datetime) -> PlaqueMap:
    """The map with a new plaque where one came, and a plaque that is sore marked so."""
    held = {plaque.area: plaque for plaque in plaques.plaques}
    for finding in findings:
        if finding.change == "new_plaque" and finding.area:
            held.setdefault(finding.area, Plaque(finding.area))
        if finding.change == "sore" and finding.area in held and SORE not in held[finding.area].states:
            plaque = held[finding.area]
            held[finding.area] = replace(plaque, states=(*plaque.states, SORE))
    rows = tuple(held.values())
    return plaques if rows == plaques.plaques else replace(plaques, plaques=rows, at=now)


DECISIONS: dict[str, Decision] = {
    "open_region": Decision(open_region, outcomes("asked over")),
    "take_region": Decision(take_region, outcomes("asked over")),
    "after_areas": Decision(after_areas, outcomes("products scores over")),
    "take_products": Decision(take_products, outcomes("scores over")),
    "begin_scores": Decision(begin_scores, outcomes("asked over")),
    "take_score": Decision(take_score, outcomes("more whole over")),
    "look_door": Decision(look_door, outcomes("asked none")),
    **{f"look_{change}": look_said(change) for change in CHANGES},
    "take_places": Decision(take_places, outcomes("more lost")),
    "look_more": Decision(look_more, outcomes("asked")),
    "look_as_before": Decision(look_as_before, outcomes("kept none")),
    "look_reminded": Decision(reminded_look, outcomes("stay")),
    "finish_look": Decision(finish_look, outcomes("kept none")),
}
ITEMS: dict[str, Items] = {
    "session_regions": regions,
    "region_areas": region_areas,
    "my_products_used": my_products,
    "score_numbers": numbers,
    "places_looked_at": places_looked_at,
}
