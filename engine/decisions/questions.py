"""Questions asked of a row, and how they are split into groups whose domains stay small.

Knows conditions, facts and tags; must not know durable-rules, tables or files.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from engine.conditions import All, Any, Condition, Element, Fact, Not, Tag, facts

Combination = tuple[str, ...]
"""One value for each fact of a group, in the group's order."""


@dataclass(frozen=True)
class Question:
    """One yes/no asked of a row; when the answer is yes, the row gets the tags it ``gives``."""

    id: str
    when: Condition
    gives: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Questions decided together over the values of ``facts`` (sorted, so the same whatever the rules' order).

    ``enumerable`` is false when the domain is too large: its combinations then come from the data.
    """

    facts: tuple[Fact, ...]
    questions: tuple[Question, ...]
    enumerable: bool = True

    @property
    def size(self) -> int:
        """How many combinations the domain has."""
        return size_of(self.facts)

    @property
    def element(self) -> Element | None:
        """The list field decided element by element, if any."""
        return next((fact for fact in self.facts if isinstance(fact, Element)), None)

    def domain(self) -> Iterator[Combination]:
        """Every combination, the last fact varying fastest."""
        return product(*(fact.values for fact in self.facts))


class PlanError(ValueError):
    """The questions cannot be put in an order in which they can be decided."""


class DoubledQuestionError(PlanError):
    """Two questions share an id. ``ids``: which."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids = tuple(ids)
        super().__init__(f"问题标识重复：{'、'.join(self.ids)}")


class UnknownTagError(PlanError):
    """Tags are tested that nobody gives. ``tags``: which, and for each the ids of the questions that test it."""

    def __init__(self, tags: Mapping[str, tuple[str, ...]]) -> None:
        self.tags = dict(tags)
        super().__init__(f"没有规则给出的标记：{'、'.join(self.tags)}")


class TagCycleError(PlanError):
    """Tags depend on themselves. ``cycle``: the tags in order, each needed to decide the next, the last the first."""

    def __init__(self, cycle: Sequence[str]) -> None:
        self.cycle = tuple(cycle)
        super().__init__(f"标记互相依赖：{' → '.join((*self.cycle, self.cycle[0]))}")


class TwoListsError(PlanError):
    """A question tests elements of several list fields. ``question``: its id; ``fields``: the fields."""

    def __init__(self, question: str, fields: Iterable[str]) -> None:
        self.question = question
        self.fields = tuple(fields)
        super().__init__(f"{question} 同时判断几个列表字段：{'、'.join(self.fields)}")


def size_of(some: Iterable[Fact]) -> int:
    """How many combinations of values ``some`` facts have."""
    return math.prod(len(fact.values) for fact in some)


def first_of(questions: Sequence[Question]) -> tuple[Question, ...]:
    """The same questions, each holding only where no earlier one does."""
    return tuple(
        question if not index else Question(question.id, _after(questions, index), question.gives)
        for index, question in enumerate(questions)
    )


def _after(questions: Sequence[Question], index: int) -> Condition:
    earlier = tuple(question.when for question in questions[:index])
    return All((questions[index].when, Not(Any(earlier))))


def plan(questions: Sequence[Question], *, limit: int = 4096, merge_limit: int = 64) -> tuple[Group, ...]:
    """``questions`` in groups, so ordered that every tag a group tests is given by an earlier one.

    Questions that share facts go together while the domain has at most ``limit`` combinations; otherwise they stay
    apart as far as they can. Groups that share nothing are merged up to ``merge_limit``, which saves look-ups.
    Questions about list elements stay among themselves. Raises PlanError.
    """
    _refuse_doubled(questions)
    merge_limit = min(merge_limit, limit)
    groups: list[Group] = []
    for stratum in _strata(questions):
        kinds: dict[str, list[Question]] = {}
        for question in stratum:
            kinds.setdefault(_list_field(question), []).append(question)
        for kind in sorted(kinds):
            groups.extend(_grouped(kinds[kind], limit, merge_limit))
    return tuple(groups)


def _refuse_doubled(questions: Sequence[Question]) -> None:
    ids = [question.id for question in questions]
    doubled = sorted({id for id in ids if ids.count(id) > 1})
    if doubled:
        raise DoubledQuestionError(doubled)


def _list_field(question: Question) -> str:
    fields = sorted({fact.field for fact in facts(question.when) if isinstance(fact, Element)})
    if len(fields) > 1:
        raise TwoListsError(question.id, fields)
    return fields[0] if fields else ""


def _tags(question: Question) -> tuple[str, ...]:
    return tuple(fact.name for fact in facts(question.when) if isinstance(fact, Tag))


def _strata(questions: Sequence[Question]) -> list[list[Question]]:
    """Questions by the length of the longest chain of tags below them."""
    needs: dict[str, set[str]] = {}  # tag given -> tags tested by the questions that give it
    for question in questions:
        for tag in question.gives:
            needs.setdefault(tag, set()).update(_tags(question))
    unknown: dict[str, tuple[str, ...]] = {}
    for question in questions:
        for tag in _tags(question):
            if tag not in needs:
                unknown[tag] = (*unknown.get(tag, ()), question.id)
    if unknown:
        raise UnknownTagError(unknown)
    levels: dict[str, int] = {}
    while len(levels) < len(needs):
        ready = [tag for tag in needs if tag not in levels and needs[tag] <= levels.keys()]
        if not ready:
            raise TagCycleError(_cycle({tag: needs[tag] - levels.keys() for tag in needs if tag not in levels}))
        levels |= {tag: 1 + max((levels[need] for need in needs[tag]), default=-1) for tag in ready}
    strata: dict[int, list[Question]] = {}
    for question in questions:
        level = 1 + max((levels[tag] for tag in _tags(question)), default=-1)
        strata.setdefault(level, []).append(question)
    return [strata[level] for level in sorted(strata)]


def _cycle(needs: Mapping[str, set[str]]) -> list[str]:
    """A cycle in a graph in which every node has a successor; it starts at its smallest tag."""
    path: list[str] = []
    tag = min(needs)
    while tag not in path:
        path.append(tag)
        tag = min(needs[tag])
    cycle = path[path.index(tag) :][::-1]
    start = cycle.index(min(cycle))
    return cycle[start:] + cycle[:start]


@dataclass
class _Part:
    facts: frozenset[Fact]
    questions: list[Question]

    @property
    def size(self) -> int:
        return size_of(self.facts)

    def take(self, other: _Part) -> None:
        self.facts |= other.facts
        self.questions += other.questions


def _grouped(questions: Sequence[Question], limit: int, merge_limit: int) -> list[Group]:
    """Groups of questions of one stratum and kind, in the order of their first questions."""
    singles = [_Part(frozenset(facts(question.when)), [question]) for question in questions]
    parts: list[_Part] = []
    for component in _components(singles):
        whole = size_of(frozenset().union(*(part.facts for part in component)))
        parts += [_joined(component)] if whole <= limit else _kept_apart(component, limit, merge_limit)
    order = {question.id: index for index, question in enumerate(questions)}
    groups = []
    for part in _merged(parts, merge_limit):
        members = sorted(part.questions, key=lambda question: order[question.id])
        groups.append(Group(tuple(sorted(part.facts, key=_fact_key)), tuple(members), part.size <= limit))
    return sorted(groups, key=lambda group: order[group.questions[0].id])


def _fact_key(fact: Fact) -> tuple[str, str]:
    return type(fact).__name__, repr(fact)


def _components(parts: Sequence[_Part]) -> list[list[_Part]]:
    """Parts that share facts, directly or through others."""
    found: list[tuple[set[Fact], list[_Part]]] = []
    for part in parts:
        touching = [entry for entry in found if entry[0] & part.facts]
        apart = [entry for entry in found if not entry[0] & part.facts]
        merged = (
            set(part.facts).union(*(entry[0] for entry in touching)),
            [p for e in touching for p in e[1]] + [part],
        )
        found = [*apart, merged]
    return [members for _, members in found]


def _joined(parts: Sequence[_Part]) -> _Part:
    whole = _Part(frozenset(), [])
    for part in parts:
        whole.take(part)
    return whole


def _kept_apart(parts: Sequence[_Part], limit: int, merge_limit: int) -> list[_Part]:
    """Joined only where that costs nothing: facts already among another's, or a small domain together.

    A question that can be enumerated never joins one that cannot.
    """
    kept: list[_Part] = []
    for part in sorted(parts, key=lambda part: -part.size):
        for other in kept:
            together = size_of(other.facts | part.facts)
            contained = together <= other.size and (other.size <= limit or part.size > limit)
            if contained or (other.facts & part.facts and together <= merge_limit):
                other.take(part)
                break
        else:
            kept.append(_Part(part.facts, list(part.questions)))
    return kept


def _merged(parts: Sequence[_Part], merge_limit: int) -> list[_Part]:
    """Small parts packed together, first fit, largest first."""
    packed: list[_Part] = []
    for part in sorted(parts, key=lambda part: -part.size):
        for other in packed:
            if size_of(other.facts | part.facts) <= merge_limit:
                other.take(part)
                break
        else:
            packed.append(part)
    return packed
