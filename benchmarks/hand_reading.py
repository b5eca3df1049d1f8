"""Raw text to typed orders by hand: DuckDB queries with the engine's checks and set-aside rules, for these columns.

One pass reads, types and marks; the marked rows are then asked what is wrong with each. Knows nothing of the engine.
"""

from __future__ import annotations

import csv
import hashlib
import subprocess
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.turns import Run

FILES = ("orders.csv", "units.csv", "averages.csv", "bonuses.csv")
TEXTS = ("工单编号", "承办单位", "诉求类别")
TIMES = (
    *("来电时间", "接单时间", "先行联系时间", "办理时限", "办结时间", "回访时间"),
    *("风险标识时间", "研判时间", "征询单提交时间", "备案时间"),
)
COUNTS = ("重复反映次数", "深度沟通次数")
REQUIRED = ("工单编号", "承办单位", "诉求类型", "接单时间")
CHOICES: dict[str, tuple[str, ...]] = {
    "诉求类型": ("咨询", "投诉举报", "求助", "意见建议", "其他"),
    "先行联系": ("是", "否", "未评价"),
    "事实认定": ("有政策信息", "无政策信息", "属实", "部分属实", "不属实"),
    "结果认定": ("接受解释说明", "不接受政策解释", "采纳", "部分采纳", "留作参考", "不予采纳"),
    "满意度": ("满意", "基本满意", "一般", "不满意"),
    "办理方式": ("立即解决", "阶段推进", "暂时无法解决"),
}
for yes_no in (
    *("是否匿名", "是否解决", "是否托底", "涉及群体利益", "表述激烈或串联", "政策答复难以信服"),
    *("历史遗留或复杂矛盾", "权属争议", "通话录音"),
):
    CHOICES[yes_no] = ("是", "否")
ALIASES = {
    "诉求类型": {
        **{f"{kind}类": kind for kind in CHOICES["诉求类型"]},
        "投诉": "投诉举报",
        "举报": "投诉举报",
        "建议": "意见建议",
    }
}
MISSING = {"是否匿名": "否", "先行联系": "未评价"}
ROWS = tuple(str(number) for number in range(1, 23))
LIST = "剔除情形"
SPACE = r"' \t\r\n　'"
TIME = r"^\d{4}(-\d\d-\d\d|/\d{1,2}/\d{1,2}) \d{1,2}:\d\d(:\d\d)?$"


def reading(folder: Path) -> Run:
    """The same answer as the engine's: how many orders were taken, and order, column and value of every breach, and
    the digest of the files, by ``sha256sum``.

    The engine also gives record numbers. This program does not: its rows are not always in the order of the file.
    """
    data = folder / "raw"

    def run() -> Any:
        sums = subprocess.Popen(["sha256sum", *FILES], cwd=data, stdout=subprocess.PIPE)  # goes on beside the query
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")
            units = _units(data / "units.csv")
            with (data / "orders.csv").open(encoding="utf-8-sig", newline="") as file:
                header = next(csv.reader(file))
            connection.execute(_read(header, units), {"file": str(data / "orders.csv")})
            wrong = connection.execute(_wrong(units)).fetchall()
            doubled = connection.execute(
                "SELECT rowid, 工单编号, '工单编号', 工单编号 FROM orders WHERE 工单编号 IN "
                "(SELECT 工单编号 FROM orders GROUP BY 工单编号 HAVING count(*) > 1)"
            ).fetchall()
            breaches = sorted((order, column, value or "") for _, order, column, value in (*wrong, *doubled))
            bad = list({row for row, *_ in (*wrong, *doubled)})
            connection.execute("DELETE FROM orders WHERE rowid IN (SELECT unnest(?))", [bad])
            (left,) = connection.execute("SELECT count(*) FROM orders").fetchall()[0]
        return {"orders": left, "rows": len(bad), "breaches": breaches, "digest": _digest(sums.communicate()[0])}

    return run


def _digest(sums: bytes) -> str:
    """Of the digests of all files, in the engine's way."""
    lines = [line.split() for line in sums.decode().splitlines()]
    return hashlib.sha256("".join(sorted(f"{name} {digest}\n" for digest, name in lines)).encode()).hexdigest()


def _units(path: Path) -> tuple[str, ...]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(row["承办单位"] for row in csv.DictReader(file))


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _enum(values: tuple[str, ...]) -> str:
    return f"ENUM({_listed(values)})"


def _time(name: str) -> str:
    """Full dashed times are cast at once; anything else is looked at."""
    trimmed = f"trim(raw.{name}, {SPACE})"
    slashed = f"try_cast(replace({trimmed}, '/', '-') AS TIMESTAMP)"
    fast = f"strlen(raw.{name}) = 19 AND raw.{name}[5] = '-'"
    return (
        f"CASE WHEN raw.{name} IS NULL THEN NULL WHEN {fast} THEN try_cast(raw.{name} AS TIMESTAMP) "
        f"WHEN regexp_matches({trimmed}, '{TIME}') THEN {slashed} END"
    )


