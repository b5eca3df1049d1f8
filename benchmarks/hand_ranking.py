"""The year's ranking by hand: one DuckDB query and a little Python, for the 2026 plan and nothing else.

Written for speed, as somebody would who needs just this result: no readings, no evidence, floating-point arithmetic.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.orders import MONTHS
from benchmarks.turns import Run

_MONTH = "year({0}) * 12 + month({0}) - 1"
_READ = f"""
         {_MONTH.format("接单时间")} AS received, {_MONTH.format("办结时间")} AS closed,
         {_MONTH.format("coalesce(回访时间, 办结时间)")} AS back,"""
_KEPT = """
         _month_接单时间 AS received, _month_办结时间 AS closed, coalesce(_month_回访时间, _month_办结时间) AS back,"""
_QUERY = """
WITH o AS (
  SELECT 承办单位 AS unit,{months}
         办结时间 IS NOT NULL AS done, 办结时间 <= 办理时限 AS timely,
         是否匿名 = '否' AS named, 先行联系 = '是' AS contacted,
         CASE WHEN 诉求类型 = '咨询' THEN 事实认定 = '无政策信息' OR 结果认定 = '不接受政策解释'
              WHEN 诉求类型 = '意见建议' THEN 结果认定 IN ('留作参考', '不予采纳')
              ELSE 事实认定 = '不属实' END AS table4,
         剔除情形 <> '' AS table3, 满意度 AS pleased, 是否解决 AS solved
  FROM read_parquet($file))
SELECT unit, received, closed, back, count(*), count(*) FILTER (done), count(*) FILTER (done AND timely),
       count(*) FILTER (done AND named), count(*) FILTER (done AND named AND contacted),
       count(*) FILTER (NOT table4 AND solved <> ''), count(*) FILTER (NOT table4 AND solved = '是'),
       count(*) FILTER (NOT table4 AND NOT table3 AND pleased <> ''),
       count(*) FILTER (NOT table4 AND NOT table3 AND pleased = '满意'),
       count(*) FILTER (NOT table4 AND NOT table3 AND pleased = '基本满意'),
       count(*) FILTER (NOT table4 AND NOT table3 AND pleased = '一般')
FROM o GROUP BY ALL
"""
FIRST = 2025 * 12 + 10
QUARTERS = {"Q1": range(3), "Q2": range(3, 6), "Q3": range(6, 9), "Q4": range(9, 12)}
FIRST_COUNTED = 4
Rows = list[dict[str, str]]
Ranking = list[tuple[str, int, float, bool]]


def ranking(folder: Path) -> Run:
    """The same answer as the engine's."""
    return _ranking(folder, _QUERY.format(months=_READ))


def prepared(folder: Path) -> Run:
    """The same by somebody who knows that the engine keeps each time's month beside it, and reads that."""
    return _ranking(folder, _QUERY.format(months=_KEPT))


def _ranking(folder: Path, query: str) -> Run:
    data = folder / "typed"

    def run() -> Any:
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")
            rows = connection.execute(query, {"file": str(data / "orders.parquet")}).fetchall()
        return following(rows, data)

    return run


def following(rows: Iterable[tuple[Any, ...]], data: Path) -> Any:
    """What follows from the counts, whoever counted: unit, months received, closed and called back, and the counts."""
    return _answer(rows, _read(data / "units.csv"), _read(data / "averages.csv"), _read(data / "bonuses.csv"))


