"""Which table a sheet is: the one of a version's tables whose columns its header has.

Knows headers and the tables of versions; must not know files or what is in their rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from engine.intake.found import BLANKS
from engine.intake.headers import match
from engine.policy.build import load_policy
from engine.policy.model import Policy
from engine.policy.model_tables import Table
from engine.policy.versions import find_version, list_versions
from engine.problems import InputError, Place, PolicyError, Problem


@dataclass(frozen=True)
class Recognised:
    """A table and the version that declares it."""

    table: Table
    policy: Policy


class UnknownSheetError(Exception):
    """No header of the sheet is one of any table; such a sheet may be a cover or a note."""


@dataclass
class Versions:
    """The versions in ``folder``, latest first, each loaded once when first asked for; ``asked`` names the only one."""

    folder: Path
    schemas: Path
    asked: str | None = None
    _loaded: dict[Path, Policy] = field(default_factory=dict)
    _loading: Lock = field(default_factory=Lock)

    def __iter__(self) -> Iterator[Policy]:
        """Raises InputError and PolicyError; a version that cannot be read is no obstacle while others fit."""
        if self.asked is not None:
            yield self._load(find_version(self.asked, [self.folder]))
            return
        versions = list_versions(self.folder)
        if not versions:
            raise InputError([Problem(Place(str(self.folder)), "没有任何政策版本", "", "请放入考核方案的版本文件夹")])
        broken: list[Problem] = []
        for version in versions:
            try:
                yield self._load(version.folder)
            except PolicyError as error:
                broken += error.problems
        if broken:
            raise PolicyError(broken)

    def find(self, id: str) -> Policy | None:
        """The version called ``id``, where it is among these and can be read."""
        try:
            return next((policy for policy in self if policy.id == id), None)
        except (InputError, PolicyError):
            return None

    def prepare(self) -> None:
        """Loads the version that is asked for first; what is wrong is said when it is."""
        with suppress(InputError, PolicyError):
            next(iter(self), None)

    def _load(self, folder: Path) -> Policy:
        with self._loading:
            if folder not in self._loaded:
                self._loaded[folder] = load_policy(folder, self.schemas, {})
            return self._loaded[folder]


def recognise(header: Sequence[str], place: str, called: Iterable[str], versions: Iterable[Policy]) -> Recognised:
    """``place`` is how messages name the sheet, ``called`` the names that it goes by.

    Raises InputError where no table fits or several do, and UnknownSheetError where not one header is known.
    """
    names = {name.strip(BLANKS).casefold() for name in called}
    nearest: tuple[float, Callable[[], InputError]] | None = None
    for policy in versions:
        fitting = [table for table in policy.tables if _refusal(table, header, place) is None]
        if len(fitting) > 1:
            fitting = [table for table in fitting if {table.title, table.file} & names] or fitting
        if len(fitting) == 1:
            return Recognised(fitting[0], policy)
        if fitting:
            titles = "、".join(f"“{table.title}”" for table in fitting)
            instead = f"请把工作表或文件改名为其中之一（如 {fitting[0].title}），或删去多余的列"
            raise InputError([Problem(Place(place, 1), f"表头同时符合几张表：{titles}", "", instead)])
        for table in policy.tables:
            share = _share(table, header)
            if share and (nearest is None or share > nearest[0]):
                nearest = (share, lambda table=table: _near(table, header, place))
    if nearest is None:
        raise UnknownSheetError
    raise nearest[1]()


def _refusal(table: Table, header: Sequence[str], place: str) -> InputError | None:
    try:
        match(table, header, place, place)
    except InputError as error:
        return error
    return None


def _share(table: Table, header: Sequence[str]) -> float:
    """Of the table's columns, the share that the header has."""
    given = {name.strip(BLANKS) for name in header}
    read = [column for column in table.columns if not column.personal]
    return sum(bool({column.id, *column.aliases} & given) for column in read) / len(read)


def _near(table: Table, header: Sequence[str], place: str) -> InputError:
    """That no table fits, and what is missing for the nearest one."""
    refusal = _refusal(table, header, place)
    assert refusal is not None
    what = f"认不出是哪一张表；最像“{table.title}”，但还差下面几处"
    return InputError([Problem(Place(place), what, "", "请按下面各条改表头"), *refusal.problems])
