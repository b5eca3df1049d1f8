"""The cases of a policy folder as values, each part with its place: files, schema, and each file's defaults put in.

Knows the form of case files; must not know policies, so whether a name in a case exists is asked elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from engine.policy.model_tables import TableId
from engine.policy.readings import Readings
from engine.policy.schema import Schemas
from engine.policy.source import Entry, ListNode, MapNode, Node, ScalarNode, read_file
from engine.problems import Place, PolicyError, Problem

FOLDER = "cases"
COPIES = "copies"
OTHERWISE = "otherwise"
_AS_OF = "%Y-%m-%d %H:%M:%S"
_SMALL: tuple[TableId, ...] = ("units", "averages", "bonuses")


@dataclass(frozen=True)
class Word:
    """A piece of text and where it stands."""

    text: str
    place: Place


@dataclass(frozen=True)
class GivenRow:
    """A row of an input table: header to cell as a file would hold it. ``places`` are those of the headers."""

    place: Place
    cells: Mapping[str, str]
    places: Mapping[str, Place]
    copies: int = 1


@dataclass(frozen=True)
class GivenTotals:
    """A month's totals, given without orders."""

    month: Word
    totals: tuple[tuple[Word, Fraction], ...]


@dataclass(frozen=True)
class GivenGates:
    """What every gate comes to: by month, ``otherwise`` in the other months; without that, they are computed."""

    by_month: Mapping[str, Word]
    months: tuple[Word, ...] = ()

    def outcome(self, month: str) -> str | None:
        word = self.by_month.get(month) or self.by_month.get(OTHERWISE)
        return None if word is None else word.text

    @property
    def outcomes(self) -> tuple[Word, ...]:
        return tuple(self.by_month.values())


@dataclass(frozen=True)
class Given:
    """``chosen``: reading to option. ``tables`` has an entry for each table that the case or its file gives.

    ``spans``: where it says that the versions before an amendment decide their part; None where it does not.
    """

    as_of: dt.datetime
    chosen: Mapping[str, str]
    chosen_places: Mapping[str, Place]
    tables: Mapping[TableId, tuple[GivenRow, ...]]
    standings: tuple[GivenTotals, ...] | None
    standings_place: Place
    gates: GivenGates
    spans: Place | None = None


@dataclass(frozen=True)
class Case:
    """``expect`` is as written, since what is wrong is reported at the expectation that does not hold."""

    title: str
    place: Place
    about: tuple[Word, ...]
    given: Given
    expect: MapNode


def read_cases(folder: Path, schemas: Path) -> tuple[Case, ...]:
    """The cases of the policy in ``folder``, by file and then as written; none when it has no folder of cases.

    Raises PolicyError with everything that is wrong with any of the files.
    """
    problems: list[Problem] = []
    cases: list[Case] = []
    schema = Schemas(schemas)
    for path in sorted((folder / FOLDER).glob("*")):
        if path.suffix != ".yaml":
            problems.append(Problem(Place(str(path)), "案例文件的扩展名必须是 .yaml", path.name, "请改名或移走"))
            continue
        source = read_file(path)
        problems += source.problems
        if source.root is None:
            continue
        wrong = schema.problems("case", source.root, Readings())
        problems += wrong
        if not wrong and not source.problems and isinstance(source.root, MapNode):
            cases += _cases(source.root, problems)
    problems += _doubled(cases)
    if problems:
        raise PolicyError(problems)
    return tuple(cases)


def _doubled(cases: Iterable[Case]) -> Iterator[Problem]:
    seen: dict[str, Place] = {}
    for case in cases:
        if case.title in seen:
            yield Problem(case.place, f"案例的名称已在 {seen[case.title]} 用过", case.title, "请换一个名称")
        seen.setdefault(case.title, case.place)


