"""One YAML file as text whose values know where they begin and end, so that an edit changes only what it is about.

Knows YAML text only; must not know any word of the policy vocabulary.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from engine.policy.source import MapNode, ScalarNode, child, read_bytes
from engine.problems import Place, PolicyError

_BOM = "\ufeff"


@dataclass(frozen=True)
class Piece:
    """A value: where its text begins and ends, and what is in it.

    ``value`` is a scalar's text without quotes, None for a collection; ``style`` its quotes, ``|`` or ``>``, or empty.
    ``flow``: written in brackets. Of ``items`` and ``entries``, a list has the former and a mapping the latter.
    """

    start: int
    end: int
    value: str | None
    style: str
    flow: bool
    items: tuple[Piece, ...] = ()
    entries: tuple[tuple[Piece, Piece], ...] = ()

    def get(self, key: str) -> Piece | None:
        return next((piece for name, piece in self.entries if name.value == key), None)

    def text(self, key: str) -> str | None:
        """The scalar under ``key``; None when there is none."""
        piece = self.get(key)
        return None if piece is None else piece.value

    def walk(self) -> Iterator[Piece]:
        """This value and all in it, keys included, in the order of the text."""
        yield self
        for item in self.items:
            yield from item.walk()
        for key, piece in self.entries:
            yield key
            yield from piece.walk()


@dataclass(frozen=True, order=True)
class Edit:
    """Put ``new`` in place of the text from ``start`` to ``end``."""

    start: int
    end: int
    new: str


@dataclass(frozen=True)
class YamlText:
    """``text`` is without a byte order mark; ``bom`` says whether the file has one."""

    path: Path
    text: str
    bom: bool
    root: Piece

    @property
    def newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def place(self, piece: Piece) -> Place:
        start = self.line_start(piece.start)
        return Place(str(self.path), self.text.count("\n", 0, piece.start) + 1, piece.start - start + 1)

    def line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def line_end(self, index: int) -> int:
        """Where the line that ``index`` is on ends, before its line feed."""
        end = self.text.find("\n", index)
        end = len(self.text) if end < 0 else end
        return end - 1 if end > index and self.text[end - 1] == "\r" else end

    def next_line(self, index: int) -> int:
        end = self.text.find("\n", index)
        return len(self.text) if end < 0 else end + 1

    def edited(self, edits: Iterable[Edit]) -> str:
        """The text with all ``edits`` made; none may overlap another."""
        text = self.text
        following = len(text) + 1
        for edit in sorted(set(edits), reverse=True):
            if edit.end > following:
                raise ValueError(f"edits overlap at {edit.start} in {self.path}")
            following = edit.start
            text = text[: edit.start] + edit.new + text[edit.end :]
        return text

    def encoded(self, text: str) -> bytes:
        return ((_BOM if self.bom else "") + text).encode()


def read_text(path: Path) -> YamlText:
    """Raises PolicyError when the strict reader refuses the file, and OSError."""
    return parse_text(path.read_bytes(), path)


def parse_text(raw: bytes, path: Path) -> YamlText:
    """Like ``read_text`` on content at hand."""
    source = read_bytes(raw, str(path))
    if source.root is None or source.problems:
        raise PolicyError(source.problems)
    whole = raw.decode()
    text = whole.removeprefix(_BOM)
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    assert node is not None
    return YamlText(path, text, text is not whole and len(text) < len(whole), _piece(node))


def _piece(node: yaml.Node) -> Piece:
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.ScalarNode):
        return Piece(start, end, str(node.value), node.style or "", False)
    flow = bool(getattr(node, "flow_style", False))
    if isinstance(node, yaml.SequenceNode):
        return Piece(start, end, None, "", flow, items=tuple(_piece(item) for item in node.value))
    entries = tuple((_piece(key), _piece(value)) for key, value in node.value)
    return Piece(start, end, None, "", flow, entries=entries)


def scalar_text(value: str, style: str) -> str:
    """``value`` as it is written as text: with the quotes of ``style``, or the first that keep it the same text."""
    plain, single = value, "'" + value.replace("'", "''") + "'"
    double = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    by_style = {"": plain, "'": single, '"': double}
    ways = [by_style.get(style, plain), plain, double]
    return next((way for way in ways if _reads_as(way, value)), double)


def _reads_as(written: str, value: str) -> bool:
    """Whether ``written`` is the text ``value``, on a line of its own and in brackets."""
    for line, path in ((f"k: {written}\n", ("k",)), (f"k: [{written}]\n", ("k", 0))):
        source = read_bytes(line.encode(), "")
        node = source.root
        for step in path:
            node = None if node is None else child(node, step)
        if source.problems or not isinstance(node, ScalarNode) or node.value != value:
            return False
        if not isinstance(source.root, MapNode) or len(source.root.entries) != 1:
            return False
    return True


def write_bytes(path: Path, raw: bytes) -> None:
    """Put ``raw`` in place of the file in one step, so that nobody ever sees half of it. Raises OSError."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise
