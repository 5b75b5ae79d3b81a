"""Flow files → graph: who leads where, without a word of prose and without a condition."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from bot.dialogue.graph import KINDS, Graph, Kind, Screen
from bot.library.problems import Fault
from bot.library.text_yaml import UnreadableYaml, only_texts, read_mapping

ANYWHERE = "anywhere"
_SECTIONS = ("commands", "links", "renamed", "alarms")
_FIELDS = {
    "choose": {"choices"},
    "tick": {"options", "items", "then", "choices"},
    "typed": {"reads", "then", "choices"},
    "list": {"items", "reads", "then", "choices", "columns"},
    "decide": {"by", "outcomes"},
    "end": {"choices"},
    "beside": {"choices", "items", "then"},
}
_NEEDED = {
    "choose": {"choices"},
    "tick": {"then"},
    "typed": {"reads", "then"},
    "list": {"items", "then"},
    "decide": {"by", "outcomes"},
    "end": set[str](),
    "beside": set[str](),
}


def read_flows(folder: Path) -> tuple[Graph, dict[str, str], list[Fault]]:
    """The graph of all flow files, the screens of alarms by topic, and what is wrong with the files."""
    screens: dict[str, Screen] = {}
    anywhere: dict[str, Any] = {}
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            content = read_mapping(path)
        except UnreadableYaml as error:
            faults.append(Fault(f"flows/{path.name}", f"{error}."))
            continue
        if path.stem == ANYWHERE:
            anywhere = content
            continue
        for key, node in content.items():
            screen, wrong = read_screen(f"{path.stem}.{key}", node)
            screens[screen.name] = screen
            faults += wrong
    if not (folder / f"{ANYWHERE}.yaml").is_file():
        faults.append(Fault(f"flows/{ANYWHERE}.yaml", "this file is missing."))
    sections, wrong = read_sections(anywhere)
    *others, alarms = sections
    return Graph(screens, *others), alarms, faults + wrong


def read_sections(anywhere: dict[str, Any]) -> tuple[list[dict[str, str]], list[Fault]]:
    """What leads in from everywhere, in the order of _SECTIONS, and what is wrong with the form of it."""
    read = [only_texts(anywhere.get(name), name) for name in _SECTIONS]
    wrong = [sentence for _, sentences in read for sentence in sentences]
    wrong += [f"there is no section «{name}» here." for name in anywhere if name not in _SECTIONS]
    return [section for section, _ in read], [Fault(f"flows/{ANYWHERE}.yaml", sentence) for sentence in wrong]


def read_screen(name: str, node: Any) -> tuple[Screen, list[Fault]]:
    """One node and what is wrong with its form."""
    if not isinstance(node, dict) or node.get("kind") not in KINDS:
        kind = node.get("kind") if isinstance(node, dict) else node
        return Screen(name, "end"), [Fault(name, f"«{kind}» is not a kind of screen ({', '.join(KINDS)}).")]
    kind = cast(Kind, node["kind"])
    if misshapen := list(shape_faults(node)):
        return Screen(name, kind), [Fault(name, sentence) for sentence in misshapen]
    extra = [key for key in node if key != "kind" and key not in _FIELDS[kind]]
    missing = [key for key in sorted(_NEEDED[kind]) if not node.get(key)]
    if kind == "tick" and not (node.get("options") or node.get("items")):
        missing.append("options» or «items")
    faults = [Fault(name, f"a screen of kind «{kind}» has no field «{key}».") for key in extra]
    faults += [Fault(name, f"a screen of kind «{kind}» needs the field «{key}».") for key in missing]
    return screen_from(name, kind, node), faults


def shape_faults(node: dict[str, Any]) -> Iterator[str]:
    """Fields that hold something else than they should: names with targets, a list of keys, or one name."""
    for field in ("choices", "outcomes"):
        yield from only_texts(node.get(field), field)[1]
    options = node.get("options") or []
    if not isinstance(options, list) or not all(isinstance(key, str) for key in options):
        yield "«options» must be a list of keys."
    if str(node.get("columns", "1")) not in "12345678":
        yield "«columns» must be a number from 1 to 8."
    for field in ("reads", "items", "by", "then"):
        if not isinstance(node.get(field, ""), str):
            yield f"«{field}» must be one name."


def screen_from(name: str, kind: Kind, node: dict[str, Any]) -> Screen:
    """The screen a well-formed node describes."""
    return Screen(
        name=name,
        kind=kind,
        choices=node.get("choices") or {},
        options=tuple(node.get("options") or ()),
        reads=node.get("reads", ""),
        items=node.get("items", ""),
        by=node.get("by", ""),
        then=node.get("then", ""),
        outcomes=node.get("outcomes") or {},
        columns=int(node.get("columns", 0)),
    )
