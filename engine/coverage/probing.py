"""Which parameters of a policy could be another without any case noticing.

Every parameter is changed alone (a coupled one with its partner), and the cases most likely to notice are tried first.
Knows changes, cases and the bench; must not know how anything is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.cases.batches import Batch
from engine.cases.reading import Case, read_cases
from engine.coverage.bench import Bench
from engine.coverage.changes import Change, Changer, Edit
from engine.coverage.differing import same
from engine.coverage.exceptions import Excepted, excepted, read_exceptions
from engine.coverage.spots import Forms
from engine.coverage.variants import Changed
from engine.policy.parts import load_parts
from engine.policy.source import ListNode, MapNode, Node, ScalarNode
from engine.problems import InputError, Place, PolicyError, Problem

REFUSED = "check"
"""Who noticed when the changed policy does not hold together any more."""

SAME = "same"
"""Nothing to be noticed: the changed policy means the same, as where a holiday begins on a Sunday anyway."""


@dataclass(frozen=True)
class Probed:
    """One change and who noticed it: the title of a case, ``REFUSED``, ``SAME``, or None: nobody."""

    name: str
    what: str
    place: Place
    noticed: str | None


@dataclass(frozen=True)
class Plan:
    """What is to be changed, in the order of the files. ``excepted``: how many changes an exception holds for;
    ``idle``: exceptions that hold for none."""

    changes: tuple[Change, ...]
    excepted: int
    idle: tuple[Excepted, ...]


def plan_probes(folder: Path, schemas: Path) -> Plan:
    """Every change of every parameter of a policy that is in order. Raises PolicyError."""
    written = load_parts(folder, schemas, {}).written
    every = tuple(Changer(written, Forms(schemas).spots(written)).changes())
    exceptions = read_exceptions(folder, schemas)
    names = {change.name for change in every}
    out = {name for name in names if excepted(name, exceptions) is not None}
    return Plan(
        changes=tuple(change for change in every if change.name not in out),
        excepted=sum(change.name in out for change in every),
        idle=tuple(item for item in exceptions if not any(map(item.holds_for, names))),
    )


class Prober:
    """Raises PolicyError and InputError when the policy or a case is broken."""

    def __init__(self, folder: Path, schemas: Path, cases: Sequence[Case] | None = None) -> None:
        given = read_cases(folder, schemas) if cases is None else tuple(cases)
        self.bench = Bench(folder, schemas, given)
        self._words = {id(case): _words_of(case) for batch in self.bench.batches for case in batch.cases}
        self._lucky: dict[str, int] = {}

    def probe(self, change: Change) -> Probed:
        """Who notices the change. Raises InputError when that is a case which does not hold without it either."""
        return Probed(change.name, change.what, change.spot.node.place, self._noticed(change))

    def _noticed(self, change: Change) -> str | None:
        for edits in (change.edits, *change.coupled):
            try:
                return self._by_case(change, edits)
            except PolicyError:
                continue
        return REFUSED

    def _by_case(self, change: Change, edits: Iterable[Edit]) -> str | None:
        changed = Changed(self.bench.variants, edits)
        changed.policy(())
        hints = frozenset(_hints(change))
        for batch, order in self._ranked(hints):
            case = self.bench.noticed(changed, batch, order)
            if case is not None:
                if not self.bench.holds(batch, case):
                    what = "案例本来就不成立，改动参数之后它成不成立说明不了什么"
                    raise InputError([Problem(case.place, what, case.title, "先用 hotline policy test 改好")])
                self._lucky[case.title] = self._lucky.get(case.title, 0) + 1
                return case.title
        chosen = {(), *(batch.chosen for batch in self.bench.batches)}
        alike = all(same(self.bench.variants.compiled(key).policy, changed.policy(key)) for key in chosen)
        return SAME if alike else None

    def _ranked(self, hints: frozenset[str]) -> Iterator[tuple[Batch, Sequence[int]]]:
        """The batches and their cases, those first that speak of what was changed."""
        ranked = []
        for batch in self.bench.batches:
            scores = [self._score(case, hints) for case in batch.cases]
            order = sorted(range(len(scores)), key=lambda i: (-scores[i][0], -scores[i][1], i))
            ranked.append((max(scores), len(batch.cases), order, batch))
        ranked.sort(key=lambda item: (-item[0][0], -item[1]))
        return ((batch, order) for _, _, order, batch in ranked)

    def _score(self, case: Case, hints: frozenset[str]) -> tuple[int, int]:
        about = sum(3 for word in case.about if word.text in hints)
        return about + len(hints & self._words[id(case)]), self._lucky.get(case.title, 0)


def _words_of(case: Case) -> frozenset[str]:
    """The words of what the case gives and expects."""
    words = {text for pair in case.given.chosen.items() for text in pair}
    words |= {
        text for rows in case.given.tables.values() for row in rows for pair in row.cells.items() for text in pair
    }
    return frozenset((*words, *_texts(case.expect)))


def _hints(change: Change) -> Iterator[str]:
    """Words near the change: ids of the items around, and what is said beside it."""
    yield from change.name.split(".")
    for around in change.spot.within[:1]:
        yield from (str(e.node.value) for e in around.entries if isinstance(e.node, ScalarNode) and e.key != "title")
    yield from _texts(change.spot.node)
    for edit in change.edits:
        if edit.node is not None:
            yield from _texts(edit.node)


def _texts(node: Node) -> Iterator[str]:
    match node:
        case ScalarNode(_, value):
            yield str(value)
        case ListNode(_, items):
            for item in items:
                yield from _texts(item)
        case MapNode(_, entries):
            for entry in entries:
                yield entry.key
                yield from _texts(entry.node)
