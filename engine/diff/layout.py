"""How the values of a policy are matched: which lists have an order, what tells the items of a list apart, what counts
as nothing.

One declarative table; knows the vocabulary's keys, not a plan's contents.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Literal

from engine.diff.conditions import normal
from engine.diff.vocabulary import Vocabulary, Word
from engine.policy.source import Plain

Match = Literal["set", "sequence", "items", "ordered"]
"""How two lists compare: scalars as a ``set`` or a ``sequence`` (one value each); items one by one by key, where their
order means something (``ordered``) or not (``items``)."""

SEQUENCES = frozenset({"event", "start", "states", "outcomes", "transforms", "tie_breaks", "steps"})
"""Lists that are one value whose order matters: the first that is filled, or that holds, decides."""

WHOLE = frozenset({"cycle", "in_force", "periods", "makeup_workdays", "days_off", "contents"})
"""Values that nobody changes in part: they are compared and said as one."""

ORDERED = frozenset({"points", "signatures"})
"""Lists of items in which the order decides, or says who comes after whom."""

ITEM_KEYS: Mapping[str, tuple[str, ...]] = {
    "years": ("year",),
    "points": ("title",),
    "time_order": ("earlier", "later"),
    "required_when": ("column", "present"),
    "extended_by": ("field",),
    "stopped_by": ("from", "to"),
}
"""What tells items apart that have no id."""

NOTHING: tuple[Plain, ...] = (None, False, "", [], {})
"""What an optional property means when it is not written."""


DEFAULTS: Mapping[str, Plain] = {"sign": "add"}
"""What a property means when it is not written, where that is a word."""


def is_nothing(value: Plain, name: str = "") -> bool:
    """Whether it is all the same if the property called ``name`` is not written."""
    if name in DEFAULTS and value == DEFAULTS[name]:
        return True
    return any(value == nothing and type(value) is type(nothing) for nothing in NOTHING)


def key_of(item: Plain, name: str) -> str | None:
    """What the item of the list called ``name`` is matched by; None when it has nothing of the kind."""
    if not isinstance(item, dict):
        return None
    if "id" in item:
        return str(item["id"])
    keys = ITEM_KEYS.get(name, ())
    return "–".join(str(item.get(key)) for key in keys) if keys else None


def match_of(name: str, owner: Plain, lists: tuple[list[Plain], ...]) -> Match:
    """How the lists called ``name``, whose owner is ``owner``, compare; both sides' lists are looked at.

    Of two owners the answer that sorts last holds: ``ordered`` where either says so.
    """
    if name in SEQUENCES:
        return "sequence"
    if name in WHOLE:
        return "set"
    for items in lists:
        keys = [key_of(item, name) for item in items]
        if None in keys or len(set(keys)) != len(keys):
            return "sequence" if name in ORDERED else "set"
    first = name == "rules" and isinstance(owner, dict) and owner.get("hit") == "first"
    return "ordered" if first or name in ORDERED else "items"


def meaning(value: Plain, word: Word, words: Vocabulary, name: str = "", owner: Plain = None) -> Hashable:
    """Equal exactly where two values mean the same."""
    if word.condition:
        return ("condition", normal(value))
    if isinstance(value, dict):
        return _mapping(value, lambda key, inner: meaning(inner, words.below(word, key), words, key, value))
    if isinstance(value, list):
        inner = [meaning(item, words.item(word), words, name) for item in value]
        match = match_of(name, owner, (value,))
        return ("sequence", tuple(inner)) if match in ("sequence", "ordered") else ("set", frozenset(inner))
    return (type(value) is bool, value)


def _mapping(value: Mapping[str, Plain], inner: Callable[[str, Any], Hashable]) -> Hashable:
    return ("map", frozenset((key, inner(key, below)) for key, below in value.items() if not is_nothing(below, key)))
