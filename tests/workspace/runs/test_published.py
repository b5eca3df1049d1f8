"""Runs after months were published: the receipt names what was counted from, and a replay counts from the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.months import Month
from tests.workspace.making import AT, BY
from tests.workspace.ready import Ready
from tests.workspace.runs.stocked import request, run_once
from workspace.opening import Workspace
from workspace.publishing import Asked, publish
from workspace.receipts import JSON, objects_of, programs, read_receipt
from workspace.replay import replay
from workspace.runs import Run, current, record


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, golden_year: Ready, cache: Path) -> tuple[Workspace, Run, Run]:
    """A run, the publication of two months from it, and a run after that."""
    workspace = golden_year.with_import(tmp_path_factory.mktemp("told") / "office")
    with current(workspace, request(workspace, cache)) as ready:
        before = record(ready, programs(), BY, AT).run
        for month in ("2026-03", "2026-04"):
            publish(ready.evaluated, before, Asked(Month.parse(month)), BY, AT)
    return workspace, before, run_once(workspace, request(workspace, cache))


def test_a_receipt_names_the_publications(told: tuple[Workspace, Run, Run]) -> None:
    """Promise: a run that counted from published months says which, by entry and object; an earlier one names none."""
    workspace, before, after = told
    assert read_receipt(workspace.objects, before.receipt)["publications"] == []
    said = read_receipt(workspace.objects, after.receipt)
    assert [(one["month"], one["seq"]) for one in said["publications"]] == [
        ("2026-03", before.seq + 1),
        ("2026-04", before.seq + 2),
    ]
    named = {digest: suffix for digest, suffix, _ in objects_of(said)}
    for one in said["publications"]:
        assert workspace.objects.verify(one["standing"], named[one["standing"]]) is None
    result = json.loads(workspace.objects.read(after.result, JSON))
    assert [one["period"] for one in result["published"]] == ["2026-03", "2026-04"] and result["corrections"] == []


def test_replays_count_from_what_was_public_then(told: tuple[Workspace, Run, Run], cache: Path) -> None:
    """Promise: a run from before the publications and one from after are each made again with what was public then."""
    workspace, before, after = told
    for run in (before, after):
        found = replay(workspace, run, request(workspace, cache), programs())
        assert found.exact and found.causes == ()


def test_a_changed_standing_is_the_cause(told: tuple[Workspace, Run, Run], cache: Path) -> None:
    """Promise: a published standing that was altered is named, and a run that counted from it is not made again with
    it; one from before is."""
    workspace, before, after = told
    standing = read_receipt(workspace.objects, after.receipt)["publications"][0]["standing"]
    path = workspace.objects.path(standing, JSON)
    data = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(data.replace(b'"rank": 1', b'"rank": 2', 1))
    try:
        found = replay(workspace, after, request(workspace, cache), programs())
        assert found.refused and [cause.old for cause in found.causes] == [standing]
        assert replay(workspace, before, request(workspace, cache), programs()).exact
    finally:
        path.write_bytes(data)
