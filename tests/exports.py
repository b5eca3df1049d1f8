"""Makes the files of ``examples/office``: what a platform exports day after day, out of the golden year.

Knows the golden year and which of its columns are known when; must not know what is made of them. An export has the
orders of which something happened since the export before it, each as it stood then.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import xlsxwriter

from tests.running import GOLDEN

Row = Mapping[str, str]
_MADE = dt.datetime(2026, 1, 1)
_BY_EVENT = {
    "先行联系时间": ("先行联系",),
    "办结时间": ("事实认定", "结果认定", "办理方式", "剔除情形", "通话录音", "深度沟通次数"),
    "回访时间": ("满意度", "是否解决"),
    "研判时间": (),
    "风险标识时间": (),
    "征询单提交时间": (),
    "备案时间": (),
}
"""Columns with a time, and what is not known before it."""
_UNIT = "路政养护中心"
_FIRST, _MIDDLE, _END, _LATE = (dt.datetime(2026, *day, 8) for day in ((3, 1), (3, 16), (4, 1), (4, 10)))


def files() -> Iterator[tuple[str, bytes]]:
    """Names and contents, in the order of the months' story."""
    orders, units, averages, bonuses = (list(_golden(name)) for name in ("orders", "units", "averages", "bonuses"))
    lists: dict[str, Sequence[Row]] = {
        "名册": units,
        "委办局平均": _until_march(averages),
        "加分": _until_march(bonuses),
    }
    yield "名册20260301.xlsx", _workbook(lists)
    yield "工单20260301.csv", _text(_changed(orders, None, _FIRST)).encode("gb18030")
    yield "工单20260316.xlsx", _workbook({"工单": _spoilt(_changed(orders, _FIRST, _MIDDLE))})
    yield "工单20260401.xlsx", _workbook({"工单": _changed(orders, _MIDDLE, _END)})
    yield "申请剔除20260402.xlsx", _workbook({"申请剔除": _applications(orders)})
    late = [*_rung_again(orders), *_changed(orders, _END, _LATE)]
    yield "工单20260410.csv", _text({row["工单编号"]: row for row in late}.values()).encode("utf-8-sig")


def _golden(name: str) -> Iterator[dict[str, str]]:
    with (GOLDEN / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _until_march(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["月份"] <= "2026-03"]


def _time(text: str) -> dt.datetime | None:
    if not text:
        return None
    date, _, clock = text.replace("/", "-").partition(" ")
    year, month, day = map(int, date.split("-"))
    hour, minute, second = map(int, f"{clock}:0".split(":")[:3])
    return dt.datetime(year, month, day, hour, minute, second)


def _changed(orders: Iterable[Row], since: dt.datetime | None, upto: dt.datetime) -> list[Row]:
    """The orders with something new in the time, as they stood at its end, by the time they came in."""
    found = []
    for row in orders:
        times = [_time(row[name]) for name in ("接单时间", *_BY_EVENT)]
        received = times[0]
        assert received is not None
        if received < upto and any(time and (since is None or since <= time) and time < upto for time in times):
            found.append(_as_of(row, upto))
    return sorted(found, key=lambda row: (_time(row["接单时间"]), row["工单编号"]))


def _as_of(row: Row, upto: dt.datetime) -> Row:
    hidden: set[str] = set()
    for name, others in _BY_EVENT.items():
        time = _time(row[name])
        if time is not None and time >= upto:
            hidden |= {name, *others}
    return {name: "" if name in hidden else value for name, value in row.items()}


def _spoilt(rows: Sequence[Row]) -> list[Row]:
    """Three of them as a slip of the hand leaves them."""
    slips: dict[int, Callable[[Row], Row]] = {
        4: lambda row: {**row, "诉求类型": "投诉"},
        9: lambda row: {**row, "接单时间": ""},
        15: lambda row: {**row, "满意度": "很满意"},
    }
    return [slips[number](row) if number in slips else row for number, row in enumerate(rows, 1)]


def _applications(orders: Iterable[Row]) -> list[Row]:
    """Two of the unit's discontented callers of March: one application is granted, the other refused."""
    mine = [row for row in _rung(orders) if row["满意度"] == "不满意" and not row["剔除情形"]]
    states = ("批准", "驳回")
    return [
        {
            "工单编号": row["工单编号"],
            "剔除情形": "6",
            "证据": "现场照片三张",
            "申请人": "王五",
            "审批人": "赵六",
            "状态": state,
            "申请时间": "2026-04-01 10:00:00",
            "审批时间": "2026-04-02 08:30:00",
        }
        for row, state in zip(mine, states, strict=False)
    ]


def _rung(orders: Iterable[Row]) -> list[Row]:
    """The unit's orders whose callers were rung back in March."""
    times = ((row, _time(row["回访时间"])) for row in orders if row["承办单位"] == _UNIT)
    return [row for row, time in times if time and (time.year, time.month) == (2026, 3)]


def _rung_again(orders: Iterable[Row]) -> list[Row]:
    """Some of them after a second call, whose result the platform has put in place of the first one."""
    mine = [row for row in _rung(orders) if row["满意度"] != "满意" or row["是否解决"] != "是"]
    return [{**_as_of(row, _LATE), "满意度": "满意", "是否解决": "是"} for row in mine]


def _text(rows: Iterable[Row]) -> str:
    given = list(rows)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(given[0]))
    writer.writeheader()
    writer.writerows(given)
    return stream.getvalue()


def _workbook(sheets: Mapping[str, Sequence[Row]]) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"created": _MADE})
    for title, rows in sheets.items():
        page = book.add_worksheet(title)
        for line, cells in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
            for at, cell in enumerate(cells):
                page.write_string(line, at, cell)
    book.close()
    return stream.getvalue()


def write(folder: Path) -> None:
    """All of them into a folder."""
    for name, content in files():
        (folder / name).write_bytes(content)
