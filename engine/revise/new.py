"""A new version folder made from an old one: the next year's, or an amendment of the same cycle.

Knows which files make up a version and in which order they are made; must not know what moves in a file.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from engine.cases.reading import FOLDER, read_cases
from engine.months import Month
from engine.policy.build import unaltered_parts
from engine.policy.manifest import MANIFEST
from engine.policy.readings import Readings
from engine.policy.schema import Schemas
from engine.policy.source import read_bytes
from engine.policy.versions import HEAD, Version, list_versions, read_version
from engine.problems import InputError, Place, Problem
from engine.revise.marks import Marks
from engine.revise.moving import Move, head_edits, mark_document, moved_cases, moved_part, renamed_version
from engine.revise.text import Edit, YamlText, read_text, scalar_text, write_bytes

Texts = Mapping[str, bytes]
"""Content by path in the folder."""


def new_year(source: Path, policies: Path, name: str, schemas: Path, years: int = 1) -> Path:
    """Make ``policies/name`` from the version in ``source``: the cycle ``years`` later, marks at what is to review.

    Dates of the old cycle move in every part and in the cases; the calendar keeps the years that the new cycle needs
    and the old calendar declares. Raises InputError (name taken or unfit) and PolicyError (the old version is broken).
    """
    old, _ = _usable(source, policies, name, schemas)
    move = Move(
        old=old.id,
        label=old.version,
        new=name,
        years=years,
        first=old.first,
        last=old.last,
        in_force=Month.of(old.in_force_from),
    )
    made: dict[str, bytes] = {}
    for path in sorted(source.glob("*.yaml")):
        if path.name != MANIFEST:
            file = read_text(path)
            made[path.name] = file.encoded(moved_part(path.stem, file, move))
    for path in sorted((source / FOLDER).glob("*.yaml")):
        file = read_text(path)
        made[f"{FOLDER}/{path.name}"] = file.encoded(moved_cases(file, move))
    return _folder(source, policies / name, made, schemas)


def amendment(source: Path, policies: Path, name: str, from_date: dt.date, schemas: Path) -> Path:
    """Make ``policies/name``, an amendment of the version in ``source`` that is in force from ``from_date``.

    Everything else is copied as it is. Raises InputError (name taken or unfit, a date that is not in the cycle or not
    after the amendment before) and PolicyError.
    """
    old, head = _usable(source, policies, name, schemas)
    _fits(old, policies, from_date)
    marks = Marks(head)
    edits = list(head_edits(head.root, name))
    in_force = head.root.get("in_force")
    begin = None if in_force is None else in_force.get("from")
    assert in_force is not None and begin is not None
    edits.append(Edit(begin.start, begin.end, scalar_text(from_date.isoformat(), begin.style)))
    if from_date.day > 1:
        month = Month.parse(f"{from_date:%Y-%m}")
        rest = f"{month} 的名次与后果仍按 {old.version} 版，{month.plus(1)} 起按本版；单张工单按其日期"
        marks.add(begin, f"在月中施行：{rest}")
    title, supersedes = head.root.get("title"), head.root.get("supersedes")
    if title is not None:
        marks.add(title, "请核对修订文件的全称")
    mark_document(head.root, old.version, marks)
    if supersedes is not None:
        edits.append(Edit(supersedes.start, supersedes.end, scalar_text(old.id, supersedes.style or '"')))
    else:
        end = head.next_line(max(piece.end for piece in in_force.walk() if piece.value is not None) - 1)
        edits.append(Edit(end, end, f"supersedes: {scalar_text(old.id, _quotes(head))}{head.newline}"))
    made = {HEAD: head.encoded(head.edited((*edits, *marks.edits())))}
    for path in (source / "clauses.yaml", *sorted((source / FOLDER).glob("*.yaml"))):
        if path.is_file():
            file = read_text(path)
            changed = file.edited(renamed_version(file.root, {old.id: name, old.version: name}))
            made[path.relative_to(source).as_posix()] = file.encoded(changed)
    return _folder(source, policies / name, made, schemas)


def _usable(source: Path, policies: Path, name: str, schemas: Path) -> tuple[Version, YamlText]:
    """The version to start from and its head as text; and that ``name`` can be taken."""
    unaltered_parts(source, schemas, {})
    if (source / FOLDER).is_dir():
        read_cases(source, schemas)
    target = policies / name
    problems: list[Problem] = []
    if target.exists():
        problems.append(Problem(Place(str(target)), "已有这个文件夹", name, "请换一个名称，或先移走它"))
    for version in list_versions(policies) if policies.is_dir() else ():
        if name in (version.id, version.version):
            problems.append(Problem(Place(str(version.folder / HEAD)), "已有版本用了这个名称", name, "请换一个名称"))
    head = read_text(source / HEAD)
    wrong = _name_problems(head, name, schemas)
    if problems or wrong:
        raise InputError([*problems, *wrong])
    return read_version(source), head


def _name_problems(head: YamlText, name: str, schemas: Path) -> list[Problem]:
    """Whether the head would still fit its schema with this name, which is also a folder's."""
    place = Place("版本名称")
    if not name or name in (".", "..") or any(mark in name for mark in "/\\"):
        return [Problem(place, "不能用作文件夹的名称", name, "请用字母、数字和短横，如年份")]
    renamed = head.edited(head_edits(head.root, name))
    root = read_bytes(renamed.encode(), "").root
    found = [] if root is None else list(Schemas(schemas).problems("policy", root, Readings()))
    return [Problem(place, problem.what, name, problem.instead) for problem in found[:1]]


def _fits(old: Version, policies: Path, from_date: dt.date) -> None:
    problems: list[Problem] = []
    place = Place("--from-date")
    if not old.first <= Month.of(from_date) <= old.last:
        what = f"施行日期不在“{old.version}”的考核周期内"
        problems.append(Problem(place, what, str(from_date), f"周期是 {old.first} 至 {old.last}"))
    if old.supersedes is not None and from_date <= old.in_force_from:
        what = f"施行日期须晚于前一修订“{old.version}”的 {old.in_force_from}"
        problems.append(Problem(place, what, str(from_date)))
    for version in list_versions(policies) if policies.is_dir() else ():
        if version.supersedes in (old.id, old.version):
            what = f"“{old.version}”已由“{version.version}”修订"
            problems.append(Problem(Place("--amends"), what, old.version, f"请写 --amends {version.folder.name}"))
    if problems:
        raise InputError(problems)


def _quotes(head: YamlText) -> str:
    piece = head.root.get("id")
    return piece.style if piece is not None else '"'


def _folder(source: Path, target: Path, made: Texts, schemas: Path) -> Path:
    """Copy ``source`` with the files in ``made`` in place of its own; the folder appears whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as scratch:
        draft = Path(scratch) / target.name
        shutil.copytree(source, draft, ignore=shutil.ignore_patterns(MANIFEST, ".*"))
        for name, raw in made.items():
            write_bytes(draft / name, raw)
        draft.rename(target)
    return target
