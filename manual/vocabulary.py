"""docs/vocabulary.md: what may stand in each file of a version, one table a part, under a hand-written introduction.

Knows the order in which an editor meets the parts; what they may hold comes from the schemas.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.policy.parts import PARTS, REQUIRED
from manual.keys import Book, Key, Spot, one_line

INTRODUCTION = Path(__file__).parent / "vocabulary.zh-CN.md"
CASES = "case"
NEED = {"yes": "是", "in_this_form": "这样写时", "no": ""}
COLUMNS = ("键", "意思", "写什么", "必填", "不写时", "例")


def page(schemas: Path) -> str:
    """The whole page as Markdown."""
    book = Book(schemas)
    parts = [part for part in PARTS if f"{part}.schema.json" in book.contents]
    sections = [INTRODUCTION.read_text("utf-8").rstrip("\n"), ""]
    sections += [
        "## 各文件的键",
        "",
        "键按层写：`甲.乙` 是“甲”之下的“乙”，`[]` 是列表里的每一项。“这样写时”指有几种写法，用这一种就得写这个键。",
        "",
    ]
    for part in parts:
        need = "必须有" if part in REQUIRED else "可以没有"
        sections += _part(book, book.part(part), f"{part}.yaml", need)
    if f"{CASES}.schema.json" in book.contents:
        sections += _part(book, book.part(CASES), "cases/*.yaml", "每个版本都应有")
    sections += ["## 各处通用的写法", ""]
    for shared in book.shared():
        sections += _shared(book, shared)
    return "\n".join(sections).rstrip("\n") + "\n"


def _part(book: Book, spot: Spot, file: str, need: str) -> list[str]:
    title, description = spot.schema["title"], str(spot.schema["description"])
    text = description if description.endswith("。") else f"{description}。"
    return [f"### {file}：{title}", "", f"{text}（{need}）", "", *_table(book.keys(spot)), ""]


def _shared(book: Book, spot: Spot) -> list[str]:
    lines = [f"### {spot.schema['title']}", ""]
    lines += [_meaning(str(spot.schema.get("description", ""))), ""]
    example = one_line(book.example(spot))
    keys = list(book.keys(spot))
    if keys:
        return [*lines, *_table(keys, always=False), ""]
    return [*lines, f"写什么：{book.what(spot)}。例：`{example}`", ""]


def _meaning(description: str) -> str:
    return description.split("例：", maxsplit=1)[0].strip()


def _table(keys: Iterable[Key], *, always: bool = True) -> list[str]:
    rows = [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
    for key in keys:
        meaning = f"**{key.title}**" + (f"　{key.meaning}" if key.meaning and key.meaning != key.title else "")
        default = key.default or "没有这一项" if key.need == "no" else "—"
        cells = (f"`{key.name}`", meaning, key.what, NEED[key.need], default, f"`{key.example}`")
        rows.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return rows
