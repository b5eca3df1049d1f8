"""Runs where the workspace lies in an odd place, on a full disk or on one that cannot be written."""

from __future__ import annotations

from pathlib import Path

from tests.workspace.disks import run_on_disk
from tests.workspace.making import make
from tests.workspace.runs.stocked import request, run_once, stock
from workspace.firings import order_firings, orders_of_rule
from workspace.opening import Workspace
from workspace.receipts import programs
from workspace.replay import replay
from workspace.runs import Run


def test_any_name_of_a_folder(tmp_path: Path, run: Run, cache: Path) -> None:
    """Promise: quotes, blanks and the characters of patterns in a path change nothing: runs, firings and replays work,
    and the receipt is the one of any other place."""
    workspace = make(tmp_path / "甲 [乙]*'?{丙}")
    stock(workspace)
    own = run_once(workspace, request(workspace, cache))
    assert own.receipt == run.receipt
    order = next(orders_of_rule(workspace, own, "a3-06")).order
    assert order_firings(workspace, own, order) is not None
    assert replay(workspace, own, request(workspace, cache), programs()).exact


def test_a_full_disk(office: Workspace, run: Run, cache: Path, tmp_path: Path) -> None:
    """Promise: where the disk gets full in the middle of a run, one sentence says so, nothing of it is recorded, and
    it works once there is room."""
    ran = run_on_disk(
        tmp_path / "disk",
        "40m",
        f"""
        export XDG_CACHE_HOME="{cache}"
        cp -r "{office.layout.root}" "$DISK/office"
        $HOTLINE runs --workspace "$DISK/office" --format json > "{tmp_path}/before"
        head -c 100m /dev/zero > "$DISK/filler" 2>/dev/null || true
        truncate -s -100K "$DISK/filler"
        code=0
        $HOTLINE evaluate --set quarters=calendar --as-of 2026-11-23 --workspace "$DISK/office" \
            > /dev/null 2> "{tmp_path}/said" || code=$?
        echo "code $code"
        $HOTLINE runs --workspace "$DISK/office" --format json > "{tmp_path}/after"
        rm "$DISK/filler"
        $HOTLINE evaluate --set quarters=calendar --as-of 2026-11-23 --workspace "$DISK/office" > /dev/null
        """,
    )
    said = (tmp_path / "said").read_text("utf-8")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "code 2\n" and "磁盘满了" in said and "程序内部出错" not in said, said
    assert (tmp_path / "before").read_bytes() == (tmp_path / "after").read_bytes()
    assert "已记入工作区" in ran.stderr and run.name in (tmp_path / "before").read_text("utf-8")


def test_a_disk_that_cannot_be_written(office: Workspace, run: Run, cache: Path, tmp_path: Path) -> None:
    """Promise: a read-only workspace says that it is, and can still be looked at."""
    ran = run_on_disk(
        tmp_path / "disk",
        "40m",
        f"""
        export XDG_CACHE_HOME="{cache}"
        cp -r "{office.layout.root}" "$DISK/office"
        mount -o remount,ro "$DISK"
        code=0
        $HOTLINE evaluate --as-of 2026-11-23 --workspace "$DISK/office" > /dev/null || code=$?
        echo "code $code"
        $HOTLINE runs --workspace "$DISK/office" --format json
        """,
    )
    assert ran.returncode == 0 and ran.stdout.startswith("code 2\n") and run.name in ran.stdout
    assert "只读" in ran.stderr and "程序内部出错" not in ran.stderr
