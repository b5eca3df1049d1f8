"""Hypothesis strategies for whole input sets: raw rows as a platform would export them, drawn from the policy alone.

Headers, values, limits and boundary moments come from the policy's tables, conditions and clocks, so the strategies
also fit a policy in which everything is renamed and renumbered. What they draw stays inside what the contract says
plainly; spellings on which it is silent (``2026/3`` for a month, say) are left out.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from hypothesis import strategies as st

from engine.policy.model import Policy
from engine.policy.model_tables import Column, Table
from tests.boundaries import SECOND, boundary_counts, inside_calendar, moments_after, times_of_day
from tests.spoilt import spoil

FORMS = ("dash", "slash", "short dash", "short slash")
TEXTS = ("", "普通文字", '含逗号,与"引号"', "两行\n文字", "=1+1", "𠮷字与é", "0012", "甲；乙;丙")
NAMES = ("城建所", "路政中心", "房管所", "𠮷物业中心", "公交,客运", "A-2站")
GROUPS = ("建设", "交通", "房管")
FIGURES = ("80", "80.0", "79.99", "80.01", "100", "0", "")
AWARDS = ("0", "0.5", "1", "1.5", "2", "3", "3.01", "0.333")


@dataclass(frozen=True)
class InputSet:
    """``tables``: rows by table id, each header -> text; ``as_of``: the moment to evaluate at."""

    tables: dict[str, list[dict[str, str]]]
    as_of: dt.datetime


def write_folder(drawn: InputSet, folder: Path, policy: Policy, encoding: str = "utf-8-sig") -> Path:
    """Write the set as one CSV a table; a table without rows gets its header only. Returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in policy.tables:
        rows = drawn.tables.get(table.id, [])
        headers = list(rows[0]) if rows else [column.id for column in table.columns]
        with (folder / f"{table.file}.csv").open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, headers)
            writer.writeheader()
            writer.writerows(rows)
    return folder


def input_sets(
    policy: Policy, *, flawed: bool = True, max_units: int = 4, max_templates: int = 6
) -> st.SearchStrategy[InputSet]:
    """Whole input sets. Orders are drawn as templates, each repeated in several months, so that months have several
    orders, units are last in a row, and a failing example still shrinks to few choices.

    ``flawed``: some orders break the rules and must be set aside; otherwise every row is good.
    """

    @st.composite
    def whole(draw: st.DrawFn) -> InputSet:
        return _input_set(draw, policy, flawed, max_units, max_templates)

    return whole()


def _input_set(draw: st.DrawFn, policy: Policy, flawed: bool, max_units: int, max_templates: int) -> InputSet:
    tables: dict[str, list[dict[str, str]]] = {}
    names = list(NAMES[: draw(st.sampled_from((*range(2, max_units + 1), 1)))])
    if policy.has_table("units"):
        table = policy.table("units")
        groups = draw(st.lists(st.sampled_from(GROUPS), min_size=len(names), max_size=len(names)))
        tables["units"] = [
            {column.id: name if column.id in table.key else group for column in table.columns}
            for name, group in zip(names, groups, strict=True)
        ]
    tables["orders"] = _orders(draw, policy, names, max_templates)
    for table in policy.tables:
        if table.id not in ("units", "orders"):
            tables[table.id] = _records(draw, policy, table, names)
    if flawed:
        spoil(draw, policy.orders, tables["orders"])
    times = [text for row in tables["orders"] for text in row.values() if text[:2] == "20" and len(text) == 19]
    for table in policy.tables:
        tables[table.id] = _dressed(draw, table, tables[table.id])
    return InputSet(tables, _moments(draw, policy, times))


def _orders(draw: st.DrawFn, policy: Policy, names: Sequence[str], max_templates: int) -> list[dict[str, str]]:
    table = policy.orders
    months = (policy.first.plus(-1), *policy.months, policy.last.plus(1))
    cells = {column.id: _cell(column, policy, names) for column in table.columns}
    template = st.tuples(
        st.fixed_dictionaries(cells),
        st.one_of(
            st.lists(st.integers(0, len(months) - 1), min_size=1, max_size=7, unique=True),
            st.just(list(range(1, len(months) - 1))),
        ),
        st.sampled_from((1, 2, 15, 27, 28, 0)),
        st.sampled_from(times_of_day(policy)),
    )
    rows: list[dict[str, str]] = []
    for specs, chosen, day, time in draw(st.lists(template, min_size=min(3, max_templates), max_size=max_templates)):
        for position in chosen:
            month = months[position]
            date = month.day(day) if day else month.end.date() - dt.timedelta(days=1)
            row = _materialised(policy, specs, dt.datetime.combine(date, time))
            for key in table.key:
                row[key] = f"单{len(rows):04d}"
            rows.append(row)
    return draw(st.permutations(rows))


@dataclass(frozen=True)
class _TimeSpec:
    """A time in relation to the times drawn before it in the row. ``missing``: an empty cell."""

    missing: bool
    anchor: int
    offset: int
    nudge: int
    form: str


