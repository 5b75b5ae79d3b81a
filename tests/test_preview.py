"""The preview: what editors and clinicians see before a release, whole, true and on its own."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.effects import Say
from bot.dialogue.events import Chose
from bot.dialogue.graph import Graph, Screen
from bot.dialogue.step import BACK, ITEM, STAY, step
from bot.library.graph_drawing import drawings
from bot.library.graph_shapes import Box, Drawing
from bot.library.pages import Page
from bot.library.preview import End, end_of, preview
from bot.library.preview_examples import example, examples, results, target_of
from bot.library.reading import Library
from bot.library.words import Words

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
VOID = {"meta", "br", "input", "col", "link", "img", "hr"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5")


@dataclass
class Read(HTMLParser):
    """A page as read back: every element with its attributes, and all words outside of script and style."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1:] != [tag]:
            assert tag not in self.open, f"</{tag}> closes across {self.open[-1]}"
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def read(html: str) -> Read:
    page = Read()
    page.feed(html)
    page.close()
    return page


@pytest.fixture(scope="module")
def html(library: Library) -> str:
    return preview(library, NOW)


@pytest.fixture(scope="module")
def page(html: str) -> Read:
    return read(html)


def with_page(library: Library, changed: Page) -> Library:
    """The library with one page exchanged."""
    shelf = replace(library.words.shelf, pages={**library.words.shelf.pages, changed.name: changed})
    return replace(library, words=Words(shelf, library.world))


def test_an_editor_finds_every_screen_and_decision_exactly_once(page: Read, library: Library) -> None:
    articles = [attributes["id"] for attributes in page.all("article")]
    assert sorted(articles) == sorted(library.world.graph.screens)


def test_no_name_stands_twice_so_that_every_link_is_clear(page: Read) -> None:
    names = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    assert [name for name, times in names.items() if times > 1] == []


def test_whoever_presses_a_button_or_link_arrives_somewhere_on_the_page(page: Read) -> None:
    places = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    inside = {link["href"][1:] for link in page.all("a") if link["href"].startswith("#")}
    assert inside - places == set()
    assert sum(link.get("class") == "press" for link in page.all("a")) > len(places) / 2


def test_opening_the_page_tells_nobody(page: Read, html: str) -> None:
    assert not {"link", "img", "iframe", "object", "embed", "form-action", "audio", "video", "base"} & {
        tag for tag, _ in page.elements
    }
    assert not [attributes for _, attributes in page.elements if {"src", "srcset", "action"} & set(attributes)]
    assert set(re.findall(r"url\(([^)]*)\)", html)) <= {f"#{i}" for _, a in page.elements if (i := a.get("id"))}
    assert "@import" not in html
    policies = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none'")


def test_a_source_opens_without_telling_it_where_the_reader_came_from(page: Read) -> None:
    outside = [link for link in page.all("a") if not link["href"].startswith("#")]
    own = [link for link in outside if "rel" in link]
    assert all(link["rel"] == "noopener noreferrer" for link in own)
    assert all(link["href"].startswith(("https://", "http://")) for link in own)
    assert any(link["href"].startswith("https://doi.org/10.") for link in own)


def test_what_is_opened_is_closed(page: Read) -> None:
    assert page.open == []


def test_somebody_who_hears_the_page_finds_their_way(page: Read) -> None:
    assert page.all("html")[0]["lang"] == "en"
    headings = [HEADINGS.index(tag) for tag, _ in page.elements if tag in HEADINGS]
    assert headings.count(0) == 1
    assert all(below - above <= 1 for above, below in pairwise(headings))
    assert all("scope" in head for head in page.all("th"))


def test_words_that_look_like_code_stay_words(library: Library) -> None:
    name = "menu.home"
    old = library.words.shelf.pages[name]
    spoilt = replace(old, title="<script>alert(1)</script>", labels={**old.labels, "learn": '"><img src=x> & more'})
    html = preview(with_page(library, spoilt), NOW)
    seen = read(html)
    assert len(seen.all("script")) == 1
    assert seen.all("img") == []
    assert "<script>alert(1)</script>" in seen.text
    assert '"><img src=x> & more' in seen.text


def test_an_editor_still_reads_the_words_of_a_page_past_its_date(library: Library) -> None:
    old = next(p for p in library.words.shelf.pages.values() if p.claims and not p.always)
    late = replace(old, review_by=date(2026, 11, 21))
    changed = with_page(library, late)
    [card, *_] = examples(library.world.graph.screens[old.name], late, changed, NOW)
    assert card.shown.html == next(examples(library.world.graph.screens[old.name], old, library, NOW)).shown.html
    article = re.search(rf'<article class="screen" id="{old.name}".*?</article>', preview(changed, NOW), re.DOTALL)
    assert article is not None
    assert "Past its review date" in article.group()


