"""Short names for the sqlglot expressions that intake uses. Knows nothing of tables or rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from sqlglot import exp

E = exp.Expr


def name(text: str) -> exp.Identifier:
    return exp.to_identifier(text, quoted=True)


def column(text: str) -> exp.Column:
    return exp.column(name(text))


def text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


def call(function: str, *arguments: E) -> exp.Anonymous:
    return exp.Anonymous(this=function, expressions=list(arguments))


def named(argument: str, value: E) -> exp.EQ:
    """``argument = value`` as a table function's named argument."""
    return exp.EQ(this=exp.column(argument), expression=value)


def listed(values: Iterable[E]) -> exp.Array:
    return exp.Array(expressions=list(values))


def any_of(conditions: Iterable[E]) -> E:
    return exp.or_(*conditions, copy=False)


def all_of(*conditions: E) -> E:
    return exp.and_(*conditions, copy=False)


def one_of(value: E, texts: Sequence[str]) -> E:
    """Whether the value is one of the texts, one at least.

    Never ``IN`` or ``list_contains``: DuckDB makes a join of a long one, and rows that went through a join are in any
    order.
    """
    return exp.Paren(this=any_of(exp.EQ(this=value.copy(), expression=text(given)) for given in texts))


def is_null(value: E) -> E:
    return exp.Is(this=value, expression=exp.null())


def filled(value: E) -> E:
    return exp.Not(this=is_null(value))


def case(branches: Iterable[tuple[E, E]], otherwise: E | None = None) -> exp.Case:
    return exp.Case(ifs=[exp.If(this=when, true=then) for when, then in branches], default=otherwise)


def try_cast(value: E, type: str | exp.DataType) -> exp.TryCast:
    return exp.TryCast(this=value, to=_type(type))


def cast(value: E, type: str | exp.DataType) -> exp.Cast:
    return exp.Cast(this=value, to=_type(type))


def _type(type: str | exp.DataType) -> exp.DataType:
    return _named_type(type).copy() if isinstance(type, str) else type


@cache
def _named_type(name: str) -> exp.DataType:
    """Parsed once: parsing took a tenth of the time of reading a small file."""
    return exp.DataType.build(name, dialect="duckdb")


def enum(values: Iterable[str]) -> exp.DataType:
    return exp.DataType(this=exp.DType.ENUM, expressions=[text(value) for value in values])


def render(statement: E) -> str:
    """The statement as text; it is spent afterwards."""
    return statement.sql(dialect="duckdb", copy=False)


def alias(value: E, as_name: str) -> exp.Alias:
    return exp.Alias(this=value, alias=name(as_name))


def select(columns: Iterable[E], source: E, where: E | None = None) -> exp.Select:
    """``source`` is a table function, or a query that gets the alias ``under``. Copies nothing."""
    if isinstance(source, exp.Select):
        source = source.subquery("under", copy=False)
    elif not isinstance(source, exp.Table):
        source = exp.Table(this=source)
    found = exp.Select(expressions=list(columns), from_=exp.From(this=source))
    if where is not None:
        found.set("where", exp.Where(this=where))
    return found


def create(kind: str, relation: str, query: exp.Select) -> exp.Create:
    return exp.Create(this=exp.Table(this=name(relation)), kind=kind, replace=True, expression=query)


def given_rows() -> exp.In:
    """``rowid IN (the list given as the statement's parameter)``."""
    numbers = exp.Select(expressions=[call("unnest", exp.Placeholder())])
    return exp.In(this=exp.column("rowid"), query=exp.Subquery(this=numbers))
