"""What other tables add to lists of orders: approved applications count as if the order's own list named them."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from engine.intake import Intake, connect, take_in, write_typed
from engine.policy.build import load_policy
from engine.policy.model_tables import Table
from engine.problems import PolicyError
from tests.intake.sample import BONUSES, ORDERS, UNITS, WITH_GRANTS, order, put, put_units
from tests.running import GOLDEN, GOLDEN_AS_OF, POLICY, SCHEMAS, compiled, run


def read(folder: Path, tables: tuple[Table, ...] = WITH_GRANTS) -> tuple[Intake, dict[str, str]]:
    connection = connect(threads=1)
    intake = take_in(tables, folder, connection)
    return intake, dict(connection.execute(f'SELECT 编号, 标签 FROM "{intake.relation}"').fetchall())


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_granted_values_join_the_order_s_own_in_declared_order(tmp_path: Path, form: str) -> None:
    """Promise: approved rows add to the list, others do not, and what an order has already is not doubled."""
    rows = [order(1), order(2, 标签="3;1"), order(3, 标签="3"), order(4), order(5, 类型="?")]
    put(tmp_path, rows, form)
    asked = ["A1,二,准,", "A1,1,准,", "A2,2,准,", "A3,3,准,", "A4,1,否,", "A4,2,,", "A5,1,准,", "A9,1,准,"]
    (tmp_path / "asked.csv").write_text("\n".join(["单号,标签,结果,理由", *asked]), encoding="utf-8")
    intake, lists = read(tmp_path)
    assert lists == {"A1": "1;2", "A2": "1;2;3", "A3": "3", "A4": ""}
    (remark,) = [remark for remark in intake.remarks if "给予" in remark.text]
    assert (remark.count, remark.examples) == (2, ("A5", "A9"))
    assert [row["理由"] for row in intake.rows["asked"]] == [None] * len(asked)


def test_nothing_is_said_of_a_table_of_grants_that_is_not_there(tmp_path: Path) -> None:
    """Promise: a folder without applications is what it was before there could be any."""
    put(tmp_path, [order(1, 标签="3;1")])
    with_table, without = read(tmp_path), read(tmp_path, (ORDERS, UNITS, BONUSES))
    assert with_table[1] == without[1]
    assert with_table[0].remarks == without[0].remarks


def test_typed_orders_are_trusted_for_the_same_grants_only(tmp_path: Path) -> None:
    """Promise: orders kept with what was granted are not taken for orders without."""
    (tmp_path / "a").mkdir()
    source = put(tmp_path / "a", [order(1)])
    (source / "asked.csv").write_text("单号,标签,结果,理由\nA1,2,准,\n", encoding="utf-8")
    connection = connect()
    target = tmp_path / "b"
    target.mkdir()
    write_typed(connection, take_in(WITH_GRANTS, source, connection), ORDERS, target / "orders.parquet")
    put_units(target)
    assert not read(target)[0].trusted
    shutil.copy(source / "asked.csv", target)
    again, lists = read(target)
    assert again.trusted
    assert lists == {"A1": "2"}


def _write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_exclusions_by_application_come_to_the_same_result(tmp_path: Path) -> None:
    """Promise: a year whose exclusions stand in approved applications ranks exactly as one whose orders name them."""
    with (GOLDEN / "orders.csv").open(encoding="utf-8-sig", newline="") as stream:
        orders = list(csv.DictReader(stream))
    applications: list[dict[str, str]] = []
    for row in orders:
        cases = [case for case in row["剔除情形"].replace("；", ";").split(";") if case]
        other = next(case for case in ("1", "2", "3", "4") if case not in cases)
        for case in cases:
            shared = {"工单编号": row["工单编号"], "证据": "录音", "申请人": "甲", "审批人": "乙"}
            times = {"申请时间": "2026-03-01 09:00", "审批时间": "2026-03-02 09:00"}
            applications.append({**shared, "剔除情形": case, "状态": "批准", **times})
            applications.append({**shared, "剔除情形": other, "状态": "驳回", **times})
        row["剔除情形"] = ""
    assert len(applications) > 20
    unique = {(row["工单编号"], row["剔除情形"]): row for row in reversed(applications)}
    for name in ("units.csv", "averages.csv", "bonuses.csv"):
        shutil.copy(GOLDEN / name, tmp_path)
    _write(tmp_path / "orders.csv", orders)
    _write(tmp_path / "applications.csv", list(unique.values()))
    plan = compiled()
    by_list, by_application = (run(plan, folder, GOLDEN_AS_OF) for folder in (GOLDEN, tmp_path))
    assert by_application.decisions == by_list.decisions
    assert {**by_application.result, "input": None} == {**by_list.result, "input": None}


def _fields(folder: Path, old: str, new: str) -> Path:
    shutil.copytree(POLICY, folder)
    text = (folder / "fields.yaml").read_text("utf-8")
    assert text.count(old) == 1
    (folder / "fields.yaml").write_text(text.replace(old, new), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("order: 工单编号, from", "order: 单号, from", "没有这个字段"),
        ("is: 批准}}", "is: 同意}}", "没有这个取值"),
        ("from: 剔除情形, column: 剔除情形", "from: 证据, column: 剔除情形", "这里要 choice 或 choices"),
        ("from: 剔除情形, column: 剔除情形", "from: 剔除情形, column: 是否托底", "这里要 choices"),
        ("from: 剔除情形, column: 剔除情形", "from: 状态, column: 剔除情形", "不都是工单"),
        ("caller: 联系方式", "caller: 诉求类别", "没有标明是个人信息"),
        ("caller: 联系方式", "caller: 手机", "没有这个字段"),
        ("{id: 办结时间, type: time}", "{id: 办结时间, type: text, due: true}", "due"),
    ],
)
def test_mistakes_in_these_keys_are_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Promise: what is granted to which list, and who the caller is, is checked when the policy is read."""
    with pytest.raises(PolicyError, match=said):
        load_policy(_fields(tmp_path / "policy", old, new), SCHEMAS, {})


def test_the_caller_and_due_times_are_known_to_the_model() -> None:
    """Promise: what the policy says of callers and deadlines reaches those who read tables."""
    orders = load_policy(POLICY, SCHEMAS, {}).orders
    assert orders.caller == "联系方式"
    assert [column.id for column in orders.columns if column.due] == ["办理时限"]
