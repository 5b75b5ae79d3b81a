"""Preparing, running and ending a patch test in the talk, on its own pages and on the checklist beside them.

A test being prepared is a draft in the person's record, so the way to its first day holds nothing in the screens.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.care.patch_test import (
    REACTIONS,
    SPOTS,
    Half,
    PatchTest,
    Seen,
    Spot,
    looked,
    open_boxes,
    phase,
    running,
    spots_resting,
    stopped,
    tick,
    trial_days,
    untick,
    verdict_on,
)
from bot.dialogue.check import ticks
from bot.dialogue.clocktext import one_clock
from bot.dialogue.effects import Effect, Say, Toast
from bot.dialogue.events import Event, Wrote
from bot.dialogue.patch_test import (
    ONE_DAY,
    day_of_subject,
    draft_of,
    held,
    here_for,
    kept_up,
    neat,
    product_of,
    reading_of,
    test_meant,
    with_tests,
    without_draft,
)
from bot.dialogue.products import actions
from bot.dialogue.world import Decision, Item, Items, Moment, Outcome, Reader, Unclear, Understood

# What has to be true of the spot and the product before the first day; every box must be ticked.
SITE_RULES = ("healthy", "clear", "arm", "stays", "bottle", "alone")
MORNINGS = ("0600", "0700", "0800", "0900")
EVENINGS = ("1800", "1900", "2000", "2100", "2200")
EARLIEST, NOON, LATEST = time(4), time(12), time(23, 30)
APART = timedelta(hours=6)
# Boxes on a checklist message: of its own day and of the day before it.
BOXES: dict[str, tuple[int, Half]] = {
    "ym": (1, "morning"),
    "ye": (1, "evening"),
    "m": (0, "morning"),
    "e": (0, "evening"),
}


# The way to the first day.


def product_act(moment: Moment) -> Outcome:
    """What was picked for the product on this screen."""
    product = product_of(moment.person, moment.person.given)
    if product is None or moment.given not in actions(moment.person, product):
        return Outcome("gone", moment.person)
    if moment.given != "start":
        return Outcome(moment.given, moment.person, given=product.id)
    return start_test(moment, product.id)


def start_test(moment: Moment, id_: str) -> Outcome:
    """A test in the making, or why there can be none."""
    person, world = moment.person, moment.world
    product = product_of(person, id_)
    if product is None:
        return Outcome("gone", person)
    because = against(moment, id_)
    if because:
        return Outcome(because, person, given=id_)
    number = sum(test.product == id_ and bool(test.started) for test in person.tests) + 1
    person = with_tests(without_draft(person), PatchTest(f"{id_}-{number}", id_, product.batch))
    told = world.patch.told_by(frozenset(ticks(person) or ()))
    if world.patch.refused(told):
        return Outcome("refuse", person)
    return Outcome("ask" if person.answer("time_zone") else "no_zone", person)


def against(moment: Moment, id_: str) -> str:
    """What speaks against testing the product now; empty when nothing does."""
    person, world = moment.person, moment.world
    product = product_of(person, id_)
    if product is None:
        return "gone"
    test = verdict_on(person.tests, id_, product.batch)
    if test and test.end == "reacted":
        return "reacted"
    if neat(world, person, product):
        return "neat"
    if reading_of(world, person, product).unsuitable:
        return "unsuitable"
    if running(person.tests):
        return "running"
    return "held" if held(world, person) else ""


def test_reasons(moment: Moment) -> tuple[Item, ...]:
    """Every reason to ask before testing at home."""
    return tuple(Item(reason, {"reason": reason}) for reason in moment.world.patch.reasons)


def take_reasons(moment: Moment) -> Outcome:
    """What was ticked, with what the safety check knows already."""
    test, patch = draft_of(moment.person), moment.world.patch
    if test is None:
        return Outcome("lost", moment.person)
    known = patch.told_by(frozenset(ticks(moment.person) or ()))
    ticked = {*moment.given.split(","), *known}
    told = tuple(reason for reason in patch.reasons if reason in ticked)
    person = with_tests(moment.person, replace(test, asked=told))
    return Outcome("refuse" if patch.refused(told) else "ask" if told else "fine", person)


def has_asked(moment: Moment) -> Outcome:
    """The person asked, and was told it is fine; what speaks against any test at home still does."""
    test = draft_of(moment.person)
    allowed = test is not None and not moment.world.patch.refused(test.asked)
    return Outcome("fine" if allowed else "lost", moment.person)


def take_site(moment: Moment) -> Outcome:
    """Every rule of the spot has to be met."""
    if draft_of(moment.person) is None:
        return Outcome("lost", moment.person)
    return Outcome("whole" if set(SITE_RULES) <= set(moment.given.split(",")) else "missing", moment.person)


def spot_said(spot: Spot) -> Decision:
    """The spot; one that another product was on lately has to rest."""

    def decide(moment: Moment) -> Outcome:
        test = draft_of(moment.person)
        if test is None:
            return Outcome("lost", moment.person)
        today = here_for(moment.person, test, moment.now).date()
        if spot in spots_resting(moment.person.tests, today, moment.world.patch.protocol):
            return Outcome("used", moment.person)
        return Outcome("free", with_tests(moment.person, replace(test, spot=spot)))

    return Decision(decide, frozenset({"free", "used", "lost"}))


def hours(offered: tuple[str, ...]) -> Items:
    """Hours to pick, by keys such as "0730"."""
    return lambda moment: tuple(Item(key, {"hour": f"{key[:2]}:{key[2:]}"}) for key in offered)


def read_hour(first: time, last: time, note: str) -> Reader:
    """A typed hour between the two."""

    def read(event: Event, moment: Moment) -> Understood | Unclear:
        clock = one_clock(event.text) if isinstance(event, Wrote) else None
        if clock is not None and last == LATEST and time(1) <= clock < NOON and "m" not in event_text(event):
            # "8" in answer to "in the evening?" is eight at night.
            clock = clock.replace(hour=clock.hour + 12)
        return Understood(f"{clock:%H%M}") if clock and first <= clock <= last else Unclear(note)

    return read


def event_text(event: Event) -> str:
    """What was typed, in small letters."""
    return event.text.casefold() if isinstance(event, Wrote) else ""


def take_morning(moment: Moment) -> Outcome:
    """The hour of the morning."""
    test, hour = draft_of(moment.person), clock_of_key(moment.given)
    if test is None or hour is None:
        return Outcome("lost", moment.person)
    return Outcome("kept", with_tests(moment.person, replace(test, morning=f"{hour:%H:%M}")))


def take_evening(moment: Moment) -> Outcome:
    """The hour of the evening, far enough from the morning."""
    test, hour = draft_of(moment.person), clock_of_key(moment.given)
    morning = clock_of_key(test.morning.replace(":", "")) if test else None
    if test is None or hour is None or morning is None:
        return Outcome("lost", moment.person)
    if datetime.combine(date.min, hour) - datetime.combine(date.min, morning) < APART:
        return Outcome("near", moment.person)
    return Outcome("kept", with_tests(moment.person, replace(test, evening=f"{hour:%H:%M}")))


def clock_of_key(key: str) -> time | None:
    """The time of day of a key such as "0730"."""
    try:
        return time(int(key[:2]), int(key[2:])) if len(key) == 4 else None
    except ValueError:
        return None


def first_day(test: PatchTest, here: datetime) -> date:
    """The first day: today while there is still time for its morning, or tomorrow."""
    return here.date() if here.time() < NOON else here.date() + ONE_DAY


def begin_test(moment: Moment) -> Outcome:
    """The test begins, if nothing has come between."""
    test = draft_of(moment.person)
    if test is None or not (test.spot and test.morning and test.evening):
        return Outcome("lost", moment.person)
    if because := against(moment, test.product):
        return Outcome(because if because in ("running", "held") else "lost", moment.person)
    zone = moment.person.answer("time_zone")
    started = first_day(test, here_for(moment.person, test, moment.now)).isoformat()
    test = replace(test, started=started, zone=zone if isinstance(zone, str) else "UTC")
    return Outcome("begun", with_tests(moment.person, test), given=test.product)


# The boxes.


def test_boxes(moment: Moment) -> tuple[Item, ...]:
    """The boxes of the day on screen, and those of the day before while they can be caught up."""
    test = test_meant(moment.person, moment.given)
    if test is None or test.end:
        return ()
    here = here_for(moment.person, test, moment.now)
    now_at = phase(test, here, moment.world.patch.protocol)
    if now_at in ("ahead", "held", "over"):
        return ()
    shown = day_of_subject(moment.given, here.date())
    keys = [key for key, (back, _) in BOXES.items() if in_view(test, shown, back, here)]
    if now_at in ("gap", "last_call"):
        # Nothing new may be ticked before yesterday is settled.
        keys = [key for key in keys if shown - timedelta(days=BOXES[key][0]) < here.date()]
    return tuple(Item(key, box_facts(test, shown, key)) for key in keys)


def in_view(test: PatchTest, shown: date, back: int, here: datetime) -> bool:
    """Whether the boxes of that day stand on the message: its own, and the day before if it is not whole on time."""
    day = shown - timedelta(days=back)
    if day not in trial_days(test, here.date()) or here.date() - day > ONE_DAY:
        return False
    known = test.day(day)
    return back == 0 or not (known.morning == known.evening == "ticked")


def box_facts(test: PatchTest, shown: date, key: str) -> dict[str, str]:
    """What the label of a box is made from."""
    back, half = BOXES[key]
    return {"box": key, "mark": getattr(test.day(shown - timedelta(days=back)), half)}


def tick_beside(moment: Moment) -> Outcome:
    """A box pressed on a checklist message: ticked once, and the message changed in place."""
    subject, _, key = moment.given.rpartition(":")
    person = kept_up(moment.world, moment.person, moment.now)
    test = test_meant(person, subject)
    if test is None or key not in BOXES:
        return Outcome("stay", person, (Toast("box_closed"),))
    here = here_for(person, test, moment.now)
    back, half = BOXES[key]
    day = day_of_subject(subject, here.date()) - timedelta(days=back)
    after = tick(test, day, half, here, moment.world.patch.protocol)
    shown = Say(f"reminder.{subject.partition('/')[0]}", subject=subject, edit=moment.message_id)
    toast = Toast("box_ticked") if after != test else Toast(why_not(moment, test, day, half, here))
    return Outcome("stay", with_tests(person, after), (shown, toast))


def why_not(moment: Moment, test: PatchTest, day: date, half: Half, here: datetime) -> str:
    """The short phrase that says why a box stays as it is."""
    if getattr(test.day(day), half):
        return "already_done"
    if (day, half) == (here.date(), "evening") and (day, "evening") not in open_boxes(
        test, here, moment.world.patch.protocol
    ):
        return "box_early" if here.time() < NOON else "box_closed"
    return "box_closed"


def tick_here(moment: Moment) -> Outcome:
    """A box pressed on today's page: ticked, or a slip taken back."""
    person = kept_up(moment.world, moment.person, moment.now)
    test = running(person.tests)
    if test is None or moment.given not in BOXES:
        return Outcome("gone", person)
    here, rules = here_for(person, test, moment.now), moment.world.patch.protocol
    back, half = BOXES[moment.given]
    day = here.date() - timedelta(days=back)
    if getattr(test.day(day), half):
        return Outcome("shown", with_tests(person, untick(test, day, half, here, rules)))
    after = tick(test, day, half, here, rules)
    effects: tuple[Effect, ...] = (Toast(why_not(moment, test, day, half, here)),) if after == test else ()
    return Outcome("shown", with_tests(person, after), effects)


