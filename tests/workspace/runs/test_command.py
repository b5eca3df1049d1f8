"""``hotline evaluate``, ``explain`` and ``runs`` in a workspace."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from cli.main import main
from tests.running import GOLDEN
from tests.shapes import fits
from tests.workspace.making import make
from tests.workspace.ready import Ready
from tests.workspace.runs.stocked import stock
from workspace.opening import Workspace
from workspace.receipts import JSON
from workspace.runs import runs

AS_OF = ("--as-of", "2026-11-23 00:00:00")


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory, golden_year: Ready) -> Workspace:
    """A workspace of this module alone."""
    return golden_year.with_import(tmp_path_factory.mktemp("stocked") / "office")


@pytest.fixture(autouse=True)
def inside(stocked: Workspace, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every command is typed in a folder of the workspace."""
    folder = stocked.layout.root / "notes"
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    return folder


def sums(root: Path) -> Mapping[str, str]:
    """Every file below a folder."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_evaluate_records_what_it_prints(stocked: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: the recorded result is byte for byte what ``--format json`` prints; stdout has nothing else."""
    assert main(["evaluate", *AS_OF, "--format", "json", "--by", "张三"]) == 0
    said = capsys.readouterr()
    run = runs(stocked)[-1]
    assert said.out.encode() == stocked.objects.read(run.result, JSON)
    assert said.err == f"已记入工作区：{run.name}\n"
    assert (run.by, run.as_of) == ("张三", "2026-11-23 00:00:00")
    assert json.loads(said.out)["input"]["digest"] == run.state


