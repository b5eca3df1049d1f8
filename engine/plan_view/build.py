"""Puts a plan together clause by clause: where each item is shown in full, and which cases are about it.

Knows how clauses are numbered one inside another; must not know what any of them says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.cases.reading import Case, read_cases
from engine.diff.vocabulary import Vocabulary
from engine.plan_view.items import Names, all_items, names_of, option_views
from engine.plan_view.uses import find_uses
from engine.plan_view.view import CaseName, Clause, Head, Item, Plan, ReadingView
from engine.policy.build import build_policy
from engine.policy.parts import Parts, load_parts
from engine.policy.readings import read_readings

UNNAMED = "其他"


def load_plan(folder: Path, schemas: Path, chosen: Mapping[str, str]) -> Plan:
    """The plan in ``folder`` with the options in ``chosen`` in place of those it chooses itself.

    Raises PolicyError with everything that is wrong with the policy or its cases.
    """
    parts = load_parts(folder, schemas, chosen)
    policy = build_policy(parts)
    return _plan(parts, policy.digest, Vocabulary(schemas), read_cases(folder, schemas), chosen)


def _plan(parts: Parts, digest: str, words: Vocabulary, cases: Sequence[Case], chosen: Mapping[str, str]) -> Plan:
    listed: Sequence[Mapping[str, Any]] = parts.data.get("clauses", {}).get("clauses", ())
    names = names_of(parts)
    about = _about(cases)
    items: dict[str, Item | ReadingView] = {}
    for id, kind, title, clause, lines, place in all_items(parts, words, names):
        home = _home(id, clause, listed)
        items[id] = Item(id, kind, title, clause, home, lines, about.get(id, ()), place)
    items |= {reading.id: reading for reading in _readings(parts, words, names, about, chosen, listed)}
    return Plan(_head(parts.data["policy"], digest), tuple(_clauses(listed, items)))


def _head(head: Mapping[str, Any], digest: str) -> Head:
    document = head["document"]
    return Head(
        id=head["id"],
        title=head["title"],
        number=document.get("number", ""),
        issuers=tuple(document.get("issuers", ())),
        issued_on=document.get("issued_on", ""),
        first=head["cycle"]["first"],
        last=head["cycle"]["last"],
        in_force_from=head["in_force"]["from"],
        in_force_until=head["in_force"].get("until", ""),
        supersedes=head.get("supersedes", ""),
        digest=digest,
    )


def _readings(
    parts: Parts,
    words: Vocabulary,
    names: Names,
    about: Mapping[str, tuple[CaseName, ...]],
    chosen: Mapping[str, str],
    listed: Sequence[Mapping[str, Any]],
) -> Iterable[ReadingView]:
    uses = find_uses(parts.written, words)
    readings, _ = read_readings(parts.written.get("readings"), "", chosen)
    for i, data in enumerate(parts.data.get("readings", {}).get("readings", ())):
        used = [use for use in uses if use.reading == data["id"]]
        owners = [names.titles.get(use.owners[-1], use.owners[-1]) if use.owners else use.where for use in used]
        yield ReadingView(
            id=data["id"],
            title=data["title"],
            clause=data["clause"],
            home=_home(data["id"], data["clause"], listed),
            question=data["question"],
            options=option_views(data, parts.chosen[data["id"]], uses, readings, words, names),
            chosen=parts.chosen[data["id"]],
            why=data["why"],
            status=data["status"],
            confirmed_by=data.get("confirmed_by", ""),
            confirmed_on=data.get("confirmed_on", ""),
            note=data.get("note", ""),
            used_by=tuple(dict.fromkeys(owners)),
            cases=about.get(data["id"], ()),
            place=str(parts.place("readings", "readings", i)),
        )


def _about(cases: Iterable[Case]) -> dict[str, tuple[CaseName, ...]]:
    """The cases by what they are about or what they switch."""
    found: dict[str, list[CaseName]] = {}
    for case in cases:
        name = CaseName(case.title, Path(case.place.file).name, case.place.line)
        for id in dict.fromkeys((*(word.text for word in case.about), *case.given.chosen)):
            found.setdefault(id, []).append(name)
    return {id: tuple(named) for id, named in found.items()}


def _clauses(listed: Sequence[Mapping[str, Any]], items: Mapping[str, Item | ReadingView]) -> Iterable[Clause]:
    ids = [str(clause["id"]) for clause in listed]
    for data in listed:
        own = [item for item in items.values() if item.home == data["id"]]
        listed_here = [items[id] for id in data.get("covered_by", ()) if id in items]
        others = [i for i in listed_here if i.home != data["id"] and not encloses(data["id"], i.home)]
        yield Clause(
            id=data["id"],
            title=data["title"],
            summary=data["summary"],
            level=sum(encloses(other, data["id"]) for other in ids),
            items=tuple(item for item in own if isinstance(item, Item)),
            readings=tuple(item for item in own if isinstance(item, ReadingView)),
            elsewhere=tuple(others),
            judgement=data.get("judgement", ""),
            missing_datum=data.get("missing_datum", ""),
        )
    left = [item for item in items.values() if item.home not in ids]
    if left:
        own_items = tuple(item for item in left if isinstance(item, Item))
        yield Clause("", UNNAMED, "", 0, own_items, tuple(r for r in left if isinstance(r, ReadingView)), ())


def _home(id: str, clause: str, listed: Sequence[Mapping[str, Any]]) -> str:
    """Of the clauses that an item covers, the narrowest: one within the clause that the item names, if there is any,
    and that covers the least besides, the innermost of several; the item's own clause where none lists it."""
    covering = [c for c in listed if id in c.get("covered_by", ())]
    within = [c for c in covering if c["id"] == clause or encloses(clause, c["id"])]
    best = min(within or covering, key=lambda c: (len(c["covered_by"]), -len(c["id"])), default=None)
    return clause if best is None else str(best["id"])


def encloses(outer: str, inner: str) -> bool:
    """Whether ``inner`` is a numbered part of ``outer``: 1 encloses 1-2, but not 10."""
    if not outer or outer == inner or not inner.startswith(outer):
        return False
    return not (outer[-1].isdigit() and inner[len(outer)].isdigit())
