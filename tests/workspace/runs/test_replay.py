"""A run made again is the same bit for bit, or its first difference and the cause are told."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from cli.audit_json import replay_json
from tests.running import ROOT
from tests.shapes import fits
from tests.workspace.making import AT, BY
from tests.workspace.runs.stocked import request, run_once, stock
from workspace.differing import first_in_json, first_in_numbers
from workspace.layout import Layout
from workspace.opening import Workspace, open_workspace
from workspace.receipts import JSON, PARQUET, programs, read_receipt
from workspace.replay import Cause, Replay, replay
from workspace.runs import Run, current, record

Again = Callable[[Workspace, Run], Replay]


@pytest.fixture
def again(cache: Path) -> Again:
    """Replays with no policies at hand and at another time: neither may matter. Its JSON is of its schema."""

    def made(workspace: Workspace, run: Run) -> Replay:
        given = replace(request(workspace, cache), released=Path("no-such-folder"), as_of=None)
        found = replay(workspace, run, given, programs())
        fits("audit-replay", json.loads(replay_json(found)))
        return found

    return made


@pytest.fixture
def copy(office: Workspace, run: Run, tmp_path: Path) -> Workspace:
    """The office, copied to another place as a whole."""
    shutil.copytree(office.layout.root, tmp_path / "copy")
    return open_workspace(Layout(tmp_path / "copy"))


def test_a_run_is_the_same_wherever_it_is_made_again(copy: Workspace, run: Run, again: Again) -> None:
    """Promise: in a copied workspace, after more imports and without the office's policies, every byte is the same, and
    the replay leaves nothing behind."""
    stock(copy, exported=dt.datetime(2026, 11, 21))
    shutil.rmtree(copy.layout.policies)
    before = sorted(copy.objects.listed())
    found = again(copy, run)
    assert (found.same, found.exact, found.difference, found.causes, found.refused) == (True, True, None, (), ())
    assert sorted(copy.objects.listed()) == before and list(copy.layout.scratch.iterdir()) == []


def test_a_run_is_the_same_on_another_machine(copy: Workspace, run: Run, tmp_path: Path) -> None:
    """Promise: with one core, in another time zone and language, started elsewhere by somebody for whom nothing was
    computed before, every byte is the same."""
    core = min(os.sched_getaffinity(0))
    words = ["audit", "replay", run.name, "--format", "json", "--workspace", str(copy.layout.root)]
    said = subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        env={"PATH": os.defpath, "HOME": str(tmp_path), "TZ": "America/New_York", "LC_ALL": "C",
             "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)},
        cwd="/", capture_output=True, check=False, preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )  # fmt: skip
    assert (said.returncode, said.stderr) == (0, b"")
    found = json.loads(said.stdout)
    assert (found["same"], found["exact"], found["causes"]) == (True, True, [])


def test_readings_and_names_are_replayed(office: Workspace, cache: Path, again: Again) -> None:
    """Promise: a run with a switched reading, by a version asked for by name, is made again with both."""
    run = run_once(office, request(office, cache, "2026", quarters="calendar"))
    assert again(office, run).exact


def test_other_programs_are_causes_even_where_they_do_not_matter(office: Workspace, run: Run, cache: Path) -> None:
    """Promise: versions of programs and schemas that changed are told, and the values are still held to be the same."""
    now = {**programs(), "duckdb": "9.9.9"}
    found = replay(office, run, request(office, cache), now)
    assert found.same and found.exact
    assert found.causes == (Cause("program", "duckdb", programs()["duckdb"], "9.9.9"),)


def test_a_changed_schema_is_a_cause(office: Workspace, run: Run, cache: Path, tmp_path: Path) -> None:
    """Promise: a schema that is not what it was is named."""
    given = request(office, cache)
    schemas = shutil.copytree(given.schemas, tmp_path / "schemas")
    path = schemas / "evaluation.schema.json"
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    found = replay(office, run, replace(given, schemas=schemas), programs())
    assert found.exact
    assert [(cause.what, cause.name) for cause in found.causes] == [("schema", "evaluation.schema.json")]


def test_a_result_that_was_never_computed_is_found(office: Workspace, cache: Path, again: Again) -> None:
    """Promise: a run whose result says something else is shown with the first value that differs, old and new."""
    given = request(office, cache)
    with current(office, given) as ready:
        document = json.loads(json.dumps(ready.document))
        placed = document["months"][4]["ranking"][0]
        true, placed["total"] = placed["total"], 99.5
        lie = record(replace(ready, document=document), programs(), BY, AT).run
    found = again(office, lie)
    assert not found.same and not found.exact and found.causes == ()
    assert found.difference is not None
    told = (found.difference.part, found.difference.path, found.difference.old, found.difference.new)
    assert told == ("result", "$.months[4].ranking[0].total", "99.5", json.dumps(true))


def spoil(workspace: Workspace, digest: str, suffix: str, data: bytes) -> None:
    path = workspace.objects.path(digest, suffix)
    path.chmod(0o644)
    path.write_bytes(data)


def test_a_changed_snapshot_is_the_cause(copy: Workspace, run: Run, again: Again) -> None:
    """Promise: where a snapshot was altered, the replay differs and names it."""
    said = read_receipt(copy.objects, run.receipt)
    digest = next(one["digest"] for one in said["state"]["snapshots"] if one["table"] == "orders")
    path = copy.objects.path(digest, PARQUET)
    other = copy.layout.scratch / "other.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * REPLACE (CASE 满意度 WHEN '不满意' THEN '满意' ELSE 满意度 END AS 满意度) "
            f"FROM '{path}') TO '{other}' (FORMAT parquet)"
        )
    spoil(copy, digest, PARQUET, other.read_bytes())
    found = again(copy, run)
    assert not found.same and found.difference is not None and found.difference.path.startswith("$.months[")
    assert [(cause.what, cause.old) for cause in found.causes] == [("object", digest)]


def test_what_cannot_be_read_is_told(copy: Workspace, run: Run, again: Again) -> None:
    """Promise: a snapshot that is no file of its kind any more, or a policy file that was changed, is told as such."""
    said = read_receipt(copy.objects, run.receipt)
    policy = next(one["digest"] for one in said["choice"]["versions"][0]["files"] if one["file"] == "rules.yaml")
    orders = next(one["digest"] for one in said["state"]["snapshots"] if one["table"] == "orders")
    data = copy.objects.read(orders, PARQUET)
    spoil(copy, orders, PARQUET, b"PAR1" + b"\0" * 200)
    found = again(copy, run)
    assert not found.same and found.difference is None and found.refused
    assert [cause.old for cause in found.causes] == [orders]
    spoil(copy, orders, PARQUET, data)
    spoil(copy, policy, ".yaml", b"rules: []\n")
    found = again(copy, run)
    assert found.refused and [cause.old for cause in found.causes] == [policy]


def test_a_damaged_result_does_not_hide_that_it_can_be_made_again(copy: Workspace, run: Run, again: Again) -> None:
    """Promise: the replay is held against the digests of the receipt; a result or firings lost since are only named."""
    spoil(copy, run.result, JSON, b"{}")
    copy.objects.path(run.firings[1], PARQUET).unlink()
    found = again(copy, run)
    assert found.same and found.exact
    assert [cause.old for cause in found.causes] == [run.result, run.firings[1]]


def test_the_first_number_that_differs(tmp_path: Path) -> None:
    """Promise: of two files of numbers, the first order by id is named with its column; so is one that only one has."""
    old, new, fewer = (tmp_path / f"{name}.parquet" for name in ("old", "new", "fewer"))
    with duckdb.connect() as connection:
        rows = "(VALUES ('a', 1, NULL), ('b', 2, 5), ('c', 3, 6)) AS t(\"order\", group_0, duty_0)"
        connection.execute(f"COPY (FROM {rows}) TO '{old}' (FORMAT parquet)")
        changed = "CASE \"order\" WHEN 'a' THEN duty_0 ELSE 9 END AS duty_0"
        connection.execute(f"COPY (SELECT * REPLACE ({changed}) FROM {rows}) TO '{new}' (FORMAT parquet)")
        connection.execute(f"COPY (SELECT * FROM {rows} WHERE \"order\" <> 'a') TO '{fewer}' (FORMAT parquet)")
    assert first_in_numbers("firings", old, old) is None
    found = first_in_numbers("firings", old, new)
    assert found is not None and (found.path, found.old, found.new) == ("b：duty_0", "5", "9")
    found = first_in_numbers("firings", old, fewer)
    assert found is not None and (found.path, found.old, found.new) == ("a：order", "a", None)


def test_the_first_value_that_differs() -> None:
    """Promise: missing and added keys and items are differences too, and 1 is not true."""
    cases = [
        ({"a": [1, {"b": None}]}, {"a": [1, {"b": 2}]}, ("$.a[1].b", "null", "2")),
        ({"a": 1}, {"a": 1, "c": "字"}, ("$.c", None, '"字"')),
        ({"a": [1, 2]}, {"a": [1]}, ("$.a[1]", "2", None)),
        ({"a": 1}, {"a": True}, ("$.a", "1", "true")),
    ]
    for old, new, told in cases:
        found = first_in_json("result", old, new)
        assert found is not None and (found.path, found.old, found.new) == told
    assert first_in_json("result", {"a": [1.5]}, {"a": [1.5]}) is None
