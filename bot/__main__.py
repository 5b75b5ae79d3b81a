"""The commands. Each opens what it needs, does one thing, and turns faults into sentences and an exit code."""

import argparse
import asyncio
import json
import logging
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path

import structlog
from rich.console import Console

from bot.cards.pages import draw
from bot.doors.clock import wall_clock
from bot.doors.delivery import whereabouts
from bot.doors.running import run_bot
from bot.doors.sender import SenderStopped
from bot.doors.telegram_door import DoorClosed
from bot.doors.terminal_door import Walk, talk
from bot.library.asking import answered
from bot.library.card_example import example_values
from bot.library.export import readable
from bot.library.preview import preview
from bot.library.problems import ContentProblem
from bot.library.reading import Library, open_library
from bot.settings import FONTS, SETTINGS, Settings, SettingsProblem, read_settings
from bot.store.erase_requests import request_erase
from bot.store.interface import StoreProblem
from bot.store.notes import notes_in
from bot.store.opening import open_reader
from bot.store.versions import to_document

KINDS_OF_NOTES = ("feedback", "unanswered", "none_meant")
TWO_LINES = (
    "No TELEGRAM_BOT_TOKEN is set, so we talk here in the terminal.",
    "For Telegram: write to @BotFather, send /newbot, and put the token it gives you into .env (see .env.example).",
)


def parser() -> argparse.ArgumentParser:
    """The command line: every command with its help, and every setting."""
    rows = "\n".join(f"  {s.name:<22} {s.means}" + (f" (default {s.default})" if s.default else "") for s in SETTINGS)
    top = argparse.ArgumentParser(
        prog="python -m bot",
        description="A guide to massage for adults with psoriasis, on Telegram and in the terminal. "
        "Without a command: `run` when a token is set, otherwise `talk`.",
        epilog=f"settings (environment or .env):\n{rows}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("run", help="talk on Telegram, by polling")
    talking = commands.add_parser("talk", help="the same bot in the terminal: buttons as numbers")
    talking.add_argument("--record", type=Path, metavar="FILE", help="write the talk to FILE as a walk")
    asking = commands.add_parser("ask", help="answer one question, or each line of stdin as one JSON object a line")
    asking.add_argument("question", nargs="?", metavar="QUESTION")
    checking = commands.add_parser("check", help="list every fault of content and settings; exit code 1 if any")
    checking.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="as if it were that day (YYYY-MM-DD)")
    showing = commands.add_parser("preview", help="every screen on one page of HTML")
    showing.add_argument("file", type=Path, metavar="FILE.html")
    drawing = commands.add_parser("card", help="the example therapist card, as a picture and a page to print")
    drawing.add_argument("--example", action="store_true", required=True, help="the card of a person who never lived")
    drawing.add_argument("--language", default="en", metavar="CODE", help="language of the card (default en)")
    drawing.add_argument("--to", type=Path, default=Path(), metavar="FOLDER", help="where to write (default: here)")
    exporting = commands.add_parser("export", help="everything kept about one person, readable and as JSON")
    exporting.add_argument("id", type=int, metavar="ID")
    erasing = commands.add_parser("erase", help="erase one person; a running bot does it within a second or two")
    erasing.add_argument("id", type=int, metavar="ID")
    commands.add_parser("stats", help="how answers are judged, and the questions that nothing answered")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is 0 when it did what it was asked."""
    asked = parser().parse_args(arguments)
    try:
        settings = read_settings()
        set_up_logs(settings.log_level)
        return COMMANDS[asked.command or ("run" if settings.telegram_bot_token else "")](settings, asked)
    except (SettingsProblem, ContentProblem, StoreProblem, DoorClosed, SenderStopped) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        # The message of an unknown error may quote a person, so only its kind and place are said.
        print(f"The bot stopped because of a fault of its own: {whereabouts(error)}.", file=sys.stderr)
        return 1


def set_up_logs(level: str) -> None:
    """One line a happening, on stderr."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=False)
            if sys.stderr.isatty()
            else structlog.processors.LogfmtRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def library_of(settings: Settings) -> Library:
    """The checked content."""
    return open_library(settings.content_dir, wall_clock().date(), settings.retention_days, grades=False)


def run(settings: Settings, asked: argparse.Namespace) -> int:
    """Telegram until a signal."""
    if not settings.telegram_bot_token:
        raise SettingsProblem(["TELEGRAM_BOT_TOKEN is needed to run on Telegram; `python -m bot talk` needs none."])
    asyncio.run(run_bot(settings, library_of(settings)))
    return 0