# Looking, stopping, ending.


def test_look_door(moment: Moment) -> Outcome:
    """The test a message beside the talk is about."""
    test = test_meant(moment.person, moment.given)
    return Outcome("here", moment.person, given=test.id) if test else Outcome("gone", moment.person)


def today_door(moment: Moment) -> Outcome:
    """The page of the running test."""
    person = kept_up(moment.world, moment.person, moment.now)
    test = test_meant(person, moment.given) if person.consented else None
    if test is None:
        return Outcome("gone", person)
    return Outcome("over", person, given=test.product) if test.end else Outcome("here", person)


def looks(seen: Seen) -> Callable[[Moment], Outcome]:
    """A decision that notes what was seen at the spot."""

    def decide(moment: Moment) -> Outcome:
        person = moment.person
        if seen == "danger":
            person = person.keeping("held", "emergency", moment.now)
        test = test_meant(person, moment.person.given)
        if test is None:
            return Outcome("gone", person)
        here = here_for(person, test, moment.now)
        after = looked(test, seen, here, moment.world.patch.protocol)
        name = "reacted" if seen in REACTIONS else "over" if after.end else "on"
        return Outcome(name, with_tests(person, after), given="" if seen == "danger" else test.product)

    return decide


def stop_test(moment: Moment) -> Outcome:
    """The person ends the test, and sees nothing at the spot."""
    person = kept_up(moment.world, moment.person, moment.now)
    test = running(person.tests) if person.consented else None
    if test is None:
        return Outcome("gone", person)
    after = stopped(test, here_for(person, test, moment.now), moment.world.patch.protocol)
    return Outcome("stopped", with_tests(person, after), given=test.product)


