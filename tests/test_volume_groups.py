"""Units ranked apart by how many orders they have: the group of a unit may be another in each month."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.compiled import CompiledPolicy, compile_policy
from engine.policy.build import load_policy
from tests.agreeing import agreed
from tests.running import POLICY, SCHEMAS, TIME_LIMIT
from tests.strategies import input_sets

BANDS = "bands: [{title: 多, at_least: 3}, {title: 中, above: 1, below: 3}, {title: 少, at_most: 1}]"


@cache
def grouped(by: str) -> CompiledPolicy:
    """2026 in which units are ranked by groups."""
    folder = Path(mkdtemp()) / "2026"
    shutil.copytree(POLICY, folder)
    path = folder / "ranking.yaml"
    path.write_text(f"{path.read_text('utf-8')}groups: {by}\n", "utf-8")
    return compile_policy(load_policy(folder, SCHEMAS, {}), cache=None, time_limit=TIME_LIMIT)


@pytest.mark.parametrize("by", ["同类部门", f"{{orders: volume, {BANDS}}}", f"{{orders: eligible, {BANDS}}}"])
@settings(max_examples=6, deadline=None)
@given(st.data())
def test_the_engine_agrees_with_the_reference(by: str, data: st.DataObject) -> None:
    """Promise: ranks, last places and what follows from them are told within each group, by a cell of the register or
    by the number of orders in an average month of the period."""
    agreed(grouped(by), data.draw(input_sets(grouped(by).policy)))
