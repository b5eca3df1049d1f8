"""Ways in which a row of an input table can be wrong, each certain to set it aside under any reading of the contract.

Knows the policy's tables only.
"""

from __future__ import annotations

from hypothesis import strategies as st

from engine.policy.model_tables import Column, Table

UNKNOWN = "查无此值"
BAD_TIMES = ("2026-02-30 10:00:00", "2026-13-01 10:00", "昨天", "2026-03-01 25:00:00", "2026-03-01 10:60")
BAD_COUNTS = ("-1", "1.5", "abc", "两次")
BAD_MONTHS = ("2026-13", "三月", "2026")
LONG_AGO = "2001-01-01 00:00:00"


def spoil(draw: st.DrawFn, table: Table, rows: list[dict[str, str]]) -> None:
    """Break some cells of some rows in place."""
    if not rows:
        return
    for index in draw(st.lists(st.integers(0, len(rows) - 1), max_size=3)):
        if table.key and draw(st.integers(0, 3)) == 0:
            other = rows[draw(st.integers(0, len(rows) - 1))]
            rows[index].update({name: other[name] for name in table.key})
            continue
        for needed in table.required_when:
            if draw(st.integers(0, 3)) == 0:
                rows[index][needed.column] = ""
        for order in table.time_order:
            if order.otherwise == "set_aside" and draw(st.integers(0, 3)) == 0:
                rows[index][order.later] = LONG_AGO
        column = draw(st.sampled_from(table.columns))
        bad = _bad_texts(column)
        if bad:
            rows[index][column.id] = draw(st.sampled_from(bad))


def _bad_texts(column: Column) -> list[str]:
    """Texts that are certainly no value of the column."""
    needed = [""] if column.required else []
    if column.personal:
        return []
    match column.type:
        case "reference" | "choice" | "yes_no":
            return [*needed, UNKNOWN]
        case "choices":
            return [UNKNOWN, f"{column.choices[0]}{column.separators[0]}{UNKNOWN}"]
        case "count":
            return [*needed, *BAD_COUNTS]
        case "number":
            return [*needed, "abc", *(["-0.5"] if column.minimum is not None and column.minimum >= 0 else [])]
        case "time":
            return [*needed, *BAD_TIMES]
        case "month":
            return [*needed, *BAD_MONTHS]
        case _:
            return needed
