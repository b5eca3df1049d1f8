"""A plan by clause as one HTML page that needs nothing else: clauses to the left, what covers them to the right.

Knows the plan view and HTML; everything that comes from a policy is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

from cli.render_show import STATUS, confirmation
from engine.plan_view.view import CaseName, Clause, Item, Line, Plan, ReadingView

TEMPLATE = Path(__file__).parent / "templates" / "plan.html"
CHOSEN = ' class="chosen"'
DEEPEST = 3
"""Headings below this level look alike."""


def page(plan: Plan) -> str:
    """The whole file."""
    anchors = {clause.id: f"c{number}" for number, clause in enumerate(plan.clauses, 1)}
    here = frozenset(reading.id for reading in plan.readings)
    body = [_header(plan, anchors), *(_clause(clause, anchors, here) for clause in plan.clauses), _footer(plan)]
    return Template(TEMPLATE.read_text("utf-8")).substitute(
        title=escape(plan.head.title),
        nav="\n".join(_entry(clause, anchors) for clause in plan.clauses),
        body="\n".join(body),
    )


def _entry(clause: Clause, anchors: dict[str, str]) -> str:
    indent = 6 + 14 * min(clause.level, DEEPEST)
    waiting = sum(reading.status != "confirmed" for reading in clause.readings)
    mark = f'<i title="{waiting} 处待确认">{"？" * min(waiting, 3)}</i>' if waiting else ""
    deep = ' class="deep"' if clause.level > 1 else ""
    return (
        f'<a href="#{anchors[clause.id]}"{deep} style="padding-left:{indent}px">'
        f"<b>{escape(_short(clause))}</b><span>{escape(clause.title)}</span>{mark}</a>"
    )


def _short(clause: Clause) -> str:
    """Without the name that an inner part has after a dash, since its title says it."""
    _, dash, tail = clause.id.rpartition("-")
    return clause.id if not dash or tail.isdigit() else "·"


def _header(plan: Plan, anchors: dict[str, str]) -> str:
    head = plan.head
    until = f" 至 {head.in_force_until}" if head.in_force_until else " 起"
    facts = [head.number, "、".join(head.issuers), f"{head.issued_on} 印发" if head.issued_on else ""]
    judged = sum(bool(clause.judgement) for clause in plan.clauses)
    waiting = [(clause, reading) for clause in plan.clauses for reading in clause.readings if not reading.confirmed_on]
    figures = (
        (len(plan.clauses), "条条文"),
        (len(plan.items), "个条目落实为数据"),
        (judged, "条由人判断"),
        (len(waiting), "处未写明、待确认"),
    )
    links = "、".join(f'<a href="#r-{escape(r.id)}">{escape(r.title)}</a>' for _, r in waiting)
    asked = f'<div class="waiting"><strong>待确认：</strong>{links}</div>' if waiting else ""
    boxes = "".join(f"<div><b>{number}</b><span>{text}</span></div>" for number, text in figures)
    amends = f"　修订 {escape(head.supersedes)}" if head.supersedes else ""
    return (
        f"<header><h1>{escape(head.title)}</h1>"
        f"<p>{escape('　'.join(filter(None, facts)))}</p>"
        f"<p>考核周期 {head.first} 至 {head.last}　施行 {head.in_force_from}{until}　版本 {escape(head.id)}{amends}</p>"
        f'</header><div class="figures">{boxes}</div>{asked}'
    )


def _clause(clause: Clause, anchors: dict[str, str], here: frozenset[str]) -> str:
    level = min(clause.level, DEEPEST) + 2
    number = f"<b>{escape(clause.id)}</b>" if clause.id else ""
    parts = [f'<section><h{level} id="{anchors[clause.id]}">{number}{escape(clause.title)}</h{level}>']
    if clause.summary:
        parts.append(f'<p class="summary">{escape(clause.summary)}</p>')
    if clause.judgement:
        parts.append(
            f'<div class="judgement"><span class="kind">由人判断</span>{escape(clause.judgement)}'
            f"<p>机器判断所缺的数据：{escape(clause.missing_datum)}</p></div>"
        )
    parts += [_item(item, here) for item in clause.items]
    parts += [_reading(reading, here) for reading in clause.readings]
    if clause.elsewhere:
        links = "、".join(_link(other, anchors) for other in clause.elsewhere)
        parts.append(f'<p class="also">另见：{links}</p>')
    return "\n".join([*parts, "</section>"])


def _link(other: Item | ReadingView, anchors: dict[str, str]) -> str:
    kind = "r" if isinstance(other, ReadingView) else "i"
    home = f"（{escape(other.home)}）" if other.home else ""
    if other.home not in anchors:
        return f"{escape(other.title)}（{escape(other.home)}）"
    return f'<a href="#{kind}-{escape(other.id)}">{escape(other.title)}</a>{home}'


def _item(item: Item, here: frozenset[str]) -> str:
    named = "" if item.id == item.title else f"<code>{escape(item.id)}</code>"
    return (
        f'<div class="item" id="i-{escape(item.id)}"><h6><span class="kind">{escape(item.kind)}</span>'
        f"{escape(item.title)}{named}</h6>{_lines(item.lines, here)}{_cases(item.cases)}</div>"
    )


def _reading(reading: ReadingView, here: frozenset[str]) -> str:
    options = "".join(
        f"<li{CHOSEN if option.chosen else ''}><span>{escape(option.title)}</span>"
        f"<code>{escape(option.id)}</code>{_lines(option.lines, here)}</li>"
        for option in reading.options
    )
    note = f"<p>确认时的说明：{escape(reading.note)}</p>" if reading.note else ""
    used = f"<p>用于：{escape('、'.join(reading.used_by))}</p>" if reading.used_by else ""
    return (
        f'<div class="reading" id="r-{escape(reading.id)}">'
        f'<h6><span class="status {escape(reading.status)}">{escape(confirmation(reading))}</span>'
        f'<span class="kind">未写明</span>{escape(reading.title)}<code>{escape(reading.id)}</code></h6>'
        f'<p>{escape(reading.question)}</p><ul class="options">{options}</ul>'
        f"<p>采用的理由：{escape(reading.why)}</p>{note}{used}{_cases(reading.cases)}</div>"
    )


def _lines(lines: Iterable[Line], here: frozenset[str]) -> str:
    """``here``: ids of the readings that this page holds, so that no link is dead."""
    rows = []
    for line in lines:
        by = "".join(_by(id, here) for id in line.readings)
        rows.append(f"<dt>{escape(line.label)}</dt><dd>{escape(line.text)}{by}</dd>")
    return f"<dl>{''.join(rows)}</dl>" if rows else ""


def _by(id: str, here: frozenset[str]) -> str:
    text = f"未写明 {escape(id)}"
    return f'<a class="by" href="#r-{escape(id)}">{text}</a>' if id in here else f'<span class="by">{text}</span>'


def _cases(cases: tuple[CaseName, ...]) -> str:
    if not cases:
        return ""
    named = "".join(f"<li>{escape(case.title)}（{escape(case.file)}:{case.line}）</li>" for case in cases)
    return f"<details><summary>{len(cases)} 个用例</summary><ul>{named}</ul></details>"


def _footer(plan: Plan) -> str:
    waiting = STATUS["provisional"]
    return (
        f"<footer>版本 {escape(plan.head.id)}，内容摘要 sha256:{escape(plan.head.digest)}。"
        f"{waiting}之处按所选的理解执行，可以换一种理解重算。</footer>"
    )
