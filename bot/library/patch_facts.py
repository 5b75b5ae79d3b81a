"""Facts about products and patch tests: what a list holds for this person, where a test stands, what it came to."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from bot.care.ingredients import Because, Found, Reading
from bot.care.patch_rules import REACTED_LATER
from bot.care.patch_test import (
    Half,
    PatchTest,
    advice,
    counted,
    days_ahead,
    in_reach,
    missed,
    phase,
    spots_resting,
    standing,
)
from bot.care.products import Product, Standing, Tested
from bot.dialogue.check import ticks
from bot.dialogue.patch_flow import first_day
from bot.dialogue.patch_test import (
    day_of_subject,
    draft_of,
    here_for,
    mine,
    neat,
    product_of,
    reading_of,
    test_meant,
    tested_one,
)

if TYPE_CHECKING:
    from bot.library.facts import Scene

Find = Callable[["Scene"], Any]
# How much of a name stands beside its standing on a button.
LABEL_PART = 28
NAMES_AT_MOST, UNKNOWN_AT_MOST, MISSED_AT_MOST = 12, 20, 8


# The product.


def product_here(scene: "Scene") -> Product | None:
    """The product of this page: the one named by what led here, of the test meant, or of the test in the making."""
    named = product_of(scene.person, scene.person.given)
    if named:
        return named
    test = test_here(scene) or draft_of(scene.person)
    return product_of(scene.person, test.product) if test else None


def product_name(scene: "Scene") -> str:
    """What the person calls it."""
    product = product_here(scene)
    return product.name if product else ""


def product_kind(scene: "Scene") -> str:
    """Its kind, as a key."""
    product = product_here(scene)
    return product.kind if product else ""


def product_of_item(scene: "Scene") -> str:
    """The product on a button, cut where a phone would cut it."""
    product = product_of(scene.person, str(scene.extra.get("product", "")))
    name = product.name if product else ""
    return name if len(name) <= LABEL_PART else f"{name[: LABEL_PART - 1]}…"


def standing_of_item(scene: "Scene") -> str:
    """How the product on a button stands."""
    product = product_of(scene.person, str(scene.extra.get("product", "")))
    return standing_words(scene, tested_one(scene.world, scene.person, product), "label") if product else ""


def product_standing(scene: "Scene") -> str:
    """How the product of this page stands, as a sentence."""
    product = product_here(scene)
    return standing_words(scene, tested_one(scene.world, scene.person, product), "says") if product else ""


def standing_words(scene: "Scene", tested: Tested, part: str) -> str:
    """A standing in words: its label or its sentence."""
    key = REACTED_LATER if tested.standing == "reacted" and not tested.day else tested.standing
    return scene.shelf.fill(
        str(scene.shelf.care["patch_test"]["standings"][key][part]),
        days=days_said(scene, tested.day or 0),
        day=str(tested.day or 0),
        aim=str(scene.world.patch.protocol.aim),
        date=scene.long_date(tested.on) if tested.on else "",
    )


def days_said(scene: "Scene", count: int) -> str:
    """So many days, in words."""
    words = scene.shelf.care["patch_test"]["counts"]["one" if count == 1 else "other"]["says"]
    return scene.shelf.fill(str(words), count=str(count))


def action_of_item(scene: "Scene") -> str:
    """What a button of the product's page does."""
    return scene.shelf.phrases["product_actions"].get(str(scene.extra.get("action", "")), "")


# What it lists.


def reading(scene: "Scene") -> Reading:
    """The product's list compared for this person."""
    product = product_here(scene)
    return reading_of(scene.world, scene.person, product) if product else Reading()


def listed(because: Because) -> Find:
    """What was found for that reason: one row for each group, its ingredients together."""

    def find(scene: "Scene") -> list[dict[str, str]]:
        rows: dict[str, list[Found]] = {}
        for each in reading(scene).of(because):
            rows.setdefault(each.ingredient.group, []).append(each)
        return [group_row(scene, group, found) for group, found in rows.items()]

    return find


def group_row(scene: "Scene", group: str, found: list[Found]) -> dict[str, str]:
    """Ingredients of one group with the reason they are on the list."""
    words = scene.shelf.care["ingredients"]
    names = [ingredient_said(scene, each) for each in found[:NAMES_AT_MOST]]
    more = [scene.shelf.say("and_more", count=str(len(found) - NAMES_AT_MOST))] if len(found) > NAMES_AT_MOST else []
    return {"names": ", ".join([*names, *more]), "says": str(words["groups"][group]["says"])}


