"""What version B would have changed against version A for real orders, and because of which of its changes.

Ties replaying, comparing and attributing together; must not know how anything of it is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from engine.choosing import Progress
from engine.diff.vocabulary import Vocabulary
from engine.evaluate import on_base, stitch
from engine.evaluation import Evaluation
from engine.impact.causes import Because, Part, because, parts_of
from engine.impact.items import Item, Mixtures, Subset
from engine.impact.order_causes import order_causes
from engine.impact.orders import Accepted, Compared, Judged, OrderChange, accepted
from engine.impact.outcomes import Outcomes, Spot, at, differing, outcomes, seats, totals
from engine.impact.replay import Replay
from engine.impact.shapley import MOST_EXACT, PAIRS, Shares, shares
from engine.policy.build import build_policy
from engine.policy.model import Policy
from engine.policy.parts import Parts
from engine.problems import InputError, PolicyError
from engine.standings import Standing

EXAMPLES = 20
"""How many orders are listed of each rule or obligation that differs."""

TOLD = ("rank", "last", "gate", "consequence")
"""Facts that are there or not; the others are amounts."""


@dataclass(frozen=True)
class Sharing:
    """How differences of totals were shared out over ``items``; ``orders``: 0 where exactly, else how many orders of
    taking the items were averaged. ``refused``: subsets that do not hold together, which count as without their last
    items."""

    items: tuple[int, ...]
    orders: int
    refused: int


@dataclass(frozen=True)
class Impact:
    """``spots``: everything that differs, in order. ``parts``: by spot of a total, what each item contributes;
    ``causes``: by spot of a fact. ``order_causes``: by what is judged otherwise, the items without which some orders
    would not be as they are, and how many. ``amends_from``: where B amends A, the day from which it holds; before it,
    A does."""

    before: Evaluation
    after: Evaluation
    a: Outcomes
    b: Outcomes
    items: tuple[Item, ...]
    spots: tuple[Spot, ...]
    parts: Mapping[Spot, tuple[Part, ...]]
    causes: Mapping[Spot, Because]
    sharing: Sharing
    orders: tuple[OrderChange, ...]
    order_causes: Mapping[Judged, Mapping[int, int]]
    accepted: Accepted
    amends_from: dt.date | None

    @cached_property
    def groups(self) -> Mapping[tuple[str, str], str]:
        """By period and unit, the group in which it is ranked; "" where there are none."""
        sides = (self.before, self.after)
        return {
            (standing.period.id, placed.unit): placed.group
            for side in sides
            for standing in side.standings
            for placed in standing.ranking
        }

    @property
    def empty(self) -> bool:
        """Whether nothing differs for anybody."""
        read = self.accepted
        return not (self.spots or self.orders or read.left or read.come)


@dataclass(frozen=True)
class Sides:
    """The two versions."""

    a: Parts
    b: Parts


def impact(
    sides: Sides,
    words: Vocabulary,
    replay: Replay,
    *,
    examples: int = EXAMPLES,
    most_exact: int = MOST_EXACT,
    pairs: int = PAIRS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Impact:
    """Raises PolicyError and InputError; ``progress`` hears what is under way, in Chinese."""
    say = progress or (lambda _: None)
    say("正在按两个版本读取工单…")
    for parts in (sides.a, sides.b):  # first, since putting versions of unlike plans together takes long
        replay.taken(replay.aligned(build_policy(parts)))
    say("正在比较两个版本…")
    return _Work(Mixtures(sides.a, sides.b, words), replay, say).impact(examples, (most_exact, pairs, seed))


class _Work:
    """One comparison under way; what was replayed is remembered."""

    def __init__(self, mixtures: Mixtures, replay: Replay, say: Progress) -> None:
        self._mixtures, self._replay, self._say = mixtures, replay, say
        self._outcomes: dict[Hashable, Outcomes] = {}
        self._standings: dict[Hashable, tuple[Standing, ...]] = {}
        self._refused: set[Subset] = set()
        self._before = self._replay.aligned(mixtures.policy(()))
        after = mixtures.policy(mixtures.all)
        cycle = (after.first, after.last) == (self._before.first, self._before.last)
        amends = cycle and after.supersedes in (self._before.id, self._before.version)
        self._amendment = after if amends else None

    def impact(self, examples: int, sampling: tuple[int, int, int]) -> Impact:
        every = self._mixtures.all
        before, after = self._before, self._governing(self._mixtures.policy(every))
        self._say("正在按两个版本各算一遍…")
        left, right = self._evaluation(before, alone=True), self._evaluation(after)
        a, b = _outcomes(left), _outcomes(right)
        self._outcomes |= {self._concluded_by(before): a, self._concluded_by(after): b}
        shared = {"", *left.bases} & {"", *right.bases}  # what one side alone gives, is compared with nothing
        spots = tuple(spot for spot in differing(a, b) if spot.base in shared)
        sharing, parts = self._shared([spot for spot in spots if _is_amount(spot, a, b)], sampling)
        self._say("正在逐项去掉改动…")
        told = [spot for spot in spots if spot.what in TOLD]
        causes = because(told, len(every), self._replayed)
        self._say("正在比较每张工单…")
        since = None if self._amendment is None else self._amendment.in_force_from
        span = (None if since is None else dt.datetime.combine(since, dt.time()), None)
        compared = Compared(self._replay, before, after, span)
        orders = compared.changes(examples)
        return Impact(
            left,
            right,
            a,
            b,
            self._mixtures.items,
            spots,
            parts,
            causes,
            sharing,
            orders,
            order_causes(compared, orders, self._left_out() if orders else {}, after),
            accepted(self._replay, before, after, examples),
            since,
        )

    def _governing(self, policy: Policy) -> Policy:
        """``policy`` on the months of the orders, and in force from when B is where that amends A."""
        found = self._replay.aligned(policy)
        if self._amendment is None:
            return found
        return replace(found, supersedes=self._before.id, in_force_from=self._amendment.in_force_from)

    def _evaluation(self, policy: Policy, *, alone: bool = False) -> Evaluation:
        """With its second results; ``alone``: even where it is an amendment. Raises PolicyError."""
        bases = {base: self._result(policy, base, alone=alone) for base in _bases(policy)}
        return replace(self._result(policy, "", alone=alone), bases=bases)

    def _result(self, policy: Policy, base: str, *, alone: bool = False) -> Evaluation:
        found = self._replay.evaluation(_on(policy, base))
        if alone or self._amendment is None:
            return found
        return stitch([self._replay.evaluation(_on(self._before, base)), found])

    def _totals(self, policy: Policy) -> Mapping[Spot, Fraction]:
        found: dict[Spot, Fraction] = {}
        for base in ("", *_bases(policy)):
            found |= totals(self._standings_of(policy, base), base)
        return found

    def _standings_of(self, policy: Policy, base: str) -> tuple[Standing, ...]:
        here = _on(policy, base)
        if self._amendment is None:
            return self._replay.standings(here)
        key = base, self._replay.scored_by(here)
        if key not in self._standings:
            self._standings[key] = self._result(policy, base).standings
        return self._standings[key]

    def _all_scored_by(self, policy: Policy) -> Hashable:
        """Versions equal in this have equal standings in every result."""
        return tuple((base, self._replay.scored_by(_on(policy, base))) for base in ("", *_bases(policy)))

    def _concluded_by(self, policy: Policy) -> Hashable:
        return self._replay.concluded_by(policy), self._all_scored_by(policy)

    def _replayed(self, subset: Subset) -> Outcomes | None:
        try:
            policy = self._governing(self._mixtures.policy(subset))
            key = self._concluded_by(policy)
            if key not in self._outcomes:
                self._outcomes[key] = _outcomes(self._evaluation(policy))
        except (PolicyError, InputError):
            return None
        return self._outcomes[key]

    def _shared(
        self, spots: Sequence[Spot], sampling: tuple[int, int, int]
    ) -> tuple[Sharing, Mapping[Spot, tuple[Part, ...]]]:
        most_exact, pairs, seed = sampling
        if not spots:
            return Sharing((), 0, 0), {}
        players, idle = self._players()
        none = self._totals_of(frozenset())

        def valued(subset: frozenset[int]) -> Sequence[Fraction]:
            found = self._totals_of(idle.union(players[i] for i in subset))
            # A unit that some mixture leaves unranked counts there as it was: nothing is due to no figure.
            return [found.get(spot, none[spot]) for spot in spots]

        self._say(f"正在分摊 {len(players)} 项改动的作用…")
        shared: Shares = shares(len(players), valued, most_exact=most_exact, pairs=pairs, seed=seed)
        return Sharing(tuple(players), shared.orders, len(self._refused)), parts_of(spots, players, shared)

    def _totals_of(self, subset: Subset) -> Mapping[Spot, Fraction]:
        """The totals with the items of ``subset``; where they do not hold together, or the orders cannot be read so,
        without the last of them that has to go. None and all always hold."""
        taken = sorted(subset)
        while True:
            try:
                return self._totals(self._governing(self._mixtures.policy(taken)))
            except (PolicyError, InputError):
                if not taken:
                    raise
                self._refused.add(subset)
                taken.pop()

    def _players(self) -> tuple[list[int], Subset]:
        """The items that bear on totals, and those that do not: adding or leaving out any of these changes nothing
        that scores, neither at A nor at B."""
        every = self._mixtures.all
        none, final = self._scored_by(frozenset()), self._scored_by(every)
        idle = frozenset(
            item
            for item in every
            if self._scored_by(frozenset({item})) == none and self._scored_by(every - {item}) == final
        )
        if self._scored_by(idle) != none:
            idle = frozenset()
        return sorted(every - idle), idle

    def _scored_by(self, subset: Subset) -> Hashable:
        """None where the items do not hold together."""
        try:
            return self._all_scored_by(self._governing(self._mixtures.policy(subset)))
        except PolicyError:
            return None

    def _left_out(self) -> Mapping[int, Policy]:
        """By item, the later version without it, where that holds together."""
        found: dict[int, Policy] = {}
        for item in sorted(self._mixtures.all):
            try:
                found[item] = self._governing(self._mixtures.policy(self._mixtures.all - {item}))
            except PolicyError:
                continue
        return found


def _bases(policy: Policy) -> tuple[str, ...]:
    return tuple(base.id for base in policy.bases)


def _on(policy: Policy, base: str) -> Policy:
    return on_base(policy, base) if base else policy


def _outcomes(found: Evaluation) -> Outcomes:
    """Of the main result and of the second ones."""
    known = dict(outcomes(found))
    for base, other in found.bases.items():
        known |= seats(other.standings, base)
    return known


def _is_amount(spot: Spot, a: Outcomes, b: Outcomes) -> bool:
    """A total that both versions give."""
    return spot.what == "total" and at(a, spot) is not None and at(b, spot) is not None
