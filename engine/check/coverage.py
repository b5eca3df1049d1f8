"""What nothing refers to: readings that no part uses, and items that no case is about.

Knows ids and references; must not know what an item does or whether a case holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.cases.naming import about_problems, reading_problems
from engine.cases.reading import Case
from engine.cases.spanning import seen_by
from engine.check.finding import Finding, found
from engine.policy.model import Policy
from engine.policy.readings import Readings, references
from engine.policy.source import Node
from engine.problems import Place


def unused_readings(roots: Mapping[str, Node], readings: Readings) -> Iterator[Finding]:
    """Readings that no part refers to, directly or through any option of another reading."""
    reached: set[str] = set()
    waiting = [found_.reading for part, root in roots.items() if part != "readings" for found_ in references(root)]
    while waiting:
        id = waiting.pop()
        if id not in reached and id in readings.choices:
            reached.add(id)
            waiting += [inner.reading for value in readings.choices[id].options.values() for inner in references(value)]
    for id, choice in readings.choices.items():
        if id not in reached:
            what = f"没有地方引用 reading“{id}”，换选项不起作用"
            yield found("unused-reading", choice.place, what, id, f"请在用到它的地方写 {{reading: {id}}}，或删去")


def case_findings(
    policy: Policy,
    cases: Sequence[Case] | None,
    folder: Place,
    lost: frozenset[str] = frozenset(),
    earlier: Sequence[Policy] | None = (),
) -> Iterator[Finding]:
    """Items of which no case says that it is about them, and what cases name that is not there (but for ``lost``).

    ``cases`` is None where the policy has no cases at all; ``earlier`` are the versions that it amends, whose names the
    cases that span the amendment may use too: None where these cannot be asked.
    """
    if cases is None:
        yield found("no-cases", folder, "没有 cases 文件夹，改动之后无从知道结果变没变", "", "请写用例", "hint")
        return
    for case in cases:
        others = () if case.given.spans is None else earlier
        if others is None:
            continue
        seen = seen_by(policy, case, others)
        for problem in (*about_problems((policy, *others), case), *reading_problems(policy, seen)):
            if problem.value not in lost:
                yield Finding(problem, "meaning")
    about = {word.text for case in cases for word in case.about}
    for id, place in _items(policy):
        if id not in about:
            what = f"没有一个用例涉及“{id}”"
            yield found("case-missing", place, what, id, f"请在 cases 里写一个用例，about 里列上 {id}")


def _items(policy: Policy) -> Iterator[tuple[str, Place]]:
    kinds: tuple[Iterable[str], ...] = (
        (rule.id for rule in policy.rules),
        (indicator.id for indicator in policy.indicators),
        (obligation.id for obligation in policy.obligations),
        (consequence.id for consequence in policy.consequences),
        (ladder.id for ladder in policy.ladders),
    )
    for ids in kinds:
        for id in ids:
            yield id, policy.places[id]
