"""Second results of published months: frozen with the month, and counted from like it.

Knows evaluations, their bases and published months; must not know how a month is kept or shown. A month that was made
known before its bases were frozen has none: these stay what the data give.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.evaluate import counting_from
from engine.evaluation import Evaluation
from engine.freezing import freeze
from engine.months import Month
from engine.published import OnBase, Published


def frozen(evaluation: Evaluation, month: Month) -> Published:
    """``freeze`` with every second result of the month. Raises ValueError for a month of another cycle."""
    published = freeze(evaluation, month)
    if month in evaluation.published:
        return published
    titles = {base.id: base.title for base in evaluation.policy.bases}
    return replace(
        published,
        bases={id: _on_base(freeze(found, month), titles[id]) for id, found in sorted(evaluation.bases.items())},
    )


def _on_base(found: Published, title: str) -> OnBase:
    return OnBase(title, found.standing, found.shown, found.counts, found.records)


def counting_all_from(found: Evaluation, published: Mapping[Month, Published]) -> Evaluation:
    """``counting_from`` for the result and, with what was frozen of each base, for every second result."""
    bases = {
        id: counting_from(base, {month: item.on(id) for month, item in published.items() if id in item.bases})
        for id, base in found.bases.items()
    }
    return replace(counting_from(found, published), bases=bases)
