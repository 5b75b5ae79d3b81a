"""Telegram's HTML: source in, plain text and entities out, or the refusal Telegram would send.

Offsets and lengths are UTF-16 code units, as Telegram counts them. Where the real parser drops or bends
something without a word (a bare "&", an unknown attribute, a link that is no link, tags inside code), this
one refuses.
"""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from .errors import bad, strict

Entity = dict[str, Any]

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-time": "date_time",
}
ATTRIBUTES = {
    "a": {"href"},
    "code": {"class"},
    "blockquote": {"expandable"},
    "tg-time": {"unix", "format"},
}
ENTITIES_AT_MOST = 100

_MARK = re.compile(r"[<&]")
_ESCAPE = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")
_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']*)(?:\s*=\s*("[^"]*"|'[^']*'|[A-Za-z0-9.-]+))?""")
_LINK = re.compile(r"(?:https?://|tg://|mailto:|tel:)\S+", re.IGNORECASE)


def units(text: str) -> int:
    """How long Telegram finds the text: UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse(source: str) -> tuple[str, list[Entity]]:
    """The plain text and its entities in order; raises Refused with Telegram's "can't parse entities"."""
    if "<" not in source and "&" not in source:
        return source, []
    return _Reader(source).read()


@dataclass(frozen=True)
class _Open:
    """A tag that waits for its end, and where in the plain text it began (in units and in pieces)."""

    name: str
    attributes: dict[str, str]
    offset: int
    piece: int


class _Reader:
    """One walk over the source. What must stay true: `offset` is the length in units of all pieces so far."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.pieces: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def read(self) -> tuple[str, list[Entity]]:
        while mark := _MARK.search(self.source, self.at):
            self._keep(self.source[self.at : mark.start()])
            self.at = mark.start()
            self._read_mark()
        self._keep(self.source[self.at :])
        if self.open:
            raise _unparsed(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')
        for entity in self.entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self.pieces), self.entities

    def _read_mark(self) -> None:
        if self.source[self.at] == "&":
            self._read_escape()
        elif self.source.startswith("</", self.at):
            self._read_end()
        else:
            self._read_start()

    def _keep(self, text: str) -> None:
        if text:
            self.pieces.append(text)
            self.offset += units(text)

    def _read_escape(self) -> None:
        escape = _ESCAPE.match(self.source, self.at)
        if escape is None:
            raise _unparsed(f'Unescaped "&"{self._where()} (Telegram would show it; write &amp;)')
        self._keep(unescape(escape.group()))
        self.at = escape.end()

    def _read_start(self) -> None:
        name = self._name(self.at + 1)
        end = self.at + 1 + len(name)
        if end == len(self.source):
            raise _unparsed(f"Unclosed start tag{self._where()}")
        name = name.lower()
        if name not in KINDS:
            raise _unparsed(f'Unsupported start tag "{name}"{self._where()}')
        self._refuse_nesting(name)
        attributes, end = self._attributes(name, end)
        self.open.append(_Open(name, attributes, self.offset, len(self.pieces)))
        self.at = end

    def _attributes(self, tag: str, at: int) -> tuple[dict[str, str], int]:
        """The attributes from `at` on and the place behind the closing ">"."""
        found: dict[str, str] = {}
        while True:
            while self.source[at : at + 1].isspace():
                at += 1
            if at >= len(self.source):
                raise _unparsed(f'Unclosed start tag "{tag}"{self._where()}')
            if self.source[at] == ">":
                return found, at + 1
            match = _ATTRIBUTE.match(self.source, at)
            if match is None or not match[1]:
                raise _unparsed(f'Empty attribute name in the tag "{tag}"{self._where()}')
            if match[1] not in ATTRIBUTES.get(tag, ()):
                raise strict(f'tag "{tag}" has no attribute "{match[1]}"')
            found[match[1]] = unescape((match[2] or "").strip("\"'"))
            at = match.end()

    def _refuse_nesting(self, name: str) -> None:
        around = {tag.name for tag in self.open}
        if name == "blockquote" and name in around:
            raise strict("a blockquote can't stand inside a blockquote")
        if around & {"code", "pre", "tg-time"} and not (name == "code" and around == {"pre"}):
            raise strict(f'tag "{name}" can\'t stand inside {", ".join(sorted(around))}')

    def _read_end(self) -> None:
        if not self.open:
            raise _unparsed(f"Unexpected end tag{self._where()}")
        name = self._name(self.at + 2)
        end = self.at + 2 + len(name)
        while self.source[end : end + 1].isspace():
            end += 1
        if self.source[end : end + 1] != ">":
            raise _unparsed(f"Unclosed end tag{self._where()}")
        tag = self.open[-1]
        if name.lower() not in ("", tag.name):
            found = f'expected "</{tag.name}>", found "</{name.lower()}>"'
            raise _unparsed(f"Unmatched end tag{self._where()}, {found}")
        self.open.pop()
        self._close(tag)
        self.at = end + 1

    def _close(self, tag: _Open) -> None:
        length = self.offset - tag.offset
        if length == 0:
            return
        entity: Entity = {"offset": tag.offset, "length": length, "type": KINDS[tag.name]}
        match tag.name:
            case "a":
                entity["url"] = _link(tag.attributes.get("href") or "".join(self.pieces[tag.piece :]))
            case "tg-time":
                entity |= _date_time(tag.attributes)
            case "blockquote" if "expandable" in tag.attributes:
                entity["type"] = "expandable_blockquote"
            case "pre":
                self._join_code(entity)
            case "code" if tag.attributes.get("class", "").startswith("language-"):
                entity["language"] = tag.attributes["class"].removeprefix("language-")
        self.entities.append(entity)

    def _join_code(self, pre: Entity) -> None:
        """<pre><code class="language-x"> is one entity; a language without <pre> means nothing."""
        inner = self.entities[-1] if self.entities else {}
        if inner.get("type") == "code" and (inner["offset"], inner["length"]) == (
            pre["offset"],
            pre["length"],
        ):
            pre.update({"language": inner["language"]} if "language" in inner else {})
            self.entities.pop()

    def _name(self, at: int) -> str:
        match = _NAME.match(self.source, at)
        return match.group() if match else ""

    def _where(self) -> str:
        return f" at byte offset {len(self.source[: self.at].encode())}"


def _link(address: str) -> str:
    if not _LINK.fullmatch(address):
        raise strict(f"{address!r} is no link")
    return address


def _date_time(attributes: dict[str, str]) -> Entity:
    moment, shown = attributes.get("unix", ""), attributes.get("format", "")
    if not moment.isdecimal() or int(moment) <= 0:
        raise strict(f"tg-time needs a positive whole number as unix, not {moment!r}")
    if not re.fullmatch(r"[rR]|[tTdDwW]*", shown):
        raise _unparsed("Invalid date format used")
    return {"unix_time": int(moment)} | ({"date_time_format": shown} if shown else {})


def _unparsed(reason: str) -> Exception:
    return bad(f"can't parse entities: {reason}")
