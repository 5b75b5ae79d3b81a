"""Facts about choosing a therapist: the shortlist in words, the rules of a country, the message, and a hold.

The names of places and how they may be touched are those of the plaque map.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from babel.lists import format_list

from bot.care.registers import licence_in
from bot.care.therapist_note import WISHES, Sentence, TouchOf, note
from bot.care.therapists import Compared, Therapist, comparison
from bot.care.touch import ruled
from bot.dialogue.person import Answer
from bot.dialogue.plaque_map import limits_of
from bot.dialogue.therapist import asked_about, country_of, signs_about
from bot.dialogue.therapist_view import (
    ALARM,
    ANYBODY,
    CHOSEN,
    HOLD,
    held_therapist,
    my_therapist,
    shortlist,
    therapist_of,
)
from bot.library.card_facts import wish_said
from bot.library.map_words import names_of

if TYPE_CHECKING:
    from bot.library.facts import Scene

Find = Callable[["Scene"], Any]

# Pages that say in one sentence how massage is regulated where the person is.
RULED = ("therapist.warn_place", "therapist.question")
# What a button may copy, in UTF-16 units.
COPIED_AT_MOST = 256


def words(scene: "Scene", section: str, name: str, part: str = "says") -> str:
    """One entry of content/<language>/therapists.yaml; empty when it has none."""
    entry = scene.shelf.care["therapists"][section].get(name)
    return str(entry[part]) if entry else ""


def listed(scene: "Scene", names: Iterable[str]) -> str:
    """Several things as one list; empty for none."""
    found = list(names)
    return str(format_list(found, style="unit", locale=scene.locale)) if found else ""


# One therapist.


def here(scene: "Scene") -> Therapist | None:
    """The therapist this screen is about."""
    return therapist_of(scene.person, scene.person.given.partition("/")[0])


def therapist_name(scene: "Scene") -> str:
    """Their name; empty when the screen is about nobody on the list."""
    one = here(scene)
    return one.name if one else ""


def therapist_name_of_item(scene: "Scene") -> str:
    """The therapist on a button."""
    one = therapist_of(scene.person, str(scene.extra.get("therapist", "")))
    return one.name if one else ""


def therapist_chosen(scene: "Scene") -> str:
    """The name of the chosen therapist; empty while nobody is chosen."""
    one = my_therapist(scene.person)
    return one.name if one else ""


def compared(scene: "Scene") -> list[dict[str, Any]]:
    """Everybody on the list, with what is answered, what is missing, and what is a warning."""
    return [said(scene, one) for one in all_compared(scene)]


def all_compared(scene: "Scene") -> tuple[Compared, ...]:
    """The list side by side, as therapists are licensed in the person's country."""
    licence = licence_in(country_of(scene.person), scene.world.registers)
    return comparison(shortlist(scene.person), scene.world.therapists, licence)


def therapist_shown(scene: "Scene") -> list[dict[str, Any]]:
    """The therapist this screen is about, as in the comparison; empty when there is none."""
    one = here(scene)
    return [said(scene, each) for each in all_compared(scene) if each.therapist == one]


def said(scene: "Scene", one: Compared) -> dict[str, Any]:
    """One therapist in short words."""

    def short(section: str, names: tuple[str, ...]) -> str:
        return listed(scene, (words(scene, section, name, "short") for name in names))

    return {
        "name": one.therapist.name,
        "chosen": my_therapist(scene.person) == one.therapist,
        "held": held_therapist(scene.person) in (one.therapist.id, ANYBODY),
        **{reply: short("questions", getattr(one, reply)) for reply in ("yes", "no", "unknown", "missing")},
        "warnings": short("signs", one.warnings),
        "doubts": short("signs", one.doubts),
        "noted": short("signs", one.noted),
        "count": len(one.warnings),
    }


# Questions and signs.


