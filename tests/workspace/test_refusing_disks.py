"""Import, evaluate and publish on a disk that is full or read-only: a sentence in Chinese, and the store is whole."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any

from cli.main import main
from tests.workspace import town
from tests.workspace.disks import run_on_disk
from tests.workspace.looking import kinds
from tests.workspace.making import make
from tests.workspace.working import look
from workspace.layout import Layout
from workspace.opening import open_workspace

AS_OF = "2026-07-01"
LEFT = (0, 16, 48, 96, 160)
"""Kilobytes that a nearly full disk has left."""
MAY_ADD = {"import": ["import"], "evaluate": ["run"], "publish": ["run", "publication"]}


def test_a_full_disk_is_told_and_the_store_stays_whole(tmp_path: Path) -> None:
    """Promise: however little room is left, a command that needs more says so and exits with 2; what was recorded is
    whole, and with room the command does its work."""
    tried = _tried(tmp_path, f'$PYTHON -m {__spec__.name} fill "$DISK" {tmp_path}/exports')
    for name, added in MAY_ADD.items():
        mine = [one for one in tried if one["command"] == name]
        refused = [one for one in mine if one["code"] != 0]
        assert len(mine) == len(LEFT) + 1 and refused and not mine[-1]["code"], mine
        for one in refused:
            assert one["code"] == 2 and "磁盘满了" in one["err"] and "程序内部出错" not in one["err"], one
            assert one["added"] == added[: len(one["added"])] != added, one
        assert all(one["problems"] == [] for one in mine), mine


def test_a_read_only_workspace_is_told_and_can_be_audited(tmp_path: Path) -> None:
    """Promise: on a read-only disk every command that would record something says that it is, and exits with 2."""
    program = f"$PYTHON -m {__spec__.name}"
    remount = 'mount -o remount,ro "$DISK"'
    tried = _tried(
        tmp_path, f'{program} make "$DISK" {tmp_path}/exports\n{remount}\n{program} try "$DISK" {tmp_path}/exports'
    )
    assert [one["command"] for one in tried] == list(MAY_ADD)
    for one in tried:
        assert one["code"] == 2 and "只读" in one["err"] and "程序内部出错" not in one["err"], one
        assert one["added"] == [] and one["problems"] == [], one


def _tried(folder: Path, script: str) -> list[Any]:
    (folder / "exports").mkdir()
    town.write_exports(folder / "exports")
    ran = run_on_disk(folder / "disk", "6m", f'export XDG_CACHE_HOME="{folder}/cache"\n{script}')
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def _prepare(disk: Path, exports: Path) -> None:
    """A workspace that has published January."""
    make(disk / "office", policies=town.write_policy(exports / "policies"))
    files = [str(exports / name) for name in ("units20260401.csv", "orders20260128.csv", "orders20260228.csv")]
    for words in (["import", *files], ["publish", "2026-01", "--as-of", AS_OF]):
        _run([*words, *_common(disk)])


def _common(disk: Path) -> list[str]:
    return ["--workspace", str(disk / "office"), "--by", "乙"]


def _run(words: list[str]) -> tuple[int, str]:
    said = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(said):
        return main(words), said.getvalue()


def _try(disk: Path, exports: Path) -> None:
    """Each command once, told as lines of JSON."""
    layout = Layout(disk / "office")
    done = kinds(open_workspace(layout)).count("publication")
    for words in (
        ["import", *(str(exports / name) for name in ("orders20260328.csv", "orders20260428.xlsx"))],
        ["evaluate", "--as-of", AS_OF],
        ["publish", f"2026-{done + 1:02}", "--as-of", AS_OF],
    ):
        before = len(kinds(open_workspace(layout)))
        code, err = _run([*words, *_common(disk)])
        added = kinds(open_workspace(layout))[before:]
        problems = look(layout.root).problems
        print(json.dumps({"command": words[0], "code": code, "err": err, "added": added, "problems": problems}))


def _fill(disk: Path, exports: Path) -> None:
    """With less and less filling; at last without any."""
    filler = disk / "filler"
    for left in LEFT:
        with filler.open("wb", buffering=0) as file:
            with suppress(OSError):
                while True:
                    file.write(b"x" * 4096)
            file.truncate(filler.stat().st_size - left * 1024)
        _try(disk, exports)
        filler.unlink()
    _try(disk, exports)


if __name__ == "__main__":
    task, disk, exports = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if task != "try":
        _prepare(disk, exports)
    if task != "make":
        {"fill": _fill, "try": _try}[task](disk, exports)
