"""Patch tests of a person: on hold while their plans are, kept up with the days, and what they want reminded of.

`kept_up` runs after every step, so a test never waits for its own screen to learn that a day has gone by.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.care.ingredients import Reading, read_list
from bot.care.patch_test import (
    PatchTest,
    advanced,
    counted,
    days_ahead,
    draft,
    looks_due,
    phase,
    running,
    standing,
    verdict_on,
    with_test,
)
from bot.care.products import Product, Standing, Tested
from bot.dialogue.check import ticks, verdict_of
from bot.dialogue.person import Person
from bot.dialogue.world import World
from bot.reminders.rows import Wanted
from bot.reminders.walltime import instant, on_wall

LOOK_HOUR = "18:00"
LOOK_FOR = timedelta(days=3)
ONE_DAY = timedelta(days=1)


def zone_of(person: Person, test: PatchTest) -> str:
    """The zone whose clocks count: where the person is at home now, or where the test began."""
    zone = person.answer("time_zone")
    for name in (zone, test.zone):
        try:
            if isinstance(name, str) and name and ZoneInfo(name):
                return name
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return "UTC"


def here_for(person: Person, test: PatchTest, now: datetime) -> datetime:
    """The wall clock by which the test's days are counted, without a zone."""
    return on_wall(now, zone_of(person, test))


def held(world: World, person: Person) -> bool:
    """Whether plans wait: after an alarm or a flare, or because the last check says no massage."""
    verdict = verdict_of(person, world)
    return person.answer("held") is not None or (verdict is not None and verdict.blocks)


def kept_up(world: World, person: Person, now: datetime) -> Person:
    """The person with the running test as the days and holds have left it."""
    test = running(person.tests) if person.consented else None
    if test is None:
        return person
    later = advanced(test, here_for(person, test, now), held(world, person), world.patch.protocol)
    return person if later == test else with_tests(person, later)


def with_tests(person: Person, test: PatchTest) -> Person:
    """The person with this test in place of its earlier self."""
    return replace(person, tests=with_test(person.tests, test))


def without_draft(person: Person) -> Person:
    """The person with no test in the making."""
    return replace(person, tests=tuple(test for test in person.tests if test.started))


def draft_of(person: Person) -> PatchTest | None:
    """The test in the making whose product is still there."""
    test = draft(person.tests) if person.consented else None
    return test if test and product_of(person, test.product) else None


def product_of(person: Person, id_: str) -> Product | None:
    """The person's product of that id."""
    return next((product for product in mine(person) if product.id == id_), None)


def mine(person: Person) -> tuple[Product, ...]:
    """The person's products; none without consent."""
    return person.products if person.consented else ()


def test_meant(person: Person, given: str) -> PatchTest | None:
    """The test that `given` speaks of: a subject ("test_day/<test>/..."), a test, a product; else the running one."""
    if not person.consented:
        return None
    parts = given.split("/")
    name = parts[1] if len(parts) > 1 else given
    by_id = next((test for test in person.tests if test.started and test.id == name), None)
    product = product_of(person, name)
    by_product = verdict_on(person.tests, product.id, product.batch) if product else None
    return by_id or by_product or (None if name else running(person.tests))


# Ingredients against what the safety check knows.


def reading_of(world: World, person: Person, product: Product) -> Reading:
    """What the product lists, its name included, compared for this person."""
    ticked = ticks(person) or ()
    verdict = verdict_of(person, world)
    limits = verdict.limits if verdict else ()
    return read_list(f"{product.ingredients or product.name}", world.ingredients, ticked, limits)


def neat(world: World, person: Person, product: Product) -> bool:
    """Whether it is an essential oil with nothing to thin it; a name alone must say so itself."""
    by_name = read_list(product.name, world.ingredients)
    listed = read_list(product.ingredients, world.ingredients)
    said = by_name.said_neat or "essential oil" in product.name.casefold()
    return listed.neat if product.ingredients else by_name.neat and said


# What may be said of each product elsewhere: on the card, and when a session is planned.


def tested(world: World, person: Person, now: datetime) -> tuple[Tested, ...]:
    """Every product of the person with what testing it has shown so far."""
    return tuple(tested_one(world, person, product) for product in mine(person))


def tested_one(world: World, person: Person, product: Product) -> Tested:
    """One product with what testing it has shown; a known allergy comes before everything but a reaction."""
    test = verdict_on(person.tests, product.id, product.batch)
    found: Standing = standing(test, world.patch.protocol) if test else "untested"
    if found != "reacted" and reading_of(world, person, product).unsuitable:
        return Tested(product, "unsuitable")
    if test is None:
        return Tested(product, found)
    if found == "running" and held(world, person):
        found = "held"
    day = test.reacted_day if found == "reacted" else counted(test)
    ended = ended_at(person, test)
    return Tested(product, found, day, ended)


def ended_at(person: Person, test: PatchTest) -> datetime | None:
    """Noon of the day on which the test ended."""
    return instant(f"{test.ended_on}T12:00", zone_of(person, test)) if test.ended_on else None


# Reminders.


def wants(world: World, person: Person, now: datetime) -> tuple[Wanted, ...]:
    """The morning and evening of every day still needed, and the looks in the weeks after."""
    if held(world, person):
        return ()
    rules = world.patch.protocol
    found: list[Wanted] = []
    for test in (test for test in person.tests if test.started):
        here, zone = here_for(person, test, now), zone_of(person, test)
        days = list(days_ahead(test, here, rules))
        if phase(test, here, rules) in ("last_look", "last_call"):
            # Nothing more is applied, but the last look is asked for once more.
            days = [here.date() + ONE_DAY] if counted(test) >= rules.aim else [here.date()]
        for day in days:
            found += day_rows(test, day, zone)
        found += (look_row(test, number, day, zone) for number, day in looks_due(test, rules))
    return tuple(row for row in found if row.until > now)


def day_rows(test: PatchTest, day: date, zone: str) -> list[Wanted]:
    """The two rows of one day, as far as its applications are not ticked."""
    known = test.day(day)
    rows = [row("test_day", test, day, test.morning, zone)]
    if not known.evening:
        rows.append(row("test_evening", test, day, test.evening, zone))
    return rows


def row(kind: str, test: PatchTest, day: date, hour: str, zone: str) -> Wanted:
    """One row at an hour the person chose; it makes no sense once the day is over."""
    wall = f"{day.isoformat()}T{hour}"
    until = instant(f"{(day + ONE_DAY).isoformat()}T00:00", zone)
    return Wanted(f"{kind}/{test.id}/{day:%y%m%d}", instant(wall, zone), until, wall, zone, picked=True)


def look_row(test: PatchTest, number: int, day: date, zone: str) -> Wanted:
    """A look in the weeks after."""
    wall = f"{day.isoformat()}T{LOOK_HOUR}"
    due = instant(wall, zone)
    return Wanted(f"test_after/{test.id}/{number}", due, due + LOOK_FOR, wall, zone, shifts="later")


def day_of_subject(subject: str, fallback: date) -> date:
    """The day a checklist message is about ("test_day/<test>/261124")."""
    text = subject.rpartition("/")[2]
    try:
        return datetime.strptime(text, "%y%m%d").replace(tzinfo=UTC).date() if "/" in subject else fallback
    except ValueError:
        return fallback
