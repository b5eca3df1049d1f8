"""Which group a difference belongs to and how grave it is: one table from spots to ranks.

Knows the order in which an office reads a plan: what follows for units first, what only describes the file last.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

RANKS: tuple[tuple[str, int], ...] = (
    ("consequences*", 0),
    ("ranking*", 1),
    ("indicators*", 2),
    ("rules*", 3),
    ("obligations*", 4),
    ("fields*", 6),
    ("calendar*", 7),
    ("policy/sides*", 8),
    ("policy/uses_of_result*", 8),
    ("duties*", 9),
    ("forms*", 10),
    ("clauses*", 11),
    ("readings*", 5),
    ("policy*", 13),
)
"""The first that matches holds."""

DEGREES: tuple[tuple[str, int], ...] = (
    ("*/title", 3),
    ("*/clause", 3),
    ("*/detail", 3),
    ("*/description", 3),
    ("readings/*/question", 3),
    ("readings/*/why", 3),
    ("indicators/weights_sum", 0),
    ("indicators/*/weight", 0),
    ("*/[*]", 1),
    ("*/[*]excluded", 1),
    ("*/[*]included", 1),
    ("*/[*]mark", 1),
    ("*/[*]add", 1),
    ("*/[*]deduct", 1),
)
"""Within a group: weights first, items added or removed next, wordings last; 2 for anything else."""

SAID_BY_LIST = ("policy/sides*", "policy/uses_of_result*")
"""Groups that are called what their list is called, not what the part is called."""


ALONG, ALONG_RANK = "随考核周期移动的日期", 12
"""The group of dates that only go with the cycle, and where it stands."""


def rank(pattern: str) -> int:
    return next(rank for known, rank in RANKS if fnmatchcase(pattern, known))


def degree(pattern: str) -> int:
    return next((degree for known, degree in DEGREES if fnmatchcase(pattern, known)), 2)


def by_list(pattern: str) -> bool:
    return any(fnmatchcase(pattern, known) for known in SAID_BY_LIST)