def ingredient_said(scene: "Scene", found: Found) -> str:
    """An ingredient by its plain name; with what was written when it was guessed."""
    name = str(scene.shelf.care["ingredients"]["ingredients"][found.ingredient.id]["name"])
    return scene.shelf.say("read_as", written=found.written[:40], name=name) if found.guessed else name


def unknown_listed(scene: "Scene") -> str:
    """What stands on no list of ours, as it was written."""
    product = product_here(scene)
    names = reading(scene).unknown if product and product.ingredients else ()
    more = scene.shelf.say("and_more", count=str(len(names) - UNKNOWN_AT_MOST)) if len(names) > UNKNOWN_AT_MOST else ""
    return ", ".join([*(name[:40] for name in names[:UNKNOWN_AT_MOST]), *([more] if more else [])])


def is_neat(scene: "Scene") -> bool:
    """Whether the product is an essential oil with nothing to thin it."""
    product = product_here(scene)
    return bool(product and neat(scene.world, scene.person, product))


def list_given(scene: "Scene") -> bool:
    """Whether the person pasted a list."""
    product = product_here(scene)
    return bool(product and product.ingredients)


def ingredient_sources(scene: "Scene") -> Iterable[str]:
    """The sources of everything found in the list on the page that was left."""
    left = next((place.given for place in reversed(scene.person.trail) if place.screen == "test.result"), "")
    product = product_of(scene.person, left)
    found = reading_of(scene.world, scene.person, product).found if product else ()
    return (source for each in found for source in each.ingredient.sources)


# Before the first day.


def reasons_told(scene: "Scene") -> tuple[str, ...]:
    """Why this person should ask before testing: what was ticked here, and what the safety check knows."""
    test, patch = draft_of(scene.person), scene.world.patch
    known = patch.told_by(frozenset(ticks(scene.person) or ()))
    told = {*(test.asked if test else ()), *known}
    return tuple(reason for reason in patch.reasons if reason in told)


def reasons_said(scene: "Scene") -> list[str]:
    """Those reasons as sentences."""
    words = scene.shelf.care["patch_test"]["reasons"]
    return [str(words[reason]["says"]) for reason in reasons_told(scene)]


def reasons_known(scene: "Scene") -> list[str]:
    """What the safety check knows of them already, in the words of the boxes."""
    known = scene.world.patch.told_by(frozenset(ticks(scene.person) or ()))
    return [str(scene.shelf.care["patch_test"]["reasons"][reason]["label"]) for reason in known]


def reason_of_item(scene: "Scene") -> str:
    """The words on a box."""
    words = scene.shelf.care["patch_test"]["reasons"].get(str(scene.extra.get("reason", "")), {})
    return str(words.get("label", ""))


def spots_said(scene: "Scene") -> list[str]:
    """The spots that rest, because another product was tested there."""
    today = scene.now.date()
    resting = spots_resting(scene.person.tests, today, scene.world.patch.protocol) if scene.person.consented else ()
    words = scene.shelf.care["patch_test"]["spots"]
    return [str(words[spot]["name"]) for spot in sorted(resting) if spot in words]


def spot_said(scene: "Scene") -> str:
    """The spot of the test on this page, from the wearer's own side."""
    test = draft_of(scene.person) or test_here(scene)
    words = scene.shelf.care["patch_test"]["spots"]
    return str(words[test.spot]["name"]) if test and test.spot else ""


def hour(half: Half) -> Find:
    """The hour chosen for the morning or the evening."""

    def find(scene: "Scene") -> str:
        test = draft_of(scene.person) or test_here(scene)
        return str(getattr(test, half)) if test else ""

    return find


def first_day_said(scene: "Scene") -> str:
    """The first day of the test in the making, or of the one that has begun."""
    test = draft_of(scene.person) or test_here(scene)
    if test is None:
        return ""
    begun = date.fromisoformat(test.started) if test.started else first_day(test, here_of(scene, test))
    return weekday(scene, begun)


def weekday(scene: "Scene", day: date) -> str:
    """A day with its weekday."""
    return str(format_date(day, "full", locale=scene.locale))


# While it runs, and how it ended.


def test_here(scene: "Scene") -> PatchTest | None:
    """The test of this page or message."""
    return test_meant(scene.person, scene.person.given)


def here_of(scene: "Scene", test: PatchTest) -> datetime:
    """The wall clock of the test."""
    return here_for(scene.person, test, scene.now)


def test_advice(scene: "Scene") -> str:
    """The one thing to do next, as a key; empty without a test."""
    test = test_here(scene)
    return advice(test, here_of(scene, test), scene.world.patch.protocol) if test else ""


