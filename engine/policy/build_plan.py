"""Builds what people read in a policy: clauses, duties, forms and readings; and checks what refers to what.

Knows which parts hold items with an id and a clause; must not know what an item does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any as Data

from engine.policy.condition import Path
from engine.policy.context import Context
from engine.policy.model_plan import Coverage, Duty, Option, Reading

ITEMS: tuple[tuple[str, str], ...] = (
    ("policy", "sides"),
    ("policy", "uses_of_result"),
    ("rules", "tags"),
    ("rules", "decisions"),
    ("rules", "marks"),
    ("obligations", "obligations"),
    ("indicators", "indicators"),
    ("indicators", "shown"),
    ("indicators", "bonuses"),
    ("indicators", "vetoes"),
    ("indicators", "bases"),
    ("ranking", "standings"),
    ("ranking", "aggregates"),
    ("ranking", "gates"),
    ("consequences", "consequences"),
    ("consequences", "ladders"),
    ("readings", "readings"),
    ("duties", "duties"),
    ("forms", "forms"),
)
"""Part and list of every kind of item that has an id and a clause; the rules of a decision come on top."""


def items(context: Context) -> Iterator[tuple[str, Path, Mapping[str, Data]]]:
    """Every item as (part, path, data)."""
    for part, kind in ITEMS:
        for i, item in enumerate(context.part(part).get(kind, ())):
            yield part, (kind, i), item
            for j, rule in enumerate(item.get("rules", ()) if kind == "decisions" else ()):
                yield part, (kind, i, "rules", j), rule


def build_clauses(context: Context) -> tuple[Coverage, ...]:
    return tuple(
        Coverage(
            id=data["id"],
            title=data["title"],
            summary=data["summary"],
            covered_by=tuple(data.get("covered_by", ())),
            judgement=data.get("judgement", ""),
            missing_datum=data.get("missing_datum", ""),
        )
        for data in context.part("clauses").get("clauses", ())
    )


def build_duties(context: Context, forms: tuple[str, ...]) -> tuple[Duty, ...]:
    built: list[Duty] = []
    for i, data in enumerate(context.part("duties").get("duties", ())):
        path: Path = ("duties", i)
        built.append(
            Duty(
                id=context.declare(data["id"], "duties", path),
                title=data["title"],
                clause=data["clause"],
                owner=data["owner"],
                rhythm=data["rhythm"],
                description=data.get("description", ""),
                evidence=data.get("evidence", ""),
                subjects=tuple(data.get("subjects", ())),
                contents=tuple(data.get("contents", ())),
                forms=context.all_known(data.get("forms", ()), forms, "表单", "duties", (*path, "forms")),
                supports=tuple(data.get("supports", ())),
            )
        )
    return tuple(built)


def build_forms(context: Context) -> tuple[Mapping[str, object], ...]:
    forms = tuple(context.part("forms").get("forms", ()))
    for i, data in enumerate(forms):
        context.declare(data["id"], "forms", ("forms", i))
    return forms


def build_readings(context: Context) -> tuple[Reading, ...]:
    return tuple(
        Reading(
            id=data["id"],
            title=data["title"],
            clause=data["clause"],
            question=data["question"],
            options=tuple(Option(option["id"], option["title"]) for option in data["options"]),
            chosen=context.parts.chosen[data["id"]],
            why=data["why"],
            status=data["status"],
        )
        for data in context.part("readings").get("readings", ())
    )


def check_references(context: Context) -> None:
    """Clauses that items name exist (where the policy lists clauses at all), and so does what covers a clause."""
    every = {str(item["id"]) for _, _, item in items(context)} | {str(context.part("policy")["id"])}
    ids = dict.fromkeys(sorted(every))
    clauses = context.part("clauses").get("clauses", ())
    known: dict[str, int] = {}
    for i, clause in enumerate(clauses):
        if known.setdefault(clause["id"], i) != i:
            place, instead = context.place("clauses", ("clauses", i, "id")), "请改成本来的编号，或删去其中一条"
            context.findings.add(place, "同一条文列了两次", clause["id"], instead)
        context.all_known(clause.get("covered_by", ()), ids, "编号", "clauses", ("clauses", i, "covered_by"))
    for part, path, item in items(context):
        if known and "clause" in item:
            context.known(item["clause"], known, "条文", part, (*path, "clause"))
        for key in ("supports", "used_by"):
            context.all_known(item.get(key, ()), ids, "编号", part, (*path, key))
