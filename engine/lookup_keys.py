"""How the facts of an order become the key of a look-up table: as one number, or as a column for each.

Knows how a fact's values are numbered; must not know answers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from engine.conditions import NO, YES, Element
from engine.decisions.questions import Combination, Group
from engine.facts import Row, is_boolean, place_sql

MOST_CODED = 64
"""Values of one fact up to which a look-up goes by numbers: positions in a list are found by trying each."""
MOST_KEYS = 2**31 - 1


@dataclass(frozen=True)
class Key:
    """One column of a look-up table's key: its expression over orders, its type and its value in each row."""

    sql: exp.Expr
    type: str
    values: Sequence[str | bool | int]


def keys_of(group: Group, facts: Sequence[exp.Expr], rows: Sequence[Combination], row: Row) -> list[Key]:
    """One number for the whole combination where every fact has few values: joins by one small number are fastest.

    A value that is not in the list has no position (NULL, or 0 in some databases), and so no row.
    """
    listed = [
        (NO, YES)
        if is_boolean(fact)
        else tuple(sorted({one[i] for one in rows}) if isinstance(fact, Element) else fact.values)
        for i, fact in enumerate(group.facts)
    ]
    sizes = [2 if is_boolean(fact) else len(values) + 1 for fact, values in zip(group.facts, listed, strict=True)]
    if max(sizes) > MOST_CODED or math.prod(sizes) > MOST_KEYS:
        kinds = [is_boolean(fact) for fact in group.facts]
        return [
            Key(sql, "BOOLEAN" if kind else "VARCHAR", [one[i] == YES if kind else one[i] for one in rows])
            for i, (sql, kind) in enumerate(zip(facts, kinds, strict=True))
        ]
    number: exp.Expr | None = None
    numbers = [0] * len(rows)
    for i, (fact, sql, values, size) in enumerate(zip(group.facts, facts, listed, sizes, strict=True)):
        first = 0 if is_boolean(fact) else 1
        place = {value: position for position, value in enumerate(values, first)}
        digit = (
            exp.cast(sql, exp.DataType.Type.INT)
            if is_boolean(fact)
            else place_sql(fact, row, values) or _position(sql, values)
        )
        scaled = None if number is None else exp.Mul(this=exp.paren(number), expression=exp.Literal.number(size))
        number = digit if scaled is None else exp.Add(this=scaled, expression=digit)
        numbers = [so_far * size + place[one[i]] for so_far, one in zip(numbers, rows, strict=True)]
    assert number is not None
    return [Key(number, "INTEGER", numbers)]


def _position(of: exp.Expr, values: Sequence[str]) -> exp.Expr:
    return exp.ArrayPosition(this=exp.Array(expressions=[exp.Literal.string(value) for value in values]), expression=of)
