"""The data of cases, taken in once and kept: cases under the same readings and at the same moment make a batch.

Knows how cases share an intake; must not know what is asked of them afterwards.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb
from sqlglot import exp

from engine.cases.giving import given_intake
from engine.cases.reading import Case
from engine.cases.second_results import expects_bases
from engine.cases.together import Taken, can_join, joined, parted
from engine.compiled import CompiledPolicy
from engine.counting import score
from engine.intake import sql
from engine.intake.found import Intake

Chosen = tuple[tuple[str, str], ...]
"""The options that a case sets, by reading in order of ids."""
_TIME_LIMIT = 60.0


@dataclass(frozen=True)
class Batch:
    """``whole`` is what all the cases' orders and units are in, ``intakes`` what belongs to each case. ``numbers`` are
    those that the cases' names carry in ``whole``; None for a case that was taken in alone, in its own names."""

    chosen: Chosen
    as_of: dt.datetime
    cases: tuple[Case, ...]
    intakes: tuple[Intake, ...]
    whole: Intake
    numbers: tuple[int, ...] | None


def chosen_by(case: Case) -> Chosen:
    return tuple(sorted(case.given.chosen.items()))


def batches(
    cases: Sequence[Case], compiled: Callable[[Chosen], CompiledPolicy], connection: duckdb.DuckDBPyConnection
) -> Iterator[Batch]:
    """Every case in one batch. Raises InputError when the data of one cannot be taken in."""
    tables = compiled(()).policy.tables
    together = [
        case
        for case in cases
        if not expects_bases(case)
        and compiled(chosen_by(case)).policy.tables == tables
        and can_join(compiled(chosen_by(case)), case)
    ]
    if together:
        yield from joined_batches(compiled(()), together, connection)
    for i, case in enumerate(cases):
        if case not in together:
            intake = given_intake(compiled(chosen_by(case)).policy, case.given, connection)
            whole = _kept(connection, intake, f"alone_{i}", None)
            yield Batch(chosen_by(case), case.given.as_of, (case,), (whole,), whole, None)


def joined_batches(
    default: CompiledPolicy, cases: Sequence[Case], connection: duckdb.DuckDBPyConnection
) -> Iterator[Batch]:
    """``cases`` that can be joined and whose policies have the tables of ``default``, taken in at once. Raises
    InputError when that is not possible."""
    whole = given_intake(default.policy, joined(default.policy, cases), connection)
    scorer = score(default, whole, connection, cases[0].given.as_of, _TIME_LIMIT)
    intakes = [part.intake for part in parted(default.policy, Taken(whole, scorer, {}), cases)]
    groups: dict[tuple[Chosen, dt.datetime], list[int]] = {}
    for number, case in enumerate(cases):
        groups.setdefault((chosen_by(case), case.given.as_of), []).append(number)
    key = default.policy.orders.key[0]
    for i, ((chosen, as_of), numbers) in enumerate(groups.items()):
        mark = sql.call("split_part", sql.column(key), sql.text("〕"), exp.Literal.number(1))
        among = sql.call("list_contains", sql.listed(sql.text(f"〔{number}") for number in numbers), mark)
        yield Batch(
            chosen=chosen,
            as_of=as_of,
            cases=tuple(cases[number] for number in numbers),
            intakes=tuple(intakes[number] for number in numbers),
            whole=_kept(connection, whole, f"joined_{i}", among),
            numbers=tuple(numbers),
        )


def _kept(connection: duckdb.DuckDBPyConnection, intake: Intake, relation: str, among: sql.E | None) -> Intake:
    """The intake with its orders in a table of their own, since the next intake takes the relation's place."""
    query = sql.select([exp.Star()], sql.name(intake.relation), among)
    connection.execute(sql.render(sql.create("TABLE", relation, query)))
    return replace(intake, relation=relation)
