"""Decisions as tables: rules that never hold, are swallowed, say the same, overlap, or leave cases out.

Knows decisions and answers; must not know scoring.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.check.answers import Seen, undecided
from engine.check.finding import Finding, found
from engine.check.places import Places
from engine.check.worlds import in_words
from engine.policy.model_orders import Decision, Rule

SHOWN = 3
"""How many examples of a gap are shown."""


def decision_findings(decision: Decision, seen: Sequence[Seen], places: Places) -> Iterator[Finding]:
    """What is wrong with the rules of ``decision``; ``seen`` are its rules' own conditions, asked apart."""
    rules = {rule.id: rule for rule in decision.rules}
    for id in undecided(seen):
        what = f"规则“{id}”的条件组合太多，没有检查它与别的规则是否重叠"
        yield found("too-many-combinations", places.rule(id), what, id, "可拆成几条条件较少的规则", "hint")
    for part in seen:
        if part.table is None:
            continue
        own = [rules[question.id] for question in part.group.questions]
        yield from _rules(decision, own, part, places)
        if part.whole and part.worlds.exact:
            yield from _gap(decision, part, places)
    if decision.hit == "unique":
        yield from _across(decision, [part for part in seen if part.table is not None], places)


def _rules(decision: Decision, rules: Sequence[Rule], seen: Seen, places: Places) -> Iterator[Finding]:
    """Findings about rules that are decided together."""
    first_with: dict[int, Rule] = {}
    earlier = 0
    for index, rule in enumerate(rules):
        column = seen.columns[rule.id]
        if not column:
            what = f"规则“{rule.id}”的条件在任何工单上都不成立，它永远不会生效"
            yield found(
                "never-holds", places.rule(rule.id), what, rule.id, "请改条件（几个条件互相矛盾），或删去这条规则"
            )
        elif column in first_with:
            yield _same(rule, first_with[column], places)
        elif decision.hit == "first" and not column & ~earlier:
            before = [other.id for other in rules[:index] if seen.columns[other.id] & column]
            what = f"规则“{rule.id}”成立时总有前面的规则先成立（{'、'.join(before)}），它永远轮不到"
            yield found("swallowed", places.rule(rule.id), what, rule.id, "请移到前面、改条件，或删去")
        elif decision.hit == "unique" and seen.worlds.exact:
            yield from _overlap(rule, rules[:index], seen, places)
        elif decision.hit == "collect" and rule.effect == "excluded":
            yield from _narrower(rule, rules, seen, places)
        first_with.setdefault(column, rule)
        earlier |= column


def _same(rule: Rule, other: Rule, places: Places) -> Finding:
    alike = (rule.effect, rule.gives) == (other.effect, other.gives)
    what = f"规则“{rule.id}”与“{other.id}”在任何工单上都同时成立" + ("，作用也相同" if alike else "，作用却不同")
    return found(
        "same-condition",
        places.rule(rule.id),
        what,
        rule.id,
        f"请改条件，或删去其中一条（“{other.id}”在 {places.rule(other.id)}）",
    )


def _overlap(rule: Rule, others: Sequence[Rule], seen: Seen, places: Places) -> Iterator[Finding]:
    for other in others:
        both = seen.columns[rule.id] & seen.columns[other.id]
        if both:
            yield _both(rule.id, other.id, in_words(seen.examples(both)[0]), places)
            return


def _both(rule: str, other: str, example: str, places: Places) -> Finding:
    what = f"规则“{rule}”与“{other}”会同时成立，而这张表至多一条成立；例如：{example}"
    instead = f"请改其中一条的条件（“{other}”在 {places.rule(other)}），或把 hit 改为 first 或 collect"
    return found("table-overlap", places.rule(rule), what, rule, instead)


def _narrower(rule: Rule, rules: Sequence[Rule], seen: Seen, places: Places) -> Iterator[Finding]:
    column = seen.columns[rule.id]
    for other in rules:
        wider = seen.columns[other.id]
        alike = (rule.effect, rule.gives) == (other.effect, other.gives)
        if other.id != rule.id and alike and wider != column and not column & ~wider:
            what = f"规则“{rule.id}”成立时“{other.id}”必然成立，作用相同；删去它结果不变，只少一条依据"
            yield found(
                "narrower", places.rule(rule.id), what, rule.id, f"“{other.id}”在 {places.rule(other.id)}", "hint"
            )
            return


def _gap(decision: Decision, seen: Seen, places: Places) -> Iterator[Finding]:
    """Cases that no rule speaks of, where the table means to speak of all: it says what stays in, or picks just one."""
    if decision.hit == "collect" and all(rule.effect != "included" for rule in decision.rules):
        return
    covered = 0
    for column in seen.columns.values():
        covered |= column
    left = seen.everything & ~covered
    if left:
        examples = seen.examples(left)
        shown = "；".join(in_words(example) for example in examples[:SHOWN])
        what = f"有 {len(examples)} 种情形没有一条规则写到，例如：{shown}"
        instead = "没有写到的情形不作任何认定；如应认定，请加规则"
        yield found("table-gap", places.decision(decision.id), what, decision.id, instead, "hint")


def _across(decision: Decision, seen: Sequence[Seen], places: Places) -> Iterator[Finding]:
    """Pairs of rules that are decided apart: both hold when what they share can be the same."""
    for index, later in enumerate(seen):
        for rule in later.group.questions:
            for earlier in seen[:index]:
                shared = [fact for fact in later.group.facts if fact in earlier.group.facts]
                mine = _projected(later, rule.id, [later.group.facts.index(fact) for fact in shared])
                at = [earlier.group.facts.index(fact) for fact in shared]
                for other in earlier.group.questions:
                    both = sorted(mine.keys() & _projected(earlier, other.id, at).keys())
                    if both:
                        example = f"{mine[both[0]]}、{_projected(earlier, other.id, at)[both[0]]}"
                        yield _both(rule.id, other.id, example, places)
                        break


def _projected(seen: Seen, id: str, at: Sequence[int]) -> dict[tuple[str, ...], str]:
    """What the facts ``at`` these positions are when ``id`` holds, each with an example."""
    column = seen.columns[id]
    held = (c for i, c in enumerate(seen.combinations) if column >> i & 1)
    return {tuple(c[i] for i in at): in_words(seen.worlds.examples[c]) for c in held}
