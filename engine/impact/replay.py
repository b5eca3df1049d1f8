"""One folder of orders under many versions of a policy, doing again only what a version makes different.

Orders are taken in once for each way of reading them; counts are taken again only where what is asked of an order, or
what places it in a month, is not what was asked before; standings only where something that scores is new. Must not
know why versions differ.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.choosing import Data, Progress, Taken, folder_of
from engine.compiled import CompiledPolicy, Decided
from engine.counting import counting, decider, scorer
from engine.decisions.compile import CompileError, compile_tables
from engine.decisions.questions import Group, PlanError, Question, plan
from engine.decisions.tables import DecisionTable
from engine.evaluate import conclude, gates_of
from engine.evaluation import Evaluation
from engine.impact.alignment import aligned
from engine.intake import connect, take_in
from engine.lists import whole_lists
from engine.months import Month
from engine.order_results import detail, overlapping, refuse_overlaps
from engine.policy.model import Policy
from engine.policy.model_tables import Table
from engine.problems import Place, PolicyError, Problem
from engine.questions import (
    consequence_question,
    count_questions,
    mark_question,
    needed,
    outcome_questions,
    rule_questions,
)
from engine.scores import Scorer
from engine.standings import Standing, aggregated, monthly
from engine.tallies import Tallies, events, tally

MOST_OPEN = 3
"""How many readings of the orders are held in databases at once."""

Questions = tuple[Question, ...]
Counts = Mapping[tuple[str, Month], int]


@dataclass(frozen=True)
class Given:
    """What every replay shares. ``as_of`` is local to the policies; ``time_limit`` in seconds for the rule engine."""

    data: Data
    as_of: dt.datetime
    cache: Path | None = None
    time_limit: float = 60.0
    memory: str | None = None


class Replay:
    """Evaluates versions as if their cycle began when that of ``base`` does.

    ``taken``: the orders as ``base`` reads them, where they are at hand already.
    """

    def __init__(self, base: Policy, given: Given, taken: Taken | None = None, progress: Progress | None = None):
        self.base, self.given = base, given
        self._say: Progress = progress or (lambda _: None)
        self._taken: dict[tuple[Table, ...], Taken] = {} if taken is None else {base.tables: taken}
        self._decided: dict[Questions, tuple[Decided, ...]] = {}
        self._counts: dict[Hashable, Counts] = {}
        self._units: dict[tuple[Table, ...], tuple[str, ...]] = {}
        self._tallies: dict[Hashable, Tallies] = {}
        self._scorers: dict[Hashable, Scorer] = {}
        self._standings: dict[Hashable, tuple[Standing, ...]] = {}
        self._unique: set[Hashable] = set()

    def aligned(self, policy: Policy) -> Policy:
        return aligned(policy, self.base)

    def taken(self, policy: Policy) -> Taken:
        """The orders as ``policy`` reads them. Raises InputError."""
        found = self._taken.pop(policy.tables, None)
        if found is None:
            connection = connect(memory_limit=self.given.memory)
            data = folder_of(self.given.data, policy.tables)
            found = Taken(policy, take_in(policy.tables, data, connection, self._say), connection)
            if len(self._taken) >= MOST_OPEN:
                other = next(tables for tables in self._taken if tables != self.base.tables)
                del self._taken[other]  # the connection may still be read by an evaluation, and closes with the last
        self._taken[policy.tables] = found
        return found

    def scored_by(self, policy: Policy) -> Hashable:
        """Versions equal in this have equal standings."""
        return (
            self._counted_by(policy),
            policy.indicators,
            policy.bonuses,
            policy.eligible,
            policy.rank_rule,
            policy.scale,
            policy.vetoes,
            policy.unfinished,
            policy.aggregates,
        )

    def concluded_by(self, policy: Policy) -> Hashable:
        """Versions equal in this have equal gates and consequences as well."""
        followed = policy.standings, policy.gates, policy.consequences, policy.counted_from, policy.calendar
        return self.scored_by(policy), *followed

    def _counted_by(self, policy: Policy) -> Hashable:
        questions = needed(count_questions(policy), rule_questions(policy))
        return policy.tables, questions, tuple(events(policy).items()), policy.first, policy.last, policy.window

    def standings(self, policy: Policy) -> tuple[Standing, ...]:
        """Months, quarters and the year of an aligned version. Raises PolicyError, InputError."""
        key = self.scored_by(policy)
        if key not in self._standings:
            scores = self._scorer(policy, key)
            months = monthly(policy, scores, self.given.as_of)
            self._standings[key] = (*months, *aggregated(policy, months, scores, self.given.as_of))
        return self._standings[key]

    def evaluation(self, policy: Policy) -> Evaluation:
        """Everything but single orders, of an aligned version. Raises PolicyError, InputError."""
        standings = self.standings(policy)
        taken = self.taken(policy)
        self._refuse_overlaps(policy, taken)
        compiled = self._ladders(policy)
        months = [standing for standing in standings if standing.kind == "month"]
        scores = self._scorer(policy, self.scored_by(policy))
        gates = gates_of(compiled, taken.intake)
        return conclude(compiled, taken.intake, taken.connection, self.given.as_of, scores, months, gates)

    def decided(self, policy: Policy, sets: Sequence[Questions]) -> list[tuple[Decided, ...]]:
        """Each set planned and answered by the rule engine, all that is new at once. Raises PolicyError."""
        missing = [questions for questions in dict.fromkeys(sets) if questions not in self._decided]
        if missing:
            try:
                planned = [plan(whole_lists(questions)) for questions in missing]
                tables = self._tables(planned)
            except (PlanError, CompileError) as error:
                raise PolicyError([Problem(Place(policy.folder), "规则不能编译", "", str(error))]) from None
            for questions, groups in zip(missing, planned, strict=True):
                self._decided[questions] = tuple(Decided(group, tables.get(group)) for group in groups)
        return [self._decided[questions] for questions in sets]

    def _tables(self, planned: Sequence[Sequence[Group]]) -> dict[Group, DecisionTable]:
        known = {item.group: item.table for decided in self._decided.values() for item in decided if item.table}
        wanted = list(dict.fromkeys(group for groups in planned for group in groups if group.enumerable))
        asked = [group for group in wanted if group not in known]
        found = compile_tables(asked, cache=self.given.cache, time_limit=self.given.time_limit)
        return known | dict(zip(asked, found, strict=True))

    def _scorer(self, policy: Policy, key: Hashable) -> Scorer:
        if key not in self._scorers:
            tallies = self._tally(policy)
            self._scorers[key] = scorer(policy, tallies, self.taken(policy).intake)
        return self._scorers[key]

    def _tally(self, policy: Policy) -> Tallies:
        """The counts, from those taken for other versions where each was asked in the same way."""
        key = self._counted_by(policy)
        if key not in self._tallies:
            keys = _keys(policy)
            if not all(one in self._counts for one in keys.values()):
                self._say("正在统计…")
                taken = self.taken(policy)
                (decided,) = self.decided(policy, [needed(count_questions(policy), rule_questions(policy))])
                compiled = CompiledPolicy(policy, decided, (), {}, {}, {})
                given = self.given
                answers = counting(compiled, taken.intake, taken.connection, given.as_of, given.time_limit)
                fresh = tally(policy, answers, taken.connection)
                self._counts |= {keys[id]: counts for id, counts in fresh.counts.items()}
                self._units[policy.tables] = fresh.units
            counts = {id: self._counts[one] for id, one in keys.items()}
            self._tallies[key] = Tallies(counts, self._units[policy.tables])
        return self._tallies[key]

    def _refuse_overlaps(self, policy: Policy, taken: Taken) -> None:
        """Raises PolicyError where a decision of which only one rule may hold for an order has two that do."""
        key = policy.tables, policy.decisions
        if key in self._unique or all(decision.hit != "unique" for decision in policy.decisions):
            return
        (decided,) = self.decided(policy, [rule_questions(policy)])
        if unsure := overlapping(policy, decided):
            rules = CompiledPolicy(policy, (), decided, {}, {}, {})
            decide = decider(self.given.time_limit)
            refuse_overlaps(detail(rules, taken.connection, taken.intake.relation, self.given.as_of, decide), unsure)
        self._unique.add(key)

    def _ladders(self, policy: Policy) -> CompiledPolicy:
        """What gates and consequences are looked up in."""
        gates = [outcome_questions(gate.id, gate.outcomes) for gate in policy.gates]
        steps: list[Questions] = [(consequence_question(item),) for item in policy.consequences]
        marks: list[Questions] = [(mark_question(mark),) for mark in policy.standings]
        found = self.decided(policy, [*gates, *steps, *marks])
        return CompiledPolicy(
            policy,
            (),
            (),
            {gate.id: decided for gate, decided in zip(policy.gates, found, strict=False)},
            {},
            {item.id: decided for item, decided in zip(policy.consequences, found[len(gates) :], strict=False)},
            {mark.id: decided for mark, decided in zip(policy.standings, found[-len(marks) :], strict=False)},
        )


def _keys(policy: Policy) -> dict[str, Hashable]:
    """By counted question, all that its counts depend on."""
    rules = rule_questions(policy)
    asked = {question.id: question for question in count_questions(policy)}
    placed = events(policy)
    cycle = policy.tables, policy.first, policy.last
    return {id: (*cycle, needed((asked[id],), rules), placing) for id, placing in placed.items()}
