"""Many counts in one: whole numbers with a digit for each of several answers, so that one sum counts them all.

A digit is as wide as the number of orders needs, and so none ever carries into the next. Knows numbers only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

WHOLE = 62
"""Bits of a sum that a database adds up in 64, sign apart."""


@dataclass(frozen=True)
class Digits:
    """Digits wide enough to count ``orders``; ``together`` of them have room in one sum."""

    orders: int

    @cached_property
    def width(self) -> int:
        """In bits."""
        return max(1, self.orders.bit_length())

    @property
    def together(self) -> int:
        return max(1, WHOLE // self.width)

    def packed(self, answers: Sequence[bool]) -> int:
        """What one order adds to the sum: 1 in the digit of each answer that holds, the first the lowest."""
        return sum(holds << self.width * place for place, holds in enumerate(answers))

    def count(self, total: int, place: int) -> int:
        """The digit of the sum at ``place``."""
        return total >> self.width * place & (1 << self.width) - 1
