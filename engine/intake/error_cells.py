"""Cells of a worksheet that hold an Excel error (``#N/A``, ``#REF!``), which the reader of workbooks gives as empty.

A lookup that failed is not an empty cell: what a row misses by it would be decided in silence. Knows the format's
packing; must not know columns or what becomes of such a cell.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

_CHUNK = 1 << 20
_BEGIN = b"<c "
_MARK = re.compile(rb"""\bt=["']e["']""")
_CELL = re.compile(rb"""<c\s([^>]*\bt=["']e["'][^>]*?)(?:/>|>(.*?)</c>)""", re.DOTALL)
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_VALUE = re.compile(rb"<v[^>]*>([^<]*)</v>")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LONGEST_HEAD = 16 << 20


def error_cells(path: Path, sheet: str) -> Iterator[tuple[int, int, str]]:
    """Row and column, both from 0, and the error as Excel shows it, from above. Nothing of a file that is packed in
    another way, which the reader of workbooks judges."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = _part(archive, sheet)
            if part is not None:
                with archive.open(part) as stream:
                    yield from _found(iter(lambda: stream.read(_CHUNK), b""))
    except (KeyError, OSError, zipfile.BadZipFile, RuntimeError, ElementTree.ParseError):
        return


def _part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The archive's member that holds the sheet."""
    book = ElementTree.fromstring(_head(archive, "xl/workbook.xml"))
    wanted = [one.get(_RELATION) for one in book.iter(f"{_MAIN}sheet") if one.get("name") == sheet]
    for one in ElementTree.fromstring(_head(archive, "xl/_rels/workbook.xml.rels")):
        if wanted and one.get("Id") == wanted[0]:
            return posixpath.normpath(posixpath.join("/xl", one.get("Target", ""))).lstrip("/")
    return None


def _head(archive: zipfile.ZipFile, member: str) -> bytes:
    with archive.open(member) as stream:
        return stream.read(_LONGEST_HEAD)


def _found(chunks: Iterator[bytes]) -> Iterator[tuple[int, int, str]]:
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        cut = text.rfind(_BEGIN)  # a cell may go on in the next chunk, and so may the mark of where one begins
        if cut < 0:
            cut = max(len(text) - len(_BEGIN), 0)
        rest = text[cut:]
        yield from _cells(text[:cut])
    yield from _cells(rest)


def _cells(text: bytes) -> Iterator[tuple[int, int, str]]:
    if _MARK.search(text) is None:
        return
    for attributes, content in _CELL.findall(text):
        place, value = _PLACE.search(attributes), _VALUE.search(content)
        if place is not None:
            yield int(place[2]) - 1, _index(place[1]), value[1].decode("utf-8", "replace") if value else "#N/A"


def _index(letters: bytes) -> int:
    """A column's letters as a number from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
