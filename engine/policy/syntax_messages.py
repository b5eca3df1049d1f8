"""What a text that is no YAML is called in Chinese, where the slip was made, and what to write instead.

Knows the parser's words and what slips look like; must not know what a file should hold.
"""

from __future__ import annotations

import re

import yaml

from engine.policy.wide_marks import wide_mark
from engine.problems import Place, Problem, clip

# The parser's words, what to call them, and what to do; the first that matches holds.
_SYNTAX: tuple[tuple[str, str, str], ...] = (
    (r"'\\t' that cannot start", "制表符（Tab）不能放在这里", "请改用空格"),
    (r"cannot start any token", "文字不能以这个字符开头", "请给整段文字加引号"),
    (r"mapping values are not allowed", "这里不能再有冒号", "请检查上一行的缩进；含“: ”的文字请加引号"),
    (r"could not find expected ':'", "这一行缺冒号", "写成“键: 值”，冒号后有一个空格"),
    (r"sequence entries are not allowed", "这里不能放“- ”列表项", "请把列表另起一行并缩进"),
    (r"expected <block end>", "缩进与上文不一致", "同一层的各行请从同一列写起"),
    (r"expected ',' or '\]'", "方括号里缺逗号，或没有用 ] 收尾", "请补上逗号或 ]"),
    (r"expected ',' or '}'", "花括号里缺逗号，或没有用 } 收尾", "请补上逗号或 }"),
    (r"unexpected end of stream", "引号没有收尾", "请补上收尾的引号"),
    (r"document separator", "引号没有收尾就遇到了文档分隔行", "请补上收尾的引号"),
    (r"unknown escape|escape sequence", "双引号里的反斜线写法不认识", "请改用单引号，或把 \\ 写成 \\\\"),
    (r"expected the node content", "这里缺内容，或多了一个符号", "请补上内容，或删去多余的符号"),
    (r"expected '<document start>'", "顶层内容写完之后又有别的内容", "请检查这一行的缩进"),
    (r"directive|YAML document", "不能用 % 指令", "请删去以 % 开头的行；以 % 开头的文字请加引号"),
)

_NO_SPACE = re.compile(r"^\s*(?:- +)*([\w.-]+):([^\s:/].*)$")
_CONTENT = re.compile(r"^\s*(?:- +)*")


def syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """Where the parser gave up is often a line too late, so the slips that look like it are sought around it."""
    words = str(getattr(error, "problem", "") or "")
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if words.endswith("end of stream") and context is not None:
        mark = context  # where the quote opens says more than the file's end
    if mark is None:
        return _called(words, Place(file))
    place = Place(file, mark.line + 1, mark.column + 1)
    opened = None if context is None else Place(file, context.line + 1, context.column + 1)
    wide = wide_mark(text, place)
    return wide or _likely(words, text.split("\n"), place, opened) or _called(words, _missed(words, place, opened))


def _missed(words: str, place: Place, opened: Place | None) -> Place:
    """The key without its colon rather than the next line, at which the parser missed it."""
    return opened if opened is not None and "could not find expected ':'" in words else place


def _likely(words: str, lines: list[str], place: Place, opened: Place | None) -> Problem | None:
    """A slip that is told better by what the lines look like than by what the parser says."""
    if "could not find expected ':'" in words and opened is not None:
        line = lines[opened.line - 1]
        found = _NO_SPACE.match(line)
        if found is not None:
            colon = Place(place.file, opened.line, found.end(1) + 1)
            return Problem(colon, "冒号后面没有空格", found[1] + ":" + found[2], f"请写成 {found[1]}: {found[2]}")
    if "mapping values are not allowed" in words:
        above = [line for line in lines[: place.line - 1] if line.strip() and not line.lstrip().startswith("#")]
        indent, before = _indent(lines[place.line - 1]), above[-1] if above else ""
        if indent > _column(before) and not before.rstrip().endswith(":"):
            instead = f"请与上一行对齐，前面空 {_column(before)} 格；若是上一行的“: ”，给那段文字加引号"
            return Problem(
                Place(place.file, place.line, indent + 1), f"缩进比上一行多，前面空了 {indent} 格", "", instead
            )
    if "expected <block end>" in words:
        return _misaligned(lines, place)
    kind = re.search(r"expected ',' or '([}\]])'", words)
    if kind is None or opened is None or opened.line >= place.line:
        return None
    if len(lines) < place.line or _indent(lines[place.line - 1]) < opened.column:
        what = "花括号没有用 } 收尾" if kind[1] == "}" else "方括号没有用 ] 收尾"
        return Problem(opened, what, lines[opened.line - 1][opened.column - 1 :].strip(), f"请在末尾补上 {kind[1]}")
    return None


def _misaligned(lines: list[str], place: Place) -> Problem | None:
    """A line that begins where none of those around begins; those it may belong with are told with their number."""
    line = lines[place.line - 1]
    if _indent(line) + 1 != place.column:
        return None
    dashed = line.lstrip().startswith("- ")
    above = [
        (number, _indent(one) if dashed else _column(one))
        for number, one in enumerate(lines[: place.line - 1], 1)
        if one.strip() and not one.lstrip().startswith("#") and (not dashed or one.lstrip().startswith("- "))
    ]
    if not above:
        return None
    number, column = min(reversed(above[-40:] if dashed else above[-1:]), key=lambda one: abs(one[1] - _indent(line)))
    what = f"缩进与上文不一致，前面空了 {_indent(line)} 格"
    return Problem(place, what, "", f"同一层的各行请从同一列写起；若与第 {number} 行同一层，前面应空 {column} 格")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _column(line: str) -> int:
    """Where the line's own content begins, after the dashes of a list."""
    found = _CONTENT.match(line)
    return 0 if found is None else found.end()


def _called(words: str, place: Place) -> Problem:
    for pattern, what, instead in _SYNTAX:
        if re.search(pattern, words):
            return Problem(place, what, "", instead)
    return Problem(place, "不是合法的 YAML", clip(words), "请检查这一行的符号与缩进")
