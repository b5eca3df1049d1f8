"""Runs cases the way any folder is evaluated, and says which expectations do not hold and what each case exercised.

Knows the order of the steps; must not know how results are compared or shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from engine.cases.batches import Batch, joined_batches
from engine.cases.comparing import Outcome, compare
from engine.cases.giving import given_intake, order_cells
from engine.cases.naming import about_problems, given_problems, reading_problems, unit_names
from engine.cases.order_outcomes import order_outcomes
from engine.cases.reached import Reached, reached
from engine.cases.reading import Case, Given, read_cases
from engine.cases.second_results import expects_bases, with_bases
from engine.cases.spanning import seen_by, together
from engine.cases.together import Taken, can_join, parted_orders, parted_scorers
from engine.compiled import CompiledPolicy, compile_policy
from engine.counting import score, scorer
from engine.databases import Remembering, beside
from engine.decisions.compile import decide_found
from engine.evaluate import Gates, conclude, gates_of
from engine.intake import connect
from engine.intake.found import Intake
from engine.order_results import detail
from engine.policy.build import build_policy
from engine.policy.model import Policy
from engine.policy.model_tables import Table
from engine.policy.parts import check_parts, read_sources
from engine.policy.schema import Schemas
from engine.policy.versions import amended
from engine.problems import InputError, Place, PolicyError, Problem
from engine.scores import Scorer
from engine.standings import Entrant, Standing, month_standing, monthly
from engine.tallies import Tallies


@dataclass(frozen=True)
class CaseResult:
    """``failures`` is empty when the case holds; each stands at the expectation that does not. ``spans``: whether
    several versions decided it."""

    title: str
    place: Place
    failures: tuple[Problem, ...]
    reached: Reached
    spans: bool = False


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
        self._schemas_folder = schemas
        self._schemas = Schemas(schemas)
        self._cache = cache
        self._time_limit = time_limit
        self._connection = connect()
        self._database = Remembering(beside(self._connection))
        for connection in (self._connection, self._database.connection):
            connection.execute("PRAGMA disable_optimizer")  # which takes longer than it saves with a few orders
        found: list[Problem] = []
        self._sources = read_sources(folder, found)
        if found:
            raise PolicyError(found)
        self._policies: dict[tuple[tuple[str, str], ...], Policy] = {}
        self._compiled: dict[str, CompiledPolicy] = {}
        self._taken: dict[Place, Taken] = {}
        self._earlier: tuple[Bench, ...] | None = None

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
        groups: dict[tuple[Table, ...], list[Case]] = {}
        for case in cases:
            alone = expects_bases(case) or case.given.spans is not None
            if alone or any(reading_problems(self.policy({}), case)) or any(about_problems([self.policy({})], case)):
                continue
            policy = self.policy(case.given.chosen)
            if not any(given_problems(policy, case)) and can_join(self.compiled(policy), case):
                groups.setdefault(policy.tables, []).append(case)
        for group in groups.values():
            self._taken |= self._taken_together(group)

    def _taken_together(self, cases: Sequence[Case]) -> dict[Place, Taken]:
        """Without those that cannot be taken in: each on its own will tell why."""
        try:
            default = self.compiled(self.policy(cases[0].given.chosen))
            found = list(joined_batches(default, cases, self._connection))
        except InputError:
            half = len(cases) // 2
            return {} if not half else self._taken_together(cases[:half]) | self._taken_together(cases[half:])
        taken: dict[Place, Taken] = {}
        for batch in found:
            try:
                taken |= self._parts(batch)
            except InputError:
                continue  # one of them has no answer
        return taken

    def _parts(self, batch: Batch) -> Iterator[tuple[Place, Taken]]:
        compiled = self.compiled(self.policy(dict(batch.chosen)))
        taken = self._answered(compiled, batch.whole, batch.as_of)
        scorers, orders = parted_scorers(taken.scorer), parted_orders(taken.orders)
        for case, intake, number in zip(batch.cases, batch.intakes, batch.numbers or (), strict=True):
            yield case.place, Taken(intake, scorers[number], orders.get(number, {}))

    def run(self, case: Case) -> CaseResult:
        """Raises PolicyError and CompileError: whatever is wrong with the case itself is a failure of it."""
        joined_in = case.place in self._taken
        try:
            outcome = self.outcome(case)
        except InputError as error:
            titled = (replace(problem, what=f"案例“{case.title}”：{problem.what}") for problem in error.problems)
            return CaseResult(case.title, case.place, tuple(titled), Reached(), case.given.spans is not None)
        failures = compare(case, outcome)
        if failures and joined_in:
            return self.run(case)  # on its own, so that messages name nothing of other cases
        return CaseResult(case.title, case.place, failures, reached(case, outcome), case.given.spans is not None)

    def outcome(self, case: Case) -> Outcome:
        """What comes of what the case gives; of data taken in together once only.

        Raises InputError when that names something the policy does not have or cannot be taken in, and PolicyError
        and CompileError.
        """
        policies = [bench.policy({}) for bench in self.versions(case)]
        about = tuple(about_problems(policies, case))
        since = None if case.given.spans is None else self.policy({}).in_force_from
        try:
            own = self._outcome(seen_by(policies[-1], case, policies[:-1]), since, None)
        except InputError as error:
            raise InputError((*about, *error.problems)) from error
        if about:
            raise InputError(about)
        return own if since is None else together((*self.before(case, since), own))

    def versions(self, case: Case) -> tuple[Bench, ...]:
        """Those of the versions that decide the case, in order of time; this one is the last.

        Raises InputError where the case spans an amendment and the versions before it are not to be had.
        """
        if case.given.spans is None:
            return (self,)
        if self._earlier is None:
            *others, own = amended(self._folder)
            if not others:
                what = f"“{own.version}”没有取代别的版本，案例不能跨修订"
                instead = "请删去 spans；若是修订，在 policy.yaml 里写 supersedes"
                raise InputError([Problem(case.given.spans, what, "spans: true", instead)])
            self._earlier = tuple(
                Bench(other.folder, self._schemas_folder, cache=self._cache, time_limit=self._time_limit)
                for other in others
            )
        return (*self._earlier, self)

    def before(self, case: Case, until: dt.date) -> tuple[Outcome, ...]:
        """What comes of a case that spans an amendment in force from ``until``, by each of the versions before it.

        Raises as ``outcome`` does.
        """
        *benches, _ = self.versions(case)
        policies = [bench.policy({}) for bench in (*benches, self)]
        starts: list[dt.date | None] = [None, *(policy.in_force_from for policy in policies[1:-1]), until]
        return tuple(
            bench._outcome(seen_by(policies[i], case, [*policies[:i], *policies[i + 1 :]]), starts[i], starts[i + 1])
            for i, bench in enumerate(benches)
        )

    def _outcome(self, case: Case, since: dt.date | None, until: dt.date | None) -> Outcome:
        """By this version alone; of single orders, those dated from ``since`` on and before ``until``."""
        wrong = tuple(reading_problems(self.policy({}), case))
        if wrong:
            raise InputError(wrong)
        policy = self.policy(case.given.chosen)
        wrong = tuple(given_problems(policy, case))
        if wrong:
            raise InputError(wrong)
        compiled = self.compiled(policy)
        try:
            taken = self._taken.pop(case.place, None) or self._take(compiled, case.given, since, until)
        except InputError as error:
            problems = (replace(problem, place=case.place) for problem in error.problems)
            raise InputError(problems) from error
        return self._concluded(compiled, case, taken)

    def _take(
        self, compiled: CompiledPolicy, given: Given, since: dt.date | None = None, until: dt.date | None = None
    ) -> Taken:
        intake = given_intake(compiled.policy, given, self._connection)
        if given.standings is not None:
            return Taken(intake, scorer(compiled.policy, Tallies({}, ()), intake), {})
        return self._answered(compiled, intake, given.as_of, since, until)

    def _answered(
        self,
        compiled: CompiledPolicy,
        intake: Intake,
        as_of: dt.datetime,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> Taken:
        scored = score(compiled, intake, self._database, as_of, self._time_limit)
        if not intake.orders:
            return Taken(intake, scored, {})
        decider = partial(decide_found, time_limit=self._time_limit)
        found = detail(compiled, self._database, intake.relation, as_of, decider)
        return Taken(intake, scored, order_outcomes(replace(found, since=_begin(since), until=_begin(until))))

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


def _begin(day: dt.date | None) -> dt.datetime | None:
    return None if day is None else dt.datetime.combine(day, dt.time())


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
