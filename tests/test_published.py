"""Published months: exact values that outlive every change of the data, and from which all that follows is counted."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.choosing import Request
from engine.compiled import CompiledPolicy
from engine.counting import score
from engine.evaluate import conclude, counting_from, evaluate, gates_of
from engine.evaluation import Evaluation
from engine.explain_unit import explain_unit
from engine.freezing import freeze
from engine.intake import connect
from engine.intake.take_in import take_in
from engine.months import Month
from engine.policy.model import Policy
from engine.published import Published
from engine.published_json import UnreadableError, read_published, write_published
from engine.report import result_json
from engine.standings import monthly
from tests.running import GOLDEN, GOLDEN_AS_OF, POLICY, SCHEMAS, TIME_LIMIT, compiled
from tests.shapes import validator
from tests.strategies import InputSet, input_sets, write_folder
from tests.test_amendments import amended

READINGS = (("event-month", "received"), ("first-counted-month", "cycle-start"))
BY_RECEIVED = {total: compiled(POLICY, (*READINGS, ("period-total", total))) for total in ("mean", "pooled")}
"""Everything is counted in the month in which an order came in, so that the rows of two data sets can be mixed by
month: what is then published of one and computed of the other must come to what the mixed rows come to."""

MARCH, APRIL = Month.parse("2026-03"), Month.parse("2026-04")
PUBLISHED = validator("published.schema.json")


@dataclass(frozen=True)
class Data:
    """Rows by table, and their evaluation."""

    drawn: InputSet
    found: Evaluation


def evaluated(plan: CompiledPolicy, drawn: InputSet) -> Evaluation:
    """A drawn set as the program evaluates it."""
    connection = connect(threads=1)
    with tempfile.TemporaryDirectory() as folder:
        intake = take_in(plan.policy.tables, write_folder(drawn, Path(folder), plan.policy), connection)
    scorer = score(plan, intake, connection, drawn.as_of, TIME_LIMIT)
    months = monthly(plan.policy, scorer, drawn.as_of)
    return conclude(plan, intake, connection, drawn.as_of, scorer, months, gates_of(plan, intake))


def over(found: Evaluation) -> list[Month]:
    """The months that are over, and so can be published."""
    return [item.period.first for item in found.standings if item.kind == "month" and not item.provisional]


def document(found: Evaluation) -> dict[str, Any]:
    return {
        key: value for key, value in result_json(found).items() if key not in ("input", "set_aside_rows", "remarks")
    }


@settings(max_examples=8)
@given(input_sets(BY_RECEIVED["mean"].policy))
def test_what_is_written_is_read_again(drawn: InputSet) -> None:
    """Promise: a published month keeps every exact value, and the same text for ever, whatever the data were."""
    found = evaluated(BY_RECEIVED["mean"], drawn)
    for month in over(found):
        published = freeze(found, month)
        text = write_published(published)
        again = read_published(text)
        assert write_published(again) == text
        assert again == read_published(write_published(again))
        assert again.standing.ranking == published.standing.ranking
        assert again.standing.totals == published.standing.totals
        assert bonuses(again) == bonuses(published)
        assert again.gates == published.gates and again.consequences == published.consequences
        assert (again.shown, again.counts, again.records) == (published.shown, published.counts, published.records)
        PUBLISHED.validate(json.loads(text))


def bonuses(published: Published) -> dict[str, Fraction]:
    return {unit: scored.bonus for unit, scored in published.standing.scores.items()}


@pytest.mark.parametrize("total", ["mean", "pooled"])
@settings(max_examples=4)
@given(data=st.data())
def test_publishing_what_is_there_changes_nothing(total: str, data: st.DataObject) -> None:
    """Promise: an evaluation that counts from its own months, read back from their files, is the same to the byte."""
    plan = BY_RECEIVED[total]
    found = evaluated(plan, data.draw(input_sets(plan.policy)))
    months = over(found)
    chosen = data.draw(st.sets(st.sampled_from(months))) if months else set()
    published = {month: read_published(write_published(freeze(found, month))) for month in chosen}
    counted = counting_from(found, published)
    assert document(counted) == document(found)
    assert set(counted.published) == chosen
    unit = found.scorer.units[0]
    for period in ("2026-03", "year"):
        assert explain_unit(counted, unit, period) == explain_unit(found, unit, period)


@pytest.mark.parametrize("total", ["mean", "pooled"])
@settings(max_examples=6)
@given(data=st.data())
def test_published_months_count_like_data_of_their_own(total: str, data: st.DataObject) -> None:
    """Promise: with months published from other data, quarters, the year and the ladders come to what they would if
    these months' rows had never changed, whether totals are averaged or counts pooled."""
    plan = BY_RECEIVED[total]
    sets = input_sets(plan.policy, flawed=False)
    now, then = data.draw(sets), data.draw(sets)
    then = InputSet({**then.tables, "units": now.tables["units"]}, now.as_of)
    then = replace(then, tables={**then.tables, **of_these_units(plan.policy, then, now)})
    new, old = evaluated(plan, now), evaluated(plan, then)
    months = over(new)
    chosen = data.draw(st.sets(st.sampled_from(months), min_size=1)) if months else set()
    mixed = evaluated(plan, mix(plan.policy, now, then, chosen))
    published = {month: freeze(old, month) for month in chosen}
    settled = {
        month: replace(item, consequences=freeze(mixed, month).consequences) for month, item in published.items()
    }
    assert scored(counting_from(new, settled)) == scored(mixed)


