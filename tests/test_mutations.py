"""A mutated policy never passes: 200 seeded ways to break the valid 2026 policy, twenty of each of ten kinds."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from engine.check.finding import Finding
from tests.check import ways_form as form
from tests.check import ways_meaning as meaning
from tests.check.bench import POLICY, Bench
from tests.check.mutating import Mutant
from tests.check.spots import FILES, source

EACH = 20
KINDS: dict[str, Callable[[Random], Mutant]] = {
    "types": form.types,
    "names": form.names,
    "ranges": form.ranges,
    "sums": meaning.sums,
    "dates": meaning.dates,
    "duplicates": form.duplicates,
    "indentation": form.indentation,
    "missing-keys": form.missing_keys,
    "dangling": meaning.dangling,
    "unreachable": meaning.unreachable,
}


def is_named(mutant: Mutant, findings: tuple[Finding, ...]) -> bool:
    """Whether some problem stands in one of the mutant's lines and says its words."""
    return any(
        finding.level == "problem"
        and finding.problem.place.file == str(POLICY / mutant.file)
        and finding.problem.place.line in mutant.lines
        and all(word in str(finding.problem) for word in mutant.words)
        for finding in findings
    )


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("answers"))


def mutants(kind: str) -> list[Mutant]:
    """EACH different ones, always the same."""
    found: dict[tuple[str, str], Mutant] = {}
    seed = 0
    while len(found) < EACH:
        mutant = KINDS[kind](Random(f"{kind}-{seed}"))
        found.setdefault((mutant.file, mutant.text), mutant)
        seed += 1
    return list(found.values())


def test_the_valid_policy_passes(bench: Bench) -> None:
    """Protects against a check that finds fault with everything: the policy as it is has no problem."""
    findings = bench.check("policy.yaml", source("policy.yaml").text)
    assert [str(finding.problem) for finding in findings if finding.level == "problem"] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_broken_policy_is_named(bench: Bench, kind: str) -> None:
    """Protects the promise that a broken policy never passes: each mutant is refused, at the line that was broken.

    A line may be moved without a change of content; such a mutant is the same policy, and must pass.
    """
    broken, named, unnamed = 0, 0, []
    for mutant in mutants(kind):
        findings = bench.check(mutant.file, mutant.text)
        if bench.same(mutant.file, mutant.text):
            assert kind == "indentation", mutant.told
            assert all(finding.level == "hint" for finding in findings), mutant.told
            continue
        broken += 1
        named += is_named(mutant, findings)
        if not is_named(mutant, findings):
            told = "\n".join(str(finding.problem) for finding in findings)
            unnamed.append(f"{mutant.file}:{sorted(mutant.lines)} {mutant.told}\n{told}")
    assert not unnamed, "\n".join(unnamed)
    assert (broken, named) == (EACH, EACH) if kind != "indentation" else named == broken >= EACH - 2


def test_there_are_two_hundred() -> None:
    """Protects the size of the test: ten kinds of twenty different mutants each, in at least half of all files."""
    drawn_ = [(mutant.file, mutant.text) for kind in KINDS for mutant in mutants(kind)]
    assert (len(KINDS), len(drawn_)) == (10, 200)
    assert len({file for file, _ in drawn_}) > len(FILES) / 2
