"""The records of some snapshots, and of each key the newest: what a state is made of, whatever the order of imports.

A record is newer by the moment at which its file was exported, then by the latest event in the row, then by what it
says. Rows of a table without a key belong together: the newest file replaces them all, or those of the months it has.

Knows the columns that every snapshot has; must not know chains, policies or workspaces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import duckdb
from sqlglot import exp

from engine.intake import sql
from engine.intake.sql import E

FILE, SHEET, RECORD, EXPORTED, EVENT = "_file", "_sheet", "_record", "_exported", "_event"
CALLER, MENDS = "_caller", "_mends"
PLACE = (FILE, SHEET, RECORD)
_PATH = "_path"
_KEY = "_key"


@dataclass(frozen=True)
class Kept:
    """The snapshots of one table; the names of its key and month in any of them, since versions may rename columns."""

    paths: tuple[Path, ...]
    keys: frozenset[tuple[str, ...]]
    months: frozenset[str]


def columns_of(connection: duckdb.DuckDBPyConnection, kept: Kept) -> tuple[str, ...]:
    """The columns that any of the snapshots has, those of the program last."""
    return _columns(connection, kept, exp.select("*").from_(_scan(kept)))


def all_records(kept: Kept, where: tuple[str, ...] = ()) -> exp.Select:
    """Every record, with its key as ``_key0``…; ``where`` gives the values that the first key columns must have."""
    keys = [sql.alias(value, name) for value, name in zip(_key(kept), key_names(kept), strict=True)]
    found = sql.select([exp.Star(), *keys], _scan(kept))
    for place, wanted in enumerate(where):
        found = found.where(exp.EQ(this=_key(kept)[place], expression=sql.text(wanted)))
    return found


def newest(
    connection: duckdb.DuckDBPyConnection,
    kept: Kept,
    relation: str,
    where: tuple[str, ...] = (),
    *,
    of: Collection[Path] | None = None,
    among: str | None = None,
) -> tuple[str, ...]:
    """Creates the table ``relation`` with the newest record of each key; gives its columns but for those of the key.

    ``where`` as in ``all_records``. ``of``: of these snapshots only, with the columns of all. ``among``: only keys that
    this relation has.
    """
    keys = [sql.column(name) for name in key_names(kept)]
    records = all_records(kept, where)
    single = len(kept.paths if of is None else of) == 1
    if of is not None:
        records = records.where(_of_these(kept, of))
    if among is not None:
        records = records.where(_among(kept, among))
    if single:
        query = records
    elif keys:
        top = [sql.column(EXPORTED), sql.column(EVENT)]
        rank = _over(sql.call("rank"), keys, [_down(column) for column in top])
        query = _only(records, exp.EQ(this=rank, expression=exp.Literal.number(1)))
    else:
        month = [_either([sql.column(name) for name in sorted(kept.months)])] if kept.months else []
        order = [_down(sql.column(EXPORTED)), _down(sql.column(_PATH))]
        first = _over(sql.call("first_value", sql.column(_PATH)), month, order)
        query = _only(records, exp.EQ(this=first, expression=sql.column(_PATH)))
    connection.execute(sql.render(sql.create("TABLE", relation, query)))
    names = _columns(connection, kept, exp.select("*").from_(sql.name(relation)))
    if keys and not single and _shared(connection, relation, keys):
        order = [_down(content_digest(names)), *(_up(sql.column(name)) for name in (*PLACE, _PATH))]
        number = _over(sql.call("row_number"), [key.copy() for key in keys], order)
        table = exp.select("*").from_(sql.name(relation))
        once = _only(table, exp.EQ(this=number, expression=exp.Literal.number(1)))
        connection.execute(sql.render(sql.create("TABLE", relation, once)))
    return names


def having(connection: duckdb.DuckDBPyConnection, kept: Kept, among: str) -> frozenset[Path]:
    """The snapshots in which some key of the relation ``among`` is; no other column is read."""
    query = exp.Select(expressions=[sql.column(_PATH)]).distinct().from_(_scan(kept)).where(_among(kept, among))
    return frozenset(Path(path) for (path,) in connection.execute(sql.render(query)).fetchall())


def key_names(kept: Kept) -> tuple[str, ...]:
    """The names of the key's columns in ``all_records`` and ``newest``."""
    return tuple(f"{_KEY}{place}" for place in range(len(_key(kept))))


def content_digest(names: Iterable[str], table: str | None = None) -> E:
    """A digest of what a row says, the same wherever the row stands: its filled cells with their columns' names."""
    cells: list[E] = []
    for name in sorted(name for name in names if not name.startswith("_")):
        column = exp.column(sql.name(name), table=None if table is None else sql.name(table))
        said = sql.call("concat", sql.text(name), _character(31), sql.cast(column, "VARCHAR"))
        cells.append(sql.case([(sql.filled(column.copy()), said)]))
    return sql.call("sha256", sql.call("concat_ws", _character(30), *cells))


