"""The printed checklist of a patch test: one page as PDF or PNG, from one template."""

from pathlib import Path
from typing import Literal

import typst

from bot.care.checklist import Checklist

RECIPE = "checklist.pdf"
TEMPLATE = Path(__file__).with_name("checklist.typ")


def drawn(checklist: Checklist, form: Literal["pdf", "png"] = "pdf") -> bytes:
    """The page, one and no more; raises typst's own error when the template fails."""
    page = typst.compile(str(TEMPLATE), format=form, ppi=110, sys_inputs={"values": checklist.as_json()})
    return page if isinstance(page, bytes) else b"".join(page or [])
