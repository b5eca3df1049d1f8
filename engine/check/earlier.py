"""The versions that an amendment stands on, where one of its cases spans it.

Knows versions and which cases ask for them; must not know what a case says.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.cases.reading import Case
from engine.policy.build import load_policy
from engine.policy.model import Policy
from engine.policy.versions import amended
from engine.problems import InputError, PolicyError, Problem


def earlier_versions(
    folder: Path, schemas: Path, cases: Iterable[Case]
) -> tuple[tuple[Policy, ...] | None, tuple[Problem, ...]]:
    """The versions that the one in ``folder`` amends, in order of time, and what keeps cases from spanning it; None
    where there is something. Nobody is asked where no case spans it."""
    spans = [case.given.spans for case in cases if case.given.spans is not None]
    if not spans:
        return (), ()
    try:
        *others, own = amended(folder)
    except InputError as error:
        return None, error.problems
    except PolicyError:
        return None, ()  # the version's own head, which is checked apart
    if not others:
        what = f"“{own.version}”没有取代别的版本，案例不能跨修订"
        instead = "请删去 spans；若是修订，在 policy.yaml 里写 supersedes"
        return None, tuple(Problem(place, what, "spans: true", instead) for place in spans)
    found: list[Policy] = []
    for other in others:
        try:
            found.append(load_policy(other.folder, schemas, {}))
        except PolicyError:
            what = f"它所取代的“{other.version}”有错，跨修订的案例不能运行"
            return None, (Problem(spans[0], what, "spans: true", f"请先改好：hotline policy check {other.folder}"),)
    return tuple(found), ()
