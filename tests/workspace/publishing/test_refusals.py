"""What cannot be made known is refused with the reason and what to do instead, and leaves no entry."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.months import Month
from engine.problems import InputError
from tests.workspace.making import AT, BY
from tests.workspace.publishing.office import FEBRUARY, JUNE, LATER, MARCH, better_march, evaluated, imported, published
from tests.workspace.runs.stocked import request
from workspace.corrections import as_now
from workspace.database import entries
from workspace.evaluating import Evaluated
from workspace.layout import Layout
from workspace.opening import Workspace, open_workspace
from workspace.published_months import known_at
from workspace.publishing import Asked, as_recorded, publish, refuse
from workspace.receipts import read_receipt
from workspace.replay import again
from workspace.runs import current, find_run

JULY = Month.parse("2026-07")


@pytest.fixture(scope="module")
def office(march: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """March is published in it; tests only try to publish more."""
    root = tmp_path_factory.mktemp("refusing") / "office"
    shutil.copytree(march, root)
    return open_workspace(Layout(root))


@pytest.fixture(scope="module")
def found(office: Workspace, cache: Path) -> Iterator[Evaluated]:
    """Evaluated in the middle of August."""
    with current(office, replace(request(office, cache), as_of=dt.datetime(2026, 8, 15))) as ready:
        yield ready.evaluated


def refused(found: Evaluated, asked: Asked) -> str:
    workspace = found.moment.workspace
    with pytest.raises(InputError) as error:
        refuse(found.evaluation, known_at(workspace), asked)
    (problem,) = error.value.problems
    return str(problem)


def test_a_month_that_is_not_over(found: Evaluated) -> None:
    """Promise: a provisional month is refused, with the moment up to which it was counted."""
    said = refused(found, Asked(Month.parse("2026-08")))
    assert "2026-08" in said and "2026-08-15 00:00:00" in said and "还没有结束" in said


def test_a_month_of_another_cycle(found: Evaluated) -> None:
    """Promise: a month outside the cycle is refused, with the cycle."""
    for month in ("2025-10", "2026-11"):
        said = refused(found, Asked(Month.parse(month)))
        assert month in said and "2025-11 至 2026-10" in said


def test_a_month_in_which_nobody_is_ranked(found: Evaluated) -> None:
    """Promise: a mistyped month does not enter the chain as an empty bulletin."""
    standings = tuple(
        replace(one, ranking=()) if one.period.id == str(FEBRUARY) else one for one in found.evaluation.standings
    )
    emptied = replace(found.evaluation, standings=standings)
    with pytest.raises(InputError, match="没有一个单位参加排名"):
        refuse(emptied, known_at(found.moment.workspace), Asked(FEBRUARY))
    refuse(found.evaluation, known_at(found.moment.workspace), Asked(FEBRUARY))


def test_a_month_that_is_published(found: Evaluated) -> None:
    """Promise: a published month is refused, with run, person and entry, and how to correct it."""
    said = refused(found, Asked(MARCH))
    assert all(
        part in said for part in ("已经公布", "R3", BY, "第 4 条记录", "hotline publish 2026-03 --correct --reason")
    )


def test_a_correction_of_what_is_not_published(found: Evaluated) -> None:
    """Promise: there is nothing to correct in a month that was never made known."""
    assert "还没有公布" in refused(found, Asked(FEBRUARY, "事由"))


def test_a_correction_that_corrects_nothing(office: Workspace, found: Evaluated) -> None:
    """Promise: a correction that would say the same again is refused, and no entry is written."""
    run = find_run(office, "R3")
    with pytest.raises(InputError, match="没有不同，不必更正"):
        publish(found, run, Asked(MARCH, "事由"), BY, AT)
    with office.store.reading() as session:
        assert len(entries(session)) == 4


def test_a_run_that_does_not_know_what_was_published_since(announced: Workspace, cache: Path, tmp_path: Path) -> None:
    """Promise: a month is not made known from a run whose ladders counted months otherwise than they were published
    since; a new run is."""
    asked = request(announced, cache)
    evaluated(announced, asked)
    old = find_run(announced, "R5")
    imported(announced, tmp_path / "later", {"orders": better_march()})
    published(announced, asked, MARCH, "补录了回访结果", at=LATER)
    with again(announced, old, read_receipt(announced.objects, old.receipt), asked) as found:
        as_recorded(found, old)
        with pytest.raises(InputError, match=r"R5 之后公布或更正了 2026-03，2026-07 的后果因此不同：累计5次"):
            publish(found, old, Asked(JULY), BY, LATER)
        june = publish(found, old, Asked(JUNE), BY, LATER)
    assert june.publication.run == 5, "June's consequences are the same either way"
    assert published(announced, asked, JULY, at=LATER).publication.seq == june.publication.seq + 2


def test_from_an_earlier_run(golden: Workspace, cache: Path, tmp_path: Path) -> None:
    """Promise: a month is made known as the run had it that the bulletin was written from, whatever was imported
    since; what is new is listed from then on."""
    asked = request(golden, cache)
    old = evaluated(golden, asked)[0]
    imported(golden, tmp_path / "later", {"orders": better_march()})
    with again(golden, old, read_receipt(golden.objects, old.receipt), asked) as found:
        as_recorded(found, old)
        made = publish(found, old, Asked(MARCH), BY, LATER)
        assert made.published == as_now(found.evaluation, {}, MARCH)
    (correction,) = evaluated(golden, asked, LATER)[1]["corrections"]
    assert correction["run"] == old.name and correction["causes"]["orders"] > 3


def test_a_run_that_gives_something_else_now(announced: Workspace, cache: Path) -> None:
    """Promise: a run that comes out otherwise when it is evaluated again is no ground for making a month known."""
    run = find_run(announced, "R3")
    with again(announced, run, read_receipt(announced.objects, run.receipt), request(announced, cache)) as found:
        as_recorded(found, run)
        with pytest.raises(InputError, match="现在再算，与当时的结果不同"):
            as_recorded(found, replace(run, result="0" * 64))


def test_what_is_not_public_yet_is_told(announced: Workspace, cache: Path) -> None:
    """Promise: whoever publishes a month is told which earlier months its ladders count and are not public."""
    made = published(announced, request(announced, cache), JUNE)
    assert [str(month) for month in made.unpublished] == ["2026-04", "2026-05"]
