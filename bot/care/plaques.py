"""The plaque map: where plaques are, how each is today, and the person's wish for touch there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

State = Literal["calm", "itchy", "sore", "cracked", "bleeding", "weeping", "healing"]
STATES: tuple[State, ...] = get_args(State)
Touch = Literal["avoid", "light", "fine"]
TOUCHES: tuple[Touch, ...] = get_args(Touch)


@dataclass(frozen=True)
class Plaque:
    """One area with plaques: its key in content/body/areas.yaml, its states (several may hold), itch 0 to 10 or None
    when not said, and a touch rule the person wishes (empty: none), which may only be stricter than the table's.
    """

    area: str
    states: tuple[State, ...] = ()
    itch: int | None = None
    wish: Touch | Literal[""] = ""


@dataclass(frozen=True)
class PlaqueMap:
    """All areas of one day; `at` is when it was last changed."""

    plaques: tuple[Plaque, ...] = ()
    at: datetime | None = None
