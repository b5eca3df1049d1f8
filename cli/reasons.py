"""Condition trees of an explanation in words: the whole, or the parts that made it fail.

Knows the tree's keys (kind, text, holds, parts); knows nothing of policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Tree = Mapping[str, Any]


def in_words(tree: Tree) -> str:
    """The condition as a sentence; one without parts always holds."""
    kind, parts = tree["kind"], tree["parts"]
    if kind == "test":
        return str(tree["text"])
    if kind == "not":
        return f"并非“{in_words(parts[0])}”"
    if not parts:
        return "总是成立" if kind == "all" else "从不成立"
    glue = "，且" if kind == "all" else "，或"
    return glue.join(_bracketed(part) if len(parts) > 1 else in_words(part) for part in parts)


def _bracketed(tree: Tree) -> str:
    """A part that is itself made of parts must not run into its neighbours."""
    words = in_words(tree)
    return f"（{words}）" if tree["kind"] in ("all", "any") and len(tree["parts"]) > 1 else words


def failed(tree: Tree) -> list[str]:
    """Why the condition does not hold, one reason an item; none when it holds."""
    if tree["holds"]:
        return []
    kind, parts = tree["kind"], tree["parts"]
    if kind == "test":
        return [f"不满足“{tree['text']}”"]
    if kind == "not":
        return [f"不应有却有：{in_words(parts[0])}"]
    if kind == "all":
        return [reason for part in parts for reason in failed(part)]
    return ["没有一项满足：" + "、".join(f"“{in_words(part)}”" for part in parts)] if parts else ["从不成立"]


def why(tree: Tree) -> str:
    """Why it holds or does not, in one cell."""
    return in_words(tree) if tree["holds"] else "；".join(failed(tree))
