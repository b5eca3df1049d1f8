"""The first place in which two results, or two files of firings, are not the same.

Knows JSON values and files of numbers; must not know what they mean.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from sqlglot import exp

from engine.intake import sql
from engine.intake.take_in import connect
from engine.problems import clip
from workspace.firing_record import order_column, scan

_NOTHING = object()
_OLD, _NEW = "old", "new"


@dataclass(frozen=True)
class Difference:
    """``path`` leads to the value, like ``$.months[3].gate``, or names the order and column of a number; None stands
    for a value that is not there."""

    part: str
    path: str
    old: str | None
    new: str | None


def first_in_json(part: str, old: Any, new: Any) -> Difference | None:
    """In the order of ``old``; what only ``new`` has comes last."""
    return next(_walk(part, old, new, "$"), None)


def _walk(part: str, old: Any, new: Any, path: str) -> Iterator[Difference]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from _walk(part, old.get(key, _NOTHING), new.get(key, _NOTHING), f"{path}.{key}")
    elif isinstance(old, list) and isinstance(new, list):
        for place, (one, other) in enumerate(zip_longest(old, new, fillvalue=_NOTHING)):
            yield from _walk(part, one, other, f"{path}[{place}]")
    elif type(old) is not type(new) or old != new:
        yield Difference(part, path, _text(old), _text(new))


def _text(value: Any) -> str | None:
    return None if value is _NOTHING else clip(json.dumps(value, ensure_ascii=False), 200)


def first_in_numbers(part: str, old: Path, new: Path) -> Difference | None:
    """By order id, then by column. Raises duckdb.Error for a file that is no Parquet."""
    with connect() as connection:
        connection.execute("SET temp_directory = ''")
        columns = []
        for path in (old, new):
            described = exp.Describe(this=exp.select("*").from_(scan(path)))
            columns.append([row[0] for row in connection.execute(sql.render(described)).fetchall()])
        if columns[0] != columns[1]:
            return first_in_json(part, {"columns": columns[0]}, {"columns": columns[1]})
        found = connection.execute(sql.render(_unequal(columns[0], old, new))).fetchone()
    return None if found is None else _first_column(part, columns[0], found)


def _unequal(columns: list[str], old: Path, new: Path) -> exp.Select:
    """The first order with any other number: its columns in the old file, then those in the new one."""
    both = [[exp.column(name, side, quoted=True) for name in columns] for side in (_OLD, _NEW)]
    key = order_column().name
    same = exp.EQ(this=exp.column(key, _OLD, quoted=True), expression=exp.column(key, _NEW, quoted=True))
    query = exp.select(*both[0], *both[1]).from_(exp.alias_(scan(old), _OLD, table=True))
    query = query.join(exp.alias_(scan(new), _NEW, table=True), on=same, join_type="full")
    unequal = [exp.NullSafeNEQ(this=one.copy(), expression=other.copy()) for one, other in zip(*both, strict=True)]
    order = exp.Coalesce(this=both[0][0].copy(), expressions=[both[1][0].copy()])
    return query.where(exp.or_(*unequal)).order_by(order).limit(1)


def _first_column(part: str, columns: list[str], row: tuple[Any, ...]) -> Difference:
    old, new = row[: len(columns)], row[len(columns) :]
    for name, was, now in zip(columns, old, new, strict=True):
        if was != now:
            order = old[0] if old[0] is not None else new[0]
            return Difference(part, f"{order}：{name}", _number(was), _number(now))
    raise AssertionError("the query gives rows that differ")


def _number(value: Any) -> str | None:
    return None if value is None else str(value)
