"""A month as it was made known: its standing, gates and consequences as values that no later data touch.

Knows what a published month holds and where it stands in for counts; must not know how it was found, kept or announced.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeVar

from engine.gates import GateState
from engine.months import Month
from engine.policy.model import Policy
from engine.policy.model_scoring import Recorded
from engine.scores import Scorer
from engine.standings import Standing

Value = TypeVar("Value")
Counts = Mapping[str, Mapping[str, int]]
Records = Mapping[str, Mapping[str, tuple[Fraction, ...]]]


@dataclass(frozen=True)
class Announced:
    """A consequence in the words in which it was made known. ``unit`` is None when it concerns no single unit."""

    rule: str
    unit: str | None
    actor: str
    audience: str
    action: str
    clause: str
    due: dt.date | None
    title: str
    mandatory: bool
    affected: tuple[str, ...]
    warn: dt.date | None


@dataclass(frozen=True)
class ScoredBy:
    """The version that scored the month, and the option chosen for each reading; ``digest`` is that of both."""

    id: str
    version: str
    digest: str
    readings: Mapping[str, str]


@dataclass(frozen=True)
class OnBase:
    """A second result of the month, such as without exclusions, under its ``title``; the rest as in ``Published``."""

    title: str
    standing: Standing
    shown: Counts
    counts: Counts
    records: Records


@dataclass(frozen=True)
class Published:
    """``as_of`` is the moment that the month was counted at. ``shown``: by unit, the counts that stand beside scores.

    ``counts`` (by question) and ``records`` (by item) of each unit are what longer periods add up where they pool.
    ``bases`` are second results by id; gates are the month's own, and nothing follows from them.
    """

    standing: Standing
    gates: Mapping[str, GateState]
    consequences: tuple[Announced, ...]
    scored_by: ScoredBy
    as_of: dt.datetime
    shown: Counts
    counts: Counts
    records: Records
    bases: Mapping[str, OnBase] = field(default_factory=dict)

    @property
    def month(self) -> Month:
        return self.standing.period.first

    @property
    def fired(self) -> frozenset[tuple[str, str | None]]:
        """The rule and unit of every consequence."""
        return frozenset((item.rule, item.unit) for item in self.consequences)

    def on(self, base: str) -> Published:
        """The month as this second result has it. Raises KeyError."""
        found = self.bases[base]
        return replace(
            self,
            standing=found.standing,
            consequences=(),
            shown=found.shown,
            counts=found.counts,
            records=found.records,
            bases={},
        )


def counts_of(scorer: Scorer, month: Month) -> Counts:
    """What was counted in the month, by question and unit."""
    counted = {
        question: {unit: count for (unit, when), count in by_unit.items() if when == month}
        for question, by_unit in scorer.measures.tallies.counts.items()
    }
    return {question: by_unit for question, by_unit in counted.items() if by_unit}


def records_of(scorer: Scorer, month: Month) -> Records:
    """The points recorded for the month, by item and unit."""
    found = {
        item: {unit: points for (unit, when), points in scorer.measures.recorded[recorded].items() if when == month}
        for item, recorded in _recorded(scorer.policy).items()
    }
    return {item: by_unit for item, by_unit in found.items() if by_unit}


def _recorded(policy: Policy) -> Mapping[str, Recorded]:
    """Every item that reads a table of records."""
    found = {f"bonus:{bonus.id}": bonus.recorded for bonus in policy.bonuses}
    found |= {f"veto:{veto.id}": veto.recorded for veto in policy.vetoes}
    return found | {f"indicator:{one.id}": one.deducted for one in policy.indicators if one.deducted is not None}


def counting_published(scorer: Scorer, published: Iterable[Published]) -> Scorer:
    """The scorer with the counts and records of the published months in place of its own.

    Only of months that the same policy scored: what another one counted under the same name may be something else.
    """
    months = {item.month: item for item in published if item.scored_by.digest == scorer.policy.digest}
    if not months:
        return scorer
    measures = scorer.measures
    counts = {
        question: _with(by_unit, {month: item.counts.get(question, {}) for month, item in months.items()})
        for question, by_unit in measures.tallies.counts.items()
    }
    recorded = dict(measures.recorded)
    for name, where in _recorded(scorer.policy).items():
        own = {month: item.records.get(name, {}) for month, item in months.items()}
        recorded[where] = _with(measures.recorded.get(where, {}), own)
    tallies = replace(measures.tallies, counts=counts)
    return replace(scorer, measures=replace(measures, tallies=tallies, recorded=recorded))


def _with(
    found: Mapping[tuple[str, Month], Value], given: Mapping[Month, Mapping[str, Value]]
) -> Mapping[tuple[str, Month], Value]:
    kept = {key: value for key, value in found.items() if key[1] not in given}
    return kept | {(unit, month): value for month, by_unit in given.items() for unit, value in by_unit.items()}
