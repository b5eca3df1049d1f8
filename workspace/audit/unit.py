"""One unit in all runs: its places and totals, what of that changed and because of what, and what was made known.

Knows recorded results, published months and what runs were made from; must not evaluate anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.problems import InputError, Place, Problem, nearest
from engine.published_json import read_published
from engine.report import rounded
from workspace.audit.inputs import Cause, differing, titles_of_tables
from workspace.audit.results import Document, cycle, document_of, periods, unit_column
from workspace.audit.standing import Moved, moved, same_rows
from workspace.database import entries
from workspace.imported import Imported, imported
from workspace.models import Entry
from workspace.opening import Workspace
from workspace.receipts import JSON, read_receipt
from workspace.runs import Run, runs


@dataclass(frozen=True)
class At:
    """A unit in a period; ``rank``, ``total`` and ``last`` are None where it is not ranked, ``of`` counts who is."""

    period: str
    title: str
    provisional: bool
    rank: int | None
    total: float | None
    last: bool | None
    of: int

    @property
    def placed(self) -> tuple[int | None, float | None, bool | None]:
        return self.rank, self.total, self.last


@dataclass(frozen=True)
class Consequence:
    """A consequence of the unit in a period."""

    period: str
    rule: str
    title: str


@dataclass(frozen=True)
class Shift:
    """A period in which the unit is placed otherwise than in the run before."""

    old: At | None
    new: At | None

    @property
    def period(self) -> At:
        found = self.new or self.old
        assert found is not None
        return found


@dataclass(frozen=True)
class InRun:
    """The unit in one run, compared with ``before``, the run of the same cycle that came before it.

    ``due``: by published month, what the run says would have to be corrected of the unit, each with ``old`` and
    ``new``. ``orders``: those of the unit whose records became others; ``others``: how many of other units.
    """

    run: Run
    before: str | None
    places: tuple[At, ...]
    consequences: tuple[Consequence, ...]
    due: Mapping[str, Mapping[str, Mapping[str, Any]]]
    shifts: tuple[Shift, ...]
    causes: tuple[Cause, ...]
    orders: tuple[Moved, ...]
    others: int


@dataclass(frozen=True)
class Announced:
    """What was made known of the unit by one entry; ``replaces`` is None but for a correction."""

    seq: int
    at: str
    by: str
    run: int
    reason: str
    replaces: int | None
    place: At


@dataclass(frozen=True)
class UnitAudit:
    """``period`` None: all of them."""

    unit: str
    period: str | None
    runs: tuple[InRun, ...]
    announced: tuple[Announced, ...]


def audit_unit(workspace: Workspace, unit: str, period: str | None = None) -> UnitAudit:
    """Raises InputError for a unit or a period that no run has had."""
    parts = imported(workspace)
    found: list[InRun] = []
    before: dict[tuple[str, ...], tuple[InRun, Mapping[str, Any]]] = {}
    known: dict[str, None] = {}
    ids: dict[str, None] = {}
    for run in runs(workspace):
        document, said = document_of(workspace, run), read_receipt(workspace.objects, run.receipt)
        known |= dict.fromkeys(_units(document))
        ids |= dict.fromkeys(str(one["period"]) for one in periods(document))
        if period is not None and period not in {str(one["period"]) for one in periods(document)}:
            continue
        one = _in_run(run, document, unit, period)
        if cycle(document) in before:
            earlier, told = before[cycle(document)]
            one = _compared(workspace, parts, earlier, told, one, said, unit_column(document), unit)
        before[cycle(document)] = one, said
        found.append(one)
    place = Place(str(workspace.layout.root))
    if unit not in known:
        instead = nearest(unit, known) if known else "先运行 hotline evaluate"
        raise InputError([Problem(place, "没有哪次计算有这个单位", unit, instead)])
    if period is not None and period not in ids:
        raise InputError([Problem(place, "没有哪次计算有这个期间", period, nearest(period, ids))])
    return UnitAudit(unit, period, tuple(found), tuple(_announced(workspace, unit, period)))


def _units(document: Document) -> Iterator[str]:
    for one in periods(document):
        yield from (row["unit"] for row in one["ranking"])
        yield from one["unranked"]


def _in_run(run: Run, document: Document, unit: str, period: str | None) -> InRun:
    asked = [one for one in periods(document) if period in (None, one["period"])]
    places = tuple(found for one in asked if (found := _at(one, unit)) is not None)
    consequences = tuple(
        Consequence(one["period"], one["rule"], one["title"])
        for one in document["consequences"]
        if one["unit"] == unit and period in (None, one["period"])
    )
    due = {
        one["period"]: {name: pair for name, pair in item.items() if name != "unit"}
        for one in document.get("corrections", ())
        for item in one["units"]
        if item["unit"] == unit and period in (None, one["period"])
    }
    return InRun(run, None, places, consequences, due, (), (), (), 0)


def _at(one: Mapping[str, Any], unit: str) -> At | None:
    row = next((row for row in one["ranking"] if row["unit"] == unit), None)
    if row is None and unit not in one["unranked"]:
        return None
    of = sum(1 for other in one["ranking"] if row is None or other.get("group") == row.get("group"))
    told = str(one["period"]), str(one.get("title") or one["period"]), bool(one["provisional"])
    if row is None:
        return At(*told, None, None, None, of)
    return At(*told, row["rank"], row["total"], row["last"], of)


def _compared(
    workspace: Workspace,
    parts: Sequence[Imported],
    earlier: InRun,
    told: Mapping[str, Any],
    one: InRun,
    said: Mapping[str, Any],
    column: str,
    unit: str,
) -> InRun:
    was, now = ({place.period: place for place in side.places} for side in (earlier, one))
    shifts = [
        Shift(was.get(id), now.get(id))
        for id in dict.fromkeys((*was, *now))
        if id not in was or id not in now or was[id].placed != now[id].placed
    ]
    orders: tuple[Moved, ...] = ()
    causes: list[Cause] = []
    if told["state"]["digest"] != said["state"]["digest"]:
        orders = moved(workspace, earlier.run.upto, one.run.upto, column)
        causes += _tables(workspace, parts, (earlier.run.upto, one.run.upto), titles_of_tables(workspace.objects, said))
    own = tuple(order for order in orders if unit in (order.old, order.new))
    return replace(
        one,
        before=earlier.run.name,
        shifts=tuple(shifts),
        causes=(*causes, *differing(told, said)),
        orders=own,
        others=len(orders) - len(own),
    )


def _tables(
    workspace: Workspace, parts: Sequence[Imported], span: tuple[int, int], titles: Mapping[str, str]
) -> Iterator[Cause]:
    """Tables other than the orders that say something else after what was imported in between."""
    new: dict[str, list[str]] = {}
    for item in parts:
        if span[0] < item.seq <= span[1] and item.part.table != "orders":
            new.setdefault(item.part.table, []).append(item.part.name)
    for table, names in new.items():
        if not same_rows(workspace, *span, table):
            yield Cause("table", titles.get(table, table), None, "、".join(dict.fromkeys(names)))


def _announced(workspace: Workspace, unit: str, period: str | None) -> Iterator[Announced]:
    with workspace.store.reading() as session:
        found = [*entries(session, "publication"), *entries(session, "correction")]
    for entry in sorted(found, key=lambda entry: entry.seq):
        if period in (None, entry.content["month"]):
            place = _announced_place(workspace, entry, unit)
            if place is not None:
                told = entry.content
                reason, replaces = told.get("reason", ""), told.get("replaces")
                yield Announced(entry.seq, entry.at, entry.by, told["run"], reason, replaces, place)


def _announced_place(workspace: Workspace, entry: Entry, unit: str) -> At | None:
    standing = read_published(workspace.objects.read(entry.content["standing"], JSON)).standing
    month = str(standing.period.first)
    row = next((row for row in standing.ranking if row.unit == unit), None)
    if row is None:
        return At(month, month, False, None, None, None, len(standing.ranking)) if unit in standing.unranked else None
    of = sum(1 for other in standing.ranking if other.group == row.group)
    return At(month, month, standing.provisional, row.rank, rounded(row.total), row.last, of)
