"""The plaque map in the talk: naming places by buttons or words, how each is today, wishes, older days.

What must stay true:
* Nothing is kept without consent, and no side is kept that the person did not name and confirm in words.
* Every answer is kept at once, so that leaving half-way loses only the question on the screen.
* The first change of a day puts the map of the day before into the history; the history has a limit.
* A place is never made looser than the table says; what is not answered leaves what was said before.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from bot.care.body import SIDES, Side
from bot.care.body_words import Mention, keys_named, read_places
from bot.care.plaques import STATES, Plaque, PlaqueMap, State, Touch
from bot.care.touch import in_order, is_open, ruled, unplaced
from bot.dialogue.check import REOPENED, ticks, verdict, verdict_of
from bot.dialogue.clinician import clock_of, outcomes, today
from bot.dialogue.effects import Effect, SendFile
from bot.dialogue.events import Event, Wrote
from bot.dialogue.map_told import JOINT, Question, Told, asking, missing, questions_in, told_in
from bot.dialogue.person import Person
from bot.dialogue.world import Decision, Item, Items, Moment, Outcome, Reader, Unclear, Understood, World

# The name of the map among the answers that can be corrected, and of its picture among the files that can be made.
ANSWER = "plaques"
PICTURE = "map.png"
DAYS_KEPT = 12
ITCHES = tuple(str(itch) for itch in range(11))


# The map as it is kept.


def plaques_of(person: Person) -> tuple[Plaque, ...]:
    """The places on the person's map; none while consent does not stand."""
    return person.plaques.plaques if person.consented else ()


def past_of(person: Person) -> tuple[PlaqueMap, ...]:
    """The maps of earlier days, newest first; none while consent does not stand."""
    return person.past_plaques if person.consented else ()


def plaque_at(person: Person, area: str) -> Plaque | None:
    """What is kept of one place."""
    return next((plaque for plaque in plaques_of(person) if plaque.area == area), None)


def holds(moment: Moment, name: str) -> bool:
    """Whether the map is what is named, and has something on it."""
    return name == ANSWER and bool(plaques_of(moment.person) or past_of(moment.person))


def limits_of(person: Person, world: World) -> frozenset[str]:
    """What the last check sets as limits, however old it is; where the person was not sure, all that might hold."""
    result, ticked = verdict_of(person, world), ticks(person) or ()
    unsure = {finding for tick in ticked if tick[:1] == "?" for finding in _findings(tick[1:], world)}
    reported = world.safety.look_again.get(str(person.answer(REOPENED)))
    possible = unsure | ({reported} if reported else set())
    limits = (limit for finding in possible for limit in verdict((finding,), world).limits)
    return frozenset((*(result.limits if result else ()), *limits))


def _findings(group: str, world: World) -> tuple[str, ...]:
    return world.safety.groups[group].findings if group in world.safety.groups else ()


def unplaced_of(person: Person, world: World) -> tuple[str, ...]:
    """Answers of the safety check that speak of a plaque while no place on the map is said to be so."""
    result = verdict_of(person, world)
    return unplaced(result.areas, plaques_of(person), world.touch) if result else ()


def with_plaques(moment: Moment, plaques: Iterable[Plaque], person: Person | None = None) -> Person:
    """The person with these places on today's map, and the map of an earlier day in the history."""
    person = person or moment.person
    if not person.consented:
        return person
    kept = PlaqueMap(in_order(tuple(plaques), moment.world.body), moment.now)
    before = person.plaques
    if before.plaques and before.at and not same_day(person, before.at, moment.now):
        person = replace(person, past_plaques=(before, *person.past_plaques)[:DAYS_KEPT])
    return replace(person, plaques=kept)


def same_day(person: Person, one: datetime, other: datetime) -> bool:
    """Whether both are on the same day where the person lives."""
    return clock_of(person, one).date() == clock_of(person, other).date()


