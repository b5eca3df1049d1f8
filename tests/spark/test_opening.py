"""What is said where Spark cannot be had; needs neither Java nor a cluster."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.problems import InputError
from engine.spark.session import spark


def test_a_master_that_does_not_answer_is_said_at_once() -> None:
    """Promise: nobody waits minutes for a master that is not there."""
    pytest.importorskip("pyspark")
    with pytest.raises(InputError, match="连不上 Spark 主节点"), spark("spark://127.0.0.1:1"):
        pass


def test_missing_pyspark_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: without the extra, the message names it."""
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with pytest.raises(InputError, match=r"hotline-policy\[spark\]"), spark("local[1]"):
        pass


def test_missing_java_is_said(tmp_path: Path) -> None:
    """Promise: without Java, the message says so, and there is no traceback."""
    pytest.importorskip("pyspark")
    (tmp_path / "data").mkdir()
    words = ["-m", "cli.main", "evaluate", "--data", str(tmp_path / "data"), "--engine", "local[1]"]
    environment = {**os.environ, "JAVA_HOME": str(tmp_path)}
    ran = subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "没有可用的 Java" in ran.stderr
    assert "Traceback" not in ran.stderr
