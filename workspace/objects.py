"""The files of a workspace that never change, each named by the digest of its content.

Knows files and digests; must not know what an object holds or who refers to it. An object is whole on the disk before
it has its name, so whoever knows a name can rely on the content.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine.problems import InputError, Place, Problem
from workspace import durable
from workspace.digests import DIGEST, Algorithm, digest_bytes, digest_file
from workspace.layout import Layout
from workspace.trouble import told

_CHANGED = "请从备份取回原来的文件，并用 hotline audit verify 检查整个工作区"


@dataclass(frozen=True)
class Objects:
    """The objects of one workspace. ``suffix`` is what stands behind the digest in a name, such as ``.parquet``."""

    layout: Layout
    algorithm: Algorithm

    def put_bytes(self, data: bytes, suffix: str) -> str:
        """Keep ``data``; its digest. Keeping the same again changes nothing. Raises InputError."""
        with told(self.layout.objects), self.scratch_folder() as folder:
            path = folder / f"object{suffix}"
            path.write_bytes(data)
            return self.put_file(path, suffix)

    def put_file(self, path: Path, suffix: str) -> str:
        """Keep a file of the scratch folder, which is moved; its digest. Raises InputError."""
        with told(self.layout.objects):
            durable.sync_file(path)
            digest = digest_file(path, self.algorithm)
            target = self.path(digest, suffix)
            durable.make_folder(target.parent)
            if target.exists():
                problem = self.verify(digest, suffix)
                if problem is not None:
                    raise InputError([problem])
                path.unlink()
            else:
                path.chmod(path.stat().st_mode & ~0o222)
                path.replace(target)
            durable.sync_folder(target.parent)
            durable.sync_folder(self.layout.objects)  # the folder may be new and another process's
            return digest

    def path(self, digest: str, suffix: str) -> Path:
        """Where the object is, or would be."""
        return self.layout.objects / digest[:2] / f"{digest}{suffix}"

    def open(self, digest: str, suffix: str) -> BinaryIO:
        """The object to read from, unchecked. Raises InputError."""
        with told(self.layout.objects):
            return self.path(digest, suffix).open("rb")

    def read(self, digest: str, suffix: str) -> bytes:
        """The whole object, checked. Raises InputError where it is missing or was changed."""
        with self.open(digest, suffix) as file, told(self.path(digest, suffix)):
            data = file.read()
        if digest_bytes(data, self.algorithm) != digest:
            raise InputError([self._changed(digest, suffix)])
        return data

    def listed(self) -> Iterator[tuple[str, str]]:
        """Digest and suffix of every object, in order of name, unchecked."""
        for path in self._files():
            if self._is_object(path):
                yield path.name[:64], path.name[64:]

    def strangers(self) -> Iterator[Path]:
        """What lies among the objects and is none by its name and place."""
        return (path for path in self._files() if not self._is_object(path))

    def verify(self, digest: str, suffix: str) -> Problem | None:
        """What is wrong with an object: missing, not readable, or not the content that its name says."""
        path = self.path(digest, suffix)
        try:
            found = digest_file(path, self.algorithm)
        except FileNotFoundError:
            return Problem(Place(str(path)), "文件不见了", digest, _CHANGED)
        except OSError as error:
            return Problem(Place(str(path)), "文件读不出来", error.strerror or "", _CHANGED)
        return None if found == digest else self._changed(digest, suffix)

    @contextmanager
    def scratch_folder(self) -> Iterator[Path]:
        """A folder of one's own for unfinished files, only the owner's to read, gone afterwards."""
        with told(self.layout.scratch):
            self.layout.scratch.mkdir(exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=self.layout.scratch))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _changed(self, digest: str, suffix: str) -> Problem:
        path = self.path(digest, suffix)
        return Problem(Place(str(path)), "文件被改动过：内容与名称里的摘要不符", digest, _CHANGED)

    def _files(self) -> Iterator[Path]:
        for folder, folders, names in os.walk(self.layout.objects):
            folders.sort()
            yield from (Path(folder, name) for name in sorted(names))

    def _is_object(self, path: Path) -> bool:
        digest, suffix = path.name[:64], path.name[64:]
        return DIGEST.fullmatch(digest) is not None and path == self.path(digest, suffix)
