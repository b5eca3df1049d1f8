"""What every order contributes to the counts of one month.

Knows counted questions and what places an order in a month; must not know scores or why contributions are compared.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from engine.compiled import CompiledPolicy
from engine.conditions import Choice, Comparison, Element
from engine.facts import column, month_index
from engine.intake import sql
from engine.lookups import Answers
from engine.months import Month
from engine.policy.model import Policy
from engine.tallies import events

ID, UNIT = "id", "unit"


def contributions(policy: Policy, answers: Answers, month: Month) -> exp.Select:
    """Rows (id, unit, c0…) of the orders that count in the month for anything: whether it does, for each count."""
    placed = dict.fromkeys((answers.answer[id], placing) for id, placing in events(policy).items())
    counts = [
        exp.and_(holds.copy(), exp.EQ(this=month_index(*placing), expression=exp.Literal.number(month.index)))
        for holds, placing in placed
    ]
    shown = [exp.Coalesce(this=count, expressions=[exp.false()]) for count in counts]
    named = [sql.alias(column(policy.orders.key[0]), ID), sql.alias(column(policy.orders.unit or ""), UNIT)]
    named += [sql.alias(count, name(place)) for place, count in enumerate(shown)]
    return answers.found().select(*named).where(exp.or_(*(count.copy() for count in counts)))


def name(place: int) -> str:
    """The column of one count."""
    return f"c{place}"


def number_of_counts(policy: Policy, answers: Answers) -> int:
    """How many columns ``contributions`` has besides the first two."""
    return len(dict.fromkeys((answers.answer[id], placing) for id, placing in events(policy).items()))


def counted_fields(compiled: CompiledPolicy) -> tuple[str, ...]:
    """The columns of an order that its counts depend on, in the order of the table; never a personal one."""
    policy = compiled.policy
    used = {policy.orders.unit, *_tested(compiled)}
    used |= {field for fields, _ in events(policy).values() for field in fields}
    return tuple(column.id for column in policy.orders.columns if column.id in used and not column.personal)


def _tested(compiled: CompiledPolicy) -> Iterator[str]:
    for decided in compiled.counting:
        for fact in decided.group.facts:
            if isinstance(fact, Choice | Element | Comparison):
                yield fact.field
            if isinstance(fact, Comparison) and fact.operand_kind == "field":
                yield fact.operand
