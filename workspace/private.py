"""What only the owner may read: the key of the callers' hashes, personal columns, the database's password.

Knows rights of files; must not know what personal data looks like. Nothing of this is an object or in the chain, apart
from a fingerprint of the key.
"""

from __future__ import annotations

import hmac
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.problems import InputError, Place, Problem
from workspace import durable
from workspace.layout import Layout
from workspace.trouble import told

FOLDER, FILE = 0o700, 0o600
KEY_BYTES = 32


@dataclass(frozen=True)
class Private:
    """The private folder of one workspace."""

    layout: Layout

    def prepare(self) -> None:
        """The folders, with their exact rights."""
        with told(self.layout.private):
            durable.make_folder(self.layout.private, FOLDER)
            durable.make_folder(self.layout.personal, FOLDER)

    def write(self, path: Path, data: bytes) -> None:
        """A private file, whole, in place of the one that may be there."""
        with told(path):
            durable.replace(path, data, FILE)

    def adopt(self, path: Path, target: Path) -> None:
        """Move a finished file of the scratch folder to ``target`` in the private folder."""
        with told(target):
            path.chmod(FILE)
            durable.sync_file(path)
            path.replace(target)
            durable.sync_folder(target.parent)

    def key(self) -> bytes:
        """Raises InputError where it is missing or no key."""
        with told(self.layout.key):
            found = self.layout.key.read_bytes()
        if len(found) != KEY_BYTES:
            what = f"密钥应有 {KEY_BYTES} 字节"
            raise InputError([Problem(Place(str(self.layout.key)), what, "", "请从备份取回")])
        return found

    def password(self) -> str | None:
        """The database's password; None where none was given or it is not this user's to read."""
        try:
            return self.layout.password.read_text("utf-8")
        except (FileNotFoundError, PermissionError):
            return None

    def tighten(self) -> None:
        """Take back what a copy of the folder may have given to others, as far as this user can."""
        for path, mode in ((self.layout.private, FOLDER), (self.layout.key, FILE), (self.layout.password, FILE)):
            with suppress(OSError):
                if path.stat().st_mode & 0o077:
                    path.chmod(mode)


def fingerprint(key: bytes) -> str:
    """Tells whether a key is the same, and nothing about it."""
    return hmac.new(key, b"hotline-policy workspace key", "sha256").hexdigest()
