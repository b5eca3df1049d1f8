"""What a verification found, as one value.

Knows nothing of how it was found or how it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.problems import Problem


@dataclass(frozen=True)
class Head:
    """The end of the chain, which stands for everything before it."""

    seq: int
    digest: str


@dataclass(frozen=True)
class Verdict:
    """``problems``: what is not as it was written. ``remarks``: what a reader may want to know and harms nothing.

    ``checked``: how many of each kind of thing were looked at. ``head`` is None where no entry could be read.
    """

    head: Head | None
    checked: Mapping[str, int]
    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...]

    @property
    def clean(self) -> bool:
        return not self.problems
