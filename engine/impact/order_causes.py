"""Because of which items single orders are judged otherwise: those without which some of them would not be.

Knows what each version asks of an order; must not know how a version is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.impact.orders import Compared, Judged, OrderChange, touched
from engine.policy.model import Policy
from engine.problems import InputError


def order_causes(
    compared: Compared, changed: Sequence[OrderChange], left_out: Mapping[int, Policy], after: Policy
) -> Mapping[Judged, Mapping[int, int]]:
    """By what is judged otherwise, the items and how many of the orders would not be as they are without each.

    ``left_out``: by item, the later version without it. Where a single item bears on how something is judged, all is
    due to it. Where several do, each is left out; where no order is otherwise without any of them, as when each alone
    brings it about, all of them stand for all orders.
    """
    every = {change.judged: change.orders for change in changed}
    found = {one: dict.fromkeys(items, every[one]) for one, items in _bearing(every, left_out, after).items()}
    for item, other in left_out.items():
        several = [one for one, items in found.items() if len(items) > 1 and item in items]
        try:
            counted = compared.otherwise(other, several) if several else {}
        except InputError:
            continue  # its orders cannot be judged at all without the item
        for one, orders in counted.items():
            found[one][item] = orders
    return {
        one: {item: orders for item, orders in items.items() if orders} or dict.fromkeys(items, every[one])
        for one, items in found.items()
    }


def _bearing(
    judged: Iterable[Judged], left_out: Mapping[int, Policy], after: Policy
) -> Mapping[Judged, tuple[int, ...]]:
    """The items without which ``judged`` would be judged by other conditions than ``after`` has; those that change
    how orders are read where no condition differs."""
    differs = {item: set(touched(other, after)) for item, other in left_out.items()}
    reading = tuple(item for item, other in left_out.items() if other.tables != after.tables)
    return {one: tuple(item for item, some in differs.items() if one in some) or reading for one in judged}