def after_fine(moment: Moment) -> Outcome:
    """A look in the weeks after: nothing has changed."""
    test, number = test_meant(moment.person, moment.given), moment.given.rpartition("/")[2]
    if test is None or not number.isascii() or not number.isdigit():
        return Outcome("stay", moment.person, (Toast("box_closed"),))
    if int(number) in test.looked_after or test.end == "reacted":
        return Outcome("stay", moment.person, (Toast("already_done"),))
    after = replace(test, looked_after=(*test.looked_after, int(number)))
    return Outcome("stay", with_tests(moment.person, after), (Toast("look_noted"),))


def outcomes(names: str) -> frozenset[str]:
    """Outcomes written with spaces between them."""
    return frozenset(names.split())


AGAINST = "gone reacted neat unsuitable running held"
DECISIONS: dict[str, Decision] = {
    "product_act": Decision(
        product_act, outcomes(f"{AGAINST} refuse ask no_zone today result paste batch remove verdict")
    ),
    "test_prepare": Decision(
        lambda moment: Outcome("ask" if draft_of(moment.person) else "lost", moment.person), outcomes("ask lost")
    ),
    "take_reasons": Decision(take_reasons, outcomes("fine ask refuse lost")),
    "has_asked": Decision(has_asked, outcomes("fine lost")),
    "take_site": Decision(take_site, outcomes("whole missing lost")),
    **{f"spot_{spot}": spot_said(spot) for spot in SPOTS},
    "take_morning": Decision(take_morning, outcomes("kept lost")),
    "take_evening": Decision(take_evening, outcomes("kept near lost")),
    "begin_test": Decision(begin_test, outcomes("begun running held lost")),
    "tick_beside": Decision(tick_beside, outcomes("stay")),
    "tick_here": Decision(tick_here, outcomes("shown gone")),
    "test_look_door": Decision(test_look_door, outcomes("here gone")),
    "today_door": Decision(today_door, outcomes("here over gone")),
    "look_fine": Decision(looks("fine"), outcomes("on over gone")),
    **{f"look_{seen}": Decision(looks(seen), outcomes("reacted gone")) for seen in REACTIONS},
    "stop_test": Decision(stop_test, outcomes("stopped gone")),
    "after_fine": Decision(after_fine, outcomes("stay")),
}
READERS: dict[str, Reader] = {
    "test_morning": read_hour(EARLIEST, NOON, "test_morning_unclear"),
    "test_evening": read_hour(time(15), LATEST, "test_evening_unclear"),
}
ITEMS: dict[str, Items] = {
    "test_reasons": test_reasons,
    "test_mornings": hours(MORNINGS),
    "test_evenings": hours(EVENINGS),
    "test_boxes": test_boxes,
}
