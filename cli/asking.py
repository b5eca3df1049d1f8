"""What the commands ask of the engine: one function a question, with the program's own folders and clock filled in.

The only module of ``cli`` that reads the clock. Loads the engine only when asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.locations import cache_folder, locations

if TYPE_CHECKING:
    from engine.evaluate import EvaluateRequest, Evaluation


@dataclass(frozen=True)
class Asked:
    """What was typed for a command that reads orders; ``as_of`` None is now, ``policy`` None is chosen by the data."""

    data: Path
    policy: str | None
    policies: Path | None
    as_of: dt.datetime | None
    chosen: Mapping[str, str]
    cached: bool


def evaluation(asked: Asked) -> Evaluation:
    """Raises InputError and PolicyError."""
    from engine.evaluate import evaluate

    return evaluate(_request(asked))


def order_explanation(asked: Asked, order: str) -> dict[str, Any]:
    """Raises InputError and PolicyError."""
    from engine.explain import explain_order

    return explain_order(_request(asked), order)


def unit_explanation(asked: Asked, unit: str, period: str) -> dict[str, Any]:
    """Raises InputError and PolicyError."""
    from engine.explain import explain_unit

    return explain_unit(_request(asked), unit, period)


def _request(asked: Asked) -> EvaluateRequest:
    from engine.evaluate import EvaluateRequest

    places = locations(asked.policies)
    return EvaluateRequest(
        data=asked.data,
        policies=places.released,
        examples=places.examples,
        schemas=places.schemas,
        policy=asked.policy,
        as_of=asked.as_of,
        now=dt.datetime.now(dt.UTC),
        chosen=asked.chosen,
        cache=cache_folder() if asked.cached else None,
    )
