"""What each of several items contributes to a difference: Shapley values, exact or sampled, always adding up.

Knows arithmetic only; must not know what items or values are.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

MOST_EXACT = 10
"""Up to this many items every subset is valued: 1,024 of them."""
PAIRS = 25
"""How many permutations are drawn when there are more items; each is used backwards too, which halves the error."""

Values = Sequence[Fraction]
"""One number a cell, in the same order for every subset."""
Valued = Callable[[frozenset[int]], Values]
"""The values of a subset of the items."""


@dataclass(frozen=True)
class Shares:
    """``parts``: by item, then by cell; over the items they add up to the difference between all and none, exactly.

    ``errors``: the standard error of each part, None where the parts are exact. ``orders``: how many orders of taking
    the items one by one were averaged, 0 where all were.
    """

    parts: tuple[tuple[Fraction, ...], ...]
    errors: tuple[tuple[float, ...], ...] | None
    orders: int


def shares(items: int, valued: Valued, *, most_exact: int = MOST_EXACT, pairs: int = PAIRS, seed: int = 0) -> Shares:
    """Exact for up to ``most_exact`` items, else sampled with ``seed``."""
    return exact(items, valued) if items <= most_exact else sampled(items, valued, pairs=pairs, seed=seed)


def exact(items: int, valued: Valued) -> Shares:
    """All 2**items subsets, with whole numbers over one denominator a cell."""
    subsets = [frozenset(i for i in range(items) if mask >> i & 1) for mask in range(1 << items)]
    values = [tuple(valued(subset)) for subset in subsets]
    weights = _weights(items)
    whole = math.factorial(items)
    parts: list[list[Fraction]] = [[] for _ in range(items)]
    for cell in zip(*values, strict=True):
        if all(value == cell[0] for value in cell):
            for part in parts:
                part.append(Fraction(0))
            continue
        scale = math.lcm(*(value.denominator for value in cell))
        numbers = [value.numerator * (scale // value.denominator) for value in cell]
        for part, weight in zip(parts, weights, strict=True):
            total = sum(w * n for w, n in zip(weight, numbers, strict=True))
            part.append(Fraction(total, scale * whole))
    return Shares(tuple(map(tuple, parts)), None, 0)


def _weights(items: int) -> list[list[int]]:
    """For each item, by subset: in how many orders the subset is what is there just after it (less: just before)."""

    def weight(mask: int, item: int) -> int:
        size = mask.bit_count()
        if mask >> item & 1:
            return math.factorial(size - 1) * math.factorial(items - size)
        return -math.factorial(size) * math.factorial(items - size - 1)

    return [[weight(mask, item) for mask in range(1 << items)] for item in range(items)]


def sampled(items: int, valued: Valued, *, pairs: int = PAIRS, seed: int = 0) -> Shares:
    """Seeded orders, each forwards and backwards. Each order's steps add up, and so do their means."""
    random = Random(seed)
    drawn: list[list[list[Fraction]]] = []
    for _ in range(pairs):
        order = list(range(items))
        random.shuffle(order)
        drawn.append(_mean(_steps(order, valued), _steps(order[::-1], valued)))
    cells = range(len(drawn[0][0]) if items else 0)
    parts = tuple(
        tuple(sum((pair[item][cell] for pair in drawn), Fraction(0)) / pairs for cell in cells) for item in range(items)
    )
    errors = tuple(
        tuple(_error([float(pair[item][cell]) for pair in drawn]) for cell in cells) for item in range(items)
    )
    return Shares(parts, errors, 2 * pairs)


def _steps(order: Sequence[int], valued: Valued) -> list[list[Fraction]]:
    """What each item adds when the items are taken in ``order``."""
    found: list[list[Fraction]] = [[] for _ in order]
    taken: frozenset[int] = frozenset()
    before = valued(taken)
    for item in order:
        taken |= {item}
        after = valued(taken)
        found[item] = [b - a for a, b in zip(before, after, strict=True)]
        before = after
    return found


def _mean(one: list[list[Fraction]], other: list[list[Fraction]]) -> list[list[Fraction]]:
    return [[(a + b) / 2 for a, b in zip(x, y, strict=True)] for x, y in zip(one, other, strict=True)]


def _error(values: Sequence[float]) -> float:
    return statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.inf
