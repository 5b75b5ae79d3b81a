"""Named decisions: what thinks in a talk. Each returns one of its declared outcomes; flow files say where it leads."""

from collections.abc import Callable
from dataclasses import replace

from bot.dialogue import (
    asking,
    card,
    clinician,
    coming,
    patch_flow,
    plaque_map,
    products,
    reminder_buttons,
    sessions,
    suits,
    therapist,
)
from bot.dialogue.check import CHANGES, begin_check, check_door, reports, take_group
from bot.dialogue.effects import Forget, SendFile
from bot.dialogue.items import CORRECTABLE
from bot.dialogue.person import Consent, Person, Value
from bot.dialogue.readers import home_country
from bot.dialogue.therapist_view import alarm_not_meant
from bot.dialogue.world import Decision, Moment, Outcome

Decide = Callable[[Moment], Outcome]


def known_person(moment: Moment) -> Outcome:
    """Who says /start: somebody new, somebody who paused everything, or somebody on their way."""
    person = moment.person
    if person.paused_at:
        return Outcome("paused", person)
    return Outcome("known" if person.consented or "welcome" in person.told else "new", person)


def keep_consent(moment: Moment) -> Outcome:
    """An adult agreed to the current text."""
    consent = Consent(moment.world.consent_version, moment.now)
    return Outcome("kept", replace(moment.person, consent=consent, told=_told(moment.person, "welcome")))


def read_without_consent(moment: Moment) -> Outcome:
    """The person goes on without anything being kept."""
    return Outcome("noted", replace(moment.person, told=_told(moment.person, "welcome")))


def _told(person: Person, name: str) -> tuple[str, ...]:
    return person.told if name in person.told else (*person.told, name)


def has_consent(moment: Moment) -> Outcome:
    """Whether anything may be kept."""
    return Outcome("yes" if moment.person.consented else "no", moment.person)


def withdraw_consent(moment: Moment) -> Outcome:
    """Consent ends now; what is kept stays untouched and unused until it is dropped."""
    person = moment.person
    if person.consent is None or not person.consented:
        return Outcome("none", person)
    return Outcome("withdrawn", replace(person, consent=replace(person.consent, withdrawn_at=moment.now)))


def under_age(moment: Moment) -> Outcome:
    """Somebody under 18 is asked nothing more, and a consent given before no longer stands."""
    person = withdraw_consent(moment).person
    return Outcome("noted", replace(person, told=_told(person, "welcome")))


def erase_all(moment: Moment) -> Outcome:
    """Everything about the person goes; what remains is a stranger with the receipt still to be sent."""
    stranger = Person(moment.person.id, step=moment.person.step, language=moment.person.language)
    return Outcome("erased", stranger, (Forget(),))


def keep_country(moment: Moment) -> Outcome:
    """The home country is set; a time zone that does not lie in it is asked again."""
    person = moment.person.keeping("country", moment.given, moment.now)
    zone = person.answer("time_zone")
    if zone and zone not in moment.world.places.zones_of(moment.given):
        return Outcome("reopened", person.without("time_zone"), given="time_zone")
    return Outcome("kept", person)


def keep_country_now(moment: Moment) -> Outcome:
    """The country the person is in for now: it changes the numbers shown and nothing else."""
    return Outcome("kept", moment.person.keeping("country_now", moment.given, moment.now))


def home_again(moment: Moment) -> Outcome:
    """The person is back home; the home country's numbers count again."""
    return Outcome("kept", moment.person.without("country_now"))


def zone_to_ask(moment: Moment) -> Outcome:
    """Whether the country leaves one zone, several, or the country is not known."""
    country = home_country(moment.person)
    zones = moment.world.places.zones_to_offer(country, moment.now) if country else ()
    if len(zones) == 1:
        return Outcome("single", moment.person, given=zones[0])
    return Outcome("several", moment.person)


def keep_zone(moment: Moment) -> Outcome:
    """One zone is kept; several that fit are offered; quiet hours that stood in another zone are asked again."""
    if "," in moment.given:
        return Outcome("several", moment.person, given=moment.given)
    before = moment.person.answer("time_zone")
    person = moment.person.keeping("time_zone", moment.given, moment.now)
    if before not in (None, moment.given) and person.answer("quiet_hours") is not None:
        return Outcome("reopened", person.without("quiet_hours"), given="quiet_hours")
    return Outcome("kept", person)


