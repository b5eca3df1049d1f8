"""Holds what the engine found against the reference evaluator, to the last figure.

Knows both results' shapes; must not know any policy.
"""

from __future__ import annotations

from engine.compiled import CompiledPolicy
from tests.reference import contract_only, evaluate
from tests.running import Found, run_set
from tests.strategies import InputSet


def agreed(plan: CompiledPolicy, drawn: InputSet) -> Found:
    """What the engine found, after making sure that the reference evaluator found the same."""
    expected = evaluate(drawn.tables, plan.policy, drawn.as_of)
    found = run_set(plan, drawn)
    aside = {(row["record"], row["column"]) for row in found.result["set_aside_rows"]}
    assert sorted(aside) == expected.set_aside["orders"]
    taken = found.result["input"]
    assert taken["set_aside"] == len(expected.records_set_aside("orders"))
    assert taken["orders"] + taken["set_aside"] == len(drawn.tables["orders"])
    assert contract_only(found.result) == contract_only(expected.result)
    for part in ("months", "consequences"):  # also the keys that this project adds: rates, counts, flags, affected
        ours, theirs = found.result[part], expected.result[part]
        assert isinstance(theirs, list)
        assert [{key: one[key] for key in other} for one, other in zip(ours, theirs, strict=True)] == theirs
    assert found.decisions == [(one["order"], one["rules"], one["duties"]) for one in expected.decisions]
    return found
