"""What another version would change for real orders, as one HTML file with a picture of ranks, fit to print.

Knows the impact's document and ``impact_page.html``; all text from outside is escaped; no resources from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from cli.document import Document, figure
from cli.rank_chart import DESCRIPTION, NoConverterError, svg
from cli.render_impact import (
    COUNTED,
    IDLE,
    KINDS,
    attribution,
    by_effect,
    head,
    moves,
    parts,
    results,
    seat,
    summary,
)

_TEMPLATE = Path(__file__).with_name("impact_page.html")
NO_PICTURE = "没有画图：缺少画图的组件。安装 hotline-policy[reports] 后重新生成即有名次变化图，其余内容不受影响"


def render_page(document: Document) -> str:
    """The page as text."""
    title = f"{document['a']['version']} 与 {document['b']['version']} 两版方案对实际工单的影响"
    return Template(_TEMPLATE.read_text("utf-8")).substitute(
        title=escape(title),
        head=escape(head(document)),
        summary=escape(summary(document)),
        counts=_counts(document),
        chart=_chart(document),
        months="\n".join(map(_period, document["periods"])),
        items=_items(document),
        orders=_orders(document),
        footer=escape(
            f"旧版摘要 {document['a']['digest']}；新版摘要 {document['b']['digest']}；"
            f"数据摘要 {document['input']['digest']}"
        ),
    )


def _counts(document: Document) -> str:
    shown = [(text, document["counts"][key]) for key, text in COUNTED if document["counts"][key]]
    items = "".join(f"<li>{escape(text).replace('{}', f'<b>{number}</b>')}</li>" for text, number in shown)
    return f'<ul class="counts">{items}</ul>' if items else ""


def _chart(document: Document) -> str:
    if not document["ranks"]:
        return ""
    try:
        picture = svg(document["ranks"])
    except NoConverterError:
        return f'<p class="lead">{NO_PICTURE}。</p>'
    legend = '<span class="up">上升</span><span class="down">下降</span>数字是名次，写作 旧→新；– 为不排名'
    figure = f'<figure role="img" aria-label="{DESCRIPTION}">{picture}<figcaption>{legend}</figcaption></figure>'
    return f"<h2>名次变化</h2>\n{figure}"


def _items(document: Document) -> str:
    if not document["items"]:
        return ""
    acting, idle = by_effect(document)
    rows = "\n".join(
        f"<tr><td class=number>{item['number']}</td><td>{escape(item['sentence'])}"
        f"<small>{escape('、'.join(item['clauses']))}</small></td>"
        + "".join(
            f"<td class=number>{item[key] or ''}</td>" for key in ("ranks", "last", "consequences", "gates", "orders")
        )
        + f"<td class=number>{figure(item['largest']) if item['largest'] else ''}</td></tr>"
        for item in acting
    )
    names = ("编号", "改动", "名次", "末位", "后果", "前提", "认定", "最大分差")
    heads = "".join(f"<th class={'text' if name == '改动' else 'number'}>{name}</th>" for name in names)
    told = attribution(document)
    note = f'<p class="lead">{escape(told)}。</p>' if told else ""
    grid = f"<table><thead><tr>{heads}</tr></thead><tbody>\n{rows}\n</tbody></table>" if acting else ""
    rest = "".join(f"<li>〔{item['number']}〕{escape(item['sentence'])}</li>" for item in idle)
    others = f'<p class="lead">{IDLE}</p>\n<ul>{rest}</ul>' if idle else ""
    return f"<h2>各项改动和它们必不可少的变化</h2>\n{note}{grid}{others}"


def _period(period: Mapping[str, Any]) -> str:
    return "".join(_result(title, result, provisional=period["provisional"]) for title, result in results(period))


def _result(name: str, result: Mapping[str, Any], *, provisional: bool) -> str:
    sentences = "".join(f"<li>{escape(sentence)}</li>" for sentence in result["sentences"])
    title = escape(name) + ("<small>暂定</small>" if provisional else "")
    units = [row for row in result["units"] if row["difference"] or row["rank_because"]]
    if not (units or sentences):
        return ""
    names = (("名次", "number"), ("承办单位", "name"), ("旧总分", "number"), ("新总分", "number"), ("差", "number"))
    heads = "".join(f"<th class={kind}>{name}</th>" for name, kind in (*names, ("其中", "text")))
    rows = "\n".join(map(_unit, units))
    grid = f"<table><thead><tr>{heads}</tr></thead><tbody>\n{rows}\n</tbody></table>" if units else ""
    return f"<section><h3>{title}</h3>{f'<ul>{sentences}</ul>' if sentences else ''}{grid}</section>"


def _unit(row: Mapping[str, Any]) -> str:
    old, new = (row[side] or {"total": None, "last": False} for side in ("before", "after"))
    moved = "" if row["difference"] is None else f"{row['difference']:+.2f}"
    ranks = [row[side] and row[side]["rank"] for side in ("before", "after")]
    way = "" if None in ranks or ranks[0] == ranks[1] else ("up" if ranks[1] < ranks[0] else "down")
    group = f"<small>{escape(row['group'])}</small>" if row.get("group") else ""
    numbers = (figure(old["total"]), figure(new["total"]), moved)
    return (
        f'<tr{" class=last" if new["last"] else ""}><td class="number {way}">{escape(seat(row))}</td>'
        f"<td>{escape(row['unit'])}{group}</td>"
        + "".join(f"<td class=number>{number}</td>" for number in numbers)
        + f"<td>{escape(parts(row))}</td></tr>"
    )


def _orders(document: Document) -> str:
    blocks = list(_read(document))
    for change in document["orders"]:
        items = "、".join(f"〔{number}〕" for number in change["items"])
        clause = f"（{change['clause']}）" if change["clause"] else ""
        told = "".join(f"<li>{escape(text)}</li>" for text in moves(change))
        orders = "、".join(f"{one['order']}（{one['unit']}）" for one in change["examples"])
        more = " 等" if change["orders"] > len(change["examples"]) else ""
        blocks.append(
            f"<section><h3>{KINDS[change['kind']]}：{escape(change['title'] + clause)}"
            f"<small>{change['orders']} 件不同，因为 {items}</small></h3>"
            f'<ul>{told}</ul><p class="lead">{escape(orders)}{more}</p></section>'
        )
    return "<h2>每张工单的认定</h2>\n" + "\n".join(blocks) if blocks else ""


def _read(document: Document) -> Iterable[str]:
    for side, word in (("only_a", "只有旧版本采用"), ("only_b", "只有新版本采用")):
        one = document["input"][side]
        if one["orders"]:
            yield f"<p>{word} {one['orders']} 件，如 {escape('、'.join(one['examples']))}</p>"
