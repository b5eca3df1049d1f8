"""A small invented policy's tables and rows for the intake tests, and writers of the same rows in every format."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import polars
import xlsxwriter

from engine.intake import Intake, connect, take_in
from engine.policy.model_tables import Column, Grant, RequiredWhen, Table, TimeOrder, Value

KINDS = (Value("甲类", ("甲",)), Value("乙类"))
YES_NO = (Value("是"), Value("否"))
ORDERS = Table(
    id="orders",
    title="诉求",
    file="orders",
    formats=("csv", "xlsx", "parquet"),
    required=True,
    key=("编号",),
    unit="单位",
    dated_by="收到",
    columns=(
        Column("编号", "text", aliases=("单号",), required=True),
        Column("单位", "reference", table="units", required=True),
        Column("姓名", "text", personal=True),
        Column("类型", "choice", values=KINDS, required=True),
        Column("回应", "choice", values=(Value("有"), Value("无")), default="无"),
        Column("匿名", "yes_no", values=YES_NO),
        Column("标签", "choices", values=(Value("1"), Value("2", ("二",)), Value("3")), separators=("；", ";")),
        Column("次数", "count", maximum=Fraction(20001, 2)),
        Column("金额", "number", minimum=Fraction(1, 2), maximum=Fraction(2001, 2), doubtful_below=Fraction(3, 2)),
        Column("收到", "time", required=True),
        Column("时限", "time", blanks=("无",)),
        Column("办结", "time"),
        Column("备注", "text"),
    ),
    required_when=(RequiredWhen("时限", "办结"),),
    time_order=(TimeOrder("收到", "办结", "set_aside"), TimeOrder("收到", "时限", "remark")),
)
UNITS = Table(
    "units",
    "名册",
    "units",
    ("csv", "xlsx"),
    True,
    (Column("单位", "text", required=True), Column("组", "text", required=True)),
    key=("单位",),
)
BONUSES = Table(
    "bonuses",
    "加分",
    "bonuses",
    ("csv", "xlsx"),
    False,
    (
        Column("月份", "month", required=True),
        Column("单位", "reference", table="units", required=True),
        Column("分", "number", required=True, minimum=Fraction(0)),
    ),
)
TABLES = (ORDERS, UNITS, BONUSES)
ASKED = Table(
    "asked",
    "申请",
    "asked",
    ("csv",),
    False,
    (
        Column("单号", "text", required=True),
        Column("标签", "choice", values=(Value("1"), Value("2", ("二",)), Value("3")), required=True),
        Column("结果", "choice", values=(Value("准"), Value("否"))),
        Column("理由", "text"),
    ),
    key=("单号", "标签"),
    grants=Grant("单号", "标签", "标签", "结果", "准"),
)
WITH_GRANTS = (*TABLES, ASKED)
HEADER = tuple(column.id for column in ORDERS.columns)
GOOD: Mapping[str, str] = {
    "编号": "A1",
    "单位": "一队",
    "姓名": "某人",
    "类型": "甲类",
    "回应": "有",
    "匿名": "否",
    "标签": "",
    "次数": "0",
    "金额": "1.5",
    "收到": "2026-03-05 09:00:00",
    "时限": "2026-03-07 09:00:00",
    "办结": "2026-03-06 09:00:00",
    "备注": "",
}


def order(number: int = 1, **cells: str) -> dict[str, str]:
    """A valid order with some cells written otherwise."""
    return {**GOOD, "编号": f"A{number}", **cells}


def text(rows: Sequence[Mapping[str, str]], header: Sequence[str] = HEADER) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(header)
    writer.writerows([row.get(name, "") for name in header] for row in rows)
    return stream.getvalue()


def put_units(folder: Path) -> None:
    (folder / "units.csv").write_text("单位,组\n一队,东\n二队,东\n", encoding="utf-8")


def put(folder: Path, rows: Sequence[Mapping[str, str]], form: str = "csv") -> Path:
    """Units, and the orders in ``form``: csv, gb18030, xlsx or parquet."""
    put_units(folder)
    match form:
        case "xlsx":
            book = xlsxwriter.Workbook(str(folder / "orders.xlsx"))
            sheet = book.add_worksheet()
            for number, cells in enumerate([dict(zip(HEADER, HEADER, strict=True)), *rows]):
                for place, name in enumerate(HEADER):
                    sheet.write_string(number, place, cells[name])
            book.close()
        case "parquet":
            columns = {name: [cells[name] or None for cells in rows] for name in HEADER}
            polars.DataFrame(columns, schema=dict.fromkeys(HEADER, polars.String)).write_parquet(
                folder / "orders.parquet"
            )
        case _:
            (folder / "orders.csv").write_bytes(text(rows).encode(form if form != "csv" else "utf-8"))
    return folder


def read(folder: Path) -> tuple[Intake, list[dict[str, object]]]:
    """The intake and its valid orders, in order of record."""
    connection = connect(threads=1)
    intake = take_in(TABLES, folder, connection)
    found = connection.execute(f'SELECT * FROM "{intake.relation}" ORDER BY _file, _record')
    names = [column[0] for column in found.description or ()]
    return intake, [dict(zip(names, row, strict=True)) for row in found.fetchall()]
