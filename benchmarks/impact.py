"""Impact of a revision against evaluating both versions apart, from the same raw files.

The revision changes weights, points, a cap, a ladder, a risk sign and a deadline; both sides give both rankings.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.engine_sides import AS_OF, ROOT
from benchmarks.turns import Run
from engine.choosing import Request, Taken
from engine.diff.vocabulary import Vocabulary
from engine.evaluate import evaluate
from engine.evaluation import Evaluation
from engine.impact.impact import Sides, impact
from engine.impact.replay import Given, Replay
from engine.intake import connect, take_in
from engine.policy.build import build_policy
from engine.policy.parts import load_parts

DATA = "good"
SCHEMAS = ROOT / "schemas" / "v1"
OLD = ROOT / "policies" / "2026"
REVISION = (
    ("indicators", "    weight: 30\n", "    weight: 35\n"),
    ("indicators", "    weight: 25\n", "    weight: 20\n"),
    ("indicators", "is: 一般}, points: 60}", "is: 一般}, points: 50}"),
    ("readings", "value: {per: month, points: 3}", "value: {per: month, points: 5}"),
    ("consequences", "{standing: last, times: 3}", "{standing: last, times: 2}"),
    ("rules", "重复反映次数, at_least: 2}", "重复反映次数, at_least: 3}"),
    ("obligations", "amount: 3, unit: working_days", "amount: 2, unit: working_days"),
)


def revised() -> Path:
    """The 2026 policy with the revision, in a folder of its own."""
    folder = Path(tempfile.mkdtemp()) / "revised"
    shutil.copytree(OLD, folder, ignore=shutil.ignore_patterns("cases"))
    for part, old, new in REVISION:
        file = folder / f"{part}.yaml"
        text = file.read_text("utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{part}: {old!r} stands {text.count(old)} times")
        file.write_text(text.replace(old, new), "utf-8")
    return folder


def together(folder: Path) -> Run:
    """Raw orders to the impact of the revision: rankings, consequences, orders, and what each is due to."""
    new, cache = revised(), Path(tempfile.mkdtemp())

    def run() -> Any:
        a, b = (load_parts(path, SCHEMAS, {}) for path in (OLD, new))
        policy, connection = build_policy(a), connect()
        taken = Taken(policy, take_in(policy.tables, folder / DATA, connection), connection)
        replay = Replay(policy, Given(folder / DATA, AS_OF, cache), taken)
        found = impact(Sides(a, b), Vocabulary(SCHEMAS), replay)
        if not (found.parts and found.causes and found.orders):
            raise ValueError("the revision changes nothing")
        return [_answer(found.before), _answer(found.after)]

    return run


def apart(folder: Path) -> Run:
    """Raw orders evaluated by one version, and once more by the other; nothing is said of why they differ."""
    new, cache = revised(), Path(tempfile.mkdtemp())

    def run() -> Any:
        return [_answer(evaluate(_request(folder / DATA, path, cache))) for path in (OLD, new)]

    return run


def _request(data: Path, policy: Path, cache: Path) -> Request:
    return Request(
        data=data, schemas=SCHEMAS, released=ROOT / "policies", examples=None, policy=str(policy), chosen={},
        as_of=AS_OF, now=dt.datetime.now(dt.UTC), cache=cache,
    )  # fmt: skip


def _answer(found: Evaluation) -> Any:
    """Per period, units with rank and exact total; and who met which consequence when."""
    rankings = {s.period.id: [(p.unit, p.rank, str(p.total), p.last) for p in s.ranking] for s in found.standings}
    return rankings, [(item.consequence.id, item.unit, item.period.id) for item in found.fired]
