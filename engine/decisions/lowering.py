"""Conditions as durable-rules expressions that stay inside its measured limits.

Every field name and value is a generated ASCII token. When a fact matches several branches of an ``$or``, durable-rules
walks everything behind it once per branch, so conjunctions of disjunctions take exponential time and overflow its
stack; a part that would do so becomes a helper: a rule of its own, asked one stage earlier, whose yes/no answer is
then a field. Knows the expression language and its limits; must not import durable-rules.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any as Anything

from engine.conditions import All, Any, Condition, Fact, Not, Test, push_down

CONSTANT = "k"
"""A field that always has ``HELD``, for conditions that test nothing."""
HELD = "v0"

MAX_WALKS = 8
"""How often one fact may pass through one expression."""
MAX_VISITS = 24
"""How many nodes one fact may visit in one expression (the engine's stack holds 64 for a whole ruleset)."""
MAX_TESTS = 200
"""How many tests one expression may have (the engine hangs past 511 below one node)."""
MAX_JUNCTIONS = 12
"""How many ``$and`` and ``$or`` one expression may have (the engine refuses 16, error 113)."""
_BUNDLE = 16


@dataclass(frozen=True)
class Expression:
    """``body`` in durable-rules' JSON; ``walks``, ``visits``, ``tests`` and ``junctions`` measure it for the limits.

    ``stage``: 0 when it tests facts only, else one more than the latest helper it tests.
    """

    body: dict[str, Anything]
    walks: int
    visits: int
    tests: int
    junctions: int
    stage: int
    fields: frozenset[str]

    @property
    def plain(self) -> bool:
        return self.visits == 1

    @property
    def fits(self) -> bool:
        """Whether it may be one rule."""
        small = self.walks <= MAX_WALKS and self.visits <= MAX_VISITS
        return small and self.tests <= MAX_TESTS and self.junctions <= MAX_JUNCTIONS

    @property
    def cost(self) -> tuple[int, int, int, int]:
        """Orders expressions by what most needs a rule of its own."""
        return self.walks, self.visits, self.junctions, self.tests


@dataclass(frozen=True)
class Helper:
    """The answer to ``expression`` is the yes/no field ``name`` of every later stage."""

    name: str
    expression: Expression


class Lowering:
    """Lowers conditions over ``facts``; their helpers collect in ``helpers``, shared between conditions."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._fields = {fact: f"f{index}" for index, fact in enumerate(facts)}
        self._helpers: dict[str, Helper] = {}

    @property
    def helpers(self) -> tuple[Helper, ...]:
        return tuple(self._helpers.values())

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field name in use."""
        return (CONSTANT, *self._fields.values(), *(helper.name for helper in self.helpers))

    def given(self, facts: Sequence[Fact], values: Sequence[str]) -> dict[str, str | bool]:
        """The fields of a fact with these values. Raises ValueError for a value that is not declared."""
        fields: dict[str, str | bool] = {CONSTANT: HELD}
        for fact, value in zip(facts, values, strict=True):
            fields[self._fields[fact]] = f"v{fact.values.index(value)}"
        return fields

    def lower(self, condition: Condition) -> Expression | None:
        """The expression, or None when the condition can never hold."""
        return self._lower(push_down(condition))

    def _lower(self, condition: Condition) -> Expression | None:
        match condition:
            case Test(fact, allowed):
                tokens = [f"v{index}" for index, value in enumerate(fact.values) if value in allowed]
                return self._one_of(self._fields[fact], tokens)
            case All(parts):
                possible = self._possible(parts)
                if len(possible) < len(parts):
                    return None
                return self._fit(possible or [_single(CONSTANT, HELD, 0)], _all)
            case Any(parts):
                possible = self._possible(parts)
                return self._fit(possible, _any) if possible else None
            case Not():
                raise AssertionError("push_down leaves no negation")

    def _possible(self, parts: Sequence[Condition]) -> list[Expression]:
        return [lowered for part in parts if (lowered := self._lower(part)) is not None]

    def _one_of(self, field: str, tokens: Sequence[str]) -> Expression | None:
        if not tokens:
            return None
        runs = [tokens[start : start + MAX_TESTS] for start in range(0, len(tokens), MAX_TESTS)]
        parts = [_one_token_of(field, run) for run in runs]
        return parts[0] if len(parts) == 1 else self._fit([self._helped(part) for part in parts], _any)

    def _fit(self, parts: list[Expression], join: Callable[[Sequence[Expression]], Expression]) -> Expression:
        """``parts`` joined, the costliest replaced by helpers until the whole is within limits."""
        while True:
            whole = join(parts)
            if whole.fits:
                return whole
            index, costliest = max(enumerate(parts), key=lambda part: part[1].cost)
            if costliest.plain:
                bundles = [parts[start : start + _BUNDLE] for start in range(0, len(parts), _BUNDLE)]
                if join is _any:  # each part may hold, so that a bundle may be walked once per part
                    bundles = [parts[start : start + MAX_WALKS] for start in range(0, len(parts), MAX_WALKS)]
                parts = [self._helped(join(bundle)) for bundle in bundles]
            else:
                parts = [*parts[:index], self._helped(costliest), *parts[index + 1 :]]

    def _helped(self, expression: Expression) -> Expression:
        if expression.plain and len(expression.fields) == 1:
            return expression
        key = json.dumps(expression.body)
        helper = self._helpers.setdefault(key, Helper(f"x{len(self._helpers)}", expression))
        return _single(helper.name, True, helper.expression.stage + 1)


def _single(field: str, value: str | bool, stage: int) -> Expression:
    return Expression({field: value}, walks=1, visits=1, tests=1, junctions=0, stage=stage, fields=frozenset((field,)))


def _one_token_of(field: str, tokens: Sequence[str]) -> Expression:
    """At most one branch matches, since a field has one value."""
    if len(tokens) == 1:
        return _single(field, tokens[0], 0)
    body = {"$or": [{field: token} for token in tokens]}
    return Expression(body, walks=1, visits=2, tests=len(tokens), junctions=1, stage=0, fields=frozenset((field,)))


def _all(parts: Sequence[Expression]) -> Expression:
    if len(parts) == 1:
        return parts[0]
    walks, visits = 1, 0
    for part in parts:
        visits += walks * part.visits
        walks *= part.walks
    return _joined("$and", parts, walks, visits)


def _any(parts: Sequence[Expression]) -> Expression:
    if len(parts) == 1:
        return parts[0]
    walks = sum(part.walks for part in parts)
    return _joined("$or", parts, walks, walks + sum(part.visits for part in parts))


def _joined(operator: str, parts: Sequence[Expression], walks: int, visits: int) -> Expression:
    return Expression(
        {operator: [part.body for part in parts]},
        walks,
        visits,
        tests=sum(part.tests for part in parts),
        junctions=1 + sum(part.junctions for part in parts),
        stage=max(part.stage for part in parts),
        fields=frozenset().union(*(part.fields for part in parts)),
    )
