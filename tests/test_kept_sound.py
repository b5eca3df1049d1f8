"""What is remembered of a sound policy: it saves time and never lets anything pass."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from engine import kept
from engine.policy.build import load_policy
from engine.problems import PolicyError

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "schemas" / "v1"
SMALLEST = ROOT / "tests" / "examples" / "positive" / "smallest"


@pytest.fixture
def remembered(tmp_path: Path) -> tuple[Path, Path]:
    """A policy that was loaded, and the cache that remembers it."""
    folder, cache = tmp_path / "policy", tmp_path / "cache"
    shutil.copytree(SMALLEST, folder)
    load_policy(folder, SCHEMAS, {}, cache)
    return folder, cache


def test_a_changed_policy_is_checked_again(remembered: tuple[Path, Path]) -> None:
    """Promise: a remembered check never speaks for another content."""
    folder, cache = remembered
    head = folder / "policy.yaml"
    head.write_text(head.read_text("utf-8").replace("title:", "titel:"), "utf-8")
    with pytest.raises(PolicyError, match="titel"):
        load_policy(folder, SCHEMAS, {}, cache)


def test_other_schemas_remember_nothing(remembered: tuple[Path, Path], tmp_path: Path) -> None:
    """Promise: what was sound by other schemas is checked again."""
    folder, cache = remembered
    schemas = tmp_path / "schemas"
    shutil.copytree(SCHEMAS, schemas)
    file = schemas / "policy.schema.json"
    schema = json.loads(file.read_text("utf-8"))
    schema["properties"]["title"] = {"const": "别的"}
    file.write_text(json.dumps(schema), "utf-8")
    with pytest.raises(PolicyError):
        load_policy(folder, schemas, {}, cache)


def test_a_spoilt_memory_is_not_used(remembered: tuple[Path, Path]) -> None:
    """Promise: a kept file that is not what was written is as good as none, and is written anew."""
    folder, cache = remembered
    (file,) = cache.glob("sound-*.json")
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b'"content": [', b'"content": ["0", '))
    assert kept.read(cache, file.stem) is None
    load_policy(folder, SCHEMAS, {}, cache)
    assert set(json.loads(whole)["content"]) <= set(kept.read(cache, file.stem) or ()) - {"0"}
