"""Runs cases against a policy in which something was changed, doing again only what the change can reach.

All cases are taken in once. From there on, the counts, the answers order by order, and the standings with what follows
from them are made anew only where what they are made from differs. Knows the order of the steps; must not know which
parameters a policy has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType

import duckdb

from engine.calendars import WorkCalendar
from engine.cases.comparing import Outcome, compare
from engine.cases.giving import given_intake, order_cells
from engine.cases.naming import given_problems, unit_names
from engine.cases.order_outcomes import OrderOutcome, order_outcomes
from engine.cases.reading import Case
from engine.cases.running import given_gates, given_months
from engine.cases.together import Taken, can_join, joined, parted, parted_orders, parted_scorers
from engine.compiled import CompiledPolicy, Decided, questions_of
from engine.counting import score
from engine.coverage.batches import Batch, Chosen, batches
from engine.coverage.changes import Edit
from engine.coverage.editing import edited
from engine.decisions.fence import FenceError
from engine.decisions.questions import Combination, Group, PlanError, plan
from engine.decisions.tables import DecisionTable, decide
from engine.evaluate import conclude
from engine.intake import connect
from engine.intake.found import Intake
from engine.lists import whole_lists
from engine.order_results import detail
from engine.policy.build import build_policy
from engine.policy.model import Policy
from engine.policy.model_scoring import PointsBand
from engine.policy.model_tables import Table
from engine.policy.parts import Parts, check_parts, read_sources
from engine.policy.readings import Readings, read_readings, resolve
from engine.policy.schema import Schemas
from engine.policy.source import Node, plain
from engine.problems import InputError, Place, PolicyError, Problem
from engine.scores import Scorer
from engine.standings import monthly
from engine.tallies import MissedLookUpError

MOST_ENUMERATED = 512
"""Larger domains are asked only for the combinations that the cases have."""
FIRST_FEW = 6
"""How many cases are taken in anew together before all the others are."""
TIME_LIMIT = 60.0
ONE = Fraction(1)

_READ_BY_NOBODY = frozenset(
    ("digest", "folder", "places", "title", "document", "duties", "forms", "clauses", "readings", "tags")
)
_COUNTED = frozenset(
    ("tables", "decisions", "indicators", "bonuses", "shown", "eligible", "first", "last", "window", "vetoes")
)
_ANSWERED = frozenset(("tables", "decisions", "marks", "obligations", "calendar"))
_OF_SINGLE_ORDERS = frozenset(("marks", "obligations"))
_OF_PERIODS = frozenset(("months", "quarters", "year", "consequences"))


@dataclass(frozen=True)
class Counted:
    """What the orders of a batch come to, case by case."""

    scorers: Sequence[Scorer]
    orders: Sequence[Mapping[str, OrderOutcome]]


class Changed:
    """The policy after ``edits``, under whichever readings it is asked for."""

    def __init__(self, bench: Bench, edits: Iterable[Edit]) -> None:
        self._bench = bench
        self._roots = edited(bench.parts.written, edits)
        self._policies: dict[Chosen, Policy] = {}

    def policy(self, chosen: Chosen) -> Policy:
        """Raises PolicyError where it does not hold together any more."""
        if chosen not in self._policies:
            self._policies[chosen] = build_policy(self._bench.resolved(self._roots, chosen))
        return self._policies[chosen]


class Bench:
    """The cases of one policy, taken in. Raises PolicyError and InputError when it or one of them is broken."""

    def __init__(self, folder: Path, schemas: Path, cases: Sequence[Case]) -> None:
        found: list[Problem] = []
        sources = read_sources(folder, found)
        self.parts = check_parts(folder, sources, Schemas(schemas), {}, found)
        self._connection = connect(threads=1)  # the tables are tiny, and other processes may work beside this one
        self._tables: dict[Group, DecisionTable] = {}
        self._data: dict[tuple[str, Chosen], object] = {}
        self._policies: dict[Chosen, CompiledPolicy] = {}
        self._taken: dict[int, Counted] = {}
        self._outcomes: dict[tuple[int, int], Outcome] = {}
        self.batches = tuple(batches(cases, self.compiled, self._connection))

    def compiled(self, chosen: Chosen) -> CompiledPolicy:
        """The policy as it is. Raises PolicyError."""
        if chosen not in self._policies:
            self._policies[chosen] = self._compile(build_policy(self.resolved(self.parts.written, chosen)))
        return self._policies[chosen]

    def noticed(self, changed: Changed, batch: Batch, order: Sequence[int]) -> Case | None:
        """The first of the batch's cases, tried in ``order``, that does not hold. Raises PolicyError."""
        before, after = self.compiled(batch.chosen).policy, changed.policy(batch.chosen)
        differ = difference(before, after)
        trying = [i for i in order if _can_tell(batch.cases[i], differ)]
        if not trying:
            return None
        try:
            compiled = self._compile(after)
            if "tables" in differ:
                return self._failing_anew(compiled, [batch.cases[i] for i in trying])
            return self._failing(compiled, batch, trying, differ)
        except (InputError, MissedLookUpError, duckdb.Error, LookupError, StopIteration):
            # The case cannot even be worked out, as where a table has no row left that answers.
            return batch.cases[trying[0]]

    def resolved(self, roots: Mapping[str, Node], chosen: Chosen) -> Parts:
        """The parts with the options put in; those that are as they were are not worked out again."""
        file = str(self.parts.folder / "readings.yaml")
        readings, problems = read_readings(roots.get("readings"), file, dict(chosen))
        if problems:
            raise PolicyError(list(problems))
        return replace(
            self.parts,
            data=MappingProxyType({part: self._plain(part, roots, readings, chosen) for part in roots}),
            chosen=MappingProxyType(readings.chosen),
            roots=MappingProxyType(dict(roots)),
            written=MappingProxyType(dict(roots)),
        )

    def _plain(self, part: str, roots: Mapping[str, Node], readings: Readings, chosen: Chosen) -> object:
        written = self.parts.written
        as_before = all(roots.get(name) is written.get(name) for name in (part, "readings"))
        if as_before and (part, chosen) in self._data:
            return self._data[part, chosen]
        value = plain(roots[part] if part == "readings" else resolve(roots[part], readings).root)
        if as_before:
            self._data[part, chosen] = value
        return value

    def _compile(self, policy: Policy) -> CompiledPolicy:
        """Like ``compile_policy``, but in this process and with tables kept: one parameter away from a sound policy
        the rule engine is safe. Raises PolicyError where it refuses."""
        try:
            sets = {
                name: tuple(Decided(group, self._table(name, group)) for group in plan(whole_lists(questions)))
                for name, questions in questions_of(policy).items()
            }
        except (PlanError, FenceError) as error:
            raise PolicyError([Problem(Place(policy.folder), "规则不能编译", "", str(error))]) from None
        return CompiledPolicy(
            policy=policy,
            counting=sets["counting"],
            detail=sets["detail"],
            gates={gate.id: sets[f"gate:{gate.id}"] for gate in policy.gates},
            states={item.id: sets[f"states:{item.id}"] for item in policy.obligations},
            ladder={item.id: sets[f"ladder:{item.id}"] for item in policy.consequences},
        )

    def _table(self, of: str, group: Group) -> DecisionTable | None:
        if of in ("counting", "detail") and group.size > MOST_ENUMERATED:
            return None
        if group not in self._tables:
            self._tables[group] = decide(group, group.domain())
        return self._tables[group]

    def _failing(
        self, compiled: CompiledPolicy, batch: Batch, trying: Sequence[int], differ: frozenset[str]
    ) -> Case | None:
        expected = [_expected(case) for case in batch.cases]
        if differ & _ANSWERED and any("orders" in expected[i] for i in trying):
            orders = self._orders(compiled, batch)
            for i in trying:
                found = self._outcome(batch, i)
                found = replace(found, evaluation=replace(found.evaluation, policy=compiled.policy), orders=orders[i])
                if "orders" in expected[i] and compare(batch.cases[i], found):
                    return batch.cases[i]
        before, was = self._as_it_is(batch), self.compiled(batch.chosen).policy
        recount = bool(differ & _COUNTED) and _counted_by(was) != _counted_by(compiled.policy)
        scorers: Callable[[], Sequence[Scorer]] = cache(partial(self._scorers, compiled, batch))
        for i in trying if not differ <= _OF_SINGLE_ORDERS else ():
            case = batch.cases[i]
            if expected[i] & _OF_PERIODS:
                anew = recount and case.given.standings is None
                scorer = scorers()[i] if anew else _by(compiled.policy, before.scorers[i])
                if compare(case, self._concluded(compiled, case, batch.intakes[i], scorer, before.orders[i])):
                    return case
        return None

    def _as_it_is(self, batch: Batch) -> Counted:
        """What the batch comes to without any change."""
        key = id(batch)
        if key not in self._taken:
            compiled = self.compiled(batch.chosen)
            self._taken[key] = Counted(self._scorers(compiled, batch), self._orders(compiled, batch))
        return self._taken[key]

    def _outcome(self, batch: Batch, i: int) -> Outcome:
        """The same of one case, to the end."""
        key = id(batch), i
        if key not in self._outcomes:
            taken, compiled = self._as_it_is(batch), self.compiled(batch.chosen)
            self._outcomes[key] = self._concluded(
                compiled, batch.cases[i], batch.intakes[i], taken.scorers[i], taken.orders[i]
            )
        return self._outcomes[key]

    def holds(self, batch: Batch, case: Case) -> bool:
        """Whether the case holds without any change."""
        return not compare(case, self._outcome(batch, batch.cases.index(case)))

    def _scorers(self, compiled: CompiledPolicy, batch: Batch) -> Sequence[Scorer]:
        scorer = score(compiled, batch.whole, self._connection, batch.as_of, TIME_LIMIT)
        if batch.numbers is None:
            return (scorer,)
        parts = parted_scorers(scorer)
        return [parts[number] for number in batch.numbers]

    def _orders(self, compiled: CompiledPolicy, batch: Batch) -> Sequence[Mapping[str, OrderOutcome]]:
        found = order_outcomes(detail(compiled, self._connection, batch.whole.relation, batch.as_of, _decide_here))
        if batch.numbers is None:
            return (found,)
        parts = parted_orders(found)
        return [parts.get(number, {}) for number in batch.numbers]

    def _concluded(
        self,
        compiled: CompiledPolicy,
        case: Case,
        intake: Intake,
        scorer: Scorer,
        orders: Mapping[str, OrderOutcome],
    ) -> Outcome:
        policy, given = compiled.policy, case.given
        units = unit_names(policy, case)
        if given.standings is None:
            months = monthly(policy, scorer, given.as_of)
        else:
            scorer = replace(scorer, measures=replace(scorer.measures, units=tuple(sorted(units))))
            months = given_months(policy, given, scorer.units)
        gates = given_gates(compiled, given, intake)
        evaluation = conclude(compiled, intake, self._connection, given.as_of, scorer, months, gates)
        key = policy.orders.key[0]
        ids = tuple(dict.fromkeys(cells[key] for cells in order_cells(policy.orders, given.tables["orders"])))
        return Outcome(evaluation, orders, units, ids)

    def _failing_anew(self, compiled: CompiledPolicy, cases: Sequence[Case]) -> Case | None:
        """The same with the data taken in anew: the likeliest few first."""
        for case in cases:
            if any(given_problems(compiled.policy, case)):
                return case
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
        scorer = score(compiled, whole, self._connection, given.as_of, TIME_LIMIT)
        orders = order_outcomes(detail(compiled, self._connection, whole.relation, given.as_of, _decide_here))
        taken = Taken(whole, scorer, orders)
        for case, own in zip(cases, parted(compiled.policy, taken, cases) if together else (taken,), strict=True):
            if compare(case, self._concluded(compiled, case, own.intake, own.scorer, own.orders)):
                yield case


