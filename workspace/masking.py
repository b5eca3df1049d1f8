"""Personal values as they may be shown: enough to recognise by who knows them already, too little to reach anybody.

Knows single values; must not know columns, files or where personal data lies.
"""

from __future__ import annotations

import unicodedata

HIDDEN = "****"
_BETWEEN_DIGITS = frozenset(" -+()/.,;:、，；·_*#转")
_HEAD, _TAIL = 3, 4


def masked(value: str) -> str:
    """A number keeps its first three and last four digits at most, anything else its first character.

    ``13800001234`` becomes ``138****1234``, a name ``张**``. At least four digits of a number are hidden, and how
    long the value is does not show.
    """
    text = unicodedata.normalize("NFKC", value).strip()
    if not text:
        return ""
    digits = [character for character in text if character.isdecimal()]
    others = {character for character in text if not character.isdecimal()}
    if len(digits) < _HEAD or not others <= _BETWEEN_DIGITS:
        return text[0] + "**"
    shown = max(len(digits) - len(HIDDEN), 0)
    head = min(_HEAD, shown // 2)
    tail = min(_TAIL, shown - head)
    return "".join(digits[:head]) + HIDDEN + "".join(digits[len(digits) - tail :])
