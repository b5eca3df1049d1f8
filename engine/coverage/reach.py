"""What of a policy its cases reach, kind by kind, and what no case reaches.

Knows what a policy consists of and what running a case reports; must not know how a case is run or shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from engine.cases.reached import Reached
from engine.cases.running import CaseResult
from engine.compiled import CompiledPolicy, outcome
from engine.conditions import DEADLINE, DONE, YES, All, Comparison, Condition, Test
from engine.policy.build import build_policy
from engine.policy.model import Policy
from engine.policy.model_orders import DoneWhen, EventDeadline, Obligation
from engine.policy.parts import Parts, put_in
from engine.policy.readings import read_readings
from engine.problems import Place

NOT_APPLICABLE = "none"
KINDS = (
    "rules_fired",
    "rules_quiet",
    "rows",
    "duties",
    "gates",
    "marks_given",
    "marks_withheld",
    "consequences_fired",
    "consequences_quiet",
    "options",
    "indicators",
    "bonuses",
    "clauses",
)


@dataclass(frozen=True)
class Covered:
    """One kind of thing: ``ids`` of all there are, where each stands, and the ``reached`` ones among them."""

    kind: str
    ids: tuple[str, ...]
    places: Mapping[str, Place]
    reached: frozenset[str]

    @property
    def unreached(self) -> tuple[str, ...]:
        return tuple(id for id in self.ids if id not in self.reached)

    @property
    def percent(self) -> float:
        """100 where there is nothing to reach."""
        return 100 * (len(self.ids) - len(self.unreached)) / len(self.ids) if self.ids else 100.0


def coverage(parts: Parts, compiled: CompiledPolicy, results: Sequence[CaseResult]) -> tuple[Covered, ...]:
    """Every kind in the order of KINDS. ``compiled`` is the policy of ``parts``, under the readings it chooses itself.

    A rule and a consequence have to fire in one case and stay quiet in one; an obligation to come to every state that
    it can come to; a mark of places to be given to some ranked unit and not to another; a first-match table to answer
    by each of its rows, those of every option included (rows of equal outcome in one table are reached together); an
    option to be set by a case or to be the one chosen. An indicator or bonus is reached by a case that says it is
    about it. A clause is reached through anything that covers it and can be reached at all.
    """
    policy = compiled.policy
    seen = [result.reached for result in results]
    rows = _Rows(parts, policy)
    about = _union(reached.about for reached in seen)
    found = {
        "rules_fired": _of([rule.id for rule in policy.rules], _union(r.rules_fired for r in seen)),
        "rules_quiet": _of([rule.id for rule in policy.rules], _union(r.rules_quiet for r in seen)),
        "rows": (tuple(rows.places), frozenset(rows.reached(seen))),
        "duties": _of(_states(compiled), {_pair(*pair) for r in seen for pair in r.duties}),
        "gates": _of(rows.outcomes, {_pair(*pair) for r in seen for pair in r.gates}),
        "marks_given": _of([mark.id for mark in policy.standings], _union(r.marks_given for r in seen)),
        "marks_withheld": _of([mark.id for mark in policy.standings], _union(r.marks_withheld for r in seen)),
        "consequences_fired": _of([c.id for c in policy.consequences], _union(r.consequences_fired for r in seen)),
        "consequences_quiet": _of([c.id for c in policy.consequences], _union(r.consequences_quiet for r in seen)),
        "options": _options(policy, seen),
        "indicators": _of([item.id for item in (*policy.indicators, *policy.shown)], about),
        "bonuses": _of([item.id for item in policy.bonuses], about),
    }
    found["clauses"] = _clauses(policy, found, about)
    places = {**_places(parts, policy), **rows.places}
    return tuple(
        Covered(kind, ids, {id: places.get(id) or _place(policy, id) for id in ids}, reached)
        for kind in KINDS
        for ids, reached in (found[kind],)
    )


class _Rows:
    """The rows of first-match tables under every option, by place, and the outcomes of gates."""

    def __init__(self, parts: Parts, policy: Policy) -> None:
        self._parts = parts
        self._known: dict[tuple[tuple[str, str], ...], Mapping[tuple[str, str], tuple[str, ...]]] = {}
        self.places: dict[str, Place] = {}
        self.outcomes: list[str] = []
        for chosen in ((), *(((reading.id, option.id),) for reading in policy.readings for option in reading.options)):
            for of, is_ in self._by_outcome(chosen):
                if any(gate.id == of for gate in policy.gates) and _pair(of, is_) not in self.outcomes:
                    self.outcomes.append(_pair(of, is_))

    def reached(self, seen: Iterable[Reached]) -> Iterator[str]:
        for reached in seen:
            by_outcome = self._by_outcome(tuple(sorted(reached.readings)))
            for pair in (*reached.duties, *reached.gates):
                yield from by_outcome.get(pair, ())

    def _by_outcome(self, chosen: tuple[tuple[str, str], ...]) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Rows by what they belong to and their outcome, under the options ``chosen``."""
        if chosen not in self._known:
            file = str(self._parts.folder / "readings.yaml")
            readings, _ = read_readings(self._parts.written.get("readings"), file, dict(chosen))
            parts = put_in(self._parts.folder, self._parts.written, readings)
            found: dict[tuple[str, str], tuple[str, ...]] = {}
            policy = build_policy(parts)
            tables = [
                ("obligations", "obligations", i, "states", o.id, o.states) for i, o in enumerate(policy.obligations)
            ]
            tables += [("ranking", "gates", i, "outcomes", g.id, g.outcomes) for i, g in enumerate(policy.gates)]
            for part, items, i, key, id, outcomes in tables:
                for row, item in enumerate(outcomes):
                    place = parts.place(part, items, i, key, row)
                    self.places.setdefault(str(place), place)
                    found[id, item.is_] = (*found.get((id, item.is_), ()), str(place))
            self._known[chosen] = found
        return self._known[chosen]


