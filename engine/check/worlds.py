"""Which combinations of facts an order can have at all, each with an example of its cells.

"At least 5" without "at least 2" never happens; so numbers and times are tried at and beside every boundary that a
comparison names, instead of taking each comparison as free. Knows facts and the table of orders; must not know rules.
"""

from __future__ import annotations

import datetime as dt
import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from engine.conditions import (
    MISSING,
    NO,
    YES,
    Choice,
    Comparison,
    Element,
    Fact,
    Figure,
    Progress,
    Seat,
    Standing,
    State,
    Tag,
)
from engine.decisions.questions import Combination
from engine.policy.model_tables import Table

AS_OF = "统计时点"
MOST_TRIED = 20_000
"""How many combinations of sample values one set of compared fields may have."""

Cell = Fraction | dt.datetime | None
Example = tuple[tuple[str, str], ...]
"""Field and cell, as a file would hold it; an empty cell is empty."""

_SECOND = dt.timedelta(seconds=1)
_ONE_DAY = dt.timedelta(days=1)
_DAY = dt.datetime(2001, 3, 5)
_HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": operator.eq,
    "at_least": operator.ge,
    "at_most": operator.le,
    "above": operator.gt,
    "below": operator.lt,
    "before": operator.lt,
    "not_after": operator.le,
    "after": operator.gt,
    "not_before": operator.ge,
    "time_before": operator.lt,
    "time_not_after": operator.le,
    "time_from": operator.ge,
}


@dataclass(frozen=True)
class Worlds:
    """``examples``: every combination that can happen. Not ``exact``: some of them may be impossible after all."""

    examples: Mapping[Combination, Example]
    exact: bool


@dataclass(frozen=True)
class _Part:
    """What a set of facts that depend on one another can be: the values of ``facts`` and an example, one a way."""

    facts: tuple[Fact, ...]
    ways: tuple[tuple[Combination, Example], ...]
    exact: bool = True


def worlds(facts: Sequence[Fact], orders: Table) -> Worlds:
    """What an order in ``orders`` can be, by the values of ``facts`` in their order."""
    parts = [_compared(fields, facts, orders) for fields in _linked(facts, orders)]
    seen = {fact for part in parts for fact in part.facts}
    parts += [_single(fact) for fact in facts if fact not in seen]
    at = {fact: (i, j) for i, part in enumerate(parts) for j, fact in enumerate(part.facts)}
    examples: dict[Combination, Example] = {}
    for chosen in product(*(part.ways for part in parts)):
        combination = tuple(chosen[at[fact][0]][0][at[fact][1]] for fact in facts)
        examples.setdefault(combination, tuple(cell for _, example in chosen for cell in example))
    return Worlds(examples, all(part.exact for part in parts))


def in_words(example: Example) -> str:
    """An example as a reader may look it up: ``字段=值、字段=（空）``."""
    return "、".join(f"{field}={cell or '（空）'}" for field, cell in example) or "任何工单"


def _single(fact: Fact) -> _Part:
    return _Part((fact,), tuple(((value,), _shown(fact, value)) for value in fact.values))


def _shown(fact: Fact, value: str) -> Example:
    match fact:
        case Choice(field, _):
            return ((field, value),)
        case Element(field, _):
            return ((field, value),)
        case Progress(of, _, _):
            return ((of, value),)
        case State(name, _) | Tag(name):
            return ((name.partition(":")[2] or name, {YES: "有", NO: "无"}.get(value, value)),)
        case Standing() | Seat() | Figure() | Comparison():
            return ()


def _linked(facts: Iterable[Fact], orders: Table) -> list[tuple[str, ...]]:
    """The compared fields, those together that some comparison or rule of the table links."""
    groups: list[set[str]] = []

    def link(fields: set[str]) -> None:
        touching = [group for group in groups if group & fields]
        for group in touching:
            groups.remove(group)
        groups.append(fields.union(*touching))

    comparisons = [fact for fact in facts if isinstance(fact, Comparison)]
    for fact in comparisons:
        link({fact.field, *_other(fact)})
    known = {field for group in groups for field in group}
    for needed in orders.required_when:
        if {needed.column, needed.present} <= known:
            link({needed.column, needed.present})
    for order in orders.time_order:
        if order.otherwise == "set_aside" and {order.earlier, order.later} <= known:
            link({order.earlier, order.later})
    return [tuple(sorted(group)) for group in groups]


def _other(fact: Comparison) -> tuple[str, ...]:
    if fact.operand_kind == "field":
        return (fact.operand,)
    return (AS_OF,) if fact.operand_kind == "as_of" else ()


def _compared(fields: tuple[str, ...], facts: Iterable[Fact], orders: Table) -> _Part:
    own = tuple(fact for fact in facts if isinstance(fact, Comparison) and fact.field in fields)
    samples = [_samples(field, fields, own, orders) for field in fields]
    if prod(map(len, samples)) > MOST_TRIED:
        free = tuple((values, ()) for values in product(*(fact.values for fact in own)))
        return _Part(own, free, exact=False)
    ways: dict[Combination, Example] = {}
    for cells in product(*samples):
        row = dict(zip(fields, cells, strict=True))
        if _allowed(row, orders):
            values = tuple(YES if _holds(fact, row) else NO for fact in own)
            if values not in ways:
                ways[values] = tuple((field, _text(cell, field, orders)) for field, cell in row.items())
    return _Part(own, tuple(ways.items()))


