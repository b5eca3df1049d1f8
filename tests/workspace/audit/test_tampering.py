"""One altered byte anywhere in a workspace, hundreds of times: the verification names the thing that it is in."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.problems import Problem
from tests.running import SCHEMAS
from tests.workspace.audit.making import Office
from workspace.audit.shapes import Shapes
from workspace.audit.verdict import Verdict
from workspace.audit.verify import verify

SEED = 12345
SHAPES = Shapes(SCHEMAS)


@pytest.fixture(autouse=True)
def _untouched(made: Office) -> Iterator[None]:
    """Every test begins and ends with a workspace that is whole."""
    assert _verdict(made).problems == ()
    yield
    assert _verdict(made).problems == ()


def _verdict(made: Office) -> Verdict:
    return verify(made.workspace.layout, SHAPES)


@contextmanager
def _one_byte(path: Path, draw: random.Random) -> Iterator[None]:
    """The file with one byte changed, as long as the block lasts."""
    before, mode = path.read_bytes(), path.stat().st_mode
    place = draw.randrange(len(before))
    path.chmod(0o600)
    try:
        path.write_bytes(before[:place] + bytes([before[place] ^ draw.randrange(1, 256)]) + before[place + 1 :])
        yield
    finally:
        path.write_bytes(before)
        path.chmod(mode)


def _names(problems: tuple[Problem, ...], path: Path) -> bool:
    return any(problem.place.file == str(path) for problem in problems)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _objects(made: Office) -> list[tuple[str, Path]]:
    """Every object and what it is, so that each kind gets its share."""
    runs = [made.first, made.second]
    kinds = {digest: "firings" for run in runs for digest in run.firings}
    kinds |= {run.receipt: "receipt" for run in runs} | {run.result: "result" for run in runs}
    found = []
    for path in _files(made.workspace.layout.objects):
        default = {".parquet": "snapshot", ".yaml": "policy", ".json": "published"}[path.suffix]
        found.append((kinds.get(path.stem, default), path))
    return found


@pytest.mark.parametrize("kind", ["receipt", "result", "snapshot", "firings", "policy", "published"])
def test_an_altered_object_is_named(made: Office, kind: str) -> None:
    """Promise: change any byte of a receipt, result, snapshot or any other object, and that file is named."""
    draw = random.Random(f"{SEED}{kind}")
    files = [path for one, path in _objects(made) if one == kind]
    assert files
    for _ in range(15):
        path = draw.choice(files)
        with _one_byte(path, draw):
            assert _names(_verdict(made).problems, path)


def test_altered_settings_are_named(made: Office) -> None:
    """Promise: change any byte of the settings, a comment too, and the file is named."""
    draw = random.Random(SEED)
    path = made.workspace.layout.settings
    for _ in range(30):
        with _one_byte(path, draw):
            assert _names(_verdict(made).problems, path)


def test_an_altered_released_policy_is_named(made: Office) -> None:
    """Promise: change any byte of a released policy, its cases or its manifest, and that file is named."""
    draw = random.Random(SEED)
    files = _files(made.workspace.layout.policies)
    for path in [*files, *(draw.choice(files) for _ in range(10))]:
        with _one_byte(path, draw):
            assert _names(_verdict(made).problems, path), path


def test_released_policy_files_taken_away_or_added_are_named(made: Office) -> None:
    """Promise: a released version that lost a file, gained one or is gone altogether is named."""
    folder = made.workspace.layout.policies / "2026"
    for path in (folder / "manifest.yaml", folder / "rules.yaml", folder / "policy.yaml"):
        held = path.read_bytes()
        path.unlink()
        assert _names(_verdict(made).problems, path)
        path.write_bytes(held)
    extra = folder / "more.yaml"
    extra.write_text("x: 1\n")
    assert _names(_verdict(made).problems, extra)
    extra.unlink()
    folder.rename(folder.parent.parent / "away")
    assert any("2026" in str(problem) for problem in _verdict(made).problems)
    (folder.parent.parent / "away").rename(folder)


Cell = tuple[str, dict[str, Any], str, Any]


def _cells(database: Path, table: str) -> list[Cell]:
    """Every cell of a table: with the key of its row, its column and its value."""
    with closing(sqlite3.connect(database)) as connection:
        described = connection.execute(f"PRAGMA table_info({table})").fetchall()
        names, keys = [row[1] for row in described], [row[1] for row in described if row[5]]
        rows = connection.execute(f"SELECT * FROM {table}").fetchall()
    found = []
    for row in rows:
        values = dict(zip(names, row, strict=True))
        found += [(table, {key: values[key] for key in keys}, name, values[name]) for name in names]
    return found


@contextmanager
def _one_byte_in(database: Path, cell: Cell, draw: random.Random) -> Iterator[None]:
    """The cell with one byte changed, through SQL; text may cease to be text."""
    table, key, name, value = cell
    where = " AND ".join(f'"{one}" = :{one}' for one in key)
    kind = "TEXT" if isinstance(value, str) else "INTEGER"
    changed: Any
    if isinstance(value, str):
        data = value.encode() or b" "
        place = draw.randrange(len(data))
        changed = data[:place] + bytes([data[place] ^ draw.randrange(1, 128)]) + data[place + 1 :]
    else:
        changed = (value or 0) + draw.choice([100, 700])

    def put(new: Any, at: dict[str, Any]) -> None:
        connection.execute(f'UPDATE "{table}" SET "{name}" = CAST(:new AS {kind}) WHERE {where}', {"new": new, **at})
        connection.commit()

    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        put(changed, key)
        try:
            yield
        finally:
            put(value.encode() if isinstance(value, str) else value, {**key, name: changed} if name in key else key)


@pytest.mark.parametrize("table", ["entry", "snapshot", "run", "publication"])
def test_an_altered_row_is_named(made: Office, table: str) -> None:
    """Promise: change any byte of a chain entry or of a row of the catalogue, in any column, and the row is named."""
    database = made.workspace.layout.root / "hotline.db"
    draw = random.Random(f"{SEED}{table}")
    cells = _cells(database, table)
    bodies = [cell for cell in cells if cell[2] == "body"]
    for cell in [*draw.sample(cells, min(len(cells), 25)), *bodies]:
        key = [str(value) for value in cell[1].values()]
        named = f"第 {key[0]} 条" if table == "entry" else f"表 {table} 第 {'-'.join(key)} 行"
        with _one_byte_in(database, cell, draw):
            problems = _verdict(made).problems
            assert any(named in str(problem) for problem in problems), (cell, problems)
