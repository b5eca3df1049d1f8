"""The schemas of a folder, and whether a part of a policy is sound by them.

The same content is checked once: what was found sound is remembered by a digest of all that was looked at. Knows files
and digests; must not know JSON Schema, nor what any key of a policy means.
"""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import kept
from engine.policy.readings import Readings, reference, references
from engine.policy.source import Node, plain
from engine.problems import Problem

if TYPE_CHECKING:
    from engine.policy.validating import Validation

MOST_KNOWN = 256
"""How many parts are remembered: a check that leaves broken pieces out looks at the others again and again."""

MOST_SOUND = 10_000
"""How many contents are remembered as sound: copies of a version differ in a part or two."""

_CHECKERS = ("readings.py", "schema.py", "source.py", "validating.py")
"""The modules that say what is sound: with other ones, nothing that was found before counts."""


class _Grammar:
    """What the files of one folder say; shared by all who read the same."""

    def __init__(self, files: tuple[tuple[str, bytes], ...]) -> None:
        self.contents = {name: _absolute(json.loads(raw, parse_float=Decimal), name) for name, raw in files}
        self.sound: set[str] = set()
        self._files = files

    @cached_property
    def name(self) -> str:
        """Another one wherever another part may be sound."""
        from importlib.metadata import version

        programs = [hashlib.sha256(Path(__file__).with_name(name).read_bytes()).hexdigest() for name in _CHECKERS]
        files = [(name, hashlib.sha256(raw).hexdigest()) for name, raw in self._files]
        return "sound-" + kept.digest_of([programs, files, version("jsonschema")])

    @cached_property
    def validation(self) -> Validation:
        from engine.policy.validating import Validation  # slow to import

        return Validation(self.contents)


_grammar = lru_cache(maxsize=8)(_Grammar)


class Schemas:
    """The schemas of one folder, ready to check parts. Reads the folder once; raises OSError or ValueError.

    ``cache``: folder in which the digests of sound parts are kept, or None.
    """

    def __init__(self, folder: Path, cache: Path | None = None) -> None:
        paths = sorted(folder.glob("*.schema.json"))
        self._grammar = _grammar(tuple((path.name, path.read_bytes()) for path in paths))
        self._cache = cache
        self._kept = self._read()
        self._known: dict[tuple[str, int], tuple[Node, Readings | None, tuple[Problem, ...]]] = {}

    def has(self, part: str) -> bool:
        return f"{part}.schema.json" in self._grammar.contents

    def problems(self, part: str, root: Node, readings: Readings) -> tuple[Problem, ...]:
        """All that is wrong with one part as written, references included. ``part`` must have a schema."""
        key = part, id(root)
        seen = self._known.get(key)
        if seen is not None and seen[0] is root and seen[1] in (None, readings):
            return seen[2]
        refers = any(references(root))
        found = self._problems(part, root, readings, refers)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[key] = root, readings if refers else None, found
        return found

    def keep(self) -> None:
        """Keep what was found sound, for later runs of the program."""
        if self._cache is not None and not self._grammar.sound <= self._kept:
            kept.keep(self._cache, self._grammar.name, sorted(self._grammar.sound))

    def _read(self) -> frozenset[str]:
        if self._cache is None:
            return frozenset()
        found = kept.read(self._cache, self._grammar.name)
        listed = frozenset(map(str, found)) if isinstance(found, list) else frozenset()
        self._grammar.sound.update(listed)
        return listed

    def _problems(self, part: str, root: Node, readings: Readings, refers: bool) -> tuple[Problem, ...]:
        content, sound = plain(root), self._grammar.sound
        looked_at = repr((part, content, _meant(readings) if refers else None))
        digest = hashlib.sha256(looked_at.encode()).hexdigest()
        if digest in sound:
            return ()
        found = self._grammar.validation.problems(f"{part}.schema.json", root, content, readings)
        if not found:
            if len(sound) >= MOST_SOUND:
                sound.clear()
            sound.add(digest)
        return found


def _meant(readings: Readings) -> object:
    """All of ``readings`` that following a reference may come upon: every option, and which is chosen only of readings
    that another option stands on."""
    choices = readings.choices.items()
    options = [(id, [(name, plain(value)) for name, value in one.options.items()]) for id, one in choices]
    inner = {found.reading for _, one in choices for value in one.options.values() if (found := reference(value))}
    return readings.endless, options, [(id, one.chosen) for id, one in choices if id in inner]


def _absolute(schema: Any, file: str) -> Any:
    """The schema with the file's name in every local reference, so that each can be followed without a base."""
    if isinstance(schema, dict):
        out = {key: _absolute(value, file) for key, value in schema.items()}
        ref = schema.get("$ref")
        if isinstance(ref, str) and ref.startswith("#"):
            out["$ref"] = file + ref
        return out
    return [_absolute(item, file) for item in schema] if isinstance(schema, list) else schema
