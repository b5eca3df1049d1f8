"""Policy files in VS Code by their first line alone: hover, completion and errors from the local schemas.

Asked of yaml-language-server itself, without any setting.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.language_server import Editor, UnavailableError, editor

ROOT = Path(__file__).parents[1]
POLICY = ROOT / "policies" / "2026"
FILES = sorted(path for path in POLICY.glob("*.yaml") if path.name != "manifest.yaml")


@pytest.fixture(scope="module")
def opened() -> Iterator[Editor]:
    try:
        with editor(ROOT) as running:
            yield running
    except UnavailableError as error:
        # The language server is no Python package: it comes from npm, which not every machine has or reaches.
        pytest.skip(str(error))


def spot(text: str, words: str) -> tuple[int, int]:
    """Line and character of the first ``words``, counted from 0."""
    index = text.index(words)
    return text.count("\n", 0, index), index - (text.rfind("\n", 0, index) + 1)


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_valid_files_have_no_errors(opened: Editor, path: Path) -> None:
    """Promise: the 2026 files are free of errors in the editor too, references to readings included."""
    found = opened.diagnostics(opened.open(path, path.read_text("utf-8")))
    assert [item["message"] for item in found] == []


@pytest.mark.parametrize(
    ("file", "words", "told"),
    [
        ("indicators.yaml", "weight: 5", "权重"),
        ("indicators.yaml", "when_empty", "readings.yaml 中所选的选项"),
        ("rules.yaml", "hit: collect", "全部采用"),
        ("consequences.yaml", "repeat: every_time", "触发"),
        ("calendar.yaml", "makeup_workdays", "调休"),
    ],
)
def test_hover_is_chinese(opened: Editor, file: str, words: str, told: str) -> None:
    """Promise: over a key stands what it means, in Chinese, from the schema."""
    path = POLICY / file
    text = path.read_text("utf-8")
    shown = opened.open(path, text)
    said = opened.hover(shown, *spot(text, words))
    assert told in said


def test_keys_are_completed_with_what_they_mean(opened: Editor) -> None:
    """Promise: inside an indicator the keys it may have are offered, each with its Chinese description."""
    path = POLICY / "indicators.yaml"
    text = path.read_text("utf-8").replace("    when_empty: {reading: empty-indicator}\n", "    \n", 1)
    line = text[: text.index("    \n")].count("\n")
    shown = opened.open(path, text)
    offered = opened.completion(shown, line, 4)
    assert {"when_empty", "target"} <= offered.keys() and "weight" not in offered
    documentation = offered["when_empty"].get("documentation", "")
    assert is_chinese(documentation["value"] if isinstance(documentation, dict) else documentation)


def test_values_are_completed(opened: Editor) -> None:
    """Promise: where only some words may stand, they are offered."""
    path = POLICY / "consequences.yaml"
    text = path.read_text("utf-8").replace("repeat: every_time", "repeat: ", 1)
    line, character = spot(text, "repeat: \n")
    shown = opened.open(path, text)
    offered = opened.completion(shown, line, character + len("repeat: "))
    assert {"every_time", "once_per_streak", "once_per_cycle"} <= offered.keys()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("indicators.yaml", "    weight: 20\n", "    wieght: 20\n"),
        ("indicators.yaml", "    weight: 20\n", "    weight: 二十\n"),
        ("rules.yaml", "{field: 是否匿名", "{filed: 是否匿名"),
        ("rules.yaml", "hit: collect", "hit: all"),
        ("policy.yaml", "2026-03-24", "2026年3月"),
    ],
)
def test_mistakes_are_marked_where_they_are(opened: Editor, file: str, old: str, new: str) -> None:
    """Promise: a wrong key, type or word is underlined in its line while it is being written."""
    path = POLICY / file
    text = path.read_text("utf-8")
    if old not in text:
        text = text.replace("{field: 涉及群体利益", old.replace("是否匿名", "涉及群体利益"), 1)
        old, new = old.replace("是否匿名", "涉及群体利益"), new.replace("是否匿名", "涉及群体利益")
    text = text.replace(old, new, 1)
    line, _ = spot(text, new.strip())
    found = opened.diagnostics(opened.open(path, text))
    assert line in {item["range"]["start"]["line"] for item in found}, found
