"""What the builders of policy sections share: the resolved parts, the findings so far and the names declared so far.

Knows nothing of any one section.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from typing import Any as Data

from engine.conditions import Condition
from engine.months import Month
from engine.policy.condition import ConditionReader, Findings, Path, Scope
from engine.policy.model_tables import Column
from engine.policy.parts import Parts
from engine.problems import Place

DOUBLED = "编号已在"
"""How the message begins that an id is used twice."""


class Context:
    """``ids`` remembers where each id of an item was declared, so that one used twice is reported."""

    def __init__(self, parts: Parts, lost: frozenset[str] = frozenset()) -> None:
        self.parts = parts
        self.findings = Findings(lost)
        self.ids: dict[str, Place] = {}

    def part(self, name: str) -> Mapping[str, Data]:
        """The part's data; an optional part that has no file is empty."""
        found: Mapping[str, Data] = self.parts.data.get(name, {})
        return found

    def place(self, part: str, path: Path) -> Place:
        return self.parts.place(part, *path)

    def declare(self, id: str, part: str, path: Path) -> str:
        """Take ``id`` as that of an item whose id may be used once in the policy."""
        place = self.place(part, (*path, "id"))
        if id in self.ids:
            self.findings.add(place, f"{DOUBLED} {self.ids[id]} 用过", id, "每个编号只能用一次，请换一个")
        else:
            self.ids[id] = place
        return id

    def condition(self, data: Data, scope: Scope, part: str, path: Path) -> Condition:
        reader = ConditionReader(scope, lambda inner: self.place(part, inner), self.findings)
        return reader.read(data, path)

    def known(self, value: str, known: Iterable[str], what: str, part: str, path: Path) -> bool:
        """Whether ``value`` is one of ``known``; otherwise it is reported as an unknown ``what`` and passed over."""
        names = known if isinstance(known, Collection) else tuple(known)
        if value in names:
            return True
        self.findings.unknown(self.place(part, path), what, value, tuple(names), spoils=False)
        return False

    def all_known(
        self, values: Iterable[str], known: Iterable[str], what: str, part: str, path: Path
    ) -> tuple[str, ...]:
        names = known if isinstance(known, Collection) else tuple(known)
        return tuple(v for i, v in enumerate(values) if self.known(v, names, what, part, (*path, i)))

    def time_fields(
        self, names: Iterable[str], columns: Mapping[str, Column], part: str, path: Path
    ) -> tuple[str, ...]:
        times = tuple(column.id for column in columns.values() if column.type == "time")
        return self.all_known(names, times, "时间字段", part, path)


def fraction(value: Data) -> Fraction:
    """An int or Decimal of a policy file, exactly."""
    return Fraction(str(value))


def optional_fraction(value: Data) -> Fraction | None:
    return None if value is None else fraction(value)


def seconds_of(clock: str) -> int:
    """A time of day, ``HH:MM:SS``, in seconds."""
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return hours * 3600 + minutes * 60 + seconds


def month(value: str) -> Month:
    """A month that the schema has checked."""
    return Month.parse(value)
