"""A policy evaluated on the golden orders from the start, as ``hotline evaluate`` does."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from engine.choosing import Request, Taken
from engine.evaluate import evaluate_taken
from engine.evaluation import Evaluation
from engine.intake import connect, take_in
from engine.policy.model import Policy
from tests.diff.editing import SCHEMAS
from tests.running import GOLDEN, GOLDEN_AS_OF

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def afresh(policy: Policy, cache: Path) -> Evaluation:
    request = Request(
        data=GOLDEN, schemas=SCHEMAS, released=SCHEMAS, examples=None, policy=None, chosen={},
        as_of=GOLDEN_AS_OF, now=NOW, cache=cache,
    )  # fmt: skip
    connection = connect(threads=1)
    return evaluate_taken(request, Taken(policy, take_in(policy.tables, GOLDEN, connection), connection))
