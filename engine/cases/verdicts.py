"""Collects the expectations of a case that do not hold, each with its place, what was expected and what came.

Knows nodes and plain values; must not know what they mean.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from engine.policy.source import ListNode, Node, ScalarNode
from engine.problems import Place, Problem, nearest
from engine.report import rounded

Came = str | bool | int | Fraction | None


class Verdicts:
    """Of one case, called ``title`` in every message."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._found: list[Problem] = []

    @property
    def found(self) -> tuple[Problem, ...]:
        return tuple(self._found)

    def fail(self, place: Place, what: str) -> None:
        self._found.append(Problem(place, f"案例“{self._title}”：{what}"))

    def known(self, name: str, names: tuple[str, ...], what: str, place: Place) -> bool:
        """Whether ``name`` exists; if not, it is reported as an unknown ``what``."""
        if name in names:
            return True
        self._found.append(Problem(place, f"案例“{self._title}”：没有这个{what}", name, nearest(name, names)))
        return False

    def all_known(self, node: ListNode, names: tuple[str, ...], what: str) -> None:
        for item in node.items:
            self.known(_value(item), names, what, item.place)

    def same(self, node: Node, came: Came, about: str) -> None:
        """Whether the scalar ``node`` is what came; fractions are compared as they are shown, to 6 decimals."""
        expected = node.value if isinstance(node, ScalarNode) else None
        shown = rounded(came) if isinstance(came, Fraction) else came
        if isinstance(shown, float):
            agree = not isinstance(expected, str | bool | None) and Fraction(expected) == Fraction(str(shown))
        else:
            agree = type(expected) is type(shown) and expected == shown
        if not agree:
            self.fail(node.place, f"{about} 应为 {_shown(expected)}，实为 {_shown(shown)}")

    def same_set(self, node: ListNode, came: Iterable[str], about: str) -> None:
        expected, values = sorted(_value(item) for item in node.items), sorted(came)
        if expected != values:
            missing = [value for value in expected if value not in values]
            extra = [value for value in values if value not in expected]
            hint = "；".join(f"{word} {'、'.join(part)}" for word, part in (("缺", missing), ("多", extra)) if part)
            self.fail(node.place, f"{about} 应为 {_listed(expected)}，实为 {_listed(values)}（{hint}）")

    def same_list(self, node: ListNode, came: Iterable[str], about: str) -> None:
        expected, values = [_value(item) for item in node.items], list(came)
        if expected != values:
            self.fail(node.place, f"{about} 应依次为 {_listed(expected)}，实为 {_listed(values)}")


def _value(node: Node) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else ""


def _listed(values: list[str]) -> str:
    return f"[{', '.join(values)}]"


def _shown(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) and value == int(value) else str(value)