def _cell(column: Column, policy: Policy, names: Sequence[str]) -> st.SearchStrategy[object]:
    """A text, or a time still to be put in relation to the others."""
    empty = () if column.required else ("", "")
    spellings = [text for value in column.values for text in (value.id, *value.aliases)]
    if policy.orders.unit == column.id:
        return st.sampled_from(list(names))
    match column.type:
        case "choice" | "yes_no":
            return st.sampled_from([*empty, *spellings])
        case "choices":
            separator = st.sampled_from(column.separators)
            chosen = st.lists(st.sampled_from(spellings), max_size=3)
            return st.one_of(st.just(""), st.builds(lambda parts, mark: mark.join(parts), chosen, separator))
        case "count":
            return st.sampled_from([*empty, *boundary_counts(policy, column)])
        case "number":
            return st.sampled_from([*empty, *AWARDS])
        case "time":
            return st.builds(
                _TimeSpec,
                missing=st.just(False) if column.required else st.booleans(),
                anchor=st.integers(0, 3),
                offset=st.integers(0, 20),
                nudge=st.sampled_from((0, 0, -1, 1)),
                form=st.sampled_from(FORMS),
            )
        case "month":
            return st.sampled_from([*empty, *map(str, policy.months)])
        case _:
            return st.sampled_from([text for text in TEXTS if text or not column.required])


def _materialised(policy: Policy, specs: dict[str, object], start: dt.datetime) -> dict[str, str]:
    """The row's cells, given the moment at which the order comes in."""
    row: dict[str, str] = {}
    found: dict[str, dt.datetime] = {}
    times: list[dt.datetime] = [start]
    for column in policy.orders.columns:
        spec = specs[column.id]
        if not isinstance(spec, _TimeSpec):
            row[column.id] = str(spec)
        elif spec.missing:
            row[column.id] = ""
        elif column.id == policy.orders.dated_by:
            row[column.id] = written(start, spec.form)
            found[column.id] = start
        else:
            anchor = times[spec.anchor % len(times)]
            offsets = list(moments_after(policy, anchor))
            time = offsets[spec.offset % len(offsets)] + spec.nudge * SECOND
            time = time if inside_calendar(policy, time) else start
            times.append(time)
            row[column.id] = written(time, spec.form)
            found[column.id] = time
    _repair(policy.orders, row, found)
    return row


def _repair(table: Table, row: dict[str, str], found: dict[str, dt.datetime]) -> None:
    """Make a good row of it: fill what must be filled, put right an order of times that would set it aside."""
    for needed in table.required_when:
        if needed.present in found and needed.column not in found:
            found[needed.column] = found[needed.present]
            row[needed.column] = written(found[needed.present], FORMS[0])
    for order in table.time_order:
        if order.otherwise == "set_aside" and {order.earlier, order.later} <= found.keys():
            later = max(found[order.earlier], found[order.later])
            if later != found[order.later]:
                found[order.later] = later
                row[order.later] = written(later, FORMS[0])


def written(time: dt.datetime, form: str) -> str:
    """The time in one of the contract's spellings; the short ones leave out seconds when there are none."""
    seconds = "" if form.startswith("short") and time.second == 0 else f":{time.second:02d}"
    if form.endswith("dash"):
        return f"{time:%Y-%m-%d %H:%M}{seconds}"
    return f"{time.year}/{time.month}/{time.day} {time.hour}:{time.minute:02d}{seconds}"


def _records(draw: st.DrawFn, policy: Policy, table: Table, names: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a table that is not about orders. A table with a key gets a row for nearly every key, so that figures of
    a month are rarely missing; the figures repeat from month to month in a short cycle."""
    months = [str(month) for month in (policy.first.plus(-1), *policy.months)]
    cells: dict[str, st.SearchStrategy[str]] = {}
    for column in table.columns:
        match column.type:
            case "month":
                cells[column.id] = st.sampled_from(months)
            case "reference":
                cells[column.id] = st.sampled_from(list(names))
            case "choice" | "yes_no":
                cells[column.id] = st.sampled_from(column.choices)
            case "number" | "count":
                cells[column.id] = st.sampled_from(AWARDS if column.required else FIGURES)
            case _:
                cells[column.id] = st.sampled_from([text for text in TEXTS if text or not column.required])
    if not table.key:
        return draw(st.lists(st.fixed_dictionaries(cells), max_size=24))
    keys = [months if table.column(name).type == "month" else table.column(name).choices for name in table.key]
    patterns = draw(st.lists(st.fixed_dictionaries(cells), max_size=7))
    left_out = draw(st.sets(st.integers(0, 40), max_size=4))
    return [
        {**patterns[index % len(patterns)], **dict(zip(table.key, values, strict=True))}
        for index, values in enumerate(product(*keys))
        if patterns and index not in left_out
    ]


def _dressed(draw: st.DrawFn, table: Table, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows under headers that are aliases here and there, columns from left to right or from right to left."""
    headers = {column.id: draw(st.sampled_from((column.id, *column.aliases))) for column in table.columns}
    order = list(headers) if draw(st.booleans()) else list(headers)[::-1]
    return [{headers[id]: row[id] for id in order} for row in rows]


def _moments(draw: st.DrawFn, policy: Policy, times: Sequence[str]) -> dt.datetime:
    """A moment to evaluate at: long after the cycle, at the end of a month, or at some order's time, to the second."""
    choices = [policy.last.plus(1).end - dt.timedelta(days=7), *(month.end for month in policy.months)]
    for text in times:
        try:
            choices.append(dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S"))
        except ValueError:
            continue  # a time that was spoilt on purpose
    moment = draw(st.one_of(st.just(choices[0]), st.sampled_from(choices)))
    return moment + draw(st.sampled_from((0, -1, 1))) * SECOND
