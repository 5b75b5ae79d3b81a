"""Facts about the steps with a clinician: where they stand, the question sheet, the appointment, what suits whom."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from babel.dates import format_date
from babel.lists import format_list

from bot.care.clinician import Age, last_day, stale
from bot.care.opening import Reason
from bot.care.questions import Asked, Sheet, question_sheet
from bot.care.techniques import Suited
from bot.dialogue.card import sources_of
from bot.dialogue.check import CRISIS, standing, ticks, verdict_of
from bot.dialogue.clinician import (
    appointment_of,
    clock_of,
    has_time,
    is_moment,
    is_past,
    opening_of,
    today,
    told,
    usable,
)
from bot.dialogue.clinician_view import view_of
from bot.dialogue.plaque_map import plaques_of
from bot.dialogue.suits import TECHNIQUES, suited_to
from bot.dialogue.therapist_view import my_therapist, sessions_held_with
from bot.library.patch_facts import ingredient_sources, test_done
from bot.library.therapist_facts import RULED as THERAPIST_RULES
from bot.library.therapist_facts import register_sources

if TYPE_CHECKING:
    from bot.library.facts import Scene

Find = Callable[["Scene"], Any]

# What the next thing is, by the reason that opens or closes sessions; the clinician comes next for all others.
NEXT: Mapping[Reason, str] = {
    "emergency": "blocked",
    "today": "blocked",
    "not_now": "blocked",
    "held": "check",
    "no_check": "check",
    "expired": "check",
    "clinician_no": "wait",
    "clinician_undecided": "undecided",
}


# The clinician's answer.


def clinician_said(scene: "Scene") -> str:
    """The answer as the person reported it, as one sentence; empty when none is recorded."""
    view = view_of(scene.person)
    if view is None:
        return ""
    who = scene.shelf.phrases["values"][f"clinician_role_{view.role}"]
    return scene.shelf.say(f"clinician_{view.kind}", who=who, day=scene.long_date(view.on))


def clinician_recorded(scene: "Scene") -> str:
    """When the person recorded it."""
    held = scene.person.answers.get("clinician_view") if view_of(scene.person) else None
    return scene.long_date(clock_of(scene.person, held.at)) if held else ""


def clinician_limits(scene: "Scene") -> str:
    """The limits in the person's own words."""
    view = view_of(scene.person)
    return view.limits if view else ""


def age_of(scene: "Scene") -> Age | None:
    """Why the recorded answer is old; None while it is not, or when there is none."""
    view = view_of(scene.person)
    return stale(view, today(scene.person, scene.now), scene.world.views) if view else None


def leave_given(scene: "Scene") -> bool:
    """Whether the recorded answer is a yes, with or without limits; only that can grow old and be lost."""
    view = view_of(scene.person)
    return view is not None and view.kind in ("yes", "limits")


def clinician_stale(scene: "Scene") -> str:
    """Why a yes no longer counts, as a sentence; empty while it does."""
    age = age_of(scene) if leave_given(scene) else None
    months = str(scene.world.views.months)
    return scene.shelf.fill(scene.shelf.phrases["stale"][age], months=months) if age else ""


def clinician_until(scene: "Scene") -> str:
    """Until when a yes counts; empty when it does not."""
    view = view_of(scene.person)
    if view is None or age_of(scene) or not leave_given(scene):
        return ""
    return scene.long_date(last_day(view.on, scene.world.views))


def answer_so_far(scene: "Scene") -> str:
    """What was told of an answer before its day, as a sentence; empty when nothing was."""
    kind, role, _ = told(scene.person.given)
    if kind is None or role is None:
        return ""
    values = scene.shelf.phrases["values"]
    what, who = values[f"clinician_view_{kind}"], values[f"clinician_role_{role}"]
    return scene.shelf.say("clinician_so_far", what=what, who=who)


def opening_said(scene: "Scene") -> str:
    """What opens or closes sessions now, as a sentence."""
    because = opening_of(scene.person, scene.world, scene.now).because
    # A new check ends every hold but this one: after a crisis only the person decides when to carry on.
    crisis = because == "held" and scene.person.answer("held") == CRISIS
    return scene.shelf.phrases["opening"]["held_crisis" if crisis else because]


# The appointment.


def moment_said(scene: "Scene", moment: str) -> str:
    """A kept moment in words: "Friday 27 November 2026, 15:00", or the day alone; empty when it is none."""
    if not is_moment(moment):
        return ""
    when = datetime.fromisoformat(moment)
    day = weekday_date(scene, when.date())
    return scene.shelf.say("moment", day=day, time=f"{when:%H:%M}") if has_time(moment) else day


def weekday_date(scene: "Scene", day: date) -> str:
    """A day with its weekday, as people write it in the person's language."""
    return str(format_date(day, "full", locale=scene.locale))


