"""A result as JSON: one object, the same bytes for the same result.

Knows JSON only.
"""

from __future__ import annotations

import json
from typing import Any


def render_json(document: Any) -> str:
    """Keys stay in the document's order, which is fixed; Chinese stays readable; ends with a line feed."""
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
