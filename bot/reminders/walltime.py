"""Wall time and zone → the instant meant.

A wall time that the clocks leap over means the same distance past the gap; one they show twice means the first.
"""

from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo


def instant(wall: str, zone: str) -> datetime:
    """The UTC instant at which clocks in the IANA zone show `wall` ("2026-11-27T15:00", without a zone)."""
    # Through UTC, PEP 495 shifts a time within a gap forward; fold=0 is the first of two.
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def on_wall(moment: datetime, zone: str) -> datetime:
    """What clocks in the zone show at an instant, without a zone."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def odd_hour(wall: str, zone: str) -> Literal["gap", "fold", ""]:
    """Whether clocks in the zone leap over that wall time ("gap"), show it twice ("fold"), or neither."""
    naive = datetime.fromisoformat(wall)
    if on_wall(instant(wall, zone), zone) != naive:
        return "gap"
    first, second = (naive.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1))
    return "" if first == second else "fold"
