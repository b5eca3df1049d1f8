"""A workspace that goes on from one cycle to the next: which of them a command is about."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cli.main import main
from tests.running import SCHEMAS
from tests.workspace import town
from tests.workspace.making import AT, BY, make
from workspace.importing.importing import Request as Import
from workspace.importing.importing import import_files

LATER = "town-autumn"
SPRING, AUTUMN = "01-0-0", "07-0-0"
AS_OF = ("--as-of", "2026-10-01")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Orders of January and of July, each in the cycle of a version of its own."""
    folder = tmp_path_factory.mktemp("cycles")
    policies = town.write_policy(folder / "policies")
    shutil.copytree(policies / "town", policies / LATER)
    for name in ("policy", "consequences"):
        path = policies / LATER / f"{name}.yaml"
        text = path.read_text("utf-8").replace("id: town", f"id: {LATER}").replace('"1"', '"2"')
        path.write_text(text.replace("2026-01", "2026-07").replace("2026-06", "2026-12"), "utf-8")
    workspace = make(folder / "office", policies=policies)
    units = town.write_csv(folder / "units20260801.csv", ("承办单位", "组别"), [(name, "村居") for name in town.UNITS])
    orders = town.write_csv(folder / "orders20260801.csv", town.HEADER, [*town.orders(1), *town.orders(7)])
    import_files(workspace, Import((units, orders), SCHEMAS, BY, AT))
    return workspace.layout.root


@pytest.fixture(autouse=True)
def inside(office: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(office)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))


def test_an_order_is_explained_by_the_cycle_in_which_it_is_dated(capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: whoever asks about an order need not say by which version: its own date does."""
    for order, version in ((SPRING, "town"), (AUTUMN, LATER)):
        assert main(["explain", "order", order, *AS_OF, "--format", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["policy"]["id"] == version


def test_an_order_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: of an order without a record nothing is guessed; the error says how to name the version."""
    assert main(["explain", "order", "99-9-9", *AS_OF]) == 2
    assert "--policy" in capsys.readouterr().err
    assert main(["explain", "order", "99-9-9", "--policy", "town", *AS_OF]) == 2
    assert "99-9-9" in capsys.readouterr().err


def test_json_is_of_the_cycle_of_the_month(capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: as with tables, a month says which cycle is meant; the result is of the whole cycle. Without one, and
    with a period that both cycles have, the error says what to write."""
    for month, version in (("2026-02", "town"), ("2026-08", LATER)):
        assert main(["evaluate", "--period", month, *AS_OF, "--format", "json"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert (document["policy"]["id"], len(document["months"])) == (version, 6)
    assert main(["evaluate", *AS_OF, "--format", "json"]) == 2
    assert "--period 指明其中一个月" in capsys.readouterr().err
    assert main(["evaluate", "--period", "year", *AS_OF, "--format", "json"]) == 2
    assert "如 2026-03" in capsys.readouterr().err
