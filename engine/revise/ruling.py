"""Records in ``readings.yaml`` how an unclear clause was ruled on: by whom, when, in what words; nothing else changes.

Knows the form of a reading; must not know what any of its options means.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.policy.parts import check_parts, read_sources
from engine.policy.schema import Schemas
from engine.policy.source import read_bytes
from engine.problems import InputError, Place, Problem, nearest
from engine.revise.edit import refuse_released
from engine.revise.marks import unmarked
from engine.revise.text import Edit, Piece, YamlText, read_text, scalar_text, write_bytes

FILE = "readings.yaml"
PART = "readings"


@dataclass(frozen=True)
class Ruling:
    """``option`` None confirms the one that is chosen."""

    reading: str
    by: str
    on: str
    note: str
    option: str | None = None


@dataclass(frozen=True)
class Ruled:
    """Where the ruling was written, and the option that held before and after. ``former``: by whom, when and with what
    note it was confirmed before, if it was."""

    file: str
    line: int
    was: str
    option: str
    former: tuple[str, str, str] | None


def record(folder: Path, schemas: Path, ruling: Ruling) -> Ruled:
    """Write the ruling into the version in ``folder``; a ruling that is there already is replaced.

    Raises InputError (released, no such reading or option, no such date, nothing said) and PolicyError (the version
    cannot be read, or would not be valid); the file is then as it was.
    """
    refuse_released(folder)
    path = folder / FILE
    if not path.is_file():
        raise InputError([Problem(Place(str(path)), "这个版本没有未写明之处的文件", "", "没有可以确认的")])
    file = read_text(path)
    listed = file.root.get(PART)
    readings = {str(item.text("id")): item for item in (listed.items if listed else ())}
    reading = readings.get(ruling.reading)
    if reading is None:
        what = "没有这一处未写明的条文"
        raise InputError([Problem(Place(str(path)), what, ruling.reading, nearest(ruling.reading, readings))])
    was = str(reading.text("chosen"))
    _refuse(ruling, reading, file)
    raw = file.encoded(file.edited(_edits(file, reading, ruling)))
    problems: list[Problem] = []
    sources = read_sources(folder, problems)
    check_parts(folder, {**sources, PART: read_bytes(raw, str(path))}, Schemas(schemas), {}, problems)
    write_bytes(path, raw)
    return Ruled(str(path), file.place(reading).line, was, ruling.option or was, _former(reading))


def _former(reading: Piece) -> tuple[str, str, str] | None:
    if reading.text("status") != "confirmed":
        return None
    by, on, note = (str(reading.text(key) or "？") for key in ("confirmed_by", "confirmed_on", "note"))
    return by, on, note


def _refuse(ruling: Ruling, reading: Piece, file: YamlText) -> None:
    problems: list[Problem] = []
    options = reading.get("options")
    known = [str(item.text("id")) for item in (options.items if options else ())]
    if ruling.option is not None and ruling.option not in known:
        what = f"“{ruling.reading}”没有这种理解"
        problems.append(Problem(file.place(reading), what, ruling.option, nearest(ruling.option, known)))
    try:
        if dt.date.fromisoformat(ruling.on).isoformat() != ruling.on:
            raise ValueError
    except ValueError:
        problems.append(Problem(Place("--on"), "不是真实的日期", ruling.on, "写成 YYYY-MM-DD"))
    for name, text in (("--by", ruling.by), ("--note", ruling.note)):
        if not text.strip() or not text.isprintable():
            problems.append(Problem(Place(name), "须是一行文字", text, "写明由谁确认、怎么答复"))
    if problems:
        raise InputError(problems)


def _edits(file: YamlText, reading: Piece, ruling: Ruling) -> Iterator[Edit]:
    """Values that are there are replaced where they stand; those that are not follow the status."""
    wanted = {"confirmed_by": ruling.by.strip(), "confirmed_on": ruling.on, "note": ruling.note.strip()}
    status = reading.get("status")
    assert status is not None, "the schema requires it"
    yield Edit(status.start, status.end, "confirmed")
    yield from unmarked(file, status)
    if ruling.option is not None and (chosen := reading.get("chosen")) is not None:
        yield Edit(chosen.start, chosen.end, scalar_text(ruling.option, chosen.style))
    missing = []
    for key, text in wanted.items():
        there = reading.get(key)
        if there is None:
            missing.append(f"{key}: {scalar_text(text, '')}")
        else:
            yield Edit(there.start, there.end, scalar_text(text, there.style))
    if not missing:
        return
    if reading.flow:
        yield Edit(reading.end - 1, reading.end - 1, "".join(f", {text}" for text in missing))
        return
    begin = next(name.start for name, piece in reading.entries if piece is status)
    indent = " " * (begin - file.line_start(begin))
    there_already = [piece.end for name, piece in reading.entries if name.value in wanted]
    end = file.line_end(max(status.end, *there_already, 0) - 1)
    yield Edit(end, end, "".join(f"{file.newline}{indent}{text}" for text in missing))
