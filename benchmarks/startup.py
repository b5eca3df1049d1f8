"""How long a command takes as a whole process: its help, and its first answer.

The other sides are a typer program that does nothing (it shows plain help, as ours does: importing rich for a coloured
one would take five times as long) and the two imports that no answer can do without. Byte code is kept in a folder of
the run: an installed program has it too.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import orders
from benchmarks.turns import Run

ROOT = Path(__file__).resolve().parent.parent
MAIN = "from cli.main import main; raise SystemExit(main({}))"
EMPTY = """
import typer
app = typer.Typer(rich_markup_mode=None)
@app.command()
def nothing() -> None:
    pass
app(['--help'])
"""
IMPORTS = "import duckdb, durable.lang"
ORDERS = 1_000
AS_OF = "2026-11-23 00:00:00"


def ours(folder: Path) -> Run:
    return _showing(folder, MAIN.format(["--help"]))


def empty(folder: Path) -> Run:
    return _showing(folder, EMPTY)


def first_answer(folder: Path) -> Run:
    """``hotline evaluate`` on a folder of text; the first, unmeasured, run compiles the policy."""
    data = folder / "first"
    orders.write_folder(data, orders.Size(ORDERS))
    program = MAIN.format(["evaluate", "--data", str(data), "--as-of", AS_OF])

    def run() -> Any:
        if "名次" not in _said(folder, program):
            raise ValueError("no ranking was shown")

    return run


def imports(folder: Path) -> Run:
    """The database and the rule engine, imported and nothing else."""
    return lambda: _said(folder, IMPORTS)


def _showing(folder: Path, program: str) -> Run:
    return lambda: "--help" in _said(folder, program)


def _said(folder: Path, program: str) -> str:
    own = {
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(folder / "code"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | own
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, env=environment)
    return found.stdout.decode()
