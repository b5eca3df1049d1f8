"""A version with only some of the changes between two.

Knows how to put versions together and to try them; must not know what any change means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.diff.change import Change
from engine.diff.own_name import named, own_id
from engine.diff.spots import side
from engine.diff.vocabulary import Vocabulary
from engine.diff.walk import Difference, Walk
from engine.policy.build import build_policy
from engine.policy.parts import PARTS, Parts, put_in
from engine.policy.readings import Readings, check_references, read_readings
from engine.policy.source import Node
from engine.problems import PolicyError, Problem

Key = tuple[str, tuple[str, ...], str]
"""What tells a change apart: part, path, kind."""

Keys = frozenset[Key]


class Applying:
    """Versions between ``a`` and ``b``; both are read once, and what was put together or checked is remembered."""

    def __init__(self, a: Parts, b: Parts, words: Vocabulary) -> None:
        self._parts = a
        self._a, self._b, self._words = side(a, words), side(b, words), words
        self._roots: dict[tuple[str, Keys], Node | None] = {}
        self._schema: dict[tuple[str, Keys, Keys], tuple[Problem, ...]] = {}
        self._problems: dict[Keys, frozenset[Problem]] = {}

    def apply(self, subset: Iterable[Change]) -> Parts:
        """``a`` with only the changes in ``subset``, all of them out of ``changes(a, b, words)``.

        Raises PolicyError when the schema or a reference is broken by taking these alone.
        """
        return self._apply(frozenset(map(key_of, subset)))

    def holds(self, subset: Iterable[Change]) -> bool:
        """Whether ``subset`` gives a policy that can be built."""
        return not self.problems(subset)

    def problems(self, subset: Iterable[Change]) -> frozenset[Problem]:
        """All that is wrong with the policy that ``subset`` gives."""
        keys = frozenset(map(key_of, subset))
        if keys not in self._problems:
            try:
                build_policy(self._apply(keys))
                self._problems[keys] = frozenset()
            except PolicyError as error:
                self._problems[keys] = frozenset(error.problems)
        return self._problems[keys]

    def _apply(self, keys: Keys) -> Parts:
        own = {part: frozenset(key for key in keys if key[0] == part) for part in PARTS}
        merged = {part: self._root(part, own[part]) for part in PARTS}
        ids = own_id(self._a.parts), own_id(self._b.parts)
        roots = named({part: root for part, root in merged.items() if root is not None}, ids)
        folder = self._parts.folder
        readings, problems = read_readings(roots.get("readings"), str(folder / "readings.yaml"), {})
        others = [root for part, root in roots.items() if part != "readings"]
        found: list[Problem] = [*problems, *check_references(others, readings)]
        if not found:
            touched = self._spoken_for(readings)
            for part, root in roots.items():
                # What is as it was in A has been checked, unless an option that may speak there has another value.
                if root is not self._a.roots.get(part) or part in touched:
                    found.extend(self._checked(part, root, readings, own, part in touched))
        if found:
            raise PolicyError(found)
        return put_in(folder, roots, readings)

    def _root(self, part: str, keys: Keys) -> Node | None:
        if not keys:
            return self._a.roots.get(part)
        if (part, keys) not in self._roots:
            walk = Walk(self._a, self._b, self._words, lambda found: key_of_difference(found) in keys)
            self._roots[part, keys] = walk.part(part)
        return self._roots[part, keys]

    def _checked(
        self, part: str, root: Node, readings: Readings, own: Mapping[str, Keys], touched: bool
    ) -> tuple[Problem, ...]:
        key = (part, own[part], own["readings"] if touched else frozenset())
        if key not in self._schema:
            self._schema[key] = self._words.schemas.problems(part, root, readings)
        return self._schema[key]

    def _spoken_for(self, readings: Readings) -> set[str]:
        """The parts in which a reading may speak whose options are not those of ``a``. Which one is chosen does not
        matter: the schemas have been held against all."""
        before = self._a.readings.choices
        same = {id for id, now in readings.choices.items() if id in before and _same(before[id].options, now.options)}
        return {use.spot.part for use in (*self._a.uses, *self._b.uses) if use.reading not in same}


def key_of(change: Change) -> Key:
    return (change.part, change.path, change.kind)


def key_of_difference(found: Difference) -> Key:
    return (found.spot.part, found.spot.path, found.kind)


def _same(before: Mapping[str, Node], now: Mapping[str, Node]) -> bool:
    return before.keys() == now.keys() and all(before[option] is node for option, node in now.items())
