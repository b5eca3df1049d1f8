"""How personal values are shown, when they are shown at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace.masking import masked

CASES = (
    ("13800001234", "138****1234"),
    ("138-0000-1234", "138****1234"),
    ("１３８００００１２３４", "138****1234"),
    ("+86 138 0000 1234", "861****1234"),
    ("56120034", "56****34"),
    ("12345", "****5"),
    ("1234", "****"),
    ("310113199001011234", "310****1234"),
    ("张三", "张**"),
    ("欧阳某某", "欧**"),
    ("张先生13800001234", "张**"),
    ("某区某路1号", "某**"),
    ("  ", ""),
    ("", ""),
)


@pytest.mark.parametrize(("value", "shown"), CASES)
def test_numbers_and_names_are_masked_as_people_expect(value: str, shown: str) -> None:
    """Promise: names are shown as 张**, numbers as 138****1234, addresses and texts by their first character."""
    assert masked(value) == shown


@given(st.text(min_size=2, max_size=40))
def test_nothing_of_a_text_survives_but_its_first_character(value: str) -> None:
    """Promise: whatever a cell holds, a masked value shows one character of it, or at most seven digits of a number."""
    shown = masked(value)
    assert len(shown) <= 11
    if not shown.endswith("**"):
        digits = sum(character.isdecimal() for character in value)
        assert "****" in shown or not shown
        assert sum(character.isdecimal() for character in shown) <= max(digits - 4, 0)


@given(st.text("0123456789 -", min_size=3, max_size=30))
def test_four_digits_are_always_hidden(value: str) -> None:
    """Promise: no number is shown with fewer than four of its digits missing."""
    shown, digits = masked(value), [c for c in value if c.isdecimal()]
    assert sum(c.isdecimal() for c in shown) <= max(len(digits) - 4, 1)