def _states(compiled: CompiledPolicy) -> list[str]:
    """Every state that an obligation can come to."""
    found: list[str] = []
    for item in compiled.policy.obligations:
        states = [state for done, deadline in _possible(item) for state in (_state(compiled, item, done, deadline),)]
        found += [_pair(item.id, state) for state in dict.fromkeys(states)]
        if not isinstance(item.applies, All) or item.applies.parts:
            found.append(_pair(item.id, NOT_APPLICABLE))
    return found


def _possible(item: Obligation) -> Iterator[tuple[str, str]]:
    """What can be done and how the deadline can stand. A deadline by an event without which the obligation does not
    apply has always come; where no event is looked at, nothing is late."""
    come = isinstance(item.deadline, EventDeadline) and _needs(item.applies, item.deadline.event)
    for done, deadline in product(DONE, DEADLINE):
        if (deadline == "past" or not come) and (done != "late" or not isinstance(item.done, DoneWhen)):
            yield done, deadline


def _needs(condition: Condition, field: str) -> bool:
    """Whether the condition only holds where ``field`` is filled; may miss that it does."""
    if isinstance(condition, All):
        return any(_needs(part, field) for part in condition.parts)
    return condition == Test(Comparison(field, "present"), (YES,))


def _state(compiled: CompiledPolicy, item: Obligation, done: str, deadline: str) -> str:
    return outcome(item.id, item.states, compiled.states[item.id], {"done": done, "deadline": deadline})


def _options(policy: Policy, seen: Sequence[Reached]) -> tuple[tuple[str, ...], frozenset[str]]:
    every = tuple(_pair(reading.id, option.id) for reading in policy.readings for option in reading.options)
    chosen = {_pair(reading.id, reading.chosen) for reading in policy.readings}
    return every, frozenset(chosen.union(*({_pair(*pair) for pair in reached.readings} for reached in seen)))


def _clauses(
    policy: Policy, found: Mapping[str, tuple[tuple[str, ...], frozenset[str]]], about: frozenset[str]
) -> tuple[tuple[str, ...], frozenset[str]]:
    """Clauses that something covers which a case can reach."""
    can = {item.id for item in policy.decisions} | {item.id for item in policy.aggregates}
    can |= {item.id for item in policy.marks} | {mark.id for mark in policy.standings}
    can |= {ladder.id for ladder in policy.ladders}
    can |= {reading.id for reading in policy.readings} | {gate.id for gate in policy.gates}
    did = set(about & can)
    for kind, (ids, reached) in found.items():
        if kind != "rows":
            can |= {id.partition("=")[0] for id in ids}
            did |= {id.partition("=")[0] for id in reached}
    for decision in policy.decisions:
        if did & {rule.id for rule in decision.rules}:
            did.add(decision.id)
    coverable = [clause for clause in policy.clauses if can.intersection(clause.covered_by)]
    return (
        tuple(clause.id for clause in coverable),
        frozenset(clause.id for clause in coverable if did.intersection(clause.covered_by)),
    )


def _places(parts: Parts, policy: Policy) -> Mapping[str, Place]:
    """Where options and clauses stand, which are called by ids of their own."""
    found = {clause.id: parts.place("clauses", "clauses", i) for i, clause in enumerate(policy.clauses)}
    for i, reading in enumerate(policy.readings):
        for j, option in enumerate(reading.options):
            found[_pair(reading.id, option.id)] = parts.place("readings", "readings", i, "options", j)
    return found


def _place(policy: Policy, id: str) -> Place:
    return policy.places.get(id.partition("=")[0]) or Place(policy.folder)


def _of(ids: Iterable[str], reached: Iterable[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    every = tuple(ids)
    return every, frozenset(reached) & set(every)


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def _pair(of: str, what: str) -> str:
    return f"{of}={what}"
