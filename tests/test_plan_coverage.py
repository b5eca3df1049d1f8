"""The 2026 policy says the whole plan: every clause is covered or its missing datum named, every item has a case.

Reads the files as plain YAML, so that it holds whatever the engine's own loader does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

POLICY = Path(__file__).resolve().parent.parent / "policies" / "2026"

CONTRACT_IDS = {
    "rules": {f"a3-{row:02}" for row in range(1, 23)}
    | {
        "a4-consult-no-policy",
        "a4-consult-not-accepted",
        "a4-complaint-untrue",
        "a4-suggestion-reference",
        "a4-suggestion-rejected",
        "risk-group",
        "risk-intense",
        "risk-repeat",
        "risk-policy",
        "risk-legacy",
    },
    "obligations": {
        "contact-same-day",
        "risk-study-24h",
        "risk-two-talks",
        "dispute-2wd",
        "immediate-3wd",
        "filing-unsolvable",
        "recording-kept",
    },
    "indicators": {"volume", "first_contact", "on_time", "resolution", "satisfaction"},
    "consequences": {
        "bulletin",
        "last-month",
        "last-2-running",
        "last-3-cumulative",
        "last-5-cumulative",
        "last-quarter",
        "last-year-deputy",
        "last-year-unit",
    },
    "readings": {
        "event-month",
        "contact-denominator",
        "on-time-basis",
        "table3-scope",
        "table4-scope",
        "empty-indicator",
        "ranked-units",
        "bonus-cap",
        "tie-for-last",
        "three-rates-missed",
        "gate-scope",
        "first-counted-month",
        "quarters",
        "period-total",
        "running-repeat",
        "cumulative-repeat",
        "same-day-contact",
        "risk-clock",
        "workday-clock",
        "closing-duties",
        "missing-event",
        "bulletin-due",
        "unfinished-period",
    },
}
OTHER_KINDS = {"sides", "uses_of_result", "decisions", "marks", "shown", "bonuses", "aggregates", "gates"}
ITEM_KINDS = (*CONTRACT_IDS, *sorted(OTHER_KINDS), "duties", "forms")


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def parts() -> dict[str, Any]:
    return {path.stem: read(path) for path in sorted(POLICY.glob("*.yaml"))}


def cases() -> list[dict[str, Any]]:
    return [case for path in sorted((POLICY / "cases").glob("*.yaml")) for case in read(path)["cases"]]


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping inside ``value``, at any depth."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from mappings(inner)


def items() -> dict[str, set[str]]:
    """Ids of the policy's items by kind: the key of the list they stand in."""
    found: dict[str, set[str]] = {kind: set() for kind in ITEM_KINDS}
    for name, part in parts().items():
        for kind in ITEM_KINDS:
            found[kind] |= {item["id"] for item in part.get(kind, ()) if name != "clauses"}
    for decision in parts()["rules"]["decisions"]:
        found["rules"] |= {rule["id"] for rule in decision["rules"]}
    return found


def clauses() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read(POLICY / "clauses.yaml")["clauses"]
    return rows


def test_every_cited_clause_is_listed() -> None:
    """An item's clause can be looked up: nothing rests on a clause that the plan's own list does not have."""
    listed = {clause["id"] for clause in clauses()}
    cited = {
        str(mapping["clause"])
        for name, part in parts().items()
        if name != "clauses"
        for mapping in mappings(part)
        if "clause" in mapping
    }
    assert len(cited) > 40
    assert cited <= listed, sorted(cited - listed)


def test_clauses_are_listed_once() -> None:
    """A clause has one entry, so that its coverage is read in one place."""
    ids = [clause["id"] for clause in clauses()]
    assert sorted(ids) == sorted(set(ids))


def test_every_section_of_the_plan_is_listed() -> None:
    """No numbered section, paragraph or table row of the document is left out."""
    expected = {"文件", "引言", "一", "二", "三", "四", "五", "六", "附件1", "附件2", "附件3", "附件4"}
    expected |= {f"一({n})" for n in "一二三"} | {"二1", "二2"} | {f"三({n})" for n in "一二三"}
    expected |= {f"三({n}){row}" for n in "一二三" for row in (1, 2, 3)} | {f"四{row}" for row in (1, 2, 3)}
    expected |= {f"附件1-{row}" for row in range(1, 6)} | {f"附件3-{row}" for row in range(1, 23)}
    expected |= {f"附件4-{row}" for row in range(1, 12)}
    assert expected <= {clause["id"] for clause in clauses()}


