"""Documents of a workspace against the schemas of the program.

Knows JSON Schema; must not know what any key means.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from engine.problems import Place, Problem, clip

_SUFFIX = ".schema.json"
_FEW = 3


class Shapes:
    """The schemas of one folder. Reads it once; raises OSError."""

    def __init__(self, folder: Path) -> None:
        contents = {path.name: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob(f"*{_SUFFIX}"))}
        pairs = [(name, Resource.from_contents(schema)) for name, schema in contents.items()]
        registry: Registry[Any] = Registry().with_resources(pairs)
        self._validators = {
            name.removesuffix(_SUFFIX): Draft202012Validator(schema, registry=registry)
            for name, schema in contents.items()
        }

    def breaches(self, kind: str, value: Any, place: Place) -> Iterator[Problem]:
        """The first few things wrong with ``value``, a document of the schema called ``kind``."""
        for error in islice(self._validators[kind].iter_errors(value), _FEW):
            where = "/".join(map(str, error.absolute_path)) or "整个文件"
            yield Problem(place, f"不合 {kind}{_SUFFIX}：{where}", clip(error.message, 120))