def test_phase(scene: "Scene") -> str:
    """Where the test stands, as a key; empty without a test."""
    test = test_here(scene)
    return phase(test, here_of(scene, test), scene.world.patch.protocol) if test else ""


def test_status(scene: "Scene") -> str:
    """Where the test stands and what comes next, in words; without a test that none is running."""
    key, rules = test_phase(scene) or "over", scene.world.patch.protocol
    if key == "running" and not test_reaches(scene):
        key = "out_of_reach"
    return scene.shelf.fill(
        scene.shelf.phrases["test_status"].get(key, scene.shelf.phrases["test_status"]["over"]),
        first=first_day_of(scene),
        done=test_counted(scene),
        left=test_left(scene),
        aim=str(rules.aim),
        least=str(rules.least),
        most=str(rules.most),
    )


def first_day_of(scene: "Scene") -> str:
    """The first day of the test of this page."""
    test = test_here(scene)
    return weekday(scene, date.fromisoformat(test.started)) if test else ""


def test_verdict(scene: "Scene") -> str:
    """What the test came to, as a key."""
    test = test_here(scene)
    found: Standing | str = standing(test, scene.world.patch.protocol) if test else ""
    return REACTED_LATER if test and found == "reacted" and not test.reacted_day else str(found)


def test_counted(scene: "Scene") -> str:
    """How many days count so far."""
    test = test_here(scene)
    return days_said(scene, counted(test)) if test else ""


def test_left(scene: "Scene") -> str:
    """How many days are needed when none is missed from now on."""
    test = test_here(scene)
    return days_said(scene, len(days_ahead(test, here_of(scene, test), scene.world.patch.protocol))) if test else ""


def test_reaches(scene: "Scene") -> bool:
    """Whether ten counted days still fit into fourteen."""
    test = test_here(scene)
    return test is not None and in_reach(test, here_of(scene, test), scene.world.patch.protocol)


def test_missed(scene: "Scene") -> list[str]:
    """What is not ticked of the days gone by, the latest first."""
    test = test_here(scene)
    if test is None:
        return []
    halves = scene.shelf.phrases["halves"]
    gone = list(reversed(missed(test, here_of(scene, test))))[:MISSED_AT_MOST]
    return [scene.shelf.say("half_of_day", half=halves[half], day=short_day(scene, day)) for day, half in gone]


def test_late(scene: "Scene") -> list[str]:
    """What was ticked a day late, the latest first."""
    test = test_here(scene)
    if test is None:
        return []
    halves: tuple[Half, ...] = ("evening", "morning")
    late = [(day, half) for day in reversed(test.days) for half in halves if getattr(day, half) == "late"]
    words = scene.shelf.phrases["halves"]
    return [
        scene.shelf.say("half_of_day", half=words[half], day=short_day(scene, date.fromisoformat(day.on)))
        for day, half in late[:MISSED_AT_MOST]
    ]


def short_day(scene: "Scene", day: date) -> str:
    """A day with its weekday, without the year."""
    return str(format_date(day, "EEEE d MMMM", locale=scene.locale))


def end_said(scene: "Scene") -> str:
    """Why a test is over without being finished, as a sentence; empty for all other ends."""
    test = test_here(scene)
    words = scene.shelf.care["patch_test"]["ends"]
    if test is None or test.end not in words:
        return ""
    return scene.shelf.fill(str(words[test.end]["says"]), most=str(scene.world.patch.protocol.most))


def box_of_item(scene: "Scene") -> str:
    """A box with its mark: this morning, or what of yesterday can be caught up."""
    box, mark = str(scene.extra.get("box", "")), str(scene.extra.get("mark", ""))
    name = scene.shelf.phrases["boxes"].get(box, "")
    sign = scene.shelf.phrases["engine"]["ticked" if mark else "unticked"]
    return scene.shelf.say("box_late", box=f"{sign}{name}") if mark == "late" else f"{sign}{name}"


def checklist_day(scene: "Scene") -> str:
    """The day a checklist message is about."""
    test = test_here(scene)
    today = here_of(scene, test).date() if test else scene.now.date()
    return short_day(scene, day_of_subject(scene.person.given, today))


def products_kept(scene: "Scene") -> list[dict[str, str]]:
    """Every product with how it stands, and each test of it, as the person's data shows them."""
    return [row for product in scene.person.products for row in product_rows(scene, product)]


