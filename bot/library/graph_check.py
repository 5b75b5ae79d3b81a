"""What can be wrong with a graph: every fault, one sentence each, before anyone talks."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from bot.answers.net import LEVELS
from bot.dialogue.asking import ANSWER, WHICH
from bot.dialogue.graph import STEPS_AT_MOST, Graph, Screen
from bot.dialogue.person import START
from bot.dialogue.step import BACK, ITEM, SOURCES, STAY
from bot.dialogue.world import Decision
from bot.library.problems import Fault

# Where the engine itself leads, so that no flow needs to, and the page whose date is the version of the consent.
CONSENT = "welcome.consent"
ENGINE_TARGETS = (START, SOURCES, CONSENT, "about.expired", "group.private", "reminder.retention")
# Targets that stand ready for the buttons of any reminder.
READY = ("reminder.done", "reminder.put_off", "reminder.skip")
NEEDED_COMMANDS = tuple("start menu help cancel leave check map test sessions ask data erase settings stop".split())
ANYWHERE = "flows/anywhere.yaml"
ENGINE_KEYS = frozenset("back menu leave sources more done".split())
CALLBACK_BYTES = 64
TOKEN_BYTES = 12
BESIDE_BYTES = 12


def graph_faults(
    graph: Graph,
    alarms: Mapping[str, str],
    decisions: Mapping[str, Decision],
    readers: Collection[str],
    items: Collection[str],
    shaky: Collection[str] = (),
) -> Iterator[Fault]:
    """Every fault of the graph; `shaky` names the flow files and screens that could not be read as they are meant."""
    for screen in graph.screens.values():
        yield from dead_ends(graph, screen, shaky)
        yield from unknown_names(screen, decisions, readers, items)
        yield from unfit_keys(screen, graph.commands)
    yield from dead_targets(graph, alarms, shaky)
    if ANYWHERE not in shaky:
        yield from missing_entries(graph, alarms)
    if not shaky:
        yield from unreachable(graph, alarms)
        yield from without_end(graph)
    yield from endless_decisions(graph)


def known(graph: Graph, target: str, shaky: Collection[str]) -> bool:
    """Whether the target exists, or may well exist in a flow file that could not be read."""
    return target in graph.screens or f"flows/{target.split('.')[0]}.yaml" in shaky


def dead_ends(graph: Graph, screen: Screen, shaky: Collection[str]) -> Iterator[Fault]:
    """Ways out of a screen that lead to one that does not exist."""
    for key, target in edges(screen):
        if target == ITEM and screen.kind != "decide" and (screen.kind != "list" or key != "then"):
            yield Fault(screen.name, f"«{key}» leads to {ITEM}, which only a decision or the «then» of a list can.")
        elif target == STAY and screen.kind != "decide":
            yield Fault(screen.name, f"«{key}» leads to {STAY}, which only an outcome of a decision can.")
        elif target not in (BACK, ITEM, STAY) and not known(graph, target, shaky):
            yield Fault(screen.name, f"«{key}» leads to {target}, which does not exist.")


def dead_targets(graph: Graph, alarms: Mapping[str, str], shaky: Collection[str]) -> Iterator[Fault]:
    """Names that lead in from everywhere, and the engine's own, that have no screen."""
    sections = {"commands": graph.commands, "links": graph.links, "renamed": graph.renamed, "alarms": alarms}
    for section, targets in sections.items():
        for key, target in targets.items():
            if not known(graph, target, shaky):
                yield Fault(ANYWHERE, f"«{key}» in {section} leads to {target}, which does not exist.")
    for target in ENGINE_TARGETS:
        if not known(graph, target, shaky):
            yield Fault("flows", f"the screen {target} is needed and does not exist.")


def missing_entries(graph: Graph, alarms: Mapping[str, str]) -> Iterator[Fault]:
    """Commands and levels of alarms that lead nowhere."""
    for level in LEVELS:
        if level not in alarms:
            yield Fault(ANYWHERE, f"the level «{level}» of alarms leads nowhere.")
    for command in NEEDED_COMMANDS:
        if command not in graph.commands:
            yield Fault(ANYWHERE, f"the command «{command}» leads nowhere.")


def edges(screen: Screen) -> Iterator[tuple[str, str]]:
    """What leads out of a screen: the key written in the flow file, and the target."""
    yield from screen.choices.items()
    yield from screen.outcomes.items()
    if screen.then:
        yield "then", screen.then


