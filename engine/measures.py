"""Indicators of a unit, exactly, from integer counts and recorded points.

Knows the arithmetic of one indicator; must not know weights of others, totals or ranks.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from engine.months import Month
from engine.policy.model_scoring import Bands, Change, Clamp, Indicator, Recorded, Slope
from engine.questions import counted_id, points_id
from engine.tallies import Counts, Tallies

FULL = Fraction(100)
ZERO = Fraction(0)


@dataclass(frozen=True)
class Measured:
    """An indicator of one unit: ``points`` over ``orders`` makes the ``value``, None when there is nothing to measure.

    ``bands``: how many orders each band of points has. For recorded points, ``points`` is their sum and ``orders``
    their number. ``applies`` is false for a unit that the indicator is not meant for.

    Kept as whole numbers, since reducing fractions is most of the time that scores take: points are ``above`` over
    ``scale``, and ``ratio`` is the value as a numerator and a positive denominator.
    """

    above: int
    scale: int
    orders: int
    ratio: tuple[int, int] | None
    bands: tuple[int, ...]
    applies: bool = True

    @property
    def points(self) -> Fraction:
        return Fraction(self.above, self.scale)

    @property
    def value(self) -> Fraction | None:
        return None if self.ratio is None else Fraction(*self.ratio)


@dataclass(frozen=True)
class _Meter:
    """What every measuring of ``indicator`` reads, looked up once: the counts of each band and its ``points`` in whole
    units, of which ``scale`` make a point, and the counts of ``orders``."""

    indicator: Indicator
    bands: tuple[Counts, ...]
    points: tuple[int, ...]
    scale: int
    orders: Counts


@dataclass(frozen=True)
class Measures:
    """``groups``: for each column of the units table that matters, unit to value. ``recorded``: points by unit and
    month, for every item that reads a table of records. Nothing is counted before ``first``."""

    tallies: Tallies
    units: tuple[str, ...]
    groups: Mapping[str, Mapping[str, str]]
    recorded: Mapping[Recorded, Mapping[tuple[str, Month], tuple[Fraction, ...]]]
    first: Month | None = None

    def measure(
        self, indicator: Indicator, unit: str, months: Sequence[Month], transforms: int | None = None
    ) -> Measured:
        """The indicator of ``unit`` over ``months`` together, after the first of its ``transforms`` or all of them."""
        applies = indicator.applies_to
        if applies is not None and self.groups[applies.column].get(unit) not in applies.values:
            return Measured(0, 1, 0, None, (), applies=False)
        if indicator.deducted is not None:
            lost = self.points(indicator.deducted, unit, months)
            taken = sum(lost, ZERO)
            left = FULL - min(taken / indicator.weight, Fraction(1)) * FULL
            value = self._transformed(indicator, left, unit, months, transforms)
            return Measured(taken.numerator, taken.denominator, len(lost), value, ())
        meter = self._meter(indicator)
        if len(months) == 1:  # by far the most asked
            key = unit, months[0]
            bands = tuple([counts.get(key, 0) for counts in meter.bands])
        else:
            bands = tuple(sum(counts.get((unit, month), 0) for month in months) for counts in meter.bands)
        above = sum(map(operator.mul, meter.points, bands))
        orders = self._orders(meter, unit, months)
        ratio = _combined(indicator, bands, above, meter.scale, orders)
        if ratio is not None and indicator.transforms:
            ratio = self._transformed(indicator, Fraction(*ratio), unit, months, transforms)
        return Measured(above, meter.scale, orders, ratio, bands)

    def _transformed(
        self, indicator: Indicator, value: Fraction, unit: str, months: Sequence[Month], transforms: int | None
    ) -> tuple[int, int] | None:
        for position, transform in enumerate(indicator.transforms[:transforms]):
            if isinstance(transform, Change):
                changed = _changed(transform, value, self._before(indicator, position, transform, unit, months))
                if changed is None:
                    return None
                value = changed
            else:
                value = apply(transform, value)
        return value.as_integer_ratio()

    def earlier(self, indicator: Indicator, unit: str, months: Sequence[Month]) -> Fraction | None:
        """What the value over ``months`` is compared with first, where it is compared with an earlier one."""
        for position, transform in enumerate(indicator.transforms):
            if isinstance(transform, Change):
                return self._before(indicator, position, transform, unit, months)
        return None

    def _before(
        self, indicator: Indicator, position: int, change: Change, unit: str, months: Sequence[Month]
    ) -> Fraction | None:
        """What the value was, after the same transforms, in the stretch that the change is since."""
        back = 12 if change.since == "year_before" else len(months)
        then = tuple(month.plus(-back) for month in months)
        if change.earlier is not None:
            known = [self.points(change.earlier, unit, (month,)) for month in then]
            if all(known):
                return sum((sum(points, ZERO) for points in known), ZERO) / len(known)
        if self.first is None or min(then) < self.first:
            return None
        return self.measure(indicator, unit, then, position).value

    def points(self, recorded: Recorded, unit: str, months: Sequence[Month]) -> tuple[Fraction, ...]:
        """Every record of ``unit`` in ``months``."""
        found = self.recorded.get(recorded, {})
        return tuple(points for month in months for points in found.get((unit, month), ()))

    def _orders(self, meter: _Meter, unit: str, months: Sequence[Month]) -> int:
        """The denominator: the orders of the unit, or of all its peers, which are added up once for all of them."""
        column = meter.indicator.peers
        if column is None:
            return _added(meter.orders, unit, months)
        peers = column, self.groups[column][unit]
        key = id(meter), peers, tuple(months)
        if key not in self._shared:
            self._shared[key] = sum(_added(meter.orders, peer, months) for peer in self._members[peers])
        return self._shared[key]

    def _meter(self, indicator: Indicator) -> _Meter:
        meter = self._meters.get(id(indicator))
        if meter is None:
            counts = self.tallies.counts
            scale = math.lcm(*(band.points.denominator for band in indicator.points))
            meter = self._meters[id(indicator)] = _Meter(
                indicator,
                tuple(counts.get(points_id(indicator, band), {}) for band in range(len(indicator.points))),
                tuple(int(band.points * scale) for band in indicator.points),
                scale,
                counts.get(counted_id(indicator), {}),
            )
        return meter

    @cached_property
    def _meters(self) -> dict[int, _Meter]:
        """By the identity of the indicator, which its meter keeps: another policy may measure the same counts."""
        return {}

    @cached_property
    def _shared(self) -> dict[tuple[int, tuple[str, str], tuple[Month, ...]], int]:
        return {}

    @cached_property
    def _members(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """By column and group, the units in it."""
        found: dict[tuple[str, str], list[str]] = {}
        for column, groups in self.groups.items():
            for unit in self.units:
                if unit in groups:
                    found.setdefault((column, groups[unit]), []).append(unit)
        return {key: tuple(units) for key, units in found.items()}


def _added(counts: Counts, unit: str, months: Sequence[Month]) -> int:
    if len(months) == 1:  # by far the most asked
        return counts.get((unit, months[0]), 0)
    return sum(counts.get((unit, month), 0) for month in months)


def _combined(
    indicator: Indicator, bands: tuple[int, ...], above: int, scale: int, orders: int
) -> tuple[int, int] | None:
    if not orders:
        return None
    if indicator.combine == "mean":
        return above, scale * orders
    if indicator.combine == "sum":
        return above, scale
    reached = (band.points for band, n in zip(indicator.points, bands, strict=True) if n)
    return max(reached, default=ZERO).as_integer_ratio()


def _changed(change: Change, value: Fraction, before: Fraction | None) -> Fraction | None:
    if before is None or (change.how == "percent" and not before):
        return change.when_none
    difference = value - before
    return difference if change.how == "difference" else difference / abs(before) * FULL


def apply(transform: Slope | Clamp | Bands, value: Fraction) -> Fraction:
    """What ``transform`` makes of ``value``."""
    match transform:
        case Slope(target, per_point):
            return FULL + (value - target) * per_point
        case Clamp():
            return clamp(transform, value)
        case Bands(bands):
            held = next(band for band in bands if band.holds(value))
            return value if held.value is None else held.value


def clamp(limits: Clamp, value: Fraction) -> Fraction:
    if limits.floor is not None:
        value = max(value, limits.floor)
    return value if limits.cap is None else min(value, limits.cap)
