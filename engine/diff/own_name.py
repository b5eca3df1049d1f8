"""A version's own id where its parts name it: a new version is called something else, and that is no difference.

Knows in which lists of a policy the policy itself is named; must not know what is compared or said.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.policy.parts import Parts
from engine.policy.source import Entry, ListNode, MapNode, Node, Plain, ScalarNode, plain

SELF = "本方案"
"""What a version is called where it is named among its own items."""
LISTS = frozenset({"covered_by"})


def own_id(parts: Parts) -> str:
    return str(parts.data["policy"]["id"])


def neutral(value: Plain, key: str, own: str) -> Plain:
    """``value`` of the property ``key``, with SELF in place of the version's ``own`` id."""
    if key not in LISTS or not isinstance(value, list):
        return value
    return [SELF if item == own else item for item in value]


def named(roots: Mapping[str, Node], ids: tuple[str, str]) -> dict[str, Node]:
    """``roots`` put together from two versions that are called ``ids``, naming themselves by the id they now have."""
    head = roots.get("policy")
    id = head.get("id") if isinstance(head, MapNode) else None
    if ids[0] == ids[1] or not isinstance(id, ScalarNode):
        return dict(roots)
    return {part: root if part == "policy" else _named(root, "", ids, id.value) for part, root in roots.items()}


def _named(node: Node, key: str, ids: tuple[str, str], own: object) -> Node:
    """A tree in which nothing has to be called otherwise is the same object."""
    match node:
        case ListNode(place, items) if key in LISTS:
            changed = tuple(_called(item, ids, own) for item in items)
        case ListNode(place, items):
            changed = tuple(_named(item, "", ids, own) for item in items)
        case MapNode(place, entries):
            inner = tuple(_named(entry.node, entry.key, ids, own) for entry in entries)
            if all(new is entry.node for new, entry in zip(inner, entries, strict=True)):
                return node
            return MapNode(place, tuple(Entry(e.key, e.place, new) for e, new in zip(entries, inner, strict=True)))
        case _:
            return node
    return node if all(new is item for new, item in zip(changed, items, strict=True)) else ListNode(place, changed)


def _called(item: Node, ids: tuple[str, str], own: object) -> Node:
    value = plain(item)
    return ScalarNode(item.place, str(own)) if value in ids and value != own else item
