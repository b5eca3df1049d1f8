"""What is decided about one order: the rules that fire, the indicators it leaves, its obligations.

Part of the reference evaluator: written to be obviously right, sharing nothing with the engine but the policy's values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.policy.model import Policy
from engine.policy.model_orders import Clock, ClockDeadline, Decision, DoneByEvent, Obligation, Rule
from tests.reference.cells import Row
from tests.reference.truth import View, holds

_DAY = dt.timedelta(days=1)


class AmbiguousDecisionError(Exception):
    """Two rules of a ``unique`` decision fire on one order."""


@dataclass(frozen=True)
class Order:
    """One order and everything decided about it. ``left``: ids of the indicators that do not count it."""

    row: Row
    view: View
    fired: tuple[str, ...]
    left: frozenset[str]
    duties: dict[str, str]


def decide(row: Row, policy: Policy, as_of: dt.datetime) -> Order:
    """Everything about one order."""
    firing = _Firing(row, policy, as_of)
    fired = [rule for decision in policy.decisions for rule in decision.rules if firing.fires(decision, rule)]
    left: set[str] = set()
    for decision in policy.decisions:
        if any(rule in fired and rule.effect == "excluded" for rule in decision.rules):
            left.update(decision.excludes_from)
    duties: dict[str, str] = {}
    for obligation in policy.obligations:
        state = duty(obligation, firing.view, policy)
        if state is not None:
            duties[obligation.id] = state
    listed = tuple(sorted(rule.id for rule in fired if rule.effect != "included"))
    return Order(row, firing.view, listed, frozenset(left), duties)


class _Firing:
    """Which rules fire on one row. A tag holds when any rule that gives it fires; asking for a tag asks those rules,
    so rules may stand in any order as long as no tag depends on itself."""

    def __init__(self, row: Row, policy: Policy, as_of: dt.datetime) -> None:
        self._policy = policy
        self._asked: list[str] = []
        self.view = View(row=row, as_of=as_of, tagged=self._tagged)

    def _tagged(self, tag: str) -> bool:
        if tag in self._asked:
            raise RecursionError(f"the tag {tag} depends on itself")
        self._asked.append(tag)
        if tag.startswith("duty:"):
            _, id, wanted = tag.split(":")
            obligation = next(item for item in self._policy.obligations if item.id == id)
            state = duty(obligation, self.view, self._policy) or "none"
            self._asked.pop()
            return state == wanted
        givers = [
            (decision, rule) for decision in self._policy.decisions for rule in decision.rules if tag in rule.gives
        ]
        answer = any(self.fires(decision, rule) for decision, rule in givers)
        self._asked.pop()
        return answer

    def fires(self, decision: Decision, rule: Rule) -> bool:
        """Whether the rule fires, given how the decision's rules meet."""
        if not holds(rule.when, self.view):
            return False
        if decision.hit == "collect":
            return True
        if decision.hit == "first":
            before = decision.rules[: decision.rules.index(rule)]
            return not any(holds(earlier.when, self.view) for earlier in before)
        others = [other.id for other in decision.rules if other != rule and holds(other.when, self.view)]
        if others:
            raise AmbiguousDecisionError(decision.id, rule.id, *others)
        return True


def duty(obligation: Obligation, view: View, policy: Policy) -> str | None:
    """The obligation's state for the row, None when it does not apply to it."""
    if not holds(obligation.applies, view):
        return None
    if isinstance(obligation.deadline, ClockDeadline):
        starts = [view.row[name] for name in obligation.deadline.start]
        start = next((start for start in starts if isinstance(start, dt.datetime)), None)
        end = None if start is None else clock_end(start, obligation.deadline.clock, policy, view.row)
        limit = None if end is None else _Limit(*end)
        past = limit is not None and not limit.reached_by(view.as_of)
    else:
        event = view.row[obligation.deadline.event]
        limit = _Limit(event, True) if isinstance(event, dt.datetime) else None
        past = limit is not None
    if isinstance(obligation.done, DoneByEvent):
        time = view.row[obligation.done.event]
        if not isinstance(time, dt.datetime):
            done = "missing"
        else:
            done = "in_time" if limit is None or limit.reached_by(time) else "late"
    else:
        done = "in_time" if holds(obligation.done.when, view) else "missing"
    stated = replace(view, states={"done": done, "deadline": "past" if past else "running"})
    return next((outcome.is_ for outcome in obligation.states if holds(outcome.when, stated)), None)


