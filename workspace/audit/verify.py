"""Whether a workspace is as it was written: settings, chain, catalogue, objects, private folder.

Knows the order of the work; each kind of thing is looked at by a module of its own. Writes nothing. What one altered
thing makes wrong elsewhere is named too, and nothing that is altered may end the verification early.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlmodel import Session

from engine.problems import InputError, Place, Problem
from workspace import chain
from workspace.audit import announced, catalogue, kept, policies, receipts, secrecy
from workspace.audit.references import Reference, references
from workspace.audit.rows import read_rows, row_place
from workspace.audit.shapes import Shapes
from workspace.audit.verdict import Head, Verdict
from workspace.layout import Layout
from workspace.models import Entry
from workspace.opening import Workspace, assemble, open_workspace
from workspace.settings import read_settings, settings_text

Say = Callable[[str], None]
_FORM = (LookupError, TypeError, ValueError, AttributeError)
"""What an entry of another form than its kind's makes of reading it."""


def verify(layout: Layout, shapes: Shapes, noted: str | None = None, say: Say = lambda _: None) -> Verdict:
    """``noted``: the digest of a head that was written down elsewhere. Raises OSError where files cannot be read."""
    found = _Found()
    found.problems += secrecy.open_to_others(layout)
    try:
        workspace = found.open(layout)
        say("正在核对链…")
        with workspace.store.reading() as session:
            found.database(session, workspace)
    except (InputError, SQLAlchemyError) as error:
        found.problems += error.problems if isinstance(error, InputError) else []
        found.problems.append(Problem(Place(str(layout.root)), "工作区打不开，其余的没有核对"))
        return found.verdict()
    found.settings(workspace)
    found.noted(noted)
    say("正在核对文件…")
    found.objects(workspace, shapes)
    found.private(workspace)
    return found.verdict()


class _Found:
    """One verification: what was read so far and what is wrong with it."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.named: list[Reference] = []
        self.problems: list[Problem] = []
        self.remarks: list[Problem] = []
        self.checked: dict[str, int] = {}

    def verdict(self) -> Verdict:
        last = self.entries[-1] if self.entries else None
        head = None if last is None else Head(last.seq, last.digest)
        return Verdict(head, dict(self.checked), tuple(dict.fromkeys(self.problems)), tuple(self.remarks))

    def open(self, layout: Layout) -> Workspace:
        """As every command opens it; one that is refused is looked at all the same. Raises InputError."""
        workspace = assemble(layout, read_settings(layout.settings))
        try:
            return open_workspace(layout)
        except InputError as error:
            self.problems += error.problems
        except (*_FORM, SQLAlchemyError):
            pass  # an altered entry: the chain will say which
        return workspace

    def database(self, session: Session, workspace: Workspace) -> None:
        """The database's own soundness, the chain, and the catalogue against it."""
        if session.connection().dialect.name == "sqlite":
            self._sound(session, workspace)
        rows, problems = read_rows(session, Entry)
        self.problems += problems
        self.entries = [Entry(**row) for row in rows]
        self.problems += chain.verify(self.entries, workspace.settings.digest)
        self.checked["entries"] = len(self.entries)
        for model in catalogue.ROWS:
            found, problems = read_rows(session, model)
            self.problems += problems
            wanted = self._each(partial(catalogue.expected, model))
            self.problems += catalogue.compare(model, wanted, found)
            self.checked["rows"] = self.checked.get("rows", 0) + len(found)

    def _sound(self, session: Session, workspace: Workspace) -> None:
        try:
            said = session.connection().exec_driver_sql("PRAGMA integrity_check(5)").scalars().all()
        except DBAPIError as error:
            said = [str(error.orig)]
        place = Place(workspace.store.place)
        self.problems += [Problem(place, "数据库文件损坏", str(one), "请从备份取回") for one in said if one != "ok"]

    def _each(self, what: Callable[[Entry], Iterable[Any]]) -> list[Any]:
        """What can be said of every entry; one of another form is a problem of its own."""
        found: list[Any] = []
        for entry in self.entries:
            try:
                found += list(what(entry))
            except _FORM:
                place = row_place("entry", (entry.seq,))
                self.problems.append(Problem(place, "内容不是这一种记录应有的样子", entry.kind, "请从备份恢复数据库"))
        return found

    def settings(self, workspace: Workspace) -> None:
        """The file byte by byte: opening has compared its values with the chain."""
        path = workspace.layout.settings
        if path.read_bytes() != settings_text(workspace.settings).encode():
            what, instead = "被改动过：设置没有变，但不是程序写成的样子", "请删去加上的注释或空白，或从备份取回"
            self.problems.append(Problem(Place(str(path)), what, "", instead))

    def noted(self, noted: str | None) -> None:
        if noted is not None and noted not in {entry.digest for entry in self.entries}:
            what = "链上没有这个摘要：记下它之后，链被截短或改写过"
            self.problems.append(Problem(Place("--head"), what, noted, "请从备份恢复数据库，并查明原因"))

    def objects(self, workspace: Workspace, shapes: Shapes) -> None:
        """Receipts, every object that they or entries name, and the policies that receipts name."""
        told = receipts.look(workspace.objects, self.entries, shapes)
        self.problems += told.problems
        self.problems += announced.look(workspace.objects, self.entries, shapes)
        self.named = [*self._each(references), *told.named]
        self.problems += kept.changed(workspace.objects, self.named)
        self.remarks += kept.unnamed(workspace.objects, self.named)
        self.checked["receipts"] = len(told.read)
        self.checked["objects"] = len({(one.digest, one.suffix) for one in self.named})
        used = [one for run, said in told.read.items() for one in policies.used_by(run, said)]
        problems, remarks = policies.look(workspace.layout.policies, workspace.settings.digest, used)
        self.problems += problems
        self.remarks += remarks

    def private(self, workspace: Workspace) -> None:
        for recorded in self._each(lambda entry: [entry.content["key"]] if entry.kind == "init" else []):
            self.problems += secrecy.key_changed(workspace, str(recorded))
        snapshots = {one.digest for one in self.named}
        said = self._each(lambda entry: [entry.content["settings"]["personal"]] if "settings" in entry.content else [])
        problems, remarks = secrecy.personal_files(workspace, snapshots, kept=said[-1:] != ["drop"])
        self.problems += problems
        self.remarks += remarks
        self.remarks += secrecy.left_over(workspace.layout)
