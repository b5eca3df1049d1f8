"""Decision tables: for each combination of a group's facts, which questions are answered yes.

Knows groups; asks the fence only to fill a table. Must not know files, SQL or policies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from engine.conditions import Fact
from engine.decisions.fence import Ruleset
from engine.decisions.questions import Combination, Group
from engine.decisions.wire import fact_to_json


class MissingCombinationError(LookupError):
    """The table has no row for a combination; a row of the data must never be dropped for it."""

    def __init__(self, combination: Combination) -> None:
        self.combination = combination
        super().__init__(f"判定表里没有这一组合：{combination!r:.200}")


@dataclass(frozen=True)
class DecisionTable:
    """``rows`` maps a value of each of ``facts`` to a number whose bit i says whether ``questions[i]`` holds.

    ``gives[i]`` are the tags of ``questions[i]``.
    """

    facts: tuple[Fact, ...]
    questions: tuple[str, ...]
    gives: tuple[tuple[str, ...], ...]
    rows: Mapping[Combination, int]

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the content, the same for any order of rows."""
        content = [
            [fact_to_json(fact) for fact in self.facts],
            self.questions,
            self.gives,
            sorted((list(combination), bits) for combination, bits in self.rows.items()),
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()

    def bits(self, combination: Combination) -> int:
        """Raises MissingCombinationError."""
        try:
            return self.rows[combination]
        except KeyError:
            raise MissingCombinationError(combination) from None

    def fired(self, combination: Combination) -> tuple[str, ...]:
        """Ids of the questions that hold, in order. Raises MissingCombinationError."""
        bits = self.bits(combination)
        return tuple(id for index, id in enumerate(self.questions) if bits >> index & 1)


def tags_of(table: DecisionTable, combination: Combination) -> frozenset[str]:
    """The tags given to a row with this combination. Raises MissingCombinationError."""
    bits = table.bits(combination)
    return frozenset(tag for index, tags in enumerate(table.gives) if bits >> index & 1 for tag in tags)


def table_of(group: Group, rows: Mapping[Combination, int]) -> DecisionTable:
    """``rows`` (see DecisionTable) as the table of ``group``."""
    return DecisionTable(
        group.facts,
        tuple(question.id for question in group.questions),
        tuple(question.gives for question in group.questions),
        MappingProxyType(dict(rows)),
    )


def decide(group: Group, combinations: Iterable[Combination]) -> DecisionTable:
    """The group's table for these combinations (those of one element each, for a list field), by durable-rules.

    Runs in this process and can hang on a hostile policy: ``engine.decisions.compile`` runs it in a child process.
    Raises FenceError.
    """
    ruleset = Ruleset(group.facts, group.questions, leaves=False)
    bit = {question.id: 1 << index for index, question in enumerate(group.questions)}
    rows = {tuple(combination): sum(bit[id] for id in ruleset.ask(combination).fired) for combination in combinations}
    return table_of(group, rows)