def test_the_figures_are_those_of_the_folder(stocked: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: a workspace gives the months, quarters, year and consequences that the folder of the same files gives,
    and looking at a folder changes no byte of the workspace it is typed in."""
    assert main(["evaluate", *AS_OF, "--format", "json"]) == 0
    own = json.loads(capsys.readouterr().out)
    before = sums(stocked.layout.root)
    assert main(["evaluate", "--data", str(GOLDEN), *AS_OF, "--format", "json"]) == 0
    other = json.loads(capsys.readouterr().out)
    assert main(["explain", "order", "BS202603000308", "--data", str(GOLDEN), *AS_OF]) == 0
    assert sums(stocked.layout.root) == before
    for part in ("policy", "months", "quarters", "year", "consequences"):
        assert own[part] == other[part], part


def test_explaining_records_nothing(stocked: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: ``explain order`` and ``explain unit`` work on the workspace's data and leave it as it is."""
    before = sums(stocked.layout.root)
    assert main(["explain", "order", "BS202603000308", *AS_OF, "--format", "json"]) == 0
    order = json.loads(capsys.readouterr().out)
    assert order["source"]["file"] == "orders.csv" and order["rule_engine"]["agrees"]
    assert main(["explain", "unit", order["unit"], "--period", "2026-04", *AS_OF, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["unit"] == order["unit"]
    assert sums(stocked.layout.root) == before


def test_runs_are_listed(stocked: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: people see each run with its name, moment and person; programs get every digest; and a run that is the
    newest one again is said to be it and not listed."""
    assert main(["evaluate", "--as-of", "2026-11-22", "--by", "李四", "--workspace", str(stocked.layout.root)]) == 0
    before = capsys.readouterr()
    assert main(["evaluate", "--as-of", "2026-11-22", "--by", "王五", "--workspace", str(stocked.layout.root)]) == 0
    again = capsys.readouterr()
    assert again.out == before.out and "完全相同" in again.err and "已记入" in before.err
    assert main(["runs", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    fits("runs", listed)
    run = runs(stocked)[-1]
    assert [one["run"] for one in listed] == [one.name for one in runs(stocked)]
    assert listed[-1] == {
        "run": run.name,
        "at": run.at,
        "by": "李四",
        "policy": run.policy,
        "as_of": "2026-11-22 00:00:00",
        "orders": run.orders,
        "set_aside": run.set_aside,
        "state": run.state,
        "receipt": run.receipt,
        "result": run.result,
    }
    assert main(["runs"]) == 0
    assert run.name in (table := capsys.readouterr().out) and "李四" in table


def test_strict_records_nothing(stocked: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: where rows that are set aside are an error, there is no run of them."""
    folder = tmp_path / "broken"
    folder.mkdir()
    for name in ("units", "averages", "bonuses"):
        (folder / f"{name}.csv").write_bytes((GOLDEN / f"{name}.csv").read_bytes())
    with (GOLDEN / "orders.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for _, row in zip(range(30), csv.reader(file), strict=False)]
    rows[1][1] = "没有的单位"
    with (folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    workspace = make(tmp_path / "office")
    stock(workspace, folder)
    where = ("--workspace", str(workspace.layout.root))
    assert main(["evaluate", *AS_OF, "--strict", *where]) == 2
    assert "没有的单位" in capsys.readouterr().err and runs(workspace) == ()
    assert main(["evaluate", *AS_OF, *where]) == 0
    assert [run.set_aside for run in runs(workspace)] == [1]


def test_decisions_never_go_into_the_workspaces_own_files(
    stocked: Workspace, inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Promise: a slip in ``--decisions`` cannot overwrite the database or an object; beside them is allowed."""
    for place in ("hotline.db", "workspace.yaml", "objects/x.jsonl", "private/key", "policies/2026/rules.yaml"):
        assert main(["evaluate", *AS_OF, "--decisions", str(stocked.layout.root / place)]) == 2
        assert "不能写进工作区自己的文件" in capsys.readouterr().err
    assert main(["evaluate", *AS_OF, "--decisions", "out.jsonl"]) == 0
    assert len((inside / "out.jsonl").read_text("utf-8").splitlines()) == runs(stocked)[-1].orders


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["evaluate", "--data", str(GOLDEN), "--workspace", "x"], "--data 与 --workspace 只能写一个"),
        (["evaluate", "--data", str(GOLDEN), "--by", "张三"], "--by 只用于工作区"),
        (["explain", "order", "X", "--data", str(GOLDEN), "--workspace", "x"], "--data 与 --workspace 只能写一个"),
        (["evaluate", "--workspace", "x"], "x 不是工作区"),
        (["evaluate", "--by", " "], "--by 不能是空的"),
        (["evaluate", "--policy", "2099"], "没有这个政策版本"),
    ],
)
def test_slips(words: list[str], said: str, stocked: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: options that contradict each other cost one sentence, and nothing is recorded."""
    before = runs(stocked)
    assert main(words) == 2
    ran = capsys.readouterr()
    assert said in ran.err and ran.out == "" and runs(stocked) == before


def test_outside_a_workspace_data_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Promise: where there is no workspace, the message says both ways out."""
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate"]) == 2
    said = capsys.readouterr().err
    assert "缺少选项 --data" in said and "--workspace" in said


def test_help_stays_light() -> None:
    """Promise: neither the database nor the engine is loaded to show what the commands are."""
    script = (
        "import sys; from cli.main import main; main(['evaluate', '--help']); "
        "print(sorted({'duckdb', 'sqlmodel', 'sqlalchemy', 'sqlglot', 'alembic'} & set(sys.modules)), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True, encoding="utf-8")
    assert ran.stderr.strip() == "[]"


def test_a_kept_result_is_shown_again(stocked: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: ``runs`` with a name shows what was shown then, byte for byte as JSON, and records nothing."""
    main(["evaluate", *AS_OF, "--period", "2026-03"])
    table = capsys.readouterr().out
    run = runs(stocked)[-1]
    assert main(["runs", run.name, "--period", "2026-03"]) == 0
    assert capsys.readouterr().out == table
    assert main(["runs", run.name.lower(), "--format", "json"]) == 0
    assert capsys.readouterr().out.encode() == stocked.objects.read(run.result, JSON)
    assert runs(stocked)[-1] == run
    assert main(["runs", "R99"]) == 2
    assert "没有这次计算" in capsys.readouterr().err
    assert main(["runs", "--period", "2026-03"]) == 2
