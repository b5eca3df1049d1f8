"""One import: files to snapshots, and one entry of the chain for all of them, or none where nothing is new.

Knows the order of the work: files are read and their objects kept before the database is written; the entry is appended
by one writer at a time, on what the workspace holds then. Must not know formats or screens.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from engine.policy.model import Policy
from engine.policy.model_tables import Table
from engine.problems import InputError, Place, Problem, ProblemsError
from workspace import state
from workspace.chain import canonical
from workspace.digests import digest_bytes, digest_file
from workspace.imported import PARQUET, Imported, Part, imported, parts_in
from workspace.importing import aside, counting
from workspace.importing.hidden import hidden_folder
from workspace.importing.recognize import UnknownSheetError, Versions, recognise
from workspace.importing.sheets import Sheet, files_in, hidden_sheets, name_of, sheets_of
from workspace.importing.snapshot import take
from workspace.importing.summary import FileSaid, Summary, TableSaid, body
from workspace.models import Entry, Snapshot
from workspace.opening import Workspace, recorded
from workspace.trouble import told

Progress = Callable[[str, float], None]
"""What is being read, and what share of the whole work is done."""

_AT_ONCE = 2
_PATIENCE = 5


@dataclass(frozen=True)
class Request:
    """What to import, by whom and when. ``policy`` names the only version to read by, ``exported`` is the local moment
    at which all files were exported, where that was told."""

    files: tuple[Path, ...]
    schemas: Path
    by: str
    at: dt.datetime
    policy: str | None = None
    exported: dt.datetime | None = None


@dataclass(frozen=True)
class _Read:
    """A sheet that was read, as a part of an entry, or one that an earlier entry has."""

    part: Part
    title: str
    remarks: tuple[str, ...] = ()
    personal: Path | None = None
    known: int | None = None

    def said(self, known: int | None) -> FileSaid:
        part = self.part
        return FileSaid(
            part.name, part.sheet, part.table, self.title, part.policy, part.exported, part.exported_from, part.orders,
            part.set_aside, known, self.remarks,
        )  # fmt: skip


@dataclass
class _Work:
    """What one import works with. ``before`` is what was imported when it began."""

    workspace: Workspace
    request: Request
    hidden: Path
    before: tuple[Imported, ...]
    versions: Versions
    say: Progress
    total: int
    done: float = 0.0
    folders: Iterator[int] = field(default_factory=lambda: iter(range(1 << 30)))


def import_files(workspace: Workspace, request: Request, progress: Progress | None = None) -> Summary:
    """Raises InputError and PolicyError with everything that keeps any of the files out; then nothing was imported."""
    paths, unread = files_in(request.files)
    before = imported(workspace)
    versions = Versions(workspace.layout.policies, request.schemas, request.policy)
    with hidden_folder(workspace.layout) as hidden:
        total = sum(path.stat().st_size for path in paths) or 1
        work = _Work(workspace, request, hidden, before, versions, progress or (lambda _, __: None), total)
        read: list[_Read] = []
        problems: list[Problem] = []
        with ThreadPoolExecutor(1) as early, ThreadPoolExecutor(min(_AT_ONCE, os.cpu_count() or 1)) as pool:
            early.submit(versions.prepare)  # while the first files are being opened
            for found, wrong in pool.map(lambda path: _file(work, path), paths):
                read += found
                problems += wrong
        if problems:
            raise InputError(problems)
        with state.opened(workspace.layout.scratch) as connection:
            entry, tables, known = _append(work, read, connection)
            sheets = aside.waiting_in(workspace, imported(workspace), connection)
    waiting = sum(len(sheet.rows) for sheet in sheets)
    return Summary(entry, tables, tuple(one.said(known.get(one.part.snapshot)) for one in read), waiting, unread)


def _file(work: _Work, path: Path) -> tuple[list[_Read], list[Problem]]:
    """The sheets of a file, or what is wrong with it."""
    try:
        with told(path):
            name, digest = name_of(path), digest_file(path, work.workspace.settings.digest)
            work.say(name, work.done / work.total)
            known = list(_known(work, name, digest))
            return known or _again(work, name, digest, _sheets(work, path, digest)), []
    except ProblemsError as error:
        return [], list(error.problems)
    finally:
        work.done += path.stat().st_size if path.exists() else 0
        work.say(name_of(path), work.done / work.total)


def _known(work: _Work, name: str, digest: str) -> Iterator[_Read]:
    """The parts that an earlier entry has of this very file, where it would be read in the same way today."""
    mine = [item for item in work.before if (item.part.name, item.part.digest) == (name, digest)]
    if not mine or any(not _same_reading(work, item.part) for item in mine):
        return
    for item in mine:
        policy = work.versions.find(item.part.policy)
        assert policy is not None
        yield _Read(item.part, policy.table(item.part.table).title, known=item.seq)


def _again(work: _Work, name: str, digest: str, found: list[_Read]) -> list[_Read]:
    """What was read, with a remark where the same bytes were imported before and come to something else now."""
    mine = {item.part.sheet: item for item in work.before if (item.part.name, item.part.digest) == (name, digest)}
    told = ((one, mine.get(one.part.sheet)) for one in found)
    return [
        one if was is None else replace(one, remarks=(*one.remarks, *_otherwise(was, one.part))) for one, was in told
    ]


def _otherwise(was: Imported, now: Part) -> Iterator[str]:
    before = f"这个文件已在第 {was.seq} 条导入过"
    if was.part.exported != now.exported:
        yield f"{before}，当时算作 {was.part.exported} 导出，这次算作 {now.exported} 导出：两次都留着，以较晚的为准"
    elif (was.part.snapshot, was.part.aside) != (now.snapshot, now.aside):
        yield f"{before}，这次认出的列或取值与当时不同：两次都留着"


def _same_reading(work: _Work, part: Part) -> bool:
    policy = work.versions.find(part.policy)
    return (
        policy is not None
        and policy.has_table(part.table)
        and part.reading == _reading(work, part.name, part.sheet, part.digest, policy.table(part.table))
    )


def _reading(work: _Work, name: str, sheet: str, digest: str, table: Table) -> str:
    """A name for all that decides what is read from a sheet."""
    asked = None if work.request.exported is None else work.request.exported.isoformat(" ")
    said = canonical([name, sheet, digest, asked, repr(table)])
    return digest_bytes(said.encode(), work.workspace.settings.digest)


def _sheets(work: _Work, path: Path, digest: str) -> list[_Read]:
    """Every sheet that is a table. One that is nothing of the kind is passed over beside others. Raises InputError."""
    problems: list[Problem] = []
    passed: list[str] = []
    found: list[_Read] = []
    for sheet in sheets_of(path):
        try:
            found.append(_sheet(work, sheet, digest))
        except UnknownSheetError:
            passed.append(sheet.sheet)
        except InputError as error:
            problems += error.problems
    if not problems and not found:
        place = Place(str(path))
        if passed:
            what = "认不出是哪一张表：表头没有一列是考核方案里写的"
            problems.append(Problem(place, what, "", "第一行须是列名；各表的列名见方案的 fields.yaml"))
        else:
            problems.append(Problem(place, "里面没有数据", "", "请放入带表头的数据"))
    if problems:
        raise InputError(problems)
    unused = tuple(f"工作表“{name}”未使用：认不出是哪一张表" for name in passed)
    unused += tuple(f"隐藏的工作表“{name}”未读" for name in hidden_sheets(path))
    return [replace(found[0], remarks=(*found[0].remarks, *unused)), *found[1:]]


def _sheet(work: _Work, sheet: Sheet, digest: str) -> _Read:
    request = work.request
    found = recognise(sheet.header, sheet.place, (sheet.sheet, sheet.path.stem), work.versions)
    table, policy = found.table, found.policy
    now = _local(request.at, policy)
    own = work.hidden / str(next(work.folders))
    own.mkdir(0o700)
    taken = take(work.workspace, sheet, table, request.exported, now, own)
    part = Part(
        name=sheet.name,
        digest=digest,
        sheet=sheet.sheet,
        table=table.id,
        exported=taken.exported.isoformat(" "),
        exported_from=taken.exported_from,
        snapshot=taken.snapshot,
        aside=taken.aside,
        orders=taken.rows,
        set_aside=taken.set_aside,
        policy=policy.id,
        key=table.key,
        month=_month(table),
        reading=_reading(work, sheet.name, sheet.sheet, digest, table),
    )
    return _Read(part, table.title, taken.remarks, taken.personal)


def _local(moment: dt.datetime, policy: Policy) -> dt.datetime:
    return moment.astimezone(policy.time_zone).replace(tzinfo=None, microsecond=0)


def _month(table: Table) -> str:
    """Of a table without a key, the column by whose months it is replaced."""
    return "" if table.key else next((column.id for column in table.columns if column.type == "month"), "")


def _append(
    work: _Work, read: Sequence[_Read], connection: duckdb.DuckDBPyConnection
) -> tuple[int | None, tuple[TableSaid, ...], Mapping[str, int]]:
    """The entry, what it changed, and by snapshot the earlier entries that had it. Counting happens before the lock; it
    is done again where somebody else has imported meanwhile."""
    store = work.workspace.store
    counted = imported(work.workspace)
    tables = _count(work.workspace, counted, _new(read, counted), connection)
    for attempt in range(_PATIENCE + 1):
        with store.writing() as writing:
            held = parts_in(writing.session)
            new = _new(read, held)
            if held == counted or attempt == _PATIENCE:
                if held != counted:
                    tables = _count(work.workspace, held, new, connection)
                known = _since(held)
                if not new:
                    return None, tables, known
                if recorded(writing.connection).settings[-1]["personal"] == "keep":
                    _adopt(work.workspace, new)
                parts = [one.part for one in new]
                said = {"files": [part.record() for part in parts], "summary": body(tables)}
                entry = writing.append("import", said, work.request.by, work.request.at)
                writing.session.add_all(_catalogue(entry, parts))
                return entry.seq, tables, known
        counted = held
        tables = _count(work.workspace, counted, new, connection)
    raise AssertionError("the last attempt appends")


def _new(read: Iterable[_Read], held: Iterable[Imported]) -> list[_Read]:
    """What nobody has imported, each snapshot once."""
    known = {(item.part.snapshot, item.part.aside) for item in held}
    found: dict[tuple[str, str], _Read] = {}
    for one in read:
        name = (one.part.snapshot, one.part.aside)
        if one.known is None and name not in known:
            found.setdefault(name, one)
    return list(found.values())


def _since(held: Iterable[Imported]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for item in held:
        found.setdefault(item.part.snapshot, item.seq)
    return found


def _count(
    workspace: Workspace, held: Sequence[Imported], new: Sequence[_Read], connection: duckdb.DuckDBPyConnection
) -> tuple[TableSaid, ...]:
    """By table, in the order of the files."""
    said = []
    for id in dict.fromkeys(one.part.table for one in new):
        mine = [one for one in new if one.part.table == id]
        parts = [*held, *(Imported(0, place, one.part) for place, one in enumerate(new))]
        fresh = {workspace.objects.path(one.part.snapshot, PARQUET) for one in mine}
        counts = counting.count(connection, state.kept_of(workspace, parts, id), fresh)
        said.append(TableSaid(id, mine[0].title, counts, sum(one.part.set_aside for one in mine)))
    return tuple(said)


def _adopt(workspace: Workspace, new: Iterable[_Read]) -> None:
    """Personal columns into their files."""
    for one in new:
        if one.personal is not None:
            workspace.private.adopt(one.personal, workspace.layout.personal / f"{one.part.snapshot}{PARQUET}")


def _catalogue(entry: Entry, parts: Iterable[Part]) -> Iterator[Snapshot]:
    for place, part in enumerate(parts):
        yield Snapshot(
            seq=entry.seq,
            part=place,
            digest=part.snapshot,
            table=part.table,
            file=part.name,
            file_digest=part.digest,
            sheet=part.sheet,
            exported=part.exported,
            records=part.orders,
            set_aside=part.set_aside,
            policy=part.policy,
        )
