"""A cell before it is read: its column, the form in which the source holds it, and whether it is empty.

Knows column types and DuckDB's types; must not know which values a column accepts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from engine.intake import sql
from engine.intake.found import BLANKS
from engine.intake.sql import E
from engine.policy.model_tables import Column

Kind = Literal["text", "time", "flag", "whole", "exact", "float", "list", "zoned", "other"]
JOIN = ";"


@dataclass(frozen=True)
class Cell:
    """A column, its raw cell and, for a reference, the names that exist. ``native``: raw already has the type."""

    column: Column
    raw: E
    kind: Kind
    names: tuple[str, ...] | None = None

    @property
    def native(self) -> bool:
        return (self.column.type, self.kind) in {("time", "time"), ("count", "whole")}

    @property
    def trial(self) -> exp.Column:
        """Where ``trial_of`` has been selected."""
        return sql.column(f"t{self.raw.name}")

    @property
    def spellings(self) -> dict[str, str]:
        """What a file may write -> the value; empty for a column that is not enumerated."""
        if self.column.type == "reference":
            return {name: name for name in self.names or ()}
        found = {alias: value.id for value in self.column.values for alias in value.aliases}
        return found | {id: id for id in self.column.choices}

    @property
    def enumerated(self) -> bool:
        column = self.column
        return column.type in ("choice", "yes_no") or (column.type == "reference" and self.names is not None)

    @property
    def missing(self) -> str | None:
        """The value of an empty enumerated or list cell; None when empty is an error."""
        return None if self.column.required else self.column.default or ""


def kind_of(type: str) -> Kind:
    """The kind of a Parquet column from its DuckDB type."""
    if type.endswith("[]"):
        return "list" if type == "VARCHAR[]" or "INT" in type else "other"
    if type == "VARCHAR" or type.startswith("ENUM"):
        return "text"
    if "WITH TIME ZONE" in type:
        return "zoned"
    if type.startswith("TIMESTAMP") or type == "DATE":
        return "time"
    if type == "BOOLEAN":
        return "flag"
    if "INT" in type:
        return "whole"
    if type.startswith("DECIMAL"):
        return "exact"
    return "float" if type in ("FLOAT", "DOUBLE") else "other"


def raw_of(column: Column, source: E, kind: Kind) -> E:
    """The cell as the other functions take it: VARCHAR, or TIMESTAMP/BIGINT when that is the column's own type."""
    if (column.type, kind) == ("time", "time"):
        return sql.try_cast(source, "TIMESTAMP")
    if (column.type, kind) == ("count", "whole"):
        return sql.try_cast(source, "BIGINT")
    if kind == "flag" and len(column.values) == 2:
        yes, no = (sql.text(value) for value in column.choices)
        return sql.case([(source, yes), (exp.Not(this=source.copy()), no)])
    if kind == "float":
        whole = exp.EQ(this=sql.call("trunc", source), expression=source)
        small = exp.LT(this=sql.call("abs", source), expression=exp.Literal.number(10**15))
        return sql.case(
            [
                (sql.call("isnan", source), exp.null()),
                (sql.all_of(small, whole), sql.cast(sql.try_cast(source, "BIGINT"), "VARCHAR")),
            ],
            sql.cast(source, "VARCHAR"),
        )
    if kind == "list":
        separator = column.separators[0] if column.separators else JOIN
        return sql.call("array_to_string", source, sql.text(separator))
    return source if kind == "text" else sql.cast(source, "VARCHAR")


def trimmed(raw: E) -> E:
    return sql.call("trim", raw.copy(), sql.text(BLANKS))


def empty(cell: Cell) -> E:
    """Whether the cell holds nothing."""
    if cell.native:
        return sql.is_null(cell.raw)
    nothing = sql.one_of(trimmed(cell.raw), ("", *cell.column.blanks))
    return sql.any_of([sql.is_null(cell.raw), nothing])
