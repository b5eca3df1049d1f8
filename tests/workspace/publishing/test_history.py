"""March is published, its orders change, the change is listed, and a correction is published: on both databases."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from engine.evaluate import evaluate
from engine.published_json import write_published
from engine.report import result_json, rounded
from tests.running import GOLDEN
from tests.shapes import validator
from tests.workspace.conftest import DATABASES
from tests.workspace.publishing.office import (
    LATER,
    MARCH,
    UNIT,
    Office,
    better_march,
    evaluated,
    golden_rows,
    imported,
    published,
    write_rows,
)
from tests.workspace.runs.stocked import request
from workspace import migrations
from workspace.audit.shapes import Shapes
from workspace.audit.verify import verify
from workspace.models import Publication
from workspace.opening import Workspace, open_workspace
from workspace.published_months import in_force, publications, published_at
from workspace.receipts import JSON, programs, read_receipt
from workspace.replay import replay
from workspace.runs import find_run, runs

Document = dict[str, Any]


@pytest.fixture(params=DATABASES)
def office(request: pytest.FixtureRequest, offices: dict[str, Office]) -> Office:
    return offices[request.param]


def month(document: Document, period: str = "2026-03") -> Document:
    return next(item for item in document["months"] if item["period"] == period)


def last(document: Document, period: str = "2026-03") -> list[str]:
    return [row["unit"] for row in month(document, period)["ranking"] if row["last"]]


def fired(document: Document, rule: str) -> list[tuple[str, str]]:
    return [(item["period"], item["unit"]) for item in document["consequences"] if item["rule"] == rule]


def total(document: Document, unit: str, period: str) -> float:
    periods = [*document["months"], *document["quarters"], document["year"]]
    rows = next(item for item in periods if item["period"] == period)["ranking"]
    found: float = next(row["total"] for row in rows if row["unit"] == unit)
    return found


def test_a_published_month_is_shown_as_published(office: Office) -> None:
    """Promise: later data change nothing of a published month: no figure, no gate, nothing that was announced."""
    assert month(office.between) == month(office.before)
    announced = [item for item in office.before["consequences"] if item["period"] == "2026-03"]
    assert [item for item in office.between["consequences"] if item["period"] == "2026-03"] == announced
    assert "published" not in office.before and "corrections" not in office.before
    seq = office.first.publication.seq
    run = f"R{office.first.publication.run}"
    assert office.between["published"] == [{"period": "2026-03", "run": run, "entry": seq}]


def test_the_correction_says_who_and_what(office: Office) -> None:
    """Promise: every unit whose rank, total or last place would be another is named with both values, and every
    consequence of the month that would come or go; nobody else is."""
    (correction,) = office.between["corrections"]
    assert (correction["period"], correction["entry"]) == ("2026-03", office.first.publication.seq)
    old, new = ({row["unit"]: row for row in month(one)["ranking"]} for one in (office.between, office.after))
    names = ("rank", "total", "last", "score", "bonus")
    expected = {
        unit: {
            name: {"old": old[unit][name], "new": new[unit][name]}
            for name in names
            if old[unit][name] != new[unit][name]
        }
        for unit in sorted(old)
    }
    told = {item["unit"]: {name: item[name] for name in item if name != "unit"} for item in correction["units"]}
    assert told == {unit: differing for unit, differing in expected.items() if differing}
    assert told[UNIT]["last"] == {"old": True, "new": False}
    changes = {(item["rule"], item["unit"], item["change"]) for item in correction["consequences"]}
    assert changes == {("last-month", UNIT, "gone"), ("last-month", *last(office.after), "new")}
    assert correction["gates"] == []


def test_the_correction_says_from_which_rows(office: Office) -> None:
    """Promise: the orders that count otherwise are those whose newest record changed, each with file, record, and the
    old and new value of every field that matters; records that say nothing new to March are not among them."""
    causes = office.between["corrections"][0]["causes"]
    changed = better_march()
    before = {row["工单编号"]: row for row in golden_rows()}
    assert causes["orders"] == len(causes["listed"]) > 3
    for told in causes["listed"]:
        place = next(i for i, row in enumerate(changed) if row["工单编号"] == told["order"])
        was, now = before[told["order"]], changed[place]
        assert (told["file"], told["record"], told["change"]) == ("orders.csv", place + 1, "changed")
        assert told["unit"] == UNIT
        fields = {name: (was[name] or None, now[name] or None) for name in now if was[name] != now[name]}
        assert {item["field"]: (item["old"], item["new"]) for item in told["fields"]} == fields
    assert [item["order"] for item in causes["listed"]] == sorted(item["order"] for item in causes["listed"])
    assert {**causes, "orders": 0, "listed": []} == {
        "orders": 0, "listed": [], "rows": [], "policy": None, "readings": [], "months": [], "as_of": None,
    }  # fmt: skip


def test_ladders_count_from_what_was_published_until_it_is_corrected(office: Office) -> None:
    """Promise: the fifth last place is counted with March as it was announced; after the correction, without it."""
    assert last(office.before) == last(office.between) == [UNIT] != last(office.after)
    assert (
        fired(office.before, "last-5-cumulative") == fired(office.between, "last-5-cumulative") == [("2026-07", UNIT)]
    )
    assert fired(office.after, "last-5-cumulative") == [("2026-08", UNIT)]
    assert fired(office.after, "last-month")[0] == ("2026-03", *last(office.after))


def test_quarters_and_the_year_count_from_what_was_published(office: Office) -> None:
    """Promise: the second quarter is the mean of its months as published or computed, before and after a correction."""
    for document in (office.before, office.between, office.after):
        mean = sum(total(document, UNIT, f"2026-0{number}") for number in (2, 3, 4)) / 3
        assert total(document, UNIT, "Q2") == pytest.approx(mean, abs=1e-6)
    gained = total(office.after, UNIT, "2026-03") - total(office.between, UNIT, "2026-03")
    assert total(office.after, UNIT, "Q2") - total(office.between, UNIT, "Q2") == pytest.approx(gained / 3, abs=2e-6)
    assert total(office.after, UNIT, "year") - total(office.between, UNIT, "year") == pytest.approx(
        gained / 12, abs=2e-6
    )


def test_after_the_correction_nothing_is_left_to_correct(office: Office) -> None:
    """Promise: the corrected month is what the data say, is shown as corrected with its reason, and needs nothing."""
    assert office.after["corrections"] == []
    (shown,) = office.after["published"]
    assert shown["replaces"] == office.first.publication.seq and shown["reason"] == "补录了回访结果"
    folder = office.workspace.layout.root.with_name("as-they-are")
    if not folder.exists():
        write_as_they_are(folder)
    plain = result_json(evaluate(replace(office.asked, data=folder)))
    for key in ("months", "quarters", "year", "consequences"):
        assert office.after[key] == plain[key]


def write_as_they_are(folder: Path) -> None:
    """The golden year with the new records in place of the old ones."""
    shutil.copytree(GOLDEN, folder)
    new = {row["工单编号"]: row for row in better_march()}
    write_rows(folder / "orders.csv", [new.get(row["工单编号"], row) for row in golden_rows()])


def test_history_is_kept(office: Office) -> None:
    """Promise: publication and correction both stay on the chain with who, when and why; what was public at any moment
    can be told."""
    with office.workspace.store.reading() as session:
        first, correction = publications(session)
    assert (first, correction) == (office.first.publication, office.correction.publication)
    assert (first.kind, first.by, correction.kind, correction.by) == ("publication", "张三", "correction", "李四")
    assert (correction.reason, correction.replaces) == ("补录了回访结果", first.seq)
    assert in_force([correction, first]) == {MARCH: correction}
    assert published_at(office.workspace, first.seq - 1) == {}
    for seq, made in ((correction.seq - 1, office.first), (correction.seq, office.correction)):
        assert write_published(published_at(office.workspace, seq)[MARCH]) == write_published(made.published)


def test_receipts_name_the_publications_that_were_counted(office: Office) -> None:
    """Promise: a run's receipt says which entry, and which object, every published month was taken from."""
    first, correction = office.first.publication, office.correction.publication
    told = []
    for run in runs(office.workspace):
        said = read_receipt(office.workspace.objects, run.receipt)
        told.append([(one["seq"], one["standing"]) for one in said["publications"]])
    assert told == [
        [],
        [(first.seq, first.standing)],
        [(correction.seq, correction.standing)],
    ]


