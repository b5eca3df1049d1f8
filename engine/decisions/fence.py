"""The only place where durable-rules is used, inside the limits within which its answers were found right.

One fact at a time (asserted, read, retracted), generated names, enumeration strings and booleans as values, every
declared field present, no timers, small rulesets. Knows groups and durable-rules; must not know tables or files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from engine.conditions import Condition, Fact, Test, tests
from engine.decisions.lowering import Expression, Lowering
from engine.decisions.questions import Question

MAX_RULES = 48
"""Rules per ruleset: an error 303 was met when over 64 matched one fact."""
MAX_VISITS = 56
"""Nodes one fact may visit in a ruleset; the engine's stack holds 64."""
MAX_TESTS = 400
"""Tests per ruleset: over 511 on one field make it hang."""
MAX_FIELDS = 200
"""Fields per fact: over 252 properties are an error 302."""

_FACT_ID = 1
_SESSION = 1
_RESERVED = (
    *("id", "sid", "m", "all", "any", "pri", "count", "cap", "dist", "name"),
    *("$m", "$s", "$l", "$r", "$lt", "$lte", "$gt", "$gte", "$eq", "$neq", "$mt", "$imt", "$iall", "$iany"),
    *("$ex", "$nex", "$or", "$and", "$not", "$add", "$sub", "$mul", "$div", "$forward"),
)


class FenceError(ValueError):
    """A question cannot be put to durable-rules safely, or it did not answer properly."""


@dataclass(frozen=True)
class Answer:
    """``fired``: ids of the questions answered yes, in their order; ``truths``: whether each leaf test holds."""

    fired: tuple[str, ...]
    truths: Mapping[Test, bool] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class _Rule:
    name: str
    expression: Expression


class Ruleset:
    """Questions over ``facts``, ready to be asked; with ``leaves``, each of their leaf tests is asked too.

    The memory of one (up to two megabytes) is never given back, since durable-rules corrupts the heap when its states
    are deleted: keep a ruleset to ask it often. Raises FenceError when the questions cannot be put within the limits.
    """

    def __init__(self, facts: Sequence[Fact], questions: Sequence[Question], *, leaves: bool = True) -> None:
        for fact in facts:
            if len(set(fact.values)) != len(fact.values) or not fact.values:
                raise FenceError(f"取值为空或重复：{fact!r:.80}")
        self._facts = tuple(facts)
        self._questions = tuple(questions)
        self._lowering = Lowering(self._facts)
        every = (test for question in questions for test in tests(question.when))
        self._leaves: tuple[Test, ...] = tuple(dict.fromkeys(every)) if leaves else ()
        asked: list[tuple[str, Condition]] = [(f"q{index}", question.when) for index, question in enumerate(questions)]
        asked += [(f"t{index}", leaf) for index, leaf in enumerate(self._leaves)]
        lowered = ((name, self._lowering.lower(condition)) for name, condition in asked)
        rules = [_Rule(name, expression) for name, expression in lowered if expression is not None]
        rules += [_Rule(helper.name, helper.expression) for helper in self._lowering.helpers]
        self._helpers = tuple(helper.name for helper in self._lowering.helpers)
        check_names((*self._lowering.fields, *(rule.name for rule in rules if rule.name not in self._helpers)))
        self._stages: list[list[_Session]] = []
        for stage in range(1 + max((rule.expression.stage for rule in rules), default=-1)):
            chunks = _chunks([rule for rule in rules if rule.expression.stage == stage])
            self._stages.append([_Session(chunk) for chunk in chunks])

    def ask(self, values: Sequence[str]) -> Answer:
        """The answers for one value of each fact, in order. Raises FenceError for a value that is not declared."""
        try:
            fields = self._lowering.given(self._facts, values)
        except ValueError:
            raise FenceError(f"不在声明取值之内的组合：{tuple(values)!r:.200}") from None
        fields |= dict.fromkeys(self._helpers, False)
        yes: set[str] = set()
        for sessions in self._stages:
            for session in sessions:
                yes |= session.ask(fields)
            fields |= {name: name in yes for name in self._helpers}
        return Answer(
            tuple(question.id for index, question in enumerate(self._questions) if f"q{index}" in yes),
            MappingProxyType({leaf: f"t{index}" in yes for index, leaf in enumerate(self._leaves)}),
        )


