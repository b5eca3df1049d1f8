"""Mistakes of every stage are named in one run: none hides another, and none makes up another."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path
from random import Random

import pytest

from engine.cases.reading import read_cases
from engine.check.finding import Finding
from engine.check.sound import sound
from engine.check.whole import named_in_cases
from engine.policy.parts import read_sources
from engine.policy.schema import Schemas
from engine.policy.source import read_bytes
from tests.check.bench import POLICY, SCHEMAS, Bench
from tests.check.mutating import Mutant
from tests.test_mutations import KINDS, is_named

MIXED = ("types", "ranges", "missing-keys", "sums", "dangling", "unreachable")
"""Mistakes of form, of meaning, and such that only the rule engine's answers show."""
HEADS = ("policy.yaml", "fields.yaml", "readings.yaml")
"""What everything else is read by: a piece that they leave open cannot be looked at."""
DRAWN = 6


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("answers"))


def text_of(file: str) -> str:
    return (POLICY / file).read_text("utf-8")


def broken(file: str, old: str, new: str) -> dict[str, str]:
    text = text_of(file)
    assert text.count(old) == 1, f"{text.count(old)} × {old}"
    return {file: text.replace(old, new)}


def problems(findings: tuple[Finding, ...]) -> list[str]:
    return [str(finding.problem) for finding in findings if finding.level == "problem"]


def drawn(seed: int) -> list[Mutant]:
    """Three mutants of different kinds in different files."""
    random = Random(f"together-{seed}")
    found: dict[str, Mutant] = {}
    for kind in random.sample(MIXED, len(MIXED)):
        mutant = KINDS[kind](random)
        if mutant.file not in (*HEADS, *found):
            found[mutant.file] = mutant
    return list(found.values())[:3]


def test_mistakes_in_three_files_are_all_named(bench: Bench) -> None:
    """Protects the promise of everything at once: of three mistakes of different stages, each is named."""
    seeds = (seed for seed in count() if len(drawn(seed)) == 3)
    for seed in [next(seeds) for _ in range(DRAWN)]:
        mutants = drawn(seed)
        findings = bench.check_all({mutant.file: mutant.text for mutant in mutants})
        for mutant in mutants:
            told = "\n".join((f"{mutant.file}:{sorted(mutant.lines)} {mutant.told}", *problems(findings)))
            assert is_named(mutant, findings), told


def test_all_stages_in_one_run(bench: Bench) -> None:
    """Protects against stages that hide one another: form, meaning, tables, ladders, and a reading nobody uses."""
    texts = {
        **broken("duties.yaml", "rhythm: {every: day}", "rhythm: {every: days}"),
        **broken("clauses.yaml", "covered_by: [a3-22]", "covered_by: [a3-99]"),
        **broken("indicators.yaml", "weights_sum: 100", "weights_sum: 101"),
        **broken("rules.yaml", 'when: {field: 剔除情形, contains: "5"}', "when: {field: 剔除情形, contains: 五}"),
        **broken("consequences.yaml", "{standing: last, times: 5}", "{standing: last, times: 15}"),
        **broken("readings.yaml", "chosen: all-last", "chosen: all-lasts"),
    }
    told = "\n".join(problems(bench.check_all(texts)))
    for words in ("days", "a3-99", "＝100", "五", "要求 15 次", "all-lasts"):
        assert words in told, told


def test_a_file_that_cannot_be_read_hides_nothing_else(bench: Bench) -> None:
    """Protects what is in other files from a slip of the keyboard; names of the lost file are not called unknown."""
    texts = {
        "rules.yaml": text_of("rules.yaml").replace("decisions:", "decisions: [", 1),
        **broken("consequences.yaml", "{standing: last, times: 5}", "{standing: last, times: 15}"),
    }
    told = problems(bench.check_all(texts))
    assert any("rules.yaml" in line for line in told)
    assert any("要求 15 次" in line for line in told)
    assert not [line for line in told if "没有这个" in line], told


HEADLESS = {
    "a date in the head": ("policy.yaml", "issued_on: 2026-03-24", "issued_on: 2026-02-30"),
    "the cycle": ("policy.yaml", "cycle: {first: 2025-11", "cycel: {first: 2025-11"),
    "a key that is misspelt": ("ranking.yaml", "last: {reading", "lst: {reading"),
    "a key that is missing": ("ranking.yaml", "last: {reading: tie-for-last}\n", ""),
    "a first key": ("ranking.yaml", "eligible:\n", "eligibl:\n"),
}


@pytest.mark.parametrize("slip", HEADLESS)
def test_a_slip_in_the_head_hides_nothing_else_and_is_told_alone(slip: str) -> None:
    """Protects the promise of everything at once where what is broken is a part that must be there."""
    head, old, new = HEADLESS[slip]
    assert text_of(head).count(old) == 1
    texts = {
        head: text_of(head).replace(old, new),
        **broken("clauses.yaml", "covered_by: [a3-22]", "covered_by: [a3-99]"),
        **broken("indicators.yaml", "weights_sum: 100", "weights_sum: 101"),
    }
    told = held(texts)
    assert len(told) == 3, told
    for words in (f"/{head}:", "a3-99", "＝100"):
        assert any(words in line for line in told), told


@pytest.mark.parametrize("part", ["policy", "ranking", "duties", "rules", "clauses", "readings"])
def test_an_empty_file_is_told_alone(part: str, tmp_path: Path) -> None:
    """Protects against what only follows: an empty file is one line, at its first, and no name is missed with it."""
    folder = tmp_path / "empty"
    shutil.copytree(POLICY, folder)
    (folder / f"{part}.yaml").write_text("# nothing\n")
    told = held({}, folder)
    assert told == [f"{folder / part}.yaml:1:1: 文件是空的。请写入内容，或删去这个文件"]


def held(texts: dict[str, str], folder: Path = POLICY) -> list[str]:
    """What is wrong with form, meaning and the names in cases, without asking the rule engine."""
    sources = read_sources(folder, [])
    sources |= {Path(file).stem: read_bytes(text.encode(), str(folder / file)) for file, text in texts.items()}
    rest, findings = sound(folder, sources, Schemas(SCHEMAS), ())
    assert rest is not None
    return sorted(str(finding.problem) for finding in {*findings, *named_in_cases(rest, read_cases(folder, SCHEMAS))})


def test_what_hangs_on_a_broken_piece_is_not_blamed(bench: Bench) -> None:
    """Protects against made-up mistakes: a broken rule, indicator or reading is the only thing that is named."""
    cases = (
        broken("rules.yaml", "id: risk-group", "id: risk-group\n        colour: red"),
        broken("indicators.yaml", "id: satisfaction", "id: satisfaction\n    weigth: 3"),
        broken("readings.yaml", "id: table3-scope", "id: table3-scope\n    statsu: provisional"),
        broken("calendar.yaml", "year: 2026", "yaer: 2026"),
    )
    for texts in cases:
        (file,) = texts
        told = problems(bench.check_all(texts))
        assert told and all(f"/{file}:" in line for line in told), told


def test_an_unknown_name_in_a_case_is_named(bench: Bench) -> None:
    """Protects cases from speaking of items that are not there: their ``about`` and readings are checked too."""
    told = problems(bench.check_all(broken("rules.yaml", "id: a3-22", "id: a3-122")))
    assert any("cases/table-3.yaml" in line and "没有这个条目" in line and "a3-22" in line for line in told), told
