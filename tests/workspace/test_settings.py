"""``workspace.yaml`` is read strictly, written whole, and never holds a password."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from engine.policy.source import plain, read_file
from engine.problems import InputError, Place
from tests.running import SCHEMAS
from workspace.address import SQLITE, read_address
from workspace.digests import Algorithm
from workspace.settings import Personal, Settings, read_settings, settings_text

ID = "0123456789abcdef" * 2
GOOD = {"format": "1", "id": f'"{ID}"', "database": f'"{SQLITE}"', "personal": "keep", "digest": "sha256"}
SERVER = "postgresql://office@db.example/hotline"


def text(**changed: str | None) -> str:
    """The file with some values replaced, or taken away where None."""
    return "".join(f"{key}: {value}\n" for key, value in {**GOOD, **changed}.items() if value is not None)


def read(tmp_path: Path, content: str) -> Settings:
    path = tmp_path / "workspace.yaml"
    path.write_text(content, "utf-8")
    return read_settings(path)


@pytest.mark.parametrize(
    "database", [SQLITE, "sqlite:///考核-2.db", SERVER, f"{SERVER}?host=%2Frun%2Fpg&sslmode=require"]
)
@pytest.mark.parametrize("personal", get_args(Personal))
@pytest.mark.parametrize("digest", get_args(Algorithm))
def test_what_is_written_is_read(tmp_path: Path, database: str, personal: Personal, digest: Algorithm) -> None:
    """Promise: settings come back from the file as they were, and the file is what the schema says."""
    settings = Settings(ID, database, personal, digest)
    assert read(tmp_path, settings_text(settings)) == settings
    assert not schema_errors(tmp_path / "workspace.yaml")


def test_an_id_of_digits_stays_text(tmp_path: Path) -> None:
    """Promise: an id that looks like a number does not become one."""
    settings = Settings("1" * 32)
    assert read(tmp_path, settings_text(settings)) == settings


MISTAKES: list[tuple[dict[str, str | None], int, str]] = [
    ({"format": "2"}, 1, "更新的程序"),
    ({"format": "0"}, 1, "format 的值不对"),
    ({"format": "true"}, 1, "format 的值不对"),
    ({"format": None}, 0, "缺少 format"),
    ({"id": "1234"}, 2, "id 的值不对"),
    ({"id": f'"{ID.upper()}"'}, 2, "id 的值不对"),
    ({"id": None}, 0, "缺少 id"),
    ({"database": "hotline.db"}, 3, "看不懂"),
    ({"database": "mysql://h/d"}, 3, "只能是 SQLite 或 PostgreSQL"),
    ({"database": "sqlite:////var/hotline.db"}, 3, "文件夹里的一个 .db 文件"),
    ({"database": "sqlite:///../hotline.db"}, 3, "文件夹里的一个 .db 文件"),
    ({"database": "sqlite:///objects/hotline.db"}, 3, "文件夹里的一个 .db 文件"),
    ({"database": '"sqlite:///:memory:"'}, 3, "文件夹里的一个 .db 文件"),
    ({"database": "sqlite:///hotline.db?mode=ro"}, 3, "文件夹里的一个 .db 文件"),
    ({"database": "postgresql://h"}, 3, "没有数据库的名称"),
    ({"database": "postgresql://u:geheim@h/d"}, 3, "密码不能写在这里"),
    ({"database": '"postgresql://u@h/d?password=geheim"'}, 3, "密码不能写在这里"),
    ({"database": '"postgresql://u@h/d?sslpassword=geheim"'}, 3, "不能写 sslpassword"),
    ({"database": "7"}, 3, "database 的值不对"),
    ({"database": None}, 0, "缺少 database"),
    ({"personal": "some"}, 4, "personal 的值不对"),
    ({"digest": "md5"}, 5, "digest 的值不对"),
    ({"digest": "[sha256]"}, 5, "digest 的值不对"),
    ({"extra": "1"}, 6, "没有这个键"),
]


@pytest.mark.parametrize(("changed", "line", "words"), MISTAKES, ids=str)
def test_every_mistake_has_its_place(tmp_path: Path, changed: dict[str, str | None], line: int, words: str) -> None:
    """Promise: a wrong setting is refused with its line and what to do, and a password is never repeated."""
    with pytest.raises(InputError) as caught:
        read(tmp_path, text(**changed))
    assert "geheim" not in str(caught.value)
    (problem,) = caught.value.problems
    assert (problem.place.line, words in str(problem)) == (line, True), problem
    assert problem.instead


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    """Promise: one reading tells everything."""
    with pytest.raises(InputError) as caught:
        read(tmp_path, text(id="x", database="x", personal="x", digest=None, other="1"))
    assert len(caught.value.problems) == 5


@pytest.mark.parametrize("content", ["", "- a\n", "format: [\n", "a: 1\na: 2\n"])
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    """Promise: a file that is no mapping, or no YAML, is an error and no traceback."""
    with pytest.raises(InputError):
        read(tmp_path, content)
    with pytest.raises(InputError, match="读不出来"):
        read_settings(tmp_path / "none.yaml")


@pytest.mark.parametrize(("changed", "line", "words"), MISTAKES, ids=str)
def test_the_schema_says_what_the_program_says(
    tmp_path: Path, changed: dict[str, str | None], line: int, words: str
) -> None:
    """Promise: an editor with the schema refuses what the program refuses, but for secrets inside an address."""
    path = tmp_path / "workspace.yaml"
    path.write_text(text(**changed), "utf-8")
    inside_an_address = "geheim" in str(changed) or "mode=ro" in str(changed)
    assert inside_an_address or schema_errors(path)


def schema_errors(path: Path) -> list[Any]:
    schema = json.loads((SCHEMAS / "workspace.schema.json").read_text("utf-8"))
    root = read_file(path).root
    assert root is not None
    return list(Draft202012Validator(schema).iter_errors(plain(root)))


@pytest.mark.parametrize(
    ("typed", "kept", "password"),
    [
        ("postgres://u:geheim@h:5433/d", "postgresql://u@h:5433/d", "geheim"),
        ("postgresql+psycopg://u@h/d", "postgresql://u@h/d", None),
        ("postgresql://u:@/d?host=/tmp/pg", "postgresql://u@/d?host=%2Ftmp%2Fpg", None),
        ("postgresql://u:p%40ss%2F@h/d", "postgresql://u@h/d", "p@ss/"),
        ("postgresql://u@h/d?password=geheim&sslmode=require", "postgresql://u@h/d?sslmode=require", "geheim"),
        ("sqlite:///a.db", "sqlite:///a.db", None),
    ],
)
def test_the_password_is_taken_out_of_an_address(typed: str, kept: str, password: str | None) -> None:
    """Promise: what is kept of an address has no password, means the same, and stays as it is when read again."""
    found = read_address(typed, Place("--database"))
    assert (found.text, found.password) == (kept, password)
    assert read_address(kept, Place("")).text == kept
    assert "geheim" not in repr(found)
    with pytest.raises(ValueError, match="text of its address") if typed != kept else pytest.raises(ZeroDivisionError):
        Settings(ID, typed)
        raise ZeroDivisionError


@pytest.mark.parametrize(
    "typed", ["mysql://u:geheim@h/d", "postgresql:/u:geheim@h/d", "postgresql://u:geheim@h:port/d", "u:geheim@h"]
)
def test_a_misspelt_address_does_not_show_its_password(typed: str) -> None:
    """Promise: however an address is misspelt, the error does not repeat what may be a password."""
    with pytest.raises(InputError) as caught:
        read_address(typed, Place("--database"))
    assert "geheim" not in str(caught.value)
