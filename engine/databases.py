"""Where orders are held and counted: what the engine asks of a database, and DuckDB's answer.

Every statement is a sqlglot tree, so that another database can run the same one (``engine/spark``). Knows no table, no
policy and no rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import duckdb
from sqlglot import exp

ROW = "rowid"
"""The column of a kept relation that tells its rows apart, in the order in which they were read."""
_BATCH = 10_000
_Rows = list[tuple[Any, ...]]
Parameters = Sequence[Sequence[object]]
"""One list for each placeholder of a statement, in order; a placeholder stands inside ``unnest``."""


class Database(Protocol):
    """What the engine needs of a database. Trees are spent once they were given to it."""

    def rows(self, query: exp.Query, parameters: Parameters = ()) -> _Rows: ...

    def batches(self, query: exp.Query) -> Iterator[_Rows]:
        """The rows in their order, some at a time."""
        ...

    def distinct(self, query: exp.Select) -> _Rows:
        """The different rows of ``query``, in any order."""
        ...

    def store(self, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[object]]) -> None:
        """Replace the small table ``name`` (columns as name and SQL type) that others are joined with."""
        ...

    def keep(self, name: str, query: exp.Query) -> None:
        """Replace the relation ``name`` by the rows of ``query``, computed once and told apart by ROW."""
        ...

    def view(self, name: str, query: exp.Query) -> None:
        """Replace the relation ``name`` by ``query``, of which nothing is computed yet."""
        ...

    def remove(self, name: str, where: exp.Expr, parameters: Parameters = ()) -> None:
        """Take rows out of a relation that was kept."""
        ...

    def change(self, name: str, key: str, column: str, texts: Mapping[str, str]) -> None:
        """Put other texts into a column of a relation that was kept, by the text in the column ``key``."""
        ...


@dataclass(frozen=True)
class DuckDB:
    """A DuckDB connection as a database."""

    connection: duckdb.DuckDBPyConnection

    def rows(self, query: exp.Query, parameters: Parameters = ()) -> _Rows:
        return self.connection.execute(_render(query), parameters or None).fetchall()

    def batches(self, query: exp.Query) -> Iterator[_Rows]:
        cursor = self.connection.execute(_render(query))
        while batch := cursor.fetchmany(_BATCH):
            yield batch

    def distinct(self, query: exp.Select) -> _Rows:
        return self.rows(query.distinct(copy=False))

    def store(self, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[object]]) -> None:
        unnested = ", ".join(f"unnest(${i + 1}::{type}[]) AS {id}" for i, (id, type) in enumerate(columns))
        values = [[row[i] for row in rows] for i in range(len(columns))]
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {unnested}", values)

    def keep(self, name: str, query: exp.Query) -> None:
        self.connection.execute(_render(_create("TABLE", name, query)))

    def add(self, name: str, query: exp.Query) -> None:
        """More rows after those that were kept."""
        into = exp.Insert(this=exp.Table(this=exp.to_identifier(name, quoted=True)), expression=query)
        self.connection.execute(_render(into))

    def view(self, name: str, query: exp.Query) -> None:
        self.connection.execute(_render(_create("VIEW", name, query)))

    def remove(self, name: str, where: exp.Expr, parameters: Parameters = ()) -> None:
        table = exp.Table(this=exp.to_identifier(name, quoted=True))
        self.connection.execute(_render(exp.delete(table, where=where)), parameters or None)

    def change(self, name: str, key: str, column: str, texts: Mapping[str, str]) -> None:
        """Rows keep their place: only text is changed."""

        def called(text: str) -> exp.Identifier:
            return exp.to_identifier(text, quoted=True)

        pairs = [
            exp.Alias(this=exp.Anonymous(this="unnest", expressions=[exp.Placeholder()]), alias=exp.to_identifier(each))
            for each in ("of", "to")
        ]
        given = exp.Subquery(this=exp.Select(expressions=pairs), alias=exp.TableAlias(this=called("given")))
        to, of = (exp.column(each, table="given", quoted=True) for each in ("to", "of"))
        update = exp.Update(
            this=exp.Table(this=called(name)),
            expressions=[exp.EQ(this=exp.column(called(column)), expression=to)],
            from_=exp.From(this=given),
            where=exp.Where(this=exp.EQ(this=exp.column(called(key)), expression=of)),
        )
        self.connection.execute(_render(update), [list(texts), list(texts.values())])


@dataclass(frozen=True)
class Remembering(DuckDB):
    """A connection of its own to what ``connection`` holds, which does not store again what it has stored already."""

    _stored: dict[str, tuple[Sequence[tuple[str, str]], Sequence[Sequence[object]]]] = field(default_factory=dict)

    def store(self, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[object]]) -> None:
        given = (list(columns), list(rows))
        if self._stored.get(name) != given:
            super().store(name, columns, rows)
            self._stored[name] = given


Holder = duckdb.DuckDBPyConnection | Database
"""A database, or the DuckDB connection that is one."""


def database_of(holder: Holder) -> Database:
    return DuckDB(holder) if isinstance(holder, duckdb.DuckDBPyConnection) else holder


def beside(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Another connection to the same database, with temporary tables of its own."""
    other = connection.cursor()
    other.execute("SET enable_progress_bar = false")
    return other


def _create(kind: str, name: str, query: exp.Query) -> exp.Create:
    return exp.Create(
        this=exp.Table(this=exp.to_identifier(name, quoted=True)), kind=kind, replace=True, expression=query
    )


def _render(statement: exp.Expr) -> str:
    return statement.sql(dialect="duckdb", copy=False)
