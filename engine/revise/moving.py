"""What changes in the files of a version when its cycle moves by whole years, and what a person has to look at then.

Knows which keys of the vocabulary speak of time, names and weights; must not know folders, or what a value is used for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.months import Month
from engine.revise.dates import date_in, moved_dates, moved_years, years_in
from engine.revise.marks import Marks
from engine.revise.text import Edit, Piece, YamlText, scalar_text

_RULING = ("confirmed_by", "confirmed_on", "note")
"""What a reading says of who confirmed it."""

_KEPT = {
    ("indicators", "indicators"): "目标值与分值",
    ("indicators", "bonuses"): "分值与上限",
    ("rules", "decisions"): "条件",
    ("obligations", "obligations"): "条件与时限",
    ("consequences", "consequences"): "次数与期限",
    ("ranking", "gates"): "条件",
    ("ranking", "standings"): "条件",
    ("duties", "duties"): "时间与责任人",
}
"""Lists of a part in which numbers and conditions stand that a new document may change, and what those are."""


@dataclass
class Move:
    """From the version ``old`` (its id and label) to ``new``, ``years`` later; ``first`` and ``last`` bound the old
    cycle, ``in_force`` is the month from which the old version was in force.

    ``renamed`` collects the ids of periods that named their year, old to new.
    """

    old: str
    label: str
    new: str
    years: int
    first: Month
    last: Month
    in_force: Month
    renamed: dict[str, str] = field(default_factory=dict)

    @property
    def old_years(self) -> range:
        return range(self.first.index // 12, self.last.index // 12 + 1)

    def holds(self, text: str) -> bool:
        """Whether ``text`` is a date or a month of the old cycle."""
        month = date_in(text)
        return month is not None and self.first <= Month.parse(month) <= self.last


def moved_part(part: str, file: YamlText, move: Move) -> str:
    """The text of one part for the new version: dates moved, names adjusted, marks put in."""
    marks = Marks(file)
    edits: list[Edit] = []
    if part == "policy":
        edits += _head(file, move, marks)
    elif part == "calendar":
        edits += _calendar(file, move, marks)
    else:
        edits += _dates(file.root, move, marks)
        if part == "clauses":
            edits += renamed_version(file.root, {move.old: move.new, move.label: move.new})
        if part == "readings":
            edits += _unconfirmed(file, move, marks)
        _weights(file.root, move, marks)
        _kept(part, file.root, move, marks)
    return file.edited((*edits, *marks.edits()))


def moved_cases(file: YamlText, move: Move) -> str:
    """The text of a file of cases with every date moved, wherever in a value it stands, and periods renamed.

    It is a draft: what depends on days off may hold no longer, so the file is marked.
    """
    edits: list[Edit] = []
    marks = Marks(file)
    for piece in file.root.walk():
        if piece.value is not None and piece.style not in ("|", ">"):
            names = {**move.renamed, move.old: move.new}
            new = names.get(piece.value) or moved_dates(piece.value, move.years)
            edits += _put(piece, new)
    for key, _ in file.root.entries:
        if key.value == "cases" and edits:
            marks.add(key, f"日期已后移 {move.years} 年，只是草稿；请试跑，改写不成立的，并核对名称里的日期与星期")
    return file.edited((*edits, *marks.edits()))


def renamed_version(root: Piece, names: Mapping[str, str]) -> Iterator[Edit]:
    """Edits that put the new id of the version wherever a list names the old one."""
    for piece in root.walk():
        for item in piece.items:
            if item.value is not None and item.value in names:
                yield from _put(item, names[item.value])


def _put(piece: Piece, new: str) -> Iterator[Edit]:
    if new != piece.value:
        # A date without quotes stays one: it is text for the strict reader, whatever other readers make of it.
        yield Edit(piece.start, piece.end, scalar_text(new, piece.style))


def head_edits(root: Piece, new: str) -> Iterator[Edit]:
    """Edits that give a version's head the id and the label ``new``."""
    for key in ("id", "version"):
        piece = root.get(key)
        if piece is not None:
            yield from _put(piece, new)


def mark_document(root: Piece, label: str, marks: Marks) -> None:
    """Marks at what only the new document can say."""
    document = root.get("document")
    for key, what in (("number", "文号"), ("issued_on", "成文日期")):
        piece = None if document is None else document.get(key)
        if piece is not None:
            marks.add(piece, f"仍是 {label} 版的{what}，请照新文件填写")


def _head(file: YamlText, move: Move, marks: Marks) -> Iterator[Edit]:
    root = file.root
    yield from removed_entry(file, root, "supersedes")
    yield from head_edits(root, move.new)
    title = root.get("title")
    if title is not None and title.value is not None:
        yield from _put(title, moved_years(title.value, move.years, move.old_years))
        marks.add(title, "请核对新文件的全称")
    for name, what in (("cycle", "考核周期"), ("in_force", "施行日期")):
        found = root.get(name)
        for _, piece in () if found is None else found.entries:
            if piece.value is not None:
                yield from _put(piece, moved_dates(piece.value, move.years))
        if found is not None:
            marks.add(found, f"{what}已后移 {move.years} 年，请照新文件核对")
    mark_document(root, move.label, marks)
    done = ("id", "version", "title", "cycle", "in_force", "document", "supersedes")
    for key, piece in root.entries:
        if key.value not in done:
            yield from _dates(piece, move, marks)


