"""An impact as one plain object, for programs and for rendering; ``schemas/v1/impact.schema.json`` describes it.

Knows names and shapes of the output; one period of it is put together elsewhere. Rounds here and there only.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from engine.evaluation import Evaluation
from engine.impact import phrases
from engine.impact.counts import counts
from engine.impact.impact import Impact
from engine.impact.orders import OrderChange
from engine.impact.outcomes import KINDS, Kind
from engine.impact.period_document import changed_period, group
from engine.policy.model import Policy
from engine.report import rounded
from engine.standings import Standing

Json = dict[str, Any]


def impact_document(found: Impact) -> Json:
    """The whole of ``found``; items are numbered from 1. Nothing but heads and counts where nothing differs."""
    periods = [document for of in _periods(found) if (document := changed_period(found, *of)) is not None]
    return {
        "a": _head(found.before.policy),
        "b": _head(found.after.policy),
        "as_of": found.before.as_of.strftime("%Y-%m-%d %H:%M:%S"),
        "amends_from": None if found.amends_from is None else found.amends_from.isoformat(),
        "cycle": {"first": str(found.before.policy.first), "last": str(found.before.policy.last)},
        "input": _input(found),
        "counts": counts(found),
        "items": [_item(found, number) for number in range(len(found.items))],
        "attribution": _attribution(found),
        "periods": periods,
        "ranks": [] if not found.spots else _ranks(found),
        "orders": [_orders(found, change) for change in found.orders],
    }


def _head(policy: Policy) -> Json:
    return {
        "id": policy.id,
        "version": policy.version,
        "title": policy.title,
        "digest": policy.digest,
        "readings": {reading.id: reading.chosen for reading in policy.readings},
    }


def _input(found: Impact) -> Json:
    read = found.accepted
    return {
        "digest": found.before.intake.digest,
        "orders": {"a": read.before, "b": read.after},
        "only_a": {"orders": read.left, "examples": list(read.only_before)},
        "only_b": {"orders": read.come, "examples": list(read.only_after)},
    }


def _item(found: Impact, number: int) -> Json:
    item = found.items[number]
    needed = [spot for spot, why in found.causes.items() if any(one.item == number for one in why.necessary)]
    parts = {spot: part for spot, parts in found.parts.items() for part in parts if part.item == number}
    main = [part for spot, part in parts.items() if not spot.base]
    return {
        "number": number + 1,
        "label": phrases.label(item),
        "sentence": item.sentence,
        "clauses": list(item.clauses),
        "changes": [change.id for change in item.changes],
        "ranks": sum(spot.what == "rank" and not spot.base for spot in needed),
        "last": sum(spot.what == "last" and not spot.base for spot in needed),
        "bases": sum(bool(spot.base) for spot in (*needed, *parts)),
        "gates": sum(spot.what == "gate" for spot in needed),
        "consequences": sum(spot.what == "consequence" for spot in needed),
        "totals": len(main),
        "largest": rounded(max((abs(part.amount) for part in main), default=Fraction(0))),
        "orders": sum(causes.get(number, 0) for causes in found.order_causes.values()),
    }


def _attribution(found: Impact) -> Json:
    errors = [part.error for parts in found.parts.values() for part in parts if part.error is not None]
    return {
        "exact": not found.sharing.orders,
        "items": [item + 1 for item in found.sharing.items],
        "sampled_orders": found.sharing.orders,
        "largest_error": round(max(errors), 6) if errors else None,
        "refused": found.sharing.refused,
    }


def _periods(found: Impact) -> list[tuple[Kind, str, str, bool]]:
    """Every period of either version: kind, id, title and whether it is provisional, in order of time."""
    listed: dict[tuple[Kind, str], tuple[str, bool]] = {}
    for evaluation in (found.after, found.before):
        for standing in evaluation.standings:
            key = (standing.kind, standing.period.id)
            listed.setdefault(key, (standing.period.title, standing.provisional))
    ordered = sorted(listed.items(), key=lambda pair: KINDS.index(pair[0][0]))
    return [(kind, id, *told) for (kind, id), told in ordered]


def _ranks(found: Impact) -> list[Json]:
    """Every rank under both versions, for charts."""

    def ranks(evaluation: Evaluation) -> dict[tuple[str, str], tuple[Standing, int]]:
        return {
            (standing.period.id, placed.unit): (standing, placed.rank)
            for standing in evaluation.standings
            for placed in standing.ranking
        }

    a, b = ranks(found.before), ranks(found.after)
    rows: list[Json] = []
    for _, period, title, _ in _periods(found):
        for unit in sorted({unit for id, unit in (*a, *b) if id == period}):
            old, new = (known.get((period, unit), (None, None))[1] for known in (a, b))
            row = {
                "period": period,
                "title": title,
                "unit": unit,
                **group(found, period, unit),
                "before": old,
                "after": new,
            }
            rows.append(row)
    return rows


def _orders(found: Impact, change: OrderChange) -> Json:
    units: Sequence[Json] = [vars(moved) for moved in change.moved]
    return {
        "kind": change.judged.kind,
        "id": change.judged.id,
        "title": change.title,
        "clause": change.clause,
        "orders": change.orders,
        "items": [item + 1 for item in found.order_causes[change.judged]],
        "units": list(units),
        "examples": [
            {"order": order, "unit": unit, "old": old, "new": new} for order, unit, old, new in change.examples
        ],
    }
