"""Rows that wait to be mended as a workbook: one sheet for each file, its own headers, the reason, and where it stood.

The name of a sheet says when its file was exported, so that a mended row counts as of then. Knows workbooks; must not
know the workspace.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence

from workspace.importing.aside import PLACE, REASON, Sheet

_ANY_DAY = dt.datetime(2000, 1, 1)
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
_TITLE = 8
_LONGEST = 32_767  # characters of a cell


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The same rows give the same bytes."""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"created": _ANY_DAY})
    head = book.add_format({"bold": True, "bg_color": "#DDDDDD", "num_format": "@"})
    plain = book.add_format({"num_format": "@"})
    bad = book.add_format({"num_format": "@", "bg_color": "#FFC7CE", "font_color": "#9C0006"})
    told = book.add_format({"num_format": "@", "text_wrap": True, "font_color": "#9C0006"})
    for number, sheet in enumerate(sheets, 1):
        moment = sheet.rows[0].of.part.moment
        title = _NOT_IN_A_NAME.sub("", sheet.title)[:_TITLE]
        page = book.add_worksheet(f"{number} {title} {moment:%Y%m%d_%H%M%S}")
        columns = list(sheet.headers)
        names = [*sheet.headers.values(), REASON, PLACE]
        page.set_column(0, len(columns) - 1, 18, plain)
        page.set_column(len(columns), len(columns), 60, plain)
        page.set_column(len(columns) + 1, len(columns) + 1, 36, plain)
        page.freeze_panes(1, 1)
        for at, name in enumerate(names):
            page.write_string(0, at, name, head)
        for line, row in enumerate(sheet.rows, 1):
            wrong = {breach.column for breach in row.breaches}
            for at, column in enumerate(columns):
                page.write_string(line, at, row.cells.get(column, "")[:_LONGEST], bad if column in wrong else plain)
            page.write_string(line, len(columns), "；\n".join(map(str, row.breaches)), told)
            page.write_string(line, len(columns) + 1, row.place, plain)
    book.close()
    return stream.getvalue()
