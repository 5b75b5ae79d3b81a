"""Every mistake an editor can make comes back as one sentence naming its place; all of them at once.

A folder of `broken_content/` holds the files that differ from `_sound/` (of the long ones only the entries), in
`gone.txt` the names of what is missing, and in `expected.txt` exactly what `check` says.
"""

import os
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.__main__ import check as run_check
from bot.__main__ import parser
from bot.dialogue.effects import Say
from bot.dialogue.person import Person
from bot.library.card_words import GROUPS, TEXTS
from bot.library.markup import plain_text
from bot.library.problems import ContentProblem
from bot.library.reading import Library, open_library
from bot.library.text_yaml import UnreadableYaml, read_mapping
from bot.library.word_check import NEEDED_PHRASES
from bot.settings import Settings
from tests.conftest import TODAY

BROKEN = Path(__file__).parent / "broken_content"
HOME = BROKEN.parent.parent
SOUND = BROKEN / "_sound"
MISTAKES = sorted(folder.name for folder in BROKEN.iterdir() if folder != SOUND)
PHRASES = "en/phrases.yaml"
# Long files of which a mistake holds only the entries that differ.
MERGED = ("phrases.yaml", "red_flags.yaml", "card.yaml")
CARD = "en/screens/learn/card.md"


def laid(mistake: str, folder: Path) -> Path:
    """The sound content in `folder` with the files of one mistake laid over it."""
    content, over = sound(folder), BROKEN / mistake
    for path in (path for path in over.rglob("*") if path.is_file()):
        place = content / path.relative_to(over)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(merged(place, path) if path.name in MERGED else path.read_bytes())
    gone = over / "gone.txt"
    for name in gone.read_text(encoding="utf-8").split() if gone.exists() else ():
        remove(content, *name.split(":"))
    return content


def sound(folder: Path) -> Path:
    """The sound content in `folder`; the phrases and the words of the card are made from the lists of those needed."""
    content = folder / "content"
    shutil.copytree(SOUND, content)
    (content / "es").mkdir()
    for language in ("en", "es"):
        (content / language / "card.yaml").write_text(yaml.safe_dump(needed_card_words()), encoding="utf-8")
        (content / language / "body.yaml").write_text("areas: {scalp: Scalp, face: Face}", encoding="utf-8")
    (content / PHRASES).write_text(yaml.safe_dump(needed_phrases()), encoding="utf-8")
    return content


def needed_phrases() -> dict[str, dict[str, str]]:
    return {group: {key: key.capitalize() for key in keys} for group, keys in NEEDED_PHRASES.items()}


def needed_card_words() -> dict[str, object]:
    own = {"touch": ["light"], "product_notes": [], "allergies": []}
    groups = {group: {key: key.capitalize() for key in keys} for group, keys in {**GROUPS, **own}.items()}
    return {**{text: text.capitalize() for text in TEXTS}, **groups}


def merged(below: Path, above: Path) -> bytes:
    """A sound file with the entries of a mistake's laid over its own, or the mistake's when that is no YAML."""
    try:
        over = read_mapping(above)
    except UnreadableYaml:
        return above.read_bytes()
    tables = read_mapping(below)
    for name, table in over.items():
        tables[name] = {**tables.get(name, {}), **table} if isinstance(table, dict) else table
    return yaml.safe_dump(tables).encode()


def remove(content: Path, name: str, phrase: str = "") -> None:
    """Take away a file, a folder, or one phrase of a file."""
    path = content / name
    if phrase:
        group, key = phrase.split(".")
        phrases = read_mapping(path)
        del phrases[group][key]
        path.write_text(yaml.safe_dump(phrases), encoding="utf-8")
    elif path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    """The sound content in `folder` with one passage of one file changed."""
    content = sound(folder)
    text = (content / name).read_text(encoding="utf-8")
    assert old in text
    (content / name).write_text(text.replace(old, new), encoding="utf-8")
    return content


def expected(mistake: str, content: Path) -> list[str]:
    text = (BROKEN / mistake / "expected.txt").read_text(encoding="utf-8")
    return sorted(text.replace("<content>", str(content)).splitlines())


def faults(content: Path) -> list[str]:
    with pytest.raises(ContentProblem) as problem:
        open_library(content, TODAY)
    assert str(problem.value).splitlines() == [str(fault) for fault in problem.value.faults]
    return sorted(map(str, problem.value.faults))


def check(content: Path, day: str) -> int:
    """What `python -m bot check --on DAY` does, without starting a process."""
    return run_check(Settings(content_dir=content), parser().parse_args(["check", "--on", day]))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_comes_back_as_the_sentence_it_must_and_no_other(mistake: str, tmp_path: Path) -> None:
    content = laid(mistake, tmp_path)
    assert faults(content) == expected(mistake, content)


def test_the_sound_content_has_no_faults_and_no_warnings(tmp_path: Path) -> None:
    assert open_library(sound(tmp_path), TODAY).warnings == ()


