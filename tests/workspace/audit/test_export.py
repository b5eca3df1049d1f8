"""A bundle in the hands of somebody who has the real ``sha256sum``, a shell, and the description in it.

The checker below was written from FORMAT.md alone; it imports nothing of the program.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.problems import InputError
from tests.running import SCHEMAS
from tests.workspace.audit.making import ADDRESS, APPLICATION, CALLER, NUMBER, WORDS, Office, bring, rows_of, write
from tests.workspace.making import AT, make
from workspace.audit.export import export

Objects = dict[str, bytes]


@pytest.fixture(scope="module")
def bundle(made: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("export") / "bundle"
    export(made.workspace, SCHEMAS, target)
    return target


def _sums(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the real program says; it also has to know every file."""
    command = ["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def _listed(folder: Path) -> set[str]:
    lines = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    return {line.split("  ", 1)[1] for line in lines}


def _scripts(folder: Path) -> list[list[str]]:
    """The recipes that stand in the description, ready to run."""
    found = re.findall(r"```(sh|python)\n(.*?)```", (folder / "FORMAT.md").read_text("utf-8"), re.DOTALL)
    programs = {"sh": ["sh", "-c"], "python": [sys.executable, "-c"]}
    return [[*programs[kind], text] for kind, text in found]


def _run(folder: Path) -> list[tuple[int, str]]:
    ran = [
        subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False) for command in _scripts(folder)
    ]
    return [(one.returncode, one.stdout + one.stderr) for one in ran]


def _check(folder: Path, hashing: Callable[[bytes], str]) -> list[str]:
    """From the head to every file, as the description says."""
    previous, wrong = "0" * 64, []
    entries: list[dict[str, Any]] = []
    for number, line in enumerate((folder / "chain.jsonl").read_bytes().splitlines(), 1):
        entry = json.loads(line)
        if (entry["seq"], entry["previous"]) != (number, previous):
            wrong.append(f"line {number}")
        previous = hashing(line)
        entries.append(entry)
    if previous != (folder / "head.txt").read_text().strip():
        wrong.append("head.txt")

    def need(digest: str, suffix: str) -> bytes:
        path = folder / "objects" / digest[:2] / f"{digest}{suffix}"
        data = path.read_bytes() if path.exists() else b""
        if hashing(data) != digest:
            wrong.append(path.name)
        return data

    for entry in entries:
        body = entry["body"]
        if entry["kind"] == "import":
            for file in body["files"]:
                need(file["snapshot"], ".parquet")
                if file["aside"]:
                    need(file["aside"], ".json")
        elif entry["kind"] == "run":
            need(body["result"], ".json")
            for place, digest in enumerate(body["firings"]):
                need(digest, (".json", ".parquet")[place % 2])
            receipt = json.loads(need(body["receipt"], ".json"))
            snapshots = sorted(one["digest"] for one in receipt["state"]["snapshots"])
            if hashing("".join(f"{one}\n" for one in snapshots).encode()) != receipt["state"]["digest"]:
                wrong.append("state")
            for version in receipt["choice"]["versions"]:
                for file in version["files"]:
                    need(file["digest"], ".yaml")
        elif entry["kind"] in ("publication", "correction"):
            need(body["standing"], ".json")
    return wrong


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sm3(data: bytes) -> str:
    return hashlib.new("sm3", data).hexdigest()


def test_the_bundle_is_verified_by_sha256sum_and_the_description(made: Office, bundle: Path) -> None:
    """Promise: with ``sha256sum`` and the description alone, a person can verify everything."""
    assert _sums(bundle).returncode == 0
    files = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()}
    assert files == _listed(bundle) | {"SHA256SUMS"}
    ran = _run(bundle)
    assert [code for code, _ in ran] == [0, 0, 0]
    count = len((bundle / "chain.jsonl").read_bytes().splitlines())
    assert [said.strip() for _, said in ran] == [f"{count} 条记录，链完整", "", f"{count} 条记录，链和文件都完整"]
    assert _check(bundle, _sha256) == []
    kept = {path.name for path in made.workspace.layout.objects.rglob("*") if path.is_file()}
    assert {path.name for path in (bundle / "objects").rglob("*") if path.is_file()} == kept
    released = {path.name: path.read_bytes() for path in (made.workspace.layout.policies / "2026").glob("*.yaml")}
    exported = {path.name: path.read_bytes() for path in (bundle / "policies" / "2026-R3").glob("*.yaml")}
    assert exported == released


