"""A straight line through what was measured, and what it says of sizes that were not.

Time is a part that every run takes and a part for each order: ``seconds = base + each * orders``. The line is the one
with the smallest sum of squared relative errors, so that small runs weigh as much as large ones. Knows numbers only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class Line:
    base: float
    each: float

    def at(self, size: float) -> float:
        return self.base + self.each * size


def fitted(points: Sequence[tuple[float, float]]) -> Line:
    """Through at least two points of different size."""
    weights = [1 / seconds**2 for _, seconds in points]
    total = sum(weights)
    mean_x = sum(w * x for w, (x, _) in zip(weights, points, strict=True)) / total
    mean_y = sum(w * y for w, (_, y) in zip(weights, points, strict=True)) / total
    spread = sum(w * (x - mean_x) ** 2 for w, (x, _) in zip(weights, points, strict=True))
    together = sum(w * (x - mean_x) * (y - mean_y) for w, (x, y) in zip(weights, points, strict=True))
    each = together / spread
    return Line(mean_y - each * mean_x, each)


def error(predicted: float, measured: float) -> float:
    """Relative; above 0 where more was predicted."""
    return predicted / measured - 1


def steepness(points: Sequence[tuple[float, float]]) -> float:
    """How many times longer the largest takes than the smallest, as a power of how many times larger it is."""
    from math import log

    (small, short), (large, long) = min(points), max(points)
    return log(long / short) / log(large / small)


def cores(line: Line, orders: float, measured_on: int, within: float) -> float:
    """How many cores do ``orders`` within so many seconds, if each core does what it did and all work all the time."""
    return line.each * orders * measured_on / within
