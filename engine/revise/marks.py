"""Marks for the person who revises: ``# 待复核：…`` at a value that has to be looked at, put in, found and taken away.

Knows the form of a mark and where a comment may stand; must not know why a value is marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.policy.manifest import MANIFEST
from engine.problems import Place
from engine.revise.text import Edit, Piece, YamlText, read_text

MARK = "待复核："
_COMMENT = re.compile(rf"[ \t]*# ?{MARK}([^\r\n]*)")


@dataclass(frozen=True, order=True)
class Mark:
    """A mark found in a file, at its value's line."""

    place: Place
    what: str


@dataclass
class Marks:
    """Marks to put into one file; those of one line become one comment."""

    file: YamlText
    _by_line: dict[int, list[str]] = field(default_factory=dict)

    def add(self, piece: Piece, what: str) -> None:
        said = self._by_line.setdefault(self.file.line_start(piece.start), [])
        if what not in said:
            said.append(what)

    def edits(self) -> tuple[Edit, ...]:
        """A comment at the end of each line, or on a line before it where the end is taken."""
        made = []
        for start, said in self._by_line.items():
            what = MARK + "；".join(said)
            end = self.file.line_end(start)
            if _free(self.file, start, end):
                made.append(Edit(end, end, f"  # {what}"))
            else:
                made.append(line_before(self.file, start, what))
        return tuple(made)


def line_before(file: YamlText, index: int, what: str) -> Edit:
    """A comment on a line of its own before the one that ``index`` is on, indented like it."""
    start = file.line_start(index)
    line = file.text[start : file.line_end(start)]
    indent = line[: len(line) - len(line.lstrip(" "))]
    return Edit(start, start, f"{indent}# {what}{file.newline}")


def _free(file: YamlText, start: int, end: int) -> bool:
    """Whether a comment may stand at ``end``: no scalar goes on over it, and the line has no comment yet."""
    last = start
    for piece in file.root.walk():
        if piece.value is not None and piece.start < end and piece.end > start:
            if piece.end > end or piece.style in ("|", ">"):
                return False
            last = max(last, piece.end)
    return "#" not in file.text[last:end]


def marks_in(folder: Path) -> tuple[Mark, ...]:
    """Every mark in the version's YAML files, its cases included, by place. Raises PolicyError and OSError."""
    found: list[Mark] = []
    for path in sorted(folder.rglob("*.yaml")):
        if path.name != MANIFEST:
            found += marks_of(read_text(path))
    return tuple(sorted(found))


def marks_of(file: YamlText) -> tuple[Mark, ...]:
    """The marks of one file."""
    return tuple(
        Mark(Place(str(file.path), file.text.count("\n", 0, start) + 1, start - file.line_start(start) + 1), what)
        for start, what in _comments(file)
    )


def _comments(file: YamlText) -> Iterable[tuple[int, str]]:
    """Where each mark's ``#`` stands, and what it says; text in a scalar that looks like one is none."""
    spans = [(piece.start, piece.end) for piece in file.root.walk() if piece.value is not None]
    for match in _COMMENT.finditer(file.text):
        start = match.start() + match[0].index("#")
        if not any(begin <= start < end for begin, end in spans):
            yield start, match[1].strip()


def unmarked(file: YamlText, piece: Piece) -> tuple[Edit, ...]:
    """The edits that take away the mark on the line where ``piece`` begins, or on the line right before it."""
    line = file.line_start(piece.start)
    before = file.line_start(line - 1) if line else 0
    made = []
    for start, _ in _comments(file):
        own = file.line_start(start)
        if own == line:
            text = file.text[line:start]
            made.append(Edit(line + len(text.rstrip(" \t")), file.line_end(start), ""))
        elif own == before and line and not file.text[own:start].strip():
            made.append(Edit(own, line, ""))
    return tuple(made)


def counted(marks: Iterable[Mark]) -> Mapping[str, int]:
    """Number of marks by file."""
    numbers: dict[str, int] = {}
    for mark in marks:
        numbers[mark.place.file] = numbers.get(mark.place.file, 0) + 1
    return numbers
