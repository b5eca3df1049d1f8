"""Strict YAML: what a value means never depends on YAML's surprises, and everything knows its place."""

from __future__ import annotations

import itertools
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.policy.source import (
    MAX_BYTES,
    MapNode,
    Node,
    ScalarNode,
    _read,
    _usual,
    child,
    plain,
    read_bytes,
    read_file,
)
from engine.problems import Place


def root_of(text: str) -> Node:
    source = read_bytes(text.encode(), "f.yaml")
    assert source.problems == ()
    assert source.root is not None
    return source.root


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-7", -7),
        ("12.50", Decimal("12.50")),
        ("0.1", Decimal("0.1")),
        ("yes", "yes"),
        ("No", "No"),
        ("on", "on"),
        ("True", "True"),
        ("NULL", "NULL"),
        ("12:30", "12:30"),
        ("14:00:00", "14:00:00"),
        ("2026-03-01", "2026-03-01"),
        ("2026-03", "2026-03"),
        ("010", "010"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("+5", "+5"),
        ("1e3", "1e3"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("=", "="),
        ("٣", "٣"),
        ("９", "９"),
        ('"7"', "7"),
        ("'true'", "true"),
        ("9" * 6000, "9" * 6000),
        ("<<", "<<"),
    ],
)
def test_scalars_mean_what_they_look_like(text: str, value: object) -> None:
    """Only true/false, null, plain integers and decimals are anything but text."""
    got = plain(root_of(f"key: {text}\n"))
    assert isinstance(got, dict)
    assert got["key"] == value
    assert type(got["key"]) is type(value)


def test_every_value_and_key_has_its_place() -> None:
    """Errors can point at the exact line and column, also after Chinese text and inside flow style."""
    root = root_of("甲: 一\nitems:\n  - {名称: 乙, n: 2}\n  -   deep: [x, yy]\n")
    assert isinstance(root, MapNode)
    items = child(root, "items")
    assert items is not None
    first, second = child(items, 0), child(items, 1)
    assert isinstance(first, MapNode) and isinstance(second, MapNode)
    entry = first.entry("n")
    assert entry is not None
    assert (entry.place, entry.node.place) == (Place("f.yaml", 3, 13), Place("f.yaml", 3, 16))
    deep = second.get("deep")
    assert deep is not None
    assert child(deep, 1) == ScalarNode(Place("f.yaml", 4, 17), "yy")
    assert child(deep, 2) is None and child(root, 0) is None


def test_all_passable_problems_are_told_at_once() -> None:
    """A doubled key, an anchor and a tag do not hide one another."""
    source = read_bytes(b"a: &x 1\na: 2\nb: !!str 3\na: 4\n", "f.yaml")
    assert [(problem.place.line, problem.place.column) for problem in source.problems] == [
        (1, 4),
        (2, 1),
        (3, 4),
        (4, 1),
    ]


def test_a_billion_laughs_builds_nothing() -> None:
    """An alias bomb is refused for its aliases, before anything is multiplied."""
    lines = ["a: &a [x, x]"] + [f"{b}: &{b} [*{a}, *{a}, *{a}]" for a, b in itertools.pairwise("abcdefghijklm")]
    source = read_bytes("\n".join(lines).encode(), "f.yaml")
    assert source.root is None
    assert any("*a" in problem.value for problem in source.problems)


def test_an_oversized_file_is_refused() -> None:
    """A file far larger than any policy is not parsed at all."""
    source = read_bytes(b"a" * (MAX_BYTES + 1), "f.yaml")
    assert source.root is None
    assert "文件超过" in str(source.problems[0])


def test_an_unreadable_file_is_a_problem(tmp_path: Path) -> None:
    """A missing file or a folder in its place is told, not raised."""
    for path in (tmp_path, tmp_path / "none.yaml"):
        source = read_file(path)
        assert source.root is None
        assert str(source.problems[0]).startswith(f"{path}: 文件读不出来")


@given(
    st.binary(max_size=60) | st.text("-:[]{}&*!|>'\"%@`#,? \n\tab1甲\u0085\u2028\ufeff", max_size=40).map(str.encode)
)
def test_no_bytes_raise(raw: bytes) -> None:
    """Whatever a file holds, the answer is a tree or problems with a place inside the file, never an exception."""
    source = read_bytes(raw, "f.yaml")
    assert source.root is not None or source.problems
    for problem in source.problems:
        assert problem.place.file == "f.yaml"
        assert problem.what
        breaks = sum(raw.count(mark.encode()) for mark in "\n\r\u0085\u2028\u2029")
        assert problem.place.line <= breaks + 1


VALUES = st.recursive(
    st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"], exclude_characters="\ufeff\u2028\u2029"), max_size=8
    )
    | st.integers(-(10**15), 10**15)
    | st.booleans()
    | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc甲乙", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_quoted_is_read_back(value: object) -> None:
    """JSON-style YAML, which leaves nothing to guess, is read back unchanged."""
    text = yaml.dump({"root": value}, Dumper=Quoting, allow_unicode=True, width=10_000)
    assert plain(root_of(text)) == {"root": value}


class Quoting(yaml.SafeDumper):
    """Writes all text in double quotes and never an alias."""

    def ignore_aliases(self, data: object) -> bool:
        return True


Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


PIECES = (*"-:?#[]{},'\"|>%@`&*!~", " ", "  ", "\n", "\n  ", "- ", ": ", " #", "a", "中", "a: b", "---", "x: [1, 2]")


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_the_quick_parser_reads_what_the_strict_one_reads(text: str) -> None:
    """Promise: which parser is installed changes neither values nor places, nor lets anything pass."""
    strict = _read(text, "f.yaml", yaml.SafeLoader)
    assert _usual(text, "f.yaml") in (None, strict)


def test_the_policies_are_read_by_the_quick_parser() -> None:
    """Promise: what editors usually write does not fall back to the slow parser."""
    for file in (Path(__file__).parents[1] / "policies" / "2026").glob("*.yaml"):
        assert _usual(file.read_text("utf-8"), file.name) is not None, file.name


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ("a: 1\nweight：5\nb: 2\n", 2, 7, "冒号"),
        ("a: {b: 1，c: 2}\n", 1, 9, "逗号"),
        ("a: {b: 1, c：2, d: 3\ne: 1\n", 1, 12, "冒号"),
        ("a: ｛b: 1｝\n", 1, 4, "括号"),
        ('a: "甲”\nb: 1\n', 1, 6, "引号"),
        ("a: [甲, 乙］\nb: 1\n", 1, 9, "括号"),
    ],
)
def test_full_width_marks_are_named(text: str, line: int, column: int, word: str) -> None:
    """Promise: punctuation of a Chinese keyboard that keeps a file from being read is named, where it stands; text
    that holds such marks is read like any other."""
    (problem,) = read_bytes(text.encode(), "x.yaml").problems
    assert (problem.place.line, problem.place.column) == (line, column) and word in problem.what
    assert read_bytes("a: 甲：乙，丙\nb: {c: 说明（一）}\n".encode(), "x.yaml").problems == ()
