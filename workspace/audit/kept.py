"""The objects of a workspace against those that somebody names: each is there and is what its name says.

Knows objects and who names them; must not know what they hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from engine.problems import Place, Problem
from workspace.audit.references import Reference
from workspace.digests import DIGEST
from workspace.objects import Objects

_AT_ONCE = 4


def changed(objects: Objects, named: Iterable[Reference]) -> list[Problem]:
    """Every named object that is missing or not what it was, with who names it."""
    first = {(one.digest, one.suffix): one for one in sorted(named, reverse=True)}
    every = sorted(first.values())

    def verify(one: Reference) -> Problem | None:
        if DIGEST.fullmatch(one.digest) is None:
            return Problem(Place(one.named), "写的不是摘要", one.digest, "请从备份恢复数据库")
        return objects.verify(one.digest, one.suffix)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = zip(every, pool.map(verify, every), strict=True)
        return [replace(wrong, what=f"{wrong.what}（{one.named}）") for one, wrong in found if wrong is not None]


def unnamed(objects: Objects, named: Iterable[Reference]) -> list[Problem]:
    """What lies there and nobody names: left by a command that was interrupted, or by entries that were taken away."""
    known = {(one.digest, one.suffix) for one in named}
    unknown = [objects.path(*one) for one in objects.listed() if one not in known]
    return [
        *_told(unknown, "没有记录提到它（命令中断时会留下；若链尾被截去也会这样，请与另处记下的链尾核对）"),
        *_told(list(objects.strangers()), "不是工作区的文件"),
    ]


def _told(paths: Sequence[object], what: str) -> Iterable[Problem]:
    return (Problem(Place(str(path)), what) for path in paths)
