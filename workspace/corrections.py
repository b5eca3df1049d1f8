"""What published months would be now, where that is something else.

Knows published months and evaluations; must not know how a correction is made known or shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from engine.evaluation import Evaluation
from engine.months import Month
from engine.published import OnBase, Published
from engine.published_bases import counting_all_from, frozen
from engine.report import rounded
from workspace.correction_causes import Looking
from workspace.opening import Workspace
from workspace.published_months import Known, Publication
from workspace.state import Source

Json = dict[str, Any]


def as_now(evaluation: Evaluation, published: Mapping[Month, Published], month: Month) -> Published:
    """The month as it would be made known now: by the data, its ladders counting from the other published months."""
    others = {other: item for other, item in published.items() if other != month}
    return frozen(counting_all_from(evaluation.computed or evaluation, others), month)


def differences(old: Published, new: Published) -> Json:
    """What differs of the month for anybody: ``units``, ``gates``, ``consequences``, each empty where nothing does.

    Likewise ``bases``, which is left out where no second result that was made known differs.
    """
    bases = list(_bases(old, new))
    return {
        "units": list(_units(old, new)),
        "gates": list(_gates(old, new)),
        "consequences": list(_consequences(old, new)),
        **({"bases": bases} if bases else {}),
    }


def same(old: Published, new: Published) -> bool:
    """Whether there is nothing to correct."""
    return not any(differences(old, new).values())


def published_keys(
    workspace: Workspace, known: Known, source: Source, evaluation: Evaluation, scratch: Path
) -> dict[str, list[Json]]:
    """What a result says of published months: which those are, and the corrections that they would need; nothing where
    no month of the cycle is public. Raises InputError."""
    if not evaluation.published:
        return {}
    corrections = []
    with ExitStack() as stack:
        looking = Looking(workspace, known, source, evaluation, scratch, stack)
        for month, published in evaluation.published.items():
            now = as_now(evaluation, evaluation.published, month)
            found = differences(published, now)
            if any(found.values()):
                of = _named(known.holding[month])
                corrections.append({**of, **found, "causes": looking.causes(month, published, now)})
    return {"published": [_told(known.holding[month]) for month in evaluation.published], "corrections": corrections}


def _named(one: Publication) -> Json:
    return {"period": str(one.month), "run": one.run_name, "entry": one.seq}


def _told(one: Publication) -> Json:
    return _named(one) if one.replaces is None else {**_named(one), "replaces": one.replaces, "reason": one.reason}


def _pair(old: Any, new: Any) -> Json:
    return {"old": old, "new": new}


def _bases(old: Published, new: Published) -> Iterator[Json]:
    """One that only one of both has was not made known, or is not computed any more: there is nothing to compare."""
    for base in sorted(old.bases.keys() & new.bases.keys()):
        units = list(_units(old.bases[base], new.bases[base]))
        if units:
            yield {"id": base, "title": old.bases[base].title, "units": units}


def _units(old: Published | OnBase, new: Published | OnBase) -> Iterator[Json]:
    before, after = _standing(old), _standing(new)
    nothing: Json = dict.fromkeys(("rank", "total", "last", "score", "bonus"))
    for unit in sorted({*before, *after}):
        was, now = before.get(unit, nothing), after.get(unit, nothing)
        differing = {name: _pair(_shown(was[name]), _shown(now[name])) for name in nothing if was[name] != now[name]}
        if differing:
            yield {"unit": unit, **differing}


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else rounded(value)


def _standing(published: Published | OnBase) -> dict[str, Json]:
    scores = published.standing.scores
    return {
        placed.unit: {
            "rank": placed.rank,
            "total": placed.total,
            "last": placed.last,
            "score": scores[placed.unit].score if placed.unit in scores else None,
            "bonus": scores[placed.unit].bonus if placed.unit in scores else None,
        }
        for placed in published.standing.ranking
    }


def _gates(old: Published, new: Published) -> Iterator[Json]:
    for gate in sorted({*old.gates, *new.gates}):
        was, now = old.gates.get(gate), new.gates.get(gate)
        outcomes = _pair(was and was.outcome, now and now.outcome)
        states = [dict(side.rates) if side else {} for side in (was, now)]
        rates = [
            {"id": rate, **_pair(states[0].get(rate), states[1].get(rate))}
            for rate in {**states[0], **states[1]}
            if states[0].get(rate) != states[1].get(rate)
        ]
        if rates or outcomes["old"] != outcomes["new"]:
            yield {"id": gate, **outcomes, "rates": rates}


def _consequences(old: Published, new: Published) -> Iterator[Json]:
    sides = [{(item.rule, item.unit or ""): item for item in side.consequences} for side in (old, new)]
    for key in sorted(sides[0].keys() ^ sides[1].keys()):
        item = sides[0].get(key) or sides[1][key]
        change = "gone" if key in sides[0] else "new"
        yield {"rule": item.rule, "unit": item.unit, "title": item.title, "change": change}
