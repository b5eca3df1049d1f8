"""The catalogue against the chain: every row, column by column, and no row that no entry speaks of.

Knows which rows each kind of entry has; must not know how rows are written. What counts is the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlmodel import SQLModel

from engine.problems import Place, Problem
from workspace.audit.rows import Row, row_place
from workspace.imported import part_of
from workspace.models import Entry, Publication, Run, Snapshot

_RESTORE = "目录由链推出，与链不符就是被改动过；请从备份恢复数据库"
Content = Mapping[str, Any]


def _snapshots(entry: Entry, content: Content) -> Iterator[SQLModel]:
    for place, record in enumerate(content["files"]):
        part = part_of(record)
        yield Snapshot(
            seq=entry.seq,
            part=place,
            digest=part.snapshot,
            table=part.table,
            file=part.name,
            file_digest=part.digest,
            sheet=part.sheet,
            exported=part.exported,
            records=part.orders,
            set_aside=part.set_aside,
            policy=part.policy,
        )


def _run(entry: Entry, content: Content) -> Iterator[SQLModel]:
    yield Run(
        seq=entry.seq,
        run=f"R{entry.seq}",
        receipt=content["receipt"],
        result=content["result"],
        policy=content["policy"]["id"],
        version=content["policy"]["version"],
        state=content["state"],
        as_of=content["as_of"],
    )


def _publication(entry: Entry, content: Content) -> Iterator[SQLModel]:
    corrected = entry.kind == "correction"
    yield Publication(
        seq=entry.seq,
        month=content["month"],
        run=content["run"],
        standing=content["standing"],
        reason=content["reason"] if corrected else "",
        replaces=content["replaces"] if corrected else None,
    )


ROWS: Mapping[type[SQLModel], tuple[tuple[str, ...], Callable[[Entry, Content], Iterator[SQLModel]]]] = {
    Snapshot: (("import",), _snapshots),
    Run: (("run",), _run),
    Publication: (("publication", "correction"), _publication),
}
"""By table of the catalogue, the kinds of entries that have rows in it and what those are."""


def expected(model: type[SQLModel], entry: Entry) -> Iterator[Row]:
    """The rows of a table that are an entry's. Raises LookupError and TypeError for an entry of another form."""
    kinds, rows = ROWS[model]
    if entry.kind in kinds:
        yield from (row.model_dump() for row in rows(entry, entry.content))


def compare(model: type[SQLModel], wanted: Iterable[Row], found: Sequence[Row]) -> Iterator[Problem]:
    """Every row of a table that is not what it should be."""
    table = model.__table__  # type: ignore[attr-defined]
    keys = [column.name for column in table.primary_key.columns]
    there = {_key(row, keys): row for row in found}
    for row in wanted:
        key = _key(row, keys)
        place, own = row_place(table.name, key), there.pop(key, None)
        if own is None:
            yield Problem(place, f"不见了（{_entry(row)}有它）", "", _RESTORE)
            continue
        for name, value in row.items():
            if own[name] != value:
                what = f"{name} 与{_entry(row)}不符（应为 {value}）"
                yield Problem(place, what, str(own[name]), _RESTORE)
    for key in there:
        yield Problem(row_place(table.name, key), "是多出来的：链上没有与它对应的记录", "", _RESTORE)


def _key(row: Row, names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def _entry(row: Row) -> Place:
    return row_place("entry", (row["seq"],))