def check_names(names: Iterable[str]) -> None:
    """Raises FenceError when durable-rules, which compares names by hash, would take one name for another."""
    seen = {fnv1a(name): name for name in _RESERVED}
    for name in names:
        other = seen.setdefault(fnv1a(name), name)
        if other != name or name in _RESERVED:
            raise FenceError(f"规则引擎按散列比较名称，{name} 与 {other} 无法区分")


def fnv1a(name: str) -> int:
    """The 32-bit FNV-1a hash of ``name``, as durable-rules computes it."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def check_limits(expressions: Sequence[Expression]) -> None:
    """Raises FenceError when one ruleset of these rules would pass a limit of durable-rules."""
    sums = _sums(expressions)
    limits = {"规则": MAX_RULES, "同时命中的节点": MAX_VISITS, "判断": MAX_TESTS, "字段": MAX_FIELDS}
    for (what, most), found in zip(limits.items(), sums, strict=True):
        if found > most:
            raise FenceError(f"超出规则引擎的限度：{what} {found} 个，至多 {most} 个")


def _sums(expressions: Sequence[Expression]) -> tuple[int, int, int, int]:
    fields: frozenset[str] = frozenset().union(*(expression.fields for expression in expressions))
    visits = sum(expression.visits for expression in expressions)
    return len(expressions), visits, sum(expression.tests for expression in expressions), len(fields)


def _chunks(rules: Sequence[_Rule]) -> list[list[_Rule]]:
    """The rules in order, a new ruleset begun whenever the next rule would pass a limit."""
    chunks: list[list[_Rule]] = []
    for rule in rules:
        if chunks:
            try:
                check_limits([other.expression for other in (*chunks[-1], rule)])
            except FenceError:
                chunks.append([rule])
            else:
                chunks[-1].append(rule)
        else:
            chunks.append([rule])
    for chunk in chunks:
        check_limits([rule.expression for rule in chunk])
    return chunks


class _Session:
    """One durable-rules ruleset on a host of its own."""

    def __init__(self, rules: Sequence[_Rule]) -> None:
        self._fields = tuple(sorted(frozenset().union(*(rule.expression.fields for rule in rules))))
        self._fired: set[str] = set()
        self._failures: list[str] = []
        content = {rule.name: rule.expression.body for rule in rules}
        self._name = "r" + hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]
        self._host = _host()
        definition = {name: {"all": [{"m": body}], "run": self._action(name)} for name, body in content.items()}
        try:
            self._host.set_rulesets({self._name: definition})
        except Exception as error:  # the engine raises its own and bare exceptions
            raise FenceError(f"规则引擎不接受规则：{_text(error)}") from error

    def ask(self, fields: Mapping[str, str | bool]) -> frozenset[str]:
        """Names of the rules that fire. Raises FenceError."""
        fact = {"id": _FACT_ID, "sid": _SESSION} | {name: fields[name] for name in self._fields}
        self._fired.clear()
        self._failures.clear()
        if self._done(self._host.assert_fact, fact):
            fired = frozenset(self._fired)
            self._done(self._host.retract_fact, fact)
        else:
            fired = frozenset()
        if self._failures:
            raise FenceError(f"规则引擎没有正常作答：{'；'.join(self._failures)}")
        return fired

    def _done(self, step: Callable[..., object], fact: Mapping[str, object]) -> bool:
        """Whether the engine took the message. Without a callback it would keep silent about an unfinished run."""
        ends: list[object] = []
        step(self._name, dict(fact), lambda error, state: ends.append(error))
        error = ends[-1] if ends else "未完成"
        if error is None:
            return True
        if type(error).__name__ != "MessageNotHandledException":
            self._failures.append(_text(error))
        return False

    def _action(self, name: str) -> Callable[[Any], None]:
        def fire(context: Any) -> None:
            # an error inside an action would otherwise stay in the state, unseen
            left_behind = context.s["exception"]
            if left_behind is not None:
                self._failures.append(str(left_behind))
                context.s["exception"] = None
            self._fired.add(name)

        return fire


def _text(error: object) -> str:
    return f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else str(error)


def _host() -> Any:
    return _host_type()()


@cache
def _host_type() -> Any:
    """Imported when first used: a run whose tables are cached never needs it."""
    from durable.engine import Host

    class QuietHost(Host):  # type: ignore[misc]
        """Without the default host's timer threads, under which states can vanish and the process die."""

        def _run(self) -> None:
            pass

    return QuietHost
