"""The chain: every change of a workspace is an entry that holds the digest of the entry before it.

Pure: knows the form of an entry and how its digest is computed; must not know databases or what the kinds mean.

The digest of an entry is the hash of the canonical JSON of ``{at, body, by, kind, previous, seq}``: keys sorted, no
blanks, UTF-8 with no escapes but JSON's own. ``previous`` of the first entry is 64 zeros.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Literal, Protocol, get_args

from engine.problems import Place, Problem
from workspace.digests import Algorithm, digest_bytes

Kind = Literal["init", "import", "run", "publication", "correction", "settings", "policy"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NOTHING_BEFORE = "0" * 64
_RESTORE = "链上的记录不能改；请从备份恢复数据库"


class Link(Protocol):
    """An entry as the chain sees it; ``body`` is canonical JSON text."""

    seq: int
    kind: str
    at: str
    by: str
    body: str
    previous: str
    digest: str


def canonical(value: Any) -> str:
    """The one JSON text of a value. Raises ValueError and TypeError for what JSON cannot hold, NaN included."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def entry_text(entry: Link) -> str:
    """What is hashed: the entry without its digest. Raises ValueError where the body is no JSON."""
    names = ("seq", "kind", "at", "by", "previous")
    return canonical({**{name: getattr(entry, name) for name in names}, "body": json.loads(entry.body)})


def entry_digest(entry: Link, algorithm: Algorithm) -> str:
    """The digest that the entry should have."""
    return digest_bytes(entry_text(entry).encode("utf-8", "surrogatepass"), algorithm)


def verify(entries: Iterable[Link], algorithm: Algorithm) -> tuple[Problem, ...]:
    """Everything wrong with a chain given in order: gaps, changed entries, broken ties."""
    problems: list[Problem] = []
    expected, previous = 1, NOTHING_BEFORE
    for entry in entries:
        place = Place(f"链上第 {entry.seq} 条记录")
        if entry.seq != expected:
            problems.append(Problem(place, f"前面缺第 {expected} 条，或次序不对", "", _RESTORE))
        elif entry.previous != previous:
            problems.append(Problem(place, "没有接在前一条之后（前一条的摘要不符）", entry.previous, _RESTORE))
        if (entry.kind == "init") != (entry.seq == 1) or entry.kind not in KINDS:
            problems.append(Problem(place, "种类不对：第一条须是 init，其余不能是", entry.kind, _RESTORE))
        if not _intact(entry, algorithm):
            problems.append(Problem(place, "被改动过：内容与摘要不符", entry.digest, _RESTORE))
        expected, previous = entry.seq + 1, entry.digest
    if expected == 1:
        problems.append(Problem(Place("链"), "一条记录也没有", "", _RESTORE))
    return tuple(problems)


def _intact(entry: Link, algorithm: Algorithm) -> bool:
    try:
        as_written = canonical(json.loads(entry.body)) == entry.body
        return as_written and entry_digest(entry, algorithm) == entry.digest
    except (ValueError, TypeError, RecursionError):
        return False
