"""Parts of a policy held against JSON Schema, references to readings included.

A reference to a reading is checked where it stands, against every option, so an alternative that nobody has chosen yet
is known to fit. Knows JSON Schema; must not know what any key of a policy means. Slow to import: ``schema`` does
so only where something is to be checked that was not found sound before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry, Resource

from engine.policy.readings import Readings
from engine.policy.schema_messages import problems_of
from engine.policy.source import Node, plain
from engine.problems import Problem

READING_REFERENCE = "common.schema.json#/$defs/readingReference"
"""The alternative that marks, in a schema's ``anyOf``, where a reading may stand in."""

_LIMITS = ("enum", "minimum", "maximum", "exclusiveMinimum", "format")


class Validation:
    """Schemas, by file name and with absolute references, put together to be checked against."""

    def __init__(self, contents: Mapping[str, Any]) -> None:
        self._contents = contents
        self._registry: Registry[Any] = Registry().with_resources(
            (name, Resource.from_contents(content)) for name, content in contents.items()
        )
        self._formats = FormatChecker(formats=["date"])

    def problems(self, file: str, root: Node, content: Any, readings: Readings) -> tuple[Problem, ...]:
        """All that is wrong with one part, whose plain ``content`` is given, by the schema in ``file``."""
        cls = self._validator_class(readings)
        validator = cls(self._contents[file], registry=self._registry, format_checker=self._formats)
        found: list[Problem] = []
        for error in _distinct(validator.iter_errors(content)):
            found.extend(problems_of(error, root, readings))
        return tuple(dict.fromkeys(found))

    def _validator_class(self, readings: Readings) -> Any:
        def any_of(validator: Any, branches: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
            real = [branch for branch in branches if branch.get("$ref") != READING_REFERENCE]
            if len(real) < len(branches) and isinstance(instance, dict) and "reading" in instance:
                errors = list(validator.descend(instance, {"$ref": READING_REFERENCE}))
                yield from errors
                if errors or readings.endless:
                    return
                # The whole alternative again, since an option may be a reference itself.
                for jump in readings.jumps(instance["reading"], instance.get("part")):
                    value = readings.follow(jump)
                    if value is not None:
                        yield from validator.descend(plain(value), {"anyOf": branches}, path=jump)
                return
            ranked = sorted(real, key=lambda branch: -self._likeness(branch, instance))
            likeliest: list[ValidationError] = []
            for position, branch in enumerate(ranked):
                errors = list(validator.descend(instance, branch))
                if not errors:
                    return
                likeliest = likeliest if position else errors
            if len(ranked) > 1 and not self._tells(ranked, instance, likeliest):
                ways = [self._end(branch) for branch in ranked]
                yield ValidationError("", validator="anyOf", validator_value=ways, instance=instance, schema=schema)
            else:
                yield from likeliest

        # The stubs leave extend untyped.
        return extend(  # type: ignore[no-untyped-call]
            Draft202012Validator,
            validators={"anyOf": any_of, "oneOf": any_of},
            type_checker=_TYPES,
        )

    def _end(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema that a chain of ``$ref`` ends in."""
        while "$ref" in schema:
            file, _, pointer = schema["$ref"].partition("#")
            schema = self._contents[file]
            for step in filter(None, pointer.split("/")):
                schema = schema[step]
        return schema

    def _likeness(self, branch: Mapping[str, Any], instance: Any) -> int:
        """How much ``instance`` looks meant for ``branch``: kind first, then keys. Above 0: it shares a key."""
        schema = self._end(branch)
        if isinstance(instance, dict | list) and ("const" in schema or "enum" in schema):
            return -100
        kind = schema.get("type")
        if kind is not None and not _TYPES.is_type(instance, kind):
            return -100
        if isinstance(instance, dict):
            known, needed = schema.get("properties", {}), schema.get("required", [])
            shared = sum(key in known for key in instance)
            return 10 * sum(key in instance for key in needed) + shared - (shared > 0) * len(needed)
        return 0

    def _tells(self, ranked: Sequence[Mapping[str, Any]], instance: Any, errors: Iterable[ValidationError]) -> bool:
        """Whether the likeliest alternative's own errors say enough, so that the others need not be listed."""
        likeness, second = (self._likeness(branch, instance) for branch in ranked[:2])
        if isinstance(instance, dict):
            return likeness > 0
        return second < likeness == 0 and (
            isinstance(instance, list) or any(error.validator in _LIMITS for error in errors)
        )


def _is_number(_: object, instance: object) -> bool:
    return isinstance(instance, int | Decimal) and not isinstance(instance, bool)


def _is_integer(_: object, instance: object) -> bool:
    return isinstance(instance, int) and not isinstance(instance, bool)


_TYPES = Draft202012Validator.TYPE_CHECKER.redefine("number", _is_number).redefine("integer", _is_integer)


def _distinct(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """Without errors that only repeat another at the same value: a value of the wrong type matches nothing else."""
    by_place: dict[tuple[Any, ...], list[ValidationError]] = {}
    for error in errors:
        by_place.setdefault(tuple(error.absolute_path), []).append(error)
    for group in by_place.values():
        kinds = {str(error.validator) for error in group}
        for error in group:
            told = error.validator != "type" and "type" in kinds
            told = told or (error.validator == "format" and "pattern" in kinds)
            if not told:
                yield error
