"""What the commands ask of the engine: one function a question, with the program's own folders and clock filled in.

The only module of ``cli`` that reads the clock. Loads the engine only when asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.asking_engine import IN_PROCESS, Engine
from cli.locations import cache_folder, versions_in

if TYPE_CHECKING:
    from engine.choosing import Request
    from engine.evaluation import Evaluation

PARQUET = ".parquet"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What was typed for a command that reads orders; ``as_of`` None is now, ``policy`` None is chosen by the data."""

    data: Path
    policy: str | None
    policies: Path | None
    as_of: dt.datetime | None
    chosen: Mapping[str, str]
    cached: bool
    engine: Engine = IN_PROCESS


def evaluation(asked: Asked, say: Say) -> Evaluation:
    """Raises InputError, PolicyError and CompileError; ``say`` hears what is under way."""
    from engine.evaluate import evaluate

    return evaluate(request_of(asked), say)


def result(found: Evaluation) -> dict[str, Any]:
    """The result document, as ``--format json`` prints it."""
    from engine.report import result_json

    return result_json(found)


def write_decisions(found: Evaluation, target: Path, say: Say) -> None:
    """Every order's rules and obligations into ``target``, which is not touched before the last one is known."""
    from engine.evaluate import order_details
    from engine.order_parquet import write_parquet
    from engine.order_results import write_results

    part = target.with_name(f"{target.name}.part")
    try:
        if target.suffix.casefold() == PARQUET:
            write_parquet(order_details(found), part)
        else:
            write_results(order_details(found), part, lambda given: say(f"正在写每张工单的认定：{given} 件…"))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def request_of(asked: Asked) -> Request:
    """With the program's folders and the clock."""
    from engine.choosing import Request

    places, engine = versions_in(asked.policies), asked.engine
    return Request(
        data=asked.data,
        schemas=places.schemas,
        released=places.released,
        examples=places.examples,
        policy=asked.policy,
        chosen=asked.chosen,
        as_of=asked.as_of,
        now=dt.datetime.now(dt.UTC),
        cache=cache_folder() if asked.cached else None,
        memory=engine.memory,
        spill=engine.spill,
        elsewhere=engine.elsewhere,
    )