def difference(before: Policy, after: Policy) -> frozenset[str]:
    """What differs of all that an evaluation reads."""
    differ = _differing(before, after) - _READ_BY_NOBODY
    if "calendar" in differ and _same_days(before.calendar, after.calendar):
        differ -= {"calendar"}
    if "tables" in differ and _as_cases_give(before.tables) == _as_cases_give(after.tables):
        differ -= {"tables"}
    return differ


def same(before: Policy, after: Policy) -> bool:
    """Whether nothing but the writing differs: days off that were off anyway."""
    return _differing(before, after) <= {"calendar", "digest", "places"} and not difference(before, after)


def _differing(before: Policy, after: Policy) -> frozenset[str]:
    names = (item.name for item in fields(Policy))
    return frozenset(name for name in names if getattr(before, name) != getattr(after, name))


def _as_cases_give(tables: Iterable[Table]) -> tuple[Table, ...]:
    """Cases name columns by their ids, files are made for them, and remarks are not looked at."""
    return tuple(
        replace(
            table,
            title="",
            file="",
            formats=(),
            columns=tuple(replace(column, aliases=()) for column in table.columns),
            time_order=tuple(order for order in table.time_order if order.otherwise != "remark"),
        )
        for table in tables
    )


def _same_days(one: WorkCalendar, other: WorkCalendar) -> bool:
    if one == other:
        return True
    days = tuple(one.declared_days())
    return one.years == other.years and all(one.is_workday(day) == other.is_workday(day) for day in days)


