"""Copies of the 2026 policy with edits, for the tests of comparing versions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

from engine.policy.parts import PARTS
from engine.policy.source import plain, read_file

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "schemas" / "v1"
BASE = ROOT / "policies" / "2026"

Edit = tuple[str, str, str]
"""Part, a text that stands once in its file, and what replaces it."""

A_DOZEN: tuple[Edit, ...] = (
    ("policy", 'version: "2026"\ntitle: 2026年', 'version: "2027"\ntitle: 2027年'),
    ("indicators", "    weight: 30\n", "    weight: 35\n"),
    ("indicators", "    weight: 25\n", "    weight: 20\n"),
    ("indicators", "是: 一般}, points: 60}".replace("是", "is"), "is: 一般}, points: 50}"),
    (
        "fields",
        '          - {id: "22"}\n      - {id: 是否托底',
        '          - {id: "22"}\n          - {id: "23"}\n      - {id: 是否托底',
    ),
    (
        "rules",
        "  - id: table-4\n",
        "      - id: a3-23\n"
        "        title: 人工智能误派\n"
        "        detail: 智能派单派错且当日退回的\n"
        "        clause: 附件3-23\n"
        '        when: {field: 剔除情形, contains: "23"}\n'
        "  - id: table-4\n",
    ),
    (
        "clauses",
        "  - id: 附件4\n",
        "  - id: 附件3-23\n    title: 误派\n    summary: 智能派单派错的\n    covered_by: [a3-23]\n  - id: 附件4\n",
    ),
    ("obligations", "amount: 3, unit: working_days", "amount: 2, unit: working_days"),
    ("consequences", "{standing: last, times: 3}", "{standing: last, times: 2}"),
    ("consequences", "    mandatory: false\n", "    mandatory: true\n"),
    ("readings", "    chosen: any\n", "    chosen: all\n"),
    ("readings", "value: {per: month, points: 3}", "value: {per: month, points: 5}"),
    ("duties", "rhythm: {every: week}", "rhythm: {every: day}"),
)


def copy_with(folder: Path, edits: Iterable[Edit] = ()) -> Path:
    """A copy of the 2026 policy in ``folder`` with ``edits``; each text must stand exactly once."""
    shutil.copytree(BASE, folder)
    for part, old, new in edits:
        file = folder / f"{part}.yaml"
        text = file.read_text("utf-8")
        assert text.count(old) == 1, (part, old, text.count(old))
        file.write_text(text.replace(old, new), "utf-8")
    return folder


Data = dict[str, Any]
"""A whole policy as plain data, by part."""


def read_data() -> Data:
    """The 2026 policy as written, references included."""
    found: Data = {}
    for part in PARTS:
        root = read_file(BASE / f"{part}.yaml").root
        assert root is not None
        found[part] = plain(root)
    return found


def write_data(data: Data, folder: Path) -> Path:
    """``data`` as a policy folder; JSON is YAML, and keeps text apart from numbers."""
    folder.mkdir(parents=True)
    for part, content in data.items():
        (folder / f"{part}.yaml").write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    return folder


def item(data: Data, part: str, listed: str, id: str) -> dict[str, Any]:
    return next(one for one in data[part][listed] if one["id"] == id)


def _weights(data: Data, random: Random) -> None:
    one, other = random.sample(data["indicators"]["indicators"], 2)
    step = random.randint(1, 4)
    one["weight"] += step
    other["weight"] -= step


def _band(data: Data, random: Random) -> None:
    random.choice(item(data, "indicators", "indicators", "satisfaction")["points"][:3])["points"] -= random.randint(
        1, 9
    )


def _deadline(data: Data, random: Random) -> None:
    clock = item(data, "obligations", "obligations", random.choice(["dispute-2wd", "immediate-3wd"]))["deadline"][
        "clock"
    ]
    clock["amount"] = random.choice([n for n in range(1, 9) if n != clock["amount"]])


def _exclusion(data: Data, random: Random) -> None:
    number = str(random.randint(23, 60))
    column = next(one for one in data["fields"]["tables"][0]["columns"] if one["id"] == "剔除情形")
    if any(value["id"] == number for value in column["values"]):
        return
    column["values"].append({"id": number})
    when = {"field": "剔除情形", "contains": number}
    rule = {"id": f"a3-{number}", "title": f"新情形{number}", "clause": f"附件3-{number}", "when": when}
    rules = item(data, "rules", "decisions", "table-3")["rules"]
    rules.insert(random.randint(0, len(rules)), rule)
    clause = {"id": rule["clause"], "title": rule["title"], "summary": "新增", "covered_by": [rule["id"]]}
    data["clauses"]["clauses"].append(clause)


def _no_exclusion(data: Data, random: Random) -> None:
    rules = item(data, "rules", "decisions", "table-3")["rules"]
    gone = rules.pop(random.randrange(len(rules)))
    data["clauses"]["clauses"] = [one for one in data["clauses"]["clauses"] if one["id"] != gone["clause"]]


def _option(data: Data, random: Random) -> None:
    reading = random.choice([one for one in data["readings"]["readings"] if len(one["options"]) > 1])
    reading["chosen"] = random.choice([one["id"] for one in reading["options"] if one["id"] != reading["chosen"]])


def _cap(data: Data, random: Random) -> None:
    option = random.choice(item(data, "readings", "readings", "bonus-cap")["options"])
    option["value"]["points"] += random.randint(1, 5)


def _wording(data: Data, random: Random) -> None:
    part = random.choice(["indicators", "obligations", "duties", "consequences", "forms"])
    one = random.choice(data[part][part])
    one["title"] += "（修订）"


def _consequence(data: Data, random: Random) -> None:
    one = random.choice(data["consequences"]["consequences"][1:])
    one["mandatory"] = not one["mandatory"]
    one["affects"] = [] if one.get("affects") else ["support-office"]


def _ladder(data: Data, random: Random) -> None:
    one = item(data, "consequences", "consequences", "last-5-cumulative")
    one["when"]["all"][1]["times"] = random.choice([2, 4, 6])


def _new_consequence(data: Data, random: Random) -> None:
    listed = data["consequences"]["consequences"]
    one = {**listed[1], "id": f"more-{random.randint(1, 10**9)}", "title": "再加一项", "gates": []}
    listed.insert(random.randint(0, len(listed)), one)


def _signatures(data: Data, random: Random) -> None:
    signatures = item(data, "forms", "forms", "dispute-inquiry")["signatures"]
    signatures.append(signatures.pop(random.randrange(len(signatures) - 1)))


def _condition(data: Data, random: Random) -> None:
    one = item(data, "obligations", "obligations", "filing-unsolvable")
    one["applies"] = {"all": [one["applies"], {"field": "诉求类型", "is": random.choice(["咨询", "求助"])}]}


def _year(data: Data, random: Random) -> None:
    year = max(one["year"] for one in data["calendar"]["years"]) + 1
    data["calendar"]["years"].append({"year": year, "notice": "待公布", "days_off": [], "makeup_workdays": []})


def _target(data: Data, random: Random) -> None:
    one = random.choice(data["indicators"]["indicators"][1:])
    if random.random() < 0.5:
        one.pop("target", None)
    else:
        one["target"] = {"at_least": random.randint(50, 99), "clause": "二2"}


def _inlined(data: Data, random: Random) -> None:
    item(data, "indicators", "bonuses", "backstop")["cap"] = {"per": "month", "points": random.choice([3, 4])}


EDITS: tuple[Callable[[Data, Random], None], ...] = (
    _weights,
    _band,
    _deadline,
    _exclusion,
    _no_exclusion,
    _option,
    _cap,
    _wording,
    _consequence,
    _ladder,
    _new_consequence,
    _signatures,
    _condition,
    _year,
    _target,
    _inlined,
)


def edited(seed: int, folder: Path, count: int = 8) -> Path:
    """A version that ``count`` seeded random edits make of 2026; all of them together are valid."""
    random = Random(seed)
    data = read_data()
    for edit in random.choices(EDITS, k=count):
        edit(data, random)
    return write_data(data, folder)


def shuffled(seed: int, folder: Path) -> Path:
    """2026 said otherwise: keys, unordered lists and sets in another order, conditions nested anew, comments added."""
    random = Random(seed)
    data = {part: _shuffle(content, random, "") for part, content in read_data().items()}
    write_data(data, folder)
    for file in folder.glob("*.yaml"):
        file.write_text("# 另一种写法\n" + file.read_text("utf-8") + "\n# 完\n", "utf-8")
    return folder


KEPT = {
    "points",
    "signatures",
    "event",
    "start",
    "states",
    "outcomes",
    "receiving",
    "closing",
    "due",
    "callback",
    "value",
}


def _shuffle(value: Any, random: Random, name: str) -> Any:
    if isinstance(value, dict):
        if set(value) == {"field", "is"} and name in ("when", "applies", "among"):
            value = random.choice([value, {"field": value["field"], "in": [value["is"]]}, {"all": [{"any": [value]}]}])
        pairs = [(key, _shuffle(inner, random, key)) for key, inner in value.items()]
        random.shuffle(pairs)
        return dict(pairs)
    if isinstance(value, list):
        items = [_shuffle(inner, random, "") for inner in value]
        if name not in KEPT and not any(isinstance(inner, list) for inner in value):
            random.shuffle(items)
        return items
    return value


def next_year(folder: Path) -> Path:
    """2026 moved by a year, as a new year's version starts: cycle, periods, first counted month, calendar."""
    data = read_data()
    text = json.dumps(data, ensure_ascii=False)
    clauses = data["clauses"]
    moved: Data = json.loads(text.replace("2026-", "2027-").replace("2025-", "2026-"))
    moved["clauses"] = json.loads(json.dumps(clauses, ensure_ascii=False).replace('"2026"', '"2027"'))
    moved["calendar"]["years"] = data["calendar"]["years"]
    moved["policy"] |= {"id": "2027", "version": "2027"}
    moved["policy"]["document"]["number"] = "待发"
    del moved["policy"]["document"]["issued_on"]
    moved["calendar"]["years"].append({"year": 2027, "notice": "待公布", "days_off": [], "makeup_workdays": []})
    return write_data(moved, folder)
