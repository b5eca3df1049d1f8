"""The built wheel does the main job on its own: outside the checkout, in an environment that has never seen it."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "examples" / "golden"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built with the tools that are installed, so that no network is needed."""
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(target.glob("hotline_policy-*.whl"))


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``hotline`` of a new environment with this wheel in it.

    The wheel's dependencies come from this environment by way of a path file; files of paths are not followed from
    there, so this checkout is not on its path.
    """
    home = tmp_path_factory.mktemp("elsewhere") / "env"
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    python = home / "bin" / "python"
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, str(wheel)], check=True)
    site = next(home.glob("lib/python3*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return home / "bin" / "hotline"


def run(program: Path, at: Path, *words: object) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": os.defpath, "HOME": str(at), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [program, *map(str, words)], cwd=at, env=clean, capture_output=True, encoding="utf-8", check=False
    )


def test_policies_and_schemas_travel_inside(wheel: Path) -> None:
    """Promise: every policy file and schema of the checkout is in the wheel, and nothing of the tests is."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("policies", "schemas", "examples/policies"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"cli/bundle/{path.relative_to(ROOT).as_posix()}" in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "docs/"))]


def test_the_installed_program_does_the_main_job(program: Path, tmp_path: Path) -> None:
    """Promise: installed elsewhere and run elsewhere, it gives the expected result from the policies it carries."""
    where = run(program.with_name("python"), tmp_path, "-c", "import cli, engine; print(cli.__file__, engine.__file__)")
    assert str(ROOT) not in where.stdout and "site-packages" in where.stdout
    words = ["evaluate", "--data", GOLDEN, "--as-of", "2026-11-23 00:00:00", "--format", "json"]
    ran = run(program, tmp_path, *words)
    assert (ran.returncode, ran.stderr) == (0, "")
    found, expected = json.loads(ran.stdout), json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))
    assert _ranks(found) == _ranks(expected)
    keys = ("rule", "unit", "period")
    assert [[item[key] for key in keys] for item in found["consequences"]] == [
        [item[key] for key in keys] for item in expected["consequences"]
    ]


def test_the_installed_program_finds_its_policies(program: Path, tmp_path: Path) -> None:
    """Promise: versions are listed and checked without a checkout."""
    assert "2026" in run(program, tmp_path, "policy", "list").stdout
    assert run(program, tmp_path, "policy", "check").returncode == 0
    assert run(program, tmp_path, "--version").stdout.startswith("hotline-policy 0.")


def test_the_installed_program_makes_a_workspace(program: Path, tmp_path: Path) -> None:
    """Promise: migrations and policies travel with the program; a workspace is made and opened without a checkout."""
    made = run(program, tmp_path, "init", "office", "--by", "office")
    assert (made.returncode, made.stderr) == (0, "")
    assert (tmp_path / "office" / "policies" / "2026" / "policy.yaml").is_file()
    shown = run(program, tmp_path / "office" / "policies", "settings", "--format", "json")
    assert (shown.returncode, json.loads(shown.stdout)["personal"]) == (0, "keep")


def test_the_installed_program_audits_a_workspace(program: Path, tmp_path: Path) -> None:
    """Promise: the description of a bundle and the schemas travel with the program."""
    assert run(program, tmp_path, "init", "office", "--by", "office").returncode == 0
    assert run(program, tmp_path / "office", "audit", "verify").returncode == 0
    assert run(program, tmp_path / "office", "audit", "export", "../bundle").returncode == 0
    assert (tmp_path / "bundle" / "FORMAT.md").is_file()
    assert (tmp_path / "bundle" / "schemas" / "receipt.schema.json").is_file()


def _ranks(document: dict[str, Any]) -> list[Any]:
    periods = [*document["months"], *document["quarters"], document["year"]]
    return [[(row["unit"], row["rank"], row["total"]) for row in period["ranking"]] for period in periods]


def test_what_is_imported_is_declared() -> None:
    """Promise: nothing that the program imports comes into its environment by chance, as a tool of the tests would."""
    wanted = {
        name.split(".")[0]
        for package in ("engine", "cli", "workspace")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in imported(node)
    }
    ours = {"engine", "cli", "workspace"}
    named = packages_distributions()
    brought = closure({"hotline-policy"}, extras={"postgres", "reports", "spark"})
    strangers = {
        name
        for name in wanted - ours - set(sys.stdlib_module_names)
        if not {normal(one) for one in named.get(name, [])} & brought
    }
    assert not strangers and {"duckdb", "durable", "yaml", "jsonschema", "sqlmodel", "typer"} <= wanted


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [item.name for item in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


def closure(names: set[str], extras: set[str]) -> set[str]:
    """Everything that installing ``names`` with ``extras`` brings, the tools for developing left out."""
    found: set[str] = set()
    while names - found:
        name = (names - found).pop()
        found.add(name)
        for line in requires(name) or []:
            requirement = Requirement(line)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                names.add(normal(requirement.name))
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
