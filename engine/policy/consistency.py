"""What must fit together in a policy beyond single references: dates, calendar, periods, column types, doubled names.

Works on the resolved parts, when every value is in its form; must not know how anything is evaluated.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any as Data

from engine.months import Month
from engine.policy.condition import Path
from engine.policy.context import Context, month
from engine.policy.model_tables import Column, Table

_FIELD = re.compile(r"\{([^{}]*)\}")
_NUMBERS = ("count", "number")
_NAMES = ("text", "reference")


def check_consistency(context: Context, tables: Mapping[str, Table]) -> None:
    """Adds what does not fit to the context's findings."""
    _in_force(context)
    _calendar(context)
    _aggregates(context)
    _columns(context, tables)
    _names(context, tables)
    _forms(context, tables)


def _in_force(context: Context) -> None:
    head = context.part("policy")
    cycle, in_force = head["cycle"], head["in_force"]
    first, last = month(cycle["first"]), month(cycle["last"])
    begin = dt.date.fromisoformat(in_force["from"])
    if "until" in in_force and dt.date.fromisoformat(in_force["until"]) < begin:
        place = context.place("policy", ("in_force", "until"))
        context.findings.add(place, "施行的末日早于首日", in_force["until"], f"首日是 {begin}")
    if begin >= last.end.date():
        place = context.place("policy", ("in_force", "from"))
        context.findings.add(place, "施行之日晚于整个考核周期", in_force["from"], f"周期止于 {last}")
    if "until" in in_force and dt.date.fromisoformat(in_force["until"]) < first.begin.date():
        place = context.place("policy", ("in_force", "until"))
        context.findings.add(place, "施行的末日早于考核周期", in_force["until"], f"周期始于 {first}")
    counted = context.part("consequences").get("counted_from")
    if counted is not None and first <= last and not first <= month(counted) <= last:
        place = context.place("consequences", ("counted_from",))
        context.findings.add(place, "起算的月份不在考核周期之内", counted, f"周期是 {first} 至 {last}")


def _calendar(context: Context) -> None:
    data = context.part("calendar")
    weekend = tuple(data.get("weekend", ()))
    weekdays = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    years: set[int] = set()
    in_cycle = month(context.part("policy")["cycle"]["last"]).begin.year
    declared = {year["year"] for year in data.get("years", ())}
    for i, awaited in enumerate(data.get("awaited", ())):
        place = context.place("calendar", ("awaited", i))
        if awaited in declared:
            context.findings.add(place, "这一年的放假与调休已经写入，不再是待公布的", awaited, "请从 awaited 里删去")
        elif awaited <= in_cycle:
            context.findings.add(place, "考核周期之内的年份要写入，不能待公布", awaited, "请写进 years")
    off: dict[dt.date, str] = {}
    for i, year in enumerate(data.get("years", ())):
        if year["year"] in years:
            context.findings.add(context.place("calendar", ("years", i, "year")), "同一年写了两次", year["year"])
        years.add(year["year"])
        for j, item in enumerate(year.get("days_off", ())):
            path: Path = ("years", i, "days_off", j)
            first, last = dt.date.fromisoformat(item["first"]), dt.date.fromisoformat(item["last"])
            for key, day in (("first", first), ("last", last)):
                if day.year != year["year"]:
                    what = f"假期“{item['title']}”不在 {year['year']} 年"
                    context.findings.add(context.place("calendar", (*path, key)), what, day, "请写到那一年之下")
            for step in range((last - first).days + 1):
                day = first + dt.timedelta(days=step)
                if day in off:
                    what = f"假期“{item['title']}”与“{off[day]}”重叠"
                    context.findings.add(context.place("calendar", path), what, day, "一天只能属于一个假期")
                    break
                off[day] = item["title"]
        for j, text in enumerate(year.get("makeup_workdays", ())):
            day = dt.date.fromisoformat(text)
            if weekdays[day.weekday()] not in weekend and day not in off:
                place = context.place("calendar", ("years", i, "makeup_workdays", j))
                context.findings.add(place, "这一天本来就上班，不是调休", text, "请核对通知里的日期")