def therapist_question(scene: "Scene") -> str:
    """The question on this screen; empty when there is none."""
    question = asked_about(scene.person, scene.world)[1]
    return words(scene, "questions", question, "ask") if question else ""


def therapist_answer_of_item(scene: "Scene") -> str:
    """A question and what was answered to it, on a button."""
    name, reply = str(scene.extra.get("question", "")), str(scene.extra.get("reply", ""))
    short = words(scene, "questions", name, "short")
    return f"{short}: {scene.shelf.phrases['values'][f'therapist_{reply}']}" if short and reply else ""


def therapist_question_number(scene: "Scene") -> int:
    """Which question this is, from 1; 0 for none."""
    order = [question.id for question in scene.world.therapists.questions]
    question = asked_about(scene.person, scene.world)[1]
    return order.index(question) + 1 if question else 0


def therapist_answer_now(scene: "Scene") -> str:
    """What was answered to this question before; empty when it was not."""
    one, question = asked_about(scene.person, scene.world)
    reply = one.answers.get(question) if one else None
    return scene.shelf.phrases["values"][f"therapist_{reply}"] if reply else ""


def number_note(scene: "Scene") -> str:
    """What a licence number means in the person's country, where the question is about the number; else empty."""
    question = scene.world.therapists.question(asked_about(scene.person, scene.world)[1])
    sign = scene.world.therapists.signs.get(question.no) if question else None
    return regulation_said(scene) if sign and sign.counts == "licence" else ""


def regulation_said(scene: "Scene") -> str:
    """How massage is regulated where the person is, in one sentence."""
    country = country_of(scene.person)
    register = scene.world.registers.get(country)
    kind = register.regulation if register else "other"
    return scene.shelf.fill(words(scene, "regulation", kind), country=scene.shelf.places.name(country))


def register_sources(scene: "Scene") -> tuple[str, ...]:
    """What the sentence on the person's own country rests on, beside the page it stands on."""
    register = scene.world.registers.get(country_of(scene.person))
    return register.sources if register else ()


def sign_ask(scene: "Scene") -> str:
    """What is asked above the signs of this screen."""
    one, group = signs_about(scene.person)
    return words(scene, "groups", group, "ask") if one else ""


def sign_label_of_item(scene: "Scene") -> str:
    """The sign on a box."""
    return words(scene, "signs", str(scene.extra.get("sign", "")), "label")


# A hold, and where to turn.


def hold_said(scene: "Scene") -> str:
    """Whose sessions are held, as a sentence; empty when none are."""
    held = held_therapist(scene.person)
    if not held:
        return ""
    one = therapist_of(scene.person, held)
    sentence = "hold_named" if one else "hold_anybody" if held == ANYBODY else "hold_removed"
    return scene.shelf.say(sentence, name=one.name if one else "")


def turn_to(scene: "Scene") -> str:
    """Whom to tell in the country named last, visited, or home."""
    named = scene.person.given
    country = named if len(named) == 2 and named.isupper() else country_of(scene.person)
    return words(scene, "turn_to", country) or words(scene, "turn_to", "other")


# The message to a therapist.


def wishes(scene: "Scene") -> dict[str, str]:
    """What the person wishes, in words, by the name of the answer."""
    said = {name: wish_said(scene, answer) for name, answer in WISHES.items()}
    return {name: words for name, words in said.items() if words}


def note_lines(scene: "Scene") -> list[str]:
    """The message, sentence by sentence."""
    plaques = scene.person.plaques.plaques if scene.person.consented else ()
    return [sentence_said(scene, each) for each in note(plaques, wishes(scene), touch_of(scene))]


def touch_of(scene: "Scene") -> TouchOf:
    """How each place may be touched, by the rules of the plaque map."""
    world, limits = scene.world, limits_of(scene.person, scene.world)
    return lambda plaque: ruled(plaque, world.body, world.touch, limits).rule


