"""The digests that name files and tie the chain together: SHA-256, or SM3 where an office must use it.

Knows hashing only; must not know what is hashed.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any, Literal, get_args

from engine.problems import InputError, Place, Problem

Algorithm = Literal["sha256", "sm3"]
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)
DIGEST = re.compile("[0-9a-f]{64}")
"""The form of a digest of either algorithm."""


def hasher(algorithm: Algorithm) -> Any:
    """A hash object of ``hashlib``. Raises InputError where this machine cannot compute it."""
    try:
        return hashlib.new(algorithm, usedforsecurity=False)
    except ValueError:
        what = f"这台机器上的 Python 不会算 {algorithm.upper()} 摘要（它的 OpenSSL 没有这种算法）"
        instead = "请换用带 SM3 的 Python（OpenSSL 1.1.1 以上）；新建工作区时可以写 --digest sha256"
        raise InputError([Problem(Place("digest"), what, algorithm, instead)]) from None


def digest_bytes(data: bytes, algorithm: Algorithm) -> str:
    """The digest of ``data`` in hex."""
    found = hasher(algorithm)
    found.update(data)
    return str(found.hexdigest())


def digest_file(path: Path, algorithm: Algorithm) -> str:
    """The digest of a file's content in hex, read piece by piece. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hasher(algorithm)).hexdigest()
