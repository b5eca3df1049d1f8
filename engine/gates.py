"""Gates: each month's external figures against their benchmark, and what follows from it.

Knows exact comparison and where figures come from; the outcome itself is looked up in the rule engine's table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.compiled import CompiledPolicy, outcome
from engine.intake.take_in import Cell
from engine.months import Month
from engine.policy.model_scoring import Gate


@dataclass(frozen=True)
class GateState:
    """``outcome`` is open, closed or unknown; ``rates`` gives below, reached or missing for each rate."""

    outcome: str
    rates: Mapping[str, str]
    figures: Mapping[str, tuple[Fraction | None, Fraction | None]]


def gate_states(compiled: CompiledPolicy, gate: Gate, rows: Iterable[Mapping[str, Cell]]) -> Mapping[Month, GateState]:
    """The state of ``gate`` in every month of the cycle, from the ``rows`` of its table."""
    figures = {
        (str(row[gate.month]), str(row[gate.name])): (_number(row[gate.figure]), _number(row[gate.benchmark]))
        for row in rows
    }
    states: dict[Month, GateState] = {}
    for month in compiled.policy.months:
        found = {rate.id: figures.get((str(month), rate.name), (None, None)) for rate in gate.rates}
        rates = {rate: _compare(*pair) for rate, pair in found.items()}
        named = {f"rate:{rate}": state for rate, state in rates.items()}
        states[month] = GateState(outcome(gate.id, gate.outcomes, compiled.gates[gate.id], named), rates, found)
    return states


def _number(cell: Cell) -> Fraction | None:
    return cell if isinstance(cell, Fraction) else None


def _compare(figure: Fraction | None, benchmark: Fraction | None) -> str:
    """Equal is reached."""
    if figure is None or benchmark is None:
        return "missing"
    return "below" if figure < benchmark else "reached"
