"""An impact as one plain object, for programs and for rendering; ``schemas/v1/impact.schema.json`` describes it.

Knows names and shapes of the output, and rounds here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from engine.evaluation import Evaluation
from engine.impact import phrases
from engine.impact.causes import Because
from engine.impact.counts import counts
from engine.impact.impact import Impact
from engine.impact.orders import OrderChange
from engine.impact.outcomes import KINDS, Fired, Kind, Outcome, Spot, What, at
from engine.policy.model import Policy
from engine.report import rounded
from engine.standings import Standing

Json = dict[str, Any]


def impact_document(found: Impact) -> Json:
    """The whole of ``found``; items are numbered from 1. Nothing but heads and counts where nothing differs."""
    periods = [document for period in _periods(found) if (document := _period(found, *period)) is not None]
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
        "orders": sum(change.orders for change in found.orders if number in found.order_causes[change.judged]),
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


def _period(found: Impact, kind: Kind, id: str, title: str, provisional: bool) -> Json | None:
    spots = [spot for spot in found.spots if (spot.kind, spot.period) == (kind, id)]
    if not spots:
        return None
    main = [spot for spot in spots if not spot.base]
    named = _names(found)
    gates = [_gate(found, spot, named) for spot in spots if spot.what == "gate"]
    steps = [_consequence(found, spot, named) for spot in spots if spot.what == "consequence"]
    return {
        "period": id,
        "kind": kind,
        "title": title,
        "provisional": provisional,
        "sentences": _sentences(found, main, named),
        "units": _units(found, main),
        "gates": gates,
        "consequences": steps,
        "bases": [
            {
                "id": base.id,
                "title": base.title,
                "sentences": _sentences(found, of_base, named),
                "units": _units(found, of_base),
            }
            for base in found.after.policy.bases
            if (of_base := [spot for spot in spots if spot.base == base.id])
        ],
    }


def _sentences(found: Impact, spots: Sequence[Spot], named: phrases.Named) -> list[str]:
    return phrases.together([told for told in (_told(found, spot, named) for spot in _in_order(spots)) if told])


def _units(found: Impact, spots: Sequence[Spot]) -> list[Json]:
    """Those of whom something differs at ``spots``, which are of one period and one result."""
    about = {replace(spot, what="total") for spot in spots if spot.what in ("total", "rank", "last", "score", "bonus")}
    rows = [_unit(found, spot) for spot in sorted(about)]
    return sorted(rows, key=lambda row: (row["after"] is None, (row["after"] or row["before"])["rank"], row["unit"]))


def _unit(found: Impact, spot: Spot) -> Json:
    before, after = at(found.a, spot), at(found.b, spot)
    moved = after - before if isinstance(before, Fraction) and isinstance(after, Fraction) else None
    rank, last = replace(spot, what="rank"), replace(spot, what="last")
    told = _told(found, rank, str) or _told(found, last, str)
    return {
        "unit": spot.subject,
        "before": _seat(found.a, spot),
        "after": _seat(found.b, spot),
        "difference": rounded(moved),
        "parts": [
            {"item": part.item + 1, "amount": rounded(part.amount), "error": _error(part.error)}
            for part in found.parts.get(spot, ())
        ],
        "rank_because": _because(found, rank),
        "last_because": _because(found, last),
        "sentence": "" if told is None else str(told),
    }


def _in_order(spots: Sequence[Spot]) -> list[Spot]:
    """Ranks and last places first, then gates and what follows."""
    order = ("rank", "last", "gate", "consequence")
    return sorted((spot for spot in spots if spot.what in order), key=lambda spot: order.index(spot.what))


def _told(found: Impact, spot: Spot, named: phrases.Named) -> phrases.Told | None:
    """What happened at ``spot``, and why; None where nothing did, or where the rank says it."""
    why = found.causes.get(spot)
    if why is None or (spot.what == "last" and replace(spot, what="rank") in found.causes):
        return None
    before, after = at(found.a, spot), at(found.b, spot)
    if spot.what in ("rank", "last"):
        shown = phrases.rank_without if spot.what == "rank" else None
        reason = phrases.reason(why, found.items, before, shown)
        return phrases.Told(phrases.moved(found.a, found.b, spot), "", reason)
    reason = phrases.reason(why, found.items)
    if spot.what == "gate":
        return phrases.Told(phrases.gate(spot, before, after, named), "", reason)
    return phrases.Told(*phrases.consequence(spot, before, after, named), reason)


def _error(error: float | None) -> float | None:
    return None if error is None else round(error, 6)


def _seat(known: Mapping[Spot, Outcome], spot: Spot) -> Json | None:
    rank = at(known, replace(spot, what="rank"))
    if rank is None:
        return None

    def figure(what: What) -> float | None:
        value = at(known, replace(spot, what=what))
        return rounded(value) if isinstance(value, Fraction) else None

    return {
        "rank": rank,
        "total": figure("total"),
        "score": figure("score"),
        "bonus": figure("bonus"),
        "last": at(known, replace(spot, what="last")),
    }


def _because(found: Impact, spot: Spot) -> Json | None:
    why: Because | None = found.causes.get(spot)
    if why is None:
        return None
    return {
        "necessary": [{"item": one.item + 1, "without": _plain(one.outcome)} for one in why.necessary],
        "sufficient": [item + 1 for item in why.sufficient],
    }


def _plain(outcome: Outcome) -> Any:
    if isinstance(outcome, Fired):
        return vars(outcome)
    return rounded(outcome) if isinstance(outcome, Fraction) else outcome


def _gate(found: Impact, spot: Spot, named: phrases.Named) -> Json:
    return {
        "gate": spot.rule,
        "title": named(spot.rule),
        "before": at(found.a, spot),
        "after": at(found.b, spot),
        "because": _because(found, spot),
        "sentence": str(_told(found, spot, named)),
    }


def _consequence(found: Impact, spot: Spot, named: phrases.Named) -> Json:
    before, after = at(found.a, spot), at(found.b, spot)
    return {
        "rule": spot.rule,
        "title": named(spot.rule),
        "unit": spot.subject or None,
        "change": "added" if before is None else "removed" if after is None else "changed",
        "before": _plain(before),
        "after": _plain(after),
        "because": _because(found, spot),
        "sentence": str(_told(found, spot, named)),
    }


def _names(found: Impact) -> phrases.Named:
    titles: dict[str, str] = {}
    for policy in (found.before.policy, found.after.policy):
        titles |= {item.id: item.title for item in policy.gates} | {item.id: item.title for item in policy.consequences}
    return lambda id: titles.get(id, id)


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
            rows.append({"period": period, "title": title, "unit": unit, "before": old, "after": new})
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