def _aggregates(context: Context) -> None:
    cycle = context.part("policy")["cycle"]
    months = month(cycle["first"]).through(month(cycle["last"]))
    kinds: set[str] = set()
    names: set[str] = set()
    for i, aggregate in enumerate(context.part("ranking").get("aggregates", ())):
        path: Path = ("aggregates", i)
        _once(context, aggregate["id"], kinds, "同一种期间写了两次", "ranking", (*path, "id"))
        held: set[Month] = set()
        for j, period in enumerate(aggregate["periods"]):
            _once(context, period["id"], names, "期间的编号重复", "ranking", (*path, "periods", j, "id"))
            held |= set(month(period["first"]).through(month(period["last"])))
        left = [str(item) for item in months if item not in held]
        if left:
            what = f"周期里有月份不属于“{aggregate['title']}”的任何一个期间"
            place = context.place("ranking", (*path, "periods"))
            context.findings.add(place, what, "、".join(left), "各期间应首尾相接，合起来是整个周期")


def _once(context: Context, name: str, seen: set[str], what: str, part: str, path: Path) -> None:
    if name in seen:
        context.findings.add(context.place(part, path), what, name, "请换一个，或删去")
    seen.add(name)


def _columns(context: Context, tables: Mapping[str, Table]) -> None:
    """Columns that the engine computes with have a type that it can compute with."""
    for i, data in enumerate(context.part("fields")["tables"]):
        table = tables[data["id"]]
        if data.get("dated_by") is not None:
            _typed(context, table, data["dated_by"], ("time",), "fields", ("tables", i, "dated_by"))
        if data.get("unit") is not None:
            _typed(context, table, data["unit"], _NAMES, "fields", ("tables", i, "unit"))
        _caller(context, table, ("tables", i, "caller"))
        _grants(context, table, tables["orders"], ("tables", i, "grants"))
    for path, recorded in _recorded(context):
        if recorded["table"] in tables:
            table = tables[recorded["table"]]
            for key, types in (("month", ("month",)), ("unit", _NAMES), ("points", _NUMBERS)):
                _typed(context, table, recorded[key], types, "indicators", (*path, key))
    for i, gate in enumerate(context.part("ranking").get("gates", ())):
        if gate["table"] in tables:
            table = tables[gate["table"]]
            wanted = (("month", ("month",)), ("name", ("choice",)), ("figure", _NUMBERS), ("benchmark", _NUMBERS))
            for key, types in wanted:
                _typed(context, table, gate[key], types, "ranking", ("gates", i, key))
    units = tables.get("units") or tables["orders"]
    for i, side in enumerate(context.part("policy").get("sides", ())):
        known = [column.id for column in (*units.columns, *tables["orders"].columns)]
        context.known(side["column"], known, "字段", "policy", ("sides", i, "column"))


def _caller(context: Context, table: Table, path: Path) -> None:
    if table.caller is not None and table.has(table.caller) and not table.column(table.caller).personal:
        what = f"字段“{table.caller}”没有标明是个人信息"
        context.findings.add(context.place("fields", path), what, table.caller, "在这一列写 personal: true")


def _grants(context: Context, table: Table, orders: Table, path: Path) -> None:
    """What a table adds to orders goes into a list of theirs, and is something that the list may hold."""
    grant = table.grants
    if grant is None:
        return
    if len(orders.key) != 1:
        what = "工单的键不是一列，认不出是给予哪一张工单"
        context.findings.add(context.place("fields", path), what, "、".join(orders.key), "给 orders 写一列的 key")
    _typed(context, table, grant.when, ("choice", "yes_no"), "fields", (*path, "when", "column"))
    _typed(context, table, grant.source, ("choice", "choices"), "fields", (*path, "from"))
    if not context.known(grant.column, [column.id for column in orders.columns], "字段", "fields", (*path, "column")):
        return
    _typed(context, orders, grant.column, ("choices",), "fields", (*path, "column"))
    if table.has(grant.source):
        allowed = orders.column(grant.column).choices
        other = [value for value in table.column(grant.source).choices if value not in allowed]
        if other:
            what = f"这一列的取值不都是工单“{grant.column}”的取值"
            context.findings.add(context.place("fields", (*path, "from")), what, "、".join(other), "两列的取值要一致")


