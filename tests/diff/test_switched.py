"""An indicator that is found by other means is one difference."""

from __future__ import annotations

from engine.diff.applying import Applying
from engine.diff.change import OPPOSITE
from engine.diff.compare import changes
from engine.diff.vocabulary import Vocabulary
from engine.policy.parts import load_parts
from tests.diff.editing import ROOT, SCHEMAS

WENZHOU = ROOT / "examples" / "policies" / "wenzhou-2018"


def test_points_that_became_a_deduction_are_one_sentence(words: Vocabulary) -> None:
    """Promise: an indicator of orders that becomes one of recorded deductions is told in one sentence, both ways, and
    is taken over or left as one."""
    a, b = (load_parts(folder, SCHEMAS, {}) for folder in (WENZHOU, WENZHOU.with_name("wenzhou-2018-04")))
    found = changes(a, b, words)
    switched = [change for change in found if change.id == "indicators.signing.deducted"]
    assert [change.sentence for change in switched] == ["签收 由“每件得分（按时）”改为“按记录扣分（扣分记录）”"]
    assert {change.id for change in found if change.item == "signing"} == {
        "indicators.signing.deducted",
        "indicators.signing.weight",
    }
    back = next(change for change in changes(b, a, words) if change.id == switched[0].id)
    assert back.sentence == "签收 由“按记录扣分（扣分记录）”改为“每件得分（按时）”"
    assert (back.kind, back.old, back.new) == (OPPOSITE["changed"], switched[0].new, switched[0].old)
    applying = Applying(a, b, words)
    assert [change.id for change in changes(a, applying.apply(switched), words)] == [switched[0].id]
    assert changes(applying.apply(found), b, words) == ()
    assert changes(a, applying.apply([]), words) == ()
