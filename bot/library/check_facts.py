"""Facts about the safety check: its screens in words, and its result with the answers that led to it."""

from typing import TYPE_CHECKING, Any

from bot.care.safety import Because, Verdict
from bot.dialogue.check import UNSURE, checked_at, valid_until, verdict_of

if TYPE_CHECKING:
    from bot.library.facts import Scene


def finding_label(scene: "Scene") -> str:
    """The words on a finding's box."""
    finding = str(scene.extra.get("finding", ""))
    if finding == UNSURE:
        return scene.shelf.phrases["engine"]["unsure"]
    return str(scene.shelf.safety["findings"][finding]["label"])


def group_words(part: str) -> Any:
    """One part of the words of the group on this screen; empty when the person is at no group."""

    def find(scene: "Scene") -> str:
        group = scene.shelf.safety["groups"].get(scene.person.given)
        return str(group[part]) if group else ""

    return find


def group_number(scene: "Scene") -> int:
    """Which screen of the check this is, from 1; 0 at no group."""
    groups = list(scene.world.safety.groups)
    return groups.index(scene.person.given) + 1 if scene.person.given in groups else 0


def result(scene: "Scene") -> Verdict | None:
    """The verdict that counts for this person."""
    return verdict_of(scene.person, scene.world)


def check_level(scene: "Scene") -> str:
    """The headline's level; empty before any check."""
    verdict = result(scene)
    return verdict.level if verdict else ""


def check_headline(scene: "Scene") -> str:
    """The headline in words; empty before any check."""
    level = check_level(scene)
    return scene.shelf.phrases["levels"][level] if level else ""


def check_reasons(scene: "Scene") -> list[dict[str, Any]]:
    """Each advice once, worst first, with everything the person said that led to it."""
    verdict = result(scene)
    if verdict is None:
        return []
    return [reason(scene, advice, verdict.because) for advice in verdict.advice]


def reason(scene: "Scene", advice: str, because: tuple[Because, ...]) -> dict[str, Any]:
    """One advice with the answers that led to it."""
    words = scene.shelf.safety["advice"][advice]
    lines = [line for each in because if each.rule.advice == advice for line in said(scene, each)]
    return {
        "said": list(dict.fromkeys(lines)),
        "now": scene.shelf.fill(words["now"], **emergency_words(scene)),
        "again": scene.shelf.fill(words.get("again", ""), **emergency_words(scene)),
    }


def said(scene: "Scene", because: Because) -> list[str]:
    """The answers behind one reason, as the result names them."""
    words = scene.shelf.safety
    if because.group:
        group = words["groups"].get(because.group)
        return [str(group["unsure"])] if group else []
    return [str(words["findings"][finding]["said"]) for finding in because.findings if finding in words["findings"]]


def emergency_words(scene: "Scene") -> dict[str, str]:
    """The two sentences that an advice may contain."""
    crisis = scene.fact("crisis_lines")
    return {
        "emergency_line": scene.fact("emergency_line"),
        "crisis_line": crisis[0] if crisis else scene.fact("directory_line"),
    }


def check_areas(scene: "Scene") -> list[str]:
    """The findings that mark a place and not the whole body, in the words of their boxes."""
    verdict = result(scene)
    findings = scene.shelf.safety["findings"]
    return [str(findings[area]["label"]) for area in verdict.areas] if verdict else []


def check_date(scene: "Scene") -> str:
    """When the check that counts was made; empty when none is kept."""
    at = checked_at(scene.person)
    return scene.long_date(at) if at else ""


def check_until(scene: "Scene") -> str:
    """Until when it counts; empty when none is kept."""
    until = valid_until(scene.person, scene.world)
    return scene.long_date(until) if until else ""
