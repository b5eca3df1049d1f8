"""Conditions as a small typed tree, and the facts they test.

A condition is ``All``/``Any``/``Not`` over ``Test`` leaves; a test says that one fact has one of some values. A fact
has a finite list of values (``Fact.values``), so every condition has a finite domain: numbers, times and calendars are
compared elsewhere (``engine.facts``) and arrive here as yes/no. Knows nothing of SQL, of durable-rules or of any plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

YES = "yes"
NO = "no"
MISSING = ""
"""The value of a fact whose field was left empty and whose declared meaning of empty is "unknown"."""

Operator = Literal[
    "present",
    "equals",
    "at_least",
    "at_most",
    "above",
    "below",
    "before",
    "not_after",
    "after",
    "not_before",
    "time_before",
    "time_not_after",
    "time_from",
]


@dataclass(frozen=True, order=True)
class Choice:
    """The value of an enumerated field; ``values`` are its declared values, with MISSING where empty is unknown."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, order=True)
class Element:
    """One element of a list field. Decided element by element; what fires for any element fires for the row."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, order=True)
class Comparison:
    """A yes/no fact: ``field operator operand``; an empty field compares as no.

    ``operand`` is a literal (number or time as text), the name of another field, or empty when the comparison is with
    the moment of evaluation (``as_of``).
    """

    field: str
    operator: Operator
    operand: str = ""
    operand_kind: Literal["literal", "field", "as_of"] = "literal"

    @property
    def values(self) -> tuple[str, ...]:
        return (YES, NO)


@dataclass(frozen=True, order=True)
class Tag:
    """A yes/no fact: some rule that fired on this row gives the tag."""

    name: str

    @property
    def values(self) -> tuple[str, ...]:
        return (YES, NO)


NO_DUTY = "none"
"""The state of an obligation that does not apply."""
_DUTY = "duty:"


def duty_tag(obligation: str, state: str) -> str:
    """Given to an order on which the obligation is in that state."""
    return f"{_DUTY}{obligation}:{state}"


def duty_of(tag: str) -> tuple[str, str] | None:
    """The obligation and state that a tag tells; None for a tag that some rule gives."""
    if not tag.startswith(_DUTY):
        return None
    obligation, _, state = tag.removeprefix(_DUTY).rpartition(":")
    return obligation, state


@dataclass(frozen=True, order=True)
class State:
    """A fact the engine itself supplies: how far an obligation is, how a rate compares, whether a gate is open."""

    name: str
    values: tuple[str, ...] = (YES, NO)


DONE = ("in_time", "late", "missing")
DEADLINE = ("past", "running")


@dataclass(frozen=True, order=True)
class Progress:
    """How far an order is with the obligation ``of``: what was ``done`` of it, or where its ``deadline`` stands.

    ``by`` names the clock and calendar that it is told by, so that facts told by others are not the same.
    """

    of: str
    what: Literal["done", "deadline"]
    by: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        return DONE if self.what == "done" else DEADLINE


@dataclass(frozen=True, order=True)
class Standing:
    """A yes/no fact of a unit's history: it has ``mark`` in this period (``now``), has had it in at least ``at_least``
    counted periods in a row up to this one (``running``), or in that many of the cycle so far (``times``), of which
    only the latest ``within`` are looked at, where that is not 0."""

    mark: str
    how: Literal["now", "running", "times"] = "now"
    at_least: int = 1
    within: int = 0

    @property
    def values(self) -> tuple[str, ...]:
        return (YES, NO)


@dataclass(frozen=True, order=True)
class Seat:
    """A yes/no fact of a unit's place: it is one of the ``number`` (a number, or with ``rounding`` a percentage) ranked
    highest or lowest in its group, counting only units with the mark ``among``, where one is given. Where equals stand
    on both sides of the limit, all of them are within it, or ``none``."""

    side: Literal["top", "bottom"]
    number: str
    rounding: Literal["", "down", "up", "half_up"] = ""
    when_tied: Literal["all", "none"] = "all"
    among: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        return (YES, NO)


@dataclass(frozen=True, order=True)
class Figure:
    """A yes/no fact of a unit in a period: what it has of ``kind`` and ``name`` compares so with ``operand``; what it
    has not compares as no. A grade is compared by ``is``."""

    kind: Literal["figure", "indicator", "orders", "grade"]
    name: str
    operator: Literal["at_least", "above", "at_most", "below", "is"]
    operand: str

    @property
    def values(self) -> tuple[str, ...]:
        return (YES, NO)


Fact = Choice | Element | Comparison | Tag | State | Progress | Standing | Seat | Figure


@dataclass(frozen=True)
class Test:
    """``fact`` has one of ``allowed``."""

    __test__ = False  # not a pytest class
    fact: Fact
    allowed: tuple[str, ...]


@dataclass(frozen=True)
class All:
    """Every part holds; an empty one always holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Any:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    part: Condition


Condition = All | Any | Not | Test

ALWAYS = All(())


def yes(fact: Fact) -> Test:
    return Test(fact, (YES,))


def no(fact: Fact) -> Test:
    return Test(fact, (NO,))


def tests(condition: Condition) -> Iterator[Test]:
    """The leaves from left to right, repeated ones included."""
    match condition:
        case Test():
            yield condition
        case Not(part):
            yield from tests(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from tests(part)


def holds(condition: Condition, told: Callable[[Test], bool]) -> bool:
    """Whether the condition holds where its tests do as ``told``."""
    match condition:
        case Test():
            return told(condition)
        case Not(part):
            return not holds(part, told)
        case All(parts):
            return all(holds(part, told) for part in parts)
        case Any(parts):
            return any(holds(part, told) for part in parts)


def facts(condition: Condition) -> tuple[Fact, ...]:
    """The distinct facts, in order of first use."""
    return tuple(dict.fromkeys(test.fact for test in tests(condition)))


def push_down(condition: Condition, *, negated: bool = False) -> Condition:
    """The same condition with negation only inside tests (a test's negation allows the fact's other values)."""
    match condition:
        case Test(fact, allowed):
            if not negated:
                return condition
            return Test(fact, tuple(value for value in fact.values if value not in allowed))
        case Not(part):
            return push_down(part, negated=not negated)
        case All(parts):
            pushed = tuple(push_down(part, negated=negated) for part in parts)
            return Any(pushed) if negated else All(pushed)
        case Any(parts):
            pushed = tuple(push_down(part, negated=negated) for part in parts)
            return All(pushed) if negated else Any(pushed)
