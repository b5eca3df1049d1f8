"""Which version was chosen, and why the others were not, comes out of the choice itself."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from pathlib import Path

import pytest

from engine.choosing import Request, choose
from engine.months import Month
from engine.problems import InputError
from engine.revise.new import new_year
from tests.running import GOLDEN, POLICY, SCHEMAS


def request(policies: Path, policy: str | None = None, month: str | None = None, data: Path = GOLDEN) -> Request:
    now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    return Request(
        data, SCHEMAS, policies, None, policy, {}, None, now, month=None if month is None else Month.parse(month)
    )


def two_years(folder: Path) -> Path:
    """The 2026 version and one of another cycle."""
    shutil.copytree(POLICY, folder / "2026")
    new_year(folder / "2026", folder, "2027", SCHEMAS)
    return folder


def test_a_choice_by_months_says_what_each_rejected_version_lacks(tmp_path: Path) -> None:
    """Promise: a receipt can name the months that decided, and for each version passed over those outside its cycle."""
    found = choose(request(two_years(tmp_path)))
    assert [taken.policy.id for taken in found.taken] == ["2026"]
    assert found.asked is None
    assert [str(month) for month in found.months] == [str(month) for month in found.taken[0].policy.months]
    (rejected,) = found.rejected
    assert (rejected.version.id, rejected.outside) == ("2027", found.months)


def test_of_several_cycles_a_month_says_which(tmp_path: Path) -> None:
    """Promise: where there are orders of two cycles, nothing is guessed; a month that is asked for decides, and a cycle
    of which there are no orders, or that no version has, is no other cycle."""
    policies = two_years(tmp_path)
    data = shutil.copytree(GOLDEN, tmp_path / "data")
    text = (data / "orders.csv").read_text("utf-8-sig")
    (data / "orders.csv").write_text(text.replace("2026-10-", "2026-11-"), "utf-8-sig")
    with pytest.raises(InputError, match=r"2027（2026-11 至 2027-10） 有 2026-11.*--period"):
        choose(request(policies, data=data))
    for month, version, months in (("2026-03", "2026", 12), ("2026-11", "2027", 1), ("2027-03", "2027", 1)):
        found = choose(request(policies, month=month, data=data))
        assert ([taken.policy.id for taken in found.taken], len(found.months)) == ([version], months)
    with pytest.raises(InputError, match="没有版本适用于 2030-01"):
        choose(request(policies, month="2030-01", data=data))


def test_an_order_of_no_cycle_is_named(tmp_path: Path) -> None:
    """Promise: one date that was mistyped among thousands is found: its record, its order and how many there are."""
    policies = two_years(tmp_path)
    data = shutil.copytree(GOLDEN, tmp_path / "data")
    with (data / "orders.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[4]["接单时间"] = "2024-12-03 10:00:00"
    with (data / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(InputError) as caught:
        choose(request(policies, data=data))
    _, stray = caught.value.problems
    assert "第 5 条" in str(stray) and rows[4]["工单编号"] in str(stray) and "2024-12 的工单有 1 件" in str(stray)


def test_a_choice_by_name_says_so_and_what_else_there_was(tmp_path: Path) -> None:
    """Promise: asking for a version by name is told apart from the rule of choice, and keeps working beside a version
    whose head is broken."""
    policies = two_years(tmp_path)
    (policies / "broken").mkdir()
    (policies / "broken" / "policy.yaml").write_text("id: [", "utf-8")
    found = choose(request(policies, "2026"))
    assert (found.asked, found.months) == ("2026", ())
    assert [(item.version.id, item.outside) for item in found.rejected] == [("2027", ())]
