"""One thing that is wrong, where it is and what to write instead; and the error that carries many of them.

Places and problems stand in the order in which a person counts: record 8 before record 10. Knows nothing of policies,
orders or how a problem is shown.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import total_ordering

_NUMBER = re.compile("([0-9]+)")


def as_counted(text: str) -> tuple[tuple[int, str], ...]:
    """A key that orders numbers in texts by how much they are: by their length first, then digit by digit."""
    return tuple((len(part) if i % 2 else 0, part) for i, part in enumerate(_NUMBER.split(text)))


@total_ordering
@dataclass(frozen=True)
class Place:
    """A spot in a source file. ``line`` and ``column`` count from 1; 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __lt__(self, other: Place) -> bool:
        return self._order < other._order

    @property
    def _order(self) -> tuple[object, ...]:
        return as_counted(self.file), self.line, self.column

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@total_ordering
@dataclass(frozen=True)
class Problem:
    """``what`` is wrong at ``place`` (in Chinese), the offending ``value``, and ``instead``: what to write or do."""

    place: Place
    what: str
    value: str = ""
    instead: str = ""

    def __lt__(self, other: Problem) -> bool:
        return self._order < other._order

    @property
    def _order(self) -> tuple[object, ...]:
        return self.place, as_counted(self.what), as_counted(self.value), as_counted(self.instead)

    def __str__(self) -> str:
        text = f"{self.place}: {self.what}"
        if self.value:
            text += f"（值：{clip(self.value)}）"
        if self.instead:
            text += f"。{self.instead}"
        return text


class ProblemsError(Exception):
    """Raised once with everything that was found, never with the first problem only."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class PolicyError(ProblemsError):
    """The policy cannot be used."""


class InputError(ProblemsError):
    """The input folder or a request about it cannot be used."""


def clip(text: str, width: int = 60) -> str:
    """``text`` on one line and at most ``width`` characters, so that a huge cell cannot flood a message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else f"{flat[:width]}…（共 {len(text)} 字）"


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that looks like ``word``; empty where none does."""
    close = difflib.get_close_matches(word, list(known), 1, 0.6)
    return close[0] if close else ""


def alike(word: str, known: Iterable[str]) -> str:
    """Advice in Chinese: the known word that looks like ``word``; empty where none does."""
    close = closest(word, known)
    return f"是不是“{close}”？" if close else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """Advice in Chinese: the known word that looks like ``word``, or else all of them (a few at most)."""
    words = list(known)
    close = alike(word, words)
    if close:
        return close
    shown = "、".join(words[:12]) + ("等" if len(words) > 12 else "")
    return f"可以写：{shown}" if words else ""
