"""How benchmarks tell their figures: medians with ranges, one small table, and which promises were broken."""

import os
import platform
from collections.abc import Iterable, Sequence
from statistics import median

from rich.console import Console
from rich.table import Table


def middle(values: Sequence[float], unit: str = "", digits: int = 2) -> str:
    """The median and, of several values, the range: "1.42 (1.31-1.60) ms"."""
    text = f"{median(values):.{digits}f}"
    if len(values) > 1:
        text += f" ({min(values):.{digits}f}-{max(values):.{digits}f})"
    return f"{text} {unit}".rstrip()


def share(values: Sequence[float], part: float) -> float:
    """The value below which this part of them lies (0.95: nineteen in twenty)."""
    return sorted(values)[min(int(part * len(values)), len(values) - 1)]


def machine() -> str:
    """What it was measured on."""
    cores, load = os.cpu_count(), os.getloadavg()[0]
    return f"{cores} cores, load {load:.1f}, Python {platform.python_version()}, {platform.machine()}"


def told(title: str, rows: Iterable[tuple[str, ...]], broken: Sequence[str] = ()) -> int:
    """Print the rows and the broken promises; the exit code."""
    console = Console(width=None if Console().is_terminal else 120, highlight=False)
    table = Table(title=f"{title}\n{machine()}", show_header=False, title_justify="left")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    for sentence in broken:
        console.print(f"[bold]broken:[/bold] {sentence}", markup=True)
    return 1 if broken else 0
