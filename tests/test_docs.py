"""The generated pages say what the program and the schemas say, and their examples are true."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from cli.main import main
from engine.policy.parts import PARTS
from engine.policy.source import plain, read_bytes
from manual import commands, vocabulary
from manual.keys import Book, Key, Spot

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "schemas" / "v1"
BOOK = Book(SCHEMAS)
REGISTRY: Registry[Any] = Registry().with_resources(
    [(name, Resource.from_contents(contents)) for name, contents in BOOK.contents.items()]
)
DOCUMENTED = (*PARTS, "case")


def all_keys() -> Iterator[tuple[str, Key]]:
    for part in DOCUMENTED:
        yield from ((f"{part}: {key.name}", key) for key in BOOK.keys(BOOK.part(part)))
    for spot in BOOK.shared():
        yield from ((f"{spot.pointer}: {key.name}", key) for key in BOOK.keys(spot))


def told_apart() -> Iterator[tuple[str, Key]]:
    """A key that two ways of writing share has a number from the second on."""
    seen: dict[str, int] = {}
    for name, key in all_keys():
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{name} {seen[name]}"), key


KEYS = dict(told_apart())


def valid(spot: Spot, value: Any) -> bool:
    schema = {"$ref": f"{spot.file}#{spot.pointer}"}
    return Draft202012Validator(schema, registry=REGISTRY).is_valid(json.loads(json.dumps(value, default=float)))


@pytest.mark.parametrize("name", KEYS)
def test_example_of_every_key_is_valid(name: str) -> None:
    """Promise: what the reference shows for a key may be copied: read as YAML it is what the schema takes, alone or,
    where it is shown with its key, as the mapping that holds it."""
    key = KEYS[name]
    source = read_bytes(f"k: {key.example}\n".encode(), "")
    assert source.root is not None and not source.problems
    root: Any = plain(source.root)
    value = root["k"]
    last = key.name.rpartition(".")[2]
    with_key = isinstance(value, Mapping) and last in value and valid(key.spot, value[last]) and valid(key.owner, value)
    assert valid(key.spot, value) or with_key, key.example
    assert "…" not in key.example


@pytest.mark.parametrize(
    ("name", "made"),
    [("docs/vocabulary.md", lambda: vocabulary.page(SCHEMAS)), ("docs/cli.md", commands.page)],
    ids=["vocabulary", "cli"],
)
def test_generated_pages_are_up_to_date(name: str, made: Any) -> None:
    """Promise: the reference is what the schemas and commands say now (``make docs`` writes it anew)."""
    assert (ROOT / name).read_text("utf-8") == made()


def test_every_property_of_every_schema_is_documented() -> None:
    """Promise: nothing that a file may hold is missing from the reference."""
    documented = {(key.spot.file, key.spot.pointer) for key in KEYS.values()}
    missing = []
    for file, contents in BOOK.contents.items():
        if file.removesuffix(".schema.json") not in (*DOCUMENTED, "common"):
            continue
        missing += [f"{file}#{at}" for at in _properties(contents, "") if (file, at) not in documented]
    assert [at for at in missing if "/$defs/reading" not in at] == []


def test_links_of_the_vocabulary_lead_to_headings() -> None:
    """Promise: every link within the reference has a heading of that name."""
    text = (ROOT / "docs" / "vocabulary.md").read_text("utf-8")
    headings = set(re.findall(r"(?m)^#+ (.+)$", text))
    links = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert links and links <= headings


def _properties(schema: Any, at: str) -> Iterator[str]:
    if isinstance(schema, list):
        for i, item in enumerate(schema):
            yield from _properties(item, f"{at}/{i}")
    elif isinstance(schema, dict):
        for name, inner in schema.items():
            if name == "properties" and isinstance(inner, dict):
                for key, below in inner.items():
                    yield f"{at}/properties/{key}"
                    yield from _properties(below, f"{at}/properties/{key}")
            elif name not in ("if", "then", "else", "not", "examples", "default", "enum", "const"):
                yield from _properties(inner, f"{at}/{name}")


def test_the_smallest_policy_of_the_introduction_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: who copies the introduction's files has a sound policy whose cases hold and whose result is as told."""
    text = (ROOT / "docs" / "vocabulary.md").read_text("utf-8")
    policy, data = tmp_path / "demo", tmp_path / "data"
    files = re.findall(r"(?m)^\*\*(\S+)\*\*\n\n```\w+\n(.*?)^```$", text, re.DOTALL)
    assert len(files) == 8
    for name, content in files:
        path = (data if name.endswith(".csv") else policy) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    assert main(["policy", "check", str(policy)]) == 0, capsys.readouterr().err
    assert main(["policy", "test", str(policy)]) == 0
    assert "2 个通过" in capsys.readouterr().out
    words = ["--policy", str(policy), "--data", str(data), "--as-of", "2027-12-31", "--format", "json"]
    assert main(["evaluate", *words]) == 0
    result = json.loads(capsys.readouterr().out)
    months = {m["period"]: {r["unit"]: (r["total"], r["last"]) for r in m["ranking"]} for m in result["months"]}
    assert months["2027-03"] == {"甲中心": (100, False), "乙中心": (0, True)}
    assert months["2027-04"] == {"甲中心": (100, False), "乙中心": (40, True)}
    assert [(c["rule"], c["unit"], c["period"]) for c in result["consequences"]] == [("talk", "乙中心", "2027-04")]
