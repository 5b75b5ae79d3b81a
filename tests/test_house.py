"""The laws of the house: arrows run downwards, libraries stay in their rooms, the pure rooms stay pure."""

import ast
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from types import ModuleType

import pytest

from bot.dialogue import asking, clinician, patch_flow, products, sessions, suits
from bot.library import answer_facts, care_facts, patch_facts, session_facts

BOT = Path(__file__).resolve().parent.parent / "bot"
# From the roof down; a room may import from itself and from every floor below its own.
FLOORS = [
    {"__main__"},
    {"doors"},
    {"turn"},
    {"library", "store"},
    {"cards"},
    {"dialogue"},
    {"care", "reminders", "answers"},
]
# Read by whoever opens the house; it knows no room.
EVERYBODY = {"settings"}
HOMES = {
    "telegram": {"doors"},
    "aiohttp": {"doors"},
    "tinydb": {"store"},
    "yaml": {"library"},
    "jinja2": {"library"},
    "markdown_it": {"library"},
    "babel": {"library"},
    "dateparser": {"library"},
    "icalendar": {"library"},
    "typst": {"cards"},
    "dateutil": {"care"},
    "tzfpy": {"library"},
    "textstat": {"library"},
    "pydantic": {"settings", "store"},
    "dotenv": {"settings"},
    "rich": {"doors", "__main__"},
    "rapidfuzz": {"answers", "care", "library"},
    "snowballstemmer": {"answers"},
    "fontTools": {"cards"},
}
PURE = {"dialogue", "care", "reminders", "answers"}
PURE_LIBRARIES = {"rapidfuzz", "snowballstemmer", "dateutil"}
IMPURE_MODULES = {
    "os",
    "pathlib",
    "asyncio",
    "socket",
    "subprocess",
    "random",
    "time",
    "threading",
    "io",
    "sys",
    "logging",
}
IMPURE_CALLS = {"open", "print", "input", "exec", "eval"}


def modules() -> list[Path]:
    return sorted(BOT.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(BOT).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def floor(name: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if name in rooms)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(BOT)))
def test_imports_run_downwards(path: Path) -> None:
    here = room(path)
    for name in imports(path):
        if not name.startswith("bot."):
            continue
        there = name.split(".")[1]
        if there in EVERYBODY or there == here:
            continue
        assert here not in EVERYBODY, f"settings knows {name}"
        assert floor(there) > floor(here), f"{path.name} in {here} imports {name}, which is not below it"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(BOT)))
def test_libraries_are_known_to_their_own_rooms_alone(path: Path) -> None:
    for name in imports(path):
        homes = HOMES.get(name.split(".")[0])
        assert homes is None or room(path) in homes, f"{name} does not belong in {room(path)}"


@pytest.mark.parametrize(
    "path", [path for path in modules() if room(path) in PURE], ids=lambda path: str(path.relative_to(BOT))
)
def test_pure_rooms_neither_read_nor_send_nor_wait(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    outside = {name.split(".")[0] for name in imports(path)} - {"bot"}
    assert not outside & IMPURE_MODULES
    assert outside <= PURE_LIBRARIES | set(__import__("sys").stdlib_module_names)
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & IMPURE_CALLS
    assert "now" not in {
        node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }, "now is an argument"


def test_nobody_but_settings_reads_the_environment() -> None:
    for path in modules():
        if room(path) != "settings":
            text = path.read_text(encoding="utf-8")
            assert "os.environ" not in text and "getenv" not in text, path


def test_nothing_sleeps_on_a_thread_and_nobody_swallows_errors() -> None:
    for path in modules():
        text = path.read_text(encoding="utf-8")
        assert "time.sleep" not in text, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ExceptHandler) and node.type is None:
                raise AssertionError(f"{path} swallows every error")


def test_every_room_and_module_says_what_it_is() -> None:
    for path in modules():
        if path.name != "__init__.py":
            assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{path} has no docstring"


@pytest.mark.parametrize("registry", ["DECISIONS", "ITEMS", "READERS", "FACTS"])
def test_no_two_subjects_give_the_same_name(registry: str) -> None:
    subjects: list[ModuleType] = [asking, clinician, patch_flow, products, sessions, suits]
    subjects += [answer_facts, care_facts, patch_facts, session_facts]
    for one, other in combinations(subjects, 2):
        assert not set(getattr(one, registry, ())) & set(getattr(other, registry, ())), (one, other)
