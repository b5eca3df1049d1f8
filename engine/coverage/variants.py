"""A policy and changed ones beside it: resolved, built and asked of the rule engine, each only where it differs.

Knows parts and decision tables; must not know cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from engine.cases.batches import Chosen
from engine.compiled import CompiledPolicy, Decided, questions_of
from engine.coverage.changes import Edit
from engine.coverage.editing import edited
from engine.decisions.fence import FenceError
from engine.decisions.questions import Group, PlanError, Question, plan
from engine.decisions.tables import DecisionTable, decide
from engine.lists import whole_lists
from engine.policy.build import build_policy
from engine.policy.model import Policy
from engine.policy.parts import Parts, check_parts, read_sources
from engine.policy.readings import Readings, read_readings, references, resolve
from engine.policy.schema import Schemas
from engine.policy.source import Node, plain
from engine.problems import Place, PolicyError, Problem

MOST_ENUMERATED = 512
"""Larger domains are asked only for the combinations that the cases have."""

MOST_PLANNED = 8
"""Sets of questions that are kept of one kind."""


class Variants:
    """Raises PolicyError when the policy in ``folder`` is broken."""

    def __init__(self, folder: Path, schemas: Path) -> None:
        found: list[Problem] = []
        sources = read_sources(folder, found)
        self.parts = check_parts(folder, sources, Schemas(schemas), {}, found)
        self._tables: dict[Group, DecisionTable] = {}
        self._planned: dict[str, list[tuple[tuple[Question, ...], tuple[Decided, ...]]]] = {}
        self._data: dict[tuple[str, Chosen], object] = {}
        self._compiled: dict[Chosen, CompiledPolicy] = {}
        written = self.parts.written.items()
        self._alone = {part for part, root in written if part != "readings" and not any(references(root))}

    def compiled(self, chosen: Chosen) -> CompiledPolicy:
        """The policy as it is. Raises PolicyError."""
        if chosen not in self._compiled:
            self._compiled[chosen] = self.compile(build_policy(self.resolved(self.parts.written, chosen)))
        return self._compiled[chosen]

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
        as_before = roots[part] is written[part]
        if roots.get("readings") is not written.get("readings"):
            as_before = as_before and part in self._alone  # the others may stand on the reading that was changed
        if as_before and (part, chosen) in self._data:
            return self._data[part, chosen]
        value = plain(roots[part] if part == "readings" else resolve(roots[part], readings).root)
        if as_before:
            self._data[part, chosen] = value
        return value

    def compile(self, policy: Policy) -> CompiledPolicy:
        """Like ``compile_policy``, but in this process and with tables kept: one parameter away from a sound policy
        the rule engine is safe. Raises PolicyError where it refuses."""
        try:
            sets = {name: self._decided(name, questions) for name, questions in questions_of(policy).items()}
        except (PlanError, FenceError) as error:
            raise PolicyError([Problem(Place(policy.folder), "规则不能编译", "", str(error))]) from None
        for name, decided in sets.items():
            if name.partition(":")[0] in ("gate", "states") and not all(map(_always_answers, decided)):
                raise PolicyError([Problem(Place(policy.folder), "判定表有缺口", name)])
        return CompiledPolicy(
            policy=policy,
            counting=sets["counting"],
            detail=sets["detail"],
            gates={gate.id: sets[f"gate:{gate.id}"] for gate in policy.gates},
            states={item.id: sets[f"states:{item.id}"] for item in policy.obligations},
            ladder={item.id: sets[f"ladder:{item.id}"] for item in policy.consequences},
            standings={mark.id: sets[f"standing:{mark.id}"] for mark in policy.standings},
        )

    def _decided(self, name: str, questions: tuple[Question, ...]) -> tuple[Decided, ...]:
        """The last few sets of questions are kept: all but one or two are as they were before the change."""
        kept = self._planned.setdefault(name, [])
        for asked, decided in kept:
            if asked == questions:
                return decided
        found = tuple(Decided(group, self._table(name, group)) for group in plan(whole_lists(questions)))
        kept.insert(0, (questions, found))
        del kept[MOST_PLANNED:]
        return found

    def _table(self, of: str, group: Group) -> DecisionTable | None:
        if of in ("counting", "detail") and group.size > MOST_ENUMERATED:
            return None
        if group not in self._tables:
            self._tables[group] = decide(group, group.domain())
        return self._tables[group]


class Changed:
    """The policy after ``edits``, under whichever readings it is asked for."""

    def __init__(self, variants: Variants, edits: Iterable[Edit]) -> None:
        self._variants = variants
        self._roots = edited(variants.parts.written, edits)
        self._policies: dict[Chosen, Policy] = {}

    def policy(self, chosen: Chosen) -> Policy:
        """Raises PolicyError where it does not hold together any more."""
        if chosen not in self._policies:
            self._policies[chosen] = build_policy(self._variants.resolved(self._roots, chosen))
        return self._policies[chosen]


def _always_answers(decided: Decided) -> bool:
    return decided.table is None or all(decided.table.rows.values())
