"""The least and the greatest number a column takes: as SQL, in Python and in words, exactly.

Knows number columns; must not know files, and what follows from a number that is out of bounds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import Context, Decimal
from fractions import Fraction
from typing import Literal

from sqlglot import exp

from engine.intake import sql
from engine.intake.sql import E
from engine.policy.model_tables import Column

BoundCode = Literal["minimum", "maximum"]

NUMBER_PLACES = 12
"""Decimals that a number may have."""
NUMBER_TYPE = f"DECIMAL(38, {NUMBER_PLACES})"


def broken(column: Column, value: E) -> Iterator[tuple[BoundCode, E]]:
    """For each bound of the column, the condition that ``value`` does not keep it."""
    if column.minimum is not None:
        yield "minimum", below(value, column.minimum)
    if column.maximum is not None:
        yield "maximum", exp.GT(this=value, expression=_number(column.maximum, math.floor))


def below(value: E, bound: Fraction) -> E:
    return exp.LT(this=value, expression=_number(bound, math.ceil))


def keeps(column: Column, number: Fraction) -> bool:
    least, most = column.minimum, column.maximum
    return (least is None or number >= least) and (most is None or number <= most)


def words(column: Column, code: BoundCode) -> str:
    """What a number that breaks a bound is told."""
    if column.minimum is not None and column.maximum is not None:
        return f"应在 {as_written(column.minimum)} 到 {as_written(column.maximum)} 之间"
    bound = column.minimum if code == "minimum" else column.maximum
    assert bound is not None
    return f"不能{'小' if code == 'minimum' else '大'}于 {as_written(bound)}"


def as_written(number: Fraction) -> str:
    """A number of a policy file in decimals, without zeros that say nothing."""
    exact = Context(prec=60)
    return format(exact.divide(Decimal(number.numerator), Decimal(number.denominator)), "f")


def _number(bound: Fraction, rounded: Callable[[Fraction], int]) -> E:
    """``rounded`` to the places that values have, which leaves every comparison as it was."""
    if bound.denominator == 1:
        return exp.Literal.number(bound.numerator)
    whole = rounded(bound * 10**NUMBER_PLACES)
    return sql.cast(sql.text(as_written(Fraction(whole, 10**NUMBER_PLACES))), NUMBER_TYPE)
