"""Problems are told in the order in which a person looks for them."""

from __future__ import annotations

from engine.problems import InputError, Place, Problem


def test_numbers_in_texts_are_counted() -> None:
    """Promise: record 8 comes before record 10, in what is said as in the name of a place; places go first."""
    records = [
        Problem(Place("orders.csv"), f"第 {number} 条记录，列“满意度”：不能为空") for number in (8, 9, 10, 15, 100)
    ]
    others = [
        Problem(Place(f"orders.csv 第 {number} 条"), "接单时间在 2027-01", value)
        for number in (2, 11)
        for value in "ab"
    ]
    lines = [Problem(Place("rules.yaml", line, column), "没有这个字段") for line in (9, 10) for column in (2, 13)]
    every = [*records, *others, *lines]
    assert InputError(reversed([*every, *every])).problems == tuple(every)


def test_equal_texts_alone_are_equal() -> None:
    """Promise: two problems are never taken for one, nor is one lost, because their numbers count the same."""
    one, other = (Problem(Place("a.csv"), "值不对", value) for value in ("08", "8"))
    assert len(InputError([one, other, one]).problems) == 2
    assert (one < other) != (other < one)
