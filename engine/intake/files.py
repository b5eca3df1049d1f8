"""Which file of a folder holds which table, and the digest of what was used.

Knows file names and formats; must not look inside a file beyond hashing it.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.policy.model_tables import Table, TableId
from engine.problems import InputError, Place, Problem

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Source:
    """The file (or, for Parquet, the files of a folder) that holds ``table``; ``name`` is how messages call it."""

    table: Table
    name: str
    format: str
    paths: tuple[Path, ...]


def find(tables: Iterable[Table], folder: Path) -> dict[TableId, Source]:
    """The source of each table that has one.

    Raises InputError for a missing folder, a missing required file, two files for one table or a wrong format.
    """
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        missing = "没有这个文件夹" if isinstance(error, FileNotFoundError) else "不能作为文件夹读取"
        raise InputError([Problem(Place(str(folder)), missing, instead="请给出存放工单文件的文件夹")]) from error
    found: dict[TableId, Source] = {}
    problems: list[Problem] = []
    for table in tables:
        sources = [source for entry in entries if (source := _source(table, entry)) is not None]
        allowed = [source for source in sources if source.format in table.formats]
        wanted = "、".join(f"{table.file}.{form}" for form in table.formats)
        if len(allowed) > 1:
            names = "、".join(source.name for source in allowed)
            problems.append(Problem(Place(str(folder)), f"“{table.title}”有多个文件：{names}", instead="请只留下一个"))
        elif allowed:
            found[table.id] = allowed[0]
        elif sources:
            problems.append(
                Problem(Place(str(folder / sources[0].name)), "这种格式不能读取", instead=f"请另存为 {wanted}")
            )
        elif table.required:
            close = difflib.get_close_matches(table.file, [entry.stem for entry in entries], 1, 0.6)
            hint = "".join(f"；{_near(entry)}" for entry in entries if entry.stem in close)
            problems.append(
                Problem(Place(str(folder)), f"缺少“{table.title}”的文件", instead=f"请放入 {wanted} 之一{hint}")
            )
    if problems:
        raise InputError(problems)
    return found


def _near(entry: Path) -> str:
    if entry.is_dir():
        return f"{entry.name} 是文件夹" + ("，里面没有 parquet 文件" if "." not in entry.name else "，不是文件")
    return f"是否写成了 {entry.name}"


def _source(table: Table, entry: Path) -> Source | None:
    if entry.is_dir():
        parts = tuple(sorted(entry.glob("*.parquet"))) if entry.name.casefold() == table.file.casefold() else ()
        return Source(table, entry.name, "parquet", parts) if parts else None
    form = entry.suffix.casefold().removeprefix(".")
    if entry.stem.casefold() != table.file.casefold() or not form:
        return None
    return Source(table, entry.name, form, (entry,))


@dataclass(frozen=True)
class LateDigest:
    """The digest of ``sources``, computed when first asked for."""

    sources: tuple[Source, ...]

    def result(self) -> str:
        return self._digest

    @cached_property
    def _digest(self) -> str:
        return digest(self.sources)


def digest(sources: Iterable[Source]) -> str:
    """SHA-256 over the sorted lines ``name SP content-hash LF`` of every file."""
    lines = []
    for source in sources:
        for path in source.paths:
            name = path.name if len(source.paths) == 1 else f"{source.name}/{path.name}"
            lines.append(f"{name} {_hash(path)}\n")
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def _hash(path: Path) -> str:
    state = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            state.update(chunk)
    return state.hexdigest()
