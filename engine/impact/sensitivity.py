"""What another reading of each unclear clause would change for real orders, the clauses that matter most first.

Knows readings and their options; must not know what any of them means.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.choosing import Progress
from engine.evaluate import stitch
from engine.evaluation import Evaluation
from engine.impact.orders import OrderChange, Span, order_changes
from engine.impact.outcomes import KINDS, Outcomes, Spot, differing, outcomes
from engine.impact.replay import Replay
from engine.policy.build import build_policy
from engine.policy.model import Policy
from engine.policy.model_plan import Reading
from engine.policy.parts import Parts, switched
from engine.policy.readings import read_readings
from engine.problems import PolicyError, Problem

DECISIVE = ("consequence", "last", "rank")
"""What makes a question matter, gravest first."""


@dataclass(frozen=True)
class Tried:
    """One option that is not chosen. ``problems``: why the policy does not hold together with it, then nothing else is
    known. ``spots``: everything that would differ; ``orders``: rules and obligations of single orders."""

    reading: Reading
    option: str
    a: Outcomes = field(repr=False)
    b: Outcomes = field(repr=False)
    spots: tuple[Spot, ...] = ()
    orders: tuple[OrderChange, ...] = ()
    problems: tuple[Problem, ...] = ()

    def count(self, what: str) -> int:
        return sum(spot.what == what for spot in self.spots)

    @property
    def matters(self) -> bool:
        """Whether any rank, last place or consequence would differ."""
        return any(self.count(what) for what in DECISIVE)

    @property
    def first(self) -> Spot | None:
        """The earliest rank, last place or consequence that would differ; months first, the gravest of a period
        first."""
        told = [spot for spot in self.spots if spot.what in DECISIVE]
        return min(told, key=lambda s: (KINDS.index(s.kind), s.period, DECISIVE.index(s.what), s), default=None)

    @property
    def weight(self) -> tuple[int, ...]:
        """Sorts the gravest first."""
        counts = [self.count(what) for what in (*DECISIVE, "gate", "total")]
        orders = sum(change.orders for change in self.orders)
        return tuple(-n for n in (int(self.matters), *counts[:4], orders, counts[4]))


@dataclass(frozen=True)
class Asked:
    """One unclear clause and its other options, the gravest first."""

    reading: Reading
    tried: tuple[Tried, ...]

    @property
    def weight(self) -> tuple[int, ...]:
        return min((one.weight for one in self.tried), default=(1,))


@dataclass(frozen=True)
class Sensitivity:
    """``base``: what the chosen options give; ``asked``: by how much the answer matters."""

    base: Evaluation
    asked: tuple[Asked, ...]


def sensitivity(versions: Sequence[Parts], replay: Replay, progress: Progress | None = None) -> Sensitivity:
    """Try every other option of every reading of the first of ``versions`` and its amendments, in order of time.

    Raises PolicyError and InputError where the chosen options themselves do not work.
    """
    say = progress or (lambda _: None)
    policies = [build_policy(parts) for parts in versions]
    base = _together(replay, policies)
    known = outcomes(base)
    readings = {reading.id: reading for policy in policies for reading in policy.readings}
    asked = []
    for reading in readings.values():
        tried = []
        for option in reading.options:
            if option.id != reading.chosen:
                say(f"正在试 {reading.title}：{option.title}")
                tried.append(_try(versions, policies, replay, reading, option.id, known))
        asked.append(Asked(reading, tuple(sorted(tried, key=lambda one: one.weight))))
    return Sensitivity(base, tuple(sorted(asked, key=lambda one: one.weight)))


def _together(replay: Replay, policies: Sequence[Policy]) -> Evaluation:
    found = [replay.evaluation(replay.aligned(policy)) for policy in policies]
    return found[0] if len(found) == 1 else stitch(found)


def _try(
    versions: Sequence[Parts],
    policies: Sequence[Policy],
    replay: Replay,
    reading: Reading,
    option: str,
    known: Outcomes,
) -> Tried:
    try:
        others = [
            _with_option(parts, policy, reading.id, option) for parts, policy in zip(versions, policies, strict=True)
        ]
        same = all(
            replay.concluded_by(replay.aligned(a)) == replay.concluded_by(replay.aligned(b))
            for a, b in zip(policies, others, strict=True)
        )
        found = known if same else outcomes(_together(replay, others))
        orders = [
            change
            for before, after, span in zip(policies, others, _spans(policies), strict=True)
            for change in order_changes(replay, replay.aligned(before), replay.aligned(after), 1, span)
        ]
    except PolicyError as error:
        return Tried(reading, option, known, known, problems=error.problems)
    return Tried(reading, option, known, found, differing(known, found), tuple(orders))


def _with_option(parts: Parts, policy: Policy, reading: str, option: str) -> Policy:
    """``policy`` itself where it does not know the reading or the option."""
    own = next((one for one in policy.readings if one.id == reading), None)
    if own is None or all(one.id != option for one in own.options):
        return policy
    file = str(parts.folder / "readings.yaml")
    readings, problems = read_readings(parts.written.get("readings"), file, {**parts.chosen, reading: option})
    if problems:
        raise PolicyError(problems)
    return build_policy(switched(parts, readings, reading))


def _spans(policies: Sequence[Policy]) -> list[Span]:
    """When orders are dated that each version judges."""
    starts = [None, *(dt.datetime.combine(policy.in_force_from, dt.time()) for policy in policies[1:])]
    return list(zip(starts, [*starts[1:], None], strict=True))
