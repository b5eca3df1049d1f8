"""The 2026 plan's rules on single orders by zen-engine: one decision table that collects, a batch of orders at a time.

The same fields as durable-rules is given (``rules_api.py``). Knows nothing of the engine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import rules_api
from benchmarks.turns import Run

ORDERS = rules_api.ORDERS
KEY = "orders"
FIELDS = (
    *("kind", "fact", "found"),
    *(f"row_{place}" for place in rules_api.TABLE_3),
    *(id.replace("-", "_") for id in (*rules_api.RISKS, "risk-repeat")),
)
Conditions = dict[str, str]


def deciding(folder: Path) -> Run:
    """The rules that fire on each of the first orders, by order."""
    import zen

    facts = rules_api.facts(folder)
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {KEY: _table()}}})
    batch: list[Any] = [{"key": KEY, "context": fact} for _, fact in facts]

    def run() -> Any:
        answers = engine.evaluate_batch(batch)
        return {
            order: sorted(row["rule"] for row in answer["data"]["result"])
            for (order, _), answer in zip(facts, answers, strict=True)
        }

    return run


def _rules() -> Iterator[tuple[str, Conditions]]:
    for place in rules_api.TABLE_3:
        yield f"a3-{place:02}", {f"row_{place}": "true"}
    for id, kinds, field, value in rules_api.TABLE_4:
        yield id, {"kind": ", ".join(map(_text, kinds)), field: _text(value)}
    for id in (*rules_api.RISKS, "risk-repeat"):
        yield id, {id.replace("-", "_"): "true"}


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _table() -> dict[str, Any]:
    """A graph of three nodes: what comes in, the table, what goes out."""
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": field, "name": field, "field": field} for field in FIELDS],
        "outputs": [{"id": "rule", "name": "rule", "field": "rule"}],
        "rules": [
            {"_id": id, **dict.fromkeys(FIELDS, ""), **conditions, "rule": _text(id)} for id, conditions in _rules()
        ],
    }
    nodes: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("in", "inputNode", {}),
        ("table", "decisionTableNode", table),
        ("out", "outputNode", {}),
    )
    ends = (("in", "table"), ("table", "out"))
    return {
        "nodes": [
            {"id": id, "name": id, "type": type, "content": content, "position": {"x": 0, "y": 0}}
            for id, type, content in nodes
        ],
        "edges": [{"id": a + b, "sourceId": a, "targetId": b, "type": "edge"} for a, b in ends],
    }
