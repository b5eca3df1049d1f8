"""Short names for the sqlglot expressions that intake uses. Knows nothing of tables or rules."""

from __future__ import annotations

from collections.abc import Iterable

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
    return exp.or_(*conditions)


def all_of(*conditions: E) -> E:
    return exp.and_(*conditions)


def is_null(value: E) -> E:
    return exp.Is(this=value, expression=exp.null())


def filled(value: E) -> E:
    return exp.Not(this=is_null(value))


def case(branches: Iterable[tuple[E, E]], otherwise: E | None = None) -> exp.Case:
    return exp.Case(ifs=[exp.If(this=when, true=then) for when, then in branches], default=otherwise)


def try_cast(value: E, type: str | exp.DataType) -> exp.TryCast:
    return exp.TryCast(this=value, to=exp.DataType.build(type, dialect="duckdb"))


def cast(value: E, type: str | exp.DataType) -> exp.Cast:
    return exp.Cast(this=value, to=exp.DataType.build(type, dialect="duckdb"))


def enum(values: Iterable[str]) -> exp.DataType:
    return exp.DataType(this=exp.DType.ENUM, expressions=[text(value) for value in values])


def render(statement: E) -> str:
    return statement.sql(dialect="duckdb")
