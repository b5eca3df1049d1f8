"""What new snapshots of a table change in what was known: how many records are new, changed, unchanged or outdated.

Knows records; must not know files or the chain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlglot import exp

from engine.intake import sql
from engine.intake.sql import E
from workspace import records
from workspace.records import EVENT, EXPORTED, Kept

_FRESH, _KNOWN, _AFTER = "fresh", "known", "after"


@dataclass(frozen=True)
class Counts:
    """By key, or by row in a table without one. ``older``: what was brought but is not the newest and says otherwise;
    ``gone``: rows of a table without a key that are there no more."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    older: int = 0
    gone: int = 0


def count(connection: duckdb.DuckDBPyConnection, kept: Kept, fresh: Collection[Path]) -> Counts:
    """``kept`` holds everything, ``fresh`` among it what is new."""
    known = [path for path in kept.paths if path not in set(fresh)]
    if not records.key_names(kept):
        return _rows(connection, kept, fresh, known)
    names = records.newest(connection, kept, _FRESH, of=fresh)
    touched = records.having(connection, kept, _FRESH) - set(fresh) if known else ()
    if not touched:
        return Counts(new=_number(connection, _FRESH))
    records.newest(connection, kept, _KNOWN, of=touched, among=_FRESH)
    return _keys(connection, kept, names)


def _keys(connection: duckdb.DuckDBPyConnection, kept: Kept, names: Sequence[str]) -> Counts:
    there = sql.filled(_of(_KNOWN, EXPORTED))
    cells = [name for name in names if not name.startswith("_")]
    same = sql.all_of(*(exp.NullSafeEQ(this=_of(_FRESH, name), expression=_of(_KNOWN, name)) for name in cells))
    later = _later(names)
    kinds: list[E] = [
        exp.Not(this=there),
        sql.all_of(there.copy(), exp.Not(this=exp.Paren(this=same)), later),
        sql.all_of(there.copy(), same.copy()),
    ]
    query = sql.select([sql.call("count_if", kind) for kind in kinds], exp.Table(this=sql.name(_FRESH)))
    on = sql.all_of(
        *(exp.NullSafeEQ(this=_of(_FRESH, key), expression=_of(_KNOWN, key)) for key in records.key_names(kept))
    )
    query.set("joins", [exp.Join(this=exp.Table(this=sql.name(_KNOWN)), side="LEFT", on=on)])
    found = connection.execute(sql.render(query)).fetchone()
    assert found is not None
    new, changed, unchanged = (int(number or 0) for number in found)  # NULL where there is no row at all
    return Counts(new, changed, unchanged, _number(connection, _FRESH) - new - changed - unchanged)


def _later(names: Iterable[str]) -> E:
    """Whether the fresh record is newer than the known one; asked only of those that say something else."""
    cases: list[tuple[E, E]] = []
    for name in (EXPORTED, EVENT):
        ours, known = _of(_FRESH, name), _of(_KNOWN, name)
        cases.append((exp.NullSafeNEQ(this=ours, expression=known), _after(ours.copy(), known.copy())))
    digests = [records.content_digest(names, table) for table in (_FRESH, _KNOWN)]
    return exp.Paren(this=sql.case(cases, exp.GT(this=digests[0], expression=digests[1])))


def _after(ours: E, known: E) -> E:
    return sql.any_of([sql.is_null(known), exp.Paren(this=exp.GT(this=ours, expression=known.copy()))])


def _rows(connection: duckdb.DuckDBPyConnection, kept: Kept, fresh: Collection[Path], known: Sequence[Path]) -> Counts:
    """Rows are told apart by what they say."""
    names = records.newest(connection, kept, _AFTER)
    brought = _said(connection, records.all_records(kept), fresh, names)
    after = _digests(connection, exp.select("*").from_(sql.name(_AFTER)), names)
    before: Counter[str] = Counter()
    if known:
        records.newest(connection, kept, _KNOWN, of=known)
        before = _digests(connection, exp.select("*").from_(sql.name(_KNOWN)), names)
    used = _said(connection, exp.select("*").from_(sql.name(_AFTER)), fresh, names)
    added, gone = (after - before).total(), (before - after).total()
    changed = min(added, gone)
    unchanged = used.total() - (used - before).total()
    return Counts(added - changed, changed, unchanged, (brought - after).total(), gone - changed)


def _said(
    connection: duckdb.DuckDBPyConnection, query: exp.Select, of: Collection[Path], names: Iterable[str]
) -> Counter[str]:
    """What the rows of some snapshots say."""
    mine = sql.one_of(records.path_column(), [str(path) for path in sorted(of)])
    rows = sql.select([exp.Star()], query, mine)
    return _digests(connection, rows, names)


def _digests(connection: duckdb.DuckDBPyConnection, rows: exp.Select, names: Iterable[str]) -> Counter[str]:
    query = sql.select([records.content_digest(names)], rows)
    return Counter(digest for (digest,) in connection.execute(sql.render(query)).fetchall())


def _number(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    query = exp.Select(expressions=[exp.Count(this=exp.Star())]).from_(sql.name(relation))
    found = connection.execute(sql.render(query)).fetchone()
    assert found is not None
    return int(found[0])


def _of(table: str, name: str) -> exp.Column:
    return exp.column(sql.name(name), table=sql.name(table))
