"""What ``hotline policy diff`` asks: two versions, both sound, and what differs between them.

Knows the layout of a policies folder; knows nothing of screens. Loads the engine only when asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cli.locations import versions_in


def compare(old: str, new: str, folder: Path | None) -> dict[str, Any]:
    """The comparison as ``schemas/v1/diff.schema.json`` describes it.

    Raises InputError when there is no such version, PolicyError with everything that is wrong in either.
    """
    from engine.diff.compare import changes
    from engine.diff.document import diff_document
    from engine.diff.vocabulary import Vocabulary
    from engine.policy.build import build_policy, unaltered_parts
    from engine.policy.versions import find_version
    from engine.problems import PolicyError, Problem

    places = versions_in(folder)
    known = [places.released, *([places.examples] if places.examples else [])]
    sides = []
    problems: list[Problem] = []
    for name in (old, new):
        try:
            parts = unaltered_parts(find_version(name, known), places.schemas, {})
            sides.append((parts, build_policy(parts)))
        except PolicyError as error:
            problems += error.problems
    if problems:
        raise PolicyError(problems)
    (a, before), (b, after) = sides
    return diff_document(before, after, changes(a, b, Vocabulary(places.schemas)))
