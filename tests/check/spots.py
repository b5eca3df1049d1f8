"""The files of the valid 2026 policy with the place of every value, read once.

Knows nothing of how they are broken.
"""

from __future__ import annotations

from functools import cache

from engine.policy.parts import PARTS
from tests.check.bench import POLICY
from tests.check.mutating import Source, Spot

FILES = sorted(f"{part}.yaml" for part in PARTS if (POLICY / f"{part}.yaml").exists())


@cache
def source(file: str) -> Source:
    return Source(POLICY / file)


def spots(*files: str) -> list[Spot]:
    return [spot for file in files or FILES for spot in source(file).spots if spot.path]


def is_reference(spot: Spot) -> bool:
    """Whether the value is, or stands in, a reference to a reading."""
    return "reading" in spot.path or (spot.file != "readings.yaml" and spot.name == "part")
