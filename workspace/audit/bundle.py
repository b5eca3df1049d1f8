"""A set of files with the SHA-256 of each, as a folder or a zip file; the same content gives the same bytes.

Knows files and archives; must not know what is in them. Nothing is at the target before everything is.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from engine.problems import InputError, Place, Problem

SUMS = "SHA256SUMS"
_CHUNK = 1 << 20
_STORED = frozenset({".parquet"})  # compressed already
_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can hold


@dataclass(frozen=True, order=True)
class Member:
    """A file of the bundle: its name in it (``/`` between folders), and its bytes or where they lie."""

    name: str
    content: bytes | Path


def write_bundle(target: Path, members: Iterable[Member]) -> int:
    """All ``members`` and their sums into ``target``, a zip file by its name and else a folder; returns how many files.

    Raises InputError where ``target`` is there already.
    """
    zipped = target.suffix.lower() == ".zip"
    _refuse_existing(target, zipped)
    part = target.with_name(f"{target.name}.part")
    ordered = sorted(members, key=lambda member: member.name)
    try:
        if zipped:
            with zipfile.ZipFile(part, "w") as archive:
                _write(_Zip(archive), ordered)
        else:
            part.mkdir()
            _write(_Folder(part), ordered)
            if target.is_dir():
                target.rmdir()  # an empty one
        part.rename(target)
    finally:
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)
    return len(ordered) + 1


def _refuse_existing(target: Path, zipped: bool) -> None:
    if target.is_dir() and not zipped and not any(target.iterdir()):
        return
    if target.exists():
        instead = "换一个名称，或先移走它"
        raise InputError([Problem(Place(str(target)), "导出的位置已经有东西", "", instead)])
    if not target.resolve().parent.is_dir():
        raise InputError([Problem(Place(str(target)), "所在的文件夹不存在", "", "先建好，或换一个位置")])


@dataclass(frozen=True)
class _Folder:
    root: Path

    def open(self, name: str) -> IO[bytes]:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("wb")


@dataclass(frozen=True)
class _Zip:
    archive: zipfile.ZipFile

    def open(self, name: str) -> IO[bytes]:
        info = zipfile.ZipInfo(name, _TIME)
        info.create_system, info.external_attr = 3, 0o644 << 16
        info.compress_type = zipfile.ZIP_STORED if Path(name).suffix in _STORED else zipfile.ZIP_DEFLATED
        return self.archive.open(info, "w", force_zip64=True)


def _write(into: _Folder | _Zip, members: Iterable[Member]) -> None:
    sums = []
    for member in members:
        with into.open(member.name) as file:
            sums.append(f"{_copy(member.content, file)}  {member.name}\n")
    with into.open(SUMS) as file:
        file.write("".join(sums).encode())


def _copy(content: bytes | Path, into: IO[bytes]) -> str:
    if isinstance(content, bytes):
        into.write(content)
        return hashlib.sha256(content).hexdigest()
    found = hashlib.sha256()
    with content.open("rb") as source:
        while chunk := source.read(_CHUNK):
            found.update(chunk)
            into.write(chunk)
    return found.hexdigest()
