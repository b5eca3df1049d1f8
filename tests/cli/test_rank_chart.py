"""The picture of ranks under two versions."""

from __future__ import annotations

import re

from cli.rank_chart import SIZE, WIDE, svg
from cli.wrapping import cells

TITLES = ("2025-11", "2025年第四季度", "2026年第一季度", "年度")


def test_titles_do_not_run_into_each_other() -> None:
    """Promise: every period can be read, however it is called: no line of a title is wider than its column."""
    ranks = [{"unit": "甲中心", "title": title, "before": 1, "after": 2} for title in TITLES]
    drawn = re.findall(r">([^<>]+)</t(?:ext|span)>", svg(ranks))
    assert {"2025-11", "四季度", "一季度", "年度"} <= set(drawn)
    assert all(cells(line) * SIZE / 2 <= WIDE for line in drawn if line != "甲中心")
