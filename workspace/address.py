"""Where a workspace's database is: the address as people write it, checked, its password kept apart.

Knows addresses only; must not connect to anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from engine.problems import InputError, Place, Problem, clip

SQLITE = "sqlite:///hotline.db"
_NAME = re.compile(r"[^\W.][\w.-]*\.db")
_FORMS = f"写成 {SQLITE}（文件夹里的一个文件），或 postgresql://用户@服务器/数据库"


@dataclass(frozen=True)
class Address:
    """``text`` is the address without its password; ``name`` the SQLite file or the name of the PostgreSQL database."""

    kind: Literal["sqlite", "postgresql"]
    text: str
    name: str
    password: str | None = field(default=None, repr=False)

    def url(self, password: str | None) -> URL:
        """What connects to a PostgreSQL database."""
        url = make_url(self.text).set(drivername="postgresql+psycopg")
        return url if password is None else url.set(password=password)


def read_address(text: str, place: Place) -> Address:
    """Raises InputError at ``place``, in which no password is repeated."""
    try:
        url = make_url(text)
        scheme = url.drivername
    except (ArgumentError, ValueError):
        raise _refused(place, "数据库的地址看不懂", text) from None
    if scheme == "sqlite":
        return _sqlite(text, url, place)
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        return _postgresql(text, url, place)
    raise _refused(place, "数据库只能是 SQLite 或 PostgreSQL", text)


def _sqlite(text: str, url: URL, place: Place) -> Address:
    name = url.database or ""
    if url.host or url.query or _NAME.fullmatch(name) is None:
        what = "SQLite 数据库只能是工作区文件夹里的一个 .db 文件，这样工作区才能整个移动"
        raise _refused(place, what, text)
    return Address("sqlite", f"sqlite:///{name}", name)


def _postgresql(text: str, url: URL, place: Place) -> Address:
    if not url.database:
        raise _refused(place, "地址里没有数据库的名称", text)
    secret = sorted(name for name in url.query if "password" in name.lower() and name != "password")
    if secret:
        raise _refused(place, f"地址里不能写 {secret[0]}", text)
    inside = url.query.get("password")
    password = url.password or (inside if isinstance(inside, str) else None)
    bare = url.set(drivername="postgresql").difference_update_query(["password"])._replace(password=None)
    return Address("postgresql", bare.render_as_string(hide_password=False), url.database, password or None)


def _refused(place: Place, what: str, text: str) -> InputError:
    """Of an address of a server only its kind is repeated: what follows may be a password, however it is misspelt."""
    scheme, slashes, _ = text.partition("://")
    shown = text if "@" not in text and ":" not in text.replace("://", "") else f"{scheme}{slashes}…" if slashes else ""
    return InputError([Problem(place, what, clip(shown), _FORMS)])
