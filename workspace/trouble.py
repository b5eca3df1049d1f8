"""What files and databases refuse, as problems in Chinese with what to do.

Knows error codes of the operating system, SQLite and PostgreSQL, and DuckDB's words; must not know what was being done.
Only refusals of the surroundings are told here; a mistake of the program stays the error it is.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.problems import InputError, Place, Problem, clip

WHOLE = "已记录的内容都是完整的"

_OS: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("磁盘满了", f"{WHOLE}；请腾出空间后再运行一次"),
    errno.EDQUOT: ("磁盘配额用完了", f"{WHOLE}；请腾出空间后再运行一次"),
    errno.EFBIG: ("文件超过了允许的大小", f"{WHOLE}；请放宽限制后再运行一次"),
    errno.EROFS: ("这个位置是只读的", "请换到可以写的位置，或改为可写后再运行一次"),
    errno.EACCES: ("没有权限", "请用有读写权限的用户运行，或请管理员授权"),
    errno.EPERM: ("没有权限", "请用有读写权限的用户运行，或请管理员授权"),
    errno.ENOENT: ("没有这个文件或文件夹", "请检查位置，或从备份取回"),
    errno.ENOTDIR: ("这不是一个文件夹", "请检查位置"),
    errno.EISDIR: ("这是一个文件夹，不是文件", "请检查位置"),
    errno.EEXIST: ("已经存在", "请换一个位置，或先移走它"),
    errno.ENAMETOOLONG: ("名称太长", "请换一个短些的位置"),
    errno.EIO: ("读写时设备出错", "请检查磁盘，再从备份取回"),
}

_SQLITE: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: ("磁盘满了", f"{WHOLE}；请腾出空间后再运行一次"),
    sqlite3.SQLITE_READONLY: ("数据库是只读的", "请用有写权限的用户运行，或把工作区放到可以写的位置"),
    sqlite3.SQLITE_BUSY: ("别的命令一直占用着数据库，等了很久也没有轮到", f"{WHOLE}；请等它结束后再运行一次"),
    sqlite3.SQLITE_LOCKED: ("别的命令一直占用着数据库，等了很久也没有轮到", f"{WHOLE}；请等它结束后再运行一次"),
    sqlite3.SQLITE_CANTOPEN: ("数据库打不开", "请检查这个文件在不在、所在文件夹能不能写；不在的请从备份取回"),
    sqlite3.SQLITE_PERM: ("没有权限", "请用有读写权限的用户运行，或请管理员授权"),
    sqlite3.SQLITE_CORRUPT: ("数据库文件损坏", "请从备份取回"),
    sqlite3.SQLITE_NOTADB: ("不是数据库文件，或已损坏", "请从备份取回"),
    sqlite3.SQLITE_IOERR: ("读写数据库时出错", f"{WHOLE}；请检查磁盘是否满了、是否还连着，再运行一次"),
}

_AGAIN = "请确认服务器在运行、地址没有写错，再运行一次；已经写入的不会重复"
_POSTGRES: dict[str, tuple[str, str]] = {
    "53100": ("数据库服务器的磁盘满了", f"{WHOLE}；请管理员腾出空间后再运行一次"),
    "53": ("数据库服务器资源不够（连接数或内存）", f"{WHOLE}；请稍后再运行一次，或请管理员调整"),
    "25006": ("数据库是只读的", "请连接可以写的主服务器"),
    "28": ("数据库不接受这个用户名或密码", "请检查地址里的用户名和密码"),
    "3D000": ("服务器上没有这个数据库", "请管理员先建立，如 createdb -E UTF8 hotline"),
    "42501": ("数据库用户的权限不够", "请管理员授予这个数据库的建表与读写权限"),
    "55P03": ("别的命令一直占用着数据库，等了很久也没有轮到", f"{WHOLE}；请等它结束后再运行一次"),
    "57": ("数据库服务器中断了这次操作", _AGAIN),
    "58": ("数据库服务器读写出错", "请管理员检查服务器的磁盘"),
    "08": ("与数据库服务器的连接断了", _AGAIN),
    "XX": ("数据库服务器内部出错", "请管理员检查服务器"),
}


def file_problem(error: OSError, place: Path) -> Problem:
    """Why a file could not be read or written; ``place`` is named where the error names no file."""
    what, instead = _OS.get(error.errno or 0, (error.strerror or type(error).__name__, "请检查这个位置"))
    return Problem(Place(str(error.filename or place)), what, "", instead)


def database_problem(error: BaseException | None, place: str) -> Problem | None:
    """Why a database refused, from its driver's own error; None where that is no refusal but a mistake."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        found = _SQLITE.get(code & 0xFF) if code is not None else None
    elif error is not None and type(error).__module__.split(".")[0] == "psycopg":
        found = _postgres(error)
    else:
        return None
    return None if found is None else Problem(Place(place), found[0], "", found[1])


@contextmanager
def told(place: Path) -> Iterator[None]:
    """What goes wrong with files inside becomes an InputError; ``place`` is named where nothing else is known."""
    try:
        yield
    except OSError as error:
        raise InputError([file_problem(error, place)]) from None
    except Exception as error:
        problem = _duckdb(error, place)
        if problem is None:
            raise
        raise InputError([problem]) from None


def _duckdb(error: Exception, place: Path) -> Problem | None:
    """Why DuckDB could not write a file, or put aside what does not fit into memory: its errors hold the system's words
    but not its code. None for any other error."""
    if type(error).__module__ not in ("duckdb", "_duckdb"):
        return None
    said = str(error)
    full = errno.ENOSPC if "failed to offload data block" in said else None
    code = next((code for code in _OS if os.strerror(code) in said), full)
    return None if code is None else file_problem(OSError(code, os.strerror(code)), place)


def _postgres(error: Any) -> tuple[str, str] | None:
    state = error.sqlstate
    if state is None:
        name = type(error).__name__
        if name not in ("OperationalError", "ConnectionTimeout", "InterfaceError"):
            return None
        return f"连接不上数据库服务器（{clip(_last_line(error), 160)}）", _AGAIN
    return _POSTGRES.get(state) or _POSTGRES.get(state[:2])


def _last_line(error: BaseException) -> str:
    """The driver's own words; a connection string, which may hold a password, is never among them."""
    return str(error).strip().split("\n")[-1]
