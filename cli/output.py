"""Writing to the two streams: results to stdout, everything else to stderr, both in UTF-8.

Knows streams and widths; knows nothing of what is written.
"""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

NARROWEST, WIDEST, PIPED = 80, 160, 100


def use_utf8() -> None:
    """Chinese must come out whatever the locale says; a lone surrogate of a file name must not stop a message."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def result_console() -> Console:
    """A console on stdout: as wide as the terminal or COLUMNS says, colours only on a terminal."""
    from rich.console import Console

    width = max(NARROWEST, min(shutil.get_terminal_size((PIPED, 24)).columns, WIDEST))
    return Console(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def write(text: str) -> None:
    """``text`` to stdout as it is."""
    sys.stdout.write(text)


def complain(*messages: str) -> None:
    """Each message to stderr on lines of its own, without characters that could steer a terminal."""
    for message in messages:
        for line in message.split("\n"):
            print("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line), file=sys.stderr)


@contextmanager
def progress(message: str) -> Iterator[Callable[[str], None]]:
    """A moving line on stderr while the work lasts, and what changes its words; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status(message) as status:
        yield status.update