@pytest.mark.parametrize(
    ("review_by", "flag"),
    [(date(2026, 11, 21), "past"), (date(2026, 12, 1), "near"), (date(2027, 11, 22), "unreviewed")],
)
def test_an_editor_sees_what_to_look_at(library: Library, review_by: date, flag: str) -> None:
    old = next(p for p in library.words.shelf.pages.values() if p.claims and not p.always and not p.to_confirm)
    seen = read(preview(with_page(library, replace(old, review_by=review_by)), NOW))
    flags = next(a["data-flags"].split() for a in seen.all("article") if a["id"] == old.name)
    assert flag in flags
    assert ("past" in flags, "near" in flags) == (flag == "past", flag == "near")


def test_a_clinician_reads_the_emergency_words_for_a_country_that_is_not_known(library: Library) -> None:
    screen = library.world.graph.screens[library.world.alarms["emergency"]]
    known, unknown = examples(screen, library.words.shelf.pages[screen.name], library, NOW)
    places = library.words.shelf.places
    assert places.emergency_line("DE") in known.shown.html
    assert places.emergency_line("") in unknown.shown.html


def test_a_clinician_sees_every_question_and_every_level_of_the_check(library: Library) -> None:
    graph, shelf = library.world.graph, library.words.shelf
    asking = next(screen for screen in graph.screens.values() if screen.items == "check_findings")
    cases = [example.case for example in examples(asking, shelf.pages[asking.name], library, NOW)]
    assert cases == [words["title"] for words in shelf.safety["groups"].values()]
    telling = next(page for page in shelf.pages.values() if "check_reasons" in page.html)
    told = {example.case for example in examples(graph.screens[telling.name], telling, library, NOW)}
    assert {shelf.phrases["levels"][level] for level, _ in results(library)} <= told


def test_every_safety_rule_stands_with_its_advice_and_sources(page: Read, html: str, library: Library) -> None:
    table = html[html.index('<h2 id="safety">') : html.index('<h2 id="sources">')]
    text = read(table).text
    for rule in library.world.safety.rules:
        assert f">{rule.id}</span>" in table
        first = re.split(r"\{\{.*?\}\}", library.words.shelf.safety["advice"][rule.advice]["now"])[-1]
        assert " ".join(first.split()) in text
        assert all(f'href="#{source}"' in table for source in rule.sources)


def test_the_commands_alarms_and_phrases_are_all_there(page: Read, library: Library) -> None:
    text = page.text
    for command in library.world.graph.commands:
        assert f"/{command} " in text
    for alarm in library.world.alarms:
        assert alarm in text
    for note in library.words.shelf.notes:
        assert note in text
    for toast in library.words.shelf.phrases["toasts"].values():
        assert toast in text


def leaves(end: End) -> Iterator[str]:
    if not end.outcomes:
        yield end.name
    for _, ahead in end.outcomes:
        yield from leaves(ahead)


def test_a_button_leads_where_the_preview_says(library: Library) -> None:
    graph = library.world.graph
    for page in library.words.shelf.pages.values():
        if graph.screens[page.name].kind == "beside":
            continue  # nobody stands there: its buttons act on a subject
        person = replace(example(library, NOW), screen=page.name, given="DE")
        for button in (b for row in library.words.rows(person, page, Say(page.name), NOW) for b in row):
            key = button.data.partition(":")[2]
            target = target_of(key, graph.screens[page.name], graph)
            after, _ = step(library.world, person, Chose(person.step, key), NOW)
            there = set(leaves(end_of(target, graph))) if target else {page.name}
            assert after.screen in there or there & {BACK, ITEM, STAY}, f"{page.name}: {button.label}"


# Pictures.

names = st.integers(min_value=1, max_value=60).map(lambda n: [f"flow.{'long_' * (i % 4)}name_{i}" for i in range(n)])


@st.composite
def flows(draw: st.DrawFn) -> dict[str, Screen]:
    here = draw(names)
    targets = st.sampled_from([*here, "other.home", BACK])
    keys = st.sampled_from(["next", "list", "a", "somewhat_longer_key", *(name[5:] for name in here)])
    ways = st.dictionaries(keys, targets, max_size=6)
    kinds = st.sampled_from(["choose", "decide"])
    return {name: screen_of(name, draw(kinds), draw(ways)) for name in here}


