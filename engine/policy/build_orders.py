"""Builds what a policy says of single orders: tables, decisions, marks and obligations.

Knows the vocabulary of these parts; must not know scoring, ranking or evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any as Data

from engine.conditions import ALWAYS, DEADLINE, DONE
from engine.policy.condition import Path, Scope
from engine.policy.context import Context, optional_fraction
from engine.policy.model_orders import (
    Clock,
    ClockDeadline,
    Deadline,
    Decision,
    DoneByEvent,
    DoneWhen,
    EventDeadline,
    Extension,
    Mark,
    Obligation,
    Outcome,
    Rule,
    Stop,
    TagName,
)
from engine.policy.model_scoring import Base
from engine.policy.model_tables import Column, Grant, RequiredWhen, Table, TimeOrder, Value

YES_NO_VALUES = ("是", "否")
OBLIGATION_STATES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "done": {"done": DONE},
    "deadline": {"deadline": DEADLINE},
}


def build_tables(context: Context) -> tuple[Table, ...]:
    data = context.part("fields")["tables"]
    ids = [table["id"] for table in data]
    for id in {id for id in ids if ids.count(id) > 1}:
        place = context.place("fields", ("tables", len(ids) - 1 - ids[::-1].index(id), "id"))
        context.findings.add(place, "同一张表声明了两次", id)
    return tuple(_table(context, table, ids, ("tables", i)) for i, table in enumerate(data))


def _table(context: Context, data: Mapping[str, Data], tables: list[str], path: Path) -> Table:
    columns = tuple(_column(context, column, tables, (*path, "columns", i)) for i, column in enumerate(data["columns"]))
    _headers_once(context, columns, (*path, "columns"))
    by_id = {column.id: column for column in columns}
    ids = tuple(by_id)
    for key in ("unit", "dated_by", "caller"):
        if key in data:
            context.known(data[key], ids, "字段", "fields", (*path, key))
    orders: list[TimeOrder] = []
    for i, order in enumerate(data.get("time_order", ())):
        here = (*path, "time_order", i)
        context.time_fields([order["earlier"]], by_id, "fields", (*here, "earlier"))
        context.time_fields([order["later"]], by_id, "fields", (*here, "later"))
        orders.append(TimeOrder(order["earlier"], order["later"], order["otherwise"]))
    required: list[RequiredWhen] = []
    for i, item in enumerate(data.get("required_when", ())):
        for key in ("column", "present"):
            context.known(item[key], ids, "字段", "fields", (*path, "required_when", i, key))
        required.append(RequiredWhen(item["column"], item["present"]))
    return Table(
        id=data["id"],
        title=data["title"],
        file=data["file"],
        formats=tuple(data["formats"]),
        required=data["required"],
        columns=columns,
        key=context.all_known(data.get("key", ()), ids, "字段", "fields", (*path, "key")),
        unit=data.get("unit"),
        dated_by=data.get("dated_by"),
        time_order=tuple(orders),
        required_when=tuple(required),
        caller=data.get("caller"),
        grants=_grant(context, data["grants"], by_id, (*path, "grants")) if "grants" in data else None,
    )


def _grant(context: Context, data: Mapping[str, Data], columns: Mapping[str, Column], path: Path) -> Grant:
    """What can be checked within the table; ``consistency`` looks at the orders."""
    when = data["when"]
    for key, name, at in (
        ("order", data["order"], ()),
        ("from", data["from"], ()),
        ("column", when["column"], ("when",)),
    ):
        context.known(name, columns, "字段", "fields", (*path, *at, key))
    if when["column"] in columns:
        context.known(when["is"], columns[when["column"]].choices, "取值", "fields", (*path, "when", "is"))
    return Grant(data["order"], data["from"], data["column"], when["column"], when["is"])


def _headers_once(context: Context, columns: tuple[Column, ...], path: Path) -> None:
    seen: dict[str, str] = {}
    for i, column in enumerate(columns):
        for header in (column.id, *column.aliases):
            if header in seen:
                place = context.place("fields", (*path, i, "id"))
                context.findings.add(
                    place, f"表头“{header}”已属于字段“{seen[header]}”", header, "一个表头只能属于一个字段"
                )
            seen[header] = column.id


def _column(context: Context, data: Mapping[str, Data], tables: list[str], path: Path) -> Column:
    missing = data.get("missing")
    values = tuple(Value(value["id"], tuple(value.get("aliases", ()))) for value in data.get("values", ()))
    if data["type"] == "yes_no" and not values:
        values = tuple(Value(value) for value in YES_NO_VALUES)
    seen: dict[str, str] = {}
    for i, value in enumerate(values):
        for spelling in (value.id, *value.aliases):
            if spelling in seen:
                place = context.place("fields", (*path, "values", i, "id"))
                context.findings.add(place, f"取值写法“{spelling}”用了两次", spelling, "一种写法只能属于一个取值")
            seen[spelling] = value.id
    if missing not in (None, "refuse") and values:
        context.known(missing, (value.id for value in values), "取值", "fields", (*path, "missing"))
    if data["type"] == "reference":
        context.known(data["table"], tables, "表", "fields", (*path, "table"))
    least, most = (optional_fraction(data.get(bound)) for bound in ("minimum", "maximum"))
    if least is not None and most is not None and least > most:
        place = context.place("fields", (*path, "minimum"))
        context.findings.add(place, "最小值大于最大值，没有数可填", data["minimum"], f"应不大于 {data['maximum']}")
    return Column(
        id=data["id"],
        type=data["type"],
        aliases=tuple(data.get("aliases", ())),
        values=values,
        required=missing == "refuse",
        default=None if missing == "refuse" else missing,
        blanks=tuple(data.get("blanks", ())),
        personal=data.get("personal", False),
        separators=tuple(data.get("separators", ())),
        table=data.get("table"),
        minimum=least,
        maximum=most,
        doubtful_below=optional_fraction(data.get("doubtful_below")),
        due=data.get("due", False),
    )


def build_tags(context: Context) -> tuple[TagName, ...]:
    """The declared tags. One that no rule gives could never be found; one whose rules were left out is left out too."""
    rules = [rule for decision in context.part("rules").get("decisions", ()) for rule in decision["rules"]]
    given = {tag for rule in rules for tag in rule.get("gives", ())}
    tags = tuple(TagName(data["id"], data["title"]) for data in context.part("rules").get("tags", ()))
    lost = context.findings.lost - given
    for i, tag in enumerate(tags):
        context.declare(tag.id, "rules", ("tags", i))
        if tag.id not in given | lost:
            place = context.place("rules", ("tags", i, "id"))
            context.findings.add(place, "没有规则给出这个标记", tag.id, "在某条规则写 gives，或删去这个标记")
    return tuple(tag for tag in tags if tag.id not in lost)


def build_decisions(context: Context, scope: Scope, indicators: tuple[str, ...]) -> tuple[Decision, ...]:
    """``indicators``: the ids that a decision may exclude orders from."""
    built: list[Decision] = []
    for i, data in enumerate(context.part("rules").get("decisions", ())):
        path: Path = ("decisions", i)
        context.declare(data["id"], "rules", path)
        excludes = data.get("excludes_from", ())
        rules = tuple(
            _rule(context, rule, scope, bool(excludes), (*path, "rules", j)) for j, rule in enumerate(data["rules"])
        )
        known = context.all_known(excludes, indicators, "指标", "rules", (*path, "excludes_from"))
        built.append(Decision(data["id"], data["title"], data["clause"], data["hit"], rules, known))
    return tuple(built)


def _rule(context: Context, data: Mapping[str, Data], scope: Scope, excluding: bool, path: Path) -> Rule:
    context.declare(data["id"], "rules", path)
    return Rule(
        id=data["id"],
        title=data["title"],
        clause=data["clause"],
        when=context.condition(data["when"], scope, "rules", (*path, "when")),
        effect=data.get("effect", "excluded" if excluding else "mark"),
        gives=context.all_known(data.get("gives", ()), scope.tags, "标记", "rules", (*path, "gives")),
        detail=data.get("detail", ""),
    )


def build_bases(context: Context, decisions: tuple[Decision, ...]) -> tuple[Base, ...]:
    built: list[Base] = []
    known = tuple(decision.id for decision in decisions if decision.excludes_from)
    for i, data in enumerate(context.part("indicators").get("bases", ())):
        context.declare(data["id"], "indicators", ("bases", i))
        without = context.all_known(data["without"], known, "剔除的判定表", "indicators", ("bases", i, "without"))
        built.append(Base(data["id"], data["title"], without))
    return tuple(built)


def build_marks(context: Context, scope: Scope) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    for i, data in enumerate(context.part("rules").get("marks", ())):
        context.declare(data["id"], "rules", ("marks", i))
        given_to = context.condition(data["given_to"], scope, "rules", ("marks", i, "given_to"))
        marks.append(Mark(data["id"], data["title"], data["clause"], given_to, data["number"]))
    return tuple(marks)


def build_obligations(context: Context, scope: Scope, forms: tuple[str, ...]) -> tuple[Obligation, ...]:
    return tuple(
        _obligation(context, data, scope, forms, ("obligations", i))
        for i, data in enumerate(context.part("obligations").get("obligations", ()))
    )


def _obligation(
    context: Context, data: Mapping[str, Data], scope: Scope, forms: tuple[str, ...], path: Path
) -> Obligation:
    context.declare(data["id"], "obligations", path)
    done = data["done"]
    if "event" in done:
        context.time_fields([done["event"]], scope.columns, "obligations", (*path, "done", "event"))
    states = build_outcomes(context, data["states"], Scope(states=OBLIGATION_STATES), "obligations", (*path, "states"))
    return Obligation(
        id=data["id"],
        title=data["title"],
        clause=data["clause"],
        applies=context.condition(data["applies"], scope, "obligations", (*path, "applies")),
        done=DoneByEvent(done["event"])
        if "event" in done
        else DoneWhen(context.condition(done["when"], scope, "obligations", (*path, "done", "when"))),
        deadline=_deadline(context, data["deadline"], scope, (*path, "deadline")),
        states=states,
        forms=context.all_known(data.get("forms", ()), forms, "表单", "obligations", (*path, "forms")),
    )


def _deadline(context: Context, data: Mapping[str, Data], scope: Scope, path: Path) -> Deadline:
    if "event" in data:
        context.time_fields([data["event"]], scope.columns, "obligations", (*path, "event"))
        return EventDeadline(data["event"])
    start = context.time_fields(data["start"], scope.columns, "obligations", (*path, "start"))
    clock = data["clock"]
    _check_clock(context, clock, (*path, "clock"))
    return ClockDeadline(
        start,
        Clock(
            amount=clock["amount"],
            unit=clock["unit"],
            until=clock["until"],
            start_day_counts=clock.get("start_day_counts", False),
            end_included=clock.get("end_included", False),
            extended_by=_extensions(context, clock, scope, (*path, "clock")),
            extended_at_most=clock.get("extended_at_most"),
            stopped_by=_stops(context, clock, scope, (*path, "clock")),
        ),
    )


def _check_clock(context: Context, clock: Mapping[str, Data], path: Path) -> None:
    by_hour = clock["unit"] in ("minutes", "hours", "working_hours")
    if by_hour and clock["until"] != "same_time":
        what = "按小时或分钟计的时限到满的那一刻为止，不能另写到何时为止"
        place = context.place("obligations", (*path, "until"))
        context.findings.add(place, what, clock["until"], "请写 same_time，或改用 days、working_days")
    if clock["unit"] == "working_hours":
        place = context.place("obligations", (*path, "unit"))
        if not context.part("calendar").get("hours"):
            context.findings.add(
                place, "日历没有写上班时段，算不出工作小时", clock["unit"], "请在 calendar.yaml 写 hours"
            )
        if not clock["amount"]:
            context.findings.add(context.place("obligations", (*path, "amount")), "工作小时至少 1 个", clock["amount"])


def _stops(context: Context, clock: Mapping[str, Data], scope: Scope, path: Path) -> tuple[Stop, ...]:
    stops: list[Stop] = []
    for i, item in enumerate(clock.get("stopped_by", ())):
        for key in ("from", "to"):
            context.time_fields([item[key]], scope.columns, "obligations", (*path, "stopped_by", i, key))
        stops.append(Stop(item["from"], item["to"]))
    return tuple(stops)


def _extensions(context: Context, clock: Mapping[str, Data], scope: Scope, path: Path) -> tuple[Extension, ...]:
    counts = tuple(column.id for column in scope.columns.values() if column.type == "count")
    built: list[Extension] = []
    for i, item in enumerate(clock.get("extended_by", ())):
        context.known(item["field"], counts, "计数字段", "obligations", (*path, "extended_by", i, "field"))
        built.append(Extension(item["field"], item.get("at_most")))
    return tuple(built)


def build_outcomes(context: Context, data: Data, scope: Scope, part: str, path: Path) -> tuple[Outcome, ...]:
    """A first-match table; its last row must always hold, so that there is an outcome for everything."""
    outcomes = tuple(
        Outcome(row["is"], context.condition(row["when"], scope, part, (*path, i, "when")))
        for i, row in enumerate(data)
    )
    if outcomes[-1].when != ALWAYS:
        place = context.place(part, (*path, len(outcomes) - 1))
        context.findings.add(place, "最后一行须在任何情况下成立", outcomes[-1].is_, "在末尾加一行 when: always")
    return outcomes
