"""Pages: one Markdown file with a header for each screen; words, labels, sources and dates."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bot.library.markup import telegram_html
from bot.library.problems import Fault
from bot.library.text_yaml import UnreadableYaml, only_texts, read_text, read_yaml

FIELDS = frozenset(
    "title buttons item claims sources facts grade compiled reviewed_by review_by to_confirm"
    " always private long copy".split()
)
# The key of the label on a button that copies a text; such a button leads nowhere.
COPY = "copy"
LISTS = ("sources", "facts", "to_confirm")
DATES = ("compiled", "review_by")
SWITCHES = ("always", "private", "long")
CLAIM_FIELDS = ("title", "grade", "compiled", "reviewed_by", "review_by")
NOT_REVIEWED = "none yet"
GRADES = ("high", "moderate", "low", "very low", "expert opinion", "no evidence")


@dataclass(frozen=True)
class Page:
    """The words of one screen. `html` still holds Jinja; `review_by` is None for pages that claim nothing.

    `private` words rest on answers about health; `long` ones may be sent as several messages. `copies` is a text
    that a button copies, still with Jinja in it; the button is left out when the text is too long for Telegram.
    """

    name: str
    markdown: str
    html: str
    title: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    item: str = ""
    sources: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    grade: str = ""
    compiled: date | None = None
    reviewed_by: str = NOT_REVIEWED
    review_by: date | None = None
    always: bool = False
    to_confirm: tuple[str, ...] = ()
    private: bool = False
    long: bool = False
    copies: str = ""

    @property
    def claims(self) -> bool:
        """True when the page says something about health that needs a source."""
        return bool(self.sources)

    def served_on(self, day: date) -> bool:
        """Whether the page may still be shown: within its review date, or one that is always served."""
        return self.always or self.review_by is None or day <= self.review_by


def read_pages(folder: Path) -> tuple[dict[str, Page], list[Fault]]:
    """All pages below `folder` (`<flow>/<screen>.md`) by full name, and what is wrong with them."""
    pages: dict[str, Page] = {}
    faults: list[Fault] = []
    for path in sorted(folder.glob("*/*.md")):
        page, wrong = read_page(path)
        faults += wrong
        if page:
            pages[page.name] = page
    return pages, faults


def read_page(path: Path) -> tuple[Page | None, list[Fault]]:
    """One page and its faults; None when its header cannot be read at all."""
    name = f"{path.parent.name}.{path.stem}"
    try:
        header, markdown = split_header(read_text(path))
    except UnreadableYaml as error:
        return None, [Fault(name, f"the header of the page cannot be read: {error}.")]
    faults = [Fault(name, sentence) for sentence in header_faults(header)]
    return page_from(name, header, markdown), faults


def split_header(text: str) -> tuple[dict[str, Any], str]:
    """The header between two `---` lines and the words after it; raises UnreadableYaml."""
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise UnreadableYaml("it must stand between two lines of ---")
    # The empty line stands for the first ---, so that a mistake is found at its line of the file.
    header = read_yaml(f"\n{parts[1]}") or {}
    if not isinstance(header, dict):
        raise UnreadableYaml("it must be names with values")
    return header, parts[2]


def page_from(name: str, header: dict[str, Any], markdown: str) -> Page:
    """The page a header and its words make; unreadable dates are left out (header_faults names them)."""
    return Page(
        name=name,
        markdown=markdown,
        html=telegram_html(markdown),
        title=str(header.get("title", "")),
        labels=only_texts(header.get("buttons"), "buttons")[0],
        item=str(header.get("item", "")),
        sources=names(header.get("sources")),
        facts=names(header.get("facts")),
        grade=str(header.get("grade", "")),
        compiled=day(header.get("compiled")),
        reviewed_by=str(header.get("reviewed_by", NOT_REVIEWED)),
        review_by=day(header.get("review_by")),
        always=header.get("always") == "yes",
        to_confirm=names(header.get("to_confirm")),
        private=header.get("private") == "yes",
        long=header.get("long") == "yes",
        copies=str(header.get("copy", "")),
    )


def names(value: Any) -> tuple[str, ...]:
    """A YAML list as a tuple of texts; anything else is none."""
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def day(value: Any) -> date | None:
    """An ISO date, or None when it is not one."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def header_faults(header: dict[str, Any]) -> list[str]:
    """What is wrong with a page's header, each as one sentence."""
    faults = [f"the header field «{key}» is not known." for key in header if key not in FIELDS]
    if misshapen := list(shape_faults(header)):
        return faults + misshapen
    if header.get("claims") == "none":
        if header.get("sources"):
            faults.append("says «claims: none» and names sources; one of the two is wrong.")
    else:
        faults += claim_faults(header)
    return faults + date_faults(header)


def shape_faults(header: dict[str, Any]) -> Iterator[str]:
    """Fields that hold something else than they should: names with labels, a list, one text, or yes."""
    yield from only_texts(header.get("buttons"), "buttons")[1]
    for key, value in header.items():
        if key in LISTS and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            yield f"«{key}» must be a list, such as [S-01, S-02]."
        elif key in SWITCHES and value != "yes":
            yield f"«{key}» can only be «yes»; leave it out otherwise."
        elif key in FIELDS - {*LISTS, *SWITCHES, "buttons"} and not isinstance(value, str):
            yield f"«{key}» must be one text."


def claim_faults(header: dict[str, Any]) -> list[str]:
    """What a page that claims something about health is missing, or words in a way we do not know."""
    faults = [f"the header field «{key}» is missing." for key in CLAIM_FIELDS if not header.get(key)]
    if not header.get("sources"):
        faults.insert(0, "claims something about health without naming a source (or is missing «claims: none»).")
    reviewed = header.get("reviewed_by") or NOT_REVIEWED
    if reviewed != NOT_REVIEWED and not re.search(r"\d{4}-\d{2}-\d{2}", reviewed):
        faults.append("«reviewed_by» needs a clinician's name and a date, or «none yet».")
    return faults + grade_faults(header.get("grade") or "")


def date_faults(header: dict[str, Any]) -> list[str]:
    """Dates that are not written YEAR-MONTH-DAY."""
    return [
        f"«{key}: {header[key]}» is not a date like 2026-11-22."
        for key in DATES
        if header.get(key) and day(header[key]) is None
    ]


def grade_faults(grade: str) -> list[str]:
    """A grade that does not use the words of the key; from a bracket on, a part is free."""
    parts = [part.split("(")[0].strip() for part in re.split(r";(?![^(]*\))", grade)]
    wrong = [part for part in parts if part not in GRADES] if grade else []
    return [f"«{part}» is not an evidence grade ({', '.join(GRADES)})." for part in wrong]
