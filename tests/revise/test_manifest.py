"""Released versions: the manifest holds, and whatever changes afterwards is found and refused."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from engine.check.whole import Effort
from engine.policy.build import load_policy
from engine.policy.manifest import MANIFEST, changes, is_released
from engine.policy.source import plain, read_file
from engine.problems import InputError, PolicyError
from engine.revise.release import manifest_text, release
from engine.revise.text import write_bytes

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas" / "v1"
RELEASED = sorted(path.parent for top in ("policies", "examples") for path in (ROOT / top).rglob(MANIFEST))
DAY = dt.date(2026, 3, 24)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the 2026 version, released as it is."""
    target = tmp_path / "policies" / "2026"
    shutil.copytree(ROOT / "policies" / "2026", target, ignore=shutil.ignore_patterns("manifest*"))
    (target / MANIFEST).write_text(manifest_text(target, SCHEMAS, "两委: 建设、交通", DAY), "utf-8")
    return target


def test_every_manifest_in_the_repository_verifies() -> None:
    """Promise: no released version that is shipped was changed after its release."""
    assert [str(problem) for folder in RELEASED for problem in changes(folder)] == []


def test_a_manifest_fits_its_schema_and_names_every_file(folder: Path) -> None:
    """Promise: the manifest is readable for editors and lists each YAML file, cases included, in order."""
    root = read_file(folder / MANIFEST).root
    assert root is not None
    data = json.loads(json.dumps(plain(root)))
    pairs = [(p.name, Resource.from_contents(json.loads(p.read_text("utf-8")))) for p in SCHEMAS.glob("*.json")]
    schema = json.loads((SCHEMAS / "manifest.schema.json").read_text("utf-8"))
    Draft202012Validator(schema, registry=Registry().with_resources(pairs)).validate(data)
    names = [item["file"] for item in data["files"]]
    assert names == sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml") if path.name != MANIFEST
    )
    assert (data["by"], data["released_on"]) == ("两委: 建设、交通", "2026-03-24")
    assert changes(folder) == ()
    load_policy(folder, SCHEMAS, {})


def flip(folder: Path) -> None:
    path = folder / "calendar.yaml"
    path.write_bytes(path.read_bytes() + b"\n")


def touch_case(folder: Path) -> None:
    path = folder / "cases" / "gates.yaml"
    path.write_bytes(path.read_bytes().replace(b"99", b"98", 1))


def add(folder: Path) -> None:
    shutil.copy(folder / "cases" / "gates.yaml", folder / "cases" / "more.yaml")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (flip, r"calendar\.yaml:1:1: 发布之后被改动"),
        (touch_case, r"gates\.yaml:1:1: 发布之后被改动"),
        (add, r"more\.yaml:1:1: 发布之后新增"),
        (lambda folder: (folder / "forms.yaml").unlink(), r"manifest\.yaml:\d+:\d+: 发布时的文件“forms\.yaml”不见了"),
        (lambda folder: (folder / MANIFEST).write_text("released_on: x\n", "utf-8"), "不是一份发布清单"),
    ],
)
def test_a_changed_version_is_not_used(folder: Path, spoil: Callable[[Path], object], words: str) -> None:
    """Promise: a released version with any file changed, added or lost is refused, with the file."""
    spoil(folder)
    with pytest.raises(PolicyError, match=words):
        load_policy(folder, SCHEMAS, {})


def test_what_is_undone_stops_a_release(folder: Path) -> None:
    """Promise: marks, problems and a missing name are told at once, and no manifest is written."""
    (folder / MANIFEST).unlink()
    path = folder / "indicators.yaml"
    path.write_text(path.read_text("utf-8").replace("weight: 5\n", "weight: 6  # 待复核：权重\n"), "utf-8")
    with pytest.raises(PolicyError) as caught:
        release(folder, SCHEMAS, "某科", DAY, Effort(None, 60.0))
    assert "indicators.yaml:9:16: 还有待复核的一处：权重" in str(caught.value) and "101" in str(caught.value)
    with pytest.raises(InputError, match="由谁发布"):
        release(folder, SCHEMAS, " ", DAY, Effort(None, 60.0))
    assert not is_released(folder)


def test_writing_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: a file is the old or the new one, never half of it, and nothing is left beside it."""
    path = tmp_path / "a.yaml"
    path.write_text("old\n", "utf-8")
    path.chmod(0o600)

    def fail(self: Path, target: Path) -> Path:
        raise OSError(28, "full")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fail)
        with pytest.raises(OSError, match="full"):
            write_bytes(path, b"new\n")
    assert path.read_text("utf-8") == "old\n"
    write_bytes(path, b"new\n")
    assert (path.read_text("utf-8"), path.stat().st_mode & 0o777) == ("new\n", 0o600)
    assert [item.name for item in tmp_path.iterdir()] == ["a.yaml"]
