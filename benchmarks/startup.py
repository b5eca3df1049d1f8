"""How long a command line takes to show its help, as a whole process: ours and a typer program that does nothing.

That program shows plain help, as ours does: importing rich for a coloured one would take five times as long.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.turns import Run

OURS = "from cli.main import main; raise SystemExit(main(['--help']))"
EMPTY = """
import typer
app = typer.Typer(rich_markup_mode=None)
@app.command()
def nothing() -> None:
    pass
app(['--help'])
"""


def ours(folder: Path) -> Run:
    return _showing(OURS)


def empty(folder: Path) -> Run:
    return _showing(EMPTY)


def _showing(program: str) -> Run:
    def run() -> Any:
        found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
        return "--help" in found.stdout.decode()

    return run
