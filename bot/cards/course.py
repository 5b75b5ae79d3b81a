"""The picture of the course over time, from pure values; its words come with them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import typst

TEMPLATE = Path(__file__).resolve().parent / "course.typ"
DENSITY = 150.0


def course_picture(values: Mapping[str, Any]) -> bytes:
    """The picture as a PNG; raises RuntimeError when the values do not fit the template."""
    made = typst.compile(str(TEMPLATE), format="png", ppi=DENSITY, sys_inputs={"values": orjson.dumps(values).decode()})
    return bytes(made[0] if isinstance(made, list) else made or b"")
