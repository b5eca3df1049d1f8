"""Laws of wrapping mixed Chinese and Latin text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cli.wrapping import cells, wrap

TEXT = st.text(alphabet="字满意ab1-/（）。， \u0301", max_size=60)


@given(TEXT, st.integers(4, 40))
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    """Promise: every character but blanks survives, in order."""
    assert "".join("".join(wrap(text, width)).split()) == "".join(text.split())


@given(st.text(alphabet="字满意说明", max_size=60), st.integers(4, 40))
def test_lines_fit(text: str, width: int) -> None:
    """Promise: Chinese text fits its width at two cells a character."""
    assert all(cells(line) <= width for line in wrap(text, width))


def test_punctuation_never_starts_a_line() -> None:
    """Promise: a full stop stays with the sentence it ends."""
    assert wrap("四个汉字。下一句", 8) == ["四个汉字。", "下一句"]
