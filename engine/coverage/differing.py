"""What differs between a policy and the same with something changed, and which steps of an evaluation that reaches.

Knows what each step reads of a policy; must not know how a step works.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from fractions import Fraction

from engine.calendars import WorkCalendar
from engine.cases.reading import Case
from engine.policy.model import Policy
from engine.policy.model_scoring import PointsBand
from engine.policy.model_tables import Table, TableId
from engine.questions import duty_questions

ONE = Fraction(1)

_READ_BY_NOBODY = frozenset(
    ("digest", "folder", "places", "title", "document", "duties", "forms", "clauses", "readings", "tags")
)
_COUNTED = frozenset(
    ("tables", "decisions", "indicators", "bonuses", "shown", "eligible", "first", "last", "window", "vetoes")
)
ANSWERED = frozenset(("tables", "decisions", "marks", "obligations", "calendar", "in_force_from"))
OF_SINGLE_ORDERS = frozenset(("marks", "obligations"))
OF_PERIODS = frozenset(("months", "quarters", "year", "consequences", "bases"))


def difference(before: Policy, after: Policy) -> frozenset[str]:
    """What differs of all that an evaluation reads."""
    differ = _differing(before, after) - _READ_BY_NOBODY
    if "calendar" in differ and _same_days(before.calendar, after.calendar):
        differ -= {"calendar"}
    if differ & {"obligations", "calendar"} and duty_questions(before) != duty_questions(after):
        differ |= {"decisions"}  # conditions that test obligations hold for other orders, as if rules were others
    if "tables" in differ and _as_cases_give(before.tables) == _as_cases_give(after.tables):
        differ -= {"tables"}
    return differ


def same(before: Policy, after: Policy) -> bool:
    """Whether nothing but the writing differs: days off that were off anyway."""
    return _differing(before, after) <= {"calendar", "digest", "places"} and not difference(before, after)


def _differing(before: Policy, after: Policy) -> frozenset[str]:
    names = (item.name for item in fields(Policy))
    return frozenset(name for name in names if getattr(before, name) != getattr(after, name))


def _as_cases_give(tables: Iterable[Table]) -> tuple[Table, ...]:
    """Cases name columns by their ids, files are made for them, and remarks are not looked at."""
    return tuple(
        replace(
            table,
            title="",
            file="",
            formats=(),
            columns=tuple(replace(column, aliases=()) for column in table.columns),
            time_order=tuple(order for order in table.time_order if order.otherwise != "remark"),
        )
        for table in tables
    )


def _same_days(one: WorkCalendar, other: WorkCalendar) -> bool:
    if one == other:
        return True
    days = tuple(one.declared_days())
    same = (one.years, one.hours) == (other.years, other.hours)
    return same and all(one.is_workday(day) == other.is_workday(day) for day in days)


def counts_differ(before: Policy, after: Policy, differ: frozenset[str]) -> bool:
    """Whether orders would be counted otherwise, not only reckoned with."""
    return bool(differ & _COUNTED) and _counted_by(before) != _counted_by(after)


def _counted_by(policy: Policy) -> tuple[object, ...]:
    """What the counts are made from: of indicators, bonuses and eligibility all but what is only reckoned with."""
    indicators = tuple(
        replace(item, weight=ONE, target=None, when_empty="spread", points=_alike(item.points))
        for item in policy.indicators
    )
    bonuses = tuple(replace(item, cap=None) for item in policy.bonuses)
    others = tuple(getattr(policy, name) for name in _COUNTED - {"indicators", "bonuses", "eligible"})
    return indicators, bonuses, policy.eligible.counted, duty_questions(policy), *others


def _alike(bands: Iterable[PointsBand]) -> tuple[PointsBand, ...]:
    return tuple(replace(band, points=ONE) for band in bands)


def told_apart(before: Policy, after: Policy) -> frozenset[TableId] | None:
    """The tables of which a case must give rows to meet what differs in ``tables``; None: any case may meet it."""
    was, now = ({table.id: table for table in _as_cases_give(policy.tables)} for policy in (before, after))
    other = {id for id in {*was, *now} if was.get(id) != now.get(id)}
    needed = any(table.required for id in other for table in (was.get(id), now.get(id)) if table is not None)
    return None if needed or "orders" in other else frozenset(other)


def can_tell(case: Case, differ: frozenset[str], tables: frozenset[TableId] | None) -> bool:
    """Whether what the case expects could come out otherwise at all; ``tables`` as ``told_apart`` says."""
    expected = expected_of(case)
    if differ == {"tables"} and tables is not None:
        return any(case.given.tables.get(id) for id in tables)
    if not differ or "tables" in differ:
        return bool(differ)
    return bool(expected & OF_PERIODS and not differ <= OF_SINGLE_ORDERS) or bool(
        "orders" in expected and differ & ANSWERED
    )


def expected_of(case: Case) -> frozenset[str]:
    """What kinds of things the case expects."""
    return frozenset(entry.key for entry in case.expect.entries)
