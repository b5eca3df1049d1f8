"""Builds what a policy says of units: indicators, bonuses, ranking, gates and consequences.

Knows the vocabulary of these parts; must not know how anything is counted or scored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any as Data

from engine.months import Window
from engine.policy.build_bands import build_bands
from engine.policy.build_orders import build_outcomes
from engine.policy.condition import FIGURES, Path, Scope
from engine.policy.context import Context, fraction, month, optional_fraction
from engine.policy.model_scoring import (
    Aggregate,
    Bands,
    Bonus,
    Cap,
    Change,
    Clamp,
    Consequence,
    Counted,
    DueDay,
    Eligibility,
    Gate,
    Indicator,
    LastRule,
    Minimum,
    Period,
    PointsBand,
    Precision,
    RankRule,
    Rate,
    Recorded,
    Scale,
    Slope,
    StandingMark,
    Target,
    TieBreak,
    Transform,
    UnitTest,
    Veto,
    VolumeBands,
)
from engine.policy.model_tables import Table

RATE_STATES = ("below", "reached", "missing")
LAST = "last"
"""The mark that every policy has."""
ELIGIBLE = "eligible"
"""What counts for eligibility, where a condition asks for a number of orders."""


def build_indicators(context: Context, scope: Scope, tables: Mapping[str, Table]) -> tuple[Indicator, ...]:
    part = context.part("indicators")
    built = tuple(
        _indicator(context, data, scope, tables, ("indicators", i)) for i, data in enumerate(part["indicators"])
    )
    total = sum(indicator.weight for indicator in built)
    if "weights_sum" in part and total != fraction(part["weights_sum"]):
        parts = "＋".join(str(data["weight"]) for data in part["indicators"])
        context.findings.add(
            context.place("indicators", ("weights_sum",)),
            f"各项权重之和是 {parts}＝{total}，与声明的合计不符",
            part["weights_sum"],
            "改权重，或改 weights_sum",
        )
    return built


def _indicator(
    context: Context, data: Mapping[str, Data], scope: Scope, tables: Mapping[str, Table], path: Path
) -> Indicator:
    context.declare(data["id"], "indicators", path)
    over = data.get("over", "own")
    peers = None if over == "own" else over["peers"]
    if peers is not None:
        context.known(peers, _unit_columns(tables), "单位名册的字段", "indicators", (*path, "over", "peers"))
    deducted = data.get("deducted")
    if ("points" in data) == (deducted is not None):
        what = "指标要么数工单（points），要么按记录扣分（deducted），须写其中一项"
        context.findings.add(
            context.place("indicators", path), what, data["id"], "写 points 与 event、among、over、when_empty"
        )
    target, applies = data.get("target"), data.get("applies_to")
    if applies is not None:
        context.known(applies["column"], _unit_columns(tables), "单位名册的字段", "indicators", (*path, "applies_to"))
    bands = tuple(
        PointsBand(
            band["title"],
            context.condition(band["when"], scope, "indicators", (*path, "points", i, "when")),
            fraction(band["points"]),
        )
        for i, band in enumerate(data.get("points", ()))
    )
    return Indicator(
        **vars(_counted(context, data, scope, "indicators", path)),
        weight=fraction(data["weight"]),
        points=bands,
        peers=peers,
        combine=data.get("combine", "mean"),
        when_empty=data.get("when_empty", "spread"),
        deducted=None if deducted is None else _recorded(context, deducted, tables, (*path, "deducted")),
        transforms=tuple(
            _transform(context, item, tables, (*path, "transforms", i))
            for i, item in enumerate(data.get("transforms", ()))
        ),
        applies_to=None if applies is None else UnitTest(applies["column"], tuple(applies["in"])),
        target=None if target is None else Target(fraction(target["at_least"]), target["clause"]),
        minimum=_minimum(data.get("minimum")),
    )


def _minimum(data: Mapping[str, Data] | None) -> Minimum | None:
    if data is None:
        return None
    limits = (optional_fraction(data.get(key)) for key in ("score_at_most", "total_at_most"))
    return Minimum(fraction(data["at_least"]), *limits)


def _unit_columns(tables: Mapping[str, Table]) -> tuple[str, ...]:
    return tuple(column.id for column in tables["units"].columns) if "units" in tables else ()


def _recorded(context: Context, data: Mapping[str, Data], tables: Mapping[str, Table], path: Path) -> Recorded:
    _columns_known(context, data, tables, ("month", "unit", "points"), "indicators", path)
    if "item" in data and data["table"] in tables:
        columns = tuple(column.id for column in tables[data["table"]].columns)
        context.known(data["item"], columns, "字段", "indicators", (*path, "item"))
    return Recorded(data["table"], data["month"], data["unit"], data["points"], data.get("item"), data.get("is"))


def _transform(context: Context, data: Mapping[str, Data], tables: Mapping[str, Table], path: Path) -> Transform:
    if "change" in data:
        earlier = data.get("earlier")
        known = None if earlier is None else _recorded(context, earlier, tables, (*path, "earlier"))
        return Change(data["change"], data["since"], known, optional_fraction(data.get("when_none")))
    if "target" in data:
        return Slope(fraction(data["target"]), fraction(data["per_point"]))
    if "bands" in data:
        return Bands(build_bands(context, data["bands"], (*path, "bands")))
    return _clamp(data)


def _clamp(data: Mapping[str, Data]) -> Clamp:
    return Clamp(optional_fraction(data.get("floor")), optional_fraction(data.get("cap")))


def build_scale(context: Context) -> Scale:
    part = context.part("indicators")
    grades = build_bands(context, part.get("grades", ()), ("grades",))
    return Scale(part.get("weights_as", "hundred"), _clamp(part.get("total", {})), grades)


def build_vetoes(context: Context, tables: Mapping[str, Table]) -> tuple[Veto, ...]:
    built: list[Veto] = []
    for i, data in enumerate(context.part("indicators").get("vetoes", ())):
        path: Path = ("vetoes", i)
        context.declare(data["id"], "indicators", path)
        recorded = _recorded(context, data, tables, path)
        built.append(Veto(data["id"], data["title"], data["clause"], recorded, data.get("grade", "")))
    return tuple(built)


def build_window(data: Mapping[str, Data]) -> Window:
    """Reporting months; calendar months when ``data`` is empty."""
    hours, minutes = (int(part) for part in data.get("day_begins", "00:00").split(":"))
    return Window(data.get("first_day", 1), hours * 3600 + minutes * 60)


def _counted(context: Context, data: Mapping[str, Data], scope: Scope, part: str, path: Path) -> Counted:
    return Counted(
        id=data.get("id", ""),
        title=data.get("title", ""),
        clause=data["clause"],
        event=context.time_fields(data.get("event", ()), scope.columns, part, (*path, "event")),
        among=context.condition(data.get("among", "always"), scope, part, (*path, "among")),
        window=build_window(data.get("month", context.part("policy").get("month", {}))),
    )


def build_shown(context: Context, scope: Scope) -> tuple[Counted, ...]:
    built: list[Counted] = []
    for i, data in enumerate(context.part("indicators").get("shown", ())):
        context.declare(data["id"], "indicators", ("shown", i))
        built.append(_counted(context, data, scope, "indicators", ("shown", i)))
    return tuple(built)


def build_bonuses(context: Context, tables: Mapping[str, Table]) -> tuple[Bonus, ...]:
    built: list[Bonus] = []
    for i, data in enumerate(context.part("indicators").get("bonuses", ())):
        path: Path = ("bonuses", i)
        context.declare(data["id"], "indicators", path)
        cap = data.get("cap")
        built.append(
            Bonus(
                id=data["id"],
                title=data["title"],
                clause=data["clause"],
                recorded=_recorded(context, data, tables, path),
                sign=data.get("sign", "add"),
                cap=None if cap is None else Cap(cap["per"], fraction(cap["points"])),
                unlocked_above=optional_fraction(data.get("unlocked_above")),
            )
        )
    return tuple(built)


def _columns_known(
    context: Context,
    data: Mapping[str, Data],
    tables: Mapping[str, Table],
    keys: tuple[str, ...],
    part: str,
    path: Path,
) -> None:
    if context.known(data["table"], tables, "表", part, (*path, "table")):
        columns = tuple(column.id for column in tables[data["table"]].columns)
        for key in keys:
            context.known(data[key], columns, "字段", part, (*path, key))


def build_eligibility(context: Context, scope: Scope) -> Eligibility:
    data = context.part("ranking")["eligible"]
    return Eligibility(_counted(context, data, scope, "ranking", ("eligible",)), data["at_least"])


def build_rank_rule(
    context: Context,
    tables: Mapping[str, Table],
    indicators: tuple[str, ...],
    marks: tuple[str, ...],
    counted: tuple[str, ...],
) -> RankRule:
    data = context.part("ranking")
    groups, precision = _groups(context, data.get("groups"), tables, counted), data.get("precision")
    announced = data.get("announced")
    if announced is not None:
        context.known(announced, marks, "名次标志", "ranking", ("announced",))
    breaks = []
    for i, item in enumerate(data.get("tie_breaks", ())):
        context.known(item["indicator"], indicators, "指标", "ranking", ("tie_breaks", i, "indicator"))
        breaks.append(TieBreak(item["indicator"], item["first"]))
    return RankRule(
        last=LastRule(**data["last"]),
        groups=groups,
        precision=None if precision is None else Precision(precision["digits"], precision["rounding"]),
        tie_breaks=tuple(breaks),
        announced=announced,
    )


def _groups(
    context: Context, data: Data, tables: Mapping[str, Table], counted: tuple[str, ...]
) -> str | VolumeBands | None:
    if data is None:
        return None
    if isinstance(data, str):
        context.known(data, _unit_columns(tables), "单位名册的字段", "ranking", ("groups",))
        return data
    context.known(data["orders"], counted, "指标或另列项", "ranking", ("groups", "orders"))
    titles: set[str] = set()
    for i, band in enumerate(data["bands"]):
        if band["title"] in titles:
            place = context.place("ranking", ("groups", "bands", i, "title"))
            context.findings.add(place, "两档用了同一个名称", band["title"], "请换一个，各组才分得开")
        titles.add(band["title"])
    return VolumeBands(data["orders"], build_bands(context, data["bands"], ("groups", "bands"), "ranking"))


def placed_by(
    indicators: tuple[Indicator, ...], shown: tuple[Counted, ...], scale: Scale, vetoes: tuple[Veto, ...]
) -> Mapping[str, tuple[str, ...]]:
    """What the place of a unit can be told by, beside its rank."""
    measured = tuple(item.id for item in indicators)
    counted = tuple(item.id for item in indicators if item.deducted is None)
    grades = (*(band.title for band in scale.grades), *(veto.grade for veto in vetoes if veto.grade))
    return {
        "figure": FIGURES,
        "indicator": measured,
        "orders": (*counted, *(item.id for item in shown), ELIGIBLE),
        "grade": tuple(dict.fromkeys(grades)),
    }


def build_standings(context: Context, placed: Mapping[str, tuple[str, ...]]) -> tuple[StandingMark, ...]:
    """Each may name those before it."""
    built: list[StandingMark] = []
    for i, data in enumerate(context.part("ranking").get("standings", ())):
        path: Path = ("standings", i)
        if data["id"] == LAST:
            place = context.place("ranking", (*path, "id"))
            context.findings.add(place, "这是程序内定的标识，不必另写", LAST, "请换一个标识")
        context.declare(data["id"], "ranking", path)
        scope = Scope(marks=(LAST, *(mark.id for mark in built)), placed=placed)
        when = context.condition(data["when"], scope, "ranking", (*path, "when"))
        built.append(StandingMark(data["id"], data["title"], data["clause"], when))
    return tuple(built)


def build_aggregates(context: Context) -> tuple[Aggregate, ...]:
    cycle = context.part("policy")["cycle"]
    first, last = month(cycle["first"]), month(cycle["last"])
    built: list[Aggregate] = []
    for i, data in enumerate(context.part("ranking").get("aggregates", ())):
        periods: list[Period] = []
        for j, item in enumerate(data["periods"]):
            period = Period(item["id"], item["title"], month(item["first"]), month(item["last"]))
            place = context.place("ranking", ("aggregates", i, "periods", j))
            if not first <= period.first <= period.last <= last:
                context.findings.add(
                    place,
                    "期间须在考核周期之内且首月不晚于末月",
                    f"{item['first']} 至 {item['last']}",
                    f"周期是 {first} 至 {last}",
                )
            elif periods and periods[-1].last >= period.first:
                context.findings.add(place, f"期间与“{periods[-1].title}”重叠或次序颠倒", item["first"])
            periods.append(period)
        built.append(Aggregate(data["id"], data["title"], data["clause"], data["total"], tuple(periods)))
    return tuple(built)


def build_gates(context: Context, tables: Mapping[str, Table]) -> tuple[Gate, ...]:
    built: list[Gate] = []
    for i, data in enumerate(context.part("ranking").get("gates", ())):
        path: Path = ("gates", i)
        context.declare(data["id"], "ranking", path)
        _columns_known(context, data, tables, ("month", "name", "figure", "benchmark"), "ranking", path)
        rates = tuple(Rate(rate["id"], rate["name"]) for rate in data["rates"])
        table = tables.get(data["table"])
        if table is not None and table.has(data["name"]):
            for j, rate in enumerate(rates):
                choices = table.column(data["name"]).choices
                context.known(rate.name, choices, "指标名称", "ranking", (*path, "rates", j, "name"))
        states = {"rate": {f"rate:{rate.id}": RATE_STATES for rate in rates}}
        outcomes = build_outcomes(context, data["outcomes"], Scope(states=states), "ranking", (*path, "outcomes"))
        built.append(
            Gate(
                id=data["id"],
                title=data["title"],
                clause=data["clause"],
                table=data["table"],
                month=data["month"],
                name=data["name"],
                figure=data["figure"],
                benchmark=data["benchmark"],
                rates=rates,
                outcomes=outcomes,
            )
        )
    return tuple(built)


def build_consequences(
    context: Context, gates: tuple[str, ...], sides: tuple[str, ...], marks: tuple[str, ...]
) -> tuple[Consequence, ...]:
    scope = Scope(marks=(LAST, *marks))
    built: list[Consequence] = []
    for i, data in enumerate(context.part("consequences").get("consequences", ())):
        path: Path = ("consequences", i)
        context.declare(data["id"], "consequences", path)
        due = data.get("due")
        no_unit = Scope() if data["subject"] == "none" else scope
        built.append(
            Consequence(
                id=data["id"],
                title=data["title"],
                clause=data["clause"],
                at=data["at"],
                subject=data["subject"],
                when=context.condition(data["when"], no_unit, "consequences", (*path, "when")),
                gates=context.all_known(data["gates"], gates, "前提", "consequences", (*path, "gates")),
                repeat=data["repeat"],
                actor=data["actor"],
                audience=data["audience"],
                action=data["action"],
                mandatory=data["mandatory"],
                due=None if due is None else DueDay(**due),
                affects=context.all_known(
                    data.get("affects", ()), sides, "考核对象", "consequences", (*path, "affects")
                ),
            )
        )
    return tuple(built)
