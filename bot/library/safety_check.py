"""What can be wrong with the safety check beyond its own table: keys, sources, and sentences that cannot be filled."""

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, meta

from bot.care.safety import SafetyTable
from bot.library.graph_check import unfit_key

_JINJA = Environment()  # noqa: S701 - it only reads, nothing is filled in here
# The two sentences that an advice may contain.
MAY_NAME = frozenset({"emergency_line", "crisis_line"})


def table_faults(table: SafetyTable) -> Iterator[str]:
    """Findings that fit on no button."""
    for finding in table.findings:
        if wrong := unfit_key(finding):
            yield f"safety: finding «{finding}»: {wrong}"


def safety_sources(table: SafetyTable) -> Iterator[tuple[str, str]]:
    """Every rule by its id with every source it rests on."""
    for rule in (*table.rules, *table.unsure.values()):
        yield from ((rule.id or rule.advice, source) for source in rule.sources)


def sentence_faults(words: Mapping[str, Any]) -> Iterator[str]:
    """Advice that names something it may not, or that cannot be read as a template."""
    for name, entry in words.get("advice", {}).items():
        for part in ("now", "again"):
            yield from (f"safety words: advice «{name}»: {wrong}" for wrong in unknown(str(entry.get(part, ""))))


def unknown(sentence: str) -> Iterator[str]:
    """What a sentence names besides the two it may."""
    try:
        named = meta.find_undeclared_variables(_JINJA.parse(sentence))
    except TemplateSyntaxError as error:
        yield f"the template cannot be read: {error}."
        return
    yield from (f"the fact «{name}» is not known." for name in sorted(named - MAY_NAME))