def test_five_mistakes_come_back_at_once_to_the_editor_who_runs_check(tmp_path: Path) -> None:
    content = laid("five_mistakes", tmp_path)
    environ = {**os.environ, "CONTENT_DIR": str(content)}
    command = [sys.executable, "-m", "bot", "check"]
    ran = subprocess.run(command, env=environ, cwd=HOME, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert sorted(ran.stderr.splitlines()) == expected("five_mistakes", content)
    assert len(ran.stderr.splitlines()) == 5


def test_check_counts_what_is_sound_and_looks_ahead_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = sound(tmp_path)
    assert check(content, "2026-11-22") == 0
    said = capsys.readouterr().out
    assert said.startswith("no faults: 9 screens, 9 pages") and said.endswith("0 warnings\n")
    assert check(content, "2027-11-23") == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        "warning: learn.card: its review was due on 2027-11-22; a short page stands in for it."
    )


def test_a_page_past_its_review_date_is_a_warning_and_near_it_another(tmp_path: Path) -> None:
    content = sound(tmp_path)
    due = date(2027, 11, 22)
    assert open_library(content, due - timedelta(days=31)).warnings == ()
    near = ("learn.card: its review is due on 2027-11-22.",)
    assert open_library(content, due - timedelta(days=30)).warnings == near
    assert open_library(content, due).warnings == near
    past = ("learn.card: its review was due on 2027-11-22; a short page stands in for it.",)
    assert open_library(content, due + timedelta(days=1)).warnings == past


def test_a_page_that_is_always_shown_is_still_warned_of(tmp_path: Path) -> None:
    content = changed(tmp_path, CARD, "grade: high", "grade: high\nalways: yes")
    assert open_library(content, date(2028, 1, 1)).warnings == (
        "learn.card: its review was due on 2027-11-22; it is still served.",
    )


def test_numbers_and_alarms_past_their_review_date_are_warned_of(tmp_path: Path) -> None:
    content = changed(tmp_path, "en/red_flags.yaml", "fillers: the", "review_by: 2026-11-01\nfillers: the")
    assert open_library(content, TODAY).warnings == (
        "en/red_flags.yaml: its review was due on 2026-11-01; it is still used.",
    )


def test_a_fact_that_rests_on_memory_is_repeated_until_somebody_confirms_it(tmp_path: Path) -> None:
    content = changed(tmp_path, CARD, "grade: high", "grade: high\nto_confirm: [F-264, F-266]")
    assert open_library(content, TODAY).warnings == ("learn.card: to confirm: F-264, F-266.",)


def test_allowed_medical_words_do_not_make_a_page_hard_to_read(tmp_path: Path) -> None:
    hard = "Psoriasis is dermatologically characteristic. " * 20
    content = changed(tmp_path, CARD, "Psoriasis is not catching.", hard)
    assert len(faults(content)) == 1
    terms = content / "en/terms.yaml"
    terms.write_text("medical_terms: [psoriasis, dermatologically, characteristic]\n", encoding="utf-8")
    assert open_library(content, TODAY).warnings == ()


def test_a_page_of_few_words_is_not_graded(tmp_path: Path) -> None:
    hard = "Psoriasis is dermatologically characteristic. " * 14
    assert open_library(changed(tmp_path, CARD, "Psoriasis is not catching.", hard), TODAY).warnings == ()


def test_a_mark_at_the_start_of_a_file_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    content = sound(tmp_path)
    for name in (CARD, "flows/menu.yaml"):
        text = (content / name).read_text(encoding="utf-8")
        (content / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert open_library(content, TODAY).warnings == ()


def shown(library: Library, screen: str, day: date) -> str:
    person = Person(1, screen=screen, step=1)
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return plain_text(library.words.screen(person, Say(screen), now).text)


def test_a_page_is_shown_up_to_its_review_date_and_a_short_page_after_it(tmp_path: Path) -> None:
    library = open_library(sound(tmp_path), TODAY)
    assert shown(library, "learn.card", date(2027, 11, 22)) == "Psoriasis is not catching."
    assert shown(library, "learn.card", date(2027, 11, 23)) == "This page is past its date. A card"


def test_an_emergency_page_is_shown_whatever_its_date(tmp_path: Path) -> None:
    content = changed(tmp_path, CARD, "grade: high", "grade: high\nalways: yes")
    library = open_library(content, TODAY)
    assert shown(library, "learn.card", date(2040, 1, 1)) == "Psoriasis is not catching."


MUTATIONS = [
    "{{",
    "{%",
    "}}",
    ": ",
    "- ",
    "[",
    "{",
    "\n",
    "  ",
    "\t",
    "'",
    '"',
    "---\n",
    "&a",
    "*a",
    "é",
    "<b>",
    "[]",
    "{}",
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_slip_of_the_keyboard_makes_check_itself_fail(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = sound(tmp_path_factory.mktemp("slip"))
    path = data.draw(st.sampled_from(sorted(path for path in content.rglob("*") if path.is_file())))
    text = path.read_text(encoding="utf-8")
    place = data.draw(st.integers(0, len(text)))
    gone = data.draw(st.integers(0, 5))
    path.write_text(text[:place] + data.draw(st.sampled_from(MUTATIONS)) + text[place + gone :], encoding="utf-8")
    try:
        open_library(content, TODAY)
    except ContentProblem as problem:
        assert problem.faults
