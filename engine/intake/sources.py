"""A source as something DuckDB can scan: the table expression, where each declared column is in it, and known flaws.

Knows formats and their traps; must not know what a cell may hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlglot import exp

from engine.intake import delimited, sql, workbook
from engine.intake.cells import Kind, kind_of
from engine.intake.files import Source
from engine.intake.found import Flaw, Remark
from engine.intake.headers import match
from engine.problems import InputError, Place, Problem

_LONGEST_RECORD = 16_000_000
_SMALLEST_BUFFER = 1 << 16


@dataclass(frozen=True)
class Text:
    """The UTF-8 text that DuckDB reads, and where each declared column stands in it, from 0."""

    path: Path
    position: Mapping[str, int]


@dataclass(frozen=True)
class Scan:
    """``columns`` gives, per declared column, its expression and kind. ``numbered``: the scan has the virtual columns
    ``file_row_number`` and ``filename``; otherwise it reads ``text``, the records are the rows in order, and row 0 is
    the header."""

    source: Source
    relation: exp.Expr
    columns: Mapping[str, tuple[exp.Expr, Kind]]
    flaws: tuple[Flaw, ...]
    remarks: tuple[Remark, ...]
    text: Text | None = None

    @property
    def numbered(self) -> bool:
        return self.text is None


def open_source(source: Source, scratch: Path, connection: duckdb.DuckDBPyConnection) -> Scan:
    """The scan of a source. Text is taken as it is; ``reopen`` is for text that DuckDB then refuses.

    Raises InputError for a file that is not what its name says, and for headers.
    """
    path = source.paths[0]
    try:
        if source.format == "parquet":
            return _parquet(source, connection)
        if source.format == "csv":
            coding = delimited.encoding(path)
            if coding == delimited.UTF8:
                return _csv(source, path, delimited.header(path, coding), ())
            return reopen(source, scratch)
        if source.format == "xlsx":
            clean = scratch / f"{source.table.id}.csv"
            names = workbook.header(path)
            headers = match(source.table, names, source.name, str(path))
            flaws, remarks = workbook.rewrite(path, source.table, headers.position, clean)
            return _csv(source, clean, names, flaws, remarks)
    except OSError as error:
        raise InputError(
            [Problem(Place(str(path)), "文件不能打开", instead="请检查它是否完整、是否有权读取")]
        ) from error
    raise InputError([Problem(Place(str(path)), f"不能读取 {source.format} 文件")])


def reopen(source: Source, scratch: Path) -> Scan:
    """The scan of a clean copy of a text file, made by the careful reader."""
    path = source.paths[0]
    coding = delimited.UTF8 if delimited.is_text(path, delimited.UTF8) else delimited.GB
    clean = scratch / f"{source.table.id}.csv"
    names = delimited.header(path, coding)
    match(source.table, names, source.name, str(path))
    return _csv(source, clean, names, delimited.rewrite(path, coding, clean))


def _csv(
    source: Source, path: Path, names: list[str], flaws: tuple[Flaw, ...], remarks: tuple[Remark, ...] = ()
) -> Scan:
    headers = match(source.table, names, source.name, str(source.paths[0]))
    columns = [f"c{index}" for index in range(headers.width)]
    types = exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(column), expression=sql.text("VARCHAR")) for column in columns
        ]
    )
    # DuckDB fills its buffer whatever the file's size, which would take longer than reading a small file.
    longest = min(_LONGEST_RECORD, path.stat().st_size + _SMALLEST_BUFFER)
    options: dict[str, exp.Expr] = {
        "auto_detect": exp.false(),
        "header": exp.false(),  # with true, DuckDB loses rows when the header spans lines or follows an empty line
        "delim": sql.text(","),
        "quote": sql.text('"'),
        "escape": sql.text('"'),
        "columns": types,
        "strict_mode": exp.true(),
        "null_padding": exp.false(),
        "ignore_errors": exp.false(),
        "max_line_size": exp.Literal.number(longest),
        "buffer_size": exp.Literal.number(2 * longest),
    }
    relation = sql.call("read_csv", sql.text(_plain(path)), *(sql.named(key, value) for key, value in options.items()))
    cells: dict[str, tuple[exp.Expr, Kind]] = {
        id: (sql.column(columns[index]), "text") for id, index in headers.position.items()
    }
    text = Text(path, headers.position)
    return Scan(source, relation, cells, flaws, (*headers.remarks, *remarks), text)


def parquet_relation(source: Source) -> exp.Expr:
    paths = sql.listed(sql.text(_plain(path)) for path in source.paths)
    return sql.call("read_parquet", paths, sql.named("union_by_name", exp.true()))


def _parquet(source: Source, connection: duckdb.DuckDBPyConnection) -> Scan:
    relation = parquet_relation(source)
    path = source.paths[0] if len(source.paths) == 1 else source.paths[0].parent
    try:
        described = connection.execute(f"DESCRIBE {sql.render(exp.select('*').from_(relation))}").fetchall()
    except duckdb.Error as error:
        raise InputError(
            [Problem(Place(str(path)), "不是可以读取的 Parquet 文件", instead="请重新导出这个文件")]
        ) from error
    names = [str(row[0]) for row in described]
    kinds = [kind_of(str(row[1])) for row in described]
    headers = match(source.table, names, source.name, str(path))
    problems = []
    cells: dict[str, tuple[exp.Expr, Kind]] = {}
    for id, index in headers.position.items():
        if kinds[index] in ("zoned", "other"):
            what = "时间带时区" if kinds[index] == "zoned" else f"类型 {described[index][1]} 不能读取"
            problems.append(Problem(Place(str(path)), f"列“{id}”的{what}", instead="请改为不带时区的本地时间或文字"))
        cells[id] = (sql.column(names[index]), kinds[index])
    if problems:
        raise InputError(problems)
    return Scan(source, relation, cells, (), headers.remarks)


def _plain(path: Path) -> str:
    """The path with the characters that DuckDB would take for a pattern made literal."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in str(path))
