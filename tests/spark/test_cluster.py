"""A master and two workers on the loopback give the bytes that DuckDB gives, on a whole year."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from cli.main import main
from tests.running import GOLDEN
from tests.spark.both import put_parquet


def test_a_cluster_gives_the_bytes_of_duckdb(cluster: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: ``--engine spark://…`` prints the same JSON and writes the same decisions, byte for byte."""
    data = tmp_path / "数据 [1]"
    shutil.copytree(GOLDEN, data, ignore=shutil.ignore_patterns("orders.csv", "*.json", "*.md"))
    with (GOLDEN / "orders.csv").open(encoding="utf-8-sig", newline="") as file:
        put_parquet(list(csv.DictReader(file)), data / "orders")
    said, decided = [], []
    for number, engine in enumerate(("duckdb", cluster)):
        target = tmp_path / f"{number}.jsonl"
        words = ["--data", str(data), "--as-of", "2026-11-23", "--format", "json", "--decisions", str(target)]
        assert main(["evaluate", *words, "--engine", engine]) == 0
        said.append(capsys.readouterr().out)
        decided.append(target.read_bytes())
    assert len(said[0]) > 50_000
    assert said[1] == said[0]
    assert decided[1] == decided[0]
