"""Eight people work on one workspace at the same time, and it is as if they had come one after the other."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.running import ROOT
from tests.workspace import town
from tests.workspace.making import make
from tests.workspace.touches import Warm, warm
from tests.workspace.working import do_evaluate, do_import, do_publish, look, replayed
from workspace.database import entries
from workspace.models import Entry
from workspace.opening import Workspace
from workspace.receipts import JSON

PEOPLE = 8
SCRIPT = """
import json, sys
from cli.main import main
sys.stdin.readline()
for words in json.loads(sys.argv[1]):
    print("code", main(words), flush=True)
"""
_RUN = re.compile(r"(?:已记入工作区：|与 )(R\d+)")
"""The run that an evaluation recorded or was the same as."""
REFUSED = ("已经公布", "重新计算")
"""What a person is told whose month somebody else made known first, or a month on which this one's ladder rests."""


@pytest.fixture(scope="module")
def warmed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    with warm(tmp_path_factory.mktemp("warm")) as process:
        yield process


def _people(root: Path, exports: list[Path], cache: Path) -> list[tuple[list[int], str, str]]:
    """Codes, output and complaints of each, who begin at the same moment."""
    processes = []
    for number, export in enumerate(exports):
        common = ["--workspace", str(root), "--by", f"第{number}人"]
        timed = [*common, "--as-of", town.AS_OF]
        words = [["import", str(export), *common], ["evaluate", *timed], ["publish", f"2026-0{number % 4 + 1}", *timed]]
        processes.append(
            subprocess.Popen(
                [sys.executable, "-c", SCRIPT, json.dumps(words)],
                cwd=ROOT,
                env={**os.environ, "XDG_CACHE_HOME": str(cache)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        )
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    found = []
    for process in processes:
        out, err = process.communicate(timeout=600)
        codes = [int(line.split()[1]) for line in out.splitlines() if line.startswith("code ")]
        found.append((codes, out, err))
    return found


def test_eight_at_once(workspace: Workspace, warmed: Warm, tmp_path: Path) -> None:
    """Promise: eight processes that import, evaluate and publish at the same time meet no lock; what they leave is
    whole, every run can be made again, and some serial order of their commands leaves the same."""
    root, cache = workspace.layout.root, tmp_path / "cache"
    first = town.write_exports(tmp_path)
    exports = [
        town.write_csv(tmp_path / f"orders202604{n + 10}.csv", town.HEADER, town.orders(n % 4 + 1, n // 4))
        for n in range(PEOPLE)
    ]
    for path in sorted(workspace.layout.policies.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    town.write_policy(workspace.layout.policies)
    warmed.load(do_import, root, cache, first.units, first.january)
    warmed.load(do_evaluate, root, cache)
    base = len(_chain(workspace))

    named: list[str] = []
    told: list[str] = []
    for number, (codes, out, err) in enumerate(_people(root, exports, cache)):
        named += _RUN.findall(err)
        told += [f"2026-0{number % 4 + 1}"] if codes[2] == 0 else []
        assert codes[:2] == [0, 0] and codes[2] in (0, 2), err
        assert codes[2] == 0 or any(word in err for word in REFUSED), err
        assert not any(word in err.lower() for word in ("lock", "busy", "占用", "程序内部出错", "traceback")), err
        assert "lock" not in out.lower()

    seen = warmed.run(look, root).value
    assert seen.problems == ()
    chain = _chain(workspace)[base:]
    kinds = [entry.kind for entry in chain]
    assert kinds.count("import") == PEOPLE and 0 < kinds.count("run") <= 2 * PEOPLE
    assert len(named) == PEOPLE and set(named) <= {f"R{entry.seq}" for entry in chain if entry.kind == "run"}
    months = [entry.content["month"] for entry in chain if entry.kind == "publication"]
    assert months and len(set(months)) == len(months)  # both people of a month may have to evaluate again
    assert sorted(months) == sorted(told)
    assert warmed.run(replayed, root, cache).value == []

    other = make(tmp_path / "serial", policies=workspace.layout.policies)
    serial = other.layout.root
    warmed.run(do_import, serial, cache, first.units, first.january)
    warmed.run(do_evaluate, serial, cache)
    names: dict[str, str] = {}
    by_name = {path.name: path for path in exports}
    for entry in _serial(chain):
        if entry.kind == "import":
            warmed.run(do_import, serial, cache, *(by_name[part["name"]] for part in entry.content["files"]))
        elif entry.kind == "run":
            names[f"R{entry.seq}"] = warmed.run(do_evaluate, serial, cache).value
        else:
            run = names[f"R{entry.content['run']}"]
            assert warmed.run(do_publish, serial, cache, entry.content["month"], run).value == ""
    again = _chain(other)[base:]
    assert [_says(workspace, entry) for entry in _once(_serial(chain))] == [_says(other, entry) for entry in again]
    assert warmed.run(look, serial).value.state == seen.state


def _chain(workspace: Workspace) -> list[Entry]:
    with workspace.store.reading() as session:
        return list(entries(session))


def _serial(chain: list[Entry]) -> list[Entry]:
    """An order in which one person could have done the same: a run comes right after the newest entry it knew."""
    return sorted(
        chain, key=lambda entry: (entry.content["upto"], 1, entry.seq) if entry.kind == "run" else (entry.seq,)
    )


def _once(serial: list[Entry]) -> list[Entry]:
    """Without runs that are the run before them over again: one person's would not have been recorded twice."""
    found: list[Entry] = []
    receipt = ""
    for entry in serial:
        same = entry.kind == "run" and entry.content["receipt"] == receipt
        receipt = entry.content["receipt"] if entry.kind == "run" else receipt
        found += [] if same else [entry]
    return found


def _says(workspace: Workspace, entry: Entry) -> Any:
    """What an entry says, whatever the numbers of the entries that it names."""
    said = entry.content
    if entry.kind == "run":
        result = json.loads(workspace.objects.read(said["result"], JSON))
        published = [item["period"] for item in result.pop("published", [])]
        corrections = [{**item, "run": "", "entry": 0, "causes": []} for item in result.pop("corrections", [])]
        return [said["state"], said["firings"], said["policy"], published, corrections, result]
    if entry.kind == "publication":
        return [said["month"], said["standing"]]
    return said
