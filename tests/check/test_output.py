"""``hotline policy check`` as people, programs and editors see it: exit codes, lines, JSON and SARIF."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from engine.check.finding import KINDS
from tests.check.bench import POLICY

LINE = re.compile(r"^\S.*\.yaml:[1-9][0-9]*:[1-9][0-9]*: .+ \[[a-z-]+\]$")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The 2026 policy with three mistakes of meaning in two files."""
    folder = Path(shutil.copytree(POLICY, tmp_path / "2026", ignore=shutil.ignore_patterns("manifest*", "cases")))
    rules = (folder / "rules.yaml").read_text("utf-8")
    (folder / "rules.yaml").write_text(rules.replace('contains: "22"', 'contains: "2"'), "utf-8")
    steps = (folder / "consequences.yaml").read_text("utf-8")
    (folder / "consequences.yaml").write_text(steps.replace("times: 5", "times: 50").replace("times: 3", "times: 30"))
    return folder


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main(["policy", "check", *map(str, words)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_lines_and_exit_codes(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: exit 1 with a line ``file:line:column`` for each problem, sorted; exit 0 with hints alone."""
    code, out, err = run(capsys, broken)
    problems = [line for line in err.splitlines() if "提示：" not in line]
    assert code == 1 and len(problems) == 3 and "发现 3 处问题" in out
    assert all(LINE.match(line) for line in problems)
    assert problems == sorted(problems)
    code, out, err = run(capsys, "2026")
    assert code == 0 and "没有发现问题" in out and all("提示：" in line for line in err.splitlines())


def test_json(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: the same findings for programs, whole and on stdout alone."""
    code, out, err = run(capsys, broken, "--format", "json")
    (version,) = json.loads(out)["versions"]
    assert (code, err, version["version"], version["problems"]) == (1, "", "2026", 3)
    assert len(version["findings"]) == version["problems"] + version["hints"]
    for finding in version["findings"]:
        assert finding["kind"] in KINDS and finding["level"] in ("problem", "hint") and finding["what"]
        assert Path(finding["file"]).parent == broken or Path(finding["file"]) == broken


def test_sarif(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: SARIF 2.1.0 with stable rule ids and a region for each finding, so that editors and CI can show it."""
    code, out, err = run(capsys, broken, "--format", "sarif")
    document: dict[str, Any] = json.loads(out)
    assert (code, err, document["version"]) == (1, "", "2.1.0") and "sarif-2.1.0" in document["$schema"]
    (sarif,) = document["runs"]
    driver = sarif["tool"]["driver"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert driver["name"] and ids == list(KINDS) and all(rule["shortDescription"]["text"] for rule in driver["rules"])
    assert [result["level"] for result in sarif["results"]].count("error") == 3
    for result in sarif["results"]:
        assert result["level"] in ("error", "note") and result["message"]["text"]
        assert ids[result["ruleIndex"]] == result["ruleId"]
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert re.match(r"file:///|[^/]", physical["artifactLocation"]["uri"])
        if result["level"] == "error":
            assert physical["region"]["startLine"] > 0 and physical["region"]["startColumn"] > 0


def test_uris_are_relative_inside_the_working_folder(
    broken: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: a repository's viewer finds the file, since its address starts at the repository."""
    monkeypatch.chdir(broken.parent)
    _, out, _ = run(capsys, "2026", "--policies", ".", "--format", "sarif")
    uris = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in json.loads(out)["runs"][0]["results"]
        if result["level"] == "error"
    }
    assert uris == {"2026/rules.yaml", "2026/consequences.yaml"}


def test_an_unknown_format_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: a mistyped format is exit 2 with what may be written."""
    code, out, err = run(capsys, "2026", "--format", "xml")
    assert (code, out) == (2, "") and "sarif" in err
