"""What is written about the bot cannot fall behind it: README, settings, help and the guide for editors."""

import re
import subprocess
from pathlib import Path

import pytest

from bot.__main__ import COMMANDS, parser
from bot.settings import SETTINGS, Setting, Settings, read_settings
from tests.conftest import CONTENT

HOME = CONTENT.parent
EXAMPLE = HOME / ".env.example"
NAMES = [setting.name for setting in SETTINGS]
HEAD = "# Settings. Copy this file to .env and fill in what you need; what stays empty keeps its default."
NO_DEFAULT = {"", "-", "–", "—", "none", "empty"}
# Folders of one machine; in an address such as example.org/home/ the same words mean nothing.
MACHINE_PATH = re.compile(r"(?<![\w./:-])(?:/(?:work|root|tmp|home|Users|mnt|opt)/|[A-Z]:\\)")


@pytest.fixture(scope="module")
def readme() -> str:
    return (HOME / "README.md").read_text(encoding="utf-8")


def code_lines(markdown: str) -> list[str]:
    blocks = re.findall(r"^```\w*\n(.*?)^```", markdown, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def section(markdown: str, heading: str) -> str:
    assert f"\n## {heading}\n" in markdown, f"there is no heading «## {heading}»"
    return markdown.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def table(markdown: str) -> list[list[str]]:
    rows = [line.strip().strip("|").split("|") for line in markdown.splitlines() if line.lstrip().startswith("|")]
    return [[cell.strip().replace("`", "") for cell in row] for row in rows]


def row_of(setting: Setting) -> str:
    default = f"`{setting.default}`" if setting.default else ""
    return f"| `{setting.name}` | {default} | {setting.means} |"


def example_of(setting: Setting) -> str:
    """A setting as `.env.example` has it; a default that is no value stands in the comment."""
    value = setting.default if " " not in setting.default else ""
    default = f" (default: {setting.default})" if setting.default and not value else ""
    form = setting.form if setting.form.startswith("must") else f"expected: {setting.form}"
    return f"# {setting.means}{default}\n# {form}\n{setting.name}={value}\n"


def commands() -> list[str]:
    return sorted(name for name in COMMANDS if name)


def test_the_settings_table_of_the_readme_says_what_the_settings_are(readme: str) -> None:
    head, _, *rows = table(section(readme, "Settings"))
    assert head == ["setting", "default", "what it does"]
    wanted = "\n".join(row_of(setting) for setting in SETTINGS)
    assert [row[0] for row in rows] == NAMES, f"the rows should be\n{wanted}"
    for setting, (_, default, means) in zip(SETTINGS, rows, strict=True):
        assert default == setting.default or (default in NO_DEFAULT and not setting.default), row_of(setting)
        assert setting.means in means, row_of(setting)


def test_the_example_file_lists_every_setting_with_its_default_and_meaning() -> None:
    wanted = "\n".join([HEAD, "", *(example_of(setting) for setting in SETTINGS)])
    assert EXAMPLE.read_text(encoding="utf-8") == wanted


def test_a_copy_of_the_example_file_changes_nothing() -> None:
    assert read_settings({}, EXAMPLE) == Settings()


def test_the_help_lists_every_setting_with_its_default_and_meaning() -> None:
    text = parser().format_help().split("settings (environment or .env):\n")[1]
    assert re.findall(r"^  ([A-Z_]+) ", text, re.MULTILINE) == NAMES
    for setting in SETTINGS:
        [line] = [line for line in text.splitlines() if line.split()[0] == setting.name]
        assert setting.means in line
        assert line.endswith(f"(default {setting.default})") or not setting.default


def test_the_help_lists_every_command_with_a_sentence() -> None:
    listed = re.findall(r"^    (\w+) +(\S.*)$", parser().format_help(), re.MULTILINE)
    assert sorted(name for name, _ in listed) == commands()


def test_the_readme_names_every_command_and_no_other(readme: str) -> None:
    named = set(re.findall(r"python -m bot ([a-z]+)", readme))
    assert named - set(commands()) == set(), "the README names commands that do not exist"
    for command in commands():
        assert re.search(rf"`(?:python -m bot )?{command}\b", readme), f"the README does not name «{command}»"


def test_the_readme_has_a_command_to_talk_and_one_to_test(readme: str) -> None:
    lines = code_lines(readme)
    assert [line for line in lines if re.search(r"\.venv/bin/python -m bot( talk)?$", line)]
    [test] = [line for line in lines if re.search(r"&& \.venv/bin/pytest\b", line)]
    assert "pip install" in test and "[dev]" in test


def test_the_check_of_every_change_runs_the_readmes_own_test_command(readme: str) -> None:
    script = (HOME / ".ci" / "run").read_text(encoding="utf-8")
    found = re.search(r"sed -n 's/(.+?)/\\1/p' README\.md", script)
    assert found, "the script no longer takes its test command from README.md"
    pattern = found.group(1).replace(r"\(", "(").replace(r"\)", ")").replace(r"\/", "/")
    [command] = [line for line in readme.splitlines() if re.match(pattern, line)]
    assert command in code_lines(readme)


def test_the_editors_guide_names_only_files_that_exist() -> None:
    guide = (CONTENT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w<>*./-]+(?:\.yaml|\.md|/))`", guide)
    assert len(named) > 8
    for name in named:
        pattern = re.sub(r"<\w+>", "*", name.rstrip("/"))
        assert any(CONTENT.glob(pattern)) or any(CONTENT.glob(f"**/{pattern}")), f"there is no {name} in content/"


def test_the_editors_guide_names_only_commands_that_exist() -> None:
    guide = (CONTENT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"python -m bot ([a-z]+)", guide))
    assert named >= {"check", "talk", "preview"}
    assert named <= set(commands())


def tracked_files() -> list[Path]:
    """Every file that belongs to the project, whether git knows it already or not."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=HOME, capture_output=True, text=True, check=True).stdout.split("\0")
    return [HOME / name for name in names if name and (HOME / name).is_file()]


def test_no_file_names_a_place_on_one_machine() -> None:
    found = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [
            f"{path.relative_to(HOME)}: {line.strip()}" for line in text.splitlines() if MACHINE_PATH.search(line)
        ]
    assert found == []
