"""Shows what is left to do in a version, and what was made, set or released.

Knows sentences only; computes nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.revise.edit import Done
    from engine.revise.todo import Todo


def todo_text(folder: Path, todo: Todo) -> str:
    """The list of what is left to do, by file, and the commands that come after it."""
    lines: list[str] = []
    if todo.marks:
        lines.append(
            f"待复核 {len(todo.marks)} 处。看过、改好就删去“# 待复核”注释；用 set 设值（原值也行）会自动删去："
        )
        file = ""
        for mark in todo.marks:
            if mark.place.file != file:
                file = mark.place.file
                lines.append(f"  {_short(folder, file)}")
            lines.append(f"    第 {mark.place.line} 行  {mark.what}")
    else:
        lines.append("没有待复核之处。")
    if todo.undeclared:
        years = "、".join(map(str, todo.undeclared))
        lines.append(f"日历没有写入 {years} 年：照正式通知写进 calendar.yaml；不写则用到这些日期时报错，不推算。")
    if todo.provisional:
        lines.append(f"未确认的理解 {len(todo.provisional)} 项（可以发布，宜先请示）：")
        lines += [f"    第 {place.line} 行  {id}  {title}" for id, title, place in todo.provisional]
    name = folder.name
    lines.append(
        f"然后：hotline policy check {name}；hotline policy test {name}；hotline policy release {name} --by 由谁发布"
    )
    return "\n".join(lines) + "\n"


def set_text(done: Done) -> str:
    change = f"{done.old} → {done.new}" if done.old != done.new else f"仍为 {done.new}"
    reviewed = "（已去掉待复核的注释）" if done.reviewed else ""
    return f"{done.path}：{change}{reviewed}  {done.place}\n"


def release_text(manifest: Path, by: str, on: str) -> str:
    return (
        f"已发布 {manifest.parent.name}（{by}，{on}）。清单：{manifest}\n"
        "此后不能再改；要改，另立修订版本：hotline policy new 名称 --amends "
        f"{manifest.parent.name} --from-date 施行日期\n"
    )


def _short(folder: Path, file: str) -> str:
    path = Path(file)
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else file
