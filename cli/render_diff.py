"""What differs between two versions, for people: a table for the screen, and Markdown.

Knows the comparison's document; knows nothing of policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cli.document import Document

if TYPE_CHECKING:
    from rich.console import Console

DIRECTIONS: Mapping[str, str] = {"tightened": "收紧", "loosened": "放宽", "neutral": "", "unknown": "待判断"}
COUNTED: Mapping[str, str] = {
    "tightened": "收紧",
    "loosened": "放宽",
    "unknown": "松紧要由人判断",
    "neutral": "不涉及松紧",
}
_STYLES: Mapping[str, str] = {"tightened": "red", "loosened": "green", "unknown": "yellow", "neutral": ""}


Names = tuple[str, str]
"""What the two versions are called."""


def names_of(document: Document, asked: Names) -> Names:
    """Each version's name; where they have the same, also what was ``asked`` for: the folder tells them apart."""
    old, new = document["a"]["version"], document["b"]["version"]
    if old != new or asked[0] == asked[1]:
        return old, new
    first, second = (old if written == old else f"{old}（{written}）" for written in asked)
    return first, second


def summary(document: Document) -> str:
    """How many changes of each direction, in one sentence."""
    counts = document["counts"]
    if not counts["all"]:
        return "含义没有差别"
    parts = [f"{word} {counts[direction]} 处" for direction, word in COUNTED.items() if counts[direction]]
    return f"共 {counts['all']} 处改动：{'，'.join(parts)}"


def render_table(console: Console, document: Document, names: Names) -> None:
    """One section a subject; a sentence, its clause and direction a row."""
    from cli.tables import DIM, cell, column, draw, heading, line, table

    cycles = (f"（{head['cycle']['first']} 至 {head['cycle']['last']}）" for head in (document["a"], document["b"]))
    line(console, " → ".join(name + cycle for name, cycle in zip(names, cycles, strict=True)))
    line(console, summary(document))
    width = max((len(change["clause"]) for _, change in _all(document)), default=0)
    for subject in document["subjects"]:
        heading(console, f"{subject['title']}（{len(subject['changes'])} 处）")
        grid = table()
        grid.show_header = False
        grid.expand = True
        column(grid, "", keep=True, least=6)
        column(grid, "改动", least=40)
        grid.columns[1].ratio = 1
        column(grid, "条款", keep=True, least=min(2 * width, 14))
        for change in subject["changes"]:
            direction = change["direction"]
            grid.add_row(
                cell(DIRECTIONS[direction], _STYLES[direction]), cell(change["sentence"]), cell(change["clause"])
            )
            for effect in change["effects"]:
                grid.add_row("", cell(f"· {effect}", DIM), "")
        draw(console, grid)


def render_markdown(document: Document, names: Names) -> str:
    """A heading a subject, a list item a change."""
    lines = [f"# {_escaped(names[0])} 与 {_escaped(names[1])} 的差别", ""]
    for side, word in (("a", "旧"), ("b", "新")):
        head = document[side]
        lines.append(f"- {word}：{_escaped(head['title'])}，{_escaped(head['number'] or head['version'])}")
    lines += ["", summary(document) + "。", ""]
    for subject in document["subjects"]:
        lines += [f"## {_escaped(subject['title'])}", ""]
        for change in subject["changes"]:
            word = DIRECTIONS[change["direction"]]
            clause = change["clause"]
            shown = f"（{_escaped(clause)}）" if clause and f"（{clause}）" not in change["sentence"] else ""
            lines.append(f"- {f'**{word}** ' if word else ''}{_escaped(change['sentence'])}{shown}")
            lines += [f"  - 影响：{_escaped(effect)}" for effect in change["effects"]]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _all(document: Document) -> list[tuple[str, Document]]:
    return [(subject["title"], change) for subject in document["subjects"] for change in subject["changes"]]


def _escaped(text: str) -> str:
    """``text`` on one line, without what Markdown would take for its own."""
    flat = " ".join(text.split())
    return "".join(f"\\{character}" if character in "\\`*_[]<>|#" else character for character in flat)
