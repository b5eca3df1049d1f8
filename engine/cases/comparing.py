"""What came of a case against what it expects: every expectation that does not hold, at its place.

Only what is written is compared. Knows results and the form of expectations; must not know how a result came about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from engine.cases.order_outcomes import OrderOutcome
from engine.cases.periods import compare_period
from engine.cases.reading import Case, text
from engine.cases.verdicts import Verdicts
from engine.consequences import Considered
from engine.evaluation import Evaluation
from engine.intake.found import SetAside
from engine.policy.model import Policy
from engine.policy.source import Entry, ListNode, MapNode, Node
from engine.problems import Problem
from engine.report import affected

NONE = "none"


@dataclass(frozen=True)
class Outcome:
    """``units`` are those that the case has; ``ids`` those of its orders, set-aside ones too. ``before`` are the orders
    that versions before an amendment decide, where the case spans it."""

    evaluation: Evaluation
    orders: Mapping[str, OrderOutcome]
    units: tuple[str, ...]
    ids: tuple[str, ...]
    before: Mapping[str, OrderOutcome] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[Evaluation, ...]:
        """The evaluation by each version, in order of time."""
        return self.evaluation.parts or (self.evaluation,)

    @property
    def policies(self) -> tuple[Policy, ...]:
        return tuple(part.policy for part in self.parts)

    @property
    def set_aside(self) -> tuple[SetAside, ...]:
        """Of the versions, the later ones first: one row may be read by each."""
        return tuple(dict.fromkeys(row for part in reversed(self.parts) for row in part.intake.set_aside))


def compare(case: Case, outcome: Outcome) -> tuple[Problem, ...]:
    """Nothing when the case holds."""
    verdicts = Verdicts(case.title)
    for entry in case.expect.entries:
        _COMPARE[entry.key](case, entry, outcome, verdicts)
    if case.expect.entry("set_aside") is None:
        for row in outcome.set_aside:
            verdicts.fail(case.place, f"不应有搁置的行，实有：{_aside(row)}")
    return verdicts.found


def _orders(case: Case, entry: Entry, outcome: Outcome, verdicts: Verdicts) -> None:
    policies = outcome.policies
    known: dict[str, tuple[str, ...]] = {
        "rules": _ids(rule.id for policy in policies for rule in policy.rules if rule.listed),
        "included": _ids(rule.id for policy in policies for rule in policy.rules if not rule.listed),
        "duties": _ids(obligation.id for policy in policies for obligation in policy.obligations),
        "marks": _ids(mark.id for policy in policies for mark in policy.marks),
    }
    states: dict[str, tuple[str, ...]] = {}
    for obligation in (item for policy in policies for item in policy.obligations):
        new = (state.is_ for state in obligation.states)
        states[obligation.id] = _ids((*states.get(obligation.id, ()), *new, NONE))
    for order in _entries(entry.node):
        if not verdicts.known(order.key, outcome.ids, "工单", order.place):
            continue
        found = outcome.orders.get(order.key) or outcome.before.get(order.key)
        if found is None:
            aside = (row for row in outcome.set_aside if row.order == order.key)
            why = "".join(f"：{row.column}“{row.value}”{row.reason}" for row in aside)
            verdicts.fail(order.place, f"工单“{order.key}”被搁置，没有结果{why}")
            continue
        for expected in _entries(order.node):
            about = f"工单“{order.key}”的 {expected.key}"
            if isinstance(expected.node, ListNode):
                verdicts.all_known(expected.node, known[expected.key], "规则")
                verdicts.same_set(expected.node, getattr(found, expected.key), about)
                continue
            values: Mapping[str, str] = getattr(found, expected.key)
            for item in _entries(expected.node):
                if not verdicts.known(item.key, known[expected.key], "条目", item.place):
                    continue
                wanted = text(item.node)
                if expected.key == "marks" or verdicts.known(wanted, states[item.key], "状态", item.node.place):
                    verdicts.same(item.node, values.get(item.key, NONE), f"{about}.{item.key}")


def _months(case: Case, entry: Entry, outcome: Outcome, verdicts: Verdicts) -> None:
    _periods("month", entry.node, outcome.evaluation, outcome, verdicts)


def _quarters(case: Case, entry: Entry, outcome: Outcome, verdicts: Verdicts) -> None:
    _periods("quarter", entry.node, outcome.evaluation, outcome, verdicts)


def _bases(case: Case, entry: Entry, outcome: Outcome, verdicts: Verdicts) -> None:
    known = tuple(base.id for base in outcome.evaluation.policy.bases)
    for base in _entries(entry.node):
        if not verdicts.known(base.key, known, "口径", base.place):
            continue
        found = outcome.evaluation.bases.get(base.key)
        if found is None:
            verdicts.fail(base.place, "给定月度总分时没有其他口径的结果；请改给 orders")
        else:
            _periods("month", base.node, found, outcome, verdicts)


def _periods(kind: str, node: Node, evaluation: Evaluation, outcome: Outcome, verdicts: Verdicts) -> None:
    standings = {item.period.id: item for item in evaluation.standings if item.kind == kind}
    for item in _items(node):
        assert isinstance(item, MapNode)
        period = item.get("period")
        assert period is not None
        if verdicts.known(text(period), tuple(standings), "期间", period.place):
            compare_period(item, standings[text(period)], evaluation, outcome.units, verdicts)


def _year(case: Case, entry: Entry, outcome: Outcome, verdicts: Verdicts) -> None:
    year = next((item for item in outcome.evaluation.standings if item.kind == "year"), None)
    if year is None or not isinstance(entry.node, MapNode):
        verdicts.fail(entry.place, "政策没有年度")
        return
    compare_period(entry.node, year, outcome.evaluation, outcome.units, verdicts)


def _consequences(case: Case, entry: Entry, outcome: Outcome, verdicts: Verdicts) -> None:
    evaluation = outcome.evaluation
    ids = _ids(consequence.id for policy in outcome.policies for consequence in policy.consequences)
    about = tuple(word.text for word in case.about if word.text in ids)
    if not about:
        verdicts.fail(entry.place, "about 里没有一项后果，没有可比较的；请把后果的 id 写进 about")
    fired = {_key(item): item for item in evaluation.fired if item.consequence.id in about}
    expected: set[tuple[str, str | None, str]] = set()
    for item in _items(entry.node):
        assert isinstance(item, MapNode)
        rule, unit, period = (item.get(key) for key in ("rule", "unit", "period"))
        assert rule is not None and unit is not None and period is not None
        if not verdicts.known(text(rule), ids, "后果", rule.place):
            continue
        if text(rule) not in about:
            verdicts.fail(rule.place, f"后果“{text(rule)}”不在 about 里；请补上，否则别处触发了也不会比较")
            continue
        name = text(unit) or None
        periods = tuple(standing.period.id for standing in evaluation.standings)
        if not verdicts.known(text(period), periods, "期间", period.place):
            continue
        if name is not None and not verdicts.known(name, outcome.units, "单位", unit.place):
            continue
        key = (text(rule), name, text(period))
        if key in expected:
            verdicts.fail(item.place, f"同一项后果写了两次：{_named(key)}")
        elif key not in fired:
            verdicts.fail(item.place, f"应触发 {_named(key)}，实际没有触发")
        else:
            _details(item, fired[key], evaluation, verdicts)
        expected.add(key)
    for key in fired:
        if key not in expected:
            verdicts.fail(entry.place, f"不应触发 {_named(key)}，实际触发了")


def _details(item: MapNode, fired: Considered, evaluation: Evaluation, verdicts: Verdicts) -> None:
    about = _named(_key(fired))
    for key, day in (("due", fired.due), ("warn", fired.warn)):
        node = item.get(key)
        if node is not None:
            verdicts.same(node, None if day is None else day.isoformat(), f"{about} 的 {key}")
    node = item.get("affected")
    if isinstance(node, ListNode):
        verdicts.same_set(node, affected(evaluation, fired), f"{about} 的 affected")


def _key(item: Considered) -> tuple[str, str | None, str]:
    return item.consequence.id, item.unit, item.period.id


def _named(key: tuple[str, str | None, str]) -> str:
    rule, unit, period = key
    return f"{rule}（{period}{'' if unit is None else f'，{unit}'}）"


def _set_aside(case: Case, entry: Entry, outcome: Outcome, verdicts: Verdicts) -> None:
    """Each entry is one row; a row with several breaches answers to any of them."""
    rows: dict[tuple[str, int], list[SetAside]] = {}
    for breach in outcome.set_aside:
        rows.setdefault((breach.file, breach.record), []).append(breach)
    entries = [item for item in _items(entry.node) if isinstance(item, MapNode)]
    orders = outcome.evaluation.policy.orders.file
    fits = [[key for key, breaches in rows.items() if any(_is(item, b, orders) for b in breaches)] for item in entries]
    taken = _assigned(fits)
    for number, item in enumerate(entries):
        if number not in taken.values():
            wanted = "，".join(f"{part.key} {text(part.node)}" for part in item.entries)
            verdicts.fail(item.place, f"应有搁置的行（{wanted}），实有：{_all(rows.values())}")
    for key, breaches in rows.items():
        if key not in taken:
            verdicts.fail(entry.place, f"不应搁置这一行：{_aside(breaches[0])}")


def _is(item: MapNode, breach: SetAside, orders: str) -> bool:
    stem = breach.file.rsplit(".", 1)[0]
    came = {"file": stem, "record": str(breach.record), "order": breach.order, "column": breach.column}
    written = {part.key: text(part.node) for part in item.entries}
    return all(came[key] == value for key, value in {"file": orders, **written}.items())


def _assigned(fits: list[list[tuple[str, int]]]) -> dict[tuple[str, int], int]:
    """A largest assignment of rows to the entries that fit them, one each."""
    taken: dict[tuple[str, int], int] = {}

    def place(entry: int, tried: set[tuple[str, int]]) -> bool:
        for key in fits[entry]:
            if key not in tried:
                tried.add(key)
                if key not in taken or place(taken[key], tried):
                    taken[key] = entry
                    return True
        return False

    for entry in range(len(fits)):
        place(entry, set())
    return taken


def _all(rows: Iterable[list[SetAside]]) -> str:
    return "；".join(_aside(breaches[0]) for breaches in rows) or "没有"


def _aside(row: SetAside) -> str:
    return f"第 {row.record} 条，工单“{row.order}”，{row.column}：{row.reason}"


def _ids(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def _entries(node: Node) -> tuple[Entry, ...]:
    return node.entries if isinstance(node, MapNode) else ()


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, ListNode) else ()


_COMPARE: Mapping[str, Callable[[Case, Entry, Outcome, Verdicts], None]] = {
    "orders": _orders,
    "months": _months,
    "quarters": _quarters,
    "year": _year,
    "bases": _bases,
    "consequences": _consequences,
    "set_aside": _set_aside,
}
