"""Results of cases, of coverage and of probing, as lines for people and as one JSON object for programs.

Knows results; knows nothing of the command line and decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cli.asking_test import Tested
    from engine.coverage.reach import Covered
    from engine.coverage.workers import Probing

KINDS = {
    "rules_fired": "规则触发",
    "rules_quiet": "规则看过而未触发",
    "rows": "判定表的行",
    "duties": "要求的履行情况",
    "gates": "前提的结果",
    "marks_given": "名次标志给了",
    "marks_withheld": "名次标志看过而没有给",
    "consequences_fired": "后果触发",
    "consequences_quiet": "后果看过而未触发",
    "options": "条文理解的选项",
    "indicators": "指标",
    "bonuses": "加分",
    "clauses": "条款",
}


def test_summary(tested: Tested) -> str:
    """One line: how many cases there are and hold."""
    total, failed = len(tested.results), len(tested.failed)
    spanning = sum(result.spans for result in tested.results)
    with_earlier = f"（{spanning} 个跨修订，与前一版本合算）" if spanning else ""
    return f"{tested.folder.name}：{total} 个用例{with_earlier}，{total - failed} 个通过，{failed} 个不通过\n"


def coverage_lines(coverage: Iterable[Covered]) -> Iterator[str]:
    """A line a kind, and under it what no case reaches, with its place."""
    for item in coverage:
        total = len(item.ids)
        yield f"  {KINDS[item.kind]}：{total - len(item.unreached)}/{total}（{item.percent:.1f}%）\n"
        for id in item.unreached:
            place = str(item.places[id])
            yield f"    没有用例达到：{id}{'' if id == place else f'（{place}）'}\n"


def tests_as_json(tested: Sequence[Tested]) -> str:
    found = [
        {
            "version": item.folder.name,
            "cases": [
                {
                    "title": result.title,
                    "place": str(result.place),
                    "spans": result.spans,
                    "failures": [{"place": str(found.place), "what": found.what} for found in result.failures],
                }
                for result in item.results
            ],
            "coverage": [
                {
                    "kind": kind.kind,
                    "title": KINDS[kind.kind],
                    "total": len(kind.ids),
                    "reached": len(kind.ids) - len(kind.unreached),
                    "unreached": [{"id": id, "place": str(kind.places[id])} for id in kind.unreached],
                }
                for kind in item.coverage
            ],
        }
        for item in tested
    ]
    return json.dumps({"versions": found}, ensure_ascii=False, indent=2) + "\n"


def probing_lines(folder: Path, probing: Probing) -> Iterator[str]:
    """The count of each end, then every change that nobody noticed and every exception that holds for nothing."""
    yield f"{folder.name}：{_counts(probing)}\n"
    for item in probing.unnoticed:
        yield f"  没有用例发觉：{item.name} {item.what}（{item.place}）\n"
    for exception in probing.idle:
        yield f"  例外里写的参数不存在：{exception.pattern}（{exception.place}）\n"


def _counts(probing: Probing) -> str:
    ends = [item.noticed for item in probing.probed]
    refused, alike, nobody = (ends.count(end) for end in ("check", "same", None))
    cases = len(ends) - refused - alike - nobody
    return (
        f"改动 {len(ends)} 处，用例发觉 {cases} 处，检查即拒绝 {refused} 处，改了意思不变 {alike} 处，"
        f"没有用例发觉 {nobody} 处；另有 {probing.excepted} 处列为例外"
    )


def probing_as_json(probed: Iterable[tuple[Path, Probing]]) -> str:
    found = [
        {
            "version": folder.name,
            "probed": [
                {"parameter": item.name, "change": item.what, "place": str(item.place), "noticed_by": item.noticed}
                for item in probing.probed
            ],
            "excepted": probing.excepted,
            "idle_exceptions": [{"parameter": item.pattern, "place": str(item.place)} for item in probing.idle],
        }
        for folder, probing in probed
    ]
    return json.dumps({"versions": found}, ensure_ascii=False, indent=2) + "\n"
