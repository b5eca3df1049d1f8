"""Findings of a check as lines for people, as JSON, and as SARIF 2.1.0 for editors and continuous integration.

Knows findings and these forms; must not know how anything is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cli.asking_check import Checked
from cli.render_json import render_json
from engine.check.finding import KINDS, Finding
from engine.problems import Problem

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"problem": "error", "hint": "note"}


def as_lines(checked: Checked) -> list[str]:
    """One line a finding, as ``file:line:column: …``."""
    return [_line(finding) for finding in checked.findings]


def _line(finding: Finding) -> str:
    problem = finding.problem
    if finding.level == "hint":
        problem = Problem(problem.place, f"提示：{problem.what}", problem.value, problem.instead)
    return f"{problem} [{finding.kind}]"


def summary(checked: Checked) -> str:
    """What it comes to, on a line of its own."""
    problems, hints = len(checked.problems), len(checked.hints)
    told = f"发现 {problems} 处问题" if problems else "没有发现问题"
    return f"{checked.folder.name}：{told}{f'，{hints} 处提示' if hints else ''}\n"


def as_json(checked: Sequence[Checked]) -> str:
    """``{"versions": [{"version", "problems", "hints", "findings": [{"kind", "level", "file", "line", "column", "what",
    "value", "instead"}]}]}``; line and column are null where the whole file is meant."""
    versions = [
        {
            "version": item.folder.name,
            "problems": len(item.problems),
            "hints": len(item.hints),
            "findings": [_object(finding) for finding in item.findings],
        }
        for item in checked
    ]
    return render_json({"versions": versions})


def _object(finding: Finding) -> dict[str, Any]:
    problem = finding.problem
    return {
        "kind": finding.kind,
        "level": finding.level,
        "file": problem.place.file,
        "line": problem.place.line or None,
        "column": problem.place.column or None,
        "what": problem.what,
        "value": problem.value,
        "instead": problem.instead,
    }


def as_sarif(checked: Sequence[Checked]) -> str:
    """One run with every kind as a rule; a finding about a whole file has no region."""
    ids = list(KINDS)
    rules = [{"id": id, "shortDescription": {"text": title}} for id, title in KINDS.items()]
    results = [_result(finding, ids) for item in checked for finding in item.findings]
    driver = {"name": "hotline-policy", "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return render_json({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _result(finding: Finding, ids: Sequence[str]) -> dict[str, Any]:
    place = finding.problem.place
    text = str(finding.problem).removeprefix(f"{place}: ")
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.file)}}
    if place.line:
        physical["region"] = {"startLine": place.line, "startColumn": place.column}
    return {
        "ruleId": finding.kind,
        "ruleIndex": ids.index(finding.kind),
        "level": _LEVELS[finding.level],
        "message": {"text": text},
        "locations": [{"physicalLocation": physical}],
    }


def _uri(file: str) -> str:
    """Relative to the working folder where the file is inside it, which is what a repository's viewer expects."""
    path = Path(file).resolve()
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_uri()
