"""What opens sessions: the safety check and the clinician's answer together, and the one reason to say.

Laws of this file:
* No clinician's answer opens what the check blocks, and a worse check never opens more.
* A clinician's "no" or "undecided" blocks however old it is, and limits stay limits: age only takes leave away.
* A hold blocks until the person has checked again.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from bot.care.clinician import Age, View
from bot.care.safety import Verdict

Reason = Literal[
    "emergency",
    "today",
    "not_now",
    "held",
    "clinician_no",
    "clinician_undecided",
    "no_check",
    "expired",
    "ask_first",
    "clinician_stale",
    "clinician_yes",
    "clinician_limits",
    "gentle",
]
REASONS: tuple[Reason, ...] = get_args(Reason)
OPENING: tuple[Reason, ...] = ("clinician_yes", "clinician_limits", "gentle")


@dataclass(frozen=True)
class Opening:
    """Whether a session may be planned or held, and the reason that decides it."""

    open: bool
    because: Reason


def opening(verdict: Verdict | None, counts: bool, view: View | None, stale: Age | None, held: bool) -> Opening:
    """What opens or closes sessions now.

    `verdict` is that of the last check and `counts` whether it has not run out; `view` is the clinician's answer as
    reported and `stale` why it no longer counts.
    """
    because = closed_by(verdict, counts, view, held) or by_view(verdict, view, stale)
    return Opening(because in OPENING, because)


def closed_by(verdict: Verdict | None, counts: bool, view: View | None, held: bool) -> Reason | None:
    """What closes sessions whoever said yes; None when nothing does."""
    if verdict and counts and verdict.level in ("emergency", "today", "not_now"):
        return verdict.level
    if held:
        return "held"
    if view and view.kind in ("no", "undecided"):
        return "clinician_no" if view.kind == "no" else "clinician_undecided"
    if verdict is None:
        return "no_check"
    return None if counts else "expired"


def by_view(verdict: Verdict | None, view: View | None, stale: Age | None) -> Reason:
    """What decides once nothing is closed: the check alone, or the clinician's yes that it asks for."""
    limited = view is not None and view.kind == "limits"
    if verdict is not None and not verdict.asks:
        return "clinician_limits" if limited else "gentle"
    if view is None:
        return "ask_first"
    if stale:
        return "clinician_stale"
    return "clinician_limits" if limited else "clinician_yes"
