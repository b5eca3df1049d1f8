"""One cell to one typed value, as SQL expressions: the only definition of what each column type accepts.

A cell arrives as VARCHAR, or already typed from Parquet (``Kind``). Where a value cannot be read the expression is
NULL, and ``breaches`` says when that is an error. Every form first tries the cheapest test that the usual spelling
passes; trimming, aliases and rarer spellings cost only the rows that need them. Knows no table and no file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sqlglot import exp

from engine.intake import bounds, sql
from engine.intake.bounds import NUMBER_PLACES, NUMBER_TYPE, BoundCode
from engine.intake.cells import JOIN, Cell, empty, trimmed
from engine.intake.found import BLANKS
from engine.intake.sql import E

Code = Literal["required", "value"] | BoundCode

CONTENT_RULES = "1"
"""Changes whenever this module or ``checks`` accepts other values than before; typed files name it."""

_MANY = 24  # from here on a hash look-up beats a chain of comparisons
_FIRST, _LAST = "0001-01-01 00:00:00", "9999-12-31 23:59:59"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
_SHORT_CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
_DASHED = rf"\d{{4}}-\d\d-\d\d {_CLOCK}"
_SLASHED = rf"\d{{4}}/\d{{1,2}}/\d{{1,2}} {_SHORT_CLOCK}"
_COUNT = r"[0-9]{1,18}"
_NUMBER = rf"[+-]?[0-9]{{1,20}}(\.[0-9]{{1,{NUMBER_PLACES}}})?"
_MONTH = r"[1-9][0-9]{3}-(0[1-9]|1[0-2])"


def type_of(cell: Cell) -> exp.DataType:
    """The type a value is stored as. Enumerations are stored as such, which takes one byte a row."""
    if cell.enumerated:
        values = dict.fromkeys(cell.spellings.values())
        if cell.missing is not None:
            values = {cell.missing: None} | values
        return sql.enum(values or [""])
    types = {"time": "TIMESTAMP", "count": "BIGINT", "number": NUMBER_TYPE}
    return exp.DataType.build(types.get(cell.column.type, "VARCHAR"), dialect="duckdb")


def trial_of(cell: Cell) -> E | None:
    """What to select as ``cell.trial`` beside the raw cell before ``value_of``, to compute it only once."""
    return sql.try_cast(cell.raw, "TIMESTAMP") if cell.column.type == "time" and not cell.native else None


def value_of(cell: Cell) -> E:
    """The typed value; NULL where it cannot be read (and, except for enumerations and lists, where it is missing)."""
    if cell.enumerated:
        return _choice(cell)
    match cell.column.type:
        case "choices":
            value = _choices(cell)
        case "time":
            value = _time(cell)
        case "count":
            value = _count(cell)
        case "number":
            value = _matched(cell, _NUMBER, NUMBER_TYPE)
        case "month":
            value = _matched(cell, _MONTH, "VARCHAR")
        case _:
            value = _text(cell)
    if cell.column.default is None or cell.column.type == "choices":
        return value
    return sql.case([(empty(cell), sql.cast(sql.text(cell.column.default), type_of(cell)))], value)


def wrong(cell: Cell, value: E) -> list[E]:
    """Conditions that are cheap on good rows; one of them holds exactly where ``breaches`` has something."""
    column, unread = cell.column, sql.is_null(value)
    found: list[E] = []
    if cell.enumerated or column.type == "choices" or column.required:
        found.append(unread)
    elif column.type != "text":
        found.append(sql.all_of(unread, sql.filled(cell.raw), exp.Not(this=exp.Paren(this=empty(cell)))))
    found += (outside for _, outside in bounds.broken(column, value))
    return found


def breaches(cell: Cell, value: E) -> Iterable[tuple[Code, E]]:
    """What can be wrong with the cell, each apart."""
    column, nothing = cell.column, exp.Paren(this=empty(cell))
    if column.required:
        yield "required", sql.all_of(sql.is_null(value), nothing)
    if column.type != "text":
        yield "value", sql.all_of(sql.is_null(value), exp.Not(this=nothing.copy()))
    yield from bounds.broken(column, value)


def _choice(cell: Cell) -> E:
    type = type_of(cell)
    missing = exp.null() if cell.missing is None else sql.cast(sql.text(cell.missing), type)
    spellings = cell.spellings
    rare = sql.case(
        [
            (empty(cell), missing.copy()),
            *(
                (exp.EQ(this=trimmed(cell.raw), expression=sql.text(spelling)), sql.cast(sql.text(id), type))
                for spelling, id in spellings.items()
                if len(spellings) < _MANY or spelling != id
            ),
        ],
        sql.try_cast(trimmed(cell.raw), type) if len(spellings) >= _MANY else None,
    )
    usual: list[tuple[E, E]]
    if len(spellings) >= _MANY:
        known = sql.try_cast(cell.raw, type)
        usual = [(sql.all_of(sql.filled(known), exp.NEQ(this=cell.raw, expression=sql.text(""))), known.copy())]
    else:
        usual = [
            (exp.EQ(this=cell.raw, expression=sql.text(spelling)), sql.cast(sql.text(id), type))
            for spelling, id in sorted(spellings.items(), key=lambda item: item[0] != item[1])
        ]
    return sql.case([(sql.is_null(cell.raw), missing), *usual], rare)


def _choices(cell: Cell) -> E:
    missing = exp.null() if cell.missing is None else sql.text(cell.missing)
    spellings = cell.spellings
    separators = cell.column.separators or (JOIN,)
    whole: E = cell.raw
    for separator in separators[1:]:
        whole = sql.call("replace", whole, sql.text(separator), sql.text(separators[0]))
    item = exp.to_identifier("item")
    parts = sql.call("string_split", whole, sql.text(separators[0]))
    stripped = sql.call("list_transform", parts, _each(item, trimmed(exp.column("item"))))
    given = sql.call("list_filter", stripped, _each(item, exp.NEQ(this=exp.column("item"), expression=sql.text(""))))
    place = {id: exp.Literal.number(number) for number, id in enumerate(cell.column.choices, 1)}
    known = sql.case(
        (exp.EQ(this=exp.column("item"), expression=sql.text(spelling)), place[id].copy())
        for spelling, id in spellings.items()
    )
    places = sql.call("list_transform", given, _each(item, known))
    unknown = exp.NEQ(this=sql.call("list_count", places), expression=sql.call("len", places.copy()))
    declared = sql.listed(sql.text(id) for id in cell.column.choices)
    ordered = sql.call("list_sort", sql.call("list_distinct", places.copy()))
    named = sql.call("list_transform", ordered, _each(item, sql.call("list_extract", declared, exp.column("item"))))
    usual = [(exp.EQ(this=cell.raw, expression=sql.text(id)), sql.text(id)) for id in cell.column.choices]
    return sql.case(
        [(sql.is_null(cell.raw), missing), *usual[:_MANY], (empty(cell), missing.copy()), (unknown, exp.null())],
        sql.call("array_to_string", named, sql.text(JOIN)),
    )


def _each(item: exp.Identifier, body: E) -> exp.Lambda:
    return exp.Lambda(this=body, expressions=[item.copy()])


def _time(cell: Cell) -> E:
    if cell.native:
        inside = exp.Between(
            this=cell.raw, low=sql.cast(sql.text(_FIRST), "TIMESTAMP"), high=sql.cast(sql.text(_LAST), "TIMESTAMP")
        )
        half = exp.Interval(this=sql.text("500"), unit=exp.var("MILLISECOND"))
        rounded = sql.call("date_trunc", sql.text("second"), exp.Add(this=cell.raw.copy(), expression=half))
        return sql.case([(inside, rounded)])
    read = cell.trial
    # DuckDB reads far more spellings than are allowed; only the full one comes back as it was written.
    same = exp.EQ(this=sql.cast(read, "VARCHAR"), expression=cell.raw)
    usual = sql.all_of(exp.EQ(this=sql.call("strlen", cell.raw), expression=exp.Literal.number(19)), same)
    dashes = sql.call("replace", trimmed(cell.raw), sql.text("/"), sql.text("-"))
    return sql.case(
        [
            (sql.is_null(cell.raw), exp.null()),
            (usual, read.copy()),
            (_full(cell.raw, _DASHED), sql.try_cast(trimmed(cell.raw), "TIMESTAMP")),
            (_full(cell.raw, _SLASHED), sql.try_cast(dashes, "TIMESTAMP")),
        ]
    )


def _count(cell: Cell) -> E:
    if cell.native:
        return sql.case([(exp.GTE(this=cell.raw, expression=exp.Literal.number(0)), cell.raw.copy())])
    digit = sql.all_of(
        exp.EQ(this=sql.call("strlen", cell.raw), expression=exp.Literal.number(1)),
        exp.Between(this=cell.raw, low=sql.text("0"), high=sql.text("9")),
    )
    return sql.case(
        [
            (digit, sql.try_cast(cell.raw, "BIGINT")),
            (_full(cell.raw, _COUNT), sql.try_cast(trimmed(cell.raw), "BIGINT")),
        ]
    )


def _matched(cell: Cell, pattern: str, type: str) -> E:
    return sql.case([(_full(cell.raw, pattern), sql.try_cast(trimmed(cell.raw), type))])


def _full(raw: E, pattern: str) -> E:
    return sql.call("regexp_full_match", trimmed(raw), sql.text(pattern))


def _text(cell: Cell) -> E:
    edge = f"[{BLANKS}]"
    ragged = sql.call("regexp_matches", cell.raw, sql.text(f"^{edge}|{edge}$|^$"))
    value: E = sql.case([(ragged, exp.Nullif(this=trimmed(cell.raw), expression=sql.text("")))], cell.raw)
    if cell.column.blanks:
        value = sql.case([(sql.one_of(trimmed(cell.raw), cell.column.blanks), exp.null())], value)
    return value
