"""A source as something DuckDB can scan: the table expression, where each declared column is in it, and known flaws.

Knows formats and their traps; must not know what a cell may hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
from sqlglot import exp

from engine.intake import delimited, sql, workbook
from engine.intake.cells import Kind, kind_of
from engine.intake.files import Source
from engine.intake.found import Flaw, Remark
from engine.intake.headers import Headers, match
from engine.problems import InputError, Place, Problem

_LONGEST_RECORD = 16_000_000
_SMALLEST_BUFFER = 1 << 16
_FILE, _RECORD = "_file", "_record"
_NOTHING = '"NULL"'
"""The type of a column in which every cell is empty."""


@dataclass(frozen=True)
class Text:
    """The UTF-8 text that DuckDB reads, and where each declared column stands in it, from 0.

    ``rewriting`` is a workbook's, which goes on to write parts after ``path`` when they are asked of ``later``.
    """

    path: Path
    position: Mapping[str, int]
    rewriting: workbook.Rewriting | None = None
    later: Iterator[Path] = field(default_factory=lambda: iter(()))

    @property
    def whole(self) -> bool:
        """Whether all of it is in ``path``."""
        return self.rewriting is None or self.rewriting.finished


@dataclass(frozen=True)
class Scan:
    """``columns`` gives, per declared column, its expression and kind; ``also`` the text of others that were asked for.

    Either ``place`` gives file and record of a row, or the scan reads ``text``, the records are the rows in order, and
    row 0 is the header. ``foreign``: the file of the place is not one of the source, but where the row came from.
    ``row`` tells rows apart, in their order, where the database does not number them by itself.
    """

    source: Source
    relation: exp.Expr
    columns: Mapping[str, tuple[exp.Expr, Kind]]
    flaws: Sequence[Flaw]
    remarks: tuple[Remark, ...]
    text: Text | None = None
    place: tuple[exp.Expr, exp.Expr] | None = None
    foreign: bool = False
    also: Mapping[str, exp.Expr] = field(default_factory=dict)
    width: int = 0
    row: exp.Expr | None = None


def open_source(
    source: Source,
    scratch: Path,
    connection: duckdb.DuckDBPyConnection,
    also: Collection[str] = (),
    sheet: workbook.Sheet | None = None,
) -> Scan:
    """The scan of a source. Text is taken as it is; ``reopen`` is for text that DuckDB then refuses.

    ``also`` names personal and undeclared columns that are to be at hand as text where the source has them. ``sheet``
    is the one to read of a workbook; without, it is the first.
    Raises InputError for a file that is not what its name says, and for headers.
    """
    path = source.paths[0]
    try:
        if source.format == "parquet":
            return _parquet(source, connection, also)
        if source.format == "csv":
            coding = delimited.encoding(path)
            if coding == delimited.UTF8:
                return _csv(source, path, delimited.header(path, coding), (), also)
            return reopen(source, scratch, also)
        if source.format == "xlsx":
            return _workbook(source, sheet, scratch / f"{source.table.id}.csv", also)
    except OSError as error:
        raise InputError(
            [Problem(Place(str(path)), "文件不能打开", instead="请检查它是否完整、是否有权读取")]
        ) from error
    raise InputError([Problem(Place(str(path)), f"不能读取 {source.format} 文件")])


def reopen(source: Source, scratch: Path, also: Collection[str] = ()) -> Scan:
    """The scan of a clean copy of a text file, made by the careful reader."""
    path = source.paths[0]
    coding = delimited.UTF8 if delimited.is_text(path, delimited.UTF8) else delimited.GB
    clean = scratch / f"{source.table.id}.csv"
    names = delimited.header(path, coding)
    match(source.table, names, source.name, str(path))
    return _csv(source, clean, names, delimited.rewrite(path, coding, clean), also)


def _workbook(source: Source, sheet: workbook.Sheet | None, clean: Path, also: Collection[str]) -> Scan:
    path = source.paths[0]
    remarks: tuple[Remark, ...] = ()
    if sheet is None:
        left = workbook.others(path)
        if left:
            remarks = (Remark(source.name, f"只读取第一张工作表，未使用：{'、'.join(left[:10])}"),)
        sheet = workbook.load(path)
    if sheet is None:
        raise InputError([Problem(Place(str(path)), "第一张工作表是空的", instead="请把数据放在第一张工作表")])
    headers = match(source.table, sheet.header, source.name, str(path))
    wanted = tuple(_wanted(headers, also).values())
    rewriting = workbook.Rewriting(sheet, source.table, headers.position, clean, wanted)
    parts = rewriting.parts()
    scan = _csv(source, next(parts), sheet.header, rewriting.flaws, also, remarks)
    assert scan.text is not None
    return replace(scan, text=replace(scan.text, rewriting=rewriting, later=parts))


def part_of(scan: Scan, path: Path) -> Scan:
    """The scan of a later part of its text."""
    return replace(scan, relation=_read_csv(path, scan.width, _LONGEST_RECORD))


def _wanted(headers: Headers, also: Collection[str]) -> dict[str, int]:
    """The places of the columns in ``also`` that the file has."""
    known = {**headers.unknown, **headers.personal}
    return {name: known[name] for name in also if name in known}


def _csv(
    source: Source,
    path: Path,
    names: list[str],
    flaws: Sequence[Flaw],
    also: Collection[str],
    remarks: tuple[Remark, ...] = (),
) -> Scan:
    headers = match(source.table, names, source.name, str(source.paths[0]), also)
    # DuckDB fills its buffer whatever the file's size, which would take longer than reading a small file.
    longest = min(_LONGEST_RECORD, path.stat().st_size + _SMALLEST_BUFFER)
    relation = _read_csv(path, headers.width, longest)
    cells: dict[str, tuple[exp.Expr, Kind]] = {
        id: (sql.column(f"c{index}"), "text") for id, index in headers.position.items()
    }
    others = {name: sql.column(f"c{index}") for name, index in _wanted(headers, also).items()}
    text = Text(path, headers.position)
    both = (*headers.remarks, *remarks)
    return Scan(source, relation, cells, flaws, both, text, also=others, width=headers.width)


def _read_csv(path: Path, width: int, longest: int) -> exp.Expr:
    """Every cell as text, in the columns c0, c1 and so on; ``longest`` in bytes is the longest record."""
    columns = [f"c{index}" for index in range(width)]
    types = exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(column), expression=sql.text("VARCHAR")) for column in columns
        ]
    )
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
    return sql.call("read_csv", sql.text(literal(path)), *(sql.named(key, value) for key, value in options.items()))


def parquet_relation(source: Source) -> exp.Expr:
    paths = sql.listed(sql.text(literal(path)) for path in source.paths)
    return sql.call("read_parquet", paths, sql.named("union_by_name", exp.true()))


def _parquet(source: Source, connection: duckdb.DuckDBPyConnection, also: Collection[str]) -> Scan:
    relation = parquet_relation(source)
    path = source.paths[0] if len(source.paths) == 1 else source.paths[0].parent
    try:
        described = connection.execute(f"DESCRIBE {sql.render(exp.select('*').from_(relation))}").fetchall()
    except duckdb.Error as error:
        raise InputError(
            [Problem(Place(str(path)), "不是可以读取的 Parquet 文件", instead="请重新导出这个文件")]
        ) from error
    types = {str(row[0]): str(row[1]) for row in described}
    foreign = (types.get(_FILE), types.get(_RECORD)) == ("VARCHAR", "BIGINT")  # rows that say where they came from
    names = [name for name in types if not (foreign and name in (_FILE, _RECORD))]
    headers = match(source.table, names, source.name, str(path), also)
    problems = []
    cells: dict[str, tuple[exp.Expr, Kind]] = {}
    kind: Kind
    for id, index in headers.position.items():
        cell: exp.Expr = sql.column(names[index])
        if types[names[index]] == _NOTHING:
            cell, kind = sql.cast(cell, "VARCHAR"), "text"
        else:
            kind = kind_of(types[names[index]])
        if kind in ("zoned", "other"):
            what = "时间带时区" if kind == "zoned" else f"类型 {types[names[index]]} 不能读取"
            problems.append(Problem(Place(str(path)), f"列“{id}”的{what}", instead="请改为不带时区的本地时间或文字"))
        cells[id] = (cell, kind)
    if problems:
        raise InputError(problems)
    if foreign:
        place: tuple[exp.Expr, exp.Expr] = (sql.column(_FILE), sql.column(_RECORD))
    else:
        after = exp.Add(this=exp.column("file_row_number"), expression=exp.Literal.number(1))
        place = (exp.column("filename"), after)
    others = {name: sql.cast(sql.column(names[index]), "VARCHAR") for name, index in _wanted(headers, also).items()}
    return Scan(source, relation, cells, (), headers.remarks, None, place, foreign, others)


def literal(path: Path) -> str:
    """The path with the characters that DuckDB would take for a pattern made literal."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in str(path))
