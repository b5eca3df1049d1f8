"""The plan as one HTML page: whole, self-contained, linked and safe."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cli.show_page import page
from engine.plan_view.build import load_plan

from .conftest import ALL_POLICIES, SCHEMAS, Ran

VOID = ("meta", "link", "br")


class Reader(HTMLParser):
    """Checks nesting and collects ids, links and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            assert name not in ("src", "onclick"), tag
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


@pytest.mark.parametrize("policy", ALL_POLICIES, ids=lambda path: path.name)
def test_page_is_whole_and_every_link_leads_somewhere(policy: Path) -> None:
    """Promise: one file that needs no network, well formed, in which each link leads to something on the page."""
    html = page(load_plan(policy, SCHEMAS, {}))
    reader = read(html)
    assert len(reader.ids) == len(set(reader.ids))
    assert {link.removeprefix("#") for link in reader.links} <= set(reader.ids)
    assert "http" not in html and "@import" not in html and "script" not in reader.tags


def test_page_of_one_clause_has_no_dead_links(hotline: Callable[..., Ran], tmp_path: Path) -> None:
    """Promise: the page of a part of the plan links only to what it holds."""
    target = tmp_path / "one.html"
    ran = hotline("policy", "show", "2026", "--clause", "三(二)2", "--format", "html", "--output", target)
    assert (ran.code, ran.out) == (0, "")
    reader = read(target.read_text("utf-8"))
    assert {link.removeprefix("#") for link in reader.links} <= set(reader.ids)
    assert "附件1-5" not in " ".join(reader.ids) and len(reader.ids) > 10


def test_what_a_policy_says_cannot_become_markup(folder: Path) -> None:
    """Promise: a title or note with markup in it is shown as it is written."""
    for name in ("policy.yaml", "clauses.yaml", "readings.yaml"):
        file = folder / name
        file.write_text(
            re.sub(r"(?m)^(  |)(  )?title: (.*)$", r'\1\2title: "<script>x</script>&<b>"', file.read_text("utf-8"))
        )
    reader = read(page(load_plan(folder, SCHEMAS, {})))
    assert not reader.tags & {"script"} and "b" in reader.tags
    assert sum("<script>x</script>&<b>" in text for text in reader.text) > 50