@pytest.mark.parametrize("clause", clauses(), ids=lambda clause: clause["id"])
def test_a_clause_is_covered_or_names_the_missing_datum(clause: dict[str, Any]) -> None:
    """Either policy items carry the clause out, or it says why a machine cannot and which datum would let it."""
    if clause.get("covered_by"):
        assert "judgement" not in clause and "missing_datum" not in clause
    else:
        assert clause.get("judgement") and clause.get("missing_datum")


def test_what_covers_a_clause_exists() -> None:
    """Coverage points at items that are in the policy, or at the policy itself."""
    known = set().union(*items().values()) | {read(POLICY / "policy.yaml")["id"]}
    cited = {(clause["id"], id) for clause in clauses() for id in clause.get("covered_by", ())}
    assert [pair for pair in sorted(cited) if pair[1] not in known] == []


def test_every_item_covers_its_own_clause() -> None:
    """A rule, reading, duty or other item that cites a clause is among those that the clause says cover it."""
    covered = {clause["id"]: set(clause.get("covered_by", ())) for clause in clauses()}
    silent = []
    for name, part in parts().items():
        for kind in ITEM_KINDS if name != "clauses" else ():
            for item in part.get(kind, ()):
                if "clause" in item and item["id"] not in covered[item["clause"]]:
                    silent.append((item["clause"], item["id"]))
    for decision in parts()["rules"]["decisions"]:
        silent += [(r["clause"], r["id"]) for r in decision["rules"] if r["id"] not in covered[r["clause"]]]
    assert silent == []


@pytest.mark.parametrize("kind", sorted(CONTRACT_IDS))
def test_ids_of_the_contract_exist(kind: str) -> None:
    """Other systems read these ids in results and audit records; none may be renamed or dropped."""
    assert CONTRACT_IDS[kind] <= items()[kind]


def test_case_titles_are_unique() -> None:
    """A failing case can be found by its title."""
    titles = [case["title"] for case in cases()]
    assert sorted(titles) == sorted(set(titles))


@pytest.mark.parametrize("kind", ["rules", "indicators", "obligations", "consequences", "readings", "bonuses", "gates"])
def test_every_item_has_a_case(kind: str) -> None:
    """Each item is shown by at least one worked example."""
    shown = {id for case in cases() for id in case["about"]}
    assert items()[kind] - shown == set()


def test_cases_are_about_known_items() -> None:
    """A case that names an item which no longer exists proves nothing about the policy."""
    known = set().union(*items().values())
    assert {id for case in cases() for id in case["about"]} - known == set()


def test_every_option_of_every_reading_has_a_case() -> None:
    """Each way of reading an unclear clause is worked out: the alternatives by being set, the chosen one by default."""
    used = {(reading, option) for case in cases() for reading, option in case["given"].get("set", {}).items()}
    options = {
        (reading["id"], option["id"])
        for reading in read(POLICY / "readings.yaml")["readings"]
        for option in reading["options"]
        if option["id"] != reading["chosen"]
    }
    assert len(options) > 20
    assert options - used == set()


def test_a_form_names_everyone_who_uses_it() -> None:
    """Who changes a form sees from the form itself which obligations and duties lean on it."""
    used_by = {form["id"]: set(form["used_by"]) for form in read(POLICY / "forms.yaml")["forms"]}
    assert set().union(*used_by.values()) <= items()["obligations"] | items()["duties"]
    for kind in ("obligations", "duties"):
        for user in read(POLICY / f"{kind}.yaml")[kind]:
            for form in user.get("forms", ()):
                assert user["id"] in used_by[form]


def test_forms_are_filled_from_columns_that_exist() -> None:
    """A form's cell names an order column, a mark, a side or a decision of this policy."""
    part = parts()
    orders = next(table for table in part["fields"]["tables"] if table["id"] == "orders")
    known = {
        "from": {column["id"] for column in orders["columns"]},
        "mark": items()["marks"],
        "side": items()["sides"],
        "decision": items()["decisions"],
    }
    for form in part["forms"]["forms"]:
        for field in form["fields"]:
            for source, names in known.items():
                assert source not in field or field[source] in names, (form["id"], field)
        submitted = form.get("submitted_to", {})
        assert submitted.get("time") in {None} | known["from"]
        assert submitted.get("after") in {None} | {signature["id"] for signature in form.get("signatures", ())}