def _samples(field: str, fields: Sequence[str], own: Sequence[Comparison], orders: Table) -> list[Cell]:
    """Values of ``field`` at and around every boundary of the comparisons, empty first where a cell may be empty."""
    if field != AS_OF and orders.column(field).type not in ("count", "number", "time"):
        # Only whether it is filled is ever asked of such a field.
        return [Fraction(1)] if orders.column(field).required else [None, Fraction(1)]
    literal = any(fact.operand_kind == "literal" and fact.operator != "present" for fact in own)
    # As many distinct values as fields order them in every way; around a boundary, that many on either side of it.
    around = range(-len(fields), len(fields) + 1) if literal else range(len(fields))
    found: set[Any] = set()
    if field == AS_OF or orders.column(field).type == "time":
        found |= {moment + step * _SECOND for moment in _moments(own, len(fields)) for step in around}
    else:
        numbers = [Fraction(fact.operand) for fact in own if fact.operand_kind == "literal" and fact.operand]
        whole = orders.column(field).type == "count"
        step = Fraction(1) if whole else Fraction(1, 2)
        found |= {number + step * times for number in numbers or [Fraction(1)] for times in around}
        found |= {(a + b) / 2 for a in numbers for b in numbers if not whole}
        least, most = orders.column(field).minimum, orders.column(field).maximum
        low = max(Fraction(0), least or Fraction(0)) if whole else least
        high = most if most is None or not whole else Fraction(math.floor(most))
        found = {value for value in found if not (whole and value.denominator > 1)}
        found |= {bound for bound in (low, high) if bound is not None}
        found = {value for value in found if (low is None or value >= low) and (high is None or value <= high)}
    filled: list[Cell] = sorted(found)
    if field == AS_OF or orders.column(field).required or orders.column(field).default is not None:
        return filled
    return [None, *filled]


def _moments(own: Sequence[Comparison], fields: int) -> set[dt.datetime]:
    """Every moment that a comparison names, and every time of day that one names, on days before and after them all."""
    literal = [fact for fact in own if fact.operand_kind == "literal" and fact.operator != "present"]
    fixed = {_moment(fact) for fact in literal if not fact.operator.startswith("time_")}
    clocks = {_moment(fact) - _DAY for fact in literal if fact.operator.startswith("time_")} or {dt.timedelta(hours=12)}
    starts = {_DAY, *(_midnight(moment) + step * _ONE_DAY for moment in fixed for step in (-1, 1))}
    days = {start + step * _ONE_DAY for start in starts for step in range(fields)}
    return fixed | {day + clock for day in days for clock in clocks}


def _midnight(moment: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(moment.date(), dt.time())


def _moment(fact: Comparison) -> dt.datetime:
    """The moment that a comparison with a literal names; of a time of day, that on a fixed day."""
    if fact.operator.startswith("time_"):
        hours, minutes, *seconds = (int(part) for part in fact.operand.split(":"))
        return _DAY + dt.timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))
    return dt.datetime.fromisoformat(fact.operand)


def _allowed(row: Mapping[str, Cell], orders: Table) -> bool:
    """Whether the table would take the row in."""
    for needed in orders.required_when:
        if needed.column in row and row[needed.column] is None and row.get(needed.present) is not None:
            return False
    for order in orders.time_order:
        earlier: Any
        later: Any
        earlier, later = row.get(order.earlier), row.get(order.later)
        both = isinstance(earlier, dt.datetime) and isinstance(later, dt.datetime)
        if order.otherwise == "set_aside" and both and earlier > later:
            return False
    return True


def _holds(fact: Comparison, row: Mapping[str, Cell]) -> bool:
    left: Any = row[fact.field]
    if left is None:
        return False
    if fact.operator == "present":
        return True
    if fact.operator.startswith("time_"):
        return _HOLDS[fact.operator](left.time(), _moment(fact).time())
    right: Any
    match fact.operand_kind:
        case "field":
            right = row[fact.operand]
        case "as_of":
            right = row[AS_OF]
        case "literal":
            right = _moment(fact) if isinstance(left, dt.datetime) else Fraction(fact.operand)
    return right is not None and _HOLDS[fact.operator](left, right)


def _text(cell: Cell, field: str, orders: Table) -> str:
    if cell is None:
        return MISSING
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if orders.column(field).type not in ("count", "number"):
        return "有"
    return str(cell.numerator) if cell.denominator == 1 else f"{float(cell):g}"


def filled(example: Example) -> int:
    """How many cells of an example are filled; the fuller, the easier to picture."""
    return sum(bool(cell) for _, cell in example)


def examples_of(found: Worlds, combinations: Iterable[Combination]) -> Iterator[Example]:
    """The examples of ``combinations``, the fullest first."""
    yield from sorted((found.examples[c] for c in combinations), key=lambda example: (-filled(example), example))
