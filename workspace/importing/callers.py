"""The keyed hash that stands for a caller: HMAC-SHA256 of the number, computed inside the database.

Knows numbers as people write them; must not know where they stand. The key is a variable of the connection, so that no
statement, and no message about one, can show it.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
from sqlglot import exp

from engine.intake import sql
from engine.intake.found import BLANKS
from engine.intake.sql import E

_BLOCK = 64
_INNER, _OUTER = "caller_inner", "caller_outer"
_KNOWN = "callers_known"
_BETWEEN = r"[\s\-()（）+]"
_NATIONAL = r"^(00)?86(1\d{10})$"


def use_key(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Makes ``caller_hash`` usable on the connection."""
    padded = key.ljust(_BLOCK, b"\0")
    for name, mask in ((_INNER, 0x36), (_OUTER, 0x5C)):
        connection.execute(f"SET VARIABLE {name} = ?", [bytes(byte ^ mask for byte in padded)])


def caller_hash(number: E) -> E:
    """The hash in hex; NULL where there is no number.

    Blanks, hyphens and brackets are not looked at, nor the country code of a mobile number, so that one number written
    in two ways is one caller.
    """
    bare = sql.call("regexp_replace", sql.call("trim", number, sql.text(BLANKS)), *map(sql.text, (_BETWEEN, "", "g")))
    same = exp.Nullif(
        this=sql.call("regexp_replace", bare, *map(sql.text, (_NATIONAL, r"\2"))), expression=sql.text("")
    )
    inner = sql.call("sha256", _joined(_INNER, sql.call("encode", same)))
    return sql.call("sha256", _joined(_OUTER, sql.call("unhex", inner)))


def use_known(connection: duckdb.DuckDBPyConnection, callers: Mapping[str, str]) -> None:
    """Makes ``known_caller`` usable on the connection: ``callers`` gives hashes by place."""
    lists = [list(callers.keys()), list(callers.values())]
    connection.execute(f"SET VARIABLE {_KNOWN} = map(?::VARCHAR[], ?::VARCHAR[])", lists)


def known_caller(place: E) -> E:
    """The hash that belongs to a place; NULL where none is known."""
    return sql.call("map_extract_value", sql.call("getvariable", sql.text(_KNOWN)), place)


def _joined(variable: str, blob: E) -> E:
    return exp.DPipe(this=sql.call("getvariable", sql.text(variable)), expression=blob)