def _cases(root: MapNode, problems: list[Problem]) -> Iterator[Case]:
    defaults = _map(root.get("defaults"))
    for node in _items(root.get("cases")):
        item, given = _map(node), _map(_map(node).get("given"))
        title = item.get("title")
        assert title is not None
        as_of = given.get("as_of") or defaults.get("as_of")
        if as_of is None:
            problems.append(Problem(item.place, "案例没有统计时点", text(title), "请在 given 或 defaults 里写 as_of"))
            continue
        try:
            moment = dt.datetime.strptime(text(as_of), _AS_OF)
        except ValueError:
            problems.append(Problem(as_of.place, "没有这个时点", text(as_of), "请写真实的日期和时间"))
            continue
        given_totals, given_orders = given.entry("standings"), given.entry("orders")
        if given_totals is not None and given_orders is not None:
            what = "orders 与 standings 不能同时给定：月度总分要么由工单算出，要么直接给定"
            problems.append(Problem(given_totals.place, what, text(title), "请删去其中一个"))
            continue
        yield Case(
            title=text(title),
            place=title.place,
            about=tuple(Word(text(word), word.place) for word in _items(item.get("about"))),
            given=_given(given, defaults, moment),
            expect=_map(item.get("expect")),
        )


def _given(given: MapNode, defaults: MapNode, as_of: dt.datetime) -> Given:
    chosen = {entry.key: entry for of in (defaults, given) for entry in _map(of.get("set")).entries}
    standings = given.get("standings")
    tables: dict[TableId, tuple[GivenRow, ...]] = {}
    for table in _SMALL:
        rows = given.get(table) or defaults.get(table)
        if rows is not None and not (standings is not None and table == "bonuses"):
            tables[table] = tuple(_row(_map(row), ()) for row in _items(rows))
    for others in (defaults, given):
        for entry in _map(others.get("tables")).entries:
            tables[entry.key] = tuple(_row(_map(row), ()) for row in _items(entry.node))
    shared = (_map(defaults.get("order")), _map(given.get("order")))
    tables["orders"] = tuple(_row(_map(row), shared) for row in _items(given.get("orders")))
    return Given(
        as_of=as_of,
        chosen={key: text(entry.node) for key, entry in chosen.items()},
        chosen_places={key: entry.place for key, entry in chosen.items()},
        tables=tables,
        standings=None if standings is None else tuple(_totals(_map(standings))),
        standings_place=given.place if standings is None else standings.place,
        gates=_gates(given.get("gates") or defaults.get("gates")),
        spans=_spans(given.entry("spans") or defaults.entry("spans")),
    )


def _spans(entry: Entry | None) -> Place | None:
    said = entry is not None and isinstance(entry.node, ScalarNode) and entry.node.value is True
    return entry.node.place if entry is not None and said else None


def _row(row: MapNode, shared: Iterable[MapNode]) -> GivenRow:
    entries = {entry.key: entry for of in (*shared, row) for entry in of.entries}
    copies = entries.pop(COPIES, None)
    return GivenRow(
        place=row.place,
        cells={key: text(entry.node) for key, entry in entries.items()},
        places={key: entry.place for key, entry in entries.items()},
        copies=1 if copies is None else int(text(copies.node)),
    )


def _totals(standings: MapNode) -> Iterator[GivenTotals]:
    for entry in standings.entries:
        totals = ((Word(unit.key, unit.place), Fraction(text(unit.node))) for unit in _map(entry.node).entries)
        yield GivenTotals(Word(entry.key, entry.place), tuple(totals))


def _gates(node: Node | None) -> GivenGates:
    if isinstance(node, ScalarNode):
        return GivenGates({OTHERWISE: Word(text(node), node.place)})
    entries = _map(node).entries
    return GivenGates(
        {entry.key: Word(text(entry.node), entry.node.place) for entry in entries},
        tuple(Word(entry.key, entry.place) for entry in entries if entry.key != OTHERWISE),
    )


def text(node: Node) -> str:
    """A scalar as its file would be read by a person: numbers keep their digits."""
    value = node.value if isinstance(node, ScalarNode) else None
    return "" if value is None else str(value)


def _map(node: Node | None) -> MapNode:
    return node if isinstance(node, MapNode) else MapNode(Place(""), ())


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, ListNode) else ()
