"""What two runs were made from, where it differs: policy, readings, moment, programs, published months.

Knows receipts; must not know what came out. Records are compared elsewhere, order by order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.policy.source import plain, read_file
from workspace.objects import Objects
from workspace.receipts import YAML

Kind = Literal["record", "field", "row", "policy", "reading", "as_of", "program", "publication", "table", "orders"]
Receipt = Mapping[str, Any]


@dataclass(frozen=True)
class Cause:
    """Something that is not what it was. ``name`` says in Chinese or by id which one; None: it was not there.

    ``about``: the field, policy file or the like was among what the changed decision saw.
    """

    kind: Kind
    name: str
    old: str | None
    new: str | None
    about: bool = False


def differing(earlier: Receipt, later: Receipt) -> Iterator[Cause]:
    """All that differs between two receipts but for the records."""
    yield from _policies(earlier, later)
    yield from _each("reading", earlier["policy"]["readings"], later["policy"]["readings"])
    if earlier["as_of"] != later["as_of"]:
        yield Cause("as_of", "统计时点", earlier["as_of"], later["as_of"])
    yield from _each("publication", _published(earlier), _published(later))
    yield from _each("program", earlier["programs"], later["programs"])


def _policies(earlier: Receipt, later: Receipt) -> Iterator[Cause]:
    """Versions that came or went, and the files in which one of the same id is another."""
    was, now = ({one["id"]: one for one in said["choice"]["versions"]} for said in (earlier, later))
    for id in dict.fromkeys((*was, *now)):
        if id in was and id in now:
            files = [{file["file"]: file["digest"] for file in side[id]["files"]} for side in (was, now)]
            yield from (
                Cause("policy", f"{id}/{cause.name}", cause.old, cause.new) for cause in _each("policy", *files)
            )
        else:
            yield Cause("policy", id, _version(was.get(id)), _version(now.get(id)))


def _version(one: Mapping[str, Any] | None) -> str | None:
    return None if one is None else str(one["version"])


def _published(said: Receipt) -> Mapping[str, str]:
    return {one["month"]: f"第 {one['seq']} 条记录" for one in said["publications"]}


def _each(kind: Kind, was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Cause]:
    for name in dict.fromkeys((*was, *now)):
        if was.get(name) != now.get(name):
            yield Cause(kind, name, was.get(name), now.get(name))


def titles_of_tables(objects: Objects, said: Receipt) -> Mapping[str, str]:
    """By id, what the run's policy calls its tables; nothing where that cannot be read any more."""
    for version in reversed(said["choice"]["versions"]):
        for file in version["files"]:
            path = objects.path(file["digest"], YAML)
            if file["file"] == "fields.yaml" and path.is_file():
                source = read_file(path)
                parts: Any = None if source.root is None else plain(source.root)
                if isinstance(parts, dict):
                    return {str(one["id"]): str(one["title"]) for one in parts.get("tables", ()) if "title" in one}
    return {}