def _recorded(context: Context) -> Iterator[tuple[Path, Mapping[str, Data]]]:
    """Everything that reads recorded points."""
    part = context.part("indicators")
    for kind in ("bonuses", "vetoes"):
        yield from (((kind, i), item) for i, item in enumerate(part.get(kind, ())))
    for i, indicator in enumerate(part["indicators"]):
        if "deducted" in indicator:
            yield ("indicators", i, "deducted"), indicator["deducted"]


def _typed(context: Context, table: Table, name: str, types: Iterable[str], part: str, path: Path) -> None:
    """An unknown column has been reported already."""
    if not table.has(name):
        return
    column: Column = table.column(name)
    if column.type not in types:
        what = f"字段“{name}”的类型是 {column.type}，这里要 {' 或 '.join(types)}"
        context.findings.add(context.place(part, path), what, name, "请改用别的字段，或在 fields.yaml 改它的类型")


def _names(context: Context, tables: Mapping[str, Table]) -> None:
    files: set[str] = set()
    for i, table in enumerate(context.part("fields")["tables"]):
        _once(context, table["file"], files, "两张表用了同一个文件名", "fields", ("tables", i, "file"))
    for i, gate in enumerate(context.part("ranking").get("gates", ())):
        ids: set[str] = set()
        called: set[str] = set()
        for j, rate in enumerate(gate["rates"]):
            _once(context, rate["id"], ids, "比率的编号重复", "ranking", ("gates", i, "rates", j, "id"))
            _once(context, rate["name"], called, "两个比率用了同一个名称", "ranking", ("gates", i, "rates", j, "name"))
    for i, use in enumerate(context.part("policy").get("uses_of_result", ())):
        context.declare(use["id"], "policy", ("uses_of_result", i))
    columns = [column.id for column in tables["orders"].columns]
    for i, mark in enumerate(context.part("rules").get("marks", ())):
        for name in _FIELD.findall(mark["number"]):
            context.known(name, columns, "字段", "rules", ("marks", i, "number"))
    clauses = [clause["id"] for clause in context.part("clauses").get("clauses", ())]
    if clauses:
        eligible = context.part("ranking")["eligible"]
        context.known(eligible["clause"], clauses, "条文", "ranking", ("eligible", "clause"))
        for i, indicator in enumerate(context.part("indicators")["indicators"]):
            if "target" in indicator:
                path: Path = ("indicators", i, "target", "clause")
                context.known(indicator["target"]["clause"], clauses, "条文", "indicators", path)


def _forms(context: Context, tables: Mapping[str, Table]) -> None:
    """What the fields of forms are filled from, and after whose signature a form is handed in."""
    columns = tables["orders"].columns
    known: Mapping[str, tuple[str, list[str]]] = {
        "from": ("字段", [column.id for column in columns]),
        "mark": ("标识", [item["id"] for item in context.part("rules").get("marks", ())]),
        "side": ("考核对象", [item["id"] for item in context.part("policy").get("sides", ())]),
        "decision": ("判定表", [item["id"] for item in context.part("rules").get("decisions", ())]),
    }
    for i, form in enumerate(context.part("forms").get("forms", ())):
        for kind in ("fields", "parts", "signatures"):
            names: set[str] = set()
            for j, item in enumerate(form.get(kind, ())):
                path: Path = ("forms", i, kind, j)
                _once(context, item["id"], names, "同一张表单里的编号重复", "forms", (*path, "id"))
                for key, (what, ids) in known.items() if kind == "fields" else ():
                    if key in item:
                        context.known(item[key], ids, what, "forms", (*path, key))
        handed_in = form.get("submitted_to", {})
        if "after" in handed_in:
            signatures = [item["id"] for item in form.get("signatures", ())]
            context.known(handed_in["after"], signatures, "签名", "forms", ("forms", i, "submitted_to", "after"))
        if "time" in handed_in:
            by_id = {column.id: column for column in columns}
            context.time_fields([handed_in["time"]], by_id, "forms", ("forms", i, "submitted_to", "time"))
