"""A version with only some of the changes, and which changes hold only together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.diff.change import Change
from engine.diff.vocabulary import Vocabulary
from engine.policy.parts import Parts


def apply(a: Parts, b: Parts, subset: Iterable[Change], words: Vocabulary) -> Parts:
    """``a`` with only the changes in ``subset``, all of them out of ``changes(a, b, words)``; ``build_policy`` takes it.

    Raises PolicyError when the schema or a reference is broken by taking these alone (``build_policy`` may raise too).
    """
    raise NotImplementedError


def coupled(a: Parts, b: Parts, found: Sequence[Change], words: Vocabulary) -> tuple[tuple[Change, ...], ...]:
    """``found`` in groups, each as small as could be found, that give a valid policy when applied without the others."""
    raise NotImplementedError
