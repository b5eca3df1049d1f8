"""A change's part of a policy says of single orders what the whole changed policy says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.cases.batches import Batch, batches
from engine.cases.order_outcomes import OrderOutcome, order_outcomes
from engine.cases.reading import read_cases
from engine.compiled import CompiledPolicy
from engine.coverage.narrowing import narrowed
from engine.coverage.probing import plan_probes
from engine.coverage.variants import Changed, Variants
from engine.databases import DuckDB, Remembering, beside
from engine.decisions.questions import Combination, Group
from engine.decisions.tables import DecisionTable, decide
from engine.intake import connect
from engine.order_results import detail
from engine.problems import InputError, PolicyError

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "schemas" / "v1"
POLICY = ROOT / "policies" / "2026"
OF_ORDERS = ("rules.", "obligations.", "calendar.", "marks.", "readings.")
EVERY = 11
"""One change in so many is tried."""


@dataclass(frozen=True)
class Given:
    """The cases of the policy as it is, and where they are looked up."""

    variants: Variants
    database: DuckDB
    batch: Batch

    def outcomes(self, compiled: CompiledPolicy) -> Mapping[str, OrderOutcome] | str:
        try:
            found = detail(compiled, self.database, self.batch.whole.relation, self.batch.as_of, _decide)
            return order_outcomes(found)
        except InputError as error:
            return str(error)


def _decide(group: Group, combinations: Sequence[Combination]) -> DecisionTable:
    return decide(group, sorted(set(combinations)))


@pytest.fixture(scope="module")
def given() -> Given:
    variants, connection = Variants(POLICY, SCHEMAS), connect(threads=1)
    connection.execute("PRAGMA disable_optimizer")
    cases = [case for case in read_cases(POLICY, SCHEMAS) if not case.given.chosen]
    batch = max(batches(cases, variants.compiled, connection), key=lambda one: len(one.cases))
    return Given(variants, DuckDB(connection), batch)


def _changed(given: Given) -> Iterator[tuple[str, CompiledPolicy]]:
    """Changes that leave a sound policy with the same columns."""
    before = given.variants.compiled(()).policy
    about = [change for change in plan_probes(POLICY, SCHEMAS).changes if change.name.startswith(OF_ORDERS)]
    for change in about[::EVERY]:
        try:
            policy = Changed(given.variants, change.edits).policy(())
            if policy.tables == before.tables:
                yield f"{change.name} {change.what}", given.variants.compile(policy)
        except PolicyError:
            continue


def test_what_a_change_cannot_reach_stays(given: Given) -> None:
    """Protects the probe: a change is judged by all that it changes in an order, and by nothing else."""
    before = given.variants.compiled(())
    was = given.outcomes(before)
    assert not isinstance(was, str) and was
    tried = smaller = other = 0
    for name, after in _changed(given):
        part, whole = narrowed(before, after), given.outcomes(after)
        assert part is not None
        anew = given.outcomes(part.compiled)
        found = anew if isinstance(anew, str) else part.merged(was, anew)
        assert found == whole, name
        tried += 1
        smaller += len(part.compiled.detail) < len(after.detail)
        other += whole != was
    assert tried > 25 and smaller > 20 and other > 10


def test_a_table_of_other_content_is_stored_again() -> None:
    """Protects the probe: a look-up table that was kept is that of the policy at hand."""
    connection = connect(threads=1)
    database = Remembering(beside(connection))
    for rows in ([(1, True), (2, False)], [(1, True), (2, False)], [(1, True), (2, True)]):
        database.store("held", (("k0", "INTEGER"), ("a0", "BOOLEAN")), rows)
        assert database.connection.execute("SELECT * FROM held ORDER BY k0").fetchall() == rows
    database.store("held", (("k0", "INTEGER"), ("a1", "BOOLEAN")), rows)
    assert database.connection.execute("SELECT a1 FROM held").fetchall() == [(True,), (True,)]


def test_a_table_of_the_same_content_is_not_stored_again() -> None:
    """Protects the minute that a probe may take."""
    database = Remembering(beside(connect(threads=1)))
    columns, rows = (("k0", "INTEGER"),), [(1,), (2,)]
    database.store("held", columns, rows)
    database.connection.execute("DELETE FROM held")
    database.store("held", list(columns), list(rows))
    assert database.connection.execute("SELECT count(*) FROM held").fetchall() == [(0,)]
