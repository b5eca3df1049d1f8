"""A synthetic folder of orders, the same for the same seed: a year, 40 units in peer groups, as a platform exports it.

Knows the columns of the 2026 policy; must not know how anything is evaluated.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

UNITS = 40
PEER_GROUPS = ("道路", "住房", "建设", "交通", "市容")
OFFICES = ("综合科", "交通管理科", "房管科", "建筑业科")
MONTHS = (*(f"2025-{month:02}" for month in (11, 12)), *(f"2026-{month:02}" for month in range(1, 11)))
RATES = ("先行联系率", "诉求解决率", "市民满意率")


@dataclass(frozen=True)
class Size:
    """``broken``: of how many orders one breaks a rule of reading (0: none does). ``units``: among how many units."""

    orders: int
    seed: int = 7
    broken: int = 0
    units: int = UNITS


def unit(number: int) -> str:
    return f"单位{number:02}"


def write_folder(folder: Path, size: Size) -> None:
    """Writes ``units.csv``, ``averages.csv``, ``bonuses.csv`` and ``orders.csv`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    units = [(unit(n), PEER_GROUPS[n % len(PEER_GROUPS)], OFFICES[n % len(OFFICES)]) for n in range(size.units)]
    _write(folder / "units.csv", ("承办单位", "同类部门", "对口科室"), units)
    figures = [
        (month, rate, f"{90 + (i * 7 + j * 3) % 9}.{i}", f"{91 + (i * 5 + j) % 8}.5")
        for i, month in enumerate(MONTHS)
        for j, rate in enumerate(RATES)
    ]
    _write(folder / "averages.csv", ("月份", "指标", "本委", "委办局平均"), figures)
    awards = [
        (month, unit((i * 11 + n * 3) % size.units), f"{1 + n % 3}.5", "承接托底工单")
        for i, month in enumerate(MONTHS)
        for n in range(9)
    ]
    _write(folder / "bonuses.csv", ("月份", "承办单位", "加分", "事由"), awards)
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        target = str(folder / "orders.csv").replace("'", "''")
        connection.execute(f"COPY ({_orders(size)}) TO '{target}' (FORMAT csv, HEADER true)")


def _write(path: Path, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def _drawn(name: str, values: tuple[str, ...], seed: int) -> str:
    """One of ``values`` for each order; a value given twice is twice as likely, "" is empty."""
    listed = ", ".join(f"'{value}'" if value else "NULL" for value in values)
    return f"[{listed}][1 + CAST({_random(name, seed)} % {len(values)} AS INT)]"


def _random(name: str, seed: int) -> str:
    return f"hash(i, '{name}', {seed})"


def _orders(size: Size) -> str:
    """Rows as text. Every 20th order writes its times with slashes, and some write an alias for a value."""
    seed = size.seed

    def time(name: str) -> str:
        slashes = f"strftime({name}, '%Y/%-m/%-d %-H:%M:%S')"
        return f"CASE WHEN i % 20 = 7 THEN {slashes} ELSE strftime({name}, '%Y-%m-%d %H:%M:%S') END"

    def drawn(name: str, *values: str) -> str:
        return _drawn(name, values, seed)

    moments = f"""
        SELECT i, received, received - INTERVAL 1 SECOND * CAST({_random("call", seed)} % 900 AS INT) AS called,
               received + INTERVAL 7 DAY AS due,
               CASE WHEN {_random("closed", seed)} % 100 < 93
                    THEN received + INTERVAL 1 SECOND * CAST({_random("took", seed)} % 950000 AS INT) END AS closed
        FROM (SELECT range AS i, TIMESTAMP '2025-11-01' + INTERVAL 1 SECOND
                     * CAST(hash(range, 'received', {seed}) % 31449600 AS INT) AS received
              FROM range({size.orders}))
    """
    named = f"""
        SELECT i, 'BS' || lpad(CAST(i AS VARCHAR), 10, '0') AS id,
               printf('单位%02d', {_random("unit", seed)} % {size.units}) AS unit,
               called, received, due, closed,
               received + INTERVAL 1 SECOND * CAST({_random("contact", seed)} % 40000 AS INT) AS contacted,
               CASE WHEN {_random("call back", seed)} % 10 < 7
                    THEN closed + INTERVAL 1 SECOND * CAST({_random("back", seed)} % 200000 AS INT) END AS back,
               {drawn("type", "咨询", "投诉举报", "求助", "求助类", "意见建议", "其他")} AS type,
               {_random("risk", seed)} % 50 = 0 AS risk
        FROM ({moments})
    """
    return f"""
        SELECT CASE WHEN {_broken(size, 1)} THEN 'BS0000000000' ELSE id END AS 工单编号,
               CASE WHEN {_broken(size, 2)} THEN '没有的单位' ELSE unit END AS 承办单位,
               '某市民' AS 来电人, CAST(13000000000 + {_random("phone", seed)} % 999999999 AS VARCHAR) AS 联系方式,
               {drawn("anonymous", "是", *["否"] * 11)} AS 是否匿名,
               CASE WHEN {_broken(size, 3)} THEN '闲聊' ELSE type END AS 诉求类型,
               {drawn("subject", "道路坑塘", "施工扰民", "停车收费", "物业服务", "公交线路")} AS 诉求类别,
               '宝山区某路' || CAST({_random("street", seed)} % 999 AS VARCHAR) || '号' AS 诉求地址,
               '来电人反映，该处问题已有一段时间，希望尽快处理并回复' AS 诉求内容,
               {time("called")} AS 来电时间,
               CASE WHEN {_broken(size, 4)} THEN '2026-02-30 09:00:00' ELSE {time("received")} END AS 接单时间,
               {drawn("first", "是", "是", "是", "是", "否", "未评价")} AS 先行联系,
               {time("contacted")} AS 先行联系时间,
               CASE WHEN {_broken(size, 5)} THEN '' ELSE {time("due")} END AS 办理时限,
               CASE WHEN {_broken(size, 6)} THEN '2025-10-01 00:00:00' ELSE {time("closed")} END AS 办结时间,
               {drawn("fact", "有政策信息", "无政策信息", "属实", "属实", "部分属实", "不属实", "")} AS 事实认定,
               {drawn("found", "接受解释说明", "不接受政策解释", "采纳", "部分采纳", "留作参考", "不予采纳", *[""] * 6)}
                   AS 结果认定,
               {time("back")} AS 回访时间,
               CASE WHEN closed IS NOT NULL
                    THEN {drawn("pleased", "满意", "满意", "基本满意", "一般", "不满意", "", "")} END AS 满意度,
               CASE WHEN closed IS NOT NULL THEN {drawn("solved", "是", "是", "是", "否", "")} END AS 是否解决,
               CASE WHEN {_broken(size, 7)} THEN '23' WHEN {_random("table 3", seed)} % 101 = 0 THEN '7;19'
                    WHEN {_random("table 3", seed)} % 13 = 0 THEN CAST(1 + {_random("row", seed)} % 22 AS VARCHAR)
               END AS 剔除情形,
               {drawn("backstop", "是", *["否"] * 30)} AS 是否托底,
               CASE WHEN risk AND i % 2 = 0 THEN '是' ELSE '否' END AS 涉及群体利益,
               CASE WHEN risk AND i % 3 = 0 THEN '是' ELSE '否' END AS 表述激烈或串联,
               CASE WHEN {_broken(size, 8)} THEN '-1' WHEN risk THEN '2' ELSE '0' END AS 重复反映次数,
               '否' AS 政策答复难以信服, '否' AS 历史遗留或复杂矛盾,
               CASE WHEN risk THEN {time("received")} END AS 风险标识时间,
               CASE WHEN risk THEN {time("contacted")} END AS 研判时间,
               CASE WHEN risk THEN CAST({_random("talks", seed)} % 4 AS VARCHAR) END AS 深度沟通次数,
               {drawn("way", "立即解决", "立即解决", "阶段推进", "暂时无法解决")} AS 办理方式,
               {drawn("dispute", "是", *["否"] * 20)} AS 权属争议,
               NULL AS 征询单提交时间, NULL AS 备案时间,
               {drawn("recording", "否", *["是"] * 15)} AS 通话录音
        FROM ({named}) ORDER BY i
    """


def _broken(size: Size, kind: int) -> str:
    """Whether the order is one of the broken ones of this kind (1 to 8)."""
    return f"i % {size.broken * 8} = {size.broken * kind - 1}" if size.broken else "false"
