"""A table in which only heads need to be folded, put together cell by cell: the same characters as rich's, far sooner.

rich measures and wraps every cell several times over, which took longer than evaluating a thousand orders. Knows the
one look of ``cli/tables.py`` (a ruled head, no edges, a blank between columns); any other table is left to rich.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.table import Column, Table
from rich.text import Text

_RULE = "-"
_BETWEEN = " "
Piece = tuple[str, str | Style]


def laid_out(grid: Table, console: Console) -> Text | None:
    """The table as wide as ``console`` at most, or None where a cell has to be folded or is no simple text."""
    width = console.width
    heads = [_head(column, console) for column in grid.columns]
    rows = list(zip(*(column.cells for column in grid.columns), strict=True))
    if not heads or not all(heads) or not all(len(_lines(cell)) == 1 for row in rows for cell in row):
        return None
    gap = grid.padding[1]
    widths = [_width(column, head, gap) for column, head in zip(grid.columns, heads, strict=True)]
    if None in widths or sum(one + gap + len(_BETWEEN) for one in widths if one is not None) - len(_BETWEEN) > width:
        return None
    columns = [
        (one, column.justify == "right") for one, column in zip(widths, grid.columns, strict=True) if one is not None
    ]
    pieces: list[Piece] = []
    tallest = max(map(len, heads))
    for down in range(tallest):
        above = [down - tallest + len(head) for head in heads]  # heads stand on the rule
        names = [head[at] if at >= 0 else "" for head, at in zip(heads, above, strict=True)]
        pieces += _row([(name, grid.header_style or "") for name in names], columns, gap)
    pieces.append((_BETWEEN.join(_RULE * (one + gap) for one, _ in columns) + "\n", ""))
    for row in rows:
        pieces += _row([(cell.plain, cell.style) for cell in row if isinstance(cell, Text)], columns, gap)
    return Text.assemble(*pieces, end="")


def _lines(cell: object) -> list[str]:
    """The lines of a cell of simple text; none where rich had better look at it."""
    if not isinstance(cell, Text) or cell.spans or "\t" in cell.plain:
        return []
    lines = cell.plain.split("\n")
    return lines if all(line == line.strip() for line in lines) else []


def _head(column: Column, console: Console) -> list[str]:
    """The lines of a head, folded as rich does where the column may not be as wide."""
    lines = _lines(column.header)
    if column.max_width is None or column.no_wrap or all(cell_len(line) <= column.max_width for line in lines):
        return lines
    return [line.plain.rstrip() for line in Text("\n".join(lines)).wrap(console, column.max_width, overflow="fold")]


def _width(column: Column, head: list[str], gap: int) -> int | None:
    """The cells that a column takes if nothing in it is folded; None where it may not take as many."""
    widest = max(map(cell_len, [*head, *(str(cell) for cell in column.cells)]))
    if column.max_width is not None and widest > column.max_width:
        return None
    return max(widest, column.min_width or 0, 1 - gap)


def _row(cells: list[Piece], columns: list[tuple[int, bool]], gap: int) -> list[Piece]:
    pieces: list[Piece] = []
    for (text, style), (width, right) in zip(cells, columns, strict=True):
        blank = " " * (width - cell_len(text))
        between = "" if len(pieces) + 1 == len(columns) else _BETWEEN
        filled = (blank + text if right else text + blank) + " " * gap
        pieces.append((filled + between, style))
    return [*pieces[:-1], (pieces[-1][0] + "\n", pieces[-1][1])]
