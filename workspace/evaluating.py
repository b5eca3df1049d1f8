"""The state of a workspace evaluated, and what a run keeps of that, still outside the objects.

Knows how state, publications and engine come together; must not know how a run is recorded. All is done outside any
lock, on what one moment of the chain holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlmodel import func, select

from engine.choosing import Choice, Data, Progress, Request
from engine.evaluate import evaluate_choice, order_details
from engine.evaluation import Evaluation
from engine.intake.found import Intake, SetAside
from engine.policy.model_tables import Table
from engine.published_bases import counting_all_from
from engine.report import result_json
from workspace import state
from workspace.corrections import published_keys
from workspace.firing_record import Firings, record_firings
from workspace.importing import aside
from workspace.models import Entry
from workspace.opening import Workspace
from workspace.published_months import Known, known_at
from workspace.receipts import PARQUET, Publication
from workspace.records import place_text
from workspace.state import Source
from workspace.trouble import told

Choosing = Callable[[Request], Choice]


@dataclass(frozen=True)
class Moment:
    """What a workspace held after the entry ``upto``."""

    workspace: Workspace
    upto: int
    source: Source
    known: Known


@dataclass(frozen=True)
class Evaluated:
    """A moment as it was evaluated. Lasts as long as the block that gave it; ``scratch`` is a folder for it alone."""

    moment: Moment
    request: Request
    choice: Choice
    evaluation: Evaluation
    scratch: Path = field(repr=False)

    def document(self) -> dict[str, Any]:
        """The result, as it is shown and kept, with the published months and what of them would have to be corrected.

        Raises InputError.
        """
        given = self.moment
        told = published_keys(given.workspace, given.known, given.source, self.evaluation, self.scratch)
        return {**result_json(self.evaluation), **told}

    def publications(self) -> tuple[Publication, ...]:
        """The published months that were counted from."""
        holding = (self.moment.known.holding[month] for month in self.evaluation.published)
        return tuple(Publication(str(one.month), one.seq, one.standing) for one in holding)

    def firings(self) -> tuple[Firings, ...]:
        """What each version decided, order by order, in files of the scratch folder."""
        return tuple(
            record_firings(detail, self.scratch / f"firings-{number}{PARQUET}")
            for number, detail in enumerate(order_details(self.evaluation))
        )


def moment(workspace: Workspace, upto: int | None = None) -> Moment:
    """What the workspace held after the entry ``upto``, else what it holds now. Raises InputError."""
    if upto is None:
        with workspace.store.reading() as session:
            upto = session.exec(select(func.max(Entry.seq))).one() or 0
    return Moment(workspace, upto, state.at(workspace, upto), known_at(workspace, upto))


@contextmanager
def evaluating(
    given: Moment, request: Request, choosing: Choosing, progress: Progress | None = None
) -> Iterator[Evaluated]:
    """Evaluate by the versions that ``choosing`` gives; ``request.data`` is not looked at.

    Raises InputError and PolicyError.
    """
    objects = given.workspace.objects
    with objects.scratch_folder() as scratch, told(objects.layout.scratch):
        asked = replace(request, data=_Folders(given, scratch), spill=scratch / "spilled")
        choice = choosing(asked)
        try:
            found = counting_all_from(evaluate_choice(asked, choice, progress), given.known.published)
            yield Evaluated(given, asked, choice, replace(found, intake=_intake(given, found.intake)), scratch)
        finally:
            for taken in choice.taken:
                taken.connection.close()


@contextmanager
def readable(workspace: Workspace) -> Iterator[Data]:
    """What the workspace holds now, for any version to read, as long as the block lasts. Raises InputError."""
    with workspace.objects.scratch_folder() as scratch, told(workspace.objects.layout.scratch):
        yield _Folders(moment(workspace), scratch)


def _intake(given: Moment, found: Intake) -> Intake:
    """What was read, under the name of the state, with the rows that imports set aside and that still wait."""
    rows = [row for sheet in aside.waiting(given.workspace, upto=given.upto) for row in sheet.rows]
    waiting = [
        SetAside(place_text(row.of.part.name, row.of.part.sheet), row.record, row.order, **vars(breach))
        for row in rows
        for breach in row.breaches
    ]
    return replace(
        found,
        hashing=_Named(given.source.digest),
        set_aside=tuple(sorted((*found.set_aside, *waiting))),
        set_aside_rows=found.set_aside_rows + len(rows),
    )


@dataclass(frozen=True)
class _Folders:
    """Makes the folders that versions read, one for all that read the same tables."""

    given: Moment
    scratch: Path
    made: dict[tuple[Table, ...], Path] = field(default_factory=dict)

    def __call__(self, tables: tuple[Table, ...]) -> Path:
        if tables not in self.made:
            target = Path(mkdtemp(prefix="state-", dir=self.scratch))  # one more for each try, failed ones included
            self.made[tables] = state.folder(self.given.workspace, self.given.source, tables, target)
        return self.made[tables]


@dataclass(frozen=True)
class _Named:
    """The name of a state stands for the files written of it, which another version of DuckDB writes otherwise."""

    digest: str

    def result(self) -> str:
        return self.digest