def unknown_names(
    screen: Screen, decisions: Mapping[str, Decision], readers: Collection[str], items: Collection[str]
) -> Iterator[Fault]:
    """Named functions that do not exist, and outcomes that do not match what the function declares."""
    if screen.reads and screen.reads not in readers:
        yield Fault(screen.name, f"there is no reader «{screen.reads}».")
    if screen.items and screen.items not in items:
        yield Fault(screen.name, f"there is no list of items «{screen.items}».")
    if screen.kind != "decide":
        return
    if screen.by not in decisions:
        yield Fault(screen.name, f"there is no decision «{screen.by}».")
        return
    declared = decisions[screen.by].outcomes
    for outcome in screen.outcomes:
        if outcome not in declared:
            yield Fault(screen.name, f"«{outcome}» is not an outcome that {screen.by} declares.")
    for outcome in sorted(declared - set(screen.outcomes)):
        yield Fault(screen.name, f"the outcome «{outcome}» of {screen.by} leads nowhere.")


def unfit_keys(screen: Screen, commands: Mapping[str, str]) -> Iterator[Fault]:
    """Keys that do not fit into a button's data, or that the engine uses for something else."""
    if screen.kind == "beside":
        # Nothing of the engine's stands under a message beside the talk, but its subject takes room on each button.
        for key in screen.choices:
            if len(key.encode()) > BESIDE_BYTES or ":" in key:
                yield Fault(screen.name, f"the key «{key}» is too long for a button or holds a colon.")
        return
    for key, target in screen.choices.items():
        if key in ENGINE_KEYS and commands.get(key) != target:
            yield Fault(screen.name, f"the key «{key}» is the engine's own and cannot lead to {target}.")
    for key in dict.fromkeys((*screen.choices, *screen.options)):
        wrong = unfit_key(key)
        if wrong and (key in screen.options or key not in ENGINE_KEYS):
            yield Fault(screen.name, wrong)


def unfit_key(key: str) -> str:
    """Why a key cannot stand on a button of our own; empty when it can."""
    if key in ENGINE_KEYS:
        return f"the key «{key}» is the engine's own."
    if len(key.encode()) > CALLBACK_BYTES - TOKEN_BYTES or ":" in key:
        return f"the key «{key}» is too long for a button or holds a colon."
    return ""


def reached_from(graph: Graph, starts: Iterable[str]) -> set[str]:
    """Every screen that can be reached from any of `starts`."""
    reached: set[str] = set()
    ahead = [name for name in starts if name in graph.screens]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += [target for target in graph.screens[name].targets() if target in graph.screens]
    return reached


def unreachable(graph: Graph, alarms: Mapping[str, str]) -> Iterator[Fault]:
    """Screens that nothing leads to."""
    starts = [*graph.commands.values(), *graph.links.values(), *graph.renamed.values(), *alarms.values()]
    beside = [screen.name for screen in graph.screens.values() if screen.kind == "beside"]
    reached = reached_from(graph, [*starts, *beside, *ENGINE_TARGETS, *READY, ANSWER, WHICH])
    for name in graph.screens:
        if name not in reached:
            yield Fault(name, "no screen leads here.")


def without_end(graph: Graph) -> Iterator[Fault]:
    """Screens from which no end can be reached by the ways the flow files give."""
    leading: dict[str, set[str]] = {}
    for screen in graph.screens.values():
        for target in screen.targets():
            leading.setdefault(target, set()).add(screen.name)
    safe: set[str] = set()
    # Whoever turns back is where they were before, and from there an end is in reach. A target that does not exist
    # is a fault of its own.
    ahead = [name for name, screen in graph.screens.items() if screen.kind in ("end", "beside")]
    ahead += [name for target in leading if target not in graph.screens for name in leading[target]]
    while ahead:
        name = ahead.pop()
        if name not in safe:
            safe.add(name)
            ahead += leading.get(name, ())
    for name in graph.screens:
        if name not in safe:
            yield Fault(name, "no way leads from here to an end.")


def endless_decisions(graph: Graph) -> Iterator[Fault]:
    """Decisions that can lead to decisions for ever, or for longer than a turn allows."""
    for screen in graph.screens.values():
        if screen.kind == "decide" and _depth(graph, screen, frozenset()) > STEPS_AT_MOST:
            yield Fault(screen.name, "decisions lead to decisions without ever showing a screen.")


def _depth(graph: Graph, screen: Screen, passed: frozenset[str]) -> int:
    if screen.name in passed:
        return STEPS_AT_MOST + 1
    ahead = (graph.screens[target] for target in screen.targets() if target in graph.screens)
    decisions = [_depth(graph, node, passed | {screen.name}) for node in ahead if node.kind == "decide"]
    return 1 + max(decisions, default=0)
