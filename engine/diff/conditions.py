"""Conditions as the files write them, without what makes no difference; and which of two holds more often.

Knows how conditions combine and compare; must not know any field, tag or number of a plan.
"""

from __future__ import annotations

from typing import Any

from engine.policy.source import Plain

Normal = Any
"""Nested tuples: ("always",), ("all", frozenset), ("any", frozenset), ("not", Normal), ("in", field, frozenset) or
("leaf", frozenset of (key, value))."""

_LOWER_BOUNDS = ("at_least", "above", "not_before", "after", "time_from")
_UPPER_BOUNDS = ("at_most", "below", "not_after", "before", "time_not_after", "time_before")
_STANDING_COUNTS = ("running", "times")
_SUBJECTS = ("field", "figure", "indicator", "orders")
_SEATS = ("top", "bottom")


def normal(condition: Plain) -> Normal:
    """The same for conditions that differ only in order, repetition or nesting."""
    if not isinstance(condition, dict):
        return ("always",) if condition == "always" else ("leaf", _frozen(condition))
    for word in ("all", "any"):
        parts = condition.get(word)
        if set(condition) == {word} and isinstance(parts, list):
            return _joined(word, [normal(part) for part in parts])
    if set(condition) == {"not"}:
        inner = normal(condition["not"])
        return inner[1] if inner[0] == "not" else ("not", inner)
    if set(condition) == {"field", "is"}:
        return ("in", condition["field"], frozenset([_frozen(condition["is"])]))
    values = condition.get("in")
    if set(condition) == {"field", "in"} and isinstance(values, list):
        return ("in", condition["field"], frozenset(map(_frozen, values)))
    return ("leaf", frozenset((key, _frozen(value)) for key, value in condition.items()))


def _joined(word: str, parts: list[Normal]) -> Normal:
    flat: set[Normal] = set()
    for part in parts:
        flat |= part[1] if part[0] == word else {part}
    if word == "all":
        flat.discard(("always",))
        if not flat:
            return ("always",)
    elif ("always",) in flat:
        return ("always",)
    return next(iter(flat)) if len(flat) == 1 else (word, frozenset(flat))


def _frozen(value: Plain) -> Any:
    if isinstance(value, dict):
        return frozenset((key, _frozen(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    return (isinstance(value, bool), value)


def widened(old: Plain, new: Plain) -> int | None:
    """1 when ``new`` is known to hold wherever ``old`` does, -1 the other way round, 0 when they are the same, None
    when neither is known."""
    a, b = normal(old), normal(new)
    if a == b:
        return 0
    more, less = implies(a, b), implies(b, a)
    if more == less:
        return 0 if more else None
    return 1 if more else -1


def implies(a: Normal, b: Normal) -> bool:
    """Whether ``b`` is known to hold wherever ``a`` does; False says nothing."""
    if b in (a, ("always",)):
        return True
    if a[0] == "any":
        return all(implies(part, b) for part in a[1])
    if b[0] == "all":
        return all(implies(a, part) for part in b[1])
    if a[0] == "all" and any(implies(part, b) for part in a[1]):
        return True
    if b[0] == "any":
        return any(implies(a, part) for part in b[1])
    if a[0] == b[0] == "not":
        return implies(b[1], a[1])
    if a[0] == b[0] == "in":
        return bool(a[1] == b[1] and a[2] <= b[2])
    if a[0] == b[0] == "leaf" and isinstance(a[1], frozenset) and isinstance(b[1], frozenset):
        return _leaf_implies(dict(a[1]), dict(b[1]))
    return False


def _leaf_implies(a: dict[str, Any], b: dict[str, Any]) -> bool:
    if "standing" in a and a.get("standing") == b.get("standing"):
        counts = {key: value for key, value in b.items() if key in _STANDING_COUNTS}
        if not counts:
            return "times" not in a  # a streak includes the present period, a mere count does not
        if "within" in b and ("within" not in a or a["within"][1] > b["within"][1]):
            return False  # so many in a longer stretch need not be in the shorter one
        return all(key in a and a[key][1] >= value[1] for key, value in counts.items())
    for side in _SEATS:
        if side in a and side in b:
            return _fewer_seats(side, a, b)
    subject = next((key for key in _SUBJECTS if key in a), None)
    if subject is None or a[subject] != b.get(subject) or len(a) != 2 or set(a) != set(b):
        return False
    operator = next(key for key in a if key != subject)
    left, right = a[operator], b[operator]
    if (
        not isinstance(left, tuple)
        or not isinstance(right, tuple)
        or isinstance(left[1], str) != isinstance(right[1], str)
    ):
        return False
    if "as_of" in (left[1], right[1]):
        return False
    if operator in _LOWER_BOUNDS:
        return bool(left[1] >= right[1])
    return bool(left[1] <= right[1]) if operator in _UPPER_BOUNDS else False


def _fewer_seats(side: str, a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether who is among the seats of ``a`` is among those of ``b``, which are counted alike."""
    strict = _tied(a) == "none" or _tied(b) == "all"
    seats = _number(a[side]), _number(b[side])
    alike = a.get("among") == b.get("among") and seats[0][1:] == seats[1][1:]
    return strict and alike and bool(seats[0][0] <= seats[1][0])


def _tied(leaf: dict[str, Any]) -> str:
    return str(leaf.get("when_tied", (False, "all"))[1])


def _number(value: Any) -> tuple[Any, ...]:
    """A number of seats, or a percentage with how it is rounded."""
    if isinstance(value, frozenset):
        share = dict(value)
        return share["percent"][1], share["rounding"]
    return (value[1],)
