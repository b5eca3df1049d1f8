"""The manifest of a released version: which files it has and what each one's content was on the day of release.

Knows files and hashes; must not know what is in a policy file.

``manifest.yaml``: ``released_on: DATE``, ``by: NAME``, ``files: [{file: rules.yaml, sha256: HEX}, …]``, sorted by file
(``/`` between folders), one for every YAML file of the version, its cases included.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from engine.policy.source import ListNode, MapNode, ScalarNode, Source, read_file
from engine.problems import Place, Problem

MANIFEST = "manifest.yaml"
_AMEND = "已发布的版本不能改；请恢复原样，另立一个修订版本"


def is_released(folder: Path) -> bool:
    """Whether the version in ``folder`` has a manifest."""
    return (folder / MANIFEST).exists()


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 (hex) of every YAML file of the version but the manifest, by its path in ``folder``, sorted."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.y*ml") if path.is_file()}
    return {name: hashlib.sha256(files[name].read_bytes()).hexdigest() for name in sorted(files) if name != MANIFEST}


def changes(folder: Path) -> tuple[Problem, ...]:
    """What differs from the manifest: files changed, missing or added; none for a version that is not released."""
    if not is_released(folder):
        return ()
    source = read_file(folder / MANIFEST)
    listed = _listed(source)
    if listed is None:
        what = "不是一份发布清单"
        instead = "应有 released_on、by 和 files（每项写 file 与 sha256）；请恢复原样"
        return source.problems or (Problem(Place(source.file, 1, 1), what, "", instead),)
    problems: list[Problem] = []
    now = hashes(folder)
    for name, (digest, place) in listed.items():
        if name not in now:
            problems.append(Problem(place, f"发布时的文件“{name}”不见了", name, _AMEND))
        elif now[name] != digest:
            what = f"发布之后被改动（现在的 sha256 是 {now[name][:12]}…，发布时是 {digest[:12]}…）"
            problems.append(Problem(Place(str(folder / name), 1, 1), what, name, _AMEND))
    problems += [
        Problem(Place(str(folder / name), 1, 1), "发布之后新增的文件，不在发布清单里", name, _AMEND)
        for name in now
        if name not in listed
    ]
    return tuple(problems)


def _listed(source: Source) -> Mapping[str, tuple[str, Place]] | None:
    """File to digest and place; None when the manifest is not in its form."""
    root = source.root
    files = root.get("files") if isinstance(root, MapNode) and not source.problems else None
    if not isinstance(files, ListNode):
        return None
    listed: dict[str, tuple[str, Place]] = {}
    for item in files.items:
        name = item.get("file") if isinstance(item, MapNode) else None
        digest = item.get("sha256") if isinstance(item, MapNode) else None
        if not (isinstance(name, ScalarNode) and isinstance(digest, ScalarNode)):
            return None
        listed[str(name.value)] = str(digest.value), name.place
    return listed
