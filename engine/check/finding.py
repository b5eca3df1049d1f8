"""One finding of a check: a problem with the stable name of its kind, and whether it must be mended.

Knows the kinds and what they are called; must not know how any is found or shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from engine.problems import Place, Problem

Level = Literal["problem", "hint"]

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "form": "写法：不是合法的 YAML，或不合模式",
        "meaning": "含义：引用、编号、合计、日期或类型不成立",
        "manifest": "已发布的版本被改动",
        "engine-limit": "规则引擎不能执行",
        "band-gap": "得分档之间有缺口",
        "band-overlap": "得分档互相重叠",
        "table-gap": "判定表没有写到的情形",
        "table-overlap": "两条规则同时成立而至多只许一条",
        "never-holds": "条件在任何情形下都不成立",
        "swallowed": "总是先由别的规则认定，轮不到它",
        "same-condition": "两条规则的条件在任何情形下都相同",
        "narrower": "另一条作用相同的规则已经包括它",
        "unreachable-step": "后果在本周期内不可能达到",
        "undeclared-date": "期限用到日历没有写入的年份",
        "case-missing": "没有用例涉及",
        "no-cases": "没有用例",
        "unused-reading": "没有地方引用的 reading",
        "too-many-combinations": "组合太多，没有逐一检查",
    }
)
"""Every kind of finding by its stable id, with its title."""


@dataclass(frozen=True, order=True)
class Finding:
    """``kind`` is a key of KINDS. A ``problem`` has to be mended; a ``hint`` may be as it should be."""

    problem: Problem
    kind: str
    level: Level = "problem"


def found(
    kind: str, place: Place, what: str, value: object = "", instead: str = "", level: Level = "problem"
) -> Finding:
    """A finding in one call."""
    return Finding(Problem(place, what, str(value), instead), kind, level)


def all_of(kind: str, problems: Iterable[Problem]) -> tuple[Finding, ...]:
    """Problems that another part of the engine found, as findings of one kind."""
    return tuple(Finding(problem, kind) for problem in problems)