def _dates(root: Piece, move: Move, marks: Marks) -> Iterator[Edit]:
    """Dates and months of the old cycle move; a period's id and title go with it; other text that names a year of the
    cycle stays and is marked."""
    first, last = root.text("first"), root.text("last")
    period = first is not None and last is not None and move.holds(first) and move.holds(last)
    for key, piece in root.entries:
        if key.value in _RULING and root.get("chosen") is not None:
            continue  # goes away with the ruling, or is none of the new document's business
        if piece.value is None:
            yield from _dates(piece, move, marks)
        elif period and key.value in ("id", "title"):
            new = moved_years(piece.value, move.years, move.old_years)
            if key.value == "id" and new != piece.value:
                move.renamed[piece.value] = new
            yield from _put(piece, new)
        else:
            if not period and date_in(piece.value) == str(move.in_force):
                marks.add(piece, "原与施行之月相同，须随施行日期")
            yield from _scalar(piece, move, marks)
    for item in root.items:
        if item.value is None:
            yield from _dates(item, move, marks)
        elif item.value not in (move.old, move.label):
            yield from _scalar(item, move, marks)


def _scalar(piece: Piece, move: Move, marks: Marks) -> Iterator[Edit]:
    assert piece.value is not None
    if move.holds(piece.value):
        yield from _put(piece, moved_dates(piece.value, move.years))
    elif named := years_in(piece.value, move.old_years):
        marks.add(piece, f"文中写有 {'、'.join(map(str, named))}，请按新文件改写")


def _weights(root: Piece, move: Move, marks: Marks) -> None:
    for piece in root.walk():
        weight = piece.get("weight")
        if weight is not None:
            marks.add(weight, f"权重沿用 {move.label} 版")


def _kept(part: str, root: Piece, move: Move, marks: Marks) -> None:
    """One mark for each list whose numbers and conditions stay as they are."""
    for key, _ in root.entries:
        what = _KEPT.get((part, str(key.value)))
        if what is not None:
            marks.add(key, f"各项的{what}沿用 {move.label} 版，请照新文件逐项核对")


def _unconfirmed(file: YamlText, move: Move, marks: Marks) -> Iterator[Edit]:
    """A reading that was confirmed is provisional again; who confirmed it goes into the mark."""
    readings = file.root.get("readings")
    for item in () if readings is None else readings.items:
        status = item.get("status")
        if status is None or status.value != "confirmed":
            continue
        yield from _put(status, "provisional")
        by, on = item.text("confirmed_by") or "？", item.text("confirmed_on") or "？"
        marks.add(status, f"{move.label} 版由 {by} 于 {on} 确认，新文件须重新确认")
        for name in _RULING:
            yield from removed_entry(file, item, name)


def removed_entry(file: YamlText, owner: Piece, name: str) -> Iterator[Edit]:
    """The edit that takes a key and its value out: its lines, or between brackets its text and a comma."""
    for number, (key, piece) in enumerate(owner.entries):
        if key.value != name:
            continue
        if not owner.flow:
            yield Edit(file.line_start(key.start), file.next_line(max(key.start, piece.end - 1)), "")
        elif number:
            yield Edit(owner.entries[number - 1][1].end, piece.end, "")
        else:
            yield Edit(key.start, owner.entries[1][0].start if len(owner.entries) > 1 else piece.end, "")


def _calendar(file: YamlText, move: Move, marks: Marks) -> Iterator[Edit]:
    """Years of the new cycle that the old calendar declares stay, other years go, and missing ones are asked for."""
    years = file.root.get("years")
    key = next((key for key, _ in file.root.entries if key.value == "years"), None)
    if years is None or key is None:
        return
    wanted = range(move.old_years.start + move.years, move.old_years.stop + move.years)
    declared = {int(item.text("year") or 0) for item in years.items}
    kept = [item for item in years.items if int(item.text("year") or 0) in wanted]
    missing = [str(year) for year in wanted if year not in declared]
    if missing:
        marks.add(key, f"缺 {'、'.join(missing)} 年的放假与调休，请照正式通知补写；补写之前用到即报错")
    if not kept and years.items:
        yield from (Edit(years.start, years.end, "[]"),) if years.flow else _emptied(file, key, years)
        return
    for number, item in enumerate(years.items):
        if item in kept:
            continue
        if not years.flow:
            begin = file.line_start(item.start)
            following = years.items[number + 1].start if number + 1 < len(years.items) else None
            yield Edit(begin, file.line_start(following) if following else _block_end(file, item), "")
        else:
            following = years.items[number + 1].start if number + 1 < len(years.items) else None
            before = years.items[number - 1].end if number else item.start
            yield Edit(item.start, following, "") if following else Edit(before, item.end, "")


def _emptied(file: YamlText, key: Piece, years: Piece) -> Iterator[Edit]:
    colon = file.text.index(":", key.end) + 1
    yield Edit(key.end, colon, ": []")
    yield Edit(file.next_line(colon), _block_end(file, years), "")


def _block_end(file: YamlText, piece: Piece) -> int:
    """The start of the line after the last scalar or bracket in the block; comments that follow it stay."""
    end = max((inner.end for inner in piece.walk() if inner.value is not None or inner.flow), default=piece.end)
    return file.next_line(end - 1)
