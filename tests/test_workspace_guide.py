"""The workspace's guide is played as it is written, with the files of ``examples/office``."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter

from cli.main import main
from tests.exports import files
from tests.test_guide import GUIDE as EDITORS_GUIDE
from tests.test_guide import squeezed

GUIDE = EDITORS_GUIDE.with_name("workspace-guide.zh-CN.md")
OFFICE = GUIDE.parents[1] / "examples" / "office"
_BLOCK = re.compile(r"(?ms)^```console\n(.*?)^```$|^<!-- (.+?) -->$")


def steps() -> Iterator[tuple[str, list[str]]]:
    """Commands with what they must say, and a comment where a person does something by hand."""
    for block, note in _BLOCK.findall(GUIDE.read_text("utf-8")):
        if note:
            yield f"# {note}", []
        for said in re.split(r"(?m)^\$ ", block)[1:]:
            command, *lines = said.rstrip("\n").split("\n")
            yield command, lines


def mend(path: Path) -> None:
    """As a person does who looks the order up and saves the workbook."""
    book = python_calamine.CalamineWorkbook.from_path(path)
    (name,) = book.sheet_names
    head, *rows = book.get_sheet_by_name(name).to_python()
    given = {"接单时间": ("", "2026-02-24 19:34:59"), "满意度": ("很满意", "满意")}
    written = xlsxwriter.Workbook(path)
    page = written.add_worksheet(name)
    for line, row in enumerate([head, *rows]):
        for at, value in enumerate(row):
            wrong, right = given.get(str(head[at]), (None, ""))
            page.write_string(line, at, right if line and value == wrong else str(value))
    written.close()


def run(command: str, capfd: pytest.CaptureFixture[str]) -> str:
    """What the command says. One that is not ours is the shell's."""
    command, _, wanted = command.partition("  # 退出码 ")
    words = shlex.split(command)
    if words[0] == "cd":
        os.chdir(words[1])
        return ""
    if words[0] != "hotline":
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout
    code = main(words[1:])
    said = capfd.readouterr()
    assert code == int(wanted or 0), (command, said.err)
    return said.out + said.err


def test_the_guide_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Promise: a clerk, a director and an inspector who follow the guide word for word see what it shows."""
    shutil.copytree(OFFICE, tmp_path / "导出")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for command, lines in steps():
        if command.startswith("#"):
            mend(tmp_path / "未采用.xlsx")
            continue
        said = run(command, capfd)
        rest = squeezed(said)
        for line in lines:
            for wanted in filter(None, squeezed(line).split("…")):
                assert wanted in rest, f"{command}: {line}\n{said}"
                rest = rest.split(wanted, 1)[1]


def test_the_exports_are_made_of_the_golden_year() -> None:
    """Promise: the example files are what their maker makes of the golden year, cell by cell."""
    made = dict(files())
    assert sorted(made) == sorted(path.name for path in OFFICE.iterdir() if path.suffix != ".md")
    for name, content in made.items():
        kept = (OFFICE / name).read_bytes()
        assert (_cells(kept), name) == (_cells(content), name)


def _cells(content: bytes) -> object:
    if content[:2] != b"PK":
        return content
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
