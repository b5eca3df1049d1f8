"""Which version reads and governs a folder of orders.

Headers are policy data, so a version has to be tried before the orders' months are known. Knows versions and intake;
must not know what is done with the orders.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from sqlglot import exp

from engine.databases import Database, Holder, database_of
from engine.facts import ORDERS, column, month_index
from engine.intake import connect
from engine.intake.found import Intake
from engine.intake.take_in import Elsewhere, take_in
from engine.months import Month
from engine.policy.build import load_policy
from engine.policy.model import Policy
from engine.policy.model_tables import Table
from engine.policy.versions import (
    Rejected,
    Version,
    find_version,
    governing,
    in_cycle_of,
    list_versions,
    readable_versions,
)
from engine.problems import InputError, Place, Problem

_STRAYS = 5
"""Months without a version of which an order is named."""

Progress = Callable[[str], None]
Data = Path | Callable[[tuple[Table, ...]], Path]
"""A folder, or what makes one that a version with these tables can read."""


def folder_of(data: Data, tables: tuple[Table, ...]) -> Path:
    """Where a version with these tables reads. Raises InputError where a folder cannot be made."""
    return data if isinstance(data, Path) else data(tables)


@dataclass(frozen=True)
class Request:
    """What to evaluate.

    ``released`` holds the versions chosen by date, ``examples`` those found only by name; ``policy`` names a version
    or its folder. ``chosen``: reading to option. ``as_of`` is local to the policy; without it, ``now`` (with a zone)
    is taken. ``month``: the cycle that holds it is meant, whatever other cycles there are orders of. ``cache``: folder
    for compiled tables and for what was found sound. ``time_limit`` in seconds for asking the rule engine. ``memory``
    bounds the database, like ``1GB``; ``spill`` is the folder for what does not fit in it. ``elsewhere`` opens the
    database that reads and holds the orders where that is not DuckDB, one for each reading.
    """

    data: Data
    schemas: Path
    released: Path
    examples: Path | None
    policy: str | None
    chosen: Mapping[str, str]
    as_of: dt.datetime | None
    now: dt.datetime
    cache: Path | None = None
    time_limit: float = 60.0
    memory: str | None = None
    spill: Path | None = None
    elsewhere: Callable[[], Elsewhere] | None = None
    month: Month | None = None


@dataclass(frozen=True)
class Taken:
    """A version, the orders read by it, and what holds them: ``database``, else the connection."""

    policy: Policy
    intake: Intake
    connection: duckdb.DuckDBPyConnection = field(repr=False, compare=False)
    database: Database | None = field(default=None, repr=False, compare=False)

    @property
    def orders_in(self) -> Holder:
        return self.database or self.connection


@dataclass(frozen=True)
class Choice:
    """The versions to evaluate by, and why these.

    ``taken``: the version ``asked`` for by name; else the one that governs the ``months`` of the orders and its
    amendments, in order of time. ``rejected`` are the other versions that might have been chosen.
    """

    taken: tuple[Taken, ...]
    asked: str | None
    months: tuple[Month, ...]
    rejected: tuple[Rejected, ...]


def choose(request: Request, progress: Progress | None = None) -> Choice:
    """Raises PolicyError and InputError."""
    if request.policy is not None:
        folders = [request.released, *([request.examples] if request.examples else [])]
        found = find_version(request.policy, folders)
        others, _ = readable_versions(request.released)  # a broken one keeps nobody from asking for another
        rejected = tuple(Rejected(version) for version in others if version.folder.resolve() != found.resolve())
        return Choice(read_by(request, (found,), progress), request.policy, (), rejected)
    versions = list_versions(request.released)
    if not versions:
        raise InputError([Problem(Place(str(request.released)), "没有任何政策版本", "", "用 --policy 指明版本")])
    tried = _first_readable(request, versions, progress)
    months = months_received(tried.policy, tried.intake, tried.orders_in)
    if not months:
        what = "没有一张可用的工单，无法按接单时间确定版本"
        raise InputError([Problem(Place(tried.policy.orders.file), what, "", "检查数据，或用 --policy 指明版本")])
    try:
        chosen = governing(months if request.month is None else in_cycle_of(request.month, months, versions), versions)
    except InputError as error:
        governed = {month for month in months if any(version.governs(month) for version in versions)}
        raise InputError([*error.problems, *_strays(tried, [one for one in months if one not in governed])]) from None
    taken = read_by(request, [version.folder for version in chosen.versions], progress, tried)
    return Choice(taken, None, chosen.months, chosen.rejected)


def read_by(
    request: Request, folders: Iterable[Path], progress: Progress | None = None, tried: Taken | None = None
) -> tuple[Taken, ...]:
    """The orders as each of these versions reads them; what was ``tried`` serves again. Raises as ``choose`` does."""
    found: list[Taken] = []
    for folder in folders:
        if tried is not None and str(folder) == tried.policy.folder:
            found.append(tried)
        else:
            found.append(_take(request, folder, progress, tried or (found[0] if found else None)))
    return tuple(found)


def _first_readable(request: Request, versions: Sequence[Version], progress: Progress | None) -> Taken:
    """The latest version whose fields fit the folder. Raises the latest one's InputError when none fits."""
    refused: InputError | None = None
    for version in versions:
        try:
            return _take(request, version.folder, progress)
        except InputError as error:
            refused = refused or error
    assert refused is not None
    raise refused


def _take(request: Request, folder: Path, progress: Progress | None, like: Taken | None = None) -> Taken:
    """Read the orders by the version in ``folder``; those of ``like`` serve again where the fields are the same."""
    policy = load_policy(folder, request.schemas, request.chosen, request.cache)
    if like is not None and policy.tables == like.policy.tables:
        return Taken(policy, like.intake, like.connection, like.database)
    data = folder_of(request.data, policy.tables)
    connection = connect(memory_limit=request.memory)
    if request.spill is not None:
        connection.execute("SET temp_directory = ?", [str(request.spill)])
    elsewhere = None if request.elsewhere is None else request.elsewhere()
    return Taken(policy, take_in(policy.tables, data, connection, progress, elsewhere), connection, elsewhere)


def _strays(taken: Taken, months: Sequence[Month]) -> Iterator[Problem]:
    """Which orders are dated in these months: a slip of the pen must be found among thousands."""
    policy, dated = taken.policy, month_index([taken.policy.orders.dated_by or ""], taken.policy.window)
    orders = exp.alias_(exp.to_table(taken.intake.relation, quoted=True), ORDERS, table=True)
    columns = (exp.Count(this=exp.Star()), exp.Min(this=column(policy.orders.key[0])), exp.Min(this=column("_record")))
    for month in months[:_STRAYS]:
        found = exp.select(*columns).from_(orders.copy())
        found = found.where(exp.EQ(this=dated.copy(), expression=exp.Literal.number(month.index)))
        for number, first, record in database_of(taken.orders_in).rows(found):
            place = Place(policy.orders.file) if number > 1 else Place(f"{policy.orders.file} 第 {record} 条")
            what = f"{policy.orders.dated_by}在 {month} 的工单有 {number} 件"
            yield Problem(place, what, str(first), "若是填错，请改正")


def months_received(policy: Policy, intake: Intake, held: Holder) -> tuple[Month, ...]:
    """The months in which the orders are dated."""
    dated = month_index([policy.orders.dated_by or ""], policy.window)
    orders = exp.alias_(exp.to_table(intake.relation, quoted=True), ORDERS, table=True)
    found = database_of(held).distinct(exp.select(dated).from_(orders))
    return tuple(sorted(Month(index) for (index,) in found if index is not None))
