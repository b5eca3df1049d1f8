"""The receipt of a run: what it was made from, by which programs, and what came out, each named by its digest.

Knows the form of a receipt, which ``schemas/v1/receipt.schema.json`` describes; must not know when a run was made or by
whom. The same state, policy, moment and programs give the same bytes.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from engine.choosing import Choice
from engine.evaluation import Evaluation
from engine.policy.model import Policy
from engine.policy.versions import Rejected
from workspace.chain import canonical
from workspace.digests import Algorithm, digest_file
from workspace.imported import Part
from workspace.objects import Objects

FORMAT = 1
JSON, PARQUET, YAML = ".json", ".parquet", ".yaml"
_PACKAGES = ("hotline-policy", "duckdb", "sqlglot", "durable-rules")
Json = dict[str, Any]


@dataclass(frozen=True)
class Publication:
    """A published month that the run counted from: the entry that made it known and the object with its standing."""

    month: str
    seq: int
    standing: str


@dataclass(frozen=True)
class KeptFirings:
    """Of one version, the objects that hold what its numbers mean and the numbers of every order."""

    described: str
    numbers: str


@dataclass(frozen=True)
class Told:
    """All that a receipt tells. ``policies``: of each version of the choice, the digest of every file."""

    state: str
    snapshots: Sequence[Part]
    choice: Choice
    policies: Sequence[Mapping[str, str]]
    chosen: Mapping[str, str]
    evaluation: Evaluation
    publications: Sequence[Publication]
    programs: Mapping[str, str]
    schemas: Mapping[str, str]
    result: str
    firings: Sequence[KeptFirings]


def receipt(told: Told) -> Json:
    """The receipt as a JSON value."""
    evaluation = told.evaluation
    return {
        "format": FORMAT,
        "as_of": str(evaluation.as_of),
        "state": {"digest": told.state, "snapshots": _snapshots(told.snapshots)},
        "policy": _named(evaluation.policy),
        "set": dict(told.chosen),
        "choice": _choice(told.choice, told.policies),
        "publications": [vars(one) for one in told.publications],
        "programs": dict(told.programs),
        "schemas": dict(told.schemas),
        "input": {"orders": evaluation.intake.orders, "set_aside": evaluation.intake.set_aside_rows},
        "result": told.result,
        "firings": [
            {"policy": taken.policy.id, **vars(kept)}
            for taken, kept in zip(told.choice.taken, told.firings, strict=True)
        ],
    }


def to_bytes(value: Json) -> bytes:
    """A receipt or another JSON value as it is kept."""
    return canonical(value).encode()


def result_bytes(document: Mapping[str, Any]) -> bytes:
    """A result exactly as ``hotline evaluate --format json`` prints it."""
    return (json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def read_receipt(objects: Objects, digest: str) -> Json:
    """Raises InputError where the object is missing or was changed."""
    found: Json = json.loads(objects.read(digest, JSON))
    return found


def objects_of(said: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Digest, suffix and Chinese name of every object that a receipt names."""
    for one in said["state"]["snapshots"]:
        yield one["digest"], PARQUET, "快照"
    for one in said["choice"]["versions"]:
        for file in one["files"]:
            yield file["digest"], YAML, f"政策 {one['id']} 的 {file['file']}"
    for one in said["publications"]:
        yield one["standing"], JSON, f"{one['month']} 公布的名次"
    yield said["result"], JSON, "结果"
    for one in said["firings"]:
        yield one["described"], JSON, f"政策 {one['policy']} 的认定"
        yield one["numbers"], PARQUET, f"政策 {one['policy']} 对每张工单的认定"


def programs() -> dict[str, str]:
    """The versions of what evaluates, in this environment."""
    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


def schemas(folder: Path, algorithm: Algorithm) -> dict[str, str]:
    """The digest of every schema of the program."""
    return {path.name: digest_file(path, algorithm) for path in sorted(folder.glob("*.schema.json"))}


def _snapshots(parts: Iterable[Part]) -> list[Json]:
    """Each snapshot once, by digest."""
    found = {
        part.snapshot: {
            "digest": part.snapshot,
            "table": part.table,
            "records": part.orders,
            "set_aside": part.set_aside,
        }
        for part in parts
    }
    return [found[digest] for digest in sorted(found)]


def _choice(choice: Choice, policies: Sequence[Mapping[str, str]]) -> Json:
    return {
        "by": "months" if choice.asked is None else "name",
        "asked": None if choice.asked is None else Path(choice.asked).name,  # not where it lay
        "months": [str(month) for month in choice.months],
        "versions": [_version(taken.policy, files) for taken, files in zip(choice.taken, policies, strict=True)],
        "rejected": [_rejected(one) for one in choice.rejected],
    }


def _named(policy: Policy) -> Json:
    readings = {reading.id: reading.chosen for reading in policy.readings}
    return {
        "id": policy.id,
        "version": policy.version,
        "title": policy.title,
        "digest": policy.digest,
        "readings": readings,
    }


def _version(policy: Policy, files: Mapping[str, str]) -> Json:
    """A version that was chosen: its cycle, from when it governs, and every file that it was loaded from."""
    return {
        "id": policy.id,
        "version": policy.version,
        "digest": policy.digest,
        "first": str(policy.first),
        "last": str(policy.last),
        "in_force_from": policy.in_force_from.isoformat(),
        "governs_from": str(policy.governs_from),
        "supersedes": policy.supersedes,
        "files": [{"file": name, "digest": digest} for name, digest in files.items()],
    }


def _rejected(one: Rejected) -> Json:
    found = one.version
    return {
        "id": found.id,
        "version": found.version,
        "first": str(found.first),
        "last": str(found.last),
        "reason": "cycle" if one.outside else "another-asked",
        "outside": [str(month) for month in one.outside],
    }
