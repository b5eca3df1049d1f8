"""Paths that a person types: ``indicators.satisfaction.weight`` to the value it names, or what could be named instead.

A step is a key, the id of a list's member, or its number from 1; what lies between may be left out where an id says
enough. Knows the form of references to readings, since what they stand for is written elsewhere; must not know what a
value means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.policy.parts import PARTS
from engine.problems import InputError, Place, Problem, nearest
from engine.revise.text import Piece, YamlText

_IDENTITIES = ("id", "year", "title", "rate", "reading")
"""Keys by which a member of a list is known; the first that it has counts."""

ARGUMENT = "路径"


@dataclass(frozen=True)
class Found:
    """The value at a path, the file it is in, and the path as typed."""

    file: YamlText
    piece: Piece
    path: str


def find(path: str, files: Mapping[str, YamlText]) -> Found:
    """The value that ``path`` names in ``files`` (part name to text).

    Raises InputError: no such value (naming what exists there), or a value that a reading supplies (naming its path).
    """
    part, _, rest = path.partition(".")
    if part not in files:
        known = [name for name in PARTS if name in files]
        raise _refused(path, f"没有“{part}”这一部分", part, nearest(part, known))
    file = files[part]
    steps = rest.split(".") if rest else []
    piece, done = file.root, [part]
    while steps:
        if (supplied := _reference(piece)) is not None:
            raise _elsewhere(path, ".".join(done), supplied, steps, files)
        for taken in range(len(steps), 0, -1):  # ids may have dots of their own
            step = ".".join(steps[:taken])
            ways = list(_below(piece, step))
            if ways:
                break
        else:
            at = ".".join(done)
            what = f"“{at}”里没有“{steps[0]}”" if piece.value is None else f"“{at}”是一个值，里面没有别的"
            raise _refused(path, what, steps[0], nearest(steps[0], _names(piece)), file.place(piece))
        if len(ways) > 1:
            several = "、".join(".".join((*done, *names)) for names, _ in ways[:6])
            raise _refused(path, f"“{step}”不止一处", step, f"请写全：{several}", file.place(piece))
        _, piece = ways[0]
        done.append(step)
        steps = steps[taken:]
    if (supplied := _reference(piece)) is not None:
        raise _elsewhere(path, ".".join(done), supplied, [], files)
    return Found(file, piece, path)


def names_below(piece: Piece) -> list[str]:
    """What the next step of a path may be."""
    return _names(piece)


def _below(piece: Piece, step: str) -> Iterator[tuple[tuple[str, ...], Piece]]:
    """The steps in full and the value, for every way of reading ``step`` at ``piece``; the nearest ways count."""
    found = piece.get(step) or _member(piece, step)
    if found is not None:
        yield (step,), found
        return
    near = [((str(key.value), step), member) for key, inner in piece.entries if (member := _known(inner, step))]
    yield from near or _deeper(piece, step)


def _deeper(piece: Piece, step: str) -> Iterator[tuple[tuple[str, ...], Piece]]:
    """Every item with the id ``step`` anywhere below, with the way to it."""
    for key, inner in piece.entries:
        for names, found in _deeper(inner, step):
            yield (str(key.value), *names), found
    for item in piece.items:
        if item.text("id") == step:
            yield (step,), item
        for names, found in _deeper(item, step):
            yield (_identity(item) or "", *names), found


def _member(piece: Piece, step: str) -> Piece | None:
    """A list's member by its id, or by its number from 1 where no id is that."""
    if (known := _known(piece, step)) is not None:
        return known
    return piece.items[int(step) - 1] if step.isdecimal() and 1 <= int(step) <= len(piece.items) else None


def _known(piece: Piece, step: str) -> Piece | None:
    return next((item for item in piece.items if (_identity(item) or item.value) == step), None)


def _identity(item: Piece) -> str | None:
    return next((text for key in _IDENTITIES if (text := item.text(key)) is not None), None)


def _names(piece: Piece) -> list[str]:
    names = [str(key.value) for key, _ in piece.entries]
    names += [_identity(item) or item.value or str(number) for number, item in enumerate(piece.items, 1)]
    for _, inner in piece.entries:
        names += [text for item in inner.items if (text := _identity(item)) is not None]
    return list(dict.fromkeys(names))


def _reference(piece: Piece) -> tuple[str, str | None] | None:
    """Reading and part when the value is a reference to a reading."""
    keys = {key.value for key, _ in piece.entries}
    reading = piece.text("reading")
    if reading is None or not keys <= {"reading", "part"}:
        return None
    return reading, piece.text("part")


def _elsewhere(
    path: str, at: str, supplied: tuple[str, str | None], rest: Iterable[str], files: Mapping[str, YamlText]
) -> InputError:
    """Says where what a reading supplies is written, following references from option to option."""
    reading, part = supplied
    root = files["readings"].root if "readings" in files else None
    steps: list[str] = []
    place = None
    options = ""
    left = [*([part] if part else []), *rest]
    while root is not None:
        item = next((item for item in _list(root, "readings") if item.text("id") == reading), None)
        if item is None:
            break
        chosen = item.text("chosen") or ""
        options = "、".join(option.text("id") or "" for option in _list(item, "options"))
        option = next((option for option in _list(item, "options") if option.text("id") == chosen), None)
        value = None if option is None else option.get("value")
        if value is None:
            break
        steps = ["readings", reading, "options", chosen, "value"]
        while left and (below := value.get(left[0]) or _member(value, left[0])) is not None:
            steps.append(left.pop(0))
            value = below
        place = files["readings"].place(value)
        again = _reference(value)
        if again is None:
            break
        reading, left = again[0], [*([again[1]] if again[1] else []), *left]
    what = f"“{at}”的值由 reading“{supplied[0]}”提供，不在这里改"
    instead = f"改现用选项的值：{'.'.join((*steps, *left))}" + (f"（{place}）" if place else "")
    instead += f"；换一种理解：readings.{reading}.chosen（可以写：{options}）"
    return _refused(path, what, "", instead)


def _list(piece: Piece, key: str) -> tuple[Piece, ...]:
    found = piece.get(key)
    return () if found is None else found.items


def _refused(path: str, what: str, value: str, instead: str, place: Place | None = None) -> InputError:
    return InputError([Problem(place or Place(f"{ARGUMENT} {path}"), what, value, instead)])
