"""What the versions before an amendment make of the cases that span it, which no change of the amendment reaches.

Knows the versions; must not know which parameters they have.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from engine.cases import spanning
from engine.cases.comparing import Outcome
from engine.cases.naming import about_problems
from engine.cases.reading import Case
from engine.cases.running import Bench
from engine.policy.model import Policy
from engine.problems import Place, Problem


class Spanned:
    """The versions before the one in ``folder``, asked only where a case spans it."""

    def __init__(self, folder: Path, schemas: Path) -> None:
        self._folder, self._schemas = folder, schemas
        self._bench: Bench | None = None
        self._written: dict[Place, Case] = {}
        self._before: dict[tuple[Place, dt.date], tuple[Outcome, ...]] = {}

    def seen_by(self, policy: Policy, case: Case) -> Case:
        """The case without what only versions before ``policy`` can read. Raises InputError and PolicyError."""
        self._written[case.place] = case
        return spanning.seen_by(policy, case, self._earlier(case))

    def about_problems(self, policy: Policy, case: Case) -> Iterator[Problem]:
        """Items in ``about`` that neither ``policy`` has nor a version before it that decides the case too."""
        return about_problems((policy, *self._earlier(case)), case)

    def whole(self, case: Case, own: Outcome) -> Outcome:
        """``own``, the outcome by the amendment, after those by the versions before it."""
        if case.given.spans is None:
            return own
        key = case.place, own.evaluation.policy.in_force_from
        if key not in self._before:
            self._before[key] = self._asked().before(self._written[case.place], key[1])
        return spanning.together((*self._before[key], own))

    def _earlier(self, case: Case) -> tuple[Policy, ...]:
        if case.given.spans is None:
            return ()
        return tuple(bench.policy({}) for bench in self._asked().versions(case)[:-1])

    def _asked(self) -> Bench:
        if self._bench is None:
            self._bench = Bench(self._folder, self._schemas, cache=None)
        return self._bench
