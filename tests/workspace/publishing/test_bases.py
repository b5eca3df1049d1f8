"""Second results, such as without exclusions, are made known with their month and corrected like it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.months import Month
from tests.running import SCHEMAS
from tests.shapes import validator
from tests.workspace import town
from tests.workspace.making import AT, BY, make
from tests.workspace.publishing.office import evaluated, kept, published
from tests.workspace.runs.stocked import request
from workspace.audit.shapes import Shapes
from workspace.audit.verify import verify
from workspace.importing.importing import Request as Import
from workspace.importing.importing import import_files
from workspace.opening import Workspace
from workspace.publishing import Made
from workspace.receipts import JSON, programs
from workspace.replay import replay
from workspace.runs import runs

BASES = "bases: [{id: all-calls, title: 含重复来电, without: [apart]}]\n"
YEAR = """aggregates:
  - {id: year, title: 上半年, clause: 二, total: pooled,
     periods: [{id: year, title: 上半年, first: 2026-01, last: 2026-06}]}
"""
JANUARY = Month.parse("2026-01")
Json = dict[str, Any]


def is_again(row: town.Row) -> bool:
    return row[6] == "是"


def add(policies: Path, part: str, text: str) -> None:
    path = policies / "town" / f"{part}.yaml"
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def bring(workspace: Workspace, folder: Path, day: str, rows: Iterable[town.Row]) -> None:
    folder.mkdir(exist_ok=True)
    orders = town.write_csv(folder / f"orders{day}.csv", town.HEADER, list(rows))
    units = town.write_csv(folder / f"units{day}.csv", ("承办单位", "组别"), [(name, "村居") for name in town.UNITS])
    import_files(workspace, Import((orders, units), SCHEMAS, BY, AT))


@dataclass(frozen=True)
class Story:
    """January is made known; then the opinion of a call that the plan leaves out changes; then that is corrected."""

    workspace: Workspace
    cache: Path
    changed: str
    first: Made
    before: Json
    between: Json
    after: Json


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    root = tmp_path_factory.mktemp("bases")
    policies = town.write_policy(root / "policies")
    add(policies, "indicators", BASES)
    add(policies, "ranking", YEAR)
    workspace, cache = make(root / "office", policies=policies), root / "cache"
    asked = request(workspace, cache)
    bring(workspace, root / "first", "20260301", [*town.orders(1), *town.orders(2)])
    first = published(workspace, asked, JANUARY)
    old = next(row for row in town.orders(1) if is_again(row) and row[5] == "不满意")
    bring(workspace, root / "second", "20260401", [(*old[:5], "满意", *old[6:])])
    between = evaluated(workspace, asked)[1]
    published(workspace, asked, JANUARY, "补录")
    after = evaluated(workspace, asked)[1]
    return Story(workspace, cache, old[0], first, kept(workspace, first.publication.run), between, after)


def base(document: Json) -> Json:
    (found,) = document["bases"]
    return dict(found)


def january(document: Json) -> Json:
    return next(dict(month) for month in document["months"] if month["period"] == "2026-01")


def totals(standing: Json) -> dict[str, float]:
    return {row["unit"]: row["total"] for row in standing["ranking"]}


def test_a_base_stays_as_it_was_made_known(story: Story) -> None:
    """Promise: later data change nothing of a published month on any base, and its year counts from what was public."""
    assert january(base(story.between)) == january(base(story.before)) != january(base(story.after))
    assert base(story.between)["year"] == base(story.before)["year"] != base(story.after)["year"]
    assert story.before["months"] == story.between["months"] == story.after["months"]


def test_a_correction_may_be_one_of_a_base_alone(story: Story) -> None:
    """Promise: who stands otherwise on a base is listed under it with both values, and the order that counts otherwise
    only there is named with its record; after the correction nothing is left."""
    (correction,) = story.between["corrections"]
    assert (correction["units"], correction["gates"], correction["consequences"]) == ([], [], [])
    (told,) = correction["bases"]
    assert (told["id"], told["title"]) == ("all-calls", "含重复来电")
    old, new = totals(january(base(story.before))), totals(january(base(story.after)))
    assert {unit["unit"]: unit["total"] for unit in told["units"] if "total" in unit} == {
        unit: {"old": old[unit], "new": new[unit]} for unit in old if old[unit] != new[unit]
    }
    (order,) = correction["causes"]["listed"]
    assert (order["order"], order["file"], order["record"]) == (story.changed, "orders20260401.csv", 1)
    assert order["fields"] == [{"field": "满意度", "old": "不满意", "new": "满意"}]
    assert story.after["corrections"] == []


def test_what_is_kept_fits_and_can_be_made_again(story: Story) -> None:
    """Promise: the published object and the results fit their schemas, the workspace verifies, and every run replays
    bit for bit."""
    data = json.loads(story.workspace.objects.read(story.first.publication.standing, JSON))
    published_ = validator("published.schema.json")
    published_.validate(data)
    assert not published_.is_valid({**data, "bases": [{**data["bases"][0], "undescribed": 1}]})
    for document in (story.before, story.between, story.after):
        validator("evaluation.schema.json").validate(document)
    assert verify(story.workspace.layout, Shapes(SCHEMAS)).problems == ()
    for run in runs(story.workspace):
        assert replay(story.workspace, run, request(story.workspace, story.cache), programs()).exact


def test_a_month_made_known_without_bases_has_none(tmp_path: Path) -> None:
    """Promise: where the plan had no second result when a month was made known, or it was kept before there were any,
    a base that came since is what the data give, and nothing is said to need correction."""
    policies = town.write_policy(tmp_path / "policies")
    workspace = make(tmp_path / "office", policies=policies)
    asked = request(workspace, tmp_path / "cache")
    bring(workspace, tmp_path / "in", "20260301", [*town.orders(1), *town.orders(2)])
    made = published(workspace, asked, JANUARY)
    assert "bases" not in json.loads(workspace.objects.read(made.publication.standing, JSON))
    add(workspace.layout.policies, "indicators", BASES)
    old = next(row for row in town.orders(1) if is_again(row) and row[5] == "不满意")
    bring(workspace, tmp_path / "later", "20260401", [(*old[:5], "满意", *old[6:])])
    document = evaluated(workspace, asked)[1]
    assert document["corrections"] == []
    assert totals(january(base(document))) != totals(january(document))
