"""The part of a version that holds together: what is wrong is told, left out, and the rest tried again.

Knows in which order a version can be read and built; must not know what pieces there are or what the rest is checked
for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.check.finding import Finding, all_of
from engine.check.pieces import HEADS
from engine.check.salvage import Remains
from engine.policy.build import attempt
from engine.policy.model import Policy
from engine.policy.parts import REQUIRED, Parts, check_form, put_in
from engine.policy.readings import Readings
from engine.policy.schema import Schemas
from engine.policy.source import Node, Source
from engine.problems import PolicyError, Problem

WHOLE = "policy"
"""Where the version says which months it is of; nothing that counts months is certain where that is wrong."""


@dataclass(frozen=True)
class Sound:
    """``parts`` and ``policy`` without the pieces that are wrong. ``unsure``: parts in which something is wrong."""

    remains: Remains
    parts: Parts
    readings: Readings
    policy: Policy
    unsure: frozenset[str]


def sound(
    folder: Path, sources: Mapping[str, Source], schemas: Schemas, found: Iterable[Problem]
) -> tuple[Sound | None, tuple[Finding, ...]]:
    """What holds together, None where nothing can be said of it; and every problem of form and meaning.

    ``found``: what was wrong before.
    """
    broken = [problem for source in sources.values() for problem in source.problems]
    roots = {part: source.root for part, source in sources.items() if source.root is not None}
    _, wrong = check_form(folder, roots, schemas, {}, readable="readings" in roots or "readings" not in sources)
    findings = list(all_of("form", [*found, *broken, *wrong]))
    if not all(part in roots for part in REQUIRED if part not in HEADS):
        return None, tuple(findings)
    files = {part: str(folder / f"{part}.yaml") for part in (*HEADS, *sources) if part not in roots}
    left = Remains(roots).without_files(files)
    places = [problem.place for problem in broken]
    return _rest(folder, schemas, left.without(places, left.roots) or left, findings)


def _rest(
    folder: Path, schemas: Schemas, left: Remains, findings: list[Finding]
) -> tuple[Sound | None, tuple[Finding, ...]]:
    told = False
    unsure: set[str] = set()
    while True:
        readings, wrong = check_form(folder, left.roots, schemas, {})
        trees: Mapping[str, Node] = left.roots
        places = [problem.place for problem in wrong]
        if not wrong:
            parts = put_in(folder, left.roots, readings)
            try:
                policy, seen = attempt(parts, left.names)
            except PolicyError as error:
                return None, (*findings, *(() if told else all_of("meaning", error.problems)))
            trees = parts.roots
            places = seen.spoilt
            if not told:
                findings += all_of("meaning", seen.problems)
                unsure = {Path(problem.place.file).stem for problem in seen.problems}
                told = True
        smaller = left.without(places, trees) if places else None
        if smaller is not None:
            left = smaller
        elif wrong:
            return None, tuple(findings)
        else:
            return Sound(left, parts, readings, policy, frozenset(unsure)), tuple(findings)
