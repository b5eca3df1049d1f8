"""``hotline policy impact`` and ``sensitivity``: exit codes, and every way to show the answer."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cli.main import main
from cli.rank_chart import specification
from cli.wrapping import cells
from tests.diff.editing import A_DOZEN, SCHEMAS, copy_with
from tests.running import GOLDEN

Run = Callable[..., tuple[int, str, str]]
DATA = ("--data", GOLDEN, "--as-of", "2026-11-23")


@pytest.fixture
def hotline(capsys: pytest.CaptureFixture[str], cache: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``hotline policy`` with the given words in this process."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))

    def run(*words: object) -> tuple[int, str, str]:
        code = main(["policy", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture(scope="module")
def revised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_with(tmp_path_factory.mktemp("impact") / "2027", A_DOZEN)


def valid(name: str, text: str) -> Any:
    document = json.loads(text)
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(document)
    return document


def test_the_same_version_is_no_finding(hotline: Run) -> None:
    """Promise: exit 0 when nothing differs, as a sentence and as JSON that its schema describes."""
    code, out, err = hotline("impact", "2026", "2026", *DATA)
    assert (code, err) == (0, "")
    assert "没有影响" in out
    code, out, _ = hotline("impact", "2026", "2026", *DATA, "--format", "json")
    assert code == 0
    assert valid("impact", out)["periods"] == []


def test_wording_alone_is_no_finding(hotline: Run, tmp_path: Path) -> None:
    """Promise: changes that concern no order are told and are exit 0."""
    other = copy_with(tmp_path / "b", [("duties", "rhythm: {every: week}", "rhythm: {every: day}")])
    code, out, _ = hotline("impact", "2026", other, *DATA)
    assert code == 0
    assert "1 项改动：对这些工单没有影响" in out


def test_table_fits_a_narrow_screen(hotline: Run, revised: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: a finding is exit 1; sentences come first, and everything fits into 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = hotline("impact", "2026", revised, *DATA)
    assert (code, err) == (1, "")
    assert max(cells(line) for line in out.splitlines()) <= 80
    assert out.index("2026-05：工程管理中心 第1名→第2名") < out.index("【各项改动") < out.index("【2025-11总分】")
    assert "做到→违反 50 件" in out


def test_json_is_as_its_schema_says(hotline: Run, revised: Path, tmp_path: Path) -> None:
    """Promise: the JSON is what its schema describes and names no folder of this machine; ``--orders`` bounds lists."""
    code, out, _ = hotline("impact", "2026", revised, *DATA, "--format", "json", "--orders", "3")
    document = valid("impact", out)
    assert code == 1
    assert [len(change["examples"]) for change in document["orders"]] == [3]
    assert str(revised.parent) not in out
    target = tmp_path / "impact.json"
    code, said, _ = hotline("impact", "2026", revised, *DATA, "--format", "json", "--orders", "3", "--output", target)
    assert (code, target.read_text("utf-8")) == (1, out)
    assert str(target) in said


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.outside += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]


@pytest.fixture
def nasty(tmp_path: Path) -> tuple[Path, str]:
    """Data in which a unit is called by markup."""
    name = "<b onload=x>&路政"
    data = tmp_path / "data"
    shutil.copytree(GOLDEN, data, ignore=shutil.ignore_patterns("expected.json"))
    for file in data.glob("*.csv"):
        file.write_text(file.read_text("utf-8").replace("路政养护中心", name), "utf-8")
    return data, name


def test_page_stands_alone_and_escapes(hotline: Run, revised: Path, nasty: tuple[Path, str]) -> None:
    """Promise: the page is one file without scripts or outside resources, has a picture of the ranks, and names from
    data cannot put markup into page or picture."""
    pytest.importorskip("vl_convert")
    data, name = nasty
    words = ("impact", "2026", revised, "--data", data, "--as-of", "2026-11-23", "--format", "html")
    code, out, _ = hotline(*words)
    assert code == 1
    page = _Page()
    page.feed(out)
    assert page.tags.count("svg") == 1 and {"script", "link", "img", "iframe", "b onload"}.isdisjoint(page.tags)
    assert page.outside == []
    assert name not in out and "url(" not in out and "@import" not in out
    assert "6→5" in out and 'font-family="' in out and "sans-serif" in out


def test_page_without_the_converter(hotline: Run, revised: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: without the package that draws, the page is whole but for the picture, and says what to install."""
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    code, out, _ = hotline("impact", "2026", revised, *DATA, "--format", "html")
    assert code == 1
    assert "<svg" not in out and "hotline-policy[reports]" in out and "第6名（最后）→第5名" in out