def _read(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _answer(rows: Iterable[tuple[Any, ...]], units: Rows, averages: Rows, bonuses: Rows) -> Any:
    totals = _totals(rows, {row["承办单位"]: row["同类部门"] for row in units}, bonuses)
    rankings = {month: _rank(totals[index]) for index, month in enumerate(MONTHS)}
    for quarter, months in QUARTERS.items():
        rankings[quarter] = _rank(_means(totals, months))
    rankings["year"] = _rank(_means(totals, range(12)))
    return {"rankings": rankings, "consequences": sorted(_consequences(rankings, _open(averages)))}


def _totals(rows: Iterable[tuple[Any, ...]], peer: Mapping[str, str], bonuses: Rows) -> list[dict[str, float]]:
    """Per month of the cycle, the total of every unit with a closed order."""
    received: dict[tuple[str, int], int] = defaultdict(int)
    group: dict[tuple[str, int], int] = defaultdict(int)
    closing: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0] * 4)
    calling: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0] * 6)
    for unit, at_received, at_closed, at_back, n, *counts in rows:
        received[unit, at_received - FIRST] += n
        group[peer[unit], at_received - FIRST] += n
        for into, at, values in ((closing, at_closed, counts[:4]), (calling, at_back, counts[4:])):
            if at is not None:
                sums = into[unit, at - FIRST]
                for i, value in enumerate(values):
                    sums[i] += value
    awarded: dict[tuple[str, int], float] = defaultdict(float)
    for row in bonuses:
        awarded[row["承办单位"], MONTHS.index(row["月份"])] += float(row["加分"])
    totals: list[dict[str, float]] = []
    for month in range(12):
        found: dict[str, float] = {}
        for unit in peer:
            closed, timely, named, contacted = closing[unit, month]
            if not closed:
                continue
            known, solved, rated, very, rather, so_so = calling[unit, month]
            shares = (
                (5, 100 * received[unit, month], group[peer[unit], month]),
                (20, 100 * contacted, named),
                (20, 100 * timely, closed),
                (25, 100 * solved, known),
                (30, 100 * very + 80 * rather + 60 * so_so, rated),
            )
            weight = sum(share for share, _, below in shares if below)
            score = sum(share * above / below for share, above, below in shares if below) / weight
            found[unit] = score + min(awarded[unit, month], 3.0)
        totals.append(found)
    return totals


def _means(totals: list[dict[str, float]], months: range) -> dict[str, float]:
    found: dict[str, list[float]] = defaultdict(list)
    for month in months:
        for unit, total in totals[month].items():
            found[unit].append(total)
    return {unit: sum(values) / len(values) for unit, values in found.items()}


def _rank(totals: dict[str, float]) -> Ranking:
    ordered = sorted(totals.items(), key=lambda item: (-round(item[1], 9), item[0]))
    lowest = round(ordered[-1][1], 9)
    several = len(ordered) > 1 and round(ordered[0][1], 9) == lowest
    ranked: Ranking = []
    for place, (unit, total) in enumerate(ordered, 1):
        tied = bool(ranked) and round(ordered[place - 2][1], 9) == round(total, 9)
        last = round(total, 9) == lowest and not several
        ranked.append((unit, ranked[-1][1] if tied else place, round(total, 4), last))
    return ranked


def _open(averages: Rows) -> set[str]:
    """Months in which a rate is below its average."""
    return {row["月份"] for row in averages if float(row["本委"]) < float(row["委办局平均"])}


def _consequences(rankings: Mapping[str, Ranking], opened: set[str]) -> Iterable[tuple[str, str, str]]:
    running: dict[str, int] = defaultdict(int)
    times: dict[str, int] = defaultdict(int)
    fired: set[tuple[str, str]] = set()
    for month in MONTHS[FIRST_COUNTED:]:
        if month in opened:
            yield "bulletin", "", month
        for unit, _, _, last in rankings[month]:
            running[unit] = running[unit] + 1 if last else 0
            times[unit] += last
            if not last or month not in opened:
                continue
            yield "last-month", unit, month
            if running[unit] >= 2:
                yield "last-2-running", unit, month
            for least in (3, 5):
                rule = f"last-{least}-cumulative"
                if times[unit] >= least and (rule, unit) not in fired:
                    fired.add((rule, unit))
                    yield rule, unit, month
    for quarter in ("Q2", "Q3", "Q4"):
        yield from (("last-quarter", unit, quarter) for unit, _, _, last in rankings[quarter] if last)
    for unit, _, _, last in rankings["year"]:
        if last:
            yield "last-year-deputy", unit, "year"
            yield "last-year-unit", unit, "year"
