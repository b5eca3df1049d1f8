"""What differs and why, in Chinese sentences.

Knows how facts and causes are said; must not know how they were found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from engine.impact.causes import Because, Without
from engine.impact.items import Item
from engine.impact.outcomes import Fired, Outcome, Outcomes, Spot, What, at
from engine.problems import clip

LONG = 60
GATES = {"open": "成立", "closed": "不成立", "unknown": "无法判断"}
Named = Callable[[str], str]
Shown = Callable[[Outcome], str]


def label(item: Item) -> str:
    """An item in a few words: all of it if that is short, else its gravest change."""
    if len(item.sentence) <= LONG:
        return item.sentence
    first, *others = item.changes
    return clip(first.sentence, LONG).partition("（共 ")[0] + (f" 等{len(others) + 1}处" if others else "")


def said(items: Sequence[Item], numbers: Sequence[int]) -> str:
    """Items by their numbers and in words."""
    return "、".join(f"〔{number + 1}〕{label(items[number])}" for number in numbers)


def reason(why: Because, items: Sequence[Item], before: Outcome = None, shown: Shown | None = None) -> str:
    """``因为 …``; ``shown`` says what there would be without an item, where that is not as ``before``."""
    if why.necessary:
        text = "因为 " + "，以及 ".join(_without(one, items, before, shown) for one in why.necessary)
        return text if len(why.necessary) == 1 else f"{text}（缺一项都不会如此）"
    if why.sufficient:
        one = "这一项" if len(why.sufficient) == 1 else "其中任何一项"
        return f"因为 {said(items, why.sufficient)}（{one}单独就足以如此，但去掉它，其余改动也会造成同样的结果）"
    return "因为几项改动合在一起（没有哪一项单独是必要的，也没有哪一项单独就足够）"


@dataclass(frozen=True)
class Told:
    """``what`` happened, to one of several things of one kind where ``of`` names it, and ``why``."""

    what: str
    of: str
    why: str

    def __str__(self) -> str:
        return f"{self.what}{self.of}，{self.why}"


def together(told: Sequence[Told]) -> list[str]:
    """As sentences: what has the same reason is said in one, and things of one kind are listed."""
    by: dict[str, dict[str, list[str]]] = {}
    for one in told:
        by.setdefault(one.why, {}).setdefault(one.what, []).append(one.of)
    return [f"{'；'.join(what + '、'.join(of) for what, of in facts.items())}，{why}" for why, facts in by.items()]


def _without(one: Without, items: Sequence[Item], before: Outcome, shown: Shown | None) -> str:
    text = said(items, [one.item])
    return text if shown is None or one.outcome == before else f"{text}（没有它则{shown(one.outcome)}）"


def seat(found: Outcomes, spot: Spot) -> str:
    """A unit's rank, with a word if it is last."""
    rank = at(found, _beside(spot, "rank"))
    last = "（最后）" if at(found, _beside(spot, "last")) else ""
    return "不排名" if rank is None else f"第{rank}名{last}"


def rank_without(outcome: Outcome) -> str:
    return "不排名" if outcome is None else f"为第{outcome}名"


def moved(a: Outcomes, b: Outcomes, spot: Spot) -> str:
    """``甲单位 第6名（最后）→第5名``."""
    return f"{spot.subject} {seat(a, spot)}→{seat(b, spot)}"


def consequence(spot: Spot, before: Outcome, after: Outcome, named: Named) -> tuple[str, str]:
    """Whether the consequence is new, gone, or announced otherwise; and which."""
    who = f"{spot.subject} " if spot.subject else ""
    if before is None:
        return f"{who}新增后果：", named(spot.rule)
    if after is None:
        return f"{who}不再有后果：", named(spot.rule)
    return f"{who}后果“{named(spot.rule)}”改变：{differences(before, after)}", ""


def differences(before: Outcome, after: Outcome) -> str:
    """How one consequence is announced otherwise."""
    if not isinstance(before, Fired) or not isinstance(after, Fired):
        return ""
    pairs = (
        ("必须", "是" if before.mandatory else "否", "是" if after.mandatory else "否"),
        ("由谁执行", before.actor, after.actor),
        ("对象", before.audience, after.audience),
        ("做什么", before.action, after.action),
        ("期限", before.due or "无", after.due or "无"),
    )
    return "，".join(f"{name} {old}→{new}" for name, old, new in pairs if old != new)


def gate(spot: Spot, before: Outcome, after: Outcome, named: Named) -> str:
    """``前提“…” 成立→不成立``."""
    old, new = (GATES.get(str(state), "没有") if state is not None else "没有" for state in (before, after))
    return f"前提“{named(spot.rule)}”{old}→{new}"


def _beside(spot: Spot, what: What) -> Spot:
    return replace(spot, what=what, rule="")
