"""The chain finds every change of an entry, and can be checked from its description alone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace.chain import NOTHING_BEFORE, canonical, entry_digest, verify
from workspace.digests import ALGORITHMS, Algorithm, digest_bytes


@dataclass
class Item:
    """An entry without a database."""

    seq: int
    kind: str
    at: str
    by: str
    body: str
    previous: str
    digest: str = ""


BODIES: list[Any] = [{"设置": {"id": "a"}}, {"files": [{"name": "工单.xlsx", "n": 1}]}, {"x": '引号"\\\n', "y": None}]


def chain(bodies: list[Any], algorithm: Algorithm = "sha256") -> list[Item]:
    """A sound chain with these bodies."""
    items: list[Item] = []
    for index, body in enumerate(bodies):
        kind = "import" if index else "init"
        previous = items[-1].digest if items else NOTHING_BEFORE
        item = Item(index + 1, kind, f"2026-03-0{index + 1}T09:00:00+08:00", "甲", canonical(body), previous)
        item.digest = entry_digest(item, algorithm)
        items.append(item)
    return items


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_sound_chain_has_no_problem(algorithm: Algorithm) -> None:
    """Promise: what was appended properly is never called changed."""
    assert verify(chain(BODIES, algorithm), algorithm) == ()


def test_the_description_is_enough() -> None:
    """Promise: an inspector with another program gets the same digest from sorted keys, no blanks, UTF-8."""
    previous = "0" * 64
    for item in chain(BODIES):
        fields = {name: value for name, value in asdict(item).items() if name != "digest"}
        fields["body"] = json.loads(item.body)
        data = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        assert (item.previous, item.digest) == (previous, hashlib.sha256(data).hexdigest())
        previous = item.digest


def test_every_changed_character_is_found() -> None:
    """Promise: no single character of any entry can change unnoticed, and the entry is named."""
    sound = chain(BODIES)
    for index, item in enumerate(sound):
        for name in ("kind", "at", "by", "body", "previous", "digest"):
            value = getattr(item, name)
            for spot in range(len(value)):
                other = chr(ord(value[spot]) ^ 1)
                changed = replace(item, **{name: value[:spot] + other + value[spot + 1 :]})
                problems = verify([*sound[:index], changed, *sound[index + 1 :]], "sha256")
                assert any(f"第 {item.seq} 条" in str(problem) for problem in problems), (name, spot)


@pytest.mark.parametrize("order", [[], [1], [0, 2], [1, 2], [0, 2, 1], [0, 0, 1], [0, 1, 1, 2]])
def test_missing_doubled_and_swapped_entries_are_found(order: list[int]) -> None:
    """Promise: entries cannot be taken out, put in twice or change places."""
    sound = chain(BODIES)
    assert verify([sound[index] for index in order], "sha256")


def test_an_entry_written_anew_breaks_the_next() -> None:
    """Promise: whoever changes an entry and its digest still has every later entry against him."""
    sound = chain(BODIES)
    forged = replace(sound[1], by="乙")
    forged.digest = entry_digest(forged, "sha256")
    (problem,) = verify([sound[0], forged, sound[2]], "sha256")
    assert "第 3 条" in str(problem) and "没有接在前一条之后" in str(problem)


@pytest.mark.parametrize("body", ['{"a": 1}', '{"b":1,"a":2}', '{"a":1,"a":1}', '{"a":NaN}', "{", "", '{"a":1}\n'])
def test_a_body_in_another_spelling_is_found(body: str) -> None:
    """Promise: the stored bytes themselves are what is vouched for, not only their meaning."""
    sound = chain([{"a": 1}])
    assert verify([replace(sound[0], body=body)], "sha256")


def test_only_the_first_entry_makes_the_workspace() -> None:
    """Promise: a chain cannot begin with anything else, nor begin again in the middle."""
    again = chain(BODIES)
    again[2].kind = "init"
    again[2].digest = entry_digest(again[2], "sha256")
    (problem,) = verify(again, "sha256")
    assert "种类不对" in str(problem)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON)
def test_canonical_text_is_one_and_means_the_same(value: Any) -> None:
    """Promise: a value has one text, whatever order its keys were given in."""
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_what_json_cannot_hold_is_refused() -> None:
    """Promise: nothing enters the chain that another program could read otherwise."""
    for value in (float("nan"), float("inf"), {1, 2}, b"x"):
        with pytest.raises((TypeError, ValueError)):
            canonical({"a": value})


def test_sm3_is_the_standard_one() -> None:
    """Promise: the digest of GB/T 32905-2016, example 1."""
    assert digest_bytes(b"abc", "sm3") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
