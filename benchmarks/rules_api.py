"""Every order asserted into durable-rules by its own interface: the 2026 plan's rules on single orders, by hand.

Row numbers of 附件3 are yes/no fields, every field is given, and an order is retracted before the next one comes: what
durable-rules 2.0.28 needs to answer rightly. Knows nothing of the engine.
"""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path
from typing import Any

from durable.engine import MessageNotHandledException
from durable.lang import assert_fact, m, retract_fact, ruleset, when_all

from benchmarks.turns import Run

ORDERS = 2_000
TABLE_3 = tuple(range(1, 23))
CONSULT, SUGGEST, OTHERS = ("咨询",), ("意见建议",), ("投诉举报", "求助", "其他")
TABLE_4 = (
    ("a4-consult-no-policy", CONSULT, "fact", "无政策信息"),
    ("a4-consult-not-accepted", CONSULT, "found", "不接受政策解释"),
    ("a4-complaint-untrue", OTHERS, "fact", "不属实"),
    ("a4-suggestion-reference", SUGGEST, "found", "留作参考"),
    ("a4-suggestion-rejected", SUGGEST, "found", "不予采纳"),
)
RISKS = {
    "risk-group": "涉及群体利益",
    "risk-intense": "表述激烈或串联",
    "risk-policy": "政策答复难以信服",
    "risk-legacy": "历史遗留或复杂矛盾",
}
NAME = "orders"


def asserting(folder: Path) -> Run:
    """The rules that fire on each of the first orders, by order."""
    given = facts(folder)
    fired: list[str] = []
    _define(fired)

    def run() -> Any:
        answers: dict[str, list[str]] = {}
        for order, fact in given:
            fired.clear()
            try:
                assert_fact(NAME, dict(fact))
                retract_fact(NAME, dict(fact))
            except MessageNotHandledException:
                pass
            answers[order] = sorted(fired)
        return answers

    return run


def facts(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """The first orders, each with its number and the fields that the rules are about."""
    with (folder / "good" / "orders.csv").open(encoding="utf-8-sig", newline="") as file:
        return [_fact(number, row) for number, row in enumerate(islice(csv.DictReader(file), ORDERS), 1)]


def _fact(number: int, row: dict[str, str]) -> tuple[str, dict[str, Any]]:
    listed = row["剔除情形"].replace("；", ";").split(";")
    fact: dict[str, Any] = {"id": number, "sid": "1", "kind": row["诉求类型"].removesuffix("类")}
    fact |= {"fact": row["事实认定"], "found": row["结果认定"]}
    fact |= {f"row_{place}": str(place) in listed for place in TABLE_3}
    fact |= {id.replace("-", "_"): row[column] == "是" for id, column in RISKS.items()}
    return row["工单编号"], fact | {"risk_repeat": int(row["重复反映次数"] or 0) >= 2}


def _define(fired: list[str]) -> None:
    def fires(id: str) -> Any:
        return lambda context: fired.append(id)

    with ruleset(NAME):
        for place in TABLE_3:
            when_all(getattr(m, f"row_{place}") == True)(fires(f"a3-{place:02}"))  # noqa: E712
        for id, kinds, field, value in TABLE_4:
            for kind in kinds:
                when_all((m.kind == kind) & (getattr(m, field) == value))(fires(id))
        for id in (*RISKS, "risk-repeat"):
            when_all(getattr(m, id.replace("-", "_")) == True)(fires(id))  # noqa: E712
