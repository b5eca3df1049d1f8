"""A policy folder to a frozen ``Policy``: sections are built in the order in which they refer to one another.

Knows the order of sections; what a section means is in ``build_orders`` and ``build_scoring``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any as Data
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.calendars import WorkCalendar
from engine.policy import build_orders as orders
from engine.policy import build_plan as plan
from engine.policy import build_scoring as scoring
from engine.policy.build_ladders import build_ladders, on_ladders
from engine.policy.condition import Findings, Scope
from engine.policy.consistency import check_consistency
from engine.policy.context import Context, month, seconds_of
from engine.policy.manifest import changes
from engine.policy.model import Policy
from engine.policy.model_plan import Document, Side
from engine.policy.model_scoring import Unfinished
from engine.policy.model_tables import Table
from engine.policy.parts import Parts, load_parts
from engine.problems import PolicyError

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def load_policy(
    folder: FilePath, schemas: FilePath, chosen: Mapping[str, str], cache: FilePath | None = None
) -> Policy:
    """The policy in ``folder`` with the options in ``chosen`` (reading to option) in place of those it chooses itself.

    ``cache``: see ``load_parts``; the policy itself is always read from its files.

    Raises PolicyError with every problem found; a released version whose files were changed is one.
    """
    return build_policy(unaltered_parts(folder, schemas, chosen, cache))


def unaltered_parts(
    folder: FilePath, schemas: FilePath, chosen: Mapping[str, str], cache: FilePath | None = None
) -> Parts:
    """Like ``load_parts``; a released version whose files were changed since is a PolicyError too."""
    changed = changes(folder)
    if changed:
        raise PolicyError(changed)
    return load_parts(folder, schemas, chosen, cache)


def build_policy(parts: Parts) -> Policy:
    """Raises PolicyError with every cross-reference that does not hold."""
    policy, findings = attempt(parts)
    if findings.problems:
        raise PolicyError(findings.problems)
    return policy


def attempt(parts: Parts, lost: frozenset[str] = frozenset()) -> tuple[Policy, Findings]:
    """The policy as far as it can be made, and what does not hold in it: only fit to be used where nothing is found.

    ``lost``: see Findings. Raises PolicyError where there is no table of orders at all.
    """
    context = Context(parts, lost)
    head = context.part("policy")
    tables: dict[str, Table] = {table.id: table for table in orders.build_tables(context)}
    if "orders" not in tables:
        context.findings.add(context.place("fields", ("tables",)), "缺少工单表", "", "请写一张 id 为 orders 的表")
        raise PolicyError(context.findings.problems)
    columns = {column.id: column for column in tables["orders"].columns}
    tags = orders.build_tags(context)
    duties = tuple(item["id"] for item in context.part("obligations").get("obligations", ()))
    plain = Scope(columns=columns, tags=tuple(tag.id for tag in tags), duties=duties)
    forms = tuple(form["id"] for form in context.part("forms").get("forms", ()))
    sides = tuple(side["id"] for side in head.get("sides", ()))

    indicators = scoring.build_indicators(context, plain, tables)
    decisions = orders.build_decisions(context, plain, tuple(indicator.id for indicator in indicators))
    obligations = orders.build_obligations(context, plain, forms)
    duties = plan.build_duties(context, forms)
    gates = scoring.build_gates(context, tables)
    vetoes = scoring.build_vetoes(context, tables)
    shown, scale = scoring.build_shown(context, plain), scoring.build_scale(context)
    placed = scoring.placed_by(indicators, shown, scale, vetoes)
    standings = scoring.build_standings(context, placed)
    marks = tuple(mark.id for mark in standings)
    consequences = scoring.build_consequences(context, tuple(gate.id for gate in gates), sides, marks)
    ladders = build_ladders(context, consequences)
    cycle, in_force = head["cycle"], head["in_force"]
    counted_from = context.part("consequences").get("counted_from", cycle["first"])
    if month(cycle["first"]) > month(cycle["last"]):
        context.findings.add(context.place("policy", ("cycle", "first")), "周期的首月晚于末月", cycle["first"])
    policy = Policy(
        id=head["id"],
        version=head["version"],
        title=head["title"],
        digest=_digest({**parts.data, "chosen": parts.chosen}),
        folder=str(parts.folder),
        supersedes=head.get("supersedes"),
        document=_document(head["document"]),
        first=month(cycle["first"]),
        last=month(cycle["last"]),
        in_force_from=dt.date.fromisoformat(in_force["from"]),
        in_force_until=dt.date.fromisoformat(in_force["until"]) if "until" in in_force else None,
        time_zone=_zone(context, head["time_zone"]),
        calendar=_calendar(context),
        sides=_sides(context, tuple(o.id for o in obligations), tuple(c.id for c in consequences)),
        tables=tuple(tables.values()),
        tags=tags,
        decisions=decisions,
        marks=orders.build_marks(context, plain),
        obligations=obligations,
        indicators=indicators,
        shown=shown,
        bonuses=scoring.build_bonuses(context, tables),
        eligible=scoring.build_eligibility(context, plain),
        rank_rule=scoring.build_rank_rule(
            context, tables, tuple(indicator.id for indicator in indicators), marks, placed["orders"]
        ),
        standings=standings,
        scale=scale,
        vetoes=vetoes,
        bases=orders.build_bases(context, decisions),
        window=scoring.build_window(head.get("month", {})),
        unfinished=Unfinished(**context.part("ranking")["unfinished"]),
        aggregates=scoring.build_aggregates(context),
        gates=gates,
        counted_from=month(counted_from),
        consequences=on_ladders(consequences, ladders),
        ladders=ladders,
        readings=plan.build_readings(context),
        clauses=plan.build_clauses(context),
        duties=duties,
        forms=plan.build_forms(context),
        places=context.ids,
    )
    plan.check_references(context)
    check_consistency(context, tables)
    return policy, context.findings


def _document(data: Mapping[str, Data]) -> Document:
    issued = data.get("issued_on")
    return Document(
        number=data.get("number", ""),
        issuers=tuple(data.get("issuers", ())),
        issued_on=None if issued is None else dt.date.fromisoformat(issued),
        interpreter=data.get("interpreter", ""),
    )


def _zone(context: Context, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        context.findings.add(context.place("policy", ("time_zone",)), "没有这个时区", name, "例如 Asia/Shanghai")
        return ZoneInfo("UTC")


def _sides(context: Context, obligations: tuple[str, ...], consequences: tuple[str, ...]) -> tuple[Side, ...]:
    built: list[Side] = []
    for i, data in enumerate(context.part("policy").get("sides", ())):
        part_in = data.get("takes_part_in", ())
        bears = data.get("bears", ())
        built.append(
            Side(
                id=context.declare(data["id"], "policy", ("sides", i)),
                title=data["title"],
                clause=data["clause"],
                column=data["column"],
                description=data.get("description", ""),
                takes_part_in=context.all_known(
                    part_in, obligations, "办理要求", "policy", ("sides", i, "takes_part_in")
                ),
                bears=context.all_known(bears, consequences, "后果", "policy", ("sides", i, "bears")),
            )
        )
    return tuple(built)


def _calendar(context: Context) -> WorkCalendar:
    data = context.part("calendar")
    off: set[dt.date] = set()
    work: set[dt.date] = set()
    years: set[int] = set()
    for i, year in enumerate(data.get("years", ())):
        years.add(year["year"])
        for j, item in enumerate(year.get("days_off", ())):
            day, last = dt.date.fromisoformat(item["first"]), dt.date.fromisoformat(item["last"])
            if last < day:
                place = context.place("calendar", ("years", i, "days_off", j))
                context.findings.add(place, f"假期的首日晚于末日 {last}", item["first"], "请核对通知里的这两个日期")
            while day <= last:
                off.add(day)
                day += dt.timedelta(days=1)
        for j, text in enumerate(year.get("makeup_workdays", ())):
            day = dt.date.fromisoformat(text)
            if day in off or day.year != year["year"]:
                place = context.place("calendar", ("years", i, "makeup_workdays", j))
                instead = f"请核对通知；这里只写 {year['year']} 年里因调休而上班的休息日"
                context.findings.add(place, "调休上班日落在假期内或不在本年", text, instead)
            work.add(day)
    weekend = frozenset(_WEEKDAYS.index(name) for name in data.get("weekend", ()))
    awaited = frozenset(data.get("awaited", ()))
    return WorkCalendar(frozenset(years), weekend, frozenset(off), frozenset(work), _hours(context), awaited)


def _hours(context: Context) -> tuple[tuple[int, int], ...]:
    hours: list[tuple[int, int]] = []
    for i, item in enumerate(context.part("calendar").get("hours", ())):
        begin, end = seconds_of(item["from"]), seconds_of(item["to"])
        if begin >= end or (hours and begin < hours[-1][1]):
            what = "上班时段须先起后止，各段按先后写，不得重叠"
            context.findings.add(context.place("calendar", ("hours", i)), what, f"{item['from']}—{item['to']}")
        else:
            hours.append((begin, end))
    return tuple(hours)


def _digest(data: Mapping[str, Data]) -> str:
    """SHA-256 of the resolved content: the same for the same meaning, whatever the files' layout or comments."""

    def plain(value: object) -> object:
        if isinstance(value, Decimal):
            return f"decimal:{value.normalize()}"
        if isinstance(value, Mapping):
            return dict(value)
        raise TypeError(f"cannot digest {type(value)}")

    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=plain)
    return hashlib.sha256(text.encode()).hexdigest()
