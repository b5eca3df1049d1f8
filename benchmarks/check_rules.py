"""``python -m benchmarks.check_rules``: how long a check of a policy with a thousand rules takes, without any cache.

The policy is the 2026 one with its rules replaced: ten tables of a hundred rules each, over three fields of ten values.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.check.finding import Finding
from engine.check.whole import Effort, check_folder

ROOT = Path(__file__).parents[1]
POLICY = ROOT / "policies" / "2026"
SCHEMAS = ROOT / "schemas" / "v1"
TABLES, VALUES = 10, 10
_RISK = "  - id: risk\n"
_LIMIT = 600.0


def write_policy(folder: Path, rules: int) -> None:
    """A sound policy with ``rules`` rules beside those of 2026."""
    shutil.copytree(POLICY, folder, ignore=shutil.ignore_patterns("cases", "manifest*", "probe*"))
    add_fields(folder, [f"字段{table}{letter}" for table in range(TABLES) for letter in "甲乙丙"], VALUES)
    text = (folder / "rules.yaml").read_text("utf-8")
    (folder / "rules.yaml").write_text(text.replace(_RISK, "".join(_tables(rules)) + _RISK, 1), "utf-8")


def add_fields(folder: Path, names: Iterable[str], values: int) -> None:
    """More columns of the orders, each with that many values."""
    file = folder / "fields.yaml"
    listed = "[" + ", ".join(f"{{id: v{value}}}" for value in range(values)) + "]"
    added = "".join(f"      - {{id: {name}, type: choice, missing: refuse, values: {listed}}}\n" for name in names)
    file.write_text(file.read_text("utf-8").replace("    required_when:\n", added + "    required_when:\n", 1), "utf-8")


def _tables(rules: int) -> Iterator[str]:
    for table in range(TABLES):
        yield f"  - id: table-{table + 100}\n    title: 表{table}\n    clause: 附件4\n    hit: unique\n    rules:\n"
        for number in range(rules // TABLES):
            first, second, third = number // VALUES % VALUES, number % VALUES, number // VALUES**2
            parts = ((f"字段{table}甲", first), (f"字段{table}乙", second), (f"字段{table}丙", third))
            when = ", ".join(f"{{field: {field}, is: v{value}}}" for field, value in parts)
            yield f"      - {{id: rule-{table}-{number}, title: 规则, clause: 附件4, when: {{all: [{when}]}}}}\n"


def check(folder: Path) -> tuple[float, tuple[Finding, ...]]:
    """Seconds and findings of one check."""
    begun = time.perf_counter()
    findings = check_folder(folder, SCHEMAS, Effort(None, _LIMIT))
    return time.perf_counter() - begun, findings


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.check_rules", description=__doc__)
    asked.add_argument("--rules", type=int, default=1000)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "policy"
        write_policy(folder, options.rules)
        seconds, findings = check(folder)
    problems = [finding for finding in findings if finding.level == "problem"]
    own = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{options.rules} rules: {seconds:.2f} s ({own:.2f} s here, {child:.2f} s in the rule engine), {memory:.0f} MiB"
    )
    print(f"{len(problems)} problems, {len(findings) - len(problems)} hints")
    for finding in findings[:3]:
        print(finding.problem)


if __name__ == "__main__":
    main()
