"""Receipts against their form, against the entry that names them and against what the chain says was there.

Knows what a run's entry, its receipt and its objects repeat of each other; must not evaluate anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from engine.problems import InputError, Place, Problem
from workspace import receipts
from workspace.audit.references import JSON, Reference
from workspace.audit.rows import row_place
from workspace.audit.shapes import Shapes
from workspace.chain import canonical
from workspace.digests import digest_bytes
from workspace.imported import Part, part_of
from workspace.models import Entry
from workspace.objects import Objects

_RESTORE = "凭据只写一次，不能改；请从备份恢复"
_FORM = (LookupError, TypeError, ValueError, AttributeError)
"""What reading a document of another form raises."""
Content = Mapping[str, Any]


@dataclass(frozen=True)
class Looked:
    """What looking at receipts found: the objects they name, what is wrong, and by run those that could be read."""

    named: list[Reference] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    read: dict[str, Content] = field(default_factory=dict)


def look(objects: Objects, entries: Sequence[Entry], shapes: Shapes) -> Looked:
    """Every receipt that is what its name says. The others are the objects' own problem; so is an entry of no form."""
    found = Looked()
    parts = _parts(entries)
    announced = {entry.seq: entry for entry in entries if entry.kind in ("publication", "correction")}
    for entry in entries:
        if entry.kind != "run":
            continue
        try:
            content = entry.content
            digest = str(content["receipt"])
            data = objects.read(digest, JSON)
        except (InputError, *_FORM):
            continue
        place = Place(str(objects.path(digest, JSON)))
        try:
            said = json.loads(data)
            breaches = list(shapes.breaches("receipt", said, place))
            if not breaches:
                found.read[f"R{entry.seq}"] = said
                breaches = list(_breaches(objects, place, said, data, entry, parts, announced))
        except _FORM as error:
            breaches = [Problem(place, f"与{row_place('entry', (entry.seq,))}对不上", type(error).__name__, _RESTORE)]
        found.problems.extend(breaches)
    for run, said in found.read.items():
        named = [
            Reference(digest, suffix, f"{run} 的凭据：{what}") for digest, suffix, what in receipts.objects_of(said)
        ]
        found.named.extend(named)
    return found


def _breaches(
    objects: Objects,
    place: Place,
    said: Content,
    data: bytes,
    entry: Entry,
    parts: Iterable[tuple[int, Part]],
    announced: Mapping[int, Entry],
) -> Iterator[Problem]:
    if canonical(said).encode() != data:
        yield Problem(place, "不是凭据的写法：同一内容只有一种写法", "", _RESTORE)
    yield from _against_entry(place, said, entry)
    yield from _against_chain(objects, place, said, entry.content["upto"], parts, announced)


def _parts(entries: Iterable[Entry]) -> list[tuple[int, Part]]:
    found: list[tuple[int, Part]] = []
    for entry in entries:
        if entry.kind == "import":
            with suppress(*_FORM):
                found += [(entry.seq, part_of(record)) for record in entry.content["files"]]
    return found


def _against_entry(place: Place, said: Content, entry: Entry) -> Iterator[Problem]:
    """What the entry repeats of the receipt."""
    content = entry.content
    told = {
        "result": said["result"],
        "firings": [digest for one in said["firings"] for digest in (one["described"], one["numbers"])],
        "policy": {name: said["policy"][name] for name in ("id", "version", "digest")},
        "state": said["state"]["digest"],
        "as_of": said["as_of"],
        "orders": said["input"]["orders"],
        "set_aside": said["input"]["set_aside"],
    }
    for name, value in told.items():
        if content[name] != value:
            yield Problem(place, f"{name} 与{row_place('entry', (entry.seq,))}不符", str(value), _RESTORE)
    if not 0 < content["upto"] < entry.seq:
        yield Problem(row_place("entry", (entry.seq,)), "upto 应是更早的一条记录", str(content["upto"]), _RESTORE)


def _against_chain(
    objects: Objects,
    place: Place,
    said: Content,
    upto: int,
    parts: Iterable[tuple[int, Part]],
    announced: Mapping[int, Entry],
) -> Iterator[Problem]:
    """The state is that of all imports up to the entry at which the run began; months were published before it."""
    there = {part.snapshot: part for seq, part in parts if seq <= upto}
    wanted = [
        {"digest": digest, "table": part.table, "records": part.orders, "set_aside": part.set_aside}
        for digest, part in sorted(there.items())
    ]
    if said["state"]["snapshots"] != wanted:
        yield Problem(place, f"所列的快照不是当时（第 {upto} 条记录为止）导入的那些", "", _RESTORE)
    lines = "".join(f"{digest}\n" for digest in sorted(there))
    if said["state"]["digest"] != digest_bytes(lines.encode(), objects.algorithm):
        yield Problem(place, "state 的摘要与所列的快照不符", str(said["state"]["digest"]), _RESTORE)
    for one in said["publications"]:
        entry = announced.get(one["seq"])
        if (
            entry is None
            or entry.seq > upto
            or (entry.content["month"], entry.content["standing"])
            != (
                one["month"],
                one["standing"],
            )
        ):
            yield Problem(place, f"所列的公布与链上不符：{one['month']}", str(one["seq"]), _RESTORE)