def _by(policy: Policy, scorer: Scorer) -> Scorer:
    """The same counts reckoned by ``policy``; a new ``Measures``, since one keeps what it has reckoned."""
    return replace(scorer, policy=policy, measures=replace(scorer.measures))


def _counted_by(policy: Policy) -> tuple[object, ...]:
    """What the counts are made from: of indicators, bonuses and eligibility all but what is only reckoned with."""
    indicators = tuple(
        replace(item, weight=ONE, target=None, when_empty="spread", points=_alike(item.points))
        for item in policy.indicators
    )
    bonuses = tuple(replace(item, cap=None) for item in policy.bonuses)
    others = tuple(getattr(policy, name) for name in _COUNTED - {"indicators", "bonuses", "eligible"})
    return indicators, bonuses, policy.eligible.counted, *others


def _alike(bands: Iterable[PointsBand]) -> tuple[PointsBand, ...]:
    return tuple(replace(band, points=ONE) for band in bands)


def _can_tell(case: Case, differ: frozenset[str]) -> bool:
    """Whether what the case expects could come out otherwise at all."""
    expected = _expected(case)
    if not differ or "tables" in differ:
        return bool(differ)
    return bool(expected & _OF_PERIODS and not differ <= _OF_SINGLE_ORDERS) or bool(
        "orders" in expected and differ & _ANSWERED
    )


def _expected(case: Case) -> frozenset[str]:
    return frozenset(entry.key for entry in case.expect.entries)


def _decide_here(group: Group, combinations: Sequence[Combination]) -> DecisionTable:
    return decide(group, sorted(set(combinations)))