def product_rows(scene: "Scene", product: Product) -> list[dict[str, str]]:
    """One product and its tests, as lines of the person's data; also while consent is withdrawn."""
    name = scene.shelf.phrases["answers"]["products"]
    kind = scene.shelf.phrases["product_kinds"][product.kind]
    said = [product.name, kind, *([product.ingredients] if product.ingredients else [])]
    added = scene.long_date(product.added_at) if product.added_at else ""
    rows = [{"name": name, "value": "; ".join(said), "date": added}]
    tests = (test for test in scene.person.tests if test.product == product.id and test.started)
    return [*rows, *(test_row(scene, product, test) for test in tests)]


def test_row(scene: "Scene", product: Product, test: PatchTest) -> dict[str, str]:
    """One test as a line of the person's data: the spot, every day ticked, every look, what it came to."""
    rules, words = scene.world.patch.protocol, scene.shelf.care["patch_test"]
    day = test.reacted_day if test.end == "reacted" else counted(test)
    ended = date.fromisoformat(test.ended_on) if test.ended_on else None
    noon = datetime(ended.year, ended.month, ended.day) if ended else None
    come_to = standing_words(scene, Tested(product, standing(test, rules), day, noon), "says")
    spot = [str(words["spots"][test.spot]["name"])] if test.spot else []
    asked = [str(words["reasons"][reason]["label"]) for reason in test.asked if reason in words["reasons"]]
    days = [day_row(scene, day) for day in test.days]
    value = "; ".join([product.name, come_to, *spot, *asked, *days])
    begun = scene.long_date(date.fromisoformat(test.started))
    return {"name": scene.shelf.phrases["answers"]["tests"], "value": value, "date": begun}


def day_row(scene: "Scene", day: Any) -> str:
    """One day of a test: what was ticked and what was seen."""
    halves, looks = scene.shelf.phrases["halves"], scene.shelf.phrases["looks"]
    did = [halves[half] for half in ("morning", "evening") if getattr(day, half)]
    seen = [looks[day.look]] if day.look in looks else []
    return f"{short_day(scene, date.fromisoformat(day.on))}: {', '.join([*did, *seen]) or halves['none']}"


def have_products(scene: "Scene") -> bool:
    """Whether the person keeps any product."""
    return bool(mine(scene.person))


def test_done(scene: "Scene") -> bool:
    """Whether a product has been tested long enough without a reaction, so that this step is done."""
    tests = (tested_one(scene.world, scene.person, product) for product in mine(scene.person))
    return any(each.standing in ("no_reaction", "short") for each in tests)


ROWS = [{"names": "x" * 160, "says": "x" * 160}] * 5
FACTS: dict[str, tuple[Find, Any]] = {
    "have_products": (have_products, True),
    "product_name": (product_name, "x" * 60),
    "product_kind": (product_kind, "cream"),
    "product_standing": (product_standing, "x" * 160),
    "product_of_item": (product_of_item, "x" * 30),
    "standing_of_item": (standing_of_item, "no reaction seen so far"),
    "action_of_item": (action_of_item, "x" * 38),
    "listed_yours": (listed("yours"), ROWS),
    "listed_told": (listed("told"), ROWS),
    "listed_known": (listed("known"), ROWS),
    "listed_unknown": (unknown_listed, "x" * 400),
    "list_given": (list_given, True),
    "product_neat": (is_neat, True),
    "test_reasons_said": (reasons_said, ["x" * 170] * 4),
    "test_reasons_known": (reasons_known, ["x" * 38] * 4),
    "reason_of_item": (reason_of_item, "x" * 38),
    "spots_resting": (spots_said, ["x" * 40] * 4),
    "spot_said": (spot_said, "x" * 40),
    "test_morning": (hour("morning"), "08:00"),
    "test_evening": (hour("evening"), "20:00"),
    "hour_of_item": (lambda s: str(s.extra.get("hour", "")), "08:00"),
    "first_day": (first_day_said, "Wednesday, 22 November 2026"),
    "test_advice": (test_advice, "catch_up"),
    "test_status": (test_status, "x" * 220),
    "test_verdict": (test_verdict, "not_finished"),
    "test_counted": (test_counted, "10 days"),
    "test_missed": (test_missed, ["x" * 40] * MISSED_AT_MOST),
    "test_late": (test_late, ["x" * 40] * MISSED_AT_MOST),
    "end_said": (end_said, "x" * 160),
    "box_of_item": (box_of_item, "☑ Yesterday morning (late)"),
    "checklist_day": (checklist_day, "Wednesday 22 November"),
    "test_aim": (lambda s: str(s.world.patch.protocol.aim), "10"),
    "test_least": (lambda s: str(s.world.patch.protocol.least), "7"),
    "test_most": (lambda s: str(s.world.patch.protocol.most), "14"),
}
