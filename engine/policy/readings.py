"""Readings: ``{reading: id}`` and ``{reading: id, part: key}`` stand for a value that ``readings.yaml`` holds.

Knows the form of a reference and of the readings file; must not know what the values mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.policy.source import MAX_DEPTH, Entry, ListNode, MapNode, Node, ScalarNode
from engine.problems import Place, Problem, nearest

MAX_VALUES = 50_000
"""How many values a part may hold once every reference is replaced by all that it may stand for."""

MAX_CHAIN = 12
"""How many readings may lead from one to the next."""


@dataclass(frozen=True, order=True)
class Jump:
    """A step of a path that goes from a reference to what it stands for under one ``option``."""

    reading: str
    option: str
    part: str | None


@dataclass(frozen=True)
class Reference:
    reading: str
    part: str | None
    place: Place


@dataclass(frozen=True)
class Choice:
    """One reading: where it stands, its options' values, and the option that holds."""

    place: Place
    options: Mapping[str, Node]
    chosen: str


@dataclass(frozen=True)
class Readings:
    """All readings of a policy by id. ``endless``: following references would not end, or not soon enough, so nothing
    may be followed."""

    choices: Mapping[str, Choice] = field(default_factory=dict)
    endless: bool = False

    @property
    def chosen(self) -> dict[str, str]:
        """Every reading with the option that holds."""
        return {id: choice.chosen for id, choice in self.choices.items()}

    def follow(self, jump: Jump) -> Node | None:
        """What a reference stands for under the jump's option; it may be a reference again. None if there is none."""
        choice = self.choices.get(jump.reading)
        value = None if choice is None else choice.options.get(jump.option)
        if value is None or jump.part is None:
            return value
        inner = reference(value)
        if inner is not None:
            # The part is looked for in what the option itself refers to.
            choice = self.choices.get(inner.reading)
            through = None if choice is None else self.follow(Jump(inner.reading, choice.chosen, inner.part))
            return through.get(jump.part) if isinstance(through, MapNode) else None
        return value.get(jump.part) if isinstance(value, MapNode) else None

    def jumps(self, reading: str, part: str | None) -> Iterator[Jump]:
        """One jump for every option, in declared order."""
        choice = self.choices.get(reading)
        for option in () if choice is None else choice.options:
            yield Jump(reading, option, part)


@dataclass(frozen=True)
class Resolved:
    """``root`` without any reference; ``used`` are the readings that it stood on."""

    root: Node
    used: frozenset[str]


def reference(node: Node) -> Reference | None:
    """The reference that ``node`` is, if it is one."""
    if not isinstance(node, MapNode) or not {entry.key for entry in node.entries} <= {"reading", "part"}:
        return None
    reading, part = node.get("reading"), node.get("part")
    if not isinstance(reading, ScalarNode) or not (part is None or isinstance(part, ScalarNode)):
        return None
    return Reference(str(reading.value), None if part is None else str(part.value), node.place)


def references(node: Node) -> Iterator[Reference]:
    """Every reference in the tree, in order."""
    found = reference(node)
    if found is not None:
        yield found
        return
    match node:
        case ListNode(_, items):
            for item in items:
                yield from references(item)
        case MapNode(_, entries):
            for entry in entries:
                yield from references(entry.node)


def read_readings(root: Node | None, file: str, overrides: Mapping[str, str]) -> tuple[Readings, tuple[Problem, ...]]:
    """Index ``readings.yaml`` (None: there is none) and apply ``overrides`` (reading -> option).

    Items that are not in the form of a reading are passed over: the schema reports them.
    Problems: an id used twice, a chosen or overriding option that does not exist, a cycle.
    """
    problems: list[Problem] = []
    choices: dict[str, Choice] = {}
    for item in _items(root, "readings"):
        id, chosen = _text(item.get("id")), item.get("chosen")
        if id is None or not isinstance(chosen, ScalarNode):
            continue
        if id.value in choices:
            what = f"reading 的 id 重复，第 {choices[str(id.value)].place.line} 行已有"
            problems.append(Problem(id.place, what, str(id.value), "请换一个 id"))
            continue
        options: dict[str, Node] = {}
        for option in _items(item, "options"):
            name, value = _text(option.get("id")), option.get("value")
            if name is None or value is None:
                continue
            if name.value in options:
                problems.append(Problem(name.place, "选项的 id 重复", str(name.value), "请换一个 id"))
            options.setdefault(str(name.value), value)
        if options and chosen.value not in options:
            what = f"reading“{id.value}”没有这个选项"
            problems.append(Problem(chosen.place, what, str(chosen.value), nearest(str(chosen.value), options)))
        choices[str(id.value)] = Choice(item.place, options, str(chosen.value))
    for name_, option_ in overrides.items():
        choice = choices.get(name_)
        if choice is None:
            problems.append(Problem(Place(file), "没有这个 reading", name_, nearest(name_, choices)))
        elif option_ not in choice.options:
            what = f"reading“{name_}”没有这个选项"
            problems.append(Problem(choice.place, what, option_, nearest(option_, choice.options)))
        else:
            choices[name_] = Choice(choice.place, choice.options, option_)
    _, endless = _order(choices)
    return Readings(choices, bool(endless)), (*problems, *endless)


