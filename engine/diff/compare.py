"""The differences in meaning between two versions."""

from __future__ import annotations

from engine.diff.change import Change
from engine.diff.vocabulary import Vocabulary
from engine.policy.parts import Parts


def changes(a: Parts, b: Parts, words: Vocabulary) -> tuple[Change, ...]:
    """What one has to change in ``a`` to mean what ``b`` means, the gravest first; empty where they mean the same."""
    raise NotImplementedError
