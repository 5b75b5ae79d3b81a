"""Markdown as editors write it → the little HTML that Telegram shows, with Jinja left standing in place.

The HTML is made once, before any fact is filled in, and Jinja escapes each fact. So nothing a person typed
can become markup, and the HTML cannot fail to parse.
"""

import re
import textwrap
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

JINJA = re.compile(r"{{.*?}}|{%.*?%}|{#.*?#}", re.DOTALL)
_LEADING_TAGS = re.compile(r"^[ \t]*((?:{%[^}]*%}[ \t]*)+)", re.MULTILINE)
_HELD = re.compile("[\ue000\ue001](\\d+)\ue002")
_ONLY_TAGS = re.compile("(?:\\s*\ue001\\d+\ue002)+\\s*")
_ADDRESS = re.compile(r"(?:https?://|tg://|mailto:|tel:)\S", re.IGNORECASE)
_TAG = re.compile(r"<(/?)\w")
_OPEN = {"strong_open": "<b>", "em_open": "<i>", "blockquote_open": "\n\n<blockquote>"}
_CLOSE = {
    "strong_close": "</b>",
    "em_close": "</i>",
    "blockquote_close": "</blockquote>",
    "link_close": "</a>",
}


class _Markdown(MarkdownIt):
    """The part of Markdown that Telegram can show; everything else stays as it was typed."""

    def __init__(self) -> None:
        super().__init__("commonmark")
        self.disable(["heading", "lheading", "hr", "html_block", "html_inline", "image", "code", "fence"])

    def validateLink(self, url: str) -> bool:
        """Whether Telegram would make a link of the address."""
        return _ADDRESS.match(url) is not None


_MARKDOWN = _Markdown()


def telegram_html(markdown: str) -> str:
    """Telegram HTML of a Markdown page; paragraphs stand one empty line apart, list items have a bullet."""
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match.group(0))
        start = "\ue001" if match.group(0).startswith("{%") else "\ue000"
        return f"{start}{len(held) - 1}\ue002"

    # A tag that begins a line must not be taken for the continuation of a list item above it.
    apart = _LEADING_TAGS.sub(r"\n\1\n\n", markdown)
    tokens = _MARKDOWN.parse(JINJA.sub(hold, apart))
    return _HELD.sub(lambda match: held[int(match.group(1))], _render(tokens)).strip()


def _render(tokens: list[Token]) -> str:
    out: list[str] = []
    lists: list[int] = []
    quotes = 0
    after_bullet = False
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                lists.append(0)
            case "ordered_list_open":
                lists.append(int(token.attrs.get("start", 1)) or 1)
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                out.append(f"\n{_bullet(lists)}")
                after_bullet = True
            case "inline":
                text = _inline(token.children or [])
                glued = after_bullet or out[-1:] == [_OPEN["blockquote_open"]] or _ONLY_TAGS.fullmatch(text)
                out.append(text if glued else f"\n\n{text}")
                after_bullet = False
            # Telegram refuses a quote inside a quote: the outer one stands.
            case "blockquote_open":
                quotes += 1
                out += [_OPEN["blockquote_open"]] * (quotes == 1)
            case "blockquote_close":
                quotes -= 1
                out += [_CLOSE["blockquote_close"]] * (quotes == 0)
            case kind:
                out.extend(filter(None, [_OPEN.get(kind) or _CLOSE.get(kind)]))
    return "".join(out)


def _bullet(lists: list[int]) -> str:
    indent = "  " * (len(lists) - 1)
    if lists[-1]:
        lists[-1] += 1
        return f"{indent}{lists[-1] - 1}. "
    return f"{indent}• "


def _inline(tokens: list[Token]) -> str:
    return "".join(_piece(token) for token in tokens)


def _piece(token: Token) -> str:
    match token.type:
        case "text" | "code_inline":
            return escape(token.content, quote=False)
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "link_open":
            return f'<a href="{escape(str(token.attrs["href"]))}">'
        case kind:
            return _OPEN.get(kind) or _CLOSE.get(kind) or ""


def tidy(html: str) -> str:
    """The HTML without the empty lines that unused template parts left behind."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", html)).strip()


def plain_text(html: str) -> str:
    """What a person reads of Telegram HTML: no tags, entities resolved."""
    bare = re.sub(r"<[^>]+>", "", html)
    for entity, char in (
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", '"'),
        ("&#34;", '"'),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ):
        bare = bare.replace(entity, char)
    return bare


def telegram_length(html: str) -> int:
    """The length Telegram counts: UTF-16 units of what is left once entities are parsed."""
    return len(plain_text(html).encode("utf-16-le", "surrogatepass")) // 2


def split_text(html: str, limit: int = 4096) -> list[str]:
    """The words in pieces Telegram takes, cut between paragraphs; what is cut elsewhere loses its marks."""
    if telegram_length(html) <= limit:
        return [html]
    pieces: list[str] = []
    for paragraph in html.split("\n\n"):
        for part in _parts(paragraph, limit):
            if pieces and telegram_length(f"{pieces[-1]}\n\n{part}") <= limit:
                pieces[-1] = f"{pieces[-1]}\n\n{part}"
            else:
                pieces.append(part)
    return pieces


def _parts(paragraph: str, limit: int) -> list[str]:
    """The paragraph, in several parts when it is too long; a tag that ends in another paragraph goes."""
    ends = _TAG.findall(paragraph)
    if telegram_length(paragraph) <= limit and ends.count("/") == ends.count(""):
        return [paragraph]
    # Half the limit in characters is within it in UTF-16 units, whatever the characters are.
    bare, width = plain_text(paragraph), limit // 2
    lines = textwrap.wrap(bare, width, expand_tabs=False, replace_whitespace=False, break_on_hyphens=False)
    return [escape(line, quote=False) for line in lines]
