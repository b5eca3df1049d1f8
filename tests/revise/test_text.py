"""Text and dates: what is not edited stays byte for byte, and what is written reads as what was meant."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.policy.source import MapNode, ScalarNode, plain, read_bytes
from engine.revise.dates import moved_dates, moved_years, years_in
from engine.revise.text import Edit, parse_text, read_text, scalar_text

ROOT = Path(__file__).parents[2]
PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), max_size=30)


@given(PRINTABLE, st.sampled_from(["", "'", '"']))
def test_text_reads_as_what_it_was(value: str, style: str) -> None:
    """Promise: whatever a person types as text is that text for the strict reader, with the quotes there before."""
    written = scalar_text(value, style)
    root = read_bytes(f"key: {written}\nlist: [{written}, x]\n".encode(), "f").root
    assert root is not None
    assert plain(root) == {"key": value, "list": [value, "x"]}
    if style:
        assert written[0] == written[-1] == style


@pytest.mark.parametrize("path", sorted((ROOT / "policies").rglob("*.yaml")), ids=lambda path: path.stem)
def test_pieces_are_where_the_strict_reader_sees_them(path: Path) -> None:
    """Promise: an edit hits the value that problems and explanations point at."""
    file = read_text(path)
    source = read_bytes(path.read_bytes(), str(path))
    seen = set()

    def walk(node: object) -> None:
        if isinstance(node, ScalarNode):
            seen.add(node.place)
        elif isinstance(node, MapNode):
            for entry in node.entries:
                seen.add(entry.place)
                walk(entry.node)
        else:
            for item in getattr(node, "items", ()):
                walk(item)

    walk(source.root)
    assert {file.place(piece) for piece in file.root.walk() if piece.value is not None} == seen
    assert file.encoded(file.edited(())) == path.read_bytes()


def test_line_ends_and_byte_order_mark_stay() -> None:
    """Promise: a file from another editor keeps its line ends and its mark."""
    raw = "\ufeffa: 1\r\nb: {c: '2'}  # why\r\n".encode()
    file = parse_text(raw, Path("f.yaml"))
    piece = file.root.entries[1][1].entries[0][1]
    assert (file.place(piece).line, file.place(piece).column) == (2, 8)
    edited = file.encoded(file.edited([Edit(piece.start, piece.end, scalar_text("3", piece.style))]))
    assert edited == "\ufeffa: 1\r\nb: {c: '3'}  # why\r\n".encode()


def test_overlapping_edits_are_refused() -> None:
    """Promise: two edits of the same text are a mistake, not a coin toss."""
    file = parse_text(b"a: 12345\n", Path("f.yaml"))
    with pytest.raises(ValueError, match="overlap"):
        file.edited([Edit(3, 6, "x"), Edit(5, 8, "y")])


@given(st.dates(dt.date(1900, 1, 1), dt.date(2900, 12, 31)), st.integers(-50, 50))
def test_moved_days_are_real_days(day: dt.date, years: int) -> None:
    """Promise: a real day moves to the same day of the other year, the last of February at worst."""
    moved = moved_dates(f"“{day}”与{day.year}/{day.month}/{day.day}。", years)
    same = (day.month, day.day) if (day.month, day.day) != (2, 29) else None
    found = dt.date.fromisoformat(moved[1:11])
    assert found.year == day.year + years
    assert (found.month, found.day) == same or (found.month, found.day) in {(2, 28), (2, 29)}
    assert moved.endswith(f"{found.year}/{found.month}/{found.day}。")
    if same is not None:
        assert moved_dates(moved, -years) == f"“{day}”与{day.year}/{day.month}/{day.day}。"


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("2026-02-30 10:00:00", "2027-02-30 10:00:00"),  # no such day, on purpose
        ("2026-13-01", "2026-13-01"),
        ("12026-01-01", "12026-01-01"),
        ("2025-11", "2026-11"),
        ("13963253541", "13963253541"),
        ("a3-06", "a3-06"),
    ],
)
def test_what_moves_and_what_does_not(text: str, moved: str) -> None:
    """Promise: numbers that are no dates stay."""
    assert moved_dates(text, 1) == moved


def test_years_are_numbers_of_their_own() -> None:
    """Promise: only a whole number of the cycle's years is taken for a year."""
    assert (
        moved_years("2025年至2026年，12026、20261、2024", 1, range(2025, 2027)) == "2026年至2027年，12026、20261、2024"
    )
    assert years_in("〔2026〕7号与20251", range(2025, 2027)) == (2026,)
