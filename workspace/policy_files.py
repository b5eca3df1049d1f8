"""The files of policy versions as objects, so that a version can be loaded again whatever became of its folder.

Knows files and objects; must not know what is in a policy. A version that is changed while it is evaluated is refused:
what is kept must be what was loaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from engine.choosing import Request
from engine.policy.versions import HEAD, find_version
from engine.problems import InputError, Place, Problem
from workspace import durable
from workspace.objects import Objects
from workspace.trouble import told

YAML = ".yaml"
Files = Mapping[str, bytes]
"""Content by place in the version's folder, with ``/`` between folders, sorted."""
Noted = Mapping[Path, Mapping[str, str]]
"""By folder of a version, what each of its files was."""


def files_of(folder: Path) -> Files:
    """Every YAML file of a version: its parts, its cases and the manifest of its release."""
    with told(folder):
        found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.y*ml") if path.is_file()}
        return {name: found[name].read_bytes() for name in sorted(found)}


def note(request: Request) -> Noted:
    """What the files of every version that may be chosen are now. Raises InputError."""
    folders = [head.parent for head in request.released.glob(f"*/{HEAD}")]
    if request.policy is not None:
        examples = [request.examples] if request.examples else []
        folders.append(find_version(request.policy, [request.released, *examples]))
    return {folder.resolve(): _sums(files_of(folder)) for folder in folders}


def unchanged(noted: Noted, folder: Path) -> Files:
    """The files of a version, which are what they were when they were noted. Raises InputError."""
    files = files_of(folder)
    if noted.get(folder.resolve()) != _sums(files):
        raise InputError([Problem(Place(str(folder)), "计算期间这个版本的文件被改动了", "", "请再运行一次")])
    return files


def keep(objects: Objects, files: Files) -> Mapping[str, str]:
    """The digest of each file, now an object. Raises InputError."""
    return {name: objects.put_bytes(data, YAML) for name, data in files.items()}


def restore(objects: Objects, kept: Mapping[str, str], folder: Path) -> Path:
    """Write kept files into ``folder``, a new one. Raises InputError for an object that is missing or was changed."""
    for name, digest in kept.items():
        path = folder / name
        with told(path):
            durable.make_folder(path.parent)
            path.write_bytes(objects.read(digest, YAML))
    return folder


def _sums(files: Files) -> Mapping[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
