"""The parameters that a policy says no case can hold in place, each with the reason.

Knows the file's form; must not know parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.policy.parts import PROBE_EXCEPTIONS
from engine.policy.readings import Readings
from engine.policy.schema import Schemas
from engine.policy.source import ListNode, MapNode, Node, ScalarNode, read_file
from engine.problems import Place, PolicyError

_WILD = re.compile(r"(\*\*|\*|\[\w+(?:-\w)?\])")
_MEANS = {"*": "[^.]*", "**": ".*"}


@dataclass(frozen=True)
class Excepted:
    """``pattern``: a parameter's name, in which ``*`` stands for one step of the name, ``**`` for any number, and
    ``[2-8]`` for one of these characters."""

    pattern: str
    reason: str
    place: Place

    def holds_for(self, name: str) -> bool:
        return matches(name, self.pattern)


def matches(name: str, pattern: str) -> bool:
    parts = (_MEANS.get(part) or (part if _WILD.fullmatch(part) else re.escape(part)) for part in _WILD.split(pattern))
    return re.fullmatch("".join(parts), name) is not None


def read_exceptions(folder: Path, schemas: Path) -> tuple[Excepted, ...]:
    """None when the policy has no such file. Raises PolicyError when the file is broken."""
    path = folder / f"{PROBE_EXCEPTIONS}.yaml"
    if not path.exists():
        return ()
    source = read_file(path)
    problems = list(source.problems)
    if source.root is not None:
        problems += Schemas(schemas).problems(PROBE_EXCEPTIONS, source.root, Readings())
    if problems or source.root is None:
        raise PolicyError(problems)
    return tuple(
        Excepted(_text(name), _text(_get(item, "reason")), name.place)
        for item in _items(_get(source.root, "exceptions"))
        for name in _items(_get(item, "parameters"))
    )


def excepted(name: str, exceptions: Iterable[Excepted]) -> Excepted | None:
    """The first that holds for the parameter."""
    return next((item for item in exceptions if item.holds_for(name)), None)


def _get(node: Node, key: str) -> Node:
    found = node.get(key) if isinstance(node, MapNode) else None
    assert found is not None
    return found


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, ListNode) else ()


def _text(node: Node) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else ""
