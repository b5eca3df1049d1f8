"""What the commands that revise a version ask of the engine.

Knows where versions are and where new ones go; knows nothing of screens. Loads the engine only when asked.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from cli.asking_policy import COMPILE_SECONDS, asked_folders, writable
from cli.locations import Locations, cache_folder, locations, versions_in
from engine.problems import PolicyError

if TYPE_CHECKING:
    from engine.revise.edit import Done
    from engine.revise.todo import Todo


def make_year(name: str, source: str, policies: Path | None) -> tuple[Path, Todo]:
    """The folder of the version ``name``, a year after ``source``, and what is left to do in it.

    Raises PolicyError, InputError and CommandError.
    """
    from engine.revise.new import new_year
    from engine.revise.todo import todo

    places = versions_in(policies)
    folder = new_year(_source(source, places), writable(places.released), name, places.schemas)
    return folder, todo(folder)


def make_amendment(name: str, amended: str, from_date: dt.date, policies: Path | None) -> tuple[Path, Todo]:
    """Likewise of an amendment of ``amended``, which has to stand beside it."""
    from engine.policy.versions import find_version
    from engine.revise.new import amendment
    from engine.revise.todo import todo

    places = versions_in(policies)
    old = find_version(amended, [places.released])
    folder = amendment(old, writable(places.released), name, from_date, places.schemas)
    return folder, todo(folder)


def todo_of(version: str, policies: Path | None) -> tuple[Path, Todo]:
    """The version's folder and what is left to do. Raises PolicyError, InputError and CommandError."""
    from engine.revise.todo import todo

    folder = asked_folders(version, versions_in(policies))[0]
    return folder, todo(folder)


def set_in(version: str, path: str, value: str, policies: Path | None) -> tuple[Done, list[str]]:
    """What was set, and what is still wrong with the version's meaning.

    Raises PolicyError, InputError and CommandError.
    """
    from engine.policy.build import load_policy
    from engine.policy.schema import Schemas
    from engine.revise.edit import set_value

    places = versions_in(policies)
    folder = writable(asked_folders(version, places)[0])
    done = set_value(folder, Schemas(places.schemas), path, value)
    try:
        load_policy(folder, places.schemas, {})
    except PolicyError as error:
        return done, [str(problem) for problem in error.problems]
    return done, []


def release_version(version: str, by: str, on: dt.date, policies: Path | None, *, cached: bool) -> Path:
    """The manifest written. Raises PolicyError with everything that stands in the way, InputError, CommandError."""
    from engine.check.whole import Effort
    from engine.revise.release import release

    places = versions_in(policies)
    effort = Effort(cache_folder() if cached else None, COMPILE_SECONDS)
    return release(writable(asked_folders(version, places)[0]), places.schemas, by, on, effort)


def _source(version: str, places: Locations) -> Path:
    """The version to start from: among the folder's own, then among those that came with the program."""
    from engine.policy.versions import find_version

    own = locations()
    folders = [places.released, own.released, *([own.examples] if own.examples else [])]
    return find_version(version, folders)
