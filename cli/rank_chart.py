"""Every unit's rank in every period under both versions, as a Vega-Lite specification and as an SVG picture.

Knows the impact's list of ranks and Vega-Lite; the converter is an extra of its own and loaded only here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cli.wrapping import cells, wrap

FONT = "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, WenQuanYi Zen Hei, sans-serif"
WIDE, HIGH, SIZE, LINE = 56, 28, 12, 15
UP, DOWN, STILL, INK, QUIET = "#1f6fb2", "#c8641b", "#f4f6f9", "#1c2733", "#5d6b7a"
"""Blue and orange can be told apart by everybody."""

DESCRIPTION = "各单位在各月、季度和年度的名次：新旧版本相同的只写一个数，不同的写作 旧→新"
Rank = Mapping[str, Any]


class NoConverterError(Exception):
    """The package that draws pictures is not installed."""


def specification(ranks: Sequence[Rank]) -> dict[str, Any]:
    """A row a unit, by its last rank under the later version; a column a period; rank or ``old→new`` in each cell,
    coloured by how far the unit moved."""
    periods = list(dict.fromkeys(row["title"] for row in ranks))
    values = [_value(row) for row in ranks]
    most = max((abs(value["up"]) for value in values), default=0) or 1
    label = SIZE / 2 * max((cells(value["unit"]) for value in values), default=0)
    x = {
        "field": "period",
        "type": "ordinal",
        "sort": periods,
        "title": None,
        "axis": {"orient": "top", "labelAngle": 0, "domain": False, "ticks": False, **_in_lines(periods)},
    }
    y = {
        "field": "unit",
        "type": "ordinal",
        "sort": _by_last_rank(ranks),
        "title": None,
        "axis": {"labelLimit": 400, "minExtent": label + 10, "domain": False, "ticks": False, "labelPadding": 8},
    }
    colour = {
        "field": "up",
        "type": "quantitative",
        "scale": {"domain": [-most, 0, most], "range": [DOWN, STILL, UP], "interpolate": "rgb"},
        "legend": None,
    }
    far = f"abs(datum.up) > {most} * 0.6"
    ink = {"condition": [{"test": far, "value": "#ffffff"}, {"test": "datum.up == 0", "value": QUIET}], "value": INK}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": DESCRIPTION,
        "data": {"values": values},
        "width": {"step": WIDE},
        "height": {"step": HIGH},
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "rect", "stroke": "#ffffff", "strokeWidth": 2}, "encoding": {"color": colour}},
            {
                "mark": {"type": "text", "fontSize": SIZE},
                "encoding": {"text": {"field": "shown", "type": "nominal"}, "color": ink},
            },
        ],
        "config": {
            "aria": False,
            "font": FONT,
            "view": {"stroke": None},
            "axis": {"labelFontSize": SIZE, "labelColor": INK, "labelFont": FONT},
            "text": {"font": FONT},
        },
    }


def _in_lines(periods: Sequence[str]) -> dict[str, Any]:
    """Of an axis: titles are broken where they are wider than their column, and have the room above the columns."""
    lines = {title: wrap(title, WIDE * 2 // SIZE) for title in periods}
    most = max((len(parts) for parts in lines.values()), default=1)
    return {
        "labelExpr": f"{json.dumps(lines, ensure_ascii=False)}[datum.label]",
        "labelLineHeight": LINE,
        "labelPadding": LINE * (most - 1) + 4,
        "minExtent": LINE * most + 4,
    }


def svg(ranks: Sequence[Rank]) -> str:
    """The picture. Raises NoConverterError."""
    try:
        import vl_convert
    except ImportError:
        raise NoConverterError from None
    return str(vl_convert.vegalite_to_svg(specification(ranks)))


def _value(row: Rank) -> dict[str, Any]:
    old, new = row["before"], row["after"]
    before, after = ("–" if rank is None else str(rank) for rank in (old, new))
    up = 0 if old is None or new is None else old - new
    return {
        "unit": _named(row),
        "period": row["title"],
        "up": up,
        "shown": before if before == after else f"{before}→{after}",
    }


def _by_last_rank(ranks: Sequence[Rank]) -> list[str]:
    """Units as the last period that ranks them has them, each group by itself."""
    last = {_named(row): (row.get("group", ""), row["after"] or row["before"]) for row in ranks}
    return sorted(last, key=lambda unit: (last[unit], unit))


def _named(row: Rank) -> str:
    group = row.get("group")
    return f"{group}·{row['unit']}" if group else str(row["unit"])
