"""Which changes hold only together, found by trying.

Knows that one sum binds some numbers; must not know what else may bind changes: the problems of trying tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.diff.between import Applying, key_of
from engine.diff.change import Change
from engine.problems import Problem

Group = list[Change]

SUMMED = (("indicators", "weight"), ("indicators", "weights_sum"))
"""Part and property of the numbers that one sum binds together."""


def couple(applying: Applying, found: Sequence[Change]) -> tuple[tuple[Change, ...], ...]:
    """``found`` in groups that give a valid policy each on its own, in the order of ``found`` by the first of each.

    Numbers of one sum are one group from the start where any of them does not hold alone; other changes that do not
    hold alone are joined by those that their problems go away with.
    """
    weights = [change for change in found if _weighs(change)]
    bound = bool(weights) and not all(applying.holds([change]) for change in weights)
    groups = [[change] for change in found if not (bound and change in weights)]
    if bound:
        groups.append(weights)
    while len(groups) > 1:
        failing = next((group for group in groups if not applying.holds(group)), None)
        if failing is None:
            break
        others = [group for group in groups if group is not failing]
        partners = _partners(applying, failing, others)
        groups = [group for group in others if group not in partners]
        groups.append([*failing, *_flat(partners)])
    order = {key_of(change): i for i, change in enumerate(found)}
    ordered = [tuple(sorted(group, key=lambda change: order[key_of(change)])) for group in groups]
    return tuple(sorted(ordered, key=lambda group: order[key_of(group[0])]))


def _partners(applying: Applying, failing: Group, others: list[Group]) -> list[Group]:
    """Some of ``others`` that ``failing`` does not hold without: first one that takes away problems, else the fewest
    with which none of its own problems are left."""
    alone = _own(applying, failing, [])
    near = sorted(others, key=lambda group: -_nearness(group, failing, alone))
    for group in near:
        if len(_own(applying, failing, [group])) < len(alone):
            return [group]
    kept, size = near, max(1, len(near) // 2)
    while kept:
        for start in range(0, len(kept), size):
            rest = kept[:start] + kept[start + size :]
            if not _own(applying, failing, rest):
                kept = rest
                break
        else:
            if size == 1:
                return kept
            size //= 2
    return near


def _own(applying: Applying, failing: Group, company: list[Group]) -> frozenset[Problem]:
    """The problems that are there with ``failing`` and not with its ``company`` alone."""
    others = _flat(company)
    return applying.problems([*failing, *others]) - applying.problems(others)


def _nearness(group: Group, failing: Group, problems: Iterable[Problem]) -> int:
    """How much speaks for a partner: what it names is named by the problems, or by the changes that fail."""
    told = "\n".join(f"{problem.what} {problem.value} {problem.instead}" for problem in problems)
    named = {word for change in failing for word in _words(change)}
    own = {word for change in group for word in _words(change)}
    return 3 * sum(word in told for word in own if len(word) > 1) + len(own & named)


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
    if (change.part, change.path[-1] if change.path else "") in SUMMED:
        return True
    values = change.new or change.old
    return change.part == "indicators" and isinstance(values, dict) and "weight" in values


def _flat(groups: Iterable[Group]) -> Group:
    return [change for group in groups for change in group]
