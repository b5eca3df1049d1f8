"""A client of yaml-language-server, the program behind YAML in VS Code, talking to it as an editor does.

Knows the Language Server Protocol as far as the tests need it; knows nothing of policies. The server is installed once
into a temporary folder of this user, with the version pinned here.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

PACKAGE = "yaml-language-server"
VERSION = "1.25.0"
PATIENCE = 60.0
"""Seconds to wait for one answer: a slow machine is no failure."""


class UnavailableError(Exception):
    """The server cannot be had here; the message says why."""


def installed() -> Path:
    """The server's program. Raises UnavailableError without node, npm or a registry."""
    if not (shutil.which("node") and shutil.which("npm")):
        raise UnavailableError("node and npm are not installed")
    folder = Path(tempfile.gettempdir()) / f"{PACKAGE}-{VERSION}"
    program = folder / "node_modules" / PACKAGE / "bin" / PACKAGE
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", f"{PACKAGE}@{VERSION}"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        except subprocess.TimeoutExpired:
            raise UnavailableError(f"npm did not install {PACKAGE}@{VERSION} in five minutes") from None
        if done.returncode:
            said = done.stderr.strip().splitlines()
            raise UnavailableError(f"npm cannot install {PACKAGE}@{VERSION}: {said[-1] if said else done.returncode}")
    return program


class Editor:
    """One running server. Texts are opened under a path and need not be what the file holds."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._answers: dict[int, Queue[Any]] = {}
        self._diagnostics: dict[str, Queue[list[dict[str, Any]]]] = {}
        self._number = 0
        self._opened = 0
        Thread(target=self._listen, daemon=True).start()

    def start(self, root: Path) -> None:
        markdown = {
            "hover": {"contentFormat": ["markdown"]},
            "completion": {"completionItem": {"snippetSupport": True}},
        }
        capabilities = {"textDocument": markdown, "workspace": {"configuration": True}}
        self.ask("initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": capabilities})
        self._send({"method": "initialized", "params": {}})

    def open(self, path: Path, text: str) -> Path:
        """Opens ``text`` as a new file beside ``path``, which is never written; the new file's path."""
        self._opened += 1
        beside = path.with_name(f"{path.stem}-{self._opened}{path.suffix}")
        self._diagnostics[beside.as_uri()] = Queue()
        document = {"uri": beside.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        return beside

    def diagnostics(self, opened: Path) -> list[dict[str, Any]]:
        """What the server finds wrong in a file that was opened."""
        return self._diagnostics[opened.as_uri()].get(timeout=PATIENCE)

    def hover(self, path: Path, line: int, character: int) -> str:
        """What is shown over a place; lines and characters count from 0."""
        found = self.ask("textDocument/hover", self._at(path, line, character))
        return "" if found is None else str(found["contents"]["value"])

    def completion(self, path: Path, line: int, character: int) -> dict[str, dict[str, Any]]:
        """What is offered at a place, by label."""
        found = self.ask("textDocument/completion", self._at(path, line, character))
        items = found["items"] if isinstance(found, dict) else found or []
        return {item["label"]: item for item in items}

    def ask(self, method: str, params: Any) -> Any:
        self._number += 1
        self._answers[self._number] = Queue()
        self._send({"id": self._number, "method": method, "params": params})
        try:
            answer = self._answers[self._number].get(timeout=PATIENCE)
        except Empty:
            raise TimeoutError(f"{PACKAGE} did not answer {method}") from None
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    def _at(self, path: Path, line: int, character: int) -> dict[str, Any]:
        return {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": character}}

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        stream = self._process.stdout
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            self._take(json.loads(stream.read(length)))

    def _take(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            self._answers[message["id"]].put(message)
        elif message["method"] == "textDocument/publishDiagnostics":
            queue = self._diagnostics.get(message["params"]["uri"])
            if queue is not None:
                queue.put(message["params"]["diagnostics"])
        elif "id" in message:  # the server asks for settings: none, as in an editor that nobody has set up
            items = message.get("params", {}).get("items") if message["method"] == "workspace/configuration" else None
            self._send({"id": message["id"], "result": None if items is None else [None for _ in items]})


@contextmanager
def editor(root: Path) -> Iterator[Editor]:
    """A server for the folder ``root``, ended afterwards. Raises UnavailableError."""
    with subprocess.Popen(
        ["node", str(installed()), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            opened = Editor(process)
            opened.start(root)
            yield opened
        finally:
            process.kill()
