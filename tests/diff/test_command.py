"""``hotline policy diff``: exit codes and the four ways to show a comparison."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from cli.main import main
from cli.wrapping import cells
from tests.diff.editing import A_DOZEN, BASE, SCHEMAS, copy_with

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hotline(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``hotline policy diff`` with the given words in this process."""

    def run(*words: object) -> tuple[int, str, str]:
        code = main(["policy", "diff", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture(scope="module")
def revised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_with(tmp_path_factory.mktemp("diff") / "2027", A_DOZEN)


def test_the_same_version_is_no_finding(hotline: Run) -> None:
    """Promise: exit 0 and one sentence when nothing differs, in every format."""
    code, out, err = hotline("2026", BASE)
    assert (code, err) == (0, "")
    assert "含义没有差别" in out
    code, out, _ = hotline("2026", "2026", "--format", "json")
    assert code == 0
    assert json.loads(out)["subjects"] == []
    for format_ in ("markdown", "html"):
        code, out, _ = hotline("2026", "2026", "--format", format_)
        assert code == 0
        assert "含义没有差别" in out


def test_table_fits_a_narrow_screen(hotline: Run, revised: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: differences are exit 1; the table shows every sentence within 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = hotline("2026", revised)
    assert (code, err) == (1, "")
    assert max(cells(line) for line in out.splitlines()) <= 80
    assert "收紧    能够立即解决的3个工作日内办结 时限 3→2 个工作日" in out
    assert out.index("【后果") < out.index("【考核指标") < out.index("【版本说明")


def test_json_is_as_its_schema_says(hotline: Run, revised: Path) -> None:
    """Promise: the JSON is what ``diff.schema.json`` describes, and names no folder of this machine."""
    code, out, _ = hotline("2026", revised, "--format", "json")
    document = json.loads(out)
    Draft202012Validator(json.loads((SCHEMAS / "diff.schema.json").read_text("utf-8"))).validate(document)
    listed = [change for subject in document["subjects"] for change in subject["changes"]]
    assert code == 1
    assert document["counts"]["all"] == len(listed) == 14
    assert str(revised.parent) not in out
    assert str(BASE) not in out


def test_markdown_has_a_heading_a_subject(hotline: Run, revised: Path) -> None:
    """Promise: Markdown has each subject as a heading and each change as one item with its clause."""
    _, out, _ = hotline("2026", revised, "--format", "markdown")
    assert "## 工单办理要求\n\n- **收紧** 能够立即解决的3个工作日内办结 时限 3→2 个工作日（三(三)3）\n" in out
    assert len(re.findall(r"^- \*{0,2}", out, re.MULTILINE)) == 14 + 2


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.rows = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.rows += tag == "tr"
        if tag in ("script", "link", "img", "iframe"):
            self.outside.append(tag)
        links = [value or "" for name, value in attrs if name in ("src", "href")]
        self.outside += [link for link in links if not link.startswith("#")]


def test_page_stands_alone_and_escapes(hotline: Run, tmp_path: Path) -> None:
    """Promise: the page is one file without scripts or outside resources, and a policy cannot put markup into it."""
    nasty = '<script>alert("x")</script>'
    edits = [("duties", "title: 每日复查新收工单", f"title: '{nasty}'"), *A_DOZEN]
    page = tmp_path / "page.html"
    code, out, _ = hotline("2026", copy_with(tmp_path / "2027", edits), "--format", "html", "--output", page)
    assert code == 1
    assert "15 处改动" in out
    text = page.read_text("utf-8")
    parser = _Page()
    parser.feed(text)
    assert parser.outside == []
    assert nasty not in text
    assert "url(" not in text
    assert "@import" not in text
    assert parser.rows == 15 + text.count("<thead>")
    assert "<del>3</del>" in text or ">3<" in text


def test_two_folders_of_one_version_are_told_apart(hotline: Run, tmp_path: Path) -> None:
    """Promise: where both versions have the same name, each is shown with the folder that was asked for, on the
    screen, in Markdown and in the page's title and columns."""
    other = copy_with(tmp_path / "b", [("duties", "title: 每日复查新收工单", "title: 每日复查工单")])
    named = f"2026（{other}）"
    _, out, _ = hotline("2026", other, "--format", "html")
    assert f"<title>2026 与 {named} 版考核方案对照</title>" in out
    assert f'<th class="value">2026</th><th class="value">{named}</th>' in out
    _, out, _ = hotline("2026", other)
    assert re.sub(r"\s", "", out).startswith(f"2026（2025-11至2026-10）→{named}（2025-11至2026-10）")


def test_what_is_wrong_is_an_error(hotline: Run, tmp_path: Path) -> None:
    """Promise: a version that does not exist or is not sound is exit 2 with every problem's place; so is a bad
    option."""
    code, _, err = hotline("2026", "1999")
    assert code == 2
    assert "没有这个政策版本" in err
    broken = copy_with(tmp_path / "b", [("indicators", "    weight: 30\n", "    weight: 31\n")])
    code, out, err = hotline(broken, broken)
    assert (code, out) == (2, "")
    assert "indicators.yaml:" in err
    assert hotline("2026", "2026", "--format", "pdf")[0] == 2
    assert hotline("2026", "2026", "--output", tmp_path / "x")[0] == 2