def changed(moment: Moment, areas: Iterable[str], change: Callable[[Plaque], Plaque]) -> Person:
    """The person with a change made to the places named, and every other place as it was."""
    named = set(areas)
    held = plaques_of(moment.person)
    return with_plaques(moment, [change(plaque) if plaque.area in named else plaque for plaque in held])


def pictured(person: Person, world: World) -> tuple[Effect, ...]:
    """The picture of the map, where it can be made and there is something on it."""
    return (SendFile(PICTURE),) if PICTURE in world.recipes and plaques_of(person) else ()


# Into the map.


def map_door(moment: Moment) -> Outcome:
    """Whether a map may be kept, and whether there is one."""
    person = moment.person
    if not person.consented:
        return Outcome("no_consent", person)
    return Outcome("home" if holds(moment, ANSWER) else "start", person, pictured(person, moment.world))


def all_as_before(moment: Moment) -> Outcome:
    """Nothing has changed since the last day: the same places stand on today's map."""
    person = with_plaques(moment, plaques_of(moment.person))
    return Outcome("kept" if plaques_of(person) else "empty", person, pictured(person, moment.world))


# Naming places.


def read_typed_places(event: Event, moment: Moment) -> Understood | Unclear:
    """Places in the person's own words."""
    if not isinstance(event, Wrote):
        return Unclear("places_unclear")
    reading = read_places(event.text, moment.world.lexicon)
    if reading.mentions:
        return Understood(Told(reading.mentions, reading.left_out).packed())
    return Unclear("places_everywhere" if reading.everywhere else "places_unclear")


def take_places(moment: Moment) -> Outcome:
    """A region that was picked, or typed places: what is missing is asked, and then all is read back."""
    if moment.given in moment.world.body.regions:
        return on(moment.person, Told((Mention("group", f"@{moment.given}"),)), moment.world)
    return on(moment.person, told_in(moment.given, moment.world.body), moment.world)


def on(person: Person, told: Told, world: World) -> Outcome:
    """The next question about what was told, or the reading back; without consent nothing told is held."""
    if not person.consented:
        return Outcome("none", person)
    told = Told(told_in(told.packed(), world.body).mentions, told.left_out)
    given = told.packed()
    if unsided(told, world) is not None:
        return Outcome("side", person, given=given)
    if group_in(told) is not None:
        return Outcome("pick", person, given=given)
    return Outcome("confirm", person, given=given) if told.mentions else Outcome("none", person)


def unsided(told: Told, world: World) -> Mention | None:
    """The first paired area whose side is not said."""
    return next((m for m in told.mentions if m.kind == "area" and not keys_named(m, world.body)), None)


def group_in(told: Told) -> Mention | None:
    """The first mention that is wider than an area."""
    return next((mention for mention in told.mentions if mention.kind == "group"), None)


def instead(told: Told, one: Mention, others: Iterable[Mention]) -> Told:
    """What was told with one mention replaced."""
    mentions = [each for m in told.mentions for each in (others if m is one else (m,))]
    return replace(told, mentions=tuple(mentions))


def side_said(sides: tuple[Side, ...]) -> Decision:
    """Which side is meant; no side at all takes the area away."""

    def decide(moment: Moment) -> Outcome:
        told = told_in(moment.person.given, moment.world.body)
        asked = unsided(told, moment.world)
        if asked is None:
            return Outcome("none", moment.person)
        answered = [replace(asked, sides=sides)] if sides else []
        return on(moment.person, instead(told, asked, answered), moment.world)

    return Decision(decide, NAMING)


NAMING = frozenset({"side", "pick", "confirm", "none"})


def pick_areas(moment: Moment) -> tuple[Item, ...]:
    """The areas of the group that was named, left and right apart."""
    group = group_in(told_in(moment.given, moment.world.body))
    return tuple(Item(key, {"area": key}) for key in areas_of(group, moment.world)) if group else ()


