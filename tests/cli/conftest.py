"""What the tests of the command line share: a result with everything in it that a reader may meet, and a way to run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from cli.main import main

UNITS = ("甲设施养护中心", "乙中心", "丙所", "丁管理中心", "戊公司")
INDICATORS = (("speed", "联系情况", 60, 90), ("quality", "质量与满意情况", 40, None))


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def hotline(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs ``hotline`` with the given words in this process."""

    def run(*words: object) -> Ran:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run


@pytest.fixture
def document() -> dict[str, Any]:
    """Three months, two quarters and a year of five units: ties, gaps, a gate of each kind, rows set aside."""
    months = [_month(0, "2026-11", "open"), _month(1, "2026-12", "closed"), _month(2, "2027-01", "unknown")]
    months[2]["provisional"] = True
    return {
        "policy": {"id": "p", "version": "p", "title": "示例考核方案", "digest": "sha256:" + "ab" * 32, "readings": {}},
        "input": {"digest": "cd" * 32, "orders": 1234, "set_aside": 2},
        "as_of": "2027-01-15 00:00:00",
        "titles": {
            "indicators": [{"id": i, "title": t, "weight": w, "target": g} for i, t, w, g in INDICATORS],
            "consequences": [{"id": "talk", "title": "末位约谈", "clause": "三(二)"}],
            "shown": [{"id": "open_late", "title": "逾期未办结"}],
        },
        "months": months,
        "quarters": [{"period": "Q1", "title": "第一季度", "provisional": True, "ranking": _totals(months[0])}],
        "year": {"period": "year", "title": "年度", "provisional": True, "ranking": _totals(months[1])},
        "consequences": [
            {
                "rule": "talk",
                "unit": UNITS[4],
                "period": "2026-11",
                "actor": "分管领导",
                "audience": "单位负责人",
                "action": "约谈",
                "clause": "三(二)",
                "due": "2026-12-05",
                "warn": "2026-12-04",
                "title": "末位约谈",
                "mandatory": False,
                "affected": ["甲科"],
            }
        ],
        "set_aside_rows": [
            {
                "file": "orders.csv",
                "record": 17,
                "order": "A-1",
                "column": "办结时间",
                "value": "2026-13-40",
                "reason": "没有这一天",
            },
            {"file": "orders.csv", "record": 18, "order": None, "column": None, "value": "", "reason": "编号重复"},
        ],
        "remarks": ["没有用到的列：备注"],
    }


def _month(shift: int, period: str, gate: str) -> dict[str, Any]:
    rows = []
    for place, unit in enumerate(UNITS[:-1] if shift == 2 else UNITS):
        rows.append(
            {
                "unit": unit,
                "rank": place + 1,
                "total": 95.125 - place * 7 - shift,
                "score": 94.125 - place * 7 - shift,
                "bonus": 1.0,
                "last": False,
                "indicators": {"speed": 99.5 - place * 10, "quality": None if place == 1 else 100.0},
                "flags": ["empty-indicator"] if place == 1 else [],
                "shown": {"open_late": 3 if place == 2 else 0},
            }
        )
    rows[-1]["last"] = True
    return {
        "period": period,
        "provisional": False,
        "gate": gate,
        "rates": {"speed": {"open": "below", "closed": "reached", "unknown": "missing"}[gate]},
        "ranking": rows,
        "unranked": [UNITS[-1]] if shift == 2 else [],
    }


def _totals(month: dict[str, Any]) -> list[dict[str, Any]]:
    return [{key: row[key] for key in ("unit", "rank", "total", "last")} for row in month["ranking"]]