def screen_of(name: str, kind: str, ways: dict[str, str]) -> Screen:
    if kind == "decide":
        return Screen(name, "decide", by="some_rule", outcomes=ways)
    return Screen(name, "choose", choices=ways)


@given(flows())
@settings(max_examples=40, deadline=None)
def test_whatever_the_flow_its_picture_can_be_read(screens: dict[str, Screen]) -> None:
    pictures = drawings(screens, {next(iter(screens)): ["/start"]})
    for picture in pictures:
        assert_readable(picture)
    assert_complete(pictures, screens)


def test_the_pictures_we_ship_can_be_read(library: Library) -> None:
    graph = library.world.graph
    for flow in {name.split(".")[0] for name in graph.screens}:
        screens = {name: screen for name, screen in graph.screens.items() if name.startswith(f"{flow}.")}
        pictures = drawings(screens, {})
        for picture in pictures:
            assert_readable(picture)
            assert picture.width < 1200
        assert_complete(pictures, screens)


def assert_readable(picture: Drawing) -> None:
    """No boxes overlap, all is on the paper, and lines touch boxes only where they begin and end."""
    for one, other in combinations(picture.boxes, 2):
        apart = one.x + one.width < other.x or other.x + other.width < one.x
        assert apart or one.y + one.height < other.y or other.y + other.height < one.y, (one.name, other.name)
    for box in picture.boxes:
        assert picture.left <= box.x
        assert box.x + box.width <= picture.left + picture.width
        assert box.y + box.height <= picture.height
    for line in picture.lines:
        for x, y in points(line.path):
            assert picture.left <= x <= picture.left + picture.width
            crossed = [box.name for box in picture.boxes if inside(box, x, y)]
            assert not crossed, (line.source, line.target, crossed)


def inside(box: Box, x: float, y: float) -> bool:
    return box.x + 1 < x < box.x + box.width - 1 and box.y + 1 < y < box.y + box.height - 1


def points(path: str) -> Iterator[tuple[float, float]]:
    """Points along an SVG path of M, H, V and C."""
    x = y = 0.0
    for letter, numbers in re.findall(r"([MHVC])([-\d., ]+)", path):
        to = [float(number) for number in re.findall(r"-?\d+", numbers)]
        match letter:
            case "M":
                x, y = to
            case "H" | "V":
                there = (to[0], y) if letter == "H" else (x, to[0])
                yield from ((x + (there[0] - x) * t / 10, y + (there[1] - y) * t / 10) for t in range(11))
                x, y = there
            case _:
                yield from (bezier((x, y), to, t / 10) for t in range(11))
                x, y = to[4:]


def bezier(start: tuple[float, float], to: list[float], t: float) -> tuple[float, float]:
    s = 1 - t
    weights = (s**3, 3 * s * s * t, 3 * s * t * t, t**3)
    xs, ys = (start[0], *to[::2]), (start[1], *to[1::2])
    return sum(w * x for w, x in zip(weights, xs, strict=True)), sum(w * y for w, y in zip(weights, ys, strict=True))


def assert_complete(pictures: list[Drawing], screens: dict[str, Screen]) -> None:
    """Every screen is drawn, and every way out of it is a line or a tag of its box."""
    drawn = {(line.source, line.target) for picture in pictures for line in picture.lines}
    drawn |= {
        (box.screen.name, tag.target)
        for picture in pictures
        for box in picture.boxes
        for tag in box.tags
        if tag.kind != "in"
    }
    assert {box.screen.name for picture in pictures for box in picture.boxes} == set(screens)
    assert drawn == {(screen.name, target) for screen in screens.values() for target in screen.targets()}


def test_a_long_flow_is_one_picture_of_the_whole_and_one_of_each_branch() -> None:
    topics = {f"t.topic_{i}": {f"card_{n}": f"t.card_{i}_{n}" for n in range(9)} for i in range(6)}
    cards = {card: {"list": topic} for topic, ways in topics.items() for card in ways.values()}
    home = {"t.home": {topic[2:]: topic for topic in topics}}
    pictures = drawings(
        {name: screen_of(name, "choose", ways) for name, ways in {**home, **topics, **cards}.items()}, {}
    )
    assert [picture.head for picture in pictures] == ["t.home", *topics]
    assert [box.folded for box in pictures[0].boxes] == [0] + [9] * 6


def test_a_decision_that_leads_back_to_itself_is_named_and_not_followed_for_ever() -> None:
    graph = Graph({"a.b": Screen("a.b", "decide", by="rule", outcomes={"again": "a.b", "on": "a.c"})}, {})
    assert end_of("a.b", graph) == End("a.b", "rule", (("again", End("a.b")), ("on", End("a.c"))))
