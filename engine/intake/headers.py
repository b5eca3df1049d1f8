"""Which column of a file is which declared column.

Knows headers and their aliases; must not know cells or file formats.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from engine.intake.found import BLANKS, Remark
from engine.policy.model_tables import Table
from engine.problems import InputError, Place, Problem, clip

_SEPARATORS = {";": "分号", "\t": "制表符", "|": "竖线", "；": "全角分号", "，": "全角逗号"}
"""What other programs put between the columns, which makes all headers one."""


@dataclass(frozen=True)
class Headers:
    """``position`` of each declared, not personal column in the file, from 0; ``width`` counts the file's columns.

    ``personal`` is the same of the personal columns, and ``unknown`` of those that are not declared.
    """

    position: Mapping[str, int]
    width: int
    remarks: tuple[Remark, ...]
    personal: Mapping[str, int]
    unknown: Mapping[str, int]


def match(table: Table, names: Sequence[str], file: str, place: str, used: Collection[str] = ()) -> Headers:
    """Raises InputError that lists every missing and every doubled header. Personal columns need not be there.

    Columns that are not declared are remarked, but for those in ``used``.
    """
    declared = {name: column.id for column in table.columns for name in (*column.aliases, column.id)}
    places: dict[str, list[int]] = {}
    unknown: dict[str, int] = {}
    trimmed = [name.strip(BLANKS) for name in names]
    if not any(trimmed):
        raise InputError([Problem(Place(place), "第一行没有表头", instead="请把列名写在第一行")])
    for separator, called in _SEPARATORS.items():
        split = ({part.strip(BLANKS) for part in name.split(separator)} for name in trimmed if separator in name)
        if any(declared.keys() & parts for parts in split):
            what = f"各列之间是{called}，不是逗号"
            raise InputError([Problem(Place(place, 1), what, instead="请另存为逗号分隔的 CSV")])
    for index, name in enumerate(trimmed):
        if name in declared:
            places.setdefault(declared[name], []).append(index)
        elif name:
            unknown.setdefault(name, index)
    problems = []
    for id, indexes in places.items():
        if len(indexes) > 1:
            same = "、".join(f"第 {index + 1} 列“{trimmed[index]}”" for index in indexes)
            problems.append(Problem(Place(place, 1), f"有几列都是“{id}”：{same}", instead="请只留下一列"))
    for column in table.columns:
        if column.id in places or column.personal:
            continue
        close = difflib.get_close_matches(column.id, unknown, 1, 0.5)
        hint = f"；是否就是“{clip(close[0])}”" if close else ""
        others = f"（也可写作 {'、'.join(column.aliases)}）" if column.aliases else ""
        problems.append(Problem(Place(place, 1), f"缺少列“{column.id}”", instead=f"请补上这一列{others}{hint}"))
    if problems:
        raise InputError(problems)
    remarks = []
    left = [name for name in unknown if name not in used]
    if left:
        listed = "、".join(clip(name, 20) for name in left[:20]) + ("等" if len(left) > 20 else "")
        remarks.append(Remark(file, f"不认识的列未使用：{listed}"))
    found = {id: indexes[0] for id, indexes in places.items()}
    hidden = {column.id for column in table.columns if column.personal}
    position = {id: index for id, index in found.items() if id not in hidden}
    personal = {id: index for id, index in found.items() if id in hidden}
    return Headers(position, len(names), tuple(remarks), personal, unknown)
