"""Full-width punctuation where YAML wants its own: what is behind many a syntax error of people who write Chinese.

Knows lines of text; must not know what a file should hold. Asked only about a text that cannot be read: elsewhere such
marks are as good as any other character.
"""

from __future__ import annotations

import re

from engine.problems import Place, Problem

_MARKS = (
    (re.compile(r"^\s*(?:- +)?[\w.-]+(：)"), "冒号是全角的“：”", "请改用半角冒号，后面空一格，如“键: 值”"),
    (re.compile(r"[{\[][^#]*?(，)\s*[\w.-]+: "), "逗号是全角的“，”", "请改用半角逗号“, ”"),
    (re.compile(r"[{,] *[\w.-]+(：)"), "冒号是全角的“：”", "请改用半角冒号，后面空一格，如“键: 值”"),
    (re.compile(r"(?:: +|- +)([｛［])"), "括号是全角的", "请改用半角的 { } 或 [ ]"),
    (re.compile(r"[{\[][^#]*?([｝］])"), "括号是全角的", "请改用半角的 { } 或 [ ]"),
    (re.compile(r'(?:: +|- +)"[^"#]*([“”])'), "引号是全角的", '请改用半角的引号 "'),
)


def wide_mark(text: str, place: Place) -> Problem | None:
    """The mark on the line of ``place``, where the parser gave up, or on the nearest one above that is not empty."""
    lines = text.split("\n")
    above = [number for number in range(place.line - 1, 0, -1) if lines[number - 1].strip()]
    for number in (place.line, *above[:1]):
        line = lines[number - 1] if number <= len(lines) else ""
        for pattern, what, instead in _MARKS:
            found = pattern.search(line)
            if found is not None:
                return Problem(Place(place.file, number, found.start(1) + 1), what, "", instead)
    return None
