"""``python -m manual`` writes the pages; ``python -m manual --check`` says which are not up to date (exit code 1)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from manual import commands, vocabulary

ROOT = Path(__file__).parents[1]
PAGES: Mapping[str, Callable[[], str]] = {
    "docs/vocabulary.md": lambda: vocabulary.page(ROOT / "schemas" / "v1"),
    "docs/cli.md": commands.page,
}


def main(arguments: list[str]) -> int:
    stale = []
    for name, make in PAGES.items():
        text, path = make(), ROOT / name
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(name)
            if "--check" not in arguments:
                path.write_text(text, "utf-8")
    print("\n".join(stale) or "up to date")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