def areas_of(group: Mention, world: World) -> tuple[str, ...]:
    """The areas a group may stand for, on the side that was named if one was."""
    keys = world.body.members(group.name)
    fits = [key for key in keys if not group.sides or world.body.areas[key].side in (None, *group.sides)]
    return world.body.ordered(fits)


def take_pick(moment: Moment) -> Outcome:
    """The areas that were ticked stand in for the group."""
    world = moment.world
    told = told_in(moment.person.given, world.body)
    group = group_in(told)
    if group is None:
        return Outcome("none", moment.person)
    ticked = [key for key in areas_of(group, world) if key in moment.given.split(",")]
    return on(moment.person, instead(told, group, [_picked(key, group, world) for key in ticked]), world)


def _picked(key: str, group: Mention, world: World) -> Mention:
    area = world.body.areas[key]
    return replace(group, kind="area", name=area.base, sides=(area.side,) if area.side else ())


def keep_told(moment: Moment) -> Outcome:
    """What was read back and confirmed goes onto the map; what is still to be said of it is asked next."""
    told, body = told_in(moment.person.given, moment.world.body), moment.world.body
    if not moment.person.consented:
        return Outcome("no_consent", moment.person)
    held = {plaque.area: plaque for plaque in plaques_of(moment.person)}
    named: dict[str, None] = {}
    for mention in told.mentions:
        for area in keys_named(mention, body):
            held[area] = _updated(held.get(area, Plaque(area)), mention)
            named[area] = None
    person = with_plaques(moment, held.values()) if named else moment.person
    new = [held[area] for area in body.ordered(named)]
    unsaid = {mention.name for mention in told.mentions if not mention.states}
    asked = [_question(plaque, plaque.area in _keys(unsaid, moment.world)) for plaque in new]
    return kept_told(moment, person, new, tuple(question for question in asked if question))


def _keys(bases: Iterable[str], world: World) -> frozenset[str]:
    return frozenset(key for base in bases for key in world.body.keys_of(base))


def _question(plaque: Plaque, unsaid: bool) -> Question | None:
    if unsaid:
        return Question((plaque.area,))
    found = missing((plaque,))
    return found[0] if found else None


def _updated(plaque: Plaque, mention: Mention) -> Plaque:
    """The place as it is told now; an itch of an earlier day does not outlive new words about it."""
    if not mention.states:
        return replace(plaque, itch=plaque.itch if mention.itch is None else mention.itch)
    return replace(plaque, states=sorted_states(mention.states), itch=mention.itch)


def sorted_states(states: Iterable[str]) -> tuple[State, ...]:
    """States in their order; "calm" beside another one is none."""
    found = tuple(state for state in STATES if state in set(states))
    return tuple(state for state in found if state != "calm") or found


def kept_told(moment: Moment, person: Person, new: list[Plaque], asked: tuple[Question, ...]) -> Outcome:
    """Where to go once places are kept: advice on open skin, one by one or all at once, or the first question."""
    asked = tuple(sorted(asked, key=lambda question: question.only_itch))
    if any(is_open(plaque, moment.world.touch) for plaque in new):
        return Outcome("advice", person, given=asking(asked))
    return several_or_next(person, asked, moment.world)


def several_or_next(person: Person, asked: tuple[Question, ...], world: World) -> Outcome:
    """Several places of which nothing is said may be asked about at once; else the first question."""
    several = sum(not question.only_itch for question in asked) > 1 and not asked[0].only_itch
    return Outcome("how", person, given=asking(asked)) if several else next_question(person, asked, world)


# How a place is today.


def next_question(person: Person, asked: tuple[Question, ...], world: World) -> Outcome:
    """The first of the questions, or the map once all are answered."""
    if not asked:
        return Outcome("finished", person, pictured(person, world))
    return Outcome("itch" if asked[0].only_itch else "state", person, given=asking(asked))


ASKING = frozenset({"itch", "state", "finished"})


