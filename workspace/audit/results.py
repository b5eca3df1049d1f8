"""The recorded result of a run, and which run is meant.

Knows the keys of the result document that audits look at; must not evaluate anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import InputError, Place, Problem
from workspace.opening import Workspace
from workspace.receipts import JSON
from workspace.runs import Run, find_run, runs

Document = Mapping[str, Any]


def chosen_run(workspace: Workspace, name: str | None) -> Run:
    """The run of that name, else the newest. Raises InputError."""
    if name is not None:
        return find_run(workspace, name)
    every = runs(workspace)
    if not every:
        place = Place(str(workspace.layout.root))
        raise InputError([Problem(place, "还没有记下任何计算", "", "先运行 hotline evaluate")])
    return every[-1]


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
