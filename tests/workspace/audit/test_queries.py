"""What decided an order, when that changed and because of what; what became of a unit; who called again and again."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.audit_json import order_json, unit_json
from engine.problems import InputError
from tests.shapes import fits
from tests.workspace.audit.making import (
    ADDRESS,
    APPLICATION,
    AS_OF,
    CALLER,
    LATER,
    MONTH,
    NUMBER,
    ORDERS,
    OTHER_NUMBER,
    REASON,
    WORDS,
    Office,
    bring,
    evaluate,
    rows_of,
    write,
)
from tests.workspace.making import AT, make
from tests.workspace.ready import Ready
from workspace.audit.callers import callers
from workspace.audit.order import Change, audit_order
from workspace.audit.personal import personal_of
from workspace.audit.rule import audit_rule
from workspace.audit.unit import audit_unit
from workspace.layout import Layout
from workspace.opening import Workspace, open_workspace
from workspace.runs import Run

UNHEARD = "没有的"


@pytest.fixture(scope="module")
def third(made: Office, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Run]:
    """A copy of the office with one more run: an earlier moment, another reading, another program."""
    root = shutil.copytree(made.workspace.layout.root, tmp_path_factory.mktemp("third") / "office")
    workspace = open_workspace(Layout(Path(root)))
    chosen = {"table3-scope": "both"}
    return workspace, evaluate(workspace, cache, at=LATER, as_of=AS_OF - dt.timedelta(days=200), chosen=chosen)


def _result(workspace: Workspace, run: Run) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(workspace.objects.read(run.result, ".json"))
    return found


def test_a_rule_lists_every_order_that_it_decided_with_its_place(made: Office) -> None:
    """Promise: exactly the orders whose firings name the rule, each with its unit, facts, file and record."""
    found = audit_rule(made.workspace, "risk-repeat")
    assert found.run == made.second
    rows = {row["工单编号"]: (row["承办单位"], number) for number, row in enumerate(rows_of(ORDERS), 1)}
    wanted = {row["工单编号"] for row in rows_of(ORDERS) if int(row["重复反映次数"] or 0) >= 2}
    assert wanted and {one.decided.order for one in found.orders} == wanted
    for one in found.orders:
        assert one.stood is not None
        assert (one.stood.unit, one.stood.record) == rows[one.decided.order]
        assert [fact.field for fact in one.decided.facts] == ["重复反映次数"]


def test_a_rule_is_asked_by_run_and_period(made: Office) -> None:
    """Promise: an earlier run tells what it decided then, from the records that it had; a period narrows it."""
    assert [one.decided.order for one in audit_rule(made.workspace, "a3-06").orders] == [made.changed]
    assert audit_rule(made.workspace, "a3-06", run=made.first.name).orders == ()
    (one,) = audit_rule(made.workspace, "a3-06", str(MONTH)).orders
    assert one.stood is not None and one.stood.file == "工单补.csv"
    assert audit_rule(made.workspace, "a3-06", "2026-03").orders == ()
    assert len(audit_rule(made.workspace, "a3-06", "Q4").orders) == 1
    duties = audit_rule(made.workspace, "recording-kept", run=made.first.name).orders
    assert {one.decided.state for one in duties} <= {"met", "breached", "pending"}
    assert {one.stood.file for one in duties if one.stood} == {"工单.csv"}
    for rule, period, run in (("a3-6", None, None), ("a3-06", "Q9", None), ("a3-06", None, "R99")):
        with pytest.raises(InputError):
            audit_rule(made.workspace, rule, period, run)


def test_an_order_whose_record_changed_says_which_field_of_which_record(made: Office) -> None:
    """Promise: a changed decision names the new record, the field old and new, and that the rule saw that field."""
    found = audit_order(made.workspace, made.changed)
    first, second = found.runs
    assert (first.changes, first.causes) == ((), ())
    assert second.changes == (Change("rule", "a3-06", "执法办案", None, "fired"),)
    causes = {(cause.kind, cause.name): (cause.old, cause.new, cause.about) for cause in second.causes}
    assert causes == {
        ("record", "记录"): ("工单.csv 第 1 条", "工单补.csv 第 1 条", False),
        ("field", "满意度"): ("不满意", "满意", False),
        ("field", "剔除情形"): (None, "6", True),
    }
    assert [(record.file, record.row["剔除情形"]) for record in found.records] == [
        ("工单.csv", None),
        ("工单补.csv", "6"),
    ]
    assert (first.record, second.record) == found.records


def test_an_approved_application_is_the_cause_with_who_and_why(made: Office) -> None:
    """Promise: an order that an application excluded shows applicant, approver and evidence, and that it was that."""
    found = audit_order(made.workspace, made.granted)
    assert found.titles["applications"] == "申请剔除"
    (row,) = found.others["applications"]
    assert {name: row.row[name] for name in ("证据", "申请人", "审批人", "状态")} == {
        name: APPLICATION[name] for name in ("证据", "申请人", "审批人", "状态")
    }
    (change,) = found.runs[-1].changes
    assert (change.kind, change.id, change.new) == ("rule", "a3-09", "fired")
    (cause,) = found.runs[-1].causes
    assert (cause.kind, cause.name, cause.old, cause.about) == ("row", "申请剔除（剔除情形 9）", None, True)
    assert cause.new is not None and "审批人=乙主任" in cause.new


def test_a_run_at_another_moment_by_another_reading_says_so(third: tuple[Workspace, Run]) -> None:
    """Promise: where the records are the same, the moment, the reading, or the policy is named as what differs."""
    workspace, run = third
    duties = ("contact-same-day", "immediate-3wd", "dispute-2wd", "risk-study-24h", "filing-unsolvable")
    asked = (one.decided for duty in duties for one in audit_rule(workspace, duty, run=run.name).orders)
    waiting = next(one.order for one in asked if one.state == "pending")
    found = audit_order(workspace, waiting)
    fits("audit-order", json.loads(order_json(found, None, personal=True)))
    last = found.runs[-1]
    assert {change.kind for change in last.changes} == {"duty"}
    causes = {cause.kind: cause for cause in last.causes}
    assert set(causes) == {"as_of", "reading"}
    assert causes["as_of"].about
    assert (causes["reading"].name, causes["reading"].new) == ("table3-scope", "both")


def test_another_policy_and_another_program_are_named(made: Office) -> None:
    """Promise: a policy file that is another one, a version that came, and a newer program are told as differences."""
    from workspace.audit.inputs import differing
    from workspace.receipts import read_receipt

    said = read_receipt(made.workspace.objects, made.second.receipt)
    assert list(differing(said, said)) == []
    now = json.loads(json.dumps(said))
    now["programs"]["duckdb"] = "9.9"
    rules = next(file for file in now["choice"]["versions"][0]["files"] if file["file"] == "rules.yaml")
    rules["digest"] = "0" * 64
    now["choice"]["versions"].append({**now["choice"]["versions"][0], "id": "2026-a", "version": "2026修订"})
    told = {(cause.kind, cause.name): cause.new for cause in differing(said, now)}
    assert told == {
        ("policy", "2026/rules.yaml"): "0" * 64,
        ("policy", "2026-a"): "2026修订",
        ("program", "duckdb"): "9.9",
    }


def test_unknown_orders_and_units_are_refused(made: Office) -> None:
    """Promise: an order or unit that there never was is an error, not an empty answer."""
    for ask in (audit_order, audit_unit):
        with pytest.raises(InputError, match=UNHEARD):
            ask(made.workspace, UNHEARD)
    with pytest.raises(InputError, match="Q9"):
        audit_unit(made.workspace, _unit(made), "Q9")


def _unit(made: Office) -> str:
    unit = audit_order(made.workspace, made.changed).records[-1].row["承办单位"]
    assert unit is not None
    return unit


def test_a_unit_has_its_places_in_every_run_and_what_was_made_known(made: Office) -> None:
    """Promise: places and totals are those of the recorded results; what was made known says from which run and why."""
    unit = _unit(made)
    found = audit_unit(made.workspace, unit)
    for one, run in zip(found.runs, (made.first, made.second), strict=True):
        document = _result(made.workspace, run)
        rows = {
            period["period"]: row
            for period in (*document["months"], *document["quarters"], document["year"])
            for row in period["ranking"]
            if row["unit"] == unit
        }
        placed = {place.period: place for place in one.places if place.rank is not None}
        assert {id: (place.rank, place.total, place.last) for id, place in placed.items()} == {
            id: (row["rank"], row["total"], row["last"]) for id, row in rows.items()
        }
    publication, correction = found.announced
    assert (publication.run, publication.replaces, correction.run) == (made.first.seq, None, made.second.seq)
    assert (correction.replaces, correction.reason) == (publication.seq, REASON)
    first = next(place for place in found.runs[0].places if place.period == str(MONTH))
    assert publication.place.placed == first.placed
    assert correction.place.placed != first.placed


def test_what_changed_of_a_unit_names_its_orders_and_what_else_came(made: Office) -> None:
    """Promise: between two runs, the orders whose records changed, the tables that did, and what would be corrected."""
    found = audit_unit(made.workspace, _unit(made), str(MONTH)).runs[-1]
    assert found.before == made.first.name
    assert [(order.order, order.kind(_unit(made))) for order in found.orders] == [(made.changed, "changed")]
    assert found.others == 0
    assert [(cause.kind, cause.name) for cause in found.causes] == [("table", "申请剔除"), ("publication", str(MONTH))]
    assert found.shifts == ()  # the published month stands until it is corrected
    assert set(found.due) == {str(MONTH)}
    assert found.due[str(MONTH)]["rank"] == {"old": 5, "new": 4}


def test_a_correction_shifts_the_unit_in_the_next_run(third: tuple[Workspace, Run], made: Office) -> None:
    """Promise: the run after a correction shows the unit in its new place, and the correction among what differs."""
    every = audit_unit(third[0], _unit(made))
    fits("audit-unit", json.loads(unit_json(every)))
    found = every.runs[-1]
    shifted = {shift.period.period: shift for shift in found.shifts}
    assert str(MONTH) in shifted
    assert ("publication", str(MONTH)) in {(cause.kind, cause.name) for cause in found.causes}
    assert found.orders == ()


def test_callers_are_counted_by_their_hash_and_never_shown(made: Office) -> None:
    """Promise: one person's orders are found together; what is told of the person is a hash."""
    found = callers(made.workspace, 10)
    assert found is not None
    (one,) = found
    every = callers(made.workspace, 1)
    assert every is not None and every[0] == one
    assert [other.orders for other in every[1:]] == [(made.alone,)]
    assert made.alone not in one.orders
    assert len(one.hash) == 64
    assert NUMBER not in repr(every) and OTHER_NUMBER not in repr(every)


