"""Files about sessions: the dates for a calendar, and the values of the picture of the course."""

from datetime import date
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from bot.care.sessions import SCORES, Score, Session, done_sessions
from bot.dialogue.session_acts import leads_of
from bot.dialogue.session_planning import is_zone
from bot.library.calendar_file import Said, calendar_file

if TYPE_CHECKING:
    from bot.library.facts import Scene

SHOWN = 12


def calendar_of(scene: "Scene") -> bytes:
    """The person's dates for their calendar."""
    words = scene.shelf.phrases["file"]
    plans = [plan for plan in scene.person.plans if is_zone(plan.zone)]
    said = Said(words["session_title"], words["session_alarm"])
    return calendar_file(plans if scene.person.consented else [], leads_of(scene.person), said, scene.now)


def course_values(scene: "Scene") -> dict[str, Any]:
    """What the picture of the course is drawn from: the latest sessions, and each score before and after them."""
    words, scores = scene.shelf.phrases["course"], scene.shelf.phrases["scores"]
    sessions = done_sessions(scene.person.plans)[-SHOWN:] if scene.person.consented else ()
    return {
        "lang": scene.person.language,
        "title": words["title"],
        "about": words["about"],
        "before": words["before"],
        "after": words["after"],
        "footer": words["footer"],
        "days": [day_label(scene, session) for session in sessions],
        "panels": [panel(scores[f"{name}_name"], name, sessions) for name in SCORES],
    }


def day_label(scene: "Scene", session: Session) -> str:
    """The day of a session, short enough to stand under its mark."""
    day = (session.wall or session.day)[:10]
    return str(format_date(date.fromisoformat(day), "d MMM", locale=scene.locale))


def panel(name: str, score: Score, sessions: tuple[Session, ...]) -> dict[str, Any]:
    """One score over the sessions; None where it was not noted."""
    return {
        "name": name,
        "before": [getattr(session.before, score) for session in sessions],
        "after": [getattr(session.after, score) for session in sessions],
    }
