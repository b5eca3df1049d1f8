"""Results order by order as a Parquet file, written by the database itself: the same content as the lines of JSON.

Knows the joined orders; must not know how a single result is shown. Rows are sorted by order id, so that the bytes do
not depend on the number of threads.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlglot import exp

from engine.intake import sql
from engine.order_results import Detail, refuse_undeclared
from engine.tallies import MissedLookUpError

ORDER, RULES, DUTIES = "order", "rules", "duties"
_ROWS_AT_ONCE = 122_880


def write_parquet(details: Sequence[Detail], path: Path) -> None:
    """Columns: ``order`` (VARCHAR), ``rules`` (VARCHAR[], those that fired, sorted), ``duties`` (MAP from obligation
    to state, those that apply, in the policy's order). Orders must be in DuckDB.

    Raises InputError where a deadline needs a year that the calendar does not declare, and MissedLookUpError.
    """
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        parts = [path] if len(details) == 1 else [Path(folder) / f"{number}.parquet" for number in range(len(details))]
        for found, part in zip(details, parts, strict=True):
            refuse_undeclared(found)
            ((missed,),) = found.database.rows(found.source.select(sql.call("count_if", found.answers.missed)))
            if missed:
                raise MissedLookUpError(str(missed))
            _copy(found, _query(found).order_by(sql.column(ORDER)), part)
        if len(details) > 1:
            files = sql.call("read_parquet", sql.listed(sql.text(str(part)) for part in parts))
            _copy(details[0], sql.select([exp.Star()], files).order_by(sql.column(ORDER)), path)


def _query(found: Detail) -> exp.Select:
    rules = ((found.answers.answer[rule.id], sql.text(rule.id)) for rule in found.listed)
    duties = ((item.applies, _pair(item.obligation.id, item.state)) for item in found.obligations)
    return found.source.select(
        sql.alias(found.order_id, ORDER),
        sql.alias(sql.cast(_those(rules), "VARCHAR[]"), RULES),
        sql.alias(sql.cast(sql.call("map_from_entries", _those(duties)), "MAP(VARCHAR, VARCHAR)"), DUTIES),
    )


def _pair(key: str, value: exp.Expr) -> exp.Expr:
    return sql.call("row", sql.text(key), value.copy())


def _those(of: Iterable[tuple[exp.Expr, exp.Expr]]) -> exp.Expr:
    """The list of what holds."""
    item = exp.to_identifier("item")
    every = sql.listed(sql.case([(condition.copy(), value)]) for condition, value in of)
    kept = exp.Lambda(this=sql.filled(exp.column("item")), expressions=[item])
    return sql.call("list_filter", every, kept)


def _copy(found: Detail, query: exp.Select, path: Path) -> None:
    found.connection.execute(
        f"COPY ({sql.render(query)}) TO {sql.render(sql.text(str(path)))} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROWS_AT_ONCE})"
    )