def sentence_said(scene: "Scene", sentence: Sentence) -> str:
    """One sentence of the message in words."""
    places = listed(scene, names_of(sentence.areas, scene.shelf, scene.world.body))
    return scene.shelf.fill(words(scene, "note", sentence.name), places=places, said=sentence.said)


def note_copy(scene: "Scene") -> str:
    """The message to copy: whole when a button takes as much, else the short one without the places."""
    whole = " ".join(note_lines(scene))
    return whole if fits(whole) else words(scene, "note", "short")


def fits(text: str) -> bool:
    """Whether a button can copy it."""
    return len(text.encode("utf-16-le")) // 2 <= COPIED_AT_MOST


# What is kept.


def kept_therapists(scene: "Scene") -> list[dict[str, str]]:
    """Every therapist on the list with what is kept about them; also while consent is withdrawn."""
    name = scene.shelf.phrases["answers"]["therapists"]
    found = comparison(scene.person.therapists, scene.world.therapists, "yes")
    return [
        {"name": name, "value": kept_said(scene, each), "date": scene.long_date(each.therapist.added_at or scene.now)}
        for each in found
    ]


def kept_said(scene: "Scene", each: Compared) -> str:
    """One therapist with every answer and every tick, on one line."""
    values, one = scene.shelf.phrases["values"], each.therapist
    parts = [(values[f"therapist_{reply}"], "questions", getattr(each, reply)) for reply in ("yes", "no", "unknown")]
    parts.append((values["therapist_signs"], "signs", tuple(one.signs)))
    told = [
        f"{head}: {listed(scene, (words(scene, s, n, 'short') for n in names))}" for head, s, names in parts if names
    ]
    return ". ".join([one.name, *told])


def value_said(scene: "Scene", name: str, held: Answer) -> str | None:
    """The chosen therapist or the hold in words; None for any other answer."""
    if name not in (CHOSEN, HOLD):
        return None
    found = next((one.name for one in scene.person.therapists if one.id == held.value), "")
    known = held.value if held.value in (ANYBODY, ALARM) else "removed"
    return found or scene.shelf.phrases["values"][f"therapist_{known}"]


NAME, DAY = "x" * 30, "22 November 2026"
SHOWN = {
    "name": NAME,
    "chosen": True,
    "held": True,
    "yes": "x" * 40,
    "no": "x" * 40,
    "unknown": "x" * 40,
    "missing": "x" * 60,
    "warnings": "x" * 340,
    "doubts": "x" * 20,
    "noted": "x" * 20,
    "count": 18,
}
# Each fact with the longest value it can take.
FACTS: Mapping[str, tuple[Find, Any]] = {
    "therapist_name": (therapist_name, NAME),
    "therapist_name_of_item": (therapist_name_of_item, NAME),
    "therapist_chosen": (therapist_chosen, NAME),
    "therapist_count": (lambda s: len(shortlist(s.person)), 5),
    "therapists_at_most": (lambda s: s.world.therapists.most, 5),
    "compared": (compared, [SHOWN] * 5),
    "therapist_shown": (therapist_shown, [SHOWN]),
    "therapist_question": (therapist_question, "x" * 120),
    "therapist_question_number": (therapist_question_number, 12),
    "therapist_questions": (lambda s: len(s.world.therapists.questions), 12),
    "therapist_answer_of_item": (therapist_answer_of_item, "x" * 34),
    "therapist_answer_now": (therapist_answer_now, "don't know"),
    "number_note": (number_note, "x" * 180),
    "regulation_said": (regulation_said, "x" * 180),
    "sign_ask": (sign_ask, "x" * 80),
    "sign_label_of_item": (sign_label_of_item, "x" * 38),
    "hold_said": (hold_said, "x" * 140),
    "turn_to": (turn_to, "x" * 140),
    "note_lines": (note_lines, ["x" * 160] * 12),
    "note_copy": (note_copy, "x" * 250),
    "note_whole": (lambda s: fits(" ".join(note_lines(s))), True),
}