def scored(found: Evaluation) -> dict[str, Any]:
    """Without what is only shown, which the policy places by the date an order is due."""
    result = document(found)
    for month in result["months"]:
        for row in (month, *month["ranking"]):
            row.pop("shown", row.pop("shown_unranked", None))
    return result


def of_these_units(policy: Policy, drawn: InputSet, other: InputSet) -> dict[str, list[dict[str, str]]]:
    """The rows of every table that names a unit, those of units that ``other`` has not got given to one that it has."""
    table = policy.table("units")
    heads = (table.key[0], *table.column(table.key[0]).aliases)
    known = [row[head] for row in other.tables["units"] for head in heads if head in row]

    def row_of(row: dict[str, str], names: set[str]) -> dict[str, str]:
        return {head: known[0] if head in names and text not in known else text for head, text in row.items()}

    found = {}
    for table in policy.tables:
        names = {head for one in table.columns if one.table == "units" for head in (one.id, *one.aliases)}
        if table.id != "units":
            found[table.id] = [row_of(row, names) for row in drawn.tables.get(table.id, [])]
    return found


def mix(policy: Policy, now: InputSet, then: InputSet, months: set[Month]) -> InputSet:
    """The rows of ``now``, and in these months those of ``then``."""
    tables = {"units": now.tables["units"]}
    for table in policy.tables:
        if table.id != "units":
            kept = [row for row in now.tables.get(table.id, []) if month_of(policy, table.id, row) not in months]
            come = [row for row in then.tables.get(table.id, []) if month_of(policy, table.id, row) in months]
            tables[table.id] = like([*kept, *come], policy, table.id)
    return InputSet(tables, now.as_of)


def like(rows: list[dict[str, str]], policy: Policy, id: str) -> list[dict[str, str]]:
    """The rows under the policy's own headers, orders numbered anew: two sets may have named them alike."""
    table = policy.table(id)
    names = {head: one.id for one in table.columns for head in (one.id, *one.aliases)}
    plain = [{names[head]: text for head, text in row.items()} for row in rows]
    if id == "orders":
        plain = [{**row, table.key[0]: f"合{number:04d}"} for number, row in enumerate(plain)]
    return plain


def month_of(policy: Policy, id: str, row: Mapping[str, str]) -> Month | None:
    """The month that the row is about."""
    table = policy.table(id)
    names = {head: one for one in table.columns for head in (one.id, *one.aliases)}
    for head, text in row.items():
        column = names[head]
        if id == "orders" and column.id == policy.orders.dated_by:
            year, month, _ = text.replace("/", "-").split(" ")[0].split("-")
            return Month(int(year) * 12 + int(month) - 1)
        if id != "orders" and column.type == "month":
            return Month.parse(text) if text else None
    return None


def request(data: Path, released: Path = POLICY.parent) -> Request:
    now = GOLDEN_AS_OF.replace(tzinfo=dt.UTC)
    return Request(data, SCHEMAS, released, None, None, {}, GOLDEN_AS_OF, now)


def march_changed(folder: Path) -> Path:
    """The golden year, but for the unit last in March: the callers of its orders that were rung back in March are
    satisfied now, and another unit is last."""
    shutil.copytree(GOLDEN, folder)
    path = folder / "orders.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        rung = (row["回访时间"] or row["办结时间"]).replace("/", "-")
        if row["承办单位"] == "路政养护中心" and rung[:7] in ("2026-03", "2026-3-"):
            row |= {"满意度": "满意", "是否解决": "是", "先行联系": "是"}
            row["办结时间"] = min(row["办结时间"], row["办理时限"])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


@dataclass(frozen=True)
class Twice:
    """The golden year as it was when March was published, and after its data changed."""

    before: Evaluation
    after: Evaluation


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Twice:
    changed = march_changed(tmp_path_factory.mktemp("published") / "changed")
    return Twice(evaluate(request(GOLDEN)), evaluate(request(changed)))


def last(found: Evaluation, period: str) -> list[str]:
    standing = next(item for item in found.standings if item.period.id == period)
    return [placed.unit for placed in standing.ranking if placed.last]


def times(found: Evaluation, unit: str) -> list[int]:
    """How often the unit has been last, month by month."""
    ladder = {item.period.first: item.history.times for item in found.considered if item.unit == unit
              and item.consequence.at == "month"}  # fmt: skip
    return [ladder[month] for month in sorted(ladder)]


def fired(found: Evaluation, rule: str) -> list[tuple[str, str | None]]:
    return [(item.period.id, item.unit) for item in found.fired if item.consequence.id == rule]


