"""A policy's trees with one or a few values replaced. Knows trees only; nothing of the original is touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.coverage.changes import Edit
from engine.coverage.spots import Steps
from engine.policy.source import ListNode, MapNode, Node


def edited(roots: Mapping[str, Node], edits: Iterable[Edit]) -> dict[str, Node]:
    """The roots after all ``edits``; those of other parts are the same objects."""
    after = dict(roots)
    for edit in edits:
        root = _at(after[edit.part], edit.path, edit.node)
        assert root is not None
        after[edit.part] = root
    return after


def _at(node: Node, path: Steps, value: Node | None) -> Node | None:
    if not path:
        return value
    step, *rest = path
    match node:
        case ListNode(_, items) if isinstance(step, int):
            below = _at(items[step], tuple(rest), value)
            return replace(node, items=(*items[:step], *([] if below is None else [below]), *items[step + 1 :]))
        case MapNode(_, entries):
            changed = []
            for entry in entries:
                below = _at(entry.node, tuple(rest), value) if entry.key == step else entry.node
                changed += [] if below is None else [replace(entry, node=below)]
            return replace(node, entries=tuple(changed))
    raise LookupError(path)
