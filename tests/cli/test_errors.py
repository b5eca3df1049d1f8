"""Whatever goes wrong, the user reads Chinese, gets exit code 2, and never sees a traceback."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import cli.asking
from cli.main import main

from .conftest import Ran

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["evaluate"], "缺少选项 --data"),
        (["evaluate", "--data"], "选项 --data 后面要有值"),
        (["evaluate", "--dta", "x"], "没有选项 --dta，是不是 --data"),
        (["evaluate", "--data", "x", "y"], "多出的参数：y"),
        (["evaluate", "--data", "x", "--strict=1"], "选项 --strict 不带值"),
        (["evalate"], "没有命令 evalate"),
        (["explain", "order"], "缺少参数 工单编号"),
        (["evaluate", "--data", "x", "--format", "xml"], "--format 不能是 xml。可以写：table、json、csv"),
        (["evaluate", "--data", "x", "--as-of", "2026-02-30"], "--as-of 的时间看不懂：2026-02-30"),
        (["evaluate", "--data", "x", "--as-of", "昨天"], "--as-of 的时间看不懂：昨天"),
        (["evaluate", "--data", "x", "--set", "quarters"], "--set 的写法不对：quarters"),
        (["evaluate", "--data", "x", "--set", "a=b", "--set", "a=c"], "--set 对 a 给了两个选项：b 和 c"),
        (["evaluate", "--data", "x", "--format", "json", "--period", "Q1"], "--period 只用于 table 和 csv"),
        (["evaluate", "--data", "x", "--decisions", "x/d.jsonl"], "--decisions 不能写进数据文件夹"),
        (["evaluate", "--data", "x", "--decisions", "no/such/d.jsonl"], "--decisions 所在的文件夹不存在"),
        (
            ["evaluate", "--data", "x", "--engine", "spark"],
            "--engine 不能是 spark。可以写：duckdb、local[2] 或 spark://",
        ),
        (["evaluate", "--data", "x", "--memory", "lots"], "--memory 的大小看不懂：lots"),
        (["evaluate", "--data", "x", "--engine", "local[2]", "--memory", "1GB"], "--memory 只用于 duckdb"),
        (["policy", "show", "1999"], "没有这个政策版本（值：1999）"),
        (["policy", "check", "no/such"], "没有这个政策版本（值：no/such）"),
        (["policy", "list", "--policies", "no/such"], "没有这个文件夹：no/such"),
    ],
)
def test_what_is_typed_wrong_is_said_in_chinese(hotline: Callable[..., Ran], words: list[str], said: str) -> None:
    """Promise: a slip in a command costs one Chinese sentence that says what to type, and exit code 2."""
    ran = hotline(*words)
    assert ran.code == 2
    assert said in ran.err and ran.out == ""
    assert not re.search(r"Error|Usage|Traceback|Invalid|Missing", ran.err)


def test_a_defect_is_one_chinese_report(monkeypatch: pytest.MonkeyPatch, hotline: Callable[..., Ran]) -> None:
    """Promise: even a defect of the program itself shows no traceback, and says what to report."""

    def broken(*_: object) -> None:
        raise KeyError("bad\x1b[31m key")

    monkeypatch.setattr(cli.asking, "evaluation", broken)
    ran = hotline("evaluate", "--data", ".")
    assert ran.code == 2 and ran.out == ""
    assert "程序内部出错" in ran.err and "KeyError" in ran.err and "报告给维护者" in ran.err
    assert "Traceback" not in ran.err and "\x1b" not in ran.err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "已中断"),
        (MemoryError(), 2, "内存不够"),
        (FileNotFoundError(2, "No such file", "orders.csv"), 2, "orders.csv：没有这个文件或文件夹"),
        (OSError(28, "No space left on device"), 2, "磁盘满了"),
        (PermissionError(13, "Permission denied", "orders.csv"), 2, "orders.csv：没有权限"),
    ],
)
def test_trouble_from_outside_is_named(
    monkeypatch: pytest.MonkeyPatch, hotline: Callable[..., Ran], error: BaseException, code: int, said: str
) -> None:
    """Promise: an interrupt, a missing file or a full memory is called by its name."""

    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(cli.asking, "evaluation", broken)
    ran = hotline("evaluate", "--data", ".")
    assert ran.code == code
    assert said in ran.err and "Traceback" not in ran.err


def test_a_reader_who_leaves_is_no_error() -> None:
    """Promise: ``hotline … | head`` ends quietly."""
    script = (
        "import sys, cli.asking_policy\n"
        "from cli.main import main\n"
        "import cli.output\n"
        "def flood(*_):\n"
        "    for _ in range(100000): cli.output.write('行' * 50 + '\\n')\n"
        "    return [], []\n"
        "cli.asking_policy.all_policies = flood\n"
        "code = main(['policy', 'list'])\n"
        "print('code', code, file=sys.stderr)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None and child.stderr is not None
        child.stdout.read(10)
        child.stdout.close()
        said = child.stderr.read()
    assert said.strip() == "code 0"


def test_output_is_utf8_whatever_the_locale_says() -> None:
    """Promise: Chinese comes out under a locale that has none."""
    ran = subprocess.run(
        [sys.executable, "-c", "from cli.main import main; main(['--help'])"],
        capture_output=True,
        check=True,
        env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "PYTHONPATH": ":".join(sys.path)},
    )
    assert ran.stdout.decode("utf-8").startswith("用法：hotline")


def test_a_broken_policy_is_found_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: ``policy check`` of a broken version exits 1 and names file and line of what is wrong."""
    (tmp_path / "v").mkdir()
    (tmp_path / "v" / "policy.yaml").write_text("id: v\nid: w\n", encoding="utf-8")
    assert main(["policy", "check", str(tmp_path / "v")]) == 1
    said = capsys.readouterr()
    assert re.search(r"policy\.yaml:2:1", said.err) and CHINESE.search(said.err)
    assert "v：发现" in said.out
