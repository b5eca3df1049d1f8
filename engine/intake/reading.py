"""One scan to checked rows: the fast reading, and the careful one where DuckDB refuses the text.

Knows the two ways of reading and what is said when neither works; must not know which tables belong together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import duckdb

from engine.databases import Holder, database_of
from engine.intake import sources
from engine.intake.checks import Checked, check
from engine.intake.in_order import OutOfOrderError
from engine.intake.reasons import reason
from engine.intake.sources import Scan
from engine.intake.sql import E
from engine.problems import InputError, Place, Problem, clip

Beside = Callable[[Scan], Mapping[str, E]]
"""Columns that are carried along, as expressions over the scan that is read in the end."""


def checked(
    held: Holder,
    scan: Scan,
    names: Mapping[str, tuple[str, ...]],
    scratch: Path,
    beside: Beside | None = None,
    *,
    written: bool = False,
) -> tuple[Scan, Checked]:
    """The rows of ``scan`` in the relation ``intake_`` and the table's id. ``names`` and ``written`` as in ``check``.

    Raises InputError, in which nothing of the file is repeated: it may be personal.
    """
    database, source = database_of(held), scan.source
    relation = f"intake_{source.table.id}"
    path = Place(str(source.paths[0]))
    try:
        try:
            found = check(database, scan, names, relation, beside(scan) if beside else None, written=written)
        except (duckdb.InvalidInputException, OutOfOrderError):
            if source.format != "csv":
                raise
            scan = sources.reopen(source, scratch, tuple(scan.also))
            found = check(database, scan, names, relation, beside(scan) if beside else None, written=written)
    except OutOfOrderError as error:
        what = "读入后的记录与文件中的次序不符，无法给出记录号"
        raise InputError([Problem(path, what, instead="请再运行一次；仍然如此请报告这个问题")]) from error
    except duckdb.Error as error:
        raise InputError([Problem(path, "文件不能读取", type(error).__name__, "请重新导出这个文件")]) from error
    return scan, found


def problems(scan: Scan, found: Checked, names: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    """Every breach as a problem, for a table in which none is borne."""
    table, path = scan.source.table, Place(str(scan.source.paths[0]))
    for breach in found.breaches:
        file, record, _ = found.origin[breach.row]
        what = f"第 {record} 条记录" + (f"，列“{breach.column}”" if breach.column else "")
        place = Place(file) if scan.foreign else path
        yield Problem(place, f"{what}：{reason(table, breach, names)}", clip(breach.value))
