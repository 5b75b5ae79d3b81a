"""Reading a table of content/rules: whatever has the wrong shape becomes a sentence and never a crash.

All functions take the raw YAML (every scalar text), say in `where` what is being read, and add to `faults`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from bot.care.safety import GRADES

Clauses = tuple[frozenset[str], ...]


def section(raw: Any, key: str, where: str, faults: list[str]) -> Mapping[str, Any]:
    """The names and what belongs to them under `key`; empty, with a fault, when there are none."""
    value = raw.get(key) if isinstance(raw, Mapping) else None
    if isinstance(value, Mapping) and value:
        return value
    faults.append(f"{where} needs «{key}», with names and what belongs to them.")
    return {}


def rows(raw: Any, key: str, where: str, faults: list[str]) -> Iterator[Mapping[str, Any]]:
    """The entries of the list under `key`; an entry that is no table is a fault and left out."""
    value = raw.get(key) if isinstance(raw, Mapping) else None
    if not isinstance(value, list) or not value:
        faults.append(f"{where} needs «{key}», a list.")
        return
    for place, entry in enumerate(value, start=1):
        if isinstance(entry, Mapping):
            yield entry
        else:
            faults.append(f"{where}: number {place} of «{key}» is not a table.")


def names(raw: Mapping[str, Any], key: str, where: str, faults: list[str], needed: bool = True) -> tuple[str, ...]:
    """The list of names under `key`."""
    value = raw.get(key)
    if isinstance(value, list) and value and all(is_name(name) for name in value):
        return tuple(value)
    if needed or value is not None:
        faults.append(f"{where} needs «{key}», a list of names.")
    return ()


def clauses(raw: Mapping[str, Any], where: str, faults: list[str], needed: bool = True) -> Clauses:
    """The clauses under «when»: every one must be met, and one of the names in "a or b" meets it."""
    written = names(raw, "when", where, faults, needed)
    return tuple(frozenset(part.strip() for part in clause.split(" or ")) for clause in written)


def met(when: Clauses, ticked: frozenset[str]) -> frozenset[str]:
    """The ticks that meet the clauses; none when one clause is not met."""
    if not when or not all(clause & ticked for clause in when):
        return frozenset()
    return frozenset[str]().union(*when) & ticked


def number(raw: Mapping[str, Any], key: str, most: int, where: str, faults: list[str]) -> int:
    """The whole number under `key`, from 1 to `most`."""
    text = str(raw.get(key, ""))
    if text.isascii() and text.isdigit() and 0 < int(text) <= most:
        return int(text)
    faults.append(f"{where}: {key} is «{text}»; write a number from 1 to {most}.")
    return 1


def is_name(value: Any) -> bool:
    """Whether it is text with something in it."""
    return isinstance(value, str) and bool(value.strip())


def strange_keys(entry: Mapping[str, Any], known: Collection[str], where: str) -> Iterator[str]:
    """Keys nobody reads."""
    yield from (f"{where} says «{key}», which nobody reads." for key in sorted(entry.keys() - set(known)))


def strangers(found: Collection[str], known: Collection[str], what: str, where: str) -> Iterator[str]:
    """Names that stand for nothing; `what` is what they should be."""
    yield from (f"{where} names the {what} «{name}», which does not exist." for name in sorted(set(found) - set(known)))


def grade_faults(grade: str, where: str) -> Iterator[str]:
    """A grade that does not use the words of the evidence key."""
    if not all(part.strip().startswith(GRADES) for part in grade.split(";")):
        yield f"{where} has the grade «{grade}»; begin each part with {', '.join(GRADES)}."


def repeats(found: Sequence[str], where: str) -> Iterator[str]:
    """Names that stand more than once."""
    yield from (f"{where}: «{name}» stands twice." for name in dict.fromkeys(found) if found.count(name) > 1)


def word_faults(
    words: Mapping[str, Any], key: str, wanted: Collection[str], parts: Sequence[str], where: str
) -> Iterator[str]:
    """What a section of words lacks or has too much of; each entry must say every one of `parts` and nothing else."""
    held = words.get(key)
    entries: Mapping[str, Any] = held if isinstance(held, Mapping) else {}
    for name in sorted(set(wanted) - entries.keys()):
        yield f"{where}: {key} «{name}» is missing."
    for name in sorted(entries.keys() - set(wanted)):
        yield f"{where}: {key} «{name}» has no place in the rules."
    for name in sorted(set(wanted) & entries.keys()):
        entry = entries[name] if isinstance(entries[name], Mapping) else {}
        yield from (f"{where}: {key} «{name}» has no «{part}»." for part in parts if not is_name(entry.get(part)))
        yield from strange_keys(entry, parts, f"{where}: {key} «{name}»")
