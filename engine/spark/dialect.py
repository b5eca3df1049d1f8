"""The engine's trees as Spark SQL: one map from what only DuckDB calls by a name to what Spark calls the same.

sqlglot renders everything that both databases have. A function that is not in the map is refused, so that nothing is
ever computed by a namesake. Knows functions and types only; must not know any rule, table or column.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

_Arguments = list[exp.Expr]


class UnknownFunctionError(Exception):
    """A tree calls a function of which it is not known what Spark makes of it: a defect of this module."""


def render(tree: exp.Expr) -> str:
    """The statement for Spark; the tree is spent afterwards."""
    for node in reversed(list(tree.walk())):  # what stands inside comes first
        spoken = _spoken(node)
        if spoken is not node:
            node.replace(spoken)
    return tree.sql(dialect="spark", copy=False)


def bound(parameters: Sequence[Sequence[object]]) -> list[str]:
    """The lists of a statement's placeholders as Spark takes them."""
    return [json.dumps(list(values), ensure_ascii=False) for values in parameters]


def type_named(duckdb: str) -> str:
    """Spark's name of a type of a look-up table's column."""
    return {"VARCHAR": "STRING", "INTEGER": "INT"}.get(duckdb, duckdb)


def _spoken(node: exp.Expr) -> exp.Expr:
    match node:
        case exp.Anonymous():
            name = str(node.this).lower()
            if name in _SAME:
                return node
            if name not in _CALLS:
                raise UnknownFunctionError(name)
            return _CALLS[name](node.expressions)
        case exp.TryCast() if node.to.this == exp.DType.ENUM:
            known = exp.In(this=node.this, expressions=[value.copy() for value in node.to.expressions])
            return exp.Case(ifs=[exp.If(this=known, true=node.this.copy())])
        case exp.TryCast():
            node.set("safe", True)  # without it sqlglot takes the text for one that can be cast
        case exp.Cast(this=exp.Expr() as value) if node.to.this == exp.DType.ENUM:
            return value  # a value that was looked up already
        case exp.DataType() if node.this in _TYPES:
            return exp.DataType(this=_TYPES[node.this])
    return node


def _call(function: str, *arguments: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=function, expressions=list(arguments))


def _renamed(function: str) -> Callable[[_Arguments], exp.Expr]:
    return lambda arguments: _call(function, *arguments)


def _text(value: exp.Expr) -> str:
    """The text that the literal stands for."""
    assert isinstance(value, exp.Literal)
    return str(value.this)


def _full_match(arguments: _Arguments) -> exp.Expr:
    """Not ``^`` and ``$``, which in Java also stand before the last line's end."""
    of, pattern = arguments
    return exp.RegexpLike(this=of, expression=exp.Literal.string(rf"\A(?:{_text(pattern)})\z"))


def _split(arguments: _Arguments) -> exp.Expr:
    of, separator = arguments
    return _call("split", of, exp.Literal.string(rf"\Q{_text(separator)}\E"))


def _count(arguments: _Arguments) -> exp.Expr:
    (of,) = arguments
    item = exp.to_identifier("one")
    filled = exp.Not(this=exp.Is(this=exp.column("one"), expression=exp.null()))
    return _call("size", _call("filter", of, exp.Lambda(this=filled, expressions=[item])))


def _joined(arguments: _Arguments) -> exp.Expr:
    of, separator = arguments
    return _call("array_join", exp.cast(of, exp.DataType.build("ARRAY<STRING>", dialect="spark")), separator)


def _struct(arguments: _Arguments) -> exp.Expr:
    named = [part for i, one in enumerate(arguments, 1) for part in (exp.Literal.string(f"f{i}"), one)]
    return _call("named_struct", *named)


def _field(arguments: _Arguments) -> exp.Expr:
    of, number = arguments
    return exp.Dot(this=of, expression=exp.to_identifier(f"f{_text(number)}"))


def _truncated(arguments: _Arguments) -> exp.Expr:
    unit, moment = arguments
    return exp.cast(_call("date_trunc", unit, moment), exp.DataType.build("TIMESTAMP_NTZ", dialect="spark"))


def _listed(arguments: _Arguments) -> exp.Expr:
    """A placeholder's list, given as JSON. Its numbers are row numbers, anything else is text."""
    (given,) = arguments
    return _call("explode", _call("from_json", given, exp.Literal.string("array<string>")))


_SAME = frozenset({
    "abs", "array_distinct", "array_join", "array_sort", "count_if", "element_at", "explode", "filter",
    "from_json", "isnan", "named_struct", "octet_length", "replace", "size", "split", "transform",
})  # fmt: skip
"""What means the same in both, and what this module puts in."""

_CALLS: Mapping[str, Callable[[_Arguments], exp.Expr]] = {
    "array_to_string": _joined,
    "date_trunc": _truncated,
    "len": _renamed("size"),
    "list_count": _count,
    "list_distinct": _renamed("array_distinct"),
    "list_extract": _renamed("element_at"),
    "list_filter": _renamed("filter"),
    "list_sort": _renamed("array_sort"),
    "list_transform": _renamed("transform"),
    "regexp_full_match": _full_match,
    "regexp_matches": lambda arguments: exp.RegexpLike(this=arguments[0], expression=arguments[1]),
    "row": _struct,
    "string_split": _split,
    "strlen": _renamed("octet_length"),
    "struct_extract": _field,
    "trim": lambda arguments: exp.Trim(this=arguments[0], expression=arguments[1], position="BOTH"),
    "unnest": _listed,
}

_TYPES = {
    exp.DType.TIMESTAMP: exp.DType.TIMESTAMPNTZ,  # local time, in no zone
    exp.DType.UTINYINT: exp.DType.SMALLINT,
    exp.DType.USMALLINT: exp.DType.INT,
    exp.DType.UINT: exp.DType.BIGINT,
}