def test_ladders_count_from_what_was_published(golden: Twice) -> None:
    """Promise: after March's data changed, ladders count March as it was announced, and as the data say only for one
    who asks for that."""
    counted = counting_from(golden.after, {MARCH: freeze(golden.before, MARCH)})
    unit = "路政养护中心"
    assert last(golden.before, "2026-03") == last(counted, "2026-03") == [unit]
    assert counted.computed is golden.after and last(counted.computed, "2026-03") != [unit]
    assert times(golden.before, unit) == times(counted, unit) == [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert times(golden.after, unit) == [0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7]
    assert fired(counted, "last-5-cumulative") == [("2026-07", unit)]
    assert fired(golden.after, "last-5-cumulative") == [("2026-08", unit)]


def test_gates_are_shown_as_published(golden: Twice) -> None:
    """Promise: a month whose gate was published as open is shown so, whatever the averages say now, and brings no
    consequence that was not announced."""
    march = freeze(golden.before, MARCH)
    april = freeze(golden.before, APRIL)
    assert april.gates["three-rates"].outcome == "closed"
    opened = replace(april, gates={"three-rates": replace(april.gates["three-rates"], outcome="open")})
    counted = counting_from(golden.before, {MARCH: march, APRIL: opened})
    shown = next(item for item in result_json(counted)["months"] if item["period"] == "2026-04")
    assert shown["gate"] == "open"
    assert ("2026-04", None) not in fired(counted, "bulletin"), "what was announced was no bulletin"


def test_a_month_that_was_not_over_is_not_used(golden: Twice, tmp_path: Path) -> None:
    """Promise: an evaluation as of a moment within a month does not know how that month was published later."""
    early = evaluate(replace(request(GOLDEN), as_of=dt.datetime(2026, 3, 20)), published=frozen(golden.before))
    assert Month.parse("2026-02") in early.published and MARCH not in early.published
    assert next(item for item in early.standings if item.period.id == "2026-03").provisional


def frozen(found: Evaluation) -> dict[Month, Published]:
    return {month: freeze(found, month) for month in over(found)}


def test_months_of_other_cycles_are_not_used(golden: Twice) -> None:
    """Promise: what another cycle published has no part in this one."""
    other = {Month.parse("2025-03"): freeze(golden.before, MARCH)}
    counted = counting_from(golden.after, other)
    assert counted is golden.after


def test_amendments_count_from_what_was_published(tmp_path: Path) -> None:
    """Promise: a version and its amendments go on from the published months too, and ladders climb across them."""
    policies = amended(tmp_path)
    before = evaluate(request(GOLDEN, policies))
    changed = march_changed(tmp_path / "changed")
    published = {MARCH: read_published(write_published(freeze(before, MARCH)))}
    counted = evaluate(request(changed, policies), published=published)
    again = counting_from(before, frozen(before))
    assert result_json(again) == result_json(before)
    assert counted.parts and counted.computed is not None
    unit = "路政养护中心"
    assert times(counted, unit) == times(before, unit) and times(counted.computed, unit) != times(before, unit)
    document, old = result_json(counted), result_json(before)
    assert [item for item in document["months"] if item["period"] == "2026-03"] == [
        item for item in old["months"] if item["period"] == "2026-03"
    ]
    assert total(counted, unit, "Q2") == sum(total(counted, unit, f"2026-0{n}") for n in (2, 3, 4)) / 3
    assert total(counted, unit, "2026-03") == total(before, unit, "2026-03") != total(counted.computed, unit, "2026-03")


def total(found: Evaluation, unit: str, period: str) -> Fraction:
    return next(item for item in found.standings if item.period.id == period).totals[unit]


def test_what_was_announced_stays_announced(golden: Twice) -> None:
    """Promise: a published month's consequences are shown as they were announced even when an earlier month, and with
    it the ladder, became another one."""
    june = Month.parse("2026-06")
    counted = counting_from(golden.after, {june: freeze(golden.before, june)})
    texts = {
        (item["rule"], item["unit"]) for item in result_json(counted)["consequences"] if item["period"] == "2026-06"
    }
    was = {(i["rule"], i["unit"]) for i in result_json(golden.before)["consequences"] if i["period"] == "2026-06"}
    assert texts == was
    assert times(counted, "路政养护中心") == times(golden.after, "路政养护中心")


def test_broken_text_is_refused(golden: Twice) -> None:
    """Promise: a file that is no published month in this format is told apart, not half read."""
    text = write_published(freeze(golden.before, MARCH))
    whole = json.loads(text)
    for broken in (
        "", "[]", "{}", text[:-20], text.replace('"format": 1', '"format": 2'),
        json.dumps({**whole, "month": "2026-13"}),
        json.dumps({**whole, "ranking": [{**whole["ranking"][0], "total": "1.5"}]}),
        json.dumps({**whole, "ranking": [{**whole["ranking"][0], "more": 1}]}),
    ):  # fmt: skip
        with pytest.raises(UnreadableError):
            read_published(broken)
    assert read_published(text.encode()).month == MARCH
