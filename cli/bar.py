"""A bar on stderr that shows how far some work has come.

Knows the terminal; knows nothing of the work. Nothing is shown where stderr is no terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cli.document import printable

_NAME = 40


@contextmanager
def bar(title: str) -> Iterator[Callable[[str, float], None]]:
    """What takes the name of what is under way and the share of the whole that is done."""
    if not sys.stderr.isatty():
        yield lambda _, __: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=1.0)

        def say(name: str, share: float) -> None:
            progress.update(task, description=f"{title} {printable(name)[:_NAME]}", completed=share)

        yield say
