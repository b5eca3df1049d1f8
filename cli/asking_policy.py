"""What the policy commands ask: which versions there are, one of them, whether it is sound, whether its cases hold.

Knows the layout of a policies folder; knows nothing of screens. Loads the engine only when asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cli.locations import Locations, bundled, versions_in
from cli.options import CommandError
from engine.problems import PolicyError

if TYPE_CHECKING:
    from engine.policy.model import Policy

COMPILE_SECONDS = 60.0
"""How long the rule engine may take over one policy: a sound one takes a second or two."""


def all_policies(folder: Path | None) -> tuple[list[Policy], list[str]]:
    """Every version in the folder by the cycle it scores, and what is wrong with those that cannot be read."""
    from engine.policy.build import load_policy

    places = versions_in(folder)
    found, broken = [], []
    for version in _versions(places):
        try:
            found.append(load_policy(version, places.schemas, {}))
        except PolicyError as error:
            broken += [str(problem) for problem in error.problems]
    return sorted(found, key=lambda policy: (policy.first, policy.in_force_from, policy.id)), broken


def one_policy(version: str | None, folder: Path | None, chosen: Mapping[str, str]) -> Policy:
    """Raises PolicyError, InputError and CommandError."""
    from engine.policy.build import load_policy

    places = versions_in(folder)
    return load_policy(one_folder(version, places), places.schemas, chosen)


def _versions(places: Locations) -> list[Path]:
    from engine.policy.versions import HEAD

    if not places.released.is_dir():
        raise CommandError(f"没有这个文件夹：{places.released}")
    return sorted(head.parent for head in places.released.glob(f"*/{HEAD}"))


def asked_folders(version: str | None, places: Locations) -> list[Path]:
    """The folder of the version asked for, or of every one. Raises InputError and CommandError."""
    return _versions(places) if version is None else [one_folder(version, places)]


def writable(folder: Path) -> Path:
    """``folder``, where it is not among the program's own. Raises CommandError."""
    if bundled(folder):
        raise CommandError("程序自带的方案不能改。请在工作区里运行，或用 --policies 指明自己存放方案的文件夹")
    return folder


def one_folder(version: str | None, places: Locations) -> Path:
    """The folder of a version given by name or as a folder; the only one there is when none is given."""
    from engine.policy.versions import find_version

    if version is not None:
        return find_version(version, [places.released, *([places.examples] if places.examples else [])])
    found = _versions(places)
    if len(found) != 1:
        raise CommandError(f"请写明版本。现有：{'、'.join(path.name for path in found) or '没有'}")
    return found[0]
