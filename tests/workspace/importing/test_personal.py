"""Personal data: in private files of its own or nowhere; a keyed hash is all that the rest of the workspace has."""

from __future__ import annotations

import hmac
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from cli.main import main
from tests.workspace.importing.office import HEADER, NAME, PHONE, STREET, TEXT, book, bring, order, put, rows_of
from tests.workspace.making import make
from workspace.imported import imported
from workspace.importing.callers import caller_hash, use_key
from workspace.importing.hidden import blank, hidden_folder
from workspace.opening import Workspace
from workspace.settings import Personal

PLANTED = (NAME, PHONE, STREET, TEXT)
FORMS: dict[str, Callable[[Path, list[dict[str, object]]], Path]] = {
    "csv": lambda folder, rows: put(folder / "20260305.csv", rows),
    "gb18030": lambda folder, rows: put(folder / "20260305.csv", rows, coding="gb18030"),
    "xlsx": lambda folder, rows: book(folder / "20260305.xlsx", {"工单": rows_of(rows)}),
}


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def betrayed(content: bytes) -> list[str]:
    """The planted values that can be read in ``content``, in either encoding of Chinese."""
    return [value for value in PLANTED if any(value.encode(coding) in content for coding in ("utf-8", "gb18030"))]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("personal", ["keep", "drop"])
def test_nothing_personal_is_outside_the_private_folder(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], form: str, personal: Personal
) -> None:
    """Promise: no byte of the workspace outside private, and nothing that is shown, has a caller's name or number."""
    make(tmp_path / "office", personal=personal)
    rows = [order("A1"), order("A2", 满意度="好"), order("A3"), order("A3")]
    path = FORMS[form](tmp_path, rows)
    assert (
        main(["import", str(path), "--workspace", str(tmp_path / "office"), "--aside", str(tmp_path / "a.xlsx")]) == 0
    )
    shown = capfd.readouterr()
    assert betrayed((shown.out + shown.err).encode()) == []
    private = tmp_path / "office" / "private"
    for found in files(tmp_path / "office"):
        if private not in found.parents:
            assert betrayed(found.read_bytes()) == [], found
    assert betrayed((tmp_path / "a.xlsx").read_bytes()) == []
    kept = list(files(private / "personal"))
    assert list(files(private / "reading")) == []
    if personal == "drop":
        assert kept == []
        return
    (one,) = kept
    with duckdb.connect() as connection:
        query = f"SELECT 工单编号, 来电人, 联系方式, 诉求地址, 诉求内容 FROM '{one}'"
        rows_kept = connection.execute(query).fetchall()
    assert rows_kept == [("A1", NAME, PHONE, STREET, TEXT)]


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda text: text.replace(f",{NAME},", f',"{NAME}"{PHONE},'),
        lambda text: text.replace(f",{NAME},", f',"{NAME},'),
        lambda text: text.split("\n", 1)[1],
        lambda text: text.replace("诉求类型", "诉求分类").replace("满意度", PHONE),
    ],
)
def test_errors_about_a_file_show_nothing_of_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], spoilt: Callable[[str], str]
) -> None:
    """Promise: whatever is wrong with a file, the message has no cell of it, not even where its header is missing."""
    make(tmp_path / "office")
    path = put(tmp_path / "20260305.csv", [order("A1"), order("A2")])
    path.write_text(spoilt(path.read_text("utf-8")), "utf-8")
    assert main(["import", str(path), "--workspace", str(tmp_path / "office")]) == 2
    shown = capfd.readouterr()
    assert shown.err
    assert betrayed((shown.out + shown.err).encode()) == []


def test_private_files_are_the_owner_s_alone(tmp_path: Path) -> None:
    """Promise: personal columns lie in files that nobody else can read, whatever the umask."""
    office = make(tmp_path / "office")
    before = os.umask(0)
    try:
        bring(office, put(tmp_path / "20260305.csv", [order("A1")], coding="gb18030"))
        with hidden_folder(office.layout) as folder:
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert stat.S_IMODE(blank(folder / "orders.csv").stat().st_mode) == 0o600
    finally:
        os.umask(before)
    for path in (tmp_path / "office" / "private").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def callers(office: Workspace) -> dict[str, str | None]:
    (item,) = imported(office)
    path = office.objects.path(item.part.snapshot, ".parquet")
    with duckdb.connect() as connection:
        return dict(connection.execute(f"SELECT 工单编号, _caller FROM '{path}'").fetchall())


@pytest.mark.parametrize("personal", ["keep", "drop"])
def test_a_caller_is_known_by_a_keyed_hash(tmp_path: Path, personal: Personal) -> None:
    """Promise: one number, however it is written, is one caller, and without the key the hash tells nobody's number."""
    office = make(tmp_path / "office", personal=personal)
    written = {"A1": PHONE, "A2": " 138-1234 5678", "A3": f"+86 {PHONE}", "A4": "13812345679", "A5": "", "A6": " "}
    bring(office, put(tmp_path / "20260305.csv", [order(id, 联系方式=number) for id, number in written.items()]))
    found = callers(office)
    assert found["A1"] == hmac.new(office.private.key(), PHONE.encode(), "sha256").hexdigest()
    assert found["A1"] == found["A2"] == found["A3"] != found["A4"]
    assert (found["A5"], found["A6"]) == (None, None)


def test_an_export_without_the_caller_s_column_has_no_callers(tmp_path: Path) -> None:
    """Promise: personal columns may be missing."""
    office = make(tmp_path / "office")
    header = [name for name in HEADER if name not in ("来电人", "联系方式", "诉求地址", "诉求内容")]
    bring(office, put(tmp_path / "20260305.csv", [order("A1")], header))
    assert callers(office) == {"A1": None}
    assert list(files(tmp_path / "office" / "private" / "personal")) == []


@pytest.mark.parametrize("number", ["1", "一二三", "x" * 200, "0086", "８６１３８"])
def test_the_hash_in_the_database_is_that_of_the_standard(number: str) -> None:
    """Promise: HMAC as anybody can compute it, for numbers of any length."""
    from sqlglot import exp

    from engine.intake import sql

    key = bytes(range(32))
    with duckdb.connect() as connection:
        use_key(connection, key)
        query = exp.Select(expressions=[caller_hash(sql.text(number))])
        (found,) = connection.execute(sql.render(query)).fetchall()
    assert found == (hmac.new(key, number.encode(), "sha256").hexdigest(),)


def test_what_a_killed_import_left_is_removed_by_the_next(tmp_path: Path) -> None:
    """Promise: half-read personal data does not stay, and what is being read by another is left alone."""
    office = make(tmp_path / "office")
    left = office.layout.private / "reading" / "left"
    left.mkdir(parents=True)
    (left / "orders.csv").write_text(PHONE)
    with hidden_folder(office.layout) as first:
        assert not left.exists()
        (first / "x").write_text("")
        with hidden_folder(office.layout) as second:
            assert (first / "x").exists() and second != first
    assert list((office.layout.private / "reading").iterdir()) == []
