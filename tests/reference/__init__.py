"""A second evaluator of a policy, in plain Python, from the raw rows on: the oracle the engine is compared with.

It shares nothing with the engine but the policy's values, months and the working-day calendar. It is slow on purpose:
loops over all orders for every unit, month and indicator, exact fractions, no cleverness.
"""

from tests.reference.evaluate import Answer, RawTables, contract_only, evaluate

__all__ = ["Answer", "RawTables", "contract_only", "evaluate"]
