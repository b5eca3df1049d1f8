"""What was made known of months, against its form and against the chain: which run it was taken from, what it replaces.

Knows entries of publications and corrections and the months that they name; must not compute anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.problems import InputError, Place, Problem
from engine.published_json import read_published, write_published
from workspace.audit.references import JSON
from workspace.audit.rows import row_place
from workspace.audit.shapes import Shapes
from workspace.models import Entry
from workspace.objects import Objects
from workspace.published_months import KINDS

_RESTORE = "公布过的只能用更正取代，不能改；请从备份恢复"
_FORM = (LookupError, TypeError, ValueError, AttributeError)


def look(objects: Objects, entries: Sequence[Entry], shapes: Shapes) -> Iterator[Problem]:
    """Every publication and correction; those of no form, and standings that were changed, are others' problem."""
    runs = {entry.seq for entry in entries if entry.kind == "run"}
    holding: dict[str, int] = {}
    for entry in entries:
        if entry.kind not in KINDS:
            continue
        try:
            content = entry.content
            month, run, standing = str(content["month"]), content["run"], str(content["standing"])
            yield from _against_chain(entry, content, run in runs and run < entry.seq, holding.get(month))
            holding[month] = entry.seq
            yield from _standing(objects, entry, standing, month, shapes)
        except _FORM:
            continue


def _against_chain(entry: Entry, content: Mapping[str, Any], has_run: bool, holding: int | None) -> Iterator[Problem]:
    place = row_place("entry", (entry.seq,))
    if not has_run:
        yield Problem(place, "所说的计算不在它之前", f"R{content['run']}", _RESTORE)
    if entry.kind == "correction" and content["replaces"] != holding:
        yield Problem(place, "所更正的不是当时公布的那一条", str(content["replaces"]), _RESTORE)
    if entry.kind == "publication" and holding is not None:
        yield Problem(place, f"这个月已由第 {holding} 条记录公布，只能更正", str(content["month"]), _RESTORE)


def _standing(objects: Objects, entry: Entry, standing: str, month: str, shapes: Shapes) -> Iterator[Problem]:
    place = Place(str(objects.path(standing, JSON)))
    try:
        data = objects.read(standing, JSON)
    except InputError:
        return
    try:
        said = json.loads(data)
        breaches = list(shapes.breaches("published", said, place))
        if not breaches and write_published(read_published(data)).encode() != data:
            breaches = [Problem(place, "不是公布的名次的写法：同一内容只有一种写法", "", _RESTORE)]
        if not breaches and said["month"] != month:
            breaches = [Problem(place, f"不是{row_place('entry', (entry.seq,))}所说的月份", said["month"], _RESTORE)]
    except _FORM as error:
        breaches = [Problem(place, "不是公布的名次", type(error).__name__, _RESTORE)]
    yield from breaches
