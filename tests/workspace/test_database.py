"""One database behind one door: the same on SQLite and PostgreSQL, one writer at a time."""

from __future__ import annotations

from tests.workspace.making import AT, BY
from workspace.chain import verify
from workspace.database import entries
from workspace.opening import Workspace, open_workspace


def test_what_was_appended_is_read_in_order(workspace: Workspace) -> None:
    """Promise: entries come back as they were written, in order, and tied together."""
    with workspace.store.writing() as writing:
        writing.append("import", {"文件": [1, 2]}, BY, AT)
    with open_workspace(workspace.layout).store.reading() as session:
        found = entries(session)
    assert [(item.seq, item.kind) for item in found] == [(1, "init"), (2, "import")]
    assert found[1].content == {"文件": [1, 2]}
    assert verify(found, "sha256") == ()
