"""Builds bands of values, which must leave no gap and must not overlap.

Knows intervals; a gap or an overlap is reported with a value that falls into it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any as Data

from engine.policy.condition import Path
from engine.policy.context import Context, optional_fraction
from engine.policy.model_scoring import Band


def build_bands(
    context: Context, data: Sequence[Mapping[str, Data]], path: Path, part: str = "indicators"
) -> tuple[Band, ...]:
    """The bands of a part at ``path``."""
    bands = tuple(
        Band(
            title=item.get("title", ""),
            at_least=optional_fraction(item.get("at_least")),
            above=optional_fraction(item.get("above")),
            at_most=optional_fraction(item.get("at_most")),
            below=optional_fraction(item.get("below")),
            value=optional_fraction(item.get("value")),
        )
        for item in data
    )
    before: list[int] = [0]
    for sample in _samples(bands):
        held = [i for i, band in enumerate(bands) if band.holds(sample)]
        same, before = held == before, held  # of values side by side that fall alike, the first is told
        if len(held) != 1 and not same:
            place = context.place(part, (*path, *held[1:2]))
            what = "各档有重叠" if held else "各档之间有空缺"
            falls = f"同时落在第 {held[0] + 1}、{held[1] + 1} 档" if held else "不落在任何一档"
            advice = f"{_say(sample)} {falls}；相邻两档用 at_least 与 below 写同一个数"
            context.findings.add(place, what, _say(sample), advice)
    return bands


def _samples(bands: Sequence[Band]) -> list[Fraction]:
    """Values such that bands which hold exactly once at each of them do so everywhere: every limit, and between."""
    limits = sorted(
        {
            limit
            for band in bands
            for limit in (band.at_least, band.above, band.at_most, band.below)
            if limit is not None
        }
    )
    if not limits:
        return [Fraction(0)] if bands else []
    between = [(low + high) / 2 for low, high in pairwise(limits)]
    return sorted([limits[0] - 1, *limits, *between, limits[-1] + 1])


def _say(value: Fraction) -> str:
    return f"{float(value):g}"
