"""The office's versions: the released ones against their manifests and against what runs kept of them.

Knows folders of versions, manifests and the digests of files; must not know what a policy says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.policy.manifest import MANIFEST, changes
from engine.policy.versions import read_version
from engine.problems import InputError, Place, PolicyError, Problem
from workspace.digests import Algorithm, digest_bytes
from workspace.policy_files import files_of

_AMEND = "已发布的版本不能改；请恢复原样（计算时的文件都存着，可用 hotline audit export 取出），另立一个修订版本"
Files = Mapping[str, str]
"""Digest by name."""


@dataclass(frozen=True)
class Used:
    """A version as some run kept it. ``by_name``: it was asked for by name, perhaps from somewhere else."""

    id: str
    run: str
    files: tuple[tuple[str, str], ...]
    by_name: bool

    @property
    def released(self) -> bool:
        return any(name == MANIFEST for name, _ in self.files)


def used_by(run: str, said: Mapping[str, Any]) -> Iterator[Used]:
    """The versions that a receipt names."""
    choice = said["choice"]
    for one in choice["versions"]:
        files = tuple((file["file"], file["digest"]) for file in one["files"])
        yield Used(one["id"], run, files, choice["by"] == "name")


def look(root: Path, algorithm: Algorithm, used: Iterable[Used]) -> tuple[list[Problem], list[Problem]]:
    """Problems and remarks. ``root`` holds the office's versions; every version that runs kept is compared once."""
    problems: list[Problem] = []
    remarks: list[Problem] = []
    folders = [path for path in sorted(root.iterdir()) if path.is_dir()] if root.is_dir() else []
    now: dict[Path, Files] = {}
    for folder in folders:
        try:
            now[folder] = {name: digest_bytes(data, algorithm) for name, data in files_of(folder).items()}
        except InputError as error:
            problems += error.problems
        problems += changes(folder)
    every = list(used)
    remarks += _unproven(now, every)
    first = {(one.id, one.files): one for one in reversed(every)}
    for one in sorted(first.values(), key=lambda one: (one.id, int(one.run[1:]))):
        own = _folder(one, now)
        if own is None:
            what = f"{one.run} 用过的版本“{one.id}”不在这里"
            missing = Problem(Place(str(root)), what, "", _AMEND if one.released else "")
            (problems if one.released and not one.by_name else remarks).append(missing)
        elif one.released:
            problems += _differences(one, own, now[own])
        elif dict(one.files) != now[own]:
            what = f"这个版本在 {one.run} 之后改动过（当时还没有发布，可以改）"
            remarks.append(Problem(Place(str(own)), what))
    return problems, remarks


def _unproven(now: Mapping[Path, Files], used: Iterable[Used]) -> Iterator[Problem]:
    """Released versions whose manifest no run has kept: there is nothing else to hold it against."""
    kept = {digest for one in used for _, digest in one.files}
    for folder, files in now.items():
        if MANIFEST in files and files[MANIFEST] not in kept:
            what = "还没有哪次计算用过它现在的样子，发布清单本身没有别处可以核对"
            yield Problem(Place(str(folder / MANIFEST)), what)


def _folder(one: Used, now: Mapping[Path, Files]) -> Path | None:
    """The folder of that name or id; else, whatever was done to name and head, the one that shares most files."""
    named = [folder for folder in now if folder.name == one.id] or [folder for folder in now if _id(folder) == one.id]
    if named:
        return named[0]
    alike = {folder: len(set(one.files) & set(files.items())) for folder, files in now.items()}
    best = max(alike, key=lambda folder: alike[folder], default=None)
    return best if best is not None and alike[best] else None


def _id(folder: Path) -> str | None:
    try:
        return read_version(folder).id
    except PolicyError:
        return None


def _differences(one: Used, folder: Path, now: Files) -> Iterator[Problem]:
    was = dict(one.files)
    for name in sorted(was.keys() | now.keys()):
        if name not in now:
            yield Problem(Place(str(folder / name)), f"不见了（{one.run} 用过它）", "", _AMEND)
        elif name not in was:
            yield Problem(Place(str(folder / name)), f"是 {one.run} 之后新增的", "", _AMEND)
        elif now[name] != was[name]:
            yield Problem(Place(str(folder / name)), f"与 {one.run} 所用的不同", "", _AMEND)