def asked_of(moment: Moment) -> tuple[Question, ...]:
    """The questions still open on this screen, of places that are on the map."""
    held = {plaque.area for plaque in plaques_of(moment.person)}
    found = questions_in(moment.person.given, moment.world.body)
    left = (replace(question, areas=tuple(a for a in question.areas if a in held)) for question in found)
    return tuple(question for question in left if question.areas)


def ask_each(moment: Moment) -> Outcome:
    """One place after the other."""
    return next_question(moment.person, asked_of(moment), moment.world)


def after_advice(moment: Moment) -> Outcome:
    """On with what was still to be asked."""
    return several_or_next(moment.person, asked_of(moment), moment.world)


def ask_together(moment: Moment) -> Outcome:
    """All places at once."""
    asked = asked_of(moment)
    areas = tuple(area for question in asked if not question.only_itch for area in question.areas)
    rest = tuple(question for question in asked if question.only_itch)
    return next_question(moment.person, (Question(areas), *rest) if areas else rest, moment.world)


def skip_question(moment: Moment) -> Outcome:
    """Not now: the question stays open on the map."""
    return next_question(moment.person, asked_of(moment)[1:], moment.world)


def map_states(moment: Moment) -> tuple[Item, ...]:
    """How a place can be, and a swollen joint where one lies under it."""
    asked = questions_in(moment.given, moment.world.body)
    if not asked:
        return ()
    joint = any(moment.world.body.areas[area].joint for area in asked[0].areas)
    return tuple(Item(state, {"state": state}) for state in (*STATES, *((JOINT,) if joint else ())))


def take_states(moment: Moment) -> Outcome:
    """The ticks kept at once; nothing ticked leaves what was said before."""
    asked, ticked = asked_of(moment), moment.given.split(",")
    if not asked:
        return next_question(moment.person, (), moment.world)
    states, swollen = sorted_states(ticked), JOINT in ticked
    areas, body = asked[0].areas, moment.world.body

    def change(plaque: Plaque) -> Plaque:
        plaque = replace(plaque, states=states) if states else plaque
        # No pressure on a swollen joint: the place is left out until the person says otherwise.
        return replace(plaque, wish="avoid") if swollen and body.areas[plaque.area].joint else plaque

    # Nothing ticked says nothing new, so the map keeps its date.
    person = changed(moment, areas, change) if states or swollen else moment.person
    rest = (Question(areas, only_itch=True), *asked[1:])
    if swollen or any(moment.world.touch.states[state].open for state in states):
        return Outcome("advice", person, given=asking(rest, joint=swollen))
    return next_question(person, rest, moment.world)


def itch_said(itch: int) -> Decision:
    """The worst itch of the last day, kept at once."""

    def decide(moment: Moment) -> Outcome:
        asked = asked_of(moment)
        areas = asked[0].areas if asked else ()
        person = changed(moment, areas, lambda plaque: replace(plaque, itch=itch)) if areas else moment.person
        return next_question(person, asked[1:], moment.world)

    return Decision(decide, ASKING)


# One place.


def my_places(moment: Moment) -> tuple[Item, ...]:
    """The places on the map, in the order of their numbers."""
    return tuple(Item(plaque.area, {"area": plaque.area}) for plaque in plaques_of(moment.person))


def about_place(only_itch: bool) -> Decision:
    """One place is asked about again."""

    def decide(moment: Moment) -> Outcome:
        if plaque_at(moment.person, moment.person.given) is None:
            return Outcome("lost", moment.person)
        return Outcome("asked", moment.person, given=Question((moment.person.given,), only_itch).packed())

    return Decision(decide, frozenset({"asked", "lost"}))


def this_place(moment: Moment) -> Outcome:
    """The place on the screen is handed on."""
    area = moment.person.given
    return (
        Outcome("asked", moment.person, given=area)
        if plaque_at(moment.person, area)
        else Outcome("lost", moment.person)
    )


