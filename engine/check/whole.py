"""Checks a whole version: form, meaning, rule engine, tables, ladders, deadlines, coverage; everything found at once.

Knows which checks there are and that what is left of a broken version is checked all the same; must not know how a
check is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.cases.reading import FOLDER, Case, read_cases
from engine.check.answers import ask
from engine.check.coverage import case_findings, unused_readings
from engine.check.doubled import without_echoes
from engine.check.earlier import earlier_versions
from engine.check.finding import Finding, all_of, found
from engine.check.meaning import Answers, meaning_findings, question_sets
from engine.check.places import Places
from engine.check.sound import Sound, sound
from engine.compiled import compile_policy
from engine.decisions.compile import CompileError
from engine.policy.build import attempt
from engine.policy.manifest import changes
from engine.policy.model import Policy
from engine.policy.parts import Parts, read_sources, switched
from engine.policy.readings import Readings, read_readings
from engine.policy.schema import Schemas
from engine.policy.source import Source
from engine.problems import Place, PolicyError, Problem


@dataclass(frozen=True)
class Effort:
    """How much a check may use: the folder of cached answers (or None), seconds for the rule engine."""

    cache: Path | None
    time_limit: float


@dataclass(frozen=True)
class _Variant:
    """The policy under some choice of options; ``choice`` says which differs from the file's, empty for none."""

    choice: str
    policy: Policy
    places: Places


def check_folder(folder: Path, schemas: Path, effort: Effort) -> tuple[Finding, ...]:
    """Everything wrong or odd in the version in ``folder``, by place.

    Raises OSError, and ValueError for bad schemas.
    """
    problems: list[Problem] = []
    findings: list[Finding] = []
    try:
        sources = read_sources(folder, problems)
    except PolicyError as error:
        return all_of("form", error.problems)
    findings += all_of("manifest", changes(folder))
    cases: tuple[Case, ...] | None = None
    try:
        if (folder / FOLDER).is_dir():
            cases = read_cases(folder, schemas)
    except PolicyError as error:
        findings += all_of("form", error.problems)
        cases = ()
    broken_cases = cases == () and bool(findings)
    earlier, wrong = earlier_versions(folder, schemas, cases or ())
    findings += all_of("meaning", wrong)
    findings += check_sources(
        folder, sources, Schemas(schemas), problems, effort, cases, skip_cases=broken_cases, earlier=earlier
    )
    return _ordered(findings)


def check_sources(
    folder: Path,
    sources: Mapping[str, Source],
    schemas: Schemas,
    problems: Iterable[Problem],
    effort: Effort,
    cases: tuple[Case, ...] | None,
    *,
    skip_cases: bool = False,
    earlier: Sequence[Policy] | None = (),
) -> tuple[Finding, ...]:
    """Like ``check_folder`` on files already read; ``problems`` is what reading them found.

    ``cases``: None where there are none; ``skip_cases`` where they cannot be read. ``earlier``: the versions that it
    amends, for cases that span it; None where these cannot be asked.
    """
    rest, findings = sound(folder, sources, schemas, problems)
    if rest is None:
        return _ordered(findings)
    told = frozenset(finding.problem for finding in findings)
    named = () if skip_cases else named_in_cases(rest, cases, earlier)
    more = _looked_into(rest, told, sources, effort, named)
    return _ordered((*findings, *_certain(rest, more)))


def named_in_cases(
    rest: Sound, cases: tuple[Case, ...] | None, earlier: Sequence[Policy] | None = ()
) -> Iterator[Finding]:
    """What is wrong with the names in cases, but for those that may be of something lost; and what has no case."""
    if "policy/cycle" in rest.remains.touched:
        return  # nobody can tell which months there are
    nameless = cases if rest.remains.nameless else None
    about = frozenset(word.text for case in nameless or () for word in case.about)
    yield from case_findings(rest.policy, cases, Place(str(rest.parts.folder)), rest.remains.names | about, earlier)