def _choice(name: str) -> str:
    """A cast takes what is written as it should be; only the rest is trimmed and compared."""
    values = CHOICES[name]
    missing = () if name in REQUIRED else (MISSING.get(name, ""),)
    type = _enum(tuple(dict.fromkeys((*missing, *values))))
    empty = f"'{missing[0]}'" if missing else "NULL"
    aliases = "".join(f" WHEN '{alias}' THEN '{value}'" for alias, value in ALIASES.get(name, {}).items())
    meant = f"CASE trim(raw.{name}, {SPACE}){aliases} WHEN '' THEN {empty} ELSE trim(raw.{name}, {SPACE}) END"
    return (
        f"CASE WHEN raw.{name} IS NULL THEN {empty} "
        f"ELSE coalesce(try_cast(raw.{name} AS {type}), try_cast({meant} AS {type})) END"
    )


def _values(units: tuple[str, ...]) -> dict[str, str]:
    found = {name: f"nullif(trim(raw.{name}, {SPACE}), '')" for name in TEXTS}
    names = _enum(units)
    found["承办单位"] = f"coalesce(try_cast(raw.承办单位 AS {names}), try_cast(trim(raw.承办单位, {SPACE}) AS {names}))"
    found |= {name: _time(name) for name in TIMES}
    found |= {
        name: f"CASE WHEN strlen(raw.{name}) = 1 AND raw.{name} BETWEEN '0' AND '9' "
        f"THEN try_cast(raw.{name} AS BIGINT) WHEN regexp_full_match(trim(raw.{name}, {SPACE}), '[0-9]{{1,18}}') "
        f"THEN try_cast(trim(raw.{name}, {SPACE}) AS BIGINT) END"
        for name in COUNTS
    }
    found |= {name: _choice(name) for name in CHOICES}
    parts = f"list_transform(string_split(replace(raw.{LIST}, '；', ';'), ';'), lambda part: trim(part, {SPACE}))"
    given = f"list_filter({parts}, lambda part: part <> '')"
    known = f"list_has_all([{_listed(ROWS)}], {given})"
    found[LIST] = (
        f"CASE WHEN raw.{LIST} IS NULL THEN '' WHEN raw.{LIST} IN ({_listed(ROWS)}) THEN raw.{LIST} "
        f"WHEN {known} THEN array_to_string({given}, ';') END"
    )
    return found


def _tests() -> list[tuple[str, str]]:
    """Column and condition of everything that can be wrong with a row, but a doubled number."""
    found = [(name, f"{name} IS NULL") for name in (*CHOICES, LIST, "承办单位", "工单编号", "接单时间")]
    for name in (*TIMES, *COUNTS):
        if name not in REQUIRED:
            found.append((name, f"{name} IS NULL AND trim(raw.{name}, {SPACE}) <> ''"))
    found.append(("办理时限", f"办结时间 IS NOT NULL AND coalesce(trim(raw.办理时限, {SPACE}), '') = ''"))
    found.append(("办结时间", "办结时间 < 接单时间"))
    return found


def _read(header: list[str], units: tuple[str, ...]) -> str:
    values = _values(units)
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in header)
    raw = ", ".join(f"{name} := {name}" for name in values)
    typed = ", ".join(f"{sql} AS {name}" for name, sql in values.items())
    wrong = " OR ".join(f"coalesce({condition}, false)" for _, condition in _tests())
    kept = ", ".join(values)
    return f"""
        CREATE TABLE orders AS
        SELECT {kept}, CASE WHEN {wrong} THEN [raw] END AS bad
        FROM (SELECT raw, {typed}
              FROM (SELECT struct_pack({raw}) AS raw
                    FROM read_csv($file, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
                                  columns = {{{columns}}})))
    """


def _wrong(units: tuple[str, ...]) -> str:
    """Every breach of the marked rows: row, order, column and the cell as it stands in the file."""
    typed = ", ".join(f"{sql} AS {name}" for name, sql in _values(units).items())
    kept = "SELECT rowid AS row, bad[1] AS raw FROM orders WHERE bad IS NOT NULL"
    marked = f"SELECT row, raw, {typed} FROM ({kept})"
    parts = (
        f"SELECT row, raw.工单编号, '{name}', raw.{name} FROM marked WHERE {condition}" for name, condition in _tests()
    )
    return f"WITH marked AS MATERIALIZED ({marked}) {' UNION ALL '.join(parts)}"
