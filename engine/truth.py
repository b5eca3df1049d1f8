"""A condition with the truth of each of its parts, in words: what an explanation shows.

Combines the truths of leaves that the rule engine gave; must not evaluate a leaf itself.

``TREE = {"kind": "test|all|any|not", "text": str|null, "holds": bool, "parts": [TREE]}``
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any as Data

from engine.conditions import All, Any, Condition, Not, Test, duty_tag
from engine.policy.model import Policy
from engine.questions import applies_id, done_id, excluded_tag
from engine.wording import DUTY_STATES, say

Names = Mapping[str, str]
Tree = dict[str, Data]


def names_of(policy: Policy) -> Names:
    """What tags, gates and rates are called, for ``say``."""
    names = {excluded_tag(indicator.id): f"被剔除出“{indicator.title}”" for indicator in policy.indicators}
    names |= {tag.id: f"被认定为“{tag.title}”" for tag in policy.tags}
    for obligation in policy.obligations:
        names[obligation.id] = obligation.title
        names[applies_id(obligation)] = f"适用“{obligation.title}”"
        names[done_id(obligation)] = f"做到“{obligation.title}”"
        for state, said in DUTY_STATES.items():
            names[duty_tag(obligation.id, state)] = f"“{obligation.title}”{said}"
    names |= {item.id: item.title for item in (*policy.indicators, *policy.shown)}
    names |= {mark.id: mark.title for mark in policy.standings}
    names |= {gate.id: gate.title for gate in policy.gates}
    names |= {rate.id: rate.name for gate in policy.gates for rate in gate.rates}
    return names


def tree(condition: Condition, truths: Mapping[Test, bool], names: Names) -> Tree:
    """``condition`` with the truth of every part. A leaf that was never asked (an empty list has no element) is no."""
    match condition:
        case Test():
            return _node("test", say(condition, names), truths.get(condition, False), [])
        case Not(Test(fact, allowed) as part):
            others = Test(fact, tuple(value for value in fact.values if value not in allowed))
            return _node("test", say(others, names), not truths.get(part, False), [])
        case Not(part):
            inner = tree(part, truths, names)
            return _node("not", None, not inner["holds"], [inner])
        case All(parts):
            inners = [tree(part, truths, names) for part in _flat(parts)]
            return _node("all", None, all(inner["holds"] for inner in inners), inners)
        case Any(parts):
            inners = [tree(part, truths, names) for part in parts]
            return _node("any", None, any(inner["holds"] for inner in inners), inners)


def _flat(parts: tuple[Condition, ...]) -> list[Condition]:
    """An ``all`` within an ``all`` says nothing of its own."""
    return [inner for part in parts for inner in (_flat(part.parts) if isinstance(part, All) else [part])]


def _node(kind: str, text: str | None, holds: bool, parts: list[Tree]) -> Tree:
    return {"kind": kind, "text": text, "holds": holds, "parts": parts}
