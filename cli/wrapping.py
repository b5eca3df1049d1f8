"""Wrapping text that mixes Chinese and Latin, by the cells it takes on a screen.

Knows nothing of commands or results; loads nothing heavy, since ``--help`` uses it.
"""

from __future__ import annotations

import re
import unicodedata

_PIECE = re.compile(r"[!-~]+|\s+|.", re.ASCII)
_NEVER_FIRST = "，。；：、！？）》”’】…,.;:!?)"


def cells(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    return sum(_cell(character) for character in text)


def wrap(text: str, width: int) -> list[str]:
    """At least one line, each of at most ``width`` cells as far as words and closing punctuation allow."""
    lines = [""]
    for piece in _PIECE.findall(text):
        if piece.isspace():
            if lines[-1]:
                lines[-1] += " "
        elif cells(lines[-1] + piece) <= width or not lines[-1] or piece in _NEVER_FIRST:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [line.rstrip() for line in lines]


def _cell(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
