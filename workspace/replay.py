"""A run evaluated again from what it was made of, and held against what it gave: the same, or the first difference.

Knows runs, receipts and the objects they name; must not know how a difference is shown. Nothing is recorded, and
neither the office's policies nor its newest state are looked at.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from engine.choosing import Choice, Progress, Request, read_by
from engine.problems import Place, Problem, ProblemsError, clip
from workspace import policy_files, receipts, state
from workspace.differing import Difference, first_in_json, first_in_numbers
from workspace.digests import digest_bytes, digest_file
from workspace.evaluating import Evaluated, evaluating, moment
from workspace.objects import Objects
from workspace.opening import Workspace
from workspace.receipts import JSON, PARQUET, read_receipt, result_bytes, to_bytes
from workspace.runs import Run


@dataclass(frozen=True)
class Cause:
    """Something that is not as it was when the run was made. ``what``: an object, the chain, a program, a schema."""

    what: str
    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Replay:
    """``same``: every value is what it was. ``exact``: every byte is, too. ``difference`` is the first that was found;
    ``causes`` is all that changed, whether it mattered or not; ``refused`` why the run could not be made again."""

    run: Run
    same: bool
    exact: bool
    difference: Difference | None
    causes: tuple[Cause, ...]
    refused: tuple[Problem, ...] = ()


def replay(
    workspace: Workspace,
    run: Run,
    request: Request,
    programs: Mapping[str, str],
    progress: Progress | None = None,
) -> Replay:
    """Of ``request`` only the schemas, the cache and the limits are used; ``programs`` are those of now.

    Raises InputError where the run's receipt itself is missing or was changed.
    """
    said = read_receipt(workspace.objects, run.receipt)
    causes = tuple(_causes(workspace, run, said, request, programs))
    try:
        return _again(workspace, run, said, request, causes, progress)
    except ProblemsError as error:
        return Replay(run, False, False, None, causes, error.problems)
    except (duckdb.Error, ValueError) as error:
        if not any(cause.what == "object" for cause in causes):
            raise
        problem = Problem(Place(run.name), "文件被改动过，已读不出来", clip(str(error)))
        return Replay(run, False, False, None, causes, (problem,))


@contextmanager
def again(
    workspace: Workspace, run: Run, said: Mapping[str, Any], request: Request, progress: Progress | None = None
) -> Iterator[Evaluated]:
    """A run evaluated once more from what its receipt ``said`` it was made of. Raises InputError and PolicyError."""
    with workspace.objects.scratch_folder() as scratch:
        folders = [
            policy_files.restore(workspace.objects, _files(one), scratch / f"policy-{place}")
            for place, one in enumerate(said["choice"]["versions"])
        ]
        asked = replace(request, policy=None, chosen=said["set"], as_of=dt.datetime.fromisoformat(said["as_of"]))

        def choosing(given: Request) -> Choice:
            return Choice(read_by(given, folders, progress), None, (), ())

        with evaluating(moment(workspace, run.upto), asked, choosing, progress) as found:
            yield found


def _again(
    workspace: Workspace,
    run: Run,
    said: Mapping[str, Any],
    request: Request,
    causes: tuple[Cause, ...],
    progress: Progress | None,
) -> Replay:
    with again(workspace, run, said, request, progress) as found:
        versions, digests = said["choice"]["versions"], [taken.policy.digest for taken in found.choice.taken]
        causes += tuple(_changed("policy", [(one["id"], one["digest"]) for one in versions], digests))
        differences = list(_differences(found, said))
    exact = not differences
    first = next((one for one in differences if one is not None), None)
    return Replay(run, first is None, exact, first, causes)


def _files(version: Mapping[str, Any]) -> dict[str, str]:
    return {one["file"]: one["digest"] for one in version["files"]}


def _differences(found: Evaluated, said: Mapping[str, Any]) -> Iterator[Difference | None]:
    """One for each thing that has other bytes now: where it differs first, or None where its values are the same."""
    objects = found.moment.workspace.objects
    result = result_bytes(found.document())
    if digest_bytes(result, objects.algorithm) != said["result"]:
        yield first_in_json("result", _json(objects, said["result"]), json.loads(result))
    for kept, made in zip(said["firings"], found.firings(), strict=True):
        described = to_bytes(made.described)
        if digest_bytes(described, objects.algorithm) != kept["described"]:
            yield first_in_json("firings", _json(objects, kept["described"]), json.loads(described))
        if digest_file(made.path, objects.algorithm) != kept["numbers"]:
            yield first_in_numbers("firings", objects.path(kept["numbers"], PARQUET), made.path)


def _json(objects: Objects, digest: str) -> Any:
    """An object as it is, changed or not: a difference to it is told either way."""
    with objects.open(digest, JSON) as file:
        return json.loads(file.read())


def _causes(
    workspace: Workspace, run: Run, said: Mapping[str, Any], request: Request, programs: Mapping[str, str]
) -> Iterator[Cause]:
    """What is not as the receipt says."""
    objects = workspace.objects
    for digest, suffix, name in receipts.objects_of(said):
        problem = objects.verify(digest, suffix)
        if problem is not None:
            yield Cause("object", f"{name} {digest}", digest, problem.what)
    source = state.at(workspace, run.upto)
    yield from _changed("state", [("", said["state"]["digest"])], [source.digest])
    names = dict.fromkeys((*said["programs"], *programs))
    old = [(name, said["programs"].get(name, "")) for name in names]
    yield from _changed("program", old, [programs.get(name, "") for name in names])
    schemas = receipts.schemas(request.schemas, objects.algorithm)
    names = dict.fromkeys((*said["schemas"], *schemas))
    old = [(name, said["schemas"].get(name, "")) for name in names]
    yield from _changed("schema", old, [schemas.get(name, "") for name in names])


def _changed(what: str, old: Iterable[tuple[str, str]], new: Iterable[str]) -> Iterator[Cause]:
    for (name, was), now in zip(old, new, strict=True):
        if was != now:
            yield Cause(what, name, was, now)
