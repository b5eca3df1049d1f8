"""What a workspace is: ``workspace.yaml``, read strictly and written whole.

Knows the keys of that file; must not know folders or databases. The password of a database is never among them.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from engine.policy.source import MapNode, ScalarNode, Source, read_file
from engine.problems import InputError, Place, Problem, clip, nearest
from workspace.address import SQLITE, Address, read_address
from workspace.digests import ALGORITHMS, Algorithm

FORMAT = 1
Personal = Literal["keep", "drop"]
PERSONAL: tuple[Personal, ...] = get_args(Personal)
_ID = re.compile("[0-9a-f]{32}")
_RESTORE = "请恢复原样；这个文件由 hotline init 写成，不用手改"
_COMMENTS = {
    "format": "这个文件的格式",
    "id": "工作区的编号，数据库里也有",
    "database": "数据库在哪里",
    "personal": "来电人、号码、地址：keep 另存在 private 里，drop 不保存",
    "digest": "摘要的算法：sha256 或 sm3",
}


@dataclass(frozen=True)
class Settings:
    """``id`` is 32 hex digits; ``database`` the ``text`` of an Address."""

    id: str
    database: str = SQLITE
    personal: Personal = "keep"
    digest: Algorithm = "sha256"
    format: int = FORMAT

    def __post_init__(self) -> None:
        if self.address.text != self.database:
            raise ValueError("a database is kept by the text of its address")

    @property
    def address(self) -> Address:
        return read_address(self.database, Place("database"))

    def record(self) -> dict[str, Any]:
        """As entries of the chain hold them."""
        return asdict(self)


def settings_text(settings: Settings) -> str:
    """The file's content."""
    lines = []
    for key, comment in _COMMENTS.items():
        value = getattr(settings, key)
        shown = json.dumps(value, ensure_ascii=False) if key in ("id", "database") else str(value)
        lines.append(f"{key}: {shown}  # {comment}")
    return "\n".join(lines) + "\n"


def read_settings(path: Path) -> Settings:
    """Raises InputError with everything that is wrong, each at its place."""
    source = read_file(path)
    if source.problems or source.root is None:
        raise InputError(source.problems)
    if not isinstance(source.root, MapNode):
        raise InputError([Problem(source.root.place, "不是工作区的设置", "", _RESTORE)])
    return _Reading(source, source.root).settings()


class _Reading:
    """One reading of the file: every key once, all problems collected."""

    def __init__(self, source: Source, root: MapNode) -> None:
        self.place = Place(source.file)
        self.root = root
        self.problems = [
            Problem(entry.place, "没有这个键", entry.key, nearest(entry.key, _COMMENTS))
            for entry in root.entries
            if entry.key not in _COMMENTS
        ]

    def settings(self) -> Settings:
        found = self._scalar("format")
        if isinstance(found, int) and not isinstance(found, bool) and found > FORMAT:
            what, instead = "这个工作区是更新的程序建立的", "请升级 hotline-policy"
            raise InputError([Problem(self._at("format"), what, str(found), instead)])
        self._need("format", found == FORMAT and found is not True, str(FORMAT))
        id_ = self._scalar("id")
        self._need("id", isinstance(id_, str) and _ID.fullmatch(id_) is not None, "32 位十六进制的编号")
        personal = self._scalar("personal")
        self._need("personal", personal in PERSONAL, "、".join(PERSONAL))
        digest = self._scalar("digest")
        self._need("digest", digest in ALGORITHMS, "、".join(ALGORITHMS))
        database = self._database()
        if self.problems:
            raise InputError(self.problems)
        # Each value was checked against the very values that its type lists.
        return Settings(str(id_), database, personal, digest)  # type: ignore[arg-type]

    def _database(self) -> str:
        found = self._scalar("database")
        if not isinstance(found, str):
            self._need("database", False, "数据库的地址")
            return ""
        try:
            address = read_address(found, self._at("database"))
        except InputError as error:
            self.problems += error.problems
            return ""
        if address.password is not None:
            what = "数据库的密码不能写在这里"
            self.problems.append(
                Problem(self._at("database"), what, "", "密码放在 private/database-password，只有本人可读")
            )
        return address.text

    def _scalar(self, key: str) -> object:
        node = self.root.get(key)
        return node.value if isinstance(node, ScalarNode) else None

    def _at(self, key: str) -> Place:
        node = self.root.get(key)
        return self.place if node is None else node.place

    def _need(self, key: str, right: bool, form: str) -> None:
        if right:
            return
        if self.root.get(key) is None:
            self.problems.append(Problem(self.place, f"缺少 {key}", "", f"应为：{form}。{_RESTORE}"))
        else:
            value = clip(str(self._scalar(key)))
            self.problems.append(Problem(self._at(key), f"{key} 的值不对", value, f"应为：{form}。{_RESTORE}"))