def talk_here(settings: Settings, asked: argparse.Namespace) -> int:
    """The terminal until the lines end."""
    library = library_of(settings)
    walk = Walk(getattr(asked, "record", None))
    asyncio.run(talk(settings, library, standard_input(), Console(highlight=False), walk))
    return 0


def welcome(settings: Settings, asked: argparse.Namespace) -> int:
    """Without a token: how to get one, then the terminal."""
    print("\n".join(TWO_LINES))
    return talk_here(settings, asked)


async def standard_input() -> AsyncIterator[str]:
    """The lines typed, until there are no more."""
    while line := await asyncio.to_thread(_prompted):
        yield line


def _prompted() -> str:
    if sys.stdin.isatty():
        print("> ", end="", flush=True)
    return sys.stdin.readline()


def ask(settings: Settings, asked: argparse.Namespace) -> int:
    """One answer as it would be read, or one JSON object for each line of stdin."""
    library = library_of(settings)
    if asked.question is not None:
        print(answered(library, asked.question, wall_clock())["text"])
        return 0
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(answered(library, line.rstrip("\n"), wall_clock()), ensure_ascii=False), flush=True)
    return 0


def stats(settings: Settings, asked: argparse.Namespace) -> int:
    """How often each answer helped or not, and every question that nothing answered."""
    kinds = notes_in(settings.data_dir)
    judged = Counter((str(note.get("entry")), str(note.get("helped"))) for note in kinds.get("feedback", []))
    for kind in KINDS_OF_NOTES:
        print(f"{kind}: {len(kinds.get(kind, []))}")
    for entry in sorted({entry for entry, _ in judged}):
        print(f"{entry}: helped {judged[entry, 'yes']}, did not help {judged[entry, 'no']}")
    for note in kinds.get("unanswered", []):
        print(f"{note.get('day')}  {note.get('question')}  (nearest: {', '.join(note.get('near', [])) or 'none'})")
    return 0


def check(settings: Settings, asked: argparse.Namespace) -> int:
    """Every fault and warning of the content."""
    library = open_library(settings.content_dir, asked.on or wall_clock().date(), settings.retention_days)
    for warning in library.warnings:
        print(f"warning: {warning}")
    screens, pages = len(library.world.graph.screens), len(library.words.shelf.pages)
    print(
        f"no faults: {screens} screens, {pages} pages, "
        f"{len(library.words.shelf.answers)} answers, {len(library.warnings)} warnings"
    )
    return 0


def show(settings: Settings, asked: argparse.Namespace) -> int:
    """The preview page."""
    asked.file.write_text(preview(library_of(settings), wall_clock()), encoding="utf-8")
    print(asked.file)
    return 0


def card(settings: Settings, asked: argparse.Namespace) -> int:
    """The example card, once for the chat and once for print."""
    library = library_of(settings)
    if asked.language not in library.world.card_languages:
        print(f"a card can be had in {', '.join(library.world.card_languages)}.", file=sys.stderr)
        return 1
    values = example_values(library, wall_clock(), asked.language)
    for kind in ("card.png", "card.pdf"):
        path = asked.to / f"massage-{kind}"
        path.write_bytes(draw(kind, values, settings.content_dir / FONTS))
        print(path)
    return 0


def export(settings: Settings, asked: argparse.Namespace) -> int:
    """One person's record, in words and then as JSON; reads beside a running bot."""
    library = library_of(settings)
    record = asyncio.run(open_reader(settings.data_dir).load(asked.id))
    if record is None:
        print(f"nothing is kept about {asked.id}.", file=sys.stderr)
        return 1
    print(readable(record.person, library.words, wall_clock()))
    print(json.dumps(to_document(record), indent=2, ensure_ascii=False))
    return 0


def erase(settings: Settings, asked: argparse.Namespace) -> int:
    """Leave a request that the running bot, or the next start, honours."""
    request_erase(settings.data_dir, asked.id)
    print(f"{asked.id} will be erased by the running bot within seconds, or at its next start.")
    return 0


COMMANDS: dict[str, Callable[[Settings, argparse.Namespace], int]] = {
    "": welcome,
    "run": run,
    "talk": talk_here,
    "ask": ask,
    "check": check,
    "preview": show,
    "card": card,
    "export": export,
    "erase": erase,
    "stats": stats,
}

if __name__ == "__main__":
    sys.exit(main())
