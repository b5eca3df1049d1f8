"""Every row of the database that can be read, and the name of every one that cannot.

Knows tables and rows; must not know what they mean. An altered database may hold what no column of this program ever
held: text that is no UTF-8, a number where text belongs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel

from engine.problems import Place, Problem

Row = Mapping[str, Any]
_RESTORE = "请从备份恢复数据库"


def read_rows(session: Session, model: type[SQLModel]) -> tuple[list[Row], list[Problem]]:
    """The rows of a table by its key, and a problem for each that cannot be read."""
    table = model.__table__  # type: ignore[attr-defined]
    keys: list[Column[Any]] = list(table.primary_key.columns)
    connection = session.connection()
    query = select(table).order_by(*keys)
    try:
        return [row._asdict() for row in connection.execute(query)], []
    except SQLAlchemyError:
        pass
    rows: list[Row] = []
    problems: list[Problem] = []
    for key in connection.execute(select(*keys).order_by(*keys)).all():
        one = query.where(*(column == value for column, value in zip(keys, key, strict=True)))
        try:
            rows += [row._asdict() for row in connection.execute(one)]
        except SQLAlchemyError:
            problems.append(Problem(row_place(table.name, key), "读不出来：里面有不是文字的内容", "", _RESTORE))
    return rows, problems


def row_place(table: str, key: tuple[Any, ...]) -> Place:
    """A row as people are told of it."""
    if table == "entry":
        return Place(f"链上第 {key[0]} 条记录")
    return Place(f"数据库的表 {table} 第 {'-'.join(map(str, key))} 行")
