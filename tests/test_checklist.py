"""The printed checklist: one page, every word from the content, nothing ticked that was not."""

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.cards.pages import draw
from bot.care.checklist import SECTIONS, Checklist, day_rows
from bot.care.patch_test import Day, PatchTest, Protocol
from bot.library.checklist import checklist_words

ROOT = Path(__file__).parent.parent
WORDS: Any = yaml.load((ROOT / "content/en/checklist.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
TEST = PatchTest(
    "t", "p", started="2026-11-23", days=(Day("2026-11-23", "ticked", "late"), Day("2026-11-24", "ticked"))
)


def checklist(test: PatchTest | None = None) -> Checklist:
    return checklist_words(WORDS, Protocol(), day_rows(test, Protocol(), date.isoformat))


def test_it_is_one_page_of_pdf() -> None:
    page = draw("checklist.pdf", checklist().values(), ROOT / "content/fonts")
    assert page.startswith(b"%PDF")
    assert page.count(b"/Type /Page\n") + page.count(b"/Type/Page\n") + page.count(b"/Type /Page ") <= 1
    assert draw("checklist.pdf", checklist(TEST).values(), ROOT / "content/fonts").startswith(b"%PDF")


def test_without_a_test_there_are_fourteen_empty_lines_to_write_on() -> None:
    rows = checklist().rows
    assert [row.number for row in rows] == list(range(1, 15))
    assert not any(row.date or row.morning or row.evening for row in rows)


def test_with_a_test_its_dates_and_ticks_are_on_it() -> None:
    rows = checklist(TEST).rows
    assert (rows[0].date, rows[0].morning, rows[0].evening) == ("2026-11-23", True, True)
    assert (rows[1].morning, rows[1].evening) == (True, False)


def test_the_numbers_of_the_rules_stand_in_its_words() -> None:
    page = checklist()
    assert len(page.sections) == len(SECTIONS)
    said = " ".join(row for _, rows in page.sections for row in rows)
    assert "Aim for 10 counted days, never fewer than 7" in said
    assert "more than 14" in said
    assert "{{" not in said
