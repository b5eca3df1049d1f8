"""Which versions a command means: those of the workspace one is in, else the program's; and what may not be written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import locations
from tests.running import POLICY, ROOT

from .conftest import Ran

Hotline = Callable[..., Ran]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is a workspace, with a version that the program does not have; one is in it."""
    (tmp_path / "workspace.yaml").touch()
    copy = tmp_path / "policies" / "2026"
    shutil.copytree(POLICY, copy, ignore=shutil.ignore_patterns("cases", "manifest*", "probe*"))
    head = copy / "policy.yaml"
    head.write_text(head.read_text("utf-8").replace("宝建〔2026〕7号", "本单位〔2026〕1号"), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_in_a_workspace_its_own_versions_are_meant(office: Path, hotline: Hotline) -> None:
    """Promise: without ``--policies`` a command finds the workspace's versions, from any folder in it, calls them as
    one would from there, and writes there; the examples stay known by name."""
    assert "本单位〔2026〕1号" in hotline("policy", "list").out
    said = hotline("policy", "set", "2026", "indicators.satisfaction.weight", "30")
    assert (said.code, said.err) == (0, "") and " policies/2026/indicators.yaml:" in said.out.replace("　", " ")
    assert hotline("policy", "readings", "huairou-2025").code == 0
    assert "宝建〔2026〕7号" in hotline("policy", "list", "--policies", ROOT / "policies").out


def test_versions_inside_the_package_are_not_written(
    tmp_path: Path, hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: an installed program's own versions are read and never written, by whatever command; a folder of one's
    own may be named instead."""
    bundle = tmp_path / "bundle"
    shutil.copytree(POLICY, bundle / "policies" / "2026", ignore=shutil.ignore_patterns("cases", "manifest*"))
    (bundle / "schemas").symlink_to(ROOT / "schemas")
    monkeypatch.setattr(locations, "_BUNDLE", bundle)
    monkeypatch.chdir(tmp_path)
    before = {path: path.read_bytes() for path in bundle.rglob("*.yaml")}
    ruling = ("tie-for-last", "--by", "某科", "--on", "2026-05-01", "--note", "口头")
    for words in (
        ("set", "2026", "indicators.satisfaction.weight", "30"),
        ("confirm", *ruling),
        ("new", "2027", "--from", "2026"),
        ("release", "2026", "--by", "某科"),
    ):
        said = hotline("policy", *words)
        assert said.code == 2 and "程序自带的方案不能改" in said.err, words
    assert before == {path: path.read_bytes() for path in bundle.rglob("*.yaml")}
    own = tmp_path / "own" / "2026"
    shutil.copytree(bundle / "policies" / "2026", own)
    assert hotline("policy", "set", own, "indicators.satisfaction.weight", "30").code == 0
