"""A version with only some of the changes, and which changes hold only together.

Knows how to put versions together and to try them; must not know what any change means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from engine.diff.change import Change
from engine.diff.spots import side
from engine.diff.vocabulary import Vocabulary
from engine.diff.walk import Difference, Walk
from engine.policy.build import build_policy
from engine.policy.parts import Parts, put_in
from engine.policy.readings import Readings, check_references, read_readings
from engine.policy.source import Node
from engine.problems import PolicyError, Problem

Key = tuple[str, tuple[str, ...], str]
WEIGHTS = (("indicators", "weight"), ("indicators", "weights_sum"))
"""Part and property of the numbers that one sum binds together."""


class Applying:
    """Versions between ``a`` and ``b``; both are read once."""

    def __init__(self, a: Parts, b: Parts, words: Vocabulary) -> None:
        self._parts = a
        self._a, self._b, self._words = side(a, words), side(b, words), words
        self._tried: dict[frozenset[Key], bool] = {}

    def apply(self, subset: Iterable[Change]) -> Parts:
        """``a`` with only the changes in ``subset``.

        Raises PolicyError when the schema or a reference is broken by taking these alone.
        """
        wanted = {_key(change) for change in subset}
        walk = Walk(self._a, self._b, self._words, lambda found: _key_of(found) in wanted)
        roots = walk.parts()
        return self._checked(roots)

    def holds(self, subset: Iterable[Change]) -> bool:
        """Whether ``subset`` gives a policy that can be built."""
        changes = tuple(subset)
        key = frozenset(map(_key, changes))
        if key not in self._tried:
            try:
                build_policy(self.apply(changes))
                self._tried[key] = True
            except PolicyError:
                self._tried[key] = False
        return self._tried[key]

    def _checked(self, roots: dict[str, Node]) -> Parts:
        folder = self._parts.folder
        readings, problems = read_readings(roots.get("readings"), str(folder / "readings.yaml"), {})
        others = [root for part, root in roots.items() if part != "readings"]
        found: list[Problem] = [*problems, *check_references(others, readings)]
        if not found:
            touched = self._spoken_for(readings)
            for part, root in roots.items():
                # What is as it was in A has been checked, unless an option that may speak there has another value.
                if root is not self._a.roots.get(part) or part in touched:
                    found.extend(self._words.schemas.problems(part, root, readings))
        if found:
            raise PolicyError(found)
        return put_in(folder, roots, readings)

    def _spoken_for(self, readings: Readings) -> set[str]:
        """The parts in which a reading may speak whose options are not those of ``a``. Which one is chosen does not
        matter: the schemas have been held against all."""
        before = self._a.readings.choices
        same = {id for id, now in readings.choices.items() if id in before and _same(before[id].options, now.options)}
        return {use.spot.part for use in (*self._a.uses, *self._b.uses) if use.reading not in same}


def _same(before: Mapping[str, Node], now: Mapping[str, Node]) -> bool:
    return before.keys() == now.keys() and all(before[option] is node for option, node in now.items())


def apply(a: Parts, b: Parts, subset: Iterable[Change], words: Vocabulary) -> Parts:
    """``a`` with only the changes in ``subset``, all of them out of ``changes(a, b, words)``.

    ``build_policy`` takes the result. Raises PolicyError when the schema or a reference is broken by taking these
    alone; ``build_policy`` may raise it too.
    """
    return Applying(a, b, words).apply(subset)


def coupled(a: Parts, b: Parts, found: Sequence[Change], words: Vocabulary) -> tuple[tuple[Change, ...], ...]:
    """``found`` in groups, each as small as could be found, that give a valid policy when applied without the others.

    In the order of ``found``, by the first of each group. Numbers of one sum are one group from the start; other
    partners are found by trying: a change that does not hold alone is joined by those it cannot do without.
    """
    applying = Applying(a, b, words)
    groups = [[change] for change in found if not _weighs(change)]
    weights = [change for change in found if _weighs(change)]
    if weights:
        bound = weights if not all(applying.holds([change]) for change in weights) else []
        groups += [bound] if bound else [[change] for change in weights]
    groups = _joined(groups, applying.holds)
    order = {_key(change): i for i, change in enumerate(found)}
    ordered = [tuple(sorted(group, key=lambda change: order[_key(change)])) for group in groups]
    return tuple(sorted(ordered, key=lambda group: order[_key(group[0])]))


def _joined(groups: list[list[Change]], holds: Callable[[Iterable[Change]], bool]) -> list[list[Change]]:
    """Groups merged until each holds alone."""
    while True:
        failing = next((group for group in groups if not holds(group)), None)
        if failing is None or len(groups) == 1:
            return groups
        partners = _partners(failing, [group for group in groups if group is not failing], holds)
        groups = [group for group in groups if group is not failing and group not in partners]
        groups.append([*failing, *(change for group in partners for change in group)])


def _partners(
    failing: list[Change], others: list[list[Change]], holds: Callable[[Iterable[Change]], bool]
) -> list[list[Change]]:
    """The fewest of ``others`` without which ``failing`` does not hold, as far as leaving out piece by piece tells.

    One partner is looked for first, then by halving: pieces that can be spared all at once are dropped at once.
    """
    near = sorted(others, key=lambda group: -_nearness(failing, group))
    for group in near[:8]:
        if holds([*failing, *group]):
            return [group]
    kept, size = near, max(1, len(near) // 2)
    while kept:
        for start in range(0, len(kept), size):
            rest = kept[:start] + kept[start + size :]
            if holds([*failing, *(change for group in rest for change in group)]):
                kept = rest
                break
        else:
            if size == 1:
                return kept
            size = max(1, size // 2)
            continue
        size = min(size, max(1, len(kept)))
    return kept


def _nearness(one: list[Change], other: list[Change]) -> int:
    """How many ids and values the two have in common: partners mention one another."""
    return len(
        {word for change in one for word in _words(change)} & {word for change in other for word in _words(change)}
    )


def _words(change: Change) -> set[str]:
    found = {change.item, change.path[-1] if change.path else ""}
    stack: list[object] = [change.old, change.new]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack += list(value.values())
        elif isinstance(value, list):
            stack += value
        elif isinstance(value, str):
            found.add(value)
    return found - {""}


def _weighs(change: Change) -> bool:
    """Whether the change alters a number of the sum of weights."""
    if (change.part, change.path[-1] if change.path else "") in WEIGHTS:
        return True
    values = change.new or change.old
    return change.part == "indicators" and isinstance(values, dict) and "weight" in values


def _key(change: Change) -> Key:
    return (change.part, change.path, change.kind)


def _key_of(found: Difference) -> Key:
    return (found.spot.part, found.spot.path, found.kind)