def test_personal_columns_come_masked_or_not_at_all(made: Office, tmp_path: Path) -> None:
    """Promise: of personal cells a mask is shown, from the private folder only; where they are dropped, nothing is."""
    assert personal_of(made.workspace, made.changed) == {
        "来电人": "欧**",
        "联系方式": "139****7788",
        "诉求地址": "某**",
        "诉求内容": "要**",
    }
    assert personal_of(made.workspace, UNHEARD) is None
    workspace = make(tmp_path / "office", personal="drop")
    write(tmp_path / "in" / "工单.csv", rows_of(20))
    bring(workspace, tmp_path / "in", AT.replace(tzinfo=None), AT)
    assert personal_of(workspace, rows_of(1)[0]["工单编号"]) is None
    same = callers(workspace, 10)
    assert same is not None and len(same) == 1


def test_an_order_that_a_run_could_not_use_is_told_from_one_that_was_not_there(
    golden_year: Ready, cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Promise: where a record was there and was not used, the audit says so and where the reason stands."""
    from cli.main import main

    workspace = golden_year.with_run(tmp_path / "office")
    row = {**rows_of(1)[0], "工单编号": "X1", "承办单位": UNHEARD}
    write(tmp_path / "in" / "工单.csv", [row])
    bring(workspace, tmp_path / "in", dt.datetime(2026, 11, 21), AT)
    run = evaluate(workspace, cache)
    assert main(["audit", "order", "X1", "--workspace", str(workspace.layout.root)]) == 0
    said = capsys.readouterr().out
    assert said.count("没有这张工单") == 1
    assert f"有它的记录而没有采用，原因见 hotline runs {run.name}" in said


Ran = tuple[int, str, str]


@pytest.fixture
def audit(
    made: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, cache: Path
) -> Callable[..., Ran]:
    """Runs ``hotline audit`` on the office."""
    from cli.main import main

    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))

    def run(*words: object) -> Ran:
        code = main(["audit", *map(str, words), "--workspace", str(made.workspace.layout.root)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_every_audit_is_shown_to_people_and_given_to_programs(audit: Callable[..., Ran], made: Office) -> None:
    """Promise: each command answers as a table and as JSON that its schema describes, with exit code 0, and never shows
    a personal cell."""
    asked: tuple[tuple[tuple[object, ...], str, str], ...] = (
        (("rule", "a3-06"), made.changed, "orders"),
        (("rule", "recording-kept", "--period", "2026-03"), "通话录音", "orders"),
        (("order", made.changed), "剔除情形：（空） → 6", "runs"),
        (("order", made.granted, "--personal"), "139****7788", "personal"),
        (("unit", _unit(made), "--period", MONTH), REASON, "announced"),
        (("callers",), "等59件", "callers"),
        (("verify",), "工作区与写成时一样", "head"),
        (("replay", made.first.name), "逐字节相同", "exact"),
    )
    for words, part, key in asked:
        code, table, error = audit(*words)
        assert (code, error) == (0, ""), words
        assert part in table
        code, text, error = audit(*words, "--format", "json")
        assert (code, error) == (0, ""), words
        assert key in json.loads(text)
        fits(f"audit-{words[0]}", json.loads(text))
        for said in (table, text):
            assert not [cell for cell in (CALLER, NUMBER, ADDRESS, WORDS, OTHER_NUMBER) if cell in said], words


def test_findings_are_exit_code_1_and_mistakes_2(audit: Callable[..., Ran], made: Office, tmp_path: Path) -> None:
    """Promise: a workspace that is not whole is 1, with each thing named on stderr; a wrong word is 2."""
    code, table, error = audit("verify", "--head", "0" * 64)
    assert code == 1 and "1 处" in table and error.startswith("--head")
    code, text, error = audit("verify", "--head", "0" * 64, "--format", "json")
    assert (code, error, json.loads(text)["clean"]) == (1, "", False)
    fits("audit-verify", json.loads(text))
    path = made.workspace.layout.objects / made.first.result[:2] / f"{made.first.result}.json"
    data = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(data.replace(b"2026", b"2025", 1))
    try:
        code, table, error = audit("replay", made.first.name)
        assert code == 1 and made.first.result in table
        replayed = json.loads(audit("replay", made.first.name, "--format", "json")[1])
        assert replayed["causes"]
        fits("audit-replay", replayed)
    finally:
        path.write_bytes(data)
        path.chmod(0o444)
    wrong: tuple[tuple[object, ...], ...] = (
        ("verify", "--head", "abc"),
        ("rule", "nothing"),
        ("order", "nothing"),
        ("unit", "nothing"),
        ("callers", "--at-least", "0"),
        ("replay", "R99"),
        ("export", tmp_path),
        ("order", made.changed, "--format", "csv"),
    )
    (tmp_path / "there").write_text("x")
    for words in wrong:
        code, text, error = audit(*words)
        assert (code, text) == (2, ""), words
        assert error


def test_the_export_says_where_the_chain_ends(audit: Callable[..., Ran], tmp_path: Path) -> None:
    """Promise: whoever exports is told the head to note down, the same that a verification tells."""
    code, text, error = audit("export", tmp_path / "bundle.zip")
    assert (code, error) == (0, "")
    head = json.loads(audit("verify", "--format", "json")[1])["head"]["digest"]
    assert head in text
    assert audit("verify", "--head", head.upper())[0] == 0


def test_the_run_that_is_compared_is_of_the_same_cycle(made: Office) -> None:
    """Promise: periods of another cycle with the same ids are never compared."""
    from workspace.audit.results import cycle

    document = _result(made.workspace, made.first)
    assert cycle(document) == tuple(f"{year}-{month:02}" for year, month in _months())
    assert replace(made.first, seq=1).name == "R1"


def _months() -> list[tuple[int, int]]:
    return [(2025, 11), (2025, 12), *((2026, month) for month in range(1, 11))]