def test_runs_before_and_after_replay_bit_for_bit(office: Office) -> None:
    """Promise: a run counts from what was public when it was made, however often that was corrected since."""
    for run in runs(office.workspace)[::2]:
        found = replay(office.workspace, run, office.asked, programs())
        assert found.exact and found.refused == ()


def test_the_exact_standing_is_kept(office: Office) -> None:
    """Promise: the published object holds exact fractions that round to what was shown, and fits its schema."""
    one = office.first.publication
    data = office.workspace.objects.read(one.standing, JSON)
    validator("published.schema.json").validate(json.loads(data))
    exact = {placed.unit: rounded(placed.total) for placed in office.first.published.standing.ranking}
    assert exact == {row["unit"]: row["total"] for row in month(office.before)["ranking"]}


def test_results_fit_the_schema(office: Office) -> None:
    """Promise: what a result says of published months and corrections is described, key by key."""
    evaluation = validator("evaluation.schema.json")
    for document in (office.before, office.between, office.after):
        evaluation.validate(document)
    for key in ("units", "consequences"):
        broken = json.loads(json.dumps(office.between))
        broken["corrections"][0][key][0]["undescribed"] = 1
        assert not evaluation.is_valid(broken)


def test_the_workspace_verifies(office: Office) -> None:
    """Promise: publications and corrections are part of what a verification covers, and it finds nothing wrong."""
    verdict = verify(office.workspace.layout, Shapes(office.asked.schemas))
    assert verdict.problems == ()


