"""Several at once: each month is made known once, whoever comes first, and the others are told."""

from __future__ import annotations

from pathlib import Path

from engine.months import Month
from engine.problems import InputError
from tests.running import SCHEMAS
from tests.workspace.processes import ended, started
from tests.workspace.publishing.office import APRIL, MARCH, better_march, evaluated, imported, published
from tests.workspace.runs.stocked import request, stock
from workspace.audit.shapes import Shapes
from workspace.audit.verify import verify
from workspace.opening import Workspace, open_workspace
from workspace.published_months import publications


def test_each_month_once(workspace: Workspace, cache: Path, tmp_path: Path) -> None:
    """Promise: two who publish the same month, one who publishes another and one who imports at the same time come to
    what some order of theirs would; nobody meets a lock, and what was made known is what holds."""
    stock(workspace)
    evaluated(workspace, request(workspace, cache))  # the rules are compiled once, not by each
    answers = tmp_path / "answers"
    answers.mkdir()
    months = (MARCH, MARCH, APRIL)
    running = [started(_publish, workspace, cache, month, answers / str(i)) for i, month in enumerate(months)]
    running.append(started(_import, workspace, tmp_path / "later"))
    assert [ended(process) for process in running] == [0, 0, 0, 0]
    said = [(answers / str(i)).read_text("utf-8") for i in range(len(months))]
    assert sorted(bool(text) for text in said[:2]) == [False, True] and said[2] == ""
    assert "2026-03: 已经公布" in "".join(said[:2])
    with workspace.store.reading() as session:
        assert sorted(str(one.month) for one in publications(session)) == ["2026-03", "2026-04"]
    assert verify(workspace.layout, Shapes(SCHEMAS)).problems == ()


def _publish(workspace: Workspace, cache: Path, month: Month, answer: Path) -> None:
    try:
        own = open_workspace(workspace.layout)
        published(own, request(own, cache), month)
        answer.write_text("", "utf-8")
    except InputError as error:
        answer.write_text(str(error.problems[0]), "utf-8")


def _import(workspace: Workspace, folder: Path) -> None:
    imported(open_workspace(workspace.layout), folder, {"orders": better_march()})
