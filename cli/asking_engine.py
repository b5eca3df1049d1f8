"""Where orders are counted, as it was typed: DuckDB in this process, or Spark.

Knows how an engine is opened for as long as a command lasts. Loads Spark only when it was asked for.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.options import DUCKDB

if TYPE_CHECKING:
    from engine.intake.take_in import Elsewhere


@dataclass(frozen=True)
class Engine:
    """``elsewhere`` opens what holds the orders where that is not DuckDB; ``memory`` bounds DuckDB, and what does not
    fit is kept in the folder ``spill``."""

    elsewhere: Callable[[], Elsewhere] | None = None
    memory: str | None = None
    spill: Path | None = None


IN_PROCESS = Engine()
"""DuckDB with as much memory as it takes."""


@contextmanager
def opened(engine: str, memory: str | None) -> Iterator[Engine]:
    """Raises InputError where Spark cannot be had."""
    if engine != DUCKDB:
        from engine.spark.database import SparkDatabase
        from engine.spark.session import spark

        with spark(engine) as session:
            yield Engine(lambda: SparkDatabase(session.newSession()))
    elif memory is not None:
        with tempfile.TemporaryDirectory() as folder:
            yield Engine(memory=memory, spill=Path(folder))
    else:
        yield IN_PROCESS
