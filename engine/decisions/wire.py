"""Facts, conditions and groups as JSON values: for the child process that decides them, and for hashing.

Strict both ways: what is read back equals what was written, and anything else is a ValueError. Knows no policy.
"""

from __future__ import annotations

import typing
from collections.abc import Callable

from engine.conditions import (
    All,
    Any,
    Choice,
    Comparison,
    Condition,
    Element,
    Fact,
    Figure,
    Not,
    Operator,
    Progress,
    Seat,
    Standing,
    State,
    Tag,
    Test,
)
from engine.decisions.questions import Group, Question

Json = typing.Any
"""A JSON value: lists, strings, booleans."""

_OPERATORS = typing.get_args(Operator)
_KINDS = typing.get_args(typing.get_type_hints(Comparison)["operand_kind"])


def fact_to_json(fact: Fact) -> Json:
    match fact:
        case Choice(field, values):
            return ["choice", field, list(values)]
        case Element(field, values):
            return ["element", field, list(values)]
        case Comparison(field, operator, operand, kind):
            return ["comparison", field, operator, operand, kind]
        case Tag(name):
            return ["tag", name]
        case State(name, values):
            return ["state", name, list(values)]
        case Progress(of, what, by):
            return ["progress", of, what, by]
        case Standing(mark, how, at_least, within):
            return ["standing", mark, how, at_least, within]
        case Seat(side, number, rounding, when_tied, among):
            return ["seat", side, number, rounding, when_tied, among]
        case Figure(kind, name, operator, operand):
            return ["figure", kind, name, operator, operand]


def fact_from_json(value: Json) -> Fact:
    """Raises ValueError."""
    match value:
        case ["choice", str(field), list(values)]:
            return Choice(field, _strings(values))
        case ["element", str(field), list(values)]:
            return Element(field, _strings(values))
        case ["comparison", str(field), operator, str(operand), kind] if operator in _OPERATORS and kind in _KINDS:
            return Comparison(field, operator, operand, kind)
        case ["tag", str(name)]:
            return Tag(name)
        case ["state", str(name), list(values)]:
            return State(name, _strings(values))
        case ["progress", str(of), ("done" | "deadline") as what, str(by)]:
            return Progress(of, what, by)
        case ["standing", str(mark), ("now" | "running" | "times") as how, int(at_least), int(within)]:
            return Standing(mark, how, at_least, within)
        case [
            "seat",
            ("top" | "bottom") as side,
            str(number),
            ("" | "down" | "up" | "half_up") as rounding,
            ("all" | "none") as when_tied,
            str(among),
        ]:
            return Seat(side, number, rounding, when_tied, among)
        case [
            "figure",
            ("figure" | "indicator" | "orders" | "grade") as kind,
            str(name),
            ("at_least" | "above" | "at_most" | "below" | "is") as operator,
            str(operand),
        ]:
            return Figure(kind, name, operator, operand)
    raise ValueError(f"not a fact: {value!r:.80}")


def condition_to_json(condition: Condition) -> Json:
    match condition:
        case Test(fact, allowed):
            return ["test", fact_to_json(fact), list(allowed)]
        case Not(part):
            return ["not", condition_to_json(part)]
        case All(parts):
            return ["all", [condition_to_json(part) for part in parts]]
        case Any(parts):
            return ["any", [condition_to_json(part) for part in parts]]


def condition_from_json(value: Json) -> Condition:
    """Raises ValueError."""
    match value:
        case ["test", fact, list(allowed)]:
            return Test(fact_from_json(fact), _strings(allowed))
        case ["not", part]:
            return Not(condition_from_json(part))
        case ["all", list(parts)]:
            return All(tuple(map(condition_from_json, parts)))
        case ["any", list(parts)]:
            return Any(tuple(map(condition_from_json, parts)))
    raise ValueError(f"not a condition: {value!r:.80}")


def question_to_json(question: Question) -> Json:
    return [question.id, condition_to_json(question.when), list(question.gives)]


def question_from_json(value: Json) -> Question:
    """Raises ValueError."""
    match value:
        case [str(id), when, list(gives)]:
            return Question(id, condition_from_json(when), _strings(gives))
    raise ValueError(f"not a question: {value!r:.80}")


def group_to_json(group: Group) -> Json:
    return [_each(fact_to_json, group.facts), _each(question_to_json, group.questions), group.enumerable]


def group_from_json(value: Json) -> Group:
    """Raises ValueError."""
    match value:
        case [list(facts), list(questions), bool(enumerable)]:
            return Group(tuple(map(fact_from_json, facts)), tuple(map(question_from_json, questions)), enumerable)
    raise ValueError(f"not a group: {value!r:.80}")


def _each(write: Callable[[typing.Any], Json], items: tuple[typing.Any, ...]) -> list[Json]:
    return [write(item) for item in items]


def _strings(values: list[Json]) -> tuple[str, ...]:
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"not strings: {values!r:.80}")
    return tuple(values)
