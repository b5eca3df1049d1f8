"""What each other reading would change, as one plain object; ``schemas/v1/sensitivity.schema.json`` describes it.

Knows names and shapes of the output, and the Chinese sentences in it.
"""

from __future__ import annotations

from typing import Any

from engine.impact import phrases
from engine.impact.outcomes import Spot, at
from engine.impact.sensitivity import Asked, Sensitivity, Tried

Json = dict[str, Any]


def sensitivity_document(found: Sensitivity) -> Json:
    """Readings in order of how much their answer matters; those with one option only come last."""
    policy, intake = found.base.policy, found.base.intake
    versions = [part.policy for part in found.base.parts or (found.base,)]
    return {
        "versions": [{"id": one.id, "version": one.version, "digest": one.digest} for one in versions],
        "as_of": found.base.as_of.strftime("%Y-%m-%d %H:%M:%S"),
        "cycle": {"first": str(policy.first), "last": str(policy.last)},
        "input": {"digest": intake.digest, "orders": intake.orders, "set_aside": intake.set_aside_rows},
        "counts": {
            "readings": len(found.asked),
            "matter": sum(any(one.matters for one in asked.tried) for asked in found.asked),
            "options": sum(len(asked.tried) for asked in found.asked),
            "invalid": sum(bool(one.problems) for asked in found.asked for one in asked.tried),
        },
        "readings": [_reading(found, asked) for asked in found.asked],
    }


def _reading(found: Sensitivity, asked: Asked) -> Json:
    reading = asked.reading
    titles = {option.id: option.title for option in reading.options}
    return {
        "id": reading.id,
        "title": reading.title,
        "clause": reading.clause,
        "question": reading.question,
        "status": reading.status,
        "chosen": {"id": reading.chosen, "title": titles[reading.chosen]},
        "matters": any(one.matters for one in asked.tried),
        "options": [_option(found, one, titles[one.option]) for one in asked.tried],
    }


def _option(found: Sensitivity, tried: Tried, title: str) -> Json:
    orders = {change.judged: 0 for change in tried.orders}
    for change in tried.orders:
        orders[change.judged] += change.orders
    first = tried.first
    return {
        "id": tried.option,
        "title": title,
        "valid": not tried.problems,
        "problems": [str(problem) for problem in tried.problems],
        "matters": tried.matters,
        "consequences": tried.count("consequence"),
        "last": tried.count("last"),
        "ranks": tried.count("rank"),
        "gates": tried.count("gate"),
        "totals": tried.count("total"),
        "orders": [
            {"kind": judged.kind, "id": judged.id, "title": change.title, "orders": orders[judged]}
            for judged, change in {change.judged: change for change in tried.orders}.items()
        ],
        "first": None if first is None else _first(found, tried, first),
    }


def _first(found: Sensitivity, tried: Tried, spot: Spot) -> Json:
    title = next(
        (
            standing.period.title
            for standing in found.base.standings
            if (standing.kind, standing.period.id) == (spot.kind, spot.period)
        ),
        spot.period,
    )
    return {"period": spot.period, "title": title, "sentence": _say(found, tried, spot)}


def _say(found: Sensitivity, tried: Tried, spot: Spot) -> str:
    if spot.what != "consequence":
        return phrases.moved(tried.a, tried.b, spot)
    titles = {item.id: item.title for item in found.base.policy.consequences}
    what = phrases.consequence(spot, at(tried.a, spot), at(tried.b, spot), lambda id: titles.get(id, id))
    return "".join(what)