def appointment_said(scene: "Scene") -> str:
    """The appointment in words; empty when there is none."""
    return moment_said(scene, appointment_of(scene.person))


def appointment_ahead(scene: "Scene") -> bool:
    """Whether the appointment is still to come."""
    moment = appointment_of(scene.person)
    return bool(moment) and not is_past(moment, clock_of(scene.person, scene.now))


def appointment_unanswered(scene: "Scene") -> bool:
    """Whether the appointment has been, and no answer was recorded since."""
    moment, held = appointment_of(scene.person), scene.person.answers.get("clinician_view")
    if not moment or appointment_ahead(scene):
        return False
    return held is None or not is_past(moment, clock_of(scene.person, held.at))


def moment_of_item(scene: "Scene") -> str:
    """The reading on a button."""
    return moment_said(scene, str(scene.extra.get("moment", "")))


# The question sheet.


def sheet_of(scene: "Scene") -> Sheet:
    """The person's question sheet; without a check only what everybody may ask."""
    ticked = ticks(scene.person) or ()
    unsure = frozenset(tick[1:] for tick in ticked if tick.startswith("?"))
    verdict = verdict_of(scene.person, scene.world)
    return question_sheet(frozenset(ticked) - {f"?{g}" for g in unsure}, unsure, verdict, scene.world.questions)


def sheet(scene: "Scene") -> list[dict[str, str]]:
    """The questions in the order they are asked, with their numbers."""
    asked = enumerate(sheet_of(scene).all, start=1)
    return [{"number": str(number), "ask": question_said(scene, each)} for number, each in asked]


def question_said(scene: "Scene", asked: Asked) -> str:
    """A question in the person's words."""
    words = scene.shelf.care["questions"]
    if asked.group:
        return str(words["unsure"][asked.group]["ask"])
    if not asked.question.when:
        return str(words["standing"][asked.question.id]["ask"])
    names = [str(words["names"][finding]) for finding in asked.findings if finding in words["names"]]
    named = format_list(names, locale=scene.locale) if names else ""
    return scene.shelf.fill(str(words["questions"][asked.question.id]["ask"]), named=named)


def sheet_copy(scene: "Scene") -> str:
    """The questions as a text to copy."""
    return "\n".join(f"{row['number']}. {row['ask']}" for row in sheet(scene))


def crisis_ticked(scene: "Scene") -> bool:
    """Whether the check that counts holds thoughts of suicide: then the crisis lines stand first."""
    return check_usable(scene) and CRISIS in (ticks(scene.person) or ())


def check_made(scene: "Scene") -> bool:
    """Whether there is any check to take questions from, however old."""
    return ticks(scene.person) is not None


def check_usable(scene: "Scene") -> bool:
    """Whether there is a check to go by now."""
    return usable(scene.person, scene.world, scene.now)


def urgent_level(scene: "Scene") -> str:
    """The level of the check that counts when it asks for help at once or today; empty otherwise."""
    verdict = verdict_of(scene.person, scene.world) if check_usable(scene) else None
    return verdict.level if verdict and verdict.level in ("emergency", "today") else ""


# What suits whom.


def suited_here(scene: "Scene") -> Suited | None:
    """The technique whose page this is, as it stands for the person."""
    technique = scene.person.screen.partition(".")[2]
    found = suited_to(scene.person, scene.world, scene.now)
    return next((each for each in found if each.technique == technique), None)


def suit_says(scene: "Scene") -> str:
    """How this technique stands, as a sentence; empty without a check to go by."""
    found = suited_here(scene)
    return str(scene.shelf.care["techniques"]["standings"][found.standing]["says"]) if found else ""


def suit_reasons(scene: "Scene") -> list[str]:
    """Why it stands so, worst first."""
    found, words = suited_here(scene), scene.shelf.care["techniques"]["reasons"]
    return [str(words[rule.reason]["says"]) for rule in found.because] if found else []


def technique_name_of_item(scene: "Scene") -> str:
    """The technique on a button."""
    return str(scene.shelf.care["techniques"]["techniques"][scene.extra["technique"]]["name"])


def technique_standing_of_item(scene: "Scene") -> str:
    """How the technique on a button stands."""
    return str(scene.shelf.care["techniques"]["standings"][scene.extra["standing"]]["label"])


def never_suitable(scene: "Scene") -> str:
    """What suits nobody over plaques, as one list."""
    words = scene.shelf.care["techniques"]["never"]
    kinds = [str(words[kind]["says"]) for kind in scene.world.techniques.never.kinds]
    return str(format_list(kinds, locale=scene.locale))


# Sources that depend on what a page shows to this person.


