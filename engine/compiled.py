"""A policy together with the tables that the rule engine filled for it: everything an evaluation looks up.

Knows which questions are planned together; must not know orders, SQL or how the rule engine is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.conditions import Fact, State, Tag
from engine.decisions.compile import CompileError, compile_tables
from engine.decisions.questions import Group, PlanError, Question, TagCycleError, plan
from engine.decisions.tables import DecisionTable
from engine.lists import whole_lists
from engine.policy.model import Policy
from engine.policy.model_orders import Outcome
from engine.problems import Place, PolicyError, Problem
from engine.questions import (
    consequence_question,
    count_questions,
    mark_question,
    needed,
    obligation_questions,
    outcome_id,
    outcome_questions,
    rule_questions,
)


@dataclass(frozen=True)
class Decided:
    """A group of questions and the answers to every combination; None where combinations must come from the data."""

    group: Group
    table: DecisionTable | None


@dataclass(frozen=True)
class CompiledPolicy:
    """``counting``: what the ranking needs of an order. ``detail``: every rule, obligation and mark of an order.

    ``gates`` and ``states`` are first-match tables by gate and obligation id; ``ladder`` answers, by consequence id,
    whether it fires; ``standings``, by the id of a mark, whether a unit's place gives it.
    """

    policy: Policy
    counting: tuple[Decided, ...]
    detail: tuple[Decided, ...]
    gates: Mapping[str, tuple[Decided, ...]]
    states: Mapping[str, tuple[Decided, ...]]
    ladder: Mapping[str, tuple[Decided, ...]]
    standings: Mapping[str, tuple[Decided, ...]] = field(default_factory=dict)


def questions_of(policy: Policy) -> Mapping[str, tuple[Question, ...]]:
    """The question sets that are planned apart, by name."""
    rules = rule_questions(policy)
    sets: dict[str, tuple[Question, ...]] = {
        "counting": needed(count_questions(policy), rules),
        "detail": (*rules, *obligation_questions(policy)),
    }
    sets |= {f"ladder:{item.id}": (consequence_question(item),) for item in policy.consequences}
    sets |= {f"standing:{mark.id}": (mark_question(mark),) for mark in policy.standings}
    sets |= {f"gate:{gate.id}": outcome_questions(gate.id, gate.outcomes) for gate in policy.gates}
    sets |= {f"states:{o.id}": outcome_questions(o.id, o.states) for o in policy.obligations}
    return sets


def compile_policy(policy: Policy, *, cache: Path | None, time_limit: float) -> CompiledPolicy:
    """Ask the rule engine everything that can be asked before an order is seen.

    ``cache``: folder for answers of earlier runs, or None. ``time_limit`` in seconds. Raises PolicyError when the rules
    cannot be put in an order, or when the rule engine refuses them, crashes on them or takes too long.
    """
    try:
        planned = {name: plan(whole_lists(questions)) for name, questions in questions_of(policy).items()}
        enumerable = tuple(dict.fromkeys(group for groups in planned.values() for group in groups if group.enumerable))
        tables = dict(zip(enumerable, compile_tables(enumerable, cache=cache, time_limit=time_limit), strict=True))
    except (PlanError, CompileError) as error:
        raise PolicyError([Problem(_place(policy, error), "规则不能编译", "", str(error))]) from None

    def decided(name: str) -> tuple[Decided, ...]:
        return tuple(Decided(group, tables.get(group)) for group in planned[name])

    return CompiledPolicy(
        policy=policy,
        counting=decided("counting"),
        detail=decided("detail"),
        gates={gate.id: decided(f"gate:{gate.id}") for gate in policy.gates},
        states={obligation.id: decided(f"states:{obligation.id}") for obligation in policy.obligations},
        ladder={item.id: decided(f"ladder:{item.id}") for item in policy.consequences},
        standings={mark.id: decided(f"standing:{mark.id}") for mark in policy.standings},
    )


def _place(policy: Policy, error: PlanError | CompileError) -> Place:
    """The rule that gives the first tag of a cycle; the folder where no single rule is to blame."""
    if isinstance(error, TagCycleError):
        for rule in policy.rules:
            if error.cycle[0] in rule.gives:
                return policy.places[rule.id]
        for obligation in policy.obligations:
            if error.cycle[0].split(":")[1:2] == [obligation.id]:
                return policy.places[obligation.id]
    return Place(policy.folder)


def holding(decided: tuple[Decided, ...], values: Mapping[Fact, str]) -> frozenset[str]:
    """Ids of the questions that hold for ``values``, looked up group by group; tags given feed later groups."""
    held: set[str] = set()
    tags: set[str] = set()
    for item in decided:
        if item.table is None:
            raise LookupError("a table over data is looked up in the database, not here")
        key = tuple(
            ("yes" if fact.name in tags else "no") if isinstance(fact, Tag) else values[fact]
            for fact in item.group.facts
        )
        answers = item.table.rows[key]
        for bit, question in enumerate(item.group.questions):
            if answers >> bit & 1:
                held.add(question.id)
                tags.update(question.gives)
    return frozenset(held)


def outcome(of: str, outcomes: tuple[Outcome, ...], decided: tuple[Decided, ...], values: Mapping[str, str]) -> str:
    """The outcome of the first-match table ``of`` for the named states ``values``."""
    facts: dict[Fact, str] = {
        fact: values[fact.name] for item in decided for fact in item.group.facts if isinstance(fact, State)
    }
    held = holding(decided, facts)
    return next(row.is_ for i, row in enumerate(outcomes) if outcome_id(of, i) in held)
