"""Runs cases the way any folder is evaluated, and says which expectations do not hold and what each case exercised.

Knows the order of the steps; must not know how results are compared or shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from engine.cases.comparing import Outcome, compare
from engine.cases.giving import given_intake, order_cells
from engine.cases.naming import given_problems, reading_problems, unit_names
from engine.cases.order_outcomes import OrderOutcome, order_outcomes
from engine.cases.reading import Case, Given, read_cases
from engine.cases.second_results import expects_bases, with_bases
from engine.cases.together import Taken, can_join, joined, parted
from engine.compiled import CompiledPolicy, compile_policy
from engine.counting import score, scorer
from engine.decisions.compile import decide_found
from engine.evaluate import Gates, conclude, gates_of
from engine.intake import connect
from engine.intake.found import Intake
from engine.order_results import detail
from engine.policy.build import build_policy
from engine.policy.model import Policy
from engine.policy.parts import check_parts, read_sources
from engine.policy.schema import Schemas
from engine.problems import InputError, Place, PolicyError, Problem
from engine.scores import Scorer
from engine.standings import Entrant, Standing, month_standing, monthly
from engine.tallies import Tallies


@dataclass(frozen=True)
class Reached:
    """What a case exercised. ``quiet``: looked at and did not fire. ``duties``: obligation and state (``none``: does
    not apply); ``gates``: gate and outcome in some month; ``marks_given`` and ``marks_withheld``: the marks that some
    ranked unit has and lacks; ``readings``: the options the case chose itself."""

    about: frozenset[str] = frozenset()
    rules_fired: frozenset[str] = frozenset()
    rules_quiet: frozenset[str] = frozenset()
    consequences_fired: frozenset[str] = frozenset()
    consequences_quiet: frozenset[str] = frozenset()
    duties: frozenset[tuple[str, str]] = frozenset()
    gates: frozenset[tuple[str, str]] = frozenset()
    marks_given: frozenset[str] = frozenset()
    marks_withheld: frozenset[str] = frozenset()
    readings: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class CaseResult:
    """``failures`` is empty when the case holds; each stands at the expectation that does not."""

    title: str
    place: Place
    failures: tuple[Problem, ...]
    reached: Reached


def run_cases(folder: Path, schemas: Path, *, cache: Path | None, time_limit: float = 60.0) -> Iterator[CaseResult]:
    """The result of every case of the policy in ``folder``, in order.

    Raises PolicyError when the policy or a file of cases is broken, and CompileError.
    """
    cases = read_cases(folder, schemas)
    bench = Bench(folder, schemas, cache=cache, time_limit=time_limit)
    bench.take_together(cases)
    for case in cases:
        yield bench.run(case)


class Bench:
    """Runs cases of one policy; each set of readings is compiled once, when a case first needs it.

    Raises PolicyError when the policy is broken.
    """

    def __init__(self, folder: Path, schemas: Path, *, cache: Path | None, time_limit: float = 60.0) -> None:
        self._folder = folder
        self._schemas = Schemas(schemas)
        self._cache = cache
        self._time_limit = time_limit
        self._connection = connect()
        found: list[Problem] = []
        self._sources = read_sources(folder, found)
        if found:
            raise PolicyError(found)
        self._policies: dict[tuple[tuple[str, str], ...], Policy] = {}
        self._compiled: dict[str, CompiledPolicy] = {}
        self._taken: dict[Place, Taken] = {}

    def policy(self, chosen: Mapping[str, str]) -> Policy:
        """The policy under these readings. Raises PolicyError."""
        key = tuple(sorted(chosen.items()))
        if key not in self._policies:
            parts = check_parts(self._folder, self._sources, self._schemas, chosen, [])
            self._policies[key] = build_policy(parts)
        return self._policies[key]

    def compiled(self, policy: Policy) -> CompiledPolicy:
        """Raises CompileError."""
        if policy.digest not in self._compiled:
            self._compiled[policy.digest] = self._compile(policy)
        return self._compiled[policy.digest]

    def _compile(self, policy: Policy) -> CompiledPolicy:
        return compile_policy(policy, cache=self._cache, time_limit=self._time_limit)

    def take_together(self, cases: Iterable[Case]) -> None:
        """Take in the data of those cases that allow it together, so that running each costs little afterwards.

        Raises PolicyError and CompileError.
        """
        groups: dict[tuple[str, dt.datetime], list[Case]] = {}
        for case in cases:
            if expects_bases(case) or any(reading_problems(self.policy({}), case)):
                continue
            policy = self.policy(case.given.chosen)
            if not any(given_problems(policy, case)) and can_join(self.compiled(policy), case):
                groups.setdefault((policy.digest, case.given.as_of), []).append(case)
        for (digest, _), group in groups.items():
            policy = self._compiled[digest].policy
            try:
                taken = self._take(self._compiled[digest], joined(policy, group))
            except InputError:
                continue  # one of them cannot be taken in; each on its own will tell which
            self._taken |= {case.place: part for case, part in zip(group, parted(policy, taken, group), strict=True)}

    def run(self, case: Case) -> CaseResult:
        """Raises PolicyError and CompileError: whatever is wrong with the case itself is a failure of it."""
        together = case.place in self._taken
        try:
            outcome = self.outcome(case)
        except InputError as error:
            titled = (replace(problem, what=f"案例“{case.title}”：{problem.what}") for problem in error.problems)
            return CaseResult(case.title, case.place, tuple(titled), Reached())
        failures = compare(case, outcome)
        if failures and together:
            return self.run(case)  # on its own, so that messages name nothing of other cases
        return CaseResult(case.title, case.place, failures, _reached(case, outcome))

    def outcome(self, case: Case) -> Outcome:
        """What comes of what the case gives; of data taken in together once only.

        Raises InputError when that names something the policy does not have or cannot be taken in, and PolicyError
        and CompileError.
        """
        wrong = tuple(reading_problems(self.policy({}), case))
        if wrong:
            raise InputError(wrong)
        policy = self.policy(case.given.chosen)
        wrong = tuple(given_problems(policy, case))
        if wrong:
            raise InputError(wrong)
        compiled = self.compiled(policy)
        try:
            taken = self._taken.pop(case.place, None) or self._take(compiled, case.given)
        except InputError as error:
            problems = (replace(problem, place=case.place) for problem in error.problems)
            raise InputError(problems) from error
        return self._concluded(compiled, case, taken)

    def _take(self, compiled: CompiledPolicy, given: Given) -> Taken:
        intake = given_intake(compiled.policy, given, self._connection)
        if given.standings is not None:
            return Taken(intake, scorer(compiled.policy, Tallies({}, ()), intake), {})
        scored = score(compiled, intake, self._connection, given.as_of, self._time_limit)
        if not intake.orders:
            return Taken(intake, scored, {})
        decider = partial(decide_found, time_limit=self._time_limit)
        return Taken(
            intake,
            scored,
            order_outcomes(detail(compiled, self._connection, intake.relation, given.as_of, decider)),
        )

    def _concluded(self, compiled: CompiledPolicy, case: Case, taken: Taken) -> Outcome:
        policy, given = compiled.policy, case.given
        units = unit_names(policy, case)
        counted = taken.scorer
        if given.standings is None:
            months = monthly(policy, counted, given.as_of)
        else:
            counted = replace(counted, measures=replace(counted.measures, units=tuple(sorted(units))))
            months = given_months(policy, given, counted)
        gates = given_gates(compiled, given, taken.intake)
        evaluation = conclude(compiled, taken.intake, self._connection, given.as_of, counted, months, gates)
        evaluation = with_bases(evaluation, case, self._compile, self._connection, self._time_limit)
        key = policy.orders.key[0]
        ids = tuple(dict.fromkeys(cells[key] for cells in order_cells(policy.orders, given.tables["orders"])))
        return Outcome(evaluation, taken.orders, units, ids)


def given_months(policy: Policy, given: Given, counted: Scorer) -> tuple[Standing, ...]:
    """Every month's standing from the totals given, each unit in its group; a month without any ranks nobody."""
    totals = {item.month.text: {unit.text: total for unit, total in item.totals} for item in given.standings or ()}
    return tuple(
        month_standing(
            policy,
            month,
            [
                Entrant(unit, total, counted.group(unit, (month,)))
                for unit, total in totals.get(str(month), {}).items()
                if policy.unfinished.ranked or given.as_of >= policy.window.end(month)
            ],
            counted.units,
            given.as_of,
            {},
        )
        for month in policy.months
    )


