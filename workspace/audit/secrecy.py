"""The private folder: only its owner may read it, the key is what it was, nothing is kept that was to be dropped.

Knows rights and names of files; must not read personal data, nor say anything of it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from engine.problems import InputError, Place, Problem
from workspace.imported import PARQUET
from workspace.layout import Layout
from workspace.opening import Workspace
from workspace.private import fingerprint

_OTHERS = 0o077
_READING = "reading"
"""Where imports keep unfinished personal files, in the private folder."""


def open_to_others(layout: Layout) -> Iterator[Problem]:
    """What somebody else than the owner may read or change. To be asked before anything takes those rights back."""
    if not layout.private.is_dir():
        yield Problem(Place(str(layout.private)), "文件夹不见了", "", "请从备份取回")
        return
    for path in (layout.private, *_inside(layout.private)):
        if path.stat().st_mode & _OTHERS:
            what = "别人可以读或改它"
            instead = f"只应由本人读写：chmod -R go= {layout.private}；并查明谁可能读过"
            yield Problem(Place(str(path)), what, f"{path.stat().st_mode & 0o777:o}", instead)


def key_changed(workspace: Workspace, recorded: str) -> Iterator[Problem]:
    """``recorded``: the fingerprint that the first entry holds."""
    place = Place(str(workspace.layout.key))
    try:
        if fingerprint(workspace.private.key()) != recorded:
            yield Problem(place, "密钥不是建立工作区时的那一个：同一来电人对不上了", "", "请从备份取回")
    except InputError as error:
        yield from error.problems


def personal_files(
    workspace: Workspace, snapshots: Collection[str], *, kept: bool
) -> tuple[list[Problem], list[Problem]]:
    """Problems and remarks. ``snapshots``: those that the chain names; ``kept``: whether personal data are kept, by the
    chain and not by a file that may have been altered."""
    problems: list[Problem] = []
    remarks: list[Problem] = []
    for path in _inside(workspace.layout.personal):
        if not kept:
            problems.append(Problem(Place(str(path)), "工作区设为不保存个人信息，这里却有", "", "请删去这个文件"))
        elif path.suffix != PARQUET or path.stem not in snapshots:
            what = "没有哪次导入与它对应（导入中断时会留下）"
            remarks.append(Problem(Place(str(path)), what, "", "没有命令在运行时可以删去"))
    return problems, remarks


def left_over(layout: Layout) -> Iterator[Problem]:
    """What commands put aside while they work, and interrupted ones leave behind."""
    for path, when in ((layout.scratch, "没有命令在运行时可以删去"), (layout.private / _READING, "下一次导入会清除")):
        if path.is_dir() and any(path.iterdir()):
            yield Problem(Place(str(path)), "有命令正在运行，或中断的命令留下了文件", "", when)


def _inside(folder: Path) -> list[Path]:
    found = [Path(at, name) for at, folders, names in os.walk(folder) for name in (*folders, *names)]
    return sorted(found)
