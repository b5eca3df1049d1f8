"""What audits found as JSON for programs.

Knows the values of audits and the keys of the output; computes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cli.render_json import render_json

if TYPE_CHECKING:
    from workspace.audit import order, unit
    from workspace.audit.callers import Caller
    from workspace.audit.rule import RuleAudit, Ruled
    from workspace.firings import Seen
    from workspace.replay import Replay
    from workspace.runs import Run
    from workspace.state import Past

Json = dict[str, Any]


def rule_json(found: RuleAudit) -> str:
    """Every order that the rule decided."""
    return render_json(
        {
            "run": _run(found.run),
            "rule": found.rule,
            "title": found.title,
            "clause": found.clause,
            "period": found.period,
            "orders": [_ruled(one) for one in found.orders],
        }
    )


def _ruled(one: Ruled) -> Json:
    decided, stood = one.decided, one.stood
    return {
        "order": decided.order,
        "unit": None if stood is None else stood.unit,
        "months": list(decided.months),
        "state": decided.state,
        "policy": decided.policy,
        "facts": _facts(decided.facts),
        "file": None if stood is None else stood.file,
        "sheet": None if stood is None else stood.sheet,
        "record": None if stood is None else stood.record,
    }


def order_json(found: order.OrderAudit, masked: Mapping[str, str] | None, *, personal: bool) -> str:
    """All runs of an order, its records and what other tables say of it; with ``personal``, what is ``masked``, too."""
    return render_json(
        {
            "order": found.order,
            "current": _past(found.records[-1]) if found.records else None,
            "runs": [_order_in_run(one) for one in found.runs],
            "records": [_past(one) for one in found.records],
            "others": [
                {"table": table, "title": found.titles.get(table, table), "rows": [_past(row) for row in rows]}
                for table, rows in found.others.items()
            ],
            **({"personal": None if masked is None else dict(masked)} if personal else {}),
        }
    )


def _order_in_run(one: order.InRun) -> Json:
    decided = one.decided
    told: Json = {"policy": None, "version": None, "months": {}, "rules": [], "duties": [], "marks": []}
    if decided is not None:
        told = {
            "policy": decided.policy,
            "version": decided.version,
            "months": dict(decided.months),
            "rules": [{**_without_facts(rule), "facts": _facts(rule.facts)} for rule in decided.rules],
            "duties": [{**_without_facts(duty), "facts": _facts(duty.facts)} for duty in decided.duties],
            "marks": list(decided.marks),
        }
    return {
        **_run(one.run),
        "before": one.before,
        "evaluated": decided is not None,
        **told,
        "record": None if one.record is None else _place(one.record),
        "changes": [asdict(change) for change in one.changes],
        "causes": [asdict(cause) for cause in one.causes],
    }


def unit_json(found: unit.UnitAudit) -> str:
    """All runs of a unit, and what was made known of it."""
    return render_json(
        {
            "unit": found.unit,
            "period": found.period,
            "runs": [_unit_in_run(found.unit, one) for one in found.runs],
            "announced": [{**vars(one), "run": f"R{one.run}", "place": vars(one.place)} for one in found.announced],
        }
    )


def _unit_in_run(name: str, one: unit.InRun) -> Json:
    return {
        **_run(one.run),
        "before": one.before,
        "places": [vars(place) for place in one.places],
        "consequences": [vars(item) for item in one.consequences],
        "due": {period: dict(pairs) for period, pairs in one.due.items()},
        "shifts": [
            {
                "period": shift.period.period,
                "old": None if shift.old is None else vars(shift.old),
                "new": None if shift.new is None else vars(shift.new),
            }
            for shift in one.shifts
        ],
        "causes": [asdict(cause) for cause in one.causes],
        "orders": [{**vars(order), "kind": order.kind(name)} for order in one.orders],
        "other_orders": one.others,
    }


def callers_json(found: Sequence[Caller] | None) -> str:
    """Null where callers cannot be told from each other."""
    told = None if found is None else [{"caller": one.hash, "orders": list(one.orders)} for one in found]
    return render_json({"callers": told})


def replay_json(found: Replay) -> str:
    """Whether a run could be made again."""
    return render_json(
        {
            "run": found.run.name,
            "same": found.same,
            "exact": found.exact,
            "difference": None if found.difference is None else vars(found.difference),
            "causes": [vars(cause) for cause in found.causes],
            "refused": [str(problem) for problem in found.refused],
        }
    )


def _run(run: Run) -> Json:
    return {"run": run.name, "at": run.at, "by": run.by, "as_of": run.as_of, "state": run.state}


def _past(one: Past) -> Json:
    return {**_place(one), "row": dict(one.row)}


def _place(one: Past) -> Json:
    return {"entry": one.seq, "file": one.file, "sheet": one.sheet, "record": one.record, "exported": one.exported}


def _facts(facts: Sequence[Seen]) -> list[Json]:
    return [vars(fact) for fact in facts]


def _without_facts(value: Any) -> Mapping[str, Any]:
    return {name: one for name, one in vars(value).items() if name != "facts"}
