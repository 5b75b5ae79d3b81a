"""The words of the printed checklist, and the checklist of one person's test."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateError

from bot.care.checklist import SECTIONS, Checklist, Row, day_rows
from bot.care.patch_test import Protocol, draft, running
from bot.care.rule_tables import is_name
from bot.dialogue.patch_test import product_of
from bot.library.facts import Scene
from bot.library.pages import NOT_REVIEWED, day
from bot.library.patch_facts import first_day_said, short_day, weekday

NEEDED = set("title product spot first day date morning evening looks counts footer review".split())
_JINJA = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 - a printed page knows no HTML


def checklist_words(words: Mapping[str, Any], rules: Protocol, rows: tuple[Row, ...]) -> Checklist:
    """The page with the numbers of the rules in its words; raises TemplateError when a word cannot be filled in."""
    numbers = {"aim": rules.aim, "least": rules.least, "most": rules.most}
    fill = {section: words[section] for section in SECTIONS}
    sections = tuple(
        (str(part["title"]), tuple(_JINJA.from_string(str(row)).render(numbers) for row in part["rows"]))
        for part in fill.values()
    )
    return Checklist({key: str(words["words"][key]) for key in NEEDED}, sections, rows)


def checklist_of(scene: Scene, words: Mapping[str, Any]) -> Checklist:
    """The page for a person: with the running test on it, or the one being prepared, or empty to write on."""
    rules = scene.world.patch.protocol
    tests = scene.person.tests if scene.person.consented else ()
    test = running(tests) or draft(tests)
    page = checklist_words(words, rules, day_rows(running(tests), rules, lambda on: short_day(scene, on)))
    product = product_of(scene.person, test.product) if test else None
    spots = scene.shelf.care["patch_test"]["spots"]
    spot = str(spots[test.spot]["name"]) if test and test.spot else ""
    begun = running(tests)
    first = weekday(scene, date.fromisoformat(begun.started)) if begun else first_day_said(scene)
    reviewed = str(words.get("reviewed_by", NOT_REVIEWED))
    if reviewed == NOT_REVIEWED:
        reviewed = scene.shelf.phrases["values"]["not_reviewed"]
    compiled = day(words.get("compiled"))
    written = scene.long_date(compiled) if compiled else ""
    review = scene.shelf.fill(page.words["review"], date=written, reviewed=reviewed)
    return replace(page, product=product.name if product else "", spot=spot, first=first, review=review)


def checklist_faults(words: Mapping[str, Any], rules: Protocol) -> Iterator[str]:
    """What the words of the page lack, or what cannot be filled in."""
    held = words.get("words")
    said: Mapping[str, Any] = held if isinstance(held, Mapping) else {}
    yield from (f"words «{key}» is missing." for key in sorted(NEEDED) if not is_name(said.get(key)))
    whole = True
    for section in SECTIONS:
        part = words.get(section)
        if not (isinstance(part, Mapping) and is_name(part.get("title")) and isinstance(part.get("rows"), list)):
            yield f"«{section}» needs a title and rows."
            whole = False
    if whole and said.keys() >= NEEDED:
        try:
            checklist_words(words, rules, ())
        except TemplateError as error:
            yield f"the words cannot be filled in: {error}."
