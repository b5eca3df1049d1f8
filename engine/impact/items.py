"""The items that a difference may be due to: changes that hold only together, and versions with some of them.

Knows how to put a version together from items; must not know what any of them means.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.diff.applying import Applying, couple
from engine.diff.change import Change
from engine.diff.compare import changes
from engine.diff.vocabulary import Vocabulary
from engine.policy.build import build_policy
from engine.policy.model import Policy
from engine.policy.parts import Parts

Subset = frozenset[int]


@dataclass(frozen=True)
class Item:
    """``changes`` are valid only together, the gravest first."""

    changes: tuple[Change, ...]

    @property
    def sentence(self) -> str:
        """All of it, a sentence a change."""
        return "；".join(change.sentence for change in self.changes)

    @property
    def clauses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(change.clause for change in self.changes if change.clause))


class Mixtures:
    """Versions between ``a`` and ``b``, each put together once."""

    def __init__(self, a: Parts, b: Parts, words: Vocabulary) -> None:
        self._applying = Applying(a, b, words)
        self.items = tuple(map(Item, couple(self._applying, changes(a, b, words))))
        self._policies: dict[Subset, Policy] = {frozenset(): build_policy(a), self.all: build_policy(b)}

    @property
    def all(self) -> Subset:
        return frozenset(range(len(self.items)))

    def policy(self, subset: Iterable[int]) -> Policy:
        """``a`` with the items of ``subset``; raises PolicyError where these do not hold together."""
        taken = frozenset(subset)
        if taken not in self._policies:
            parts = self._applying.apply(change for i in sorted(taken) for change in self.items[i].changes)
            self._policies[taken] = build_policy(parts)
        return self._policies[taken]
