"""A run is kept with a receipt that says what it was made from; the same run made again has the same receipt."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
from pathlib import Path

import duckdb
import pytest

from engine.problems import InputError
from engine.revise.new import amendment, new_year
from tests.running import GOLDEN, SCHEMAS
from tests.shapes import validator
from tests.workspace.making import AT, make
from tests.workspace.ready import Ready
from tests.workspace.runs.stocked import request, run_once, stock
from workspace.layout import Layout
from workspace.opening import Workspace, open_workspace
from workspace.policy_files import files_of
from workspace.receipts import JSON, PARQUET, objects_of, programs, read_receipt, result_bytes
from workspace.replay import replay
from workspace.runs import Run, current, find_run, record, runs

RECEIPT, FIRINGS, EVALUATION = (validator(f"{name}.schema.json") for name in ("receipt", "firings", "evaluation"))


def test_the_same_gives_the_same_receipt(office: Workspace, run: Run, cache: Path) -> None:
    """Promise: state, policy, moment and programs alone make the receipt; who ran it, and when, is only in the chain,
    and entries in between change nothing."""
    run_once(office, request(office, cache, quarters="calendar"))
    later = run_once(office, request(office, cache), by="另一人", at=AT + dt.timedelta(days=1))
    assert (later.receipt, later.result, later.firings) == (run.receipt, run.result, run.firings)
    assert (later.by, later.upto) == ("另一人", later.seq - 1) and later.at > run.at
    assert run in runs(office) and later in runs(office)


def test_the_newest_run_is_not_recorded_twice(office: Workspace, run: Run, cache: Path) -> None:
    """Promise: evaluating again where nothing changed names the run that is there and adds nothing to the workspace."""
    first = run_once(office, request(office, cache, quarters="calendar"))
    before = runs(office), sorted(office.objects.listed())
    with current(office, request(office, cache, quarters="calendar")) as ready:
        kept = record(ready, programs(), "另一人", AT + dt.timedelta(days=1))
    assert (kept.run, kept.new) == (first, False)
    assert (runs(office), sorted(office.objects.listed())) == before


def test_the_receipt_fits_its_schema_and_names_what_is_there(office: Workspace, run: Run) -> None:
    """Promise: every key of a receipt and of firings is described, and every object they name is whole."""
    said = read_receipt(office.objects, run.receipt)
    RECEIPT.validate(said)
    assert not RECEIPT.is_valid({**said, "undescribed": 1})
    named = list(objects_of(said))
    assert [office.objects.verify(digest, suffix) for digest, suffix, _ in named] == [None] * len(named)
    for one in said["firings"]:
        FIRINGS.validate(json.loads(office.objects.read(one["described"], JSON)))
    EVALUATION.validate(json.loads(office.objects.read(run.result, JSON)))


def test_the_receipt_says_what_was_used(office: Workspace, run: Run) -> None:
    """Promise: snapshots, version, its files, readings and programs are those that were used."""
    said = read_receipt(office.objects, run.receipt)
    assert {one["table"] for one in said["state"]["snapshots"]} == {"orders", "units", "averages", "bonuses"}
    (version,) = said["choice"]["versions"]
    kept = {one["file"]: office.objects.read(one["digest"], ".yaml") for one in version["files"]}
    assert kept == files_of(office.layout.policies / "2026")
    assert said["choice"]["by"] == "months" and len(said["choice"]["months"]) == 12
    assert said["policy"]["readings"]["quarters"] == "cycle" and said["set"] == {}
    assert said["programs"] == programs()
    assert said["input"]["orders"] == run.orders > 700


def test_another_reading_is_another_receipt(office: Workspace, run: Run, cache: Path) -> None:
    """Promise: what was switched for a run is in its receipt."""
    other = run_once(office, request(office, cache, quarters="calendar"))
    said = read_receipt(office.objects, other.receipt)
    assert said["set"] == {"quarters": "calendar"} and said["policy"]["readings"]["quarters"] == "calendar"
    assert other.receipt != run.receipt and other.result != run.result


def test_rejected_versions_have_their_reason(tmp_path: Path, golden_year: Ready, cache: Path) -> None:
    """Promise: a version of another cycle is named with the months it lacks; one passed over for a name, as such."""
    workspace = golden_year.with_import(tmp_path / "office")
    new_year(workspace.layout.policies / "2026", workspace.layout.policies, "2027", SCHEMAS)
    by_months = read_receipt(workspace.objects, run_once(workspace, request(workspace, cache)).receipt)["choice"]
    assert [(one["id"], one["reason"], len(one["outside"])) for one in by_months["rejected"]] == [("2027", "cycle", 12)]
    asked = run_once(workspace, request(workspace, cache, str(workspace.layout.policies / "2026")))
    named = read_receipt(workspace.objects, asked.receipt)["choice"]
    assert (named["by"], named["asked"], named["months"]) == ("name", "2026", [])
    assert [(one["id"], one["reason"], one["outside"]) for one in named["rejected"]] == [("2027", "another-asked", [])]
    assert str(tmp_path) not in workspace.objects.read(asked.receipt, JSON).decode()


def test_a_version_and_its_amendment_each_have_firings(tmp_path: Path, golden_year: Ready, cache: Path) -> None:
    """Promise: with an amendment both versions are kept, and every order is decided once, by the one in force."""
    workspace = golden_year.with_import(tmp_path / "office")
    policies = workspace.layout.policies
    amendment(policies / "2026", policies, "2026-b", dt.date(2026, 7, 1), SCHEMAS)
    run = run_once(workspace, request(workspace, cache))
    said = read_receipt(workspace.objects, run.receipt)
    assert [one["id"] for one in said["choice"]["versions"]] == ["2026", "2026-b"]
    assert [one["policy"] for one in said["firings"]] == ["2026", "2026-b"]
    described = [json.loads(workspace.objects.read(one["described"], JSON)) for one in said["firings"]]
    assert [(one["since"], one["until"]) for one in described] == [
        (None, "2026-07-01 00:00:00"),
        ("2026-07-01 00:00:00", None),
    ]
    assert sum(one["orders"] for one in described) == run.orders
    paths = [str(workspace.objects.path(one["numbers"], PARQUET)) for one in said["firings"]]
    with duckdb.connect() as connection:
        found = connection.execute(f'SELECT count(DISTINCT "order") FROM read_parquet({paths})').fetchall()
    assert found == [(run.orders,)]


def test_databases_and_digests(workspace: Workspace, run: Run, office: Workspace, cache: Path) -> None:
    """Promise: SQLite and PostgreSQL give the same receipt, result and firings, byte for byte, and the same again when
    the run is replayed."""
    stock(workspace)
    other = run_once(workspace, request(workspace, cache))
    assert (other.receipt, other.result, other.firings) == (run.receipt, run.result, run.firings)
    assert workspace.objects.read(other.receipt, JSON) == office.objects.read(run.receipt, JSON)
    assert find_run(workspace, other.name.lower()) == other
    assert replay(workspace, other, request(workspace, cache), programs()).exact


def test_sm3_names_everything_in_a_receipt(tmp_path: Path, cache: Path) -> None:
    """Promise: an office that must use SM3 has it in every name that a receipt gives."""
    workspace = make(tmp_path / "office", digest="sm3")
    stock(workspace)
    said = read_receipt(workspace.objects, run_once(workspace, request(workspace, cache)).receipt)
    assert all(workspace.objects.verify(digest, suffix) is None for digest, suffix, _ in objects_of(said))
    RECEIPT.validate(said)


def test_a_policy_changed_meanwhile_is_refused(tmp_path: Path, golden_year: Ready, cache: Path) -> None:
    """Promise: what a receipt says was loaded was loaded: a file changed during the evaluation is an error, and nothing
    is recorded."""
    workspace = golden_year.with_import(tmp_path / "office")
    rules = workspace.layout.policies / "2026" / "rules.yaml"
    said: list[str] = []

    def meanwhile(what: str) -> None:
        if not said:
            rules.write_text(rules.read_text("utf-8") + "# 改\n", "utf-8")
        said.append(what)

    with pytest.raises(InputError, match="计算期间这个版本的文件被改动了"):  # noqa: SIM117
        with current(workspace, request(workspace, cache), meanwhile):
            pass
    assert said and runs(workspace) == ()


def test_nothing_is_recorded_where_the_block_is_left(office: Workspace, run: Run, cache: Path) -> None:
    """Promise: explaining the state, or leaving before the end, records nothing and leaves no unfinished file."""
    before = runs(office)
    with current(office, request(office, cache)) as ready:
        assert result_bytes(ready.document) == office.objects.read(run.result, JSON)
        assert ready.evaluated.scratch.exists()
    assert runs(office) == before and list(office.layout.scratch.iterdir()) == []


def test_no_such_run(office: Workspace, run: Run) -> None:
    """Promise: a slip in a run's name is told with what there is."""
    with pytest.raises(InputError, match=f"没有这次计算.*R999.*{run.name}"):
        find_run(office, "R999")


