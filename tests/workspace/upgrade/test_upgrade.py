"""A workspace of an earlier shape opens, goes forward and verifies; what it holds is what it was."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from engine.months import Month
from tests.running import SCHEMAS
from tests.workspace.making import AT, BY
from tests.workspace.runs.stocked import request
from workspace import migrations
from workspace.audit.shapes import Shapes
from workspace.audit.verify import verify
from workspace.database import entries
from workspace.layout import Layout
from workspace.opening import Workspace, open_workspace
from workspace.publishing import Asked, as_recorded, publish
from workspace.receipts import JSON, read_receipt
from workspace.replay import again
from workspace.runs import current, find_run

MAY = dt.datetime(2026, 5, 10)


@pytest.fixture
def old(tmp_path: Path) -> Layout:
    """A workspace at step 0001 with one import and one run."""
    with zipfile.ZipFile(Path(__file__).with_name("workspace-0001.zip")) as archive:
        archive.extractall(tmp_path / "office")
    return Layout(tmp_path / "office")


def step(workspace: Workspace) -> str | None:
    with workspace.store.reading() as session:
        return migrations.current(session.connection())


def test_it_opens_goes_forward_and_verifies(old: Layout) -> None:
    """Promise: opening brings the database to today's shape, and every entry, object and receipt is found whole."""
    workspace = open_workspace(old)
    assert step(workspace) == migrations.revisions()[-1] != "0001"
    with workspace.store.reading() as session:
        assert [entry.kind for entry in entries(session)] == ["init", "import", "run"]
    assert verify(old, Shapes(SCHEMAS)).problems == ()


def test_its_data_evaluate_to_what_they_did(old: Layout, tmp_path: Path) -> None:
    """Promise: months, ranks and consequences of an old workspace's data are what its own run says."""
    workspace = open_workspace(old)
    kept = json.loads(workspace.objects.read(find_run(workspace, "R3").result, JSON))
    with current(workspace, replace(request(workspace, tmp_path / "cache"), as_of=MAY)) as ready:
        for key in ("input", "months", "quarters", "year", "consequences"):
            assert ready.document[key] == kept[key]


def test_its_run_can_be_published(old: Layout, tmp_path: Path) -> None:
    """Promise: a run that was made before months could be published is good enough to publish from."""
    workspace = open_workspace(old)
    run = find_run(workspace, "R3")
    asked = request(workspace, tmp_path / "cache")
    with again(workspace, run, read_receipt(workspace.objects, run.receipt), asked) as found:
        as_recorded(found, run)
        made = publish(found, run, Asked(Month.parse("2026-03")), BY, AT)
    assert (made.publication.seq, made.publication.run) == (4, 3)
    assert [placed.unit for placed in made.published.standing.ranking if placed.last] == ["路政养护中心"]
    assert verify(old, Shapes(SCHEMAS)).problems == ()
