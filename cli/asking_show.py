"""What ``show``, ``readings`` and ``confirm`` ask, and where their answers go.

Knows the layout of a policies folder; knows nothing of how a plan is drawn.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.asking_policy import one_folder, writable
from cli.locations import versions_in
from cli.options import CommandError
from engine.problems import nearest

if TYPE_CHECKING:
    from rich.console import Console

    from engine.plan_view.view import Plan

WIDTH = 100
"""How wide a text file is written."""


def one_plan(version: str | None, folder: Path | None, chosen: Mapping[str, str]) -> Plan:
    """Raises PolicyError, InputError and CommandError."""
    from engine.plan_view.build import load_plan

    places = versions_in(folder)
    return load_plan(one_folder(version, places), places.schemas, chosen)


def within(plan: Plan, clause: str | None) -> Plan:
    """The plan with this clause and those inside it only. Raises CommandError where there is none."""
    from engine.plan_view.build import encloses

    if clause is None:
        return plan
    kept = tuple(item for item in plan.clauses if item.id == clause or encloses(clause, item.id))
    if not kept:
        raise CommandError(f"没有条款 {clause}。{nearest(clause, [item.id for item in plan.clauses])}")
    top = min(item.level for item in kept)
    return replace(plan, clauses=tuple(replace(item, level=item.level - top) for item in kept))


def readings_document(plan: Plan) -> dict[str, Any]:
    """The readings for a program: as the page has them, options with their values in words."""
    return {
        "policy": {"id": plan.head.id, "title": plan.head.title, "digest": plan.head.digest},
        "readings": [asdict(reading) for reading in plan.readings],
    }


def record_ruling(
    version: str | None,
    folder: Path | None,
    reading: str,
    by: str,
    on: str,
    note: str,
    option: str | None,
) -> str:
    """Writes the ruling and says what was written. Raises PolicyError, InputError and CommandError."""
    from engine.revise.ruling import Ruling, record

    places = versions_in(folder)
    path = writable(one_folder(version, places))
    ruled = record(path, places.schemas, Ruling(reading, by, on, note, option))
    lines = [f"已记入 {ruled.file}（第 {ruled.line} 行起）：{reading} 由 {by} 于 {on} 确认，采用 {ruled.option}"]
    if ruled.former is not None:
        was_by, was_on, said = ruled.former
        lines.append(f"取代了此前的确认：{was_by} 于 {was_on}，采用 {ruled.was}，说明“{said}”")
    if ruled.was != ruled.option:
        lines.append(
            f"采用的理解由 {ruled.was} 改为 {ruled.option}；请把 why 一行改成新的理由，再运行 hotline policy test"
        )
    return "\n".join(lines) + "\n"


def printed(draw: Callable[[Console], None], target: Path | None) -> None:
    """Draws on the screen, or as plain text into a file."""
    from rich.console import Console

    from cli.output import result_console

    if target is None:
        draw(result_console())
        return
    text = io.StringIO()
    draw(Console(file=text, width=WIDTH, highlight=False, markup=False, emoji=False, color_system=None))
    written("\n".join(line.rstrip() for line in text.getvalue().split("\n")), target)


def written(text: str, target: Path | None) -> None:
    """To the file, or to stdout."""
    from cli.output import complain, write

    if target is None:
        write(text)
        return
    target.write_text(text, "utf-8")
    complain(f"已写入 {target}")
