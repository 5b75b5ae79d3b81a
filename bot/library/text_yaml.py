"""YAML in which everything is text and nothing stands twice.

Ordinary YAML turns `yes` into True and `7:30` into 450, and keeps the last of two equal keys without a word.
"""

from pathlib import Path
from typing import Any

import yaml


class UnreadableYaml(Exception):
    """A file that is not YAML as we read it; the message is one sentence without the file's name."""


# The C parser reads the same language ten times as fast; PyYAML is also built without it.
_BaseLoader: type[yaml.BaseLoader] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class _TextLoader(_BaseLoader):  # type: ignore[misc, valid-type] # chosen above
    """BaseLoader reads every scalar as text; on top of that a key may stand only once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                # Mostly a value that begins with {{ and stands without quotes.
                raise UnreadableYaml(f'write "{{{{ … }}}}" in quotes (line {key_node.start_mark.line + 1})')
            if key in seen:
                raise UnreadableYaml(f"the key «{key}» stands twice (line {key_node.start_mark.line + 1})")
            seen.add(key)
        return dict(super().construct_mapping(node, deep=deep))


def read_yaml(text: str) -> Any:
    """What the YAML says, all scalars as text; raises UnreadableYaml."""
    try:
        return yaml.load(text, _TextLoader)  # noqa: S506 - BaseLoader builds nothing but text, lists and mappings
    except yaml.YAMLError as error:
        raise UnreadableYaml(_sentence(error)) from error


def _sentence(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "is not valid YAML"
    return f"{problem} (line {mark.line + 1})" if mark else str(problem)


def read_text(path: Path) -> str:
    """The text of a file, without the mark some editors put at its start; raises UnreadableYaml or OSError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableYaml("is not UTF-8 text") from error


def only_texts(table: Any, name: str) -> tuple[dict[str, str], list[str]]:
    """The entries of a table that are text, and a sentence about everything in it that is not."""
    if table in (None, ""):
        return {}, []
    if not isinstance(table, dict):
        return {}, [f"«{name}» must be names with values."]
    wrong = [f"«{key}» in {name} must be one text." for key, value in table.items() if not isinstance(value, str)]
    return {key: value for key, value in table.items() if isinstance(value, str)}, wrong


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file; an empty file is an empty mapping; raises UnreadableYaml or OSError."""
    content = read_yaml(read_text(path))
    if content in (None, ""):
        return {}
    if not isinstance(content, dict):
        raise UnreadableYaml("is a list or a single value where names with values are expected")
    return content
