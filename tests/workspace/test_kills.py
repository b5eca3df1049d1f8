"""Whatever moment a command is killed at, nothing that was committed is lost, and running it again finishes the work.

A process is killed at random touches of the workspace's files and database (see ``touches.py``): each kind of touch at
least once, and in all at least ``KILLS`` times a command and database; before the touch, in the middle of it, or after.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.workspace import town
from tests.workspace.conftest import DATABASES
from tests.workspace.making import Postgres, make
from tests.workspace.touches import HOWS, Death, Touch, Warm, warm
from tests.workspace.working import Seen, do_evaluate, do_import, do_publish, look
from workspace.address import SQLITE

KILLS = 25
IN_A_ROW = 4
"""So often the work is killed, begun again and killed again, before it is let to its end."""
SEED = 12345
LATER = "2026-05-02"
"""Another moment than that of R6, so that not one object of its run is there already."""


@dataclass(frozen=True)
class Work:
    """What is killed. ``already``: what it says when it is done again."""

    do: Callable[..., str]
    arguments: tuple[object, ...] = ()
    already: str = ""


@dataclass(frozen=True)
class Office:
    """A workspace that can be put back to what it was."""

    root: Path
    kept: Path
    cache: Path
    works: dict[str, Work]
    server: Postgres | None
    address: str
    template: str

    def put_back(self) -> None:
        shutil.rmtree(self.root)
        shutil.copytree(self.kept, self.root)
        if self.server is not None:
            self.server.put_back(self.address, self.template)


@pytest.fixture(scope="module")
def warmed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    with warm(tmp_path_factory.mktemp("warm")) as process:
        yield process


@pytest.fixture(scope="module", params=DATABASES)
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, warmed: Warm) -> Office:
    """January is imported and published; then January's orders change, and the run R6 shows the correction."""
    folder = tmp_path_factory.mktemp("office")
    server: Postgres | None = None if request.param == "sqlite" else request.getfixturevalue("postgres")
    address = SQLITE if server is None else server.new_database()
    root, cache = folder / "office", folder / "cache"
    make(root, address, policies=town.write_policy(folder / "policies"))
    exports = town.write_exports(folder)
    for do, *arguments in (
        (do_import, exports.units, exports.january, exports.february),
        (do_publish, "2026-01"),
        (do_import, exports.january_again),
        (do_evaluate,),
    ):
        warmed.load(do, root, cache, *arguments)
    warmed.load(look, root)
    shutil.copytree(root, folder / "kept")
    template = "" if server is None else server.copy(address)
    works = {
        "import": Work(do_import, (exports.march, exports.april)),
        "evaluate": Work(do_evaluate, (LATER,)),
        "publish": Work(do_publish, ("2026-02",), "已经公布"),
        "correct": Work(do_publish, ("2026-01", "R6", "补录"), "没有不同"),
    }
    return Office(root, folder / "kept", cache, works, server, address, template)


@pytest.mark.parametrize("case", ["import", "evaluate", "publish", "correct"])
def test_killed_anywhere(office: Office, warmed: Warm, case: str) -> None:
    """Promise: after a kill at any touch, the audit finds nothing wrong, all that was committed is there, and the
    command, run again, leaves what it would have left without the kill."""
    work, chosen = office.works[case], random.Random(SEED)
    given = (office.root, office.cache, *work.arguments)
    office.put_back()
    base: Seen = warmed.run(look, office.root).value
    whole = warmed.run(work.do, *given, death=Death(office.root))
    assert whole.value == "" or case == "evaluate", whole.value
    _forced_out(whole.touches)
    expected: Seen = warmed.run(look, office.root).value
    assert expected.problems == () and expected.items[: len(base.items)] == base.items != expected.items

    kinds = {touch: whole.touches.count(touch) for touch in whole.touches}
    unhit = dict.fromkeys(kinds, 3)
    """How often to try each kind that no kill has hit yet."""
    kills = 0
    while any(unhit.values()) or kills < KILLS:
        office.put_back()
        seen = base
        for of in _row(unhit, chosen):
            at = chosen.randint(1, len(whole.touches) if of is None else kinds[of])
            if of is not None and seen is not base:
                at = 1
            tried = warmed.run(work.do, *given, death=Death(office.root, at, chosen.choice(HOWS), of))
            now: Seen = warmed.run(look, office.root).value
            assert now.problems == (), (tried.touches[-3:], now.problems)
            assert now.items[: len(seen.items)] == seen.items, tried.touches[-3:]
            seen = now
            if tried.killed:
                kills += 1
                unhit.pop(tried.touches[-1], None)
            if of in unhit:
                unhit[of] -= 1
        again = warmed.run(work.do, *given).value
        assert not again or case == "evaluate" or (work.already in again and len(seen.items) > len(base.items)), again
        now = warmed.run(look, office.root).value
        assert now.problems == () and now.items[: len(seen.items)] == seen.items
        assert now.outcome == expected.outcome
    print(f"{case}: {kills} kills, {len(whole.touches)} touches of {len(kinds)} kinds, missed: {sorted(unhit)}")
    assert len(unhit) <= len(kinds) // 10, "too many kinds of write points that no kill has hit"


def _forced_out(touches: tuple[Touch, ...]) -> None:
    """A kill leaves what was given to the system, a loss of power what was forced out: every object before it has its
    name, that before the entry, and the entry."""
    written = [place for place, touch in enumerate(touches) if touch.where.startswith(("hotline.db", "INSERT INTO"))]
    before = touches[: written[0]]
    named = [
        place for place, touch in enumerate(before) if touch.what == "rename" and touch.where.startswith("objects/")
    ]
    for number, place in enumerate(named, 1):
        forced = [touch for touch in before[:place] if touch.what == "fsync" and touch.where.startswith("scratch/")]
        assert len(forced) >= number, before[place]
    assert (
        named
        and Touch("fsync", "objects/*") in before[named[-1] :]
        and Touch("fsync", "objects") in before[named[-1] :]
    )
    into_file = [place for place in written if touches[place] == Touch("write", "hotline.db")]
    if into_file:  # else the database is a server's
        forced_at = [place for place, touch in enumerate(touches) if touch == Touch("fsync", "hotline.db")]
        assert forced_at and forced_at[-1] > into_file[-1]


def _row(unhit: dict[Touch, int], chosen: random.Random) -> list[Touch | None]:
    """What to kill at one after the other: kinds that were not hit yet, in the order of the work; else anything."""
    wanted = [touch for touch, tries in unhit.items() if tries]
    if not wanted:
        return [None] * IN_A_ROW
    picked = sorted(chosen.sample(range(len(wanted)), min(IN_A_ROW, len(wanted))))
    return [wanted[place] for place in picked]
