"""Whole talks, word for word. `pytest tests/test_walks.py --update-walks` rewrites what the bot said."""

from pathlib import Path

import pytest

from bot.library.reading import Library
from tests.walking import walked

WALKS = sorted((Path(__file__).parent / "walks").glob("*.txt"))


@pytest.mark.parametrize("path", WALKS, ids=lambda path: path.stem)
async def test_the_talk_goes_as_written(
    path: Path, library: Library, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    written = path.read_text(encoding="utf-8")  # noqa: ASYNC240 - nothing else runs meanwhile
    today = await walked(library, tmp_path, written)
    if pytestconfig.getoption("--update-walks"):
        path.write_text(today, encoding="utf-8")  # noqa: ASYNC240 - as above
    else:
        assert today == written
