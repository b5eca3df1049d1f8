"""Because of which items things differ: parts of differences of totals, and items without which a fact would not be.

Knows subsets of items and facts; must not know how a version is made or replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.impact.items import Subset
from engine.impact.outcomes import Outcome, Outcomes, Spot, at
from engine.impact.shapley import Shares


@dataclass(frozen=True)
class Part:
    """What ``item`` contributes to a difference; ``error``: the standard error, None where the part is exact."""

    item: int
    amount: Fraction
    error: float | None = None


@dataclass(frozen=True)
class Without:
    """Without ``item`` there would be ``outcome`` instead."""

    item: int
    outcome: Outcome


@dataclass(frozen=True)
class Because:
    """``necessary``: the items without any one of which the new fact would not be. Where there is none,
    ``sufficient`` are those of which each alone brings it about; where these are none too, only several together do.
    """

    necessary: tuple[Without, ...]
    sufficient: tuple[int, ...]


def parts_of(spots: Sequence[Spot], items: Sequence[int], shares: Shares) -> Mapping[Spot, tuple[Part, ...]]:
    """By spot, the parts that are not nothing, in order of the items; ``items`` are those that were shared over."""
    found: dict[Spot, tuple[Part, ...]] = {}
    for cell, spot in enumerate(spots):
        found[spot] = tuple(
            Part(item, shares.parts[i][cell], None if shares.errors is None else shares.errors[i][cell])
            for i, item in enumerate(items)
            if shares.parts[i][cell] or (shares.errors is not None and shares.errors[i][cell])
        )
    return found


Replayed = Callable[[Subset], Outcomes | None]
"""What comes out with only these items; None where they do not hold together."""


def because(spots: Sequence[Spot], items: int, replayed: Replayed) -> Mapping[Spot, Because]:
    """Why each of ``spots`` is as it is with all items: each item is left out, and taken alone where that tells
    nothing."""
    every = frozenset(range(items))
    final = replayed(every)
    if final is None:
        raise ValueError("all items hold together")
    left_out = {item: found for item in every if (found := replayed(every - {item})) is not None} if spots else {}
    necessary = {
        spot: tuple(
            Without(item, at(found, spot))
            for item, found in sorted(left_out.items())
            if at(found, spot) != at(final, spot)
        )
        for spot in spots
    }
    alone: dict[int, Outcomes] = {}
    if not all(necessary.values()):
        alone = {item: found for item in every if (found := replayed(frozenset({item}))) is not None}
    return {
        spot: Because(
            why, () if why else tuple(item for item in sorted(alone) if at(alone[item], spot) == at(final, spot))
        )
        for spot, why in necessary.items()
    }
