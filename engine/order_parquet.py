"""Results order by order as a Parquet file, written by the database itself: a column for each rule and obligation.

Knows the joined orders; must not know how a single result is shown. Rows are sorted by order id, so that the bytes do
not depend on the number of threads.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sqlglot import exp

from engine.facts import column
from engine.intake import sql
from engine.order_results import Detail, refuse_unknown
from engine.problems import Place, PolicyError, Problem

_ROWS_AT_ONCE = 122_880


def write_parquet(details: Sequence[Detail], path: Path) -> None:
    """Columns: the order's id under its own name (VARCHAR); each rule that results list, by id (BOOLEAN: it fired);
    each obligation, by id (VARCHAR: its state, NULL where it does not apply). A rule or obligation that the version in
    force for the order does not have is NULL. Orders must be in DuckDB.

    Raises PolicyError for ids that cannot all be columns, InputError where a deadline needs a year that the calendar
    does not declare, and MissedLookUpError.
    """
    for found in details:
        _refuse_alike(found)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        parts = [path] if len(details) == 1 else [Path(folder) / f"{number}.parquet" for number in range(len(details))]
        for found, part in zip(details, parts, strict=True):
            refuse_unknown(found)
            _copy(found, found.source.select(*_columns(found)).order_by(found.order_id), part)
        if len(details) > 1:
            by_name = sql.named("union_by_name", exp.true())
            files = sql.call("read_parquet", sql.listed(sql.text(str(part)) for part in parts), by_name)
            key = column(details[0].compiled.policy.orders.key[0], "every")
            every = exp.select(exp.Star()).from_(exp.alias_(files, "every", table=True))
            _copy(details[0], every.order_by(key), path)


def _columns(found: Detail) -> list[exp.Expr]:
    id = sql.alias(found.order_id, found.compiled.policy.orders.key[0])
    rules = (sql.alias(found.answers.answer[rule.id].copy(), rule.id) for rule in found.listed)
    states = (
        sql.alias(sql.case([(item.applies.copy(), item.state.copy())]), item.obligation.id)
        for item in found.obligations
    )
    return [id, *rules, *states]


def _refuse_alike(found: Detail) -> None:
    """Raises PolicyError for ids that differ by upper and lower case alone, which are one column to a database."""
    policy = found.compiled.policy
    ids = [
        policy.orders.key[0],
        *(rule.id for rule in found.listed),
        *(item.obligation.id for item in found.obligations),
    ]
    times = Counter(id.casefold() for id in ids)
    problems = [
        Problem(
            policy.places.get(id, Place(policy.folder)),
            "编号只差大小写，不能各成一列",
            id,
            "改用不以 .parquet 结尾的文件名",
        )
        for id in ids
        if times[id.casefold()] > 1
    ]
    if problems:
        raise PolicyError(problems)


def _copy(found: Detail, query: exp.Select, path: Path) -> None:
    found.connection.execute(
        f"COPY ({sql.render(query)}) TO {sql.render(sql.text(str(path)))} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROWS_AT_ONCE})"
    )
