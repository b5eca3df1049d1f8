"""Runs cases against a policy in which something was changed, doing again only what the change can reach.

All cases are taken in once. From there on, the counts, the answers order by order, and the standings with what follows
from them are made anew only where what they are made from differs. Knows the order of the steps; must not know which
parameters a policy has.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import duckdb

from engine.cases.batches import Batch, batches
from engine.cases.comparing import Outcome, compare
from engine.cases.giving import given_intake, order_cells
from engine.cases.naming import given_problems, unit_names
from engine.cases.order_outcomes import OrderOutcome, order_outcomes
from engine.cases.reading import Case
from engine.cases.running import given_gates, given_months
from engine.cases.second_results import with_bases
from engine.cases.together import Taken, can_join, joined, parted, parted_orders, parted_scorers
from engine.compiled import CompiledPolicy
from engine.counting import score
from engine.coverage.differing import (
    ANSWERED,
    OF_PERIODS,
    OF_SINGLE_ORDERS,
    can_tell,
    counts_differ,
    difference,
    expected_of,
    told_apart,
)
from engine.coverage.narrowing import narrowed
from engine.coverage.spanned import Spanned
from engine.coverage.variants import Changed, Variants
from engine.databases import Remembering, beside
from engine.decisions.questions import Combination, Group
from engine.decisions.tables import DecisionTable, decide
from engine.evaluate import conclude
from engine.intake import connect
from engine.intake.found import Intake
from engine.order_results import detail
from engine.policy.model import Policy
from engine.problems import InputError
from engine.scores import Scorer
from engine.standings import monthly
from engine.tallies import MissedLookUpError

FIRST_FEW = 6
"""How many cases are taken in anew together before all the others are."""
TIME_LIMIT = 60.0


Orders = Mapping[str, OrderOutcome]


class Bench:
    """The cases of one policy, taken in. Raises PolicyError and InputError when it or one of them is broken."""

    def __init__(self, folder: Path, schemas: Path, cases: Sequence[Case]) -> None:
        self.variants = Variants(folder, schemas)
        self._connection = connect(threads=1)  # the tables are tiny, and other processes may work beside this one
        self._database = Remembering(beside(self._connection))
        for connection in (self._connection, self._database.connection):
            connection.execute("PRAGMA disable_optimizer")  # which takes longer than it saves with a few orders
        self._counted: dict[int, Sequence[Scorer]] = {}
        self._answered: dict[int, Sequence[Orders]] = {}
        self._outcomes: dict[tuple[int, int], Outcome] = {}
        self._spanned = Spanned(folder, schemas)
        own = self.variants.compiled(()).policy
        seen = [self._spanned.seen_by(own, case) for case in cases]
        self.batches = tuple(batches(seen, self.variants.compiled, self._connection))

    def noticed(self, changed: Changed, batch: Batch, order: Sequence[int]) -> Case | None:
        """The first of the batch's cases, tried in ``order``, that does not hold. Raises PolicyError."""
        before, after = self.variants.compiled(batch.chosen).policy, changed.policy(batch.chosen)
        differ = difference(before, after)
        tables = told_apart(before, after)
        trying = [i for i in order if can_tell(batch.cases[i], differ, tables)]
        if not trying:
            return None
        try:
            compiled = self.variants.compile(after)
            if "tables" in differ or batch.cases[0].given.spans is not None:
                return self._failing_anew(compiled, [batch.cases[i] for i in trying])
            return self._failing(compiled, batch, trying, differ)
        except (InputError, MissedLookUpError, duckdb.Error, LookupError):
            # The case cannot even be worked out any more.
            return batch.cases[trying[0]]

    def _failing(
        self, compiled: CompiledPolicy, batch: Batch, trying: Sequence[int], differ: frozenset[str]
    ) -> Case | None:
        expected = [expected_of(case) for case in batch.cases]
        if differ & ANSWERED and any("orders" in expected[i] for i in trying):
            orders = self._orders_anew(compiled, batch)
            for i in (i for i in trying if "orders" in expected[i]):
                found = self._outcome(batch, i)
                found = replace(found, evaluation=replace(found.evaluation, policy=compiled.policy), orders=orders[i])
                if compare(batch.cases[i], found):
                    return batch.cases[i]
        was = self.variants.compiled(batch.chosen).policy
        recount = counts_differ(was, compiled.policy, differ)
        scorers: Callable[[], Sequence[Scorer]] = cache(partial(self._scorers, compiled, batch))
        for i in trying if not differ <= OF_SINGLE_ORDERS else ():
            case = batch.cases[i]
            if expected[i] & OF_PERIODS:
                anew = recount and case.given.standings is None
                scorer = scorers()[i] if anew else _by(compiled.policy, self._counts_now(batch)[i])
                if compare(
                    case, self._concluded(compiled, case, batch.intakes[i], scorer, self._answers_now(batch, i))
                ):
                    return case
        return None

    def _counts_now(self, batch: Batch) -> Sequence[Scorer]:
        """What the batch is counted to without any change, case by case."""
        if id(batch) not in self._counted:
            self._counted[id(batch)] = self._scorers(self.variants.compiled(batch.chosen), batch)
        return self._counted[id(batch)]

    def _answers_now(self, batch: Batch, i: int) -> Orders:
        """What single orders of a case come to without any change; nothing where the case does not ask."""
        if "orders" not in expected_of(batch.cases[i]):
            return {}
        return self._orders_now(batch)[i]

    def _orders_now(self, batch: Batch) -> Sequence[Orders]:
        if id(batch) not in self._answered:
            self._answered[id(batch)] = self._orders(self.variants.compiled(batch.chosen), batch)
        return self._answered[id(batch)]

    def _orders_anew(self, compiled: CompiledPolicy, batch: Batch) -> Sequence[Orders]:
        """With a change; only what it can reach is looked up, and nothing is looked up twice for it."""
        part = narrowed(self.variants.compiled(batch.chosen), compiled)
        if part is None:
            return self._orders(compiled, batch)
        anew = self._orders(part.compiled, batch)
        return [part.merged(was, now) for was, now in zip(self._orders_now(batch), anew, strict=True)]

    def _outcome(self, batch: Batch, i: int) -> Outcome:
        """The same of one case, to the end."""
        key = id(batch), i
        if key not in self._outcomes:
            compiled, scorer = self.variants.compiled(batch.chosen), self._counts_now(batch)[i]
            self._outcomes[key] = self._concluded(
                compiled, batch.cases[i], batch.intakes[i], scorer, self._answers_now(batch, i)
            )
        return self._outcomes[key]

    def holds(self, batch: Batch, case: Case) -> bool:
        """Whether the case holds without any change."""
        return not compare(case, self._outcome(batch, batch.cases.index(case)))

    def _scorers(self, compiled: CompiledPolicy, batch: Batch) -> Sequence[Scorer]:
        scorer = score(compiled, batch.whole, self._database, batch.as_of, TIME_LIMIT)
        if batch.numbers is None:
            return (scorer,)
        parts = parted_scorers(scorer)
        return [parts[number] for number in batch.numbers]

    def _orders(self, compiled: CompiledPolicy, batch: Batch) -> Sequence[Orders]:
        found = self._answered_by(compiled, batch.cases[0], batch.whole)
        if batch.numbers is None:
            return (found,)
        parts = parted_orders(found)
        return [parts.get(number, {}) for number in batch.numbers]

    def _answered_by(self, compiled: CompiledPolicy, case: Case, whole: Intake) -> Orders:
        """The orders in ``whole``, of a case that spans an amendment those that the amendment decides."""
        found = detail(compiled, self._database, whole.relation, case.given.as_of, _decide_here)
        if case.given.spans is not None:
            found = replace(found, since=dt.datetime.combine(compiled.policy.in_force_from, dt.time()))
        return order_outcomes(found)

    def _concluded(
        self,
        compiled: CompiledPolicy,
        case: Case,
        intake: Intake,
        scorer: Scorer,
        orders: Orders,
    ) -> Outcome:
        policy, given = compiled.policy, case.given
        units = unit_names(policy, case)
        if given.standings is None:
            months = monthly(policy, scorer, given.as_of)
        else:
            scorer = replace(scorer, measures=replace(scorer.measures, units=tuple(sorted(units))))
            months = given_months(policy, given, scorer)
        gates = given_gates(compiled, given, intake)
        evaluation = conclude(compiled, intake, self._connection, given.as_of, scorer, months, gates)
        evaluation = with_bases(evaluation, case, self.variants.compile, self._connection, TIME_LIMIT)
        key = policy.orders.key[0]
        ids = tuple(dict.fromkeys(cells[key] for cells in order_cells(policy.orders, given.tables["orders"])))
        return self._spanned.whole(case, Outcome(evaluation, orders, units, ids))

    def _failing_anew(self, compiled: CompiledPolicy, cases: Sequence[Case]) -> Case | None:
        """The same with the data taken in anew: the likeliest few first."""
        for case in cases:
            if any(self._spanned.about_problems(compiled.policy, case)) or any(given_problems(compiled.policy, case)):
                return case
        if not any(can_join(compiled, case) for case in cases):
            # Each is taken in by itself: those first that look at what is not taken in.
            cases = sorted(cases, key=lambda case: "set_aside" not in expected_of(case))
        for few in (cases[:FIRST_FEW], cases[FIRST_FEW:]):
            alike = [case for case in few if can_join(compiled, case)]
            groups = [alike] if alike else []
            groups += [[case] for case in few if case not in alike]
            for group in groups:
                found = next(self._failing_of(compiled, group, together=group is alike), None)
                if found is not None:
                    return found
        return None

    def _failing_of(self, compiled: CompiledPolicy, cases: Sequence[Case], *, together: bool) -> Iterator[Case]:
        given = joined(compiled.policy, cases) if together else cases[0].given
        whole = given_intake(compiled.policy, given, self._connection)
        scorer = score(compiled, whole, self._database, given.as_of, TIME_LIMIT)
        orders = self._answered_by(compiled, cases[0], whole)
        taken = Taken(whole, scorer, orders)
        for case, own in zip(cases, parted(compiled.policy, taken, cases) if together else (taken,), strict=True):
            if compare(case, self._concluded(compiled, case, own.intake, own.scorer, own.orders)):
                yield case


def _by(policy: Policy, scorer: Scorer) -> Scorer:
    """The same counts reckoned by ``policy``; a new ``Measures``, since one keeps what it has reckoned."""
    return replace(scorer, policy=policy, measures=replace(scorer.measures))


def _decide_here(group: Group, combinations: Sequence[Combination]) -> DecisionTable:
    return decide(group, sorted(set(combinations)))
