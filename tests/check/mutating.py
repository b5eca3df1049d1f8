"""Ways to break a policy file by its text, and where each broke it.

Knows the vocabulary's keys as far as it has to in order to break a rule on purpose; must not use the checks it tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import yaml

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Spot:
    """A value in a file: its path, its text from ``start`` to ``end``, and the key before it, if it has one."""

    file: str
    path: Path_
    node: yaml.Node
    key: yaml.Node | None
    siblings: int

    @property
    def name(self) -> str:
        """The last key of the path that is not a position in a list."""
        return next((str(step) for step in reversed(self.path) if isinstance(step, str)), "")

    @property
    def start(self) -> int:
        return self.node.start_mark.index

    @property
    def end(self) -> int:
        return self.node.end_mark.index

    @property
    def scalar(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode)

    @property
    def flow(self) -> bool:
        return self.scalar or bool(getattr(self.node, "flow_style", False))


@dataclass(frozen=True)
class Mutant:
    """``text`` in place of the file's; one of ``lines`` must be named, with all of ``words`` beside it."""

    file: str
    text: str
    lines: frozenset[int]
    words: tuple[str, ...] = ()
    told: str = ""


class Source:
    """One file of the valid policy: its text, lines and spots."""

    def __init__(self, path: Path) -> None:
        self.file = path.name
        self.text = path.read_text("utf-8")
        root = yaml.compose(self.text, Loader=yaml.BaseLoader)
        assert root is not None
        self.root = root
        self.spots = list(_spots(self.file, root, (), None, 0))

    def line(self, index: int) -> int:
        return self.text.count("\n", 0, index) + 1

    def of(self, spot: Spot) -> str:
        return self.text[spot.start : spot.end]

    def replaced(self, spot: Spot, new: str, *words: str) -> Mutant:
        """The value at ``spot`` replaced; it is named where it stands."""
        text = self.text[: spot.start] + new + self.text[spot.end :]
        told = f"{'.'.join(map(str, spot.path))}: {self.of(spot)!r} → {new!r}"
        return Mutant(self.file, text, frozenset((self.line(spot.start),)), words, told)


def _spots(file: str, node: yaml.Node, path: Path_, key: yaml.Node | None, siblings: int) -> Iterator[Spot]:
    yield Spot(file, path, node, key, siblings)
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from _spots(file, value, (*path, name.value), name, len(node.value))
    elif isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            yield from _spots(file, item, (*path, i), None, len(node.value))


def removed(source: Source, spot: Spot) -> Mutant | None:
    """The entry at ``spot`` without its key and value; its mapping must then lack it. None where text cannot be cut."""
    parent = next(other for other in source.spots if other.path == spot.path[:-1])
    assert isinstance(parent.node, yaml.MappingNode) and spot.key is not None
    keys = [key.start_mark.index for key, _ in parent.node.value]
    i = keys.index(spot.key.start_mark.index)
    if len(keys) == 1:
        return None
    if i + 1 < len(keys):
        cut = (keys[i], keys[i + 1])
    elif spot.flow and parent.node.value[i - 1][1].end_mark.line <= spot.key.start_mark.line:
        before: yaml.Node = parent.node.value[i - 1][1]
        if not (isinstance(before, yaml.ScalarNode) or getattr(before, "flow_style", False)):
            return None
        cut = (before.end_mark.index, spot.end)
    else:
        return None
    text = source.text[: cut[0]] + source.text[cut[1] :]
    lines = frozenset((source.line(parent.start),))
    return Mutant(source.file, text, lines, (spot.name,), f"- {'.'.join(map(str, spot.path))}")


def drawn(random: Random, choices: list[Spot], mutate: Callable[[Spot], Mutant | None]) -> Mutant:
    """A mutant of a spot drawn from ``choices``."""
    while True:
        mutant = mutate(random.choice(choices))
        if mutant is not None:
            return mutant


def shifted(source: Source, random: Random) -> Mutant:
    """One line moved by a space, two or a tab."""
    lines = source.text.split("\n")
    while True:
        at = random.randrange(len(lines))
        blank = len(lines[at]) - len(lines[at].lstrip())
        moves: list[int | str] = [1, 2, 3, -1, -2, "\t"]
        move = random.choice(moves)
        if not lines[at].strip() or lines[at].lstrip().startswith("#") or (isinstance(move, int) and blank + move < 0):
            continue
        new = "\t" + lines[at].lstrip() if isinstance(move, str) else " " * (blank + move) + lines[at].lstrip()
        text = "\n".join([*lines[:at], new, *lines[at + 1 :]])
        return Mutant(
            source.file, text, frozenset((at + 1, at + 2)), (), f"line {at + 1} moved by {move!r}: {lines[at]}"
        )