def check_references(roots: Sequence[Node], readings: Readings) -> tuple[Problem, ...]:
    """Problems of every reference in the parts and in every option, chosen or not: no such reading, no such part."""
    problems: list[Problem] = []
    values = [value for choice in readings.choices.values() for value in choice.options.values()]
    for root in (*roots, *values):
        for found in references(root):
            problems.extend(_reference_problems(found, readings))
    return tuple(problems)


def check_size(roots: Iterable[Node], readings: Readings) -> tuple[Problem, ...]:
    """Problems of parts that references inside references would swell beyond what can be checked; builds nothing."""
    problems: list[Problem] = []
    known: dict[str, tuple[int, int]] = {}

    def size(node: Node) -> tuple[int, int]:
        """Number of values and depth, every option of every reference counted."""
        found = reference(node)
        if found is not None:
            return known.get(found.reading, (1, 1))
        match node:
            case ListNode(_, items):
                values, depth = joined(items)
            case MapNode(_, entries):
                values, depth = joined(entry.node for entry in entries)
            case _:
                return 1, 1
        return values + 1, depth + 1

    def joined(nodes: Iterable[Node]) -> tuple[int, int]:
        sizes = [size(node) for node in nodes]
        return sum(values for values, _ in sizes), max((depth for _, depth in sizes), default=0)

    for id in _order(readings.choices)[0]:
        known[id] = joined(readings.choices[id].options.values())
    for root in roots:
        values, depth = size(root)
        place, instead = Place(root.place.file), "请减少 reading 的嵌套"
        if values > MAX_VALUES:
            problems.append(Problem(place, f"代入 reading 之后超过 {MAX_VALUES} 个值", "", instead))
        elif depth > MAX_DEPTH:
            problems.append(Problem(place, f"代入 reading 之后嵌套超过 {MAX_DEPTH} 层", str(depth), instead))
    return tuple(problems)


def resolve(root: Node, readings: Readings) -> Resolved:
    """Put the chosen values in place of all references. Nothing may be wrong with ``readings`` or the references."""
    used: set[str] = set()

    def walk(node: Node) -> Node:
        found = reference(node)
        if found is not None:
            used.add(found.reading)
            value = readings.choices[found.reading].options[readings.choices[found.reading].chosen]
            if found.part is not None:
                whole = walk(value) if reference(value) is not None else value
                part = whole.get(found.part) if isinstance(whole, MapNode) else None
                if part is None:
                    raise ValueError(f"unchecked reference at {found.place}")
                value = part
            return walk(value)
        match node:
            case ListNode(place, items):
                return ListNode(place, tuple(walk(item) for item in items))
            case MapNode(place, entries):
                return MapNode(place, tuple(Entry(entry.key, entry.place, walk(entry.node)) for entry in entries))
        return node

    return Resolved(walk(root), frozenset(used))


def _reference_problems(found: Reference, readings: Readings) -> Iterator[Problem]:
    choice = readings.choices.get(found.reading)
    if choice is None:
        known = nearest(found.reading, readings.choices) or "请先在 readings.yaml 里写明"
        yield Problem(found.place, "没有这个 reading", found.reading, known)
        return
    if found.part is None or readings.endless:
        return
    lacking = [jump.option for jump in readings.jumps(found.reading, found.part) if readings.follow(jump) is None]
    if lacking:
        value = choice.options[lacking[0]]
        known = nearest(found.part, [entry.key for entry in value.entries] if isinstance(value, MapNode) else ())
        what = f"reading“{found.reading}”的选项“{'”“'.join(lacking)}”没有 part“{found.part}”"
        yield Problem(found.place, what, "", f"{known}（选项的值在 {value.place}）")


def _order(choices: Mapping[str, Choice]) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The readings, each after those that its options refer to, whichever are chosen; and rings and long chains."""
    problems: list[Problem] = []
    heights: dict[str, int] = {}

    def visit(id: str, trail: tuple[str, ...]) -> None:
        height = 0
        for value in choices[id].options.values():
            for found in references(value):
                chain = (*trail, found.reading)
                if found.reading in trail:
                    ring = " → ".join(chain[chain.index(found.reading) :])
                    problems.append(Problem(found.place, "reading 互相引用成环", ring, "请让其中一个选项直接写出值"))
                    continue
                if found.reading not in choices:
                    continue
                if found.reading not in heights and len(chain) <= MAX_CHAIN:
                    visit(found.reading, chain)
                height = max(height, heights.get(found.reading, MAX_CHAIN))
        heights[id] = height + 1
        if height == MAX_CHAIN:
            what = f"reading 一个接一个引用，超过 {MAX_CHAIN} 层"
            problems.append(Problem(choices[id].place, what, id, "请让其中一个选项直接写出值"))

    for id in choices:
        if id not in heights:
            visit(id, (id,))
    return tuple(heights), tuple(problems)


def _items(node: Node | None, key: str) -> Iterator[MapNode]:
    listed = node.get(key) if isinstance(node, MapNode) else None
    if isinstance(listed, ListNode):
        yield from (item for item in listed.items if isinstance(item, MapNode))


def _text(node: Node | None) -> ScalarNode | None:
    return node if isinstance(node, ScalarNode) and isinstance(node.value, str) else None
