"""Written answers: one Markdown file for each, read from content/ with every fault as a sentence.

An answer's words, sources and dates are those of a page, so that they are checked, dated and cited as pages are.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.answers.asking import Asking, Topic, asking_of, plain
from bot.library.markup import plain_text, telegram_length
from bot.library.pages import FIELDS, Page, header_faults, names, page_from, split_header
from bot.library.problems import Fault
from bot.library.text_yaml import UnreadableYaml, only_texts, read_text

FOLDER = "answers"
OWN_FIELDS = frozenset("topic asked words next next_label narrow kind patterns".split())
# What belongs to screens and says nothing on an answer.
SCREEN_FIELDS = frozenset("buttons item private long copy always".split())
ASKED_AT_LEAST = 6
TITLE_LENGTH, LABEL_LENGTH, MESSAGE = 60, 38, 4096
REFERRAL = "referral"
ID = re.compile(r"[a-z0-9_]{1,48}$")


@dataclass(frozen=True)
class Written:
    """One answer: its page (words, sources, dates), how people ask for it, and where it leads.

    `narrow` holds a sentence for each finding of the safety check that makes the answer narrower. `patterns` are
    regular expressions over folded words; they make the entry a referral.
    """

    page: Page
    topic: str
    asked: tuple[str, ...]
    next: str = ""
    next_label: str = ""
    narrow: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The name of its file."""
        return self.page.name


def read_answers(folder: Path) -> tuple[dict[str, Written], list[Fault]]:
    """All answers in `folder` by id, and what is wrong with them; a missing folder holds none."""
    answers: dict[str, Written] = {}
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.md")):
        answer, wrong = read_answer(path)
        faults += [Fault(where(path.stem), sentence) for sentence in wrong]
        if answer:
            answers[answer.id] = answer
    return answers, faults


def where(name: str) -> str:
    """How faults name an answer."""
    return f"{FOLDER}/{name}"


def read_answer(path: Path) -> tuple[Written | None, list[str]]:
    """One answer and what is wrong with its form; None when its header cannot be read."""
    try:
        header, markdown = split_header(read_text(path))
    except UnreadableYaml as error:
        return None, [f"the header cannot be read: {error}."]
    faults = list(own_faults(path.stem, header))
    page_part = {key: value for key, value in header.items() if key not in OWN_FIELDS}
    faults += header_faults(page_part)
    return answer_from(path.stem, header, page_part, markdown), faults


def answer_from(name: str, header: dict[str, Any], page_part: dict[str, Any], markdown: str) -> Written:
    """The answer a header and its words make."""
    return Written(
        page=page_from(name, page_part, markdown),
        topic=str(header.get("topic", "")),
        asked=names(header.get("asked")),
        next=str(header.get("next", "")),
        next_label=str(header.get("next_label", "")),
        narrow=only_texts(header.get("narrow"), "narrow")[0],
        words=names(header.get("words")),
        patterns=names(header.get("patterns")) if header.get("kind") == REFERRAL else (),
    )


