"""What ``hotline policy impact`` and ``sensitivity`` ask: real orders replayed under two versions or other readings.

Reads the clock where no time is given. Loads the engine only when asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.asking import Asked, Say
from cli.locations import cache_folder, versions_in

if TYPE_CHECKING:
    from engine.choosing import Data, Taken
    from engine.impact.replay import Given
    from engine.policy.model import Policy
    from workspace.layout import Layout

EXAMPLES = 20


def impact(
    old: str, new: str, asked: Asked, layout: Layout | None, say: Say, examples: int = EXAMPLES
) -> dict[str, Any]:
    """The impact as ``schemas/v1/impact.schema.json`` describes it; ``asked.policy`` and ``chosen`` are not looked at.

    Where a workspace is given, what it holds is replayed. Raises InputError and PolicyError with everything that is
    wrong in either version.
    """
    from engine.diff.vocabulary import Vocabulary
    from engine.impact.document import impact_document
    from engine.impact.impact import Sides
    from engine.impact.impact import impact as compute
    from engine.impact.replay import Replay
    from engine.policy.build import build_policy, unaltered_parts
    from engine.policy.versions import find_version
    from engine.problems import PolicyError, Problem

    places = versions_in(asked.policies, layout)
    known = [places.released, *([places.examples] if places.examples else [])]
    sides = []
    problems: list[Problem] = []
    for name in (old, new):
        try:
            parts = unaltered_parts(find_version(name, known), places.schemas, {})
            sides.append((parts, build_policy(parts)))
        except PolicyError as error:
            problems += error.problems
    if problems:
        raise PolicyError(problems)
    (a, before), (b, after) = sides
    with _data(asked, layout) as data:
        taken = _read_by([before, after], data, asked.data, say)
        replay = Replay(taken.policy, _given(asked, data, taken.policy), taken, say)
        found = compute(Sides(a, b), Vocabulary(places.schemas), replay, examples=examples, progress=say)
        return impact_document(found)


def sensitivity(asked: Asked, layout: Layout | None, say: Say) -> dict[str, Any]:
    """What other readings would change, as ``schemas/v1/sensitivity.schema.json`` describes it.

    Where a workspace is given, what it holds is replayed. Raises InputError and PolicyError.
    """
    from engine.choosing import Request, choose
    from engine.impact.replay import Replay
    from engine.impact.sensitivity import sensitivity as compute
    from engine.impact.sensitivity_document import sensitivity_document
    from engine.policy.build import unaltered_parts

    places = versions_in(asked.policies, layout)
    with _data(asked, layout) as data:
        request = Request(
            data=data,
            schemas=places.schemas,
            released=places.released,
            examples=places.examples,
            policy=asked.policy,
            chosen=asked.chosen,
            as_of=asked.as_of,
            now=dt.datetime.now(dt.UTC),
        )
        taken = choose(request, say).taken
        versions = [unaltered_parts(Path(one.policy.folder), places.schemas, asked.chosen) for one in taken]
        replay = Replay(taken[0].policy, _given(asked, data, taken[0].policy), taken[0], say)
        return sensitivity_document(compute(versions, replay, say))


@contextmanager
def _data(asked: Asked, layout: Layout | None) -> Iterator[Data]:
    if layout is None:
        yield asked.data
        return
    from cli.asking_workspace import opened
    from workspace.evaluating import readable

    with readable(opened(layout)) as data:
        yield data


def _given(asked: Asked, data: Data, policy: Policy) -> Given:
    from engine.impact.replay import Given

    now = dt.datetime.now(policy.time_zone).replace(tzinfo=None, microsecond=0)
    return Given(data, asked.as_of or now, cache_folder() if asked.cached else None)


def _read_by(policies: list[Policy], data: Data, place: Path, say: Say) -> Taken:
    """The orders, read by the first version whose cycle has all of their months. ``place`` is what the data are called.

    Raises InputError where neither has, with what each has.
    """
    from engine.choosing import Taken, folder_of, months_received
    from engine.intake import connect, take_in
    from engine.problems import InputError, Place, Problem

    told = []
    for policy in policies:
        connection = connect()
        taken = Taken(policy, take_in(policy.tables, folder_of(data, policy.tables), connection, say), connection)
        months = months_received(policy, taken.intake, connection)
        if months and policy.first <= months[0] and months[-1] <= policy.last:
            return taken
        span = f"可用的工单接单于 {months[0]} 至 {months[-1]}" if months else "没有一张可用的工单"
        told.append(f"{policy.version} 的考核周期是 {policy.first} 至 {policy.last}，{span}")
    what = "；".join(dict.fromkeys(told))
    raise InputError([Problem(Place(str(place)), what, "", "用两个版本之一的周期里的工单来比较")])
