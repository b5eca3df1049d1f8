"""What a case exercised of its policy.

Knows what a case came to; must not know what there is to be reached.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.cases.comparing import Outcome
from engine.cases.order_outcomes import OrderOutcome
from engine.cases.reading import Case


@dataclass(frozen=True)
class Reached:
    """``quiet``: looked at and did not fire. ``duties``: obligation and state (``none``: does not apply); ``gates``:
    gate and outcome in some month; ``marks_given`` and ``marks_withheld``: the marks that some ranked unit has and
    lacks; ``readings``: the options the case chose itself."""

    about: frozenset[str] = frozenset()
    rules_fired: frozenset[str] = frozenset()
    rules_quiet: frozenset[str] = frozenset()
    consequences_fired: frozenset[str] = frozenset()
    consequences_quiet: frozenset[str] = frozenset()
    duties: frozenset[tuple[str, str]] = frozenset()
    gates: frozenset[tuple[str, str]] = frozenset()
    marks_given: frozenset[str] = frozenset()
    marks_withheld: frozenset[str] = frozenset()
    readings: frozenset[tuple[str, str]] = frozenset()


def reached(case: Case, outcome: Outcome) -> Reached:
    """Of a case that spans an amendment, only what the amendment itself decided."""
    evaluation = outcome.evaluation
    policy = evaluation.policy
    own = {month for month in policy.months if evaluation.at(month).policy is policy}
    orders = tuple(outcome.orders.values())
    fired = frozenset(id for order in orders for id in order.rules | order.included)
    rules = frozenset(rule.id for rule in policy.rules) if orders else frozenset()
    standings = [standing for standing in evaluation.standings if standing.period.last in own]
    given = [frozenset(placed.standings) for standing in standings for placed in standing.ranking]
    considered = [item for item in evaluation.considered if item.period.last in own]
    marks = frozenset(mark.id for mark in policy.standings)
    return Reached(
        about=frozenset(word.text for word in case.about),
        rules_fired=fired,
        rules_quiet=frozenset(id for id in rules if any(_is_quiet(id, order) for order in orders)),
        consequences_fired=frozenset(item.consequence.id for item in considered if item.fired),
        consequences_quiet=frozenset(item.consequence.id for item in considered if item.counted and not item.fired),
        duties=frozenset(
            (item.id, order.duties.get(item.id, "none")) for order in orders for item in policy.obligations
        ),
        gates=frozenset(
            (gate, state.outcome)
            for gate, states in evaluation.gates.items()
            for month, state in states.items()
            if month in own
        ),
        marks_given=frozenset[str]().union(*given),
        marks_withheld=frozenset[str]().union(*(marks - has for has in given)),
        readings=frozenset(case.given.chosen.items()),
    )


def _is_quiet(rule: str, order: OrderOutcome) -> bool:
    return rule not in order.rules and rule not in order.included