def sources_shown(scene: "Scene", page: str) -> Iterable[str]:
    """The sources of what a page showed beside its own, in the order of what it said."""
    if page == "check.result":
        verdict = verdict_of(scene.person, scene.world)
        return (source for each in verdict.because for source in each.rule.sources) if verdict else ()
    if page == "card.words":
        return sources_of(scene.person, scene.world, scene.now)
    if page == "test.result":
        return ingredient_sources(scene)
    if page == "clinician.sheet":
        return (source for asked in sheet_of(scene).all for source in asked.question.sources)
    if page in THERAPIST_RULES:
        return register_sources(scene)
    if page in (f"suits.{technique}" for technique in TECHNIQUES):
        found = suited_to(scene.person, scene.world, scene.now)
        technique = page.partition(".")[2]
        return (s for each in found if each.technique == technique for rule in each.because for s in rule.sources)
    return ()


# The journey.


def check_mark(scene: "Scene") -> str:
    """How far the safety check is."""
    marks = scene.shelf.phrases["marks"]
    return marks["done" if standing(scene.person, scene.world, scene.now) else "current"]


def clinician_done(scene: "Scene") -> bool:
    """Whether a clinician's answer is recorded that is one, and that still counts."""
    view = view_of(scene.person)
    return view is not None and view.kind != "undecided" and not age_of(scene)


def therapist_done(scene: "Scene") -> bool:
    """Whether a therapist is chosen with whom no session is held."""
    one = my_therapist(scene.person)
    return one is not None and not sessions_held_with(scene.person, one.id)


def map_done(scene: "Scene") -> bool:
    """Whether there is a plaque map and nothing is missing on it."""
    plaques = plaques_of(scene.person)
    return bool(plaques) and all(plaque.states for plaque in plaques)


def journey(scene: "Scene") -> list[dict[str, str]]:
    """The five steps with their marks; the first that is not done is current once the safety check is made."""
    done = {"clinician"} if clinician_done(scene) else set[str]()
    done |= {"therapist"} if therapist_done(scene) else set[str]()
    done |= {"map"} if map_done(scene) else set[str]()
    done |= {"test"} if test_done(scene) else set[str]()
    marks, steps = scene.shelf.phrases["marks"], scene.shelf.phrases["journey"]
    ready = standing(scene.person, scene.world, scene.now)
    current = next((step for step in steps if step not in done), "") if ready else ""
    return [
        {
            "number": str(number),
            "name": name,
            "mark": marks["done" if step in done else "current" if step == current else "open"],
        }
        for number, (step, name) in enumerate(steps.items(), start=1)
    ]


def next_thing(scene: "Scene") -> str:
    """The one next thing to do."""
    words = scene.shelf.phrases["next_thing"]
    if not scene.person.consented:
        return words["consent"]
    because = opening_of(scene.person, scene.world, scene.now).because
    after = "map" if therapist_done(scene) else "therapist"
    return words[NEXT.get(because, after if clinician_done(scene) else "clinician")]


# Each fact with the longest value it can take.
FACTS: dict[str, tuple[Find, Any]] = {
    "clinician_said": (clinician_said, "x" * 160),
    "clinician_recorded": (clinician_recorded, "22 November 2026"),
    "clinician_limits": (clinician_limits, "x" * 300),
    "clinician_stale": (clinician_stale, "x" * 160),
    "clinician_until": (clinician_until, "22 November 2026"),
    "answer_so_far": (answer_so_far, "x" * 80),
    "opening_said": (opening_said, "x" * 160),
    "appointment_said": (appointment_said, "Wednesday, 22 November 2026, 15:00"),
    "appointment_ahead": (appointment_ahead, True),
    "appointment_unanswered": (appointment_unanswered, True),
    "moment_chosen": (lambda s: moment_said(s, s.person.given), "Wednesday, 22 November 2026, 15:00"),
    "moment_of_item": (moment_of_item, "Wednesday, 22 November 2026, 15:00"),
    "sheet": (sheet, [{"number": "12", "ask": "x" * 200}] * 12),
    "sheet_copy": (sheet_copy, "x" * 2400),
    "sheet_left_out": (lambda s: sheet_of(s).left_out, 20),
    "check_made": (check_made, True),
    "check_usable": (check_usable, True),
    "crisis_ticked": (crisis_ticked, True),
    "urgent_level": (urgent_level, "emergency"),
    "suit_says": (suit_says, "x" * 80),
    "suit_reasons": (suit_reasons, ["x" * 130] * 14),
    "technique_name_of_item": (technique_name_of_item, "Swedish massage"),
    "technique_standing_of_item": (technique_standing_of_item, "could suit you"),
    "never_suitable": (never_suitable, "x" * 200),
    "check_mark": (check_mark, "you are here"),
    "journey": (journey, [{"number": "1", "name": "x" * 60, "mark": "you are here"}] * 6),
    "next_thing": (next_thing, "x" * 140),
}
