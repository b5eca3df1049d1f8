"""What ``hotline policy impact`` and ``sensitivity`` ask: real orders replayed under two versions or other readings.

Reads the clock where no time is given. Loads the engine only when asked.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.asking import Asked, Say
from cli.locations import cache_folder, locations

if TYPE_CHECKING:
    from engine.choosing import Taken
    from engine.impact.replay import Given
    from engine.policy.model import Policy

EXAMPLES = 20


def impact(old: str, new: str, asked: Asked, say: Say, examples: int = EXAMPLES) -> dict[str, Any]:
    """The impact as ``schemas/v1/impact.schema.json`` describes it; ``asked.policy`` and ``chosen`` are not looked at.

    Raises InputError and PolicyError with everything that is wrong in either version.
    """
    from engine.diff.vocabulary import Vocabulary
    from engine.impact.document import impact_document
    from engine.impact.impact import Sides
    from engine.impact.impact import impact as compute
    from engine.impact.replay import Replay
    from engine.policy.build import build_policy
    from engine.policy.parts import load_parts
    from engine.policy.versions import find_version
    from engine.problems import PolicyError, Problem

    places = locations(asked.policies)
    known = [places.released, *([places.examples] if places.examples else [])]
    sides = []
    problems: list[Problem] = []
    for name in (old, new):
        try:
            parts = load_parts(find_version(name, known), places.schemas, {})
            sides.append((parts, build_policy(parts)))
        except PolicyError as error:
            problems += error.problems
    if problems:
        raise PolicyError(problems)
    (a, before), (b, after) = sides
    taken = _read_by([before, after], asked, say)
    replay = Replay(taken.policy, _given(asked, taken.policy), taken, say)
    found = compute(Sides(a, b), Vocabulary(places.schemas), replay, examples=examples, progress=say)
    return impact_document(found)


def sensitivity(asked: Asked, say: Say) -> dict[str, Any]:
    """What other readings would change, as ``schemas/v1/sensitivity.schema.json`` describes it.

    Raises InputError and PolicyError.
    """
    from engine.choosing import Request, choose
    from engine.impact.replay import Replay
    from engine.impact.sensitivity import sensitivity as compute
    from engine.impact.sensitivity_document import sensitivity_document
    from engine.policy.parts import load_parts

    places = locations(asked.policies)
    request = Request(
        data=asked.data,
        schemas=places.schemas,
        released=places.released,
        examples=places.examples,
        policy=asked.policy,
        chosen=asked.chosen,
        as_of=asked.as_of,
        now=dt.datetime.now(dt.UTC),
    )
    taken = choose(request, say).taken
    versions = [load_parts(Path(one.policy.folder), places.schemas, asked.chosen) for one in taken]
    replay = Replay(taken[0].policy, _given(asked, taken[0].policy), taken[0], say)
    return sensitivity_document(compute(versions, replay, say))


def _given(asked: Asked, policy: Policy) -> Given:
    from engine.impact.replay import Given

    now = dt.datetime.now(policy.time_zone).replace(tzinfo=None, microsecond=0)
    return Given(asked.data, asked.as_of or now, cache_folder() if asked.cached else None)


def _read_by(policies: list[Policy], asked: Asked, say: Say) -> Taken:
    """The orders, read by the first version whose cycle has all of their months.

    Raises InputError where neither has, with what each has.
    """
    from engine.choosing import Taken, months_received
    from engine.intake import connect, take_in
    from engine.problems import InputError, Place, Problem

    told = []
    for policy in policies:
        connection = connect()
        taken = Taken(policy, take_in(policy.tables, asked.data, connection, say), connection)
        months = months_received(policy, taken.intake, connection)
        if months and policy.first <= months[0] and months[-1] <= policy.last:
            return taken
        span = f"可用的工单接单于 {months[0]} 至 {months[-1]}" if months else "没有一张可用的工单"
        told.append(f"{policy.version} 的考核周期是 {policy.first} 至 {policy.last}，{span}")
    what = "；".join(dict.fromkeys(told))
    raise InputError([Problem(Place(str(asked.data)), what, "", "用两个版本之一的周期里的工单来比较")])