def wish_said(wish: Touch | None) -> Decision:
    """A wish for one place; one that is looser than the rule changes nothing and is said to."""

    def decide(moment: Moment) -> Outcome:
        plaque = plaque_at(moment.person, moment.person.given)
        if plaque is None:
            return Outcome("lost", moment.person)
        wished = replace(plaque, wish=wish or "")
        person = changed(moment, (plaque.area,), lambda _: wished)
        limits = limits_of(person, moment.world)
        rule = ruled(wished, moment.world.body, moment.world.touch, limits).rule
        looser = wish == "light" and rule == "avoid"
        return Outcome("looser" if looser else "kept", person, pictured(person, moment.world), plaque.area)

    return Decision(decide, frozenset({"kept", "looser", "lost"}))


def remove_place(moment: Moment) -> Outcome:
    """The place goes from today's map; the days before keep it."""
    area = moment.person.given
    person = with_plaques(moment, [plaque for plaque in plaques_of(moment.person) if plaque.area != area])
    return Outcome("gone", person, pictured(person, moment.world))


# Older days.


def day_key(plaque_map: PlaqueMap) -> str:
    """The key of a map in the history."""
    return f"{plaque_map.at:%Y%m%dT%H%M%S}" if plaque_map.at else "undated"


def past_maps(moment: Moment) -> tuple[Item, ...]:
    """The maps of earlier days, newest first, each once."""
    keys = dict.fromkeys(day_key(past) for past in past_of(moment.person))
    return tuple(Item(key, {"day": key}) for key in keys)


def past_map(person: Person, key: str) -> PlaqueMap | None:
    """The map of that key."""
    return next((past for past in past_of(person) if day_key(past) == key), None)


def forget_days(moment: Moment) -> Outcome:
    """The maps of earlier days are erased; today's stays."""
    return Outcome("gone", replace(moment.person, past_plaques=()))


def forget_map(moment: Moment) -> Outcome:
    """The whole map is erased with its history."""
    return Outcome("gone", replace(moment.person, plaques=PlaqueMap(), past_plaques=()))


def dated_today(person: Person, now: datetime) -> bool:
    """Whether the map was changed or confirmed today where the person lives."""
    return person.plaques.at is not None and clock_of(person, person.plaques.at).date() == today(person, now)


DECISIONS: dict[str, Decision] = {
    "map_door": Decision(map_door, outcomes("no_consent start home")),
    "map_as_before": Decision(all_as_before, outcomes("kept empty")),
    "map_words": Decision(take_places, NAMING),
    **{f"map_side_{side}": side_said((side,)) for side in SIDES},
    "map_side_both": side_said(SIDES),
    "map_side_none": side_said(()),
    "map_pick": Decision(take_pick, NAMING),
    "map_keep": Decision(keep_told, ASKING | outcomes("no_consent advice how")),
    "map_each": Decision(ask_each, ASKING),
    "map_after_advice": Decision(after_advice, ASKING | outcomes("how")),
    "map_together": Decision(ask_together, ASKING),
    "map_skip": Decision(skip_question, ASKING),
    "map_states": Decision(take_states, ASKING | outcomes("advice")),
    **{f"map_itch_{itch}": itch_said(int(itch)) for itch in ITCHES},
    "map_ask_states": about_place(only_itch=False),
    "map_ask_itch": about_place(only_itch=True),
    "map_this_place": Decision(this_place, outcomes("asked lost")),
    "map_wish_avoid": wish_said("avoid"),
    "map_wish_light": wish_said("light"),
    "map_wish_none": wish_said(None),
    "map_remove": Decision(remove_place, outcomes("gone")),
    "map_forget_days": Decision(forget_days, outcomes("gone")),
    "map_forget": Decision(forget_map, outcomes("gone")),
}
READERS: dict[str, Reader] = {"places": read_typed_places}
ITEMS: dict[str, Items] = {
    "map_regions": lambda moment: tuple(Item(region, {"region": region}) for region in moment.world.body.regions),
    "map_areas": pick_areas,
    "map_states": map_states,
    "map_places": my_places,
    "map_days": past_maps,
}
