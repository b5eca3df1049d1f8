"""Whether what a case names exists in the policy: items, readings, options, columns, months, units, outcomes.

Knows policies and cases; must not run anything. Names in expectations are checked where they are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.cases.reading import Case, Word
from engine.policy.condition import UNKNOWN, instead_of
from engine.policy.model import Policy
from engine.problems import Problem, nearest


def item_ids(policy: Policy) -> tuple[str, ...]:
    """Everything a case may be about."""
    others = [reading.id for reading in policy.readings]
    others += [decision.id for decision in policy.decisions]
    others += [aggregate.id for aggregate in policy.aggregates]
    return tuple(dict.fromkeys((*policy.places, *others)))


def unit_names(policy: Policy, case: Case) -> tuple[str, ...]:
    """The units of a case: its roster or, in a policy that has none, those that its rows and standings name."""
    if policy.has_table("units"):
        key = policy.table("units").key[0]
        return tuple(dict.fromkeys(row.cells.get(key, "") for row in case.given.tables.get("units", ())))
    column = policy.orders.unit or ""
    named = [row.cells.get(column, "") for row in case.given.tables["orders"]]
    named += [word.text for totals in case.given.standings or () for word, _ in totals.totals]
    return tuple(sorted(set(filter(None, named))))


def reading_problems(policy: Policy, case: Case) -> Iterator[Problem]:
    """Readings and options that the case sets and the policy does not have."""
    readings = {reading.id: reading for reading in policy.readings}
    for id, option in case.given.chosen.items():
        place = case.given.chosen_places[id]
        if id not in readings:
            yield Problem(place, "没有这项解读", id, nearest(id, tuple(readings)))
            continue
        options = tuple(item.id for item in readings[id].options)
        if option not in options:
            yield Problem(place, f"解读“{id}”没有这个选项", option, nearest(option, options))


def about_problems(policies: Iterable[Policy], case: Case) -> Iterator[Problem]:
    """Items in ``about`` that none of the ``policies`` has."""
    yield from _unknown(case.about, tuple(dict.fromkeys(id for policy in policies for id in item_ids(policy))), "条目")


def given_problems(policy: Policy, case: Case) -> Iterator[Problem]:
    """Other names in ``given`` that ``policy`` (with the case's readings) does not have."""
    for id, rows in case.given.tables.items():
        if not rows:
            continue
        if not policy.has_table(id):
            yield Problem(rows[0].place, f"政策没有“{id}”这个输入表", "", "请删去")
            continue
        columns = tuple(column.id for column in policy.table(id).columns)
        yield from _unknown(
            dict.fromkeys(Word(key, row.places[key]) for row in rows for key in row.cells), columns, "列"
        )
    months = tuple(map(str, policy.months))
    yield from _unknown(case.given.gates.months, months, "月份")
    outcomes = tuple(dict.fromkeys(outcome.is_ for gate in policy.gates for outcome in gate.outcomes))
    yield from _unknown(case.given.gates.outcomes, outcomes, "前提的结果")
    if case.given.standings is not None:
        yield from _unknown((totals.month for totals in case.given.standings), months, "月份")
        units = unit_names(policy, case)
        yield from _unknown((unit for totals in case.given.standings for unit, _ in totals.totals), units, "单位")
        pooled = [aggregate.title for aggregate in policy.aggregates if aggregate.total == "pooled"]
        if pooled:
            what = f"给定月度总分时，{'、'.join(pooled)}的总分不能由工单合在一起重算"
            yield Problem(case.given.standings_place, what, "", "请改给 orders，或改用各月平均的解读")


def _unknown(words: Iterable[Word], known: tuple[str, ...], what: str) -> Iterator[Problem]:
    for word in words:
        if word.text not in known:
            yield Problem(word.place, f"{UNKNOWN}{what}", word.text, instead_of(word.text, known))
