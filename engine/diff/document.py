"""A comparison as one plain object, for programs and for rendering; ``schemas/v1/diff.schema.json`` describes it.

Knows the shape only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from pathlib import PurePath
from typing import Any

from engine.diff.change import Change
from engine.policy.model import Policy
from engine.problems import Place

DIRECTIONS = ("tightened", "loosened", "neutral", "unknown")
KINDS = ("added", "removed", "changed", "moved")


def diff_document(a: Policy, b: Policy, found: Sequence[Change]) -> dict[str, Any]:
    """``found`` out of ``changes``; subjects in order of gravity."""
    ordered = sorted(found, key=lambda change: (change.rank[0], change.subject, change.rank))
    groups = [(subject, list(group)) for subject, group in groupby(ordered, key=lambda change: change.subject)]
    first = {subject: group[0].rank for subject, group in groups}
    groups.sort(key=lambda pair: first[pair[0]])
    return {
        "a": _head(a),
        "b": _head(b),
        "counts": {
            "all": len(found),
            **_counts(DIRECTIONS, (change.direction for change in found)),
            **_counts(KINDS, (change.kind for change in found)),
        },
        "subjects": [{"title": title, "changes": [_change(change) for change in group]} for title, group in groups],
    }


def _counts(names: Sequence[str], values: Iterable[str]) -> dict[str, int]:
    listed = list(values)
    return {name: listed.count(name) for name in names}


def _head(policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "version": policy.version,
        "title": policy.title,
        "digest": policy.digest,
        "number": policy.document.number,
        "cycle": {"first": str(policy.first), "last": str(policy.last)},
        "in_force_from": policy.in_force_from.isoformat(),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "id": change.id,
        "kind": change.kind,
        "direction": change.direction,
        "sentence": change.sentence,
        "effects": list(change.effects),
        "part": change.part,
        "item": change.item,
        "title": change.title,
        "clause": change.clause,
        "key": change.key,
        "label": change.label,
        "old": _plain(change.old),
        "new": _plain(change.new),
        "old_text": change.old_text,
        "new_text": change.new_text,
        "old_place": _place(change.old_place),
        "new_place": _place(change.new_place),
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    """The file by its name alone: where a version lies on some machine is nobody else's business."""
    return None if place is None else {"file": PurePath(place.file).name, "line": place.line, "column": place.column}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
