"""What tests share: the shipped content, read once."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import structlog

from bot.library.reading import Library, open_library

CONTENT = Path(__file__).resolve().parent.parent / "content"
TODAY = date(2026, 11, 22)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-walks", action="store_true", help="rewrite what the bot said in walks, never what the person did"
    )


@pytest.fixture(autouse=True)
def own_logs() -> Iterator[None]:
    """A test that starts the commands sets up logs on a stream that is closed when it ends; the next begins anew."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def library() -> Library:
    """The content we ship, as it is on the day of the tests."""
    return open_library(CONTENT, TODAY)