def own_faults(name: str, header: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the fields that only answers have."""
    if not ID.match(name):
        yield "the file's name must be small letters, digits and _, at most 48."
    yield from (f"the header field «{key}» belongs to screens." for key in header if key in SCREEN_FIELDS & FIELDS)
    if not header.get("topic"):
        yield "the header field «topic» is missing."
    if header.get("claims") == "none":
        # Its review date decides how long it answers, and its title is what people choose by.
        yield from (f"the header field «{key}» is missing." for key in ("title", "review_by") if not header.get(key))
    if len(str(header.get("title", ""))) > TITLE_LENGTH:
        yield f"the title is longer than {TITLE_LENGTH} characters."
    if len(names(header.get("asked"))) < ASKED_AT_LEAST:
        yield f"«asked» needs at least {ASKED_AT_LEAST} phrasings."
    if bool(header.get("next")) != bool(header.get("next_label")):
        yield "«next» and «next_label» belong together."
    if len(str(header.get("next_label", ""))) > LABEL_LENGTH:
        yield f"«next_label» is longer than {LABEL_LENGTH} characters."
    yield from only_texts(header.get("narrow"), "narrow")[1]
    yield from referral_faults(header)


def referral_faults(header: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the patterns of a referral."""
    kind, patterns = header.get("kind"), names(header.get("patterns"))
    if kind not in (None, REFERRAL):
        yield f"«kind» can only be «{REFERRAL}»; leave it out otherwise."
    if (kind == REFERRAL) != bool(patterns):
        yield f"«kind: {REFERRAL}» and «patterns» belong together."
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"the pattern «{pattern}» cannot be read: {error}."


def answer_faults(
    answers: Mapping[str, Written], screens: Collection[str] | None, findings: Collection[str] | None
) -> Iterator[Fault]:
    """What is wrong with answers beside the rest of the content; None stands for what could not be read."""
    for answer in answers.values():
        yield from (Fault(where(answer.id), sentence) for sentence in answer_fault(answer, screens, findings))
    yield from repeated(answers)


def answer_fault(answer: Written, screens: Collection[str] | None, findings: Collection[str] | None) -> Iterator[str]:
    """Names in an answer that nobody knows, words that would be templates, and words too long or too few."""
    if answer.next and screens is not None and answer.next not in screens:
        yield f"«next» leads to {answer.next}, which does not exist."
    for finding in answer.narrow:
        if findings is not None and finding not in findings:
            yield f"«narrow» names {finding}, which is no finding of the safety check."
    if "{{" in answer.page.html or "{%" in answer.page.html:
        yield "an answer is the same for everybody: it has no facts in double braces."
    units = telegram_length(answer.page.html) + sum(map(len, answer.narrow.values()))
    if units > MESSAGE:
        yield f"this is {units} characters, over {MESSAGE}."
    if not plain_text(answer.page.html).strip():
        yield "this answer says nothing."


def repeated(answers: Mapping[str, Written]) -> Iterator[Fault]:
    """Titles and phrasings that stand in two places: nobody could tell which of the two is meant."""
    seen: dict[str, str] = {}
    for answer in answers.values():
        for phrasing in (answer.page.title, *answer.asked):
            first = seen.setdefault(plain(phrasing), answer.id)
            if first != answer.id:
                yield Fault(where(answer.id), f"«{phrasing}» also stands in {first}.")
    yield from twice_in_one(answers)


def twice_in_one(answers: Mapping[str, Written]) -> Iterator[Fault]:
    """Phrasings that stand twice in one answer."""
    for answer in answers.values():
        said = [plain(phrasing) for phrasing in (answer.page.title, *answer.asked)]
        for phrasing in dict.fromkeys(each for each in said if said.count(each) > 1):
            yield Fault(where(answer.id), f"«{phrasing}» stands twice.")


def asking_from(answers: Mapping[str, Written], terms: Mapping[str, Any], strange: Sequence[str] = ()) -> Asking:
    """The search over all answers; `terms` holds the lists of words that say little or lean on what was said, `strange`
    questions that no answer covers.
    """
    topics = [topic_of(answer) for answer in answers.values()]
    return asking_of(
        topics,
        small_words=names(terms.get("small_words")),
        follow_ups=names(terms.get("follow_ups")),
        question_words=names(terms.get("question_words")),
        strange=strange,
    )


def topic_of(answer: Written) -> Topic:
    """An answer as the search knows it."""
    return Topic(
        id=answer.id,
        title=answer.page.title,
        subject=answer.topic,
        phrasings=answer.asked,
        body=plain_text(answer.page.html),
        words=answer.words,
        until=answer.page.review_by,
        leads=answer.next,
        patterns=tuple(re.compile(pattern) for pattern in answer.patterns),
    )
