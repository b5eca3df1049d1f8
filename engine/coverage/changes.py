"""The ways in which one parameter of a policy can be another: a number by one step, a time by the smallest, an option
for the next, a list without one of its entries.

Knows the forms of values and, for conditions and columns, the vocabulary; must not know policies or cases. Text that
no form bounds is for people and no parameter, except where it is compared with a cell. Ids, clauses and titles name
things and are none either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.coverage.spots import Spot, Steps, fits
from engine.coverage.steps import SHIFTS, moved
from engine.policy.build_orders import YES_NO_VALUES
from engine.policy.source import Entry, ListNode, MapNode, Node, Scalar, ScalarNode

_NAMES = ("id", "version", "supersedes", "clause", "reading", "part", "covered_by", "used_by")
_BOUNDARY: Mapping[str, str] = {
    "before": "not_after",
    "not_after": "before",
    "after": "not_before",
    "not_before": "after",
    "time_before": "time_not_after",
    "time_not_after": "time_before",
}
_NAMING = ("name", "rate", "tagged", "duty", "standing", "indicator", "orders", "grade", "among", "announced")
"""Where a name stands for which another that is used in such a place may stand."""
_FEW = 3
"""An enumeration of up to so many is tried through; of a longer one, only the next value is taken."""


@dataclass(frozen=True)
class Edit:
    """The value at ``path`` becomes ``node``; None: the list entry there is dropped."""

    part: str
    path: Steps
    node: Node | None


@dataclass(frozen=True)
class Change:
    """One parameter changed. ``name``: the parameter's; ``what`` happens to it. Should the policy refuse ``edits``,
    each of ``coupled`` in turn changes a partner along with it."""

    name: str
    spot: Spot
    what: str
    edits: tuple[Edit, ...]
    coupled: tuple[tuple[Edit, ...], ...] = ()


@dataclass(frozen=True)
class _Column:
    id: str
    type: str
    values: tuple[str, ...]
    personal: bool


class Changer:
    """Knows the columns that conditions and events name, and the names used in each kind of place."""

    def __init__(self, roots: Mapping[str, Node], spots: Iterable[Spot]) -> None:
        self._tables = _columns(roots.get("fields"))
        self._spots = tuple(spots)
        self._seen: dict[tuple[str, str], list[str]] = {}
        for spot in self._spots:
            if isinstance(spot.node, ScalarNode) and isinstance(spot.node.value, str):
                seen = self._seen.setdefault((spot.key, _group(spot)), [])
                if spot.node.value not in seen:
                    seen.append(spot.node.value)

    def changes(self) -> Iterator[Change]:
        """Every change of every parameter, in the order of the files."""
        for spot in self._spots:
            if spot.listed and _is_parameter_entry(spot):
                yield Change(spot.name, spot, "删去这一项", (Edit(spot.part, spot.path, None),))
            if spot.form.named("condition"):
                for node, what in self._conditions(spot):
                    yield Change(spot.name, spot, what, (Edit(spot.part, spot.path, node),))
            if isinstance(spot.node, ScalarNode):
                yield from self._scalars(spot, spot.node)

    def _scalars(self, spot: Spot, node: ScalarNode) -> Iterator[Change]:
        for value in self._others(spot, node.value):
            edit = Edit(spot.part, spot.path, ScalarNode(node.place, value))
            what = f"{_shown(node.value)}→{_shown(value)}"
            yield Change(spot.name, spot, what, (edit,), tuple(self._coupled(spot, node, value, edit)))

    def _others(self, spot: Spot, value: Scalar) -> Iterator[Scalar]:
        schema = spot.form.schema
        if spot.key in _NAMES or "const" in schema:
            return
        if isinstance(value, bool):
            yield not value
        elif isinstance(value, int | Decimal):
            step = 1 if isinstance(value, int) else Decimal(1).scaleb(int(value.as_tuple().exponent))
            yield from (
                other for other in (value - step, value + step) if fits(ScalarNode(spot.node.place, other), schema)
            )
        elif isinstance(value, str):
            yield from self._texts(spot, value)

    def _texts(self, spot: Spot, value: str) -> Iterator[str]:
        schema = spot.form.schema
        if spot.key == "type":
            yield "time" if value == "text" else "text"
        elif "enum" in schema:
            yield from _rest(schema["enum"], value)
        elif spot.form.named("columnname"):
            yield from self._columns(spot, value)
        elif (shift := SHIFTS.get(_last(spot.form.names))) is not None:
            yield from shift(value)
        elif spot.key in ("is", "in", "contains"):
            field = _value(spot.within[0].get("field"))
            values = next((c.values for t in self._tables.values() for c in t if c.id == field), ())
            yield from tuple(_rest([v for v in values if v not in _listed(spot)] + [value], value))[:1]
        elif spot.key == "missing":
            column = _value(spot.within[0].get("id"))
            values = next((c.values for t in self._tables.values() for c in t if c.id == column), ())
            yield from tuple(_rest(("refuse", *values), value))[:1]
        elif spot.key in _NAMING:
            yield from tuple(_rest(self._seen[spot.key, _group(spot)], value))[:1]
        elif spot.key == "number" and spot.part == "rules":
            yield f"{value}*"

    def _columns(self, spot: Spot, value: str) -> Iterator[str]:
        """The next column of the same type in the table that the place speaks of."""
        columns = self._tables.get(_table(spot, value, self._tables), ())
        type = next((column.type for column in columns if column.id == value), None)
        alike = [column.id for column in columns if column.type == type and not column.personal]
        if spot.key != "aliases":
            yield from tuple(_rest(alike, value))[:1]

    def _conditions(self, spot: Spot) -> Iterator[tuple[Node, str]]:
        node = spot.node
        place = node.place
        if isinstance(node, ScalarNode):
            yield MapNode(place, (Entry("not", place, node),)), "always→{not: always}"
            return
        assert isinstance(node, MapNode)
        for entry in node.entries:
            if entry.key in ("all", "any") and isinstance(entry.node, ListNode) and len(entry.node.items) > 1:
                other = "any" if entry.key == "all" else "all"
                yield _renamed(node, entry.key, other), f"{entry.key}→{other}"
            elif entry.key == "not":
                yield entry.node, "去掉 not"
            elif entry.key in _BOUNDARY:
                other = _BOUNDARY[entry.key]
                yield _renamed(node, entry.key, other), f"{entry.key}→{other}"
            elif entry.key in ("tagged", "standing", "duty", "top", "bottom", "grade"):
                yield MapNode(place, (Entry("not", place, node),)), "加上 not"
            elif entry.key == "in" and isinstance(entry.node, ListNode):
                yield from self._more(node, entry)

    def _more(self, node: MapNode, entry: Entry) -> Iterator[tuple[Node, str]]:
        assert isinstance(entry.node, ListNode)
        values = {column.id: column.values for column in self._tables.get("orders", ())}.get(
            _value(node.get("field")), ()
        )
        known = [_value(item) for item in entry.node.items]
        for value in [value for value in values if value not in known][:1]:
            more = replace(entry.node, items=(*entry.node.items, ScalarNode(entry.place, value)))
            entries = tuple(replace(item, node=more) if item is entry else item for item in node.entries)
            yield replace(node, entries=entries), f"in 多一项 {value}"

    def _coupled(self, spot: Spot, node: ScalarNode, value: Scalar, edit: Edit) -> Iterator[tuple[Edit, ...]]:
        """A number with the same number of another item, so that their sum stays; an end with the next beginning."""
        if len(spot.path) < 2 or not isinstance(spot.path[-2], int):
            return
        *above, i, key = spot.path
        partners: tuple[tuple[int, str], ...] = ()
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            partners = ((int(i) + 1, str(key)), (int(i) - 1, str(key)))
        elif key == "last":
            partners = ((int(i) + 1, "first"),)
        elif key == "first":
            partners = ((int(i) - 1, "last"),)
        for at, partner_key in partners:
            path = (*above, at, partner_key)
            partner = next((s for s in self._spots if s.part == spot.part and s.path == path), None)
            if partner is None or not isinstance(partner.node, ScalarNode):
                continue
            follows = moved(partner.node.value, node.value, value)
            if follows is not None:
                yield edit, Edit(spot.part, path, ScalarNode(partner.node.place, follows))


def _is_parameter_entry(spot: Spot) -> bool:
    """Whether leaving this list entry out changes more than words for people."""
    if isinstance(spot.node, ScalarNode):
        bounded = any(key in spot.form.schema for key in ("enum", "pattern", "format"))
        return spot.key not in _NAMES and (bounded or spot.key in ("in", "aliases", "separators", "blanks"))
    return True


def _group(spot: Spot) -> str:
    """Names are compared among places of one part and, in readings, one reading."""
    return "" if spot.key in ("rate", "tagged", "duty", "standing", "among", "announced") else spot.part


def _table(spot: Spot, value: str, tables: Mapping[str, tuple[_Column, ...]]) -> str:
    if spot.part == "fields":
        return _value(next((m.get("id") for m in reversed(spot.within[:-1]) if m.get("columns")), None))
    named = next((_value(m.get("table")) for m in spot.within if m.get("table") is not None), None)
    if named is not None:
        return named
    in_units = spot.key == "peers" or "sides" in spot.path
    first = ("units", "orders") if in_units else ("orders", "units")
    return next((id for id in first if any(column.id == value for column in tables.get(id, ()))), "")


def _columns(fields: Node | None) -> Mapping[str, tuple[_Column, ...]]:
    found: dict[str, tuple[_Column, ...]] = {}
    for table in _maps(fields.get("tables") if isinstance(fields, MapNode) else None):
        found[_value(table.get("id"))] = tuple(
            _Column(
                _value(column.get("id")),
                _value(column.get("type")),
                _texts_of(column.get("values"), "id")
                or (YES_NO_VALUES if _value(column.get("type")) == "yes_no" else ()),
                column.get("personal") is not None,
            )
            for column in _maps(table.get("columns"))
        )
    return found


def _maps(node: Node | None) -> Iterator[MapNode]:
    if isinstance(node, ListNode):
        yield from (item for item in node.items if isinstance(item, MapNode))


def _texts_of(node: Node | None, key: str) -> tuple[str, ...]:
    return tuple(_value(item.get(key)) for item in _maps(node))


def _value(node: Node | None) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else ""


def _listed(spot: Spot) -> tuple[str, ...]:
    """The other entries of the list that the value stands in."""
    around = spot.within[0].get(spot.key)
    return tuple(map(_value, around.items)) if isinstance(around, ListNode) else ()


def _rest(values: Iterable[str], value: str) -> Iterator[str]:
    """The others in order after ``value``, beginning anew at the end; of many, only the next."""
    every = [item for item in values if isinstance(item, str)]
    at = every.index(value) if value in every else -1
    others = [item for item in (*every[at + 1 :], *every[: max(at, 0)]) if item != value]
    yield from others if len(every) <= _FEW else others[:1]


def _renamed(node: MapNode, key: str, other: str) -> MapNode:
    return replace(node, entries=tuple(replace(e, key=other) if e.key == key else e for e in node.entries))


def _last(names: tuple[str, ...]) -> str:
    return names[-1] if names else ""


def _shown(value: Scalar) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
