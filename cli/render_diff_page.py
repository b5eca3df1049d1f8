"""What differs between two versions as one HTML file, old and new side by side, fit to print.

Knows the comparison's document and ``diff_page.html``; everything from a policy is escaped; no outside resources.
"""

from __future__ import annotations

import html
import re
from difflib import SequenceMatcher
from pathlib import Path
from string import Template

from cli.document import Document
from cli.render_diff import COUNTED, DIRECTIONS, Names, summary

_TEMPLATE = Path(__file__).with_name("diff_page.html")
_PIECE = re.compile(r"[A-Za-z0-9.]+|[^A-Za-z0-9.]", re.DOTALL)
"""What is marked as one: a number or a Latin word, else a character."""
_ALIKE = 0.4
"""Texts less alike than this are shown whole: marks on every other character help nobody."""


def render_page(document: Document, names: Names) -> str:
    """The page as text."""
    a, b = document["a"], document["b"]
    title = f"{names[0]} 与 {names[1]} 版考核方案对照"
    return Template(_TEMPLATE.read_text("utf-8")).substitute(
        title=_safe(title),
        summary=_safe(summary(document)),
        heads="\n".join((_head(a, f"旧版 {names[0]}", "old"), _head(b, f"新版 {names[1]}", "new"))),
        counts=_counts(document),
        nav=_nav(document),
        sections="\n".join(_section(i, subject, names) for i, subject in enumerate(document["subjects"])),
        footer=_safe(f"旧版摘要 {a['digest']}；新版摘要 {b['digest']}"),
    )


def _head(head: Document, called: str, kind: str) -> str:
    facts = (
        ("文号", head["number"]),
        ("考核周期", f"{head['cycle']['first']} 至 {head['cycle']['last']}"),
        ("施行", f"自 {head['in_force_from']} 起"),
    )
    rows = "".join(f"<dt>{_safe(name)}</dt><dd>{_safe(value)}</dd>" for name, value in facts if value)
    name = f"<b>{_safe(called)}</b>{_safe(head['title'])}"
    return f'<section class="head {kind}">{name}<dl>{rows}</dl></section>'


def _counts(document: Document) -> str:
    counts = document["counts"]
    shown = [(word, counts[direction]) for direction, word in COUNTED.items() if counts[direction]]
    items = "".join(f"<li><b>{number}</b>{_safe(word)}</li>" for word, number in shown)
    return f'<ul class="counts">{items}</ul>' if items else ""


def _nav(document: Document) -> str:
    links = [
        f'<a href="#s{i}">{_safe(subject["title"])} {len(subject["changes"])}</a>'
        for i, subject in enumerate(document["subjects"])
    ]
    return f"<nav>{''.join(links)}</nav>" if links else ""


def _section(position: int, subject: Document, names: Names) -> str:
    rows = "\n".join(_row(change) for change in subject["changes"])
    return f"""<section id="s{position}">
<h2>{_safe(subject["title"])} <small>{len(subject["changes"])} 处</small></h2>
<table>
<thead><tr><th class="way"></th><th class="what">改动</th>
<th class="value">{_safe(names[0])}</th><th class="value">{_safe(names[1])}</th>
<th class="clause">条款</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</section>"""


def _row(change: Document) -> str:
    word = DIRECTIONS[change["direction"]]
    tag = f'<span class="tag {change["direction"]}">{word}</span>' if word else ""
    effects = "".join(f"<li>{_safe(effect)}</li>" for effect in change["effects"])
    old, new = _marked(change["old_text"], change["new_text"])
    return (
        f'<tr id="{_safe(change["id"])}"><td>{tag}</td><td><span class="sentence">{_safe(change["sentence"])}</span>'
        + (f'<ul class="effects">{effects}</ul>' if effects else "")
        + f"</td>{_value(old, change['old_place'], 'old')}{_value(new, change['new_place'], 'fresh')}"
        + f"<td>{_safe(change['clause'])}</td></tr>"
    )


def _value(text: str, place: Document | None, kind: str) -> str:
    if place is None:
        return f'<td class="{kind} none">（无）</td>'
    where = f"{place['file']} 第 {place['line']} 行" if place["line"] else place["file"]
    return f'<td class="{kind}">{text}<span class="place">{_safe(where)}</span></td>'


def _marked(old: str, new: str) -> tuple[str, str]:
    """Both texts as HTML, with what went and what came marked where the two are alike."""
    left, right = _PIECE.findall(old), _PIECE.findall(new)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if not old or not new or max(len(old), len(new)) > 2000 or matcher.ratio() < _ALIKE:
        return _safe(old), _safe(new)
    before, after = [], []
    for operation, i, j, k, m in matcher.get_opcodes():
        gone, come = _safe("".join(left[i:j])), _safe("".join(right[k:m]))
        same = operation == "equal"
        before.append(gone if same or not gone else f"<del>{gone}</del>")
        after.append(come if same or not come else f"<ins>{come}</ins>")
    return "".join(before), "".join(after)


def _safe(text: object) -> str:
    return html.escape(str(text))
