"""The schemas as a dictionary: what people are told a fixed value means."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from engine.diff.vocabulary import Vocabulary, Word
from tests.diff.editing import SCHEMAS

ENDS = "[，；。、：（]"


def _described(value: Any, note: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Every enumeration in a schema, with the nearest description around it."""
    if isinstance(value, dict):
        note = value["description"] if isinstance(value.get("description"), str) else note
        if isinstance(value.get("enum"), list):
            yield note, value["enum"]
        for inner in value.values():
            yield from _described(inner, note)
    elif isinstance(value, list):
        for inner in value:
            yield from _described(inner, note)


def test_no_label_is_cut_short() -> None:
    """Promise: what a value is called ends where the description's words for it end, in every schema; it is not only
    a word that something has to follow."""
    seen = 0
    for path in sorted(SCHEMAS.glob("*.schema.json")):
        for note, values in _described(json.loads(path.read_text("utf-8"))):
            word = Word("", note, ({"enum": values},), condition=False)
            for value in map(str, values):
                said = word.saying(value)
                if said != value:
                    seen += 1
                    whole = rf"{re.escape(value)}[：:]?\s*{re.escape(said)}({ENDS}|$)"
                    assert re.search(whole, note), (path.name, value, said)
                    assert said not in ("从", "用", "按", "由", "对"), (path.name, value, said)
    assert seen > 100


def test_what_is_written_in_one_way_has_a_name(words: Vocabulary) -> None:
    """Promise: a word that stands beside other forms, such as one's own orders beside those of peers, is not printed
    raw; what an excluding rule does is said in one word."""
    indicator = words.item(words.below(words.part("indicators"), "indicators"))
    assert words.below(indicator, "over").saying("own") == "本单位"
    rule = words.item(words.below(words.item(words.below(words.part("rules"), "decisions")), "rules"))
    effect = words.below(rule, "effect")
    assert [effect.saying(value) for value in ("excluded", "included", "mark")] == ["剔除", "写明仍计入", "只作标识"]
