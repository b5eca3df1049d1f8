"""What came of a month, quarter or year against what a case expects of it.

Knows standings, scores and gates; must not know how they came about.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.cases.verdicts import Came, Verdicts
from engine.evaluation import Evaluation
from engine.policy.source import Entry, ListNode, MapNode
from engine.report import flags
from engine.standings import Placed, Standing


def compare_period(
    expected: MapNode, standing: Standing, evaluation: Evaluation, units: tuple[str, ...], verdicts: Verdicts
) -> None:
    """Compare the keys that ``expected`` has."""
    about = standing.period.id
    for entry in expected.entries:
        node = entry.node
        match entry.key:
            case "provisional":
                verdicts.same(node, standing.provisional, f"{about} 的 provisional")
            case "gate" | "rates":
                _gate(entry, standing, evaluation, verdicts)
            case "last" | "unranked" | "ranking" if isinstance(node, ListNode):
                verdicts.all_known(node, units, "单位")
                if entry.key == "ranking":
                    verdicts.same_list(node, [placed.unit for placed in standing.ranking], f"{about} 的 ranking")
                elif entry.key == "last":
                    last = [placed.unit for placed in standing.ranking if placed.last]
                    verdicts.same_set(node, last, f"{about} 的 last")
                else:
                    verdicts.same_set(node, standing.unranked, f"{about} 的 unranked")
            case "units" if isinstance(node, MapNode):
                for unit in node.entries:
                    if verdicts.known(unit.key, units, "单位", unit.place):
                        _unit(unit, standing, evaluation, verdicts)


def _gate(entry: Entry, standing: Standing, evaluation: Evaluation, verdicts: Verdicts) -> None:
    month = standing.period.first
    states = [by_month[month] for by_month in evaluation.gates.values() if month in by_month]
    if not states:
        verdicts.fail(entry.place, "政策没有前提（gates）")
    elif entry.key == "gate":
        verdicts.same(entry.node, states[0].outcome, f"{standing.period.id} 的 gate")
    elif isinstance(entry.node, MapNode):
        rates = {rate: compared for state in states for rate, compared in state.rates.items()}
        for item in entry.node.entries:
            if verdicts.known(item.key, tuple(rates), "比率", item.place):
                verdicts.same(item.node, rates[item.key], f"{standing.period.id} 的 rates.{item.key}")


def _unit(unit: Entry, standing: Standing, evaluation: Evaluation, verdicts: Verdicts) -> None:
    placed = next((placed for placed in standing.ranking if placed.unit == unit.key), None)
    about = f"{standing.period.id} {unit.key}"
    if placed is None:
        verdicts.fail(unit.place, f"{about} 没有参加排名")
        return
    for entry in unit.node.entries if isinstance(unit.node, MapNode) else ():
        name = f"{about} 的 {entry.key}"
        match entry.key:
            case "rank" | "last" | "total" | "group" | "announced":
                verdicts.same(entry.node, getattr(placed, entry.key), name)
            case "standings" if isinstance(entry.node, ListNode):
                parts = evaluation.parts or (evaluation,)
                known = tuple(dict.fromkeys(mark.id for part in parts for mark in part.policy.standings))
                verdicts.all_known(entry.node, known, "名次标志")
                verdicts.same_set(entry.node, placed.standings, name)
            case "flags" if standing.kind == "month" and isinstance(entry.node, ListNode):
                verdicts.same_set(entry.node, flags(standing.scores.get(unit.key), placed), name)
            case _:
                _scored(entry, placed, standing, evaluation, name, verdicts)


def _scored(
    entry: Entry, placed: Placed, standing: Standing, evaluation: Evaluation, name: str, verdicts: Verdicts
) -> None:
    """What only a month that was scored from orders has."""
    score = standing.scores.get(placed.unit)
    if score is None or standing.kind != "month":
        verdicts.fail(entry.place, f"{name} 只有由工单算出的月份才有")
        return
    values: Mapping[str, Came]
    if entry.key == "indicators":
        values = {id: item.measured.value for id, item in score.indicators.items()}
    elif entry.key == "shown":
        month = standing.period.first
        values = dict(evaluation.at(month).scorer.shown(placed.unit, month))
    else:
        verdicts.same(entry.node, getattr(score, entry.key), name)
        return
    for item in entry.node.entries if isinstance(entry.node, MapNode) else ():
        if verdicts.known(item.key, tuple(values), "指标", item.place):
            verdicts.same(item.node, values[item.key], f"{name}.{item.key}")
