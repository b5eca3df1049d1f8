"""Which versions of a policy there are, and which one governs given months.

Reads only each version's head; must not know what is in the other parts. An expired version never stands in.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from engine.months import Month
from engine.policy.source import plain, read_file
from engine.problems import InputError, Place, PolicyError, Problem, nearest

HEAD = "policy.yaml"

_SLASHES = ("/", os.sep)


@dataclass(frozen=True)
class Version:
    """A version folder by its head. ``first`` and ``last`` are the months of the cycle it scores."""

    id: str
    version: str
    title: str
    folder: Path
    first: Month
    last: Month
    in_force_from: dt.date
    supersedes: str | None

    def governs(self, month: Month) -> bool:
        return self.first <= month <= self.last

    def __str__(self) -> str:
        return f"{self.version}（{self.first} 至 {self.last}）"


@dataclass(frozen=True)
class Rejected:
    """A version that does not govern: ``outside`` are the orders' months that its cycle does not hold (none where
    another version was asked for by name)."""

    version: Version
    outside: tuple[Month, ...] = ()


@dataclass(frozen=True)
class Governing:
    """``versions`` govern ``months``: the one whose cycle holds them all, then its amendments in order of time."""

    months: tuple[Month, ...]
    versions: tuple[Version, ...]
    rejected: tuple[Rejected, ...]


def read_version(folder: Path) -> Version:
    """Raises PolicyError when the head cannot be used."""
    source = read_file(folder / HEAD)
    if source.root is None or source.problems:
        raise PolicyError(source.problems)
    head: Any = plain(source.root)  # not checked against its schema yet: whatever is wrong ends below
    try:
        return Version(
            id=str(head["id"]),
            version=str(head["version"]),
            title=str(head["title"]),
            folder=folder,
            first=Month.parse(head["cycle"]["first"]),
            last=Month.parse(head["cycle"]["last"]),
            in_force_from=dt.date.fromisoformat(head["in_force"]["from"]),
            supersedes=None if head.get("supersedes") is None else str(head["supersedes"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        what = "缺少 id、version、title、cycle 或 in_force，或写法不对"
        raise PolicyError([Problem(Place(source.file), what, str(error), "用 hotline policy check 查看详情")]) from None


def list_versions(folder: Path) -> tuple[Version, ...]:
    """Every version folder in ``folder``, latest cycle first. Raises PolicyError with every head that is broken."""
    found, problems = readable_versions(folder)
    if problems:
        raise PolicyError(problems)
    return found


def readable_versions(folder: Path) -> tuple[tuple[Version, ...], tuple[Problem, ...]]:
    """The version folders in ``folder``, latest cycle first, and what is wrong with those whose heads are broken."""
    problems: list[Problem] = []
    found: list[Version] = []
    for head in sorted(folder.glob(f"*/{HEAD}")):
        try:
            found.append(read_version(head.parent))
        except PolicyError as error:
            problems.extend(error.problems)
    found.sort(key=lambda version: (version.first, version.in_force_from, version.id), reverse=True)
    return tuple(found), tuple(problems)


def find_version(name: str, folders: Sequence[Path]) -> Path:
    """The folder of the version called ``name``, or ``name`` itself where it is a version's folder. A name with a
    slash is never that of a version: who writes one means that folder.

    Raises InputError when there is none.
    """
    among = [] if any(mark in name for mark in _SLASHES) else [folder / name for folder in folders]
    for candidate in (*among, Path(name)):
        if (candidate / HEAD).is_file():
            return candidate
    known: list[str] = []
    for folder in folders:
        for head in sorted(folder.glob(f"*/{HEAD}")):
            known.append(head.parent.name)
            try:
                if name in (read_version(head.parent).id, read_version(head.parent).version):
                    return head.parent
            except PolicyError:
                continue
    raise InputError([Problem(Place("版本"), "没有这个政策版本", name, nearest(name, known))])


def governing(months: Iterable[Month], versions: Sequence[Version]) -> Governing:
    """The version whose cycle holds every month in ``months``, followed by its amendments in order of time.

    Raises InputError that lists the cycles when there are several, and the months that no version governs.
    """
    wanted = tuple(sorted(set(months)))
    outside = [(version, tuple(month for month in wanted if not version.governs(month))) for version in versions]
    chosen = [version for version, others in outside if not others]
    if chosen:
        rejected = tuple(Rejected(version, others) for version, others in outside if others)
        return Governing(wanted, _chain(chosen), rejected)
    parts = []
    for version in versions:
        own = [month for month in wanted if version.governs(month)]
        if own and version.supersedes is None:
            parts.append(f"{version} 有 {own[0]} 至 {own[-1]} 的工单")
    orphans = [month for month in wanted if not any(version.governs(month) for version in versions)]
    if orphans:
        parts.append(f"没有版本适用于 {'、'.join(map(str, orphans))}")
    what = "工单不属于同一个考核周期：" + "；".join(parts)
    raise InputError(
        [
            Problem(
                Place("orders"),
                what,
                "",
                "按周期分开文件夹，或用 --policy 指明版本；在工作区里也可用 --period 指明其中一个月",
            )
        ]
    )


def amended(folder: Path) -> tuple[Version, ...]:
    """The version in ``folder`` after those beside it that it amends, in order of time.

    Raises InputError where one of them is not there or does not fit, and PolicyError.
    """
    around = folder.resolve().parent if folder.name in ("", "..") else folder.parent
    beside = [other for other in readable_versions(around)[0] if other.folder.resolve() != folder.resolve()]
    chain = [read_version(folder)]
    while (name := chain[0].supersedes) is not None:
        earlier = [other for other in beside if name in (other.id, other.version) and other not in chain]
        if len(earlier) != 1:
            place = Place(str(chain[0].folder / HEAD))
            what = f"这个版本取代“{name}”，在 {around} 里" + ("有几个版本叫这个名称" if earlier else "却没有那个版本")
            raise InputError([Problem(place, what, name, "请把那一个版本的文件夹与这个版本放在一起")])
        chain.insert(0, earlier[0])
    return _chain(chain)


def in_cycle_of(month: Month, months: Iterable[Month], versions: Sequence[Version]) -> tuple[Month, ...]:
    """Those of the ``months`` that lie in a cycle with ``month``; that alone where there are none."""
    mine = [version for version in versions if version.governs(month)]
    return tuple(other for other in months if any(version.governs(other) for version in mine)) or (month,)


def _chain(versions: Sequence[Version]) -> tuple[Version, ...]:
    """The one version that supersedes none, and the amendments of its cycle. Raises InputError otherwise."""
    chain = sorted(versions, key=lambda version: (version.supersedes is not None, version.in_force_from, version.id))
    problems: list[Problem] = []
    if len([version for version in chain if version.supersedes is None]) != 1:
        what = "几个版本都适用于这些工单：" + "、".join(map(str, chain))
        problems.append(Problem(Place("orders"), what, "", "用 --policy 指明版本，或在修订的版本里写 supersedes"))
    for earlier, later in pairwise(chain):
        place = Place(str(later.folder / HEAD))
        if later.supersedes not in (earlier.id, earlier.version):
            what = f"修订应写明它取代的前一版本“{earlier.version}”"
            problems.append(Problem(place, what, later.supersedes or "", f"supersedes: {earlier.id}"))
        if later.in_force_from <= earlier.in_force_from and earlier.supersedes is not None:
            problems.append(Problem(place, f"施行日期须晚于前一修订“{earlier.version}”", str(later.in_force_from)))
        if (later.first, later.last) != (earlier.first, earlier.last):
            problems.append(Problem(place, f"考核周期须与“{earlier.version}”相同", f"{later.first} 至 {later.last}"))
    if problems:
        raise InputError(problems)
    return tuple(chain)
