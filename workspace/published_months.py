"""What was made known of months, as the chain tells it: publications, and the corrections that took their place.

Knows the form of both entries and the object with a month's standing; must not know how a month is computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from engine.months import Month
from engine.problems import InputError, Place, Problem
from engine.published import Published
from engine.published_json import UnreadableError, read_published
from workspace.chain import Kind
from workspace.database import entries
from workspace.models import Entry
from workspace.models import Publication as Row
from workspace.objects import Objects
from workspace.opening import Workspace

JSON = ".json"
KINDS: tuple[Kind, ...] = ("publication", "correction")


@dataclass(frozen=True)
class Publication:
    """A month made known, or its correction. ``run`` is the entry of the run that it was taken from, ``standing`` the
    object; a correction has its ``reason`` and the entry that it ``replaces``. ``upto``: the entry that was the newest
    when the run began."""

    seq: int
    at: str
    by: str
    month: Month
    run: int
    standing: str
    upto: int
    reason: str = ""
    replaces: int | None = None

    @property
    def kind(self) -> str:
        return "publication" if self.replaces is None else "correction"

    @property
    def run_name(self) -> str:
        return f"R{self.run}"


@dataclass(frozen=True)
class Known:
    """What a workspace has made known at some moment: by month what holds, and the month as it was made known."""

    holding: Mapping[Month, Publication]
    published: Mapping[Month, Published]

    @property
    def last(self) -> int:
        """The newest entry that holds; 0 where there is none."""
        return max((one.seq for one in self.holding.values()), default=0)


def row_of(entry: Entry) -> Row:
    """The entry's row of the catalogue. Raises LookupError and TypeError for an entry of another form."""
    said = entry.content
    corrected = entry.kind == "correction"
    return Row(
        seq=entry.seq,
        month=said["month"],
        run=said["run"],
        standing=said["standing"],
        reason=said["reason"] if corrected else "",
        replaces=said["replaces"] if corrected else None,
    )


def publications(session: Session, upto: int | None = None) -> tuple[Publication, ...]:
    """Every publication and correction, the oldest first; with ``upto``, until that entry was the newest.

    Raises InputError for an entry of another form.
    """
    found = [entry for kind in KINDS for entry in entries(session, kind, upto)]
    runs = {entry.seq: entry for entry in entries(session, "run", upto)} if found else {}
    try:
        return tuple(_publication(entry, runs) for entry in sorted(found, key=lambda entry: entry.seq))
    except (LookupError, TypeError, ValueError) as error:
        what, instead = "链上有一条公布看不懂，或没有对应的计算", "用 hotline audit verify 检查工作区"
        raise InputError([Problem(Place("链"), what, str(error), instead)]) from None


def _publication(entry: Entry, runs: Mapping[int, Entry]) -> Publication:
    row = row_of(entry)
    return Publication(
        seq=entry.seq,
        at=entry.at,
        by=entry.by,
        month=Month.parse(row.month),
        run=row.run,
        standing=row.standing,
        upto=runs[row.run].content["upto"],
        reason=row.reason,
        replaces=row.replaces,
    )


def in_force(found: Iterable[Publication]) -> dict[Month, Publication]:
    """By month, what holds: the newest of its entries."""
    newest = {one.month: one for one in sorted(found, key=lambda one: one.seq)}
    return {month: newest[month] for month in sorted(newest)}


def known_at(workspace: Workspace, seq: int | None = None) -> Known:
    """What had been made known when the entry ``seq`` was the newest, else what has been by now. Raises InputError."""
    with workspace.store.reading() as session:
        holding = in_force(publications(session, seq))
    return Known(holding, {month: _standing(workspace.objects, one) for month, one in holding.items()})


def published_at(workspace: Workspace, seq: int) -> Mapping[Month, Published]:
    """The months that were public when the entry ``seq`` was the newest, each as it was then. Raises InputError."""
    return known_at(workspace, seq).published


def _standing(objects: Objects, one: Publication) -> Published:
    data = objects.read(one.standing, JSON)
    try:
        return read_published(data)
    except UnreadableError as error:
        what, instead = f"{one.month} 公布的名次读不出来", "请升级 hotline-policy，或从备份取回"
        raise InputError([Problem(Place(str(objects.path(one.standing, JSON))), what, str(error), instead)]) from None
