"""A small town's hotline: a short policy and some dozens of orders, on which hundreds of processes may work in a test.

Knows its policy and its exports; must not know workspaces.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

POLICY = {
    "policy": """
id: town
version: "1"
title: 小镇热线考核办法
document: {number: 小镇〔2026〕1号, issuers: [小镇]}
cycle: {first: 2026-01, last: 2026-06}
in_force: {from: 2026-01-01}
time_zone: Asia/Shanghai
sides: [{id: unit, title: 承办单位, clause: 一, description: 镇属单位, column: 承办单位}]
""",
    "clauses": """
clauses:
  - {id: 一, title: 对象, summary: 镇属单位, covered_by: [unit]}
  - {id: 二, title: 满意, summary: 满意得分，重复来电不计, covered_by: [satisfaction, apart, again]}
  - {id: 三, title: 末位, summary: 末位约谈，累计两次通报, covered_by: [talk, notice]}
""",
    "fields": """
tables:
  - id: orders
    title: 工单
    file: orders
    formats: [csv, xlsx, parquet]
    required: true
    key: [编号]
    unit: 承办单位
    dated_by: 受理时间
    caller: 电话
    columns:
      - {id: 编号, type: text, missing: refuse}
      - {id: 承办单位, type: reference, table: units, missing: refuse}
      - {id: 来电人, type: text, personal: true}
      - {id: 电话, type: text, personal: true}
      - {id: 受理时间, type: time, missing: refuse}
      - {id: 满意度, type: choice, values: [{id: 满意}, {id: 一般}, {id: 不满意}]}
      - {id: 重复, type: yes_no}
  - id: units
    title: 名册
    file: units
    formats: [csv, xlsx]
    required: true
    key: [承办单位]
    columns: [{id: 承办单位, type: text, missing: refuse}, {id: 组别, type: text, missing: refuse}]
""",
    "rules": """
decisions:
  - id: apart
    title: 不计
    clause: 二
    hit: collect
    excludes_from: [satisfaction]
    rules: [{id: again, title: 重复来电, clause: 二, when: {field: 重复, is: 是}}]
""",
    "indicators": """
weights_sum: 100
indicators:
  - id: satisfaction
    title: 满意
    clause: 二
    weight: 100
    event: [受理时间]
    among: {field: 满意度, present: true}
    points:
      - {title: 满意, when: {field: 满意度, is: 满意}, points: 100}
      - {title: 一般, when: {field: 满意度, is: 一般}, points: 60}
      - {title: 不满意, when: {field: 满意度, is: 不满意}, points: 0}
    over: own
    when_empty: zero
""",
    "ranking": """
eligible: {clause: 一, event: [受理时间], among: always, at_least: 1}
last: {when_tied: all, when_all_equal: none, minimum_ranked: 2}
unfinished: {ranked: true, counts: false, fires: false}
""",
    "consequences": """
counted_from: 2026-01
consequences:
  - {id: talk, title: 末位约谈, clause: 三, at: month, subject: unit, when: {standing: last}, gates: [],
     repeat: every_time, actor: 镇领导, audience: 末位单位, action: 约谈, mandatory: true}
  - {id: notice, title: 累计两次末位通报, clause: 三, at: month, subject: unit, gates: [],
     when: {all: [{standing: last}, {standing: last, times: 2}]},
     repeat: every_time, actor: 镇领导, audience: 各单位, action: 通报, mandatory: true}
""",
}
UNITS = ("甲所", "乙所", "丙所")
HEADER = ("编号", "承办单位", "来电人", "电话", "受理时间", "满意度", "重复")
MOODS = ("满意", "一般", "不满意")
AS_OF = "2026-05-01"
Row = tuple[str, ...]


def write_policy(folder: Path) -> Path:
    """A folder of versions with the town's."""
    (folder / "town").mkdir(parents=True)
    for name, text in POLICY.items():
        (folder / "town" / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def orders(month: int, revision: int = 0) -> list[Row]:
    """Eight orders a unit; each ``revision`` has other opinions of them."""
    return [
        (
            f"{month:02}-{unit}-{number}",
            name,
            f"王{number}",
            f"1380000{month:02}{number:02}",
            f"2026-{month:02}-{number + 1:02} 09:00:00",
            MOODS[(unit * number + month + revision * (number + 1)) % 3],
            "是" if (number + month) % 5 == 0 else "否",
        )
        for unit, name in enumerate(UNITS)
        for number in range(8)
    ]


@dataclass(frozen=True)
class Exports:
    """Files as a platform gives them. ``january_again`` has other opinions of January, ``march`` one broken row."""

    units: Path
    january: Path
    february: Path
    january_again: Path
    march: Path
    april: Path


def write_exports(folder: Path) -> Exports:
    broken = ("03-0-0", "甲所", "王0", "13800000300", "昨天", "满意", "否")
    return Exports(
        write_csv(folder / "units20260401.csv", ("承办单位", "组别"), [(name, "村居") for name in UNITS]),
        write_csv(folder / "orders20260128.csv", HEADER, orders(1)),
        write_csv(folder / "orders20260228.csv", HEADER, orders(2)),
        write_csv(folder / "orders20260430.csv", HEADER, orders(1, revision=1)),
        write_csv(folder / "orders20260328.csv", HEADER, [broken, *orders(3)[1:]]),
        write_xlsx(folder / "orders20260428.xlsx", HEADER, orders(4)),
    )


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def write_xlsx(path: Path, header: Sequence[str], rows: Sequence[Row]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"created": dt.datetime(2026, 1, 1)})
        sheet = book.add_worksheet("工单")
        for number, row in enumerate([header, *rows]):
            sheet.write_row(number, 0, row)
    return path
