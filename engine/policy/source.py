"""Strict reading of one YAML file into a tree in which every value and key knows its place.

Knows YAML text only; must not know schemas, readings or any word of the policy vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import yaml

from engine.policy.syntax_messages import syntax_problem
from engine.problems import Place, Problem

Scalar = str | int | bool | Decimal | None
Plain = Scalar | list["Plain"] | dict[str, "Plain"]

MAX_DEPTH = 32
MAX_BYTES = 1_000_000

# Long digit runs stay text: int() of thousands of digits is an error of its own, and no schema accepts the text.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
# What libyaml and PyYAML's own parser may read differently: a text with any of it goes through the latter alone.
_UNUSUAL = re.compile("[\t\r?\\\\|>!&\x85\u2028\u2029]|^(?:%|---|\\.\\.\\.)", re.MULTILINE)
# A word of the vocabulary with a full-width colon behind it, which YAML takes for a part of the key.
_WIDE_COLON = re.compile("([a-z][a-z_]*)：(.*)", re.DOTALL)
_CONSTANTS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True)
class ScalarNode:
    place: Place
    value: Scalar


@dataclass(frozen=True)
class ListNode:
    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Entry:
    """One ``key: node`` of a mapping; ``place`` is the key's."""

    key: str
    place: Place
    node: Node


@dataclass(frozen=True)
class MapNode:
    """Keys are distinct and always text."""

    place: Place
    entries: tuple[Entry, ...]

    def entry(self, key: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.key == key), None)

    def get(self, key: str) -> Node | None:
        entry = self.entry(key)
        return None if entry is None else entry.node


Node = ScalarNode | ListNode | MapNode


@dataclass(frozen=True)
class Source:
    """One file as read. ``root`` is None when nothing usable came out; ``problems`` then says why."""

    file: str
    root: Node | None
    problems: tuple[Problem, ...]


def plain(node: Node) -> Plain:
    """The tree as dicts, lists, text, ``int``, ``Decimal``, ``bool`` and None."""
    match node:
        case ScalarNode(_, value):
            return value
        case ListNode(_, items):
            return [plain(item) for item in items]
        case MapNode(_, entries):
            return {entry.key: plain(entry.node) for entry in entries}


def child(node: Node, step: object) -> Node | None:
    """The value under a key or at an index; None when there is none."""
    if isinstance(node, MapNode) and isinstance(step, str):
        return node.get(step)
    if isinstance(node, ListNode) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None


def read_file(path: Path) -> Source:
    """Read ``path``; whatever is wrong with it is in ``problems``, nothing is raised. Places name ``str(path)``."""
    whole = Place(str(path))
    try:
        raw = path.read_bytes()
    except OSError as error:
        return Source(str(path), None, (Problem(whole, "文件读不出来", error.strerror or "", "请检查文件和权限"),))
    return read_bytes(raw, str(path))


@lru_cache(maxsize=256)
def read_bytes(raw: bytes, file: str) -> Source:
    """Like ``read_file`` on content already at hand. The same content is read once: nothing in a Source can change."""

    def refused(place: Place, what: str, value: str = "", instead: str = "") -> Source:
        return Source(file, None, (Problem(place, what, value, instead),))

    if len(raw) > MAX_BYTES:
        return refused(Place(file), f"文件超过 {MAX_BYTES} 字节", str(len(raw)), "请拆小，或确认没有放错文件")
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        wrong = f"0x{raw[error.start]:02x}"
        return refused(_place(file, before), "不是 UTF-8 编码的文字", wrong, "请另存为 UTF-8 编码")
    control = _UNPRINTABLE.search(text)
    if control is not None:
        place = _place(file, text[: control.start()])
        return refused(place, "有不可见的控制字符", f"U+{ord(control[0]):04X}", "请删去这个字符")
    tabs = tuple(_tab_problems(text, file))
    if tabs:
        return Source(file, None, tabs)
    return _usual(text, file) or _read(text, file, yaml.SafeLoader)


def _usual(text: str, file: str) -> Source | None:
    """The text as libyaml reads it, in a fiftieth of the time; None where only PyYAML's own parser may say."""
    if not yaml.__with_libyaml__ or _UNUSUAL.search(text):
        return None
    found = _read(text, file, yaml.CSafeLoader)
    return None if found.problems else found


def _read(text: str, file: str, loader: type[yaml.SafeLoader | yaml.CSafeLoader]) -> Source:
    builder = _Builder(file, loader)
    root = builder.read(text)
    return Source(file, root, tuple(builder.problems))


def _place(file: str, before: str) -> Place:
    line = before.count("\n") + 1
    return Place(file, line, len(before) - (before.rfind("\n") + 1) + 1)


def _tab_problems(text: str, file: str) -> Iterator[Problem]:
    for number, line in enumerate(text.split("\n"), 1):
        blank = line[: len(line) - len(line.lstrip(" \t"))]
        if "\t" in blank and line.strip():
            yield Problem(Place(file, number, blank.index("\t") + 1), "缩进里有制表符（Tab）", "", "请改用空格缩进")