@dataclass(frozen=True)
class _Limit:
    end: dt.datetime
    included: bool

    def reached_by(self, time: dt.datetime) -> bool:
        """Whether ``time`` still lies within the limit."""
        return time <= self.end if self.included else time < self.end


def clock_end(
    start: dt.datetime, clock: Clock, policy: Policy, row: Row | None = None
) -> tuple[dt.datetime, bool] | None:
    """The end of the clock, and whether that very instant is still in time; None while it stands still.

    A stop that begins before the end puts the end off by what of the stop lies after the start.
    """
    cells = row or {}
    amount = clock.amount + _extended(clock, cells)
    included = clock.until != "end_of_day" and clock.end_included
    stopped = 0
    end = _end(start, amount, 0, clock, policy)
    for stop in clock.stopped_by:
        begin, again = cells.get(stop.begin), cells.get(stop.end)
        if not isinstance(begin, dt.datetime) or begin >= end:
            continue
        if not isinstance(again, dt.datetime):
            return None
        stopped += max(0, _between(max(begin, start), again, clock, policy))
        end = _end(start, amount, stopped, clock, policy)
    return end, included


def _extended(clock: Clock, cells: Row) -> int:
    total = 0
    for extension in clock.extended_by:
        days = cells.get(extension.field)
        asked = int(days) if isinstance(days, Fraction) else 0
        total += asked if extension.at_most is None else min(asked, extension.at_most)
    return total if clock.extended_at_most is None else min(total, clock.extended_at_most)


def _between(begin: dt.datetime, end: dt.datetime, clock: Clock, policy: Policy) -> int:
    """The length of a stop: days, working days, seconds or working seconds."""
    if clock.unit in ("hours", "minutes"):
        return int((end - begin).total_seconds())
    if clock.unit == "days":
        return (end.date() - begin.date()).days
    if clock.unit == "working_days":
        days = (begin.date() + _DAY * n for n in range(1, (end.date() - begin.date()).days + 1))
        return sum(policy.calendar.is_workday(day) for day in days)
    spent = 0
    for opened, closed in _shifts(begin.date(), policy):
        if opened >= end:
            break
        spent += max(0, int((min(end, closed) - max(begin, opened)).total_seconds()))
    return spent


def _shifts(day: dt.date, policy: Policy) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """When people work from ``day`` on, without end."""
    while True:
        if policy.calendar.is_workday(day):
            midnight = dt.datetime.combine(day, dt.time())
            for begin, end in policy.calendar.hours:
                yield midnight + dt.timedelta(seconds=begin), midnight + dt.timedelta(seconds=end)
        day += _DAY


def _end(start: dt.datetime, amount: int, stopped: int, clock: Clock, policy: Policy) -> dt.datetime:
    """Days are counted one by one: the day after the start is the first, or the start day itself when it counts (and
    is a workday where workdays are counted); zero days end on the start day. Working time is spent shift by shift."""
    if clock.unit in ("hours", "minutes"):
        each = 3600 if clock.unit == "hours" else 60
        return start + dt.timedelta(seconds=amount * each + stopped)
    if clock.unit == "working_hours":
        left = amount * 3600 + stopped
        for opened, closed in _shifts(start.date(), policy):
            begin = max(start, opened)
            if begin < closed and left <= (closed - begin).total_seconds():
                return begin + dt.timedelta(seconds=left)
            left -= max(0, int((closed - begin).total_seconds()))
    day = start.date()
    counted = 0
    if clock.start_day_counts and (clock.unit == "days" or policy.calendar.is_workday(day)):
        counted = 1
    while counted < amount + stopped:
        day += _DAY
        if clock.unit == "days" or policy.calendar.is_workday(day):
            counted += 1
    if clock.until == "end_of_day":
        return dt.datetime.combine(day, dt.time()) + _DAY
    return dt.datetime.combine(day, start.time() if clock.until == "same_time" else dt.time.fromisoformat(clock.until))
