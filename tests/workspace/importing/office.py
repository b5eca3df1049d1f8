"""Files as a platform exports them, small and by hand, and a way to import them.

Knows the columns of the 2026 policy; must not know what any test expects.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from engine.intake import connect
from engine.policy.build import load_policy
from tests.running import POLICY, SCHEMAS
from tests.workspace.making import AT, BY
from workspace import state
from workspace.importing.importing import Request, import_files
from workspace.importing.summary import Summary
from workspace.opening import Workspace

ORDERS = load_policy(POLICY, SCHEMAS, {}).orders
HEADER = tuple(column.id for column in ORDERS.columns)
UNITS = ("承办单位", "同类部门", "对口科室")
BONUSES = ("月份", "承办单位", "加分", "事由")
APPLICATIONS = ("工单编号", "剔除情形", "证据", "申请人", "审批人", "状态", "申请时间", "审批时间")
NAME, PHONE, STREET, TEXT = "赵钱孙李", "13812345678", "某某路七百号", "反映夜间施工"
Cells = Mapping[str, object]


def order(id: str, **cells: object) -> dict[str, object]:
    """A valid order of somebody."""
    return {
        "工单编号": id,
        "承办单位": "甲中心",
        "来电人": NAME,
        "联系方式": PHONE,
        "诉求类型": "求助",
        "诉求地址": STREET,
        "诉求内容": TEXT,
        "接单时间": "2026-03-02 09:00:00",
        **cells,
    }


def text(rows: Sequence[Cells], header: Sequence[str] = HEADER) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(header)
    writer.writerows([row.get(name, "") for name in header] for row in rows)
    return stream.getvalue()


def put(path: Path, rows: Sequence[Cells], header: Sequence[str] = HEADER, coding: str = "utf-8") -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text(rows, header).encode(coding))
    return path


def book(path: Path, sheets: Mapping[str, Iterable[Sequence[object]]]) -> Path:
    """A workbook of the given rows, the header among them; moments as Excel stores them."""
    written = xlsxwriter.Workbook(str(path))
    day = written.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for name, rows in sheets.items():
        sheet = written.add_worksheet(name)
        for number, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                if isinstance(cell, dt.datetime):
                    sheet.write_datetime(number, place, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                elif cell is not None:
                    sheet.write(number, place, cell)
    written.close()
    return path


def rows_of(rows: Sequence[Cells], header: Sequence[str] = HEADER) -> list[list[object]]:
    return [list(header), *([row.get(name, "") for name in header] for row in rows)]


def bring(workspace: Workspace, *files: Path, at: dt.datetime = AT, by: str = BY, **asked: Any) -> Summary:
    return import_files(workspace, Request(files, SCHEMAS, by, at, **asked))


def current(workspace: Workspace, target: Path, table: str = "orders") -> list[dict[str, object]]:
    """The rows of a table as evaluation would read them."""
    tables = [item for item in load_policy(POLICY, SCHEMAS, {}).tables if item.id == table]
    target.mkdir(parents=True)
    state.folder(workspace, state.head(workspace), tables, target)
    (file,) = target.iterdir()
    read = "read_parquet" if file.suffix == ".parquet" else "read_csv"
    with connect(threads=1) as connection:
        found = connection.execute(f"SELECT * FROM {read}('{file}')")
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def cells(rows: Iterable[Mapping[str, object]], *names: str) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in names) for row in rows]
