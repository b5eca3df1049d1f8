"""Releases a version: when nothing is left to do and everything holds, its files are written down with their hashes.

Knows what has to be true of a version that is released; must not know how any of it is found out.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from engine.cases.running import run_cases
from engine.check.whole import Effort, check_folder
from engine.policy.manifest import MANIFEST, hashes
from engine.policy.versions import HEAD, Version, governing, list_versions, read_version
from engine.problems import InputError, Place, PolicyError, Problem
from engine.revise.edit import refuse_released
from engine.revise.marks import marks_in
from engine.revise.text import scalar_text, write_bytes


def release(folder: Path, schemas: Path, by: str, on: dt.date, effort: Effort) -> Path:
    """Write the manifest of the version in ``folder``; returns its path.

    Raises InputError (released before, a name that is none) and PolicyError with everything that stands in the way:
    marks, problems of ``check``, cases that do not hold, other versions of the same months. Hints of ``check`` do not.
    """
    refuse_released(folder)
    if not by.strip() or not by.isprintable():
        raise InputError([Problem(Place("--by"), "请写明由谁发布", by, "例如 --by 行政许可科")])
    before = hashes(folder)
    problems = [
        Problem(mark.place, f"还有待复核的一处：{mark.what}", "", "看过之后删去这条注释") for mark in marks_in(folder)
    ]
    found = [finding.problem for finding in check_folder(folder, schemas, effort) if finding.level == "problem"]
    problems += found
    if not found:
        problems += _neighbours(folder)
        for result in run_cases(folder, schemas, cache=effort.cache, time_limit=effort.time_limit):
            problems += result.failures
    if problems:
        raise PolicyError(problems)
    if hashes(folder) != before:
        raise PolicyError([Problem(Place(str(folder)), "检查期间文件被改动", "", "请重新发布")])
    path = folder / MANIFEST
    write_bytes(path, manifest_text(folder, schemas, by.strip(), on).encode())
    return path


def manifest_text(folder: Path, schemas: Path, by: str, on: dt.date) -> str:
    """The manifest of the files that are in ``folder`` now."""
    schema = Path(os.path.relpath(schemas.resolve() / "manifest.schema.json", folder.resolve())).as_posix()
    lines = [
        f"# yaml-language-server: $schema={schema}",
        "# 发布清单：发布时各文件的内容（SHA-256）。发布之后任何改动都会被查出；要改，请另立修订版本。",
        f"released_on: {on.isoformat()}",
        f"by: {scalar_text(by, '')}",
        "files:",
    ]
    for name, digest in hashes(folder).items():
        lines += [f"  - file: {scalar_text(name, '')}", f"    sha256: {scalar_text(digest, '')}"]
    return "\n".join(lines) + "\n"


def _neighbours(folder: Path) -> tuple[Problem, ...]:
    """What does not fit with the other versions beside it: they must divide time among them without a doubt."""
    own = read_version(folder)
    try:
        versions = list_versions(folder.parent)
        if not any(version.folder.resolve() == folder.resolve() for version in versions):
            return ()
        for month in own.first.through(own.last):
            governing([month], versions)
    except (InputError, PolicyError) as error:
        return tuple(_here(problem, own) for problem in error.problems)
    return ()


def _here(problem: Problem, own: Version) -> Problem:
    named = Path(problem.place.file).is_file()
    place = problem.place if named else Place(str(own.folder / HEAD))
    return Problem(place, problem.what, problem.value, problem.instead)
