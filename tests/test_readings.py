"""Readings: a switch changes data and nothing else, and a broken reference is told whether or not it is chosen."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest

from engine.policy.parts import PARTS, Parts, load_parts
from engine.policy.readings import read_readings, resolve
from engine.policy.source import read_file
from engine.problems import Place, PolicyError, nearest

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "schemas" / "v1"
POLICY = ROOT / "policies" / "2026"


def reading(id: str, **options: str) -> str:
    listed = "".join(f"      - {{id: {name}, title: 项, value: {value}}}\n" for name, value in options.items())
    return (
        f"  - id: {id}\n    title: 名\n    clause: 三\n    question: 问\n    options:\n{listed}"
        f"    chosen: {next(iter(options))}\n    why: 因\n    status: provisional\n"
    )


def load(tmp_path: Path, added: str, given_to: str, **chosen: str) -> Parts:
    """The 2026 policy with readings ``added`` and one mark whose condition is ``given_to``."""
    folder = tmp_path / "policy"
    shutil.copytree(POLICY, folder)
    with (folder / "readings.yaml").open("a", encoding="utf-8") as file:
        file.write(added)
    mark = f"{{id: m, title: 号, clause: 三, number: x, given_to: {given_to}}}"
    (folder / "rules.yaml").write_text(f"decisions: []\nmarks:\n  - {mark}\n", "utf-8")
    return load_parts(folder, SCHEMAS, chosen)


def errors(tmp_path: Path, added: str, given_to: str, **chosen: str) -> str:
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, added, given_to, **chosen)
    return str(caught.value)


def test_no_reference_is_left() -> None:
    """What the engine gets is plain data: every reference, nested ones too, is replaced by the chosen value."""
    data = load_parts(POLICY, SCHEMAS, {}).data
    assert all("'reading':" not in repr(content) for part, content in data.items() if part != "readings")
    on_time = next(item for item in data["indicators"]["indicators"] if item["id"] == "on_time")
    assert on_time["event"] == ["办结时间"]


def test_an_override_changes_what_stands_on_it_and_only_that() -> None:
    """``--set`` reaches through nested references, and the rest of the policy stays as it was."""
    plain, other = load_parts(POLICY, SCHEMAS, {}), load_parts(POLICY, SCHEMAS, {"on-time-basis": "due"})
    changed = {part for part in plain.data if plain.data[part] != other.data[part]}
    assert changed == {"indicators"}
    assert other.data["indicators"]["indicators"][2]["event"] == ["办理时限"]
    assert other.chosen == {**plain.chosen, "on-time-basis": "due"}


def test_every_option_of_every_reading_can_be_chosen() -> None:
    """No alternative of the released policy is a dead end."""
    roots = [root for part in PARTS if (root := read_file(POLICY / f"{part}.yaml").root) is not None]
    written = read_file(POLICY / "readings.yaml").root
    for item in load_parts(POLICY, SCHEMAS, {}).data["readings"]["readings"]:
        for option in item["options"]:
            readings, problems = read_readings(written, "readings.yaml", {item["id"]: option["id"]})
            assert problems == () and readings.chosen[item["id"]] == option["id"]
            assert any(item["id"] in resolve(root, readings).used for root in roots)


def test_a_substituted_value_stands_in_the_readings_file() -> None:
    """A later error about such a value leads to the line that must change."""
    parts = load_parts(POLICY, SCHEMAS, {"bulletin-due": "next-workday"})
    place = parts.place("consequences", "consequences", 0, "due", "roll")
    assert place.file == str(POLICY / "readings.yaml")
    line = (POLICY / "readings.yaml").read_text("utf-8").splitlines()[place.line - 1]
    assert line[place.column - 1 :].startswith("next_workday")


def test_the_nearest_place_answers_for_what_is_not_written() -> None:
    """A place can be asked for any path: what is not there is where it would have to be."""
    parts = load_parts(POLICY, SCHEMAS, {})
    assert parts.place("calendar", "years", 0, "none", 3) == parts.place("calendar", "years", 0)
    assert parts.place("nothing", "x") == Place(str(POLICY / "nothing.yaml"))


def test_nested_references(tmp_path: Path) -> None:
    """A part of a reading that itself refers, a reference inside a list, and text where a reading may stand."""
    added = reading("r-a", o="{reading: r-b, part: inner}") + reading("r-b", o="{inner: {all: [{reading: r-c}]}}")
    parts = load(tmp_path, added + reading("r-c", o="{tagged: t}", p="always"), "{reading: r-a}")
    assert parts.data["rules"]["marks"][0]["given_to"] == {"all": [{"tagged": "t"}]}
    assert {"r-a", "r-b", "r-c"} <= parts.used


def test_a_part_is_found_through_an_option_that_refers(tmp_path: Path) -> None:
    """An option may hand on to another reading and still be asked for a part."""
    added = reading("r-a", o="{reading: r-b}") + reading("r-b", o="{x: always}", p="{x: {tagged: t}}")
    assert load(tmp_path, added, "{reading: r-a, part: x}").data["rules"]["marks"][0]["given_to"] == "always"


def test_an_unused_reading_is_known(tmp_path: Path) -> None:
    """A reading that nothing refers to is loaded, and not among the used ones."""
    parts = load(tmp_path, reading("idle", o="always"), "always")
    assert "idle" in parts.chosen and "idle" not in parts.used


def test_wrong_overrides_are_told_with_what_is_meant() -> None:
    """A misspelt ``--set`` is an error that names the nearest reading or option."""
    with pytest.raises(PolicyError) as caught:
        load_parts(POLICY, SCHEMAS, {"event-mont": "received", "quarters": "calender"})
    text = str(caught.value)
    assert "没有这个 reading（值：event-mont）。是不是“event-month”？" in text
    assert "reading“quarters”没有这个选项（值：calender）。是不是“calendar”？" in text


@pytest.mark.parametrize(
    "value",
    ["{reading: r-a}", "{all: [{reading: r-a}]}", "{reading: r-a, part: x}", "{not: {reading: r-b}}"],
)
def test_rings_are_refused_even_when_not_chosen(tmp_path: Path, value: str) -> None:
    """A ring through any option is an error at once, not an endless run when someone chooses it."""
    added = reading("r-a", o="always", p=value) + reading("r-b", o="{reading: r-a}")
    assert "成环" in errors(tmp_path, added, "{reading: r-a}")


def test_doubling_references_are_refused(tmp_path: Path) -> None:
    """References that double at each step would fill memory; they are counted, not built."""
    names = "abcdefghijk"
    added = "".join(
        reading(f"r-{a}", o=f"{{all: [{', '.join([f'{{reading: r-{b}}}'] * 4)}]}}")
        for a, b in itertools.pairwise(names)
    )
    assert "代入 reading 之后超过" in errors(tmp_path, added + reading("r-k", o="always"), "{reading: r-a}")


def test_deep_references_are_refused(tmp_path: Path) -> None:
    """Depth is limited after substitution as well as before."""
    nested = "{not: " * 12 + "{reading: r-b}" + "}" * 12
    added = reading("r-a", o=nested) + reading("r-b", o=nested.replace("r-b", "r-c")) + reading("r-c", o="always")
    assert "嵌套超过" in errors(tmp_path, added, nested.replace("r-b", "r-a"))


@pytest.mark.parametrize("backwards", [False, True])
def test_long_chains_are_refused(tmp_path: Path, backwards: bool) -> None:
    """A chain of hundreds of readings is an error, not a stack overflow, in whatever order it is written."""
    chain = [reading(f"r{number}", o=f"{{reading: r{number + 1}}}") for number in range(400)] + [
        reading("r400", o="always")
    ]
    assert "一个接一个引用" in errors(tmp_path, "".join(reversed(chain) if backwards else chain), "{reading: r0}")


def test_an_alternative_is_checked_where_it_is_used(tmp_path: Path) -> None:
    """The same option may fit in one place and not in another; the error stands at the option's value."""
    text = errors(tmp_path, reading("r-a", o="always", p="[接单时间]"), "{reading: r-a}")
    assert "readings.yaml:" in text and "这里不能写这个值" in text


def test_suggestions() -> None:
    """A near miss is named; otherwise what may be written is listed, a few at most."""
    assert nearest("calender", ["cycle", "calendar"]) == "是不是“calendar”？"
    assert nearest("zzz", ["a", "b"]) == "可以写：a、b"
    assert nearest("zzz", [f"k{number}" for number in range(20)]).endswith("k11等")
    assert nearest("zzz", []) == ""