def test_chart_shows_every_rank() -> None:
    """Promise: the picture has a cell a unit and period: one number where nothing moved, both where something did."""
    ranks: list[dict[str, Any]] = [
        {"period": "2026-03", "title": "2026-03", "unit": "甲", "before": 2, "after": 1},
        {"period": "2026-03", "title": "2026-03", "unit": "乙", "before": 1, "after": 2},
        {"period": "year", "title": "年度", "unit": "甲", "before": None, "after": 2},
        {"period": "year", "title": "年度", "unit": "乙", "before": 1, "after": 1},
    ]
    spec = specification(ranks)
    cells_ = [(value["unit"], value["period"], value["shown"], value["up"]) for value in spec["data"]["values"]]
    assert cells_ == [
        ("甲", "2026-03", "2→1", 1),
        ("乙", "2026-03", "1→2", -1),
        ("甲", "年度", "–→2", 0),
        ("乙", "年度", "1", 0),
    ]
    assert spec["encoding"]["y"]["sort"] == ["乙", "甲"]
    grouped = [{**row, "group": {"甲": "县直", "乙": "镇街"}[row["unit"]]} for row in ranks]
    assert specification(grouped)["encoding"]["y"]["sort"] == ["县直·甲", "镇街·乙"]


def test_sensitivity_table_and_json(hotline: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: sensitivity is exit 0, fits into 100 columns, puts what matters first, and its JSON is as described."""
    monkeypatch.setenv("COLUMNS", "100")
    code, out, err = hotline("sensitivity", *DATA)
    assert (code, err) == (0, "")
    assert max(cells(line) for line in out.splitlines()) <= 100
    assert out.index("three-rates-missed") < out.index("【不影响") < out.index("same-day-contact=inclusive")
    code, out, _ = hotline("sensitivity", *DATA, "--policy", "2026", "--format", "json")
    assert code == 0
    document = valid("sensitivity", out)
    assert document["counts"]["readings"] == len(document["readings"])


def test_what_is_wrong_is_an_error(hotline: Run, tmp_path: Path) -> None:
    """Promise: a version that does not exist or is not sound, orders of neither cycle, and bad options are exit 2 with
    what is wrong."""
    code, _, err = hotline("impact", "2026", "1999", *DATA)
    assert code == 2 and "没有这个政策版本" in err
    broken = copy_with(tmp_path / "b", [("indicators", "    weight: 30\n", "    weight: 31\n")])
    code, out, err = hotline("impact", "2026", broken, *DATA)
    assert (code, out) == (2, "") and "indicators.yaml:" in err
    data = tmp_path / "data"
    shutil.copytree(GOLDEN, data, ignore=shutil.ignore_patterns("expected.json"))
    orders = data / "orders.csv"
    orders.write_text(orders.read_text("utf-8").replace("2025-", "2015-").replace("2026-", "2016-"), "utf-8")
    code, _, err = hotline("impact", "2026", "2026", "--data", data)
    assert code == 2 and "可用的工单接单于 2015-11 至" in err
    assert hotline("impact", "2026", "2026", *DATA, "--format", "pdf")[0] == 2
    assert hotline("impact", "2026", "2026", *DATA, "--orders", "-1")[0] == 2
    assert hotline("impact", "2026", "2026", *DATA, "--output", tmp_path / "x")[0] == 2
    assert hotline("sensitivity", *DATA, "--output", tmp_path / "x")[0] == 2