def oldest_first(names: Iterable[str]) -> list[E]:
    """The order of the records of one key, the newest last. ``names`` are the snapshots' columns."""
    moments = [_up(sql.column(name)) for name in (EXPORTED, EVENT)]
    last = [_down(sql.column(name)) for name in (*PLACE, _PATH)]
    return [*moments, _up(content_digest(names)), *last]


def in_order(kept: Kept) -> list[E]:
    """The one order in which the records of a state are written."""
    keys: list[E] = [_up(sql.column(name)) for name in key_names(kept)]
    return keys or [_up(sql.column(name)) for name in (EXPORTED, *PLACE, _PATH)]


def path_column() -> exp.Column:
    """The column of ``all_records`` that says which snapshot a record is from."""
    return sql.column(_PATH)


def place_text(file: str, sheet: str) -> str:
    """A file, or a sheet of one, as people are told of it."""
    return f"{file}/{sheet}" if sheet else file


def place_sql() -> E:
    """``place_text`` of a record."""
    sheet = sql.call("concat", sql.text("/"), sql.column(SHEET))
    there = exp.EQ(this=sql.column(SHEET), expression=sql.text(""))
    return sql.call("concat", sql.column(FILE), sql.case([(there, sql.text(""))], sheet))


def _columns(connection: duckdb.DuckDBPyConnection, kept: Kept, query: exp.Select) -> tuple[str, ...]:
    described = connection.execute(f"DESCRIBE {sql.render(query)}").fetchall()
    names = [str(row[0]) for row in described if row[0] not in (_PATH, *key_names(kept))]
    return tuple(sorted(names, key=lambda name: name.startswith("_")))


def _among(kept: Kept, relation: str) -> E:
    """Whether the relation has a record's key."""
    here, there = (exp.Tuple(expressions=keys) for keys in (_key(kept), [sql.column(one) for one in key_names(kept)]))
    return exp.In(this=here, query=exp.Subquery(this=exp.Select(expressions=[there]).from_(sql.name(relation))))


def _of_these(kept: Kept, paths: Collection[Path]) -> E:
    """Whether a record is of these snapshots: told by the shorter list, since each record is held against all of it."""
    others = sorted(set(kept.paths) - set(paths))
    if len(others) < len(paths):
        unlike = (exp.NEQ(this=sql.column(_PATH), expression=sql.text(str(path))) for path in others)
        return sql.all_of(*unlike) if others else exp.true()
    return sql.one_of(sql.column(_PATH), [str(path) for path in sorted(paths)])


def _scan(kept: Kept) -> exp.Table:
    paths = sql.listed(sql.text(str(path)) for path in kept.paths)
    options = (sql.named("union_by_name", exp.true()), sql.named("filename", sql.text(_PATH)))
    return exp.Table(this=sql.call("read_parquet", paths, *options))


def _key(kept: Kept) -> list[E]:
    """The key's columns as expressions: a column that some version renamed is the one or the other."""
    places = zip_longest(*sorted(kept.keys))
    return [_either([sql.column(name) for name in dict.fromkeys(names) if name is not None]) for names in places]


def _either(columns: Sequence[E]) -> E:
    return columns[0] if len(columns) == 1 else exp.Coalesce(this=columns[0], expressions=list(columns[1:]))


def _shared(connection: duckdb.DuckDBPyConnection, relation: str, keys: Sequence[E]) -> bool:
    """Whether some key has several records left."""
    groups = exp.Select(expressions=[exp.Literal.number(1)]).from_(sql.name(relation))
    groups.set("group", exp.Group(expressions=[key.copy() for key in keys]))
    several = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
    groups.set("having", exp.Having(this=several))
    return connection.execute(sql.render(groups.limit(1))).fetchone() is not None


def _only(query: exp.Select, condition: E) -> exp.Select:
    found = sql.select([exp.Star()], query)
    found.set("qualify", exp.Qualify(this=condition))
    return found


def _over(function: E, partition: Sequence[E], order: Sequence[E]) -> exp.Window:
    return exp.Window(this=function, partition_by=list(partition), order=exp.Order(expressions=list(order)))


def _down(value: E) -> exp.Ordered:
    return exp.Ordered(this=value, desc=True, nulls_first=False)


def _up(value: E) -> exp.Ordered:
    return exp.Ordered(this=value, desc=False, nulls_first=True)


def _character(number: int) -> E:
    return sql.call("chr", exp.Literal.number(number))
