"""A version with only some of the changes, and which changes hold only together: the two questions others ask.

For many questions about the same two versions keep one ``Applying`` and ask ``couple``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.diff.between import Applying
from engine.diff.change import Change
from engine.diff.coupling import couple
from engine.diff.vocabulary import Vocabulary
from engine.policy.parts import Parts

__all__ = ["Applying", "apply", "couple", "coupled"]


def apply(a: Parts, b: Parts, subset: Iterable[Change], words: Vocabulary) -> Parts:
    """``a`` with only the changes in ``subset``, all of them out of ``changes(a, b, words)``.

    ``build_policy`` takes the result. Raises PolicyError when the schema or a reference is broken by taking these
    alone; ``build_policy`` may raise it too.
    """
    return Applying(a, b, words).apply(subset)


def coupled(a: Parts, b: Parts, found: Sequence[Change], words: Vocabulary) -> tuple[tuple[Change, ...], ...]:
    """``found`` in groups, each as small as could be found, that give a valid policy when applied without the others.

    In the order of ``found``, by the first of each group.
    """
    return couple(Applying(a, b, words), found)