class _Unusable(Exception):
    """The rest of the file cannot be read."""


class _Builder:
    """Builds the tree from parser events; goes on after what can be passed over, so that all of it is reported."""

    def __init__(self, file: str, loader: type[yaml.SafeLoader | yaml.CSafeLoader]) -> None:
        self.file = file
        self.loader = loader
        self.problems: list[Problem] = []
        self.aliased = False

    def read(self, text: str) -> Node | None:
        try:
            return self._documents(text)
        except yaml.YAMLError as error:
            told = {problem.place for problem in self.problems}
            problem = syntax_problem(error, text, self.file)
            self.problems += [problem] if problem.place not in told else []
        except _Unusable:
            pass
        return None

    def _documents(self, text: str) -> Node | None:
        self._events = yaml.parse(text, Loader=self.loader)
        root: Node | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if event.version or event.tags:
                    self._report(event, "不能用 % 指令", "", "请删去以 % 开头的行")
                if documents == 2:
                    self._report(event, "一个文件里只能有一份文档", "---", "请删去 ---，或拆成两个文件")
            elif not isinstance(event, yaml.StreamStartEvent | yaml.StreamEndEvent | yaml.DocumentEndEvent):
                node = self._node(event, 1)
                root = root or node
        if root is None:
            self.problems.append(Problem(Place(self.file, 1, 1), "文件是空的", "", "请写入内容，或删去这个文件"))
        return None if self.aliased else root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        place = self._at(event)
        if depth > MAX_DEPTH:
            self._report(event, f"嵌套超过 {MAX_DEPTH} 层", "", "请减少层数")
            raise _Unusable
        if isinstance(event, yaml.AliasEvent):
            self.aliased = True
            self._report(event, "不能用 * 引用", f"*{event.anchor}", "请把内容写全；以 * 开头的文字请加引号")
            return ScalarNode(place, None)
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self._report(event, "不能用 & 锚点", f"&{anchor}", "请删去锚点；以 & 开头的文字请加引号")
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._report(event, "不能用 ! 类型标记", str(tag), "请删去标记；以 ! 开头的文字请加引号")
        if isinstance(event, yaml.ScalarEvent):
            quoted = bool(event.style)
            return ScalarNode(place, event.value if quoted else _scalar(event.value))
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
                items.append(self._node(event, depth + 1))
            return ListNode(place, tuple(items))
        return MapNode(place, tuple(self._entries(depth)))

    def _entries(self, depth: int) -> Iterator[Entry]:
        seen: dict[str, Place] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            place = self._at(event)
            key = event.value if isinstance(event, yaml.ScalarEvent) else None
            if key is None:
                self._node(event, depth + 1)
                self.problems.append(Problem(place, "键必须是文字", "", "请把键写成一个词"))
            after = next(self._events)
            node = self._node(after, depth + 1)
            wide = None if key is None or getattr(event, "style", None) else _WIDE_COLON.fullmatch(key)
            if wide is not None:
                node = self._meant(place, wide[1], wide[2], after, node)
                key = wide[1]
            if key in seen:
                what = f"键重复，第 {seen[key].line} 行已有"
                self.problems.append(Problem(place, what, key, "请删去其中一个"))
            elif key is not None:
                seen[key] = place
                yield Entry(key, place, node)

    def _meant(self, place: Place, key: str, text: str, after: yaml.Event, node: Node) -> Node:
        """What a key with a full-width colon was to hold: the ``text`` behind the colon and the value after that."""
        more = f": {after.value}" if isinstance(after, yaml.ScalarEvent) and after.value else ""
        written = text.strip() + more
        colon = replace(place, column=place.column + len(key))
        instead = f"请改用半角冒号，后面空一格：{key}: {written}".rstrip()
        self.problems.append(Problem(colon, "冒号是全角的“：”", f"{key}：{text}{more}", instead))
        if not written:
            return node
        meant = read_bytes(written.encode(), self.file)
        return ScalarNode(colon, written) if meant.root is None or meant.problems else _moved(meant.root, colon)

    def _at(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(self.file) if mark is None else Place(self.file, mark.line + 1, mark.column + 1)

    def _report(self, event: yaml.Event, what: str, value: str, instead: str) -> None:
        self.problems.append(Problem(self._at(event), what, value, instead))


def _moved(node: Node, place: Place) -> Node:
    """The tree with all of it at one place."""
    match node:
        case ListNode(_, items):
            return ListNode(place, tuple(_moved(item, place) for item in items))
        case MapNode(_, entries):
            return MapNode(place, tuple(Entry(entry.key, place, _moved(entry.node, place)) for entry in entries))
    return ScalarNode(place, node.value)


def _scalar(text: str) -> Scalar:
    """An unquoted scalar: dates, clock times, ``yes``, ``010`` and the like stay text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return text
