"""The evidence of a workspace as files that anybody can verify with ``sha256sum`` and a description.

Knows what belongs into a bundle; must not put anything private into it. What it would be no evidence of, because it was
altered, is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.problems import InputError, Place, Problem
from workspace import chain, receipts
from workspace.audit import kept, policies
from workspace.audit.bundle import Member, write_bundle
from workspace.audit.references import Reference, references
from workspace.audit.verdict import Head
from workspace.database import entries as entries_of
from workspace.digests import Algorithm
from workspace.models import Entry
from workspace.opening import Workspace
from workspace.receipts import read_receipt
from workspace.runs import Run, find_run, run_of

SCHEMAS = ("common", "evaluation", "firings", "published", "receipt")
_FORMAT = Path(__file__).with_name("FORMAT.md")
_SUMS: Mapping[Algorithm, str] = {"sha256": "sha256sum", "sm3": "openssl dgst -sm3 -r"}
_NAMES: Mapping[Algorithm, str] = {"sha256": "SHA-256", "sm3": "SM3"}


@dataclass(frozen=True)
class Exported:
    """Where the bundle is, how many files it has, and the head that it ends with."""

    target: Path
    files: int
    head: Head


def export(workspace: Workspace, schemas: Path, target: Path, run: str | None = None) -> Exported:
    """All evidence, or only the objects of ``run`` (like ``R7``). Raises InputError."""
    _refuse_inside(workspace, target)
    chosen = None if run is None else find_run(workspace, run)
    with workspace.store.reading() as session:
        entries = list(entries_of(session))
    problems = list(chain.verify(entries, workspace.settings.digest))
    if problems:
        raise InputError(problems)
    runs = [run_of(entry) for entry in entries if entry.kind == "run"] if chosen is None else [chosen]
    said = {one.name: read_receipt(workspace.objects, one.receipt) for one in runs}
    named = [*_named(entries if chosen is None else ()), *_of_runs(runs, said)]
    problems = kept.changed(workspace.objects, named)
    if problems:
        raise InputError(problems)
    head = Head(entries[-1].seq, entries[-1].digest)
    members = {member.name: member for member in _members(workspace, schemas, entries, chosen, said, named)}
    return Exported(target, write_bundle(target, members.values()), head)


def _refuse_inside(workspace: Workspace, target: Path) -> None:
    if workspace.layout.root in target.resolve().parents:
        raise InputError([Problem(Place(str(target)), "不能导出到工作区里面", "", "换一个位置")])


def _named(entries: Iterable[Entry]) -> Iterator[Reference]:
    for entry in entries:
        yield from references(entry)


def _of_runs(runs: Sequence[Run], said: Mapping[str, Mapping[str, Any]]) -> Iterator[Reference]:
    for run in runs:
        yield Reference(run.receipt, receipts.JSON, f"{run.name} 的凭据")
        for digest, suffix, what in receipts.objects_of(said[run.name]):
            yield Reference(digest, suffix, f"{run.name} 的凭据：{what}")


def _members(
    workspace: Workspace,
    schemas: Path,
    entries: Sequence[Entry],
    run: Run | None,
    said: Mapping[str, Mapping[str, Any]],
    named: Iterable[Reference],
) -> Iterator[Member]:
    objects = workspace.objects
    yield Member("FORMAT.md", description(workspace.settings.digest, None if run is None else run.name).encode())
    yield Member("chain.jsonl", "".join(f"{chain.entry_text(entry)}\n" for entry in entries).encode())
    yield Member("head.txt", f"{entries[-1].digest}\n".encode())
    yield Member("workspace.yaml", workspace.layout.settings)
    for name in SCHEMAS:
        yield Member(f"schemas/{name}.schema.json", schemas / f"{name}.schema.json")
    for one in named:
        path = objects.path(one.digest, one.suffix)
        yield Member(path.relative_to(workspace.layout.root).as_posix(), path)
    used = [one for name, receipt in said.items() for one in policies.used_by(name, receipt)]
    for version in {(one.id, one.files): one for one in reversed(used)}.values():
        for name, digest in version.files:
            yield Member(f"policies/{version.id}-{version.run}/{name}", objects.path(digest, receipts.YAML))


def description(algorithm: Algorithm, run: str | None) -> str:
    """FORMAT.md for a bundle whose names are digests by ``algorithm``; ``run``: the only one with its objects."""
    zh, en = "链上提到的每个文件都在。", "Every file that the chain names is there."
    if run is not None:
        zh = f"只带了 {run} 这次计算用到的文件；链是完整的，它提到的其他文件不在这里。"
        en = f"Only the files of {run} are there; the chain is whole, and names others that are not."
    text = _FORMAT.read_text("utf-8")
    filled = {
        "algorithm": _NAMES[algorithm],
        "hashlib": algorithm,
        "sum": _SUMS[algorithm],
        "extent.zh": zh,
        "extent.en": en,
        "whole": str(run is None),
        "run": "None" if run is None else run.removeprefix("R"),
    }
    for name, value in filled.items():
        text = text.replace("{{" + name + "}}", value)
    return text
