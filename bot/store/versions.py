"""Records as documents (plain JSON values) and back, whatever release the person fell asleep in.

Every document says its version `v`. When a field's meaning changes, `CURRENT_VERSION` goes up by one and
`UPGRADES` gains the step from the version before; a new field with a default needs neither. Times are
written as ISO 8601 in UTC. Messages about a document never quote what it holds.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
import structlog
from pydantic import TypeAdapter, ValidationError

from bot.store.durable import Damaged
from bot.store.record import CURRENT_VERSION, Record

Document = dict[str, Any]
Path = tuple[str | int, ...]
Upgrade = Callable[[Document], Document]

# The version a document has → how it becomes the next one.
UPGRADES: dict[int, Upgrade] = {}

log = structlog.get_logger()


class FromNewerRelease(Exception):
    """The document's version is above what this release reads."""


def to_document(record: Record) -> Document:
    """The record as JSON values; raises Damaged when a time has no zone or a text is not Unicode."""
    document = _plain(record)
    document["v"] = CURRENT_VERSION
    # Without consent only what the brief lists is stored, and an unknown field may be anything.
    if record.unread and record.person.consented:
        _write_back(document, record.unread)
    return document


def from_document(
    document: Document, upgrades: Mapping[int, Upgrade] = UPGRADES, current: int = CURRENT_VERSION
) -> Record:
    """The record; raises Damaged when the document is none, FromNewerRelease when it is of the future."""
    document = _upgraded(document, upgrades, current)
    try:
        record = _adapter().validate_python(document)
    except ValidationError as fault:
        raise Damaged(_where(fault)) from None
    known = _plain(record)
    return record if known == document else replace(record, unread=_unread(document, known))


def warm_up() -> None:
    """Build the validator now, not in somebody's turn."""
    _adapter()


@cache
def _adapter() -> TypeAdapter[Record]:
    return TypeAdapter(Record)


def _plain(record: Record) -> Document:
    # orjson walks dataclasses by itself: half the time of pydantic's dump, which would also keep foreign
    # zones.
    bare = replace(record, unread={}) if record.unread else record
    try:
        text = orjson.dumps(bare, default=_time_in_utc, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError as fault:
        raise Damaged(f"it holds what cannot be written down: {fault.__cause__ or fault}") from None
    document: Document = orjson.loads(text)
    del document["unread"]
    return document


def _time_in_utc(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"a {type(value).__name__}")
    if value.tzinfo is None:
        raise TypeError("a time without a zone")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _upgraded(document: Document, upgrades: Mapping[int, Upgrade], current: int) -> Document:
    version = document.get("v")
    if not isinstance(version, int) or version < 1:
        raise Damaged("it has no version")
    if version > current:
        raise FromNewerRelease(f"version {version}, and this release reads up to version {current}")
    while version < current:
        document = upgrades[version](document)
        version += 1
        document = {**document, "v": version}
    return document


def _where(fault: ValidationError) -> str:
    """The first field that does not fit, only two levels deep: below that the names themselves tell of
    health.
    """
    first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"its field {'.'.join(map(str, first['loc'][:2])) or 'record'} does not fit"


def _unread(document: Document, known: Document) -> dict[tuple[str, ...], Any]:
    """What only the document knows. Fields inside a list have no lasting place to be written back to."""
    found = list(_unknown(document, known, ()))
    for path, _ in found:
        if any(isinstance(step, int) for step in path):
            log.warning("unknown_field_dropped", field=f"{path[0]}.{path[-1]}")
    return {tuple(map(str, path)): value for path, value in found if all(isinstance(step, str) for step in path)}


def _unknown(document: object, known: object, path: Path) -> Iterator[tuple[Path, Any]]:
    match document, known:
        case dict(), dict():
            for key, value in document.items():
                if key in known:
                    yield from _unknown(value, known[key], (*path, key))
                else:
                    yield (*path, key), value
        case list(), list():
            for place, (value, its_known) in enumerate(zip(document, known, strict=False)):
                yield from _unknown(value, its_known, (*path, place))
        case _:
            return


def _write_back(document: Document, unread: Mapping[tuple[str, ...], Any]) -> None:
    for path, value in unread.items():
        holder: Any = document
        for step in path[:-1]:
            holder = holder.get(step) if isinstance(holder, dict) else None
        # What the field hung on may be gone meanwhile (an answer taken back): then the field goes with it.
        if isinstance(holder, dict):
            holder.setdefault(path[-1], value)
