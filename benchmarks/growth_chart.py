"""How time grows, as four small pictures beside one another. Knows points; measures nothing.

Both axes are logarithmic: what grows in proportion is a straight line as steep as the grey one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Points = Sequence[tuple[int, float]]
TITLES = {
    "orders": "orders",
    "rules": "rules (100,000 orders)",
    "units": "units (100,000 orders)",
    "combinations": "combinations of a decision (50,000 orders)",
}
INK, QUIET, LINE = "#222222", "#888888", "#1f6fb4"
FONT = "DejaVu Sans, Arial, sans-serif"
ROOM = 1.7
"""How far beyond the first and last size the axis goes, so that their figures have room."""


def specification(axes: Mapping[str, Points]) -> dict[str, Any]:
    """A picture an axis: seconds by size."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": "Seconds of an evaluation by number of orders, rules, units and combinations",
        "concat": [_picture(axis, points) for axis, points in axes.items()],
        "columns": 2,
        "spacing": 36,
        "config": {
            "aria": False,
            "font": FONT,
            "view": {"stroke": None},
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "gridColor": "#eeeeee"},
        },
    }


def svg(axes: Mapping[str, Points]) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(specification(axes)))


def _picture(axis: str, points: Points) -> dict[str, Any]:
    sizes = [size for size, _ in points]
    values = [{"size": size, "seconds": seconds, "shown": f"{seconds:.2f} s"} for size, seconds in points]
    first = points[0][1]
    ideal = [{"size": size, "seconds": first * size / sizes[0]} for size in (sizes[0], sizes[-1])]
    low, high = min(seconds for _, seconds in points) / 2, max(seconds for _, seconds in points) * 2
    shown = [one for one in ideal if one["seconds"] <= high]
    if len(shown) < len(ideal):
        shown.append({"size": sizes[0] * high / first, "seconds": high})
    x = {
        "field": "size",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [sizes[0] / ROOM, sizes[-1] * ROOM], "nice": False},
        "title": TITLES[axis],
        "axis": {"values": sizes, "format": "~s", "grid": False},
    }
    y = {
        "field": "seconds",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [low, high], "nice": False},
        "title": "seconds",
        "axis": {"tickCount": 4, "format": "~g"},
    }
    return {
        "width": 300,
        "height": 220,
        "layer": [
            {
                "data": {"values": shown},
                "mark": {"type": "line", "color": QUIET, "strokeDash": [4, 4]},
                "encoding": {"x": x, "y": y},
            },
            {
                "data": {"values": values},
                "mark": {"type": "line", "color": LINE, "point": {"color": LINE, "size": 50}},
                "encoding": {"x": x, "y": y},
            },
            {
                "data": {"values": values},
                "mark": {"type": "text", "dy": -12, "color": INK, "fontSize": 11},
                "encoding": {"x": x, "y": y, "text": {"field": "shown", "type": "nominal"}},
            },
        ],
    }