def test_the_catalogue_can_be_made_again(office: Office) -> None:
    """Promise: a step back and forward again loses no publication: the chain has them all."""
    with office.workspace.store.writing() as writing:
        migrations.downgrade(writing.connection, "0001")
    reopened = open_workspace(office.workspace.layout)
    assert verify(reopened.layout, Shapes(office.asked.schemas)).problems == ()
    with reopened.store.reading() as session:
        rows = session.exec(select(Publication).order_by(col(Publication.seq))).all()
    correction = office.correction.publication
    assert [(row.month, row.replaces, row.reason) for row in rows] == [
        ("2026-03", None, ""),
        ("2026-03", correction.replaces, correction.reason),
    ]


def test_both_databases_say_the_same(offices: dict[str, Office]) -> None:
    """Promise: results, published objects and bodies of entries are equal to the byte on SQLite and PostgreSQL."""
    kept = [
        (
            [run.result for run in runs(one.workspace)],
            [made.publication.standing for made in (one.first, one.correction)],
        )
        for one in offices.values()
    ]
    assert kept[0] == kept[1]


def test_no_personal_value_is_kept(offices: dict[str, Office]) -> None:
    """Promise: neither published months nor listed corrections hold a name, a number or an address of a caller."""
    planted = {row[name] for row in golden_rows() for name in ("联系方式", "诉求地址") if len(row[name]) > 5}
    one = offices["sqlite"]
    texts = [
        one.workspace.objects.read(made.publication.standing, JSON).decode() for made in (one.first, one.correction)
    ]
    texts += [json.dumps(document, ensure_ascii=False) for document in (one.between, one.after)]
    assert planted and not any(value in text for value in planted for text in texts)


def test_pooled_counts_are_those_of_the_published_month(golden: Workspace, cache: Path, tmp_path: Path) -> None:
    """Promise: where quarters pool counts, late records of a published month do not change its part of the pool."""
    asked = request(golden, cache, **{"period-total": "pooled"})
    published(golden, asked, MARCH)
    before = find_run(golden, "R3")
    imported(golden, tmp_path / "later", {"orders": better_march()[1:2]})
    document = evaluated(golden, asked, LATER)[1]
    old = json.loads(golden.objects.read(before.result, JSON))
    assert document["corrections"][0]["causes"]["orders"] == 1
    assert [document[key] for key in ("quarters", "year")] == [old[key] for key in ("quarters", "year")]


def test_a_workspace_without_publications_says_nothing_of_them(golden: Workspace, cache: Path) -> None:
    """Promise: until a month is published, a result is what evaluating the folder gives."""
    found = evaluated(golden, request(golden, cache))[1]
    plain = result_json(evaluate(replace(request(golden, cache), data=GOLDEN)))
    assert list(found) == list(plain)
    assert {key: found[key] for key in ("months", "quarters", "year", "consequences")} == {
        key: plain[key] for key in ("months", "quarters", "year", "consequences")
    }
