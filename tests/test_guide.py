"""The editor's guide is played as it is written: every command, every edit, every line of output that it shows."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.main import main

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "editors-guide.zh-CN.md"
_BLOCK = re.compile(r"(?ms)^```(console|diff)\n(.*?)^```$|^<!-- (.+?) -->$")
_EXPECTED = re.compile(r"(?m)^(\S+?):(\d+):(\d+): .*应为 (\S+)，实为 (\S+)$")
_SPOT = re.compile(r":\d+:\d+|第\s*\d+\s*行")
_CODE = re.compile(r"  # 退出码 (\d)$")


def steps() -> Iterator[tuple[str, str]]:
    for kind, content, note in _BLOCK.findall(GUIDE.read_text("utf-8")):
        yield kind or note, content


def commands(block: str) -> Iterator[tuple[list[str], int, list[str]]]:
    """Words, exit code and the lines that must come out in this order; ``…`` alone stands for any lines."""
    for said in re.split(r"(?m)^\$ hotline ", block)[1:]:
        first, *lines = said.rstrip("\n").split("\n")
        code = _CODE.search(first)
        yield shlex.split(_CODE.sub("", first)), int(code[1]) if code else 0, [line for line in lines if line != "…"]


def squeezed(text: str) -> str:
    """Without what depends on the width of columns, and without line numbers, which move with every case added."""
    return re.sub(r"\s+", "", _SPOT.sub("", text))


def edit(block: str) -> None:
    """Puts the lines with ``+`` where those with ``-`` and the others stand, which must be one place of the file."""
    name, *lines = block.rstrip("\n").split("\n")
    path = Path(name.removeprefix("# "))
    old = "".join(f"{line[1:]}\n" for line in lines if line[0] in " -")
    new = "".join(f"{line[1:]}\n" for line in lines if line[0] in " +")
    text = path.read_text("utf-8")
    assert text.count(old) == 1, block
    path.write_text(text.replace(old, new), "utf-8")


def take_over(problems: str) -> int:
    """Writes into the cases what came out, as a person does who has looked at each."""
    found = [
        (Path(file), int(line), int(column), old, new) for file, line, column, old, new in _EXPECTED.findall(problems)
    ]
    for path, line, column, old, new in sorted(found, reverse=True):
        lines = path.read_text("utf-8").split("\n")
        text = lines[line - 1]
        at = column - 1 + (text[column - 1] == '"')
        assert text[at:].startswith(old), (path, line, text, old)
        lines[line - 1] = text[:at] + new + text[at + len(old) :]
        path.write_text("\n".join(lines), "utf-8")
    return len(found)


def test_the_guide_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Promise: a person who follows the guide word for word sees what it shows, up to a released amendment."""
    shutil.copytree(ROOT / "policies" / "2026", tmp_path / "policies" / "2026")
    shutil.copytree(ROOT / "examples" / "golden", tmp_path / "工单")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    errors = ""
    for kind, content in steps():
        if kind == "diff":
            edit(content)
        elif kind == "console":
            for words, code, lines in commands(content):
                assert main([*words, "--policies", "policies"]) == code, (words, capsys.readouterr().err)
                said = capsys.readouterr()
                errors, rest = said.err, squeezed(said.out + said.err)
                for line in lines:
                    for wanted in filter(None, squeezed(line).split("…")):
                        assert wanted in rest, f"{words}: {line}\n{said.out}{said.err}"
                        rest = rest.split(wanted, 1)[1]
        elif "改成新值" in kind:
            assert take_over(errors) > 20
        else:
            for path in Path("policies/2027").rglob("*.yaml"):
                path.write_text(re.sub(r"(?m)[ ]*# 待复核：.*$", "", path.read_text("utf-8")), "utf-8")
    assert Path("policies/2027-b/manifest.yaml").exists()
