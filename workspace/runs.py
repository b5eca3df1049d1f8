"""Runs: an evaluation of the workspace's state that is kept, with its result, firings and receipt.

Knows the order in which a run comes into being: objects first, then one entry of the chain. Must not know how orders
are read or what a receipt says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from engine.choosing import Progress, Request, choose
from engine.problems import InputError, Place, Problem, nearest
from workspace import policy_files, receipts
from workspace.database import entries
from workspace.evaluating import Evaluated, evaluating, moment
from workspace.firing_record import Firings
from workspace.imported import imported
from workspace.models import Entry
from workspace.models import Run as Row
from workspace.objects import Objects
from workspace.opening import Workspace
from workspace.policy_files import Files
from workspace.receipts import JSON, PARQUET, KeptFirings, Told, receipt, result_bytes, to_bytes


@dataclass(frozen=True)
class Run:
    """A recorded evaluation. ``upto``: the entry that was the newest when it began. See the receipt for the rest."""

    seq: int
    at: str
    by: str
    receipt: str
    result: str
    firings: tuple[str, ...]
    policy: Mapping[str, str]
    state: str
    upto: int
    as_of: str
    orders: int
    set_aside: int

    @property
    def name(self) -> str:
        """What people call it."""
        return f"R{self.seq}"


@dataclass(frozen=True)
class Kept:
    """An evaluation that is kept. ``new``: it made an entry; else the newest run is the very same."""

    run: Run
    new: bool


@dataclass(frozen=True)
class Ready:
    """An evaluation that can be recorded. ``policies``: of each version, the files that it was loaded from."""

    evaluated: Evaluated
    document: Mapping[str, Any]
    policies: tuple[Files, ...]


@contextmanager
def current(workspace: Workspace, request: Request, progress: Progress | None = None) -> Iterator[Ready]:
    """Evaluate what the workspace holds now, for as long as the block lasts; ``request.data`` is not looked at.

    Raises InputError and PolicyError.
    """
    noted = policy_files.note(request)
    with evaluating(moment(workspace), request, lambda asked: choose(asked, progress), progress) as found:
        folders = [Path(taken.policy.folder) for taken in found.choice.taken]
        policies = tuple(policy_files.unchanged(noted, folder) for folder in folders)
        yield Ready(found, found.document(), policies)


def record(ready: Ready, programs: Mapping[str, str], by: str, at: dt.datetime) -> Kept:
    """Keep an evaluation as a run, unless the newest run has the same receipt: then nothing is new, and nothing grows.

    Raises InputError.
    """
    found = ready.evaluated
    workspace, upto = found.moment.workspace, found.moment.upto
    objects, intake = workspace.objects, found.evaluation.intake
    firings = tuple(_keep(objects, one) for one in found.firings())
    told = Told(
        state=found.moment.source.digest,
        snapshots=[item.part for item in imported(workspace, upto)],
        choice=found.choice,
        policies=[policy_files.keep(objects, files) for files in ready.policies],
        chosen=found.request.chosen,
        evaluation=found.evaluation,
        publications=found.publications(),
        programs=programs,
        schemas=receipts.schemas(found.request.schemas, objects.algorithm),
        result=objects.put_bytes(result_bytes(ready.document), JSON),
        firings=firings,
    )
    policy = found.evaluation.policy
    body = {
        "receipt": objects.put_bytes(to_bytes(receipt(told)), JSON),
        "result": told.result,
        "firings": [digest for one in firings for digest in (one.described, one.numbers)],
        "policy": {"id": policy.id, "version": policy.version, "digest": policy.digest},
        "state": told.state,
        "upto": upto,
        "as_of": str(found.evaluation.as_of),
        "orders": intake.orders,
        "set_aside": intake.set_aside_rows,
    }
    with workspace.store.writing() as writing:
        newest = _newest(writing.session)
        if newest is not None and newest.receipt == body["receipt"]:
            return Kept(newest, new=False)
        entry = writing.append("run", body, by, at)
        writing.session.add(row_of(entry))
    return Kept(run_of(entry), new=True)


def _newest(session: Session) -> Run | None:
    query = select(Entry).where(col(Entry.kind) == "run").order_by(col(Entry.seq).desc()).limit(1)
    entry = session.exec(query).first()
    return None if entry is None else run_of(entry)


def _keep(objects: Objects, firings: Firings) -> KeptFirings:
    described = objects.put_bytes(to_bytes(firings.described), JSON)
    return KeptFirings(described, objects.put_file(firings.path, PARQUET))


def run_of(entry: Entry) -> Run:
    """The run that an entry records. Raises InputError for an entry of another form."""
    try:
        content = entry.content
        return Run(entry.seq, entry.at, entry.by, **{**content, "firings": tuple(content["firings"])})
    except (LookupError, TypeError, ValueError) as error:
        what, instead = "记下的计算看不懂，可能被改动过", "用 hotline audit verify 检查工作区"
        raise InputError([Problem(Place(f"链上第 {entry.seq} 条记录"), what, str(error), instead)]) from None


def row_of(entry: Entry) -> Row:
    """The entry's row of the catalogue."""
    run = run_of(entry)
    return Row(
        seq=run.seq,
        run=run.name,
        receipt=run.receipt,
        result=run.result,
        policy=run.policy["id"],
        version=run.policy["version"],
        state=run.state,
        as_of=run.as_of,
    )


def runs(workspace: Workspace) -> tuple[Run, ...]:
    """Every run, the oldest first."""
    with workspace.store.reading() as session:
        return tuple(run_of(entry) for entry in entries(session, "run"))


def find_run(workspace: Workspace, name: str) -> Run:
    """The run with this name, like ``R12``. Raises InputError that names the newest ones."""
    every = runs(workspace)
    found = next((run for run in every if run.name == name.strip().upper()), None)
    if found is None:
        known = [run.name for run in reversed(every)]
        instead = nearest(name, known) if known else "还没有记下任何计算；先运行 hotline evaluate"
        raise InputError([Problem(Place(str(workspace.layout.root)), "没有这次计算", name, instead)])
    return found
