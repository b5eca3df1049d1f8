"""From the YAML form of a condition to the typed tree, with every mistake collected.

Knows the vocabulary of conditions; must not know where the facts come from or how they are evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any as Data

from engine.conditions import (
    ALWAYS,
    MISSING,
    NO,
    YES,
    All,
    Any,
    Choice,
    Comparison,
    Condition,
    Element,
    Fact,
    Figure,
    Not,
    Operator,
    Seat,
    Standing,
    State,
    Tag,
    Test,
    duty_tag,
)
from engine.policy.model_tables import Column, ColumnType
from engine.problems import Place, Problem, alike, nearest

Path = tuple[str | int, ...]
PlaceOf = Callable[[Path], Place]

NUMBER_OPERATORS: tuple[Operator, ...] = ("equals", "at_least", "at_most", "above", "below")
TIME_OPERATORS: tuple[Operator, ...] = ("before", "not_after", "after", "not_before")
CLOCK_OPERATORS: tuple[Operator, ...] = ("time_before", "time_not_after", "time_from")
COMPARABLE: Mapping[str, tuple[ColumnType, ...]] = {
    **dict.fromkeys(NUMBER_OPERATORS, ("count", "number")),
    **dict.fromkeys((*TIME_OPERATORS, *CLOCK_OPERATORS), ("time",)),
}
AS_OF = "as_of"
UNKNOWN = "没有这个"
"""How every message begins that names what is not there."""
MOST_LISTED = 12
"""How many names are listed where none is like the one that is unknown; of more, a list is of no help."""
FIGURES = ("total", "score", "ranked")
_PLACED: Mapping[str, str] = {"indicator": "指标", "orders": "指标或另列项", "figure": "数", "grade": "等次"}


def instead_of(name: str, known: Collection[str]) -> str:
    """What to write for a name that is not ``known``: one that is like it, or any of a few."""
    few = nearest if len(known) <= MOST_LISTED else alike
    return few(name, known) or "没有写法相近的，请核对，或先把它写出来"


class Findings:
    """Collects problems, so that all are reported at once. ``place`` finds a path's spot in the files.

    ``lost``: names whose declaration was left out, as it is broken itself; naming one is no problem of its own.
    ``spoilt``: where something cannot be taken as it stands, so that nothing is to be concluded from what is around.
    """

    def __init__(self, lost: frozenset[str] = frozenset()) -> None:
        self.lost = lost
        self.problems: list[Problem] = []
        self.spoilt: list[Place] = []

    def add(self, place: Place, what: str, value: object = "", instead: str = "", *, spoils: bool = True) -> None:
        self.problems.append(Problem(place, what, str(value), instead))
        if spoils:
            self.spoilt.append(place)

    def unknown(self, place: Place, what: str, value: str, known: Iterable[str], *, spoils: bool = True) -> None:
        """``value`` names a ``what`` that is not among ``known``."""
        if value not in self.lost:
            names = list(known)
            bare = value.strip("“”‘’「」＂")
            quotes = f'引号是全角的，请改用半角："{bare}"' if bare != value and bare in names else ""
            self.add(place, f"{UNKNOWN}{what}", value, quotes or instead_of(value, names), spoils=spoils)
        elif spoils:
            self.spoilt.append(place)


@dataclass(frozen=True)
class Scope:
    """What a condition at some place may test: ``columns`` of a row, ``tags`` of rules, ``states`` (name to values)
    supplied by the engine, ``marks`` of a standing, ``duties``: obligations of an order; ``placed``: what a unit's
    place may be told by, where that may be tested (the ids of ``indicator``, ``orders``, ``figure`` and ``grade``)."""

    columns: Mapping[str, Column] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    states: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    marks: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    placed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class ConditionReader:
    """Reads conditions of one policy part; ``place`` maps a path within the part to its spot in the files."""

    def __init__(self, scope: Scope, place: PlaceOf, findings: Findings) -> None:
        self._scope = scope
        self._place = place
        self._findings = findings

    def read(self, data: Data, path: Path) -> Condition:
        """The condition at ``path``. After a mistake, a condition that always holds stands in."""
        if data == "always":
            return ALWAYS
        if "all" in data:
            return All(tuple(self.read(part, (*path, "all", i)) for i, part in enumerate(data["all"])))
        if "any" in data:
            return Any(tuple(self.read(part, (*path, "any", i)) for i, part in enumerate(data["any"])))
        if "not" in data:
            return Not(self.read(data["not"], (*path, "not")))
        if "field" in data:
            return self._field(data, path)
        if "duty" in data:
            duty = self._known(data["duty"], self._scope.duties, (*path, "duty"), "办理要求")
            return Test(Tag(duty_tag(duty, data["is"])), (YES,)) if duty else ALWAYS
        if "tagged" in data:
            tag = self._known(data["tagged"], self._scope.tags, (*path, "tagged"), "标记")
            return Test(Tag(tag), (YES,)) if tag else ALWAYS
        if "standing" in data:
            return self._standing(data, path)
        for kind in self._scope.placed:
            if kind in data:
                return self._figure(kind, data, path)
        for side in ("top", "bottom") if self._scope.placed else ():
            if side in data:
                return self._seat(side, data, path)
        for kind, states in self._scope.states.items():
            if kind in data:
                return self._state(kind, states, data, path)
        self._findings.add(self._place(path), "此处不能使用这种条件", "、".join(map(str, data)))
        return ALWAYS

    def _known(self, value: str, known: Sequence[str], path: Path, what: str) -> str | None:
        if value in known:
            return value
        self._findings.unknown(self._place(path), what, str(value), known)
        return None

    def _standing(self, data: Mapping[str, Data], path: Path) -> Condition:
        mark = self._known(data["standing"], self._scope.marks, (*path, "standing"), "名次标志")
        if mark is None:
            return ALWAYS
        if "running" in data:
            return Test(Standing(mark, "running", data["running"]), (YES,))
        if "times" in data:
            within = data.get("within", 0)
            if 0 < within < data["times"]:
                what = f"最近 {within} 期里不可能有 {data['times']} 次"
                self._findings.add(self._place((*path, "within")), what, within, "within 不能小于 times")
            return Test(Standing(mark, "times", data["times"], within), (YES,))
        return Test(Standing(mark), (YES,))

    def _figure(self, kind: Data, data: Mapping[str, Data], path: Path) -> Condition:
        name = self._known(str(data[kind]), self._scope.placed[kind], (*path, kind), _PLACED[kind])
        if name is None:
            return ALWAYS
        if kind == "grade":
            return Test(Figure("grade", "", "is", name), (YES,))
        operator: Data = next(key for key in data if key != kind)
        return Test(Figure(kind, name, operator, str(data[operator])), (YES,))

    def _seat(self, side: Data, data: Mapping[str, Data], path: Path) -> Condition:
        among = data.get("among", "")
        if among and self._known(among, self._scope.marks, (*path, "among"), "名次标志") is None:
            return ALWAYS
        asked = data[side]
        number: Data = asked["percent"] if isinstance(asked, Mapping) else asked
        rounding: Data = asked["rounding"] if isinstance(asked, Mapping) else ""
        return Test(Seat(side, str(number), rounding, data.get("when_tied", "all"), among), (YES,))

    def _state(
        self, kind: str, states: Mapping[str, tuple[str, ...]], data: Mapping[str, Data], path: Path
    ) -> Condition:
        # ``done`` and ``deadline`` name their value at once; a ``rate`` is named first and compared with ``is``.
        name, value, key = (f"{kind}:{data[kind]}", data["is"], "is") if "is" in data else (kind, data[kind], kind)
        if name not in states:
            self._known(str(data[kind]), [known.partition(":")[2] for known in states], (*path, kind), "比率")
            return ALWAYS
        if self._known(value, states[name], (*path, key), "状态") is None:
            return ALWAYS
        return Test(State(name, states[name]), (value,))

    def _field(self, data: Mapping[str, Data], path: Path) -> Condition:
        name = self._known(data["field"], tuple(self._scope.columns), (*path, "field"), "字段")
        if name is None:
            return ALWAYS
        column = self._scope.columns[name]
        if column.personal:
            self._findings.add(self._place((*path, "field")), "个人信息字段不能用作条件", name, "改用其他字段")
            return ALWAYS
        operator = next(key for key in data if key != "field")
        if operator == "present":
            return self._present(column, bool(data["present"]))
        if operator in ("is", "in", "contains"):
            return self._enumerated(column, operator, data[operator], (*path, operator))
        if column.type not in COMPARABLE[operator]:
            self._findings.add(
                self._place((*path, operator)), f"字段“{name}”的类型不能这样比较", operator, _how_to_test(column)
            )
            return ALWAYS
        return self._comparison(column, operator, data[operator], (*path, operator))

    def _present(self, column: Column, wanted: bool) -> Condition:
        if column.type in ("choice", "yes_no"):
            fact: Fact = choice_of(column)
            filled = tuple(value for value in fact.values if value != MISSING)
            empty = tuple(value for value in fact.values if value == MISSING)
            return Test(fact, filled if wanted else empty)
        return Test(Comparison(column.id, "present"), (YES,) if wanted else (NO,))

    def _enumerated(self, column: Column, operator: str, operand: Data, path: Path) -> Condition:
        is_list = column.type == "choices"
        if column.type not in ("choice", "yes_no", "choices") or is_list != (operator == "contains"):
            self._findings.add(
                self._place(path), f"字段“{column.id}”的类型不能这样判断", operator, _how_to_test(column)
            )
            return ALWAYS
        wanted = operand if isinstance(operand, list) else [operand]
        allowed = tuple(
            value
            for i, value in enumerate(wanted)
            if self._known(value, column.choices, (*path, i) if isinstance(operand, list) else path, "取值")
        )
        fact: Fact = Element(column.id, column.choices) if is_list else choice_of(column)
        return Test(fact, tuple(value for value in fact.values if value in allowed)) if allowed else ALWAYS

    def _comparison(self, column: Column, operator: Data, operand: Data, path: Path) -> Condition:
        if operand == AS_OF and operator in TIME_OPERATORS:
            return Test(Comparison(column.id, operator, "", "as_of"), (YES,))
        if isinstance(operand, Mapping):
            other = self._known(operand["field"], tuple(self._scope.columns), (*path, "field"), "字段")
            if other is None:
                return ALWAYS
            if self._scope.columns[other].type not in COMPARABLE[operator]:
                self._findings.add(self._place(path), f"字段“{other}”与“{column.id}”的类型不能比较", operator)
                return ALWAYS
            return Test(Comparison(column.id, operator, other, "field"), (YES,))
        if column.type == "count" and (operand < 0 or operand % 1):
            what = f"字段“{column.id}”是次数，不可能等于这个数，比较没有意义"
            self._findings.add(self._place(path), what, operand, "写一个不小于 0 的整数")
        return Test(Comparison(column.id, operator, str(operand)), (YES,))


def choice_of(column: Column) -> Choice:
    """The fact of an enumerated column; MISSING is among its values when an empty cell stays missing."""
    stays_missing = not column.required and column.default is None
    return Choice(column.id, (*column.choices, MISSING) if stays_missing else column.choices)


def _how_to_test(column: Column) -> str:
    match column.type:
        case "choice" | "yes_no":
            return "枚举字段用 is、in 或 present"
        case "choices":
            return "列表字段用 contains 或 present"
        case "count" | "number":
            return f"数字字段用 {'、'.join(NUMBER_OPERATORS)} 或 present"
        case "time":
            return f"时间字段用 {'、'.join((*TIME_OPERATORS, *CLOCK_OPERATORS))} 或 present"
        case _:
            return "这种字段只能用 present"
