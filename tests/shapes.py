"""The program's schemas, and documents held against them down to the last object.

Knows JSON Schema; must not know which command prints what.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.running import SCHEMAS

UNDESCRIBED = "undescribed"


@cache
def validator(name: str) -> Draft202012Validator:
    """The validator of one of the schemas, which refer to each other by file name."""
    schemas = {path.name: json.loads(path.read_text("utf-8")) for path in SCHEMAS.glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas.values()
    )
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(schemas[name], registry=registry, format_checker=checker)


def fits(name: str, document: Any) -> None:
    """The document is of the schema, and would not be if any object in it had another key."""
    schema = validator(f"{name}.schema.json")
    schema.validate(document)
    for path, found in dict(_objects(document, "$")).items():
        found[UNDESCRIBED] = [[]]  # nor is this a value of any mapping
        refused = not schema.is_valid(document)
        del found[UNDESCRIBED]
        assert refused, f"{name}: {path}"


def _objects(value: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """One object of each place in the document; items of a list are one place."""
    if isinstance(value, dict):
        yield path, value
        for key, item in value.items():
            yield from _objects(item, f"{path}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item, f"{path}[]")