def test_an_entry_that_was_altered_is_told(tmp_path: Path, office: Workspace, run: Run) -> None:
    """Promise: a run's entry that no longer has its form is one sentence that leads to the verification."""
    shutil.copytree(office.layout.root, tmp_path / "copy")
    copy = open_workspace(Layout(tmp_path / "copy"))
    with sqlite3.connect(copy.layout.root / "hotline.db") as connection:
        connection.execute("UPDATE entry SET body = ? WHERE seq = ?", ('{"receipt":1}', run.seq))
    with pytest.raises(InputError, match=f"链上第 {run.seq} 条记录.*audit verify"):
        runs(copy)


def test_an_empty_workspace_says_what_to_do(tmp_path: Path, cache: Path) -> None:
    """Promise: evaluating before anything was imported is one sentence."""
    workspace = make(tmp_path / "office")
    with pytest.raises(InputError, match="hotline import"):
        run_once(workspace, request(workspace, cache))
    with pytest.raises(InputError, match="还没有记下任何计算"):
        find_run(workspace, "R1")


def test_no_personal_value_is_kept(office: Workspace, run: Run) -> None:
    """Promise: no caller's number, name or address of the files is in any object of a run."""
    said = read_receipt(office.objects, run.receipt)
    text = (GOLDEN / "orders.csv").read_text("utf-8-sig").splitlines()
    numbers = [line.split(",")[3] for line in text[1:40] if line.split(",")[3].isdigit()]
    assert numbers
    paths = [office.objects.path(digest, suffix) for digest, suffix, _ in objects_of(said)]
    held = b"".join(path.read_bytes() for path in paths if path.suffix != ".parquet")
    with duckdb.connect() as connection:
        parquet = [str(path) for path in paths if path.suffix == ".parquet"]
        tables = [connection.execute(f"SELECT * FROM '{path}'").fetchall() for path in parquet]
    told = held.decode() + str(tables)
    assert not [number for number in numbers if number in told]
