"""Which objects an entry of the chain names, and as what.

Knows the bodies of entries; must not know whether the objects are there. What a receipt names is the receipt's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workspace.imported import ASIDE, PARQUET, part_of
from workspace.models import Entry

JSON = ".json"
Content = Mapping[str, Any]


@dataclass(frozen=True, order=True)
class Reference:
    """An object by its name, and in Chinese who names it and as what."""

    digest: str
    suffix: str
    named: str


def _import(content: Content) -> Iterator[tuple[str, str, str]]:
    for record in content["files"]:
        part = part_of(record)
        name = f"{part.name}/{part.sheet}" if part.sheet else part.name
        yield part.snapshot, PARQUET, f"{name} 的快照"
        if part.aside:
            yield part.aside, ASIDE, f"{name} 未采用的行"


def _run(content: Content) -> Iterator[tuple[str, str, str]]:
    yield content["receipt"], JSON, "凭据"
    yield content["result"], JSON, "结果"


def _publication(content: Content) -> Iterator[tuple[str, str, str]]:
    yield content["standing"], JSON, f"{content['month']} 公布的名次"


_NAMED: Mapping[str, Callable[[Content], Iterator[tuple[str, str, str]]]] = {
    "import": _import,
    "run": _run,
    "publication": _publication,
    "correction": _publication,
}


def references(entry: Entry) -> Iterator[Reference]:
    """Raises LookupError and TypeError for an entry of another form."""
    if entry.kind in _NAMED:
        for digest, suffix, what in _NAMED[entry.kind](entry.content):
            yield Reference(str(digest), suffix, f"链上第 {entry.seq} 条记录：{what}")
