"""A file system of a test's own, which may be full or read-only, in a mount namespace that ends with the test.

Knows Linux's ``unshare`` only; where it is not allowed, tests that need it are skipped.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT

PYTHON = sys.executable
HOTLINE = f"{PYTHON} -m cli.main"


def run_on_disk(disk: Path, size: str, script: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script that finds a disk of ``size`` at ``$DISK``, the program in ``$HOTLINE``, and ``$PYTHON``."""
    if shutil.which("unshare") is None or _unshared("true").returncode != 0:
        # A small disk of its own needs a right of the system that some containers withhold; nothing else is like one.
        pytest.skip("mount namespaces are not allowed here")
    disk.mkdir(exist_ok=True)
    mount = f'mount -t tmpfs -o size={size} none "{disk}"'
    names = f'export DISK="{disk}" HOTLINE="{HOTLINE}" PYTHON="{PYTHON}" PYTHONDONTWRITEBYTECODE=1'
    return _unshared(f"set -e\n{mount}\n{names}\n{script}")


def _unshared(script: str) -> subprocess.CompletedProcess[str]:
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", script]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
