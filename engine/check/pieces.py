"""The pieces of a version that can be missed, and what may be put in place of some that cannot.

Knows the keys of the parts and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.policy.source import Scalar

PIECES: tuple[str, ...] = (
    "policy/sides/*",
    "policy/uses_of_result/*",
    "fields/tables/*",
    "fields/tables/*/columns/*",
    "fields/tables/*/time_order/*",
    "fields/tables/*/required_when/*",
    "indicators/weights_sum",
    "indicators/indicators/*",
    "indicators/shown/*",
    "indicators/bonuses/*",
    "indicators/vetoes/*",
    "indicators/bases/*",
    "indicators/total",
    "indicators/grades",
    "ranking/aggregates/*",
    "ranking/gates/*",
    "ranking/groups",
    "ranking/precision",
    "ranking/tie_breaks/*",
    "calendar/years/*",
    "rules/tags/*",
    "rules/decisions/*",
    "rules/decisions/*/rules/*",
    "rules/marks/*",
    "obligations/obligations/*",
    "consequences/consequences/*",
    "consequences/ladders/*",
    "readings/readings/*",
    "clauses/clauses/*",
    "duties/duties/*",
    "forms/forms/*",
)
"""Where the values stand that can be left out alone; of one in another, the inner. A part that is not required can be
left out as a whole."""

NOTHING = "-"
"""What stands in for a name."""
Put = Scalar | tuple[str, ...] | Mapping[str, Scalar | tuple[str, ...]]
STAND_INS: Mapping[str, Put] = MappingProxyType(
    {
        "ranking/last": {"when_tied": "all", "when_all_equal": "none", "minimum_ranked": 2},
        "ranking/unfinished": {"ranked": True, "counts": False, "fires": False},
        "ranking/eligible": {"clause": NOTHING, "event": (NOTHING,), "among": "always", "at_least": 0},
        "ranking/eligible/among": "always",
        "policy/id": NOTHING,
        "policy/version": NOTHING,
        "policy/title": NOTHING,
        "policy/document": {"number": NOTHING, "issuers": ("-",)},
        "policy/cycle": {"first": "2001-01", "last": "2001-12"},
        "policy/in_force": {"from": "2001-01-01"},
        "policy/time_zone": "Asia/Shanghai",
    }
)
"""What takes the place of a value that has to be there and of which nothing else that is checked depends."""

HEADS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "policy": ("id", "version", "title", "document", "cycle", "in_force", "time_zone"),
        "ranking": ("eligible", "last", "unfinished"),
    }
)
"""Parts that are filled up where they lack a key that they must have. Any other key of theirs can be left out alone."""

GONE_WITH: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "indicators/indicators/*": ("indicators/weights_sum",),
        "policy/cycle": ("policy/in_force", "ranking/aggregates", "consequences/counted_from", "calendar/awaited"),
    }
)
"""What does not hold any more, or cannot be told, once some piece of a kind is gone."""

OF_ITEMS = ("covered_by", "supports", "used_by")
NAMED_BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "policy": ("affects", "side"),
        "rules": ("tagged", "mark", "decision"),
        "obligations": ("duty", "takes_part_in"),
        "ranking": ("standing", "gates"),
        "consequences": ("bears", "steps"),
        "clauses": ("clause",),
        "forms": ("forms",),
    }
)
"""The keys under which other parts name what a part declares, beside those for items of any part."""
