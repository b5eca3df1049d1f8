"""Copies of the 2026 policy with edits, for the tests of comparing versions."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "schemas" / "v1"
BASE = ROOT / "policies" / "2026"

Edit = tuple[str, str, str]
"""Part, a text that stands once in its file, and what replaces it."""

A_DOZEN: tuple[Edit, ...] = (
    ("policy", 'version: "2026"\ntitle: 2026年', 'version: "2027"\ntitle: 2027年'),
    ("indicators", "    weight: 30\n", "    weight: 35\n"),
    ("indicators", "    weight: 25\n", "    weight: 20\n"),
    ("indicators", "是: 一般}, points: 60}".replace("是", "is"), "is: 一般}, points: 50}"),
    ("fields", '          - {id: "22"}\n', '          - {id: "22"}\n          - {id: "23"}\n'),
    (
        "rules",
        "  - id: table-4\n",
        "      - id: a3-23\n"
        "        title: 人工智能误派\n"
        "        detail: 智能派单派错且当日退回的\n"
        "        clause: 附件3-23\n"
        '        when: {field: 剔除情形, contains: "23"}\n'
        "  - id: table-4\n",
    ),
    (
        "clauses",
        "  - id: 附件4\n",
        "  - id: 附件3-23\n    title: 误派\n    summary: 智能派单派错的\n    covered_by: [a3-23]\n  - id: 附件4\n",
    ),
    ("obligations", "amount: 3, unit: working_days", "amount: 2, unit: working_days"),
    ("consequences", "{standing: last, times: 3}", "{standing: last, times: 2}"),
    ("consequences", "    mandatory: false\n", "    mandatory: true\n"),
    ("readings", "    chosen: any\n", "    chosen: all\n"),
    ("readings", "value: {per: month, points: 3}", "value: {per: month, points: 5}"),
    ("duties", "rhythm: {every: week}", "rhythm: {every: day}"),
)


def copy_with(folder: Path, edits: Iterable[Edit] = ()) -> Path:
    """A copy of the 2026 policy in ``folder`` with ``edits``; each text must stand exactly once."""
    shutil.copytree(BASE, folder)
    for part, old, new in edits:
        file = folder / f"{part}.yaml"
        text = file.read_text("utf-8")
        assert text.count(old) == 1, (part, old, text.count(old))
        file.write_text(text.replace(old, new), "utf-8")
    return folder
