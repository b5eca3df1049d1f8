"""Sets one value of a version that is not released, in place: nothing else in its file changes.

The new value is checked against the schema before it is written. Knows how values are typed; must not know what any
means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.policy.manifest import is_released
from engine.policy.parts import PARTS, check_parts, read_sources
from engine.policy.schema import Schemas
from engine.policy.source import ListNode, MapNode, Node, ScalarNode, Source, read_bytes
from engine.problems import InputError, Place, PolicyError, Problem
from engine.revise.marks import unmarked
from engine.revise.paths import ARGUMENT, Found, find, names_below
from engine.revise.text import Edit, YamlText, parse_text, scalar_text, write_bytes

VALUE = "新值"


@dataclass(frozen=True)
class Done:
    """What was set: ``path`` in full, the old and the new text, whether a mark went and whether the file changed."""

    path: str
    place: Place
    old: str
    new: str
    reviewed: bool
    written: bool


def refuse_released(folder: Path) -> None:
    """Raises InputError when the version in ``folder`` is released."""
    if is_released(folder):
        amend = f"hotline policy new 修订版名称 --amends {folder.name} --from-date 施行日期"
        what = "这个版本已经发布，不能再改"
        raise InputError([Problem(Place(str(folder)), what, folder.name, f"要改，请另立一个修订版本：{amend}")])


def set_value(folder: Path, schemas: Schemas, path: str, value: str) -> Done:
    """Set the value that ``path`` names in the version in ``folder`` to ``value`` as typed, and write the file.

    A mark at that line goes away, since the value has been looked at; setting the same value again says no more
    than that. Raises InputError (released, no such path, supplied by a reading, does not fit) and PolicyError (the
    files cannot be read).
    """
    refuse_released(folder)
    found = find(path, texts_of(folder))
    problems: list[Problem] = []
    sources = read_sources(folder, problems)
    before = _wrong(folder, sources, schemas)
    refusals: list[Problem] = []
    for written in _ways(found, value):
        edits = (Edit(found.piece.start, found.piece.end, written), *unmarked(found.file, found.piece))
        raw = found.file.encoded(found.file.edited(edits))
        source = read_bytes(raw, str(found.file.path))
        new = _wrong(folder, {**sources, found.file.path.stem: source}, schemas)
        worse = _added(before, new)
        if not worse:
            changed = raw != found.file.path.read_bytes()
            if changed:
                write_bytes(found.file.path, raw)
            old = found.file.text[found.piece.start : found.piece.end]
            place = found.file.place(found.piece)
            return Done(found.path, place, old, written, len(edits) > 1, changed)
        refusals = refusals or worse
    raise InputError(refusals)


def texts_of(folder: Path) -> dict[str, YamlText]:
    """The version's files as text, by part. Raises PolicyError with what is wrong with any of them."""
    problems: list[Problem] = []
    texts: dict[str, YamlText] = {}
    for part in PARTS:
        file = folder / f"{part}.yaml"
        if file.is_file():
            try:
                texts[part] = parse_text(file.read_bytes(), file)
            except PolicyError as error:
                problems += error.problems
    if problems:
        raise PolicyError(problems)
    return texts


def _ways(found: Found, value: str) -> tuple[str, ...]:
    """How ``value`` may be written there: as it was typed, then as text in quotes. Raises InputError."""
    old = found.piece
    where = Place(f"{ARGUMENT} {found.path}")
    if old.value is None and not old.flow:
        below = "、".join(names_below(old)[:12])
        raise InputError([Problem(where, "这里不是一个值，而是一组值", "", f"请往下写到其中一个：{below}")])
    if old.style in ("|", ">"):
        raise InputError([Problem(found.file.place(old), "多行文字请在文件里改", "", "不能用 set")])
    raw, typed = value.strip(), _typed(value)
    if typed is None:
        raise InputError([Problem(where, "括号没有配齐，或列表写法不对", value, "例如 [甲, 乙] 或 {键: 值}")])
    if not isinstance(typed, ScalarNode):
        return (raw,)
    if isinstance(typed.value, str):
        return (scalar_text(typed.value, old.style),)
    quoted = scalar_text(raw, old.style or '"')
    return (quoted, raw) if old.style else (raw, quoted)


def _typed(value: str) -> Node | None:
    """``value`` as the strict reader understands it in a list's place; None when its brackets do not fit."""
    as_text = ScalarNode(Place(VALUE), value)
    bracketed = value.lstrip().startswith(("[", "{"))
    if "#" in value or "\n" in value or "\r" in value:
        return None if bracketed else as_text
    source = read_bytes(f"- {value}\n".encode(), VALUE)
    root = source.root
    if not isinstance(root, ListNode) or len(root.items) != 1 or source.problems:
        return None if bracketed else as_text
    node = root.items[0]
    empty = isinstance(node, ScalarNode) and node.value is None and value.strip() not in ("null", "~")
    if empty or (isinstance(node, ListNode | MapNode) and not bracketed):
        return as_text  # nothing at all, or text such as “a: b” and “- a”
    return node


def _wrong(folder: Path, sources: Mapping[str, Source], schemas: Schemas) -> tuple[Problem, ...]:
    """What is wrong with the files' form, references to readings included."""
    try:
        check_parts(folder, sources, schemas, {}, [])
    except PolicyError as error:
        return error.problems
    return ()


def _added(before: Iterable[Problem], after: Iterable[Problem]) -> list[Problem]:
    """Problems that were not there before; places do not count, since an edit moves them."""
    old = Counter((problem.place.file, problem.what, problem.value) for problem in before)
    added = []
    for problem in after:
        key = (problem.place.file, problem.what, problem.value)
        if old[key]:
            old[key] -= 1
        else:
            added.append(problem)
    return added
