"""The one look of every table: a line of ASCII under the head, no frame, so that a pipe and a terminal show the same.

Knows rich's tables; knows nothing of what is in them.
"""

from __future__ import annotations

from typing import Literal

from rich.box import Box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.document import printable
from cli.straight_table import laid_out
from cli.wrapping import cells, wrap

_RULED = Box("    \n    \n -  \n    \n    \n    \n    \n    \n", ascii=True)

LAST = "bold red"
WARN = "yellow"
DIM = "dim"


def table(*, gap: int = 2) -> Table:
    """An empty table whose columns stand ``gap`` cells apart.

    ``pad_edge`` stays on: without it rich wraps the last column wider than it prints, and text is lost.
    """
    return Table(box=_RULED, show_edge=False, padding=(0, gap - 1, 0, 0), header_style="bold")


def column(
    into: Table,
    title: str,
    *,
    align: Literal["left", "right"] = "left",
    least: int | None = None,
    most: int | None = None,
    keep: bool = False,
) -> None:
    """A column; ``keep`` never wraps it, ``least`` and ``most`` bound the cells it may take."""
    into.add_column(Text(title), justify=align, min_width=least, max_width=most, no_wrap=keep, overflow="fold")


def cell(value: object, style: str = "") -> Text:
    return Text(printable(value), style=style)


def draw(console: Console, grid: Table) -> None:
    """Prints the table; one that cannot be folded into the screen spills over its edge, since rich would cut it off."""
    straight = laid_out(grid, console)
    if straight is not None:
        console.print(straight, soft_wrap=True, end="")
        return
    least = console.measure(grid).minimum
    console.print(grid, width=max(console.width, least), crop=False)


def heading(console: Console, title: str) -> None:
    """A section's title, set off by an empty line before it."""
    console.print()
    console.print(Text(f"【{printable(title)}】", style="bold"))


def line(console: Console, text: str, style: str = "", *, indent: int = 0) -> None:
    """A line of text; one that is too long goes on at the same indent."""
    said, width = printable(text), max(console.width - indent, 20)
    for part in [said] if cells(said) <= width else wrap(said, width):
        console.print(Text(" " * indent + part, style=style), soft_wrap=True)
