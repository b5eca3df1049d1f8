"""Input tables and their columns, as frozen values.

Knows the vocabulary of fields; must not know YAML, files or any header of a plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

ColumnType = Literal["text", "choice", "choices", "yes_no", "count", "number", "time", "month", "reference"]
TableId = str
"""``orders`` and ``units`` have a meaning of their own; any other table is what some item of the policy reads."""


@dataclass(frozen=True)
class Value:
    """One value of an enumeration, and other spellings of it that a file may hold."""

    id: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column of an input table. ``id`` is the header; ``aliases`` are other headers.

    An empty cell is an error of the row when ``required``, is read as ``default`` when there is one, and otherwise
    stays missing. Cells equal to one of ``blanks`` are empty. ``values`` are those of a choice, a list or a yes/no.
    Numbers lie between ``minimum`` and ``maximum``; those below ``doubtful_below`` count and are remarked.
    A time that is ``due`` says by when something has to be done, not when it happened.
    """

    id: str
    type: ColumnType
    aliases: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    required: bool = False
    default: str | None = None
    blanks: tuple[str, ...] = ()
    personal: bool = False
    separators: tuple[str, ...] = ()
    table: str | None = None
    minimum: Fraction | None = None
    maximum: Fraction | None = None
    doubtful_below: Fraction | None = None
    due: bool = False

    @property
    def choices(self) -> tuple[str, ...]:
        """The ids of ``values``, in declared order."""
        return tuple(value.id for value in self.values)


@dataclass(frozen=True)
class TimeOrder:
    """``earlier`` must not lie after ``later``; otherwise the row is set aside, or only remarked."""

    earlier: str
    later: str
    otherwise: Literal["set_aside", "remark"]


@dataclass(frozen=True)
class RequiredWhen:
    """``column`` must be filled once ``present`` is."""

    column: str
    present: str


@dataclass(frozen=True)
class Grant:
    """Rows of a table that add to a list of an order: where the column ``when`` is ``is_``, the value of ``source`` is
    put into the list ``column`` of the order that the column ``order`` names."""

    order: str
    source: str
    column: str
    when: str
    is_: str


@dataclass(frozen=True)
class Table:
    """One input table. ``file`` is the file's stem; no two rows may share ``key`` (all sharing rows are wrong).

    ``unit`` and ``dated_by`` (orders only): the column whose unit answers for the row, and the time that places it
    in a cycle. ``caller`` (orders only): the personal column that tells one caller from another. ``grants`` (other
    tables): what its rows add to orders.
    """

    id: TableId
    title: str
    file: str
    formats: tuple[str, ...]
    required: bool
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    unit: str | None = None
    dated_by: str | None = None
    time_order: tuple[TimeOrder, ...] = ()
    required_when: tuple[RequiredWhen, ...] = ()
    caller: str | None = None
    grants: Grant | None = None

    def column(self, id: str) -> Column:
        """The column, which must exist."""
        return next(column for column in self.columns if column.id == id)

    def has(self, id: str) -> bool:
        return any(column.id == id for column in self.columns)
