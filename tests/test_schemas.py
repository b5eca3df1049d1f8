"""The schemas, and the example policies that must load or must not; see tests/examples/README.md."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from engine.policy.build import load_policy
from engine.policy.parts import PARTS, REQUIRED, load_parts
from engine.policy.source import plain, read_file
from engine.problems import Place, PolicyError

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "schemas" / "v1"
POLICY = ROOT / "policies" / "2026"
EXAMPLES = Path(__file__).parent / "examples"
FILES = sorted(SCHEMAS.glob("*.schema.json"))
POSITIVE = sorted(path for path in (EXAMPLES / "positive").iterdir() if path.is_dir())
NEGATIVE = sorted(path for path in (EXAMPLES / "negative").iterdir() if path.is_dir())


def schema(path: Path) -> dict[str, Any]:
    contents: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return contents


REGISTRY: Registry[Any] = Registry().with_resources(
    [(path.name, Resource.from_contents(schema(path))) for path in FILES]
)


def subschemas(node: Any, trail: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every subschema of a schema with its JSON pointer; ``if`` is left out, since it only asks."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from subschemas(item, f"{trail}/{index}")
    elif isinstance(node, dict):
        yield trail, node
        for key in ("properties", "$defs", "dependentSchemas"):
            for name, item in node.get(key, {}).items():
                yield from subschemas(item, f"{trail}/{key}/{name}")
        for key in ("items", "anyOf", "oneOf", "additionalProperties"):
            yield from subschemas(node.get(key), f"{trail}/{key}")


def folder_of(example: Path, at: Path) -> Path:
    """A policy folder made of the example and, where it is not whole, of the 2026 policy's other parts."""
    whole = all((example / f"{part}.yaml").exists() for part in REQUIRED)
    at.mkdir()
    for source in () if whole else POLICY.glob("*.yaml"):
        shutil.copy(source, at)
    for source in example.glob("*.yaml"):
        if source.name != "expect.yaml":
            shutil.copy(source, at)
    return at


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_schema_is_a_schema(path: Path) -> None:
    """Each file is valid JSON Schema 2020-12, names itself by its file name and needs no network."""
    contents = schema(path)
    Draft202012Validator.check_schema(contents)
    assert contents["$id"] == path.name
    references = [node["$ref"] for _, node in subschemas(contents) if "$ref" in node]
    for reference in references:
        assert "://" not in reference
        REGISTRY.resolver(path.name).lookup(reference)  # raises when it leads nowhere


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_schema_is_closed_and_described(path: Path) -> None:
    """No object takes keys it does not declare, and an editor has a Chinese title and description for each key."""
    for trail, node in subschemas(schema(path)):
        if "properties" in node and "type" in node:
            assert node.get("additionalProperties", True) is not True, trail
        for name, item in node.get("properties", {}).items() if node.get("type") == "object" else ():
            for key in ("title", "description"):
                assert any("\u4e00" <= letter <= "\u9fff" for letter in item.get(key, "")), f"{trail}/{name} {key}"


@pytest.mark.parametrize("part", [path.stem for path in sorted(POLICY.glob("*.yaml"))])
def test_editors_see_what_the_program_sees(part: str) -> None:
    """The 2026 files as written, references included, are valid for any JSON Schema validator, so for editors too."""
    path = POLICY / f"{part}.yaml"
    root = read_file(path).root
    assert root is not None
    data = json.loads(json.dumps(plain(root), default=float))
    errors = Draft202012Validator(schema(SCHEMAS / f"{part}.schema.json"), registry=REGISTRY).iter_errors(data)
    assert [error.message for error in errors] == []
    first = path.read_text("utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema=../../schemas/v1/{part}.schema.json"


def test_every_part_has_a_schema() -> None:
    """A part that the program reads is a part that it can check."""
    assert {f"{part}.schema.json" for part in PARTS} <= {path.name for path in FILES}


def test_the_2026_policy_loads_and_uses_every_reading() -> None:
    """The released policy is free of problems, and no reading is an unused switch."""
    parts = load_parts(POLICY, SCHEMAS, {})
    assert set(REQUIRED) <= set(parts.data)
    assert parts.used == set(parts.chosen)


@pytest.mark.parametrize("example", POSITIVE, ids=lambda path: path.name)
def test_positive_example(example: Path, tmp_path: Path) -> None:
    """What the documentation of the vocabulary allows is accepted."""
    parts = load_parts(folder_of(example, tmp_path / "policy"), SCHEMAS, {})
    assert set(REQUIRED) <= set(parts.data)


@pytest.mark.parametrize("example", NEGATIVE, ids=lambda path: path.name)
def test_negative_example(example: Path, tmp_path: Path) -> None:
    """A mistake is told with the words, line and column that the example states, and nothing else is blamed."""
    folder = folder_of(example, tmp_path / "policy")
    expected = yaml.safe_load((example / "expect.yaml").read_text("utf-8"))["expect"]
    with pytest.raises(PolicyError) as caught:
        load_policy(folder, SCHEMAS, {})
    left = list(caught.value.problems)
    for item in expected:
        place = Place(str(folder / item["file"]), item["line"], item["column"])
        found = [p for p in left if p.place == place and all(word in str(p) for word in item["words"])]
        assert found, f"{place} {item['words']} is not among:\n{caught.value}"
        left.remove(found[0])
    assert left == []


def test_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    """One run tells everything: text, schema and reading mistakes, missing and unknown files, in every file."""
    folder = folder_of(EXAMPLES / "negative" / "tab-indent", tmp_path / "policy")
    shutil.copy(EXAMPLES / "negative" / "condition-bare-word" / "rules.yaml", folder)
    shutil.copy(EXAMPLES / "negative" / "reading-unknown" / "consequences.yaml", folder)
    (folder / "ranking.yaml").unlink()
    (folder / "rankings.yaml").write_text("eligible: {}\n", "utf-8")
    with pytest.raises(PolicyError) as caught:
        load_parts(folder, SCHEMAS, {})
    text = str(caught.value)
    for words in ("calendar.yaml:3:1: 缩进里有制表符", "rules.yaml:7:15", "没有这个 reading", "缺少这个文件"):
        assert words in text
    assert "rankings.yaml: 政策里没有这个文件名" in text and "是不是“ranking.yaml”" in text


def test_manifest_and_cases_are_not_parts(tmp_path: Path) -> None:
    """The manifest and the cases may stand in the folder without being read as parts."""
    folder = folder_of(EXAMPLES / "positive" / "smallest", tmp_path / "policy")
    (folder / "manifest.yaml").write_text("- : [", "utf-8")
    (folder / "cases").mkdir()
    (folder / "cases" / "x.yaml").write_text("- : [", "utf-8")
    assert set(load_parts(folder, SCHEMAS, {}).data) == set(REQUIRED)


def test_missing_folder_is_told(tmp_path: Path) -> None:
    """A wrong path is an error with that path, not a traceback."""
    with pytest.raises(PolicyError, match="没有这个政策文件夹"):
        load_parts(tmp_path / "nowhere", SCHEMAS, {})
