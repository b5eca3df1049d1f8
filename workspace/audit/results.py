"""The recorded result of a run, and which run is meant.

Knows the keys of the result document that audits look at; must not evaluate anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import InputError, Place, Problem
from workspace.opening import Workspace
from workspace.receipts import JSON, read_receipt
from workspace.runs import Run, find_run, runs

Document = Mapping[str, Any]


def chosen_run(workspace: Workspace, name: str | None, period: str | None = None) -> Run:
    """The run of that name, else the newest; for a month, the newest of a cycle that has it. Raises InputError."""
    if name is not None:
        return find_run(workspace, name)
    every = runs(workspace)
    if not every:
        place = Place(str(workspace.layout.root))
        raise InputError([Problem(place, "还没有记下任何计算", "", "先运行 hotline evaluate")])
    return next((run for run in reversed(every) if period is not None and _has(workspace, run, period)), every[-1])


def _has(workspace: Workspace, run: Run, period: str) -> bool:
    first, last = cycle_of(read_receipt(workspace.objects, run.receipt))
    return first <= period <= last


def cycle_of(receipt: Document) -> tuple[str, str]:
    """The first and the last month of the cycle that a run is about, as its receipt has them."""
    version = receipt["choice"]["versions"][0]
    return str(version["first"]), str(version["last"])


def document_of(workspace: Workspace, run: Run) -> Document:
    """What the run gave. Raises InputError where that was changed or is missing."""
    found: Document = json.loads(workspace.objects.read(run.result, JSON))
    return found


def unit_column(document: Document) -> str:
    """The column of orders that names those who are ranked."""
    return str(document["titles"]["unit"])


def periods(document: Document) -> Iterator[Mapping[str, Any]]:
    """Every month, quarter and the year."""
    yield from document["months"]
    yield from document["quarters"]
    if document["year"]:
        yield document["year"]


def cycle(document: Document) -> tuple[str, ...]:
    """The months that the result is about."""
    return tuple(month["period"] for month in document["months"])
