"""What decided each order, as numbers: which combination of facts it is, group by group of questions.

Combinations are few, so the answers and facts behind ten million orders are a small list and some small numbers an
order. Knows the joined orders; must not know where the numbers are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from engine.conditions import DEADLINE, DONE
from engine.facts import month_index
from engine.lookups import AskedGroup
from engine.obligations import ObligationSql
from engine.order_results import Detail
from engine.policy.model import Policy
from engine.policy.model_orders import Decision
from engine.tallies import Placing

ORDER = "order"
UNDECLARED = len(DONE) * len(DEADLINE)
"""Stands for an obligation whose deadline needs a year that the calendar does not declare."""


@dataclass(frozen=True)
class Numbered:
    """A query for the orders of a ``Detail``, sorted by id: columns ``order``, and those named here.

    ``months``: the ``Month.index`` in which events place the order, or NULL. ``groups``: the place in the group's
    ``rows``, or NULL for a look-up that was missed. ``duties``: the place in ``obligations.combinations``, UNDECLARED,
    or NULL where the obligation does not apply.
    """

    query: exp.Select
    months: Mapping[Placing, str]
    groups: Mapping[str, AskedGroup]
    duties: Mapping[str, ObligationSql]


def numbered(found: Detail) -> Numbered:
    """Every answer that concerns single orders, as numbers."""
    months = {placing: f"month_{place}" for place, placing in enumerate(_placings(found.compiled.policy))}
    groups = {f"group_{place}": asked for place, asked in enumerate(found.answers.asked)}
    duties = {f"duty_{place}": item for place, item in enumerate(found.obligations)}
    columns = [_named(found.order_id, ORDER)]
    small = exp.DataType.Type.INT
    columns += [_named(exp.cast(month_index(*placing), small), name) for placing, name in months.items()]
    columns += [_named(_small(asked.number, len(asked.rows)), name) for name, asked in groups.items()]
    columns += [_named(_small(_duty(item), UNDECLARED + 1), name) for name, item in duties.items()]
    query = found.source.select(*columns).order_by(exp.column(ORDER, quoted=True))
    return Numbered(query, months, groups, duties)


def dated(policy: Policy) -> Placing:
    """What places an order by the column that dates it."""
    return (policy.orders.dated_by or "",), policy.window


def placed_by(policy: Policy, decision: Decision) -> tuple[Placing, ...]:
    """The months that a decision is about: those of the indicators that it takes orders out of, else the order's."""
    indicators = [item for item in policy.indicators if item.id in decision.excludes_from and item.deducted is None]
    return tuple(dict.fromkeys((item.event, item.window) for item in indicators)) or (dated(policy),)


def _placings(policy: Policy) -> Iterable[Placing]:
    decided = (placing for decision in policy.decisions for placing in placed_by(policy, decision))
    return dict.fromkeys((dated(policy), *decided))


def _duty(item: ObligationSql) -> exp.Expr:
    undeclared = exp.If(this=item.undeclared.copy(), true=exp.Literal.number(UNDECLARED))
    return exp.Case(ifs=[undeclared, exp.If(this=item.applies.copy(), true=item.number.copy())])


def _small(number: exp.Expr, below: int) -> exp.Expr:
    """In the fewest bytes that hold every number ``below`` that."""
    types = exp.DataType.Type
    fitting = types.UTINYINT if below <= 1 << 8 else types.USMALLINT if below <= 1 << 16 else types.UINT
    return exp.cast(number.copy(), fitting)


def _named(value: exp.Expr, name: str) -> exp.Expr:
    return exp.alias_(value, name, quoted=True)
