"""The database's shape goes forward and back on both databases, and is what the models say."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

from engine.problems import InputError
from tests.workspace.making import AT, BY
from tests.workspace.processes import ended, started
from workspace import migrations
from workspace.chain import verify
from workspace.database import entries
from workspace.opening import Workspace, open_workspace

STEPS = migrations.revisions()


def shape(connection: Connection) -> dict[str, object]:
    """Every table with its columns, keys and indexes, as the database tells them."""
    looked = inspect(connection)
    return {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in looked.get_columns(table)],
            looked.get_pk_constraint(table)["constrained_columns"],
            [(key["constrained_columns"], key["referred_table"]) for key in looked.get_foreign_keys(table)],
            sorted((index["column_names"], bool(index["unique"])) for index in looked.get_indexes(table)),
            sorted(unique["column_names"] for unique in looked.get_unique_constraints(table)),
        )
        for table in sorted(looked.get_table_names())
    }


def test_the_models_are_what_the_steps_make(workspace: Workspace) -> None:
    """Promise: what the program believes a table to be is what the migrations have made of it."""
    with workspace.store.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"version_table": migrations.TABLE})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_back_and_forward_again(workspace: Workspace) -> None:
    """Promise: every step can be taken back, leaves nothing behind, and leads to the same shape when taken again."""
    with workspace.store.writing() as writing:
        newest = shape(writing.connection)
        seen = [newest]
        for step in [*reversed(STEPS[:-1]), "base"]:
            migrations.downgrade(writing.connection, step)
            seen.append(shape(writing.connection))
        assert set(seen[-1]) <= {migrations.TABLE}
        assert migrations.current(writing.connection) is None
        for step, expected in zip(STEPS, reversed(seen[:-1]), strict=True):
            migrations.upgrade(writing.connection, step)
            assert (migrations.current(writing.connection), shape(writing.connection)) == (step, expected)
    with workspace.store.reading() as session:
        assert shape(session.connection()) == newest


@pytest.mark.parametrize("step", STEPS)
def test_an_older_workspace_opens(workspace: Workspace, step: str) -> None:
    """Promise: a workspace of any earlier release is brought up when it is opened, its chain untouched."""
    with workspace.store.writing() as writing:
        migrations.downgrade(writing.connection, step)
    reopened = open_workspace(workspace.layout)
    with reopened.store.reading() as session:
        assert migrations.current(session.connection()) == STEPS[-1]
        found = entries(session)
    assert [entry.kind for entry in found] == ["init"]
    assert verify(found, "sha256") == ()


def _open_and_append(workspace: Workspace) -> None:
    with open_workspace(workspace.layout).store.writing() as writing:
        writing.append("import", {}, BY, AT)


def test_several_open_an_older_one_at_once(workspace: Workspace) -> None:
    """Promise: when several programs bring up the same workspace, it is done once and none fails."""
    with workspace.store.writing() as writing:
        migrations.downgrade(writing.connection, STEPS[0])
    openers = [started(_open_and_append, workspace) for _ in range(4)]
    assert [ended(opener) for opener in openers] == [0] * 4
    with workspace.store.reading() as session:
        assert len(entries(session)) == 5


def test_a_newer_workspace_is_refused(workspace: Workspace) -> None:
    """Promise: an old program does not touch what a newer one has changed."""
    with workspace.store.writing() as writing:
        writing.connection.execute(text(f"UPDATE {migrations.TABLE} SET version_num = '9999'"))
    with pytest.raises(InputError, match="请升级 hotline-policy"):
        open_workspace(workspace.layout)


def test_a_step_that_fails_leaves_the_shape(workspace: Workspace) -> None:
    """Promise: what was begun is taken back whole, on SQLite too."""
    with workspace.store.reading() as session:
        before = shape(session.connection())
    with pytest.raises(ZeroDivisionError), workspace.store.writing() as writing:
        migrations.downgrade(writing.connection, "base")
        raise ZeroDivisionError
    with workspace.store.reading() as session:
        assert shape(session.connection()) == before
        assert len(entries(session)) == 1


def test_steps_are_in_one_line() -> None:
    """Promise: the steps travel with the package, each with a way back, numbered in order."""
    files = sorted(path.name for path in (Path(migrations.__file__).parent / "versions").glob("*.py"))
    assert [name[1:5] for name in files] == list(STEPS)
    assert list(STEPS) == sorted(STEPS)
