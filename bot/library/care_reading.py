"""The tables behind "Talk to a clinician" and "Which technique suits me?", read and checked with their words."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.care.card import CardProblem, CardTable, card_table
from bot.care.clinician import ViewProblem, ViewTable, view_table
from bot.care.ingredients import IngredientProblem, IngredientTable, ingredient_table, ingredient_word_faults
from bot.care.opening import REASONS
from bot.care.patch_rules import PatchProblem, PatchTable, patch_table, patch_word_faults
from bot.care.questions import QuestionProblem, QuestionTable, question_table, question_word_faults
from bot.care.safety import SafetyTable
from bot.care.session_table import SessionProblem, SessionTable, session_table, session_word_faults
from bot.care.techniques import TechniqueProblem, TechniqueTable, technique_table, technique_word_faults
from bot.dialogue.suits import TECHNIQUES
from bot.library.checklist import checklist_faults
from bot.library.problems import Fault

CLINICIAN = "rules/clinician.yaml"
QUESTIONS, TECHNIQUE = "rules/questions.yaml", "rules/techniques.yaml"
SESSIONS, PATCH, INGREDIENTS = "rules/sessions.yaml", "rules/patch_test.yaml", "rules/ingredients.yaml"
CARD = "rules/card.yaml"
RULES = (CLINICIAN, QUESTIONS, TECHNIQUE, CARD, SESSIONS, PATCH, INGREDIENTS)
# The name under which a shelf keeps the words, and the file in the folder of the language.
WORDS = {
    "questions": "questions.yaml",
    "techniques": "techniques.yaml",
    "sessions": "sessions.yaml",
    "patch_test": "patch_test.yaml",
    "ingredients": "ingredients.yaml",
    "checklist": "checklist.yaml",
}
PROBLEMS = (
    ViewProblem,
    CardProblem,
    QuestionProblem,
    TechniqueProblem,
    SessionProblem,
    PatchProblem,
    IngredientProblem,
)

Table = TypeVar("Table")


@dataclass(frozen=True)
class CareTables:
    """What makes an answer old, what to ask a clinician, which technique suits whom, what a card says, how sessions go,
    how products are tested.
    """

    views: ViewTable
    questions: QuestionTable
    techniques: TechniqueTable
    card: CardTable
    sessions: SessionTable
    patch: PatchTable
    ingredients: IngredientTable


def care_tables(
    files: Mapping[str, Any], language: str, unread: Collection[str], safety: SafetyTable, faults: list[Fault]
) -> CareTables | None:
    """All tables, or None with every fault of them and of their words added."""

    def read(name: str, make: Callable[[], Table], words: Callable[[Table], Iterable[Fault]]) -> Table | None:
        if name in unread:
            return None
        try:
            table = make()
        except PROBLEMS as problem:
            faults.extend(Fault(name, sentence) for sentence in problem.faults)
            return None
        faults.extend(words(table))
        return table

    def worded(part: str, check: Callable[[Any, Mapping[str, Any]], Iterable[str]]) -> Callable[[Any], list[Fault]]:
        name = f"{language}/{WORDS[part]}"
        return lambda table: [Fault(name, said) for said in check(table, files[name])] if name not in unread else []

    views = read(CLINICIAN, lambda: view_table(files[CLINICIAN], safety.findings), lambda table: ())
    questions = read(
        QUESTIONS, lambda: question_table(files[QUESTIONS], safety), worded("questions", question_word_faults)
    )
    techniques = read(
        TECHNIQUE,
        lambda: technique_table(files[TECHNIQUE], safety, REASONS),
        worded("techniques", technique_word_faults),
    )
    card = read(CARD, lambda: card_table(files[CARD], safety), lambda table: ())
    sessions = read(SESSIONS, lambda: session_table(files[SESSIONS]), worded("sessions", session_word_faults))
    patch = read(PATCH, lambda: patch_table(files[PATCH], safety.findings), worded("patch_test", patch_word_faults))
    ingredients = read(
        INGREDIENTS,
        lambda: ingredient_table(files[INGREDIENTS], safety.findings, safety.limits),
        worded("ingredients", ingredient_word_faults),
    )
    if views is None or questions is None or techniques is None or card is None:
        return None
    if sessions is None or patch is None or ingredients is None:
        return None
    page = f"{language}/{WORDS['checklist']}"
    wrong = checklist_faults(files[page], patch.protocol) if page not in unread else ()
    faults.extend(Fault(page, sentence) for sentence in wrong)
    if techniques.techniques != TECHNIQUES:
        faults.append(Fault(TECHNIQUE, f"techniques must be {', '.join(TECHNIQUES)}, in this order."))
    return CareTables(views, questions, techniques, card, sessions, patch, ingredients)


def care_sources(tables: CareTables) -> Iterator[tuple[str, str]]:
    """Every source the tables rest on, with the file that names it."""
    questions = tables.questions
    for question in (*questions.questions, *questions.unsure.values(), *questions.standing):
        yield from ((QUESTIONS, source) for source in question.sources)
    rules = [rule.sources for rule in tables.techniques.rules]
    yield from ((SESSIONS, source) for source in tables.sessions.sources)
    for sources in (*rules, tables.techniques.never.sources):
        yield from ((TECHNIQUE, source) for source in sources)
    for sources in (*(note.sources for note in tables.card.notes), tables.card.sources):
        yield from ((CARD, source) for source in sources)
    reasons = (source for reason in tables.patch.reasons.values() for source in reason.sources)
    yield from ((PATCH, source) for source in (*tables.patch.sources, *reasons))
    entries = tables.ingredients.ingredients.values()
    yield from ((INGREDIENTS, source) for entry in entries for source in entry.sources)


def care_source_faults(tables: CareTables, sources: Collection[str]) -> Iterator[Fault]:
    """Sources that are not in sources.yaml."""
    for name, source in sorted(set(care_sources(tables))):
        if source not in sources:
            yield Fault(name, f"the source «{source}» is not in sources.yaml.")
