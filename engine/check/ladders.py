"""Steps of ladders that no unit can reach in the cycle, and consequences that nothing can ever bring about.

Knows how many periods of each kind count; must not know orders or scores.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.check.finding import Finding, found
from engine.check.places import Places
from engine.conditions import All, Any, Condition, Not, Standing, State, Test, tests
from engine.policy.model import Policy
from engine.policy.model_scoring import Consequence, Period

_KINDS = {"month": "月份", "quarter": "季度", "year": "年度"}


def counted_periods(policy: Policy, kind: str) -> tuple[Period, ...]:
    """The periods of a kind in which consequences may fire."""
    if kind == "month":
        periods = tuple(Period(str(month), str(month), month, month) for month in policy.months)
    else:
        periods = tuple(p for aggregate in policy.aggregates if aggregate.id == kind for p in aggregate.periods)
    return tuple(period for period in periods if period.last >= policy.counted_from)


def ladder_findings(policy: Policy, places: Places, closed: frozenset[str]) -> Iterator[Finding]:
    """``closed``: the gates that are never open."""
    for item in policy.consequences:
        yield from _step(policy, item, places)
        for i, gate in enumerate(item.gates):
            if gate in closed:
                place = places.item("consequences", "consequences", item.id, "gates", i)
                what = f"后果“{item.id}”要求“{gate}”成立，而它在任何情形下都不成立"
                yield found("unreachable-step", place, what, gate, "请改这一前提的 outcomes，或从 gates 里删去")


def _step(policy: Policy, item: Consequence, places: Places) -> Iterator[Finding]:
    kind = _KINDS[item.at]
    number = len(counted_periods(policy, item.at))
    place = places.item("consequences", "consequences", item.id, "when")
    if not number:
        at = places.item("consequences", "consequences", item.id, "at")
        what = f"后果“{item.id}”按{kind}触发，而本周期没有一个计入的{kind}"
        yield found("unreachable-step", at, what, item.at, "请改 at，或在 ranking.yaml 的 aggregates 里写出这种期间")
        return
    largest = max((test.fact.at_least for test in tests(item.when) if isinstance(test.fact, Standing)), default=1)
    if _reachable(item.when, number):
        for test in tests(item.when):
            if isinstance(test.fact, Standing) and test.fact.at_least > number:
                yield _too_far(policy, item, test.fact.at_least, number, places)
                return
    elif _reachable(item.when, largest + 1):
        yield _too_far(policy, item, largest, number, places)
    else:
        what = f"后果“{item.id}”的条件互相矛盾，任何单位都不可能达到"
        yield found("unreachable-step", place, what, item.id, "请改条件，或删去这一后果")


def _too_far(policy: Policy, item: Consequence, asked: int, number: int, places: Places) -> Finding:
    kind = _KINDS[item.at]
    index = next(i for i, test in enumerate(tests(item.when)) if getattr(test.fact, "at_least", 0) == asked)
    place = places.standing(item.id, index)
    span = f"从 {policy.counted_from} 到 {policy.last} 计入的{kind}只有 {number} 个"
    what = f"后果“{item.id}”要求 {asked} 次，而{span}，不可能达到"
    return found("unreachable-step", place, what, asked, f"请改为不大于 {number} 的数，或改 counted_from")


def _reachable(condition: Condition, periods: int) -> bool:
    """Whether some history over so many counted periods meets the condition."""
    for times in range(periods + 1):
        for running in range(times + 1):
            if _holds(condition, running, times):
                return True
    return False


def _holds(condition: Condition, running: int, times: int) -> bool:
    """``running`` counts back from this period, so it is 0 exactly for a unit that has not the mark now."""
    match condition:
        case Test(Standing(_, how, at_least), allowed):
            reached = {"now": min(running, 1), "running": running, "times": times}[how] >= at_least
            return ("yes" if reached else "no") in allowed
        case Test(State(), _):
            return True
        case Test():
            return True
        case Not(part):
            return not _holds(part, running, times)
        case All(parts):
            return all(_holds(part, running, times) for part in parts)
        case Any(parts):
            return any(_holds(part, running, times) for part in parts)
