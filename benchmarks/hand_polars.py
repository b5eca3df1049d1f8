"""The year's ranking by hand with Polars: a lazy scan of the columns it needs, for the 2026 plan and nothing else.

What follows from the counts is the same Python as behind the DuckDB query. Knows nothing of the engine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.hand_ranking import following
from benchmarks.turns import Run


def ranking(folder: Path) -> Run:
    """The same answer as the engine's."""
    data = folder / "typed"

    def run() -> Any:
        return following(_counts(data / "orders.parquet").iter_rows(), data)

    return run


def _month(name: str) -> pl.Expr:
    return pl.col(name).dt.year().cast(pl.Int32) * 12 + pl.col(name).dt.month().cast(pl.Int32) - 1


def _text(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String)


def _counts(file: Path) -> pl.DataFrame:
    """One row for every unit and combination of months, in the order of the DuckDB query's columns."""
    kind, fact, found = _text("诉求类型"), _text("事实认定"), _text("结果认定")
    table_4 = (
        pl.when(kind == "咨询")
        .then((fact == "无政策信息") | (found == "不接受政策解释"))
        .when(kind == "意见建议")
        .then(found.is_in(["留作参考", "不予采纳"]))
        .otherwise(fact == "不属实")
    )
    asked = pl.col("counts_4")
    rated = asked & (pl.col("table_3") == "")
    done = pl.col("done")
    counted = {
        "all": pl.len(),
        "closed": done.sum(),
        "timely": (done & pl.col("timely")).sum(),
        "named": (done & pl.col("named")).sum(),
        "contacted": (done & pl.col("named") & pl.col("contacted")).sum(),
        "known": (asked & (pl.col("solved") != "")).sum(),
        "solved_": (asked & (pl.col("solved") == "是")).sum(),
        "rated": (rated & (pl.col("pleased") != "")).sum(),
        "very": (rated & (pl.col("pleased") == "满意")).sum(),
        "rather": (rated & (pl.col("pleased") == "基本满意")).sum(),
        "so_so": (rated & (pl.col("pleased") == "一般")).sum(),
    }
    return (
        pl.scan_parquet(file)
        .select(
            unit=_text("承办单位"),
            received=_month("接单时间"),
            at_closed=_month("办结时间"),
            back=pl.coalesce(_month("回访时间"), _month("办结时间")),
            done=pl.col("办结时间").is_not_null(),
            timely=(pl.col("办结时间") <= pl.col("办理时限")).fill_null(False),
            named=_text("是否匿名") == "否",
            contacted=_text("先行联系") == "是",
            counts_4=~table_4,
            table_3=_text("剔除情形"),
            pleased=_text("满意度"),
            solved=_text("是否解决"),
        )
        .group_by("unit", "received", "at_closed", "back")
        .agg(**counted)
        .collect(engine="streaming")
    )