def keep_hours(moment: Moment) -> Outcome:
    """Quiet hours as the person wrote them, "HH:MM-HH:MM"."""
    return Outcome("kept", moment.person.keeping("quiet_hours", moment.given.split("-"), moment.now))


def keeps(name: str, value: Value) -> Decide:
    """A decision that keeps one fixed answer."""
    return lambda moment: Outcome("kept", moment.person.keeping(name, value, moment.now))


def answer_to_correct(moment: Moment) -> Outcome:
    """Which answer the person wants to correct."""
    return Outcome(moment.given if moment.given in CORRECTABLE else "gone", moment.person)


def sends(recipe: str) -> Decide:
    """A decision that hands over a file."""
    return lambda moment: Outcome("sent", moment.person, (SendFile(recipe),))


def pause(moment: Moment) -> Outcome:
    """Nothing more is sent of our own accord until the person comes back."""
    return Outcome("paused", replace(moment.person, paused_at=moment.person.paused_at or moment.now))


def resume(moment: Moment) -> Outcome:
    """The person is back."""
    return Outcome("resumed", replace(moment.person, paused_at=None))


def return_to_talk(moment: Moment) -> Outcome:
    """The alarm was not meant: the hold it set is lifted and the step comes back."""
    person = moment.person
    if person.screen == moment.world.alarms["abuse"]:
        person = alarm_not_meant(person)
    return Outcome("back", person.without("held"))


def carry_on(moment: Moment) -> Outcome:
    """After a crisis message the person decides to carry on; nobody tests their mood."""
    return Outcome("done", moment.person.without("held"))


def show_with_country(moment: Moment) -> Outcome:
    """The alarm's page again, with the numbers of the country just named; nothing is kept."""
    return Outcome("shown", moment.person, given=moment.given)


DECISIONS: dict[str, Decision] = {
    name: Decision(decide, frozenset(outcomes.split()))
    for name, decide, outcomes in [
        ("known_person", known_person, "new known paused"),
        ("keep_consent", keep_consent, "kept"),
        ("read_without_consent", read_without_consent, "noted"),
        ("has_consent", has_consent, "yes no"),
        ("withdraw_consent", withdraw_consent, "withdrawn none"),
        ("under_age", under_age, "noted"),
        ("erase_all", erase_all, "erased"),
        ("keep_country", keep_country, "kept reopened"),
        ("keep_country_now", keep_country_now, "kept"),
        ("home_again", home_again, "kept"),
        ("zone_to_ask", zone_to_ask, "single several"),
        ("keep_zone", keep_zone, "kept several reopened"),
        ("keep_hours", keep_hours, "kept"),
        ("keep_usual_hours", keeps("quiet_hours", ["21:00", "08:00"]), "kept"),
        ("keep_no_hours", keeps("quiet_hours", []), "kept"),
        ("keep_discreet", keeps("discreet", "yes"), "kept"),
        ("keep_plain", keeps("discreet", "no"), "kept"),
        ("answer_to_correct", answer_to_correct, " ".join((*CORRECTABLE, "gone"))),
        ("export_readable", sends("export.txt"), "sent"),
        ("export_json", sends("export.json"), "sent"),
        ("check_door", check_door, "held standing ask"),
        ("begin_check", begin_check, "asked"),
        *((f"report_{change}", reports(change), "reopened") for change in CHANGES),
        ("take_group", take_group, "more done crisis lost"),
        ("pause", pause, "paused"),
        ("resume", resume, "resumed"),
        ("export_sessions", sends("sessions.ics"), "sent"),
        ("course_picture", sends("course.png"), "sent"),
        ("return_to_talk", return_to_talk, "back"),
        ("carry_on", carry_on, "done"),
        ("show_with_country", show_with_country, "shown"),
    ]
}
DECISIONS |= clinician.DECISIONS | suits.DECISIONS | asking.DECISIONS | plaque_map.DECISIONS
DECISIONS |= therapist.DECISIONS | card.DECISIONS | reminder_buttons.DECISIONS | coming.DECISIONS
DECISIONS |= sessions.DECISIONS | products.DECISIONS | patch_flow.DECISIONS
