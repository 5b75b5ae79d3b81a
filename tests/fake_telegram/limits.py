"""How long and how large things may be; see also `shapes` for keyboards.

Lengths are UTF-16 units, as offsets are; Telegram's own server is a little more generous with emoji.
"""

import re

from .errors import bad, strict
from .kinds import Params
from .markup import ENTITIES_AT_MOST, Entity, parse, units

TEXT_AT_MOST = 4096
CAPTION_AT_MOST = 1024
TOAST_AT_MOST = 200
PHOTO_BYTES = 10 * 2**20
PHOTO_SIDES_AT_MOST = 10_000
PHOTO_RATIO_AT_MOST = 20
UPLOAD_BYTES = 50 * 2**20
DOWNLOAD_BYTES = 20 * 2**20
COMMANDS_AT_MOST = 100
COMMAND_AT_MOST = 32
COMMAND_DESCRIPTION_AT_MOST = 256
NAME_AT_MOST = 64
SHORT_DESCRIPTION_AT_MOST = 120
DESCRIPTION_AT_MOST = 512


def formatted(text: str, parse_mode: str | None, given: list[Entity] | None) -> tuple[str, list[Entity]]:
    """What people will read, trimmed as Telegram trims it, and the entities in it."""
    if parse_mode and given:
        raise strict("parse_mode and entities exclude each other")
    if parse_mode:
        text, entities = parse(text) if _is_html(parse_mode) else (text, [])
    else:
        entities = given or []
        _check_bounds(text, entities)
    if len(entities) > ENTITIES_AT_MOST:
        raise strict(f"{len(entities)} entities, of which Telegram shows {ENTITIES_AT_MOST}")
    return _trimmed(text, entities)


def _is_html(parse_mode: str) -> bool:
    match parse_mode.lower():
        case "html":
            return True
        case "markdown" | "markdownv2":
            raise strict("Markdown is not modelled")
    raise bad("unsupported parse_mode")


def _check_bounds(text: str, entities: list[Entity]) -> None:
    for entity in entities:
        if entity["offset"] < 0 or entity["length"] < 1 or entity["offset"] + entity["length"] > units(text):
            raise strict(f"entity {entity['type']} lies outside the text")


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    kept = text.strip()
    if kept == text:
        return text, entities
    lead, length = len(text) - len(text.lstrip()), units(kept)
    moved = []
    for entity in entities:
        start = max(entity["offset"] - lead, 0)
        end = min(entity["offset"] + entity["length"] - lead, length)
        if end > start:
            moved.append({**entity, "offset": start, "length": end - start})
    return kept, moved


def message_text(params: Params) -> tuple[str, list[Entity]]:
    """The text of a message within its limits."""
    text, entities = formatted(params["text"], params.get("parse_mode"), params.get("entities"))
    if not text:
        raise bad("text must be non-empty")
    if units(text) > TEXT_AT_MOST:
        raise bad("message is too long")
    return text, entities


def caption(params: Params) -> tuple[str, list[Entity]]:
    """The words under a picture or file within their limit; they may be missing."""
    given = params.get("caption", "")
    text, entities = formatted(given, params.get("parse_mode"), params.get("caption_entities"))
    if units(text) > CAPTION_AT_MOST:
        raise bad("message caption is too long")
    return text, entities


# Limits on what is said about the bot.

_COMMAND = re.compile(r"[a-z0-9_]+")


def check_commands(commands: list[Params]) -> None:
    """At most 100 commands, each of small letters, digits and underscores, each with a description."""
    if len(commands) > COMMANDS_AT_MOST:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        name, description = command["command"], command["description"]
        if not name:
            raise bad("command must be non-empty")
        if len(name) > COMMAND_AT_MOST:
            raise bad(f"command length must not exceed {COMMAND_AT_MOST}")
        if not _COMMAND.fullmatch(name):
            raise bad("BOT_COMMAND_INVALID")
        if not description.strip():
            raise bad("command description must be non-empty")
        if units(description) > COMMAND_DESCRIPTION_AT_MOST:
            raise bad(f"command description length must not exceed {COMMAND_DESCRIPTION_AT_MOST}")


def check_language(code: str) -> None:
    """Two small letters, or nothing for everybody else."""
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad("invalid language code specified")


def check_photo(content: bytes, size: tuple[int, int] | None) -> tuple[int, int]:
    """Width and height of a picture that Telegram would take; `size` is what its head says."""
    if not content:
        raise bad("file must be non-empty")
    if len(content) > PHOTO_BYTES:
        raise bad(f"file of size {len(content)} bytes is too big for a photo; the maximum size is {PHOTO_BYTES} bytes")
    if size is None:
        raise bad("IMAGE_PROCESS_FAILED")
    long, short = max(size), min(size)
    if long + short > PHOTO_SIDES_AT_MOST or short < 1 or long > short * PHOTO_RATIO_AT_MOST:
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return size
