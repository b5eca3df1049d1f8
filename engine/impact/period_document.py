"""What an impact changes in one month, quarter or year, as a part of its document.

Knows names and shapes of that part, and rounds; must not know the rest of the document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from engine.impact import phrases
from engine.impact.causes import Because
from engine.impact.impact import Impact
from engine.impact.outcomes import Fired, Kind, Outcome, Spot, What, at
from engine.report import rounded

Json = dict[str, Any]


def changed_period(found: Impact, kind: Kind, id: str, title: str, provisional: bool) -> Json | None:
    """What differs in one period; None where nothing does."""
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
    return sorted(
        rows,
        key=lambda row: (
            row.get("group", ""),
            row["after"] is None,
            (row["after"] or row["before"])["rank"],
            row["unit"],
        ),
    )


def _unit(found: Impact, spot: Spot) -> Json:
    before, after = at(found.a, spot), at(found.b, spot)
    moved = after - before if isinstance(before, Fraction) and isinstance(after, Fraction) else None
    rank, last = replace(spot, what="rank"), replace(spot, what="last")
    told = _told(found, rank, str) or _told(found, last, str)
    return {
        "unit": spot.subject,
        **group(found, spot.period, spot.subject),
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


def group(found: Impact, period: str, unit: str) -> Json:
    """The group in which the unit is ranked, where there are groups."""
    known = found.groups.get((period, unit))
    return {"group": known} if known else {}


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
