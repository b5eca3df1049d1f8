"""Second results of a case, for the cases that expect anything of them: the same orders without some exclusions.

Knows how one result is worked out from what was taken in; must not know what is expected of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import duckdb

from engine.cases.reading import Case
from engine.compiled import CompiledPolicy
from engine.counting import score
from engine.evaluate import conclude, on_base
from engine.evaluation import Evaluation
from engine.policy.model import Policy
from engine.policy.source import MapNode
from engine.standings import monthly

BASES = "bases"


def expects_bases(case: Case) -> bool:
    """Such a case is taken in by itself: its orders are counted once more."""
    return case.expect.entry(BASES) is not None


def with_bases(
    found: Evaluation,
    case: Case,
    compile: Callable[[Policy], CompiledPolicy],
    connection: duckdb.DuckDBPyConnection,
    time_limit: float,
) -> Evaluation:
    """``found`` with the second results that ``case`` names and the policy has; none where totals were given."""
    wanted = case.expect.get(BASES)
    if not isinstance(wanted, MapNode) or case.given.standings is not None:
        return found
    bases = {}
    for base in found.policy.bases:
        if wanted.get(base.id) is not None:
            compiled = compile(on_base(found.policy, base.id))
            scorer = score(compiled, found.intake, connection, found.as_of, time_limit)
            months = monthly(compiled.policy, scorer, found.as_of)
            bases[base.id] = conclude(compiled, found.intake, connection, found.as_of, scorer, months, found.gates)
    return replace(found, bases=bases)
