"""What the child process runs: groups come in on stdin, the answers go out on stdout, both as JSON.

In:  ``{"groups": [group, …], "combinations": [[[value, …], …] or null, …]}``, null for the group's whole domain.
Out: ``{"bits": [[number, …], …]}``, one number per combination in order, or ``{"refused": reason}``.
Knows the wire forms; must not know caches or policies.
"""

from __future__ import annotations

import json
import os
import sys

from engine.decisions.fence import FenceError
from engine.decisions.tables import decide
from engine.decisions.wire import Json, group_from_json


def main() -> None:
    """Runs to the end, or until the parent kills it."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)  # whatever a C library prints must not mix with the answer
        json.dump(answer(json.loads(sys.stdin.buffer.read())), out)


def answer(request: Json) -> Json:
    """See the module's forms."""
    bits: list[list[int]] = []
    try:
        for group_json, chosen in zip(request["groups"], request["combinations"], strict=True):
            group = group_from_json(group_json)
            combinations = list(group.domain()) if chosen is None else [tuple(values) for values in chosen]
            rows = decide(group, combinations).rows
            bits.append([rows[combination] for combination in combinations])
    except FenceError as error:
        return {"refused": str(error)}
    except RecursionError:
        return {"refused": "条件嵌套过深"}
    return {"bits": bits}