def _altered(bundle: Path, folder: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """A copy of the bundle with one file changed, and with sums that fit again."""
    for path in bundle.rglob("*"):
        if path.is_file():
            target = folder / path.relative_to(bundle)
            target.parent.mkdir(parents=True, exist_ok=True)
            data = path.read_bytes()
            target.write_bytes(change(data) if target == folder / name else data)
    lines = [f"{_sha256((folder / one).read_bytes())}  {one}\n" for one in sorted(_listed(bundle))]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    return folder


def test_an_altered_bundle_is_found_whoever_made_the_sums_anew(made: Office, bundle: Path, tmp_path: Path) -> None:
    """Promise: a change of the chain or of an object shows by the recipes even where SHA256SUMS was made to fit."""
    copy = _altered(bundle, tmp_path / "chain", "chain.jsonl", lambda data: data.replace(b"2026-11-20", b"2026-11-19"))
    assert _sums(copy).returncode == 0
    shell, objects, python = _run(copy)
    assert shell[0] == 1 and "第 3 行没有接上" in shell[1]
    assert (objects, python[0]) == ((0, ""), 1)
    assert _check(copy, _sha256) == ["line 3"]
    digest = made.second.receipt
    name = f"objects/{digest[:2]}/{digest}.json"
    copy = _altered(bundle, tmp_path / "object", name, lambda data: data.replace(b"2026", b"2025", 1))
    shell, objects, python = _run(copy)
    assert shell[0] == 0
    assert f"{digest}.json 被改动" in objects[1] and f"{digest}.json 被改动" in python[1]
    copy = _altered(bundle, tmp_path / "end", "chain.jsonl", lambda data: data[: data.rindex(b"\n", 0, -1) + 1])
    assert "链完整" not in _run(copy)[0][1]
    assert _check(copy, _sha256) == ["head.txt"]


def test_what_is_missing_or_swapped_is_found_whoever_made_the_sums_anew(
    made: Office, bundle: Path, tmp_path: Path
) -> None:
    """Promise: a file that the chain or a receipt names is there, and a policy that people read is the one that was
    used, by the recipes even where SHA256SUMS was made to fit."""
    name = "policies/2026-R3/indicators.yaml"
    copy = _altered(bundle, tmp_path / "policy", name, lambda data: data.replace(b"weight: 30", b"weight: 35", 1))
    assert _sums(copy).returncode == 0
    assert "indicators.yaml 不是计算所用的" in _run(copy)[2][1]
    receipt = json.loads((bundle / "objects" / made.second.receipt[:2] / f"{made.second.receipt}.json").read_bytes())
    gone = [made.second.result, receipt["state"]["snapshots"][0]["digest"], receipt["publications"][0]["standing"]]
    for number, digest in enumerate(gone):
        copy = _altered(bundle, tmp_path / str(number), "", lambda data: data)
        (path,) = (copy / "objects" / digest[:2]).glob(f"{digest}.*")
        path.unlink()
        assert f"缺少 ['{digest}']" in _run(copy)[2][1]


def test_a_zip_holds_the_same_as_a_folder(made: Office, bundle: Path, tmp_path: Path) -> None:
    """Promise: the bundle as one file has the same content, and the same bytes each time."""
    for name in ("a.zip", "b.zip"):
        export(made.workspace, SCHEMAS, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held == {
        path.relative_to(bundle).as_posix(): path.read_bytes() for path in bundle.rglob("*") if path.is_file()
    }


def test_one_run_has_its_own_files_and_the_whole_chain(made: Office, bundle: Path, tmp_path: Path) -> None:
    """Promise: the bundle of a run leaves out what the run did not use, and says so; the chain stays whole."""
    target = tmp_path / "one"
    found = export(made.workspace, SCHEMAS, target, made.first.name.lower())
    assert found.files == len(_listed(target)) + 1
    assert _sums(target).returncode == 0
    assert [code for code, _ in _run(target)] == [0, 0, 0]
    assert (target / "chain.jsonl").read_bytes() == (bundle / "chain.jsonl").read_bytes()
    assert (target / "head.txt").read_text() == f"{found.head.digest}\n"
    names = {path.stem for path in (target / "objects").rglob("*.*")}
    assert {made.first.receipt, made.first.result, *made.first.firings} <= names
    assert not {made.second.receipt, made.second.result} & names
    assert made.first.name in (target / "FORMAT.md").read_text("utf-8")


def test_sm3_bundles_are_verified_alike(tmp_path: Path) -> None:
    """Promise: with SM3 the sums are SHA-256 all the same, and the recipes name the program that computes SM3."""
    workspace = make(tmp_path / "office", digest="sm3")
    write(tmp_path / "in" / "工单.csv", rows_of(5))
    bring(workspace, tmp_path / "in", AT.replace(tzinfo=None), AT)
    export(workspace, SCHEMAS, tmp_path / "bundle")
    assert _sums(tmp_path / "bundle").returncode == 0
    ran = _run(tmp_path / "bundle")
    assert [code for code, _ in ran] == [0, 0, 0], ran
    assert "链完整" in ran[0][1] and ran[1][1] == ""
    assert _check(tmp_path / "bundle", _sm3) == []
    assert "SM3" in (tmp_path / "bundle" / "FORMAT.md").read_text("utf-8")


def test_nothing_private_is_exported(made: Office, bundle: Path, tmp_path: Path) -> None:
    """Promise: no personal cell, no key and no password is in a bundle, in any file, packed or not."""
    held = [path.read_bytes() for path in bundle.rglob("*") if path.is_file()]
    planted = [CALLER, NUMBER, ADDRESS, WORDS, "k" * 32]
    assert not [text for text in planted for data in held if text.encode() in data]
    snapshots = _cells(bundle)
    assert APPLICATION["审批人"] in snapshots
    assert not [text for text in planted if any(text in cell for cell in snapshots)]


def _cells(bundle: Path) -> set[str]:
    """Every cell of every Parquet file, which may be packed."""
    import duckdb

    found: set[str] = set()
    for path in bundle.rglob("*.parquet"):
        for row in duckdb.connect().read_parquet(str(path)).fetchall():
            found |= {str(cell) for cell in row}
    return found


def test_what_was_altered_is_not_exported_as_evidence(made: Office, tmp_path: Path) -> None:
    """Promise: a bundle is made of what is whole; else the export says what is not, and leaves nothing behind."""
    digest = made.first.result
    path = made.workspace.layout.objects / digest[:2] / f"{digest}.json"
    data = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(data + b" ")
    try:
        with pytest.raises(InputError, match=digest):
            export(made.workspace, SCHEMAS, tmp_path / "bundle")
    finally:
        path.write_bytes(data)
        path.chmod(0o444)
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_does_not_go_into_the_workspace(made: Office) -> None:
    """Promise: an export never puts files among those of the workspace."""
    with pytest.raises(InputError, match="工作区里面"):
        export(made.workspace, SCHEMAS, made.workspace.layout.objects / "bundle")
