"""Rows that an import set aside are part of what a run says, until they were mended."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

from tests.running import GOLDEN
from tests.workspace.making import AT, make
from tests.workspace.runs.stocked import request, run_once, stock
from workspace.receipts import JSON, programs, read_receipt
from workspace.replay import replay


def test_waiting_rows_are_told(tmp_path: Path, cache: Path) -> None:
    """Promise: a result counts and lists the rows that were set aside at import like those set aside when evaluating;
    once they came again in order they are counted no more, and a replay of the first run still has them."""
    with (GOLDEN / "orders.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    column, unit, received = (rows[0].index(name) for name in ("诉求类型", "承办单位", "接单时间"))
    good = [list(row) for row in rows]
    rows[1][unit], rows[2][column], rows[3][received] = "没有的单位", "乱写", "某日"
    folder = tmp_path / "broken"
    folder.mkdir()
    workspace = make(tmp_path / "office")
    for name in ("units", "averages", "bonuses"):
        (folder / f"{name}.csv").write_bytes((GOLDEN / f"{name}.csv").read_bytes())
    for content, day in ((rows, 20), (good, 21)):
        with (folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(content)
        stock(workspace, folder, dt.datetime(2026, 11, day), AT)
        if day == 20:
            first = run_once(workspace, request(workspace, cache))
    mended = run_once(workspace, request(workspace, cache))
    told = json.loads(workspace.objects.read(first.result, JSON))
    assert told["input"]["set_aside"] == first.set_aside == 3
    assert [(row["record"], row["order"], row["column"], row["value"]) for row in told["set_aside_rows"]] == [
        (1, rows[1][0], "承办单位", "没有的单位"),
        (2, rows[2][0], "诉求类型", "乱写"),
        (3, rows[3][0], "接单时间", "某日"),
    ]
    said = read_receipt(workspace.objects, first.receipt)
    assert said["input"] == {"orders": len(good) - 4, "set_aside": 3}
    assert (mended.set_aside, mended.orders) == (0, len(good) - 1)
    assert replay(workspace, first, request(workspace, cache), programs()).exact