def _looked_into(
    rest: Sound,
    told: frozenset[Problem],
    sources: Mapping[str, Source],
    effort: Effort,
    named: Iterable[Finding],
) -> Iterator[Finding]:
    """What is wrong with what holds together, beside what was ``told``; ``named`` is what is wrong with the cases."""
    roots = {part: source.root for part, source in sources.items() if source.root is not None}
    if not rest.remains.unreadable:
        file = str(rest.parts.folder / "readings.yaml")
        yield from unused_readings(roots, read_readings(roots.get("readings"), file, {})[0])
    variants, wrong = _variants(rest, told)
    yield from wrong
    yield from named
    yield from _meanings(variants, effort)


def _certain(rest: Sound, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Without those that may only be there because something was left out."""
    touched = rest.remains.touched | rest.unsure
    cycle = "policy/cycle" in touched or "policy" in rest.unsure | rest.remains.unreadable
    doubtful: set[str] = set()
    if cycle or "calendar" in touched:
        doubtful.add("undeclared-date")
    if cycle or touched & {"ranking/aggregates", "ranking/eligible"}:
        doubtful.add("unreachable-step")
    for finding in findings:
        gap = finding.kind == "table-gap" and finding.problem.value in rest.remains.thinned
        if finding.kind not in doubtful and not gap:
            yield finding


def _variants(rest: Sound, told: frozenset[Problem]) -> tuple[list[_Variant], list[Finding]]:
    """The policy as chosen, then with each other option of each reading alone; and what is wrong with those."""
    variants = [_Variant("", rest.policy, Places(rest.parts))]
    known = set(map(_unadvised, told))
    findings: dict[Problem, Finding] = {}
    for choice, other in _choices(rest.parts, rest.readings):
        policy, seen = attempt(other, rest.remains.names)
        if not seen.spoilt:
            variants.append(_Variant(choice, policy, Places(other)))
        for problem in seen.problems:
            if _unadvised(problem) not in known:
                findings.setdefault(_unadvised(problem), Finding(_under(problem, choice), "meaning"))
    return variants, list(findings.values())


def _choices(parts: Parts, readings: Readings) -> Iterator[tuple[str, Parts]]:
    """Each option that is not chosen, alone."""
    for id, reading in readings.choices.items():
        for option in reading.options:
            if option != reading.chosen:
                chosen = Readings({**readings.choices, id: replace(reading, chosen=option)})
                yield f"{id}={option}", switched(parts, chosen, id)


def _meanings(variants: Iterable[_Variant], effort: Effort) -> Iterator[Finding]:
    """What each variant means, asked of the rule engine in one go; a finding is told once, under the first of them."""
    variants = list(variants)
    try:
        compile_policy(variants[0].policy, cache=effort.cache, time_limit=effort.time_limit)
    except PolicyError as error:
        yield from all_of("engine-limit", error.problems)  # asked apart, most can still be decided
    sets = {
        f"{variant.choice}/{name}": groups
        for variant in variants
        for name, groups in question_sets(variant.policy, variant.places).items()
    }
    orders = variants[0].policy.orders
    try:
        answers = ask(sets, orders, cache=effort.cache, time_limit=effort.time_limit)
    except CompileError as error:
        yield found("engine-limit", Place(variants[0].policy.folder), "规则不能编译", "", str(error))
        return
    told: set[tuple[str, Place, str]] = set()
    first: tuple[Policy, Answers] | None = None
    for variant in variants:
        start = f"{variant.choice}/"
        own = {name.removeprefix(start): seen for name, seen in answers.items() if name.startswith(start)}
        findings = tuple(meaning_findings(variant.policy, own, variant.places, first))
        first = first or (variant.policy, own)
        for finding in findings:
            if _subject(finding) not in told:
                yield replace(finding, problem=_under(finding.problem, variant.choice))
        told.update(map(_subject, findings))


def _subject(finding: Finding) -> tuple[str, Place, str]:
    """The same under another option, even where numbers in the words differ."""
    return finding.kind, finding.problem.place, finding.problem.value


def _unadvised(problem: Problem) -> Problem:
    """The same under another option, even where other names may be written instead."""
    return replace(problem, instead="")


def _under(problem: Problem, choice: str) -> Problem:
    return replace(problem, what=f"{problem.what}（改用 {choice} 时）") if choice else problem


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(without_echoes(set(findings))))
