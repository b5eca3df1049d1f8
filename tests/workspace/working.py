"""What the commands import, evaluate and publish do to a workspace, below the command line, and what that leaves.

Knows the workspace's commands and its audit; must not know what any test expects. For processes of a test's own.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli import asking_import, asking_publish, asking_runs
from cli.asking import Asked
from engine.problems import InputError
from tests.running import SCHEMAS
from tests.workspace import town
from tests.workspace.making import BY
from workspace.audit.shapes import Shapes
from workspace.audit.verify import verify
from workspace.chain import canonical
from workspace.database import entries
from workspace.imported import imported
from workspace.layout import Layout
from workspace.opening import Workspace, open_workspace
from workspace.receipts import programs
from workspace.replay import replay
from workspace.runs import runs
from workspace.state import head


@dataclass(frozen=True)
class Item:
    """An entry of the chain: as it stands there, and what it says whenever and after however many tries it was made."""

    digest: str
    says: str


@dataclass(frozen=True)
class Seen:
    """A workspace as its chain tells it; what is wrong with it; what an import left where personal cells are read."""

    items: tuple[Item, ...]
    state: str
    problems: tuple[str, ...]
    hidden: tuple[str, ...]

    @property
    def outcome(self) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
        """What was done, however often, and what it left."""
        return tuple(dict.fromkeys(item.says for item in self.items)), self.state, self.hidden


def look(root: Path) -> Seen:
    verdict = verify(Layout(root), Shapes(SCHEMAS))
    workspace = open_workspace(Layout(root))
    with workspace.store.reading() as session:
        found = entries(session)
    receipts = {entry.seq: entry.content["receipt"] for entry in found if entry.kind == "run"}
    items = []
    for entry in found:
        body = {name: value for name, value in entry.content.items() if name != "upto"}
        if entry.kind in ("publication", "correction"):
            body["run"] = receipts[body["run"]]
        items.append(Item(entry.digest, canonical([entry.kind, entry.by, body])))
    hidden = workspace.layout.private / "reading"
    left = tuple(path.name for path in hidden.iterdir()) if hidden.exists() else ()
    problems = (*map(str, verdict.problems), *(f"no personal file: {name}" for name in _impersonal(workspace)))
    return Seen(tuple(items), head(workspace).digest, problems, left)


def _impersonal(workspace: Workspace) -> Iterator[str]:
    """The snapshots of orders that have no file with their personal columns."""
    for item in imported(workspace):
        if item.part.table == "orders" and not (workspace.layout.personal / f"{item.part.snapshot}.parquet").exists():
            yield item.part.snapshot


def _asked(root: Path, cache: Path, as_of: str | None = town.AS_OF) -> Asked:
    os.environ["XDG_CACHE_HOME"] = str(cache)
    return Asked(root, None, None, None if as_of is None else dt.datetime.fromisoformat(as_of), {}, True)


def do_import(root: Path, cache: Path, *files: Path) -> str:
    asking_import.import_files(Layout(root), files, None, None, BY, lambda _, __: None)
    return ""


def do_evaluate(root: Path, cache: Path, as_of: str = town.AS_OF) -> str:
    with asking_runs.evaluated(_asked(root, cache, as_of), Layout(root), lambda _: None) as found:
        assert found.keep is not None
        return found.keep(BY).run.name


def do_publish(root: Path, cache: Path, month: str, run: str | None = None, reason: str | None = None) -> str:
    """What was said where it was refused."""
    try:
        asked = _asked(root, cache, town.AS_OF if run is None else None)
        asking_publish.make_known(asked, Layout(root), month, run, reason, BY, lambda _: None)
    except InputError as error:
        return str(error)
    return ""


def replayed(root: Path, cache: Path) -> list[str]:
    """The runs that are not what they were when they are made again."""
    workspace = open_workspace(Layout(root))
    request = asking_runs.request_in(_asked(root, cache), Layout(root))
    return [run.name for run in runs(workspace) if not replay(workspace, run, request, programs()).exact]
