"""Markdown becomes the HTML Telegram shows; what a person typed never becomes markup; nothing gets lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from bot.library.markup import plain_text, split_text, telegram_html, telegram_length, tidy
from bot.library.words import environment
from tests.fake_telegram.markup import parse, units

LIMIT = 4096
JINJA = environment(escapes=True)

SHOWN = [
    ("Two\nlines of one paragraph.", "Two lines of one paragraph."),
    ("One.\n\nTwo.", "One.\n\nTwo."),
    ("**bold** and *italic* and ***both***", "<b>bold</b> and <i>italic</i> and <i><b>both</b></i>"),
    ("Before:\n\n- one\n- two", "Before:\n• one\n• two"),
    ("- one\n  - inner\n- two", "• one\n  • inner\n• two"),
    ("3. three\n4. four", "3. three\n4. four"),
    ("> said\n\nafter", "<blockquote>said</blockquote>\n\nafter"),
    ("> one\n>\n> two", "<blockquote>one\n\ntwo</blockquote>"),
    ("> outer\n> > inner", "<blockquote>outer\n\ninner</blockquote>"),
    ("[site](https://a.org/?q=1&r=2)", '<a href="https://a.org/?q=1&amp;r=2">site</a>'),
    ("line  \nbreak", "line\nbreak"),
    ('5 < 6 & "so"', '5 &lt; 6 &amp; "so"'),
]

AS_TYPED = [
    "# Heading",
    "![picture](body.png)",
    "<b>not bold</b>",
    "[page](other.md)",
    "[trap](javascript:alert)",
    "a | b",
    "---",
]

HOSTILE = [
    "<b>bold</b>",
    "</b></i>",
    "Tom & Jerry &amp; &lt;",
    "\"double\" and 'single'",
    "**stars** *star* _under_ `code` [x](https://evil.org)",
    "- a list\n- of two",
    "> quote",
    "{{ other }} {% if x %}",
    "👩🏽‍⚕️ 🇩🇪 e\u0301 \u202eright to left",
    "<a href='tg://user?id=1'>",
    "a\n\n\nb",
]

PAGES = [
    "{{ fact }}",
    "**{{ fact }}** and *{{ fact }}*",
    "- {{ fact }}\n- {{ fact }}",
    "> {{ fact }}",
    "{% for each in [fact, fact] %}\n- {{ each }}\n{% endfor %}",
    "{% if fact %}\nYes: {{ fact }}\n{% else %}\nNo.\n{% endif %}",
    "[{{ fact }}](https://example.org)",
]


@pytest.mark.parametrize(("markdown", "html"), SHOWN)
def test_editors_see_what_they_wrote(markdown: str, html: str) -> None:
    assert telegram_html(markdown) == html
    parse(html)


@pytest.mark.parametrize("markdown", AS_TYPED)
def test_what_telegram_cannot_show_stays_as_it_was_typed(markdown: str) -> None:
    assert parse(telegram_html(markdown)) == (markdown, [])


def test_words_in_a_fence_are_not_lost() -> None:
    assert "kept" in plain_text(telegram_html("```\nkept\n```"))


def test_jinja_stays_where_it_stood() -> None:
    markdown = "**{{ a }}**, {{ b.c }}{# aside #}\n\n{% if d %}\n- {{ d }}\n{% endif %}\n\nEnd"
    html = telegram_html(markdown)
    assert html == "<b>{{ a }}</b>, {{ b.c }}{# aside #}{% if d %}\n• {{ d }}{% endif %}\n\nEnd"


def test_a_branch_after_a_list_is_not_taken_for_its_last_entry() -> None:
    page = telegram_html("{% for x in xs %}\n- {{ x }}\n{% endfor %}\n{% if y %}\n- last\n{% endif %}\n\nEnd")
    html = tidy(JINJA.from_string(page).render(xs=["a", "b"], y=True))
    assert html == "• a\n• b\n• last\n\nEnd"


def test_signs_inside_jinja_are_not_taken_for_markdown() -> None:
    page = telegram_html('*so* {{ "*" * 3 }} {% if 1 < 2 %}yes{% endif %}')
    assert JINJA.from_string(page).render() == "<i>so</i> *** yes"


def test_an_empty_list_leaves_no_hole() -> None:
    page = telegram_html("Before\n\n{% for x in xs %}\n- {{ x }}\n{% endfor %}\n\nAfter")
    assert tidy(JINJA.from_string(page).render(xs=[])) == "Before\n\nAfter"


def test_a_fact_nobody_gave_is_refused() -> None:
    with pytest.raises(UndefinedError):
        JINJA.from_string(telegram_html("{{ fact }}")).render()


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("markdown", PAGES)
def test_what_a_person_typed_never_becomes_markup(markdown: str, typed: str) -> None:
    said_by(markdown, typed)


@settings(max_examples=150, deadline=None)
@given(markdown=st.sampled_from(PAGES), typed=st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_whatever_becomes_markup(markdown: str, typed: str) -> None:
    said_by(markdown, typed)


def said_by(markdown: str, typed: str) -> None:
    """The page with the typed words says them letter by letter, with the marks it has with harmless words."""
    template = JINJA.from_string(telegram_html(markdown))
    text, marks = parse(template.render(fact=typed))
    harmless_text, harmless_marks = parse(template.render(fact="words"))
    assert text == harmless_text.replace("words", typed) or not typed
    assert [mark["type"] for mark in marks] == [mark["type"] for mark in harmless_marks] or not typed


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="{}\ue000\ue001\ue002")))
def test_any_markdown_becomes_html_that_telegram_takes(markdown: str) -> None:
    html = telegram_html(markdown)
    text, _ = parse(html)
    assert plain_text(html) == text or "&" in text
    assert telegram_length(html) == units(text)


blocks = st.sampled_from(
    [
        "plain {}",
        "**{}**",
        "- {}\n- two",
        "> {}",
        "> {}\n>\n> second",
        "[{}](https://example.org)",
        "3. {}\n4. four",
    ]
)
words = st.text(st.sampled_from("abc &<>\"'😀*_"), min_size=1, max_size=40)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(blocks, words), max_size=8), st.integers(40, 200))
def test_a_long_page_is_cut_into_pieces_telegram_takes_and_no_word_is_lost(
    written: list[tuple[str, str]], limit: int
) -> None:
    html = telegram_html("\n\n".join(block.format(text) for block, text in written))
    pieces = split_text(html, limit)
    for piece in pieces:
        text, _ = parse(piece)
        assert units(text) <= limit
    longest_word = max((len(word) for word in plain_text(html).split()), default=0)
    if longest_word <= limit // 2:
        assert " ".join(map(plain_text, pieces)).split() == plain_text(html).split()


@pytest.mark.parametrize("text", ["word " * 3000, "😀" * 5000, "x" * 9000, "a\n" * 6000, "&lt;" * 5000])
def test_a_paragraph_without_end_is_cut_too(text: str) -> None:
    pieces = split_text(text)
    assert len(pieces) > 1
    assert all(units(parse(piece)[0]) <= LIMIT for piece in pieces)
    assert "".join(map(plain_text, pieces)).replace(" ", "").replace("\n", "") == plain_text(text).replace(
        " ", ""
    ).replace("\n", "")


def test_a_page_that_fits_keeps_its_markup() -> None:
    html = "<b>" + "x" * LIMIT + "</b>"
    assert split_text(html) == [html]
    assert len(split_text(html + "\n\nmore")) == 2


def test_a_quote_over_two_pieces_loses_its_mark_and_not_its_words() -> None:
    html = "<blockquote>" + "a " * 1500 + "\n\n" + "b " * 1500 + "</blockquote>"
    pieces = split_text(html)
    assert [set(parse(piece)[0].split()) for piece in pieces] == [{"a"}, {"b"}]


def test_length_is_counted_as_telegram_counts() -> None:
    assert telegram_length("<b>a</b> &amp; 😀") == 6
    assert telegram_length("\ud83d") == 1


def test_plain_text_is_what_a_person_reads() -> None:
    assert plain_text('<a href="https://a.org/?b&gt;c">5 &lt; 6</a> &amp;amp; &quot;x&#39;') == "5 < 6 &amp; \"x'"
