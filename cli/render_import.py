"""Shows what an import did: by table what changed, by file what it was taken for.

Knows the keys of the document; computes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from cli.tables import DIM, WARN, cell, column, draw, heading, line, table

_COUNTS = {
    "new": "新增",
    "changed": "更改",
    "unchanged": "不变",
    "older": "较旧",
    "gone": "撤下",
    "set_aside": "未采用",
}
_ALWAYS = ("new", "changed", "unchanged", "set_aside")
_FROM = {
    "option": "--exported",
    "sheet": "工作表名",
    "name": "文件名",
    "events": "文件里最晚的时间",
    "import": "导入时间",
}


def render_import(console: Console, document: Mapping[str, Any]) -> None:
    tables, files = document["tables"], document["files"]
    if document["entry"] is None:
        line(console, "没有改变：这些文件的内容都已经导入过")
    else:
        line(console, f"已导入，记为第 {document['entry']} 条记录")
    if tables:
        shown = [key for key in _COUNTS if key in _ALWAYS or any(said[key] for said in tables)]
        grid = table()
        column(grid, "表", keep=True)
        for key in shown:
            column(grid, _COUNTS[key], align="right", keep=True)
        for said in tables:
            grid.add_row(cell(said["title"]), *(_number(said, key) for key in shown))
        console.print()
        draw(console, grid)
        if "older" in shown:
            line(console, "较旧：已有更晚导出的记录，仍以那一条为准；要改以这些为准，用 --exported 写明时间", DIM)
    heading(console, "文件")
    grid = table()
    for title in ("文件", "认作", "导出时间", "依据"):
        column(grid, title, keep=title == "导出时间")
    for title in ("行数", "未采用"):
        column(grid, title, align="right", keep=True)
    for file in files:
        known = "" if file["known"] is None else f"（已在第 {file['known']} 条）"
        grid.add_row(
            cell(f"{file['name']}/{file['sheet']}" if file["sheet"] else file["name"]),
            cell(f"{file['title']}{known}"),
            cell(file["exported"]),
            cell(_FROM[file["exported_from"]]),
            cell(file["rows"]),
            _number(file, "set_aside"),
        )
    draw(console, grid)
    for file in files:
        for remark in file["remarks"]:
            line(console, f"{file['name']}：{remark}", DIM)
    if document["unread"]:
        line(console, f"文件夹里没有导入的：{'、'.join(document['unread'])}", DIM)
    _aside(console, document)


def _aside(console: Console, document: Mapping[str, Any]) -> None:
    written = document.get("aside")
    if written is not None and written["rows"]:
        line(console, f"未采用的 {written['rows']} 行已写入 {written['file']}，改好后再导入")
    elif written is not None:
        line(console, "这次没有未采用的行，没有写工作簿")
    if document["waiting"]:
        what = f"工作区里共有 {document['waiting']} 行等着改：用 hotline aside 文件.xlsx 取出，改好后再导入"
        line(console, what, WARN)


def _number(said: Mapping[str, Any], key: str) -> Any:
    return cell(said[key], WARN if key == "set_aside" and said[key] else "")
