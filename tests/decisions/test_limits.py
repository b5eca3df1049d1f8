"""Every measured limit of durable-rules is met by a rewrite or by a clear error, never by a hang or a wrong answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.conditions import ALWAYS, All, Any, Choice, Condition, Element, Not, State, Test
from engine.decisions.compile import CompileError, compile_tables, decide_found
from engine.decisions.fence import FenceError, Ruleset, check_limits, check_names
from engine.decisions.lowering import Expression, Lowering
from engine.decisions.questions import Group, Question
from engine.decisions.tables import MissingCombinationError, decide
from tests.decisions.plain import holds

LETTERS = ("a", "b", "c", "d", "e", "f", "g", "h")
SMALL = Group((Choice("甲", ("是", "否", "")),), (Question("是吗", Test(Choice("甲", ("是", "否", "")), ("是",))),))


def lone(fact: Choice, *questions: Question) -> Group:
    return Group((fact,), questions)


def test_a_field_of_a_thousand_values_is_decided() -> None:
    """Promise: past 511 tests on one field, where the engine hangs, tests are spread over helper rules."""
    fact = Choice("大", tuple(map(str, range(1000))))
    questions = (Question("不是三", Not(Test(fact, ("3",)))), Question("是三", Test(fact, ("3",))))
    table = decide(lone(fact, *questions), [(value,) for value in ("0", "3", "199", "200", "999")])
    assert [table.rows[(value,)] for value in ("0", "3", "199", "200", "999")] == [1, 2, 1, 1, 1]


def test_more_rules_than_may_match_one_fact_are_spread_over_rulesets() -> None:
    """Promise: 200 rules that all hold all fire (over 64 the engine fails with 303)."""
    fact = Choice("甲", LETTERS)
    questions = [Question(f"q{index}", Test(fact, ("a", *LETTERS[2 + index % 6 :]))) for index in range(200)]
    assert len(Ruleset((fact,), questions).ask(("a",)).fired) == 200
    assert Ruleset((fact,), questions).ask(("b",)).fired == ()


def test_more_fields_than_a_fact_may_have_are_spread_over_rulesets() -> None:
    """Promise: 300 fields are decided (over 252 properties the engine fails with 302), in one rule or in many."""
    facts = tuple(Choice(f"字段{index}", ("y", "n")) for index in range(300))
    each = [Question(f"q{index}", Test(fact, ("y",))) for index, fact in enumerate(facts)]
    ruleset = Ruleset(facts, [*each, Question("all", All(tuple(one.when for one in each)))], leaves=False)
    assert len(ruleset.ask(("y",) * 300).fired) == 301
    assert len(ruleset.ask((*("y",) * 299, "n")).fired) == 299


def test_conjunctions_of_overlapping_disjunctions_do_not_explode() -> None:
    """Promise: a rule that takes the engine 2 ** 40 steps as it stands is answered at once, and rightly."""
    facts = tuple(Choice(f"字段{index}", ("y", "n")) for index in range(80))
    pairs = tuple(Any((Test(facts[2 * i], ("y",)), Test(facts[2 * i + 1], ("y",)))) for i in range(40))
    ruleset = Ruleset(facts, [Question("q", All(pairs)), Question("none", Not(Any(pairs)))])
    assert ruleset.ask(("y",) * 80).fired == ("q",)
    assert ruleset.ask((*("y",) * 78, "n", "n")).fired == ()
    assert ruleset.ask(("n",) * 80).fired == ("none",)


def test_many_junctions_and_deep_nesting_are_decided() -> None:
    """Promise: a rule of more ``$and`` and ``$or`` than the engine takes (error 113) is decided through helpers."""
    fact = Choice("甲", LETTERS)
    condition: Condition = Test(fact, ("a", "b"))
    for index in range(60):
        condition = Not(All((condition, Test(fact, LETTERS[index % 5 :]))))
    ruleset = Ruleset((fact,), [Question("q", condition)])
    for letter in LETTERS:
        assert bool(ruleset.ask((letter,)).fired) == holds(condition, {"甲": letter}, None, frozenset())


@pytest.mark.parametrize("limit", ["rules", "visits", "tests", "fields"])
def test_a_ruleset_past_a_limit_is_refused_before_the_engine_sees_it(limit: str) -> None:
    """Promise: the limits are checked when rules are compiled, whatever the rewriting did."""
    fine = Expression({"f0": "v0"}, 1, 1, 1, 0, 0, frozenset(("f0",)))
    past = {
        "rules": [replace(fine, visits=0)] * 49,
        "visits": [replace(fine, visits=57)],
        "tests": [replace(fine, tests=401)],
        "fields": [replace(fine, fields=frozenset(f"f{index}" for index in range(201)))],
    }
    check_limits([fine] * 48)
    with pytest.raises(FenceError, match="超出规则引擎的限度"):
        check_limits(past[limit])


@pytest.mark.parametrize("names", [("name139599", "name322382"), ("f0", "sid"), ("f0", "$or")])
def test_names_that_the_engine_cannot_tell_apart_are_refused(names: tuple[str, str]) -> None:
    """Promise: names of one hash, which answer for each other in durable-rules, and its own words are never used."""
    with pytest.raises(FenceError, match="无法区分"):
        check_names(names)


def test_generated_names_differ_by_hash() -> None:
    """Promise: the names that the compiler generates for thousands of facts are ones the engine tells apart."""
    check_names(f"{letter}{index}" for letter in "fqtx" for index in range(3000))


def test_only_generated_ascii_tokens_reach_the_engine() -> None:
    """Promise: names and values of a policy (true, 10, a quote, 70,000 bytes) never become names or values there."""
    fact = Choice('字段"', ("true", "10", '"', "长" * 30000, "1", "TRUE", "1.0"))
    lowered = Lowering((fact,)).lower(Not(Test(fact, ("10",))))
    assert lowered is not None and json.dumps(lowered.body, ensure_ascii=False).isascii()
    ruleset = Ruleset((fact,), [Question(str(index), Test(fact, (value,))) for index, value in enumerate(fact.values)])
    assert [ruleset.ask((value,)).fired for value in fact.values] == [(str(index),) for index in range(7)]


@pytest.mark.parametrize("values", [("没有",), (), ("是", "否")])
def test_an_undeclared_combination_is_an_error(values: tuple[str, ...]) -> None:
    """Promise: a value that is not declared, or a row of the wrong length, is refused rather than answered."""
    with pytest.raises(FenceError, match="不在声明取值之内"):
        Ruleset(SMALL.facts, SMALL.questions).ask(values)


def test_a_combination_that_is_not_in_the_table_is_an_error() -> None:
    """Promise: a look-up that misses is an error, never a row without hits."""
    table = decide(SMALL, [("是",)])
    with pytest.raises(MissingCombinationError, match="没有这一组合"):
        table.fired(("否",))


@pytest.mark.parametrize("values", [(), ("a", "a")])
def test_a_fact_without_values_or_with_doubled_ones_is_refused(values: tuple[str, ...]) -> None:
    """Promise: a domain that is empty or ambiguous is an error."""
    fact = Choice("甲", values)
    with pytest.raises(FenceError, match="取值为空或重复"):
        Ruleset((fact,), [Question("q", Test(fact, ("a",)))])


def test_questions_that_always_or_never_hold() -> None:
    """Promise: a question that tests nothing is answered by the engine like any other."""
    questions = (Question("always", ALWAYS), Question("never", Any(())), Question("never not", Not(ALWAYS)))
    assert decide(Group((), questions), [()]).fired(()) == ("always",)


def test_a_fact_is_forgotten_between_askings() -> None:
    """Promise: an answer depends on the asking alone, not on what was asked before."""
    ruleset = Ruleset(SMALL.facts, SMALL.questions)
    assert [len(ruleset.ask((value,)).fired) for value in ("是", "否", "是", "", "", "是")] == [1, 0, 1, 0, 0, 1]
    for _ in range(3000):  # the 1,025th live state or a pile of facts would show
        assert ruleset.ask(("是",)).fired == ("是吗",)


def test_a_policy_that_would_not_end_is_stopped_in_time() -> None:
    """Promise: a hostile policy costs its author an error in Chinese within the time limit, never a hang."""
    facts = tuple(State(f"s{index}", LETTERS) for index in range(7))
    questions = tuple(Question(f"q{index}", Any(tuple(Test(fact, ("a",)) for fact in facts))) for index in range(40))
    started = time.monotonic()
    with pytest.raises(CompileError, match="超过 1 秒，已中止"):
        compile_tables([Group(facts, questions)], cache=None, time_limit=1)
    assert time.monotonic() - started < 30


def test_a_refusal_in_the_child_comes_back_as_an_error() -> None:
    """Promise: what the fence refuses in the child process reaches the caller with its reason."""
    with pytest.raises(CompileError, match="不在声明取值之内"):
        decide_found(SMALL, [("没有",)], time_limit=30)
    with pytest.raises(CompileError, match="取值为空或重复"):
        fact = Choice("甲", ("a", "a"))
        compile_tables([lone(fact, Question("q", Test(fact, ("a",))))], cache=None, time_limit=30)


def test_a_child_that_dies_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: when the engine kills its process the caller gets an error that says so."""
    monkeypatch.setattr("engine.decisions.compile._START", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(CompileError, match="SIGSEGV"):
        compile_tables([SMALL], cache=None, time_limit=30)
    monkeypatch.setattr("engine.decisions.compile._START", "print('{')")
    with pytest.raises(CompileError, match="没有给出结果"):
        compile_tables([SMALL], cache=None, time_limit=30)


def test_found_combinations_are_decided_like_a_domain() -> None:
    """Promise: combinations that come from the data get the same answers as an enumerated domain, doubled ones too."""
    whole = decide(SMALL, SMALL.domain())
    found = decide_found(SMALL, [("否",), ("是",), ("否",)], time_limit=30)
    assert dict(found.rows) == {key: whole.rows[key] for key in (("否",), ("是",))}
    assert not decide_found(SMALL, [], time_limit=30).rows


def test_element_groups_are_enumerated_by_element() -> None:
    """Promise: a list field costs as many combinations as it has values, not as it has subsets."""
    fact = Element("列表", tuple(map(str, range(22))))
    group = Group((fact,), tuple(Question(value, Test(fact, (value,))) for value in fact.values))
    (table,) = compile_tables([group], cache=None, time_limit=30)
    assert [table.fired((value,)) for value in fact.values] == [(value,) for value in fact.values]


CACHE_DAMAGE: dict[str, Callable[[str], str]] = {
    "empty": lambda text: "",
    "not json": lambda text: text[:-3],
    "another shape": lambda text: "[1]",
    "one bit changed": lambda text: text.replace("[1, 0, 0]", "[1, 1, 0]"),
    "a row less, hash of the old": lambda text: text.replace("[1, 0, 0]", "[1, 0]"),
    "binary": lambda text: "\x00\ud7ff",
}


@pytest.mark.parametrize("damage", sorted(CACHE_DAMAGE))
def test_a_damaged_cache_is_computed_anew(damage: str, tmp_path: Path) -> None:
    """Promise: the cache is checked by hash, and whatever is wrong with it never becomes an answer."""
    fresh = compile_tables([SMALL], cache=tmp_path, time_limit=30)
    (file,) = tmp_path.iterdir()
    text = file.read_text(encoding="utf-8")
    damaged = CACHE_DAMAGE[damage](text)
    assert damaged != text
    file.write_text(damaged, encoding="utf-8")
    assert compile_tables([SMALL], cache=tmp_path, time_limit=30) == fresh
    assert file.read_text(encoding="utf-8") == text


def test_a_cache_is_used_without_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: with a whole cache no child process is started; other questions never get its answers."""
    fresh = compile_tables([SMALL], cache=tmp_path, time_limit=30)
    monkeypatch.setattr("engine.decisions.compile._START", "raise SystemExit(7)")
    assert compile_tables([SMALL], cache=tmp_path, time_limit=30) == fresh
    other = replace(SMALL, questions=(Question("否吗", Not(SMALL.questions[0].when)),))
    with pytest.raises(CompileError, match="退出码 7"):
        compile_tables([other], cache=tmp_path, time_limit=30)


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    """Promise: a cache only saves time; where none can be made the result is the same."""
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    assert compile_tables([SMALL], cache=blocked / "cache", time_limit=30) == (decide(SMALL, SMALL.domain()),)
