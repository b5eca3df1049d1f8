"""Whether a condition holds: a direct recursive reading of the tree.

Part of the reference evaluator: written to be obviously right, sharing nothing with the engine but the policy's values.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from engine.conditions import (
    MISSING,
    NO,
    YES,
    All,
    Any,
    Choice,
    Comparison,
    Condition,
    Element,
    Fact,
    Figure,
    Not,
    Seat,
    Standing,
    State,
    Tag,
    Test,
)
from tests.reference.cells import Cell, Row, read_number, read_time


def _nothing(_: str) -> bool:
    return False


def _no_standing(_: Standing | Seat | Figure) -> bool:
    return False


@dataclass(frozen=True)
class View:
    """All that a condition may look at. ``tagged``, ``states`` and ``standing`` answer the facts that are not cells."""

    row: Row = field(default_factory=dict)
    as_of: dt.datetime = dt.datetime.min
    tagged: Callable[[str], bool] = _nothing
    states: Mapping[str, str] = field(default_factory=dict)
    standing: Callable[[Standing | Seat | Figure], bool] = _no_standing


def holds(condition: Condition, view: View) -> bool:
    """Whether the condition holds. A test of a list's elements holds when the list has an element that is allowed."""
    match condition:
        case All(parts):
            return all(holds(part, view) for part in parts)
        case Any(parts):
            return any(holds(part, view) for part in parts)
        case Not(part):
            return not holds(part, view)
        case Test(Element(name), allowed):
            elements = view.row[name]
            assert isinstance(elements, tuple)
            return any(element in allowed for element in elements)
        case Test(fact, allowed):
            return _value(fact, view) in allowed
    raise TypeError(condition)


def _value(fact: Fact, view: View) -> str:
    match fact:
        case Choice(name):
            cell = view.row[name]
            return MISSING if cell is None else str(cell)
        case Comparison():
            return YES if compare(fact, view) else NO
        case Tag(name):
            return YES if view.tagged(name) else NO
        case State(name):
            return view.states[name]
        case Standing() | Seat() | Figure():
            return YES if view.standing(fact) else NO
    raise TypeError(fact)


def compare(fact: Comparison, view: View) -> bool:
    """``field operator operand``; an empty cell on either side compares as no."""
    left = view.row[fact.field]
    if fact.operator == "present":
        return left is not None and left != ()
    if left is None:
        return False
    if fact.operator in ("time_before", "time_not_after", "time_from"):
        assert isinstance(left, dt.datetime) and fact.operand_kind == "literal"
        return _clock(fact.operator, left.time(), _time_of_day(fact.operand))
    right: Cell
    if fact.operand_kind == "as_of":
        right = view.as_of
    elif fact.operand_kind == "field":
        right = view.row[fact.operand]
    elif isinstance(left, dt.datetime):
        right = _literal_time(fact.operand)
    elif isinstance(left, Fraction):
        right = read_number(fact.operand)
    else:
        right = fact.operand
    if right is None:
        return False
    match fact.operator:
        case "equals":
            return left == right
        case "at_least" | "not_before":
            return left >= right  # type: ignore[operator]
        case "at_most" | "not_after":
            return left <= right  # type: ignore[operator]
        case "above" | "after":
            return left > right  # type: ignore[operator]
        case "below" | "before":
            return left < right  # type: ignore[operator]
    raise ValueError(fact.operator)


def _clock(operator: str, left: dt.time, right: dt.time) -> bool:
    if operator == "time_before":
        return left < right
    return left <= right if operator == "time_not_after" else left >= right


def _time_of_day(text: str) -> dt.time:
    return dt.time.fromisoformat(text)


def _literal_time(text: str) -> dt.datetime:
    return read_time(f"{text} 00:00:00" if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else text.replace("T", " "))
