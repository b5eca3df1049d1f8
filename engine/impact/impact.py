"""What version B would have changed against version A for real orders, and because of which of its changes.

Ties replaying, comparing and attributing together; must not know how anything of it is shown.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.choosing import Progress
from engine.diff.vocabulary import Vocabulary
from engine.evaluation import Evaluation
from engine.impact.causes import Because, Part, because, parts_of
from engine.impact.items import Item, Mixtures, Subset
from engine.impact.orders import Accepted, Judged, OrderChange, accepted, order_changes, touched
from engine.impact.outcomes import Outcomes, Spot, at, differing, outcomes, totals
from engine.impact.replay import Replay
from engine.impact.shapley import MOST_EXACT, PAIRS, Shares, shares
from engine.policy.model import Policy
from engine.policy.parts import Parts
from engine.problems import PolicyError

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
    ``causes``: by spot of a fact. ``order_causes``: the items that change how something is judged."""

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
    order_causes: Mapping[Judged, tuple[int, ...]]
    accepted: Accepted

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
    say("正在比较两个版本…")
    return _Work(Mixtures(sides.a, sides.b, words), replay, say).impact(examples, (most_exact, pairs, seed))


class _Work:
    """One comparison under way; what was replayed is remembered."""

    def __init__(self, mixtures: Mixtures, replay: Replay, say: Progress) -> None:
        self._mixtures, self._replay, self._say = mixtures, replay, say
        self._outcomes: dict[Hashable, Outcomes] = {}

    def impact(self, examples: int, sampling: tuple[int, int, int]) -> Impact:
        none, every = frozenset[int](), self._mixtures.all
        before, after = (self._replay.aligned(self._mixtures.policy(subset)) for subset in (none, every))
        self._say("正在按两个版本各算一遍…")
        left, right = self._replay.evaluation(before), self._replay.evaluation(after)
        a, b = outcomes(left), outcomes(right)
        self._outcomes |= {self._replay.concluded_by(before): a, self._replay.concluded_by(after): b}
        spots = differing(a, b)
        sharing, parts = self._shared([spot for spot in spots if _is_amount(spot, a, b)], sampling)
        self._say("正在逐项去掉改动…")
        told = [spot for spot in spots if spot.what in TOLD]
        causes = because(told, len(every), self._replayed)
        self._say("正在比较每张工单…")
        orders = order_changes(self._replay, before, after, examples)
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
            self._judged_by([change.judged for change in orders], after),
            accepted(self._replay, before, after, examples),
        )

    def _replayed(self, subset: Subset) -> Outcomes | None:
        try:
            policy = self._replay.aligned(self._mixtures.policy(subset))
            key = self._replay.concluded_by(policy)
            if key not in self._outcomes:
                self._outcomes[key] = outcomes(self._replay.evaluation(policy))
        except PolicyError:
            return None
        return self._outcomes[key]

    def _shared(
        self, spots: Sequence[Spot], sampling: tuple[int, int, int]
    ) -> tuple[Sharing, Mapping[Spot, tuple[Part, ...]]]:
        most_exact, pairs, seed = sampling
        if not spots:
            return Sharing((), 0, 0), {}
        players, idle = self._players()
        none = totals(self._replay.standings(self._aligned(frozenset())))

        def valued(subset: frozenset[int]) -> Sequence[Fraction]:
            taken = idle.union(players[i] for i in subset)
            found = totals(self._replay.standings(self._aligned(taken)))
            # A unit that some mixture leaves unranked counts there as it was: nothing is due to no figure.
            return [found.get(spot, none[spot]) for spot in spots]

        self._say(f"正在分摊 {len(players)} 项改动的作用…")
        shared: Shares = shares(len(players), valued, most_exact=most_exact, pairs=pairs, seed=seed)
        refused = len(self._mixtures.refused)
        return Sharing(tuple(players), shared.orders, refused), parts_of(spots, players, shared)

    def _aligned(self, subset: Subset) -> Policy:
        return self._replay.aligned(self._mixtures.nearest(subset))

    def _players(self) -> tuple[list[int], Subset]:
        """The items that bear on totals, and those that do not: adding or leaving out any of these changes nothing
        that scores, neither at A nor at B."""
        every = self._mixtures.all
        ends = {subset: self._replay.scored_by(self._aligned(subset)) for subset in (frozenset[int](), every)}
        idle = frozenset(
            item
            for item in every
            if self._replay.scored_by(self._aligned(frozenset({item}))) == ends[frozenset()]
            and self._replay.scored_by(self._aligned(every - {item})) == ends[every]
        )
        if self._replay.scored_by(self._aligned(idle)) != ends[frozenset()]:
            idle = frozenset()
        return sorted(every - idle), idle

    def _judged_by(self, judged: Sequence[Judged], after: Policy) -> Mapping[Judged, tuple[int, ...]]:
        """The items without which ``judged`` would be judged by other conditions than ``after`` has; those that change
        how orders are read where no condition differs."""
        found: dict[Judged, list[int]] = {one: [] for one in judged}
        reading: list[int] = []
        for item in sorted(self._mixtures.all) if judged else ():
            try:
                other = self._replay.aligned(self._mixtures.policy(self._mixtures.all - {item}))
            except PolicyError:
                continue
            differs = set(touched(other, after))
            for one in judged:
                if one in differs:
                    found[one].append(item)
            if other.tables != after.tables:
                reading.append(item)
        return {one: tuple(items or reading) for one, items in found.items()}


def _is_amount(spot: Spot, a: Outcomes, b: Outcomes) -> bool:
    """A total that both versions give."""
    return spot.what == "total" and at(a, spot) is not None and at(b, spot) is not None
