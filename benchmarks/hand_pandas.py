"""The year's ranking by hand with pandas: the columns it needs as categories, grouped once, for the 2026 plan alone.

What follows from the counts is the same Python as behind the DuckDB query. Knows nothing of the engine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.hand_ranking import following
from benchmarks.turns import Run

TIMES = ("接单时间", "办结时间", "回访时间", "办理时限")
WORDS = (
    *("承办单位", "是否匿名", "先行联系", "诉求类型", "事实认定", "结果认定"),
    *("剔除情形", "满意度", "是否解决"),
)
NEVER = -1
"""The month of what did not happen; a missing key would make grouping slow."""


def ranking(folder: Path) -> Run:
    """The same answer as the engine's."""
    data = folder / "typed"

    def run() -> Any:
        return following(map(_plain, _counts(data / "orders.parquet").itertuples(name=None)), data)

    return run


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    (unit, *months), *counts = row
    return unit, *(None if month == NEVER else month for month in months), *counts


def _month(times: pd.Series) -> pd.Series:
    return (times.dt.year * 12 + times.dt.month - 1).fillna(NEVER).astype("int32")


def _counts(file: Path) -> pd.DataFrame:
    """One row for every unit and combination of months, in the order of the DuckDB query's columns."""
    read = pd.read_parquet(file, columns=[*TIMES, *WORDS])
    words = {name: read[name].astype("category") for name in WORDS}
    kind, fact, found = words["诉求类型"], words["事实认定"], words["结果认定"]
    consult, suggest = kind == "咨询", kind == "意见建议"
    table_4 = consult & ((fact == "无政策信息") | (found == "不接受政策解释"))
    table_4 |= suggest & found.isin(["留作参考", "不予采纳"])
    table_4 |= ~consult & ~suggest & (fact == "不属实")
    done = read["办结时间"].notna()
    named = done & (words["是否匿名"] == "否")
    rated = ~table_4 & (words["剔除情形"] == "")
    solved, pleased = words["是否解决"], words["满意度"]
    frame = pd.DataFrame(
        {
            "unit": words["承办单位"],
            "received": _month(read["接单时间"]),
            "at_closed": _month(read["办结时间"]),
            "back": _month(read["回访时间"].fillna(read["办结时间"])),
            "all": True,
            "closed": done,
            "timely": done & (read["办结时间"] <= read["办理时限"]),
            "named": named,
            "contacted": named & (words["先行联系"] == "是"),
            "known": ~table_4 & (solved != ""),
            "solved": ~table_4 & (solved == "是"),
            "rated": rated & (pleased != ""),
            "very": rated & (pleased == "满意"),
            "rather": rated & (pleased == "基本满意"),
            "so_so": rated & (pleased == "一般"),
        }
    )
    return frame.groupby(["unit", "received", "at_closed", "back"], observed=True).sum()