def given_gates(compiled: CompiledPolicy, given: Given, intake: Intake) -> Gates:
    """The gates from their figures, with the outcomes given in place of those computed."""
    return {
        gate: {
            month: replace(state, outcome=given.gates.outcome(str(month)) or state.outcome)
            for month, state in states.items()
        }
        for gate, states in gates_of(compiled, intake).items()
    }


def _reached(case: Case, outcome: Outcome) -> Reached:
    evaluation = outcome.evaluation
    policy = evaluation.policy
    orders = tuple(outcome.orders.values())
    fired = frozenset(id for order in orders for id in order.rules | order.included)
    rules = frozenset(rule.id for rule in policy.rules) if orders else frozenset()
    given = [frozenset(placed.standings) for standing in evaluation.standings for placed in standing.ranking]
    marks = frozenset(mark.id for mark in policy.standings)
    return Reached(
        about=frozenset(word.text for word in case.about),
        rules_fired=fired,
        rules_quiet=frozenset(id for id in rules if any(_is_quiet(id, order) for order in orders)),
        consequences_fired=frozenset(item.consequence.id for item in evaluation.considered if item.fired),
        consequences_quiet=frozenset(
            item.consequence.id for item in evaluation.considered if item.counted and not item.fired
        ),
        duties=frozenset(
            (item.id, order.duties.get(item.id, "none")) for order in orders for item in policy.obligations
        ),
        gates=frozenset((gate, state.outcome) for gate, by in evaluation.gates.items() for state in by.values()),
        marks_given=frozenset[str]().union(*given),
        marks_withheld=frozenset[str]().union(*(marks - has for has in given)),
        readings=frozenset(case.given.chosen.items()),
    )


def _is_quiet(rule: str, order: OrderOutcome) -> bool:
    return rule not in order.rules and rule not in order.included
