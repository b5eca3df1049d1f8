"""Steps of ladders that no unit can reach in the cycle, and consequences that nothing can ever bring about.

Knows how many periods of each kind count; must not know orders or scores.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from engine.check.finding import Finding, found
from engine.check.places import Places
from engine.conditions import NO, YES, All, Condition, Not, Standing, Test, holds, push_down, tests
from engine.policy.model import Policy
from engine.policy.model_scoring import Consequence, Period

MOST_LOOKED_BACK = 12
"""Of longer stretches only the whole history is looked at, which is always enough where they are."""
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
    yield from _swallowed(policy, places)
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


def _swallowed(policy: Policy, places: Places) -> Iterator[Finding]:
    """Steps that a higher one of their ladder fires instead of whenever they could."""
    by_id = {item.id: item for item in policy.consequences}
    for ladder in policy.ladders:
        for i, step in enumerate(ladder.steps):
            item = by_id[step]
            number = len(counted_periods(policy, item.at))
            higher = next((by_id[id] for id in item.below if _always_instead(by_id[id], item, number)), None)
            if higher is not None and _reachable(item.when, number):
                place = places.item("consequences", "ladders", ladder.id, "steps", i)
                what = f"梯级“{ladder.id}”里够得上“{step}”的，总是也够得上更高的“{higher.id}”，轮不到它"
                yield found("swallowed", place, what, step, "请核对各级从低到高的次序和条件")


def _always_instead(higher: Consequence, item: Consequence, periods: int) -> bool:
    """Whether no history meets the condition of ``item`` without that of ``higher``, which nothing else keeps from
    firing either."""
    simple = higher.repeat == "every_time" and item.repeat != "counted_anew" and set(higher.gates) <= set(item.gates)
    return simple and not _reachable(All((item.when, Not(higher.when))), periods)


def _too_far(policy: Policy, item: Consequence, asked: int, number: int, places: Places) -> Finding:
    kind = _KINDS[item.at]
    index = next(i for i, test in enumerate(tests(item.when)) if getattr(test.fact, "at_least", 0) == asked)
    place = places.standing(item.id, index)
    span = f"从 {policy.counted_from} 到 {policy.last} 计入的{kind}只有 {number} 个"
    what = f"后果“{item.id}”要求 {asked} 次，而{span}，不可能达到"
    return found("unreachable-step", place, what, asked, f"请改为不大于 {number} 的数，或改 counted_from")


def _reachable(condition: Condition, periods: int) -> bool:
    """Whether some history over so many counted periods meets the condition. Marks are taken as free of one another."""
    facts = tuple(dict.fromkeys(test.fact for test in tests(condition) if isinstance(test.fact, Standing)))
    marks = tuple(dict.fromkeys(fact.mark for fact in facts))
    ways = [_ways(tuple(fact for fact in facts if fact.mark == mark), periods) for mark in marks]
    return any(_holds(condition, frozenset().union(*chosen)) for chosen in product(*ways))


def _ways(facts: tuple[Standing, ...], periods: int) -> frozenset[frozenset[Standing]]:
    """The sets of facts of one mark that hold together after some history over up to ``periods`` counted periods."""
    longest = max((fact.within for fact in facts if fact.within <= MOST_LOOKED_BACK), default=0)
    enough = max(fact.at_least for fact in facts)
    before: set[_Past] = {_Past()}
    seen = set(before)
    for _ in range(periods):
        before = {past.after(has, longest, enough) for past in before for has in (False, True)} - seen
        seen |= before
    return frozenset(frozenset(fact for fact in facts if past.holds(fact)) for past in seen)


@dataclass(frozen=True)
class _Past:
    """What a history comes to, as far as it is asked for."""

    recent: tuple[bool, ...] = ()
    now: bool = False
    running: int = 0
    times: int = 0

    def after(self, has: bool, longest: int, enough: int) -> _Past:
        recent = (*self.recent, has)[-longest:] if longest else ()
        return _Past(recent, has, min(self.running + 1, enough) if has else 0, min(self.times + has, enough))

    def holds(self, fact: Standing) -> bool:
        if fact.how == "now":
            return self.now
        if fact.how == "running":
            return self.running >= fact.at_least
        looked = sum(self.recent[-fact.within :]) if 0 < fact.within <= MOST_LOOKED_BACK else self.times
        return looked >= fact.at_least


def _holds(condition: Condition, held: frozenset[Standing]) -> bool:
    """Where every other test comes out as the condition wants it."""

    def told(test: Test) -> bool:
        return not isinstance(test.fact, Standing) or (YES if test.fact in held else NO) in test.allowed

    return holds(push_down(condition), told)
