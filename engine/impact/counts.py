"""How much an impact changes, as a few numbers.

Knows kinds of facts; must not know how they are shown.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.impact.impact import Impact
from engine.impact.outcomes import Spot, at


def counts(found: Impact) -> dict[str, int]:
    """How much differs, by kind."""

    def number(what: str, test: Callable[[Spot], bool] = lambda _: True) -> int:
        return sum(spot.what == what and not spot.base and test(spot) for spot in found.spots)

    def gone(spot: Spot) -> bool:
        return at(found.b, spot) is None

    def come(spot: Spot) -> bool:
        return at(found.a, spot) is None

    return {
        "totals": number("total"),
        "ranks": number("rank", lambda spot: not gone(spot) and not come(spot)),
        "ranked": number("rank", come),
        "unranked": number("rank", gone),
        "last": number("last"),
        "gates": number("gate"),
        "bases": sum(bool(spot.base) and spot.what in ("total", "rank", "last") for spot in found.spots),
        "consequences_added": number("consequence", come),
        "consequences_removed": number("consequence", gone),
        "consequences_changed": number("consequence", lambda spot: not gone(spot) and not come(spot)),
        "orders": sum(change.orders for change in found.orders),
        "orders_read": found.accepted.left + found.accepted.come,
    }
