"""What a verification says of a workspace that is whole, and of one that somebody has worked on."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from engine.problems import Problem
from tests.running import SCHEMAS
from tests.workspace.audit.making import Office, bring, rows_of, write
from tests.workspace.making import AT, make
from workspace import chain
from workspace.audit import catalogue, policies
from workspace.audit.policies import Used
from workspace.audit.shapes import Shapes
from workspace.audit.verdict import Verdict
from workspace.audit.verify import verify
from workspace.digests import Algorithm, digest_bytes
from workspace.layout import Layout
from workspace.models import Entry
from workspace.settings import Settings, settings_text

SHAPES = Shapes(SCHEMAS)


@pytest.fixture
def copied(made: Office, tmp_path: Path) -> Layout:
    """A copy of the office that a test may spoil."""
    return Layout(Path(shutil.copytree(made.workspace.layout.root, tmp_path / "copy")))


def _verdict(layout: Layout, noted: str | None = None) -> Verdict:
    return verify(layout, SHAPES, noted)


def _told(problems: tuple[Problem, ...]) -> str:
    return "\n".join(map(str, problems))


def _execute(layout: Layout, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(layout.root / "hotline.db")) as connection:
        connection.execute(statement, values)
        connection.commit()


def _entries(layout: Layout) -> Iterator[Entry]:
    with closing(sqlite3.connect(layout.root / "hotline.db")) as connection:
        connection.row_factory = sqlite3.Row
        for row in connection.execute("SELECT * FROM entry ORDER BY seq").fetchall():
            yield Entry(**dict(row))


def test_a_copied_workspace_is_whole(copied: Layout) -> None:
    """Promise: a copied workspace verifies, and the verdict says what was looked at and where the chain ends."""
    verdict = _verdict(copied)
    assert (verdict.problems, verdict.remarks) == ((), ())
    *_, last = _entries(copied)
    assert verdict.head is not None
    assert (verdict.head.seq, verdict.head.digest) == (last.seq, last.digest)
    assert verdict.checked["entries"] == last.seq
    assert verdict.checked["receipts"] == 2
    assert verdict.checked["objects"] == sum(1 for path in copied.objects.rglob("*") if path.is_file())


def test_every_table_of_the_catalogue_is_compared() -> None:
    """Promise: whoever adds a table to the workspace is made to say how it follows from the chain."""
    compared = {model.__table__ for model in catalogue.ROWS}  # type: ignore[attr-defined]
    assert compared == set(SQLModel.metadata.tables.values()) - {Entry.__table__}  # type: ignore[attr-defined]


def test_the_settings_file_stays_as_it_is_written() -> None:
    """Promise: a later release writes the same file, byte by byte, so that an old workspace still verifies."""
    assert settings_text(Settings("0" * 32)) == (
        "format: 1  # 这个文件的格式\n"
        f'id: "{"0" * 32}"  # 工作区的编号，数据库里也有\n'
        'database: "sqlite:///hotline.db"  # 数据库在哪里\n'
        "personal: keep  # 来电人、号码、地址：keep 另存在 private 里，drop 不保存\n"
        "digest: sha256  # 摘要的算法：sha256 或 sm3\n"
    )


def test_a_chain_that_lost_its_end_shows_by_the_noted_head_only(copied: Layout) -> None:
    """Promise: without its last entry the chain is still a chain; the head that was noted elsewhere tells."""
    head = _verdict(copied).head
    assert head is not None
    assert _verdict(copied, head.digest).clean
    first, *_ = _entries(copied)
    assert _verdict(copied, first.digest).clean
    for table in ("publication", "entry"):
        _execute(copied, f"DELETE FROM {table} WHERE seq = ?", head.seq)
    cut = _verdict(copied)
    assert cut.clean
    assert any(remark.place.file.endswith(".json") and "链尾" in remark.what for remark in cut.remarks)
    noted = _verdict(copied, head.digest)
    assert [str(problem.place) for problem in noted.problems] == ["--head"]


def test_an_entry_taken_out_of_the_middle_is_named(copied: Layout) -> None:
    """Promise: an entry that is missing in between is named by its number."""
    _execute(copied, "DELETE FROM entry WHERE seq = 3")
    assert "缺第 3 条" in _told(_verdict(copied).problems)


def _rewrite(layout: Layout, seq: int, body: dict[str, object]) -> None:
    """An entry says something else, and all digests from there on are made to fit: what a thorough forger does."""
    previous = ""
    for entry in _entries(layout):
        if entry.seq == seq:
            entry.body = chain.canonical(body)
        if entry.seq > seq:
            entry.previous = previous
        entry.digest = previous = chain.entry_digest(entry, "sha256")
        values = (entry.body, entry.previous, entry.digest, entry.seq)
        _execute(layout, "UPDATE entry SET body = ?, previous = ?, digest = ? WHERE seq = ?", *values)


def _replace_object(layout: Layout, data: bytes, suffix: str) -> str:
    digest = digest_bytes(data, "sha256")
    path = layout.objects / digest[:2] / f"{digest}{suffix}"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return digest


def test_a_receipt_that_was_forged_with_its_digests_contradicts_the_chain(made: Office, copied: Layout) -> None:
    """Promise: a receipt that leaves a snapshot out, or names another result, is found even when every digest fits."""
    run = made.second
    said = json.loads((copied.objects / run.receipt[:2] / f"{run.receipt}.json").read_bytes())
    body = next(entry.content for entry in _entries(copied) if entry.seq == run.seq)
    said["state"]["snapshots"].pop()
    digest = _replace_object(copied, chain.canonical(said).encode(), ".json")
    _rewrite(copied, run.seq, {**body, "receipt": digest})
    _execute(copied, "UPDATE run SET receipt = ? WHERE seq = ?", digest, run.seq)
    assert "不是当时" in _told(_verdict(copied).problems)
    said["result"] = _replace_object(copied, b"{}\n", ".json")
    digest = _replace_object(copied, chain.canonical(said).encode(), ".json")
    _rewrite(copied, run.seq, {**body, "receipt": digest})
    _execute(copied, "UPDATE run SET receipt = ? WHERE seq = ?", digest, run.seq)
    assert f"result 与链上第 {run.seq} 条记录不符" in _told(_verdict(copied).problems)


def test_a_chain_that_was_rewritten_throughout_shows_by_the_noted_head(copied: Layout) -> None:
    """Promise: who rewrites history and every digest after it still cannot make the head that was noted."""
    head = _verdict(copied).head
    assert head is not None
    *_, last = _entries(copied)
    _rewrite(copied, last.seq, {**last.content, "reason": "别的理由"})
    _execute(copied, "UPDATE publication SET reason = ? WHERE seq = ?", "别的理由", last.seq)
    assert _verdict(copied).clean
    assert not _verdict(copied, head.digest).clean


def test_a_correction_that_replaces_something_else_is_named(copied: Layout) -> None:
    """Promise: publications and corrections of a month form one line; another one is named."""
    *_, last = _entries(copied)
    _rewrite(copied, last.seq, {**last.content, "replaces": 99})
    assert "所更正的不是" in _told(_verdict(copied).problems)


def test_missing_files_and_missing_databases_are_named(copied: Layout) -> None:
    """Promise: what is gone is named, and a workspace without its database is no error of the command."""
    path = next(path for path in copied.objects.rglob("*.parquet"))
    path.unlink()
    assert any(problem.place.file == str(path) and "不见了" in problem.what for problem in _verdict(copied).problems)
    (copied.root / "hotline.db").unlink()
    verdict = _verdict(copied)
    assert any("hotline.db" in problem.place.file for problem in verdict.problems)
    assert verdict.head is None
    assert not (copied.root / "hotline.db").exists()


def test_what_interrupted_commands_leave_is_remarked_only(copied: Layout) -> None:
    """Promise: files that nobody refers to, and half-made ones, are told and are no problem."""
    _replace_object(copied, b"left", ".json")
    (copied.scratch / "half").write_bytes(b"x")
    (copied.objects / "note.txt").write_text("x")
    (copied.personal / f"{'0' * 64}.parquet").write_bytes(b"x")
    (copied.personal / f"{'0' * 64}.parquet").chmod(0o600)
    verdict = _verdict(copied)
    assert verdict.clean
    assert len(verdict.remarks) == 4


def test_private_files_that_others_may_read_are_named(copied: Layout) -> None:
    """Promise: rights that others have on private files are told before anything takes them back."""
    personal = next(copied.personal.iterdir())
    personal.chmod(0o644)
    copied.private.chmod(0o755)
    places = {problem.place.file for problem in _verdict(copied).problems}
    assert {str(personal), str(copied.private)} <= places


def test_another_key_is_named(copied: Layout) -> None:
    """Promise: the key by which callers are told apart is the one that the workspace was made with."""
    copied.key.chmod(0o600)
    copied.key.write_bytes(b"x" * 32)
    assert [problem.place.file for problem in _verdict(copied).problems] == [str(copied.key)]


def test_personal_data_that_was_to_be_dropped_is_named(tmp_path: Path) -> None:
    """Promise: a workspace that keeps no personal data has none lying about."""
    layout = make(tmp_path / "office", personal="drop").layout
    path = layout.personal / f"{'0' * 64}.parquet"
    path.write_bytes(b"x")
    path.chmod(0o600)
    assert [problem.place.file for problem in _verdict(layout).problems] == [str(path)]


def test_a_settings_file_that_was_altered_does_not_advise_to_delete(copied: Layout) -> None:
    """Promise: whether personal data are to be kept is what the chain says; nobody is told to delete them because the
    settings file was changed to ``drop`` by hand."""
    assert any(copied.personal.iterdir())
    copied.settings.write_text(copied.settings.read_text("utf-8").replace("keep ", "drop ", 1), "utf-8")
    (problem,) = _verdict(copied).problems
    assert "personal 与工作区记录的不符" in problem.what


def test_an_unreleased_version_may_change(tmp_path: Path) -> None:
    """Promise: a version that was not released when a run used it is remarked when it changes, no more."""
    (tmp_path / "next").mkdir()
    head = tmp_path / "next" / "policy.yaml"
    head.write_text("id: next\n")
    used = Used("next", "R7", (("policy.yaml", digest_bytes(head.read_bytes(), "sha256")),), by_name=False)
    assert policies.look(tmp_path, "sha256", [used]) == ([], [])
    head.write_text("id: next\ntitle: x\n")
    problems, remarks = policies.look(tmp_path, "sha256", [used])
    assert (problems, [remark.place.file for remark in remarks]) == ([], [str(head.parent)])


def test_a_release_that_no_run_has_used_is_remarked(tmp_path: Path, made: Office) -> None:
    """Promise: where a release manifest is held against nothing, the verification says so, and still holds the other
    files of the release against it."""
    policies = made.workspace.layout.policies
    layout = make(tmp_path / "office", policies=policies).layout
    verdict = _verdict(layout)
    assert verdict.clean
    assert [Path(remark.place.file).name for remark in verdict.remarks] == ["manifest.yaml"]
    altered = layout.policies / "2026" / "rules.yaml"
    altered.write_text(altered.read_text("utf-8") + "\n", "utf-8")
    assert [problem.place.file for problem in _verdict(layout).problems] == [str(altered)]


def test_both_databases_and_both_digests_verify(database: str, tmp_path: Path) -> None:
    """Promise: what was imported into a workspace on either database, with either digest, verifies."""
    write(tmp_path / "in" / "工单.csv", rows_of(5))
    digests: tuple[Algorithm, ...] = ("sha256",) if database.startswith("postgresql") else ("sha256", "sm3")
    for digest in digests:
        workspace = make(tmp_path / digest, database, digest=digest)
        bring(workspace, tmp_path / "in", AT.replace(tzinfo=None), AT)
        verdict = _verdict(workspace.layout)
        assert verdict.problems == ()
        assert verdict.checked == {"entries": 2, "rows": 1, "receipts": 0, "objects": 1}
