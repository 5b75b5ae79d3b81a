"""Pages: one Markdown file with a header for each screen; words, labels, sources and dates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bot.library.markup import telegram_html
from bot.library.problems import Fault
from bot.library.text_yaml import UnreadableYaml, read_yaml

FIELDS = frozenset(
    "title buttons item claims sources facts grade compiled reviewed_by review_by always to_confirm private long".split()
)
CLAIM_FIELDS = ("title", "sources", "grade", "compiled", "reviewed_by", "review_by")
NOT_REVIEWED = "none yet"
GRADES = ("high", "moderate", "low", "very low", "expert opinion", "no evidence")


@dataclass(frozen=True)
class Page:
    """The words of one screen. `html` still holds Jinja; `review_by` is None for pages that claim nothing.

    `private` words rest on answers about health; `long` ones may be sent as several messages.
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
        header, markdown = split_header(path.read_text(encoding="utf-8"))
    except UnreadableYaml as error:
        return None, [Fault(name, f"the header of the page cannot be read: {error}.")]
    faults = [Fault(name, sentence) for sentence in header_faults(header)]
    return page_from(name, header, markdown), faults


def split_header(text: str) -> tuple[dict[str, Any], str]:
    """The header between two `---` lines and the words after it; raises UnreadableYaml."""
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise UnreadableYaml("it must stand between two lines of ---")
    header = read_yaml(parts[1]) or {}
    if not isinstance(header, dict):
        raise UnreadableYaml("it must be names with values")
    return header, parts[2]


def page_from(name: str, header: dict[str, Any], markdown: str) -> Page:
    """The page a header and its words make; unreadable dates are left out (header_faults names them)."""
    labels = header.get("buttons")
    return Page(
        name=name,
        markdown=markdown,
        html=telegram_html(markdown),
        title=str(header.get("title", "")),
        labels=labels if isinstance(labels, dict) else {},
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
    if header.get("claims") == "none":
        if header.get("sources"):
            faults.append("says «claims: none» and names sources; one of the two is wrong.")
        return faults
    if not header.get("sources"):
        faults.append("claims something about health without naming a source (or is missing «claims: none»).")
    faults += [f"the header field «{key}» is missing." for key in CLAIM_FIELDS[2:] if not header.get(key)]
    if not header.get("title"):
        faults.append("the header field «title» is missing.")
    return faults + date_faults(header) + grade_faults(str(header.get("grade", "")))


def date_faults(header: dict[str, Any]) -> list[str]:
    """Dates that are not written YEAR-MONTH-DAY."""
    return [
        f"«{key}: {header[key]}» is not a date like 2026-11-22."
        for key in ("compiled", "review_by")
        if header.get(key) and day(header[key]) is None
    ]


def grade_faults(grade: str) -> list[str]:
    """A grade that does not use the words of the key."""
    parts = [part.split("(")[0].strip() for part in grade.split(";")]
    return [
        f"«{part}» is not an evidence grade ({', '.join(GRADES)})."
        for part in parts
        if part and part not in GRADES
    ]
