"""The rules of the safety check in words, as a clinician reads them: findings, level, advice, sources."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from bot.care.safety import LEVELS, Level, Rule
from bot.library.markup import JINJA
from bot.library.reading import Library


@dataclass(frozen=True)
class RuleRow:
    """One rule in words: findings that must meet (any of each group), advice, and what it means for a session."""

    rule: Rule
    findings: tuple[tuple[str, ...], ...]
    advice: Markup
    again: Markup
    limits: tuple[str, ...]


def safety_rows(library: Library) -> dict[Level, list[RuleRow]]:
    """The rules of the safety check in words by level, worst first, "not sure" last in its level."""
    table, words = library.world.safety, library.words.shelf.safety
    rules = [*table.rules, *table.unsure.values()]
    return {
        level: [rule_row(rule, words) for rule in rules if rule.level == level]
        for level in LEVELS
        if any(rule.level == level for rule in rules)
    }


def rule_row(rule: Rule, words: Mapping[str, Mapping[str, Any]]) -> RuleRow:
    """One rule with its words."""
    advice = words["advice"][rule.advice]
    return RuleRow(
        rule,
        tuple(tuple(str(words["findings"][name]["label"]) for name in sorted(clause)) for clause in rule.when),
        chips(str(advice["now"])),
        chips(str(advice.get("again", ""))),
        tuple(str(words["limits"][name]["says"]) for name in rule.limits),
    )


def chips(text: str) -> Markup:
    """Words with the facts still to be filled in marked as such."""
    pieces, gaps = JINJA.split(text), [match.group(0).strip("{}% ") for match in JINJA.finditer(text)]
    chip = Markup('<span class="fact">{}</span>')
    marked = [escape(piece) + chip.format(gap.replace("_", " ")) for piece, gap in zip(pieces, gaps, strict=False)]
    return Markup("").join([*marked, escape(pieces[-1])])
