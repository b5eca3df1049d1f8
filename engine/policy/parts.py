"""The parts of a policy folder: read, checked against their schemas, readings put in, every value with its place.

Knows which files make up a policy; must not know what their keys mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engine.policy.readings import Readings, check_references, check_size, read_readings, resolve
from engine.policy.schema import Schemas
from engine.policy.source import Node, Source, child, plain, read_file
from engine.problems import Place, PolicyError, Problem, nearest

REQUIRED = ("policy", "fields", "indicators", "ranking")
OPTIONAL = ("calendar", "rules", "obligations", "consequences", "readings", "clauses", "duties", "forms")
PARTS = REQUIRED + OPTIONAL
PROBE_EXCEPTIONS = "probe-exceptions"
"""A file beside the parts: which parameters no case can hold in place. It is no part of what the policy says."""


@dataclass(frozen=True)
class Parts:
    """``data``: part name -> content as dicts, lists, text, int, Decimal, bool and None, without references (only
    ``readings`` is as written). A part whose file does not exist has no entry. ``chosen``: every reading with the
    option that holds; ``uses``: the readings that each part stands on. ``roots`` are the trees behind ``data``;
    ``written`` are those with the references as the files have them."""

    folder: Path
    data: Mapping[str, Any]
    chosen: Mapping[str, str]
    uses: Mapping[str, frozenset[str]]
    roots: Mapping[str, Node]
    written: Mapping[str, Node]

    @property
    def used(self) -> frozenset[str]:
        """The readings that some part stands on."""
        return frozenset().union(*self.uses.values())

    def place(self, part: str, *path: str | int) -> Place:
        """Where the value at ``path`` stands, or the nearest value that encloses it; the file when there is none.

        A value that a reading supplied stands in the readings file, at the option's value.
        """
        node = self.roots.get(part)
        if node is None:
            return Place(str(self.folder / f"{part}.yaml"))
        for step in path:
            below = child(node, step)
            if below is None:
                break
            node = below
        return node.place


def load_parts(folder: Path, schemas: Path, chosen: Mapping[str, str], cache: Path | None = None) -> Parts:
    """Read the policy in ``folder``; ``schemas`` holds ``PART.schema.json``; ``chosen`` overrides reading -> option.

    ``cache``: folder that remembers which contents are sound, or None.

    Raises PolicyError with everything that is wrong in any file. Places name ``str(folder / file)``.
    """
    problems: list[Problem] = []
    sources = read_sources(folder, problems)
    grammar = Schemas(schemas, cache)
    parts = check_parts(folder, sources, grammar, chosen, problems)
    grammar.keep()
    return parts


def check_parts(
    folder: Path, sources: Mapping[str, Source], schemas: Schemas, chosen: Mapping[str, str], found: list[Problem]
) -> Parts:
    """Like ``load_parts`` on sources already read (part name -> source); ``found`` is what was wrong before."""
    problems = list(found)
    for source in sources.values():
        problems.extend(source.problems)
    roots = {part: source.root for part, source in sources.items() if source.root is not None}
    readable = "readings" in roots or "readings" not in sources
    readings, wrong = check_form(folder, roots, schemas, chosen, readable=readable)
    problems.extend(wrong)
    if problems:
        raise PolicyError(problems)
    return put_in(folder, roots, readings)


def check_form(
    folder: Path, roots: Mapping[str, Node], schemas: Schemas, chosen: Mapping[str, str], *, readable: bool = True
) -> tuple[Readings, list[Problem]]:
    """The readings in ``roots`` (part name -> tree), and all that is wrong with the form of any part.

    ``readable``: false where there is a file of readings that could not be read.
    """
    problems: list[Problem] = []
    readings = Readings()
    if readable:
        file = str(folder / "readings.yaml")
        readings, wrong = read_readings(roots.get("readings"), file, chosen)
        problems.extend(wrong)
        others = [root for part, root in roots.items() if part != "readings"]
        problems.extend(check_references(others, readings))
        swollen = () if readings.endless else check_size(others, readings)
        if swollen:
            problems.extend(swollen)
            readings = Readings(readings.choices, endless=True)
    for part, root in roots.items():
        if schemas.has(part):
            problems.extend(schemas.problems(part, root, readings))
        else:
            place = Place(str(folder / f"{part}.yaml"))
            problems.append(Problem(place, "没有这一部分的模式文件", f"{part}.schema.json"))
    return readings, problems


def put_in(folder: Path, roots: Mapping[str, Node], readings: Readings) -> Parts:
    """The parts with the options that ``readings`` choose; nothing may be wrong with either."""
    resolved = {part: resolve(root, readings) for part, root in roots.items() if part != "readings"}
    final = {part: result.root for part, result in resolved.items()}
    if "readings" in roots:
        final["readings"] = roots["readings"]
    return Parts(
        folder=folder,
        data=MappingProxyType({part: plain(root) for part, root in final.items()}),
        chosen=MappingProxyType(readings.chosen),
        uses=MappingProxyType({part: result.used for part, result in resolved.items()}),
        roots=MappingProxyType(final),
        written=MappingProxyType(dict(roots)),
    )


def switched(parts: Parts, readings: Readings, reading: str) -> Parts:
    """``parts`` with the option that ``readings`` choose for ``reading``, which may be the only one that differs."""
    touched = {part: root for part, root in parts.written.items() if reading in parts.uses.get(part, ())}
    other = put_in(parts.folder, touched, readings)
    return replace(
        other,
        data=MappingProxyType({**parts.data, **other.data}),
        uses=MappingProxyType({**parts.uses, **other.uses}),
        roots=MappingProxyType({**parts.roots, **other.roots}),
        written=parts.written,
    )


def read_sources(folder: Path, problems: list[Problem]) -> dict[str, Source]:
    """The file of every part, by part name; ``problems`` receives files that are missing or do not belong.

    Raises PolicyError when there is no such folder.
    """
    if not folder.is_dir():
        raise PolicyError([Problem(Place(str(folder)), "没有这个政策文件夹", "", "请检查路径")])
    sources: dict[str, Source] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".yaml", ".yml") or path.is_dir() or path.name.startswith("manifest"):
            continue
        if path.name == f"{PROBE_EXCEPTIONS}.yaml":
            continue
        if path.suffix == ".yaml" and path.stem in PARTS:
            sources[path.stem] = read_file(path)
        else:
            known = nearest(path.name, [f"{part}.yaml" for part in PARTS])
            problems.append(Problem(Place(str(path)), "政策里没有这个文件名", path.name, known))
    for part in REQUIRED:
        if part not in sources:
            problems.append(Problem(Place(str(folder / f"{part}.yaml")), "缺少这个文件", "", "政策必须有它"))
    return sources
