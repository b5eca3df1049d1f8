"""The rule engine's answers to sets of questions, for the combinations that can happen: what every analysis looks at.

Asks all sets in one go. Tags and lists are taken as free yes/no facts, so that a set can be asked alone; must not know
what a question stands for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.check.worlds import Example, Worlds, examples_of, worlds
from engine.conditions import (
    NO_DUTY,
    YES,
    All,
    Any,
    Condition,
    Element,
    Fact,
    Not,
    State,
    Tag,
    Test,
    duty_of,
    facts,
)
from engine.decisions.compile import compile_tables
from engine.decisions.questions import Combination, Group, Question, plan, size_of
from engine.decisions.tables import DecisionTable
from engine.lists import whole_lists
from engine.policy.model import Policy
from engine.policy.model_tables import Table

Duties = Mapping[str, tuple[str, ...]]
"""By obligation, the states that it can be in."""

MOST_TOGETHER = 4096
"""How many combinations a set of questions may have to be looked at as one table."""


@dataclass(frozen=True)
class Seen:
    """Questions decided together. ``whole``: every question of the set is here; None for ``table``: too many
    combinations to decide any."""

    group: Group
    table: DecisionTable | None
    worlds: Worlds
    whole: bool

    @cached_property
    def combinations(self) -> tuple[Combination, ...]:
        """Those that can happen, in a fixed order."""
        return tuple(self.worlds.examples)

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """By question, a number whose bit i says whether it holds for ``combinations[i]``."""
        assert self.table is not None
        columns = dict.fromkeys((question.id for question in self.group.questions), 0)
        rows = [self.table.rows[combination] for combination in self.combinations]
        for index, question in enumerate(self.group.questions):
            mask = 1 << index
            columns[question.id] = sum(1 << i for i, bits in enumerate(rows) if bits & mask)
        return columns

    @property
    def everything(self) -> int:
        """The column of a question that always holds."""
        return (1 << len(self.combinations)) - 1

    def examples(self, column: int) -> list[Example]:
        """Examples of the combinations in ``column``, the fullest first."""
        return list(examples_of(self.worlds, (c for i, c in enumerate(self.combinations) if column >> i & 1)))


def free(condition: Condition, duties: Duties) -> Condition:
    """The same condition with each tag in it as a fact that anybody may set, and each obligation in one state."""
    match condition:
        case Test(Tag(name), allowed):
            duty = duty_of(name)
            if duty is None:
                return Test(State(f"tag:{name}"), allowed)
            states = duties.get(duty[0], ())
            held = tuple(state for state in states if (state == duty[1]) == (YES in allowed))
            return Test(State(f"duty:{duty[0]}", states), held)
        case Test():
            return condition
        case Not(part):
            return Not(free(part, duties))
        case All(parts):
            return All(tuple(free(part, duties) for part in parts))
        case Any(parts):
            return Any(tuple(free(part, duties) for part in parts))


def duties_of(policy: Policy) -> Duties:
    """The states that each obligation can be in."""
    return {
        item.id: tuple(dict.fromkeys((*(outcome.is_ for outcome in item.states), NO_DUTY)))
        for item in policy.obligations
    }


def grouped(questions: Sequence[Question], duties: Duties, *, several: bool = False) -> tuple[tuple[Group, bool], ...]:
    """The groups in which a set is looked at, and whether each is the whole set: one, if it is not too large.

    ``several``: what holds for different elements of one list counts as holding at once.
    """
    lists = [Question(question.id, _apart(question.when)) for question in questions] if several else list(questions)
    own = {question.id for question in questions}
    whole = (question for question in whole_lists(lists) if question.id in own)
    lifted = tuple(Question(question.id, free(question.when, duties)) for question in whole)
    used: tuple[Fact, ...] = tuple(dict.fromkeys(fact for question in lifted for fact in facts(question.when)))
    lists_used = {fact.field for fact in used if isinstance(fact, Element)}
    if size_of(used) <= MOST_TOGETHER and len(lists_used) <= 1:
        ordered = tuple(sorted(used, key=lambda fact: (type(fact).__name__, repr(fact))))
        return ((Group(ordered, lifted), True),) if lifted else ()
    return tuple((group, False) for group in plan(lifted, limit=MOST_TOGETHER))


def _apart(condition: Condition) -> Condition:
    """Each list test as a fact of its own."""
    match condition:
        case Test(Element(field, _), allowed):
            return Test(State(f"contains:{field}含{'或'.join(allowed)}"), ("yes",))
        case Test():
            return condition
        case Not(part):
            return Not(_apart(part))
        case All(parts):
            return All(tuple(map(_apart, parts)))
        case Any(parts):
            return Any(tuple(map(_apart, parts)))


def ask(
    sets: Mapping[str, tuple[tuple[Group, bool], ...]], orders: Table, *, cache: Path | None, time_limit: float
) -> Mapping[str, tuple[Seen, ...]]:
    """The answers to every set, by its name. Raises CompileError."""
    wanted = tuple(dict.fromkeys(group for groups in sets.values() for group, _ in groups if group.enumerable))
    tables = dict(zip(wanted, compile_tables(wanted, cache=cache, time_limit=time_limit), strict=True))
    possible = {group: worlds(group.facts, orders) for group in wanted}
    nothing = Worlds({}, exact=False)
    asked = dict.fromkeys(key for groups in sets.values() for key in groups)
    # One for each group, however many sets it is in: what is worked out from it is worked out once.
    seen = {key: Seen(key[0], tables.get(key[0]), possible.get(key[0], nothing), key[1]) for key in asked}
    return {name: tuple(seen[key] for key in groups) for name, groups in sets.items()}


def undecided(seen: Iterable[Seen]) -> tuple[str, ...]:
    """Ids of the questions that have too many combinations to be looked at."""
    return tuple(question.id for part in seen if part.table is None for question in part.group.questions)
